/*
 * facts: what a device says of itself, gathered in a run; plain values, no pointers.
 */
#ifndef ENGINE_DEVICE_FACTS_H
#define ENGINE_DEVICE_FACTS_H

#include <stdbool.h>
#include <stdint.h>

#include "engine/format/proinfo.h"
#include "engine/format/storage.h"

enum usb_speed { USB_SPEED_UNKNOWN, USB_SPEED_FULL, USB_SPEED_HIGH, USB_SPEED_SUPER };

enum device_mode {
	MODE_UNKNOWN, /* an identity that is in no list */
	MODE_BROM,
	MODE_PRELOADER,
	MODE_DA,
	MODE_META, /* the unit's own test mode */
	MODE_FASTBOOT,
	MODE_CHARGING, /* its own system is up (adb, MTP, mass storage), or it only charges */
};

/* What the bus shows when a device arrives at a slot. */
struct arrival {
	uint16_t vid, pid;
	enum usb_speed speed;
};

/* Mode that a USB identity stands for (protocol/brom.md section 1); MODE_UNKNOWN: not ours. */
enum device_mode device_mode_of(uint16_t vid, uint16_t pid);

struct device_facts {
	enum device_mode arrived_as; /* by what the handshake proved, not by the USB id alone */
	uint16_t hw_code, hw_sub_code, hw_version, sw_version;
	uint32_t target_config; /* bits: 0 SBC, 1 SLA, 2 DAA (brom.md section 8) */
	uint8_t bl_version;	/* preloader version byte, 0 in BROM */
	uint8_t brom_version;
	uint8_t me_id[16];
	uint8_t me_id_len; /* 0: the device has none */
	uint8_t soc_id[32];
	uint8_t soc_id_len;
	char da_version[16];
	bool agent_from_brom;		    /* GET_CONNECTION_AGENT said "brom" */
	uint32_t write_packet, read_packet; /* bytes, of the running agent */
	struct storage_sizes storage;
	uint8_t cid[20]; /* eMMC 16 bytes, UFS 20 */
	uint8_t storage_fw[8];
	uint8_t pre_eol, life_a, life_b;
	uint64_t dram_bytes, sram_bytes;
	uint8_t dram_type;   /* as the agent says; 0 unknown */
	uint32_t battery_mv; /* 0 unknown */
	/* NAND: geometry in bytes, id words as read */
	uint32_t nand_page, nand_spare, nand_block;
	uint16_t nand_id[8];
	uint8_t nand_id_count;
	uint32_t bad_blocks;   /* 0 also when not told */
	char storage_name[32]; /* product name of a UFS or eMMC chip, as far as told */
	bool agent_locked;     /* the agent asks for authorisation of its own (DA SLA) */
	bool has_table;	       /* the device has a partition table */
	char active_slot;      /* 'a' or 'b' of an A/B device; 0 unknown or none */
	bool images_checked;   /* a legacy agent lets only signed images in (B4: 0x179A) */
	uint8_t random_id[16];
	char usb_speed_name[16]; /* as the agent says it */
	uint8_t hrid[16];	 /* hardware id of the chip, all zero when not told */
	enum { RPMB_UNKNOWN, RPMB_NO_KEY, RPMB_HAS_KEY } rpmb;
	struct proinfo product; /* serial and IMEIs; status "not read" without a proinfo */
};

/*
 * The product name in the storage's own identification, for people: of eMMC the six characters of
 * the CID, of UFS its whole text. Does nothing when there is a name already.
 */
void facts_name_storage(struct device_facts *facts);

#endif
