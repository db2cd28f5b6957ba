/* tables: the step tables of this folder, gathered into verbs by legacy.c. */
#ifndef ENGINE_LEGACY_TABLES_H
#define ENGINE_LEGACY_TABLES_H

#include "engine/flow/step.h"

#include "engine/flow/verbs.h"

extern const struct step legacy_start[];     /* start.c: all of the ones below */
extern const struct step legacy_hello[];     /* hello.c: first byte to host configuration */
extern const struct step legacy_dram[];	     /* dram.c */
extern const struct step legacy_stage2[];    /* stage2.c */
extern const struct step legacy_report[];    /* report.c */
extern const struct step legacy_survey[];    /* survey.c */
extern const struct step legacy_table[];     /* table.c */
extern const struct step legacy_read[];	     /* read.c */
extern const struct step legacy_write[];     /* write.c */
extern const struct step legacy_format[];    /* format.c */
extern const struct step legacy_preloader[]; /* preloader.c */
extern const struct step legacy_memtest[];   /* memtest.c */
extern const struct step legacy_end[];	     /* end.c */

/* The pieces of read and write: the range of one command (read.c, write.c, nand_*.c). */
extern const struct step legacy_read_emmc[];
extern const struct step legacy_read_nand[];
extern const struct step legacy_write_emmc[];
extern const struct step legacy_write_nand[];
extern const struct step legacy_bloader[];     /* bloader.c: 51 */
extern const struct step legacy_write_table[]; /* pmt_write.c: a PMT by its command, else 62 */

/* SWITCH_PART to io.region, nothing on NAND (read.c). */
extern const struct step legacy_switch_part[];

/* What legacy_table left in flow->table, as entries. */
int legacy_parse_table(const struct flow *f, struct gpt *gpt, struct problem *problem);
/* A PMT in one piece, or word that this layout is a GPT (pmt_write.c); see verbs.h. */
enum table_piece legacy_build_table(struct flow *f, const struct gpt *layout, unsigned nth,
				    struct problem *problem);
/* Does the package lay the user region out by a GPT? Older ones have MBR, EBR and PMT. */
bool legacy_layout_is_gpt(const struct flow *f);

#endif
