/* legacy: the tables of the Legacy agent generation (protocol/da-legacy.md). */
#ifndef ENGINE_LEGACY_LEGACY_H
#define ENGINE_LEGACY_LEGACY_H

#include "engine/flow/verbs.h"

extern const struct da_verbs legacy_verbs;

#endif
