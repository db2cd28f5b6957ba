/*
 * SEND_CERT, SEND_AUTH, SLA (brom.md section 12): the boot ROM of a secured device. It verifies
 * what it is given with the owner's public keys (--auth-key, --sla-key) or by digest. Without them
 * an auth file of the right shape is taken, and no answer to the challenge is right: a device with
 * SLA stays locked, as a stranger's phone would.
 */
#include "tests/rack/boot.h"

#include <stdlib.h>
#include <string.h>

#include <openssl/evp.h>

#include "engine/base/bytes.h"
#include "tests/rack/owner_key.h"

enum { FILE_BYTES_MAX = 0x4000, ANSWER_BYTES_MAX = 0x400, NO_CHALLENGE = 0x7017 };
enum { SLA_FAILED = 0x1D0D, NOT_NEEDED = 0x1D0C, IMAGE_VERIFY_FAILED = 0x2000 };

static void store(void *ctx, const uint8_t *bytes, size_t n)
{
	struct device *d = ctx;

	memcpy(d->boot->data + d->boot->data_n, bytes, n);
	d->boot->data_n += n;
}

/* Room for `n` bytes of the host's. */
static bool reserve(struct boot *b, uint32_t n)
{
	free(b->data);
	b->data = malloc(n);
	b->data_n = 0;
	return b->data != NULL;
}

static uint16_t xor16(const struct boot *b)
{
	uint16_t sum = 0;

	for (size_t i = 0; i < b->data_n; i++)
		sum ^= (uint16_t)(i % 2 ? b->data[i] << 8 : b->data[i]);
	return sum;
}

/* ---- certificate and auth file ---- */

static bool has_digest(const struct boot *b, const uint8_t digest[32])
{
	uint8_t found[EVP_MAX_MD_SIZE];

	return EVP_Digest(b->data, b->data_n, found, NULL, EVP_sha256(), NULL) &&
	       !memcmp(found, digest, 32);
}

static bool auth_stands(const struct device *d)
{
	const struct rack_config *c = d->config;
	const struct boot *b = d->boot;

	if (b->data_n < 8 || memcmp(b->data, "MMM\x01", 4) != 0)
		return false;
	if (c->has_auth_digest && !has_digest(b, c->auth_digest))
		return false;
	return !c->auth_key || owner_key_signed_gfh(c->auth_key, b->data, b->data_n);
}

static void file_received(void *ctx)
{
	struct device *d = ctx;
	struct boot *b = d->boot;
	bool auth = b->command->opcode == 0xE2;
	bool good = !auth || auth_stands(d);

	reply16(d, xor16(b));
	if (auth)
		b->auth_sent = good;
	device_log(d, "--", "%s of %zu bytes: %s", auth ? "auth file" : "certificate", b->data_n,
		   good ? "accepted" : "refused");
	reply_status(d, good ? 0 : IMAGE_VERIFY_FAILED);
	boot_idle(d);
}

static void receive(struct device *d, bool wanted)
{
	uint32_t n = d->boot->parameters[0];
	uint16_t bad = !wanted ? NOT_NEEDED : !n ? 0x1D13 : n > FILE_BYTES_MAX ? 0x7004 : 0;

	bad = (uint16_t)device_status(d, bad);
	if (!bad && !reserve(d->boot, n))
		bad = 0x2002; /* no memory: the device's own word for it */
	reply_status(d, bad);
	if (bad)
		boot_idle(d);
	else
		rx_read_through(&d->usb.rx, n, store, file_received);
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

static void answer_received(void *ctx)
{
	struct device *d = ctx;
	struct boot *b = d->boot;

	b->sla_passed =
		d->config->sla_key && owner_key_answers(d->config->sla_key, b->challenge,
							sizeof b->challenge, b->data, b->data_n);
	device_log(d, "--", "answer of %zu bytes to challenge %u: %s", b->data_n, b->challenges,
		   b->sla_passed ? "right" : "wrong");
	reply_status(d, b->sla_passed ? 0 : SLA_FAILED);
	boot_idle(d);
}

static void answer_length(void *ctx)
{
	struct device *d = ctx;
	uint32_t n = get_be32(d->boot->field);
	bool good = n && n <= ANSWER_BYTES_MAX && reserve(d->boot, n);

	reply32(d, n);
	reply_status(d, good ? 0 : SLA_FAILED);
	if (good)
		rx_read_through(&d->usb.rx, n, store, answer_received);
	else
		boot_idle(d);
}

void run_sla(struct device *d)
{
	struct boot *b = d->boot;
	bool open = d->config->security & SECURE_SLA && b->auth_sent && !b->sla_passed;
	uint16_t bad = (uint16_t)device_status(d, open ? 0 : NO_CHALLENGE);
	struct seeded s;

	reply_status(d, bad);
	if (bad) {
		boot_idle(d);
		return;
	}
	s.state = d->config->seed ^ (d->now_us << 8) ^ ++b->challenges;
	seeded_fill(&s, b->challenge, sizeof b->challenge);
	reply32(d, sizeof b->challenge);
	reply_bytes(d, b->challenge, sizeof b->challenge);
	rx_read(&d->usb.rx, b->field, 4, answer_length);
}
