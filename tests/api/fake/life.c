/* The life of made-up units in the slots. */
#include <stdio.h>
#include <string.h>

#include "tests/api/fake/fake.h"

struct phase {
	const char *state, *step;
	int ms;
};

static const struct phase phases[] = {
	{"arrived", "", 150},		{"connecting", "handshake", 350},
	{"identified", "me_id", 200},	{"preflight", "chip", 300},
	{"agent", "dram", 1300},	{"inspect", "gpt", 400},
	{"writing", "data", 0},		{"verifying", "checksum", 1800},
	{"finishing", "shutdown", 500}, {"storing", "ledger", 150},
};
enum { PHASES = sizeof phases / sizeof phases[0], PHASE_WRITE = 6 };

static const char *const partitions[] = {"boot",  "vendor_boot", "super",  "super",   "super",
					 "super", "super",	 "vbmeta", "userdata"};

static const char *partition_at(uint64_t done, uint64_t total)
{
	size_t count = sizeof partitions / sizeof *partitions;

	return partitions[total ? (size_t)(done * (count - 1) / total) : 0];
}

bool fake_slot_busy(const struct fake_slot *slot)
{
	for (size_t i = 0; i < PHASES; i++)
		if (!strcmp(slot->state, phases[i].state))
			return true;
	return false;
}

static void enter(struct fake_slot *slot, int phase)
{
	int64_t now = fake_now();

	slot->phase = phase;
	slot->state = phases[phase].state;
	slot->step = phases[phase].step;
	slot->changed_ms = now;
	slot->phase_until_ms = now + phases[phase].ms;
}

void fake_slot_begin(struct station *s, struct fake_slot *slot)
{
	uint64_t dice = fake_random(s, 100);

	slot->run_id = ++s->last_run;
	slot->runs++;
	slot->started_ms = fake_now();
	slot->error = NULL;
	slot->done = 0;
	slot->total = (180 + fake_random(s, 90)) << 20;
	snprintf(slot->me_id, sizeof slot->me_id, "%016llx%016llx",
		 (unsigned long long)fake_random(s, ~0ull),
		 (unsigned long long)fake_random(s, ~0ull));
	slot->soc_id[0] = '\0';
	slot->fate = dice < 9 ? fake_error((size_t)fake_random(s, 5)) : NULL;
	slot->fate_at = fake_random(s, slot->total);
	enter(slot, 0);
}

static void count_result(struct station *s, struct fake_slot *slot, const char *state)
{
	struct fake_order *order = s->order_count ? &s->orders[s->order_count - 1] : NULL;

	slot->passed += !strcmp(state, "passed");
	slot->failed += !strcmp(state, "failed");
	slot->refused += !strcmp(state, "refused");
	if (!order)
		return;
	order->passed += !strcmp(state, "passed");
	order->failed += !strcmp(state, "failed");
	order->refused += !strcmp(state, "refused");
	order->interrupted += !strcmp(state, "interrupted");
	order->version = ++s->version;
}

static void keep_run(struct station *s, const struct fake_slot *slot)
{
	struct fake_run *run;

	if (s->run_count == FAKE_RUNS_MAX)
		memmove(s->runs, s->runs + 1, --s->run_count * sizeof *s->runs);
	run = &s->runs[s->run_count++];
	*run = (struct fake_run){.id = slot->run_id,
				 .started_ms = slot->started_ms,
				 .finished_ms = slot->changed_ms,
				 .result = slot->state,
				 .error = slot->error,
				 .bytes = slot->done};
	memcpy(run->label, slot->label, sizeof run->label);
	memcpy(run->me_id, slot->me_id, sizeof run->me_id);
}

void fake_slot_leave(struct station *s, struct fake_slot *slot, const char *state,
		     const struct view_error *error)
{
	bool good = !strcmp(state, "passed");
	int64_t stay = s->options.fleeting ? 1500 : good ? 5000 : 20000;

	slot->state = state;
	slot->error = error;
	slot->speed = 0;
	slot->changed_ms = fake_now();
	slot->run_ms = (uint32_t)(slot->changed_ms - slot->started_ms);
	slot->phase_until_ms = slot->changed_ms + stay + (int64_t)fake_random(s, 3000);
	count_result(s, slot, state);
	if (strcmp(state, "held") && strcmp(state, "removed"))
		keep_run(s, slot);
}

static void write_on(struct station *s, struct fake_slot *slot)
{
	double wanted = s->options.fleeting ? 180 : 22 + (double)(slot->run_id % 7);
	uint64_t step = (uint64_t)(wanted * 104857.6);

	slot->speed = wanted + (double)fake_random(s, 200) / 100;
	slot->done += step;
	s->written += step;
	if (slot->done >= slot->total) {
		slot->done = slot->total;
		enter(slot, PHASE_WRITE + 1);
	}
	slot->partition = partition_at(slot->done, slot->total);
	if (slot->fate && slot->done >= slot->fate_at)
		fake_slot_leave(s, slot, "failed", slot->fate);
}

static void go_on(struct station *s, struct fake_slot *slot)
{
	if (!strcmp(slot->state, "writing")) {
		write_on(s, slot);
	} else if (fake_now() < slot->phase_until_ms) {
		return;
	} else if (!fake_slot_busy(slot)) {
		if (!strcmp(slot->state, "empty")) {
			fake_slot_begin(s, slot);
		} else {
			slot->state = "empty";
			slot->error = NULL;
			slot->me_id[0] = '\0';
			slot->run_id = 0;
			slot->done = slot->total = 0;
			slot->phase_until_ms = fake_now() + 800 + (int64_t)fake_random(s, 2500);
		}
	} else if (slot->fate == fake_error(1) && !strcmp(slot->state, "preflight")) {
		fake_slot_leave(s, slot, "refused", slot->fate);
	} else if (slot->phase + 1 == PHASES) {
		fake_slot_leave(s, slot, "passed", NULL);
	} else {
		enter(slot, slot->phase + 1);
	}
	slot->version = ++s->version;
}

void fake_live(struct station *s)
{
	for (size_t i = 0; i < s->options.slots; i++) {
		struct fake_slot *slot = &s->slots[i];

		if (fake_slot_busy(slot))
			slot->run_ms = (uint32_t)(fake_now() - slot->started_ms);
		if (s->order_count || fake_slot_busy(slot))
			go_on(s, slot);
	}
	for (size_t i = 0; i < s->package_count; i++) {
		struct fake_package *p = &s->packages[i];

		if (strcmp(p->state, "importing") != 0)
			continue;
		p->done += p->bytes / 60;
		if (p->done >= p->bytes) {
			p->done = p->bytes;
			p->state = "ready";
		}
		p->version = ++s->version;
	}
	fake_touch(s);
}

void fake_pose(struct station *s)
{
	static const struct {
		const char *state;
		int error; /* -1: none */
	} poses[] = {
		{"writing", -1},   {"writing", -1},    {"passed", -1},	   {"failed", 0},
		{"empty", -1},	   {"verifying", -1},  {"refused", 1},	   {"agent", -1},
		{"writing", -1},   {"interrupted", 4}, {"passed", -1},	   {"writing", -1},
		{"held", 5},	   {"removed", -1},    {"connecting", -1}, {"writing", -1},
		{"preflight", -1}, {"storing", -1},    {"passed", -1},	   {"failed", 2},
	};

	for (size_t i = 0; i < s->options.slots; i++) {
		struct fake_slot *slot = &s->slots[i];
		const char *state = poses[i % (sizeof poses / sizeof *poses)].state;
		int error = poses[i % (sizeof poses / sizeof *poses)].error;

		if (!strcmp(state, "empty"))
			continue;
		fake_slot_begin(s, slot);
		slot->started_ms -= 9000 + (int64_t)i * 700;
		slot->done = slot->total / 100 * (7 + i * 37 % 88);
		slot->state = state;
		slot->step = "";
		for (size_t n = 0; n < PHASES; n++)
			if (!strcmp(phases[n].state, state))
				slot->step = phases[n].step;
		slot->speed = strcmp(state, "writing") ? 0 : 24.5 + (double)(i % 9);
		slot->partition = partition_at(slot->done, slot->total);
		slot->run_ms = (uint32_t)(9000 + i * 700);
		slot->version = ++s->version;
		if (!fake_slot_busy(slot))
			fake_slot_leave(s, slot, state,
					error < 0 ? NULL : fake_error((size_t)error));
	}
}
