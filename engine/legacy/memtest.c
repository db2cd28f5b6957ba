/*
 * memtest: MEMTEST of DRAM, and a read of storage (da-legacy.md 5.9).
 *
 * DRAM is tested by data bus, address bus and pattern, in this order: a fault of wiring is so told
 * as one. Storage is only read: pattern tests would overwrite it.
 */

#include "engine/base/bytes.h"
#include "engine/flow/surface.h"
#include "engine/legacy/tables.h"
#include "engine/legacy/wire.h"

#define ANSWER_MS   10000
#define PROGRESS_MS 600000
#define MEMORY_DRAM 3
#define WORD_BYTES  4
#define PATTERN	    0x5AA5A55Au
#define POOL_BLOCKS 80 /* for bad blocks, where the package says nothing */
#define FAULT_BYTES 28 /* address, five words nobody has explained */

enum { STAGE_STATUS, STAGE_PROGRESS, STAGE_FAULT };

static const struct {
	uint32_t method;
	const char *name;
} tests[] = {{4, "data bus"}, {3, "address bus"}, {1, "pattern"}};

#define TESTS (sizeof tests / sizeof tests[0])

static enum verdict ignore(struct flow *f, uint64_t at, struct slice bytes)
{
	(void)at;
	(void)bytes;
	f->io.percent = (uint32_t)(f->io.done * 100 / f->io.length);
	return STEP_NEXT;
}

/* The blocks that stand in for bad ones can not be read by their own addresses. */
static const struct step *whole_nand(struct flow *f)
{
	const struct device_facts *facts = &f->report.facts;
	uint64_t pool = lg_bmt_bytes(f), least = (uint64_t)POOL_BLOCKS * facts->nand_block;
	uint64_t all = facts->storage.bytes[REGION_USER];

	if (pool < least)
		pool = least;
	f->io.region = REGION_USER;
	f->io.address = 0;
	f->io.length = all > pool ? all - pool : all;
	f->io.sink = ignore;
	return legacy_read;
}

static enum verdict ask_storage(struct flow *f, struct flow_action *a)
{
	(void)a;
	f->legacy.test = 0;
	if (f->io.test != IO_TEST_STORAGE)
		return STEP_NEXT;
	f->call = lg_on_nand(f) ? whole_nand(f) : flow_surface;
	return STEP_CALL;
}

static enum verdict ask_test(struct flow *f, struct flow_action *a)
{
	uint8_t block[33] = {OP_MEMTEST};
	uint64_t length = f->io.length ? f->io.length : f->report.facts.dram_bytes;

	if (f->io.test == IO_TEST_STORAGE || f->legacy.test == TESTS)
		return STEP_LEAVE;
	put_be32(block + 1, MEMORY_DRAM);
	lg_put64(block + 5, f->io.address);
	lg_put64(block + 13, length);
	put_be32(block + 21, WORD_BYTES);
	put_be32(block + 25, tests[f->legacy.test].method);
	put_be32(block + 29, PATTERN);
	f->agent_idle = false;
	f->legacy.packet = 0; /* 1: a progress waits to be answered */
	tx_copy(f, a, block, sizeof block);
	return lg_want(f, 1);
}

static enum verdict ask_progress(struct flow *f, struct flow_action *a)
{
	if (f->legacy.packet)
		lg_u8(f, a, LG_ACK);
	return lg_want(f, 4);
}

static enum verdict got_fault(struct flow *f, struct slice rx)
{
	f->agent_idle = true;
	return step_fail(f, FAULT_FLASHTOOL, LG_MEMTEST_FAIL,
			 "DRAM test by %s failed at 0x%llX: %u %s", tests[f->legacy.test].name,
			 (unsigned long long)lg_get64(rx.p), f->legacy.status,
			 lg_status_name(lg_code(f, f->legacy.status)));
}

static enum verdict got_progress(struct flow *f, struct slice rx)
{
	struct legacy_state *l = &f->legacy;
	enum verdict v = lg_whole(f, rx);
	uint32_t code;

	if (v != STEP_NEXT)
		return v;
	if (l->stage == STAGE_FAULT)
		return got_fault(f, rx);
	if (l->stage == STAGE_PROGRESS) {
		f->io.percent = get_be32(rx.p);
		l->packet = 1;
		return STEP_AGAIN;
	}
	l->status = get_be32(rx.p);
	code = lg_code(f, l->status);
	if (code == LG_IN_PROGRESS || code == LG_NAND_BAD_BLOCK)
		return lg_more(f, STAGE_PROGRESS, 4);
	if (l->status)
		return lg_more(f, STAGE_FAULT, FAULT_BYTES);
	f->agent_idle = true;
	l->test++;
	return STEP_RESTART;
}

static const struct step dram_steps[] = {
	{"dram test", ANSWER_MS, ask_test, lg_ack, NULL},
	{"dram test", PROGRESS_MS, ask_progress, got_progress, NULL},
	{NULL, 0, NULL, NULL, NULL},
};

static enum verdict ask_dram(struct flow *f, struct flow_action *a)
{
	(void)a;
	f->call = dram_steps;
	return STEP_CALL;
}

const struct step legacy_memtest[] = {
	{"storage test", 0, ask_storage, NULL, NULL},
	{"dram test", 0, ask_dram, NULL, NULL},
	{NULL, 0, NULL, NULL, NULL},
};
