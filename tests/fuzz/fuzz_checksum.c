#include <string.h>

#include "engine/format/checksum_file.h"
#include "tests/fuzz/fuzz.h"

static void check(const struct checksum_file *c)
{
	for (size_t i = 0; i < c->count; i++) {
		must(strlen(c->items[i].key) < sizeof c->items[i].key && c->items[i].key[0]);
		must(checksum_find(c, c->items[i].key) == &c->items[i]);
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n)
{
	struct slice text = {bytes, n};
	struct problem problem = {.where = ""};
	struct checksum_file c;

	if (checksum_parse_ini(&c, text, &problem) == 0)
		check(&c);
	else
		must(problem.where[0] && problem.why[0] && problem.remedy[0]);
	checksum_free(&c);
	if (checksum_parse_list(&c, text, &problem) == 0)
		check(&c);
	checksum_free(&c);
	return 0;
}
