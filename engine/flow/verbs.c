#include "engine/flow/verbs.h"

#include "engine/xflash/xflash.h"

const struct da_verbs *da_verbs_for(enum da_protocol protocol)
{
	switch (protocol) {
	case DA_PROTOCOL_XFLASH:
		return &xflash_verbs;
	case DA_PROTOCOL_NONE:
	case DA_PROTOCOL_LEGACY:
	case DA_PROTOCOL_XML:
		break;
	}
	return NULL;
}
