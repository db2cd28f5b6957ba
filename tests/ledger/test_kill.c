/*
 * A station killed at any moment. A child keeps eight runs going and writes into a pipe what the
 * ledger has confirmed to it; the parent kills it with SIGKILL after a few milliseconds, 50 times
 * on one file. Each time: the file opens and is whole, all that was confirmed is in it, and what
 * was not finished is marked so.
 */
#include "tests/ledger/bench.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

enum { ROUNDS = 50, SLOTS = 8 };

/* What a child says: one line each, written in one piece. */
struct confirmed {
	char what; /* i: identified, n: no return, p: passed */
	int64_t run_id;
};

struct worker {
	struct bench *b;
	struct bench_run run;
	char slot[16];
	int pipe;
};

static int64_t next_run_id;

static void confirm(const struct worker *w, char what)
{
	struct confirmed c = {.what = what, .run_id = w->run.id};

	if (write(w->pipe, &c, sizeof c) != (ssize_t)sizeof c)
		_exit(3);
}

static void start_run(struct worker *w);

static void on_finished(void *context, int64_t id, const struct problem *error)
{
	struct worker *w = context;

	if (error || id != w->run.id)
		_exit(4);
	confirm(w, 'p');
	start_run(w);
}

static void on_no_return(void *context, int64_t id, const struct problem *error)
{
	struct worker *w = context;
	struct flow_report report = {.result = FLOW_PASSED,
				     .phase = "finish",
				     .step = "end",
				     .bytes_written = 4096,
				     .step_count = 1,
				     .facts = bench_facts(w->run.unit)};
	struct ledger_part part = {.name = "boot",
				   .bytes = 4096,
				   .sha256 = IMAGE_SHA,
				   .verify = "full",
				   .ms = 3,
				   .complete = true};

	if (error || id != w->run.id)
		_exit(5);
	confirm(w, 'n');
	report.steps[0] =
		(struct flow_step_record){.name = "write", .ms = 3, .result = FLOW_PASSED};
	ledger_finish_run(w->b->ledger,
			  &(struct ledger_run_end){.id = id,
						   .report = &report,
						   .part_count = 1,
						   .parts = &part,
						   .finished_ms = START_MS + id},
			  on_finished, w);
}

static void on_identified(void *context, int64_t unit, const struct problem *error)
{
	struct worker *w = context;

	if (error || unit <= 0)
		_exit(6);
	confirm(w, 'i');
	ledger_run_no_return(w->b->ledger, w->run.id, START_MS + 1, on_no_return, w);
}

static void start_run(struct worker *w)
{
	struct device_facts facts;

	w->run = (struct bench_run){.id = next_run_id++, .order = 1, .slot = w->slot};
	w->run.unit = (unsigned)w->run.id;
	facts = bench_facts(w->run.unit);
	bench_begin(w->b, &w->run);
	ledger_run_identified(w->b->ledger, w->run.id, &facts, on_identified, w);
}

static void work_until_killed(struct bench *b, int pipe)
{
	static struct worker workers[SLOTS];

	bench_open(b);
	next_run_id = b->opened.next_run_id;
	for (int i = 0; i < SLOTS; i++) {
		workers[i] = (struct worker){.b = b, .pipe = pipe};
		snprintf(workers[i].slot, sizeof workers[i].slot, "usb1 1-%d", i + 1);
		start_run(&workers[i]);
	}
	uv_run(&b->loop, UV_RUN_DEFAULT);
	_exit(7);
}

struct life {
	unsigned confirmed; /* messages to wait for before the end */
	unsigned us;	    /* and then so much longer */
	int from_child;
	unsigned heard;
	struct confirmed messages[4096]; /* more than a full pipe holds */
};

static bool hear(struct life *life)
{
	if (life->heard == sizeof life->messages / sizeof *life->messages)
		fail_msg("too many messages");
	if (read(life->from_child, &life->messages[life->heard], sizeof *life->messages) !=
	    (ssize_t)sizeof *life->messages)
		return false;
	life->heard++;
	return true;
}

static void live_and_die(struct bench *b, struct life *life)
{
	int ends[2], status = 0;
	pid_t child;

	assert_int_equal(pipe(ends), 0);
	child = fork();
	assert_true(child >= 0);
	if (child == 0) {
		close(ends[0]);
		work_until_killed(b, ends[1]);
	}
	close(ends[1]);
	life->from_child = ends[0];
	life->heard = 0;
	while (life->heard < life->confirmed && hear(life))
		;
	usleep(life->us);
	kill(child, SIGKILL);
	assert_int_equal(waitpid(child, &status, 0), child);
	if (!WIFSIGNALED(status))
		fail_msg("the child ended by itself: status %d", WEXITSTATUS(status));
	while (hear(life))
		;
	close(life->from_child);
}

static void check_confirmed(struct bench *b, const struct life *life)
{
	char sql[256];

	for (unsigned i = 0; i < life->heard; i++) {
		const struct confirmed *c = &life->messages[i];
		const char *condition = c->what == 'p'	 ? "result = 'passed'"
					: c->what == 'n' ? "no_return_ms IS NOT NULL"
							 : "unit_id IS NOT NULL";

		snprintf(sql, sizeof sql,
			 "SELECT coalesce((SELECT %s AND (SELECT count(*) FROM partitions WHERE"
			 " run_id = runs.id) = (result = 'passed') FROM runs WHERE id = %lld), 0)",
			 condition, (long long)c->run_id);
		assert_int_equal(bench_number(b, sql), 1);
	}
}

static void nothing_confirmed_is_lost(void **state)
{
	struct bench *b = *state;
	unsigned confirmed = 0, interrupted = 0, seed = 20417;

	bench_open(b);
	bench_stock(b);
	bench_close(b);
	for (int round = 0; round < ROUNDS; round++) {
		static struct life life;
		int unfinished;

		seed = seed * 1103515245u + 12345u;
		life.confirmed = round % 5 ? (seed >> 16) % 100 : 0;
		life.us = (seed >> 8) % 4000;
		live_and_die(b, &life);
		assert_string_equal(bench_text(b, "PRAGMA integrity_check"), "ok");
		unfinished = (int)bench_number(b, "SELECT count(*) FROM runs WHERE result IS NULL");
		bench_open(b);
		assert_int_equal(b->opened.interrupted, unfinished);
		bench_close(b);
		interrupted += (unsigned)unfinished;
		check_confirmed(b, &life);
		confirmed += life.heard;
		assert_int_equal(bench_number(b, "SELECT count(*) FROM runs WHERE result IS NULL"),
				 0);
	}
	assert_int_equal(bench_number(b, "SELECT count(*) FROM pragma_foreign_key_check"), 0);
	print_message("%d kills: %u confirmed, %u runs interrupted\n", ROUNDS, confirmed,
		      interrupted);
	/* Else the child was always killed too early or too late, and nothing was tested. */
	assert_true(confirmed > ROUNDS);
	assert_true(interrupted > ROUNDS);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(nothing_confirmed_is_lost, bench_setup,
						bench_teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
