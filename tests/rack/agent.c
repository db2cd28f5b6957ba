/* Frames in both directions (da-xflash.md section 1). */
#include "tests/rack/agent.h"

#include <stdlib.h>
#include <string.h>

#include "engine/base/bytes.h"
#include "tests/rack/boot.h"

enum { TYPE_FLOW = 1, TYPE_LOG = 2, BYTE_BY_BYTE = 12 };

/* ---- sending ---- */

static void send_header(struct device *d, uint32_t type, uint32_t n)
{
	uint8_t header[AGENT_HEADER_BYTES];

	put_le32(header, AGENT_MAGIC);
	put_le32(header + 4, type);
	put_le32(header + 8, n);
	tx_put(&d->usb.tx, header, sizeof header, 1);
}

/* DA1 ends a payload of full packets with an empty one; DA2 does not. */
static void maybe_zlp(struct device *d, size_t n)
{
	if (d->stage == STAGE_AGENT1 && n && n % d->usb.tx.packet == 0)
		tx_zlp(&d->usb.tx);
}

void agent_send(struct device *d, const void *payload, size_t n)
{
	send_header(d, TYPE_FLOW, (uint32_t)n);
	tx_put(&d->usb.tx, payload, n, n <= BYTE_BY_BYTE ? 1 : 0);
	if (n > BYTE_BY_BYTE)
		maybe_zlp(d, n);
}

void agent_send_big(struct device *d, uint8_t *payload, size_t n)
{
	send_header(d, TYPE_FLOW, (uint32_t)n);
	tx_give(&d->usb.tx, payload, n);
	maybe_zlp(d, n);
}

void agent_send_u32(struct device *d, uint32_t v)
{
	uint8_t b[4];

	put_le32(b, v);
	agent_send(d, b, sizeof b);
}

static void send_log_noise(struct device *d)
{
	static const char text[] = "[rack] still here\n";
	uint8_t frame[4 + sizeof text];

	put_le32(frame, 1);
	memcpy(frame + 4, text, sizeof text);
	send_header(d, TYPE_LOG, sizeof frame);
	tx_put(&d->usb.tx, frame, sizeof frame, 0);
	maybe_zlp(d, sizeof frame);
}

void agent_send_status(struct device *d, uint32_t status)
{
	status = device_status(d, status);
	if (d->agent->log_usb || d->config->log_frames)
		send_log_noise(d);
	if (status || !d->agent->write_left)
		device_log(d, "d>", "status 0x%08X", status);
	agent_send_u32(d, status);
}

/* ---- receiving ---- */

static void got_payload(void *ctx)
{
	struct device *d = ctx;

	d->agent->on_frame(d, DA_OK, d->agent->frame_n);
}

static void drop(void *ctx, const uint8_t *bytes, size_t n)
{
	(void)ctx;
	(void)bytes;
	(void)n;
}

static void got_header(void *ctx)
{
	struct device *d = ctx;
	struct agent *a = d->agent;

	a->frame_n = get_le32(a->header + 8);
	if (get_le32(a->header) != AGENT_MAGIC) {
		device_log(d, "h>", "no frame: %s", journal_hex(a->header, sizeof a->header));
		a->on_frame(d, DA_PROTOCOL_ERR, 0);
	} else if (a->frame_n > a->limit) {
		device_log(d, "h>", "frame of %zu bytes, at most %zu: payload stays unread",
			   a->frame_n, a->limit);
		a->on_frame(d, DA_BUFFER_OVERFLOW, 0);
	} else if (!a->frame_n) {
		a->on_frame(d, DA_OK, 0);
	} else if (a->to) {
		rx_read(&d->usb.rx, a->to, a->frame_n, got_payload);
	} else {
		rx_read_through(&d->usb.rx, a->frame_n, drop, got_payload);
	}
}

void agent_expect_to(struct device *d, uint8_t *to, size_t limit, agent_frame *on_frame)
{
	struct agent *a = d->agent;

	a->limit = limit;
	a->on_frame = on_frame;
	a->to = to;
	rx_read(&d->usb.rx, a->header, sizeof a->header, got_header);
}

void agent_expect(struct device *d, size_t limit, agent_frame *on_frame)
{
	agent_expect_to(d, d->agent->buffer, limit, on_frame);
}

bool agent_reserve(struct device *d, size_t bytes)
{
	struct agent *a = d->agent;

	if (a->big && a->big_room >= bytes)
		return true;
	agent_release(d);
	a->big = malloc(bytes);
	a->big_room = a->big ? bytes : 0;
	a->big_n = 0;
	return a->big;
}

void agent_release(struct device *d)
{
	free(d->agent->big);
	d->agent->big = NULL;
	d->agent->big_room = d->agent->big_n = 0;
}

void agent_halt(struct device *d, const char *why)
{
	device_log(d, "--", "the agent is lost: %s", why);
	rx_stop(&d->usb.rx);
	d->dirty = true;
}

/* ---- life ---- */

static void first_byte(struct device *d)
{
	device_log(d, "d>", "C0");
	tx_put(&d->usb.tx, "\xC0", 1, 0);
	agent_sync(d);
}

bool agent_wake(struct device *d)
{
	struct agent *a = d->agent;
	bool by_preloader = !d->boot->brom;

	agent_free(d);
	a->buffer = malloc(AGENT_BUFFER_BYTES);
	a->by_preloader = by_preloader;
	a->dram_ready = by_preloader;
	a->pid = 0x2001;
	d->stage = STAGE_AGENT1;
	d->dirty = true;
	rx_reset(&d->usb.rx, RX_AGENT);
	if (!a->buffer)
		agent_halt(d, "no memory on this machine");
	return a->buffer;
}

void agent_start(struct device *d)
{
	if (agent_wake(d))
		device_after(d, TIMER_WORK, d->config->c0_ms, first_byte);
}

void agent_free(struct device *d)
{
	free(d->agent->buffer);
	free(d->agent->big);
	memset(d->agent, 0, sizeof *d->agent);
}
