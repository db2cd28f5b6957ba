/* flashrack: offline checks of firmware packages and their files. See cli.h for the conventions. */
#include <getopt.h>
#include <stdio.h>
#include <string.h>

#include "station/cli/cli.h"

static const char help[] =
	"flashrack - checks MediaTek firmware files without a device\n"
	"\n"
	"  flashrack package check DIR [--json] [--da FILE] [--scatter NAME]\n"
	"                            check a firmware folder: layout, images, checksums,\n"
	"                            preloader, agent; ends with a verdict\n"
	"  flashrack scatter FILE [--json]     show a scatter file of any form\n"
	"  flashrack da FILE [--json]          list a download agent container\n"
	"  flashrack preloader FILE [--json]   show header, version and DRAM settings\n"
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
	bool takes_package_options;
};

static const struct command commands[] = {
	{{"package", "check"}, cmd_package_check, true},
	{{"scatter", NULL}, cmd_scatter, false},
	{{"da", NULL}, cmd_da, false},
	{{"preloader", NULL}, cmd_preloader, false},
};

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

static int run(struct cli_options *o, int count, char **words)
{
	for (size_t i = 0; i < sizeof commands / sizeof commands[0]; i++) {
		const struct command *c = &commands[i];
		int n = words_of(c, count, words);

		if (n == 0)
			continue;
		if (count == n)
			return usage(c->words[0], "a file or folder is missing");
		if (count > n + 1)
			return usage(words[n + 1], "one file or folder is enough");
		if ((o->da || o->scatter) && !c->takes_package_options)
			return usage(c->words[0], "--da and --scatter belong to package check");
		o->path = words[n];
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

int main(int argc, char **argv)
{
	static const struct option options[] = {
		{"json", no_argument, NULL, 'j'},	   {"da", required_argument, NULL, 'd'},
		{"scatter", required_argument, NULL, 's'}, {"help", no_argument, NULL, 'h'},
		{"version", no_argument, NULL, 'v'},	   {NULL, 0, NULL, 0},
	};
	struct cli_options o = {.json = false};
	int c;

	opterr = 0;
	while ((c = getopt_long(argc, argv, ":h", options, NULL)) != -1) {
		switch (c) {
		case 'j':
			o.json = true;
			break;
		case 'd':
			o.da = optarg;
			break;
		case 's':
			o.scatter = optarg;
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
