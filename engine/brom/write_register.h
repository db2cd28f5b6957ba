/* write_register: one register write; parameters and result in flow->brom. */
#ifndef ENGINE_BROM_WRITE_REGISTER_H
#define ENGINE_BROM_WRITE_REGISTER_H

#include "engine/flow/step.h"

extern const struct step brom_write_register[];

#endif
