/*
 * The kernel's own USB/IP host, vhci_hcd: one end of a socket pair is given to it by writing
 * "PORT FD DEVID SPEED" into its attach file; it then speaks USB/IP on it. Closing our end unplugs.
 * Controller k has ports 30k..30k+14 for high speed; the kernel also takes full-speed devices
 * there.
 */
#include "tests/rack/rack.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#define VHCI "/sys/devices/platform/vhci_hcd.0"

enum {
	PORT_FREE = 4,
	RETRY_US = 20000,
	SOCKET_BYTES = 4 << 20,
	CONTROLLERS_MAX = 64,
	HUB_PORTS = 15
};

/* Free high-speed ports of one controller; -1: there is no such controller. */
static int read_status(int controller, int *ports, int room)
{
	char path[96], line[128];
	int count = 0;
	FILE *f;

	if (controller)
		snprintf(path, sizeof path, VHCI "/status.%d", controller);
	else
		snprintf(path, sizeof path, VHCI "/status");
	f = fopen(path, "re");
	if (!f)
		return -1;
	while (fgets(line, sizeof line, f)) {
		char hub[4];
		unsigned port, status;

		if (sscanf(line, "%3s %u %u", hub, &port, &status) == 3 && !strcmp(hub, "hs") &&
		    status == PORT_FREE && count < room)
			ports[count++] = (int)port;
	}
	fclose(f);
	return count;
}

/*
 * One port of each controller in turn: the kernel enumerates the devices of one hub one after the
 * other, and a preloader at the end of fifteen would wait longer than it waits for a configuration.
 */
int vhci_ports(struct rack *rack, struct problem *problem)
{
	static const char remedy[] = "load it with \"modprobe vhci-hcd\", and run as root";
	int ports[CONTROLLERS_MAX][HUB_PORTS], free_ports[CONTROLLERS_MAX], controllers, count = 0;

	for (controllers = 0; controllers < CONTROLLERS_MAX; controllers++) {
		free_ports[controllers] = read_status(controllers, ports[controllers], HUB_PORTS);
		if (free_ports[controllers] < 0)
			break;
	}
	if (controllers == 0)
		return problem_set(problem, VHCI, remedy, "%s", strerror(errno));
	if (access(VHCI "/attach", W_OK))
		return problem_set(problem, VHCI "/attach", remedy, "%s", strerror(errno));
	for (int i = 0; i < HUB_PORTS; i++)
		for (int k = 0; k < controllers && count < rack->config.devices; k++)
			if (i < free_ports[k])
				rack->slots[count++].port = ports[k][i];
	if (count < rack->config.devices)
		return problem_set(problem, VHCI, "use fewer devices, or detach others",
				   "%d free ports for %d devices", count, rack->config.devices);
	return 0;
}

static int write_attach(const struct slot *slot, int fd)
{
	char line[64];
	int n = snprintf(line, sizeof line, "%d %d %u %d", slot->port, fd,
			 usbip_devid((unsigned)slot->device.index), slot->device.usb.face.speed);
	int attach = open(VHCI "/attach", O_WRONLY | O_CLOEXEC);
	int error = 0;

	if (attach < 0 || write(attach, line, (size_t)n) != n)
		error = errno;
	if (attach >= 0)
		close(attach);
	return error;
}

/* The port may still be taken by the connection that just ended: then try again shortly. */
void vhci_attach(struct rack *rack, struct slot *slot)
{
	uint64_t now = rack_clock();
	int pair[2], bytes = SOCKET_BYTES, error;

	if (slot->retry_us > now)
		return;
	slot->retry_us = now + RETRY_US;
	if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair)) {
		fprintf(stderr,
			"flashrack-rack: socket, device %d: %s; raise the limit of open files\n",
			slot->device.index, strerror(errno));
		return;
	}
	for (int i = 0; i < 2; i++) {
		if (setsockopt(pair[i], SOL_SOCKET, SO_SNDBUFFORCE, &bytes, sizeof bytes))
			setsockopt(pair[i], SOL_SOCKET, SO_SNDBUF, &bytes, sizeof bytes);
	}
	error = write_attach(slot, pair[0]);
	close(pair[0]); /* the kernel holds its own reference */
	if (error) {
		if (error != EBUSY && error != EINVAL)
			fprintf(stderr,
				"flashrack-rack: attach, device %d at port %d: %s; check "
				"the kernel's log\n",
				slot->device.index, slot->port, strerror(error));
		close(pair[1]);
		return;
	}
	slot->retry_us = 0;
	rack_link(rack, slot, pair[1]);
}
