#include "engine/flow/surface.h"

#include "engine/flow/flow_state.h"

#define WINDOW	    0x40000u /* bytes; a multiple of every block and page */
#define WINDOWS_MAX 1024u    /* 256 MiB: some ten seconds on a fast link */

static uint64_t user_bytes(const struct flow *f)
{
	return f->report.facts.storage.bytes[REGION_USER];
}

static uint64_t windows(const struct flow *f)
{
	uint64_t all = (user_bytes(f) + WINDOW - 1) / WINDOW;

	return all < WINDOWS_MAX ? all : WINDOWS_MAX;
}

/* Start of a window; the last one ends with the region. */
static uint64_t window_at(const struct flow *f, uint64_t nth)
{
	uint64_t all = (user_bytes(f) + WINDOW - 1) / WINDOW;
	uint64_t count = windows(f);

	return count < 2 ? 0 : nth * (all - 1) / (count - 1) * WINDOW;
}

static enum verdict drop(struct flow *f, uint64_t at, struct slice bytes)
{
	(void)f;
	(void)at;
	(void)bytes;
	return STEP_NEXT;
}

static enum verdict begin(struct flow *f, struct flow_action *a)
{
	(void)a;
	f->check = (struct flow_check){0};
	f->io.percent = 0;
	return STEP_NEXT;
}

static enum verdict ask_window(struct flow *f, struct flow_action *a)
{
	uint64_t left;

	(void)a;
	if (f->check.turn == windows(f))
		return STEP_LEAVE;
	f->io.region = REGION_USER;
	f->io.address = window_at(f, f->check.turn);
	left = user_bytes(f) - f->io.address;
	f->io.length = left < WINDOW ? left : WINDOW;
	f->io.sink = drop;
	f->call = f->verbs->read;
	return STEP_CALL;
}

static enum verdict got_window(struct flow *f, struct slice rx)
{
	(void)rx;
	f->check.turn++;
	f->io.percent = (uint32_t)(f->check.turn * 100 / windows(f));
	return STEP_AGAIN;
}

const struct step flow_surface[] = {
	{"", 0, begin, NULL, NULL},
	{"", 0, ask_window, got_window, NULL},
	{NULL, 0, NULL, NULL, NULL},
};
