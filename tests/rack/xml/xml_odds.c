/*
 * Commands a line rarely uses (da-xml.md section 5). Registers: only the chip's identification may
 * be read. No virtual device can be fused.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "engine/base/bytes.h"
#include "tests/rack/chipfacts.h"
#include "tests/rack/xml/xml_agent.h"

enum { SMALL_FILE_MAX = 0x10000, CHIP_ID_REGISTER = 0x08000000, FIRMWARE_MAX = 0x400000 };

static void rsc_received(struct device *d)
{
	struct xml_doc rsc;
	bool good = xml_doc_parse(&rsc, (const char *)d->xml->file);

	xml_doc_free(&rsc);
	if (good)
		xml_ok(d);
	else
		xml_fail(d, "RSC file is invalid.");
}

void xml_set_rsc(struct device *d)
{
	const char *token;

	if (xml_need(d, "da/arg/key") && (token = xml_need(d, "da/arg/source_file")))
		xml_pull_file(d, "RSC file", token, SMALL_FILE_MAX, rsc_received);
}

void xml_write_private_cert(struct device *d)
{
	const char *token = xml_need(d, "da/arg/source_file");

	if (token)
		xml_pull_file(d, "cert", token, SMALL_FILE_MAX, xml_ok);
}

/* ---- registers ---- */

static bool chip_register(const struct device *d, uint64_t address, uint32_t *value)
{
	const uint32_t words[] = {d->config->chip->hw_code, CHIP_HW_SUB_CODE, CHIP_HW_VERSION,
				  CHIP_SW_VERSION};
	uint64_t i = (address - CHIP_ID_REGISTER) / 4;

	if (address < CHIP_ID_REGISTER || address % 4 || i >= sizeof words / sizeof *words)
		return false;
	*value = words[i];
	return true;
}

void xml_read_register(struct device *d)
{
	uint64_t width, address;
	const char *token;
	uint32_t value;
	uint8_t bytes[4];

	if (!xml_need_number(d, "da/arg/bit_width", &width) ||
	    !xml_need_number(d, "da/arg/base_address", &address) ||
	    !(token = xml_need(d, "da/arg/target_file")))
		return;
	if (!chip_register(d, address, &value)) {
		xml_fail(d, "Register 0x%llx is forbidden. 0x%x", (unsigned long long)address,
			 DA_REG_PERMISSION);
		return;
	}
	put_le32(bytes, value);
	xml_push_bytes(d, "dev", token, bytes, sizeof bytes, xml_ok);
}

void xml_write_register(struct device *d)
{
	uint64_t width, address;

	if (!xml_need_number(d, "da/arg/bit_width", &width) ||
	    !xml_need_number(d, "da/arg/base_address", &address) ||
	    !xml_need(d, "da/arg/source_file"))
		return;
	xml_fail(d, "Register 0x%llx is forbidden. 0x%x", (unsigned long long)address,
		 DA_REG_PERMISSION);
}

/* ---- fuses ---- */

static void refuse_fuses(struct device *d, const char *argument)
{
	if (xml_need(d, argument))
		xml_fail(d, "eFuse access is refused. 0x%x", DA_EFUSE_INVALID_ARGUMENT);
}

void xml_read_efuse(struct device *d)
{
	refuse_fuses(d, "da/arg/target_file");
}

void xml_write_efuse(struct device *d)
{
	device_log(d, "--", "a host asked to blow fuses: refused");
	refuse_fuses(d, "da/arg/source_file");
}

/* ---- UFS ---- */

static void firmware_received(struct device *d)
{
	xml_fail(d, "UFS firmware is not for this device.");
}

void xml_ufs(struct device *d)
{
	const char *function = xml_need(d, "da/arg/function"), *token;

	if (!function)
		return;
	if (d->flash.kind != STORAGE_UFS)
		xml_fail(d, "This device has no UFS storage.");
	else if (!strcmp(function, "SETTING"))
		xml_fail(d, "The storage does not support the setting.");
	else if (strcmp(function, "UPDATE-FIRMWARE") != 0)
		xml_fail(d, "Unknown UFS function: %s", function);
	else if ((token = xml_need(d, "da/arg/source_file")))
		xml_pull_file(d, "FW", token, FIRMWARE_MAX, firmware_received);
}
