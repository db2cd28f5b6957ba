/*
 * content: what an image is, by its first bytes, and what that says about its size.
 * Source: protocol/packages.md 4.2, 4.5.
 */
#ifndef ENGINE_FORMAT_CONTENT_H
#define ENGINE_FORMAT_CONTENT_H

#include <stdint.h>

#include "engine/base/slice.h"

#define CONTENT_HEAD 0x1100 /* bytes of the expanded image that content_inspect() looks at */

struct content {
	const char *kind;     /* "ext4", "android boot", ...; "raw" when nothing is known. Static */
	uint64_t file_system; /* bytes the file system says it has; 0: none, or it does not say */
	char mtk_name[33];    /* of MediaTek's image header (4.3), "" without one */
	uint64_t mtk_bytes;   /* header and first image by that header; 0 without one */
	uint32_t avb_flags;   /* vbmeta: bit 0 hashtree checks off, bit 1 verification off */
};

/* `head`: the first bytes of the expanded image, fewer when the image is shorter. */
struct content content_inspect(struct slice head);

#endif
