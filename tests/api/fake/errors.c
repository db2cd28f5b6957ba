/* Real entries of the error catalogue, so that the page is tried with real lengths of text. */
#include "tests/api/fake/fake.h"

static const char *const cable[] = {"Change the cable",
				    "Plug the unit in again: it starts by itself",
				    "Send the unit to repair if it leaves again", NULL};
static const char *const dram[] = {"Put the board aside for repair",
				   "Check whether other units of this package pass", NULL};
static const char *const product[] = {"Check the model of the unit against the work order",
				      "Put a unit of another model aside", NULL};
static const char *const checksum[] = {"Change the cable and try once more",
				       "Send the unit to repair", NULL};
static const char *const order[] = {"Open an order, or pull the unit", NULL};
static const char *const stall[] = {"Pull the unit and plug it in again",
				    "Try another port if it stalls again", NULL};

static const struct view_error errors[] = {
	{"ST-060", "LEFT_WHILE_WRITING", "station", "write",
	 "The unit left the bus while data was being written; its content is not complete.",
	 "left at 61 % of super", cable, "after power cycle"},
	{"ST-020", "CHIP_MISMATCH", "station", "preflight",
	 "The chip of this unit is not the chip of the work order. Nothing was written.",
	 "hw code 0x0766, the order is for 0x0699", product, "no"},
	{"0xC0050005", "DRAM_INIT_FAILED", "xflash", "agent",
	 "The memory did not start with the settings of this package.", "EMI record 3 of 7", dram,
	 "no"},
	{"0xC0030006", "CHECKSUM_OF_DATA", "xflash", "write",
	 "The unit received data whose checksum was not right.", "vendor_boot at offset 0x1A00000",
	 checksum, "other cable"},
	{"ST-061", "NO_PROGRESS", "station", "write",
	 "Nothing moved for too long although the unit is there.",
	 "30 s without an answer to write", stall, "after power cycle"},
	{"ST-080", "NO_ORDER", "station", "connect",
	 "A unit is here, but no order says what to do with it.", "no order is open", order, "no"},
};

const struct view_error *fake_error(size_t i)
{
	return &errors[i % (sizeof errors / sizeof errors[0])];
}
