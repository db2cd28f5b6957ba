/* What the agent tells about its device (da-xml.md 5.1). */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "engine/base/bytes.h"
#include "tests/rack/storage.h"
#include "tests/rack/xml/xml_agent.h"

enum { DOCUMENT_BYTES = 0x4000, LINE_BYTES = 512 };

static void put_size(struct xml_text *t, const char *name, uint64_t bytes)
{
	if (bytes)
		xml_text_put(t, "<%s>0x%llx</%s>", name, (unsigned long long)bytes, name);
	else
		xml_text_put(t, "<%s>0</%s>", name, name);
}

/* ---- GET-HW-INFO ---- */

/* The CID as four little-endian words. */
static void put_emmc(const struct device *d, struct xml_text *t)
{
	const struct flash_region *r = d->flash.regions;

	xml_text_put(t, "<emmc>");
	put_size(t, "block_size", d->flash.block);
	put_size(t, "boot1_size", r[REGION_BOOT1].bytes);
	put_size(t, "boot2_size", r[REGION_BOOT2].bytes);
	put_size(t, "rpmb_size", r[REGION_RPMB].bytes);
	put_size(t, "user_size", r[REGION_USER].bytes);
	for (int i = 0; i < 4; i++) {
		char name[16];

		snprintf(name, sizeof name, "gp%d_size", i + 1);
		put_size(t, name, r[REGION_GP1 + i].bytes);
	}
	xml_text_put(t, "<id>");
	for (int i = 0; i < 4; i++)
		xml_text_put(t, "%08x", get_le32(d->id.cid + 4 * i));
	xml_text_put(t, "</id></emmc>");
}

static void put_ufs(const struct device *d, struct xml_text *t)
{
	const struct flash_region *r = d->flash.regions;

	xml_text_put(t, "<ufs>");
	put_size(t, "block_size", d->flash.block);
	put_size(t, "lua0_size", r[REGION_BOOT1].bytes);
	put_size(t, "lua1_size", r[REGION_BOOT2].bytes);
	put_size(t, "lua2_size", r[REGION_USER].bytes);
	put_size(t, "lua3_size", 0);
	xml_text_put(t, "<id>");
	xml_text_hex(t, d->id.cid, sizeof d->id.cid);
	xml_text_put(t, "</id>");
	if (d->config->xml_build == XML_2025) {
		xml_text_put(t, "<vid>0x1ce</vid><fwver>");
		xml_text_hex(t, d->id.fwver, 4);
		xml_text_put(t, "</fwver>");
	}
	xml_text_put(t, "</ufs>");
}

static void put_nand(const struct device *d, struct xml_text *t)
{
	const struct flash_nand *n = &d->flash.nand;

	xml_text_put(t, "<nand>");
	put_size(t, "block_size", storage_erase_unit(&d->flash));
	put_size(t, "page_size", n->page);
	put_size(t, "spare_size", n->spare);
	put_size(t, "total_size", storage_bytes(&d->flash, REGION_USER)); /* what is available */
	xml_text_put(t, "<id>");
	xml_text_hex(t, n->id, sizeof n->id);
	xml_text_put(t, "</id>");
	put_size(t, "page_parity_size", n->spare);
	xml_text_put(t, "<sub_type>SLC</sub_type></nand>");
}

static void put_storage(const struct device *d, struct xml_text *t)
{
	if (d->flash.kind == STORAGE_EMMC)
		put_emmc(d, t);
	else if (d->flash.kind == STORAGE_UFS)
		put_ufs(d, t);
	else
		put_nand(d, t);
	xml_text_put(t, "<product_id></product_id>");
}

void xml_get_hw_info(struct device *d)
{
	const char *token = xml_need(d, "da/arg/target_file");
	bool none = agent_storage_absent(d);
	const char *kind = none ? "NONE" : storage_kind_name(d->flash.kind);
	char buffer[DOCUMENT_BYTES];
	struct xml_text t;

	if (!token)
		return;
	xml_text_init(&t, buffer, sizeof buffer);
	xml_text_put(&t, XML_PROLOG "<da_hw_info><version>%s</version>", none ? "1.0" : "1.2");
	put_size(&t, "ram_size", d->agent->dram_ready ? AGENT_DRAM_BYTES : 0);
	xml_text_put(&t, "<battery_voltage>0</battery_voltage><random_id>");
	xml_text_hex(&t, d->id.hrid, sizeof d->id.hrid);
	xml_text_put(&t, "</random_id><storage>%s</storage>", kind);
	if (!none)
		put_storage(d, &t);
	xml_text_put(&t, "</da_hw_info>");
	xml_push_text(d, "HW-INFO", token, t.bytes, xml_ok);
}

/* ---- GET-DA-INFO ---- */

void xml_get_da_info(struct device *d)
{
	static const char *const builds[] = {"Oct 18 2023:10:20:30", "Mar 11 2025:10:20:30",
					     "Jun 24 2022:10:20:30"};
	const char *token = xml_need(d, "da/arg/target_file");
	char buffer[LINE_BYTES];

	if (!token)
		return;
	snprintf(buffer, sizeof buffer,
		 XML_PROLOG "<da_info><version>1.0</version><da_version>2021</da_version>"
			    "<build>%s</build></da_info>",
		 builds[d->config->xml_build]);
	xml_push_text(d, "DA-INFO", token, buffer, xml_ok);
}

/* ---- GET-SYS-PROPERTY ---- */

static void put_property(const struct device *d, struct xml_text *t, const char *key)
{
	xml_text_put(t, "<item key=\"%s\">", key);
	if (!strcmp(key, "DA.SLA"))
		xml_text_put(t, "%s", agent_locked(d) ? "ENABLED" : "DISABLED");
	else if (!strcmp(key, "DA.HRID"))
		xml_text_hex(t, d->id.hrid, sizeof d->id.hrid);
	else if (!strcmp(key, "DA.SEG_CODE"))
		xml_text_put(t, "0x0");
	xml_text_put(t, "</item>"); /* product_id stays empty */
}

void xml_get_sys_property(struct device *d)
{
	static const char *const keys[] = {"DA.SLA", "DA.HRID", "DA.SEG_CODE", "product_id"};
	const char *key = xml_need(d, "da/arg/key"), *token;
	char buffer[LINE_BYTES];
	struct xml_text t;

	if (!key || !(token = xml_need(d, "da/arg/target_file")))
		return;
	xml_text_init(&t, buffer, sizeof buffer);
	xml_text_put(&t, XML_PROLOG "<sys_prop version=\"1.0\">");
	for (size_t i = 0; i < sizeof keys / sizeof *keys; i++) {
		if (!strcmp(key, keys[i]) || !strcmp(key, "all"))
			put_property(d, &t, keys[i]);
	}
	xml_text_put(&t, "</sys_prop>");
	xml_push_bytes(d, "sys-prop", token, t.bytes, t.n, xml_ok); /* without the NUL */
}

/* ---- READ-PARTITION-TABLE, GET-DOWNLOADED-IMAGE-FEEDBACK ---- */

static void put_table(struct device *d, struct xml_text *t)
{
	struct gpt *gpt = calloc(1, sizeof *gpt);

	if (gpt && xml_read_table(d, gpt)) {
		for (size_t i = 0; i < gpt->count; i++) {
			const struct gpt_entry *e = &gpt->entries[i];

			xml_text_put(t, "<pt>");
			xml_text_item(t, "name", e->name);
			xml_text_put(t, "<start>0x%llx</start><size>0x%llx</size></pt>",
				     (unsigned long long)e->start, (unsigned long long)e->size);
		}
	}
	free(gpt);
}

void xml_read_partition_table(struct device *d)
{
	const char *token = xml_need(d, "da/arg/target_file");
	char buffer[DOCUMENT_BYTES]; /* a longer table is cut */
	struct xml_text t;

	if (!token)
		return;
	xml_text_init(&t, buffer, sizeof buffer);
	xml_text_put(&t, XML_PROLOG "<partition_table version=\"1.0\">");
	put_table(d, &t);
	xml_text_put(&t, "</partition_table>");
	xml_push_text(d, "partition-table", token, t.bytes, xml_ok);
}

void xml_get_feedback(struct device *d)
{
	const char *token = xml_need(d, "da/arg/target_file");
	char buffer[DOCUMENT_BYTES];
	struct xml_text t;

	if (!token)
		return;
	xml_text_init(&t, buffer, sizeof buffer);
	xml_text_put(&t, XML_PROLOG "<feedback version=\"1.0\">");
	for (size_t i = 0; i < d->xml->feedback_n; i++) {
		const struct xml_feedback *f = &d->xml->feedback[i];

		xml_text_put(&t, "<item pt=\"%s\" image_chksum=\"0x%x\" file=\"", f->partition,
			     f->sum);
		xml_text_escaped(&t, f->file);
		xml_text_put(&t, "\"/>");
	}
	xml_text_put(&t, "</feedback>");
	xml_push_text(d, "feedback", token, t.bytes, xml_ok);
}

/* ---- EMMC-CONTROL ---- */

void xml_emmc_control(struct device *d)
{
	const char *function = xml_need(d, "da/arg/function"), *token;

	if (!function || !(token = xml_need(d, "da/arg/target_file")))
		return;
	if (!strcmp(function, "LIFE-CYCLE-STATUS"))
		xml_push_text(d, "LIFE-CYCLE-STATUS", token, "OK", xml_ok);
	else if (!strcmp(function, "GET-RPMB-KEY-STATUS"))
		xml_push_text(d, "RPMB-KEY-STATUS", token, "NOT-EXIST", xml_ok);
	else
		xml_fail(d, "Unknown function: %s", function);
}
