#include <string.h>

#include "engine/format/preloader.h"
#include "tests/fuzz/fuzz.h"

static int is_inside(struct slice part, const uint8_t *bytes, size_t n)
{
	return part.n == 0 || (part.p >= bytes && part.n <= n && part.p <= bytes + n - part.n);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n)
{
	struct problem problem = {.where = ""};
	struct preloader p;

	if (preloader_parse(&p, (struct slice){bytes, n}, &problem) != 0) {
		must(problem.where[0] && problem.why[0] && problem.remedy[0]);
		return 0;
	}
	must(is_inside(p.raw, bytes, n) && is_inside(p.emi, bytes, n));
	must(p.raw.n > 0 || p.emi.n > 0);
	must(strlen(p.name) < sizeof p.name);
	for (size_t i = 0; i < p.emi_count && i < PRELOADER_EMI_MAX; i++)
		must(p.records[i].id_length <= sizeof p.records[i].id &&
		     p.records[i].fw_id_length <= sizeof p.records[i].fw_id);
	preloader_fits_platform(&p, "MT6765");
	return 0;
}
