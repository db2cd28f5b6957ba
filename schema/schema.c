#include "schema/schema.h"

#include <string.h>

const char *schema_document(const char *name)
{
	for (size_t i = 0; i < schema_documents_count; i++)
		if (strcmp(schema_documents[i].name, name) == 0)
			return schema_documents[i].text;
	return NULL;
}
