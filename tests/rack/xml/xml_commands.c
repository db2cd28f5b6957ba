#include "tests/rack/xml/xml_commands.h"

#include <string.h>
#include <strings.h>

#include "tests/rack/xml/xml_agent.h"

static const struct xml_command_row table[] = {
	{"SET-RUNTIME-PARAMETER", 1, "1", ALWAYS, "runtime-parameter", xml_set_runtime_parameter},
	{"HOST-SUPPORTED-COMMANDS", 1, "12", NOT_2023_DA2, "host-commands",
	 xml_host_supported_commands},
	{"NOTIFY-INIT-HW", 1, "12", OPEN, "init-hw", xml_notify_init_hw},
	{"SET-HOST-INFO", 1, "12", ALWAYS, "host-info", xml_set_host_info},
	{"BOOT-TO", 1, "1", ALWAYS, "boot-to", xml_boot_to},
	{"RAM-TEST", 1, "1", ALWAYS, "ram-test", xml_ram_test},
	{"DEBUG:DRAM-REPAIR", 1, "1", ALWAYS, "dram-repair", xml_dram_repair},
	{"CAN-HIGHER-USB-SPEED", 1, "2", SPEED_BUILDS, "can-speed", xml_can_higher_usb_speed},
	{"SWITCH-HIGHER-USB-SPEED", 1, "2", SPEED_BUILDS, "switch-speed",
	 xml_switch_higher_usb_speed},
	{"GET-SYS-PROPERTY", 1, "2", OPEN, "sys-property", xml_get_sys_property},
	{"SECURITY-GET-DEV-FW-INFO", 1, "2", OPEN | SLA_ONLY, "dev-fw-info", xml_get_dev_fw_info},
	{"SECURITY-SET-FLASH-POLICY", 1, "2", OPEN | SLA_ONLY, "flash-policy",
	 xml_set_flash_policy},
	{"SECURITY-SET-ALLINONE-SIGNATURE", 1, "2", OPEN, "signature", xml_set_signature},
	{"GET-HW-INFO", 1, "12", ALWAYS, "hw-info", xml_get_hw_info},
	{"GET-DA-INFO", 1, "2", ALWAYS, "da-info", xml_get_da_info},
	{"READ-PARTITION-TABLE", 1, "2", ALWAYS, "read-table", xml_read_partition_table},
	{"READ-PARTITION", 1, "2", ALWAYS, "read-partition", xml_read_partition},
	{"READ-FLASH", 1, "2", ALWAYS, "read-flash", xml_read_flash},
	{"WRITE-PARTITION", 1, "2", ALWAYS, "write-partition", xml_write_partition_command},
	{"WRITE-PARTITIONS", 1, "2", ALWAYS, "write-partitions", xml_write_partitions},
	{"WRITE-FLASH", 1, "2", ALWAYS, "write-flash", xml_write_flash},
	{"ERASE-PARTITION", 1, "2", ALWAYS, "erase-partition", xml_erase_partition},
	{"ERASE-FLASH", 1, "2", ALWAYS, "erase-flash", xml_erase_flash},
	{"FLASH-ALL", 1, "2", ALWAYS, "flash-all", xml_flash_all},
	{"FLASH-ALL", 2, "2", ALWAYS, "flash-all", xml_flash_all},
	{"FLASH-UPDATE", 1, "2", ALWAYS, "flash-update", xml_flash_update},
	{"FLASH-UPDATE", 2, "2", ALWAYS, "flash-update", xml_flash_update},
	{"GET-DOWNLOADED-IMAGE-FEEDBACK", 1, "2", ALWAYS, "feedback", xml_get_feedback},
	{"EMMC-CONTROL", 1, "2", ALWAYS, "emmc-control", xml_emmc_control},
	{"SET-BOOT-MODE", 1, "2", ALWAYS, "boot-mode", xml_set_boot_mode},
	{"REBOOT", 1, "12", ALWAYS, "reboot", xml_reboot},
	{"SET-RSC", 1, "2", ALWAYS, "set-rsc", xml_set_rsc},
	{"WRITE-PRIVATE-CERT", 1, "2", ALWAYS, "private-cert", xml_write_private_cert},
	{"READ-REGISTER", 1, "2", ALWAYS, "read-register", xml_read_register},
	{"WRITE-REGISTER", 1, "2", ALWAYS, "write-register", xml_write_register},
	{"READ-EFUSE", 1, "2", ALWAYS, "read-efuse", xml_read_efuse},
	{"WRITE-EFUSE", 1, "2", ALWAYS, "write-efuse", xml_write_efuse},
	{"DEBUG:UFS", 1, "2", ALWAYS, "debug-ufs", xml_ufs},
};

static bool offered(const struct device *d, const struct xml_command_row *row)
{
	bool second = d->stage == STAGE_AGENT2;

	if (!strchr(row->stages, second ? '2' : '1'))
		return false;
	if (second && row->when & NOT_2023_DA2 && d->config->xml_build == XML_2023)
		return false;
	if (row->when & SPEED_BUILDS && !d->config->xml_usb_switch)
		return false;
	if (row->when & SLA_ONLY && !d->config->da_sla)
		return false;
	return !second || !agent_locked(d) || row->when & OPEN;
}

const struct xml_command_row *xml_command_find(const struct device *d, const char *name,
					       unsigned major)
{
	if (strncasecmp(name, "CMD:", 4) != 0)
		return NULL;
	for (size_t i = 0; i < sizeof table / sizeof *table; i++) {
		if (!strcasecmp(name + 4, table[i].name) && table[i].major == major &&
		    offered(d, &table[i]))
			return &table[i];
	}
	return NULL;
}
