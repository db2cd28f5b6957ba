#include "tests/rack/layout_old.h"

#include <stdio.h>
#include <string.h>

#include "engine/base/bytes.h"
#include "tests/rack/layout.h"
#include "tests/rack/legacy/gpt_flash.h"
#include "tests/rack/legacy/profile.h"

enum { LEGACY_SLOTS = 40 };
enum { SECTOR = 512, SLOTS_AT = 0x1BE, SLOT_BYTES = 16, EXTENDED = 5, LINUX = 0x83 };

bool layout_is_old(const struct chip *chip, const struct flash *flash,
		   const struct scatter *scatter)
{
	const struct legacy_profile *profile = la_profile_of(chip);
	const struct scatter_section *section = scatter_section_for(scatter, flash->kind);

	if (flash->kind == STORAGE_NAND)
		return true;
	return profile && profile->pmt && section && scatter_find(section, "MBR");
}

uint64_t layout_old_base(const struct rack_pmt *pmt)
{
	const struct rack_pmt_entry *mbr = rack_pmt_find(pmt, "MBR");

	return mbr ? mbr->offset : 0;
}

/* ---- PMT: every partition of the scatter, at linear addresses ---- */

static int fill(struct rack_pmt *pmt, const struct scatter_section *section,
		const struct storage_sizes *sizes, struct problem *problem)
{
	pmt->count = 0;
	for (size_t i = 0; i < section->count; i++) {
		const struct scatter_entry *e = &section->entries[i];
		struct rack_pmt_entry *p = &pmt->entries[pmt->count];
		uint64_t start, size;

		if (!e->name[0])
			continue;
		if (!scatter_resolve(section, e, sizes, &start, &size))
			return problem_set(problem, "--layout", "give --storage a larger size",
					   "partition %s does not fit %llu bytes", e->name,
					   (unsigned long long)sizes->bytes[REGION_USER]);
		if (pmt->count == RACK_PMT_ENTRIES_MAX)
			return problem_set(problem, "--layout", "use a smaller layout",
					   "more than %d partitions", RACK_PMT_ENTRIES_MAX);
		*p = (struct rack_pmt_entry){.size = size, .offset = start, .id = i};
		if (e->region == REGION_USER)
			p->offset += section->user_base;
		else if (e->region !=
			 REGION_NONE) /* stands for all that is before the user region */
			p->size = e->size;
		snprintf(p->name, sizeof p->name, "%s", e->name);
		pmt->count++;
	}
	return 0;
}

/* ---- MBR and EBRs: file systems only, each sector counts from its own place ---- */

static const struct {
	const char *name, *next, *parts[3];
} sectors[] = {
	{"MBR", "EBR1", {"SEC_RO", "PROTECT_F", "PROTECT_S"}},
	{"EBR1", "EBR2", {"ANDROID", "CACHE", "USRDATA"}},
	{"EBR2", NULL, {"CUSTOM", "FAT", NULL}},
};

static void put_slot(uint8_t *slot, uint8_t type, uint64_t start, uint64_t size)
{
	slot[4] = type;
	put_le32(slot + 8, (uint32_t)start);
	put_le32(slot + 12, size > UINT32_MAX ? UINT32_MAX : (uint32_t)size);
}

static int write_sector(struct flash *flash, const struct rack_pmt *pmt, size_t which)
{
	const struct rack_pmt_entry *own = rack_pmt_find(pmt, sectors[which].name);
	const struct rack_pmt_entry *next =
		sectors[which].next ? rack_pmt_find(pmt, sectors[which].next) : NULL;
	uint8_t sector[SECTOR] = {0}, *slot = sector + SLOTS_AT;

	if (!own)
		return 0;
	put_le16(sector + 0x1FE, 0xAA55);
	if (next) {
		uint64_t start = (next->offset - own->offset) / SECTOR;

		put_slot(slot, EXTENDED, start, UINT32_MAX - start);
		slot += SLOT_BYTES;
	}
	for (int i = 0; i < 3 && sectors[which].parts[i]; i++) {
		const struct rack_pmt_entry *part = rack_pmt_find(pmt, sectors[which].parts[i]);

		if (!part || part->offset < own->offset)
			continue;
		put_slot(slot, LINUX, (part->offset - own->offset) / SECTOR, part->size / SECTOR);
		slot += SLOT_BYTES;
	}
	return flash_write(flash, REGION_USER, own->offset - layout_old_base(pmt), sector, SECTOR);
}

static int write_old(struct flash *flash, const struct chip *chip, const struct scatter *scatter,
		     struct problem *problem)
{
	const struct scatter_section *section = scatter_section_for(scatter, flash->kind);
	struct storage_sizes sizes = flash_sizes(flash);
	struct rack_pmt pmt;
	int bad = 0;

	if (!section)
		return problem_set(problem, "--layout", "use a scatter file of that storage",
				   "it has no %s section", storage_kind_name(flash->kind));
	if (fill(&pmt, section, &sizes, problem))
		return -1;
	for (size_t i = 0; i < sizeof sectors / sizeof *sectors && !bad; i++)
		bad = flash->kind != STORAGE_NAND && write_sector(flash, &pmt, i);
	if (bad || rack_pmt_store(flash, rack_pmt_form_of(flash, chip->hw_code), &pmt))
		return problem_set(problem, "storage file", "make room in --state",
				   "the partition table cannot be written");
	return 0;
}

int layout_write_for(struct flash *flash, const struct chip *chip, const struct scatter *scatter,
		     const struct gpt *gpt, struct problem *problem)
{
	if (layout_is_old(chip, flash, scatter))
		return write_old(flash, chip, scatter, problem);
	if (chip->da_protocol != DA_PROTOCOL_LEGACY)
		return layout_write_table(flash, gpt, problem);
	if (gpt_flash_store(flash, GPT_COPY_PRIMARY, gpt, LEGACY_SLOTS) ||
	    gpt_flash_store(flash, GPT_COPY_SECONDARY, gpt, LEGACY_SLOTS))
		return problem_set(problem, "--layout", "use a smaller layout",
				   "no GPT of %d entries holds it", LEGACY_SLOTS);
	return 0;
}
