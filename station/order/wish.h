/*
 * wish: what people ask of an order beside profile and package, from the API's words to a choice.
 */
#ifndef STATION_ORDER_WISH_H
#define STATION_ORDER_WISH_H

#include "station/station.h"
#include "station/view/view.h"

/* 0, or -1 with `problem`: unknown words, too many names, slots that are not there. */
int wish_read(const struct station *s, const struct view_order_request *r, struct task_choice *c,
	      struct problem *problem);

#endif
