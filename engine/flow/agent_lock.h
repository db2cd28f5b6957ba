/*
 * agent_lock: the owner's file for an agent that answers to its owner only (DA SLA), as both
 * generations that have such agents need it (da-xflash.md 4.4, da-xml.md 4).
 *
 * The file is either an answer that was signed elsewhere, and goes to the unit as it is, or the
 * private key that signs this unit's own random number. Without a file the run is refused: nothing
 * was written yet, and no other file may be tried.
 */
#ifndef ENGINE_FLOW_AGENT_LOCK_H
#define ENGINE_FLOW_AGENT_LOCK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "engine/flow/step.h"

#define AGENT_LOCK_ANSWER_MAX 512 /* bytes: a key of 4096 bits */
#define AGENT_LOCK_RANDOM     16  /* bytes */

struct slice agent_lock_file(const struct flow *f); /* n 0: none */
const char *agent_lock_name(const struct flow *f);  /* for messages */
bool agent_lock_signs(const struct flow *f);	    /* the file is a key */
/* Note that the agent is locked. STEP_NEXT, or a refusal (ST-023) that names what is missing. */
enum verdict agent_lock_found(struct flow *f);
/* Sign with the key: fills `answer` and its length. STEP_NEXT, or the refusal of a bad key. */
enum verdict agent_lock_sign(struct flow *f, const uint8_t random[AGENT_LOCK_RANDOM],
			     uint8_t answer[AGENT_LOCK_ANSWER_MAX], uint16_t *n);

#endif
