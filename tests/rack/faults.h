/*
 * faults: what goes wrong, where, and on which device. SPEC is [DEVICE/]WHAT[=VALUE][@WHERE[:N]].
 *
 * WHAT  unplug      the cable is pulled
 *       stall       the bulk endpoints answer STALL from there on
 *       nak         nothing moves on the bulk endpoints any more
 *       corrupt     one byte of this transfer is inverted
 *       slow        each transfer takes 50 ms longer from there on (VALUE: milliseconds)
 *       status      the device answers VALUE (hex) instead of success
 *       checksum    the next checksum is wrong: SEND_DA's; a legacy agent's of settings or packets
 *       flap        the device comes and goes N times before it stays (WHERE is arrival)
 *       fullspeed   it comes up at full speed (WHERE is arrival)
 *       dram-fail   DRAM initialisation ends with 0xC004000A
 *       storage-dead  alone: the second stage asserts while it starts, its SYNC never comes;
 *                   @info: there is no chip; @write:N: the chip fails from the n-th packet on
 *       storage-keeps  the chip says good to writes and erases, and keeps its old content
 *       lost        the answer to a packet of data does not come (WHERE is write; legacy agents)
 * WHERE exchange    the n-th bulk transfer from the host to the device
 *       out, in     the n-th bulk transfer from, to the host
 *       byte        the n-th byte from the host
 *       step:NAME   the n-th time the device begins that step (names as in the log)
 *       arrival, info, write
 * Each fault acts once per power-up of the device; counting starts anew with each power-up.
 */
#ifndef RACK_FAULTS_H
#define RACK_FAULTS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "engine/base/problem.h"

#define FAULTS_MAX 32

enum fault_what {
	RACK_UNPLUG,
	RACK_STALL,
	RACK_NAK,
	RACK_CORRUPT,
	RACK_SLOW,
	RACK_STATUS,
	RACK_CHECKSUM,
	RACK_FLAP,
	RACK_FULLSPEED,
	RACK_DRAM_FAIL,
	RACK_STORAGE_DEAD,
	RACK_STORAGE_KEEPS,
	RACK_LOST,
	RACK_WHAT_COUNT
};

enum fault_where {
	RACK_AT_BOOT, /* no WHERE: holds all the time */
	RACK_AT_EXCHANGE,
	RACK_AT_OUT,
	RACK_AT_IN,
	RACK_AT_BYTE,
	RACK_AT_STEP,
	RACK_AT_ARRIVAL,
	RACK_AT_INFO,
	RACK_AT_WRITE,
};

struct rack_fault {
	int device; /* index from 0, -1 all */
	enum fault_what what;
	enum fault_where where;
	char step[24];
	uint64_t n; /* from 1 */
	uint32_t value;
	bool has_value;
};

struct fault_plan {
	size_t count;
	struct rack_fault items[FAULTS_MAX];
};

int faults_add(struct fault_plan *plan, const char *spec, struct problem *problem);

/* One device's counters. */
struct fault_state {
	const struct fault_plan *plan;
	int device;
	bool off; /* --fault-once, and it is not the first power-up */
	uint64_t seen[FAULTS_MAX];
};

void faults_reset(struct fault_state *state); /* power-up */

/*
 * `amount` more of that place has been passed (1, or a number of bytes). Returns the bit set of
 * 1 << enum fault_what that fire now; *value is the value of the last of them.
 */
unsigned faults_pass(struct fault_state *state, enum fault_where where, const char *step,
		     uint64_t amount, uint32_t *value);
/* Does a standing fault of this kind and place exist for the device? `n` may be NULL. */
bool faults_stand(const struct fault_state *state, enum fault_what what, enum fault_where where,
		  uint64_t *n);

#endif
