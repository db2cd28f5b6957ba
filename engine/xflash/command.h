/*
 * command: the shapes that XFlash commands are made of (protocol/da-xflash.md 1.1).
 *
 * Shared by the tables of this folder. Every function that begins a command clears
 * flow->agent_idle, every one that takes a final status sets it: an idle agent can be told to shut
 * down, a busy one cannot.
 */
#ifndef ENGINE_XFLASH_COMMAND_H
#define ENGINE_XFLASH_COMMAND_H

#include "engine/flow/flow_state.h"

#define XFLASH_SYNC 0x434E5953u /* "SYNC" */

enum xflash_op {
	OP_DOWNLOAD = 0x010001,
	OP_UPLOAD = 0x010002,
	OP_FORMAT = 0x010003,
	OP_WRITE_DATA = 0x010004,
	OP_READ_DATA = 0x010005,
	OP_SHUTDOWN = 0x010007,
	OP_BOOT_TO = 0x010008,
	OP_DEVICE_CTRL = 0x010009,
	OP_INIT_EXT_RAM = 0x01000A,
	OP_SWITCH_USB_SPEED = 0x01000B,
	OP_SETUP_ENVIRONMENT = 0x010100,
	OP_SETUP_HW_INIT_PARAMS = 0x010101,
};

enum xflash_control {
	SET_BATTERY_OPT = 0x020002,
	SET_CHECKSUM_LEVEL = 0x020003,
	SET_RESET_KEY = 0x020004,
	SET_META_BOOT_MODE = 0x020006,
	SET_REMOTE_SEC_POLICY = 0x02000B,
	GET_EMMC_INFO = 0x040001,
	GET_NAND_INFO = 0x040002,
	GET_NOR_INFO = 0x040003,
	GET_UFS_INFO = 0x040004,
	GET_DA_VERSION = 0x040005,
	GET_PACKET_LENGTH = 0x040007,
	GET_RANDOM_ID = 0x040008,
	GET_PARTITION_TBL_CATA = 0x040009,
	GET_CONNECTION_AGENT = 0x04000A,
	GET_USB_SPEED = 0x04000B,
	GET_RAM_INFO = 0x04000C,
	GET_CHIP_ID = 0x04000D,
	GET_BATTERY_VOLTAGE = 0x04000F,
	GET_RPMB_STATUS = 0x040010,
	GET_EXPIRE_DATE = 0x040011,
	GET_DRAM_TYPE = 0x040012,
	GET_DEV_FW_INFO = 0x040013,
	GET_HRID = 0x040014,
	GET_SLA_STATUS = 0x040016,
	ACT_START_DL_INFO = 0x080001,
	ACT_END_DL_INFO = 0x080002,
	ACT_LIFE_CYCLE_CHECK = 0x080007,
};

/* Queue one frame. xf_lend() lends the payload; xf_u32() and xf_copy() copy it. */
void xf_copy(struct flow *f, struct flow_action *a, const void *payload, size_t n);
void xf_lend(struct flow *f, struct flow_action *a, struct slice payload);
void xf_u32(struct flow *f, struct flow_action *a, uint32_t word);
/* Queue an opcode and want one status: the agent is busy from now on. */
enum verdict xf_command(struct flow *f, struct flow_action *a, enum xflash_op op);

/*
 * Want `n` bytes of frames, less what is on hold from before; gives STEP_ASKED. FRAME_STATUS or
 * more means that a status comes first: two bytes less from agents with short ones.
 */
enum verdict xf_expect(struct flow *f, size_t n);
/* Take one payload into xflash.in.body. STEP_NEXT when it is there. */
enum verdict xf_frame(struct flow *f, struct slice rx);
/* Take one status frame into xflash.status, of 4 or 2 bytes. STEP_NEXT whatever its value. */
enum verdict xf_status(struct flow *f, struct slice rx);
/* Take one status that must be good: else the run fails with it. */
enum verdict xf_ok(struct flow *f, struct slice rx);
/* The same for a command's last status, good or bad: the agent is idle again. */
enum verdict xf_done(struct flow *f, struct slice rx);
/* Fail with `status`, named, and with what was in work. */
enum verdict xf_refused(struct flow *f, uint32_t status);

/*
 * Device control (1.1): each gives STEP_CALL for the caller's ask. Afterwards xflash.offered says
 * whether the agent knows the code, xflash.status is its final status, xflash.in.body the data.
 */
enum verdict control_get(struct flow *f, enum xflash_control code, bool optional);
enum verdict control_set(struct flow *f, enum xflash_control code, uint32_t value, bool optional);
/* Setters whose parameter is longer than a word; of n 0: what is in xflash.answer. */
enum verdict control_send(struct flow *f, enum xflash_control code, struct slice block,
			  bool optional);
enum verdict control_act(struct flow *f, enum xflash_control code, bool optional);
/* An answer for controls whose only result is that they worked, or are not offered. */
enum verdict control_ok(struct flow *f, struct slice rx);

/* The 56-byte parameter block of WRITE_DATA, READ_DATA and FORMAT from flow->io (6.1). */
#define XF_RANGE_BYTES 56
void xf_range(const struct flow *f, uint8_t block[XF_RANGE_BYTES]);
/* The same for commands that carry data: on NAND the pages without their spare bytes. */
void xf_data_range(const struct flow *f, uint8_t block[XF_RANGE_BYTES]);
/* Section number of a region for the storage found; 0 when it has none. */
uint32_t xf_section(enum storage_kind kind, enum storage_region region);

#endif
