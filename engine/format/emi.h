/*
 * emi: DRAM settings of a preloader, the MTK_BLOADER_INFO blob (packages.md 3.4). Private to
 * engine/format; the result is part of struct preloader.
 */
#ifndef ENGINE_FORMAT_EMI_H
#define ENGINE_FORMAT_EMI_H

#include "engine/format/preloader.h"

/*
 * Find the blob in the content of a preloader, [gfh, gfh + file_len - sig_len). False when there is
 * none: old NOR and NAND loaders may have none.
 */
bool emi_locate(struct slice content, struct slice *blob);
bool emi_is_blob(struct slice bytes);
/* Decode a whole blob into `p`; extra bytes that collectors left behind it are cut off. */
int emi_decode(struct preloader *p, struct slice blob, struct problem *problem);

#endif
