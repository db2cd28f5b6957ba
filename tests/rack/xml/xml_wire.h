/* xml_wire: how the XML agent writes its own documents. */
#ifndef RACK_XML_WIRE_H
#define RACK_XML_WIRE_H

#include "tests/rack/device.h"
#include "tests/rack/xml/xml_doc.h"

/* A request of the host: begun in a buffer of XML_EMIT_BYTES, arguments put, then sent. */
void xml_ask_begin(struct xml_text *t, char *buffer, const char *command);
void xml_ask_send(struct device *d, struct xml_text *t);

#endif
