/*
 * departure: the wait for a unit that was told to switch off or to start again to leave the bus.
 *
 * Whether it goes is the answer, not what it says on the way; the runner takes FLOW_GONE for this
 * step's success as long as flow->leaving is set:
 *
 *     {"leave", DEPARTURE_MS, departure_ask, departure_stray, departure_missed}
 */
#ifndef ENGINE_FLOW_DEPARTURE_H
#define ENGINE_FLOW_DEPARTURE_H

#include "engine/flow/step.h"

#define DEPARTURE_MS 5000 /* legacy agents drop USB first and act later: they get more */

enum verdict departure_ask(struct flow *f, struct flow_action *a);
/* Bytes that come all the same; more than a few are a unit that did not listen: ST-063. */
enum verdict departure_stray(struct flow *f, struct slice rx);
/* Still there: ST-063. */
enum verdict departure_missed(struct flow *f, struct slice rx);

#endif
