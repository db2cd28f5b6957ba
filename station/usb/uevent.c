#include "station/usb/uevent.h"

#include <dirent.h>
#include <errno.h>
#include <linux/netlink.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#define KERNEL_GROUP  1
#define MESSAGE_BYTES 8192
#define QUEUE_BYTES   (4 << 20) /* a rack switched on at once: 120 devices, a dozen messages each */
#define SYSFS_DEVICES "/sys/bus/usb/devices"

struct uevent {
	uv_poll_t poll;
	int fd;
	uevent_told *told;
	void *context;
	void (*stopped)(void *context);
	void *stopped_context;
};

/* ---- messages ---- */

struct seen {
	bool device;	 /* a whole device, not one of its interfaces */
	bool configured; /* bound to the kernel's general driver, which has chosen a configuration
			  */
};

static void take_value(struct uevent_device *d, const char *key, const char *value,
		       struct seen *seen)
{
	char *slash;

	if (strcmp(key, "DEVTYPE") == 0)
		seen->device = strcmp(value, "usb_device") == 0;
	else if (strcmp(key, "DRIVER") == 0)
		seen->configured = strcmp(value, "usb") == 0;
	else if (strcmp(key, "PRODUCT") == 0) { /* "e8d/2000/100" */
		d->vid = (uint16_t)strtoul(value, &slash, 16);
		d->pid = (uint16_t)(*slash == '/' ? strtoul(slash + 1, NULL, 16) : 0);
	} else if (strcmp(key, "TYPE") == 0)
		d->device_class = (uint8_t)strtoul(value, NULL, 10);
	else if (strcmp(key, "BUSNUM") == 0)
		d->bus = (unsigned)strtoul(value, NULL, 10);
	else if (strcmp(key, "DEVNUM") == 0)
		d->number = (unsigned)strtoul(value, NULL, 10);
}

/* KEY=VALUE texts, each ended by `end`: NUL in messages, a line's end in sysfs. */
static bool take_values(struct uevent_device *d, const char *p, size_t n, char end)
{
	struct seen seen = {false, false};

	while (n) {
		const char *stop = memchr(p, end, n);
		size_t length = stop ? (size_t)(stop - p) : n;
		const char *equals = memchr(p, '=', length);
		char key[16], value[64];

		if (equals && (size_t)(equals - p) < sizeof key &&
		    length - (size_t)(equals - p) - 1 < sizeof value) {
			snprintf(key, sizeof key, "%.*s", (int)(equals - p), p);
			snprintf(value, sizeof value, "%.*s",
				 (int)(length - (size_t)(equals - p) - 1), equals + 1);
			take_value(d, key, value, &seen);
		}
		n -= stop ? length + 1 : length;
		p += stop ? length + 1 : length;
	}
	return seen.device && (seen.configured || !d->added) && d->bus && d->number;
}

bool uevent_parse(const char *message, size_t n, struct uevent_device *d)
{
	size_t head = strnlen(message, n);
	const char *at = memchr(message, '@', head);

	*d = (struct uevent_device){.added = true};
	if (!at || head == n || message + head - at > (ptrdiff_t)sizeof d->sysfs)
		return false;
	if (strncmp(message, "remove@", 7) == 0)
		d->added = false;
	else if (strncmp(message, "bind@", 5) != 0)
		return false; /* after "add" it has no configuration yet */
	snprintf(d->sysfs, sizeof d->sysfs, "%.*s", (int)(message + head - at - 1), at + 1);
	return take_values(d, message + head + 1, n - head - 1, '\0');
}

void uevent_path(const struct uevent_device *d, char *to, size_t size)
{
	const char *start = d->sysfs;
	const char *last = strrchr(start, '/');
	const char *root_end = strstr(start, "/usb");

	if (strncmp(start, "/devices/", 9) == 0)
		start += 9;
	root_end = root_end ? strchr(root_end + 1, '/') : NULL;
	if (!last || !root_end || root_end < start) {
		snprintf(to, size, "usb%u %u", d->bus, d->number);
		return;
	}
	snprintf(to, size, "%.*s %s", (int)(root_end - start), start, last + 1);
}

enum usb_speed uevent_speed(const struct uevent_device *d)
{
	char name[300], text[16] = "";
	FILE *file;

	snprintf(name, sizeof name, "/sys%s/speed", d->sysfs);
	file = fopen(name, "re");
	if (!file)
		return USB_SPEED_UNKNOWN;
	if (!fgets(text, sizeof text, file))
		text[0] = '\0';
	fclose(file);
	if (strncmp(text, "12", 2) == 0 || strncmp(text, "1.5", 3) == 0)
		return USB_SPEED_FULL;
	if (strncmp(text, "480", 3) == 0)
		return USB_SPEED_HIGH;
	return strtoul(text, NULL, 10) >= 5000 ? USB_SPEED_SUPER : USB_SPEED_UNKNOWN;
}

/* Small: interfaces of one configuration are numbered from 0, with few gaps if any. */
#define INTERFACES_TRIED 16

static bool read_hex(const char *folder, const char *name, uint8_t *to)
{
	char path[400], text[8] = "";
	FILE *file;

	snprintf(path, sizeof path, "%s/%s", folder, name);
	file = fopen(path, "re");
	if (!file)
		return false;
	if (!fgets(text, sizeof text, file))
		text[0] = '\0';
	fclose(file);
	*to = (uint8_t)strtoul(text, NULL, 16);
	return true;
}

size_t uevent_classes(const struct uevent_device *d, struct usb_class *to, size_t room)
{
	const char *last = strrchr(d->sysfs, '/');
	size_t count = 0;

	for (unsigned i = 0; last && i < INTERFACES_TRIED && count < room; i++) {
		char folder[360];

		snprintf(folder, sizeof folder, "/sys%s/%.64s:1.%u", d->sysfs, last + 1, i);
		if (read_hex(folder, "bInterfaceClass", &to[count].class) &&
		    read_hex(folder, "bInterfaceSubClass", &to[count].subclass) &&
		    read_hex(folder, "bInterfaceProtocol", &to[count].protocol))
			count++;
	}
	return count;
}

/* ---- devices that are there already ---- */

static void tell_present(struct uevent *e, const char *name)
{
	struct uevent_device d = {.added = true};
	char path[300], link[PATH_MAX], text[1024];
	FILE *file;
	size_t n;

	snprintf(path, sizeof path, SYSFS_DEVICES "/%.64s", name);
	if (!realpath(path, link) || strncmp(link, "/sys/", 5) != 0 ||
	    strlen(link + 4) >= sizeof d.sysfs)
		return;
	snprintf(d.sysfs, sizeof d.sysfs, "%s", link + 4);
	snprintf(path, sizeof path, SYSFS_DEVICES "/%.64s/uevent", name);
	file = fopen(path, "re");
	if (!file)
		return; /* it has just left */
	n = fread(text, 1, sizeof text, file);
	fclose(file);
	if (take_values(&d, text, n, '\n'))
		e->told(e->context, &d);
}

static void tell_all_present(struct uevent *e)
{
	DIR *dir = opendir(SYSFS_DEVICES);
	struct dirent *entry;

	while (dir && (entry = readdir(dir)))
		if (entry->d_name[0] != '.' && !strchr(entry->d_name, ':'))
			tell_present(e, entry->d_name);
	if (dir)
		closedir(dir);
}

/* ---- the socket ---- */

static void readable(uv_poll_t *poll, int status, int events)
{
	struct uevent *e = poll->data;
	struct sockaddr_nl from = {.nl_pid = 1};
	char message[MESSAGE_BYTES];
	struct uevent_device d;

	(void)status;
	(void)events;
	for (;;) {
		socklen_t size = sizeof from;
		ssize_t n = recvfrom(e->fd, message, sizeof message - 1, MSG_DONTWAIT,
				     (struct sockaddr *)&from, &size);

		if (n < 0 && errno == ENOBUFS) {
			tell_all_present(e); /* some were lost: they can be made up for */
			e->told(e->context, NULL);
			continue;
		}
		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			return;
		message[n] = '\0';
		/* Only the kernel may speak here: processes have a port number. */
		if (from.nl_pid == 0 && uevent_parse(message, (size_t)n, &d))
			e->told(e->context, &d);
	}
}

static int open_socket(struct uevent *e)
{
	struct sockaddr_nl address = {.nl_family = AF_NETLINK, .nl_groups = KERNEL_GROUP};
	int bytes = QUEUE_BYTES;

	e->fd = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC | SOCK_NONBLOCK, NETLINK_KOBJECT_UEVENT);
	if (e->fd < 0)
		return -1;
	/* FORCE needs a privilege; without it the system's limit applies. */
	if (setsockopt(e->fd, SOL_SOCKET, SO_RCVBUFFORCE, &bytes, sizeof bytes) != 0)
		(void)setsockopt(e->fd, SOL_SOCKET, SO_RCVBUF, &bytes, sizeof bytes);
	return bind(e->fd, (struct sockaddr *)&address, sizeof address);
}

int uevent_start(struct uevent **out, uv_loop_t *loop, uevent_told *told, void *context,
		 struct problem *problem)
{
	struct uevent *e = calloc(1, sizeof *e);

	*out = NULL;
	if (!e)
		return problem_set(problem, "usb", "free some memory", "out of memory");
	e->told = told;
	e->context = context;
	e->poll.data = e;
	if (open_socket(e) != 0 || uv_poll_init(loop, &e->poll, e->fd) != 0) {
		problem_set(problem, "usb", "run where the kernel's uevents can be heard",
			    "no netlink socket for uevents: %s", strerror(errno));
		if (e->fd >= 0)
			close(e->fd);
		free(e);
		return -1;
	}
	uv_poll_start(&e->poll, UV_READABLE, readable);
	*out = e;
	tell_all_present(e);
	return 0;
}

static void closed(uv_handle_t *handle)
{
	struct uevent *e = handle->data;

	close(e->fd);
	e->stopped(e->stopped_context);
	free(e);
}

void uevent_stop(struct uevent *e, void (*stopped)(void *context), void *context)
{
	e->stopped = stopped;
	e->stopped_context = context;
	uv_close((uv_handle_t *)&e->poll, closed);
}
