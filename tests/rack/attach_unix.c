/*
 * USB/IP on a unix stream socket: OP_REQ_DEVLIST, OP_REQ_IMPORT, then the connection belongs to the
 * imported device. A device that is away is not in the list; one that is imported already is
 * refused with "busy".
 */
#include "tests/rack/rack.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

/* Long paths do not fit sockaddr_un: go through the directory's descriptor. */
static int address_of(const char *path, struct sockaddr_un *address, int *dir_fd)
{
	char dir[4096];
	const char *slash = strrchr(path, '/');

	*dir_fd = -1;
	*address = (struct sockaddr_un){.sun_family = AF_UNIX};
	if (strlen(path) < sizeof address->sun_path) {
		snprintf(address->sun_path, sizeof address->sun_path, "%s", path);
		return 0;
	}
	if (!slash || (size_t)(slash - path) >= sizeof dir || strlen(slash) > 64) {
		errno = ENAMETOOLONG;
		return -1;
	}
	snprintf(dir, sizeof dir, "%.*s", (int)(slash - path), path);
	*dir_fd = open(dir, O_PATH | O_DIRECTORY | O_CLOEXEC);
	if (*dir_fd < 0)
		return -1;
	snprintf(address->sun_path, sizeof address->sun_path, "/proc/self/fd/%d%s", *dir_fd, slash);
	return 0;
}

/* An old socket nobody listens on is removed; a live one is an error. */
static int make_way(const struct sockaddr_un *address)
{
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	int busy = fd >= 0 && !connect(fd, (const struct sockaddr *)address, sizeof *address);

	if (fd >= 0)
		close(fd);
	if (busy) {
		errno = EADDRINUSE;
		return -1;
	}
	unlink(address->sun_path);
	return 0;
}

int unix_listen(const char *path, struct problem *problem)
{
	struct sockaddr_un address;
	int dir_fd, fd = -1, bad;

	bad = address_of(path, &address, &dir_fd) || make_way(&address);
	if (!bad) {
		fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
		bad = fd < 0 || bind(fd, (struct sockaddr *)&address, sizeof address) ||
		      listen(fd, 128);
	}
	if (bad) {
		problem_set(problem, "socket", "stop the other rack, or use another path",
			    "%.150s: %s", path, strerror(errno));
		if (fd >= 0)
			close(fd);
		fd = -1;
	}
	if (dir_fd >= 0)
		close(dir_fd);
	return fd;
}

void unix_accept(struct rack *rack)
{
	int fd = accept4(rack->listener.fd, NULL, NULL, SOCK_CLOEXEC | SOCK_NONBLOCK);

	if (fd >= 0)
		rack_guest(rack, SOURCE_CLIENT, fd);
}

/* The answers are a few KiB: a fresh unix socket takes them whole, or the client is not worth it.
 */
static bool send_all(int fd, const void *bytes, size_t n)
{
	return send(fd, bytes, n, MSG_NOSIGNAL | MSG_DONTWAIT) == (ssize_t)n;
}

static void send_list(struct rack *rack, int fd)
{
	size_t room = USBIP_OP_BYTES + 4 +
		      (size_t)rack->config.devices *
			      (USBIP_DEVICE_BYTES + USBIP_INTERFACES_MAX * USBIP_INTERFACE_BYTES);
	uint8_t *bytes = calloc(1, room), *at;
	struct usbip_op op = {USBIP_VERSION, OP_REP_DEVLIST, OP_STATUS_OK};
	uint8_t count = 0;

	if (!bytes)
		return;
	usbip_op_put(bytes, &op);
	at = bytes + USBIP_OP_BYTES + 4;
	for (int i = 0; i < rack->config.devices; i++) {
		const struct device *d = &rack->slots[i].device;

		if (!d->present)
			continue;
		usbip_device_put(at, &d->usb.face, (unsigned)i);
		at += USBIP_DEVICE_BYTES;
		at += usbip_interfaces_put(at, &d->usb.face) * USBIP_INTERFACE_BYTES;
		count++;
	}
	bytes[USBIP_OP_BYTES + 3] = count;
	send_all(fd, bytes, (size_t)(at - bytes));
	free(bytes);
}

static struct slot *find_slot(struct rack *rack, const char *busid)
{
	for (int i = 0; i < rack->config.devices; i++) {
		char here[USBIP_BUSID_BYTES];

		usbip_busid(here, (unsigned)i);
		if (!strncmp(here, busid, sizeof here))
			return &rack->slots[i];
	}
	return NULL;
}

/* True when the connection now belongs to a device. */
static bool import(struct rack *rack, int fd, const char *busid)
{
	struct slot *slot = find_slot(rack, busid);
	uint8_t bytes[USBIP_OP_BYTES + USBIP_DEVICE_BYTES];
	struct usbip_op op = {USBIP_VERSION, OP_REP_IMPORT, OP_STATUS_OK};

	if (slot && slot->linked) { /* the client before may have gone in this very moment */
		link_readable(&slot->link, rack_clock());
		rack_settle(rack, slot);
	}
	if (!slot || !slot->device.present)
		op.status = OP_STATUS_NO_DEVICE;
	else if (slot->linked)
		op.status = OP_STATUS_BUSY;
	usbip_op_put(bytes, &op);
	if (op.status) {
		send_all(fd, bytes, USBIP_OP_BYTES);
		return false;
	}
	usbip_device_put(bytes + USBIP_OP_BYTES, &slot->device.usb.face,
			 (unsigned)slot->device.index);
	if (!send_all(fd, bytes, sizeof bytes))
		return false;
	rack_link(rack, slot, fd);
	return true;
}

void unix_client(struct rack *rack, struct source *client)
{
	size_t want = USBIP_OP_BYTES;
	struct usbip_op op;
	ssize_t got;
	int fd = client->fd;

	if (client->n >= USBIP_OP_BYTES)
		want = USBIP_OP_BYTES + USBIP_BUSID_BYTES;
	got = recv(fd, client->text + client->n, want - client->n, MSG_DONTWAIT);
	if (got < 0 && (errno == EAGAIN || errno == EINTR))
		return;
	if (got <= 0) {
		rack_guest_end(rack, client, true);
		return;
	}
	client->n += (size_t)got;
	if (client->n < USBIP_OP_BYTES)
		return;
	usbip_op_get(&op, client->text);
	if (op.version == USBIP_VERSION && op.code == OP_REQ_IMPORT) {
		char busid[USBIP_BUSID_BYTES + 1] = "";

		if (client->n < USBIP_OP_BYTES + USBIP_BUSID_BYTES)
			return; /* level-triggered: the rest raises another event */
		memcpy(busid, client->text + USBIP_OP_BYTES, USBIP_BUSID_BYTES);
		rack_guest_end(rack, client, false);
		if (!import(rack, fd, busid))
			close(fd);
		return;
	}
	if (op.version == USBIP_VERSION && op.code == OP_REQ_DEVLIST)
		send_list(rack, fd);
	rack_guest_end(rack, client, true);
}
