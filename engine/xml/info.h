/* info: the result documents of XML agents (protocol/da-xml.md 5.1). */
#ifndef ENGINE_XML_INFO_H
#define ENGINE_XML_INFO_H

#include <stdbool.h>
#include <stdint.h>

#include "engine/base/slice.h"
#include "engine/device/facts.h"

/*
 * GET-HW-INFO. False: no such document. Sizes that are not told stay 0; a storage of another name
 * than EMMC, UFS and NAND leaves facts->storage as it is.
 */
bool info_hardware(struct device_facts *facts, struct slice doc);
/* GET-DA-INFO: version and build date into facts->da_version. */
void info_agent(struct device_facts *facts, struct slice doc);
/* GET-SYS-PROPERTY DA.HRID into facts->hrid; nothing when it is not 16 bytes. */
void info_hrid(struct device_facts *facts, struct slice doc);
/*
 * SECURITY-GET-DEV-FW-INFO: the 16 random bytes that an authorisation answers. False: none.
 */
bool info_challenge(struct slice doc, uint8_t random[16]);

#endif
