/*
 * The second stage (da-legacy.md 3.4): header, packets each answered by 5A, always one remainder
 * packet, and the digest of it all without its signature. DA1 carries the digest; the rack looks
 * for it in DA1 as it was uploaded, so any matching pair is taken. On a mismatch every packet has
 * had its 5A, and then nothing comes.
 */
#include "tests/rack/legacy/legacy_agent.h"

#include <string.h>

#include <openssl/evp.h>

#include "engine/base/bytes.h"

enum { HEADER_BYTES = 12, SIGNATURE_BYTES = 0x100, DA2_BYTES_MAX = 0x1000000 };
enum { SLOT_WORDS = 5, START_MS = 60 };

static void next_packet(struct device *d);

static bool belongs(const struct device *d)
{
	const struct legacy_agent *la = d->legacy;
	unsigned char digest[EVP_MAX_MD_SIZE];
	unsigned n = 0;

	if (la->profile->unverified || d->config->agent == AGENT_2013 ||
	    d->config->agent == AGENT_2011)
		return true;
	if (la->da2_bytes < SIGNATURE_BYTES || !d->boot->da1)
		return false;
	return EVP_Digest(la->big, la->da2_bytes - SIGNATURE_BYTES, digest, &n, EVP_sha1(), NULL) &&
	       memmem(d->boot->da1, d->boot->da1_n, digest, n);
}

static void got_alive_ack(struct device *d)
{
	device_step(d, "stage2-ack", "%02X", d->legacy->in[0]);
	la_report(d);
}

static void alive(struct device *d)
{
	d->stage = STAGE_AGENT2;
	d->dirty = true;
	if (faults_stand(&d->faults, RACK_STORAGE_DEAD, RACK_AT_BOOT, NULL)) {
		static const char text[] = "ASSERT!!  storage.c(211): no answer\r\n";

		reply_bytes(d, text, sizeof text - 1);
		la_halt(d, "fault: storage-dead, the second stage asserts");
		return;
	}
	device_log(d, "d>", "second stage runs");
	la_ack(d);
	la_ask(d, 1, got_alive_ack);
}

static void complete(struct device *d)
{
	struct legacy_agent *la = d->legacy;

	if (!la->dram_ready && la->da2_at >= 0x40000000) {
		la_halt(d, "a second stage in DRAM that is not set up");
		return;
	}
	if (!belongs(d)) {
		la_halt(d, "the second stage is not the one of this first stage");
		return;
	}
	device_after(d, TIMER_WORK, START_MS, alive);
}

static void got_remainder(struct device *d)
{
	la_ack(d);
	complete(d);
}

static void got_packet(struct device *d)
{
	d->legacy->da2_n += d->legacy->da2_packet;
	la_ack(d);
	next_packet(d);
}

static void next_packet(struct device *d)
{
	struct legacy_agent *la = d->legacy;
	uint32_t left = la->da2_bytes - la->da2_n;

	if (left >= la->da2_packet)
		la_ask_to(d, la->big + la->da2_n, la->da2_packet, got_packet);
	else
		la_ask_to(d, la->big + la->da2_n, left, got_remainder);
}

static void got_header(struct device *d)
{
	struct legacy_agent *la = d->legacy;

	la->da2_at = get_be32(la->in);
	la->da2_bytes = get_be32(la->in + 4);
	la->da2_packet = get_be32(la->in + 8);
	la->da2_n = 0;
	device_step(d, "stage2", "%u bytes for 0x%08X in packets of %u", la->da2_bytes, la->da2_at,
		    la->da2_packet);
	if (!la->da2_packet || la->da2_bytes > DA2_BYTES_MAX) {
		la_halt(d, "an impossible second stage");
		return;
	}
	if (!la_reserve(d, la->da2_bytes ? la->da2_bytes : 1))
		return;
	la_ack(d);
	next_packet(d);
}

void la_upload_begun(struct device *d)
{
	la_ask_to(d, d->legacy->in + 1, HEADER_BYTES - 1, got_header);
}

void la_upload(struct device *d)
{
	for (int i = 0; d->legacy->profile->dword_slots && i < SLOT_WORDS; i++)
		la_send32(d, 0);
	la_ask(d, HEADER_BYTES, got_header);
}
