/*
 * agent_info: what an agent tells about its device (da-xflash.md 5.2 and 7). Each function sends
 * its data frame and returns the final status.
 */
#ifndef RACK_AGENT_INFO_H
#define RACK_AGENT_INFO_H

#include <stdint.h>

struct device;

uint32_t info_emmc(struct device *d);
uint32_t info_nand(struct device *d);
uint32_t info_nor(struct device *d);
uint32_t info_ufs(struct device *d);
uint32_t info_da_version(struct device *d);
uint32_t info_packet_length(struct device *d);
uint32_t info_random_id(struct device *d);
uint32_t info_table_kind(struct device *d);
uint32_t info_connection_agent(struct device *d);
uint32_t info_usb_speed(struct device *d);
uint32_t info_ram(struct device *d);
uint32_t info_chip_id(struct device *d);
uint32_t info_battery(struct device *d);
uint32_t info_rpmb(struct device *d);
uint32_t info_dram_type(struct device *d);
uint32_t info_fw(struct device *d);
uint32_t info_hrid(struct device *d);
uint32_t info_error_detail(struct device *d);
uint32_t info_life_cycle(struct device *d);

#endif
