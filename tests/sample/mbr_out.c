/*
 * Partition sectors of the years before GPT (packages.md 5.3): MBR and its chain of EBRs, boot code
 * and CHS zero. Only file-system partitions appear in them; each sector counts from its own place.
 */
#include "tests/sample/bytes.h"
#include "tests/sample/sample.h"

#define SECTOR	   512u
#define TO_THE_END UINT32_C(0xFFFFFFFF)

enum { LINUX = 0x83, EXTENDED = 5 };

static void put_slot(uint8_t *sector, unsigned slot, uint8_t type, uint64_t start, uint64_t size)
{
	uint8_t *p = sector + 0x1BE + 16 * slot;

	p[4] = type;
	set32(p + 8, (uint32_t)start);
	set32(p + 12, (uint32_t)size);
}

/* Which partitions stand in a sector: the first of `next` that the layout has is extended. */
static const struct {
	const char *name;
	const char *next;
	const char *parts[3];
} sectors[] = {
	{"MBR", "EBR1", {"SEC_RO", "PROTECT_F", "PROTECT_S"}},
	{"EBR1", "EBR2", {"ANDROID", "CACHE", "USRDATA"}},
	{"EBR2", NULL, {"CUSTOM", NULL, NULL}},
};

void sample_partition_sector(const struct sample_plan *plan, const struct sample_part *part,
			     uint8_t *to)
{
	uint64_t base = part->start / SECTOR;
	unsigned slot = 0;

	memset(to, 0, SECTOR);
	to[0x1FE] = 0x55;
	to[0x1FF] = 0xAA;
	for (size_t i = 0; i < sizeof sectors / sizeof *sectors; i++) {
		const struct sample_part *next;

		if (strcmp(sectors[i].name, part->name) != 0)
			continue;
		next = sectors[i].next ? sample_plan_find(plan, sectors[i].next) : NULL;
		if (next)
			put_slot(to, slot++, EXTENDED, next->start / SECTOR - base,
				 TO_THE_END - next->start / SECTOR);
		for (size_t k = 0; k < 3 && sectors[i].parts[k]; k++) {
			const struct sample_part *p = sample_plan_find(plan, sectors[i].parts[k]);

			if (p)
				put_slot(to, slot++, LINUX, p->start / SECTOR - base,
					 p->size / SECTOR);
		}
	}
}
