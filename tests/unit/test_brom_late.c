/*
 * The start handshake with a boot ROM whose answers come late: a loaded machine, a slow hub. The
 * ROM keeps its place in the start bytes for ever and takes an A0 in the middle for a new first
 * byte without answering it (brom.md section 5), so a lost or stale answer must not end in sending
 * A0 for ever.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdbool.h>
#include <string.h>

#include "engine/flow/flow_state.h"

#define ANSWERS_MAX 4096

/* A boot ROM on a virtual clock: each byte is answered `late_ms` after it was sent. */
struct late_rom {
	uint64_t now_ms;
	uint32_t late_ms, jitter_ms; /* every third answer takes longer by jitter_ms */
	unsigned place;		     /* in the start bytes */
	bool running;		     /* in the command loop */
	bool asked_hw_code;
	size_t count, taken;
	struct {
		uint64_t due_ms;
		uint8_t byte;
	} answers[ANSWERS_MAX];
};

static void answer(struct late_rom *rom, uint8_t byte)
{
	uint64_t due = rom->now_ms + rom->late_ms + (rom->count % 3 == 0 ? rom->jitter_ms : 0);

	assert_true(rom->count < ANSWERS_MAX);
	if (rom->count && due < rom->answers[rom->count - 1].due_ms)
		due = rom->answers[rom->count - 1].due_ms; /* a stream keeps its order */
	rom->answers[rom->count].due_ms = due;
	rom->answers[rom->count++].byte = byte;
}

static void take(struct late_rom *rom, uint8_t byte)
{
	static const uint8_t start[] = {0xA0, 0x0A, 0x50, 0x05};

	if (rom->running) {
		answer(rom, byte);
		if (byte == 0xFD) {
			answer(rom, 0x07);
			answer(rom, 0x66);
			answer(rom, 0x00);
			answer(rom, 0x00);
			rom->asked_hw_code = true;
		}
	} else if (byte == start[rom->place]) {
		answer(rom, (uint8_t)~byte);
		rom->running = ++rom->place == sizeof start;
	} else if (byte == 0xA0) {
		rom->place = 1;
	} else {
		answer(rom, (uint8_t)(byte + 1));
		rom->place = 0;
	}
}

/* Let time pass until `want` bytes are there or nothing has come for `ms`. True: they are. */
static bool wait_for(struct late_rom *rom, size_t want, uint32_t ms, uint8_t *to, size_t *got)
{
	uint64_t until = rom->now_ms + ms;

	*got = 0;
	while (*got < want) {
		if (rom->taken == rom->count || rom->answers[rom->taken].due_ms > until) {
			rom->now_ms = until;
			return false;
		}
		if (rom->answers[rom->taken].due_ms > rom->now_ms)
			rom->now_ms = rom->answers[rom->taken].due_ms;
		until = rom->now_ms + ms;
		to[(*got)++] = rom->answers[rom->taken++].byte;
	}
	return true;
}

static bool connects(uint32_t late_ms, uint32_t jitter_ms)
{
	static struct flow flow;
	static struct package package;
	static const struct package_rules rules;
	struct flow_plan plan = {.package = &package, .rules = &rules};
	struct arrival arrival = {0x0E8D, 0x0003, USB_SPEED_FULL};
	struct late_rom rom = {.late_ms = late_ms, .jitter_ms = jitter_ms};
	uint8_t bytes[FLOW_RX_MAX];
	struct flow_action action;

	flow_begin(&flow, &plan, &arrival, rom.now_ms, &action);
	while (action.what == FLOW_EXCHANGE && !rom.asked_hw_code) {
		struct flow_event event = {.seq = action.seq};
		size_t got;

		for (unsigned i = 0; i < action.tx_count; i++)
			for (size_t k = 0; k < action.tx[i].n; k++)
				take(&rom, action.tx[i].p[k]);
		event.kind = wait_for(&rom, action.rx_want, action.ms, bytes, &got) ? FLOW_REPLY
										    : FLOW_TIMEOUT;
		event.rx = (struct slice){bytes, got};
		event.now_ms = rom.now_ms;
		flow_step(&flow, &event, &action);
	}
	return rom.asked_hw_code && rom.now_ms < 30000;
}

static void late_answers(void **state)
{
	unsigned bad = 0;

	(void)state;
	for (uint32_t late = 0; late <= 240; late += 3)
		for (uint32_t jitter = 0; jitter <= 240; jitter += 7)
			if (!connects(late, jitter)) {
				print_message("late %u ms, every third %u ms more: no handshake\n",
					      late, jitter);
				bad++;
			}
	assert_int_equal(bad, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {cmocka_unit_test(late_answers)};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
