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
/*
 * Decode a blob of known length, as emi_locate finds it, into `p`. Records of a kind not known are
 * no error: agents of newer chips take the blob as it is. Then layout is '?' and emi_count 0.
 */
int emi_decode(struct preloader *p, struct slice blob, struct problem *problem);
/* Decode a collected blob; the bytes that collectors left behind it are cut off. */
int emi_decode_bare(struct preloader *p, struct slice blob, struct problem *problem);

/* emi_versions.c: does the table know this version with records of this layout? */
bool emi_version_uses(unsigned version, char layout);
/* Set p->platform from version, layout and name; left "" when several chips are possible. */
void emi_guess_platform(struct preloader *p);

#endif
