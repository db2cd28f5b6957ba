#include "engine/brom/brom.h"

#include <stddef.h>

#include "engine/catalogue/catalogue.h"

/* Words of brom.md section 10 that the catalogue has no entry for. */
static const struct {
	uint16_t status;
	const char *name;
} others[] = {
	{0x1B58, "EPP_FAILED"},
	{0x1B59, "NO_EXTERNAL_DRAM"},
	{0x1B5A, "DRAM_INIT_FAILED"},
	{0x1B5B, "NO_EMI_PARAMETER"},
	{0x1D18, "UNEXPLAINED_SEND_DA_REFUSAL"},
	{0x1D1D, "BAUD_RATE_TOO_HIGH"},
	{0x2711, "PRELOADER_MODE_UNSUPPORTED"},
	{0x2712, "PRELOADER_FORBIDDEN"},
	{0x2713, "PRELOADER_BAD_ARGUMENTS"},
	{0x2714, "PRELOADER_READ_FAILED"},
	{0x2715, "PRELOADER_WRITE_FAILED"},
	{0x2716, "PRELOADER_READ_TIMEOUT"},
	{0x2717, "PRELOADER_WRITE_TIMEOUT"},
	{0x2718, "PRELOADER_DISCONNECT_NEEDED"},
	{0xFFFD, "SIZE_OVERFLOW"},
	{0xFFFE, "COUNT_IS_ZERO"},
	{0xFFFF, "MISALIGNED"},
};

const char *brom_status_name(uint16_t status)
{
	const struct catalogue_entry *entry;

	if (!brom_failed(status))
		return "OK";
	for (size_t i = 0; i < sizeof others / sizeof others[0]; i++)
		if (others[i].status == status)
			return others[i].name;
	entry = catalogue_find(FAULT_BROM, status);
	return entry ? entry->name : "unlisted status";
}
