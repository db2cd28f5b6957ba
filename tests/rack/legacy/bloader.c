/*
 * DOWNLOAD_BLOADER (da-legacy.md 5.9, 51): the preloader, where the boot ROM looks for it. The
 * agent puts the device header before a raw image (image_sink.h).
 */
#include "tests/rack/legacy/legacy_agent.h"

#include <stdlib.h>
#include <string.h>

#include "engine/base/bytes.h"
#include "tests/rack/image_sink.h"

enum { HASH_BYTES = 36, IMAGE_BYTES = 34, PC_IDENTITY_BYTES = 16, COUNT_MAX = 4 };
enum { DEVICE_NAND = 2, DEVICE_EMMC = 5, AT_SIZE = 28 };
enum { PRELOADER_BYTES_MAX = 0x200000 };

/* ---- putting it where it belongs ---- */

static uint32_t store_whole(struct device *d)
{
	struct legacy_agent *la = d->legacy;
	const uint8_t *image = la->preloader;
	uint32_t n = (uint32_t)la->preloader_n;

	if (la_has_nand(d))
		return image_store_preloader(&d->flash, REGION_USER, image, n, false)
			       ? LS_WRITE_FAILED
			       : 0;
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
