/* xml: the XML agent (da-xml.md) of a device. */
#ifndef RACK_XML_H
#define RACK_XML_H

#include "tests/rack/device.h"

void xml_start(struct device *d); /* JUMP_DA: the agent's first bytes come after --c0-ms */
void xml_free(struct device *d);

#endif
