/* legacy_state: what the legacy tables keep between two exchanges. */
#ifndef ENGINE_LEGACY_LEGACY_STATE_H
#define ENGINE_LEGACY_LEGACY_STATE_H

#include <stdbool.h>
#include <stdint.h>

#include "engine/base/slice.h"
#include "engine/legacy/dram_records.h"

#define LEGACY_IDS_MAX	 16 /* NAND id words in one report; 7 are the most seen */
#define LEGACY_PICKS_MAX 4  /* DRAM records that are sent apart */

struct wire_sums;

/* How the partition table lies in flow->table. */
enum legacy_table { TABLE_NONE, TABLE_SECTORS, TABLE_PMT, TABLE_GPT_LIST };

struct legacy_state {
	uint8_t stage;	    /* parts of the step already taken */
	uint16_t discarded; /* bytes before the first C0 */
	uint8_t heard[24];  /* the first of them */
	uint8_t heard_count;
	uint8_t chip_byte;
	uint8_t ids; /* NAND id words that follow */

	/* DRAM set-up */
	bool dram_down; /* the agent asked for settings */
	struct dram_board board;
	uint8_t picks; /* records chosen; 0: all of them, in one piece */
	uint16_t pick[LEGACY_PICKS_MAX];
	uint32_t record_bytes; /* as the agent said */
	bool by_vendor;	       /* a record of discrete DRAM went out: its maker is asked for */

	/* second stage upload */
	uint32_t sent;

	/* report */
	bool nand_found;
	bool same;	   /* the table that was written reads back so */
	bool switched_usb; /* the speed switch has been tried */
	enum legacy_table table;

	/* data */
	uint64_t chunk;	 /* where the command in work begins in the range */
	uint64_t within; /* bytes of that command that are done */
	uint64_t total;	 /* bytes that it gives, as the agent said */
	uint64_t packet; /* bytes in the packet that is out */
	uint8_t tries;	 /* of that packet */
	uint32_t error;	 /* status that ended it */
	uint32_t status; /* of a format, last */
	uint32_t failed; /* first bad status of a format that went on */
	bool resend;
	uint32_t nand_unit; /* bytes of one page as read */
	/* a preloader while its device header is written */
	bool header_due, image_own;
	struct slice image;
	const struct wire_sums *sums;
	uint8_t test; /* memory test in work */
};

#endif
