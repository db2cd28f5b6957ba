/*
 * brom: the boot ROM and preloader protocol (protocol/brom.md), from arrival to the running agent.
 */
#ifndef ENGINE_BROM_BROM_H
#define ENGINE_BROM_BROM_H

#include <stdbool.h>
#include <stdint.h>

#include "engine/flow/step.h"

/* Phase "connect": start bytes, then GET_HW_CODE as proof that the command loop listens. */
extern const struct step brom_connect[];
/* Phase "identify": watchdog off, versions, security state, ids. */
extern const struct step brom_identify[];
/*
 * The owner's files for a secured boot ROM (section 12), between identify and the agent; nothing
 * where none are asked for. brom_send_agent runs it first.
 */
extern const struct step brom_authorise[];
/*
 * What this unit's target config asks for that the plan does not have: "auth file", "SLA key file",
 * ...; NULL: nothing is missing. To be asked once the chip, the facts and flow->da1 are known.
 */
const char *auth_missing(const struct flow *f);
/* Upload and start flow->da1. The agent's first byte is the agent's business. */
extern const struct step brom_send_agent[];

/* Name of a 16-bit status word (section 10), "unlisted status" when nobody knows it. */
const char *brom_status_name(uint16_t status);
/* Values up to 00FF are success: some boot ROMs answer 0001 to a good write (section 7). */
static inline bool brom_failed(uint16_t status)
{
	return status > 0xFF;
}

/*
 * May this byte be sent where the device expects an opcode? Only what this station uses is in the
 * list; ZEROIZATION (F0), which destroys keys for good, can never be: see tests/unit/test_brom.c.
 */
bool brom_may_send(uint8_t opcode);

/* XOR of little-endian halfwords, an odd last byte as 00bb (section 11). */
uint16_t brom_checksum(struct slice bytes);

#endif
