/* Where a parameter block or a partition name leads on the device's own storage. */
#include "tests/rack/agent.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "engine/base/bytes.h"
#include "tests/rack/legacy/pmt.h"
#include "tests/rack/storage.h"

enum { DA1_PACKET = 0x8000, WRITE_PACKET = 0x200000, READ_PACKET_LINUX = 0x10000, OS_LINUX = 1 };
enum { NAND_PAGE_ONLY = 1 };
enum { SGPT_SECTORS_512 = 33, SGPT_SECTORS_4096 = 5 };

bool agent_storage_absent(const struct device *d)
{
	return faults_stand(&d->faults, RACK_STORAGE_DEAD, RACK_AT_INFO, NULL);
}

uint32_t agent_storage_error(const struct device *d)
{
	if (d->flash.kind == STORAGE_NAND)
		return DA_NAND_ERR;
	return d->flash.kind == STORAGE_UFS ? DA_UFS_ERR : DA_MMC_ERR;
}

uint32_t agent_write_packet_bytes(const struct device *d)
{
	return d->stage == STAGE_AGENT1 ? DA1_PACKET : WRITE_PACKET;
}

uint32_t agent_read_packet_bytes(const struct device *d)
{
	if (d->stage == STAGE_AGENT1)
		return DA1_PACKET;
	return d->agent->system_os == OS_LINUX ? READ_PACKET_LINUX : WRITE_PACKET;
}

/* NAND by its general number or its own: SLC. */
static bool is_kind(const struct device *d, uint32_t storage)
{
	return storage == (uint32_t)d->flash.kind ||
	       (d->flash.kind == STORAGE_NAND && storage == AGENT_NAND_SLC);
}

uint32_t agent_target_by_block(struct device *d, const uint8_t *block, size_t n,
			       struct agent_target *target, uint64_t *at, uint64_t *length)
{
	uint8_t b[44] = {0};
	uint32_t storage;

	memcpy(b, block, n < sizeof b ? n : sizeof b); /* shorter blocks are taken */
	storage = get_le32(b);
	*at = get_le64(b + 8);
	*length = get_le64(b + 16);
	*target = (struct agent_target){.region = flash_section(&d->flash, get_le32(b + 4))};
	device_log(d, "h>", "  storage 0x%X section %u at 0x%llX, 0x%llX bytes", storage,
		   get_le32(b + 4), (unsigned long long)*at, (unsigned long long)*length);
	if (!storage)
		return DA_UNKNOWN_STORAGE;
	if (!is_kind(d, storage) || agent_storage_absent(d))
		return DA_STORAGE_MISMATCH;
	if (target->region == REGION_NONE)
		return DA_UNKNOWN_SECTION;
	target->size = storage_bytes(&d->flash, target->region);
	if (d->flash.kind == STORAGE_NAND && get_le32(b + 28)) {
		target->physical = true;
		target->size = d->flash.regions[REGION_USER].bytes;
	}
	if (d->flash.kind == STORAGE_NAND && get_le32(b + 40) > NAND_PAGE_ONLY)
		return DA_UNSUPPORT_OP; /* spare bytes have no file */
	if (*at > target->size || *length > target->size - *at)
		return DA_OUT_OF_RANGE;
	return agent_locked(d) ? DA_WRITE_NOT_ALLOWED : DA_OK;
}

void agent_copy_name(struct device *d, size_t n)
{
	struct agent *a = d->agent;

	n = n < 64 ? n : 64;
	memcpy(a->name, a->buffer, n);
	a->name[n] = '\0';
}

/* The device's table, as its boot loader would read it: primary first, then the backup. */
static uint32_t read_table(struct device *d, struct gpt *gpt)
{
	size_t head = d->flash.block == 4096 ? 6 * 4096u : 34 * 512u;
	uint64_t user = d->flash.regions[REGION_USER].bytes;
	uint8_t *bytes = malloc(head);
	struct problem problem;
	bool seen;
	int bad;

	if (!bytes || flash_read(&d->flash, REGION_USER, 0, bytes, head)) {
		free(bytes);
		return DA_READ_PT_FAIL;
	}
	seen = !memcmp(bytes + d->flash.block, "EFI PART", 8);
	bad = gpt_parse(gpt, (struct slice){bytes, head}, d->flash.block, &problem);
	if (bad && !flash_read(&d->flash, REGION_USER, user - head, bytes, head)) {
		seen |= !memcmp(bytes + head - d->flash.block, "EFI PART", 8);
		bad = gpt_parse_backup(gpt, (struct slice){bytes, head}, d->flash.block, user,
				       &problem);
	}
	free(bytes);
	if (!bad)
		return DA_OK;
	return seen ? DA_INVALID_GPT : DA_READ_PT_FAIL;
}

static uint64_t first_partition(const struct gpt *gpt)
{
	uint64_t first = UINT64_MAX;

	for (size_t i = 0; i < gpt->count; i++) {
		if (gpt->entries[i].start < first)
			first = gpt->entries[i].start;
	}
	return first;
}

/* NAND carries a PMT instead (packages.md 5.3). */
static uint32_t by_pmt(struct device *d, const char *name, struct agent_target *target)
{
	const struct rack_pmt_entry *e;
	struct rack_pmt pmt;

	if (!rack_pmt_load(&d->flash, RACK_PMT_NAND, &pmt))
		return DA_READ_PT_FAIL;
	e = rack_pmt_find(&pmt, name);
	if (!e)
		return DA_PARTITION_NOT_FOUND;
	target->region = REGION_USER;
	target->start = e->offset;
	target->size = e->size;
	target->preloader = !strcasecmp(e->name, "preloader");
	snprintf(target->name, sizeof target->name, "%s", e->name);
	return DA_OK;
}

static uint32_t by_table(struct device *d, const char *name, struct agent_target *target)
{
	struct gpt *gpt = malloc(sizeof *gpt);
	const struct gpt_entry *e = NULL;
	uint32_t status = gpt ? read_table(d, gpt) : (uint32_t)DA_READ_PT_FAIL;
	uint64_t sectors = d->flash.block == 512 ? 64 : 8;

	target->region = REGION_USER;
	if (!strcasecmp(name,
			"pgpt")) { /* works on a blank device too: there is nothing to look up */
		target->size = status ? sectors * d->flash.block : first_partition(gpt);
		status = DA_OK;
	} else if (!status) {
		e = gpt_find(gpt, name);
		if (e) {
			target->start = e->start;
			target->size = e->size;
			snprintf(target->name, sizeof target->name, "%s", e->name);
		} else {
			status = DA_PARTITION_NOT_FOUND;
		}
	}
	free(gpt);
	return status;
}

static uint32_t find_name(struct device *d, const char *name, struct agent_target *target)
{
	bool boot1 = !strcmp(name, "preloader"), boot2 = !strcmp(name, "preloader_backup");

	*target = (struct agent_target){0};
	snprintf(target->name, sizeof target->name, "%s", name);
	if (agent_storage_absent(d))
		return DA_READ_PT_FAIL;
	if (d->flash.kind == STORAGE_NAND)
		return by_pmt(d, name, target);
	if (boot1 || boot2) {
		target->region = boot1 ? REGION_BOOT1 : REGION_BOOT2;
		target->size = d->flash.regions[target->region].bytes;
		target->preloader = true;
		return DA_OK;
	}
	if (!strcasecmp(name, "sgpt")) {
		uint64_t user = d->flash.regions[REGION_USER].bytes;

		target->region = REGION_USER;
		target->size =
			d->flash.block == 512 ? SGPT_SECTORS_512 * 512 : SGPT_SECTORS_4096 * 4096;
		target->start = user - target->size;
		return DA_OK;
	}
	return by_table(d, name, target);
}

uint32_t agent_target_by_name(struct device *d, const char *name, struct agent_target *target)
{
	uint32_t status = find_name(d, name, target);

	return !status && agent_locked(d) ? DA_DL_FORBIDDEN : status;
}
