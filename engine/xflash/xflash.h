/* xflash: the tables of the XFlash ("V5") agent generation (protocol/da-xflash.md). */
#ifndef ENGINE_XFLASH_XFLASH_H
#define ENGINE_XFLASH_XFLASH_H

#include "engine/flow/verbs.h"

extern const struct da_verbs xflash_verbs;

#endif
