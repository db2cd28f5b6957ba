/* From the first START to the second stage (da-xml.md section 4). */
#include <stdio.h>
#include <string.h>

#include "tests/rack/xml/xml_agent.h"

enum { INIT_MS = 30, DRAM_MS = 120, DA2_START_MS = 60, DRAM_BASE = 0x40000000 };
enum { DA2_BYTES_MAX = 0x4000000, DA2_BYTES_MAX_2025 = 0x1000000, OS_WINDOWS = 0, OS_LINUX = 1 };

/* ---- SET-RUNTIME-PARAMETER ---- */

/* Index of `word` in the NULL-terminated `words`; -1: unknown, the old value stays. */
static int among(const char *word, const char *const *words)
{
	for (int i = 0; words[i]; i++) {
		if (!strcmp(word, words[i]))
			return i;
	}
	return -1;
}

static void take_checksum_level(struct xml_agent *x, const char *word)
{
	static const char *const levels[] = {"NONE", "USB", "STORAGE", "USB-STORAGE", NULL};
	int level = among(word, levels);

	if (level < 0)
		return;
	x->sum_usb = level & 1;
	x->sum_storage = level & 2;
}

static void take_channel(struct xml_agent *x, const char *word)
{
	static const char *const channels[] = {"UART", "USB", NULL}; /* BOTH is not mapped */
	int channel = among(word, channels);

	if (channel >= 0)
		x->log_usb = channel == 1;
}

void xml_set_runtime_parameter(struct device *d)
{
	static const char *const systems[] = {"WINDOWS", "LINUX", NULL};
	static const char *const yes_no[] = {"YES", "NO", NULL};
	struct xml_agent *x = d->xml;
	const char *sums, *channel, *os, *dram = "";
	int which;

	if (!(sums = xml_need(d, "da/arg/checksum_level")) ||
	    !xml_need(d, "da/arg/battery_exist") || !xml_need(d, "da/arg/da_log_level") ||
	    !(channel = xml_need(d, "da/arg/log_channel")) ||
	    !(os = xml_need(d, "da/arg/system_os")) ||
	    (x->minor && !(dram = xml_need(d, "da/adv/initialize_dram"))))
		return;
	take_checksum_level(x, sums);
	take_channel(x, channel);
	which = among(os, systems);
	if (which >= 0)
		d->agent->system_os = which ? OS_LINUX : OS_WINDOWS;
	which = among(dram, yes_no);
	if (which >= 0)
		x->no_dram = which == 1;
	device_log(d, "h>", "  checksums %s, log to %s, %s, DRAM %s", sums, channel, os, dram);
	xml_ok(d);
}

void xml_host_supported_commands(struct device *d)
{
	const char *list = xml_need(d, "da/arg/host_capability");

	if (!list)
		return;
	device_log(d, "h>", "  %s", list);
	xml_ok(d);
}

void xml_set_host_info(struct device *d)
{
	device_log(d, "h>", "  %.80s", xml_optional(d, "da/arg/info")); /* may be missing */
	xml_ok(d);
}

/* ---- NOTIFY-INIT-HW ---- */

static void hardware_ready(struct device *d)
{
	struct agent *a = d->agent;

	if (d->stage == STAGE_AGENT1 && !a->dram_ready && !d->xml->no_dram) {
		if (faults_stand(&d->faults, RACK_DRAM_FAIL, RACK_AT_BOOT, NULL)) {
			xml_fail(d, "DRAM initialization failed. 0x%x", DA_DRAM_TEST_FAILED);
			return;
		}
		a->dram_ready = true;
		device_log(d, "--", "  DRAM is up");
	}
	xml_ok(d);
}

static void work(struct device *d)
{
	/* The preloader has trained the DRAM already; from boot ROM it takes its time. */
	bool train = d->stage == STAGE_AGENT1 && !d->agent->dram_ready && !d->xml->no_dram;

	device_after(d, TIMER_WORK, train ? DRAM_MS : INIT_MS, hardware_ready);
}

void xml_notify_init_hw(struct device *d)
{
	xml_report(d, "init-hw", 0, NULL, work);
}

/* ---- BOOT-TO ---- */

static void second_stage(struct device *d)
{
	d->stage = STAGE_AGENT2;
	d->dirty = true;
	xml_stage_begins(d);
}

static void jump(struct device *d)
{
	agent_release(d);
	device_after(d, TIMER_WORK, DA2_START_MS, second_stage);
}

static void da2_received(struct device *d)
{
	struct xml_agent *x = d->xml;

	if (!d->agent->dram_ready) {
		agent_halt(d, "BOOT-TO into DRAM that is not set up");
		return;
	}
	if (!agent_da2_belongs(d, x->file, x->file_n)) {
		x->da2_refused = true;
		xml_fail(d, "DA Hash mismatch. Check these:\r\n"
			    "1. DA1 and DA2 are of the same file.\r\n"
			    "2. The DRAM runs stable.\r\n");
		return;
	}
	x->deferred = jump;
	xml_ok(d);
}

static void reset(struct device *d)
{
	device_leave(d, "reset: BOOT-TO outside DRAM");
}

/* 2025 looks at the address, says so, and resets. */
static bool refuse_address(struct device *d, uint64_t at)
{
	if (d->config->xml_build != XML_2025 || at == DRAM_BASE)
		return false;
	xml_fail(d, "2nd DA address is invalid. reset.\r\n");
	device_after(d, TIMER_LEAVE, INIT_MS, reset);
	return true;
}

void xml_boot_to(struct device *d)
{
	uint64_t at, entry;
	const char *token;

	if (!xml_need_number(d, "da/arg/at_address", &at) ||
	    !xml_need_number(d, "da/arg/jmp_address", &entry) ||
	    !(token = xml_need(d, "da/arg/source_file")) || refuse_address(d, at))
		return;
	device_log(d, "h>", "  second stage for 0x%llX", (unsigned long long)at);
	xml_pull_file(d, "2nd-DA", token,
		      d->config->xml_build == XML_2025 ? DA2_BYTES_MAX_2025 : DA2_BYTES_MAX,
		      da2_received);
}
