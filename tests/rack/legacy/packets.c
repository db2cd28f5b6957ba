/*
 * Runs of packets in both directions (da-legacy.md 5.3, 5.6, 5.10), shared by all commands that
 * move data.
 *
 * Towards the device the host sends a control byte, the data, and their sum. The agent's data read
 * bypasses what the short read of the control byte has fetched: a control byte that shares a
 * transfer with its data is never answered [emu].
 */
#include "tests/rack/legacy/legacy_agent.h"

#include <stdlib.h>
#include <string.h>

#include "engine/base/bytes.h"

/* ---- from the host ---- */

static void next_packet(struct device *d);

static void ask_control(struct device *d);

/* Told, then the host decides: 5A and the packet again, or 96. */
static void packet_failed(struct device *d, uint32_t status)
{
	la_refuse(d, status);
	ask_control(d);
}

static void packet_done(struct device *d)
{
	struct legacy_intake *in = &d->legacy->intake;

	in->image_sum = (uint16_t)(in->image_sum + in->sum);
	in->left -= in->now;
	if (d->lost) {
		device_log(d, "--", "fault: lost, the answer to a packet does not come");
		d->lost = false;
	} else {
		reply8(d, LEGACY_CONT);
	}
	next_packet(d);
}

static void got_sum(struct device *d)
{
	struct legacy_agent *la = d->legacy;
	struct legacy_intake *in = &la->intake;
	uint16_t told = get_be16(la->in);
	uint32_t status;

	in->sum = la_sum(la->big, in->now);
	device_step(d, "write", "%zu bytes, sum %04X", in->now, told);
	device_fault_at(d, RACK_AT_WRITE, 1);
	status = in->verify && in->sum != told ? (uint32_t)LS_CHECKSUM : 0;
	if (!status)
		status = in->store(d, la->big, in->now);
	status = device_status(d, status);
	if (status)
		packet_failed(d, status);
	else
		packet_done(d);
}

static void got_data(struct device *d)
{
	la_ask(d, 2, got_sum);
}

static void got_control(struct device *d)
{
	struct legacy_agent *la = d->legacy;
	struct legacy_intake *in = &la->intake;

	if (la->in[0] == LEGACY_STOP) {
		device_log(d, "h>", "  stop, %llu bytes were still to come",
			   (unsigned long long)in->left);
		la_idle(d);
		return;
	}
	if (la->in[0] != LEGACY_ACK) {
		la_halt(d, "neither 5A nor 96 in a write");
		return;
	}
	if (la_mid_transfer(d)) {
		la_halt(d, "a packet in the transfer of its control byte");
		return;
	}
	in->now = in->left < in->packet ? (size_t)in->left : in->packet;
	la_ask_to(d, la->big, in->now, got_data);
}

static void ask_control(struct device *d)
{
	la_ask(d, 1, got_control);
}

static void next_packet(struct device *d)
{
	if (d->legacy->intake.left)
		ask_control(d);
	else
		d->legacy->intake.finished(d);
}

void la_take_packets(struct device *d)
{
	struct legacy_intake *in = &d->legacy->intake;

	in->image_sum = 0;
	if (!in->packet || in->packet > LEGACY_PACKET_MAX) {
		la_halt(d, "packets of an impossible size");
		return;
	}
	if (la_reserve(d, in->packet))
		next_packet(d);
}

/* ---- to the host ---- */

static void send_packet(struct device *d);

enum answer { NEXT, AGAIN, STOPPED, IGNORED };

/* What the host's byte means: READ knows 5A and A5, READPAGE 5A, 69 and 96 (5.6, 5.10). */
static enum answer answer_of(const struct legacy_outlet *out, uint8_t byte)
{
	if (byte == LEGACY_ACK)
		return NEXT;
	if (byte == (out->framed ? LEGACY_CONT : LEGACY_NACK))
		return AGAIN;
	return out->framed && byte == LEGACY_STOP ? STOPPED : IGNORED;
}

static void got_taken(struct device *d)
{
	struct legacy_outlet *out = &d->legacy->outlet;

	switch (answer_of(out, d->legacy->in[0])) {
	case NEXT:
		out->at += out->now;
		out->left -= out->now;
		send_packet(d);
		break;
	case AGAIN:
		send_packet(d);
		break;
	case STOPPED:
		la_idle(d);
		break;
	case IGNORED: /* a READ cannot be stopped */
		la_ask(d, 1, got_taken);
		break;
	}
}

/* The sum leaves as two transfers of one byte (section 1). */
static void send_sum(struct device *d, uint16_t sum)
{
	if (d->bad_checksum) {
		sum ^= 0x5555;
		d->bad_checksum = false;
	}
	reply8(d, (uint8_t)(sum >> 8));
	reply8(d, (uint8_t)sum);
}

static void send_packet(struct device *d)
{
	struct legacy_outlet *out = &d->legacy->outlet;
	uint32_t status;
	uint16_t sum;
	uint8_t *bytes;

	if (!out->left) {
		out->finished(d);
		return;
	}
	out->now = out->left < out->packet ? (size_t)out->left : out->packet;
	bytes = malloc(out->now);
	if (!bytes) {
		la_halt(d, "no memory on this machine");
		return;
	}
	device_step(d, "read-packet", "%zu bytes at 0x%llX", out->now, (unsigned long long)out->at);
	status = device_status(d, out->fetch(d, out->at, bytes, out->now));
	if (status) {
		free(bytes);
		la_refuse(d, status);
		la_idle(d);
		return;
	}
	sum = la_sum(bytes, out->now);
	if (out->framed)
		la_ack(d);
	tx_give(&d->usb.tx, bytes, out->now);
	send_sum(d, sum);
	la_ask(d, 1, got_taken);
}

void la_send_packets(struct device *d)
{
	struct legacy_outlet *out = &d->legacy->outlet;

	if (!out->packet || out->packet > LEGACY_PACKET_MAX)
		la_halt(d, "packets of an impossible size");
	else
		send_packet(d);
}
