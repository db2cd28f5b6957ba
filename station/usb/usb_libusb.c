/*
 * usb_libusb: real USB ports. The only file that knows libusb.
 *
 * Devices come and go by the kernel's messages (uevent.h); libusb is given the open device file.
 * Its descriptors are watched by the loop; after each turn that found one ready, libusb's event
 * handling runs once, without waiting.
 *
 * Opening, detaching, claiming and giving back are done by workers: the kernel may talk to the
 * device meanwhile, and waits seconds for one that hangs. A descriptor is watched and closed on the
 * loop, where its watcher lives.
 */
#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <libusb.h>

#include "station/usb/descriptor.h"
#include "station/usb/uevent.h"
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
	struct real_device *next; /* of those on the bus */
	unsigned bus, number;
	bool present;		      /* no `left` yet */
	libusb_device_handle *handle; /* NULL: not open */
	int fd;			      /* of the device file while open, ours to close */
	bool had_driver;	      /* the kernel's, to be given back */
	bool gone;    /* a transfer said so; the kernel's message may take a while */
	bool working; /* a worker opens it or gives it back */
	uv_work_t work;
	enum usb_status open_status;
	usb_opened *opened;
	void *opened_context;
	usb_closed *closed;
	void *closed_context;
};

struct real_usb {
	struct usb base;
	libusb_context *context;
	uv_thread_t loop_thread;
	struct watch *watches;
	uv_check_t after_poll;
	bool ready;	    /* a descriptor of libusb was */
	struct uevent *ear; /* the kernel's messages */
	struct real_device *devices;
	usb_closed *stopped;
	void *stopped_context;
};

struct transfer_part {
	struct libusb_transfer *transfer;
	struct real_device *device; /* it was submitted to */
	uint8_t control[16];	    /* setup and data stage */
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

static void free_if_unused(struct real_device *d)
{
	if (!d->present && !d->handle && !d->working)
		free(d);
}

static struct real_device *find_device(struct real_usb *u, const char *path)
{
	struct real_device *d = u->devices;

	while (d && strcmp(d->base.path, path) != 0)
		d = d->next;
	return d;
}

static void leave(struct real_device *d)
{
	struct real_usb *u = (struct real_usb *)d->base.usb;
	struct real_device **at = &u->devices;

	while (*at != d)
		at = &(*at)->next;
	*at = d->next;
	d->present = false;
	d->gone = true;
	u->base.listener.left(u->base.listener.context, &d->base);
	free_if_unused(d);
}

/* Ids first: a preloader must not wait for files to be read. */
static enum device_mode mode_of(const struct arrival *a, const struct uevent_device *e)
{
	struct usb_class classes[16];
	size_t count = 0;

	if (!usb_mode_is_plain(a))
		count = uevent_classes(e, classes, sizeof classes / sizeof classes[0]);
	return usb_mode(a, classes, count);
}

static void arrive(struct real_usb *u, const struct uevent_device *e, const char *path)
{
	struct real_device *d = calloc(1, sizeof *d);

	if (!d)
		return;
	d->base.usb = &u->base;
	d->base.arrival = (struct arrival){e->vid, e->pid, uevent_speed(e)};
	d->base.mode = mode_of(&d->base.arrival, e);
	d->base.seen_ns = uv_hrtime();
	snprintf(d->base.path, sizeof d->base.path, "%s", path);
	d->bus = e->bus;
	d->number = e->number;
	d->fd = -1;
	d->present = true;
	d->next = u->devices;
	u->devices = d;
	u->base.listener.arrived(u->base.listener.context, &d->base);
}

/* Messages were lost: those whose device file has gone have left. */
static void drop_missing(struct real_usb *u)
{
	struct real_device *d, *next;
	char file[40];

	for (d = u->devices; d; d = next) {
		next = d->next;
		snprintf(file, sizeof file, "/dev/bus/usb/%03u/%03u", d->bus, d->number);
		if (access(file, F_OK) != 0)
			leave(d);
	}
}

/* The kernel's word: come (perhaps known already, perhaps in the place of another) or gone. */
static void told(void *context, const struct uevent_device *e)
{
	struct real_usb *u = context;
	char path[USB_PATH_MAX];
	struct real_device *d;

	if (!e) {
		drop_missing(u);
		return;
	}
	uevent_path(e, path, sizeof path);
	d = find_device(u, path);
	if (e->device_class == CLASS_HUB)
		return;
	if (d && d->bus == e->bus && d->number == e->number) {
		if (!e->added)
			leave(d);
	} else if (e->added) {
		if (d)
			leave(d);
		arrive(u, e, path);
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
		abort(); /* libusb has no way to hear a refusal, and without it all stands still */
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

/* libusb tells of new descriptors from whatever thread opens a device: those of
 * devices are watched by opened_or_not(). */
static void descriptor_added(int fd, short events, void *user)
{
	struct real_usb *u = user;
	uv_thread_t self = uv_thread_self();

	if (uv_thread_equal(&self, &u->loop_thread))
		add_watch(fd, events, user);
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
	uv_thread_t self = uv_thread_self();

	if (!uv_thread_equal(&self, &u->loop_thread))
		return; /* an open that failed in a worker: nothing was watched yet */
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
	libusb_set_pollfd_notifiers(u->context, descriptor_added, remove_watch, u);
}

static int real_start(struct usb *base, struct problem *problem)
{
	struct real_usb *u = (struct real_usb *)base;
	int error;

	uv_check_init(base->loop, &u->after_poll);
	u->after_poll.data = u;
	u->loop_thread = uv_thread_self();
	/* Its own discovery is a thread that listens to udev: not needed. */
	libusb_set_option(NULL, LIBUSB_OPTION_NO_DEVICE_DISCOVERY);
	error = libusb_init(&u->context);
	if (error != 0) {
		u->context = NULL;
		return problem_set(problem, "usb", "check that /dev/bus/usb is there and readable",
				   "libusb does not start: %s", libusb_strerror(error));
	}
	uv_check_start(&u->after_poll, after_poll);
	watch_existing(u);
	return uevent_start(&u->ear, base->loop, told, u, problem);
}

static void stop_closed(uv_handle_t *handle)
{
	struct real_usb *u = handle->data;

	u->stopped(u->stopped_context);
}

/* The kernel is not listened to any more. */
static void ear_stopped(void *context)
{
	struct real_usb *u = context;

	uv_close((uv_handle_t *)&u->after_poll, stop_closed);
}

static void real_stop(struct usb *base, usb_closed *stopped, void *context)
{
	struct real_usb *u = (struct real_usb *)base;

	u->stopped = stopped;
	u->stopped_context = context;
	while (u->devices) {
		struct real_device *d = u->devices;

		u->devices = d->next;
		d->present = false;
		assert(!d->handle && !d->working);
		free_if_unused(d);
	}
	if (u->context) {
		libusb_set_pollfd_notifiers(u->context, NULL, NULL, NULL);
		while (u->watches)
			remove_watch(u->watches->fd, u);
		libusb_exit(u->context);
	}
	if (u->ear)
		uevent_stop(u->ear, ear_stopped, u);
	else
		ear_stopped(u);
}

/* ---- opening and closing ---- */

static bool find_pair(struct real_device *d)
{
	struct libusb_config_descriptor *config;
	struct usb_configuration c = {.count = 0};
	bool found;

	if (libusb_get_active_config_descriptor(libusb_get_device(d->handle), &config) != 0)
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

static enum usb_status open_file(struct real_device *d)
{
	char path[40];
	int error;

	snprintf(path, sizeof path, "/dev/bus/usb/%03u/%03u", d->bus, d->number);
	d->fd = open(path, O_RDWR | O_CLOEXEC);
	if (d->fd < 0)
		return errno == EACCES || errno == EPERM ? USB_DENIED : USB_GONE;
	error = libusb_wrap_sys_device(((struct real_usb *)d->base.usb)->context, d->fd,
				       &d->handle);
	if (error == 0)
		return USB_OK;
	d->handle = NULL;
	return status_of_error(error);
}

/* In a worker. What it leaves half done is undone by opened_or_not(), on the loop. */
static void open_work(uv_work_t *work)
{
	struct real_device *d = work->data;
	int error;

	d->had_driver = d->gone = false;
	d->open_status = open_file(d);
	if (d->open_status != USB_OK)
		return;
	if (!find_pair(d)) {
		d->open_status = USB_UNFIT;
		return;
	}
	error = claim(d, d->base.pair.data_interface);
	if (error == 0)
		error = claim(d, d->base.pair.comm_interface);
	d->open_status = status_of_error(error);
}

static void close_file(struct real_device *d)
{
	if (d->handle)
		libusb_close(d->handle); /* releases what was claimed */
	if (d->fd >= 0)
		close(d->fd);
	d->handle = NULL;
	d->fd = -1;
}

static void opened_or_not(uv_work_t *work, int status)
{
	struct real_device *d = work->data;
	usb_opened *opened = d->opened;
	void *context = d->opened_context;
	enum usb_status result = d->open_status;

	(void)status;
	d->working = false;
	if (result == USB_OK && !d->present)
		result = USB_GONE;
	if (result == USB_OK)
		add_watch(d->fd, POLLOUT, d->base.usb);
	else
		close_file(d);
	free_if_unused(d);
	opened(context, result);
}

static void real_open(struct usb_device *base, usb_opened *opened, void *context)
{
	struct real_device *d = (struct real_device *)base;

	assert(!d->handle && !d->working);
	d->working = true;
	d->opened = opened;
	d->opened_context = context;
	d->work.data = d;
	uv_queue_work(base->usb->loop, &d->work, open_work, opened_or_not);
}

/*
 * In a worker. To bind a driver to a device that is just leaving costs seconds, in which the kernel
 * tells nobody else of theirs: it is left out for those. cdc_acm binds through the communication
 * interface and takes the data interface with it, so both are released before it is asked to look
 * at the device again.
 */
static void give_back(uv_work_t *work)
{
	struct real_device *d = work->data;
	const struct usb_pair *pair = &d->base.pair;

	if (d->gone)
		return; /* closing releases what is left */
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
	d->working = false;
	close_file(d);
	free_if_unused(d);
	closed(context);
}

static void real_close(struct usb_device *base, usb_closed *closed, void *context)
{
	struct real_device *d = (struct real_device *)base;

	assert(d->handle && !d->working);
	d->working = true;
	d->closed = closed;
	d->closed_context = context;
	d->work.data = d;
	uv_queue_work(base->usb->loop, &d->work, give_back, given_back);
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
	struct transfer_part *part = t->adapter;

	t->actual = (size_t)transfer->actual_length;
	t->status = status_of_transfer(transfer->status);
	if (t->status == USB_GONE)
		part->device->gone = true;
	t->done(t);
}

static enum usb_status real_submit(struct usb_device *base, struct usb_transfer *t)
{
	struct real_device *d = (struct real_device *)base;
	struct transfer_part *part = t->adapter;
	enum usb_status status;

	part->device = d;
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
	status = status_of_error(libusb_submit_transfer(part->transfer));
	if (status == USB_GONE)
		d->gone = true;
	return status;
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
	return &u->base;
}
