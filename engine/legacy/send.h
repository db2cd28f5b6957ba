/*
 * send: packets of data to an agent, as 62, DE and 51 have them (protocol/da-legacy.md 5.3).
 */
#ifndef ENGINE_LEGACY_SEND_H
#define ENGINE_LEGACY_SEND_H

#include "engine/flow/flow_state.h"

#define LG_PACKET_MS 60000

/* Before the first packet of io.image. */
void lg_begin_data(struct flow *f);
/* The next packet, or the last one again; STEP_NEXT when there is none left. */
enum verdict lg_ask_packet(struct flow *f, struct flow_action *a, uint64_t most);
/*
 * 69 counts it and gives STEP_AGAIN. A wrong sum is answered by another try, LG_TRIES times.
 * Anything else is left in legacy.error for the next step, lg_ask_stop: STEP_NEXT.
 */
enum verdict lg_got_packet(struct flow *f, struct slice rx);
/* After an error: 96, then fail with it; the agent waits for a command. Else STEP_NEXT. */
enum verdict lg_ask_stop(struct flow *f, struct flow_action *a);
enum verdict lg_stopped(struct flow *f, struct slice rx);

/* Checksum level byte of the plan: USB sums, and read-back by the agent. */
uint8_t lg_level(const struct flow *f);

#endif
