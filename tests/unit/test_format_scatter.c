/* Good scatter files of every form: what the parser makes of them, and where entries lie. */
#include "tests/unit/check.h"

#include "engine/base/text.h"
#include "engine/format/scatter.h"
#include "tests/unit/samples.h"

static void parse(struct scatter *s, const char *text, const char *name)
{
	struct problem problem;

	expect_accepted(scatter_parse(s, text_of(text), name, &problem), &problem);
}

static void parse_changed(struct scatter *s, const char *text, const char *from, const char *to)
{
	char *changed = text_replaced(text, from, to);

	parse(s, changed, NULL);
	free(changed);
}

static const struct scatter_entry *find(const struct scatter *s, const char *name)
{
	const struct scatter_entry *e = scatter_find(&s->sections[0], name);

	assert_non_null(e);
	return e;
}

static void expect_sample_partitions(const struct scatter *s)
{
	const struct scatter_section *sec = &s->sections[0];
	const struct scatter_entry *boot = find(s, "boot");

	assert_string_equal(s->platform, "MT6765");
	assert_string_equal(s->project, "k65v1_64_bsp");
	assert_string_equal(s->config_version, "V1.1.2");
	assert_int_equal(s->section_count, 1);
	assert_int_equal(sec->storage, STORAGE_EMMC);
	assert_string_equal(sec->boot_channel, "MSDC_0");
	assert_int_equal(sec->block_size, 0x20000);
	assert_int_equal(sec->count, 6);
	assert_string_equal(boot->index, "SYS3");
	assert_string_equal(boot->file, "boot.img");
	assert_true(boot->is_download);
	assert_int_equal(boot->start, 0x508000);
	assert_int_equal(boot->size, 0x800000);
	assert_int_equal(boot->region, REGION_USER);
	assert_int_equal(boot->operation, SCATTER_OP_UPDATE);
	assert_string_equal(boot->type, "NORMAL_ROM");
	assert_int_equal(find(s, "preloader")->region, REGION_BOOT12);
	assert_string_equal(find(s, "nvram")->file, "");
	assert_int_equal(find(s, "nvram")->operation, SCATTER_OP_BINREGION);
	assert_true(find(s, "sgpt")->from_end);
	assert_true(find(s, "userdata")->to_end);
	assert_false(find(s, "boot")->to_end);
	assert_int_equal(s->warning_count, 0);
}

static void test_yaml(void **state)
{
	struct scatter s;

	(void)state;
	parse(&s, sample_yaml, NULL);
	assert_int_equal(s.form, SCATTER_YAML);
	assert_int_equal(find(&s, "boot")->line, 62);
	expect_sample_partitions(&s);
	scatter_free(&s);
}

static void test_xml_gives_the_same(void **state)
{
	struct scatter s;

	(void)state;
	parse(&s, sample_xml, NULL);
	assert_int_equal(s.form, SCATTER_XML);
	expect_sample_partitions(&s);
	scatter_free(&s);
}

static void expect_two_sections(const struct scatter *s)
{
	const struct scatter_section *emmc = scatter_section_for(s, STORAGE_EMMC);
	const struct scatter_section *ufs = scatter_section_for(s, STORAGE_UFS);

	assert_non_null(emmc);
	assert_non_null(ufs);
	assert_null(scatter_section_for(s, STORAGE_NAND));
	assert_int_equal(emmc->block_size, 0x20000);
	assert_int_equal(ufs->block_size, 0x80000);
	assert_string_equal(ufs->boot_channel, "UFSHCI_0");
	assert_int_equal(scatter_find(ufs, "boot")->region, REGION_USER);
	assert_int_equal(scatter_find(ufs, "boot")->storage, STORAGE_UFS);
}

static void test_yaml_multi(void **state)
{
	struct scatter s;

	(void)state;
	parse(&s, sample_yaml_multi, NULL);
	assert_int_equal(s.form, SCATTER_YAML_MULTI);
	assert_string_equal(s.platform, "MT6771");
	expect_two_sections(&s);
	scatter_free(&s);
}

static void test_xml_multi(void **state)
{
	struct scatter s;

	(void)state;
	parse(&s, sample_xml_multi, NULL);
	assert_int_equal(s.form, SCATTER_XML_MULTI);
	assert_string_equal(s.platform, "MT6789");
	assert_string_equal(s.config_version, "V2.2.0");
	expect_two_sections(&s);
	scatter_free(&s);
}

static void test_plain_nand(void **state)
{
	struct scatter s;

	(void)state;
	parse(&s, sample_plain_nand, "some/folder/MT6573_Android_scatter.txt");
	assert_int_equal(s.form, SCATTER_PLAIN);
	assert_string_equal(s.platform, "MT6573");
	assert_int_equal(s.sections[0].storage, STORAGE_NAND);
	assert_int_equal(find(&s, "PRELOADER")->size, 0x40000);
	assert_int_equal(find(&s, "PRELOADER")->operation, SCATTER_OP_BOOTLOADERS);
	assert_string_equal(find(&s, "BOOTIMG")->file, "boot.img");
	assert_false(find(&s, "NVRAM")->is_download);
	assert_int_equal(find(&s, "NVRAM")->operation, SCATTER_OP_BINREGION);
	assert_int_equal(find(&s, "USRDATA")->operation, SCATTER_OP_INVISIBLE);
	assert_true(find(&s, "USRDATA")->to_end);
	assert_int_equal(find(&s, "BMTPOOL")->blocks_from_end, 0x50);
	scatter_free(&s);
}

static void test_plain_emmc(void **state)
{
	struct scatter s;

	(void)state;
	parse(&s, sample_plain_emmc, "MT6589_Android_scatter_emmc.txt");
	assert_int_equal(s.sections[0].storage, STORAGE_EMMC);
	assert_int_equal(s.sections[0].user_base, 0x600000);
	assert_int_equal(find(&s, "PRELOADER")->region, REGION_BOOT1);
	assert_int_equal(find(&s, "MBR")->start, 0);
	assert_int_equal(find(&s, "BOOTIMG")->start, 0x400000);
	assert_int_equal(find(&s, "BOOTIMG")->size, 0x600000);
	assert_true(find(&s, "OTP")->is_reserved);
	assert_int_equal(find(&s, "PRO_INFO")->operation, SCATTER_OP_PROTECTED);
	scatter_free(&s);
}

static void test_plain_without_a_chip_in_the_name(void **state)
{
	struct scatter s;

	(void)state;
	parse(&s, sample_plain_nand, "scatter.txt");
	assert_string_equal(s.platform, "");
	scatter_free(&s);
}

/* V1.1.1: linear addresses include boot1, boot2 and rpmb, whatever the physical ones say. */
static void test_linear_base(void **state)
{
	static const char *const physical[] = {"0x0", "0x80000", "0xc80000"};
	struct scatter s;

	(void)state;
	for (size_t i = 0; i < 3; i++) {
		char text[4096];

		snprintf(text, sizeof text,
			 "- general: MTK_PLATFORM_CFG\n"
			 "  info:\n"
			 "    - config_version: V1.1.1\n"
			 "      platform: MT6582\n"
			 "      storage: EMMC\n"
			 "- partition_index: SYS0\n"
			 "  partition_name: MBR\n  file_name: MBR\n  is_download: true\n"
			 "  linear_start_addr: 0xc00000\n  physical_start_addr: 0x0\n"
			 "  partition_size: 0x80000\n  region: EMMC_USER\n"
			 "  storage: HW_STORAGE_EMMC\n  operation_type: UPDATE\n"
			 "- partition_index: SYS1\n"
			 "  partition_name: EBR1\n  file_name: EBR1\n  is_download: true\n"
			 "  linear_start_addr: 0xc80000\n  physical_start_addr: %s\n"
			 "  partition_size: 0x80000\n  region: EMMC_USER\n"
			 "  storage: HW_STORAGE_EMMC\n  operation_type: UPDATE\n",
			 physical[i]);
		parse(&s, text, NULL);
		assert_int_equal(s.sections[0].user_base, 0xc00000);
		assert_int_equal(find(&s, "MBR")->start, 0);
		assert_int_equal(find(&s, "EBR1")->start, 0x80000);
		assert_int_equal(s.sections[0].block_size, 0x20000);
		scatter_free(&s);
	}
}

static void test_tolerated_spellings(void **state)
{
	static const struct {
		const char *from, *to;
	} changes[] = {
		{"project: k65v1_64_bsp", "project:   \"k65v1_64_bsp\"  "},
		{"partition_size: 0x800000\n", "partition_size: 8388608\r\n"},
		{"partition_size: 0x800000", "partition_size:\t0X800000"},
		{"# General Setting", "\xEF\xBB\xBF# General Setting"},
		{"file_name: NONE", "file_name: none"},
		{"is_download: true", "is_download: TRUE"},
		{"  is_upgradable: false\n", ""},
		{"  type: NORMAL_ROM\n", ""},
	};
	struct scatter s;

	(void)state;
	for (size_t i = 0; i < sizeof changes / sizeof changes[0]; i++) {
		parse_changed(&s, sample_yaml, changes[i].from, changes[i].to);
		assert_string_equal(s.project, "k65v1_64_bsp");
		assert_int_equal(find(&s, "boot")->size, 0x800000);
		assert_string_equal(find(&s, "pgpt")->file, "");
		assert_int_equal(s.warning_count, 0);
		scatter_free(&s);
	}
}

static void test_oddities_are_warned_of(void **state)
{
	static const struct {
		const char *from, *to, *warning;
	} changes[] = {
		{"operation_type: BOOTLOADERS", "operation_type: BOOTLOADER", "BOOTLOADER read as"},
		{"partition_name: nvram", "partition_name:", "without a name"},
		{"  reserve: 0x00\n", "  colour: blue\n", "key colour"},
		{"linear_start_addr: 0x508000\n  physical_start_addr: 0x508000",
		 "linear_start_addr: 0x507000\n  physical_start_addr: 0x507000",
		 "boot overlaps nvram"},
		{"platform: MT6765", "platform: MT6765\n      modem: M1", ""},
	};

	(void)state;
	for (size_t i = 0; i < sizeof changes / sizeof changes[0]; i++) {
		struct scatter s;

		parse_changed(&s, sample_yaml, changes[i].from, changes[i].to);
		assert_int_equal(s.warning_count, strcmp(changes[i].warning, "") != 0);
		if (s.warning_count)
			expect_in(s.warnings[0], changes[i].warning, "warning");
		scatter_free(&s);
	}
}

static void test_notes_behind_the_entries_are_ignored(void **state)
{
	struct buffer b = {0};
	struct scatter s;
	struct problem problem;

	(void)state;
	buffer_text(&b, sample_yaml);
	buffer_text(&b, "[brand]\ncheckSum = 0x15bf");
	expect_accepted(scatter_parse(&s, buffer_slice(&b), NULL, &problem), &problem);
	assert_int_equal(s.sections[0].count, 6);
	assert_int_equal(s.warning_count, 2);
	scatter_free(&s);
	buffer_free(&b);
}

static const struct storage_sizes emmc = {
	.kind = STORAGE_EMMC,
	.block = 512,
	.bytes = {[REGION_BOOT1] = 0x400000, [REGION_BOOT2] = 0x400000, [REGION_USER] = 0x40000000},
};

static void expect_place(const struct scatter *s, const char *name, uint64_t start, uint64_t size)
{
	uint64_t got_start = 0;
	uint64_t got_size = 0;

	assert_true(scatter_resolve(&s->sections[0], find(s, name), &emmc, &got_start, &got_size));
	assert_int_equal(got_start, start);
	assert_int_equal(got_size, size);
}

static void test_resolve(void **state)
{
	struct scatter s;

	(void)state;
	parse(&s, sample_yaml, NULL);
	expect_place(&s, "boot", 0x508000, 0x800000);
	expect_place(&s, "preloader", 0, 0x40000);
	expect_place(&s, "sgpt", 0x40000000 - 0x8000, 0x8000);
	expect_place(&s, "userdata", 0xd08000, 0x40000000 - 0x8000 - 0xd08000);
	scatter_free(&s);
}

static void test_resolve_blocks_from_end(void **state)
{
	struct scatter s;

	(void)state;
	parse_changed(&s, sample_yaml, "linear_start_addr: 0xffff0000",
		      "linear_start_addr: 0xFFFF0084");
	expect_place(&s, "sgpt", 0x40000000 - 0x84 * 0x20000, 0x8000);
	expect_place(&s, "userdata", 0xd08000, 0x40000000 - 0x84 * 0x20000 - 0xd08000);
	scatter_free(&s);
}

static void test_resolve_size_zero(void **state)
{
	struct scatter s;

	(void)state;
	parse_changed(&s, sample_yaml, "partition_size: 0x10000000", "partition_size: 0");
	assert_true(find(&s, "userdata")->to_end);
	expect_place(&s, "userdata", 0xd08000, 0x40000000 - 0x8000 - 0xd08000);
	scatter_free(&s);
}

static void test_resolve_refuses_small_storage(void **state)
{
	struct storage_sizes small = emmc;
	struct scatter s;
	uint64_t start, size;

	(void)state;
	parse(&s, sample_yaml, NULL);
	small.bytes[REGION_USER] = 0x600000; /* ends inside boot */
	assert_false(scatter_resolve(&s.sections[0], find(&s, "boot"), &small, &start, &size));
	assert_false(scatter_resolve(&s.sections[0], find(&s, "userdata"), &small, &start, &size));
	small.bytes[REGION_BOOT2] = 0;
	assert_false(scatter_resolve(&s.sections[0], find(&s, "preloader"), &small, &start, &size));
	small = emmc;
	small.kind = STORAGE_UFS;
	assert_false(scatter_resolve(&s.sections[0], find(&s, "boot"), &small, &start, &size));
	scatter_free(&s);
}

/* A real offset on large flash may lie in 0xFFFF0000...0xFFFFFFFF: only is_reserved tells. */
static void test_high_address_is_no_end_mark(void **state)
{
	struct storage_sizes large = emmc;
	struct scatter s;
	uint64_t start, size;

	(void)state;
	parse_changed(&s, sample_yaml, "linear_start_addr: 0xd08000",
		      "linear_start_addr: 0xFFFF8000");
	assert_false(find(&s, "userdata")->from_end);
	assert_int_equal(find(&s, "userdata")->start, 0xFFFF8000u);
	large.bytes[REGION_USER] = 0x200000000ull;
	assert_true(scatter_resolve(&s.sections[0], find(&s, "userdata"), &large, &start, &size));
	assert_int_equal(start, 0xFFFF8000u);
	scatter_free(&s);
}

/* Nothing of this is in files of builds; people and their tools write it. */
static void test_spellings_of_other_tools(void **state)
{
	static const char *const changes[][2] = {
		{"# General Setting\n", "%YAML 1.1\n---\n"},
		{"# General Setting\n- general: MTK", "---\n-\tGeneral : MTK"},
		{"- partition_index: SYS3", "-partition_index: SYS3"},
		{"partition_name: boot\n", "Partition_Name: \"boot\" # kernel\n"},
		{"file_name: boot.img", "file_name: boot.img\t# signed"},
		{"platform: MT6765", "platform: MT6765 #"},
		{"region: EMMC_USER", "region: emmc_user"},
		{"operation_type: UPDATE", "operation_type: Update"},
		{"storage: HW_STORAGE_EMMC", "storage: hw_storage_emmc"},
		{"info: \n", "info: # of the platform\n"},
	};
	struct scatter s;

	(void)state;
	for (size_t i = 0; i < sizeof changes / sizeof changes[0]; i++) {
		parse_changed(&s, sample_yaml, changes[i][0], changes[i][1]);
		expect_sample_partitions(&s);
		assert_string_equal(find(&s, "pgpt")->region_text, "EMMC_USER");
		scatter_free(&s);
	}
}

/* A '#' within a name is no comment. */
static void test_same(void **state)
{
	static const char *const changes[][2] = {
		{"project: k65v1", "project: k62v1"},
		{"boot.img", "boot-debug.img"},
		{"start_addr: 0x508000", "start_addr: 0x508200"},
		{"0x800000", "0x800200"},
		{"operation_type: UPDATE", "operation_type: PROTECTED"},
		{"is_download: true", "is_download: false"},
		{"block_size: 0x20000", "block_size: 0x40000"},
	};
	struct scatter a, b;

	(void)state;
	parse(&a, sample_yaml, NULL);
	parse(&b, sample_xml, NULL);
	assert_true(scatter_same(&a, &b));
	scatter_free(&b);
	for (size_t i = 0; i < sizeof changes / sizeof changes[0]; i++) {
		parse_changed(&b, sample_yaml, changes[i][0], changes[i][1]);
		assert_false(scatter_same(&a, &b));
		scatter_free(&b);
	}
	parse(&b, sample_yaml_multi, NULL);
	assert_false(scatter_same(&a, &b));
	scatter_free(&b);
	scatter_free(&a);
}

static void test_hash_in_a_name(void **state)
{
	struct scatter s;

	(void)state;
	parse_changed(&s, sample_yaml, "file_name: boot.img", "file_name: \"boot #2.img\" # new");
	assert_string_equal(find(&s, "boot")->file, "boot #2.img");
	scatter_free(&s);
	parse_changed(&s, sample_yaml, "file_name: boot.img", "file_name: boot#2.img");
	assert_string_equal(find(&s, "boot")->file, "boot#2.img");
	scatter_free(&s);
}

static void test_xml_behind_blank_lines(void **state)
{
	struct problem problem;
	struct scatter s;
	char *text = malloc(strlen(sample_xml) + 8);

	(void)state;
	assert_non_null(text);
	sprintf(text, "\xEF\xBB\xBF\n\r\n%s", sample_xml);
	parse(&s, text, NULL);
	assert_string_equal(s.platform, "MT6765");
	scatter_free(&s);
	/* lines are counted as an editor shows them */
	strcpy(text, "\n\n<root><a></b>");
	expect_refused(scatter_parse(&s, text_of(text), NULL, &problem), &problem, "line 3",
		       "XML is broken");
	free(text);
}

static void test_plain_braces_anywhere(void **state)
{
	static const char text[] = "# by hand\nPRELOADER 0x0 {}\nDSP_BL\t0x40000 {\n}\n"
				   "  UBOOT 0x80000\n{ }\n__NODL_BMTPOOL 0xFFFF0050 { }";
	struct scatter s;

	(void)state;
	parse(&s, text, "MT6573_Android_scatter.txt");
	assert_int_equal(s.form, SCATTER_PLAIN);
	assert_int_equal(s.sections[0].count, 4);
	assert_int_equal(find(&s, "DSP_BL")->start, 0x40000);
	assert_int_equal(find(&s, "UBOOT")->start, 0x80000);
	assert_true(find(&s, "BMTPOOL")->from_end);
	scatter_free(&s);
}

static void test_identity_names(void **state)
{
	static const char *const yes[] = {
		"nvram",   "NVRAM",    "nvdata",  "nvcfg",  "protect1", "PROTECT_F", "PROTECT_S",
		"proinfo", "PRO_INFO", "persist", "seccfg", "frp",	"sec1",	     "nvdata_a"};
	static const char *const no[] = {"boot", "persistent", "nvram2", "userdata", "", "lk_a"};

	(void)state;
	for (size_t i = 0; i < sizeof yes / sizeof yes[0]; i++)
		assert_true(scatter_is_identity(yes[i]));
	for (size_t i = 0; i < sizeof no / sizeof no[0]; i++)
		assert_false(scatter_is_identity(no[i]));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_yaml),
		cmocka_unit_test(test_xml_gives_the_same),
		cmocka_unit_test(test_yaml_multi),
		cmocka_unit_test(test_xml_multi),
		cmocka_unit_test(test_plain_nand),
		cmocka_unit_test(test_plain_emmc),
		cmocka_unit_test(test_plain_without_a_chip_in_the_name),
		cmocka_unit_test(test_linear_base),
		cmocka_unit_test(test_tolerated_spellings),
		cmocka_unit_test(test_oddities_are_warned_of),
		cmocka_unit_test(test_notes_behind_the_entries_are_ignored),
		cmocka_unit_test(test_resolve),
		cmocka_unit_test(test_resolve_blocks_from_end),
		cmocka_unit_test(test_resolve_size_zero),
		cmocka_unit_test(test_resolve_refuses_small_storage),
		cmocka_unit_test(test_high_address_is_no_end_mark),
		cmocka_unit_test(test_spellings_of_other_tools),
		cmocka_unit_test(test_same),
		cmocka_unit_test(test_hash_in_a_name),
		cmocka_unit_test(test_xml_behind_blank_lines),
		cmocka_unit_test(test_plain_braces_anywhere),
		cmocka_unit_test(test_identity_names),
	};

	return cmocka_run_group_tests_name("scatter", tests, NULL, NULL);
}
