/*
 * memdev: one device in memory, answering a flow's actions directly, on a virtual clock.
 *
 * Written from protocol/brom.md, da-xflash.md and packages.md alone; it shares no protocol code
 * with engine/. Boot ROM or preloader (memdev_boot.c), then both agent stages (memdev_agent.c, with
 * memdev_data.c for the storage commands). It rejects what a device rejects, with its codes, and
 * goes deaf where a device does. All state is in the struct: copying it copies the device.
 */
#ifndef TESTS_LIB_MEMDEV_H
#define TESTS_LIB_MEMDEV_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "engine/base/slice.h"
#include "engine/flow/flow.h"

#define MEMDEV_USER	0x400000u /* bytes, with storage */
#define MEMDEV_BOOT	0x80000u
#define MEMDEV_REGIONS	3 /* boot1, boot2, user */
#define MEMDEV_OUT	0x18000u
#define MEMDEV_DENY_MAX 8

struct memdev_options {
	bool preloader;		   /* else boot ROM */
	uint8_t preloader_version; /* 0: 3 */
	uint16_t hw_code;	   /* 0: 0x0766 */
	uint32_t target_config;
	uint16_t agent_hw_code; /* chip that the agent says it runs on; 0: hw_code */
	bool stays_slow;	/* still at full speed after the switch */
	bool pmt;		/* the agent works with a PMT */
	bool ufs;
	bool no_storage, other_storage; /* absent; the other kind than `ufs` says */
	bool blank;			/* no partition table */
	bool broken_primary;		/* the primary table is damaged, the backup good */
	bool bulk;			/* throw written data away: for measuring */
	bool logs;			/* a log frame before every status */
	bool short_status;		/* status frames of two bytes */
	bool full_speed;		/* until the speed switch */
	bool life_exhausted;
	uint8_t life;	     /* life estimate A in the storage's answer; 0: 1 */
	uint8_t spares;	     /* its pre-EOL state */
	uint32_t battery_mv; /* 0: this agent does not know */
	bool dram_fail;
	unsigned readies;		/* READY texts queued before the first start byte */
	unsigned silent_tries;		/* start bytes lost before the device listens */
	uint32_t deny[MEMDEV_DENY_MAX]; /* device control codes this agent does not know */
	uint64_t userdata_bytes; /* size of that partition on the device; 0: as in the package */
	uint64_t user_bytes;	 /* 0: MEMDEV_USER */
	/* Answer the n-th packet of a data command (from 1) with `packet_status`; 0 never. */
	unsigned packet_fail;
	uint32_t packet_status, final_status;
	uint32_t read_fail; /* target status of the first read chunk */
	/* Flip one byte of the user region at this offset when it is written; 0 never. */
	uint64_t flip_at;
	bool provisioned;      /* nvram holds this unit's own data, else nothing */
	bool nvram_unreadable; /* READ_DATA fails in nvram */
	bool nvram_decays;     /* nvram changes by itself at the first write to the device */
	bool nvram_vanishes;   /* the same, and all of it is gone */
	bool vault_lies;       /* FLOW_LOAD gives back other bytes than were saved */
	bool vault_empty;      /* the vault has nothing of this unit */
	bool owed;	       /* the vault has an earlier run's backup, never put back */
	char active_slot;      /* 'a' or 'b': the table has boot_a, boot_b and misc */
	bool foreign_table;    /* another model's table */
	bool dead;	       /* boot ROM until a preloader is in boot1, then that after a reset */
	bool stays_dead;       /* the preloader does not start */
	bool comes_back_as_another; /* after the reset, with another ME-ID */
};

#define MEMDEV_STREAMS	    4
#define MEMDEV_STREAM_BYTES 0x80000u
#define MEMDEV_NVRAM	    0x8000u /* where it is on a new device, bytes */
#define MEMDEV_NVRAM_BYTES  0x10000u

/* What FLOW_SAVE brought. */
struct memdev_stream {
	struct flow_save to; /* of its last piece */
	uint64_t got;
	bool whole, broken; /* broken: pieces out of order, or more than announced */
	uint8_t bytes[MEMDEV_STREAM_BYTES];
};

enum memdev_mode {
	MEM_LISTEN, /* preloader: READY text, first A0 swallowed */
	MEM_MATCH,  /* start bytes */
	MEM_LOOP,   /* command loop of boot ROM or preloader */
	MEM_DA1_SYNC,
	MEM_DA1_ENV,
	MEM_DA1_HW,
	MEM_DA1,
	MEM_DA2,
	MEM_DEAF, /* halted: takes bytes, never answers */
	MEM_LEFT, /* off the bus */
};

struct memdev {
	struct memdev_options options;
	enum memdev_mode mode;
	uint64_t now_ms, match_ends_ms, leaves_ms; /* 0: not set */
	struct slice da1, da2;			   /* what the container holds */
	/* boot ROM and preloader */
	uint8_t matched;
	uint8_t opcode;
	unsigned field; /* parameter of the command that is next */
	uint32_t params[4];
	uint32_t param_got;
	uint32_t load_left, load_length;
	uint16_t load_sum;
	bool load_odd, loaded;
	uint32_t load_sig;
	bool watchdog_off;
	/* agent: frame in work */
	uint8_t head[12];
	uint32_t head_got, length, got;
	uint8_t body[0x4000]; /* payloads longer than this are taken in pieces */
	/* agent: command in work */
	uint32_t op, code;
	unsigned stage;
	bool environment_linux, from_brom, dram_up, switched;
	uint32_t checksum_level, expected_sum, sum, announced;
	unsigned packets;
	uint32_t failed;
	int region;
	uint64_t address, range, done, room;
	char name[65];
	bool sparse_on, preloader_on;
	uint64_t sparse_out, sparse_left;
	uint32_t sparse_head_got, sparse_chunks, sparse_block, sparse_kind;
	uint8_t sparse_head[32];
	uint32_t boot_to_length;
	/* bytes for the host */
	uint32_t out_from, out_to;
	uint8_t out[MEMDEV_OUT];
	uint8_t storage[2 * MEMDEV_BOOT + MEMDEV_USER];
	/* what happened, for tests */
	uint64_t bytes_written; /* to storage, tables included */
	bool reset_seen, system_boot;
	uint8_t opcodes_seen[256];
	uint32_t shutdown_bytes;
	unsigned journals;
	bool journal_before_write; /* the point of no return was told before the first write */
	bool wrote_unjournalled;
	bool formatted; /* an erase has happened: what nobody wrote since is zero */
	bool decayed;
	bool another; /* a second unit took the place of the first */
	unsigned loads;
	size_t stream_count;
	struct memdev_stream streams[MEMDEV_STREAMS];
};

/* The unit's own data as it was provisioned, byte by byte. */
uint8_t memdev_nvram_byte(const struct memdev *d, size_t i);

struct pack;
void memdev_init(struct memdev *d, const struct memdev_options *options, const struct pack *pack);
/* Arrival as the bus shows it. */
struct arrival memdev_arrival(const struct memdev *d);
/* Do what `action` asks and make the event that answers it; its rx points into the device. */
void memdev_serve(struct memdev *d, const struct flow_action *action, struct flow_event *event);
/* Bytes of a region: 0 boot1, 1 boot2, 2 user. */
uint8_t *memdev_region(struct memdev *d, int region);
uint64_t memdev_region_bytes(const struct memdev *d, int region);

/*
 * Does the device hold exactly what the package says, and is everything else untouched? The first
 * difference goes to `why`. Independent of the engine: expands sparse images by itself.
 */
bool memdev_holds(struct memdev *d, const struct pack *pack, char why[128]);

/* Between the files of the device. */
void mem_out(struct memdev *d, const void *bytes, size_t n);
void mem_boot_take(struct memdev *d, const uint8_t *p, size_t n);
void mem_agent_take(struct memdev *d, const uint8_t *p, size_t n);
void mem_agent_start(struct memdev *d);
void mem_frame(struct memdev *d, const void *payload, uint32_t n);
void mem_status(struct memdev *d, uint32_t status);
/* Storage commands: a whole payload, or a piece of a long one. */
void mem_data_begin(struct memdev *d);
void mem_data_payload(struct memdev *d);
void mem_data_piece(struct memdev *d, const uint8_t *p, size_t n);
bool mem_data_wants_pieces(const struct memdev *d);

#endif
