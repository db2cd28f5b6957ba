/*
 * usb_return: the wait for a unit that an agent sent off the bus to come back at another USB speed.
 *
 * Each generation orders the switch in its own way, and takes up its command loop again in its own
 * `answer`; what lies between is the same for all:
 *
 *     {"usb return", USB_RETURN_MS, usb_return_ask, got_return, usb_return_missed}
 */
#ifndef ENGINE_FLOW_USB_RETURN_H
#define ENGINE_FLOW_USB_RETURN_H

#include "engine/flow/step.h"

#define USB_RETURN_MS 10000

/* A step's `ask`: FLOW_REATTACH. */
enum verdict usb_return_ask(struct flow *f, struct flow_action *a);
/* Its `silence`: fails with ST-014. */
enum verdict usb_return_missed(struct flow *f, struct slice rx);

#endif
