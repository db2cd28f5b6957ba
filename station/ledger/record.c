#include "station/ledger/record.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* The part of a record's allocation that is still free. */
struct space {
	char *p;
};

static size_t aligned(size_t n)
{
	return (n + 15) & ~(size_t)15;
}

static size_t room(const char *text)
{
	return text ? strlen(text) + 1 : 0;
}

static struct record *make(enum record_kind kind, size_t more, struct space *space)
{
	struct record *r = calloc(1, aligned(sizeof *r) + more);

	if (!r) {
		fputs("flashrackd: ledger: out of memory for a record; ending, so that no run is "
		      "taken for recorded\n",
		      stderr);
		abort();
	}
	r->kind = kind;
	space->p = (char *)r + aligned(sizeof *r);
	return r;
}

static const char *keep(struct space *space, const char *text)
{
	char *copy = space->p;
	size_t n = room(text);

	if (!text)
		return NULL;
	memcpy(copy, text, n);
	space->p += n;
	return copy;
}

/* Keeps alignment: to be used before any text. */
static const void *keep_bytes(struct space *space, const void *bytes, size_t n)
{
	void *copy = space->p;

	if (n)
		memcpy(copy, bytes, n);
	space->p += aligned(n);
	return copy;
}

struct record *record_slot(const struct ledger_slot *slot)
{
	struct space space;
	struct record *r = make(RECORD_SLOT, room(slot->path) + room(slot->label), &space);

	r->u.slot.path = keep(&space, slot->path);
	r->u.slot.label = keep(&space, slot->label);
	return r;
}

struct record *record_profile(const struct ledger_profile *profile)
{
	struct space space;
	struct record *r =
		make(RECORD_PROFILE,
		     room(profile->name) + room(profile->sha256) + room(profile->json), &space);

	r->u.profile.name = keep(&space, profile->name);
	r->u.profile.sha256 = keep(&space, profile->sha256);
	r->u.profile.json = keep(&space, profile->json);
	return r;
}

struct record *record_package(const struct ledger_package *p)
{
	struct space space;
	struct record *r =
		make(RECORD_PACKAGE,
		     room(p->id) + room(p->name) + room(p->platform) + room(p->project) +
			     room(p->findings_json) + room(p->files_json) + room(p->source_path),
		     &space);

	r->u.package.id = keep(&space, p->id);
	r->u.package.name = keep(&space, p->name);
	r->u.package.platform = keep(&space, p->platform);
	r->u.package.project = keep(&space, p->project);
	r->u.package.bytes = p->bytes;
	r->u.package.findings_json = keep(&space, p->findings_json);
	r->u.package.files_json = keep(&space, p->files_json);
	r->u.package.source_path = keep(&space, p->source_path);
	return r;
}

struct record *record_order_open(const struct ledger_order *o)
{
	struct space space;
	struct record *r =
		make(RECORD_ORDER_OPEN,
		     room(o->name) + room(o->profile) + room(o->package_id) + room(o->product) +
			     room(o->operator_name) + room(o->operation) + room(o->choice_json),
		     &space);

	r->u.order = *o;
	r->u.order.name = keep(&space, o->name);
	r->u.order.profile = keep(&space, o->profile);
	r->u.order.package_id = keep(&space, o->package_id);
	r->u.order.product = keep(&space, o->product);
	r->u.order.operator_name = keep(&space, o->operator_name);
	r->u.order.operation = keep(&space, o->operation);
	r->u.order.choice_json = keep(&space, o->choice_json);
	return r;
}

struct record *record_order_stop(int64_t order_id, const char *why)
{
	struct space space;
	struct record *r = make(RECORD_ORDER_STOP, room(why), &space);

	r->u.order_stop.order_id = order_id;
	r->u.order_stop.why = keep(&space, why);
	return r;
}

struct record *record_quarantine(const char *slot_path, int64_t since_ms, const char *why,
				 const char *statistics)
{
	struct space space;
	struct record *r =
		make(RECORD_QUARANTINE, room(slot_path) + room(why) + room(statistics), &space);

	r->u.quarantine.at_ms = since_ms;
	r->u.quarantine.slot_path = keep(&space, slot_path);
	r->u.quarantine.why = keep(&space, why);
	r->u.quarantine.statistics = keep(&space, statistics);
	return r;
}

struct record *record_release(const char *slot_path, int64_t at_ms)
{
	struct space space;
	struct record *r = make(RECORD_RELEASE, room(slot_path), &space);

	r->u.quarantine.at_ms = at_ms;
	r->u.quarantine.slot_path = keep(&space, slot_path);
	return r;
}

struct record *record_stream(const struct ledger_stream *s)
{
	struct space space;
	struct record *r = make(RECORD_STREAM,
				room(s->kind) + room(s->name) + room(s->region) + room(s->sha256) +
					room(s->path),
				&space);

	r->u.stream = *s;
	r->u.stream.kind = keep(&space, s->kind);
	r->u.stream.name = keep(&space, s->name);
	r->u.stream.region = keep(&space, s->region);
	r->u.stream.sha256 = keep(&space, s->sha256);
	r->u.stream.path = keep(&space, s->path);
	return r;
}

struct record *record_order_close(int64_t order_id, int64_t closed_ms, const char *reason)
{
	struct space space;
	struct record *r = make(RECORD_ORDER_CLOSE, room(reason), &space);

	r->u.order_close.order_id = order_id;
	r->u.order_close.closed_ms = closed_ms;
	r->u.order_close.reason = keep(&space, reason);
	return r;
}

struct record *record_run_begin(const struct ledger_run_begin *b)
{
	struct space space;
	struct record *r = make(RECORD_RUN_BEGIN,
				room(b->slot_path) + room(b->package_id) + room(b->profile) +
					room(b->usb_id) + room(b->usb_speed),
				&space);

	r->u.begin = *b;
	r->u.begin.slot_path = keep(&space, b->slot_path);
	r->u.begin.package_id = keep(&space, b->package_id);
	r->u.begin.profile = keep(&space, b->profile);
	r->u.begin.usb_id = keep(&space, b->usb_id);
	r->u.begin.usb_speed = keep(&space, b->usb_speed);
	return r;
}

struct record *record_run_identified(int64_t run_id, int64_t at_ms,
				     const struct device_facts *facts)
{
	struct space space;
	struct record *r = make(RECORD_RUN_IDENTIFIED, 0, &space);

	r->u.identified.run_id = run_id;
	r->u.identified.at_ms = at_ms;
	r->u.identified.facts = *facts;
	return r;
}

struct record *record_run_numbers(int64_t run_id, int64_t at_ms, const struct device_facts *facts)
{
	struct record *r = record_run_identified(run_id, at_ms, facts);

	r->kind = RECORD_RUN_NUMBERS;
	return r;
}

struct record *record_run_no_return(int64_t run_id, int64_t at_ms)
{
	struct space space;
	struct record *r = make(RECORD_RUN_NO_RETURN, 0, &space);

	r->u.no_return.run_id = run_id;
	r->u.no_return.at_ms = at_ms;
	return r;
}

static size_t parts_text_room(const struct ledger_run_end *end)
{
	size_t n = 0;

	for (size_t i = 0; i < end->part_count; i++)
		n += room(end->parts[i].name) + room(end->parts[i].sha256) +
		     room(end->parts[i].verify);
	return n;
}

/* The names in a report are static or inside it; the parts' texts are the caller's. */
struct record *record_run_finish(const struct ledger_run_end *end)
{
	size_t parts_bytes = end->part_count * sizeof *end->parts;
	size_t more = aligned(sizeof *end->report) + aligned(parts_bytes) + parts_text_room(end) +
		      room(end->da_identifier) + room(end->da_sha256) + room(end->card_json);
	struct space space;
	struct record *r = make(RECORD_RUN_FINISH, more, &space);
	struct ledger_part *parts;

	r->u.end = *end;
	r->u.end.report = keep_bytes(&space, end->report, sizeof *end->report);
	parts = (struct ledger_part *)space.p;
	r->u.end.parts = keep_bytes(&space, end->parts, parts_bytes);
	for (size_t i = 0; i < end->part_count; i++) {
		parts[i].name = keep(&space, parts[i].name);
		parts[i].sha256 = keep(&space, parts[i].sha256);
		parts[i].verify = keep(&space, parts[i].verify);
	}
	r->u.end.da_identifier = keep(&space, end->da_identifier);
	r->u.end.da_sha256 = keep(&space, end->da_sha256);
	r->u.end.card_json = keep(&space, end->card_json);
	return r;
}

struct record *record_event(int64_t at_ms, const char *kind, const char *slot_path, int64_t run_id,
			    const char *text)
{
	struct space space;
	struct record *r = make(RECORD_EVENT, room(kind) + room(slot_path) + room(text), &space);

	r->u.event.at_ms = at_ms;
	r->u.event.run_id = run_id;
	r->u.event.kind = keep(&space, kind);
	r->u.event.slot_path = keep(&space, slot_path);
	r->u.event.text = keep(&space, text);
	return r;
}

struct record *record_answer(ledger_done *done, void *context, const struct problem *why)
{
	struct space space;
	struct record *r = make(RECORD_ANSWER, 0, &space);

	r->done = done;
	r->context = context;
	r->refused = true;
	r->problem = *why;
	return r;
}

void record_append(struct record_list *list, struct record *r)
{
	r->next = NULL;
	if (list->last)
		list->last->next = r;
	else
		list->first = r;
	list->last = r;
	list->count++;
}

struct record *record_take(struct record_list *list)
{
	struct record *r = list->first;

	if (!r)
		return NULL;
	list->first = r->next;
	if (!list->first)
		list->last = NULL;
	list->count--;
	r->next = NULL;
	return r;
}

void record_append_all(struct record_list *list, struct record_list *more)
{
	if (!more->first)
		return;
	if (list->last)
		list->last->next = more->first;
	else
		list->first = more->first;
	list->last = more->last;
	list->count += more->count;
	*more = (struct record_list){0};
}
