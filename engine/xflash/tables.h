/* tables: the step tables of this folder, gathered into verbs by xflash.c. */
#ifndef ENGINE_XFLASH_TABLES_H
#define ENGINE_XFLASH_TABLES_H

#include "engine/flow/step.h"

extern const struct step xflash_start[];     /* start.c */
extern const struct step xflash_survey[];    /* survey.c */
extern const struct step xflash_unlock[];    /* unlock.c: the agent's own authorisation */
extern const struct step xflash_switch[];    /* end.c: USB speed */
extern const struct step xflash_write[];     /* send.c */
extern const struct step xflash_download[];  /* send.c */
extern const struct step xflash_open_job[];  /* send.c */
extern const struct step xflash_close_job[]; /* send.c */
extern const struct step xflash_read[];	     /* read.c */
extern const struct step xflash_table[];     /* table.c: of a NAND */
extern const struct step xflash_upload[];    /* read.c: by name */
extern const struct step xflash_format[];    /* format.c */
extern const struct step xflash_memtest[];   /* memtest.c */
extern const struct step xflash_end[];	     /* end.c */

#endif
