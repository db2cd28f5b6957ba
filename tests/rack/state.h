/*
 * state: DIR/<n>/device.json, what a virtual device is and what happened to it, for people and for
 * checks outside the project. Written whole and renamed into place, so a reader never sees half of
 * it.
 */
#ifndef RACK_STATE_H
#define RACK_STATE_H

#include "engine/base/problem.h"
#include "tests/rack/device.h"

int state_make_dir(const struct device *d, struct problem *problem); /* d->dir; 0 or -1 */
/*
 * Take over identity and counters of an earlier device.json; d->flash is open. 1 when the device
 * existed before, 0 when it is new, -1 with problem.
 */
int state_load(struct device *d, struct problem *problem);
void state_save(struct device *d);

#endif
