/*
 * boot_region: the device header that stands before a raw preloader in a boot region of eMMC.
 * Source: protocol/packages.md 3.2.
 *
 * Whoever writes the region directly writes header and preloader; agents that take a preloader as
 * such put the header there themselves.
 */
#ifndef ENGINE_FORMAT_BOOT_REGION_H
#define ENGINE_FORMAT_BOOT_REGION_H

#include <stdbool.h>
#include <stdint.h>

#include "engine/base/slice.h"

#define BOOT_REGION_HEADER 0x800u /* bytes; the raw preloader follows */

/* Does the image bring its device header along? */
bool boot_region_has_header(struct slice image);
/* Does it begin as a raw preloader? */
bool boot_region_is_raw(struct slice image);
/* Bytes of a raw preloader that belong on the device: some files carry a rest nobody reads. */
uint32_t boot_region_raw_bytes(struct slice image);
/* The eMMC header for a raw preloader of `bytes`. */
void boot_region_header(uint8_t header[BOOT_REGION_HEADER], uint32_t bytes);

#endif
