#include "engine/flow/verbs.h"

#include "engine/legacy/legacy.h"
#include "engine/xflash/xflash.h"
#include "engine/xml/xml.h"

const struct da_verbs *da_verbs_for(enum da_protocol protocol)
{
	switch (protocol) {
	case DA_PROTOCOL_XFLASH:
		return &xflash_verbs;
	case DA_PROTOCOL_XML:
		return &xml_verbs;
	case DA_PROTOCOL_LEGACY:
		return &legacy_verbs;
	case DA_PROTOCOL_NONE:
		break;
	}
	return NULL;
}
