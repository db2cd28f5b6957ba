/*
 * arrivals: which device belongs to which slot. A slot is a place on the bus; without slots in the
 * config every place where a device of ours comes up becomes one.
 */
#ifndef STATION_ARRIVALS_H
#define STATION_ARRIVALS_H

#include "engine/base/problem.h"

struct station;

int arrivals_make_slots(struct station *s, struct problem *problem); /* of the config */
int arrivals_start(struct station *s, struct problem *problem);	     /* watch the bus */

#endif
