/* config: what the command line of flashrack-rack asks for. See options.h for its parser. */
#ifndef RACK_CONFIG_H
#define RACK_CONFIG_H

#include <stdbool.h>
#include <stdint.h>

#include "engine/chips/chips.h"
#include "engine/format/storage.h"
#include "tests/rack/descriptors.h"
#include "tests/rack/faults.h"
#include "tests/rack/gadget.h"

#define RACK_DEVICES_MAX  240
#define RACK_DRAM_IDS_MAX 8
#define RACK_NAND_BAD_MAX 64

enum rack_boot {
	BOOT_BROM,
	BOOT_PRELOADER,
	BOOT_SINK,   /* sink.h */
	BOOT_DEAD,   /* boot ROM for as long as no preloader in storage boots */
	BOOT_GADGET, /* its own system, META, fastboot, ...: `gadget` */
};
enum rack_identity { IDENTITY_BLANK, IDENTITY_PROVISIONED };
enum rack_preloader { PRELOADER_NEW, PRELOADER_OLD };
/* 2022: XFlash with all that was added since; 2013: legacy agents that do not verify their second
 * stage; 2011: old status numbers too. */
enum rack_agent { AGENT_2020, AGENT_2019, AGENT_2013, AGENT_2011, AGENT_2022 };
/* XML agents as da-xml.md tells them apart; "source" is the published one. */
enum xml_build { XML_2023, XML_2025, XML_SOURCE };

/* Bits of GET_TARGET_CONFIG that the rack enforces (brom.md section 8). */
enum { SECURE_SBC = 1, SECURE_SLA = 2, SECURE_DAA = 4 };

struct dram_id {
	uint8_t bytes[16];
	unsigned n;
};

struct rack_config {
	bool vhci;	       /* else unix_path */
	const char *unix_path; /* borrowed from argv */
	int devices;
	const struct chip *chip;
	const char *chip_name; /* as asked for, e.g. "MT6765" */
	enum rack_boot boot;
	struct gadget gadget;	     /* BOOT_GADGET: what it shows */
	const struct gadget *system; /* what its own system shows once it runs; NULL: nothing */
	unsigned restart_after_ms;   /* a gadget restarts after that time; 0 = never */
	enum storage_kind storage;
	uint64_t user_bytes;
	const char *layout; /* scatter file, or NULL */
	bool layout_blank;  /* know the layout, but carry no partition table */
	bool layout_no_mbr; /* zeros before the table, no protective MBR */
	enum rack_identity identity;
	unsigned security;	 /* SECURE_* */
	bool da_sla;		 /* the second stage is locked (DA.SLA ENABLED) */
	const char *sla_key;	 /* public keys that this device verifies with, or NULL: SLA, */
	const char *auth_key;	 /* the auth file, */
	const char *da_key;	 /* and signed agents */
	uint8_t auth_digest[32]; /* SHA-256 of the only auth file this device takes */
	bool has_auth_digest;
	const char *da_sla_key;	  /* public key that the owner's file verifies against; or NULL */
	unsigned link_mbps;	  /* 0 = as fast as the machine */
	unsigned window_ms;	  /* the preloader listens that long after SET_CONFIGURATION */
	unsigned brom_window_ms;  /* 0 = for ever */
	unsigned replug_after_ms; /* 0 = a device that left stays away until ctl replug */
	unsigned c0_ms;		  /* from JUMP_DA to the agent's first byte */
	bool preloader_chosen;	  /* else the chip decides between old and new */
	enum rack_preloader preloader; /* old: version byte 1, no FB E1 E7 */
	enum rack_agent agent;	       /* 2019: first stage without READ_DATA and ERROR_DETAIL */
	enum xml_build xml_build;
	bool xml_usb_switch;	 /* CAN- and SWITCH-HIGHER-USB-SPEED exist */
	bool da_rejected;	 /* XML agents refuse their own version */
	unsigned shutdown_bytes; /* longest SHUTDOWN block the agent reads */
	unsigned block_bytes;	 /* longest flash parameter block the agent reads */
	bool old_info;		 /* storage information of old agents: 96 and 52 bytes */
	unsigned da_sig_len;	 /* agents must be signed with that many bytes; 0 = any */
	uint8_t da_digest[32];	 /* SHA-256 of the only agent this device takes */
	bool has_da_digest;
	bool coalesce, split_bytes;
	bool log_frames;
	bool fault_once;
	bool boot_full_speed; /* preloader at full speed */
	bool brom_high_speed;
	enum usb_variant descriptors;
	struct fault_plan faults;
	struct dram_id dram_ids[RACK_DRAM_IDS_MAX];
	unsigned dram_id_count;
	unsigned dram_vendor;		      /* discrete DRAM of that manufacturer id; 0: not */
	uint32_t nand_bad[RACK_NAND_BAD_MAX]; /* blocks that are bad */
	unsigned nand_bad_count;
	unsigned nand_bad_random;   /* that many more, by seed and device */
	bool no_erase;		    /* legacy: an eMMC that does not erase is overwritten with FF */
	bool old_card;		    /* legacy: the soldered chip is told as a card */
	unsigned security_first_ms; /* legacy: first-time processing in the report; 0 = none */
	unsigned battery_mv;	    /* legacy; 0 = no gauge */
	unsigned seed;
	const char *state_dir;
	const char *log_path; /* NULL = no log, "-" = stderr */
};

struct rack_config rack_config_default(void);

#endif
