#include "station/streams/streams.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "station/streams/work.h"

#define ST_OVERLOADED 72

static void start(struct streams *s, enum stream_work what);

static void free_pieces(struct stream_piece *p)
{
	while (p) {
		struct stream_piece *next = p->next;

		free(p);
		p = next;
	}
}

/* ---- the worker ---- */

static void work(uv_work_t *request)
{
	struct streams *s = request->data;

	switch (s->what) {
	case STREAM_WRITE:
		work_write(s);
		break;
	case STREAM_LOAD:
		work_load(s);
		break;
	case STREAM_OWED:
		s->owed_run = vault_owed_run(s->state_dir, &s->unit);
		break;
	case STREAM_MARK:
		work_mark(s);
		break;
	case STREAM_END:
		work_end(s);
		break;
	}
}

static const struct fault *fault_of(const struct streams *s)
{
	return s->fault.family != FAULT_NONE ? &s->fault : NULL;
}

static void answer_load(struct streams *s)
{
	const struct stream_load *l = s->mapped ? &s->loads[s->load_count - 1] : NULL;

	if (l)
		s->host.loaded(s->host.context, (struct slice){l->bytes, l->n}, &l->sums, NULL);
	else
		s->host.loaded(s->host.context, (struct slice){NULL, 0}, NULL, fault_of(s));
}

/* Room in the queue again, the file is whole, or neither will ever be: say so to who waits. */
static void answer_write(struct streams *s, bool finished)
{
	bool over = s->wait == STREAM_LAST ? finished : s->queued <= STREAMS_QUEUE_BYTES;

	if (s->wait == STREAM_FREE || (!over && !fault_of(s)))
		return;
	s->wait = STREAM_FREE;
	if (finished) { /* the last piece: the worker is idle */
		s->finished = false;
		s->saved_own = s->saved_own || s->done.identity;
		s->host.stored(s->host.context, &s->done);
	} else {
		s->host.taken(s->host.context, fault_of(s));
	}
}

static void worked(uv_work_t *request, int status)
{
	struct streams *s = request->data;
	enum stream_work what = s->what;
	bool finished = s->finished; /* before the worker goes on */

	(void)status; /* never cancelled */
	s->busy = false;
	if (!fault_of(s))
		s->fault = s->trouble;
	if (what == STREAM_WRITE) {
		free_pieces(s->pieces);
		s->pieces = NULL;
		s->queued -= s->taken_bytes;
	}
	if (what == STREAM_END) {
		s->ending = false;
		s->host.ended(s->host.context);
		return;
	}
	if (s->ending) { /* nobody waits for an answer any more */
		start(s, STREAM_END);
		return;
	}
	if (s->first)
		start(s, STREAM_WRITE);
	if (what == STREAM_WRITE)
		answer_write(s, finished);
	else if (what == STREAM_LOAD)
		answer_load(s);
	else if (what == STREAM_OWED)
		s->host.owed(s->host.context, s->owed_run != 0);
	else
		s->host.marked(s->host.context, fault_of(s));
}

static void start(struct streams *s, enum stream_work what)
{
	assert(!s->busy);
	s->busy = true;
	s->what = what;
	if (what == STREAM_WRITE) {
		s->pieces = s->first;
		s->taken_bytes = s->queued;
		s->first = NULL;
		s->tail = &s->first;
	}
	s->settle = s->settle_wanted;
	s->work.data = s;
	/* It fails only without a function to call. */
	(void)uv_queue_work(s->loop, &s->work, work, worked);
}

/* ---- what the port calls ---- */

void streams_init(struct streams *s, uv_loop_t *loop, const char *state_dir, uint64_t keep_free,
		  const struct streams_host *host)
{
	memset(s, 0, sizeof *s);
	s->loop = loop;
	s->state_dir = state_dir;
	s->keep_free = keep_free;
	s->host = *host;
	s->out.fd = -1;
	s->tail = &s->first;
}

void streams_begin(struct streams *s, int64_t run_id, int64_t order_id)
{
	assert(streams_are_quiet(s) && !s->first && !s->load_count);
	s->run_id = run_id;
	s->order_id = order_id;
	s->unit = (struct vault_unit){.key = ""};
	s->owed_run = 0;
	s->saved_own = s->finished = false;
	s->wait = STREAM_FREE;
	s->queued = 0;
	s->fault = s->trouble = (struct fault){.family = FAULT_NONE};
}

void streams_unit(struct streams *s, const struct vault_unit *unit)
{
	s->unit = *unit;
}

void streams_owed(struct streams *s)
{
	start(s, STREAM_OWED);
}

bool streams_mark_owed(struct streams *s)
{
	if (!s->saved_own)
		return false;
	s->mark = VAULT_OWED;
	start(s, STREAM_MARK);
	return true;
}

static bool enqueue(struct streams *s, const struct flow_save *to, enum storage_kind storage,
		    const struct slice *bytes, unsigned count)
{
	struct stream_piece *p;
	size_t n = 0, at = 0;

	for (unsigned i = 0; i < count; i++)
		n += bytes[i].n;
	p = malloc(sizeof *p + n);
	if (!p)
		return false;
	p->next = NULL;
	p->to = *to;
	p->storage = storage;
	p->n = n;
	for (unsigned i = 0; i < count; i++) {
		if (bytes[i].n)
			memcpy(p->bytes + at, bytes[i].p, bytes[i].n);
		at += bytes[i].n;
	}
	*s->tail = p;
	s->tail = &p->next;
	s->queued += n;
	return true;
}

bool streams_save(struct streams *s, const struct flow_save *to, enum storage_kind storage,
		  const struct slice *bytes, unsigned count)
{
	assert(s->wait == STREAM_FREE && !s->ending);
	if (!fault_of(s) && !enqueue(s, to, storage, bytes, count))
		fault_set(&s->fault, FAULT_STATION, ST_OVERLOADED, "save",
			  "%s: no memory for what was read", to->name);
	if (!s->busy)
		start(s, STREAM_WRITE); /* also to answer with the fault from the loop */
	if (to->last)
		s->wait = STREAM_LAST;
	else if (fault_of(s) || s->queued > STREAMS_QUEUE_BYTES)
		s->wait = STREAM_ROOM;
	return s->wait == STREAM_FREE;
}

void streams_load(struct streams *s, const struct flow_save *from)
{
	s->asked = *from;
	start(s, STREAM_LOAD);
}

void streams_end(struct streams *s, bool settle)
{
	s->ending = true;
	s->wait = STREAM_FREE;
	free_pieces(s->first);
	s->first = NULL;
	s->tail = &s->first;
	s->settle_wanted = settle;
	if (!s->busy)
		start(s, STREAM_END);
}

bool streams_are_quiet(const struct streams *s)
{
	return !s->busy && !s->ending;
}
