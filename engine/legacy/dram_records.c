#include "engine/legacy/dram_records.h"

#include <string.h>

#include "engine/legacy/cid.h"

#define RECORDS_AT 0x70 /* in the settings blob (packages.md 3.4) */
#define MATCH_MAX  9	/* bytes of a CID that name a part; what follows is revision and serial */

static size_t kept(const struct preloader *p)
{
	return p->emi_count < PRELOADER_EMI_MAX ? p->emi_count : PRELOADER_EMI_MAX;
}

struct slice dram_record(const struct preloader *p, size_t i)
{
	return (struct slice){p->emi.p + RECORDS_AT + i * p->emi_stride, p->emi_stride};
}

struct slice dram_all_records(const struct preloader *p)
{
	return (struct slice){p->emi.p + RECORDS_AT, p->emi_count * p->emi_stride};
}

static bool is_for(const struct emi_record *r, const struct dram_board *board)
{
	size_t n = r->id_length < MATCH_MAX ? r->id_length : MATCH_MAX;
	uint8_t other[CID_BYTES];

	if (n == 0)
		return false;
	if (board->has_cid) {
		cid_reverse(other, board->cid);
		if (!memcmp(r->id, board->cid, n) || !memcmp(r->id, other, n))
			return true;
	}
	return board->nand_ids && n <= board->nand_ids && !memcmp(r->id, board->nand_id, n);
}

size_t dram_record_for(const struct preloader *p, const struct dram_board *board, size_t from)
{
	for (size_t i = from; i < kept(p); i++)
		if (is_for(&p->records[i], board))
			return i;
	return DRAM_RECORD_NONE;
}

size_t dram_record_discrete(const struct preloader *p, uint32_t vendor)
{
	for (size_t i = 0; i < kept(p); i++)
		if (p->records[i].id_length == 0 && (!vendor || p->records[i].vendor == vendor))
			return i;
	return DRAM_RECORD_NONE;
}
