/* flashrack-sample: makes a sample firmware package, and checks flashed devices against a package.
 */
#include "tests/sample/chips.h"
#include "tests/sample/make.h"
#include "tests/sample/report.h"
#include "tests/sample/sign.h"
#include "tests/sample/verify.h"

#include <errno.h>
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

static const char usage[] =
	"usage: flashrack-sample --out DIR [--chip NAME] [--storage emmc|ufs|nand] [--seed N]\n"
	"                        [--size MIB] [--raw] [--compact] [--ab] [--layout-variant 1|2]\n"
	"                        [--sign KEY.pem] [--verified]\n"
	"       flashrack-sample keys --out DIR\n"
	"       flashrack-sample chips\n"
	"       flashrack-sample verify --package DIR --device DIR [--signed]\n"
	"       flashrack-sample identity --package DIR --device DIR\n"
	"\n"
	"Makes a firmware package in the form of the chip's generation: scatter, preloader, raw\n"
	"and Android sparse images, Checksum.ini and the agent container DA_SAMPLE.bin. The same\n"
	"seed makes the same bytes, but for signatures.\n"
	"\n"
	"  --out DIR        folder to write; made when missing\n"
	"  --chip NAME      platform (default MT6765; MT6785 with --storage ufs)\n"
	"  --storage KIND   emmc (default), ufs or nand, as the chip has it; ufs makes a scatter "
	"for\n"
	"                   both storages\n"
	"  --seed N         what the content is made from (default 1)\n"
	"  --size MIB       image data in all, 1 to 4096 (default 256, with --compact 1)\n"
	"  --raw            no sparse images: devices store exactly what they are sent\n"
	"  --compact        small partitions, images and agents, for quick tests\n"
	"  --ab             slots a and b; a is flashed\n"
	"  --layout-variant 2  another layout of the same product: identity partitions at other\n"
	"                   places, one partition more\n"
	"  --sign KEY.pem   agents signed with this RSA key, and auth_sv5.auth made with it\n"
	"  --verified       signed forms, X-verified.img, beside images with a MediaTek header\n"
	"\n"
	"chips      lists the chips with their agents' generation and storages\n"
	"keys       makes owner, sla and stranger key pairs (.pem, .pub.pem) for tests\n"
	"\n"
	"verify     compares a device of the rack (its state folder) with a package, byte for "
	"byte\n"
	"identity   prints the SHA-256 of each identity partition of a device\n"
	"  --package DIR    the package folder\n"
	"  --signed         the device was to get the signed form of what has one\n"
	"  --device DIR     the device's state folder, e.g. STATE/0\n"
	"\n"
	"  --help, --version\n"
	"\n"
	"Exit status: 0 good, 1 failed or different, 2 wrong usage.\n";

struct options {
	const char *out, *chip, *package, *device;
	uint64_t size_mib; /* 0: the default */
	bool signed_forms;
	struct sample_wish wish;
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

static int take_storage(struct options *o, const char *text)
{
	static const char *const words[] = {"emmc", "ufs", "nand"};

	for (int i = 0; i < SAMPLE_STORAGES; i++) {
		if (!strcmp(text, words[i])) {
			o->wish.storage = (enum sample_storage)i;
			return 0;
		}
	}
	return wrong("--storage", "neither emmc nor ufs nor nand");
}

static int take(struct options *o, int c)
{
	uint64_t n;

	switch (c) {
	case 'o':
		o->out = optarg;
		return 0;
	case 'c':
		o->chip = optarg;
		return 0;
	case 'p':
		o->package = optarg;
		return 0;
	case 'd':
		o->device = optarg;
		return 0;
	case 'g':
		o->wish.sign_key = optarg;
		return 0;
	case 's':
		return parse_number(optarg, 0, UINT64_MAX, &o->wish.seed)
			       ? 0
			       : wrong("--seed", "not a number");
	case 'm':
		return parse_number(optarg, 1, 4096, &o->size_mib)
			       ? 0
			       : wrong("--size", "not a number from 1 to 4096");
	case 'l':
		if (!parse_number(optarg, 1, 2, &n))
			return wrong("--layout-variant", "neither 1 nor 2");
		o->wish.layout = (unsigned)n;
		return 0;
	case 't':
		return take_storage(o, optarg);
	case 'r':
		o->wish.raw = true;
		return 0;
	case 'k':
		o->wish.compact = true;
		return 0;
	case 'a':
		o->wish.slots = true;
		return 0;
	case 'e':
		o->wish.verified = true;
		return 0;
	case 'i':
		o->signed_forms = true;
		return 0;
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
		{"compact", no_argument, NULL, 'k'},
		{"ab", no_argument, NULL, 'a'},
		{"layout-variant", required_argument, NULL, 'l'},
		{"sign", required_argument, NULL, 'g'},
		{"verified", no_argument, NULL, 'e'},
		{"signed", no_argument, NULL, 'i'},
		{"help", no_argument, NULL, 'h'},
		{"version", no_argument, NULL, 'v'},
		{NULL, 0, NULL, 0},
	};
	int c, said = 0;

	while (!said && (c = getopt_long(argc, argv, "", table, NULL)) != -1)
		said = take(o, c);
	return said;
}

static int make_dir(const char *dir)
{
	if (mkdir(dir, 0755) && errno != EEXIST)
		return report("package", dir, strerror(errno), "choose a folder that can be made");
	return 0;
}

static int make(struct options *o)
{
	const char *name = o->chip ? o->chip : o->wish.storage == SAMPLE_UFS ? "MT6785" : "MT6765";
	const struct sample_chip *chip = sample_chip_find(name);

	if (!chip) {
		fprintf(stderr,
			"flashrack-sample: arguments, --chip %s: not a chip of the sample; use one "
			"of %s\n",
			name, sample_chip_names());
		return 2;
	}
	if (!(chip->storages & 1u << o->wish.storage))
		return wrong("--storage", "this chip has no such storage");
	if (!o->size_mib)
		o->size_mib = o->wish.compact ? 1 : 256;
	o->wish.image_bytes = o->size_mib << 20;
	return make_dir(o->out) || sample_make(o->out, chip, &o->wish) ? 1 : 0;
}

static int check(const char *verb, const struct options *o)
{
	if (!o->package)
		return wrong("--package", "missing");
	if (!o->device)
		return wrong("--device", "missing");
	if (!strcmp(verb, "verify"))
		return verify_device(o->package, o->device, o->signed_forms) ? 1 : 0;
	return verify_identity(o->package, o->device) ? 1 : 0;
}

static int list_chips(void)
{
	static const char *const agents[] = {"legacy", "xflash", "xml"};
	static const char *const storages[] = {" emmc", " ufs", " nand"};
	const struct sample_chip *chip;

	for (size_t i = 0; (chip = sample_chip_at(i)); i++) {
		printf("%s %s", chip->name, agents[chip->agent]);
		for (int k = 0; k < SAMPLE_STORAGES; k++)
			if (chip->storages & 1u << k)
				fputs(storages[k], stdout);
		putchar('\n');
	}
	return 0;
}

int main(int argc, char **argv)
{
	struct options o = {.wish = {.seed = 1, .layout = 1}};
	int said = parse(&o, argc, argv);

	if (said)
		return said == 3 ? 0 : 2;
	if (optind == argc)
		return o.out ? make(&o) : wrong("--out", "missing");
	if (optind + 1 != argc)
		return wrong(argv[optind + 1], "one word too many");
	if (!strcmp(argv[optind], "chips"))
		return list_chips();
	if (!strcmp(argv[optind], "keys"))
		return !o.out					  ? wrong("--out", "missing")
		       : make_dir(o.out) || sign_make_keys(o.out) ? 1
								  : 0;
	if (strcmp(argv[optind], "verify") && strcmp(argv[optind], "identity"))
		return wrong(argv[optind], "none of chips, keys, verify and identity");
	return check(argv[optind], &o);
}
