/*
 * flow: the runner of step tables.
 *
 * flow_step() turns an event into a verdict and walks on until an action has to be taken. Failures
 * end in `finish`: an agent that waits for a command is told to switch the unit off; one that is in
 * the middle of something, or a device that has left, is not spoken to any more.
 */
#include "engine/flow/flow.h"

#include <string.h>

#include "engine/flow/phases.h"

/* Steps without an exchange that may follow each other; more is a loop in a table. */
#define TURNS_MAX 4096

#define PHASES (FLOW_LAST_PHASE + 1)

static const struct slice nothing;

static void record_phase(struct flow *f, enum flow_result result)
{
	struct flow_report *r = &f->report;

	if (r->step_count == FLOW_STEPS_MAX || f->phase >= PHASES)
		return;
	r->steps[r->step_count++] = (struct flow_step_record){
		.name = flow_phases[f->phase].name,
		.ms = (uint32_t)(f->now_ms - f->phase_began_ms),
		.result = result,
	};
}

static void begin_phase(struct flow *f, unsigned phase)
{
	f->phase = phase;
	f->depth = 0;
	f->phase_began_ms = f->now_ms;
	f->report.target[0] = '\0';
	if (phase >= PHASES)
		return;
	f->report.phase = flow_phases[phase].name;
	f->stack[0].table = flow_phases[phase].table;
	f->stack[0].at = flow_phases[phase].table;
}

static void over(struct flow *f, enum flow_result result)
{
	record_phase(f, result);
	own_judge_end(f);
	f->report.result = result;
	f->phase = PHASES;
}

/* The result of a run that has a fault. */
static enum flow_result fault_result(const struct flow *f)
{
	if (f->interrupted)
		return FLOW_INTERRUPTED;
	return f->report.fault.refused ? FLOW_REFUSED : FLOW_FAILED;
}

/* Failed, refused or interrupted: end the agent if it listens, else stop here. */
static void begin_ending(struct flow *f, bool link_alive)
{
	bool tell = link_alive && f->agent_idle && f->phase < FLOW_LAST_PHASE && f->verbs &&
		    f->plan->end != FLOW_END_STAY;

	if (!tell) {
		over(f, fault_result(f));
		return;
	}
	record_phase(f, fault_result(f));
	f->ending = true;
	begin_phase(f, FLOW_LAST_PHASE);
}

/* Name of the step in work: its own, or its caller's when it has none. */
static const char *step_name(const struct flow *f)
{
	for (unsigned d = f->depth + 1; d-- > 0;)
		if (f->stack[d].at->name && f->stack[d].at->name[0])
			return f->stack[d].at->name;
	return "";
}

static void emit(struct flow *f, struct flow_action *a, enum flow_do what)
{
	a->what = what;
	a->seq = ++f->seq;
	a->rx_want = what == FLOW_EXCHANGE ? f->want : 0;
	f->pending = what;
	f->more_ms = a->ms;
}

static enum verdict ask(struct flow *f, struct flow_action *a)
{
	const struct step *s = f->stack[f->depth].at;
	enum verdict v;

	memset(a, 0, sizeof *a);
	a->what = FLOW_EXCHANGE;
	f->out_bytes = 0;
	f->want = 0;
	f->report.step = step_name(f);
	v = s->ask ? s->ask(f, a) : STEP_NEXT;
	if (v == STEP_ASKED && a->ms == 0)
		a->ms = s->ms;
	return v;
}

/* The table above has run out: let the caller's step judge, or end the phase. */
static enum verdict leave_table(struct flow *f)
{
	const struct step *s;

	if (f->depth == 0) {
		if (f->ending) {
			over(f, fault_result(f));
			return STEP_NEXT;
		}
		record_phase(f, FLOW_PASSED);
		if (f->from_start) {
			recover_begin_anew(f);
			begin_phase(f, 0);
			return STEP_AGAIN;
		}
		begin_phase(f, f->phase == FLOW_LAST_PHASE ? PHASES : phase_from(f, f->phase + 1));
		if (f->phase == PHASES)
			f->report.result = FLOW_PASSED;
		return STEP_AGAIN;
	}
	f->depth--;
	s = f->stack[f->depth].at;
	f->report.step = step_name(f);
	return s->answer ? s->answer(f, nothing) : STEP_NEXT;
}

/* Act on a verdict that needs no event; gives the next one. */
static enum verdict follow(struct flow *f, enum verdict v, struct flow_action *a)
{
	switch (v) {
	case STEP_NEXT:
		f->stack[f->depth].at++;
		break;
	case STEP_RESTART:
		f->stack[f->depth].at = f->stack[f->depth].table;
		break;
	case STEP_CALL:
		f->depth++;
		f->stack[f->depth].table = f->call;
		f->stack[f->depth].at = f->call;
		break;
	case STEP_LEAVE:
		return leave_table(f);
	case STEP_FAIL:
		begin_ending(f, true);
		return STEP_AGAIN;
	case STEP_AGAIN:
	case STEP_ASKED:
	case STEP_MORE:
		break;
	}
	return f->stack[f->depth].at->name ? ask(f, a) : STEP_LEAVE;
}

/* Bytes that were noted for a stream leave first; the verdict waits until they are taken. */
static bool hand_out(struct flow *f, enum verdict v, struct flow_action *a)
{
	struct flow_saving *s = &f->saving;

	if (!s->count || v == STEP_FAIL) {
		s->count = 0;
		return false;
	}
	memset(a, 0, sizeof *a);
	a->what = FLOW_SAVE;
	a->seq = ++f->seq;
	a->save = s->to;
	a->tx_count = s->count;
	memcpy(a->tx, s->pieces, sizeof a->tx);
	for (unsigned i = 0; i < s->count; i++)
		s->to.offset += s->pieces[i].n;
	a->save.last = s->to.offset == s->to.total;
	f->pending = FLOW_SAVE;
	s->count = 0;
	s->holding = true;
	s->held = (int)v;
	return true;
}

/* Each kind of journal entry is stored once, however many phases depend on it. */
static bool stored_already(struct flow *f, const struct flow_action *a)
{
	uint32_t bit = 1u << a->journal;
	bool known = f->journalled & bit;

	if (a->what != FLOW_JOURNAL)
		return false;
	f->journalled |= bit;
	return known;
}

static void walk(struct flow *f, enum verdict v, struct flow_action *a)
{
	if (hand_out(f, v, a))
		return;
	for (unsigned turn = 0; f->phase < PHASES; turn++) {
		if (v == STEP_ASKED && stored_already(f, a))
			v = STEP_NEXT;
		if (v == STEP_ASKED) {
			emit(f, a, a->what);
			return;
		}
		if (v == STEP_MORE) {
			uint32_t ms = f->more_ms;

			memset(a, 0, sizeof *a);
			a->ms = ms;
			emit(f, a, FLOW_EXCHANGE);
			return;
		}
		if (turn == TURNS_MAX)
			v = step_fail(f, FAULT_STATION, 90, "a step table does not end");
		v = follow(f, v, a);
	}
	memset(a, 0, sizeof *a);
	emit(f, a, FLOW_FINISH);
}

/* "at 0x1400000 of 0x2000000 in system", for faults of long transfers. */
static enum verdict silent(struct flow *f, size_t got)
{
	const struct flow_report *r = &f->report;
	uint16_t code = r->wrote ? 61 : flow_phases[f->phase].silent;

	if (r->target[0])
		return step_fail(
			f, FAULT_STATION, code,
			"no answer within %u ms (%zu of %zu bytes), %s at 0x%llX of 0x%llX",
			f->more_ms, got, f->want, r->target, (unsigned long long)f->io.done,
			(unsigned long long)f->io.length);
	return step_fail(f, FAULT_STATION, code, "no answer within %u ms (%zu of %zu bytes)",
			 f->more_ms, got, f->want);
}

/* Silence, perhaps after part of the reply. The part may be all that there is to say. */
static enum verdict hushed(struct flow *f, struct slice rx)
{
	const struct step *s = f->stack[f->depth].at;

	if (rx.n && s->answer) {
		enum verdict v = s->answer(f, rx);

		if (v != STEP_MORE)
			return v;
	}
	return s->silence ? s->silence(f, rx) : silent(f, rx.n);
}

static enum verdict replied(struct flow *f, struct slice rx)
{
	const struct step *s = f->stack[f->depth].at;

	if (rx.n > f->want)
		rx.n = f->want;
	if (rx.n < f->want)
		return hushed(f, rx);
	return s->answer ? s->answer(f, rx) : STEP_NEXT;
}

static void gone(struct flow *f, struct flow_action *a)
{
	const struct flow_report *r = &f->report;

	f->saving.holding = false;
	if (f->leaving) {
		walk(f, STEP_LEAVE, a);
		return;
	}
	if (r->target[0])
		step_fail(f, FAULT_STATION, r->wrote ? 60 : flow_phases[f->phase].gone,
			  "the unit left the bus, %s at 0x%llX of 0x%llX", r->target,
			  (unsigned long long)f->io.done, (unsigned long long)f->io.length);
	else
		step_fail(f, FAULT_STATION, r->wrote ? 60 : flow_phases[f->phase].gone,
			  "the unit left the bus after %llu ms of this phase",
			  (unsigned long long)(f->now_ms - f->phase_began_ms));
	begin_ending(f, false);
	walk(f, STEP_AGAIN, a);
}

/*
 * An exchange that was cut short leaves the agent in the middle of something; only between
 * exchanges can it still be told to end.
 */
static void aborted(struct flow *f, struct flow_action *a)
{
	bool wrote = f->report.wrote;

	f->saving.holding = false;
	f->interrupted = true;
	step_fail(f, FAULT_STATION, wrote ? 81 : 82, "stopped by the station%s%s",
		  f->report.target[0] ? " while in work: " : "", f->report.target);
	begin_ending(f, f->pending != FLOW_EXCHANGE && f->pending != FLOW_REATTACH);
	walk(f, STEP_AGAIN, a);
}

static void broken(struct flow *f, const struct fault *fault, struct flow_action *a)
{
	const struct step *s = f->stack[f->depth].at;

	f->saving.holding = false;
	/* Told to go: as good as silence, and perhaps the first sign that it did. */
	if (f->leaving && f->pending == FLOW_EXCHANGE && s->silence) {
		walk(f, s->silence(f, nothing), a);
		return;
	}
	if (fault && fault->family != FAULT_NONE) {
		step_fail(f, fault->family, fault->code, "%s", fault->what);
		f->report.fault.refused = fault->refused && !f->report.wrote;
	} else {
		step_fail(f, FAULT_STATION, 90, "the station could not do what the run asked for");
	}
	begin_ending(f, f->pending == FLOW_JOURNAL || f->pending == FLOW_SAVE ||
				f->pending == FLOW_LOAD);
	walk(f, STEP_AGAIN, a);
}

/* Which events answer which action; GONE, ABORT and BROKEN answer all. */
static bool fits(const struct flow *f, enum flow_event_kind kind)
{
	switch (f->pending) {
	case FLOW_EXCHANGE:
		return kind == FLOW_REPLY || kind == FLOW_TIMEOUT;
	case FLOW_REATTACH:
		return kind == FLOW_BACK || kind == FLOW_TIMEOUT;
	case FLOW_WAIT:
	case FLOW_JOURNAL:
	case FLOW_SAVE:
		return kind == FLOW_CONTINUE;
	case FLOW_LOAD:
		return kind == FLOW_LOADED;
	case FLOW_FINISH:
		break;
	}
	return false;
}

static enum verdict judge(struct flow *f, const struct flow_event *e)
{
	if (!fits(f, e->kind))
		return step_fail(f, FAULT_STATION, 90,
				 "the station answered action %d with event %d", (int)f->pending,
				 (int)e->kind);
	if (f->saving.holding) {
		f->saving.holding = false;
		return (enum verdict)f->saving.held;
	}
	if (e->kind == FLOW_CONTINUE && f->pending == FLOW_JOURNAL && e->owed)
		f->owed = true;
	if (e->kind == FLOW_BACK)
		f->arrival = e->arrival;
	if (e->kind == FLOW_LOADED) {
		f->loaded = e->loaded;
		f->loaded_sums = e->sums;
	}
	if (e->kind == FLOW_TIMEOUT)
		return hushed(f, e->rx);
	return replied(f, e->kind == FLOW_REPLY ? e->rx : nothing);
}

void flow_begin(struct flow *f, const struct flow_plan *plan, const struct arrival *arrival,
		uint64_t now_ms, struct flow_action *action)
{
	memset(f, 0, sizeof *f);
	f->plan = plan;
	f->arrival = *arrival;
	f->now_ms = now_ms;
	f->report.facts.arrived_as = device_mode_of(arrival->vid, arrival->pid);
	f->report.step = "";
	f->report.operation = plan->operation;
	f->report.verify = verify_level(plan);
	begin_phase(f, 0);
	walk(f, STEP_AGAIN, action);
}

void flow_step(struct flow *f, const struct flow_event *event, struct flow_action *action)
{
	if (event->seq != f->seq)
		return;
	f->now_ms = event->now_ms;
	if (f->phase >= PHASES) {
		walk(f, STEP_NEXT, action);
		return;
	}
	switch (event->kind) {
	case FLOW_REPLY:
	case FLOW_TIMEOUT:
	case FLOW_BACK:
	case FLOW_CONTINUE:
	case FLOW_LOADED:
		walk(f, judge(f, event), action);
		break;
	case FLOW_GONE:
		gone(f, action);
		break;
	case FLOW_ABORT:
		aborted(f, action);
		break;
	case FLOW_BROKEN:
		broken(f, event->fault, action);
		break;
	}
}

const struct flow_report *flow_report(const struct flow *f)
{
	return &f->report;
}

const struct gpt *flow_table(const struct flow *f)
{
	return f->has_found ? &f->found : NULL;
}
