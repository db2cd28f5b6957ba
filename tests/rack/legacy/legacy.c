#include "tests/rack/legacy/legacy.h"

#include "tests/rack/agent.h"

void legacy_start(struct device *d)
{
	agent_halt(d, "this rack has no legacy agent");
}

void legacy_free(struct device *d)
{
	(void)d;
}
