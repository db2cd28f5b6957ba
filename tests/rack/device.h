/*
 * device: one virtual phone: power, cable, enumeration, and the firmware that runs in it.
 *
 * A device knows no socket and no kernel: an attachment gives it USB requests and the time, and
 * looks at `present` and `generation` after each call. The same code serves vhci, the unix socket
 * and the unit tests, which drive it on a clock of their own.
 *
 *            plug                       JUMP_DA                BOOT_TO
 *   OFF ------------> BROM | PRELOADER ----------> AGENT1 -----------> AGENT2
 *    ^                  |       ^ assertion: as BROM |                    |
 *    +------------------+-------+--------------------+--------------------+
 *       window over, SHUTDOWN, cable pulled in AGENT2: away until it is plugged again
 *
 * Entry points (device_*) may complete urbs, but never call back into the attachment otherwise.
 */
#ifndef RACK_DEVICE_H
#define RACK_DEVICE_H

#include <stdbool.h>
#include <stdint.h>

#include "engine/format/gpt.h"
#include "tests/rack/config.h"
#include "tests/rack/flash.h"
#include "tests/rack/identity.h"
#include "tests/rack/journal.h"
#include "tests/rack/usb.h"

#define DEVICE_DRAM_BYTES 0x20000000 /* legacy devices: 512 MiB */

enum stage {
	STAGE_OFF, /* not on the bus: off, or running its own system unseen */
	STAGE_BROM,
	STAGE_PRELOADER,
	STAGE_AGENT1,
	STAGE_AGENT2,
	STAGE_GADGET, /* on the bus with something of its own: gadget.h */
};

const char *stage_name(enum stage stage);

enum device_timer {
	TIMER_WINDOW, /* boot ROM and preloader: the time to be spoken to */
	TIMER_TICK,   /* preloader: next turn of the listening loop */
	TIMER_MATCH,  /* preloader: end of the start matcher */
	TIMER_WORK,   /* the firmware's next step after some work */
	TIMER_LEAVE,  /* USB goes down */
	TIMER_RETURN, /* the device comes (back) to the bus */
	TIMER_LINK,   /* the link is free again */
	TIMER_COUNT
};

struct boot;	     /* boot ROM and preloader: boot.h */
struct agent;	     /* XFlash agent: agent.h */
struct legacy_agent; /* legacy/legacy.h */
struct xml_agent;    /* xml/xml.h */

struct device {
	const struct rack_config *config;
	struct journal *journal;
	int index;
	char dir[512]; /* its state directory; "" = none (tests) */
	struct identity id;
	struct flash flash;
	struct fault_state faults;

	uint64_t now_us;
	struct {
		uint64_t at_us; /* 0 = not set */
		void (*fire)(struct device *d);
	} timers[TIMER_COUNT];

	bool present;	     /* on the bus: to be attached, or listed for import */
	bool attached;	     /* a host drives it */
	unsigned generation; /* counts enumerations; a change means: the old connection is dead */
	unsigned boots;	     /* power-ups so far */
	unsigned flaps_left;
	enum stage stage;
	struct usb usb;

	bool slow_arrival;	/* comes up at full speed by a fault */
	bool by_dead_preloader; /* it is in boot ROM because no preloader boots */
	uint16_t agent_vid;	/* of an agent that re-enumerated; 0 = 0E8D */
	struct boot *boot;
	struct agent *agent;
	struct legacy_agent *legacy; /* NULL until it runs */
	struct xml_agent *xml;	     /* the same; it shares the framing of `agent` */

	/* faults at work */
	uint64_t link_free_us;
	uint64_t slow_us;
	bool forced; /* the next status is `forced_status` */
	uint32_t forced_status;
	bool bad_checksum;
	bool lost; /* the answer to the packet at work is not sent */

	/* what device.json says */
	char last_boot[16]; /* "none", "ok", "failed" */
	char last_boot_reason[96];
	const char *boot_mode;	/* an agent was asked to start this gadget next; NULL: none */
	bool zeroization_tried; /* a host sent BROM command 0xF0 */
	bool dirty;

	/* asked for by the firmware; done when the entry point ends */
	enum { STAYS, LEAVES } leaving;
};

/* `dir` may be NULL for a device without state files on disk. The caller has opened d->flash. */
int device_init(struct device *d, const struct rack_config *config, int index,
		struct journal *journal);
void device_close(struct device *d);

/* ---- for attachments ---- */
void device_plug(struct device *d, uint64_t now_us);	 /* cable in: power-up */
void device_unplug(struct device *d, uint64_t now_us);	 /* cable out, until device_plug */
void device_replug(struct device *d, uint64_t now_us);	 /* out, and in again 300 ms later */
void device_attached(struct device *d, uint64_t now_us); /* a host drives it from now on */
void device_detached(struct device *d, uint64_t now_us); /* the host went away: cable out and in */
void device_submit(struct device *d, struct urb *urb, uint64_t now_us);
bool device_unlink(struct device *d, uint32_t seq, uint64_t now_us);
void device_tick(struct device *d, uint64_t now_us);
uint64_t device_deadline(const struct device *d); /* of the next tick; UINT64_MAX = none */

/* ---- for the firmware models ---- */
void device_after(struct device *d, enum device_timer timer, unsigned ms,
		  void (*fire)(struct device *));
void device_cancel(struct device *d, enum device_timer timer);
/* Leave the bus for good: powered off, or booted. */
void device_leave(struct device *d, const char *why);
/* The loaders are done: it runs its own system, which may show itself (--system). */
void device_boot_system(struct device *d, const char *why);
/* Leave at once, and come back after `ms` as `stage`; an agent comes back as d->agent->pid. */
void device_reenumerate(struct device *d, unsigned ms, enum stage stage, const char *why);
/* Begin a step: logged, and a place for faults. */
__attribute__((format(printf, 3, 4))) void device_step(struct device *d, const char *name,
						       const char *format, ...);
/* `status`, or what a status fault puts in its place. */
uint32_t device_status(struct device *d, uint32_t status);
void device_fault_at(struct device *d, enum fault_where where, uint64_t amount);
__attribute__((format(printf, 3, 4))) void device_log(struct device *d, const char *way,
						      const char *format, ...);

#endif
