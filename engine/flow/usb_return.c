#include "engine/flow/usb_return.h"

#include "engine/flow/flow_state.h"

enum verdict usb_return_ask(struct flow *f, struct flow_action *a)
{
	(void)f;
	a->what = FLOW_REATTACH;
	a->ms = USB_RETURN_MS;
	return STEP_ASKED;
}

enum verdict usb_return_missed(struct flow *f, struct slice rx)
{
	(void)rx;
	return step_fail(f, FAULT_STATION, 14,
			 "the unit left to change its USB speed and did not come back within %u s",
			 USB_RETURN_MS / 1000);
}
