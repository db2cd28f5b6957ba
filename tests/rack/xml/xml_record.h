/* xml_record: the record of FLASH-UPDATE, 1168 bytes little-endian on the host's disk. */
#ifndef RACK_XML_RECORD_H
#define RACK_XML_RECORD_H

#include "tests/rack/xml/xml_plan.h"

void xml_record_put(const struct xml_record *r, uint8_t bytes[XML_RECORD_BYTES]);
/* False: it is no such record. */
bool xml_record_get(struct xml_record *r, const uint8_t *bytes, size_t n);

#endif
