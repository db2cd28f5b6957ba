/*
 * connect: the start handshake (brom.md section 5), for boot ROM and preloader alike.
 *
 *     A0 -> 5F, 0A -> F5, 50 -> AF, 05 -> FA, 50 ms of quiet, then GET_HW_CODE as proof
 *
 * A preloader sends READY about every 20 ms until it hears us, swallows the first A0 without an
 * answer, and forgets a half-done handshake after 300 ms. READY text is skipped wherever it comes,
 * in any cut: none of its letters is a right answer or a usual wrong one. A0 coming back means that
 * the command loop of an earlier session still runs. Anything else is garbage: drain, start over.
 *
 * A boot ROM never forgets a half-done handshake, and devices of about 2018 take an A0 in its
 * middle for a new first byte without answering it. When an answer got lost or was late, A0 alone
 * would so be sent for ever: after such a loss a silent A0 is followed by 0A, whose answer F5 says
 * that the A0 was taken.
 *
 * Ends: silence to the last start byte is ST-003, wrong answers again and again are ST-011.
 */
#include <string.h>

#include "engine/base/bytes.h"
#include "engine/brom/brom.h"
#include "engine/brom/command.h"

#define BYTE_MS		50
#define NEXT_MS		250 /* the rest of the start bytes: somebody listens, within its 300 ms */
#define READY_MS	25  /* a preloader that goes on listening sends READY within this */
#define FORGET_MS	350 /* longer than the preloader's 300 ms window */
#define TRIES_BROM	600 /* 30 s, as the vendor's tool */
#define TRIES_PRELOADER 100 /* its window is 2.5 s */
#define READIES_UNHEARD 3   /* READY texts in a row: our byte was lost, not swallowed */
#define WRONG_MAX	10
#define DRAIN_CHUNK	64
#define DRAIN_START	15 /* three READY texts: the period in which the preloader sends them */
#define DRAIN_MAX	4096
#define DRAIN_START_MAX 1024 /* garbage that is taken for one wrong answer */
#define RESTARTS_MAX	3

static const uint8_t start_bytes[] = {0xA0, 0x0A, 0x50, 0x05};
static const uint8_t start_answers[] = {0x5F, 0xF5, 0xAF, 0xFA};

static enum verdict start_over(struct flow *f, uint32_t quiet_ms)
{
	struct brom_state *b = &f->brom;

	b->matched = 0;
	b->readies = 0;
	b->drained = 0;
	b->draining = true;
	b->quiet_ms = quiet_ms;
	return STEP_AGAIN;
}

static enum verdict wrong_answer(struct flow *f, uint8_t byte)
{
	struct brom_state *b = &f->brom;

	if (++b->wrong >= WRONG_MAX)
		return step_fail(f, FAULT_STATION, 11,
				 "wrong answers %u times; the last was %02X to start byte %02X",
				 b->wrong, byte, start_bytes[b->matched & 3]);
	return start_over(f, BYTE_MS);
}

static enum verdict ask_start(struct flow *f, struct flow_action *a)
{
	struct brom_state *b = &f->brom;

	if (b->draining) {
		a->ms = b->quiet_ms;
		return rx_want(f, DRAIN_START);
	}
	/* Answers that come late look like wrong ones: wait longer after each of these. */
	a->ms = b->matched ? NEXT_MS : BYTE_MS + b->wrong * (uint32_t)BYTE_MS;
	tx_copy(f, a, &start_bytes[b->matched], 1);
	return rx_want(f, 1);
}

static bool is_ready_letter(uint8_t byte)
{
	return memchr("READY", byte, 5) != NULL;
}

static enum verdict another_try(struct flow *f)
{
	unsigned limit =
		f->report.facts.arrived_as == MODE_PRELOADER ? TRIES_PRELOADER : TRIES_BROM;

	f->brom.readies = 0;
	if (++f->brom.silent < limit)
		return STEP_AGAIN;
	return step_fail(f, FAULT_STATION, 3, "%u start bytes were sent in %llu ms; the device %s",
			 f->brom.silent, (unsigned long long)(f->now_ms - f->phase_began_ms),
			 f->brom.heard_any ? "talked but never answered them" : "stayed silent");
}

static enum verdict skip_ready(struct flow *f, uint8_t byte)
{
	struct brom_state *b = &f->brom;

	if (f->report.facts.arrived_as == MODE_UNKNOWN)
		f->report.facts.arrived_as = MODE_PRELOADER;
	if (byte == 'Y' && ++b->readies >= READIES_UNHEARD) {
		b->matched = 0; /* it listens anew: what had matched is forgotten */
		return another_try(f);
	}
	f->want = 1;
	f->more_ms = READY_MS;
	return STEP_MORE;
}

static bool is_ready_text(struct slice rx)
{
	for (size_t i = 0; i < rx.n; i++)
		if (!is_ready_letter(rx.p[i]))
			return false;
	return true;
}

/*
 * Nothing but READY means that the preloader listens anew, and it will not fall silent before it is
 * spoken to. Anything else that goes on for ever is a wrong answer, too.
 */
static enum verdict got_drain(struct flow *f, struct slice rx)
{
	if (is_ready_text(rx)) {
		f->brom.draining = false;
		return another_try(f);
	}
	f->brom.drained += (uint16_t)rx.n;
	if (f->brom.drained < DRAIN_START_MAX)
		return STEP_AGAIN;
	return wrong_answer(f, rx.p[0]);
}

static enum verdict got_start(struct flow *f, struct slice rx)
{
	struct brom_state *b = &f->brom;

	if (rx.n < f->want)
		return STEP_MORE;
	b->heard_any = true;
	if (b->draining)
		return got_drain(f, rx);
	if (is_ready_letter(rx.p[0]))
		return skip_ready(f, rx.p[0]);
	if (rx.p[0] == start_answers[b->matched]) {
		b->readies = 0;
		return ++b->matched < sizeof start_bytes ? STEP_AGAIN : STEP_NEXT;
	}
	if (b->matched == 0 && rx.p[0] == start_bytes[0]) {
		b->was_running = true;
		return STEP_NEXT;
	}
	return wrong_answer(f, rx.p[0]);
}

static enum verdict no_start(struct flow *f, struct slice rx)
{
	struct brom_state *b = &f->brom;
	enum verdict v = another_try(f);

	if (rx.n)
		b->heard_any = true;
	if (v == STEP_FAIL)
		return v;
	if (b->draining) {
		b->draining = false;
		return STEP_AGAIN;
	}
	if (b->matched) {
		/* A preloader forgets; until then the next A0 is taken for something else. */
		b->half_done = f->report.facts.arrived_as == MODE_BROM;
		return start_over(f, b->half_done ? BYTE_MS : FORGET_MS);
	}
	if (b->half_done)
		b->matched = 1; /* A0 may have been taken in silence: 0A will tell */
	return STEP_AGAIN;
}

/* Stale READY text that was queued before the device heard us. */
static enum verdict ask_quiet(struct flow *f, struct flow_action *a)
{
	(void)a;
	f->brom.drained = 0;
	return rx_want(f, DRAIN_CHUNK);
}

static enum verdict got_noise(struct flow *f, struct slice rx)
{
	if (rx.n < f->want)
		return STEP_MORE;
	f->brom.drained += (uint16_t)rx.n;
	if (f->brom.drained >= DRAIN_MAX)
		return step_fail(f, FAULT_STATION, 11,
				 "the device goes on sending after the handshake");
	f->want = DRAIN_CHUNK;
	return STEP_MORE;
}

static enum verdict quiet(struct flow *f, struct slice rx)
{
	(void)f;
	(void)rx;
	return STEP_NEXT;
}

static enum verdict ask_hw_code(struct flow *f, struct flow_action *a)
{
	return brom_command(f, a, BROM_GET_HW_CODE, 5);
}

static enum verdict handshake_again(struct flow *f, const char *why)
{
	if (++f->brom.restarts >= RESTARTS_MAX)
		return step_fail(f, FAULT_STATION, 11, "GET_HW_CODE failed after %u handshakes: %s",
				 f->brom.restarts, why);
	start_over(f, BYTE_MS);
	return STEP_RESTART;
}

static enum verdict got_hw_code(struct flow *f, struct slice rx)
{
	struct device_facts *facts = &f->report.facts;

	if (rx.n < f->want)
		return STEP_MORE;
	if (rx.p[0] != BROM_GET_HW_CODE)
		return handshake_again(f, "another byte came than its echo");
	if (brom_failed(get_be16(rx.p + 3)))
		return brom_refused(f, get_be16(rx.p + 3));
	facts->hw_code = get_be16(rx.p + 1);
	f->chip = chip_by_hw_code(facts->hw_code);
	return STEP_NEXT;
}

static enum verdict no_hw_code(struct flow *f, struct slice rx)
{
	return handshake_again(f, rx.n ? "the answer was cut short" : "no answer");
}

const struct step brom_connect[] = {
	{"start bytes", BYTE_MS, ask_start, got_start, no_start},
	{"quiet", BYTE_MS, ask_quiet, got_noise, quiet},
	{"hardware code", 1000, ask_hw_code, got_hw_code, no_hw_code},
	{NULL, 0, NULL, NULL, NULL},
};
