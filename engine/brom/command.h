/* command: what the tables of this folder share. */
#ifndef ENGINE_BROM_COMMAND_H
#define ENGINE_BROM_COMMAND_H

#include "engine/flow/flow_state.h"

enum brom_opcode {
	BROM_READ16_OLD = 0xA2,
	BROM_WRITE16 = 0xD2,
	BROM_WRITE32 = 0xD4,
	BROM_JUMP_DA = 0xD5,
	BROM_SEND_DA = 0xD7,
	BROM_GET_TARGET_CONFIG = 0xD8,
	BROM_JUMP_DA64 = 0xDE,
	BROM_SEND_CERT = 0xE0,
	BROM_GET_ME_ID = 0xE1,
	BROM_SEND_AUTH = 0xE2,
	BROM_SLA = 0xE3,
	BROM_GET_SOC_ID = 0xE7,
	BROM_GET_HW_SW_VER = 0xFC,
	BROM_GET_HW_CODE = 0xFD,
	BROM_GET_BL_VER = 0xFE,
	BROM_GET_BROM_VER = 0xFF,
};

/* Bits of the target config (section 8). */
#define BROM_CONFIG_SBC	      0x01u
#define BROM_CONFIG_SLA	      0x02u
#define BROM_CONFIG_DAA	      0x04u
#define BROM_CONFIG_ROOT_CERT 0x10u
#define BROM_CONFIG_READ      0x20u /* memory read, write need authentication */
#define BROM_CONFIG_WRITE     0x40u

/* Queue an opcode and want `n` bytes (its echo counts). The only place that sends opcodes. */
enum verdict brom_command(struct flow *f, struct flow_action *a, enum brom_opcode opcode, size_t n);
/* Queue a parameter, big-endian, and want its echo and `n` bytes behind it. */
enum verdict brom_u32(struct flow *f, struct flow_action *a, uint32_t value, size_t n);
enum verdict brom_u16(struct flow *f, struct flow_action *a, uint16_t value, size_t n);
enum verdict brom_u8(struct flow *f, struct flow_action *a, uint8_t value, size_t n);

/*
 * Does `rx` begin with the echo of what the step sent? STEP_NEXT; STEP_MORE when `rx` is shorter
 * than `n`; STEP_FAIL when the echo is another (stream out of step, bad link).
 */
enum verdict brom_echo(struct flow *f, struct slice rx, size_t n);
/* Fail with a status word of the device, named. */
enum verdict brom_refused(struct flow *f, uint16_t status);

#endif
