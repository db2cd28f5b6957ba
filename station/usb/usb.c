#include "station/usb/usb.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/un.h>

const char *usb_status_text(enum usb_status status)
{
	switch (status) {
	case USB_OK:
		return "good";
	case USB_CANCELLED:
		return "cancelled";
	case USB_STALL:
		return "stalled";
	case USB_GONE:
		return "device left the bus";
	case USB_NO_MEMORY:
		return "USB memory of the kernel is used up (usbcore.usbfs_memory_mb)";
	case USB_BUSY:
		return "another program holds the device";
	case USB_DENIED:
		return "no permission to open the device (udev rule missing?)";
	case USB_UNFIT:
		return "no interface with a bulk IN and a bulk OUT endpoint";
	case USB_FAILED:
		return "transfer failed on the wire";
	}
	return "unknown";
}

static struct usb *make_usbip(const char *path, struct problem *problem)
{
	struct sockaddr_un address;
	struct usb *u;

	if (path[0] == '\0' || strlen(path) >= sizeof address.sun_path) {
		problem_set(problem, "usb.attach", "give unix:PATH with a shorter path",
			    "a socket path has 1 to %zu characters", sizeof address.sun_path - 1);
		return NULL;
	}
	u = usb_usbip_make(path);
	if (u)
		snprintf(u->description, sizeof u->description, "usbip unix:%s", path);
	return u;
}

struct usb *usb_make(uv_loop_t *loop, const char *attach, const struct usb_listener *listener,
		     struct problem *problem)
{
	struct usb *u;

	problem->why[0] = '\0';
	if (strcmp(attach, "libusb") == 0) {
		u = usb_libusb_make();
		if (u)
			snprintf(u->description, sizeof u->description, "libusb");
	} else if (strncmp(attach, "unix:", 5) == 0) {
		u = make_usbip(attach + 5, problem);
	} else {
		problem_set(problem, "usb.attach", "give \"libusb\" or \"unix:PATH\"",
			    "\"%.60s\" is not a way to attach", attach);
		return NULL;
	}
	if (!u) {
		if (!problem->why[0])
			problem_set(problem, "usb", "free some memory", "out of memory");
		return NULL;
	}
	u->loop = loop;
	u->listener = *listener;
	return u;
}

void usb_free(struct usb *u)
{
	free(u);
}

uint64_t usb_memory_limit(void)
{
	FILE *f = fopen("/sys/module/usbcore/parameters/usbfs_memory_mb", "re");
	char text[32];
	uint64_t mib = 0;

	if (!f)
		return 0;
	if (fgets(text, sizeof text, f))
		mib = strtoul(text, NULL, 10);
	fclose(f);
	return mib << 20; /* the kernel's 0 means no limit, as ours */
}
