#include "tests/unit/samples.h"

#include <openssl/evp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "engine/base/bytes.h"

static _Noreturn void stop(const char *why)
{
	fprintf(stderr, "samples: %s\n", why);
	abort();
}

void buffer_add(struct buffer *b, const void *bytes, size_t n)
{
	if (b->n + n > b->room) {
		b->room = 2 * (b->n + n) + 64;
		b->p = realloc(b->p, b->room);
		if (!b->p)
			stop("out of memory");
	}
	if (n > 0)
		memcpy(b->p + b->n, bytes, n);
	b->n += n;
}

void buffer_fill(struct buffer *b, uint8_t value, size_t n)
{
	for (size_t i = 0; i < n; i++)
		buffer_add(b, &value, 1);
}

void buffer_noise(struct buffer *b, uint32_t seed, size_t n)
{
	uint32_t x = seed * 2654435761u + 1;

	for (size_t i = 0; i < n; i++) {
		uint8_t byte;

		x ^= x << 13;
		x ^= x >> 17;
		x ^= x << 5;
		byte = (uint8_t)x;
		buffer_add(b, &byte, 1);
	}
}

void buffer_le16(struct buffer *b, uint16_t v)
{
	uint8_t p[2];

	put_le16(p, v);
	buffer_add(b, p, sizeof p);
}

void buffer_le32(struct buffer *b, uint32_t v)
{
	uint8_t p[4];

	put_le32(p, v);
	buffer_add(b, p, sizeof p);
}

void buffer_le64(struct buffer *b, uint64_t v)
{
	uint8_t p[8];

	put_le64(p, v);
	buffer_add(b, p, sizeof p);
}

void buffer_text(struct buffer *b, const char *s)
{
	buffer_add(b, s, strlen(s));
}

void buffer_free(struct buffer *b)
{
	free(b->p);
	*b = (struct buffer){0};
}

struct slice buffer_slice(const struct buffer *b)
{
	return (struct slice){b->p, b->n};
}

char *text_replaced(const char *text, const char *from, const char *to)
{
	const char *at = strstr(text, from);
	struct buffer b = {0};

	if (!at)
		stop("the text to replace is not in the sample");
	buffer_add(&b, text, (size_t)(at - text));
	buffer_text(&b, to);
	buffer_text(&b, at + strlen(from));
	buffer_fill(&b, 0, 1);
	return (char *)b.p;
}

/* A text that stands at a fixed place in a field of `n` bytes, NUL padded. */
static void add_field(struct buffer *b, const char *text, size_t n)
{
	size_t start = b->n;

	buffer_text(b, text);
	if (b->n - start > n)
		stop("a field is too short for its text");
	buffer_fill(b, 0, n - (b->n - start));
}

static void add_chunk(struct buffer *b, uint16_t type, uint32_t blocks, uint32_t payload_bytes)
{
	buffer_le16(b, type);
	buffer_le16(b, 0);
	buffer_le32(b, blocks);
	buffer_le32(b, 12 + payload_bytes);
}

static uint32_t slow_crc32(struct slice s)
{
	uint32_t crc = 0xFFFFFFFFu;

	for (size_t i = 0; i < s.n; i++) {
		crc ^= s.p[i];
		for (int bit = 0; bit < 8; bit++)
			crc = crc & 1 ? crc >> 1 ^ 0xEDB88320u : crc >> 1;
	}
	return ~crc;
}

struct buffer sample_sparse_expanded(uint8_t hole)
{
	struct buffer b = {0};

	buffer_noise(&b, 1, 2 * 4096);
	for (int i = 0; i < 3 * 4096 / 4; i++)
		buffer_le32(&b, 0x11223344);
	buffer_fill(&b, hole, 4 * 4096);
	buffer_noise(&b, 2, 4096);
	return b;
}

struct buffer sample_sparse(bool crc)
{
	struct buffer b = {0};
	struct buffer expanded = sample_sparse_expanded(0);
	uint32_t sum = slow_crc32(buffer_slice(&expanded));

	buffer_le32(&b, 0xED26FF3A);
	buffer_le16(&b, 1);
	buffer_le16(&b, 0);
	buffer_le16(&b, 28);
	buffer_le16(&b, 12);
	buffer_le32(&b, 4096);
	buffer_le32(&b, 10);
	buffer_le32(&b, crc ? 5 : 4);
	buffer_le32(&b, crc ? sum : 0);
	add_chunk(&b, 0xCAC1, 2, 2 * 4096);
	buffer_noise(&b, 1, 2 * 4096);
	add_chunk(&b, 0xCAC2, 3, 4);
	buffer_le32(&b, 0x11223344);
	add_chunk(&b, 0xCAC3, 4, 0);
	add_chunk(&b, 0xCAC1, 1, 4096);
	buffer_noise(&b, 2, 4096);
	if (crc) {
		add_chunk(&b, 0xCAC4, 0, 4);
		buffer_le32(&b, sum);
	}
	buffer_free(&expanded);
	return b;
}

#define DA_EPP	    0x270
#define DA_STAGE1   0x400
#define DA_STAGE2   0xA00
#define DA_SIG	    0x100
#define DA_ENTRY    (DA_EPP + DA_STAGE1 + DA_STAGE2)
#define DA_SLOTS_V3 20
#define DA_SLOTS_V4 64

static void add_region(struct buffer *b, size_t offset, uint32_t len, uint32_t address,
		       uint32_t sig_len)
{
	buffer_le32(b, (uint32_t)offset);
	buffer_le32(b, len);
	buffer_le32(b, address);
	buffer_le32(b, sig_len ? len - sig_len : 0);
	buffer_le32(b, sig_len);
}

static void add_da_entry(struct buffer *b, uint32_t version, uint16_t code, uint16_t sw,
			 size_t payload)
{
	buffer_le16(b, 0xDADA);
	buffer_le16(b, code);
	if (version == 4)
		buffer_le16(b, 0);
	buffer_le16(b, 0xCA00);
	buffer_le16(b, sw);
	if (version == 4)
		buffer_le16(b, 0);
	buffer_le32(b, 0x1000);
	buffer_le16(b, 0);
	buffer_le16(b, 3);
	add_region(b, payload, DA_EPP, 0x50000000, 0);
	add_region(b, payload + DA_EPP, DA_STAGE1, 0x00200000, DA_SIG);
	add_region(b, payload + DA_EPP + DA_STAGE1, DA_STAGE2, 0x40000000, DA_SIG);
	buffer_fill(b, 0, 7 * 20);
}

struct buffer sample_da(uint32_t version, const uint16_t *codes, const uint16_t *sw_versions,
			size_t count)
{
	size_t entry = version == 4 ? 0xDC : 0xD8;
	size_t slots = version == 4 ? DA_SLOTS_V4 : DA_SLOTS_V3;
	size_t payload = 0x6C + slots * entry;
	struct buffer b = {0};

	add_field(&b, "MTK_DOWNLOAD_AGENT", 32);
	add_field(&b, "MTK_AllInOne_DA_v3.3001.TEST-0001", 64);
	buffer_le32(&b, version);
	buffer_le32(&b, 0x22668899);
	buffer_le32(&b, (uint32_t)count);
	for (size_t i = 0; i < count; i++)
		add_da_entry(&b, version, codes[i], sw_versions ? sw_versions[i] : 0,
			     payload + i * DA_ENTRY);
	buffer_fill(&b, 0, (slots - count) * entry);
	for (size_t i = 0; i < count; i++)
		buffer_noise(&b, (uint32_t)i + 10, DA_ENTRY);
	return b;
}

/* The fields of layouts A (188 bytes) and C (160) that tests look at. */
static void put_record(uint8_t *r, uint32_t stride, uint32_t number)
{
	uint32_t ranks = stride == 188 ? 0x6C : 0x50;
	uint32_t vendor = stride == 188 ? 0xB0 : 0x98;

	if (stride != 188 && stride != 160)
		return;
	put_le32(r + 0x04, 0x206);
	put_le32(r + 0x08, 9);
	memcpy(r + 0x10, "\x15\x01\x00Q823MB", 9);
	r[0x10 + 8] = (uint8_t)('A' + number % 26);
	if (stride == 188) {
		put_le32(r + ranks, 0x40000000);
		put_le32(r + ranks + 4, 0x40000000);
	} else {
		put_le64(r + ranks, 0x40000000);
		put_le64(r + ranks + 8, 0x80000000);
	}
	put_le32(r + vendor, 1);
}

struct buffer sample_emi(unsigned version, uint32_t stride, uint32_t count, const char *name)
{
	struct buffer b = {0};
	char title[32];

	snprintf(title, sizeof title, "MTK_BLOADER_INFO_v%02u", version);
	add_field(&b, title, 0x1B);
	add_field(&b, name, 0x58 - 0x1B);
	buffer_text(&b, "V116");
	buffer_le32(&b, 0x33448822);
	buffer_le32(&b, 0x00700090);
	add_field(&b, "MTK_BIN", 8);
	buffer_le32(&b, count);
	for (uint32_t i = 0; i < count; i++) {
		size_t at = b.n;

		buffer_fill(&b, 0, stride);
		put_record(b.p + at, stride, i);
	}
	return b;
}

static void add_signature(struct buffer *b, uint8_t sig_type, uint32_t sig_len)
{
	uint8_t digest[32];
	unsigned n = 0;

	if (sig_type != 3) {
		buffer_noise(b, 99, sig_len);
		return;
	}
	EVP_Digest(b->p, b->n, digest, &n, EVP_sha256(), NULL);
	buffer_le32(b, 1);
	buffer_add(b, digest, sizeof digest);
	buffer_noise(b, 98, sig_len - 36);
}

struct buffer sample_preloader(unsigned emi_version, uint32_t stride, uint32_t count,
			       const char *name, uint8_t sig_type)
{
	struct buffer b = {0};
	struct buffer emi = sample_emi(emi_version, stride, count, name);
	uint32_t sig_len = sig_type == 3 ? 0x124 : 0x66C;
	uint32_t content = 0x100;
	uint32_t code = 0x800;
	uint32_t file_len = content + code + (uint32_t)emi.n + 4 + sig_len;

	buffer_add(&b, "MMM\x01\x38\0\0\0", 8);
	add_field(&b, "FILE_INFO", 12);
	buffer_le32(&b, 1);
	buffer_le16(&b, 1);
	buffer_add(&b, "\x05", 1);
	buffer_add(&b, &sig_type, 1);
	buffer_le32(&b, 0x00200F10);
	buffer_le32(&b, file_len);
	buffer_le32(&b, 0x40000);
	buffer_le32(&b, content);
	buffer_le32(&b, sig_len);
	buffer_le32(&b, content);
	buffer_le32(&b, 1);
	buffer_fill(&b, 0, content - b.n);
	buffer_noise(&b, 7, code);
	buffer_add(&b, emi.p, emi.n);
	buffer_le32(&b, (uint32_t)emi.n);
	add_signature(&b, sig_type, sig_len);
	buffer_free(&emi);
	return b;
}

struct buffer sample_boot_region(const char *boot_name, struct slice preloader)
{
	struct buffer b = {0};

	add_field(&b, boot_name, 12);
	buffer_le32(&b, 1);
	buffer_le32(&b, 0x200);
	buffer_fill(&b, 0xFF, 0x200 - b.n);
	add_field(&b, "BRLYT", 8);
	buffer_le32(&b, 1);
	buffer_le32(&b, 0x800);
	buffer_le32(&b, 0x800 + (uint32_t)preloader.n);
	buffer_le32(&b, 0x42424242);
	buffer_le32(&b, 0x10005);
	buffer_le32(&b, 0x800);
	buffer_le32(&b, 0x800 + (uint32_t)preloader.n);
	buffer_le32(&b, 1);
	buffer_fill(&b, 0, 0x800 - b.n);
	buffer_add(&b, preloader.p, preloader.n);
	buffer_fill(&b, 0, 128);
	return b;
}
