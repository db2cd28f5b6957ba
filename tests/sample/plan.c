/* Makes the plan: what a layout's rows become for one chip, storage, size and seed. */
#include "tests/sample/chips.h"
#include "tests/sample/layouts.h"

#include <stdio.h>
#include <string.h>

#define KIB ((uint64_t)1024)
#define MIB (1024 * KIB)

#define PRELOADER_BYTES (96 * KIB) /* the oldest boot ROMs take 128 KiB, with signature */
#define GROWTH		(2 * MIB)  /* of a row that grows in layout variant 2 */

static uint64_t round_up(uint64_t value, uint64_t unit)
{
	return (value + unit - 1) / unit * unit;
}

static uint64_t least(uint64_t a, uint64_t b)
{
	return a < b ? a : b;
}

static const struct sample_layout *layout_of(const struct sample_plan *plan)
{
	return plan->storage == SAMPLE_NAND ? &sample_layout_nand : plan->chip->layout;
}

static bool row_used(const struct sample_plan *plan, const struct sample_row *row)
{
	return !(row->flags & ROW_SECOND) || plan->wish.layout == 2;
}

/* Compact packages keep each kind of image, but none of its weight. */
static uint64_t image_bytes(const struct sample_plan *plan, const struct sample_row *row)
{
	uint64_t floor = plan->wish.compact ? 16 * KIB : 64 * KIB;
	uint64_t scaled;

	if (!row->image || row->head == HEAD_MBR)
		return row->image;
	if (row->flags & ROW_FIXED)
		return plan->wish.compact ? least(row->image, 24 * KIB) : row->image;
	scaled = round_up(row->image * (plan->wish.image_bytes / MIB) / 256, 4 * KIB);
	return scaled < floor ? floor : scaled;
}

/* The image that takes the rest. */
static uint64_t rest_bytes(const struct sample_plan *plan)
{
	const struct sample_layout *layout = layout_of(plan);
	uint64_t floor = plan->wish.compact ? 256 * KIB : 1 * MIB, others = PRELOADER_BYTES;

	for (size_t i = 0; i < layout->count; i++)
		if (!(layout->rows[i].flags & ROW_REST) && row_used(plan, &layout->rows[i]))
			others += image_bytes(plan, &layout->rows[i]);
	if (others + floor > plan->wish.image_bytes)
		return floor;
	return round_up(plan->wish.image_bytes - others, 4 * KIB);
}

/*
 * A sparse image expands to about two and a half times its data (images.c). NAND loses blocks: each
 * partition has two to spare.
 */
static uint64_t partition_bytes(const struct sample_plan *plan, const struct sample_row *row,
				uint64_t image)
{
	const struct sample_layout *layout = layout_of(plan);
	bool sparse = row->flags & ROW_SPARSE && !plan->wish.raw;
	uint64_t need = sparse ? image * 3 + 4 * MIB : image + (plan->wish.verified ? 8 * KIB : 0);
	uint64_t size = row->size;
	bool table = !strcmp(row->name, "pgpt");

	if (plan->storage == SAMPLE_NAND)
		need += 2 * layout->align;
	if (plan->wish.compact && !table)
		size = least(size, 256 * KIB);
	if (row->flags & ROW_GROWS && plan->wish.layout == 2)
		size += GROWTH;
	if (size < need)
		size = round_up(need, plan->wish.compact ? 128 * KIB : 1 * MIB);
	return round_up(size, layout->align);
}

static struct sample_part *add(struct sample_plan *plan, const char *name, const char *slot)
{
	struct sample_part *part;

	if (plan->count == SAMPLE_PARTS_MAX)
		return NULL;
	part = &plan->parts[plan->count++];
	*part = (struct sample_part){.operation = "RESERVED"};
	snprintf(part->name, sizeof part->name, "%s%s", name, slot);
	return part;
}

static bool add_preloader(struct sample_plan *plan, const char *name, enum sample_boot boot)
{
	const struct sample_layout *layout = layout_of(plan);
	struct sample_part *part = add(plan, name, "");

	if (!part)
		return false;
	part->file = plan->preloader_file;
	part->operation = "BOOTLOADERS";
	part->head = HEAD_PRELOADER;
	part->file_bytes = PRELOADER_BYTES;
	part->size = layout->preloader_size;
	part->boot = boot;
	part->shared = plan->count > 1;
	if (plan->storage == SAMPLE_UFS && part->size < 512 * KIB)
		part->size = 512 * KIB;
	return true;
}

static bool add_preloaders(struct sample_plan *plan)
{
	const struct sample_layout *layout = layout_of(plan);

	if (layout->preloader == BOOT_SECOND)
		return add_preloader(plan, "preloader", BOOT_FIRST) &&
		       add_preloader(plan, "preloader_backup", BOOT_SECOND);
	if (!add_preloader(plan, layout->upper_case ? "PRELOADER" : "preloader", layout->preloader))
		return false;
	if (layout->preloader == BOOT_NO)
		plan->user_bytes += plan->parts[0].size;
	return true;
}

static bool add_row(struct sample_plan *plan, const struct sample_row *row, const char *slot)
{
	struct sample_part *part = add(plan, row->name, slot);
	bool idle = !strcmp(slot, "_b");

	if (!part)
		return false;
	part->file = idle ? NULL : row->file;
	part->operation = idle ? "INVISIBLE" : row->operation;
	part->head = row->head;
	part->sparse = row->flags & ROW_SPARSE && !plan->wish.raw && !idle;
	part->shared = row->flags & ROW_SHARED && !idle;
	part->file_bytes = row->flags & ROW_REST ? rest_bytes(plan) : image_bytes(plan, row);
	part->start = plan->user_bytes;
	part->size = partition_bytes(plan, row, part->file_bytes);
	plan->user_bytes += part->size;
	return true;
}

/* lk2 and its like hold what lk holds: with slots there is nothing above them to share. */
static bool add_rows(struct sample_plan *plan)
{
	const struct sample_layout *layout = layout_of(plan);
	bool slots = plan->wish.slots;

	for (size_t i = 0; i < layout->count; i++) {
		const struct sample_row *row = &layout->rows[i];
		bool two = slots && row->flags & ROW_SLOT;

		if (!row_used(plan, row) ||
		    (slots && row->flags & ROW_SHARED && layout->rows[i - 1].flags & ROW_SLOT))
			continue;
		if (!add_row(plan, row, two ? "_a" : "") || (two && !add_row(plan, row, "_b")))
			return false;
	}
	return true;
}

static bool add_tails(struct sample_plan *plan)
{
	uint64_t block = plan->storage == SAMPLE_UFS ? 0x80000 : 0x20000;
	uint64_t deepest = 0;

	for (const struct sample_tail *tail = layout_of(plan)->tails; tail->name; tail++) {
		struct sample_part *part = add(plan, tail->name, "");

		if (!part)
			return false;
		part->reserved = true;
		part->size = tail->size;
		part->start = 0xFFFF0000u + tail->bytes_from_end / block;
		if (tail->bytes_from_end > deepest)
			deepest = tail->bytes_from_end;
	}
	plan->user_bytes = round_up(plan->user_bytes + deepest + 4 * MIB,
				    plan->wish.compact ? 32 * MIB : 256 * MIB);
	return true;
}

const struct sample_part *sample_plan_find(const struct sample_plan *plan, const char *name)
{
	for (size_t i = 0; i < plan->count; i++)
		if (!strcmp(plan->parts[i].name, name))
			return &plan->parts[i];
	return NULL;
}

bool sample_plan_make(struct sample_plan *plan, const struct sample_chip *chip,
		      const struct sample_wish *wish)
{
	*plan = (struct sample_plan){.wish = *wish, .chip = chip, .storage = wish->storage};
	snprintf(plan->preloader_file, sizeof plan->preloader_file, "preloader_%s.bin",
		 chip->project);
	if ((chip->form == FORM_PLAIN || chip->form == FORM_V111) && plan->storage != SAMPLE_NAND)
		plan->base = layout_of(plan)->preloader_size;
	return add_preloaders(plan) && add_rows(plan) && add_tails(plan);
}
