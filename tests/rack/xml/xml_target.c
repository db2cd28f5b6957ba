/* Regions, partitions and ranges by the names of the XML generation (da-xml.md section 5). */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "tests/rack/storage.h"
#include "tests/rack/xml/xml_agent.h"

enum { DA1_PACKET = 0x1000, PACKET = 0x200000, READ_PACKET_LINUX = 0x10000, OS_LINUX = 1 };
enum { UFS_UPDATES = 4 };

uint32_t xml_write_packet(const struct device *d)
{
	return d->stage == STAGE_AGENT1 ? DA1_PACKET : PACKET;
}

uint32_t xml_read_packet(const struct device *d)
{
	if (d->stage == STAGE_AGENT1)
		return DA1_PACKET;
	return d->agent->system_os == OS_LINUX ? READ_PACKET_LINUX : PACKET;
}

/* ---- names ---- */

static const struct {
	const char *name;
	enum storage_kind kind;
	enum storage_region region;
} regions[] = {
	{"EMMC-USER", STORAGE_EMMC, REGION_USER},
	{"EMMC-BOOT1", STORAGE_EMMC, REGION_BOOT1},
	{"EMMC-BOOT2", STORAGE_EMMC, REGION_BOOT2},
	{"EMMC-RPMB", STORAGE_EMMC, REGION_RPMB},
	{"EMMC-GP1", STORAGE_EMMC, REGION_GP1},
	{"EMMC-GP2", STORAGE_EMMC, REGION_GP2},
	{"EMMC-GP3", STORAGE_EMMC, REGION_GP3},
	{"EMMC-GP4", STORAGE_EMMC, REGION_GP4},
	{"EMMC-BOOT1BOOT2", STORAGE_EMMC, REGION_BOOT12},
	{"UFS-LUA0", STORAGE_UFS, REGION_BOOT1},
	{"UFS-LUA1", STORAGE_UFS, REGION_BOOT2},
	{"UFS-LUA2", STORAGE_UFS, REGION_USER},
	{"NAND-WHOLE", STORAGE_NAND, REGION_USER},
};

bool xml_region(struct device *d, const char *name, enum storage_region *region)
{
	if (agent_storage_absent(d))
		return false;
	for (size_t i = 0; i < sizeof regions / sizeof *regions; i++) {
		if (strcasecmp(name, regions[i].name) != 0 || regions[i].kind != d->flash.kind)
			continue;
		*region = regions[i].region;
		return storage_bytes(&d->flash, *region) > 0;
	}
	return false;
}

bool xml_find_region(struct device *d, const char *name)
{
	struct agent_target *t = &d->xml->target;

	*t = (struct agent_target){0};
	if (!xml_region(d, name, &t->region)) {
		xml_fail(d, "Cannot find [%s] on current device storage.", name);
		return false;
	}
	t->size = storage_bytes(&d->flash, t->region);
	snprintf(t->name, sizeof t->name, "%s", name);
	return true;
}

bool xml_find_partition(struct device *d, const char *name)
{
	static const char *const boot[] = {"preloader", "preloader_backup"};

	for (size_t i = 0; i < sizeof boot / sizeof *boot; i++) {
		if (!strcasecmp(name, boot[i]))
			name = boot[i];
	}
	if (agent_target_by_name(d, name, &d->xml->target) == DA_OK)
		return true;
	xml_fail(d, "Cannot find [%s] in partition table.", name);
	return false;
}

/* ---- ranges ---- */

bool xml_check_range(struct device *d, uint64_t at, uint64_t *length, const char *what)
{
	const struct agent_target *t = &d->xml->target;

	if (at > t->size) {
		xml_fail(d, "base address is larger than partition max size.");
		return false;
	}
	if (*length == UINT64_MAX)
		*length = t->size - at;
	if (*length > t->size - at) {
		xml_fail(d, "%s length is larger than partition max size.", what);
		return false;
	}
	return true;
}

static bool erase(struct device *d, enum storage_region region, uint64_t at, uint64_t n)
{
	device_log(d, "--", "  erases 0x%llX bytes at 0x%llX", (unsigned long long)n,
		   (unsigned long long)at);
	return !storage_erase(&d->flash, region, at, n);
}

bool xml_erase_target(struct device *d)
{
	const struct agent_target *t = &d->xml->target;
	uint64_t at = t->start + d->xml->at, n = d->xml->length;

	if (t->region == REGION_RPMB)
		return false; /* no key, no writing */
	if (t->region != REGION_BOOT12)
		return erase(d, t->region, at, n);
	return erase(d, REGION_BOOT1, at, n) && erase(d, REGION_BOOT2, at, n);
}

/* eMMC erases at one stroke (seen, whatever the size); UFS is given some lines to tell. */
void xml_report_erase(struct device *d, const char *message, uint64_t at, uint64_t length,
		      xml_step *next)
{
	d->xml->at = at;
	d->xml->length = length;
	xml_report(d, message, d->flash.kind == STORAGE_UFS ? UFS_UPDATES : 1, xml_erase_target,
		   next);
}
