/*
 * slots: which half of an A/B device starts, told by the boot control block that Android keeps in
 * `misc` at offset 2048: slot suffix, magic "BCAB", version, number of slots, then two bytes for
 * each slot: priority (4 bits), tries left (3 bits), successful (1 bit).
 *
 * packages.md 1.8 and 8: packages write slot a only, and where MediaTek keeps the state is not
 * settled; a block that is not there leaves the slot unknown, and nothing is refused.
 */
#include <string.h>

#include "engine/base/bytes.h"
#include "engine/base/text.h"
#include "engine/flow/phases.h"

#define CONTROL_AT    2048u
#define CONTROL_MAGIC 0x42414342u
#define READ_BYTES    4096u
#define SLOTS_AT      12

static bool ends_with(const char *name, const char *suffix)
{
	size_t n = strlen(name), k = strlen(suffix);

	return n > k && text_same_any_case(name + n - k, suffix);
}

/* A name in the device's table in both forms, "boot_a" and "boot_b". */
static bool has_slots(const struct flow *f)
{
	for (size_t i = 0; f->has_found && i < f->found.count; i++) {
		char other[sizeof f->found.entries[i].name];
		size_t n = strlen(f->found.entries[i].name);

		if (!ends_with(f->found.entries[i].name, "_a"))
			continue;
		memcpy(other, f->found.entries[i].name, n + 1);
		other[n - 1] = (char)(other[n - 1] + 1);
		if (gpt_find(&f->found, other))
			return true;
	}
	return false;
}

static enum verdict keep(struct flow *f, uint64_t at, struct slice bytes)
{
	memcpy(f->table + at, bytes.p, bytes.n);
	return STEP_NEXT;
}

enum verdict slots_ask(struct flow *f, struct flow_action *a)
{
	const struct gpt_entry *misc = f->has_found ? gpt_find(&f->found, "misc") : NULL;

	(void)a;
	f->report.facts.active_slot = '\0';
	f->table_bytes = 0;
	if (!misc || misc->size < READ_BYTES || !has_slots(f))
		return STEP_NEXT;
	f->io.region = REGION_USER;
	f->io.address = misc->start;
	f->io.length = READ_BYTES;
	f->io.sink = keep;
	f->table_bytes = READ_BYTES;
	f->call = f->verbs->read;
	return STEP_CALL;
}

/* Priority first, 0 when the slot can not start any more. */
static unsigned worth(const uint8_t *slot)
{
	unsigned priority = slot[0] & 0xF, tries = slot[0] >> 4 & 7, good = slot[0] >> 7;

	return tries || good ? priority : 0;
}

enum verdict slots_got(struct flow *f, struct slice rx)
{
	const uint8_t *control = f->table + CONTROL_AT;

	(void)rx;
	if (f->table_bytes != READ_BYTES || get_le32(control + 4) != CONTROL_MAGIC)
		return STEP_NEXT;
	f->report.facts.active_slot =
		worth(control + SLOTS_AT + 2) > worth(control + SLOTS_AT) ? 'b' : 'a';
	return STEP_NEXT;
}

static bool writes_slot(const struct flow *f, const char *suffix)
{
	for (size_t i = 0; i < f->job_count; i++)
		if (ends_with(job_label(f, &f->jobs[i]), suffix))
			return true;
	return false;
}

/* An erased control block makes the boot loader begin with slot a. */
static enum verdict clear_control(struct flow *f, const struct gpt_entry *misc)
{
	for (size_t i = 0; i < f->span_count; i++)
		if (f->spans[i].start == misc->start)
			return STEP_NEXT;
	if (f->span_count == FLOW_SPANS_MAX)
		return step_refuse(f, 44, "more than %u ranges to erase", FLOW_SPANS_MAX);
	f->spans[f->span_count++] = (struct flow_span){REGION_USER, misc->start, misc->size};
	return STEP_NEXT;
}

/* A package with images for slot b sees to it itself; one without leaves the old software there. */
enum verdict slots_check(struct flow *f)
{
	const struct gpt_entry *misc = f->has_found ? gpt_find(&f->found, "misc") : NULL;

	if (f->report.facts.active_slot != 'b' || !misc || !writes_slot(f, "_a") ||
	    writes_slot(f, "_b"))
		return STEP_NEXT;
	if (f->plan->operation == FLOW_UPGRADE)
		return clear_control(f, misc);
	if (f->plan->operation == FLOW_DOWNLOAD)
		return step_refuse(f, 84,
				   "the unit starts from slot b, and the package writes slot a "
				   "only; choose firmware upgrade or format all");
	return STEP_NEXT;
}
