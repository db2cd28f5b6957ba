/* regions: the names that XML agents give to the regions of a storage (protocol/da-xml.md 5). */
#ifndef ENGINE_XML_REGIONS_H
#define ENGINE_XML_REGIONS_H

#include "engine/format/storage.h"

/* "EMMC-USER", "UFS-LUA2", "NAND-WHOLE", ...; NULL when that storage has no such region. */
const char *xml_region(enum storage_kind kind, enum storage_region region);

#endif
