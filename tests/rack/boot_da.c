/* SEND_DA, JUMP_DA, JUMP_DA64 (brom.md section 11). */
#include "tests/rack/agents.h"
#include "tests/rack/boot.h"
#include "tests/rack/owner_key.h"

#include <stdlib.h>
#include <string.h>

#include <openssl/evp.h>

#include "engine/base/bytes.h"

enum { SRAM_LIMIT = 0x40000000, DA_BYTES_MAX = 0x200000, OLD_SECURE_DA_MAX = 0x30000 };

static void store(void *ctx, const uint8_t *bytes, size_t n)
{
	struct device *d = ctx;
	struct boot *b = d->boot;

	memcpy(b->data + b->data_n, bytes, n);
	b->data_n += n;
}

static uint16_t xor16(const uint8_t *p, size_t n)
{
	uint16_t sum = 0;

	for (size_t i = 0; i + 1 < n; i += 2)
		sum ^= get_le16(p + i);
	if (n % 2)
		sum ^= p[n - 1];
	return sum;
}

/* MT6573 to MT6577 have their SRAM where later chips have nothing. */
static bool in_own_sram(const struct device *d, uint32_t address)
{
	uint32_t base = d->config->chip->da_load_addr;

	return base >= SRAM_LIMIT && address >> 16 == base >> 16;
}

/* What the device says of address and lengths before it takes a byte. */
static uint16_t check_request(const struct device *d)
{
	const struct boot *b = d->boot;
	uint32_t address = b->parameters[0], length = b->parameters[1], sig = b->parameters[2];
	unsigned security = d->config->security;

	if (b->brom && security & SECURE_SLA && !b->sla_passed)
		return 0x1D0D;
	if (b->brom && security & SECURE_DAA && !b->auth_sent)
		return 0x7017;
	if (!length)
		return 0x1D13;
	if (address % 2)
		return 0x1D11;
	if (b->brom && !in_own_sram(d, address) && address >= 0x80000000)
		return 0x1D00;
	if (b->brom && !in_own_sram(d, address) && address >= SRAM_LIMIT)
		return 0x1D01; /* DRAM is not there yet */
	if (b->brom && address < SRAM_LIMIT && length > SRAM_LIMIT - address)
		return 0x1D12;
	if (length > DA_BYTES_MAX)
		return 0x1D10;
	if (sig > length)
		return 0x1D14;
	if (security & SECURE_DAA && !sig)
		return 0x1D15;
	if (!b->brom && d->config->preloader == PRELOADER_OLD && security & SECURE_DAA &&
	    length > OLD_SECURE_DA_MAX)
		return 0x1D10;
	return 0;
}

/*
 * With DAA the signature is verified with the owner's key (--da-key). Without one the device takes
 * every signature that could be one, and refuses the empty place of an unsigned file (zeros, or the
 * SSSSCUST of customer files).
 */
static bool signature_stands(const struct device *d)
{
	static const uint8_t none[64];
	const struct boot *b = d->boot;
	size_t body = b->da1_n - b->da1_sig;
	const uint8_t *sig = b->da1 + body;

	if (b->da1_sig < sizeof none)
		return false;
	if (d->config->da_key)
		return owner_key_signed(d->config->da_key, b->da1, body, sig, b->da1_sig);
	return memcmp(sig, none, sizeof none) != 0 && memcmp(sig, "SSSSCUST", 8) != 0;
}

/* --da-sig-len and --da-sha256: a device that takes one agent only. */
static bool is_wanted(const struct device *d)
{
	const struct rack_config *c = d->config;
	const struct boot *b = d->boot;
	uint8_t digest[EVP_MAX_MD_SIZE];

	if (c->da_sig_len && c->da_sig_len != b->da1_sig)
		return false;
	return !c->has_da_digest ||
	       (EVP_Digest(b->da1, b->da1_n - b->da1_sig, digest, NULL, EVP_sha256(), NULL) &&
		!memcmp(digest, c->da_digest, sizeof c->da_digest));
}

static uint16_t verify(const struct device *d)
{
	const struct boot *b = d->boot;
	bool good = !(d->config->security & SECURE_DAA) || signature_stands(d);

	if (good && is_wanted(d))
		return 0;
	if (b->brom)
		return 0x7015;
	return d->config->preloader == PRELOADER_OLD ? 0x2001 : 0x7024;
}

static void received(void *ctx)
{
	struct device *d = ctx;
	struct boot *b = d->boot;
	uint16_t sum = xor16(b->data, b->data_n), bad;

	if (d->bad_checksum) {
		sum ^= 0x5555;
		d->bad_checksum = false;
	}
	free(b->da1);
	b->da1 = b->data;
	b->da1_n = b->data_n;
	b->data = NULL;
	b->data_n = 0;
	device_log(d, "h>", "  %zu bytes, checksum %04X", b->da1_n, sum);
	reply16(d, sum);
	bad = (uint16_t)device_status(d, verify(d));
	reply_status(d, bad);
	if (bad) {
		free(b->da1);
		b->da1 = NULL;
		if (!b->brom) {
			boot_assert(d, "the agent does not verify");
			return;
		}
	}
	boot_idle(d);
}

void run_send_da(struct device *d)
{
	struct boot *b = d->boot;
	uint16_t bad = (uint16_t)device_status(d, check_request(d));

	reply_status(d, bad);
	if (bad) {
		boot_idle(d);
		return;
	}
	free(b->data);
	b->data_n = 0;
	b->data = malloc(b->parameters[1]);
	if (!b->data) { /* the machine is short of memory: the device looks hung */
		device_log(d, "--", "no memory for an agent of %u bytes", b->parameters[1]);
		return;
	}
	b->da1_address = b->parameters[0];
	b->da1_sig = b->parameters[2];
	rx_read_through(&d->usb.rx, b->parameters[1], store, received);
}

/* May the processor go there? 0, or the status word. */
static uint16_t check_jump(const struct device *d)
{
	const struct boot *b = d->boot;

	if (!b->da1)
		return 0x1D16;
	if (b->brom && b->parameters[0] != b->da1_address)
		return 0x1D0F;
	return 0;
}

static bool refuse_jump(struct device *d)
{
	uint16_t bad = (uint16_t)device_status(d, check_jump(d));

	reply_status(d, bad);
	if (!bad)
		return false;
	if (d->boot->brom) {
		boot_idle(d);
		return true;
	}
	boot_assert(d, "JUMP_DA without a verified agent");
	return true;
}

void run_jump_da(struct device *d)
{
	if (!refuse_jump(d))
		agents_start(d);
}

static void mode_64(void *ctx)
{
	struct device *d = ctx;

	reply8(d, d->boot->byte);
	if (d->boot->byte != 0x64) {
		reply_status(d, 0x1D0F);
		boot_idle(d);
		return;
	}
	reply_status(d, 0);
	agents_start(d);
}

/* DE: address, 01 (64-bit) or 00, status, then 64 and a status. */
void run_jump_da64(struct device *d)
{
	struct boot *b = d->boot;

	if (!d->config->chip->jump_da64) {
		reply_status(d, 0x1D0F);
		boot_idle(d);
		return;
	}
	if (refuse_jump(d))
		return;
	rx_read(&d->usb.rx, &b->byte, 1, mode_64);
}
