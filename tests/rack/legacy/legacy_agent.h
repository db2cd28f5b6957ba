/*
 * legacy_agent: the agent of the legacy generation, both stages, as da-legacy.md describes it. It
 * is written from the document alone, not from the station.
 *
 * The link is a byte stream: the agent asks for the bytes of its next field and waits for them for
 * ever; every field it sends is a transfer of its own. Integers are big-endian. What the real agent
 * does not survive ends in la_halt(): it stays on the bus and is silent.
 */
#ifndef RACK_LEGACY_AGENT_H
#define RACK_LEGACY_AGENT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "tests/rack/boot.h"
#include "tests/rack/device.h"
#include "tests/rack/legacy/profile.h"
#include "tests/rack/sparse_sink.h"

enum legacy_byte {
	LEGACY_SYNC = 0xC0,
	LEGACY_SOC_OK = 0xC1,
	LEGACY_SOC_FAIL = 0xCF,
	LEGACY_CONT = 0x69,
	LEGACY_STOP = 0x96,
	LEGACY_ACK = 0x5A,
	LEGACY_NACK = 0xA5,
};

/* Status codes in the current numbering (section 6); la_code() makes the old numbers of them. */
enum legacy_status {
	LS_STORAGE = 1003, /* BAD chip or storage number */
	LS_NO_TABLE = 1037,
	LS_SETUP_DRAM_FAIL = 3002,
	LS_RAM_ERROR = 3011,
	LS_NOT_FOUND = 3012,
	LS_NO_NOR = 3015,
	LS_NO_NAND = 3016,
	LS_IN_PROGRESS = 3025,
	LS_BEGIN_ADDR = 3036,
	LS_RANGE = 3040,
	LS_BAD_BLOCK = 3045,
	LS_CHECKSUM = 3065,
	LS_ABSENT = 3071,
	LS_BLANK = 3083,
	LS_NO_EMMC = 3149,
	LS_NO_SD = 3151,
	LS_CONFIG = 3152,
	LS_READ_FAILED = 3153,
	LS_WRITE_FAILED = 3154,
	LS_UNSUPPORTED = 3157,
	LS_LOCKED = 3173,
	LS_UNLOCKED = 3175,
	LS_STORAGE_TYPE = 3178,
	LS_TOO_MANY = 3185,
	LS_NO_SPACE = 5069,
	LS_FORMAT_FORBIDDEN = 6012,
};

enum { LEGACY_NOR = 0, LEGACY_NAND = 1, LEGACY_EMMC = 2, LEGACY_SD = 3 }; /* storage numbers */

#define LEGACY_PACKET_BYTES	 0x100000 /* announced by 61 */
#define LEGACY_PACKET_MAX	 0x800000 /* more and the agent hangs (5.3) */
#define LEGACY_GPT_ENTRIES_MAX	 40
#define LEGACY_TABLE_ENTRIES_MAX 128
#define LEGACY_IMAGES_MAX	 32

typedef void legacy_next(struct device *d);

/* A run of packets from the host: 5A, data, u16 sum -> 69 (5.3). */
struct legacy_intake {
	uint64_t left;
	uint32_t packet;
	size_t now;	    /* bytes of the packet at work */
	bool verify;	    /* compare sums */
	uint16_t sum;	    /* of the packet at work */
	uint16_t image_sum; /* of all bytes taken */
	/* Puts a packet away: 0 or a status. */
	uint32_t (*store)(struct device *d, const uint8_t *bytes, size_t n);
	legacy_next *finished;
};

/* A run of packets to the host: data, u16 sum -> 5A (5.6). */
struct legacy_outlet {
	uint64_t at, left;
	uint32_t packet;
	size_t now;
	bool framed; /* READPAGE: a status byte before each packet, 96 stops (5.10) */
	/* Fetches `n` bytes at `at`: 0 or a status. */
	uint32_t (*fetch)(struct device *d, uint64_t at, uint8_t *to, size_t n);
	legacy_next *finished;
};

struct legacy_target {
	enum storage_region region; /* REGION_NONE: swallowed */
	uint64_t at, end;	    /* bytes; end of the region */
};

/* One image of DD (5.10). */
struct legacy_image {
	bool enabled;
	uint64_t begin, bytes;
};

struct legacy_agent {
	const struct legacy_profile *profile;
	uint8_t chip_byte;
	bool by_preloader;
	bool dram_ready;
	bool table_seen; /* the partition table was read once (gpt_limit) */

	uint8_t opcode;	 /* of the command at work */
	uint8_t in[512]; /* the field or parameters at work */
	legacy_next *next;
	uint8_t *big; /* packets, second stage, DRAM settings; owned */
	size_t big_room;

	/* stage 2 upload */
	uint32_t da2_at, da2_bytes, da2_packet;
	uint32_t da2_n;

	/* DRAM settings */
	uint32_t emi_bytes;
	bool discrete_pass; /* second pass of variant B */

	uint8_t part; /* SWITCH_PART */
	struct legacy_target target;
	struct legacy_intake intake;
	struct legacy_outlet outlet;
	bool sparse_seen, is_sparse;
	struct sparse_sink sparse;
	uint8_t level; /* checksum level of the write at work */
	bool sum_kept; /* for VERIFY_IMG_CHKSUM */
	uint16_t kept_sum;

	/* FORMAT and the memory test */
	uint64_t step_at, step_end, step_begin;
	uint32_t bad_blocks, blocks;
	uint32_t method, pattern;

	/* tables */
	uint8_t table_copy; /* GPT copy, PMT mode */
	uint32_t table_count, table_n;
	uint8_t *table; /* LEGACY_TABLE_ENTRIES_MAX entries; owned */

	/* WATCHDOG */
	uint32_t reset_flags;

	/* DOWNLOAD_BLOADER */
	uint8_t *preloader; /* owned */
	size_t preloader_n, preloader_bytes;

	/* NAND image list; image_count counts boot images too */
	struct legacy_image images[LEGACY_IMAGES_MAX];
	unsigned image_count, image_n, ranges_left;
	bool with_spare;
};

/* ---- legacy.c: fields, answers, life ---- */
/* Wait for `n` bytes (at most sizeof in), kept in la->in, then go on with `next`. */
void la_ask(struct device *d, size_t n, legacy_next *next);
/* The same, to memory of the caller. */
void la_ask_to(struct device *d, uint8_t *to, size_t n, legacy_next *next);
/* A status as this agent's generation numbers it (section 6). */
uint32_t la_code(const struct device *d, uint32_t status);
/*
 * The answer to a command: 5A, or A5 and the status. A status fault may change it. True when the
 * command goes on.
 */
bool la_verdict(struct device *d, uint32_t status);
void la_refuse(struct device *d, uint32_t status); /* A5 and the status */
void la_ack(struct device *d);
void la_send16(struct device *d, uint16_t v);
void la_send32(struct device *d, uint32_t v);		/* as it is */
void la_send_status(struct device *d, uint32_t status); /* numbered, logged */
void la_send64(struct device *d, uint64_t v);
uint64_t la_be64(const uint8_t *p);
void la_send_zeros(struct device *d, size_t n);
bool la_reserve(struct device *d, size_t n); /* la->big; false: out of memory, halted */
/* Nothing is read or sent any more until the power goes. */
void la_halt(struct device *d, const char *why);
uint16_t la_sum(const uint8_t *bytes, size_t n); /* 16-bit sum of all bytes */
bool la_storage_absent(const struct device *d);	 /* storage-dead@info */
bool la_has_nand(const struct device *d);
bool la_has_emmc(const struct device *d);
/* Region by part number; REGION_NONE for numbers that name nothing on this unit. */
enum storage_region la_region(const struct device *d, unsigned part);
void la_reversed_cid(const struct device *d, uint8_t out[16]); /* each four bytes reversed */
/* The host's bytes that follow came in the same transfer as those read last. */
bool la_mid_transfer(const struct device *d);

/* ---- the way to the command loop ---- */
void la_opening(struct device *d);	/* opening.c: C0, probe, version, configuration */
void la_nand_table(struct device *d);	/* nand_table.c: the table of single-stage agents */
void la_dram(struct device *d);		/* dram.c: DRAM state and ENABLE_DRAM */
void la_upload(struct device *d);	/* stage2.c */
void la_upload_begun(struct device *d); /* the first byte of its header is in la->in */
void la_report(struct device *d);	/* report.c, then the loop */
void la_send_nand_ids(struct device *d);

/* ---- loop.c ---- */
void la_idle(struct device *d);

/* ---- packets.c ---- */
/* Both use la->big; `finished` is called after the last packet, la_idle() after a 96. */
void la_take_packets(struct device *d);
void la_send_packets(struct device *d);

/* ---- tables (table.c, pmt.c, gpt_wire.c) ---- */
/*
 * First use of the table after the start: false when its header overruns the agent, which is then
 * dead (5.8).
 */
bool la_table_survives(struct device *d);

/* ---- bodies; parameters are in la->in ---- */
void la_setup_port(struct device *d); /* usb.c */
void la_setup_port_ex(struct device *d);
void la_check_status(struct device *d);
void la_speed(struct device *d);
void la_switch_part(struct device *d); /* write.c */
void la_write_data(struct device *d);
void la_write_image(struct device *d);
void la_verify_image(struct device *d);
void la_read(struct device *d);	      /* read.c */
void la_format(struct device *d);     /* format.c */
void la_read_table(struct device *d); /* table.c */
void la_write_gpt(struct device *d);
void la_write_pmt(struct device *d);
void la_finish(struct device *d); /* power.c */
void la_watchdog(struct device *d);
void la_read32(struct device *d); /* registers.c */
void la_write32(struct device *d);
void la_read16(struct device *d);
void la_write16(struct device *d);
void la_pmic_read(struct device *d);
void la_pmic_write(struct device *d);
void la_battery(struct device *d); /* queries.c */
void la_sec_info(struct device *d);
void la_usb_recheck(struct device *d);
void la_dsp_version(struct device *d);
void la_card_type(struct device *d);
void la_reset_disable(struct device *d);
void la_absent_info(struct device *d);
void la_unit_info(struct device *d);
void la_read_dl_info(struct device *d);
void la_write_cust_info(struct device *d);
void la_lone_nack(struct device *d);
void la_nor_write(struct device *d);
void la_otp_check(struct device *d);
void la_otp_size(struct device *d);
void la_otp_locked(struct device *d);
void la_download_bloader(struct device *d); /* bloader.c */
void la_memory_test(struct device *d);	    /* memtest.c */
void la_read_page(struct device *d);	    /* nand_read.c */
void la_read_bmt(struct device *d);
void la_bmt_remark(struct device *d);
void la_image_list(struct device *d); /* nand_write.c */
void la_write_images(struct device *d);
void la_write_pages(struct device *d);

#endif
