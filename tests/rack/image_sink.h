/*
 * image_sink: an image on its way into a partition or a range, in packets of any size, as the
 * agents of the XFlash and XML generations store it (da-xflash.md 6.2, 6.6; da-xml.md 3.1).
 *
 * By name, an Android sparse image is recognised by its first packet and expanded. What a packet
 * brings may fail late: the caller decides when to tell it.
 */
#ifndef RACK_IMAGE_SINK_H
#define RACK_IMAGE_SINK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "tests/rack/flash.h"
#include "tests/rack/sparse_sink.h"

/* Where a name, or a section and an address, lead. */
struct agent_target {
	enum storage_region region; /* REGION_BOOT12: both boot regions */
	uint64_t start, size;	    /* bytes */
	bool physical;		    /* NAND: addresses of the chip, no replacement */
	bool preloader;
	char name[73]; /* by name: the device's own spelling */
};

enum image_error {
	IMAGE_GOOD,
	IMAGE_STORAGE,	 /* the chip failed */
	IMAGE_DIFFERS,	 /* read back, it is not what was written */
	IMAGE_TOO_LARGE, /* nothing, or nothing more, was written */
	IMAGE_BAD_CHUNK, /* of a sparse image */
	IMAGE_NO_NAME,	 /* a preloader that does not say whose it is */
};

struct image_sink {
	struct flash *flash;
	struct agent_target target;
	bool named;	/* by partition name: sparse images are expanded, sizes matter */
	bool read_back; /* compare what was written */
	bool keep_gaps; /* a sparse image does not erase first */
	enum { SINK_UNSEEN, SINK_PLAIN, SINK_SPARSE, SINK_NOTHING } kind;
	uint64_t total, offset; /* bytes of the file: announced, taken */
	struct sparse_sink sparse;
};

void image_sink_init(struct image_sink *s, struct flash *flash, const struct agent_target *target,
		     bool named, uint64_t total);
enum image_error image_sink_put(struct image_sink *s, const uint8_t *bytes, size_t n);

/*
 * A whole preloader image into a boot region (agent_preloader.c). `must_be_named`: refuse one
 * without a customer name, before anything is written.
 */
enum image_error image_store_preloader(struct flash *flash, enum storage_region region,
				       const uint8_t *image, size_t n, bool must_be_named);

#endif
