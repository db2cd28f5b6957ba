/*
 * rig_legacy: what the tests of the legacy agent share: the way to any point of its life, over the
 * rig's raw traffic. Expectations are written from da-legacy.md, byte for byte.
 */
#ifndef RACK_RIG_LEGACY_H
#define RACK_RIG_LEGACY_H

#include "tests/rack/legacy/legacy_agent.h"
#include "tests/rack/rig.h"

/* A rig of that chip, eMMC, entered by the boot ROM; change rig->config, then go. */
struct rig *rig_legacy(const char *chip);
int rig_legacy_teardown(void **state);

/* ---- the way in; each goes on where the one before it ended ---- */
void rig_legacy_jump(struct rig *rig);	 /* plug, DA1, JUMP_DA, C0 */
void rig_legacy_config(struct rig *rig); /* probe report, versions, configuration and its extras */
/* DRAM settings with the chip's own version and one record of zeros, if they are asked for. */
void rig_legacy_dram(struct rig *rig);
void rig_legacy_stage2(struct rig *rig); /* up to the second stage's 5A, answered */
void rig_legacy_report(struct rig *rig); /* takes the report */
/* All of it: in the command loop. */
void rig_legacy_loop(struct rig *rig);

/* ---- pieces ---- */
/* The agent is in its command loop: 72 is answered, with the speed of the link. */
void rig_legacy_alive(struct rig *rig);
/* 51 up to the permission and the answer 0 to a key hash of zeros. */
void rig_legacy_bloader(struct rig *rig);
void rig_word32(struct rig *rig, uint32_t v); /* sends a big-endian u32 */
void rig_expect32(struct rig *rig, uint32_t v);
/* A packet as 5.3 has it: 5A apart, data with its sum; the answer is not read. */
void rig_legacy_packet(struct rig *rig, const uint8_t *bytes, size_t n);
/* 62 with level 1 of `n` bytes to `part` at `at`, in one packet, up to its 69. */
void rig_legacy_write(struct rig *rig, unsigned part, uint64_t at, const uint8_t *bytes, size_t n);

#endif
