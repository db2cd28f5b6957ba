/* Reading and erasing (da-xml.md sections 5 and 6). */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "tests/rack/storage.h"
#include "tests/rack/xml/xml_agent.h"

/* ---- reading ---- */

static enum storage_region readable(enum storage_region region)
{
	return region == REGION_BOOT12 ? REGION_BOOT1 : region;
}

void xml_read_partition(struct device *d)
{
	const struct agent_target *t = &d->xml->target;
	const char *name = xml_need(d, "da/arg/partition"), *token;

	if (!name || !(token = xml_need(d, "da/arg/target_file")) || !xml_find_partition(d, name))
		return;
	xml_push_region(d, t->name, token, t->region, t->start, t->size, xml_ok);
}

void xml_read_flash(struct device *d)
{
	const struct agent_target *t = &d->xml->target;
	const char *name = xml_need(d, "da/arg/partition"), *token;
	uint64_t at, length;

	if (!name || !xml_need_number(d, "da/arg/offset", &at) ||
	    !xml_need_number(d, "da/arg/length", &length) ||
	    !(token = xml_need(d, "da/arg/target_file")) || !xml_find_region(d, name) ||
	    !xml_check_range(d, at, &length, "read"))
		return;
	xml_push_region(d, t->name, token, readable(t->region), at, length, xml_ok);
}

/* ---- erasing ---- */

void xml_erase_partition(struct device *d)
{
	const struct agent_target *t = &d->xml->target;
	const char *name = xml_need(d, "da/arg/partition");

	if (name && xml_find_partition(d, name))
		xml_report_erase(d, t->name, 0, t->size, xml_ok);
}

/* ALL: the regions one after the other, whatever offset and length say. */
static void erase_next(struct device *d)
{
	static const char *const emmc[] = {"EMMC-BOOT1", "EMMC-BOOT2", "EMMC-USER", NULL};
	static const char *const ufs[] = {"UFS-LUA0", "UFS-LUA1", "UFS-LUA2", NULL};
	static const char *const nand[] = {"NAND-WHOLE", NULL};
	const char *const *names = d->flash.kind == STORAGE_UFS	   ? ufs
				   : d->flash.kind == STORAGE_NAND ? nand
								   : emmc;
	const char *name = names[d->xml->erased];

	if (!name) {
		xml_ok(d);
		return;
	}
	d->xml->erased++;
	if (xml_find_region(d, name))
		xml_report_erase(d, name, 0, d->xml->target.size, erase_next);
}

void xml_erase_flash(struct device *d)
{
	const struct agent_target *t = &d->xml->target;
	const char *name = xml_need(d, "da/arg/partition");
	uint64_t at, length, end, sector = storage_erase_unit(&d->flash);

	if (!name || !xml_need_number(d, "da/arg/offset", &at) ||
	    !xml_need_number(d, "da/arg/length", &length))
		return;
	if (!strcasecmp(name, "ALL")) {
		d->xml->erased = 0;
		erase_next(d);
		return;
	}
	if (!xml_find_region(d, name) || !xml_check_range(d, at, &length, "erase"))
		return;
	end = (at + length + sector - 1) / sector * sector; /* outwards, to whole sectors */
	at -= at % sector;
	xml_report_erase(d, t->name, at, end - at, xml_ok);
}
