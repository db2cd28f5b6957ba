/*
 * flashrack: the client of a station, and offline checks of firmware packages. See cli.h for the
 * conventions.
 */
#include <getopt.h>
#include <stdio.h>
#include <string.h>

#include "station/cli/cli.h"

static const char help[] =
	"flashrack - client of a flashing station, and checks of MediaTek firmware files\n"
	"\n"
	"Without a device or a station:\n"
	"  flashrack package check DIR [--da FILE] [--scatter NAME]\n"
	"                            check a firmware folder: layout, images, checksums,\n"
	"                            preloader, agent; ends with a verdict\n"
	"  flashrack scatter FILE    show a scatter file of any form\n"
	"  flashrack da FILE         list a download agent container\n"
	"  flashrack preloader FILE  show header, version and DRAM settings\n"
	"\n"
	"With a running station (--url URL, else FLASHRACK_URL, else http://127.0.0.1:8470):\n"
	"  flashrack station | slots | orders | packages | runs [--limit N]\n"
	"  flashrack slot SLOT       one slot: its unit, its failure, what to do\n"
	"  flashrack card SLOT       what its last run found: chip, security, storage, table\n"
	"  flashrack slot abort|retry|release SLOT\n"
	"  flashrack run ID          one run with its partitions\n"
	"  flashrack package import DIR\n"
	"  flashrack order open --profile P --package K [--operation OP] [--quantity N]\n"
	"                       [--name T] [--operator T] [--slots A,B] [--end HOW]\n"
	"                       [--only PART,...] [--range PLACE]...\n"
	"  flashrack order close|resume ID   end it; or let one go on that a fault stopped\n"
	"\n"
	"  OP     download upgrade format-all erase readback memtest verify identify\n"
	"  HOW    shutdown reboot stay fastboot meta test\n"
	"  PLACE  a partition, or REGION+START[:LENGTH] such as user+0x1000:0x200\n"
	"\n"
	"  --json          print JSON instead of tables\n"
	"  --da FILE       agent file, when DIR holds none or several\n"
	"  --scatter NAME  scatter file in DIR, when it holds several\n"
	"  --help, --version\n"
	"\n"
	"Exit status: 0 good, 1 failed or refused, 2 wrong usage.\n";

struct command {
	const char *words[2]; /* the second may be NULL */
	int (*run)(const struct cli_options *o);
	const char *takes; /* what its one argument is; NULL none */
};

/* Two words before one: "slot abort A1" is not slot "abort". */
static const struct command commands[] = {
	{{"package", "check"}, cmd_package_check, "a file or folder"},
	{{"package", "import"}, cmd_package_import, "a folder"},
	{{"slot", "abort"}, cmd_slot_abort, "a slot"},
	{{"slot", "retry"}, cmd_slot_retry, "a slot"},
	{{"slot", "release"}, cmd_slot_release, "a slot"},
	{{"order", "open"}, cmd_order_open, NULL},
	{{"order", "close"}, cmd_order_close, "an order's number"},
	{{"order", "resume"}, cmd_order_resume, "an order's number"},
	{{"scatter", NULL}, cmd_scatter, "a file or folder"},
	{{"da", NULL}, cmd_da, "a file or folder"},
	{{"preloader", NULL}, cmd_preloader, "a file or folder"},
	{{"station", NULL}, cmd_station, NULL},
	{{"slots", NULL}, cmd_slots, NULL},
	{{"slot", NULL}, cmd_slot, "a slot"},
	{{"card", NULL}, cmd_card, "a slot"},
	{{"orders", NULL}, cmd_orders, NULL},
	{{"packages", NULL}, cmd_packages, NULL},
	{{"runs", NULL}, cmd_runs, NULL},
	{{"run", NULL}, cmd_run, "a run's number"},
};

/* Options with a value: which commands they belong to, and where the value goes. */
struct value_option {
	const char *name;
	size_t offset; /* of a const char * in struct cli_options */
	int (*of)(const struct cli_options *o);
};

#define FIELD(member) offsetof(struct cli_options, member)

static const struct value_option values[] = {
	{"da", FIELD(da), cmd_package_check},
	{"scatter", FIELD(scatter), cmd_package_check},
	{"url", FIELD(url), NULL},
	{"limit", FIELD(limit), cmd_runs},
	{"profile", FIELD(profile), cmd_order_open},
	{"package", FIELD(package), cmd_order_open},
	{"operation", FIELD(operation), cmd_order_open},
	{"quantity", FIELD(quantity), cmd_order_open},
	{"name", FIELD(name), cmd_order_open},
	{"operator", FIELD(operator_name), cmd_order_open},
	{"slots", FIELD(slots), cmd_order_open},
	{"end", FIELD(end), cmd_order_open},
	{"only", FIELD(only), cmd_order_open},
};

#define VALUES (sizeof values / sizeof values[0])

enum { OPTION_VALUE = 1000, OPTION_RANGE = 2000 };

static int usage(const char *where, const char *why)
{
	fprintf(stderr, "flashrack: usage, %s: %s; see flashrack --help\n", where, why);
	return CLI_USAGE;
}

/* How many of the words name the command; 0: another one. */
static int words_of(const struct command *c, int count, char **words)
{
	if (count < 1 || strcmp(words[0], c->words[0]) != 0)
		return 0;
	if (!c->words[1])
		return 1;
	return count >= 2 && strcmp(words[1], c->words[1]) == 0 ? 2 : 0;
}

static const char **value_at(struct cli_options *o, size_t i)
{
	return (const char **)((char *)o + values[i].offset);
}

/* An option that would do nothing is a mistake worth telling. */
static int check_options(struct cli_options *o, const struct command *c)
{
	char name[32];

	for (size_t i = 0; i < VALUES; i++) {
		if (!*value_at(o, i) || !values[i].of || values[i].of == c->run)
			continue;
		snprintf(name, sizeof name, "--%s", values[i].name);
		return usage(name, values[i].of == cmd_package_check
					   ? "it belongs to package check"
					   : "it belongs to another command");
	}
	if (o->range_count && c->run != cmd_order_open)
		return usage("--range", "it belongs to order open");
	if (c->run == cmd_order_open && (!o->profile || !o->package))
		return usage("order open", "--profile and --package are needed");
	return CLI_GOOD;
}

static int run(struct cli_options *o, int count, char **words)
{
	char why[64];

	for (size_t i = 0; i < sizeof commands / sizeof commands[0]; i++) {
		const struct command *c = &commands[i];
		int n = words_of(c, count, words);

		if (n == 0)
			continue;
		snprintf(why, sizeof why, "%s is missing", c->takes ? c->takes : "");
		if (c->takes && count == n)
			return usage(c->words[0], why);
		snprintf(why, sizeof why, "%s is enough",
			 c->takes ? c->takes : "the command alone");
		if (count > n + (c->takes != NULL))
			return usage(words[count - 1], why);
		if (check_options(o, c) != CLI_GOOD)
			return CLI_USAGE;
		o->path = c->takes ? words[n] : NULL;
		return c->run(o);
	}
	if (count == 0)
		return usage("command line", "no command is given");
	return usage(words[0], "there is no such command");
}

static int print_version(void)
{
	puts("flashrack " FLASHRACK_VERSION);
	return CLI_GOOD;
}

static void make_options(struct option *to)
{
	size_t n = 0;

	for (; n < VALUES; n++)
		to[n] = (struct option){values[n].name, required_argument, NULL,
					OPTION_VALUE + (int)n};
	to[n++] = (struct option){"range", required_argument, NULL, OPTION_RANGE};
	to[n++] = (struct option){"json", no_argument, NULL, 'j'};
	to[n++] = (struct option){"help", no_argument, NULL, 'h'};
	to[n++] = (struct option){"version", no_argument, NULL, 'v'};
	to[n] = (struct option){NULL, 0, NULL, 0};
}

int main(int argc, char **argv)
{
	struct option options[VALUES + 5];
	struct cli_options o = {.json = false};
	int c;

	make_options(options);
	opterr = 0;
	while ((c = getopt_long(argc, argv, ":h", options, NULL)) != -1) {
		if (c >= OPTION_VALUE && c < OPTION_VALUE + (int)VALUES) {
			*value_at(&o, (size_t)(c - OPTION_VALUE)) = optarg;
			continue;
		}
		switch (c) {
		case OPTION_RANGE:
			if (o.range_count == CLI_RANGES_MAX)
				return usage("--range", "there are more than 64 of them");
			o.ranges[o.range_count++] = optarg;
			break;
		case 'j':
			o.json = true;
			break;
		case 'h':
			fputs(help, stdout);
			return CLI_GOOD;
		case 'v':
			return print_version();
		case ':':
			return usage(argv[optind - 1], "the option needs a value");
		default:
			return usage(argv[optind - 1], "the option is not known or takes no value");
		}
	}
	return run(&o, argc - optind, argv + optind);
}
