/*
 * jobs: the plan of the writes, and the last refusals before the first of them.
 *
 * By name is chosen for every partition that the device's own table holds at the scatter's place,
 * which layout.c has made sure of, where the agent knows names: it expands sparse images. By
 * address is for the others, and for boot regions where the file already has its device header. A
 * raw preloader goes by the agent's own way for that, or by name: the agent puts the header before
 * it. The preloader goes last, boot1 after boot2: a run that breaks off leaves a unit that still
 * answers. Sizes are checked here against the real partition, because agents do not (6.6).
 */
#include <stdio.h>
#include <string.h>

#include "engine/base/text.h"
#include "engine/flow/phases.h"
#include "engine/format/gpt.h"

#define NO_PART SIZE_MAX

static bool is_boot_region(enum storage_region region)
{
	return region == REGION_BOOT1 || region == REGION_BOOT2 || region == REGION_BOOT12;
}

#define CONFIG_SBC 0x1u

/* A unit that checks its own images takes the signed ones, where the package has both. */
const struct package_file *part_file(const struct flow *f, size_t part)
{
	bool secured = f->report.facts.target_config & CONFIG_SBC;
	size_t file = package_part_file(f->plan->package, part, secured);

	return file < f->plan->package->file_count ? &f->plan->package->files[file] : NULL;
}

const struct package_file *job_file(const struct flow *f, const struct flow_job *job)
{
	return job->part == NO_PART ? NULL : part_file(f, job->part);
}

const char *job_label(const struct flow *f, const struct flow_job *job)
{
	return job->part == NO_PART ? "partition table"
				    : f->plan->package->parts[job->part].entry->name;
}

static bool is_preloader(const char *name)
{
	return text_same_any_case(name, "preloader") ||
	       text_same_any_case(name, "preloader_backup");
}

bool job_is_boot(const struct flow *f, const struct flow_job *job)
{
	return job->part != NO_PART &&
	       (is_boot_region(job->region) || is_preloader(job_label(f, job)));
}

bool plan_chooses(const struct flow_plan *plan, const char *name)
{
	if (!plan->only)
		return true;
	for (size_t i = 0; plan->only[i]; i++)
		if (text_same_any_case(plan->only[i], name))
			return true;
	return false;
}

static size_t add_record(struct flow *f, size_t part)
{
	struct flow_report *r = &f->report;

	r->parts[r->part_count] = (struct flow_part_record){.part = part};
	return r->part_count++;
}

static enum verdict add_job(struct flow *f, struct flow_job job, uint64_t bytes)
{
	if (f->job_count == FLOW_JOBS_MAX)
		return step_refuse(f, 31, "more than %u writes in one package", FLOW_JOBS_MAX);
	f->report.parts[job.record].total += bytes;
	if (flow_operation_writes(f->plan->operation)) /* else its images are only compared with */
		f->report.bytes_total += bytes;
	f->jobs[f->job_count++] = job;
	return STEP_NEXT;
}

static enum verdict too_big(struct flow *f, const struct scatter_entry *e, uint64_t bytes,
			    uint64_t room)
{
	return step_refuse(f, 37,
			   "%s: the image takes %llu bytes, the partition on the unit has %llu",
			   e->name, (unsigned long long)bytes, (unsigned long long)room);
}

/* An agent that lists its own partitions by name takes images so; tables have no name there. */
static int how_to_send(const struct flow *f, const struct scatter_entry *e)
{
	if (is_preloader(e->name) && f->verbs->preloader)
		return JOB_PRELOADER;
	return f->verbs->download && !layout_is_table(e->name) ? JOB_BY_NAME : JOB_BY_ADDRESS;
}

/* Does the file begin with the header that the boot ROM looks for before a preloader? */
static bool has_boot_header(struct slice bytes)
{
	static const char *const names[] = {"EMMC_BOOT", "UFS_BOOT", "SDMMC_BOOT", "COMBO_BOOT",
					    "BOOTLOADER!"};

	for (size_t i = 0; i < sizeof names / sizeof names[0]; i++)
		if (bytes.n > 12 && !memcmp(bytes.p, names[i], strlen(names[i]) + 1))
			return true;
	return false;
}

static enum verdict plan_user(struct flow *f, size_t part, const struct scatter_entry *e,
			      const struct package_file *file, uint64_t start, uint64_t room)
{
	if (!strcasecmp(e->name, "pgpt") || !strcasecmp(e->name, "sgpt"))
		return step_refuse(f, 44,
				   "the package would write %s itself; its tables are made "
				   "to measure for each unit",
				   e->name);
	if (file->expanded > room)
		return too_big(f, e, file->expanded, room);
	return add_job(
		f,
		(struct flow_job){.how = how_to_send(f, e),
				  .part = part,
				  .record = add_record(f, part),
				  .name = e->name,
				  .region = REGION_USER,
				  .start = start,
				  .room = room,
				  /* NAND has no boot regions: its preloader lies here */
				  .boot_header = f->report.facts.storage.kind == STORAGE_NAND &&
						 is_preloader(e->name) &&
						 !has_boot_header(file->bytes)},
		file->bytes.n);
}

static enum verdict plan_one_boot(struct flow *f, size_t part, size_t record,
				  enum storage_region region, uint64_t start, uint64_t room)
{
	const struct package *p = f->plan->package;
	const struct scatter_entry *e = p->parts[part].entry;
	const struct package_file *file = part_file(f, part);
	bool raw = is_preloader(e->name) && !has_boot_header(file->bytes);
	struct flow_job job = {
		.how = JOB_BY_ADDRESS,
		.part = part,
		.record = record,
		.name = e->name,
		.region = region,
		.start = start,
		.room = room,
	};

	if (raw) {
		job.how = f->verbs->preloader ? JOB_PRELOADER : JOB_BY_NAME;
		job.boot_header = true;
		/* Agents know these two in lower case only. */
		job.name = region == REGION_BOOT2 ? "preloader_backup" : "preloader";
		if (!f->verbs->preloader && !f->verbs->download)
			return step_refuse(f, 83, "the %s agent takes no raw preloader",
					   f->verbs->name);
	} else if (file->sparse) {
		return step_refuse(f, 31, "%s: a sparse image cannot go to a boot region", e->name);
	}
	return add_job(f, job, file->bytes.n);
}

/* Device header and layout block before the image (packages.md 3.2). */
static uint64_t header_room(const struct flow *f)
{
	return f->report.facts.storage.kind == STORAGE_UFS ? 0x1000 : 0x800;
}

static enum verdict plan_boot(struct flow *f, size_t part, const struct scatter_entry *e,
			      const struct package_file *file, uint64_t start, uint64_t room)
{
	const struct storage_sizes *s = &f->report.facts.storage;
	uint64_t bytes = file->expanded;
	enum verdict v = STEP_NEXT;
	size_t record;

	/* The scatter's slot counts the image; header and image must fit the hardware partition. */
	if (bytes > room)
		return too_big(f, e, bytes, room);
	if (start + header_room(f) + bytes > s->bytes[e->region])
		return too_big(f, e, header_room(f) + bytes, s->bytes[e->region] - start);
	record = add_record(f, part);
	if (e->region != REGION_BOOT1)
		v = plan_one_boot(f, part, record, REGION_BOOT2, start, room);
	if (v == STEP_NEXT && e->region != REGION_BOOT2)
		v = plan_one_boot(f, part, record, REGION_BOOT1, start, room);
	return v;
}

static enum verdict plan_part(struct flow *f, const struct gpt *gpt, size_t i)
{
	const struct package_part *part = &f->plan->package->parts[i];
	const struct scatter_entry *e = part->entry;
	const struct storage_sizes *s = &f->report.facts.storage;
	uint64_t start, room;

	if (!scatter_resolve(f->section, e, s, &start, &room))
		return step_refuse(f, 41, "%s of %s does not fit: %s has %llu bytes", e->name,
				   storage_region_name(s->kind, e->region),
				   storage_kind_name(s->kind),
				   (unsigned long long)s->bytes[e->region]);
	if (is_boot_region(e->region))
		return plan_boot(f, i, e, part_file(f, i), start, room);
	/* By name the agent works with its own table, so its idea of the room counts. */
	if (layout_lists(f, e) && gpt && gpt_find(gpt, e->name))
		room = gpt_find(gpt, e->name)->size;
	if (e->region == REGION_USER || e->region == REGION_NONE)
		return plan_user(f, i, e, part_file(f, i), start, room);
	return step_refuse(f, 42, "%s is for %s, which this station does not write", e->name,
			   storage_region_name(s->kind, e->region));
}

/* Also those that are not written: else the layout is another unit's. */
enum verdict jobs_fit(struct flow *f)
{
	const struct storage_sizes *s = &f->report.facts.storage;

	for (size_t i = 0; i < f->section->count; i++) {
		const struct scatter_entry *e = &f->section->entries[i];
		uint64_t start, size;

		if (!e->name[0] || scatter_resolve(f->section, e, s, &start, &size))
			continue;
		return step_refuse(f, 41,
				   "%s (0x%llx+0x%llx) does not fit: the unit's %s has %llu "
				   "bytes",
				   e->name, (unsigned long long)e->start,
				   (unsigned long long)e->size,
				   storage_region_name(s->kind, e->region),
				   (unsigned long long)s->bytes[e->region]);
	}
	return STEP_NEXT;
}

/* The pieces of a new table, made once here to know their sizes. */
static enum verdict plan_table(struct flow *f)
{
	size_t record = add_record(f, NO_PART);
	enum verdict v = STEP_NEXT;

	for (unsigned nth = 0; v == STEP_NEXT; nth++) {
		v = layout_piece(f, nth);
		if (v == STEP_NEXT)
			v = add_job(f,
				    (struct flow_job){.how = JOB_TABLE,
						      .part = NO_PART,
						      .record = record,
						      .name = f->io.name,
						      .region = f->io.region,
						      .start = f->io.address,
						      .room = f->io.length,
						      .piece = nth,
						      .told = !strcmp(f->io.name, "PMT")},
				    f->io.length);
	}
	return v == STEP_LEAVE ? STEP_NEXT : v;
}

static bool goes_last(const struct scatter_entry *e)
{
	return is_boot_region(e->region) || is_preloader(e->name);
}

/* Parts of the chosen section, boot regions or the rest. */
static enum verdict plan_parts(struct flow *f, const struct gpt *gpt, bool boot)
{
	const struct package *p = f->plan->package;

	for (size_t i = 0; i < p->part_count; i++) {
		enum verdict v = STEP_NEXT;

		if (p->parts[i].section == f->section &&
		    plan_chooses(f->plan, p->parts[i].entry->name) &&
		    goes_last(p->parts[i].entry) == boot)
			v = plan_part(f, gpt, i);
		if (v != STEP_NEXT)
			return v;
	}
	return STEP_NEXT;
}

enum verdict jobs_plan(struct flow *f, const struct gpt *gpt)
{
	enum verdict v = f->new_table ? plan_table(f) : STEP_NEXT;

	if (v == STEP_NEXT)
		v = plan_parts(f, gpt, false);
	if (v == STEP_NEXT)
		v = plan_parts(f, gpt, true);
	if (v != STEP_NEXT)
		return v;
	if (!f->job_count)
		return step_refuse(f, 31, "the package has nothing to write for %s",
				   storage_kind_name(f->report.facts.storage.kind));
	for (size_t i = 0; i < f->job_count; i++)
		f->report.bytes_total += verify_bytes(f, i);
	return STEP_NEXT;
}
