#include "tests/rack/legacy/rig_legacy.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <openssl/sha.h>

#include "engine/base/bytes.h"

enum { DIGEST_AT = 0x1F00, SIGNATURE = 0x100 };

struct rig *rig_legacy(const char *chip)
{
	struct rig *rig = rig_new();

	rig->config.chip = chip_by_name(chip);
	rig->config.chip_name = chip;
	assert_non_null(rig->config.chip);
	rig->config.boot = BOOT_BROM;
	rig->config.preloader = PRELOADER_OLD;
	SHA1(rig->da2, sizeof rig->da2 - SIGNATURE, rig->da1 + DIGEST_AT);
	return rig;
}

int rig_legacy_teardown(void **state)
{
	rig_free(*state);
	return 0;
}

/* ---- pieces ---- */

void rig_word32(struct rig *rig, uint32_t v)
{
	uint8_t b[4];

	put_be32(b, v);
	assert_int_equal(rig_out(rig, b, sizeof b), 0);
}

void rig_expect32(struct rig *rig, uint32_t v)
{
	uint8_t b[4];

	rig_read(rig, b, sizeof b);
	assert_int_equal(get_be32(b), v);
}

void rig_legacy_alive(struct rig *rig)
{
	rig_send(rig, "72");
	rig_expect(rig, rig->d.usb.face.speed == USB_HIGH ? "5A 01" : "5A 00");
}

void rig_legacy_bloader(struct rig *rig)
{
	static const uint8_t hash[32];

	rig_send(rig, "51");
	rig_expect(rig, "5A");
	rig_word32(rig, sizeof hash);
	assert_int_equal(rig_out(rig, hash, sizeof hash), 0);
	rig_expect32(rig, 0);
}

void rig_legacy_packet(struct rig *rig, const uint8_t *bytes, size_t n)
{
	uint8_t *with_sum = malloc(n + 2);

	assert_non_null(with_sum);
	memcpy(with_sum, bytes, n);
	put_be16(with_sum + n, la_sum(bytes, n));
	rig_send(rig, "5A");
	assert_int_equal(rig_out(rig, with_sum, n + 2), 0);
	free(with_sum);
}

void rig_legacy_write(struct rig *rig, unsigned part, uint64_t at, const uint8_t *bytes, size_t n)
{
	uint8_t command[23] = {0x62, 1, (uint8_t)part};

	put_be32(command + 3, (uint32_t)(at >> 32));
	put_be32(command + 7, (uint32_t)at);
	put_be32(command + 15, (uint32_t)n);
	put_be32(command + 19, (uint32_t)n);
	assert_int_equal(rig_out(rig, command, sizeof command), 0);
	rig_expect(rig, "5A");
	rig_legacy_packet(rig, bytes, n);
	rig_expect(rig, "69");
}

/* ---- the way in ---- */

void rig_legacy_jump(struct rig *rig)
{
	rig_plug(rig);
	rig_wake(rig);
	rig_send_da(rig, rig->da1, sizeof rig->da1, RIG_DA1_SIG);
	rig_jump(rig);
}

void rig_legacy_config(struct rig *rig)
{
	const struct legacy_profile *p = la_profile_of(rig->config.chip);
	uint8_t probe[4 + 2 + 14 + 4 + 16];

	if (!p->single_stage) {
		rig_read(rig, probe, sizeof probe - 14 + 2u * p->nand_ids);
		rig_send(rig, "5A");
	}
	rig_read(rig, probe, 3);
	rig_send(rig, "05 FE 00 08 00 70 07 FF FF 01 00 00 00 00 02 01 02 00");
	if (p->extra == EXTRA_WORD || p->extra == EXTRA_WORD_SLC)
		rig_send(rig, "00 00 00 00");
	if (p->extra == EXTRA_SLC || p->extra == EXTRA_WORD_SLC)
		rig_send(rig, "00 00 00 01 46 46 00 00 00 00 00 00 00 00 00 00 00 00 00 00 "
			      "FF 00 00 00");
	if (p->single_stage)
		rig_expect(rig, "A5"); /* no NAND */
}

void rig_legacy_dram(struct rig *rig)
{
	const struct legacy_profile *p = la_profile_of(rig->config.chip);
	uint8_t skipped[64] = {0}, record[0x100] = {0};

	rig_read(rig, skipped, 4);
	if (!get_be32(skipped))
		return;
	rig_read(rig, skipped, 4 + 16 + 4 + 2 + 2u * p->nand_ids);
	rig_send(rig, "E8");
	rig_word32(rig, p->emi_version);
	rig_expect(rig, "5A");
	if (p->dram == DRAM_C)
		rig_read(rig, skipped, 16);
	rig_expect32(rig, p->emi_record);
	rig_send(rig, "5A");
	if (p->dram == DRAM_D)
		rig_word32(rig, p->emi_record);
	assert_int_equal(rig_out(rig, record, p->emi_record), 0);
	rig_expect(rig, "00 00");
	rig_send(rig, "5A 80 00 00 01");
	rig_expect(rig, "00 00 00 00  02 00  00 00 00 00 20 00 00 00");
}

void rig_legacy_stage2(struct rig *rig)
{
	uint8_t slots[20];

	if (la_profile_of(rig->config.chip)->dword_slots)
		rig_read(rig, slots, sizeof slots);
	rig_word32(rig, 0x80000000);
	rig_word32(rig, sizeof rig->da2);
	rig_word32(rig, 0x1000);
	rig_expect(rig, "5A");
	for (size_t at = 0; at < sizeof rig->da2; at += 0x1000) {
		assert_int_equal(rig_out(rig, rig->da2 + at, 0x1000), 0);
		rig_expect(rig, "5A");
	}
	rig_expect(rig, "5A"); /* the remainder packet, of no bytes */
	rig_expect(rig, "5A");
	rig_send(rig, "5A");
}

void rig_legacy_report(struct rig *rig)
{
	const struct legacy_profile *p = la_profile_of(rig->config.chip);
	uint8_t chip_byte = la_chip_byte(p, rig->config.chip_name);
	size_t nand = 22 + (la_wide_nand(chip_byte) ? 4u : 0) + 2u * p->nand_ids;
	uint8_t report[28 + 40 + 92 + 28 + 38 + 4 + 10];
	size_t n = 28 + nand + 92 + 28 + 38 + (la_bmt_word(chip_byte) ? 4 : 0) + 10;

	rig_read(rig, report, n);
	assert_int_equal(report[n - 1], 0xC1);
}

void rig_legacy_loop(struct rig *rig)
{
	rig_legacy_jump(rig);
	rig_legacy_config(rig);
	rig_legacy_dram(rig);
	if (!la_profile_of(rig->config.chip)->single_stage)
		rig_legacy_stage2(rig);
	rig_legacy_report(rig);
}
