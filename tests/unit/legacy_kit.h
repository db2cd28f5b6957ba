/* legacy_kit: a package with DRAM settings of any version, and a legacy verb driven by text. */
#ifndef TESTS_UNIT_LEGACY_KIT_H
#define TESTS_UNIT_LEGACY_KIT_H

#include "engine/flow/flow_state.h"
#include "tests/lib/pack.h"
#include "tests/lib/replay.h"

#define KIT_STAGE2_BYTES 0x1000 /* one whole packet: an empty one follows */

struct legacy_kit {
	struct pack pack;
	struct package package; /* pack's, with other DRAM settings */
	struct flow flow;
	struct flow_plan plan;
	struct flow_action action;
	uint8_t stage2[KIT_STAGE2_BYTES];
	uint8_t settings[0x70 + 24 * 188];
	uint32_t stride;
};

/* A DRAM record: `id` of id_bytes (0: discrete), `vendor` for discrete ones. */
struct kit_record {
	const char *id;
	uint8_t id_bytes;
	uint8_t vendor;
};

void legacy_kit_make(struct legacy_kit *k);
void legacy_kit_free(struct legacy_kit *k);
/* Settings of `version` with records of `stride` bytes (layouts of packages.md 3.4). */
void legacy_kit_settings(struct legacy_kit *k, unsigned version, uint32_t stride,
			 const struct kit_record *records, size_t count);
/* A fresh flow on a chip, with eMMC or NAND of usual geometry. */
void legacy_kit_fresh(struct legacy_kit *k, enum storage_kind kind, enum device_mode mode);
/* Run `table` against `text` to the end of both; fails the test on a difference. */
void legacy_kit_play(struct legacy_kit *k, uint16_t hw_code, const struct step *table,
		     const struct replay_blob *blobs, const char *text);
/* The run passed, or ended with that code of the tool's numbers. */
void legacy_kit_expect(const struct legacy_kit *k, uint32_t code);

#endif
