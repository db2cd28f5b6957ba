/*
 * The second stage's flash report (da-legacy.md 4): NOR, NAND, eMMC, SD, RAM and ids, the BMT word
 * of some chips, and the trailer.
 */
#include "tests/rack/legacy/legacy_agent.h"

#include <string.h>

enum { INT_RAM_BYTES = 0x20000, RAM_DRAM = 2, SEARCH_MS = 20 };
enum { BOOT_EMMC = 1033, BOOT_NAND = 1035 };
enum { NAND_IO_BITS = 8, NAND_ADDRESS_CYCLES = 5 };

static void send_nor(struct device *d)
{
	la_send32(d, la_code(d, LS_NO_NOR));
	reply8(d, 0);
	reply8(d, 8);
	la_send16(d, 0xFFFF);
	la_send32(d, 0);
	for (int i = 0; i < 4; i++)
		la_send16(d, 0);
	la_send32(d, 0);
	la_send32(d, 0);
}

static void send_nand(struct device *d)
{
	const struct flash_nand *nand = &d->flash.nand;
	bool there = la_has_nand(d);
	uint64_t bytes = there ? d->flash.regions[REGION_USER].bytes : 0;

	la_send32(d, there ? 0 : la_code(d, LS_NO_NAND));
	reply8(d, 0);
	la_send16(d, there ? (uint16_t)(nand->id[0] << 8 | nand->id[1]) : 0);
	if (la_wide_nand(d->legacy->chip_byte))
		la_send64(d, bytes);
	else
		la_send32(d, (uint32_t)bytes);
	la_send_nand_ids(d);
	la_send16(d, there ? (uint16_t)nand->page : 0);
	la_send16(d, there ? (uint16_t)nand->spare : 0);
	la_send16(d, there ? (uint16_t)nand->pages_per_block : 0);
	reply8(d, there ? NAND_IO_BITS : 0);
	reply8(d, there ? NAND_ADDRESS_CYCLES : 0);
	reply8(d, there); /* BMT */
}

static void send_emmc(struct device *d)
{
	static const enum storage_region order[] = {
		REGION_BOOT1, REGION_BOOT2, REGION_RPMB, REGION_GP1,
		REGION_GP2,   REGION_GP3,   REGION_GP4,	 REGION_USER,
	};
	bool there = la_has_emmc(d) && !d->config->old_card;
	uint8_t cid[16] = {0}, version[8] = {0};

	if (there) {
		la_reversed_cid(d, cid);
		memcpy(version, d->id.fwver, 6);
	}
	la_send32(d, there ? 0 : la_code(d, LS_NO_EMMC));
	for (size_t i = 0; i < sizeof order / sizeof *order; i++) {
		const struct flash_region *r = &d->flash.regions[order[i]];

		la_send64(d, there && r->fd >= 0 ? r->bytes : 0);
	}
	reply_bytes(d, cid, sizeof cid);
	reply_bytes(d, version, sizeof version);
}

/* A soldered chip of an old kind is told as a card (section 4, table of blocks). */
static void send_sd(struct device *d)
{
	bool there = la_has_emmc(d) && d->config->old_card;
	uint8_t cid[16] = {0};

	if (there)
		la_reversed_cid(d, cid);
	la_send32(d, there ? 0 : la_code(d, LS_NO_SD));
	la_send64(d, there ? d->flash.regions[REGION_USER].bytes : 0);
	reply_bytes(d, cid, sizeof cid);
}

static void send_ram_and_ids(struct device *d)
{
	la_send32(d, 0);
	la_send32(d, INT_RAM_BYTES);
	la_send32(d, 0);
	reply8(d, RAM_DRAM);
	reply8(d, 0);
	la_send64(d, DEVICE_DRAM_BYTES);
	reply_bytes(d, d->id.hrid, sizeof d->id.hrid);
	if (la_bmt_word(d->legacy->chip_byte))
		la_send32(d, la_has_nand(d) ? d->flash.nand.bmt_blocks : 0);
}

static void trailer(struct device *d)
{
	uint32_t fault;

	la_send_status(d, LS_BLANK);
	la_send32(d, d->flash.kind == STORAGE_NAND ? BOOT_NAND : BOOT_EMMC);
	device_step(d, "soc-check", "done");
	fault = device_status(d, 0);
	reply8(d, fault ? LEGACY_SOC_FAIL : LEGACY_SOC_OK);
	if (fault)
		la_halt(d, "fault: the chip check failed");
	else
		la_idle(d);
}

static void security_done(struct device *d)
{
	la_ack(d);
	trailer(d);
}

static void send_report(struct device *d)
{
	device_step(d, "report", "chip %02X", d->legacy->chip_byte);
	send_nor(d);
	send_nand(d);
	send_emmc(d);
	send_sd(d);
	send_ram_and_ids(d);
	if (!d->config->security_first_ms) {
		security_done(d);
		return;
	}
	reply8(d, LEGACY_NACK); /* first-time processing: another byte when it is done */
	device_after(d, TIMER_WORK, d->config->security_first_ms, security_done);
}

void la_report(struct device *d)
{
	d->stage = STAGE_AGENT2;
	d->dirty = true;
	device_after(d, TIMER_WORK, SEARCH_MS, send_report);
}
