/*
 * agent_info: what an agent tells about its device (da-xflash.md 5.2 and 7). Each function sends
 * its data frame and returns the final status.
 */
#ifndef RACK_AGENT_INFO_H
#define RACK_AGENT_INFO_H

#include <stdint.h>

struct device;

uint32_t tell_emmc(struct device *d);
uint32_t tell_nand(struct device *d);
uint32_t tell_nor(struct device *d);
uint32_t tell_ufs(struct device *d);
uint32_t tell_da_version(struct device *d);
uint32_t tell_packet_length(struct device *d);
uint32_t tell_random_id(struct device *d);
uint32_t tell_table_kind(struct device *d);
uint32_t tell_connection_agent(struct device *d);
uint32_t tell_usb_speed(struct device *d);
uint32_t tell_ram(struct device *d);
uint32_t tell_chip_id(struct device *d);
uint32_t tell_battery(struct device *d);
uint32_t tell_rpmb(struct device *d);
uint32_t tell_dram_type(struct device *d);
uint32_t tell_fw(struct device *d);
uint32_t tell_sla_status(struct device *d);
uint32_t tell_hrid(struct device *d);
uint32_t tell_error_detail(struct device *d);
uint32_t tell_life_cycle(struct device *d);

#endif
