#include "station/ledger/writer.h"

#include <stdio.h>
#include <stdlib.h>

#include "station/ledger/db.h"
#include "station/ledger/store.h"
#include "station/ledger/times.h"

#define FIRST_PAUSE_MS	 50
#define LONGEST_PAUSE_MS 1000
#define TRIES_AT_CLOSE	 5
#define NANO_PER_MS	 1000000ull

/* What happens to a record when the disk refuses. */
struct policy {
	bool keep;   /* stays, to be stored later */
	bool answer; /* the caller hears of it at once */
};

static struct policy policy_of(enum record_kind kind)
{
	switch (kind) {
	case RECORD_SLOT:
	case RECORD_RUN_BEGIN:
	case RECORD_ORDER_STOP:
	case RECORD_QUARANTINE:
	case RECORD_RELEASE:
	case RECORD_EVENT:
		return (struct policy){.keep = true};
	case RECORD_RUN_IDENTIFIED: /* happened all the same */
		return (struct policy){.keep = true, .answer = true};
	case RECORD_RUN_FINISH: /* the unit is shown as storing until this is on disk */
		return (struct policy){.keep = true};
	case RECORD_RUN_NUMBERS:   /* not compared is not known to be this unit's alone */
	case RECORD_RUN_NO_RETURN: /* permission not given: nothing will be written */
	case RECORD_STREAM:	   /* not recorded is not saved */
	case RECORD_PROFILE:
	case RECORD_PACKAGE:
	case RECORD_ORDER_OPEN:
	case RECORD_ORDER_CLOSE:
	case RECORD_ANSWER:
		break;
	}
	return (struct policy){.answer = true};
}

/* With the mutex held. */
static void hand_back(struct writer *w, struct record *r)
{
	if (!r->done) {
		free(r);
		return;
	}
	record_append(&w->done, r);
	w->undelivered++;
}

/* An answer that leaves the record itself in the queue. */
static struct record *answer_for(struct record *r, const struct problem *why)
{
	struct record *answer = record_answer(r->done, r->context, why);

	r->done = NULL;
	return answer;
}

static void sort_out_pending(struct writer *w, const struct problem *why)
{
	struct record_list kept = {0};
	struct record *r;

	while ((r = record_take(&w->pending))) {
		struct policy policy = policy_of(r->kind);

		if (policy.keep) {
			if (policy.answer && r->done)
				hand_back(w, answer_for(r, why));
			record_append(&kept, r);
			continue;
		}
		r->refused = true;
		r->problem = *why;
		w->state.waiting--;
		hand_back(w, r);
	}
	w->pending = kept;
}

static void failed(struct writer *w, const struct problem *why)
{
	if (w->tries++ == 0)
		w->failing_since_ms = times_now_ms();
	uv_mutex_lock(&w->mutex);
	w->state.failing = true;
	w->state.why = *why;
	w->state.failed_transactions++;
	sort_out_pending(w, why);
	uv_mutex_unlock(&w->mutex);
	uv_async_send(w->notify);
}

static void note_recovery(struct writer *w)
{
	char text[448];

	snprintf(text, sizeof text,
		 "nothing could be stored for %.1f s: %s: %s; %llu events were not kept",
		 (double)(times_now_ms() - w->failing_since_ms) / 1000.0, w->state.why.where,
		 w->state.why.why, (unsigned long long)w->state.events_dropped);
	record_append(&w->queue, record_event(times_now_ms(), "ledger-recovered", NULL, 0, text));
	w->state.waiting++;
	w->state.events_dropped = 0;
}

static void succeeded(struct writer *w)
{
	struct record *r;

	uv_mutex_lock(&w->mutex);
	w->state.transactions++;
	w->state.records += w->pending.count;
	w->state.waiting -= w->pending.count;
	while ((r = record_take(&w->pending)))
		hand_back(w, r);
	if (w->state.failing)
		note_recovery(w);
	w->state.failing = false;
	w->tries = 0;
	uv_mutex_unlock(&w->mutex);
	uv_async_send(w->notify);
}

/* Waits for work; false: there is none left and there will be none. */
static bool collect(struct writer *w)
{
	bool work;

	uv_mutex_lock(&w->mutex);
	while (w->queue.count == 0 && w->pending.count == 0 && !(w->closing && !w->undelivered))
		uv_cond_wait(&w->wake, &w->mutex);
	record_append_all(&w->pending, &w->queue);
	work = w->pending.count > 0;
	uv_mutex_unlock(&w->mutex);
	return work;
}

/* Waits before the next try; false: the station closes and it has been tried often enough. */
static bool pause_before_retry(struct writer *w)
{
	uint64_t ms = w->tries > 5 ? LONGEST_PAUSE_MS : (uint64_t)FIRST_PAUSE_MS << (w->tries - 1);
	uint64_t until;
	bool go_on;

	if (ms > LONGEST_PAUSE_MS)
		ms = LONGEST_PAUSE_MS;
	until = uv_hrtime() + ms * NANO_PER_MS;
	uv_mutex_lock(&w->mutex);
	while (uv_hrtime() < until) {
		uint64_t now = uv_hrtime();

		if (now >= until || uv_cond_timedwait(&w->wake, &w->mutex, until - now))
			break;
	}
	if (w->closing)
		w->tries_closing++;
	go_on = w->tries_closing < TRIES_AT_CLOSE;
	uv_mutex_unlock(&w->mutex);
	return go_on;
}

/* The station must end although nothing can be stored: say what is lost, to whoever can hear. */
static void give_up(struct writer *w)
{
	struct problem why;
	size_t lost;
	struct record *r;

	uv_mutex_lock(&w->mutex);
	why = w->state.why;
	record_append_all(&w->pending, &w->queue);
	lost = w->pending.count;
	while ((r = record_take(&w->pending))) {
		r->refused = true;
		r->problem = why;
		hand_back(w, r);
	}
	w->state.waiting = 0;
	uv_mutex_unlock(&w->mutex);
	if (lost)
		fprintf(stderr,
			"flashrackd: %s: %s; records not stored: %zu, their runs will be marked "
			"interrupted; %s\n",
			why.where, why.why, lost, why.remedy);
}

static void writer_main(void *context)
{
	struct writer *w = context;
	struct problem why;

	while (collect(w)) {
		if (store_batch(w->db, &w->applier, &w->pending, &why) == 0) {
			succeeded(w);
			continue;
		}
		failed(w, &why);
		if (!pause_before_retry(w)) {
			give_up(w);
			uv_async_send(w->notify);
		}
	}
	statements_release(&w->applier.sql);
	sqlite3_close(w->db);
	uv_mutex_lock(&w->mutex);
	w->ended = true;
	uv_mutex_unlock(&w->mutex);
	uv_async_send(w->notify);
}

int writer_start(struct writer *w, sqlite3 *db, const char *version, uv_async_t *notify,
		 struct problem *problem)
{
	int error;

	*w = (struct writer){.db = db, .notify = notify, .applier = {.version = version}};
	if (statements_prepare(&w->applier.sql, db, problem))
		return -1;
	uv_mutex_init(&w->mutex);
	uv_cond_init(&w->wake);
	error = uv_thread_create(&w->thread, writer_main, w);
	if (!error)
		return 0;
	uv_cond_destroy(&w->wake);
	uv_mutex_destroy(&w->mutex);
	statements_release(&w->applier.sql);
	return problem_set(problem, "ledger writer", "free memory or raise the limit of threads",
			   "its thread could not be started: %s", uv_strerror(error));
}

/* With the mutex held: the thread has ended, but the loop has not heard of it yet. */
static void turn_away(struct writer *w, struct record *r)
{
	r->refused = true;
	problem_set(&r->problem, "ledger", "start the station again", "it has been closed");
	hand_back(w, r);
}

void writer_push(struct writer *w, struct record *r)
{
	uv_mutex_lock(&w->mutex);
	if (w->ended) {
		turn_away(w, r);
	} else if (r->kind == RECORD_EVENT && w->state.waiting >= WRITER_EVENTS_MAX) {
		w->state.events_dropped++;
		free(r);
	} else {
		record_append(&w->queue, r);
		w->state.waiting++;
	}
	uv_cond_signal(&w->wake);
	uv_mutex_unlock(&w->mutex);
}

/*
 * With the mutex held, but not while the callbacks run: they may push again. Only the answers there
 * are: a busy writer could otherwise keep the loop here.
 */
static void deliver_present(struct writer *w)
{
	for (size_t count = w->done.count; count; count--) {
		struct record *r = record_take(&w->done);

		uv_mutex_unlock(&w->mutex);
		r->done(r->context, r->id, r->refused ? &r->problem : NULL);
		free(r);
		uv_mutex_lock(&w->mutex);
		w->undelivered--;
	}
}

bool writer_deliver(struct writer *w, struct writer_state *state)
{
	bool ended;

	uv_mutex_lock(&w->mutex);
	*state = w->state; /* before the callbacks, which may ask for it */
	do {
		deliver_present(w);
		ended = w->ended;
	} while (ended && w->done.count);
	uv_cond_signal(&w->wake);
	uv_mutex_unlock(&w->mutex);
	return ended;
}

void writer_close(struct writer *w)
{
	uv_mutex_lock(&w->mutex);
	w->closing = true;
	uv_cond_signal(&w->wake);
	uv_mutex_unlock(&w->mutex);
}

void writer_release(struct writer *w)
{
	uv_thread_join(&w->thread);
	uv_cond_destroy(&w->wake);
	uv_mutex_destroy(&w->mutex);
}
