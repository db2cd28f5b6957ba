#include "tests/sample/make.h"

#include "tests/sample/report.h"
#include "tests/sample/sign.h"
#include "tests/sample/sink.h"

#include <inttypes.h>
#include <stdio.h>

/* packages.md 2: one key for each partition that is downloaded. */
static int write_checksums(const struct sample_plan *plan, const char *dir, const uint16_t *sums)
{
	char line[160];
	struct sink s;

	if (sink_open(&s, dir, "Checksum.ini"))
		return -1;
	sink_text(&s, "[VERSION]\nVERSION=V1\nTOOL=v5.1540.00\nChange_ID=1571788800\n\n"
		      "[IsEnableChecksum]\nCHECKSUM_SWITCH=1\n\n[CheckSum]\n");
	for (size_t i = 0; i < plan->count; i++) {
		if (!plan->parts[i].file)
			continue;
		snprintf(line, sizeof line, "%s=0x%X\n", plan->parts[i].name, sums[i]);
		sink_text(&s, line);
	}
	return sink_close(&s, NULL, NULL);
}

/* A shared file follows the partition that wrote it. */
static int write_files(const struct sample_plan *plan, const char *dir, uint16_t *sums,
		       uint64_t *total)
{
	for (size_t i = 0; i < plan->count; i++) {
		const struct sample_part *part = &plan->parts[i];
		uint64_t bytes = part->file_bytes;
		int bad = 0;

		if (part->shared)
			sums[i] = sums[i - 1];
		else if (part->head == HEAD_PRELOADER)
			bad = sample_write_preloader(plan, part, dir, &sums[i]);
		else if (part->file)
			bad = sample_write_image(plan, part, dir, &sums[i], &bytes);
		if (bad)
			return -1;
		*total += part->file && !part->shared ? bytes : 0;
	}
	return 0;
}

int sample_make(const char *dir, const struct sample_chip *chip, const struct sample_wish *wish)
{
	static const char *const storages[] = {"eMMC", "UFS", "NAND"};
	uint16_t sums[SAMPLE_PARTS_MAX] = {0};
	struct sample_plan plan;
	uint64_t total = 0;

	if (!sample_plan_make(&plan, chip, wish))
		return report("package", dir, "more partitions than the plan holds",
			      "raise SAMPLE_PARTS_MAX");
	if (write_files(&plan, dir, sums, &total) || write_checksums(&plan, dir, sums) ||
	    sample_write_scatter(&plan, dir) || sample_write_agent(&plan, dir) ||
	    (wish->sign_key && sign_write_auth(wish->sign_key, dir)))
		return -1;
	printf("%s: %s on %s, seed %" PRIu64 ", %" PRIu64 " bytes of images, needs %" PRIu64
	       " MiB of storage\n",
	       dir, chip->name, storages[plan.storage], wish->seed, total, plan.user_bytes >> 20);
	return 0;
}
