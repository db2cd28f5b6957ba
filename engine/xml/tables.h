/* tables: the step tables of this folder, gathered into verbs by xml.c. */
#ifndef ENGINE_XML_TABLES_H
#define ENGINE_XML_TABLES_H

#include "engine/flow/step.h"

extern const struct step xml_start[];	 /* start.c */
extern const struct step xml_unlock[];	 /* unlock.c: the agent's own authorisation */
extern const struct step xml_survey[];	 /* survey.c */
extern const struct step xml_switch[];	 /* survey.c: USB speed */
extern const struct step xml_read[];	 /* transfer.c */
extern const struct step xml_upload[];	 /* transfer.c: by name */
extern const struct step xml_write[];	 /* transfer.c */
extern const struct step xml_download[]; /* transfer.c */
extern const struct step xml_format[];	 /* format.c */
extern const struct step xml_ram_test[]; /* format.c: first stage only */
extern const struct step xml_memtest[];	 /* format.c */
extern const struct step xml_end[];	 /* end.c */

#endif
