#include "engine/xflash/status.h"

#include <stddef.h>

#include "engine/catalogue/catalogue.h"

/* The catalogue holds the failures; successes and information words are named here. */
static const struct {
	uint32_t status;
	const char *name;
} quiet[] = {
	{XFLASH_OK, "OK"},
	{0x40040001, "SPARSE_INCOMPLETE"},
	{0x40040002, "OTP_LOCKED"},
	{0x40040003, "OTP_UNLOCKED"},
	{XFLASH_CONTINUE, "CONTINUE"},
	{XFLASH_COMPLETE, "COMPLETE"},
	{0x40040006, "DRAM_REPAIR_COMPLETE"},
	{0x40060001, "BROM_CONNECT_NOT_PL"},
};

const char *xflash_status_name(uint32_t status)
{
	const struct catalogue_entry *entry;

	for (size_t i = 0; i < sizeof quiet / sizeof quiet[0]; i++)
		if (quiet[i].status == status)
			return quiet[i].name;
	entry = catalogue_find(FAULT_XFLASH, status);
	return entry ? entry->name : "unlisted status";
}
