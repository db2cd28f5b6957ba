/* info: the information structures of XFlash agents (protocol/da-xflash.md section 7). */
#ifndef ENGINE_XFLASH_INFO_H
#define ENGINE_XFLASH_INFO_H

#include <stdbool.h>

#include "engine/base/slice.h"
#include "engine/device/facts.h"

/*
 * Each takes the bytes of one answer. False: too short to be that structure. An absent device
 * answers all zero: true, and `facts` unchanged. eMMC, UFS, NAND and NOR fill facts->storage; the
 * first found stays.
 */
bool info_emmc(struct device_facts *facts, struct slice bytes);
bool info_ufs(struct device_facts *facts, struct slice bytes);
bool info_nand(struct device_facts *facts, struct slice bytes);
bool info_nor(struct device_facts *facts, struct slice bytes);
bool info_ram(struct device_facts *facts, struct slice bytes);

#endif
