#include "tests/lib/rackdev.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "engine/base/bytes.h"
#include "tests/rack/options.h"
#include "tests/rack/state.h"

#define OUT_BYTES     (128u << 10) /* longest bulk OUT request */
#define READ_BYTES    (32u << 10)
#define ST_LINK	      12
#define ARGUMENTS_MAX 64

/* ---- making ---- */

static void complete(struct urb_owner *owner, struct urb *urb)
{
	struct rackdev *r = (struct rackdev *)owner;

	urb_list_push(&r->done, urb);
}

static int parse(struct rack_config *config, const char *dir, const char *const *args,
		 char attach[300], struct problem *problem)
{
	char *argv[ARGUMENTS_MAX] = {"rackdev", "--state", (char *)(uintptr_t)dir, "--attach",
				     attach};
	struct ctl_request ctl;
	int n = 5;

	snprintf(attach, 300, "unix:%s/socket", dir);
	for (; *args && n < ARGUMENTS_MAX - 1; args++)
		argv[n++] = (char *)(uintptr_t)*args;
	return options_parse(config, &ctl, n, argv, problem) == OPTIONS_RUN ? 0 : -1;
}

static void control(struct rackdev *r, uint8_t type, uint8_t request, uint16_t value,
		    const uint8_t *data, uint16_t n)
{
	struct urb *urb = urb_new(&r->owner, false, 0, n);

	if (!urb)
		abort();
	urb->seq = ++r->seq;
	urb->setup[0] = type;
	urb->setup[1] = request;
	put_le16(urb->setup + 2, value);
	put_le16(urb->setup + 6, n);
	if (n)
		memcpy(urb->data, data, n);
	device_submit(r->d, urb, r->now_us);
	urb = urb_list_take(&r->done, r->seq);
	if (urb)
		urb_free(urb);
}

/* What kernel and station do with a device that has come: configure it, greet a preloader. */
static void attach_host(struct rackdev *r)
{
	static const uint8_t coding[7] = {0x00, 0x10, 0x0E, 0x00, 0x00, 0x00, 0x08};

	r->generation = r->d->generation;
	r->rx_from = r->rx_have = 0;
	r->read_seq = 0;
	r->out_flying = 0;
	r->failed = 0;
	device_attached(r->d, r->now_us);
	if (r->d->present)
		control(r, 0x00, 9, 1, NULL, 0);
	if (r->d->present && r->d->usb.face.pid == 0x2000) {
		control(r, 0x21, 0x20, 0, coding, sizeof coding);
		control(r, 0x21, 0x22, 3, NULL, 0);
	}
}

struct rackdev *rackdev_open(const char *dir, const char *const *args)
{
	struct rackdev *r = calloc(1, sizeof *r);
	struct problem problem = {0};
	struct rack_config config;
	sigset_t signals;
	char unix_path[300];
	int bad;

	if (!r)
		return NULL;
	r->owner.complete = complete;
	urb_list_init(&r->done);
	snprintf(r->dir, sizeof r->dir, "%s", dir);
	sigprocmask(SIG_BLOCK, NULL, &signals);
	bad = parse(&config, r->dir, args, unix_path, &problem) ||
	      rack_open(&r->rack, &config, &problem);
	sigprocmask(SIG_SETMASK, &signals,
		    NULL); /* the rack's loop would take them; it never runs */
	if (bad) {
		fprintf(stderr, "rackdev: %s: %s; %s\n", problem.where, problem.why,
			problem.remedy);
		rack_close(&r->rack);
		free(r);
		return NULL;
	}
	r->d = &r->rack.slots[0].device;
	r->now_us = rack_clock();
	attach_host(r);
	r->touched_before = rackdev_touched(r); /* the factory's work */
	return r;
}

static void forget_streams(struct rackdev *r)
{
	for (size_t i = 0; i < r->stream_count; i++) {
		wire_sums_free(&r->streams[i].sums);
		free(r->streams[i].bytes);
	}
	memset(r->streams, 0, sizeof r->streams);
	r->stream_count = 0;
}

void rackdev_close(struct rackdev *r)
{
	if (!r)
		return;
	rack_close(&r->rack);
	urb_list_drop(&r->done);
	forget_streams(r);
	free(r);
}

void rackdev_replug(struct rackdev *r)
{
	device_unplug(r->d, r->now_us);
	urb_list_drop(&r->done);
	forget_streams(r);
	r->journals = 0;
	r->no_return = r->wrote_unjournalled = r->stream_broken = false;
	r->now_us += 1000000;
	device_plug(r->d, r->now_us);
	attach_host(r);
	r->touched_before = rackdev_touched(r);
}

struct arrival rackdev_arrival(const struct rackdev *r)
{
	return (struct arrival){
		r->d->usb.face.vid,
		r->d->usb.face.pid,
		r->d->usb.face.speed == USB_HIGH ? USB_SPEED_HIGH : USB_SPEED_FULL,
	};
}

/* ---- requests ---- */

static bool gone(const struct rackdev *r)
{
	return !r->d->present || r->d->generation != r->generation;
}

static void submit(struct rackdev *r, bool in, const uint8_t *bytes, uint32_t n)
{
	struct urb *urb = urb_new(&r->owner, in, 1, n);

	if (!urb)
		abort();
	urb->seq = ++r->seq;
	if (!in)
		memcpy(urb->data, bytes, n);
	device_submit(r->d, urb, r->now_us);
}

/* A read ends early only by a short packet: never longer than wanted, rounded up to a packet. */
static void post_read(struct rackdev *r)
{
	uint32_t packet = r->d->usb.tx.packet, length = packet;

	if (r->read_seq || r->failed || gone(r) ||
	    r->rx_from + r->rx_have + READ_BYTES > RACKDEV_RX)
		return;
	if (r->want > r->rx_have)
		length = (uint32_t)((r->want - r->rx_have + packet - 1) / packet * packet);
	if (length > READ_BYTES)
		length = READ_BYTES / packet * packet;
	r->read_seq = r->seq + 1;
	r->read_length = length;
	submit(r, true, NULL, length);
}

static void take_in(struct rackdev *r, const struct urb *urb)
{
	memcpy(r->rx + r->rx_from + r->rx_have, urb->data, urb->actual);
	r->rx_have += urb->actual;
}

/* Everything that has completed; and a new read for each that has. */
static void collect(struct rackdev *r)
{
	struct urb *urb;

	while ((urb = urb_list_pop(&r->done))) {
		if (urb->in) {
			r->read_seq = 0;
			if (urb->actual)
				take_in(r, urb);
		} else {
			r->out_flying--;
		}
		r->moved += urb->actual;
		if (urb->status && urb->status != -ESHUTDOWN)
			r->failed = urb->status;
		urb_free(urb);
		post_read(r);
	}
}

/* Time goes on to the device's next timer, or to `until`: then false. */
static bool go_on(struct rackdev *r, uint64_t until)
{
	uint64_t due = device_deadline(r->d);

	if (due > until) {
		r->now_us = until;
		return false;
	}
	if (due > r->now_us)
		r->now_us = due;
	device_tick(r->d, r->now_us);
	collect(r);
	return true;
}

static void send(struct rackdev *r, const struct flow_action *a)
{
	r->first_out = r->seq + 1;
	for (unsigned i = 0; i < a->tx_count; i++)
		for (size_t at = 0; at < a->tx[i].n && !gone(r) && !r->failed; at += OUT_BYTES) {
			size_t left = a->tx[i].n - at;

			r->out_flying++;
			submit(r, false, a->tx[i].p + at,
			       (uint32_t)(left < OUT_BYTES ? left : OUT_BYTES));
			collect(r);
		}
}

/* Withdraw what the device did not take. What it has sent so far is read packet by packet. */
static void withdraw(struct rackdev *r)
{
	for (uint32_t seq = r->first_out; seq <= r->seq && r->out_flying; seq++)
		if (seq != r->read_seq && device_unlink(r->d, seq, r->now_us))
			r->out_flying--;
	r->want = 0;
	if (r->read_seq && device_unlink(r->d, r->read_seq, r->now_us))
		r->read_seq = 0;
	post_read(r);
	collect(r);
}

static void broken(struct rackdev *r, struct flow_event *e)
{
	r->fault = (struct fault){.family = FAULT_NONE};
	fault_set(&r->fault, FAULT_STATION, ST_LINK, "usb", "bulk transfer: %s",
		  strerror(-r->failed));
	e->kind = FLOW_BROKEN;
	e->fault = &r->fault;
}

static void exchange(struct rackdev *r, const struct flow_action *a, struct flow_event *e)
{
	uint64_t seen = r->moved, until = r->now_us + a->ms * 1000ull;
	bool silent = false;

	r->want = a->rx_want;
	if (!gone(r))
		send(r, a);
	post_read(r);
	collect(r);
	while (!silent && !gone(r) && !r->failed && (r->out_flying || r->rx_have < r->want)) {
		if (r->moved != seen)
			until = r->now_us + a->ms * 1000ull;
		seen = r->moved;
		silent = !go_on(r, until);
	}
	collect(r);
	if (!r->out_flying && r->rx_have >= a->rx_want && !r->failed) {
		e->kind = FLOW_REPLY;
	} else if (gone(r)) {
		e->kind = FLOW_GONE;
		return;
	} else if (r->failed) {
		broken(r, e);
		return;
	} else {
		withdraw(r);
		e->kind = FLOW_TIMEOUT;
	}
	e->rx.p = r->rx + r->rx_from;
	e->rx.n = r->rx_have;
	if (e->kind == FLOW_REPLY || e->rx.n > FLOW_RX_MAX)
		e->rx.n = e->kind == FLOW_REPLY ? a->rx_want : FLOW_RX_MAX;
	r->rx_from += e->rx.n;
	r->rx_have -= e->rx.n;
	r->want = 0;
}

/* ---- the other actions ---- */

static void pause_for(struct rackdev *r, uint32_t ms, struct flow_event *e)
{
	uint64_t until = r->now_us + ms * 1000ull;

	e->kind = FLOW_CONTINUE;
	while (e->kind == FLOW_CONTINUE && go_on(r, until))
		if (gone(r))
			e->kind = FLOW_GONE;
}

static void reattach(struct rackdev *r, uint32_t ms, struct flow_event *e)
{
	uint64_t until = r->now_us + ms * 1000ull;

	while (!(gone(r) && r->d->present) && go_on(r, until))
		;
	if (!gone(r) || !r->d->present) {
		e->kind = FLOW_TIMEOUT;
		return;
	}
	urb_list_drop(&r->done);
	attach_host(r);
	e->kind = FLOW_BACK;
	e->arrival = rackdev_arrival(r);
}

static struct rackdev_stream *stream_of(struct rackdev *r, const struct flow_save *save)
{
	for (size_t i = r->stream_count; i-- > 0;)
		if (!strcmp(r->streams[i].save.name, save->name) &&
		    r->streams[i].save.kind == save->kind)
			return &r->streams[i];
	return NULL;
}

static void save(struct rackdev *r, const struct flow_action *a, struct flow_event *e)
{
	struct rackdev_stream *s = a->save.offset ? stream_of(r, &a->save) : NULL;

	e->kind = FLOW_CONTINUE;
	if (!a->save.offset && r->stream_count < RACKDEV_STREAMS) {
		s = &r->streams[r->stream_count++];
		s->save = a->save;
		s->bytes = malloc(a->save.total ? a->save.total : 1);
	}
	if (!s || !s->bytes) {
		r->stream_broken = true;
		return;
	}
	for (unsigned i = 0; i < a->tx_count; i++) {
		if (s->n + a->tx[i].n > s->save.total ||
		    (!i && (a->save.offset != s->n || s->whole))) {
			r->stream_broken = true;
			return;
		}
		memcpy(s->bytes + s->n, a->tx[i].p, a->tx[i].n);
		s->n += a->tx[i].n;
	}
	s->whole = a->save.last;
	if (a->save.last && s->n != s->save.total)
		r->stream_broken = true;
}

static void load(struct rackdev *r, const struct flow_action *a, struct flow_event *e)
{
	struct rackdev_stream *s = stream_of(r, &a->save);

	if (!s || !s->whole) {
		r->failed = -ENOENT;
		broken(r, e);
		r->failed = 0;
		return;
	}
	e->loaded = (struct slice){s->bytes, s->n};
	if (!s->sums.prefix && wire_sums_make(&s->sums, e->loaded))
		abort();
	e->sums = &s->sums;
	e->kind = FLOW_LOADED;
}

uint64_t rackdev_touched(const struct rackdev *r)
{
	uint64_t sum = 0;

	for (int i = 0; i < REGION_COUNT; i++)
		sum += r->d->flash.regions[i].written + r->d->flash.regions[i].erased;
	return sum;
}

void rackdev_serve(struct rackdev *r, const struct flow_action *a, struct flow_event *e)
{
	memset(e, 0, sizeof *e);
	e->seq = a->seq;
	memmove(r->rx, r->rx + r->rx_from, r->rx_have); /* the last event's bytes are done with */
	r->rx_from = 0;
	switch (a->what) {
	case FLOW_EXCHANGE:
		exchange(r, a, e);
		break;
	case FLOW_WAIT:
		pause_for(r, a->ms, e);
		break;
	case FLOW_REATTACH:
		reattach(r, a->ms, e);
		break;
	case FLOW_JOURNAL:
		r->journals++;
		if (a->journal == FLOW_JOURNAL_POINT_OF_NO_RETURN)
			r->no_return = true;
		e->kind = FLOW_CONTINUE;
		break;
	case FLOW_SAVE:
		save(r, a, e);
		break;
	case FLOW_LOAD:
		load(r, a, e);
		break;
	case FLOW_FINISH:
		break;
	}
	if (!r->no_return && rackdev_touched(r) != r->touched_before)
		r->wrote_unjournalled = true;
	e->now_ms = r->now_us / 1000;
}

/* ---- a life apart ---- */

/* A sparse copy: holes stay holes. */
static int copy_file(int from, int to, uint64_t bytes)
{
	off_t at = 0, end;
	char piece[1 << 16];

	if (ftruncate(to, (off_t)bytes))
		return -1;
	while ((at = lseek(from, at, SEEK_DATA)) >= 0) {
		end = lseek(from, at, SEEK_HOLE);
		while (at < end) {
			size_t n = (size_t)(end - at) < sizeof piece ? (size_t)(end - at)
								     : sizeof piece;
			ssize_t got = pread(from, piece, n, at);

			if (got <= 0 || pwrite(to, piece, (size_t)got, at) != got)
				return -1;
			at += got;
		}
	}
	return errno == ENXIO ? 0 : -1; /* no more data */
}

int rackdev_split(struct rackdev *r, const char *dir)
{
	struct flash *flash = &r->d->flash;
	char path[400];

	snprintf(path, sizeof path, "%s/0", dir);
	if (mkdir(path, 0755) && errno != EEXIST)
		return -1;
	for (int i = 0; i < REGION_COUNT; i++) {
		const char *name = flash_file_name(flash->kind, (enum storage_region)i);
		int fd;

		if (!name || flash->regions[i].fd < 0)
			continue;
		snprintf(path, sizeof path, "%s/0/%s", dir, name);
		fd = open(path, O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);
		if (fd < 0 || copy_file(flash->regions[i].fd, fd, flash->regions[i].bytes))
			return -1;
		flash->regions[i].fd = fd;
	}
	snprintf(r->d->dir, sizeof r->d->dir, "%s/0", dir);
	snprintf(r->dir, sizeof r->dir, "%s", dir);
	state_save(r->d); /* what is known of a NAND stands there, too */
	return 0;
}
