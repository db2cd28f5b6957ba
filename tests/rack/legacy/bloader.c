/*
 * DOWNLOAD_BLOADER (da-legacy.md 5.9, 51): the preloader, where the boot ROM looks for it. The
 * agent puts the device header before a raw image: header and BRLYT in a boot region of eMMC, the
 * geometry header and BRLYT in block 0 of NAND (packages.md 3.1, 3.2).
 */
#include "tests/rack/legacy/legacy_agent.h"

#include <stdlib.h>
#include <string.h>

#include "engine/base/bytes.h"
#include "tests/rack/image_sink.h"
#include "tests/rack/nand.h"

enum { HASH_BYTES = 36, IMAGE_BYTES = 40, PC_IDENTITY_BYTES = 16, COUNT_MAX = 4 };
enum { DEVICE_NAND = 2, DEVICE_EMMC = 5, AT_SIZE = 34, NAND_HEADER = 0x80, NAND_BRLYT = 0x10002 };
enum { PRELOADER_BYTES_MAX = 0x200000 };

/* ---- putting it where it belongs ---- */

static int store_nand(struct device *d, const uint8_t *image, uint32_t n)
{
	uint32_t page = d->flash.nand.page, block = flash_nand_block_bytes(&d->flash);
	uint32_t start = 2 * page, end = (start + n + page - 1) / page * page;
	uint8_t *head = calloc(1, start);
	int bad = !head;

	for (uint32_t at = 0; head && at < page; at += NAND_HEADER) {
		memset(head + at, 0xFF, NAND_HEADER);
		memcpy(head + at, "BOOTLOADER!\0V006NFIINFO", 24);
		put_le32(head + at + 24, page);
		put_le32(head + at + 28, d->flash.nand.spare);
		put_le32(head + at + 32, d->flash.nand.pages_per_block);
	}
	if (head) {
		memcpy(head + page, "BRLYT\0\0", 8);
		put_le32(head + page + 8, 1);
		put_le32(head + page + 12, start);
		put_le32(head + page + 16, end);
		put_le32(head + page + 20, 0x42424242);
		put_le32(head + page + 24, NAND_BRLYT);
		put_le32(head + page + 28, start);
		put_le32(head + page + 32, end);
		put_le32(head + page + 36, 1);
	}
	for (uint32_t at = 0; at < end && !bad; at += block)
		bad = flash_nand_erase(&d->flash, at);
	bad = bad || flash_nand_write(&d->flash, 0, head, start) ||
	      flash_nand_write(&d->flash, start, image, n);
	free(head);
	return bad;
}

static uint32_t store_whole(struct device *d)
{
	struct legacy_agent *la = d->legacy;
	const uint8_t *image = la->preloader;
	uint32_t n = (uint32_t)la->preloader_n;

	if (la_has_nand(d))
		return store_nand(d, image, n) ? LS_WRITE_FAILED : 0;
	/* Both boot regions: the boot ROM takes the second when the first is broken. */
	if (image_store_preloader(&d->flash, REGION_BOOT1, image, n, false) ||
	    image_store_preloader(&d->flash, REGION_BOOT2, image, n, false))
		return LS_WRITE_FAILED;
	return 0;
}

static uint32_t gather(struct device *d, const uint8_t *bytes, size_t n)
{
	struct legacy_agent *la = d->legacy;

	memcpy(la->preloader + la->preloader_n, bytes, n);
	la->preloader_n += n;
	if (la->preloader_n < la->preloader_bytes)
		return 0;
	if (!store_whole(d))
		return 0;
	la->preloader_n -= n; /* the packet may come again */
	return LS_WRITE_FAILED;
}

static void finished(struct device *d)
{
	la_ack(d);
	la_idle(d);
}

/* ---- the dialogue ---- */

static void next_image(struct device *d);

static void all_known(struct device *d)
{
	struct legacy_agent *la = d->legacy;

	la->preloader_n = 0;
	free(la->preloader);
	la->preloader = malloc(la->preloader_bytes);
	if (!la->preloader || !la->preloader_bytes) {
		la_halt(d, "no preloader, or no memory for it");
		return;
	}
	la->intake.left = la->preloader_bytes;
	la->intake.verify = true;
	la->intake.store = gather;
	la->intake.finished = finished;
	la_ack(d);
	la_take_packets(d);
}

static void got_image(struct device *d)
{
	struct legacy_agent *la = d->legacy;
	uint32_t size = get_be32(la->in + AT_SIZE);

	device_log(d, "h>", "  image of %u bytes for device %u", size, la->in[0]);
	if (size > PRELOADER_BYTES_MAX - la->preloader_bytes) {
		la_halt(d, "a preloader of an impossible size");
		return;
	}
	la->preloader_bytes += size;
	la_ack(d);
	next_image(d);
}

static void got_presence(struct device *d)
{
	if (d->legacy->in[0] == LEGACY_ACK)
		la_ask(d, IMAGE_BYTES, got_image);
	else
		next_image(d);
}

static void next_image(struct device *d)
{
	if (!d->legacy->image_count) {
		all_known(d);
		return;
	}
	d->legacy->image_count--;
	la_ask(d, 1, got_presence);
}

static void got_count(struct device *d)
{
	struct legacy_agent *la = d->legacy;

	la->image_count = get_be32(la->in);
	la->preloader_bytes = 0;
	if (!la->image_count || la->image_count > COUNT_MAX)
		la_halt(d, "an impossible number of boot images");
	else
		next_image(d);
}

static void got_device(struct device *d)
{
	uint8_t wanted = la_has_nand(d) ? DEVICE_NAND : DEVICE_EMMC;

	if (!la_verdict(d, d->legacy->in[0] == wanted ? 0 : LS_STORAGE_TYPE)) {
		la_idle(d);
		return;
	}
	la_ack(d); /* first: 69 would be an update of one that is there */
	la_ask(d, 4, got_count);
}

static void got_packet_length(struct device *d)
{
	d->legacy->intake = (struct legacy_intake){.packet = get_be32(d->legacy->in)};
	la_ask(d, 1, got_device);
}

static void ask_packet_length(struct device *d)
{
	la_ask(d, 4, got_packet_length);
}

static void got_hash(struct device *d)
{
	la_send32(d, 0); /* any key will do */
	ask_packet_length(d);
}

/* Agents of 2011 know no key hash. */
static void permitted(struct device *d)
{
	if (d->config->agent == AGENT_2011)
		ask_packet_length(d);
	else
		la_ask(d, HASH_BYTES, got_hash);
}

void la_download_bloader(struct device *d)
{
	if (!la_verdict(d, la_has_nand(d) || la_has_emmc(d) ? 0 : LS_NO_EMMC)) {
		la_idle(d);
		return;
	}
	if (d->legacy->profile->pc_identity)
		la_ask(d, PC_IDENTITY_BYTES, permitted);
	else
		permitted(d);
}
