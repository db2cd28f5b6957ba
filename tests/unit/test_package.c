/* Packages: what is open, hashed and found good; and each way in which a package is refused. */
#include "tests/unit/check.h"

#include "engine/package/package.h"
#include "tests/unit/samples_package.h"

static void open_package(struct package *p, struct sample_folder *f)
{
	struct problem problem;

	expect_accepted(package_open(p, "sample", SAMPLE_SCATTER,
				     sample_folder_file(f, SAMPLE_DA) ? SAMPLE_DA : NULL,
				     &f->source, &problem),
			&problem);
}

static void hash(struct package *p)
{
	struct problem problem;

	expect_accepted(package_hash(p, NULL, NULL, &problem), &problem);
}

static void fail_on_findings(const struct package *p)
{
	for (size_t i = 0; i < p->finding_count; i++) {
		if (p->findings[i].level != FINDING_NOTE)
			fail_msg("%s: %s: %s", finding_level_name(p->findings[i].level),
				 p->findings[i].item, p->findings[i].text);
	}
}

static const struct finding *find_finding(const struct package *p, enum finding_level level,
					  const char *item, const char *text)
{
	for (size_t i = 0; i < p->finding_count; i++) {
		const struct finding *f = &p->findings[i];

		if (f->level == level && strcmp(f->item, item) == 0 && strstr(f->text, text))
			return f;
	}
	return NULL;
}

static void test_good_package(void **state)
{
	struct sample_folder folder;
	struct package p;

	(void)state;
	sample_folder_make(&folder);
	open_package(&p, &folder);
	assert_int_equal(p.part_count, 3);
	assert_int_equal(p.file_count, 3);
	assert_true(p.has_preloader);
	assert_true(p.has_da);
	assert_string_equal(p.id, "");
	assert_string_equal(p.name, "sample");
	assert_true(p.files[2].sparse);
	assert_int_equal(p.files[2].expanded, 10 * 4096);
	hash(&p);
	package_check(&p, NULL);
	fail_on_findings(&p);
	assert_false(p.refused);
	assert_int_equal(strlen(p.id), 64);
	for (size_t i = 0; i < p.file_count; i++) {
		assert_true(p.files[i].hashed);
		assert_int_equal(p.files[i].sums.bytes, p.files[i].bytes.n);
	}
	package_close(&p);
	sample_folder_free(&folder);
}

static void id_of(struct sample_folder *f, char id[65])
{
	struct package p;

	open_package(&p, f);
	hash(&p);
	memcpy(id, p.id, 65);
	package_close(&p);
}

/* The id depends on all content and on nothing else: not on the order the folder lists files. */
static void test_id(void **state)
{
	struct sample_folder folder;
	struct buffer boot = {0};
	char first[65], again[65], changed[65];

	(void)state;
	sample_folder_make(&folder);
	id_of(&folder, first);
	buffer_add(&boot, sample_folder_file(&folder, "boot.img")->p,
		   sample_folder_file(&folder, "boot.img")->n);
	sample_folder_remove(&folder, "boot.img");
	sample_folder_put(&folder, "boot.img", boot);
	id_of(&folder, again);
	assert_string_equal(first, again);
	sample_folder_file(&folder, "boot.img")->p[77] ^= 1;
	id_of(&folder, changed);
	assert_string_not_equal(first, changed);
	sample_folder_free(&folder);
}

static void test_members(void **state)
{
	struct sample_folder folder;
	struct package p;
	const char *name;
	size_t n = 0;

	(void)state;
	sample_folder_make(&folder);
	sample_folder_put_text(&folder, "Checksum.ini", sample_checksum_ini);
	sample_folder_put_text(&folder, "SHA256SUMS", "# none yet\n");
	open_package(&p, &folder);
	for (; (name = package_member(&p, n)); n++)
		assert_non_null(sample_folder_file(&folder, name));
	assert_int_equal(n, folder.count);
	package_close(&p);
	sample_folder_free(&folder);
}

/* One file that serves two partitions is mapped and hashed once. */
static void test_shared_file(void **state)
{
	struct sample_folder folder;
	struct package p;

	(void)state;
	sample_folder_make(&folder);
	sample_folder_edit(&folder, "file_name: userdata.img", "file_name: boot.img");
	open_package(&p, &folder);
	assert_int_equal(p.part_count, 3);
	assert_int_equal(p.file_count, 2);
	assert_int_equal(p.parts[1].file, p.parts[2].file);
	package_close(&p);
	sample_folder_free(&folder);
}

static bool stop_at_once(void *context, uint64_t done, uint64_t total)
{
	size_t *calls = context;

	(*calls)++;
	assert_true(done <= total);
	return false;
}

static bool go_on(void *context, uint64_t done, uint64_t total)
{
	uint64_t *last = context;

	assert_true(done > *last && done <= total);
	*last = done == total ? UINT64_MAX : done;
	return true;
}

static void test_progress(void **state)
{
	struct sample_folder folder;
	struct problem problem;
	struct package p;
	size_t calls = 0;
	uint64_t last = 0;

	(void)state;
	sample_folder_make(&folder);
	open_package(&p, &folder);
	expect_refused(package_hash(&p, stop_at_once, &calls, &problem), &problem, "sample",
		       "stopped after");
	assert_int_equal(calls, 1);
	assert_string_equal(p.id, "");
	expect_accepted(package_hash(&p, go_on, &last, &problem), &problem);
	assert_true(last == UINT64_MAX); /* the last report said all of it */
	package_close(&p);
	sample_folder_free(&folder);
}

/* Builds write the name inside the preloader in lower case. */
static void test_preloader_name_in_other_case(void **state)
{
	struct sample_folder folder;
	struct package p;

	(void)state;
	sample_folder_make(&folder);
	sample_folder_edit(&folder, "k65v1_64_bsp.bin", "K65V1_64_bsp.bin");
	sample_folder_edit(&folder, "project: k65v1_64_bsp", "project: K65V1_64_bsp");
	sample_folder_put(&folder, "preloader_K65V1_64_bsp.bin",
			  sample_preloader(35, 160, 5, "preloader_k65v1_64_bsp.bin", 5));
	open_package(&p, &folder);
	package_check(&p, NULL);
	fail_on_findings(&p);
	package_close(&p);
	sample_folder_free(&folder);
}

static void test_plain_form_finds_implied_files(void **state)
{
	struct sample_folder folder;
	struct problem problem;
	struct package p;

	(void)state;
	sample_folder_make(&folder);
	sample_folder_put_text(&folder, "MT6573_Android_scatter.txt", sample_plain_nand);
	expect_accepted(package_open(&p, "old", "MT6573_Android_scatter.txt", NULL, &folder.source,
				     &problem),
			&problem);
	assert_string_equal(p.files[0].name, "preloader_k65v1_64_bsp.bin");
	assert_int_equal(p.part_count, 4);
	assert_int_equal(p.parts[1].file, SIZE_MAX);	 /* DSP_BL */
	assert_int_not_equal(p.parts[3].file, SIZE_MAX); /* boot.img */
	package_close(&p);
	sample_folder_free(&folder);
}

static void test_no_scatter(void **state)
{
	struct sample_folder folder;
	struct problem problem;
	struct package p;

	(void)state;
	sample_folder_make(&folder);
	expect_refused(package_open(&p, "x", "none.txt", NULL, &folder.source, &problem), &problem,
		       "none.txt", "not there");
	sample_folder_put_text(&folder, SAMPLE_SCATTER, "nothing of use");
	expect_refused(package_open(&p, "x", SAMPLE_SCATTER, NULL, &folder.source, &problem),
		       &problem, "file", "neither partition_index");
	sample_folder_free(&folder);
}

/* The profile may allow identity partitions by name, for blank boards. */
static void test_allowed_identity(void **state)
{
	static const char *const names[] = {"NVRAM", NULL};
	static const struct package_rules rules = {.allowed_identity = names};
	struct sample_folder folder;
	struct package p;

	(void)state;
	sample_folder_make(&folder);
	sample_folder_edit(&folder,
			   "partition_name: nvram\n  file_name: NONE\n  is_download: false",
			   "partition_name: nvram\n  file_name: boot.img\n  is_download: true");
	open_package(&p, &folder);
	package_check(&p, NULL);
	assert_true(p.refused);
	assert_non_null(find_finding(&p, FINDING_REFUSAL, "nvram", "identity data"));
	package_check(&p, &rules);
	assert_false(p.refused);
	assert_non_null(find_finding(&p, FINDING_WARNING, "nvram", "the profile lets"));
	package_close(&p);
	sample_folder_free(&folder);
}

#define V6_FOLDER "download_agent/"

static const char wrapper[] = "<?xml version=\"1.0\" encoding=\"utf-8\"?>\n<flash-mode>\n"
			      "  <project>k65v1_64_bsp</project>\n  <dagent>DA_BR.bin</dagent>\n"
			      "  <scatter>../MT6765_Android_scatter.txt</scatter>\n"
			      "  <version>1.0</version>\n</flash-mode>\n";

/* download_agent/flash.xml names scatter and agent, by itself or beside a scatter. */
static void test_v6_wrapper(void **state)
{
	static const char *const given[] = {V6_FOLDER "flash.xml", SAMPLE_SCATTER};
	static const uint16_t codes[] = {0x6765};
	struct sample_folder folder;
	struct problem problem;
	struct package p;
	const char *name;
	size_t n;

	(void)state;
	for (int i = 0; i < 2; i++) {
		sample_folder_make(&folder);
		sample_folder_remove(&folder, SAMPLE_DA);
		sample_folder_put_text(&folder, V6_FOLDER "flash.xml", wrapper);
		sample_folder_put(&folder, V6_FOLDER "DA_BR.bin", sample_da(4, codes, NULL, 1));
		expect_accepted(package_open(&p, "v6", given[i], NULL, &folder.source, &problem),
				&problem);
		assert_string_equal(p.scatter_name, SAMPLE_SCATTER);
		assert_string_equal(p.da_name, V6_FOLDER "DA_BR.bin");
		assert_true(p.has_da);
		for (n = 0; (name = package_member(&p, n)); n++)
			assert_non_null(sample_folder_file(&folder, name));
		assert_int_equal(n, folder.count);
		hash(&p);
		package_check(&p, NULL);
		fail_on_findings(&p);
		package_close(&p);
		sample_folder_free(&folder);
	}
}

static void test_v6_wrapper_that_leads_nowhere(void **state)
{
	static const struct {
		const char *from, *to, *where, *why;
	} wrong[] = {
		{"../MT6765", "../../MT6765", "flash.xml", "outside of the package"},
		{"../MT6765", "/MT6765", "flash.xml", "outside of the package"},
		{"../MT6765", "..\\x\\..\\..\\MT6765", "flash.xml", "outside of the package"},
		{"../MT6765", "../MT6739", "MT6739_Android", "not there"},
		{"<scatter>../MT6765_Android_scatter.txt</scatter>", "", "flash.xml",
		 "names no scatter"},
		{"</flash-mode>", "", "flash.xml", "broken"},
		{"<flash-mode>", "<!DOCTYPE x []><flash-mode>", "flash.xml", "document type"},
	};
	struct sample_folder folder;
	struct problem problem;
	struct package p;

	(void)state;
	for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++) {
		char *text = text_replaced(wrapper, wrong[i].from, wrong[i].to);

		sample_folder_make(&folder);
		sample_folder_put_text(&folder, V6_FOLDER "flash.xml", text);
		expect_refused(package_open(&p, "v6", V6_FOLDER "flash.xml", NULL, &folder.source,
					    &problem),
			       &problem, wrong[i].where, wrong[i].why);
		free(text);
		sample_folder_free(&folder);
	}
}

/* Both forms are there: secured units get the signed one, others the plain one. */
static void test_signed_forms(void **state)
{
	static const struct package_rules take = {.take_signed = true};
	static const char *const names[] = {"boot-verified.img", "boot-sign.img",
					    "boot-signed.img"};
	struct sample_folder folder;
	struct package p;

	(void)state;
	for (int i = 0; i < 3; i++) {
		sample_folder_make(&folder);
		sample_folder_put_text(&folder, names[i], "ANDROID!");
		open_package(&p, &folder);
		assert_string_equal(p.files[package_part_file(&p, 1, false)].name, "boot.img");
		assert_string_equal(p.files[package_part_file(&p, 1, true)].name, names[i]);
		assert_string_equal(p.files[package_part_file(&p, 2, true)].name, "userdata.img");
		hash(&p);
		package_check(&p, NULL);
		fail_on_findings(&p);
		package_close(&p);
		/* Only the signed one: the owner has to say so. */
		sample_folder_remove(&folder, "boot.img");
		open_package(&p, &folder);
		hash(&p);
		package_check(&p, NULL);
		assert_true(p.refused);
		package_check(&p, &take);
		fail_on_findings(&p);
		assert_string_equal(p.files[package_part_file(&p, 1, false)].name, names[i]);
		package_close(&p);
		sample_folder_free(&folder);
	}
}

/* One change to the sample folder and the finding it must cause. */
struct package_case {
	const char *name;
	void (*change)(struct sample_folder *f);
	enum finding_level level;
	unsigned code;
	const char *item, *text;
};

static void drop_boot(struct sample_folder *f)
{
	sample_folder_remove(f, "boot.img");
}

static void only_signed_boot(struct sample_folder *f)
{
	sample_folder_remove(f, "boot.img");
	sample_folder_put_text(f, "boot-verified.img", "ANDROID!");
}

static void empty_boot(struct sample_folder *f)
{
	sample_folder_put(f, "boot.img", (struct buffer){0});
}

static void boot_above(struct sample_folder *f)
{
	sample_folder_put_text(f, "../boot.img", "x");
	sample_folder_edit(f, "file_name: boot.img", "file_name: ../boot.img");
}

static void boot_absolute(struct sample_folder *f)
{
	sample_folder_put_text(f, "/etc/hostname", "x");
	sample_folder_edit(f, "file_name: boot.img", "file_name: /etc/hostname");
}

static void boot_above_in_the_middle(struct sample_folder *f)
{
	sample_folder_put_text(f, "a/../../b", "x");
	sample_folder_edit(f, "file_name: boot.img", "file_name: a/../../b");
}

static void boot_too_large(struct sample_folder *f)
{
	sample_folder_edit(f, "partition_size: 0x800000", "partition_size: 0x1fe00");
}

static void sparse_too_large(struct sample_folder *f)
{
	sample_folder_edit(f, "partition_size: 0x10000000", "partition_size: 0x9000");
}

static void sparse_cut(struct sample_folder *f)
{
	sample_folder_file(f, "userdata.img")->n -= 2000;
}

static void sparse_damaged(struct sample_folder *f)
{
	sample_folder_file(f, "userdata.img")->p[1000] ^= 4;
}

static void sparse_with_more_behind(struct sample_folder *f)
{
	buffer_fill(sample_folder_file(f, "userdata.img"), 0, 100);
}

static void file_system_cut(struct sample_folder *f)
{
	uint8_t *p = sample_folder_file(f, "boot.img")->p;

	memset(p, 0, 0x600);
	memcpy(p + 0x438, "\x53\xEF", 2);
	p[0x404] = 0x21; /* blocks of 4096: one more than the file holds */
	p[0x418] = 2;
}

static void verified_boot_off(struct sample_folder *f)
{
	struct buffer b = {0};

	buffer_text(&b, "AVB0");
	buffer_fill(&b, 0, 4092);
	b.p[0x7B] = 3;
	sample_folder_put(f, "boot.img", b);
}

static void put_mtk_image(struct sample_folder *f, const char *name, uint32_t data)
{
	struct buffer b = {0};

	buffer_le32(&b, 0x58881688);
	buffer_le32(&b, data);
	buffer_text(&b, name);
	buffer_fill(&b, 0, 32 - strlen(name));
	buffer_fill(&b, 0xFF, 0x200 - b.n);
	buffer_fill(&b, 7, 0x2000);
	sample_folder_put(f, "boot.img", b);
}

static void image_of_another_partition(struct sample_folder *f)
{
	put_mtk_image(f, "NVRAM", 0x2000);
}

static void loader_image_cut(struct sample_folder *f)
{
	put_mtk_image(f, "boot", 0x2001);
}

static void signed_form_too_large(struct sample_folder *f)
{
	struct buffer b = {0};

	buffer_fill(&b, 1, 0x800001);
	sample_folder_put(f, "boot-verified.img", b);
}

static void one_slot(struct sample_folder *f)
{
	sample_folder_edit(f, "partition_name: boot", "partition_name: boot_a");
}

static void sum_wrong(struct sample_folder *f)
{
	sample_folder_sum(f);
	sample_folder_file(f, "boot.img")->p[99] ^= 1;
}

static void sum_missing(struct sample_folder *f)
{
	sample_folder_put_text(f, "Checksum.ini", "[CheckSum]\nlk=0x1\n");
}

static void sums_unreadable(struct sample_folder *f)
{
	sample_folder_put_text(f, "Checksum.ini", "[CheckSum]\nlk=zzz\n");
}

static void sums_off(struct sample_folder *f)
{
	sample_folder_put_text(f, "Checksum.ini",
			       "[IsEnableChecksum]\nCHECKSUM_SWITCH=0\n[CheckSum]\nlk=0x1\n");
}

static void list_unreadable(struct sample_folder *f)
{
	sample_folder_put_text(f, "all.md5", "hello\n");
}

static void nvram_for_download(struct sample_folder *f)
{
	sample_folder_edit(f, "partition_name: nvram\n  file_name: NONE\n  is_download: false",
			   "partition_name: nvram\n  file_name: boot.img\n  is_download: true");
}

static void proinfo_for_download(struct sample_folder *f)
{
	nvram_for_download(f);
	sample_folder_edit(f, "partition_name: nvram", "partition_name: proinfo");
	sample_folder_edit(f, "operation_type: BINREGION", "operation_type: UPDATE");
}

static void protected_for_download(struct sample_folder *f)
{
	nvram_for_download(f);
	sample_folder_edit(f, "partition_name: nvram", "partition_name: brandstuff");
	sample_folder_edit(f, "operation_type: BINREGION", "operation_type: PROTECTED");
}

static void missing_identity_image_is_refused_too(struct sample_folder *f)
{
	nvram_for_download(f);
	sample_folder_edit(f, "file_name: boot.img", "file_name: gone.img");
}

static void download_without_file(struct sample_folder *f)
{
	sample_folder_edit(f, "partition_name: pgpt\n  file_name: NONE\n  is_download: false",
			   "partition_name: pgpt\n  file_name: NONE\n  is_download: true");
}

static void file_without_download(struct sample_folder *f)
{
	sample_folder_edit(f, "file_name: NONE", "file_name: gone.img");
}

static void invisible_for_download(struct sample_folder *f)
{
	sample_folder_put_text(f, "small.img", "small");
	sample_folder_edit(f, "partition_name: pgpt\n  file_name: NONE\n  is_download: false",
			   "partition_name: pgpt\n  file_name: small.img\n  is_download: true");
}

static void nothing_for_download(struct sample_folder *f)
{
	for (int i = 0; i < 3; i++)
		sample_folder_edit(f, "is_download: true", "is_download: false");
}

static void overlap_written(struct sample_folder *f)
{
	sample_folder_edit(f, "linear_start_addr: 0x508000\n  physical_start_addr: 0x508000",
			   "linear_start_addr: 0x500000\n  physical_start_addr: 0x500000");
}

static void overlap_not_written(struct sample_folder *f)
{
	sample_folder_edit(f, "partition_size: 0x8000", "partition_size: 0x9000");
}

static void start_off_sector(struct sample_folder *f)
{
	sample_folder_edit(f, "linear_start_addr: 0x508000\n  physical_start_addr: 0x508000",
			   "linear_start_addr: 0x508010\n  physical_start_addr: 0x508010");
}

static void size_off_sector(struct sample_folder *f)
{
	sample_folder_edit(f, "partition_size: 0x800000", "partition_size: 0x7fffff");
}

static void preloader_of_other_chip(struct sample_folder *f)
{
	sample_folder_put(f, "preloader_k65v1_64_bsp.bin",
			  sample_preloader(36, 160, 5, "preloader_k71v1_64_bsp.bin", 5));
}

static void preloader_of_other_project(struct sample_folder *f)
{
	sample_folder_put(f, "preloader_k65v1_64_bsp.bin",
			  sample_preloader(35, 160, 5, "preloader_lotus.bin", 5));
}

static void preloader_cut(struct sample_folder *f)
{
	sample_folder_file(f, "preloader_k65v1_64_bsp.bin")->n -= 64;
}

static void preloader_damaged(struct sample_folder *f)
{
	sample_folder_put(f, "preloader_k65v1_64_bsp.bin",
			  sample_preloader(35, 160, 5, "preloader_k65v1_64_bsp.bin", 3));
	sample_folder_file(f, "preloader_k65v1_64_bsp.bin")->p[0x200] ^= 1;
}

static void preloader_without_settings(struct sample_folder *f)
{
	memset(sample_folder_file(f, "preloader_k65v1_64_bsp.bin")->p + 0x900, 0x20, 18);
}

static void preloader_as_boot_region(struct sample_folder *f)
{
	struct buffer raw = sample_preloader(35, 160, 5, "preloader_k65v1_64_bsp.bin", 5);

	sample_folder_put(f, "preloader_k65v1_64_bsp.bin",
			  sample_boot_region("EMMC_BOOT", buffer_slice(&raw)));
	buffer_free(&raw);
}

static void preloader_only_settings(struct sample_folder *f)
{
	sample_folder_put(f, "preloader_k65v1_64_bsp.bin",
			  sample_emi(35, 160, 5, "preloader_k65v1_64_bsp.bin"));
}

static void no_preloader(struct sample_folder *f)
{
	sample_folder_edit(f, "file_name: preloader_k65v1_64_bsp.bin", "file_name: NONE");
}

static void no_agent(struct sample_folder *f)
{
	sample_folder_remove(f, SAMPLE_DA);
}

static void agent_damaged(struct sample_folder *f)
{
	sample_folder_file(f, SAMPLE_DA)->p[0x64] = 0;
}

static void agent_of_other_chips(struct sample_folder *f)
{
	static const uint16_t codes[] = {0x6739, 0x6771};

	sample_folder_put(f, SAMPLE_DA, sample_da(4, codes, NULL, 2));
}

static void agent_of_other_generation(struct sample_folder *f)
{
	memcpy(sample_folder_file(f, SAMPLE_DA)->p + 0x20, "MTK_DA_v6_TEST", 15);
}

static void platform_unknown(struct sample_folder *f)
{
	sample_folder_edit(f, "platform: MT6765", "platform: MT4711");
}

static const struct package_case cases[] = {
	{"image_missing", drop_boot, FINDING_REFUSAL, 31, "boot", "boot.img is not in the folder"},
	{"image_only_signed", only_signed_boot, FINDING_REFUSAL, 31, "boot", "only its -verified"},
	{"image_empty", empty_boot, FINDING_REFUSAL, 31, "boot", "is empty"},
	{"file_name_above", boot_above, FINDING_REFUSAL, 31, "boot", "leads out"},
	{"file_name_absolute", boot_absolute, FINDING_REFUSAL, 31, "boot", "leads out"},
	{"file_name_above_inside", boot_above_in_the_middle, FINDING_REFUSAL, 31, "boot",
	 "leads out"},
	{"image_too_large", boot_too_large, FINDING_REFUSAL, 37, "boot",
	 "needs 0x20000 bytes, the partition has 0x1fe00"},
	{"sparse_too_large", sparse_too_large, FINDING_REFUSAL, 37, "userdata",
	 "needs 0xa000 bytes when expanded"},
	{"sparse_cut_short", sparse_cut, FINDING_REFUSAL, 31, "userdata", "cut short"},
	{"sparse_crc_wrong", sparse_damaged, FINDING_REFUSAL, 31, "userdata", "says CRC"},
	{"sparse_with_bytes_behind", sparse_with_more_behind, FINDING_WARNING, 0, "userdata",
	 "100 bytes follow"},
	{"file_system_cut", file_system_cut, FINDING_REFUSAL, 31, "boot",
	 "ext4 file system of 0x21000 bytes but only 0x20000"},
	{"verified_boot_off", verified_boot_off, FINDING_WARNING, 0, "boot", "flags 0x3"},
	{"image_of_another_partition", image_of_another_partition, FINDING_WARNING, 0, "boot",
	 "calls itself NVRAM"},
	{"loader_image_cut", loader_image_cut, FINDING_REFUSAL, 31, "boot", "cut short"},
	{"signed_form_too_large", signed_form_too_large, FINDING_REFUSAL, 37, "boot",
	 "boot-verified.img needs"},
	{"slot_a_only", one_slot, FINDING_NOTE, 0, "", "none of slot b"},
	{"checksum_wrong", sum_wrong, FINDING_REFUSAL, 30, "boot", "does not have the checksum"},
	{"checksum_missing", sum_missing, FINDING_REFUSAL, 30, "boot",
	 "lists no checksum for boot"},
	{"checksum_file_unreadable", sums_unreadable, FINDING_REFUSAL, 30, "Checksum.ini",
	 "line 2: the checksum \"zzz\""},
	{"checksum_file_off", sums_off, FINDING_NOTE, 0, "Checksum.ini", "switched off"},
	{"hash_list_unreadable", list_unreadable, FINDING_WARNING, 0, "all.md5", "line 1"},
	{"identity_nvram", nvram_for_download, FINDING_REFUSAL, 58, "nvram", "identity data"},
	{"identity_proinfo", proinfo_for_download, FINDING_REFUSAL, 58, "proinfo", "identity data"},
	{"identity_by_operation", protected_for_download, FINDING_REFUSAL, 58, "brandstuff",
	 "protected data"},
	{"identity_image_missing", missing_identity_image_is_refused_too, FINDING_REFUSAL, 58,
	 "nvram", "gone.img would overwrite"},
	{"download_without_file", download_without_file, FINDING_WARNING, 0, "pgpt",
	 "names no file"},
	{"file_without_download", file_without_download, FINDING_NOTE, 0, "", "1 entries name"},
	{"invisible_for_download", invisible_for_download, FINDING_WARNING, 0, "pgpt", "INVISIBLE"},
	{"nothing_for_download", nothing_for_download, FINDING_REFUSAL, 31, "", "nothing to flash"},
	{"overlap_of_a_written_one", overlap_written, FINDING_REFUSAL, 59, "boot", "overlap nvram"},
	{"overlap_of_others", overlap_not_written, FINDING_WARNING, 0, "nvram", "overlap pgpt"},
	{"start_off_sector", start_off_sector, FINDING_REFUSAL, 59, "boot", "start 0x508010"},
	{"size_off_sector", size_off_sector, FINDING_REFUSAL, 59, "boot", "size 0x7fffff"},
	{"preloader_other_chip", preloader_of_other_chip, FINDING_REFUSAL, 32,
	 "preloader_k65v1_64_bsp.bin", "version 36, which MT6765 does not use; they are of MT6771"},
	{"preloader_other_project", preloader_of_other_project, FINDING_WARNING, 0,
	 "preloader_k65v1_64_bsp.bin", "calls itself preloader_lotus.bin"},
	{"preloader_cut", preloader_cut, FINDING_REFUSAL, 31, "preloader_k65v1_64_bsp.bin",
	 "GFH at +0x20"},
	{"preloader_damaged", preloader_damaged, FINDING_REFUSAL, 30, "preloader_k65v1_64_bsp.bin",
	 "is damaged"},
	{"preloader_without_settings", preloader_without_settings, FINDING_WARNING, 0,
	 "preloader_k65v1_64_bsp.bin", "no DRAM settings"},
	{"preloader_boot_region", preloader_as_boot_region, FINDING_WARNING, 0,
	 "preloader_k65v1_64_bsp.bin", "boot region (EMMC_BOOT)"},
	{"preloader_only_settings", preloader_only_settings, FINDING_REFUSAL, 31,
	 "preloader_k65v1_64_bsp.bin", "not a preloader"},
	{"preloader_absent", no_preloader, FINDING_NOTE, 0, "", "no preloader is written"},
	{"agent_absent", no_agent, FINDING_NOTE, 0, "", "no agent file"},
	{"agent_damaged", agent_damaged, FINDING_REFUSAL, 36, SAMPLE_DA, "header at 0x64"},
	{"agent_other_chips", agent_of_other_chips, FINDING_REFUSAL, 36, SAMPLE_DA,
	 "no entry for MT6765 (code 0x6765)"},
	{"agent_other_generation", agent_of_other_generation, FINDING_WARNING, 0, SAMPLE_DA,
	 "a V6 file"},
	{"platform_unknown", platform_unknown, FINDING_WARNING, 0, "", "MT4711 is not in"},
};

static void test_case(void **state)
{
	const struct package_case *c = *state;
	struct sample_folder folder;
	const struct finding *f;
	struct package p;

	sample_folder_make(&folder);
	c->change(&folder);
	open_package(&p, &folder);
	hash(&p);
	package_check(&p, NULL);
	f = find_finding(&p, c->level, c->item, c->text);
	if (!f) {
		for (size_t i = 0; i < p.finding_count; i++)
			print_message("%s %s: %s\n", finding_level_name(p.findings[i].level),
				      p.findings[i].item, p.findings[i].text);
		fail_msg("no such finding");
		return;
	}
	assert_int_equal(f->station_code, c->code);
	assert_true(strlen(f->remedy) > 8 || c->level == FINDING_NOTE);
	assert_int_equal(p.refused, c->level == FINDING_REFUSAL);
	package_close(&p);
	sample_folder_free(&folder);
}

int main(void)
{
	const struct CMUnitTest more[] = {
		cmocka_unit_test(test_good_package),
		cmocka_unit_test(test_id),
		cmocka_unit_test(test_members),
		cmocka_unit_test(test_shared_file),
		cmocka_unit_test(test_progress),
		cmocka_unit_test(test_preloader_name_in_other_case),
		cmocka_unit_test(test_plain_form_finds_implied_files),
		cmocka_unit_test(test_no_scatter),
		cmocka_unit_test(test_allowed_identity),
		cmocka_unit_test(test_v6_wrapper),
		cmocka_unit_test(test_v6_wrapper_that_leads_nowhere),
		cmocka_unit_test(test_signed_forms),
	};

	return run_cases("packages", cases, test_case, more);
}
