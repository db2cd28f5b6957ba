/*
 * uevent: the kernel's own word that a USB device came or went (netlink, KOBJECT_UEVENT).
 *
 * libusb's hotplug on Debian comes from udev, and udev tells of an arrival after its rules have
 * run. A rule that looks at a hub's strings waits for the hub's lock, which the kernel holds until
 * the last device of a batch is enumerated: with 8 devices switched on at once udev was 4.2 s late
 * (tests/vm/README.md). A preloader listens for 1 to 2.5 s. The kernel tells at once, and the
 * device node is there by then.
 *
 * All on the loop thread. Messages are read without waiting; devices that are there already are
 * told from sysfs at start, from files of the same form.
 */
#ifndef STATION_USB_UEVENT_H
#define STATION_USB_UEVENT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <uv.h>

#include "engine/base/problem.h"
#include "engine/device/facts.h"
#include "station/usb/mode.h"

struct uevent_device {
	bool added; /* there and configured; else removed */
	/* sysfs path below /sys: "/devices/pci0000:00/0000:00:14.0/usb1/1-4/1-4.2" */
	char sysfs[256];
	unsigned bus, number; /* of /dev/bus/usb/BBB/DDD */
	uint16_t vid, pid;
	uint8_t device_class;
};

/*
 * `d` NULL: messages were lost, and all devices that are there have just been told again; of those
 * that have left meanwhile nothing was heard.
 */
typedef void uevent_told(void *context, const struct uevent_device *d);

struct uevent;

/*
 * Listen, then tell of every device that is there. 0, or -1 with `problem`; `out` is then NULL. A
 * device that comes while the list is read may be told twice.
 */
int uevent_start(struct uevent **out, uv_loop_t *loop, uevent_told *told, void *context,
		 struct problem *problem);
/* No more calls of `told`; `stopped` when all is given back. */
void uevent_stop(struct uevent *e, void (*stopped)(void *context), void *context);

/*
 * One kernel message ("bind@/devices/...", then NUL-separated KEY=VALUE). False when it is not a
 * whole USB device's coming (configured) or going.
 */
bool uevent_parse(const char *message, size_t n, struct uevent_device *d);

/* "pci0000:00/0000:00:14.0/usb1 1-4.2": where in the machine, then hub ports. */
void uevent_path(const struct uevent_device *d, char *to, size_t size);
/* Classes of its interfaces now, from sysfs: at most `room`; gives how many. */
size_t uevent_classes(const struct uevent_device *d, struct usb_class *to, size_t room);
/* Of the device now, from sysfs; USB_SPEED_UNKNOWN when it has left. */
enum usb_speed uevent_speed(const struct uevent_device *d);

#endif
