/*
 * gpt_flash: the GPT of a legacy device on its storage: reading either copy, writing one with as
 * many entries in its header as the agent was given (da-legacy.md 5.8, A5 and A9).
 */
#ifndef RACK_LEGACY_GPT_FLASH_H
#define RACK_LEGACY_GPT_FLASH_H

#include <stdbool.h>
#include <stdint.h>

#include "engine/format/gpt.h"
#include "tests/rack/flash.h"

enum gpt_copy { GPT_COPY_PRIMARY, GPT_COPY_SECONDARY };

/*
 * False when that copy is not there or damaged. `slots`: entry count of its header, which is told
 * even of headers that are too large to be read.
 */
bool gpt_flash_load(const struct flash *flash, enum gpt_copy copy, struct gpt *gpt,
		    uint32_t *slots);
/* Write that copy with a header of `slots` entries; 0, or -1 when it does not fit. */
int gpt_flash_store(struct flash *flash, enum gpt_copy copy, const struct gpt *gpt, uint32_t slots);

#endif
