/* legacy: the legacy agent (da-legacy.md) of a device. Its inside is legacy_agent.h. */
#ifndef RACK_LEGACY_H
#define RACK_LEGACY_H

#include "tests/rack/device.h"

void legacy_start(struct device *d); /* JUMP_DA: the agent's first bytes come after --c0-ms */
void legacy_free(struct device *d);

#endif
