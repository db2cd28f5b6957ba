#include "tests/unit/legacy_kit.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "engine/base/bytes.h"
#include "engine/legacy/legacy.h"

#define HEAD 0x70

void legacy_kit_make(struct legacy_kit *k)
{
	memset(k, 0, sizeof *k);
	pack_make(&k->pack, &(struct pack_options){0});
	k->package = k->pack.package;
	k->plan = (struct flow_plan){.package = &k->package, .end = FLOW_END_REBOOT};
}

void legacy_kit_free(struct legacy_kit *k)
{
	pack_free(&k->pack);
}

/* Layouts A and F keep id length and id at 8 and 16, E at 0x14 and 4; A has the vendor at 0xB0. */
static void put_record(uint8_t *p, uint32_t stride, const struct kit_record *r)
{
	uint32_t length_at = stride == 168 ? 0x14 : 8, id_at = stride == 168 ? 4 : 0x10;

	put_le32(p + length_at, r->id_bytes);
	if (r->id_bytes)
		memcpy(p + id_at, r->id, r->id_bytes);
	if (stride == 188)
		put_le32(p + 0xB0, r->vendor);
}

void legacy_kit_settings(struct legacy_kit *k, unsigned version, uint32_t stride,
			 const struct kit_record *records, size_t count)
{
	struct problem problem;

	memset(k->settings, 0, sizeof k->settings);
	snprintf((char *)k->settings, 0x1B, "MTK_BLOADER_INFO_v%02u", version % 100);
	snprintf((char *)k->settings + 0x1B, 0x30, "preloader_kit.bin");
	memcpy(k->settings + 0x64, "MTK_BIN", 7);
	put_le32(k->settings + 0x6C, (uint32_t)count);
	assert_true(HEAD + count * stride <= sizeof k->settings);
	for (size_t i = 0; i < count; i++)
		put_record(k->settings + HEAD + i * stride, stride, &records[i]);
	k->package.has_preloader = true;
	k->stride = stride;
	assert_int_equal(preloader_parse(&k->package.preloader,
					 (struct slice){k->settings, HEAD + count * stride},
					 &problem),
			 0);
}

void legacy_kit_fresh(struct legacy_kit *k, enum storage_kind kind, enum device_mode mode)
{
	struct device_facts *facts = &k->flow.report.facts;

	memset(&k->flow, 0, sizeof k->flow);
	facts->arrived_as = mode;
	facts->brom_version = 5;
	facts->storage.kind = kind;
	facts->storage.block = kind == STORAGE_NAND ? 0x800 : 512;
	facts->storage.bytes[REGION_USER] = 0x4000000;
	facts->storage.bytes[REGION_BOOT1] = 0x400000;
	facts->storage.bytes[REGION_BOOT2] = 0x400000;
	facts->nand_page = kind == STORAGE_NAND ? 0x800 : 0;
	facts->nand_block = kind == STORAGE_NAND ? 0x20000 : 0;
	facts->write_packet = 0x100000;
	facts->read_packet = 0xF000;
	k->flow.io.region = REGION_USER;
}

void legacy_kit_play(struct legacy_kit *k, uint16_t hw_code, const struct step *table,
		     const struct replay_blob *blobs, const char *text)
{
	struct replay r = {.name = "transcript", .text = text, .blobs = blobs};

	k->flow.chip = chip_by_hw_code(hw_code);
	assert_non_null(k->flow.chip);
	replay_verb(&k->flow, &k->plan, table, &k->action);
	k->flow.verbs = &legacy_verbs;
	k->flow.section = &k->package.scatter.sections[0];
	k->flow.da2 = (struct slice){k->stage2, sizeof k->stage2};
	k->flow.da2_addr = 0x80000000;
	if (!replay_run(&r, &k->flow, &k->action))
		fail_msg("%s", r.error);
	assert_int_equal(k->action.what, FLOW_FINISH);
}

void legacy_kit_expect(const struct legacy_kit *k, uint32_t code)
{
	const struct flow_report *r = &k->flow.report;

	if (!code && r->result != FLOW_PASSED)
		fail_msg("%s: %u %s", r->fault.step, r->fault.code, r->fault.what);
	if (code && (r->fault.family != FAULT_FLASHTOOL || r->fault.code != code))
		fail_msg("family %d, code %u: %s", (int)r->fault.family, r->fault.code,
			 r->fault.what);
}
