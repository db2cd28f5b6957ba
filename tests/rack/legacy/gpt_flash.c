#include "tests/rack/legacy/gpt_flash.h"

#include <stdlib.h>
#include <string.h>

#include "engine/base/bytes.h"
#include "engine/base/crc32.h"

enum { SECTOR = 512, TABLE_SECTORS = 34, ENTRY_BYTES = 128, HEADER_BYTES = 92 };
enum { AT_HEADER_CRC = 16, AT_SLOTS = 80, AT_ENTRIES_CRC = 88 };

bool gpt_flash_load(const struct flash *flash, enum gpt_copy copy, struct gpt *gpt, uint32_t *slots)
{
	size_t n = (size_t)TABLE_SECTORS * SECTOR;
	uint64_t user = flash->regions[REGION_USER].bytes;
	uint8_t *bytes = malloc(n);
	const uint8_t *header = bytes + (copy == GPT_COPY_PRIMARY ? SECTOR : n - SECTOR);
	struct problem problem;
	bool good;

	*slots = 0;
	good = bytes &&
	       !flash_read(flash, REGION_USER, copy == GPT_COPY_PRIMARY ? 0 : user - n, bytes, n);
	if (good && !memcmp(header, "EFI PART", 8))
		*slots = get_le32(header + AT_SLOTS);
	good = good &&
	       (copy == GPT_COPY_PRIMARY
			? !gpt_parse(gpt, (struct slice){bytes, n}, SECTOR, &problem)
			: !gpt_parse_backup(gpt, (struct slice){bytes, n}, SECTOR, user, &problem));
	free(bytes);
	return good;
}

/* The header as gpt_build made it counts all entries that there is room for: fewer. */
static void set_slots(uint8_t *header, const uint8_t *entries, uint32_t slots)
{
	put_le32(header + AT_SLOTS, slots);
	put_le32(header + AT_ENTRIES_CRC,
		 crc32_add(0, (struct slice){entries, (size_t)slots * ENTRY_BYTES}));
	put_le32(header + AT_HEADER_CRC, 0);
	put_le32(header + AT_HEADER_CRC, crc32_add(0, (struct slice){header, HEADER_BYTES}));
}

int gpt_flash_store(struct flash *flash, enum gpt_copy copy, const struct gpt *gpt, uint32_t slots)
{
	uint64_t user = flash->regions[REGION_USER].bytes;
	uint8_t *primary = calloc(TABLE_SECTORS, SECTOR), *backup = calloc(TABLE_SECTORS, SECTOR);
	size_t primary_bytes = 0, backup_bytes = 0;
	struct problem problem;
	int bad = !primary || !backup || slots < gpt->count || slots > GPT_ENTRIES_MAX ||
		  gpt_build(gpt, user, primary, &primary_bytes, backup, &backup_bytes, &problem);

	if (!bad && copy == GPT_COPY_PRIMARY) {
		set_slots(primary + SECTOR, primary + 2 * (size_t)SECTOR, slots);
		/* what stands in sector 0 stays */
		bad = flash_write(flash, REGION_USER, SECTOR, primary + SECTOR,
				  primary_bytes - SECTOR);
	} else if (!bad) {
		set_slots(backup + backup_bytes - SECTOR, backup, slots);
		bad = flash_write(flash, REGION_USER, user - backup_bytes, backup, backup_bytes);
	}
	free(primary);
	free(backup);
	return bad ? -1 : 0;
}
