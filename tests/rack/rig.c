#include "tests/rack/rig.h"

#include <ctype.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <openssl/sha.h>

#include "engine/base/bytes.h"
#include "tests/rack/layout.h"
#include "tests/rack/nand.h"

enum { PATIENCE_MS = 5000, ANSWER_MS = 1000 };

static void complete(struct urb_owner *owner, struct urb *urb)
{
	struct rig *rig = (struct rig *)owner;

	urb_list_push(&rig->done, urb);
}

static void make_agent(struct rig *rig)
{
	struct seeded s = {.state = 42};

	seeded_fill(&s, rig->da2, sizeof rig->da2);
	seeded_fill(&s, rig->da1, sizeof rig->da1);
	SHA256(rig->da2, sizeof rig->da2, rig->da1 + 0x1F00);
}

struct rig *rig_new(void)
{
	struct rig *rig = calloc(1, sizeof *rig);

	assert_non_null(rig);
	rig->owner.complete = complete;
	urb_list_init(&rig->done);
	rig->config = rack_config_default();
	rig->config.chip = chip_by_name("MT6765");
	rig->config.user_bytes = RIG_USER_BYTES;
	rig->now_us = 1000000;
	snprintf(rig->dir, sizeof rig->dir, "/tmp/rack-rig-XXXXXX");
	assert_non_null(mkdtemp(rig->dir));
	make_agent(rig);
	if (getenv("RIG_LOG")) {
		rig->journal.file = stderr;
		rig->journal.start_us = rig->now_us;
	}
	return rig;
}

void rig_free(struct rig *rig)
{
	char path[128];

	device_close(&rig->d);
	urb_list_drop(&rig->done);
	for (int i = 0; i < REGION_COUNT; i++) {
		const char *name = flash_file_name(rig->d.flash.kind, (enum storage_region)i);

		if (!name)
			continue;
		snprintf(path, sizeof path, "%s/%s", rig->dir, name);
		unlink(path);
	}
	flash_close(&rig->d.flash);
	rmdir(rig->dir);
	free(rig);
}

int rig_setup(void **state)
{
	*state = rig_new();
	return 0;
}

int rig_teardown(void **state)
{
	rig_free(*state);
	return 0;
}

void rig_expect_stored(struct rig *rig, enum storage_region region, uint64_t at, const void *wanted,
		       size_t n)
{
	uint8_t *got = malloc(n);

	assert_non_null(got);
	assert_int_equal(flash_read(&rig->d.flash, region, at, got, n), 0);
	assert_memory_equal(got, wanted, n);
	free(got);
}

void rig_storage(struct rig *rig, enum storage_kind kind)
{
	rig->config.storage = kind;
}

void rig_fault(struct rig *rig, const char *spec)
{
	struct problem problem = {0};

	if (faults_add(&rig->config.faults, spec, &problem))
		fail_msg("fault %s: %s", spec, problem.why);
}

void rig_insert(struct rig *rig)
{
	struct problem problem = {0};

	if (!rig->d.boot) {
		if (flash_open(&rig->d.flash, rig->dir, rig->config.storage, rig->config.user_bytes,
			       &problem))
			fail_msg("storage: %s", problem.why);
		flash_nand_mark_bad(&rig->d.flash, &rig->config, 0);
		identity_make(&rig->d.id, rig->config.seed, 0, rig->config.storage);
		assert_int_equal(device_init(&rig->d, &rig->config, 0, &rig->journal), 0);
	}
	device_plug(&rig->d, rig->now_us);
	device_attached(&rig->d, rig->now_us);
}

void rig_plug(struct rig *rig)
{
	uint8_t coding[7] = {0x00, 0x10, 0x0E, 0, 0, 0, 8};

	rig_insert(rig);
	assert_int_equal(rig_control(rig, 0x00, 9, 1, 0, NULL, NULL), 0);
	assert_int_equal(rig_control(rig, 0x21, 0x20, 0, 7, coding, NULL), 0);
}

/* ---- raw traffic ---- */

void rig_advance(struct rig *rig, unsigned ms)
{
	uint64_t until = rig->now_us + ms * 1000ull;

	for (;;) {
		uint64_t due = device_deadline(&rig->d);

		if (due > until)
			break;
		if (due > rig->now_us)
			rig->now_us = due;
		device_tick(&rig->d, rig->now_us);
	}
	rig->now_us = until;
}

int rig_control(struct rig *rig, uint8_t type, uint8_t request, uint16_t value, uint16_t length,
		uint8_t *data, uint32_t *actual)
{
	bool in = type & 0x80;
	struct urb *urb = urb_new(&rig->owner, in, 0, length);
	int status;

	assert_non_null(urb);
	urb->seq = ++rig->seq;
	urb->setup[0] = type;
	urb->setup[1] = request;
	put_le16(urb->setup + 2, value);
	put_le16(urb->setup + 6, length);
	if (!in && length)
		memcpy(urb->data, data, length);
	device_submit(&rig->d, urb, rig->now_us);
	urb = rig_take_done(rig, rig->seq);
	assert_non_null(urb); /* control requests are answered at once */
	status = urb->status;
	if (in && !status && data)
		memcpy(data, urb->data, urb->actual);
	if (actual)
		*actual = urb->actual;
	urb_free(urb);
	return status;
}

uint32_t rig_submit(struct rig *rig, bool in, const void *bytes, uint32_t n)
{
	struct urb *urb = urb_new(&rig->owner, in, 1, n);

	assert_non_null(urb);
	urb->seq = ++rig->seq;
	if (!in && n)
		memcpy(urb->data, bytes, n);
	device_submit(&rig->d, urb, rig->now_us);
	return rig->seq;
}

struct urb *rig_take_done(struct rig *rig, uint32_t seq)
{
	return urb_list_take(&rig->done, seq);
}

int rig_out(struct rig *rig, const void *bytes, size_t n)
{
	uint32_t seq = rig_submit(rig, false, bytes, (uint32_t)n);
	struct urb *urb = rig_take_done(rig, seq);
	int status;

	for (unsigned ms = 0; !urb && ms < ANSWER_MS; ms++) {
		rig_advance(rig, 1);
		urb = rig_take_done(rig, seq);
	}
	if (!urb)
		return RIG_PENDING;
	status = urb->status;
	urb_free(urb);
	return status;
}

int rig_in(struct rig *rig, void *to, size_t n, unsigned ms)
{
	uint32_t seq = rig_submit(rig, true, NULL, (uint32_t)n);
	struct urb *urb;
	int got;

	for (unsigned waited = 0;; waited++) {
		urb = rig_take_done(rig, seq);
		if (urb || waited >= ms)
			break;
		rig_advance(rig, 1);
	}
	if (!urb) {
		assert_true(device_unlink(&rig->d, seq, rig->now_us));
		return -1;
	}
	got = urb->status ? urb->status : (int)urb->actual;
	if (got > 0)
		memcpy(to, urb->data, (size_t)got);
	urb_free(urb);
	return got;
}

/* ---- streams ---- */

size_t rig_hex(const char *hex, uint8_t *to, size_t room)
{
	size_t n = 0;

	while (*hex) {
		unsigned byte;

		if (isspace((unsigned char)*hex)) {
			hex++;
			continue;
		}
		if (sscanf(hex, "%2x", &byte) != 1 || n == room)
			fail_msg("bad hex in a test: %s", hex);
		to[n++] = (uint8_t)byte;
		hex += 2;
	}
	return n;
}

void rig_send(struct rig *rig, const char *hex)
{
	uint8_t bytes[2048];

	assert_int_equal(rig_out(rig, bytes, rig_hex(hex, bytes, sizeof bytes)), 0);
}

void rig_read(struct rig *rig, void *to, size_t n)
{
	uint8_t *at = to;

	while (n) {
		size_t room = n > 512 ? n - n % 512 : 512, take;
		int got;

		if (rig->surplus_n) {
			take = n < rig->surplus_n ? n : rig->surplus_n;
			memcpy(at, rig->surplus, take);
			rig->surplus_n -= take;
			memmove(rig->surplus, rig->surplus + take, rig->surplus_n);
			at += take;
			n -= take;
			continue;
		}
		if (n > 512) {
			got = rig_in(rig, at, room, PATIENCE_MS);
			if (got < 0)
				fail_msg("%zu more bytes were expected: %d", n, got);
			at += got;
			n -= (size_t)got;
			continue;
		}
		got = rig_in(rig, rig->surplus, 512, PATIENCE_MS);
		if (got < 0)
			fail_msg("%zu more bytes were expected: %d", n, got);
		rig->surplus_n = (size_t)got;
	}
}

void rig_expect(struct rig *rig, const char *hex)
{
	uint8_t wanted[2048], got[2048];
	size_t n = rig_hex(hex, wanted, sizeof wanted);

	rig_read(rig, got, n);
	assert_memory_equal(got, wanted, n);
}

void rig_expect_silence(struct rig *rig, unsigned ms)
{
	uint8_t byte[512];

	assert_int_equal(rig->surplus_n, 0);
	assert_int_equal(rig_in(rig, byte, sizeof byte, ms), -1);
}

/* ---- boot ---- */

void rig_wake(struct rig *rig)
{
	uint8_t byte;

	if (!rig->d.boot->brom) {
		rig_send(rig, "A0"); /* swallowed */
		rig_advance(rig, 25);
		rig_expect(rig, "52 45 41 44 59");
	}
	rig_send(rig, "A0");
	rig_read(rig, &byte, 1);
	assert_int_equal(byte, 0x5F);
	rig_send(rig, "0A");
	rig_expect(rig, "F5");
	rig_send(rig, "50");
	rig_expect(rig, "AF");
	rig_send(rig, "05");
	rig_expect(rig, "FA");
}

static void echo32(struct rig *rig, uint32_t v)
{
	uint8_t sent[4], got[4];

	put_be32(sent, v);
	assert_int_equal(rig_out(rig, sent, 4), 0);
	rig_read(rig, got, 4);
	assert_memory_equal(sent, got, 4);
}

void rig_send_da(struct rig *rig, const uint8_t *da, uint32_t n, uint32_t sig)
{
	uint8_t sum[2];

	rig_send(rig, "D7");
	rig_expect(rig, "D7");
	echo32(rig, 0x200000);
	echo32(rig, n);
	echo32(rig, sig);
	rig_expect(rig, "00 00");
	assert_int_equal(rig_out(rig, da, n), 0);
	rig_read(rig, sum, 2);
	rig_expect(rig, "00 00");
}

void rig_jump(struct rig *rig)
{
	rig_send(rig, "D5");
	rig_expect(rig, "D5");
	echo32(rig, 0x200000);
	rig_expect(rig, "00 00 C0");
}

/* ---- agents ---- */

static void header(uint8_t *h, uint32_t n)
{
	put_le32(h, AGENT_MAGIC);
	put_le32(h + 4, 1);
	put_le32(h + 8, n);
}

void rig_frame(struct rig *rig, const void *payload, size_t n)
{
	uint8_t h[12];

	header(h, (uint32_t)n);
	assert_int_equal(rig_out(rig, h, sizeof h), 0);
	if (n)
		assert_int_equal(rig_out(rig, payload, n), 0);
}

void rig_word(struct rig *rig, uint32_t v)
{
	uint8_t b[4];

	put_le32(b, v);
	rig_frame(rig, b, 4);
}

size_t rig_get(struct rig *rig, void *to, size_t room)
{
	uint8_t h[12];
	uint32_t n;

	rig_read(rig, h, sizeof h);
	assert_int_equal(get_le32(h), AGENT_MAGIC);
	assert_int_equal(get_le32(h + 4), 1);
	n = get_le32(h + 8);
	assert_in_range(n, 0, room);
	rig_read(rig, to, n);
	return n;
}

uint32_t rig_get_word(struct rig *rig)
{
	uint8_t b[4];

	assert_int_equal(rig_get(rig, b, sizeof b), 4);
	return get_le32(b);
}

void rig_status(struct rig *rig, uint32_t expected)
{
	assert_int_equal(rig_get_word(rig), expected);
}

void rig_opcode(struct rig *rig, uint32_t opcode)
{
	rig_word(rig, opcode);
	rig_status(rig, 0);
}

void rig_control_code(struct rig *rig, uint32_t code, uint32_t status)
{
	rig_opcode(rig, 0x010009);
	rig_word(rig, code);
	rig_status(rig, status);
}

void rig_set(struct rig *rig, uint32_t code, uint32_t value)
{
	rig_control_code(rig, code, 0);
	rig_word(rig, value);
	rig_status(rig, 0);
}

void rig_agent1(struct rig *rig)
{
	static const uint32_t environment[5] = {2, 1, 1, 0, 0};

	rig_plug(rig);
	rig_wake(rig);
	rig_send_da(rig, rig->da1, sizeof rig->da1, RIG_DA1_SIG);
	rig_jump(rig);
	rig_frame(rig, "SYNC", 4);
	rig_word(rig, 0x010100);
	rig_frame(rig, environment, sizeof environment);
	rig_status(rig, 0);
	rig_word(rig, 0x010101);
	rig_word(rig, 0);
	rig_status(rig, 0);
	rig_status(rig, 0x434E5953);
}

void rig_emi(struct rig *rig, unsigned version, uint32_t expected)
{
	uint8_t blob[0x70 + 160] = {0};

	snprintf((char *)blob, 0x1B, "MTK_BLOADER_INFO_v%02u", version);
	put_le32(blob + 0x6C, 1);
	rig_opcode(rig, 0x01000A);
	rig_word(rig, sizeof blob);
	rig_frame(rig, blob, sizeof blob);
	rig_status(rig, expected);
}

void rig_boot_to(struct rig *rig, const uint8_t *da2, size_t n, uint32_t expected)
{
	uint8_t place[16];

	put_le64(place, 0x40000000);
	put_le64(place + 8, n);
	rig_opcode(rig, 0x010008);
	rig_frame(rig, place, sizeof place);
	rig_frame(rig, da2, n);
	rig_status(rig, expected);
}

void rig_agent2(struct rig *rig)
{
	rig_agent1(rig);
	if (rig->d.boot->brom)
		rig_emi(rig, 35, 0);
	rig_boot_to(rig, rig->da2, sizeof rig->da2, 0);
	rig_status(rig, 0x434E5953);
}

void rig_block(struct rig *rig, uint32_t storage, uint32_t section, uint64_t at, uint64_t n)
{
	uint8_t block[56] = {0};

	put_le32(block, storage);
	put_le32(block + 4, section);
	put_le64(block + 8, at);
	put_le64(block + 16, n);
	rig_frame(rig, block, sizeof block);
}

uint32_t rig_sum(const uint8_t *bytes, size_t n)
{
	uint32_t sum = n % 2 ? 0xFF : 0;

	for (size_t i = 0; i < n; i++)
		sum += bytes[i];
	return sum & 0xFFFF;
}

void rig_packet(struct rig *rig, const uint8_t *bytes, size_t n)
{
	rig_word(rig, 0);
	rig_word(rig, rig_sum(bytes, n));
	rig_frame(rig, bytes, n);
}

void rig_download(struct rig *rig, const char *name, uint64_t bytes, uint32_t check)
{
	uint8_t size[8];

	rig_opcode(rig, 0x010001);
	rig_frame(rig, name, strlen(name));
	put_le64(size, bytes);
	rig_frame(rig, size, sizeof size);
	rig_status(rig, check);
}

void rig_table(struct rig *rig, unsigned count)
{
	struct problem problem = {0};
	struct gpt *gpt = calloc(1, sizeof *gpt);

	assert_non_null(gpt);
	gpt->sector = rig->d.flash.block;
	gpt->count = count;
	for (unsigned i = 0; i < count; i++) {
		gpt->entries[i].start = (i + 1ull) << 20;
		gpt->entries[i].size = 1 << 20;
		snprintf(gpt->entries[i].name, sizeof gpt->entries[i].name,
			 i + 1 == count ? "lk" : "p%u", i);
	}
	if (layout_write_table(&rig->d.flash, gpt, &problem))
		fail_msg("table: %s", problem.why);
	free(gpt);
}

/* ---- transcripts ---- */

static size_t token(const char *word, uint8_t *to)
{
	unsigned n;

	if (sscanf(word, "F(%u)", &n) == 1) {
		header(to, n);
		return 12;
	}
	if (!strcmp(word, "S0")) {
		header(to, 4);
		memset(to + 12, 0, 4);
		return 16;
	}
	if (sscanf(word, "Z(%u)", &n) == 1) {
		memset(to, 0, n);
		return n;
	}
	assert_int_equal(strlen(word), 2);
	return rig_hex(word, to, 1);
}

static void host_line(struct rig *rig, char *line)
{
	char *save = NULL;
	uint8_t bytes[2048];
	size_t n = 0;

	for (char *w = strtok_r(line, " \t", &save); w; w = strtok_r(NULL, " \t", &save)) {
		if (strcmp(w, "|") != 0) {
			n += token(w, bytes + n);
			if (strncmp(w, "F(", 2) != 0 && strcmp(w, "S0") != 0)
				continue;
			if (!strcmp(w, "S0")) { /* header and payload apart */
				assert_int_equal(rig_out(rig, bytes, n - 4), 0);
				memset(bytes, 0, 4);
				n = 4;
				continue;
			}
		}
		if (n)
			assert_int_equal(rig_out(rig, bytes, n), 0);
		n = 0;
	}
	if (n)
		assert_int_equal(rig_out(rig, bytes, n), 0);
}

static void device_line(struct rig *rig, char *line)
{
	char *save = NULL;

	for (char *w = strtok_r(line, " \t", &save); w; w = strtok_r(NULL, " \t", &save)) {
		uint8_t wanted[64], got[64];
		size_t n;

		if (!strcmp(w, "|"))
			continue;
		n = token(w, wanted);
		rig_read(rig, got, n);
		if (memcmp(wanted, got, n) != 0)
			fail_msg("expected %s, got %s", w, journal_hex(got, n));
	}
}

void rig_play(struct rig *rig, const char *transcript)
{
	char *copy = strdup(transcript), *save = NULL;

	assert_non_null(copy);
	for (char *line = strtok_r(copy, "\n", &save); line; line = strtok_r(NULL, "\n", &save)) {
		line[strcspn(line, "#")] = '\0';
		line += strspn(line, " \t");
		if (!strncmp(line, "H>", 2))
			host_line(rig, line + 2);
		else if (!strncmp(line, "D>", 2))
			device_line(rig, line + 2);
	}
	free(copy);
}
