#include "tests/fault/play.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>

#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

static int remove_one(const char *path, const struct stat *st, int flag, struct FTW *ftw)
{
	(void)st;
	(void)flag;
	(void)ftw;
	return remove(path);
}

static void sub_folder(const struct play *p, char path[128], const char *name)
{
	snprintf(path, 128, "%s/%s", p->folder, name);
	assert_int_equal(mkdir(path, 0755), 0);
}

static void open_device(struct play *p)
{
	const char *args[SETUP_ARGS_MAX + 8] = {"--layout", p->pack.layout, "--identity",
						"provisioned", "--boot"};
	char path[128];
	size_t n = 5;

	args[n++] = p->brom ? "brom" : "preloader";
	for (size_t i = 0; p->setup->rack[i]; i++)
		args[n++] = p->setup->rack[i];
	sub_folder(p, path, "device");
	p->device = rackdev_open(path, args);
	assert_non_null(p->device);
	snprintf(path, sizeof path, "%s/device/0", p->folder);
	if (!sample_pack_identity(&p->pack, path, p->identity, sizeof p->identity))
		fail_msg("%s: %s", p->name, p->identity);
	if (!p->identity[0])
		fail_msg("%s: the package names no identity partition", p->name);
}

void play_open(struct play *p, const struct setup *setup, bool brom)
{
	char path[128];

	memset(p, 0, sizeof *p);
	p->setup = setup;
	p->brom = brom;
	snprintf(p->name, sizeof p->name, "%s by %s", setup->name, brom ? "boot ROM" : "preloader");
	snprintf(p->folder, sizeof p->folder, "/tmp/flashrack-fault-XXXXXX");
	assert_non_null(mkdtemp(p->folder));
	sub_folder(p, path, "package");
	sample_pack_make(&p->pack, path, setup->sample);
	for (size_t i = 0; i < p->pack.package.finding_count; i++)
		if (p->pack.package.findings[i].level == FINDING_REFUSAL)
			fail_msg("%s: %s: %s", p->name, p->pack.package.findings[i].item,
				 p->pack.package.findings[i].text);
	p->plan = (struct flow_plan){.package = &p->pack.package,
				     .verify = FLOW_VERIFY_CHECKSUM,
				     .end = FLOW_END_REBOOT,
				     .rules = &p->pack.rules};
	open_device(p);
}

void play_close(struct play *p)
{
	rackdev_close(p->device);
	if (p->pack.folder.source.context)
		sample_pack_free(&p->pack);
	if (p->folder[0] && !getenv("FAULT_KEEP"))
		nftw(p->folder, remove_one, 16, FTW_DEPTH | FTW_PHYS);
	memset(p, 0, sizeof *p);
}

void play_run(struct play *p, enum flow_operation operation)
{
	struct flow_action a;
	struct flow_event e;
	struct arrival arrival;

	if (p->actions)
		rackdev_replug(p->device);
	p->actions = 0;
	p->plan.operation = operation;
	arrival = rackdev_arrival(p->device);
	flow_begin(&p->flow, &p->plan, &arrival, p->device->now_us / 1000, &a);
	while (a.what != FLOW_FINISH && p->actions++ < PLAY_ACTIONS_MAX) {
		if (p->every)
			play_faults(p, &a);
		rackdev_serve(p->device, &a, &e);
		flow_step(&p->flow, &e, &a);
	}
}

static void fail_of(const struct play *p, const char *wanted)
{
	const struct flow_report *r = &p->flow.report;

	fail_msg("%s: %s: not %s, result %d, [%s] family %d, code %u (0x%X): %s", p->name,
		 flow_operation_name(p->plan.operation), wanted, (int)r->result, r->fault.step,
		 (int)r->fault.family, r->fault.code, r->fault.code, r->fault.what);
}

static void expect_sane(struct play *p)
{
	char path[128], now[PLAY_SAID_MAX];

	snprintf(path, sizeof path, "%s/device/0", p->folder);
	assert_true(sample_pack_identity(&p->pack, path, now, sizeof now));
	if (strcmp(now, p->identity) != 0)
		fail_msg("%s: %s: own data was\n%snow\n%s", p->name,
			 flow_operation_name(p->plan.operation), p->identity, now);
	assert_false(p->device->wrote_unjournalled);
	assert_false(p->device->stream_broken);
	assert_false(p->device->d->zeroization_tried);
}

void play_expect_passed(struct play *p)
{
	const struct flow_report *r = &p->flow.report;

	if (r->result != FLOW_PASSED)
		fail_of(p, "passed");
	expect_sane(p);
	if (r->bytes_done != r->bytes_total)
		fail_msg("%s: %s: passed with 0x%llx of 0x%llx bytes done", p->name,
			 flow_operation_name(p->plan.operation), (unsigned long long)r->bytes_done,
			 (unsigned long long)r->bytes_total);
	if (!flow_operation_writes(p->plan.operation))
		assert_int_equal(rackdev_touched(p->device), p->device->touched_before);
}

void play_expect_refused(struct play *p, uint32_t station_code)
{
	const struct flow_report *r = &p->flow.report;

	if (r->result != FLOW_REFUSED || r->fault.family != FAULT_STATION ||
	    r->fault.code != station_code)
		fail_of(p, "refused as expected");
	expect_sane(p);
	assert_int_equal(rackdev_touched(p->device), p->device->touched_before);
}

bool play_holds_package(struct play *p, char *said, size_t size)
{
	char path[300];

	snprintf(path, sizeof path, "%s/0", p->device->dir);
	return sample_pack_held(&p->pack, path, said, size);
}

void play_expect_package(struct play *p)
{
	char said[PLAY_SAID_MAX];

	if (!play_holds_package(p, said, sizeof said))
		fail_msg("%s: %s: %s", p->name, flow_operation_name(p->plan.operation), said);
}
