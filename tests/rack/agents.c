#include "tests/rack/agents.h"

#include "tests/rack/agent.h"
#include "tests/rack/legacy/legacy.h"
#include "tests/rack/xml/xml.h"

void agents_start(struct device *d)
{
	switch (d->config->chip->da_protocol) {
	case DA_PROTOCOL_LEGACY:
		legacy_start(d);
		break;
	case DA_PROTOCOL_XML:
		xml_start(d);
		break;
	case DA_PROTOCOL_XFLASH:
	case DA_PROTOCOL_NONE:
		agent_start(d);
		break;
	}
}

void agents_free(struct device *d)
{
	legacy_free(d);
	xml_free(d);
	agent_free(d);
}
