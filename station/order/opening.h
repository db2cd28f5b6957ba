/*
 * opening: from a wish for an order to an order that units are flashed for.
 *
 *   check profile and quantity -> (import the folder) -> load the package by the profile's rules
 *   -> refuse it if it has a refusal -> record it in the ledger -> open
 *
 * Orders that were open when the station ended take the same way from loading on.
 */
#ifndef STATION_ORDER_OPENING_H
#define STATION_ORDER_OPENING_H

#include "station/station.h"
#include "station/view/view.h"

/* Follows the way above; `done` at its end. */
void opening_begin(struct station *s, const struct view_order_request *request, view_done *done,
		   void *context);
/* Take up the orders that the ledger says are open. 0, or -1 with `problem`. */
int opening_resume(struct station *s, const struct ledger_loaded *from, struct problem *problem);
/* Close an order; runs under way may end. */
void opening_close(struct station *s, int64_t id, view_done *done, void *context);
/* Give back orders that are closed and no longer in use. Call from a tick. */
void opening_tick(struct station *s);

#endif
