/* xml_state: what the xml tables keep between two exchanges. */
#ifndef ENGINE_XML_XML_STATE_H
#define ENGINE_XML_XML_STATE_H

#include <stdbool.h>
#include <stdint.h>

struct xml_state {
	uint8_t stage; /* parts of the step already taken */
};

#endif
