/*
 * table: the partition table of a NAND (protocol/packages.md 5.3). On eMMC and UFS the flow reads
 * the sectors of the GPT itself; NAND has a PMT in the blocks behind those that can be addressed
 * logically, a copy in each of the first two. There is no command that writes one.
 */
#include <string.h>

#include "engine/base/bytes.h"
#include "engine/format/pmt.h"
#include "engine/xflash/table.h"
#include "engine/xflash/tables.h"

#include "engine/flow/flow_state.h"

#define COPY_BYTES 0x1000u
#define SIGNATURE  4u /* bytes, at both ends of a copy */

static enum verdict keep(struct flow *f, uint64_t at, struct slice bytes)
{
	if (at + bytes.n <= sizeof f->table)
		memcpy(f->table + at, bytes.p, bytes.n);
	return STEP_NEXT;
}

/* "PTv1" and "PTv3", in their mirrors "MPT1" and "MPT3": numbers, so backwards on flash. */
static bool is_copy(const uint8_t *p)
{
	static const uint32_t signatures[] = {0x50547631, 0x50547633, 0x4D505431, 0x4D505433};

	for (size_t i = 0; i < sizeof signatures / sizeof signatures[0]; i++)
		if (get_le32(p) == signatures[i])
			return true;
	return false;
}

static enum verdict begin(struct flow *f, struct flow_action *a)
{
	(void)a;
	f->xflash.mirror = false;
	f->table_bytes = 0;
	return f->report.facts.storage.kind == STORAGE_NAND ? STEP_NEXT : STEP_LEAVE;
}

static enum verdict ask_copy(struct flow *f, struct flow_action *a)
{
	const struct device_facts *facts = &f->report.facts;

	(void)a;
	f->io.region = REGION_USER;
	f->io.address =
		facts->storage.bytes[REGION_USER] + (f->xflash.mirror ? facts->nand_block : 0);
	f->io.length = COPY_BYTES;
	f->io.sink = keep;
	f->xflash.physical = true;
	f->call = xflash_read;
	return STEP_CALL;
}

static enum verdict got_copy(struct flow *f, struct slice rx)
{
	(void)rx;
	f->xflash.physical = false;
	if (is_copy(f->table)) {
		f->table_bytes = COPY_BYTES - 2 * SIGNATURE;
		memmove(f->table, f->table + SIGNATURE, f->table_bytes);
		return STEP_NEXT;
	}
	if (f->xflash.mirror)
		return STEP_NEXT; /* a blank board */
	f->xflash.mirror = true;
	return STEP_AGAIN;
}

const struct step xflash_table[] = {
	{"", 0, begin, NULL, NULL},
	{"nand table", 0, ask_copy, got_copy, NULL},
	{NULL, 0, NULL, NULL, NULL},
};

int xflash_parse_table(const struct flow *f, struct gpt *gpt, struct problem *problem)
{
	return pmt_parse(gpt, (struct slice){f->table, f->table_bytes}, PMT_NAND, problem);
}

enum table_piece xflash_build_table(struct flow *f, const struct gpt *layout, unsigned nth,
				    struct problem *problem)
{
	(void)layout;
	(void)nth;
	if (f->report.facts.storage.kind != STORAGE_NAND)
		return TABLE_IS_GPT;
	problem_set(problem, "partition table", "format the unit with the maker's own tool",
		    "XFlash agents have no command that writes the table of a NAND");
	return TABLE_BAD;
}
