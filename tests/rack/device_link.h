/*
 * device_link: what happens to transfers on their way: faults are counted and act here, and a
 * limited link speed holds requests back.
 */
#ifndef RACK_DEVICE_LINK_H
#define RACK_DEVICE_LINK_H

#include "tests/rack/device.h"

/* May the first byte of this OUT urb move now? `ctx` is the device (rx.gate). */
bool device_gate(void *ctx, struct urb *urb);
/* An IN urb is about to complete (usb_events.sending). */
void device_sending(void *ctx, struct urb *urb);

#endif
