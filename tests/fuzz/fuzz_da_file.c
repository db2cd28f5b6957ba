#include "engine/format/da_file.h"
#include "tests/fuzz/fuzz.h"

static void check_entry(const struct da_file *d, const struct da_entry *e)
{
	struct da_region da1, da2;
	struct problem problem;

	for (unsigned i = 0; i < e->region_count; i++) {
		struct slice s = da_region_bytes(d, &e->regions[i]);

		must(s.p >= d->bytes.p && s.n <= d->bytes.n &&
		     s.p <= d->bytes.p + d->bytes.n - s.n);
	}
	if (da_entry_stages(d, e, &da1, &da2, &problem))
		must(da1.len > 0 && da2.len > 0);
	/* an entry always fits the device it states */
	must(da_file_select(d, e->hw_code, 0, e->hw_version, e->sw_version, &problem) != NULL ||
	     e->hw_code == 0x0321 || e->hw_code == 0x0335 || e->hw_code == 0x0337 ||
	     e->hw_code == 0x7623 || e->hw_code == 0x7683 || e->hw_code == 0x8172 ||
	     e->hw_code == 0x8176);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n)
{
	struct problem problem = {.where = ""};
	struct da_file d;

	if (da_file_parse(&d, (struct slice){bytes, n}, &problem) != 0) {
		must(problem.where[0] && problem.why[0] && problem.remedy[0]);
		return 0;
	}
	must(d.count > 0 && d.count <= DA_ENTRIES_MAX);
	/* selection looks at all entries for each: enough of them say as much as all */
	for (size_t i = 0; i < d.count && i < 64; i++)
		check_entry(&d, &d.entries[i]);
	da_file_select(&d, 0x6765, 0, 0xCA00, 0, &problem);
	da_file_free(&d);
	return 0;
}
