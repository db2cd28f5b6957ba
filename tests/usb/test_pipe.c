/* Exchanges over a pipe: cutting, reading ahead, silence, lack of memory, endings. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdlib.h>
#include <string.h>

#include "station/usb/pipe.h"
#include "tests/usb/fake_usb.h"

#define IMAGE_BYTES (1u << 20)

enum event { NONE, REPLIED, SILENT, BROKEN, STOPPED, CLOSED };

static uv_loop_t loop;
static struct fake_usb usb;
static struct usb_budget budget;
static struct usb_pipe line; /* the pipe under test */
static enum event last;
static unsigned events;
static uint8_t got[FLOW_RX_MAX];
static size_t got_bytes;
static enum usb_status broken_by;
static uint8_t *image;

static void keep(enum event e, struct slice rx)
{
	last = e;
	events++;
	got_bytes = rx.n;
	if (rx.n)
		memcpy(got, rx.p, rx.n);
}

static void replied(void *context, struct slice rx)
{
	(void)context;
	keep(REPLIED, rx);
}

static void silent(void *context, struct slice rx)
{
	(void)context;
	keep(SILENT, rx);
}

static void broken(void *context, enum usb_status status)
{
	(void)context;
	broken_by = status;
	keep(BROKEN, (struct slice){NULL, 0});
}

static void stopped(void *context)
{
	(void)context;
	keep(STOPPED, (struct slice){NULL, 0});
}

static void closed(void *context)
{
	(void)context;
	keep(CLOSED, (struct slice){NULL, 0});
}

static int begin(void **state)
{
	const struct usb_pipe_events to = {replied, silent, broken, stopped, NULL};

	(void)state;
	assert_int_equal(uv_loop_init(&loop), 0);
	fake_init(&usb, &loop, 512);
	usb_budget_init(&budget, 0, 256 << 10, 2);
	usb_pipe_init(&line, &loop, &budget, &to);
	assert_true(usb_pipe_open(&line, &usb.device));
	last = NONE;
	events = 0;
	image = malloc(IMAGE_BYTES);
	assert_non_null(image);
	for (size_t i = 0; i < IMAGE_BYTES; i++)
		image[i] = (uint8_t)(i * 7 + i / 251);
	return 0;
}

static int end(void **state)
{
	(void)state;
	if (line.device) {
		usb_pipe_close(&line, closed, NULL);
		while (usb.count > 0)
			fake_complete(&usb, usb.flying[0], USB_CANCELLED, 0);
		while (line.device)
			uv_run(&loop, UV_RUN_ONCE);
	}
	assert_int_equal(budget.used, 0);
	usb_pipe_end(&line, &usb.base);
	uv_run(&loop, UV_RUN_DEFAULT);
	assert_int_equal(uv_loop_close(&loop), 0);
	free(image);
	return 0;
}

static bool ask(const void *tx, size_t n, size_t want, uint32_t ms)
{
	struct slice out = {tx, n}, rx;
	bool at_once = usb_pipe_exchange(&line, &out, 1, want, ms, &rx);

	if (at_once)
		keep(REPLIED, rx);
	return at_once;
}

static void run_until(enum event e)
{
	for (int i = 0; i < 2000 && last != e; i++)
		uv_run(&loop, UV_RUN_ONCE);
	assert_int_equal(last, e);
}

static void a_byte_for_a_byte(void **state)
{
	(void)state;
	assert_false(ask("\xA0", 1, 1, 1000));
	assert_int_equal(fake_flying(&usb, USB_BULK_OUT), 1);
	fake_drain(&usb);
	assert_int_equal(last, NONE);
	fake_send(&usb, "\x5F", 1);
	assert_int_equal(last, REPLIED);
	assert_int_equal(got_bytes, 1);
	assert_int_equal(got[0], 0x5F);
}

/* The answer may come before our own transfer is reported as sent. */
static void answer_before_completion(void **state)
{
	(void)state;
	ask("\xA0", 1, 1, 1000);
	fake_send(&usb, "\x5F", 1);
	assert_int_equal(last, NONE);
	fake_drain(&usb);
	assert_int_equal(last, REPLIED);
}

static void surplus_stays_for_the_next(void **state)
{
	(void)state;
	ask("\xA0", 1, 1, 1000);
	fake_drain(&usb);
	fake_send(&usb, "READY", 5);
	assert_int_equal(got[0], 'R');
	assert_true(ask("", 0, 4, 1000));
	assert_memory_equal(got, "EADY", 4);
	assert_false(ask("", 0, 1, 1000));
}

/* An answer that fills its last packet is not followed by a zero-length one: no read may wait on.
 */
static void answers_of_whole_packets(void **state)
{
	static const size_t lengths[] = {512, 1024, 1536, 4096, 32768, 65536, 65024, 12, 513};

	(void)state;
	for (size_t i = 0; i < sizeof lengths / sizeof lengths[0]; i++) {
		last = NONE;
		ask("?", 1, lengths[i], 1000);
		fake_drain(&usb);
		fake_send(&usb, image, lengths[i]);
		assert_int_equal(last, REPLIED);
		assert_int_equal(got_bytes, lengths[i]);
		assert_memory_equal(got, image, lengths[i]);
	}
}

/* Short packets in between, as agents send header and payload apart. */
static void answers_in_odd_pieces(void **state)
{
	size_t sent = 0, n = 60000, piece = 1;

	(void)state;
	ask("?", 1, n, 1000);
	fake_drain(&usb);
	while (sent < n) {
		size_t now = piece < n - sent ? piece : n - sent;

		fake_send(&usb, image + sent, now);
		sent += now;
		piece = piece * 3 % 5003 + 1;
	}
	assert_int_equal(last, REPLIED);
	assert_memory_equal(got, image, n);
}

/* Slices are read where they lie, each in transfers of its own, in order, at most two under way. */
static void long_slices_are_cut(void **state)
{
	const struct slice tx[3] = {{(const uint8_t *)"head", 4}, {image, IMAGE_BYTES}, {image, 3}};
	struct slice rx;
	size_t at = 0;

	(void)state;
	usb_pipe_exchange(&line, tx, 3, 0, 1000, &rx);
	fake_complete(&usb, fake_first(&usb, USB_BULK_OUT), USB_OK, 4);
	while (at < IMAGE_BYTES) {
		struct usb_transfer *t = fake_first(&usb, USB_BULK_OUT);

		assert_true(fake_flying(&usb, USB_BULK_OUT) <= 2);
		assert_ptr_equal(t->source, image + at);
		assert_int_equal(t->length % 512, 0);
		at += t->length;
		fake_complete(&usb, t, USB_OK, t->length);
	}
	assert_int_equal(last, NONE);
	fake_drain(&usb);
	assert_int_equal(last, REPLIED);
	assert_int_equal(usb.out_submitted, 4 + IMAGE_BYTES + 3);
	assert_int_equal(usb.largest_out, 256 << 10);
}

static void silence_gives_what_came(void **state)
{
	(void)state;
	ask("?", 1, 16, 20);
	fake_drain(&usb);
	fake_send(&usb, "abc", 3);
	run_until(SILENT);
	assert_int_equal(got_bytes, 3);
	assert_memory_equal(got, "abc", 3);
	assert_false(ask("?", 1, 1, 1000)); /* they are consumed */
}

/* Silence in the middle of a long answer: the long reads are taken off before the next exchange. */
static void silence_takes_long_reads_back(void **state)
{
	struct usb_transfer *t;

	(void)state;
	ask("?", 1, 65536, 20);
	fake_drain(&usb);
	fake_send(&usb, image, 2048);
	while (last == NONE) {
		uv_run(&loop, UV_RUN_ONCE);
		for (size_t i = 0; i < usb.count; i++)
			if (usb.flying[i]->status == USB_CANCELLED) {
				t = usb.flying[i];
				fake_complete(&usb, t, USB_CANCELLED, t->actual);
				break;
			}
	}
	assert_int_equal(last, SILENT);
	assert_int_equal(got_bytes, 2048);
	last = NONE;
	ask("?", 1, 512, 1000);
	fake_drain(&usb);
	fake_send(&usb, image, 512);
	assert_int_equal(last, REPLIED);
}

/* Nothing is reported while a write is still on its way: its memory is the caller's. */
static void silence_waits_for_writes(void **state)
{
	struct usb_transfer *t;

	(void)state;
	ask(image, 1000, 4, 10);
	t = fake_first(&usb, USB_BULK_OUT);
	for (int i = 0; i < 20 && t->status != USB_CANCELLED; i++)
		uv_run(&loop, UV_RUN_ONCE);
	assert_int_equal(t->status, USB_CANCELLED);
	assert_int_equal(last, NONE);
	fake_complete(&usb, t, USB_CANCELLED, 512);
	assert_int_equal(last, SILENT);
}

/* Bytes that move count silence anew. */
static void moving_bytes_are_not_silence(void **state)
{
	uint64_t began;

	(void)state;
	uv_update_time(&loop);
	began = uv_now(&loop);
	ask("?", 1, 4, 60);
	fake_drain(&usb);
	for (int i = 0; i < 3; i++) {
		uint64_t until = uv_now(&loop) + 40;

		while (uv_now(&loop) < until)
			uv_run(&loop, UV_RUN_NOWAIT);
		assert_int_equal(last, NONE);
		fake_send(&usb, "x", 1);
	}
	assert_true(uv_now(&loop) - began >= 120);
	fake_send(&usb, "x", 1);
	assert_int_equal(last, REPLIED);
}

/* The kernel has no memory for such transfers: they shrink, and the exchange goes on. */
static void no_memory_shrinks_transfers(void **state)
{
	(void)state;
	usb.refusal = USB_NO_MEMORY;
	usb.refuse_above = 40000;
	ask(image, IMAGE_BYTES, 0, 200);
	assert_int_equal(fake_flying(&usb, USB_BULK_OUT), 0);
	usb_budget_wake_all(&budget); /* as the station's tick does */
	usb_budget_wake_all(&budget);
	usb_budget_wake_all(&budget);
	assert_true(fake_flying(&usb, USB_BULK_OUT) > 0);
	while (fake_flying(&usb, USB_BULK_OUT) > 0)
		fake_drain(&usb);
	assert_int_equal(last, REPLIED);
	assert_int_equal(usb.out_submitted, IMAGE_BYTES);
	assert_true(usb.largest_out <= 40000);
	assert_true(budget.refusals > 0);
}

/* None at all for a while: that is not the unit's silence. */
static void starving_is_not_silence(void **state)
{
	uint64_t until;

	(void)state;
	usb.refusal = USB_NO_MEMORY;
	ask(image, 5000, 0, 20);
	until = uv_now(&loop) + 150;
	while (uv_now(&loop) < until)
		uv_run(&loop, UV_RUN_ONCE);
	assert_int_equal(last, NONE);
	usb.refusal = USB_OK;
	usb_budget_wake_all(&budget);
	fake_drain(&usb);
	while (fake_flying(&usb, USB_BULK_OUT) > 0)
		fake_drain(&usb);
	assert_int_equal(last, REPLIED);
}

static void a_stall_breaks(void **state)
{
	(void)state;
	ask("?", 1, 4, 1000);
	fake_complete(&usb, fake_first(&usb, USB_BULK_OUT), USB_STALL, 0);
	assert_int_equal(last, BROKEN);
	assert_int_equal(broken_by, USB_STALL);
	last = NONE;
	ask("?", 1, 4, 1000); /* and stays so, told from the loop */
	assert_int_equal(last, NONE);
	run_until(BROKEN);
}

static void a_short_write_breaks(void **state)
{
	(void)state;
	ask(image, 4000, 4, 1000);
	fake_complete(&usb, fake_first(&usb, USB_BULK_OUT), USB_OK, 512);
	assert_int_equal(last, BROKEN);
	assert_int_equal(broken_by, USB_FAILED);
}

static void departure_breaks_once(void **state)
{
	(void)state;
	ask(image, IMAGE_BYTES, 4, 1000);
	fake_vanish(&usb);
	assert_int_equal(last, BROKEN);
	assert_int_equal(broken_by, USB_GONE);
	assert_int_equal(events, 1);
}

static void stop_is_told_when_quiet(void **state)
{
	(void)state;
	ask(image, IMAGE_BYTES, 4, 1000);
	usb_pipe_stop(&line);
	assert_int_equal(last, NONE);
	while (fake_flying(&usb, USB_BULK_OUT) > 0)
		fake_complete(&usb, fake_first(&usb, USB_BULK_OUT), USB_CANCELLED, 0);
	assert_int_equal(last, STOPPED);
	assert_int_equal(events, 1);
	usb_pipe_stop(&line); /* nothing under way: at once */
	assert_int_equal(events, 2);
}

static void close_counts_to_zero(void **state)
{
	(void)state;
	usb_pipe_greet(&line);
	assert_int_equal(fake_flying(&usb, USB_CONTROL_OUT), 2);
	ask(image, IMAGE_BYTES, 4, 1000);
	usb_pipe_close(&line, closed, NULL);
	while (usb.count > 0) {
		assert_false(usb.closed);
		fake_complete(&usb, usb.flying[usb.count - 1], USB_CANCELLED, 0);
	}
	assert_int_equal(last, NONE);
	run_until(CLOSED);
	assert_true(usb.closed);
	assert_int_equal(events, 1);
}

/* Line coding 921600 8N1 and DTR with RTS; a device that stalls them is none the worse. */
static void greeting_is_a_courtesy(void **state)
{
	struct usb_transfer *t;

	(void)state;
	usb_pipe_greet(&line);
	t = fake_first(&usb, USB_CONTROL_OUT);
	assert_memory_equal(t->setup, "\x21\x20\x00\x00\x00\x00\x07\x00", 8);
	assert_memory_equal(t->payload, "\x00\x10\x0E\x00\x00\x00\x08", 7);
	fake_complete(&usb, t, USB_STALL, 0);
	t = fake_first(&usb, USB_CONTROL_OUT);
	assert_memory_equal(t->setup, "\x21\x22\x03\x00\x00\x00\x00\x00", 8);
	fake_complete(&usb, t, USB_STALL, 0);
	a_byte_for_a_byte(state);
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, begin, end)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(a_byte_for_a_byte),
		TEST(answer_before_completion),
		TEST(surplus_stays_for_the_next),
		TEST(answers_of_whole_packets),
		TEST(answers_in_odd_pieces),
		TEST(long_slices_are_cut),
		TEST(silence_gives_what_came),
		TEST(silence_takes_long_reads_back),
		TEST(silence_waits_for_writes),
		TEST(moving_bytes_are_not_silence),
		TEST(no_memory_shrinks_transfers),
		TEST(starving_is_not_silence),
		TEST(a_stall_breaks),
		TEST(a_short_write_breaks),
		TEST(departure_breaks_once),
		TEST(stop_is_told_when_quiet),
		TEST(close_counts_to_zero),
		TEST(greeting_is_a_courtesy),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
