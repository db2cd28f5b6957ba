/*
 * What goes wrong once, with a device that goes on: played to its end by a fork of the test, on a
 * copy of the storage. It may pass only with the right bytes; what was the unit's own is either
 * still on it or whole in the streams that were saved.
 */
#include "tests/fault/play.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>

#include <ftw.h>
#include <openssl/evp.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "tests/fault/ends.h"

#define PLACES_MAX   256
#define COMMAND_MOST 64 /* bytes; data packets are longer */

/* GONE: the device does what it was asked, and nobody hears of it. */
enum slip { SLIP_REPLY, SLIP_BIT_IN, SLIP_BIT_OUT, SLIP_GONE, SLIP_KINDS };

static const char *const slip_names[] = {"lost reply", "bit flipped in", "bit flipped out",
					 "gone after it was served"};

static struct {
	const char *phase, *step;
} places[PLACES_MAX];
static size_t place_count;

static __attribute__((format(printf, 1, 2), noreturn)) void child_fails(const char *format, ...)
{
	va_list ap;

	va_start(ap, format);
	vfprintf(stderr, format, ap);
	va_end(ap);
	fputc('\n', stderr);
	_exit(1);
}

/* ---- what goes wrong ---- */

static bool serve_flipped(struct play *p, const struct flow_action *a, struct flow_event *e,
			  unsigned salt)
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
	rackdev_serve(p->device, &b, e);
	return true;
}

static bool slip_event(struct play *p, const struct flow_action *a, enum slip kind, unsigned salt,
		       struct flow_event *e)
{
	static uint8_t changed[FLOW_RX_MAX];

	if (kind == SLIP_BIT_OUT)
		return serve_flipped(p, a, e, salt);
	rackdev_serve(p->device, a, e);
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
		p->device->now_us += a->ms * 1000ull;
		return true;
	}
	memcpy(changed, e->rx.p, e->rx.n);
	changed[(salt * 104729u) % e->rx.n] ^= (uint8_t)(1u << salt % 8);
	e->rx.p = changed;
	return true;
}

static void run_on(struct play *p, struct flow_action *a, enum slip kind, unsigned salt,
		   const char *where)
{
	struct flow_event e;
	unsigned actions = 0;

	if (!slip_event(p, a, kind, salt, &e))
		_exit(0);
	flow_step(&p->flow, &e, a);
	while (a->what != FLOW_FINISH) {
		if (kind == SLIP_GONE && a->what == FLOW_EXCHANGE)
			e = (struct flow_event){
				.kind = FLOW_GONE, .seq = a->seq, .now_ms = e.now_ms};
		else
			rackdev_serve(p->device, a, &e);
		flow_step(&p->flow, &e, a);
		if (++actions > PLAY_ACTIONS_MAX)
			child_fails("%s: still at work", where);
	}
}

/* ---- what must be true then ---- */

static bool stream_has(const struct play *p, const char *name, const char *sha256)
{
	unsigned char digest[EVP_MAX_MD_SIZE];
	char hex[65];
	unsigned n;

	for (size_t i = 0; i < p->device->stream_count; i++) {
		const struct rackdev_stream *s = &p->device->streams[i];

		if (s->save.kind != FLOW_SAVE_IDENTITY || !s->whole || strcmp(s->save.name, name) ||
		    !EVP_Digest(s->bytes, s->n, digest, &n, EVP_sha256(), NULL))
			continue;
		for (unsigned k = 0; k < 32; k++)
			snprintf(hex + 2 * (size_t)k, 3, "%02x", digest[k]);
		if (!strncmp(hex, sha256, 64))
			return true;
	}
	return false;
}

/* Each line of the factory's list "SHA256  name" is still true, or that partition is saved. */
static void check_own_data(struct play *p, const char *where)
{
	char path[300], now[PLAY_SAID_MAX], *save = NULL;
	char *line, before[PLAY_SAID_MAX];

	snprintf(path, sizeof path, "%s/0", p->device->dir);
	if (!sample_pack_identity(&p->pack, path, now, sizeof now))
		child_fails("%s: the witness: %s", where, now);
	memcpy(before, p->identity, sizeof before);
	for (line = strtok_r(before, "\n", &save); line; line = strtok_r(NULL, "\n", &save)) {
		if (strstr(now, line))
			continue;
		if (p->flow.report.result == FLOW_PASSED)
			child_fails("%s: passed, and %s is not what it was", where, line + 66);
		if (strlen(line) < 67 || !stream_has(p, line + 66, line))
			child_fails("%s: %s is lost: not on the unit, not saved", where, line + 66);
	}
}

/*
 * A changed bit of a command, such as the place of a write: agents echo none of it, so only a
 * read-back by the station shows it. Image data is summed, and never excused.
 */
static bool hidden_from_us(const struct play *p, const struct flow_action *a, enum slip kind)
{
	return kind == SLIP_BIT_OUT && p->plan.verify < FLOW_VERIFY_SAMPLE && a->tx_count &&
	       a->tx[p->actions % a->tx_count].n <= COMMAND_MOST;
}

static _Noreturn void child(struct play *p, const struct flow_action *at, enum slip kind,
			    const char *where)
{
	struct flow_action a = *at;
	bool hidden = hidden_from_us(p, at, kind);
	char path[128], said[PLAY_SAID_MAX];

	signal(SIGSEGV, SIG_DFL); /* not cmocka's, which would go on with the next test here */
	signal(SIGABRT, SIG_DFL);
	snprintf(path, sizeof path, "%s/twin", p->folder);
	if (mkdir(path, 0755) || rackdev_split(p->device, path))
		child_fails("%s: storage cannot be copied", where);
	run_on(p, &a, kind, p->actions, where);
	if (p->flow.report.result != FLOW_PASSED)
		check_end(&p->flow, where);
	else if (flow_operation_writes(p->plan.operation) && !hidden &&
		 !play_holds_package(p, said, sizeof said))
		child_fails("%s: passed, but the witness says: %s", where, said);
	if (p->flow.report.result == FLOW_REFUSED &&
	    rackdev_touched(p->device) != p->device->touched_before)
		child_fails("%s: refused, and the storage was changed", where);
	if (p->device->wrote_unjournalled)
		child_fails("%s: wrote before the journal", where);
	if (p->device->d->zeroization_tried && kind != SLIP_BIT_OUT)
		child_fails("%s: ZEROIZATION was sent", where);
	if (kind != SLIP_BIT_OUT) /* a bit of an address is for the agent's own checks, not ours */
		check_own_data(p, where);
	_exit(0);
}

static int remove_one(const char *path, const struct stat *st, int flag, struct FTW *ftw)
{
	(void)st;
	(void)flag;
	(void)ftw;
	return remove(path);
}

static void slip(struct play *p, const struct flow_action *at, enum slip kind, const char *where)
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
		child(p, at, kind, where);
	assert_int_equal(waitpid(pid, &status, 0), pid);
	snprintf(path, sizeof path, "%s/twin", p->folder);
	nftw(path, remove_one, 16, FTW_DEPTH | FTW_PHYS);
	if (!WIFEXITED(status) || WEXITSTATUS(status))
		fail_msg("%s: status 0x%x", where, status);
}

/* Is this exchange one of the chosen? */
static bool chosen(const struct play *p)
{
	const char *phase = p->flow.report.phase, *step = p->flow.report.step;

	if (p->actions == 1)
		place_count = 0;
	for (size_t i = 0; i < place_count; i++)
		if (!strcmp(places[i].phase, phase) && !strcmp(places[i].step, step))
			return p->actions % p->every == 0;
	if (place_count < PLACES_MAX) {
		places[place_count].phase = phase;
		places[place_count++].step = step;
	}
	return true;
}

/* Under sanitizers a fork costs a hundred times as much: only one place in so many has some. */
static unsigned forks_every(void)
{
	const char *text = getenv("FAULT_FORKS");
	unsigned n = text ? (unsigned)strtoul(text, NULL, 10) : 1;

	return n ? n : 1;
}

void play_faults(struct play *p, const struct flow_action *at)
{
	const struct flow_report *r = &p->flow.report;
	char where[300];

	if (!chosen(p))
		return;
	p->points++;
	for (int kind = 0; kind < LOST_KINDS; kind++, p->tried++) {
		snprintf(where, sizeof where, "%s, %s, action %u (%s: %s), %s", p->name,
			 flow_operation_name(p->plan.operation), p->actions, r->phase, r->step,
			 lost_name((enum lost)kind));
		lose(&p->flow, at, (enum lost)kind, p->device->now_us / 1000, where);
	}
	for (int kind = 0; kind < SLIP_KINDS && p->points % forks_every() == 0;
	     kind++, p->tried++) {
		snprintf(where, sizeof where, "%s, %s, action %u (%s: %s), %s", p->name,
			 flow_operation_name(p->plan.operation), p->actions, r->phase, r->step,
			 slip_names[kind]);
		slip(p, at, (enum slip)kind, where);
	}
}
