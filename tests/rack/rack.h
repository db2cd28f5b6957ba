/*
 * rack: the running simulator: its devices, their connections, one epoll loop.
 *
 * A slot is a device and the connection that drives it, if any. Devices do not know connections;
 * after every event the loop compares the two (rack_settle) and attaches or closes.
 */
#ifndef RACK_RACK_H
#define RACK_RACK_H

#include <stdbool.h>
#include <stdint.h>

#include "engine/base/problem.h"
#include "tests/rack/config.h"
#include "tests/rack/device.h"
#include "tests/rack/link.h"

enum source_kind {
	SOURCE_LINK,	 /* of a slot */
	SOURCE_LISTENER, /* USB/IP clients arrive */
	SOURCE_CLIENT,	 /* has not imported yet */
	SOURCE_CTL_LISTENER,
	SOURCE_CTL,
	SOURCE_SIGNAL,
};

struct source {
	enum source_kind kind;
	int fd;
	struct slot *slot; /* SOURCE_LINK */
	uint8_t text[256]; /* what a client or ctl has said so far */
	size_t n;
	struct source *next; /* clients and ctl connections, for the end */
};

struct slot {
	struct device device;
	struct link link;
	bool linked;
	struct source source;
	bool writing;	   /* EPOLLOUT is set */
	int port;	   /* vhci port, -1 unix */
	uint64_t retry_us; /* vhci: when to try again to attach */
	unsigned swaps;	   /* boards that have been in this slot before */
};

struct rack {
	struct rack_config config;
	struct journal journal;
	int epoll;
	struct slot *slots; /* config.devices of them */
	struct source listener, ctl, signal;
	struct source *guests; /* clients and ctl connections */
	char unix_path[4096], ctl_path[4096];
	bool stop;
};

uint64_t rack_clock(void); /* microseconds, monotonic */

int rack_open(struct rack *rack, const struct rack_config *config, struct problem *problem);
int rack_run(struct rack *rack, struct problem *problem); /* until SIGINT or SIGTERM */
void rack_close(struct rack *rack);

/* ---- between rack.c and the attachments ---- */
int rack_watch(struct rack *rack, struct source *source, uint32_t events);
struct source *rack_guest(struct rack *rack, enum source_kind kind, int fd);
void rack_guest_end(struct rack *rack, struct source *guest, bool close_fd);
/* The device of the slot is driven over `fd` from now on. */
void rack_link(struct rack *rack, struct slot *slot, int fd);
void rack_settle(struct rack *rack, struct slot *slot);
/* Another board in the slot, unplugged still: new ids, own data, empty storage. 0 or -1 (said). */
int rack_swap(struct rack *rack, struct slot *slot);

/* attach_unix.c */
int unix_listen(const char *path, struct problem *problem); /* fd or -1 */
void unix_accept(struct rack *rack);
void unix_client(struct rack *rack, struct source *client);

/* attach_vhci.c */
int vhci_ports(struct rack *rack, struct problem *problem); /* gives each slot a free port */
void vhci_attach(struct rack *rack, struct slot *slot);

/* control.c */
int control_listen(struct rack *rack, struct problem *problem);
void control_accept(struct rack *rack);
void control_client(struct rack *rack, struct source *client);

#endif
