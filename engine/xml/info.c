#include "engine/xml/info.h"

#include <string.h>

#include "engine/base/text.h"
#include "engine/xml/doc.h"

static uint64_t number(struct slice doc, const char *tag)
{
	uint64_t value = 0;

	return doc_number(doc, tag, &value) ? value : 0;
}

/* A part for "both boot regions" fits when it fits the smaller. */
static void both_boots(struct storage_sizes *s)
{
	uint64_t one = s->bytes[REGION_BOOT1], two = s->bytes[REGION_BOOT2];

	s->bytes[REGION_BOOT12] = one < two ? one : two;
}

/* As many bytes as `value` has hex digits for; 0x in front is fine. Gives their number. */
static size_t hex_bytes(struct slice value, uint8_t *to, size_t room)
{
	size_t n;

	value = text_trim(value);
	if (text_starts(value, "0x") || text_starts(value, "0X"))
		value = (struct slice){value.p + 2, value.n - 2};
	n = value.n / 2 < room ? value.n / 2 : room;
	value.n = 2 * n;
	return n && text_hex_bytes(value, to, n) ? n : 0;
}

/* Agents print the CID as four words of 32 bits, each with its lowest byte last. */
static void take_cid(struct device_facts *facts, struct slice doc)
{
	uint8_t words[16];
	struct slice value;

	if (!doc_value(doc, "id", &value) && !doc_value(doc, "emmc_cid", &value))
		return;
	if (hex_bytes(value, words, sizeof words) != sizeof words)
		return;
	for (size_t i = 0; i < sizeof words; i++)
		facts->cid[i] = words[i / 4 * 4 + 3 - i % 4];
}

static void take_emmc(struct device_facts *facts, struct slice doc)
{
	static const struct {
		const char *tag;
		enum storage_region region;
	} sizes[] = {
		{"boot1_size", REGION_BOOT1}, {"boot2_size", REGION_BOOT2},
		{"rpmb_size", REGION_RPMB},   {"user_size", REGION_USER},
		{"gp1_size", REGION_GP1},     {"gp2_size", REGION_GP2},
		{"gp3_size", REGION_GP3},     {"gp4_size", REGION_GP4},
	};

	facts->storage.kind = STORAGE_EMMC;
	facts->storage.block = (uint32_t)number(doc, "block_size");
	for (size_t i = 0; i < sizeof sizes / sizeof sizes[0]; i++)
		facts->storage.bytes[sizes[i].region] = number(doc, sizes[i].tag);
	both_boots(&facts->storage);
	take_cid(facts, doc);
}

static void take_ufs(struct device_facts *facts, struct slice doc)
{
	struct slice value;

	facts->storage.kind = STORAGE_UFS;
	facts->storage.block = (uint32_t)number(doc, "block_size");
	facts->storage.bytes[REGION_BOOT1] = number(doc, "lua0_size");
	facts->storage.bytes[REGION_BOOT2] = number(doc, "lua1_size");
	facts->storage.bytes[REGION_USER] = number(doc, "lua2_size");
	both_boots(&facts->storage);
	if (doc_value(doc, "id", &value) || doc_value(doc, "ufs_cid", &value))
		hex_bytes(value, facts->cid, sizeof facts->cid);
	if (doc_value(doc, "fwver", &value) || doc_value(doc, "ufs_fwver", &value))
		memcpy(facts->storage_fw, value.p,
		       value.n < sizeof facts->storage_fw ? value.n : sizeof facts->storage_fw);
}

static void take_nand(struct device_facts *facts, struct slice doc)
{
	uint8_t id[2 * sizeof facts->nand_id / sizeof facts->nand_id[0]];
	struct slice value;
	size_t n = 0;

	facts->storage.kind = STORAGE_NAND;
	facts->nand_page = (uint32_t)number(doc, "page_size");
	facts->nand_spare = (uint32_t)number(doc, "spare_size");
	facts->nand_block = (uint32_t)number(doc, "block_size");
	facts->storage.block = facts->nand_page;
	facts->storage.bytes[REGION_USER] = number(doc, "total_size");
	if (doc_value(doc, "id", &value))
		n = hex_bytes(value, id, sizeof id);
	for (size_t i = 0; i < n && i < sizeof facts->nand_id / sizeof facts->nand_id[0]; i++)
		facts->nand_id[i] = id[i];
	facts->nand_id_count =
		(uint8_t)(n < sizeof facts->nand_id / sizeof facts->nand_id[0]
				  ? n
				  : sizeof facts->nand_id / sizeof facts->nand_id[0]);
}

static void take_storage(struct device_facts *facts, struct slice doc)
{
	struct slice kind, part;

	if (!doc_value(doc, "storage", &kind))
		return;
	kind = text_trim(kind);
	memset(&facts->storage, 0, sizeof facts->storage);
	if (text_is_any_case(kind, "EMMC"))
		take_emmc(facts, doc_value(doc, "emmc", &part) ? part : doc);
	else if (text_is_any_case(kind, "UFS"))
		take_ufs(facts, doc_value(doc, "ufs", &part) ? part : doc);
	else if (text_is_any_case(kind, "NAND"))
		take_nand(facts, doc_value(doc, "nand", &part) ? part : doc);
}

bool info_hardware(struct device_facts *facts, struct slice doc)
{
	struct slice value;

	if (!doc_find(doc, "<da_hw_info>"))
		return false;
	take_storage(facts, doc);
	facts->dram_bytes = number(doc, "ram_size");
	facts->battery_mv = (uint32_t)number(doc, "battery_voltage");
	if (doc_value(doc, "random_id", &value))
		hex_bytes(value, facts->random_id, sizeof facts->random_id);
	if (doc_value(doc, "product_id", &value))
		doc_text(text_trim(value), facts->storage_name, sizeof facts->storage_name);
	return true;
}

void info_agent(struct device_facts *facts, struct slice doc)
{
	struct slice value;

	if (doc_value(doc, "da_version", &value))
		doc_text(text_trim(value), facts->da_version, sizeof facts->da_version);
}

void info_hrid(struct device_facts *facts, struct slice doc)
{
	uint8_t id[sizeof facts->hrid];
	struct slice value;

	if (doc_item(doc, "DA.HRID", &value) && hex_bytes(value, id, sizeof id) == sizeof id)
		memcpy(facts->hrid, id, sizeof id);
}

bool info_challenge(struct slice doc, uint8_t random[16])
{
	struct slice value;

	return doc_value(doc, "rnd", &value) && hex_bytes(value, random, 16) == 16;
}
