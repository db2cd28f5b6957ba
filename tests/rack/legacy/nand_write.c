/*
 * Writing NAND: the image list and the images (da-legacy.md 5.10, DD and DE), raw pages (B3).
 *
 * The document names the fields, not their widths and answers; README.md says how the rack reads
 * it. Bad blocks are stepped over by the agent's table of replacements: a host never meets one.
 */
#include "tests/rack/legacy/legacy_agent.h"

#include <string.h>

#include "engine/base/bytes.h"
#include "tests/rack/nand.h"

enum { NAME_BYTES = 64, COUNT_BYTES = 2, RAW_LENGTH = 8, RAW_PACKET = 16 };

static unsigned width(const struct device *d)
{
	return la_narrow_list(d->legacy->chip_byte) ? 4 : 8;
}

static uint64_t field(const struct device *d, const uint8_t *p, unsigned index)
{
	return width(d) == 4 ? get_be32(p + 4 * (size_t)index) : la_be64(p + 8 * (size_t)index);
}

/* ---- DD ---- */

static void next_entry(struct device *d);

static void got_entry(struct device *d)
{
	struct legacy_agent *la = d->legacy;
	struct legacy_image *image = &la->images[la->image_n];
	const uint8_t *p = la->in + 1;
	uint32_t bad = 0;

	image->enabled = la->in[0];
	image->begin = field(d, p, 0);
	image->bytes = field(d, p, 3);
	device_log(d, "h>", "  image \"%.63s\": %s, %llu bytes at 0x%llX",
		   (const char *)p + 4 * (size_t)width(d) + 1, image->enabled ? "on" : "off",
		   (unsigned long long)image->bytes, (unsigned long long)image->begin);
	if (image->enabled && image->begin % flash_nand_block_bytes(&d->flash))
		bad = LS_BEGIN_ADDR;
	else if (image->enabled &&
		 (image->begin >= flash_nand_logical_bytes(&d->flash) ||
		  image->bytes > flash_nand_logical_bytes(&d->flash) - image->begin ||
		  image->bytes > field(d, p, 2)))
		bad = LS_RANGE;
	if (!la_verdict(d, bad)) {
		la->image_count = 0;
		la_idle(d);
		return;
	}
	la->image_n++;
	next_entry(d);
}

static void next_entry(struct device *d)
{
	struct legacy_agent *la = d->legacy;

	if (la->image_n < la->image_count)
		la_ask(d, 1 + 4 * (size_t)width(d) + 1 + NAME_BYTES, got_entry);
	else
		la_idle(d);
}

static void next_range(struct device *d);

static void got_range(struct device *d)
{
	la_ack(d);
	d->legacy->ranges_left--;
	next_range(d);
}

static void next_range(struct device *d)
{
	if (d->legacy->ranges_left)
		la_ask(d, 2 * (size_t)width(d), got_range);
	else
		next_entry(d);
}

static void got_counts(struct device *d)
{
	struct legacy_agent *la = d->legacy;

	la->image_count = la->in[0];
	la->ranges_left = la->in[1];
	la->image_n = 0;
	if (la->image_count > LEGACY_IMAGES_MAX) {
		la->image_count = 0;
		la_refuse(d, LS_TOO_MANY);
		la_idle(d);
		return;
	}
	la_ack(d);
	next_range(d);
}

void la_image_list(struct device *d)
{
	d->legacy->image_count = 0;
	if (la_verdict(d, la_has_nand(d) ? 0 : LS_NO_NAND))
		la_ask(d, COUNT_BYTES, got_counts);
	else
		la_idle(d);
}

/* ---- DE ---- */

static void next_image(struct device *d);

static uint32_t store(struct device *d, const uint8_t *bytes, size_t n)
{
	struct legacy_agent *la = d->legacy;
	uint32_t block = flash_nand_block_bytes(&d->flash);

	/* A block is erased when the first byte of it is written. */
	for (uint64_t at = (la->target.at + block - 1) / block * block; at < la->target.at + n;
	     at += block) {
		if (flash_nand_erase(&d->flash, at))
			return LS_WRITE_FAILED;
	}
	if (flash_nand_write(&d->flash, la->target.at, bytes, n))
		return LS_WRITE_FAILED;
	la->target.at += n;
	return 0;
}

static void images_finished(struct device *d)
{
	la_ack(d);
	la_ack(d); /* post-process */
	la_idle(d);
}

static void next_image(struct device *d)
{
	struct legacy_agent *la = d->legacy;
	const struct legacy_image *image;

	while (la->image_n < la->image_count && !la->images[la->image_n].enabled)
		la->image_n++;
	if (la->image_n == la->image_count) {
		images_finished(d);
		return;
	}
	image = &la->images[la->image_n++];
	la->target.at = image->begin;
	la->intake.left = image->bytes;
	la_ack(d);
	la_take_packets(d);
}

static void got_packet_length(struct device *d)
{
	struct legacy_agent *la = d->legacy;

	la->intake = (struct legacy_intake){
		.packet = get_be32(la->in), .verify = true, .store = store, .finished = next_image};
	la->image_n = 0;
	la_ack(d);
	la_ack(d);
	next_image(d);
}

void la_write_images(struct device *d)
{
	if (la_verdict(d, la_has_nand(d) ? 0 : LS_NO_NAND))
		la_ask(d, 4, got_packet_length);
	else
		la_idle(d);
}

/* ---- B3 ---- */

void la_write_pages(struct device *d)
{
	struct legacy_agent *la = d->legacy;
	uint64_t at = la_be64(la->in), n = la_be64(la->in + RAW_LENGTH);
	uint32_t bad = la_has_nand(d) ? 0 : LS_NO_NAND;

	la->target.at = at;
	la->intake = (struct legacy_intake){.left = n,
					    .packet = get_be32(la->in + RAW_PACKET),
					    .verify = true,
					    .store = store,
					    .finished = la_idle};
	if (!bad && at % d->flash.nand.page)
		bad = LS_BEGIN_ADDR;
	else if (!bad && (!n || at >= flash_nand_logical_bytes(&d->flash) ||
			  n > flash_nand_logical_bytes(&d->flash) - at))
		bad = LS_RANGE;
	if (la_verdict(d, bad))
		la_take_packets(d);
	else
		la_idle(d);
}
