/*
 * agent: the XFlash download agent of a device, first stage (DA1) and second (DA2), as the
 * documents describe it (da-xflash.md). It is written from them alone, not from the station.
 *
 * The agent reads a frame header of 12 bytes, then its payload, and acts; between commands it waits
 * for an opcode. Two things end it for good, as they end the real one: a header that is no header
 * where an opcode is expected, and anything wrong before DA1's SYNC (sections 1 and 3).
 */
#ifndef RACK_AGENT_H
#define RACK_AGENT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "tests/rack/device.h"
#include "tests/rack/image_sink.h"

enum agent_status {
	DA_OK = 0,
	DA_CONTINUE = 0x40040004,
	DA_COMPLETE = 0x40040005,
	DA_ERR = 0xC0010001,
	DA_UNSUPPORT_CMD = 0xC0010003,
	DA_UNSUPPORT_CTRL = 0xC0010004,
	DA_PROTOCOL_ERR = 0xC0010005,
	DA_BUFFER_OVERFLOW = 0xC0010006,
	DA_NOT_IMPLEMENTED = 0xC001000C,
	DA_CUST_NAME_NOT_FOUND = 0xC0020002,
	DA_DL_FORBIDDEN = 0xC0020004,
	DA_WRITE_NOT_ALLOWED = 0xC002000C,
	DA_SIG_EXISTS = 0xC0020042,
	DA_STORAGE_MISMATCH = 0xC0030006,
	DA_INVALID_PARAMETERS = 0xC0030007,
	DA_INVALID_GPT = 0xC0030008,
	DA_UNKNOWN_SECTION = 0xC003000C,
	DA_UNSUPPORT_OP = 0xC0040001,
	DA_CHECKSUM_ERR = 0xC0040003,
	DA_TOO_LARGE = 0xC0040004,
	DA_UNKNOWN_CHUNK = 0xC0040005,
	DA_PARTITION_NOT_FOUND = 0xC0040006,
	DA_READ_PT_FAIL = 0xC0040007,
	DA_UNKNOWN_STORAGE = 0xC0040009,
	DA_DRAM_TEST_FAILED = 0xC004000A,
	DA_OUT_OF_RANGE = 0xC004000B,
	DA_REG_PERMISSION = 0xC004000D,
	DA_MMC_ERR = 0xC0040030,
	DA_NAND_ERR = 0xC0040040,
	DA_EMI_VERSION = 0xC0040050,
	DA_UFS_ERR = 0xC0040060,
	DA_OTP_NOT_SUPPORT = 0xC0040100,
	DA_EFUSE_INVALID_ARGUMENT = 0xC0040205,
	DA_POLICY_DISABLED = 0xC0020049,
	DA_SLA_REFUSED = 0xC002004A, /* RSA_OAEP_FAIL */
	DA_HASH_MISMATCH = 0xC0070004,
	DA_EXCEED_MAX_NUM = 0xC0070005,
};

/* Frames of a payload that fits the agent's small buffer. */
#define AGENT_BUFFER_BYTES 0x10000
#define AGENT_HEADER_BYTES 12
#define AGENT_NAND_SLC	   0x11u /* kind of storage, beside enum storage_kind */
#define AGENT_DRAM_BASE	   UINT64_C(0x40000000)
#define AGENT_DRAM_BYTES   UINT64_C(0x100000000)
#define AGENT_MAGIC	   0xFEEEEEEFu

/* Handler of a received frame: `status` DA_OK, DA_PROTOCOL_ERR or DA_BUFFER_OVERFLOW (unread!). */
typedef void agent_frame(struct device *d, uint32_t status, size_t n);

struct agent {
	uint16_t pid; /* USB product id after a speed switch */
	bool by_preloader;
	bool dram_ready;
	bool log_usb; /* log channel bit USB */
	uint32_t system_os;
	uint32_t checksum_level;
	bool all_in_one_sig;
	bool keep_sparse_gaps; /* DISABLE_SPARSE_ERASE */

	/* DA SLA, either generation (da_sla.h) */
	bool authorised;
	bool challenged; /* `random` is out and not answered yet */
	uint8_t random[16];
	bool working; /* a command is running */

	/* receiving a frame */
	uint8_t header[AGENT_HEADER_BYTES];
	uint8_t *buffer; /* AGENT_BUFFER_BYTES; owned */
	size_t limit;
	size_t frame_n;
	uint8_t *to; /* NULL: payload goes nowhere */
	agent_frame *on_frame;
	unsigned blocks; /* HW_INIT_PARAMS still to come */

	uint32_t control; /* sub-code at work */

	/* BOOT_TO */
	uint64_t da2_at, da2_bytes;
	uint8_t *big; /* a payload too large for `buffer`; owned */
	size_t big_room, big_n;

	/* reading */
	struct agent_target target;
	uint64_t read_at, read_left;

	/* writing */
	bool by_name;
	uint64_t write_left;   /* bytes of the image still to come */
	uint64_t write_offset; /* bytes of the image received */
	uint32_t packet_checksum;
	uint32_t late_status;  /* storage error not yet told: the agent double-buffers */
	uint32_t final_status; /* not told before the final status */
	struct image_sink image;
	char name[68];

	uint32_t format_after; /* FORMAT: what follows percent and ack */
};

void agent_start(struct device *d); /* JUMP_DA: the first byte comes after --c0-ms */
/* What the generations have in common: buffers, stage, link. False: machine out of memory. */
bool agent_wake(struct device *d);
void agent_free(struct device *d);

/* ---- framing (agent.c) ---- */
/* Wait for one frame of at most `limit` bytes (AGENT_BUFFER_BYTES at most), kept in a->buffer. */
void agent_expect(struct device *d, size_t limit, agent_frame *on_frame);
/* The same, payload put to `to`, or thrown away when that is NULL. */
void agent_expect_to(struct device *d, uint8_t *to, size_t limit, agent_frame *on_frame);
void agent_send(struct device *d, const void *payload, size_t n);
void agent_send_big(struct device *d, uint8_t *payload, size_t n); /* takes malloc'ed memory */
void agent_send_u32(struct device *d, uint32_t v);
void agent_send_status(struct device *d, uint32_t status); /* logged; a fault may change it */
/* Sum of all bytes, plus 0xFF when the count is odd, modulo 65536 (da-xflash.md 6.2). */
uint32_t agent_byte_sum(const uint8_t *p, size_t n);
bool agent_reserve(struct device *d, size_t bytes); /* a->big; false: machine out of memory */
void agent_release(struct device *d);
/* The agent reads nothing any more and stays silent until the power goes. */
void agent_halt(struct device *d, const char *why);

/* ---- command loop (agent_loop.c) ---- */
void agent_idle(struct device *d);		   /* wait for the next opcode */
void agent_end(struct device *d, uint32_t status); /* last status of a command, then idle */

/* ---- bodies ---- */
void agent_sync(struct device *d);	     /* agent_open.c: DA1's opening */
void agent_device_control(struct device *d); /* agent_control.c */
void agent_init_ext_ram(struct device *d);   /* agent_boot.c */
void agent_boot_to(struct device *d);
void agent_read_data(struct device *d); /* agent_read.c */
void agent_upload(struct device *d);
void agent_write_data(struct device *d); /* agent_write.c */
void agent_download(struct device *d);
void agent_format(struct device *d); /* agent_format.c */
void agent_format_partition(struct device *d);
void agent_shutdown(struct device *d); /* agent_power.c */
/* A reset: would it boot? Then it leaves the bus. `when` is for device.json. */
void agent_reset(struct device *d, const char *when);
void agent_switch_speed(struct device *d);
void agent_otp(struct device *d); /* agent_fuse.c */
void agent_write_efuse(struct device *d);
void agent_read_efuse(struct device *d);
void agent_sram_test(struct device *d);

/* ---- DA SLA (da_sla.c) ---- */
bool agent_locked(const struct device *d);
/* A challenge into a->random; and the owner's answer or file to it. */
void agent_challenge(struct device *d);
bool agent_unlock(struct device *d, const uint8_t *file, size_t n);

/* ---- storage helpers (agent_target.c) ---- */
/* Flash parameter block to target; the device's own order of checks (6.1). Fills length too. */
uint32_t agent_target_by_block(struct device *d, const uint8_t *block, size_t n,
			       struct agent_target *target, uint64_t *at, uint64_t *length);
/* Partition name to target (6.6). */
uint32_t agent_target_by_name(struct device *d, const char *name, struct agent_target *target);
uint32_t agent_storage_error(const struct device *d);
uint32_t agent_write_packet_bytes(const struct device *d);
uint32_t agent_read_packet_bytes(const struct device *d);
bool agent_storage_absent(const struct device *d);
void agent_copy_name(struct device *d, size_t n); /* a->buffer to a->name */

/* Is this second stage the one whose SHA-256 or SHA-1 stands in DA1? (agent_boot.c) */
bool agent_da2_belongs(const struct device *d, const uint8_t *da2, size_t n);

#endif
