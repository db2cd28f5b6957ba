/* Bad scatter files: each is refused with its line, the reason and a remedy. */
#include "tests/unit/check.h"

#include "engine/base/text.h"
#include "engine/format/scatter.h"
#include "tests/unit/samples.h"

static const struct text_case cases[] = {
	/* YAML: values */
	{"yaml_size_not_a_number", sample_yaml, "0x800000", "lots", "line 69", "\"lots\""},
	{"yaml_size_negative", sample_yaml, "0x800000", "-1", "line 69", "not a number"},
	{"yaml_size_with_rest", sample_yaml, "0x800000", "0x800000 bytes", "line 69",
	 "not a number"},
	{"yaml_size_above_64_bits", sample_yaml, "0x800000", "0x10000000000000000", "line 69",
	 "not a number"},
	{"yaml_size_only_prefix", sample_yaml, "0x800000", "0x", "line 69", "not a number"},
	{"yaml_size_empty", sample_yaml, "partition_size: 0x800000", "partition_size:", "line 69",
	 "not a number"},
	{"yaml_end_beyond_64_bits", sample_yaml, "partition_size: 0x800000",
	 "partition_size: 0xFFFFFFFFFFFFFFFF", "line 62", "exceeds 64 bits"},
	{"yaml_flag_not_a_flag", sample_yaml, "is_download: true", "is_download: yes", "line 14",
	 "\"yes\""},
	{"yaml_operation_unknown", sample_yaml, "operation_type: UPDATE", "operation_type: WIPE",
	 "line 74", "\"WIPE\""},
	{"yaml_region_unknown", sample_yaml, "region: EMMC_USER", "region: EMMC_BOOT_9", "line 28",
	 "EMMC_BOOT_9"},
	{"yaml_region_of_other_storage", sample_yaml, "region: EMMC_USER", "region: UFS_LU2",
	 "line 28", "does not exist on EMMC"},
	{"yaml_storage_unknown", sample_yaml, "HW_STORAGE_EMMC", "HW_STORAGE_TAPE", "line 20",
	 "HW_STORAGE_TAPE"},
	{"yaml_storage_of_header_unknown", sample_yaml, "storage: EMMC", "storage: DISK", "line 7",
	 "DISK"},
	{"yaml_entry_of_other_storage", sample_yaml, "storage: EMMC", "storage: UFS", "line 11",
	 "in a section for UFS"},
	{"yaml_block_size_zero", sample_yaml, "block_size: 0x20000", "block_size: 0", "line 9",
	 "block_size"},
	{"yaml_name_too_long", sample_yaml, "partition_name: boot",
	 "partition_name: "
	 "a23456789b23456789c23456789d23456789e23456789f23456789g234567890123",
	 "line 63", "bytes; 63 are allowed"},
	{"yaml_control_character", sample_yaml, "partition_name: boot", "partition_name: bo\x01t",
	 "line 63", "control character"},
	/* YAML: structure */
	{"yaml_name_twice", sample_yaml, "partition_name: boot", "partition_name: nvram", "line 62",
	 "listed twice"},
	{"yaml_key_twice", sample_yaml, "  file_name: boot.img\n",
	 "  file_name: boot.img\n  file_name: b.img\n", "line 65", "given twice"},
	{"yaml_name_missing", sample_yaml, "  partition_name: boot\n", "", "line 62",
	 "no partition_name"},
	{"yaml_size_missing", sample_yaml, "  partition_size: 0x800000\n", "", "line 62",
	 "no partition_size"},
	{"yaml_region_missing", sample_yaml, "  region: EMMC_USER\n", "", "line 28", "no region"},
	{"yaml_operation_missing", sample_yaml, "  operation_type: UPDATE\n", "", "line 62",
	 "no operation_type"},
	{"yaml_download_missing", sample_yaml, "  is_download: true\n", "", "line 11",
	 "no is_download"},
	{"yaml_platform_missing", sample_yaml, "      platform: MT6765\n", "", "file",
	 "no platform"},
	{"yaml_prose_before_everything", sample_yaml, "# General Setting", "This file is good",
	 "line 1", "This file is good"},
	{"yaml_second_section_for_emmc", sample_yaml_multi, "storage_type: UFS",
	 "storage_type: EMMC", "line", "second section"},
	{"yaml_storage_type_unknown", sample_yaml_multi, "storage_type: UFS",
	 "storage_type: FLOPPY", "line", "FLOPPY"},
	{"yaml_storage_and_type_differ", sample_yaml_multi, "storage: UFS", "storage: EMMC", "line",
	 "in a section for UFS"},
	/* XML */
	{"xml_cut_short", sample_xml, "</root>", "", "line", "XML is broken"},
	{"xml_tag_not_closed", sample_xml, "<platform>MT6765</platform>", "<platform>MT6765",
	 "line", "XML is broken"},
	{"xml_other_root", sample_xml, "<root>", "<tree>", "line 3", "root element is tree"},
	{"xml_doctype", sample_xml, "<root>",
	 "<!DOCTYPE root [<!ENTITY a \"aaaaaaaaaa\">]>\n<root>", "line 3", "document type"},
	{"xml_no_index_name", sample_xml, "<partition_index name=\"SYS3\">", "<partition_index>",
	 "line", "no name attribute"},
	{"xml_no_storage_name", sample_xml_multi, "<storage_type name=\"UFS\">", "<storage_type>",
	 "line", "no name attribute"},
	{"xml_entry_in_entry", sample_xml, "<partition_name>boot</partition_name>",
	 "<partition_index name=\"X\"/>", "line", "inside another"},
	{"xml_value_has_elements", sample_xml, "<partition_name>boot</partition_name>",
	 "<partition_name><b>boot</b></partition_name>", "line", "element b"},
	{"xml_size_not_a_number", sample_xml, "0x800000", "0x80000Z", "line", "not a number"},
	{"xml_name_twice", sample_xml, "<partition_name>boot<", "<partition_name>pgpt<", "line",
	 "listed twice"},
	{"xml_wrapper", sample_xml, "<root>",
	 "<flash-mode><scatter>../MT6765_Android_scatter.xml</scatter>", "line",
	 "../MT6765_Android_scatter.xml"},
	/* plain */
	{"plain_address_not_a_number", sample_plain_nand, "0x40000", "40k", "line 4", "\"40k\""},
	{"plain_brace_missing", sample_plain_nand, "{\n}\nDSP_BL", "{\nDSP_BL", "line 3",
	 "where the } of PRELOADER"},
	{"plain_cut_short", sample_plain_nand, "BMTPOOL 0xFFFF0050\n{\n}\n",
	 "BMTPOOL 0xFFFF0050\n{\n", "line", "ends inside the block"},
	{"plain_not_ascending", sample_plain_nand, "0x460000", "0x300000", "line 13",
	 "does not lie behind"},
	{"plain_pool_not_from_end", sample_plain_nand, "0xFFFF0050", "0x20000000", "line 19",
	 "count from the end"},
	{"plain_name_empty", sample_plain_nand, "__NODL_NVRAM", "__NODL_", "line 7", "no name"},
	{"plain_name_twice", sample_plain_nand, "BOOTIMG", "UBOOT", "line 13", "listed twice"},
};

static void test_case(void **state)
{
	const struct text_case *c = *state;
	char *text = text_replaced(c->base, c->from, c->to);
	struct problem problem = {.where = ""};
	struct scatter s;
	int result = scatter_parse(&s, text_of(text), NULL, &problem);

	free(text);
	expect_refused(result, &problem, c->where, c->why);
	assert_int_equal(s.section_count, 0);
}

static void expect_text_refused(struct slice text, const char *where, const char *why)
{
	struct problem problem;
	struct scatter s;

	expect_refused(scatter_parse(&s, text, NULL, &problem), &problem, where, why);
}

static void test_empty(void **state)
{
	(void)state;
	expect_text_refused(text_of(""), "file", "empty");
}

static void test_only_comments(void **state)
{
	(void)state;
	expect_text_refused(text_of("# nothing\n\n# here\n"), "file", "neither partition_index");
}

static void test_ota_list(void **state)
{
	(void)state;
	expect_text_refused(text_of("preloader 0x0\nlk 0x40000\nboot 0x100000\n"), "file",
			    "neither partition_index");
}

static void test_header_only(void **state)
{
	(void)state;
	expect_text_refused(text_of("- general: MTK_PLATFORM_CFG\n  platform: MT6765\n"), "file",
			    "no partitions");
}

static void test_section_without_partitions(void **state)
{
	(void)state;
	expect_text_refused(text_of("- general: MTK_PLATFORM_CFG\n"
				    "  platform: MT6765\n"
				    "- storage_type: EMMC\n"),
			    "file", "lists no partitions");
}

static void test_nul_byte(void **state)
{
	struct buffer b = {0};

	(void)state;
	buffer_text(&b, sample_yaml);
	b.p[200] = 0;
	expect_text_refused(buffer_slice(&b), "line", "NUL byte at offset 200");
	buffer_free(&b);
}

static void test_too_many_partitions(void **state)
{
	struct buffer b = {0};

	(void)state;
	buffer_text(&b, "- general: MTK_PLATFORM_CFG\n  platform: MT6765\n");
	for (int i = 0; i <= SCATTER_ENTRIES_MAX; i++) {
		char entry[512];

		snprintf(entry, sizeof entry,
			 "- partition_index: SYS%d\n  partition_name: p%d\n  file_name: NONE\n"
			 "  is_download: false\n  linear_start_addr: 0x%x\n"
			 "  physical_start_addr: 0x%x\n  partition_size: 0x1000\n"
			 "  region: EMMC_USER\n  storage: HW_STORAGE_EMMC\n"
			 "  operation_type: UPDATE\n",
			 i, i, i * 0x1000, i * 0x1000);
		buffer_text(&b, entry);
	}
	expect_text_refused(buffer_slice(&b), "line", "more than 128");
	buffer_free(&b);
}

static void test_xml_value_too_long(void **state)
{
	struct buffer b = {0};
	char *text;

	(void)state;
	buffer_text(&b, "<file_name>");
	buffer_fill(&b, 'x', 2000);
	buffer_fill(&b, 0, 1);
	text = text_replaced(sample_xml, "<file_name>", (const char *)b.p);
	expect_text_refused(text_of(text), "line", "more than 512 bytes");
	free(text);
	buffer_free(&b);
}

static void test_xml_too_deep(void **state)
{
	(void)state;
	expect_text_refused(text_of("<root><a><a><a><a><a><a><a><a><a><a>"), "line", "nested");
}

/* Cut anywhere, a file is refused or lacks entries; it never crashes and never invents any. */
static void test_every_prefix(void **state)
{
	static const char *const texts[] = {sample_yaml_multi, sample_xml_multi, sample_plain_emmc};

	(void)state;
	for (size_t t = 0; t < 3; t++) {
		struct slice whole = text_of(texts[t]);

		for (size_t n = 0; n < whole.n; n++) {
			uint8_t *exact = malloc(n ? n : 1);
			struct problem problem;
			struct scatter s;

			assert_non_null(exact);
			memcpy(exact, whole.p, n);
			if (scatter_parse(&s, (struct slice){exact, n}, NULL, &problem) == 0)
				assert_true(s.sections[0].count <= 9);
			scatter_free(&s);
			free(exact);
		}
	}
}

int main(void)
{
	const struct CMUnitTest more[] = {
		cmocka_unit_test(test_empty),
		cmocka_unit_test(test_only_comments),
		cmocka_unit_test(test_ota_list),
		cmocka_unit_test(test_header_only),
		cmocka_unit_test(test_section_without_partitions),
		cmocka_unit_test(test_nul_byte),
		cmocka_unit_test(test_too_many_partitions),
		cmocka_unit_test(test_xml_value_too_long),
		cmocka_unit_test(test_xml_too_deep),
		cmocka_unit_test(test_every_prefix),
	};

	return run_cases("bad scatter files", cases, test_case, more);
}
