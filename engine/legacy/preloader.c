/*
 * preloader: the first boot loader into a boot region (da-legacy.md 5.9, packages.md 3.2).
 *
 * eMMC takes it by address, as any image: the raw preloader behind the place of its device header,
 * then the header. In this order a unit that loses power in between has no header that points to
 * half a preloader. An image that is a whole boot region goes as it is. NAND agents lay out block 0
 * themselves, which command 51 is for.
 */

#include "engine/format/boot_region.h"
#include "engine/legacy/tables.h"
#include "engine/legacy/wire.h"

static enum verdict write_now(struct flow *f)
{
	f->call = legacy_write;
	return STEP_CALL;
}

static enum verdict ask_image(struct flow *f, struct flow_action *a)
{
	struct flow_io *io = &f->io;

	(void)a;
	f->legacy.header_due = false;
	io->sparse = false;
	if (!boot_region_is_raw(io->image))
		return write_now(f); /* with its header, or nothing that we know better of */
	if (lg_on_nand(f)) {
		f->call = legacy_bloader;
		return STEP_CALL;
	}
	f->legacy.header_due = true;
	io->address += BOOT_REGION_HEADER;
	return write_now(f);
}

static enum verdict ask_header(struct flow *f, struct flow_action *a)
{
	struct flow_io *io = &f->io;

	(void)a;
	if (!f->legacy.header_due)
		return STEP_NEXT;
	boot_region_header(f->table, boot_region_raw_bytes(io->image));
	f->table_bytes = BOOT_REGION_HEADER;
	f->legacy.image = io->image;
	f->legacy.sums = io->sums;
	f->legacy.image_own = io->own;
	io->address -= BOOT_REGION_HEADER;
	io->image = (struct slice){f->table, BOOT_REGION_HEADER};
	io->length = BOOT_REGION_HEADER;
	io->own = true;
	io->sums = NULL;
	return write_now(f);
}

/* The header is not the caller's: its bytes are counted out again, and io is as it was. */
static enum verdict got_header(struct flow *f, struct slice rx)
{
	struct flow_io *io = &f->io;

	(void)rx;
	if (!f->legacy.header_due)
		return STEP_NEXT;
	f->report.bytes_done -= BOOT_REGION_HEADER;
	f->report.bytes_written -= BOOT_REGION_HEADER;
	f->report.parts[io->record].bytes -= BOOT_REGION_HEADER;
	io->image = f->legacy.image;
	io->sums = f->legacy.sums;
	io->own = f->legacy.image_own;
	io->length = io->image.n;
	io->done = io->length;
	return STEP_NEXT;
}

const struct step legacy_preloader[] = {
	{"preloader", 0, ask_image, NULL, NULL},
	{"preloader header", 0, ask_header, got_header, NULL},
	{NULL, 0, NULL, NULL, NULL},
};
