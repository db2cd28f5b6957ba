#include "tests/rack/options.h"

#include <ctype.h>
#include <errno.h>
#include <getopt.h>
#include <inttypes.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tests/rack/flash.h"
#include "tests/rack/owner_key.h"

enum { HOUR_MS = 3600000, FIRST_OPTION = 256 };

struct rack_config rack_config_default(void)
{
	return (struct rack_config){
		.devices = 1,
		.chip_name = "MT6765",
		.boot = BOOT_PRELOADER,
		.storage = STORAGE_EMMC,
		.user_bytes = UINT64_C(8) << 30,
		.window_ms = 2500,
		.brom_window_ms = 30000,
		.c0_ms = 30,
		.shutdown_bytes = 24,
		.block_bytes = 56,
		.descriptors = USB_CLASSIC,
		.seed = 1,
	};
}

static int parse_attach(struct rack_config *c, const char *text, struct problem *problem)
{
	c->vhci = !strcmp(text, "vhci");
	c->unix_path = !strncmp(text, "unix:", 5) && text[5] ? text + 5 : NULL;
	if (!c->vhci && !c->unix_path)
		return problem_set(problem, "--attach", "write vhci or unix:PATH",
				   "\"%s\" is neither", text);
	return 0;
}

static int parse_boot(struct rack_config *c, const char *text, struct problem *problem)
{
	static const struct {
		const char *word;
		enum rack_boot boot;
	} boots[] = {{"brom", BOOT_BROM},
		     {"preloader", BOOT_PRELOADER},
		     {"sink", BOOT_SINK},
		     {"dead", BOOT_DEAD}};

	for (size_t i = 0; i < sizeof boots / sizeof *boots; i++) {
		if (!strcmp(boots[i].word, text)) {
			c->boot = boots[i].boot;
			return 0;
		}
	}
	c->boot = BOOT_GADGET;
	if (gadget_find(text))
		c->gadget = *gadget_find(text);
	else if (!gadget_parse(text, &c->gadget))
		return problem_set(problem, "--boot", "see --help", "\"%s\" is none of its values",
				   text);
	return 0;
}

static int parse_system(struct rack_config *c, const char *text, struct problem *problem)
{
	c->system = gadget_find(text);
	if (!c->system && strcmp(text, "none") != 0)
		return problem_set(problem, "--system", "see --help",
				   "\"%s\" is none of its values", text);
	return 0;
}

static int parse_security(struct rack_config *c, const char *text, struct problem *problem)
{
	char words[64], *save = NULL;

	c->security = 0;
	c->da_sla = false;
	if (!strcmp(text, "none"))
		return 0;
	snprintf(words, sizeof words, "%s", text);
	for (char *w = strtok_r(words, ",", &save); w; w = strtok_r(NULL, ",", &save)) {
		if (!strcmp(w, "sbc"))
			c->security |= SECURE_SBC;
		else if (!strcmp(w, "sla"))
			c->security |= SECURE_SLA;
		else if (!strcmp(w, "daa"))
			c->security |= SECURE_DAA;
		else if (!strcmp(w, "dasla"))
			c->da_sla = true;
		else
			return problem_set(problem, "--security",
					   "write none, or some of sbc,sla,daa,dasla",
					   "\"%s\" is unknown", w);
	}
	if (!c->security && !c->da_sla)
		return problem_set(problem, "--security",
				   "write none, or some of sbc,sla,daa,dasla", "nothing is named");
	return 0;
}

static int parse_dram(struct rack_config *c, const char *text, struct problem *problem)
{
	while (*text) {
		struct dram_id *id = &c->dram_ids[c->dram_id_count];
		int used;
		unsigned byte;

		if (c->dram_id_count == RACK_DRAM_IDS_MAX)
			return problem_set(problem, "--dram-ids", "give fewer", "more than %d",
					   RACK_DRAM_IDS_MAX);
		for (id->n = 0; id->n < sizeof id->bytes &&
				sscanf(text, "%2x%n", &byte, &used) == 1 && used == 2;
		     text += 2)
			id->bytes[id->n++] = (uint8_t)byte;
		if (id->n < 4 || (*text && *text != ','))
			return problem_set(problem, "--dram-ids", "write 4 to 16 bytes in hex",
					   "\"%s\" is no id", text);
		text += *text == ',';
		c->dram_id_count++;
	}
	return 0;
}

static int parse_chip(struct rack_config *c, struct problem *problem)
{
	c->chip = chip_by_name(c->chip_name);
	if (!c->chip)
		return problem_set(problem, "--chip", "name one as in engine/data/chips.json",
				   "\"%s\" is not in the chip table", c->chip_name);
	if (c->chip->da_protocol == DA_PROTOCOL_LEGACY && c->storage == STORAGE_UFS)
		return problem_set(problem, "--storage", "use emmc or nand",
				   "legacy agents such as %s's know no UFS", c->chip_name);
	if (!c->preloader_chosen && c->chip->da_protocol == DA_PROTOCOL_LEGACY)
		c->preloader = PRELOADER_OLD;
	return 0;
}

static int digest(const char *text, uint8_t to[32], const char *option, struct problem *problem)
{
	unsigned byte;
	int used;

	for (size_t i = 0; i < 32; i++, text += 2) {
		if (sscanf(text, "%2x%n", &byte, &used) != 1 || used != 2)
			break;
		to[i] = (uint8_t)byte;
		if (i == 31 && !text[2])
			return 0;
	}
	return problem_set(problem, option, "write 64 hex digits", "it is no SHA-256");
}

static int parse_preloader(struct rack_config *c, const char *text, struct problem *problem)
{
	c->preloader_chosen = true;
	c->preloader = strcmp(text, "old") ? PRELOADER_NEW : PRELOADER_OLD;
	if (!strcmp(text, "old") || !strcmp(text, "new"))
		return 0;
	return problem_set(problem, "--preloader", "write new or old", "\"%s\" is neither", text);
}

/* "17,40" names blocks; "count:3" has three chosen by the seed. */
static int parse_nand_bad(struct rack_config *c, const char *text, struct problem *problem)
{
	static const char remedy[] = "write block numbers as 17,40 or count:N, N up to 64";
	int used = 0;

	if (sscanf(text, "count:%u%n", &c->nand_bad_random, &used) == 1 && !text[used] &&
	    c->nand_bad_random <= RACK_NAND_BAD_MAX)
		return 0;
	for (c->nand_bad_count = 0; c->nand_bad_count < RACK_NAND_BAD_MAX;) {
		if (!isdigit((unsigned char)*text) ||
		    sscanf(text, "%" SCNu32 "%n", &c->nand_bad[c->nand_bad_count], &used) != 1)
			break;
		c->nand_bad_count++;
		text += used;
		if (!*text)
			return 0;
		if (*text++ != ',')
			break;
	}
	return problem_set(problem, "--nand-bad", remedy, "it is no list of blocks");
}

static int parse_digest(struct rack_config *c, const char *text, struct problem *problem)
{
	c->has_da_digest = true;
	return digest(text, c->da_digest, "--da-sha256", problem);
}

static int parse_auth_digest(struct rack_config *c, const char *text, struct problem *problem)
{
	c->has_auth_digest = true;
	return digest(text, c->auth_digest, "--auth-digest", problem);
}

static int parse_sla_key(struct rack_config *c, const char *text, struct problem *problem)
{
	c->sla_key = text;
	return owner_key_check(text, "--sla-key", problem);
}

static int parse_auth_key(struct rack_config *c, const char *text, struct problem *problem)
{
	c->auth_key = text;
	return owner_key_check(text, "--auth-key", problem);
}

static int parse_da_key(struct rack_config *c, const char *text, struct problem *problem)
{
	c->da_key = text;
	return owner_key_check(text, "--da-key", problem);
}

static int parse_storage(struct rack_config *c, const char *text, struct problem *problem)
{
	return flash_parse_spec(text, &c->storage, &c->user_bytes, problem);
}

static int parse_fault(struct rack_config *c, const char *text, struct problem *problem)
{
	return faults_add(&c->faults, text, problem);
}

/* Where an option's value goes, and what it may be. */
struct row {
	const char *name;
	enum { FLAG, NUMBER, TEXT, CHOICE, OWN } kind;
	size_t at; /* offset in struct rack_config; FLAG bool, NUMBER and CHOICE int, unsigned or
		      enum */
	unsigned low, high;   /* NUMBER */
	const char *words[5]; /* CHOICE: the value is the index, plus `low` */
	int (*take)(struct rack_config *c, const char *text, struct problem *problem); /* OWN */
};

#define AT(member) offsetof(struct rack_config, member)

static const struct row rows[] = {
	{.name = "attach", .kind = OWN, .take = parse_attach},
	{.name = "devices", .kind = NUMBER, .at = AT(devices), .low = 1, .high = RACK_DEVICES_MAX},
	{.name = "chip", .kind = TEXT, .at = AT(chip_name)},
	{.name = "boot", .kind = OWN, .take = parse_boot},
	{.name = "system", .kind = OWN, .take = parse_system},
	{.name = "restart-after-ms",
	 .kind = NUMBER,
	 .at = AT(restart_after_ms),
	 .low = 1,
	 .high = HOUR_MS},
	{.name = "storage", .kind = OWN, .take = parse_storage},
	{.name = "layout", .kind = TEXT, .at = AT(layout)},
	{.name = "layout-blank", .kind = FLAG, .at = AT(layout_blank)},
	{.name = "layout-no-mbr", .kind = FLAG, .at = AT(layout_no_mbr)},
	{.name = "identity", .kind = CHOICE, .at = AT(identity), .words = {"blank", "provisioned"}},
	{.name = "security", .kind = OWN, .take = parse_security},
	{.name = "sla-key", .kind = OWN, .take = parse_sla_key},
	{.name = "auth-key", .kind = OWN, .take = parse_auth_key},
	{.name = "auth-digest", .kind = OWN, .take = parse_auth_digest},
	{.name = "da-key", .kind = OWN, .take = parse_da_key},
	{.name = "link-mbps", .kind = NUMBER, .at = AT(link_mbps), .low = 1, .high = 100000},
	{.name = "window-ms", .kind = NUMBER, .at = AT(window_ms), .low = 1, .high = HOUR_MS},
	{.name = "brom-window-ms", .kind = NUMBER, .at = AT(brom_window_ms), .high = HOUR_MS},
	{.name = "fault", .kind = OWN, .take = parse_fault},
	{.name = "fault-once", .kind = FLAG, .at = AT(fault_once)},
	{.name = "seed", .kind = NUMBER, .at = AT(seed), .high = UINT32_MAX},
	{.name = "state", .kind = TEXT, .at = AT(state_dir)},
	{.name = "log", .kind = TEXT, .at = AT(log_path)},
	{.name = "preloader", .kind = OWN, .take = parse_preloader},
	{.name = "agent",
	 .kind = CHOICE,
	 .at = AT(agent),
	 .words = {"2020", "2019", "2013", "2011", "2022"}},
	{.name = "descriptors", .kind = NUMBER, .at = AT(descriptors), .low = 1, .high = 3},
	{.name = "full-speed", .kind = FLAG, .at = AT(boot_full_speed)},
	{.name = "brom-high-speed", .kind = FLAG, .at = AT(brom_high_speed)},
	{.name = "coalesce", .kind = FLAG, .at = AT(coalesce)},
	{.name = "split-bytes", .kind = FLAG, .at = AT(split_bytes)},
	{.name = "c0-ms", .kind = NUMBER, .at = AT(c0_ms), .high = 60000},
	{.name = "shutdown-bytes", .kind = NUMBER, .at = AT(shutdown_bytes), .low = 20, .high = 64},
	{.name = "block-bytes", .kind = NUMBER, .at = AT(block_bytes), .low = 24, .high = 64},
	{.name = "old-info", .kind = FLAG, .at = AT(old_info)},
	{.name = "da-sla-key", .kind = TEXT, .at = AT(da_sla_key)},
	{.name = "xml-build",
	 .kind = CHOICE,
	 .at = AT(xml_build),
	 .words = {"2023", "2025", "source"}},
	{.name = "xml-usb-switch", .kind = FLAG, .at = AT(xml_usb_switch)},
	{.name = "da-rejected", .kind = FLAG, .at = AT(da_rejected)},
	{.name = "da-sig-len", .kind = NUMBER, .at = AT(da_sig_len), .low = 1, .high = 4096},
	{.name = "da-sha256", .kind = OWN, .take = parse_digest},
	{.name = "log-frames", .kind = FLAG, .at = AT(log_frames)},
	{.name = "dram-ids", .kind = OWN, .take = parse_dram},
	{.name = "dram-vendor", .kind = NUMBER, .at = AT(dram_vendor), .low = 1, .high = 255},
	{.name = "nand-bad", .kind = OWN, .take = parse_nand_bad},
	{.name = "no-erase", .kind = FLAG, .at = AT(no_erase)},
	{.name = "old-card", .kind = FLAG, .at = AT(old_card)},
	{.name = "security-first-ms",
	 .kind = NUMBER,
	 .at = AT(security_first_ms),
	 .low = 1,
	 .high = HOUR_MS},
	{.name = "battery-mv", .kind = NUMBER, .at = AT(battery_mv), .low = 1, .high = 10000},
	{.name = "replug-after-ms",
	 .kind = NUMBER,
	 .at = AT(replug_after_ms),
	 .low = 1,
	 .high = HOUR_MS},
	{.name = "help", .kind = FLAG},
	{.name = "version", .kind = FLAG},
};

enum { ROWS = sizeof rows / sizeof *rows, ROW_HELP = ROWS - 2, ROW_VERSION = ROWS - 1 };

static int number(const struct row *row, const char *text, unsigned *to, struct problem *problem)
{
	char option[32], *end;
	unsigned long n;

	snprintf(option, sizeof option, "--%s", row->name);
	errno = 0;
	n = strtoul(text, &end, 10);
	if (!isdigit((unsigned char)*text) || *end || errno || n < row->low || n > row->high)
		return problem_set(problem, option, "see --help",
				   "\"%s\" is no number from %u to %u", text, row->low, row->high);
	*to = (unsigned)n;
	return 0;
}

static int choice(const struct row *row, const char *text, unsigned *to, struct problem *problem)
{
	char option[32];

	for (unsigned i = 0; i < 5 && row->words[i]; i++) {
		if (!strcmp(text, row->words[i])) {
			*to = i;
			return 0;
		}
	}
	snprintf(option, sizeof option, "--%s", row->name);
	return problem_set(problem, option, "see --help", "\"%s\" is none of its values", text);
}

static int take(struct rack_config *c, const struct row *row, const char *text,
		struct problem *problem)
{
	char *member = (char *)c + row->at;

	switch (row->kind) {
	case FLAG:
		*(bool *)member = true;
		return 0;
	case NUMBER:
		return number(row, text, (unsigned *)member, problem);
	case TEXT:
		*(const char **)member = text;
		return 0;
	case CHOICE:
		return choice(row, text, (unsigned *)member, problem);
	case OWN:
		return row->take(c, text, problem);
	}
	return -1;
}

static int check(struct rack_config *c, struct problem *problem)
{
	if (!c->vhci && !c->unix_path)
		return problem_set(problem, "--attach", "write --attach vhci or --attach unix:PATH",
				   "it is missing");
	if (!c->state_dir)
		return problem_set(problem, "--state", "write --state DIR", "it is missing");
	if (c->identity == IDENTITY_PROVISIONED && (!c->layout || c->layout_blank))
		return problem_set(problem, "--identity", "give a --layout SCATTER too",
				   "own data needs partitions to be in");
	return parse_chip(c, problem);
}

static enum options_result parse_ctl(struct ctl_request *ctl, const char *state_dir, int argc,
				     char **argv, struct problem *problem)
{
	ctl->state_dir = state_dir;
	ctl->verb = argc > 0 ? argv[0] : "";
	ctl->slot = argc > 1 ? argv[1] : NULL;
	if (!state_dir)
		problem_set(problem, "--state", "write ctl --state DIR", "it is missing");
	else if (!strcmp(ctl->verb, "status") && argc == 1)
		return OPTIONS_CTL;
	else if (argc == 2 && (!strcmp(ctl->verb, "replug") || !strcmp(ctl->verb, "unplug") ||
			       !strcmp(ctl->verb, "swap")))
		return OPTIONS_CTL;
	else
		problem_set(problem, "ctl", "write replug SLOT, unplug SLOT, swap SLOT or status",
			    "\"%s\" is no request", ctl->verb);
	return OPTIONS_WRONG;
}

static void getopt_table(struct option *table)
{
	for (int i = 0; i < ROWS; i++)
		table[i] = (struct option){
			.name = rows[i].name,
			.has_arg = rows[i].kind == FLAG ? no_argument : required_argument,
			.val = FIRST_OPTION + i,
		};
	table[ROWS] = (struct option){0};
}

enum options_result options_parse(struct rack_config *config, struct ctl_request *ctl, int argc,
				  char **argv, struct problem *problem)
{
	bool is_ctl = argc > 1 && !strcmp(argv[1], "ctl");
	struct option table[ROWS + 1];
	int got;

	*config = rack_config_default();
	getopt_table(table);
	opterr = 0;
	optind = is_ctl ? 2 : 1;
	while ((got = getopt_long(argc, argv, "", table, NULL)) != -1) {
		int row = got - FIRST_OPTION;

		if (got == '?') {
			problem_set(problem, "options", "see --help",
				    "\"%s\" is unknown or has no value", argv[optind - 1]);
			return OPTIONS_WRONG;
		}
		if (row == ROW_HELP || row == ROW_VERSION) {
			fputs(row == ROW_HELP ? options_usage
					      : "flashrack-rack " FLASHRACK_VERSION "\n",
			      stdout);
			return OPTIONS_DONE;
		}
		if (take(config, &rows[row], optarg, problem))
			return OPTIONS_WRONG;
	}
	if (is_ctl)
		return parse_ctl(ctl, config->state_dir, argc - optind, argv + optind, problem);
	if (optind < argc) {
		problem_set(problem, "options", "see --help", "\"%s\" is no option", argv[optind]);
		return OPTIONS_WRONG;
	}
	return check(config, problem) ? OPTIONS_WRONG : OPTIONS_RUN;
}
