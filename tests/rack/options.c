#include "tests/rack/options.h"

#include <ctype.h>
#include <errno.h>
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tests/rack/flash.h"

static const char usage[] =
	"usage: flashrack-rack --attach vhci|unix:PATH --state DIR [options]\n"
	"       flashrack-rack ctl --state DIR replug SLOT|unplug SLOT|status\n"
	"\n"
	"A rack of virtual MediaTek devices in download mode. Prints \"ready\" once all are "
	"attached,\n"
	"and runs until it is stopped. SLOT is a device number from 0, a bus id (1-1 is device 0), "
	"or\n"
	"all.\n"
	"\n"
	"  --attach vhci        plug them into this kernel's vhci_hcd (root)\n"
	"  --attach unix:PATH   serve USB/IP on a unix socket: device list, import, URBs\n"
	"  --devices N          how many (default 1)\n"
	"  --chip NAME          an XFlash chip (default MT6765)\n"
	"  --boot brom|preloader  what runs after plugging in (default preloader)\n"
	"  --storage emmc:SIZE|ufs:SIZE   user region, e.g. emmc:16G (default emmc:8G)\n"
	"  --layout SCATTER     carry a partition table made from this scatter file\n"
	"  --layout-blank       do not write the table (a new board)\n"
	"  --identity blank|provisioned   fill nvram, proinfo, ... with the unit's own data\n"
	"  --security none|sbc,sla,daa    what the fuses say (default none)\n"
	"  --link-mbps M        limit of each device's link\n"
	"  --window-ms MS       the preloader listens that long (default 2500)\n"
	"  --brom-window-ms MS  the boot ROM waits that long, 0 = for ever (default 30000)\n"
	"  --fault SPEC         may be given several times, see below\n"
	"  --fault-once         faults act at the first power-up only\n"
	"  --seed N             what ids, serials and own data are made from (default 1)\n"
	"  --state DIR          DIR/<n>/device.json and storage files; an existing state is kept\n"
	"  --log FILE           one line an event, - is standard error\n"
	"  --preloader old|new  version byte 1 without FB E1 E7, or 3 (default new)\n"
	"  --agent 2019|2020    the first stage's command set (default 2020)\n"
	"  --descriptors 1|2|3  variant of the preloader's descriptors (default 1)\n"
	"  --full-speed         the preloader comes up at full speed\n"
	"  --brom-high-speed    the boot ROM comes up at high speed\n"
	"  --coalesce           short writes of the firmware may share a packet\n"
	"  --split-bytes        every byte in its own packet\n"
	"  --c0-ms MS           from JUMP_DA to the agent's first byte (default 30)\n"
	"  --log-frames         agents send log frames before every status\n"
	"  --dram-ids HEX,...   the DRAM on the boards: EMI settings must hold one of these ids\n"
	"  --replug-after-ms MS a device that left is plugged in again after that time\n"
	"\n"
	"SPEC is [DEVICE/]WHAT[=VALUE][@WHERE[:N]], N counted from 1 at each power-up:\n"
	"  unplug stall nak     @exchange:N @out:N @in:N @byte:N @step:NAME[:N] @write:N\n"
	"  corrupt              @exchange:N @out:N @in:N\n"
	"  slow[=MS]            @exchange:N @out:N @in:N @step:NAME[:N] @write:N (default 50 ms "
	"each)\n"
	"  status=HEX           @step:NAME[:N]    answers that status\n"
	"  checksum             @step:send-da     a wrong checksum\n"
	"  flap@arrival:N       comes and goes N times first\n"
	"  fullspeed@arrival    comes up at full speed\n"
	"  dram-fail            DRAM initialisation fails\n"
	"  storage-dead         the second stage asserts; @info: no chip found; @write:N: fails "
	"from N on\n"
	"exchange counts bulk transfers from the host; steps have the names of the log: handshake\n"
	"hw-code write32 target-config me-id send-da jump-da sync setup-env hw-init control names\n"
	"(get-emmc, set-checksum, ...) init-ext-ram boot-to download write-data write read-data "
	"upload\n"
	"format format-partition switch-speed shutdown. \"write\" is one packet.\n"
	"\n"
	"  --help, --version\n"
	"Exit status: 0 good, 1 failed, 2 wrong usage.\n";

enum {
	OPT_ATTACH = 256,
	OPT_DEVICES,
	OPT_CHIP,
	OPT_BOOT,
	OPT_STORAGE,
	OPT_LAYOUT,
	OPT_LAYOUT_BLANK,
	OPT_IDENTITY,
	OPT_SECURITY,
	OPT_LINK,
	OPT_WINDOW,
	OPT_BROM_WINDOW,
	OPT_FAULT,
	OPT_FAULT_ONCE,
	OPT_SEED,
	OPT_STATE,
	OPT_LOG,
	OPT_PRELOADER,
	OPT_DESCRIPTORS,
	OPT_FULL_SPEED,
	OPT_BROM_HIGH,
	OPT_COALESCE,
	OPT_SPLIT,
	OPT_C0,
	OPT_LOG_FRAMES,
	OPT_DRAM,
	OPT_AGENT,
	OPT_REPLUG,
	OPT_HELP,
	OPT_VERSION,
};

static const struct option table[] = {
	{"attach", required_argument, NULL, OPT_ATTACH},
	{"devices", required_argument, NULL, OPT_DEVICES},
	{"chip", required_argument, NULL, OPT_CHIP},
	{"boot", required_argument, NULL, OPT_BOOT},
	{"storage", required_argument, NULL, OPT_STORAGE},
	{"layout", required_argument, NULL, OPT_LAYOUT},
	{"layout-blank", no_argument, NULL, OPT_LAYOUT_BLANK},
	{"identity", required_argument, NULL, OPT_IDENTITY},
	{"security", required_argument, NULL, OPT_SECURITY},
	{"link-mbps", required_argument, NULL, OPT_LINK},
	{"window-ms", required_argument, NULL, OPT_WINDOW},
	{"brom-window-ms", required_argument, NULL, OPT_BROM_WINDOW},
	{"fault", required_argument, NULL, OPT_FAULT},
	{"fault-once", no_argument, NULL, OPT_FAULT_ONCE},
	{"seed", required_argument, NULL, OPT_SEED},
	{"state", required_argument, NULL, OPT_STATE},
	{"log", required_argument, NULL, OPT_LOG},
	{"preloader", required_argument, NULL, OPT_PRELOADER},
	{"descriptors", required_argument, NULL, OPT_DESCRIPTORS},
	{"full-speed", no_argument, NULL, OPT_FULL_SPEED},
	{"brom-high-speed", no_argument, NULL, OPT_BROM_HIGH},
	{"coalesce", no_argument, NULL, OPT_COALESCE},
	{"split-bytes", no_argument, NULL, OPT_SPLIT},
	{"c0-ms", required_argument, NULL, OPT_C0},
	{"log-frames", no_argument, NULL, OPT_LOG_FRAMES},
	{"agent", required_argument, NULL, OPT_AGENT},
	{"dram-ids", required_argument, NULL, OPT_DRAM},
	{"replug-after-ms", required_argument, NULL, OPT_REPLUG},
	{"help", no_argument, NULL, OPT_HELP},
	{"version", no_argument, NULL, OPT_VERSION},
	{NULL, 0, NULL, 0},
};

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
		.descriptors = USB_CLASSIC,
		.seed = 1,
	};
}

static int number(const char *option, const char *text, unsigned low, unsigned high, unsigned *to,
		  struct problem *problem)
{
	char *end;
	unsigned long n;

	errno = 0;
	n = strtoul(text, &end, 10);
	if (!isdigit((unsigned char)*text) || *end || errno || n < low || n > high)
		return problem_set(problem, option, "see --help",
				   "\"%s\" is no number from %u to %u", text, low, high);
	*to = (unsigned)n;
	return 0;
}

/* Index of `text` in `words`, or -1 with problem. */
static int choice(const char *option, const char *text, const char *const *words,
		  struct problem *problem)
{
	for (int i = 0; words[i]; i++) {
		if (!strcmp(text, words[i]))
			return i;
	}
	return problem_set(problem, option, "see --help", "\"%s\" is none of its values", text);
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

static int parse_security(struct rack_config *c, const char *text, struct problem *problem)
{
	char words[64], *save = NULL;

	c->security = 0;
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
		else
			return problem_set(problem, "--security",
					   "write none, or some of sbc,sla,daa",
					   "\"%s\" is unknown", w);
	}
	if (!c->security)
		return problem_set(problem, "--security", "write none, or some of sbc,sla,daa",
				   "nothing is named");
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
	if (c->chip->da_protocol != DA_PROTOCOL_XFLASH)
		return problem_set(problem, "--chip", "use an XFlash chip such as MT6765 or MT6785",
				   "%s does not speak the XFlash agent protocol", c->chip_name);
	return 0;
}

static int take(struct rack_config *c, int option, const char *arg, struct problem *problem)
{
	static const char *const boots[] = {"brom", "preloader", NULL};
	static const char *const identities[] = {"blank", "provisioned", NULL};
	static const char *const agents[] = {"2020", "2019", NULL};
	static const char *const preloaders[] = {"new", "old", NULL};
	unsigned n = 0;
	int i = 0;

	switch (option) {
	case OPT_ATTACH:
		return parse_attach(c, arg, problem);
	case OPT_DEVICES:
		i = number("--devices", arg, 1, RACK_DEVICES_MAX, &n, problem);
		c->devices = (int)n;
		return i;
	case OPT_CHIP:
		c->chip_name = arg;
		return 0;
	case OPT_BOOT:
		i = choice("--boot", arg, boots, problem);
		c->boot = i == 1 ? BOOT_PRELOADER : BOOT_BROM;
		break;
	case OPT_STORAGE:
		return flash_parse_spec(arg, &c->storage, &c->user_bytes, problem);
	case OPT_LAYOUT:
		c->layout = arg;
		break;
	case OPT_LAYOUT_BLANK:
		c->layout_blank = true;
		break;
	case OPT_IDENTITY:
		i = choice("--identity", arg, identities, problem);
		c->provisioned = i == 1;
		break;
	case OPT_SECURITY:
		return parse_security(c, arg, problem);
	case OPT_LINK:
		return number("--link-mbps", arg, 1, 100000, &c->link_mbps, problem);
	case OPT_WINDOW:
		return number("--window-ms", arg, 1, 3600000, &c->window_ms, problem);
	case OPT_BROM_WINDOW:
		return number("--brom-window-ms", arg, 0, 3600000, &c->brom_window_ms, problem);
	case OPT_FAULT:
		return faults_add(&c->faults, arg, problem);
	case OPT_FAULT_ONCE:
		c->fault_once = true;
		break;
	case OPT_SEED:
		i = number("--seed", arg, 0, UINT32_MAX, &n, problem);
		c->seed = n;
		return i;
	case OPT_STATE:
		c->state_dir = arg;
		break;
	case OPT_LOG:
		c->log_path = arg;
		break;
	case OPT_PRELOADER:
		i = choice("--preloader", arg, preloaders, problem);
		c->old_preloader = i == 1;
		break;
	case OPT_AGENT:
		i = choice("--agent", arg, agents, problem);
		c->agent_2019 = i == 1;
		break;
	case OPT_DESCRIPTORS:
		i = number("--descriptors", arg, 1, 3, &n, problem);
		c->descriptors = (enum usb_variant)n;
		return i;
	case OPT_FULL_SPEED:
		c->boot_full_speed = true;
		break;
	case OPT_BROM_HIGH:
		c->brom_high_speed = true;
		break;
	case OPT_COALESCE:
		c->coalesce = true;
		break;
	case OPT_SPLIT:
		c->split_bytes = true;
		break;
	case OPT_C0:
		return number("--c0-ms", arg, 0, 60000, &c->c0_ms, problem);
	case OPT_LOG_FRAMES:
		c->log_frames = true;
		break;
	case OPT_DRAM:
		return parse_dram(c, arg, problem);
	case OPT_REPLUG:
		return number("--replug-after-ms", arg, 1, 3600000, &c->replug_after_ms, problem);
	default:
		return problem_set(problem, "arguments", "see --help", "unknown option");
	}
	return i < 0 ? -1 : 0;
}

static int check(struct rack_config *c, struct problem *problem)
{
	if (!c->vhci && !c->unix_path)
		return problem_set(problem, "--attach", "write --attach vhci or --attach unix:PATH",
				   "it is missing");
	if (!c->state_dir)
		return problem_set(problem, "--state", "write --state DIR", "it is missing");
	if (c->provisioned && (!c->layout || c->layout_blank))
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
	else if ((!strcmp(ctl->verb, "replug") || !strcmp(ctl->verb, "unplug")) && argc == 2)
		return OPTIONS_CTL;
	else
		problem_set(problem, "ctl", "write replug SLOT, unplug SLOT or status",
			    "\"%s\" is no request", ctl->verb);
	return OPTIONS_WRONG;
}

enum options_result options_parse(struct rack_config *config, struct ctl_request *ctl, int argc,
				  char **argv, struct problem *problem)
{
	bool is_ctl = argc > 1 && !strcmp(argv[1], "ctl");
	int option;

	*config = rack_config_default();
	opterr = 0;
	optind = is_ctl ? 2 : 1;
	while ((option = getopt_long(argc, argv, "", table, NULL)) != -1) {
		if (option == OPT_HELP || option == OPT_VERSION) {
			fputs(option == OPT_HELP ? usage : "flashrack-rack " FLASHRACK_VERSION "\n",
			      stdout);
			return OPTIONS_DONE;
		}
		if (option == '?') {
			problem_set(problem, "arguments", "see --help",
				    "\"%s\" is unknown or has no value", argv[optind - 1]);
			return OPTIONS_WRONG;
		}
		if (take(config, option, optarg, problem))
			return OPTIONS_WRONG;
	}
	if (is_ctl)
		return parse_ctl(ctl, config->state_dir, argc - optind, argv + optind, problem);
	if (optind < argc) {
		problem_set(problem, "arguments", "see --help", "\"%s\" is no option",
			    argv[optind]);
		return OPTIONS_WRONG;
	}
	return check(config, problem) ? OPTIONS_WRONG : OPTIONS_RUN;
}
