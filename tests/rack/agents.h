/* agents: which agent generation runs after JUMP_DA: the chip's own (chips.h, da_protocol). */
#ifndef RACK_AGENTS_H
#define RACK_AGENTS_H

#include "tests/rack/device.h"

void agents_start(struct device *d);
void agents_free(struct device *d);

#endif
