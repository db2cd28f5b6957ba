/*
 * rackdev: one device of the rack (tests/rack), in process, as the peer of a flow: actions in,
 * events out, on a virtual clock, without station, threads or sockets.
 *
 * It does what the station does between a flow and a device, in the plainest way: each slice of an
 * exchange is a bulk OUT request (long ones are cut), reads are always posted, what was not asked
 * for stays queued, a device that leaves is FLOW_GONE, a stalled pipe FLOW_BROKEN. Streams of
 * FLOW_SAVE are kept in memory and given back by FLOW_LOAD.
 *
 * Time moves only while something is waited for, from one timer of the device to the next, so a
 * silence of a minute costs nothing.
 */
#ifndef TESTS_LIB_RACKDEV_H
#define TESTS_LIB_RACKDEV_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "engine/flow/flow.h"
#include "tests/rack/rack.h"

#define RACKDEV_STREAMS 64
#define RACKDEV_RX	(2u * FLOW_RX_MAX)

/* One stream of FLOW_SAVE. */
struct rackdev_stream {
	struct flow_save save; /* of its first piece */
	uint8_t *bytes;	       /* owned */
	size_t n;
	bool whole; /* the last piece came, and all bytes with it */
	struct wire_sums sums;
};

struct rackdev {
	struct urb_owner owner; /* first */
	struct rack rack;	/* its slot 0 is the device; the rack's loop never runs */
	struct device *d;
	char dir[256]; /* below it: "0", the device's state */
	uint64_t now_us;
	unsigned generation; /* enumeration that the flow drives */

	struct urb_list done;
	uint32_t seq, first_out, read_seq; /* read_seq 0: no read is posted */
	uint32_t read_length;
	unsigned out_flying;
	int failed;	/* negative errno of a request; 0 none */
	uint64_t moved; /* bytes that moved, ever */
	size_t rx_from, rx_have, want;
	uint8_t rx[RACKDEV_RX];

	struct fault fault; /* of FLOW_BROKEN */
	struct rackdev_stream streams[RACKDEV_STREAMS];
	size_t stream_count;

	/* what the flow did */
	uint64_t touched_before; /* rackdev_touched() as this run began */
	unsigned journals;
	bool no_return;		 /* the point of no return was journalled */
	bool wrote_unjournalled; /* storage changed before it */
	bool stream_broken;	 /* pieces out of order, or more than announced */
};

/*
 * Make the device in `dir` (an existing, empty folder; kept). `args` are those of flashrack-rack
 * without --attach and --state, NULL-terminated. NULL with a line on stderr.
 */
struct rackdev *rackdev_open(const char *dir, const char *const *args);
void rackdev_close(struct rackdev *r);

/* Cable out and in: the same board arrives anew, streams and notes of the last run are forgotten.
 */
void rackdev_replug(struct rackdev *r);

/* Arrival as the bus shows it. */
struct arrival rackdev_arrival(const struct rackdev *r);
/* Do what `action` asks and make the event that answers it; its rx points into the device. */
void rackdev_serve(struct rackdev *r, const struct flow_action *action, struct flow_event *event);

/* Bytes written and erased in all regions since the device was made. */
uint64_t rackdev_touched(const struct rackdev *r);
/*
 * Go on with copies of the storage files, in `dir`/0: for a forked process that must not disturb
 * its parent's device. 0, or -1 when they cannot be made.
 */
int rackdev_split(struct rackdev *r, const char *dir);

#endif
