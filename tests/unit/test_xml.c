/* XML agents: documents read and written, failure texts, result documents, region names, sums. */
#include "tests/unit/check.h"

#include "engine/base/text.h"
#include "engine/package/wire_sums.h"
#include "engine/xml/doc.h"
#include "engine/xml/info.h"
#include "engine/xml/regions.h"
#include "engine/xml/words.h"

static void expect_tag(const char *doc, const char *tag, const char *due)
{
	struct slice value;

	if (!doc_value(text_of(doc), tag, &value))
		fail_msg("no <%s> in %s", tag, doc);
	if (!text_is(value, due))
		fail_msg("<%s> of %s is %.*s", tag, doc, (int)value.n, (const char *)value.p);
}

static void values_of_any_document(void **state)
{
	struct slice value;

	(void)state;
	expect_tag("<host><command>CMD:END</command></host>", "command", "CMD:END");
	expect_tag("<HOST><COMMAND>x</COMMAND></HOST>", "command", "x");
	expect_tag("<a><b></b></a>", "b", "");
	/* 2025: the message is never closed (da-xml.md 2). */
	expect_tag("<arg><result>ERR</result><message>bad, code=0xc0010001</arg></host>", "message",
		   "bad, code=0xc0010001");
	expect_tag("<arg><result>ERR</result><message>bad</host>", "message", "bad");
	expect_tag("<message>cut off he", "message", "cut off he");
	/* A value may hold anything but its own end. */
	expect_tag("<message>a < b, see </x></message>", "message", "a < b, see </x>");
	assert_false(doc_value(text_of("<messages>no</messages>"), "message", &value));
	assert_false(doc_value(text_of("<message"), "message", &value));
	assert_false(doc_value(text_of(""), "message", &value));
}

static void numbers_and_items(void **state)
{
	const struct slice property = text_of("<sys_prop version=\"1.0\"><item key=\"DA.HRID\">00"
					      "</item><item key=\"DA.SLA\">ENABLED</item>");
	struct slice value;
	uint64_t n = 0;

	(void)state;
	assert_true(doc_number(text_of("<length>0x0000000000018000</length>"), "length", &n));
	assert_int_equal(n, 0x18000);
	assert_true(doc_number(text_of("<length> 512 </length>"), "length", &n));
	assert_int_equal(n, 512);
	assert_false(doc_number(text_of("<length>much</length>"), "length", &n));
	assert_false(doc_number(text_of("<length>0x10000000000000000</length>"), "length", &n));
	assert_true(doc_item(property, "DA.SLA", &value));
	assert_true(text_is(value, "ENABLED"));
	assert_false(doc_item(property, "DA.SEG_CODE", &value));
	assert_false(doc_item(text_of("key=\"DA.SLA\""), "DA.SLA", &value));
}

static void entities_both_ways(void **state)
{
	struct doc d;
	char name[32];

	(void)state;
	doc_begin(&d, "1.0", "X");
	doc_put(&d, "f", "a&b<c>\"d\"");
	expect_tag(d.text, "f", "a&amp;b&lt;c&gt;&quot;d&quot;");
	assert_true(doc_text(text_of("a&amp;b&lt;c&gt;&quot;d&quot;&x;"), name, sizeof name));
	assert_string_equal(name, "a&b<c>\"d\"&x;");
	assert_true(doc_text(text_of("&amp;lt;"), name, sizeof name));
	assert_string_equal(name, "&lt;"); /* resolved once */
	assert_false(doc_text(text_of("seven"), name, 5));
	assert_string_equal(name, "seve");
}

/* The lengths that the worked examples announce, NUL included (da-xml.md 7). */
static void documents_as_long_as_in_the_examples(void **state)
{
	struct doc d;

	(void)state;
	doc_begin(&d, "1.1", "SET-RUNTIME-PARAMETER");
	doc_open(&d, "arg");
	doc_put(&d, "checksum_level", "NONE");
	doc_put(&d, "battery_exist", "AUTO-DETECT");
	doc_put(&d, "da_log_level", "INFO");
	doc_put(&d, "log_channel", "UART");
	doc_put(&d, "system_os", "LINUX");
	doc_close(&d, "arg");
	doc_open(&d, "adv");
	doc_put(&d, "initialize_dram", "YES");
	doc_close(&d, "adv");
	doc_end(&d);
	assert_int_equal(d.n + 1, 0x159);

	doc_begin(&d, "1.0", "NOTIFY-INIT-HW");
	doc_open(&d, "arg");
	doc_close(&d, "arg");
	doc_end(&d);
	assert_int_equal(d.n + 1, 0x76);

	doc_begin(&d, "1.0", "BOOT-TO");
	doc_open(&d, "arg");
	doc_put_number(&d, "at_address", 0x40000000);
	doc_put_number(&d, "jmp_address", 0x40000000);
	doc_put(&d, "source_file", "MEM://0x7fb2000000:0x51898");
	doc_close(&d, "arg");
	doc_end(&d);
	assert_int_equal(d.n + 1, 0xEC);
	assert_false(d.full);
	assert_int_equal(strlen(d.text), d.n);
}

static void too_long_a_document_is_marked(void **state)
{
	char much[DOC_ROOM + 1];
	struct doc d;

	(void)state;
	memset(much, 'x', sizeof much - 1);
	much[sizeof much - 1] = '\0';
	doc_begin(&d, "1.0", "X");
	doc_put(&d, "f", much);
	assert_true(d.full);
	assert_true(d.n < DOC_ROOM);
	assert_int_equal(strlen(d.text), d.n);
}

static void expect_meaning(const char *text, enum fault_family family, uint32_t code)
{
	uint32_t found = 0;
	enum fault_family as = words_meaning(text, XML_FAULT_OTHER, &found);

	if (as != family || found != code)
		fail_msg("\"%s\" is family %d, code 0x%X", text, (int)as, found);
}

static void failure_texts(void **state)
{
	(void)state;
	expect_meaning("Cannot find [abc] on current device storage.", FAULT_XML, 13);
	expect_meaning("Cannot find [abc] in partition table.", FAULT_XML, 13);
	expect_meaning("base address is larger than partition max size.", FAULT_XML, 14);
	expect_meaning("erase length is larger than partition max size.", FAULT_XML, 14);
	expect_meaning("Host file size[0x2] is larger than max partition available size[0x1]",
		       FAULT_XML, 15);
	expect_meaning("GPT layout change. FW upgrade or Format all first.", FAULT_XML, 9);
	expect_meaning("2nd DA address is invalid. reset.", FAULT_XML, 7);
	expect_meaning("Required XML node path not found. Check command string.", FAULT_XML, 23);
	expect_meaning("Unknow path separator.", FAULT_XML, 24);
	expect_meaning("Protocol error. Result string length bigger than 64.Host Notify error.",
		       FAULT_XML, 30);
	expect_meaning("Erase userdata failed, error code: 0xc0040044", FAULT_XML, 17);
	expect_meaning("write SGPT failed", FAULT_XML, 18);
	expect_meaning("storage failure, response_value=NAK, code=0xc0040030", FAULT_XFLASH,
		       0xC0040030);
	/* The general status says nothing; one that nobody lists neither. */
	expect_meaning("some text, response_value=NAK, code=0xc0010001", FAULT_XML, 3);
	expect_meaning("0xc00fffff", FAULT_XML, 3);
	expect_meaning("0xc00", FAULT_XML, 3);
	expect_meaning("", FAULT_XML, 3);
}

static void hardware_of_emmc(void **state)
{
	struct device_facts facts = {0};

	(void)state;
	assert_true(info_hardware(
		&facts,
		text_of("<?xml version=\"1.0\" encoding=\"utf-8\"?><da_hw_info><version>1.2"
			"</version><ram_size>0x100000000</ram_size><battery_voltage>3810"
			"</battery_voltage><random_id>000102030405060708090a0b0c0d0e0f"
			"</random_id><storage>EMMC</storage><emmc><block_size>0x200</block_size>"
			"<boot1_size>0x400000</boot1_size><boot2_size>0x300000</boot2_size>"
			"<rpmb_size>0x1000000</rpmb_size><user_size>0x1d1ec00000</user_size>"
			"<gp1_size>0</gp1_size><gp2_size>0</gp2_size><gp3_size>0</gp3_size>"
			"<gp4_size>0</gp4_size><id>51000115334d3238003a4200ddccbbaa</id></emmc>"
			"<product_id></product_id></da_hw_info>")));
	assert_int_equal(facts.storage.kind, STORAGE_EMMC);
	assert_int_equal(facts.storage.block, 512);
	assert_int_equal(facts.storage.bytes[REGION_USER], 0x1D1EC00000);
	assert_int_equal(facts.storage.bytes[REGION_BOOT12], 0x300000);
	assert_int_equal(facts.dram_bytes, 0x100000000);
	assert_int_equal(facts.battery_mv, 3810);
	assert_int_equal(facts.random_id[15], 15);
	/* Four words, each the wrong way round. */
	assert_memory_equal(facts.cid, "\x15\x01\x00Q82M3", 8);
	assert_string_equal(facts.storage_name, "");
}

static void hardware_of_ufs_and_nand(void **state)
{
	struct device_facts facts = {0};

	(void)state;
	assert_true(info_hardware(
		&facts, text_of("<da_hw_info><storage>UFS</storage><ufs><block_size>0x1000"
				"</block_size><lua0_size>0x400000</lua0_size><lua1_size>0x400000"
				"</lua1_size><lua2_size>0x1dcb000000</lua2_size><lua3_size>0"
				"</lua3_size><id>4839</id><fwver>0102</fwver></ufs><product_id>H9HQ"
				"</product_id></da_hw_info>")));
	assert_int_equal(facts.storage.kind, STORAGE_UFS);
	assert_int_equal(facts.storage.bytes[REGION_USER], 0x1DCB000000);
	assert_int_equal(facts.storage.bytes[REGION_BOOT2], 0x400000);
	assert_memory_equal(facts.cid, "H9", 2);
	assert_string_equal(facts.storage_name, "H9HQ");
	assert_true(info_hardware(
		&facts, text_of("<da_hw_info><storage>NAND</storage><nand><block_size>0x20000"
				"</block_size><page_size>0x800</page_size><spare_size>0x40"
				"</spare_size><total_size>0x1fe00000</total_size><id>adda90</id>"
				"</nand></da_hw_info>")));
	assert_int_equal(facts.storage.kind, STORAGE_NAND);
	assert_int_equal(facts.storage.block, 2048);
	assert_int_equal(facts.nand_block, 0x20000);
	assert_int_equal(facts.nand_spare, 64);
	assert_int_equal(facts.nand_id_count, 3);
	assert_int_equal(facts.nand_id[1], 0xDA);
	assert_int_equal(facts.storage.bytes[REGION_USER], 0x1FE00000);
}

static void hardware_without_storage(void **state)
{
	struct device_facts facts = {0};

	(void)state;
	assert_true(info_hardware(&facts, text_of("<da_hw_info><version>1.0</version><storage>NONE"
						  "</storage></da_hw_info>")));
	assert_int_equal(facts.storage.kind, STORAGE_NONE);
	assert_false(info_hardware(&facts, text_of("<da_info></da_info>")));
	assert_false(info_hardware(&facts, text_of("")));
}

static void versions_and_challenges(void **state)
{
	struct device_facts facts = {0};
	uint8_t random[16];

	(void)state;
	info_agent(&facts, text_of("<da_info><da_version>2021</da_version></da_info>"));
	assert_string_equal(facts.da_version, "2021");
	info_hrid(&facts, text_of("<item key=\"DA.HRID\">00ff</item>"));
	assert_int_equal(facts.hrid[1], 0);
	info_hrid(&facts, text_of("<item key=\"DA.HRID\">000102030405060708090a0b0c0d0e0f</item>"));
	assert_int_equal(facts.hrid[15], 15);
	assert_true(info_challenge(
		text_of("<sla version=\"1.0\"><rnd>000102030405060708090A0B0C0D0E0F</rnd>"),
		random));
	assert_int_equal(random[10], 10);
	assert_false(info_challenge(text_of("<sla><rnd>0001</rnd></sla>"), random));
	assert_false(info_challenge(text_of("<sla><hrid>00</hrid></sla>"), random));
}

static void region_names(void **state)
{
	(void)state;
	assert_string_equal(xml_region(STORAGE_EMMC, REGION_USER), "EMMC-USER");
	assert_string_equal(xml_region(STORAGE_EMMC, REGION_BOOT1), "EMMC-BOOT1");
	assert_string_equal(xml_region(STORAGE_EMMC, REGION_GP4), "EMMC-GP4");
	assert_string_equal(xml_region(STORAGE_UFS, REGION_USER), "UFS-LUA2");
	assert_string_equal(xml_region(STORAGE_UFS, REGION_BOOT2), "UFS-LUA1");
	assert_string_equal(xml_region(STORAGE_NAND, REGION_USER), "NAND-WHOLE");
	assert_null(xml_region(STORAGE_UFS, REGION_RPMB));
	assert_null(xml_region(STORAGE_NOR, REGION_USER));
	assert_null(xml_region(STORAGE_EMMC, REGION_COUNT));
}

/* Vectors of da-xml.md 3.1. */
static void word_sums(void **state)
{
	static const struct {
		const char *bytes;
		size_t n;
		uint32_t sum;
	} vectors[] = {{"\1\2\3\4", 4, 0x4030201}, {"\1\2\3\4\5", 5, 0x4030206}, {"abc", 3, 0x126}};
	uint8_t z[512];

	(void)state;
	for (size_t i = 0; i < sizeof vectors / sizeof vectors[0]; i++)
		assert_int_equal(wire_sums_words_of((struct slice){
					 (const uint8_t *)vectors[i].bytes, vectors[i].n}),
				 vectors[i].sum);
	memset(z, 0x5A, sizeof z);
	assert_int_equal(wire_sums_words_of((struct slice){z, sizeof z}), 0x2D2D2D00);
}

/* Any packet on 4 KiB borders: the look-up gives what summing gives. */
static void word_sums_of_any_packet(void **state)
{
	static uint8_t image[5 * 4096 + 3];
	const struct slice all = {image, sizeof image};
	struct wire_sums w;

	(void)state;
	for (size_t i = 0; i < sizeof image; i++)
		image[i] = (uint8_t)(i * 131 + (i >> 8));
	assert_int_equal(wire_sums_make(&w, all), 0);
	for (size_t from = 0; from < sizeof image; from += 4096) {
		for (size_t to = from + 4096;; to += 4096) {
			size_t end = to < sizeof image ? to : sizeof image;

			assert_int_equal(
				wire_sums_words(&w, from, end - from),
				wire_sums_words_of((struct slice){image + from, end - from}));
			if (end == sizeof image)
				break;
		}
	}
	assert_int_equal(wire_sums_words(&w, 0, 0), 0);
	wire_sums_free(&w);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(values_of_any_document),
		cmocka_unit_test(numbers_and_items),
		cmocka_unit_test(entities_both_ways),
		cmocka_unit_test(documents_as_long_as_in_the_examples),
		cmocka_unit_test(too_long_a_document_is_marked),
		cmocka_unit_test(failure_texts),
		cmocka_unit_test(hardware_of_emmc),
		cmocka_unit_test(hardware_of_ufs_and_nand),
		cmocka_unit_test(hardware_without_storage),
		cmocka_unit_test(versions_and_challenges),
		cmocka_unit_test(region_names),
		cmocka_unit_test(word_sums),
		cmocka_unit_test(word_sums_of_any_packet),
	};

	return cmocka_run_group_tests_name("xml", tests, NULL, NULL);
}
