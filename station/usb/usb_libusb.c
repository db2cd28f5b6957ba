/*
 * usb_libusb: real USB ports. The only file that knows libusb.
 *
 * libusb's descriptors are watched by the loop; after each turn that found one ready,
 * libusb_handle_events runs once, without waiting. Hotplug callbacks only note what came or went:
 * it is told right after libusb has returned, when it may be called again.
 *
 * Opening, detaching and claiming are short ioctls. Giving a device back is not: the kernel's
 * driver talks to the device when it is bound again, and waits seconds for one that hangs. That is
 * done by a worker; the descriptor itself is closed on the loop, where its watcher lives.
 */
#include <assert.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <libusb.h>

#include "station/usb/descriptor.h"
#include "station/usb/usb.h"

#define CLASS_HUB 9

struct real_usb;

struct watch {
	uv_poll_t poll;
	struct watch *next;
	struct real_usb *u;
	int fd;
};

struct real_device {
	struct usb_device base;
	struct real_device *next;
	libusb_device *device;
	libusb_device_handle *handle; /* NULL: not open */
	bool present;		      /* no `left` yet */
	bool had_driver;	      /* the kernel's, to be given back */
	bool closing;
	uv_work_t give_back;
	usb_closed *closed;
	void *closed_context;
};

struct note { /* a hotplug event not told yet */
	struct note *next;
	libusb_device *device;
	bool arrived;
	uint64_t seen_ns;
};

struct real_usb {
	struct usb base;
	libusb_context *context;
	libusb_hotplug_callback_handle hotplug;
	struct watch *watches;
	uv_check_t after_poll;
	bool ready; /* a descriptor was */
	struct real_device *devices;
	struct note *notes, **notes_end;
	unsigned closing_watches;
	usb_closed *stopped;
	void *stopped_context;
};

struct transfer_part {
	struct libusb_transfer *transfer;
	uint8_t control[16]; /* setup and data stage */
};

static enum usb_status status_of_error(int error)
{
	switch (error) {
	case LIBUSB_SUCCESS:
		return USB_OK;
	case LIBUSB_ERROR_NO_DEVICE:
	case LIBUSB_ERROR_NOT_FOUND:
		return USB_GONE;
	case LIBUSB_ERROR_NO_MEM:
		return USB_NO_MEMORY;
	case LIBUSB_ERROR_BUSY:
		return USB_BUSY;
	case LIBUSB_ERROR_ACCESS:
		return USB_DENIED;
	case LIBUSB_ERROR_PIPE:
		return USB_STALL;
	default:
		return USB_FAILED;
	}
}

static enum usb_status status_of_transfer(enum libusb_transfer_status status)
{
	switch (status) {
	case LIBUSB_TRANSFER_COMPLETED:
		return USB_OK;
	case LIBUSB_TRANSFER_CANCELLED:
		return USB_CANCELLED;
	case LIBUSB_TRANSFER_STALL:
		return USB_STALL;
	case LIBUSB_TRANSFER_NO_DEVICE:
		return USB_GONE;
	case LIBUSB_TRANSFER_TIMED_OUT:
	case LIBUSB_TRANSFER_OVERFLOW:
	case LIBUSB_TRANSFER_ERROR:
		break;
	}
	return USB_FAILED;
}

/* ---- devices ---- */

/* "pci0000:00/0000:00:14.0/usb1 1-4.2": where in the machine, then hub ports. */
static void name_path(char *to, size_t size, libusb_device *device)
{
	uint8_t ports[8];
	int count = libusb_get_port_numbers(device, ports, sizeof ports);
	unsigned bus = libusb_get_bus_number(device);
	char link[64], real[512];
	const char *root;
	ssize_t n;
	size_t at;

	snprintf(link, sizeof link, "/sys/bus/usb/devices/usb%u", bus);
	n = readlink(link, real, sizeof real - 1);
	real[n > 0 ? n : 0] = '\0';
	root = strstr(real, "devices/");
	if (root)
		snprintf(to, size, "%s ", root + strlen("devices/"));
	else
		snprintf(to, size, "usb%u ", bus);
	for (int i = 0; i < count; i++) {
		at = strlen(to);
		if (i == 0)
			snprintf(to + at, size - at, "%u-%u", bus, ports[i]);
		else
			snprintf(to + at, size - at, ".%u", ports[i]);
	}
}

static enum usb_speed speed_of(libusb_device *device)
{
	switch (libusb_get_device_speed(device)) {
	case LIBUSB_SPEED_FULL:
		return USB_SPEED_FULL;
	case LIBUSB_SPEED_HIGH:
		return USB_SPEED_HIGH;
	case LIBUSB_SPEED_SUPER:
	case LIBUSB_SPEED_SUPER_PLUS:
		return USB_SPEED_SUPER;
	default:
		return USB_SPEED_UNKNOWN;
	}
}

static void free_if_unused(struct real_device *d)
{
	if (d->present || d->handle || d->closing)
		return;
	libusb_unref_device(d->device);
	free(d);
}

static void arrive(struct real_usb *u, const struct note *note)
{
	struct libusb_device_descriptor descriptor;
	struct real_device *d;

	if (libusb_get_device_descriptor(note->device, &descriptor) != 0 ||
	    descriptor.bDeviceClass == CLASS_HUB)
		return;
	d = calloc(1, sizeof *d);
	if (!d)
		return;
	d->device = libusb_ref_device(note->device);
	d->base.usb = &u->base;
	d->base.arrival.vid = descriptor.idVendor;
	d->base.arrival.pid = descriptor.idProduct;
	d->base.arrival.speed = speed_of(note->device);
	d->base.seen_ns = note->seen_ns;
	name_path(d->base.path, sizeof d->base.path, note->device);
	d->present = true;
	d->next = u->devices;
	u->devices = d;
	u->base.listener.arrived(u->base.listener.context, &d->base);
}

static void leave(struct real_usb *u, libusb_device *device)
{
	struct real_device **at = &u->devices, *d;

	while (*at && (*at)->device != device)
		at = &(*at)->next;
	d = *at;
	if (!d)
		return;
	*at = d->next;
	d->present = false;
	u->base.listener.left(u->base.listener.context, &d->base);
	free_if_unused(d);
}

static int LIBUSB_CALL hotplug(libusb_context *context, libusb_device *device,
			       libusb_hotplug_event event, void *user)
{
	struct real_usb *u = user;
	struct note *note = malloc(sizeof *note);

	(void)context;
	if (!note)
		return 0;
	*note = (struct note){
		.device = libusb_ref_device(device),
		.arrived = event == LIBUSB_HOTPLUG_EVENT_DEVICE_ARRIVED,
		.seen_ns = uv_hrtime(),
	};
	*u->notes_end = note;
	u->notes_end = &note->next;
	return 0;
}

static void tell_notes(struct real_usb *u)
{
	struct note *note;

	while ((note = u->notes)) {
		u->notes = note->next;
		if (!u->notes)
			u->notes_end = &u->notes;
		if (note->arrived)
			arrive(u, note);
		else
			leave(u, note->device);
		libusb_unref_device(note->device);
		free(note);
	}
}

/* ---- the loop ---- */

static void after_poll(uv_check_t *check)
{
	struct real_usb *u = check->data;
	struct timeval none = {0, 0};

	if (!u->ready)
		return;
	u->ready = false;
	libusb_handle_events_timeout_completed(u->context, &none, NULL);
	tell_notes(u);
}

/* Also called with an error, once, when a device is gone: libusb sees the same and reacts. */
static void descriptor_ready(uv_poll_t *poll, int status, int events)
{
	struct watch *w = poll->data;

	(void)status;
	(void)events;
	w->u->ready = true;
}

static void add_watch(int fd, short events, void *user)
{
	struct real_usb *u = user;
	struct watch *w = calloc(1, sizeof *w);
	int wanted = (events & POLLIN ? UV_READABLE : 0) | (events & POLLOUT ? UV_WRITABLE : 0);

	if (!w)
		abort(); /* libusb's interface has no way to refuse, and without it all stands still
			  */
	w->u = u;
	w->fd = fd;
	w->poll.data = w;
	if (uv_poll_init(u->base.loop, &w->poll, fd) != 0) {
		free(w);
		return;
	}
	uv_poll_start(&w->poll, wanted, descriptor_ready);
	w->next = u->watches;
	u->watches = w;
}

static void watch_closed(uv_handle_t *handle)
{
	struct watch *w = handle->data;

	free(w);
}

static void remove_watch(int fd, void *user)
{
	struct real_usb *u = user;
	struct watch **at = &u->watches, *w;

	while (*at && (*at)->fd != fd)
		at = &(*at)->next;
	w = *at;
	if (!w)
		return;
	*at = w->next;
	uv_close((uv_handle_t *)&w->poll, watch_closed);
}

static void watch_existing(struct real_usb *u)
{
	const struct libusb_pollfd **fds = libusb_get_pollfds(u->context);

	for (size_t i = 0; fds && fds[i]; i++)
		add_watch(fds[i]->fd, fds[i]->events, u);
	libusb_free_pollfds(fds);
	libusb_set_pollfd_notifiers(u->context, add_watch, remove_watch, u);
}

static int real_start(struct usb *base, struct problem *problem)
{
	struct real_usb *u = (struct real_usb *)base;
	int error;

	uv_check_init(base->loop, &u->after_poll);
	u->after_poll.data = u;
	error = libusb_init(&u->context);
	if (error != 0) {
		u->context = NULL;
		return problem_set(problem, "usb", "check that /dev/bus/usb is there and readable",
				   "libusb does not start: %s", libusb_strerror(error));
	}
	uv_check_start(&u->after_poll, after_poll);
	watch_existing(u);
	error = libusb_hotplug_register_callback(
		u->context, LIBUSB_HOTPLUG_EVENT_DEVICE_ARRIVED | LIBUSB_HOTPLUG_EVENT_DEVICE_LEFT,
		LIBUSB_HOTPLUG_ENUMERATE, LIBUSB_HOTPLUG_MATCH_ANY, LIBUSB_HOTPLUG_MATCH_ANY,
		LIBUSB_HOTPLUG_MATCH_ANY, hotplug, u, &u->hotplug);
	if (error != 0)
		return problem_set(problem, "usb", "use a libusb built with udev or netlink",
				   "libusb has no hotplug here: %s", libusb_strerror(error));
	tell_notes(u);
	return 0;
}

static void stop_closed(uv_handle_t *handle)
{
	struct real_usb *u = handle->data;

	u->stopped(u->stopped_context);
}

static void real_stop(struct usb *base, usb_closed *stopped, void *context)
{
	struct real_usb *u = (struct real_usb *)base;

	u->stopped = stopped;
	u->stopped_context = context;
	if (!u->context) { /* it never started */
		uv_close((uv_handle_t *)&u->after_poll, stop_closed);
		return;
	}
	libusb_hotplug_deregister_callback(u->context, u->hotplug);
	libusb_set_pollfd_notifiers(u->context, NULL, NULL, NULL);
	while (u->watches)
		remove_watch(u->watches->fd, u);
	while (u->notes) {
		struct note *note = u->notes;

		u->notes = note->next;
		libusb_unref_device(note->device);
		free(note);
	}
	while (u->devices) {
		struct real_device *d = u->devices;

		u->devices = d->next;
		d->present = false;
		assert(!d->handle && !d->closing);
		free_if_unused(d);
	}
	libusb_exit(u->context);
	uv_close((uv_handle_t *)&u->after_poll, stop_closed);
}

/* ---- opening and closing ---- */

static bool find_pair(struct real_device *d)
{
	struct libusb_config_descriptor *config;
	struct usb_configuration c = {.count = 0};
	bool found;

	if (libusb_get_active_config_descriptor(d->device, &config) != 0)
		return false;
	for (int i = 0; i < config->bNumInterfaces && c.count < USB_INTERFACES_MAX; i++) {
		const struct libusb_interface *interface = &config->interface[i];
		const struct libusb_interface_descriptor *first = interface->altsetting;
		struct usb_interface_facts *facts = &c.interfaces[c.count];

		if (interface->num_altsetting < 1)
			continue;
		facts->number = first->bInterfaceNumber;
		facts->class = first->bInterfaceClass;
		c.count++;
		for (int e = 0; e < first->bNumEndpoints; e++)
			usb_interface_add_endpoint(facts, first->endpoint[e].bEndpointAddress,
						   first->endpoint[e].bmAttributes,
						   first->endpoint[e].wMaxPacketSize);
	}
	found = usb_configuration_choose(&c, &d->base.pair);
	libusb_free_config_descriptor(config);
	return found;
}

static int claim(struct real_device *d, uint8_t interface)
{
	if (interface == USB_NO_INTERFACE)
		return 0;
	if (libusb_detach_kernel_driver(d->handle, interface) == 0)
		d->had_driver = true;
	return libusb_claim_interface(d->handle, interface);
}

static enum usb_status open_device(struct real_device *d)
{
	int error;

	if (!find_pair(d))
		return USB_UNFIT;
	d->had_driver = false;
	error = libusb_open(d->device, &d->handle);
	if (error != 0) {
		d->handle = NULL;
		return status_of_error(error);
	}
	error = claim(d, d->base.pair.data_interface);
	if (error == 0)
		error = claim(d, d->base.pair.comm_interface);
	if (error != 0) {
		libusb_close(d->handle); /* releases what was claimed */
		d->handle = NULL;
	}
	return status_of_error(error);
}

static void real_open(struct usb_device *base, usb_opened *opened, void *context)
{
	struct real_device *d = (struct real_device *)base;

	assert(!d->handle && !d->closing);
	opened(context, open_device(d));
}

/*
 * In a worker. cdc_acm binds through the communication interface and takes the data interface with
 * it, so both are released before it is asked to look at the device again.
 */
static void give_back(uv_work_t *work)
{
	struct real_device *d = work->data;
	const struct usb_pair *pair = &d->base.pair;

	libusb_release_interface(d->handle, pair->data_interface);
	if (pair->comm_interface != USB_NO_INTERFACE)
		libusb_release_interface(d->handle, pair->comm_interface);
	if (!d->had_driver)
		return;
	if (pair->comm_interface != USB_NO_INTERFACE)
		libusb_attach_kernel_driver(d->handle, pair->comm_interface);
	libusb_attach_kernel_driver(d->handle, pair->data_interface);
}

static void given_back(uv_work_t *work, int status)
{
	struct real_device *d = work->data;
	usb_closed *closed = d->closed;
	void *context = d->closed_context;

	(void)status;
	libusb_close(d->handle);
	d->handle = NULL;
	d->closing = false;
	free_if_unused(d);
	closed(context);
}

static void real_close(struct usb_device *base, usb_closed *closed, void *context)
{
	struct real_device *d = (struct real_device *)base;

	assert(d->handle && !d->closing);
	d->closing = true;
	d->closed = closed;
	d->closed_context = context;
	d->give_back.data = d;
	uv_queue_work(base->usb->loop, &d->give_back, give_back, given_back);
}

/* ---- transfers ---- */

static bool real_transfer_init(struct usb *u, struct usb_transfer *t)
{
	struct transfer_part *part = calloc(1, sizeof *part);

	(void)u;
	t->adapter = part;
	if (!part)
		return false;
	part->transfer = libusb_alloc_transfer(0);
	return part->transfer != NULL;
}

static void real_transfer_free(struct usb *u, struct usb_transfer *t)
{
	struct transfer_part *part = t->adapter;

	(void)u;
	if (!part)
		return;
	libusb_free_transfer(part->transfer);
	free(part);
	t->adapter = NULL;
}

static void LIBUSB_CALL completed(struct libusb_transfer *transfer)
{
	struct usb_transfer *t = transfer->user_data;

	t->actual = (size_t)transfer->actual_length;
	t->status = status_of_transfer(transfer->status);
	t->done(t);
}

static enum usb_status real_submit(struct usb_device *base, struct usb_transfer *t)
{
	struct real_device *d = (struct real_device *)base;
	struct transfer_part *part = t->adapter;

	switch (t->direction) {
	case USB_CONTROL_OUT:
		memcpy(part->control, t->setup, 8);
		memcpy(part->control + 8, t->payload, t->length);
		libusb_fill_control_transfer(part->transfer, d->handle, part->control, completed, t,
					     0);
		break;
	case USB_BULK_OUT: /* libusb only reads from it */
		libusb_fill_bulk_transfer(part->transfer, d->handle, base->pair.out,
					  (uint8_t *)(uintptr_t)t->source, (int)t->length,
					  completed, t, 0);
		break;
	case USB_BULK_IN:
		libusb_fill_bulk_transfer(part->transfer, d->handle, base->pair.in, t->target,
					  (int)t->length, completed, t, 0);
		break;
	}
	return status_of_error(libusb_submit_transfer(part->transfer));
}

static void real_cancel(struct usb_device *d, struct usb_transfer *t)
{
	struct transfer_part *part = t->adapter;

	(void)d;
	libusb_cancel_transfer(part->transfer); /* "not found": it is on its way back already */
}

static const struct usb_adapter real_adapter = {
	.name = "libusb",
	.start = real_start,
	.stop = real_stop,
	.open = real_open,
	.close = real_close,
	.transfer_init = real_transfer_init,
	.transfer_free = real_transfer_free,
	.submit = real_submit,
	.cancel = real_cancel,
};

struct usb *usb_libusb_make(void)
{
	struct real_usb *u = calloc(1, sizeof *u);

	if (!u)
		return NULL;
	u->base.adapter = &real_adapter;
	u->notes_end = &u->notes;
	return &u->base;
}
