#include <string.h>

#include "engine/base/bytes.h"
#include "engine/base/crc32.h"
#include "engine/format/gpt.h"
#include "tests/fuzz/fuzz.h"

#define MOST (6 * 4096)

static void check_table(const struct gpt *g)
{
	must(g->count <= GPT_ENTRIES_MAX && (g->sector == 512 || g->sector == 4096));
	for (size_t i = 0; i < g->count; i++) {
		const struct gpt_entry *e = &g->entries[i];

		must(strlen(e->name) < sizeof e->name);
		must(e->size > 0 && e->start <= UINT64_MAX - e->size);
	}
}

/* A table that was read and can be built again reads the same. */
static void check_rebuild(const struct gpt *g)
{
	static uint8_t primary[MOST], backup[MOST];
	size_t primary_bytes, backup_bytes;
	struct problem problem;
	struct gpt again;

	if (g->my_lba != 1 || g->alternate_lba >= UINT64_MAX / g->sector - 1)
		return;
	if (gpt_build(g, (g->alternate_lba + 1) * g->sector, primary, &primary_bytes, backup,
		      &backup_bytes, &problem) != 0)
		return;
	must(gpt_parse(&again, (struct slice){primary, primary_bytes}, g->sector, &problem) == 0);
	must(again.count == g->count);
	for (size_t i = 0; i < g->count; i++)
		must(again.entries[i].start == g->entries[i].start &&
		     again.entries[i].size == g->entries[i].size);
}

/* Make the checksums right, or nothing behind them would ever be reached. */
static void mend(uint8_t *bytes, size_t n, uint32_t sector)
{
	uint8_t *header = bytes + sector;
	uint64_t table = (uint64_t)get_le32(header + 80) * get_le32(header + 84);
	uint64_t at = get_le64(header + 72);
	uint32_t size = get_le32(header + 12);

	if (at <= n / sector && table <= n - at * sector)
		put_le32(header + 88,
			 crc32_add(0, (struct slice){bytes + at * sector, (size_t)table}));
	if (size < 92 || size > sector)
		return;
	put_le32(header + 16, 0);
	put_le32(header + 16, crc32_add(0, (struct slice){header, size}));
}

static void check_primary(struct slice s)
{
	struct problem problem = {.where = ""};
	struct gpt g;

	if (gpt_parse(&g, s, 0, &problem) == 0) {
		check_table(&g);
		check_rebuild(&g);
	} else {
		must(problem.where[0] && problem.why[0] && problem.remedy[0]);
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n)
{
	static uint8_t copy[MOST];
	struct problem problem;
	struct gpt g;

	check_primary((struct slice){bytes, n});
	if (gpt_parse_backup(&g, (struct slice){bytes, n}, 0, 8 << 20, &problem) == 0)
		check_table(&g);
	for (uint32_t sector = 512; sector <= 4096; sector *= 8) {
		if (n < 2 * (size_t)sector || n > MOST)
			continue;
		memcpy(copy, bytes, n);
		mend(copy, n, sector);
		check_primary((struct slice){copy, n});
	}
	return 0;
}
