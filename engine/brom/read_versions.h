/* read_versions: hardware and software version of chips that tell them in registers only. */
#ifndef ENGINE_BROM_READ_VERSIONS_H
#define ENGINE_BROM_READ_VERSIONS_H

#include "engine/flow/step.h"

/* From rom_quirks' registers into the facts; what is not answered stays 0. */
extern const struct step brom_read_versions[];

#endif
