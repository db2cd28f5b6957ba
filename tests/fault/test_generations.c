/*
 * Whole runs of every agent generation against the rack's own devices, and every fault at chosen
 * exchanges of them (test_fault.c tries every single one, with a device in memory).
 *
 * Chosen are the first exchange of each step of the run and each n-th from there. At each:
 *  - the device is lost for good (ends.h): the run ends with a listed code, within bounds;
 *  - one thing goes wrong and the device goes on. A fork of this process plays that to its end on a
 *    copy of the storage: PASSED is allowed only if the witness says that the storage is right.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include <ftw.h>
#include <signal.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "engine/flow/flow_state.h"
#include "tests/fault/ends.h"
#include "tests/lib/rackdev.h"
#include "tests/lib/sample_pack.h"

#define ACTIONS_MAX 20000
#define PLACES_MAX  160
#define SAID_MAX    4096
#define ARGS_MAX    24

/* What goes wrong once. GONE: the device does what it was asked, and nobody hears of it. */
enum slip { SLIP_REPLY, SLIP_BIT_IN, SLIP_BIT_OUT, SLIP_GONE, SLIP_KINDS };

static const char *const slip_names[] = {"lost reply", "bit flipped in", "bit flipped out",
					 "gone after it was served"};

struct scenario {
	const char *name;
	const char *sample[ARGS_MAX]; /* of flashrack-sample */
	const char *rack[ARGS_MAX];   /* of flashrack-rack, beside layout and identity */
	enum flow_operation operation;
	enum flow_verify verify;
	unsigned every; /* one exchange in so many is tried, beside the first of each step */
};

struct place {
	const char *phase, *step;
};

static char folder[64];
static struct sample_pack pack;
static struct rackdev *device;
static struct flow flow;
static struct place places[PLACES_MAX];
static size_t place_count;

static int remove_one(const char *path, const struct stat *st, int flag, struct FTW *ftw)
{
	(void)st;
	(void)flag;
	(void)ftw;
	return remove(path);
}

static void remove_all(const char *path)
{
	nftw(path, remove_one, 16, FTW_DEPTH | FTW_PHYS);
}

static void sub_folder(char path[128], const char *name)
{
	snprintf(path, 128, "%s/%s", folder, name);
	assert_return_code(mkdir(path, 0755), 0);
}

/* ---- one thing goes wrong; in a process of its own ---- */

static __attribute__((format(printf, 1, 2), noreturn)) void child_fails(const char *format, ...)
{
	va_list ap;

	va_start(ap, format);
	vfprintf(stderr, format, ap);
	va_end(ap);
	fputc('\n', stderr);
	_exit(1);
}

static bool serve_flipped(const struct flow_action *a, struct flow_event *e, unsigned salt)
{
	struct flow_action b = *a;
	unsigned which = a->tx_count ? salt % a->tx_count : 0;
	uint8_t *changed;

	if (!a->tx_count || !a->tx[which].n)
		return false;
	changed = malloc(a->tx[which].n); /* until this process ends */
	if (!changed)
		child_fails("no memory");
	memcpy(changed, a->tx[which].p, a->tx[which].n);
	changed[(salt * 7919u) % a->tx[which].n] ^= (uint8_t)(1u << salt % 8);
	b.tx[which].p = changed;
	rackdev_serve(device, &b, e);
	return true;
}

static bool slip_event(const struct flow_action *a, enum slip kind, unsigned salt,
		       struct flow_event *e)
{
	static uint8_t changed[FLOW_RX_MAX];

	if (kind == SLIP_BIT_OUT)
		return serve_flipped(a, e, salt);
	rackdev_serve(device, a, e);
	if (kind == SLIP_GONE) {
		e->kind = FLOW_GONE;
		e->rx.n = 0;
		return true;
	}
	if (e->kind != FLOW_REPLY || !e->rx.n)
		return false;
	if (kind == SLIP_REPLY) {
		e->kind = FLOW_TIMEOUT;
		e->rx.n = 0;
		e->now_ms += a->ms;
		device->now_us += a->ms * 1000ull;
		return true;
	}
	memcpy(changed, e->rx.p, e->rx.n);
	changed[(salt * 104729u) % e->rx.n] ^= (uint8_t)(1u << salt % 8);
	e->rx.p = changed;
	return true;
}

static void check_storage(const char *where)
{
	char path[300], said[SAID_MAX];

	snprintf(path, sizeof path, "%s/0", device->dir);
	if (!sample_pack_held(&pack, path, said, sizeof said))
		child_fails("%s: passed, but the witness says: %s", where, said);
}

static _Noreturn void child(const struct flow_action *at, enum slip kind, unsigned salt,
			    const struct scenario *s, const char *where)
{
	struct flow_action a = *at;
	struct flow_event e;
	unsigned actions = 0;
	char path[128];

	signal(SIGSEGV, SIG_DFL); /* not cmocka's, which would go on with the next test here */
	signal(SIGABRT, SIG_DFL);
	snprintf(path, sizeof path, "%s/twin", folder);
	if (mkdir(path, 0755) || rackdev_split(device, path))
		child_fails("%s: storage cannot be copied", where);
	if (!slip_event(&a, kind, salt, &e))
		_exit(0);
	flow_step(&flow, &e, &a);
	while (a.what != FLOW_FINISH) {
		if (kind == SLIP_GONE && a.what == FLOW_EXCHANGE) {
			e = (struct flow_event){
				.kind = FLOW_GONE, .seq = a.seq, .now_ms = e.now_ms};
		} else {
			rackdev_serve(device, &a, &e);
		}
		flow_step(&flow, &e, &a);
		if (++actions > ACTIONS_MAX)
			child_fails("%s: still at work", where);
	}
	if (flow.report.result != FLOW_PASSED)
		check_end(&flow, where);
	else if (flow_operation_writes(s->operation))
		check_storage(where);
	if (flow.report.result == FLOW_REFUSED && rackdev_touched(device))
		child_fails("%s: refused, and the storage was changed", where);
	if (device->wrote_unjournalled)
		child_fails("%s: wrote before the journal", where);
	if (device->d->zeroization_tried && kind != SLIP_BIT_OUT)
		child_fails("%s: ZEROIZATION was sent", where);
	_exit(0);
}

static void slip(const struct flow_action *at, enum slip kind, unsigned salt,
		 const struct scenario *s, const char *where)
{
	char path[128];
	int status;
	pid_t pid;

	if (at->what != FLOW_EXCHANGE)
		return;
	fflush(NULL);
	pid = fork();
	assert_true(pid >= 0);
	if (!pid)
		child(at, kind, salt, s, where);
	assert_int_equal(waitpid(pid, &status, 0), pid);
	snprintf(path, sizeof path, "%s/twin", folder);
	remove_all(path);
	if (!WIFEXITED(status) || WEXITSTATUS(status))
		fail_msg("%s: status 0x%x", where, status);
}

/* ---- the run ---- */

/* Is this exchange one of the chosen? */
static bool chosen(const struct scenario *s, unsigned n)
{
	const char *phase = flow.report.phase, *step = flow.report.step;

	for (size_t i = 0; i < place_count; i++)
		if (!strcmp(places[i].phase, phase) && !strcmp(places[i].step, step))
			return n % s->every == 0;
	if (place_count < PLACES_MAX)
		places[place_count++] = (struct place){phase, step};
	return true;
}

static unsigned try_all(const struct flow_action *a, const struct scenario *s, unsigned n)
{
	unsigned tried = 0;
	char where[200];

	for (int kind = 0; kind < LOST_KINDS; kind++, tried++) {
		snprintf(where, sizeof where, "%s, action %u (%s: %s), %s", s->name, n,
			 flow.report.phase, flow.report.step, lost_name((enum lost)kind));
		lose(&flow, a, (enum lost)kind, device->now_us / 1000, where);
	}
	for (int kind = 0; kind < SLIP_KINDS; kind++, tried++) {
		snprintf(where, sizeof where, "%s, action %u (%s: %s), %s", s->name, n,
			 flow.report.phase, flow.report.step, slip_names[kind]);
		slip(a, (enum slip)kind, n, s, where);
	}
	return tried;
}

static void open_device(const struct scenario *s)
{
	const char *args[ARGS_MAX + 8] = {"--layout", pack.layout, "--identity", "provisioned"};
	char path[128];
	size_t n = 4;

	for (size_t i = 0; s->rack[i]; i++)
		args[n++] = s->rack[i];
	sub_folder(path, "device");
	device = rackdev_open(path, args);
	assert_non_null(device);
}

static void expect_good(const struct scenario *s, const char *identity)
{
	const struct flow_report *r = &flow.report;
	char path[300], said[SAID_MAX], now[SAID_MAX];

	if (r->result != FLOW_PASSED)
		fail_msg("%s: result %d, %s, code %u: %s", s->name, (int)r->result, r->fault.step,
			 r->fault.code, r->fault.what);
	snprintf(path, sizeof path, "%s/0", device->dir);
	if (flow_operation_writes(s->operation) &&
	    !sample_pack_held(&pack, path, said, sizeof said))
		fail_msg("%s: %s", s->name, said);
	assert_true(sample_pack_identity(&pack, path, now, sizeof now));
	assert_string_equal(now, identity);
	assert_false(device->wrote_unjournalled);
	assert_false(device->stream_broken);
	assert_false(device->d->zeroization_tried);
	assert_int_equal(r->bytes_done, r->bytes_total);
	if (!flow_operation_writes(s->operation))
		assert_int_equal(rackdev_touched(device), 0);
}

static void play(const struct scenario *s)
{
	struct flow_plan plan = {.package = &pack.package,
				 .operation = s->operation,
				 .verify = s->verify,
				 .end = FLOW_END_REBOOT,
				 .rules = &pack.rules};
	struct arrival arrival = rackdev_arrival(device);
	unsigned n = 0, points = 0, tried = 0;
	char path[300], identity[SAID_MAX];
	struct flow_action a;
	struct flow_event e;

	snprintf(path, sizeof path, "%s/0", device->dir);
	assert_true(sample_pack_identity(&pack, path, identity, sizeof identity));
	place_count = 0;
	flow_begin(&flow, &plan, &arrival, device->now_us / 1000, &a);
	for (; a.what != FLOW_FINISH && n < ACTIONS_MAX; n++) {
		if (s->every && chosen(s, n)) {
			tried += try_all(&a, s, n);
			points++;
		}
		rackdev_serve(device, &a, &e);
		flow_step(&flow, &e, &a);
	}
	expect_good(s, identity);
	print_message("%s: %u actions, %u faulty runs at %u of them\n", s->name, n, tried, points);
}

static void run(void **state)
{
	const struct scenario *s = *state;
	char path[128];

	sub_folder(path, "package");
	sample_pack_make(&pack, path, s->sample);
	for (size_t i = 0; i < pack.package.finding_count; i++)
		if (pack.package.findings[i].level == FINDING_REFUSAL)
			fail_msg("%s: %s: %s", s->name, pack.package.findings[i].item,
				 pack.package.findings[i].text);
	open_device(s);
	play(s);
}

static int set_up(void **state)
{
	(void)state;
	snprintf(folder, sizeof folder, "/tmp/flashrack-fault-XXXXXX");
	device = NULL;
	return mkdtemp(folder) ? 0 : -1;
}

static int tear_down(void **state)
{
	(void)state;
	rackdev_close(device);
	if (pack.folder.source.context)
		sample_pack_free(&pack);
	memset(&pack, 0, sizeof pack);
	if (!getenv("FAULT_KEEP"))
		remove_all(folder);
	return 0;
}

static struct scenario scenarios[] = {
	{"XFlash, boot ROM, eMMC",
	 {"--size", "8", "--chip", "MT6765"},
	 {"--chip", "MT6765", "--boot", "brom", "--storage", "emmc:6G"},
	 .verify = FLOW_VERIFY_SAMPLE,
	 .every = 16},
	{"XFlash, preloader, UFS",
	 {"--size", "8", "--chip", "MT6785", "--storage", "ufs"},
	 {"--chip", "MT6785", "--boot", "preloader", "--storage", "ufs:6G"},
	 .verify = FLOW_VERIFY_CHECKSUM,
	 .every = 16},
};

int main(void)
{
	struct CMUnitTest tests[sizeof scenarios / sizeof scenarios[0]];
	size_t n = sizeof scenarios / sizeof scenarios[0];

	for (size_t i = 0; i < n; i++)
		tests[i] = (struct CMUnitTest){scenarios[i].name, run, set_up, tear_down,
					       &scenarios[i]};
	return _cmocka_run_group_tests("generations", tests, n, NULL, NULL);
}
