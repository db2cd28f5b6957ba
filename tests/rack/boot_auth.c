/*
 * SEND_CERT, SEND_AUTH, SLA (brom.md section 12). The rack holds no keys, so no answer to the
 * challenge is right: a device with SLA stays locked, as a stranger's phone would.
 */
#include "tests/rack/boot.h"

#include <stdlib.h>
#include <string.h>

#include "engine/base/bytes.h"

enum { AUTH_BYTES_MAX = 0x4000 };

static void store(void *ctx, const uint8_t *bytes, size_t n)
{
	struct device *d = ctx;

	memcpy(d->boot->data + d->boot->data_n, bytes, n);
	d->boot->data_n += n;
}

static uint16_t xor16(const struct boot *b)
{
	uint16_t sum = 0;

	for (size_t i = 0; i < b->data_n; i++)
		sum ^= (uint16_t)(i % 2 ? b->data[i] << 8 : b->data[i]);
	return sum;
}

static void received(void *ctx)
{
	struct device *d = ctx;
	struct boot *b = d->boot;
	bool gfh = b->data_n > 8 && !memcmp(b->data, "MMM\x01", 4);
	bool auth = b->command->opcode == 0xE2;

	reply16(d, xor16(b));
	if (auth)
		b->auth_sent = gfh;
	reply_status(d, !auth || gfh ? 0 : 0x2000);
	boot_idle(d);
}

static void receive(struct device *d, bool wanted)
{
	struct boot *b = d->boot;
	uint32_t n = b->parameters[0];
	uint16_t bad = !wanted ? 0x1D0C : !n ? 0x1D13 : n > AUTH_BYTES_MAX ? 0x7004 : 0;

	free(b->data);
	b->data = bad ? NULL : malloc(n);
	b->data_n = 0;
	reply_status(d, bad);
	if (b->data)
		rx_read_through(&d->usb.rx, n, store, received);
	else
		boot_idle(d);
}

void run_send_cert(struct device *d)
{
	receive(d, d->config->security & SECURE_SBC);
}

void run_send_auth(struct device *d)
{
	receive(d, d->config->security & (SECURE_SLA | SECURE_DAA));
}

/* ---- SLA ---- */

static void drop(void *ctx, const uint8_t *bytes, size_t n)
{
	(void)ctx;
	(void)bytes;
	(void)n;
}

static void response_received(void *ctx)
{
	struct device *d = ctx;

	reply_status(d, 0x1D0D);
	boot_idle(d);
}

static void response_length(void *ctx)
{
	struct device *d = ctx;
	uint32_t n = get_be32(d->boot->field);

	reply32(d, n);
	if (!n || n > 0x400) {
		reply_status(d, 0x1D0D);
		boot_idle(d);
		return;
	}
	reply_status(d, 0);
	rx_read_through(&d->usb.rx, n, drop, response_received);
}

void run_sla(struct device *d)
{
	struct boot *b = d->boot;
	struct seeded s;

	if (!(d->config->security & SECURE_SLA) || !b->auth_sent) {
		reply_status(d, 0x7017);
		boot_idle(d);
		return;
	}
	reply_status(d, 0);
	s.state = d->config->seed ^ (d->now_us << 8) ^ ++b->challenges;
	seeded_fill(&s, b->challenge, sizeof b->challenge);
	reply32(d, sizeof b->challenge);
	reply_bytes(d, b->challenge, sizeof b->challenge);
	rx_read(&d->usb.rx, b->field, 4, response_length);
}
