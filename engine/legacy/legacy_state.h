/* legacy_state: what the legacy tables keep between two exchanges. */
#ifndef ENGINE_LEGACY_LEGACY_STATE_H
#define ENGINE_LEGACY_LEGACY_STATE_H

#include <stdbool.h>
#include <stdint.h>

struct legacy_state {
	uint8_t stage; /* parts of the step already taken */
};

#endif
