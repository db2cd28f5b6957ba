/*
 * wire: bytes and answers of the legacy protocol (protocol/da-legacy.md 1), for the tables of this
 * folder.
 *
 * Integers are big-endian. An agent answers with single bytes; an error is A5 and a 32-bit status.
 * A function that takes the end of a command sets flow->agent_idle, every command clears it: an
 * idle agent can be told to switch off, a busy one cannot.
 */
#ifndef ENGINE_LEGACY_WIRE_H
#define ENGINE_LEGACY_WIRE_H

#include "engine/chips/quirks.h"
#include "engine/flow/flow_state.h"

enum legacy_byte {
	LG_ACK = 0x5A,
	LG_CONT = 0x69,
	LG_STOP = 0x96,
	LG_NACK = 0xA5,
	LG_SYNC = 0xC0,
	LG_SOC_OK = 0xC1,
	LG_SOC_FAIL = 0xCF,
};

enum legacy_op {
	OP_DOWNLOAD_BLOADER = 0x51,
	OP_SWITCH_PART = 0x60,
	OP_WRITE_DATA = 0x62,
	OP_SETUP_PORT = 0x70,
	OP_CHECK_STATUS = 0x72,
	OP_WRITE_PMT_NAND = 0xA1,
	OP_READ_PMT_NAND = 0xA2,
	OP_READ_BMT = 0xA3,
	OP_WRITE_PMT_EMMC = 0xA4,
	OP_READ_PMT_EMMC = 0xA5,
	OP_USB_RECHECK = 0xB4,
	OP_BATTERY = 0xD0,
	OP_FORMAT = 0xD4,
	OP_READ = 0xD6,
	OP_FINISH = 0xD9,
	OP_WATCHDOG = 0xDB,
	OP_IMAGE_LIST = 0xDD,
	OP_WRITE_IMAGE = 0xDE,
	OP_READ_PAGE = 0xDF,
	OP_ENABLE_DRAM = 0xE8,
	OP_MEMTEST = 0xFE,
};

/* Status words (section 6, current numbering). */
enum legacy_status {
	LG_DEVICE_NOT_FOUND = 3012,
	LG_SOC_CHECK_FAIL = 3017,
	LG_IN_PROGRESS = 3025,
	LG_NAND_BAD_BLOCK = 3045,
	LG_DATA_TIMEOUT = 3062,
	LG_DATA_CHECKSUM = 3065,
	LG_BUFFER_FULL = 3066,
	LG_UNSUPPORTED_CHIP = 3087,
	LG_WRITE_FAILED = 3154,
	LG_FORMAT_FORBIDDEN = 6012,
	/* made by hosts */
	LG_UNSUPPORTED_EMI = 1036,
	LG_NO_TABLE = 1037,
	LG_AGENT_DIED = 4001,
	LG_READBACK_FAIL = 4009,
	LG_MEMTEST_FAIL = 4048,
	LG_PROTOCOL = 4053,
	LG_CHIP_MISMATCH = 3184,
	LG_ENABLE_DRAM_FAIL = 4032,
	LG_NO_DRAM_SETTINGS = 5054,
};

/* Storage and part numbers (section 5). */
enum legacy_storage { LG_NOR = 0, LG_NAND = 1, LG_EMMC = 2, LG_SDMMC = 3 };
uint8_t lg_storage(const struct flow *f);
bool lg_on_nand(const struct flow *f);
/* 0: the region has none. */
uint8_t lg_part(enum storage_region region);

/* Blocks that the package's NAND layout leaves to bad blocks, in bytes; 0 not told (hello.c). */
uint32_t lg_bmt_bytes(const struct flow *f);

/* Row of the chip in work; that of a chip without quirks when it has none. Never NULL. */
const struct chip_quirks *lg_quirks(const struct flow *f);

void lg_u8(struct flow *f, struct flow_action *a, uint8_t value);
void lg_u32(struct flow *f, struct flow_action *a, uint32_t value);
/* Queue an opcode: the agent is busy from now on. */
void lg_op(struct flow *f, struct flow_action *a, enum legacy_op op);
/* Want `n` bytes; gives STEP_ASKED. */
enum verdict lg_want(struct flow *f, size_t n);
/* Receive `n` bytes more in this step, as part `stage` of it; gives STEP_MORE. */
enum verdict lg_more(struct flow *f, uint8_t stage, size_t n);

/* Are all the bytes there? STEP_NEXT, STEP_MORE, or STEP_FAIL when the agent prints an assertion.
 */
enum verdict lg_whole(struct flow *f, struct slice rx);
/*
 * One answer byte. 5A gives STEP_NEXT; A5 takes the status behind it and fails with it, the agent
 * then waits for a command; anything else fails, with the text of an agent that died.
 */
enum verdict lg_ack(struct flow *f, struct slice rx);
/* The same for a command's last answer: the agent is idle again. */
enum verdict lg_done(struct flow *f, struct slice rx);
/*
 * The same, but the status is left in legacy.error and STEP_LEAVE is given, for commands with more
 * to say after it. 0 in legacy.error after STEP_NEXT.
 */
enum verdict lg_status(struct flow *f, struct slice rx);
/* A 5A, from a first stage: it has no way to refuse, and no command loop. */
enum verdict lg_plain_ack(struct flow *f, struct slice rx);
/* A byte that nothing in the protocol explains: fails, after taking the text of an assertion. */
enum verdict lg_unexpected(struct flow *f, struct slice rx, const char *due);
/* Fail with a status of the agent, named, and with what was in work. */
enum verdict lg_refused(struct flow *f, uint32_t status);

/* A status in today's numbers, whatever generation sent it. */
uint32_t lg_code(const struct flow *f, uint32_t status);
/* "S_DA_..." or "unlisted status". Static string. */
const char *lg_status_name(uint32_t code);

/* 16-bit sum of all bytes. */
uint16_t lg_sum(struct slice bytes);

static inline uint64_t lg_get64(const uint8_t *p)
{
	uint64_t v = 0;

	for (int i = 0; i < 8; i++)
		v = v << 8 | p[i];
	return v;
}

void lg_put64(uint8_t *p, uint64_t v);

#endif
