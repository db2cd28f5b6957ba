#include "engine/flow/departure.h"

#include "engine/flow/flow_state.h"

#define STRAY_MAX 64 /* bytes */

enum verdict departure_ask(struct flow *f, struct flow_action *a)
{
	(void)a;
	f->leaving = true;
	f->io.done = 0; /* counts stray bytes here */
	return rx_want(f, 1);
}

enum verdict departure_stray(struct flow *f, struct slice rx)
{
	f->io.done += rx.n;
	if (f->io.done <= STRAY_MAX)
		return STEP_MORE;
	return step_fail(f, FAULT_STATION, 63,
			 "the agent accepted the end, but goes on sending (%llu bytes)",
			 (unsigned long long)f->io.done);
}

enum verdict departure_missed(struct flow *f, struct slice rx)
{
	(void)rx;
	return step_fail(f, FAULT_STATION, 63,
			 "the agent accepted the end, but the unit is still on the bus after %u s",
			 f->more_ms / 1000);
}
