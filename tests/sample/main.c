/* flashrack-sample: makes a sample firmware package, and checks flashed devices against a package.
 */
#include "tests/sample/report.h"
#include "tests/sample/sample.h"
#include "tests/sample/sink.h"
#include "tests/sample/verify.h"

#include <errno.h>
#include <getopt.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

static const char usage[] =
	"usage: flashrack-sample --out DIR [--seed N] [--chip NAME] [--storage emmc|ufs]"
	" [--size MIB] [--raw]\n"
	"       flashrack-sample verify --package DIR --device DIR\n"
	"       flashrack-sample identity --package DIR --device DIR\n"
	"\n"
	"Makes a firmware package: scatter, preloader, raw and Android sparse images, "
	"Checksum.ini\n"
	"and the agent container DA_SAMPLE.bin. The same seed makes the same bytes.\n"
	"\n"
	"  --out DIR        folder to write; made when missing\n"
	"  --seed N         what the content is made from (default 1)\n"
	"  --chip NAME      platform (default MT6765; MT6785 with --storage ufs)\n"
	"  --storage KIND   emmc (default) or ufs; ufs makes a scatter for both storages\n"
	"  --size MIB       image data in all, 8 to 4096 (default 256)\n"
	"  --raw            no sparse images: devices store exactly what they are sent\n"
	"\n"
	"verify     compares a device of the rack (its state folder) with a package, byte for "
	"byte\n"
	"identity   prints the SHA-256 of each identity partition of a device\n"
	"  --package DIR    the package folder\n"
	"  --device DIR     the device's state folder, e.g. STATE/0\n"
	"\n"
	"  --help, --version\n"
	"\n"
	"Exit status: 0 good, 1 failed or different, 2 wrong usage.\n";

struct options {
	const char *out, *chip, *package, *device;
	uint64_t seed, size_mib;
	enum sample_storage storage;
	bool raw;
};

static int wrong(const char *what, const char *why)
{
	fprintf(stderr, "flashrack-sample: arguments, %s: %s; see flashrack-sample --help\n", what,
		why);
	return 2;
}

static bool parse_number(const char *text, uint64_t low, uint64_t high, uint64_t *out)
{
	char *end;

	errno = 0;
	*out = strtoull(text, &end, 0);
	return !errno && *text && *text != '-' && !*end && *out >= low && *out <= high;
}

/* 0 go on, 2 wrong usage, 3 answered. */
static int parse(struct options *o, int argc, char **argv)
{
	static const struct option table[] = {
		{"out", required_argument, NULL, 'o'},
		{"seed", required_argument, NULL, 's'},
		{"chip", required_argument, NULL, 'c'},
		{"storage", required_argument, NULL, 't'},
		{"size", required_argument, NULL, 'm'},
		{"package", required_argument, NULL, 'p'},
		{"device", required_argument, NULL, 'd'},
		{"raw", no_argument, NULL, 'r'},
		{"help", no_argument, NULL, 'h'},
		{"version", no_argument, NULL, 'v'},
		{NULL, 0, NULL, 0},
	};
	int c;

	while ((c = getopt_long(argc, argv, "", table, NULL)) != -1) {
		switch (c) {
		case 'o':
			o->out = optarg;
			break;
		case 'c':
			o->chip = optarg;
			break;
		case 'p':
			o->package = optarg;
			break;
		case 'd':
			o->device = optarg;
			break;
		case 's':
			if (!parse_number(optarg, 0, UINT64_MAX, &o->seed))
				return wrong("--seed", "not a number");
			break;
		case 'm':
			if (!parse_number(optarg, 8, 4096, &o->size_mib))
				return wrong("--size", "not a number from 8 to 4096");
			break;
		case 't':
			if (strcmp(optarg, "emmc") && strcmp(optarg, "ufs"))
				return wrong("--storage", "neither emmc nor ufs");
			o->storage = !strcmp(optarg, "ufs") ? SAMPLE_UFS : SAMPLE_EMMC;
			break;
		case 'r':
			o->raw = true;
			break;
		case 'h':
			fputs(usage, stdout);
			return 3;
		case 'v':
			puts("flashrack-sample " FLASHRACK_VERSION);
			return 3;
		default:
			return 2; /* getopt has said what */
		}
	}
	return 0;
}

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
static int write_files(const struct sample_plan *plan, const struct sample_chip *chip,
		       const char *dir, uint16_t *sums, uint64_t *total)
{
	for (size_t i = 0; i < plan->count; i++) {
		const struct sample_part *part = &plan->parts[i];
		uint64_t bytes = part->file_bytes;
		int bad = 0;

		if (part->shared)
			sums[i] = sums[i - 1];
		else if (part->head == HEAD_PRELOADER)
			bad = sample_write_preloader(plan, chip, dir, &sums[i]);
		else if (part->file)
			bad = sample_write_image(plan, part, dir, &sums[i], &bytes);
		if (bad)
			return -1;
		*total += part->file && !part->shared ? bytes : 0;
	}
	return 0;
}

static int make(const struct options *o)
{
	const char *name = o->chip ? o->chip : o->storage == SAMPLE_UFS ? "MT6785" : "MT6765";
	const struct sample_chip *chip = sample_chip_find(name);
	uint16_t sums[SAMPLE_PARTS_MAX] = {0};
	struct sample_plan plan;
	uint64_t total = 0;

	if (!chip) {
		fprintf(stderr,
			"flashrack-sample: arguments, --chip %s: not a chip of the sample; use "
			"%s\n",
			name, sample_chip_names());
		return 2;
	}
	if (mkdir(o->out, 0755) && errno != EEXIST) {
		report("package", o->out, strerror(errno), "choose a folder that can be made");
		return 1;
	}
	if (!sample_plan_make(&plan, chip, o->storage, o->seed, o->size_mib, o->raw)) {
		report("package", o->out, "more partitions than the plan holds",
		       "raise SAMPLE_PARTS_MAX");
		return 1;
	}
	if (write_files(&plan, chip, o->out, sums, &total) ||
	    write_checksums(&plan, o->out, sums) || sample_write_scatter(&plan, o->out) ||
	    sample_write_agent(&plan, o->out))
		return 1;
	printf("%s: %s on %s, seed %" PRIu64 ", %" PRIu64 " bytes of images, needs %" PRIu64
	       " MiB of storage\n",
	       o->out, plan.chip, o->storage == SAMPLE_UFS ? "UFS" : "eMMC", o->seed, total,
	       plan.user_bytes >> 20);
	return 0;
}

static int check(const char *verb, const struct options *o)
{
	if (!o->package)
		return wrong("--package", "missing");
	if (!o->device)
		return wrong("--device", "missing");
	if (!strcmp(verb, "verify"))
		return verify_device(o->package, o->device) ? 1 : 0;
	return verify_identity(o->package, o->device) ? 1 : 0;
}

int main(int argc, char **argv)
{
	struct options o = {.seed = 1, .size_mib = 256};
	int said = parse(&o, argc, argv);

	if (said)
		return said == 3 ? 0 : 2;
	if (optind == argc)
		return o.out ? make(&o) : wrong("--out", "missing");
	if (optind + 1 != argc)
		return wrong(argv[optind + 1], "one word too many");
	if (strcmp(argv[optind], "verify") && strcmp(argv[optind], "identity"))
		return wrong(argv[optind], "neither verify nor identity");
	return check(argv[optind], &o);
}
