#include "tests/rack/xml/xml.h"

#include "tests/rack/agent.h"

void xml_start(struct device *d)
{
	agent_halt(d, "this rack has no xml agent");
}

void xml_free(struct device *d)
{
	(void)d;
}
