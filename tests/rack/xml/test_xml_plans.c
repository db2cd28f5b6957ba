/* Commands over many partitions, by a scatter file (da-xml.md section 6). */
#include <stdlib.h>
#include <string.h>

#include "engine/base/bytes.h"
#include "tests/rack/layout.h"
#include "tests/rack/xml/rig_xml.h"
#include "tests/rack/xml/xml_plan.h"

/* ---- scatter files ---- */

struct part {
	const char *name, *file, *operation;
	unsigned start, size; /* bytes */
};

/* name, file, operation, start, size; the boot region's entry is added by scatter_text() */
static const struct part first_layout[] = {
	{"proinfo", "", "PROTECTED", 0x100000, 0x40000},
	{"nvram", "", "BINREGION", 0x140000, 0x40000},
	{"boot_a", "boot.img", "UPDATE", 0x200000, 0x100000},
	{"misc", "", "INVISIBLE", 0x300000, 0x40000},
	{NULL, NULL, NULL, 0, 0},
};

/* boot_a has grown, and the two protected ones stand behind it now. */
static const struct part moved_layout[] = {
	{"boot_a", "boot.img", "UPDATE", 0x100000, 0x200000},
	{"proinfo", "", "PROTECTED", 0x300000, 0x40000},
	{"nvram", "", "BINREGION", 0x340000, 0x40000},
	{"misc", "", "INVISIBLE", 0x380000, 0x40000},
	{NULL, NULL, NULL, 0, 0},
};

static const struct part resized_layout[] = {
	{"proinfo", "", "PROTECTED", 0x100000, 0x80000},
	{"nvram", "", "BINREGION", 0x180000, 0x40000},
	{"boot_a", "boot.img", "UPDATE", 0x200000, 0x100000},
	{"misc", "", "INVISIBLE", 0x300000, 0x40000},
	{NULL, NULL, NULL, 0, 0},
};

static size_t put_part(char *to, size_t room, unsigned index, const struct part *p,
		       const char *region)
{
	return (size_t)snprintf(
		to, room,
		"<partition_index name=\"SYS%u\"><partition_name>%s</partition_name>"
		"<file_name>%s</file_name><is_download>%s</is_download><type>NORMAL_ROM</type>"
		"<linear_start_addr>0x%x</linear_start_addr>"
		"<physical_start_addr>0x%x</physical_start_addr>"
		"<partition_size>0x%x</partition_size><region>%s</region>"
		"<storage>HW_STORAGE_EMMC</storage><boundary_check>true</boundary_check>"
		"<is_reserved>false</is_reserved><operation_type>%s</operation_type>"
		"<is_upgradable>true</is_upgradable><empty_boot_needed>false</empty_boot_needed>"
		"<combo_partsize_check>false</combo_partsize_check><reserve>0x00</reserve>"
		"</partition_index>",
		index, p->name, p->file[0] ? p->file : "NONE", p->file[0] ? "true" : "false",
		p->start, p->start, p->size, region, p->operation);
}

static const char *scatter_text(const struct part *parts)
{
	static char text[0x4000];
	static const struct part boot = {"preloader", "pl.bin", "BOOTLOADERS", 0, 0x40000};
	size_t n = (size_t)snprintf(
		text, sizeof text,
		"%s<root><general name=\"MTK_PLATFORM_CFG\"><config_version name=\"V2.2.0\">"
		"<platform>MT6789</platform><project>k6789v1_64</project></config_version>"
		"</general><storage_type name=\"EMMC\"><general name=\"MTK_STORAGE_CFG\">"
		"<storage name=\"EMMC\"><boot_channel>MSDC_0</boot_channel>"
		"<block_size>0x20000</block_size></storage></general>",
		RIG_XML_PROLOG);

	n += put_part(text + n, sizeof text - n, 0, &boot, "EMMC_BOOT1");
	for (unsigned i = 0; parts[i].name; i++)
		n += put_part(text + n, sizeof text - n, i + 1, &parts[i], "EMMC_USER");
	snprintf(text + n, sizeof text - n, "</storage_type></root>\n");
	return text;
}

static void put_layout(struct rig *rig, const struct part *parts)
{
	struct problem problem = {0};
	struct gpt *gpt = calloc(1, sizeof *gpt);

	assert_non_null(gpt);
	gpt->sector = rig->d.flash.block;
	for (; parts[gpt->count].name; gpt->count++) {
		struct gpt_entry *g = &gpt->entries[gpt->count];

		g->start = parts[gpt->count].start;
		g->size = parts[gpt->count].size;
		snprintf(g->name, sizeof g->name, "%s", parts[gpt->count].name);
	}
	if (layout_write_table(&rig->d.flash, gpt, &problem))
		fail_msg("table: %s", problem.why);
	free(gpt);
}

static const uint8_t *noise(size_t n, uint64_t seed)
{
	static uint8_t bytes[4][0x200000];
	struct seeded s = {.state = seed};

	seeded_fill(&s, bytes[seed % 4], n);
	return bytes[seed % 4];
}

static void put(struct rig *rig, uint64_t at, const uint8_t *bytes, size_t n)
{
	assert_int_equal(flash_write(&rig->d.flash, REGION_USER, at, bytes, n), 0);
}

static const uint8_t zeros[0x40000];

static struct rig *second_stage(void **state)
{
	rig_xml_agent2(*state, "NONE");
	rig_xml_say(*state, "OK");
	return *state;
}

/* A command document whose flash_list has these two images. */
static void say_with_list(struct rig *rig, const char *head)
{
	char document[2048];

	snprintf(document, sizeof document,
		 RIG_XML_PROLOG "<da>%s<flash_list><pt name=\"preloader\">C:/fw/pl.bin</pt>"
				"<pt name=\"boot_a\">C:/fw/boot.img</pt></flash_list></arg></da>",
		 head);
	rig_xml_say(rig, document);
	rig_xml_play(rig, "D> OK\n");
}

static void give_file(struct rig *rig, const char *info, const char *token, const void *bytes,
		      size_t n)
{
	rig_xml_play(rig, "D> DOWNLOAD CHK_NO|%s|%s|0x200000\n H> OK\n H> OK@0x%zx\n D> OK\n", info,
		     token, n);
	rig_xml_packets(rig, bytes, n, 0x200000, "OK");
}

static void give_image(struct rig *rig, const char *info, const char *token, const void *bytes,
		       size_t n)
{
	rig_xml_play(rig, "D> DOWNLOAD CHK_NO|%s|%s|0x200000\n H> OK\n H> OK@0x%zx\n D> OK\n", info,
		     token, n);
	rig_xml_packets(rig, bytes, n, 0x200000, "OK@0x0");
}

#define ERASED(name)                                                                               \
	"D> PROGRESS " name "\n H> OK\n D> OK!PROGRESS@100@\n H> OK\n D> OK!EOT\n H> OK\n"
#define NO_SISTERS(stem, ending)                                                                   \
	"D> FILE EXISTS|" stem ".sig\n H> OK\n H> OK@NOT-EXISTS\n"                                 \
	"D> FILE EXISTS|" stem "-verified" ending "\n H> OK\n H> OK@NOT-EXISTS\n"

static uint8_t loader[0x2000];

static void make_loader(void)
{
	memset(loader, 0x22, sizeof loader);
	memcpy(loader,
	       "MMM\x01\x38\x00\x00\x00"
	       "FILE_INFO",
	       17);
	put_le32(loader + 0x20, sizeof loader);
	put_le32(loader + 0x24, 0x40000);
}

/* The two images of the list, each with its place in it. */
static void give_both(struct rig *rig, const uint8_t *boot, size_t n)
{
	make_loader();
	rig_xml_play(rig, NO_SISTERS("C:/fw/pl", ".bin"));
	give_image(rig, "preloader [1/2]", "C:/fw/pl.bin", loader, sizeof loader);
	rig_xml_play(rig, ERASED("boot_a") NO_SISTERS("C:/fw/boot", ".img"));
	give_image(rig, "boot_a [2/2]", "C:/fw/boot.img", boot, n);
	rig_xml_play(rig, "D> END OK|*\n H> OK\n D> START\n H> OK\n");
}

/* ---- WRITE-PARTITIONS ---- */

#define PARTITIONS                                                                                 \
	"<version>1.0</version><command>CMD:WRITE-PARTITIONS</command><arg>"                       \
	"<source_file>C:/fw/s.xml</source_file>"

static void same_layout_goes_on(void **state)
{
	struct rig *rig = second_stage(state);
	const uint8_t *boot = noise(0x1200, 1), *own = noise(0x40000, 2);
	const char *text = scatter_text(first_layout);

	put_layout(rig, first_layout);
	put(rig, 0x100000, own, 0x40000);
	say_with_list(rig, PARTITIONS);
	give_file(rig, "scatter-file", "C:/fw/s.xml", text, strlen(text));
	give_both(rig, boot, 0x1200);
	rig_expect_stored(rig, REGION_USER, 0x200000, boot, 0x1200);
	rig_expect_stored(rig, REGION_USER, 0x100000, own, 0x40000); /* nobody touched it */
}

static void emu_changed_layout_is_refused(void **state)
{
	struct rig *rig = second_stage(state);
	const char *text = scatter_text(moved_layout);

	put_layout(rig, first_layout);
	say_with_list(rig, PARTITIONS);
	give_file(rig, "scatter-file", "C:/fw/s.xml", text, strlen(text));
	rig_xml_play(rig, "D> END ERR|GPT layout change. FW upgrade or Format all first.\n"
			  "H> OK\n D> START\n");
}

static void emu_scatter_without_a_layout_is_refused(void **state)
{
	struct rig *rig = second_stage(state);

	put_layout(rig, first_layout);
	say_with_list(rig, PARTITIONS);
	give_file(rig, "scatter-file", "C:/fw/s.xml", "<root/>", 7);
	rig_xml_play(rig, "D> END ERR|GPT layout change. FW upgrade or Format all first.\n");
}

/* ---- FLASH-ALL ---- */

static void empty_device_gets_its_tables(void **state)
{
	struct rig *rig = second_stage(state);
	const uint8_t *boot = noise(0x1200, 1);
	const char *text = scatter_text(first_layout);
	struct gpt *gpt = calloc(1, sizeof *gpt);

	say_with_list(rig, "<version>2.0</version><command>CMD:FLASH-ALL</command><arg>"
			   "<path_separator>/</path_separator>"
			   "<source_file>C:/fw/s.xml</source_file>");
	give_file(rig, "scatter-file", "C:/fw/s.xml", text, strlen(text));
	rig_xml_play(rig, ERASED("PGPT") ERASED("SGPT"));
	give_both(rig, boot, 0x1200);
	rig_expect_stored(rig, REGION_USER, 0x200000, boot, 0x1200);
	assert_true(xml_read_table(&rig->d, gpt));
	assert_int_equal(gpt->count, 4);
	assert_int_equal(gpt_find(gpt, "misc")->start, 0x300000);
	free(gpt);
}

static void version_1_takes_the_images_of_the_scatter(void **state)
{
	struct rig *rig = second_stage(state);
	const uint8_t *boot = noise(0x1200, 1);
	const char *text = scatter_text(first_layout);

	put_layout(rig, first_layout);
	rig_xml_play(rig, "H> CMD:FLASH-ALL|path_separator=/|source_file=C:/fw/s.xml\n D> OK\n");
	give_file(rig, "scatter-file", "C:/fw/s.xml", text, strlen(text));
	give_both(rig, boot, 0x1200);
	rig_expect_stored(rig, REGION_USER, 0x200000, boot, 0x1200);
}

static void separator_must_be_in_the_name(void **state)
{
	struct rig *rig = second_stage(state);

	rig_xml_play(rig, "H> CMD:FLASH-ALL|path_separator=/|source_file=s.xml\n D> OK\n"
			  "D> END ERR|Unknow path separator.\n");
}

/* ---- FLASH-UPDATE ---- */

#define UPDATE                                                                                     \
	"<version>2.0</version><command>CMD:FLASH-UPDATE</command><arg>"                           \
	"<path_separator>/</path_separator><source_file>C:/fw/s.xml</source_file>"                 \
	"<backup_folder>C:/back</backup_folder>"

static const char *folder(const struct rig *rig)
{
	static char path[128];
	size_t n = (size_t)snprintf(path, sizeof path, "C:/back/");

	for (size_t i = 0; i < sizeof rig->d.id.hrid; i++)
		n += (size_t)snprintf(path + n, sizeof path - n, "%02x", rig->d.id.hrid[i]);
	return path;
}

static void begin_update(struct rig *rig, const struct part *parts, const char *exists)
{
	const char *text = scatter_text(parts);

	say_with_list(rig, UPDATE);
	give_file(rig, "scatter-file", "C:/fw/s.xml", text, strlen(text));
	rig_xml_play(rig, "D> FILE EXISTS|%s/record_history.bin\n H> OK\n H> OK@%s\n", folder(rig),
		     exists);
}

static void take_record(struct rig *rig, uint8_t record[XML_RECORD_BYTES], uint32_t stage)
{
	rig_xml_play(rig, "D> UPLOAD record-file|%s/record_history.bin|0x10000\n", folder(rig));
	rig_xml_take(rig, record, XML_RECORD_BYTES, 0x10000, false);
	assert_int_equal(get_le32(record + 1156), stage);
}

static void take_part(struct rig *rig, const char *name, uint8_t *to, size_t n)
{
	rig_xml_play(rig, "D> UPLOAD %s|%s/%s|0x10000\n", name, folder(rig), name);
	rig_xml_take(rig, to, n, 0x10000, true);
}

/* From the new tables to the end: own data back, all others written or erased. */
static void rest_of_update(struct rig *rig, const uint8_t *proinfo, const uint8_t *nvram,
			   const uint8_t *boot)
{
	uint8_t record[XML_RECORD_BYTES];
	char token[160];

	rig_xml_play(rig, ERASED("PGPT") ERASED("SGPT") ERASED("proinfo"));
	snprintf(token, sizeof token, "%s/proinfo", folder(rig));
	give_image(rig, "proinfo", token, proinfo, 0x40000);
	rig_xml_play(rig, ERASED("nvram"));
	snprintf(token, sizeof token, "%s/nvram", folder(rig));
	give_image(rig, "nvram", token, nvram, 0x40000);
	take_record(rig, record, 2);
	rig_xml_play(rig, ERASED("boot_a") NO_SISTERS("C:/fw/boot", ".img"));
	give_image(rig, "boot_a", "C:/fw/boot.img", boot, 0x1200);
	rig_xml_play(rig, ERASED("misc") NO_SISTERS("C:/fw/pl", ".bin"));
	make_loader();
	give_image(rig, "preloader", "C:/fw/pl.bin", loader, sizeof loader);
	rig_xml_play(rig,
		     "D> FILE REMOVE-ALL|%s\n H> OK\n H> OK@REMOVE-ALL\n D> END OK|*\n"
		     "H> OK\n D> START\n H> OK\n",
		     folder(rig));
}

static void expect_moved(struct rig *rig, const uint8_t *proinfo, const uint8_t *nvram,
			 const uint8_t *boot)
{
	rig_expect_stored(rig, REGION_USER, 0x300000, proinfo, 0x40000);
	rig_expect_stored(rig, REGION_USER, 0x340000, nvram, 0x40000);
	rig_expect_stored(rig, REGION_USER, 0x100000, boot, 0x1200);
	rig_expect_stored(rig, REGION_USER, 0x380000, zeros, 0x40000);
}

static void protected_parts_move_with_the_layout(void **state)
{
	struct rig *rig = second_stage(state);
	const uint8_t *proinfo = noise(0x40000, 1), *nvram = noise(0x40000, 2);
	const uint8_t *boot = noise(0x1200, 3);
	uint8_t record[XML_RECORD_BYTES];
	static uint8_t saved[2][0x40000];

	put_layout(rig, first_layout);
	put(rig, 0x100000, proinfo, 0x40000);
	put(rig, 0x140000, nvram, 0x40000);
	begin_update(rig, moved_layout, "NOT-EXISTS");
	rig_xml_play(rig, "D> FILE MKDIR|%s\n H> OK\n H> OK@MKDIR\n", folder(rig));
	take_record(rig, record, 0);
	assert_int_equal(get_le32(record), 2);
	assert_string_equal((char *)record + 4, "proinfo");
	assert_int_equal(get_le32(record + 4 + 64), 1); /* moved */
	assert_int_equal(get_le32(record + 1160), 1);
	assert_int_equal(get_le32(record + 1164), 1);
	take_part(rig, "proinfo", saved[0], sizeof saved[0]);
	take_part(rig, "nvram", saved[1], sizeof saved[1]);
	assert_memory_equal(saved[0], proinfo, sizeof saved[0]);
	assert_memory_equal(saved[1], nvram, sizeof saved[1]);
	take_record(rig, record, 1);
	assert_int_equal(get_le32(record + 4 + 68), xml_word_sum(proinfo, 0x40000));
	rest_of_update(rig, saved[0], saved[1], boot);
	expect_moved(rig, proinfo, nvram, boot);
}

/* Broken after the parts were saved; another run finds the record, and goes on. */
static void broken_update_goes_on_from_the_record(void **state)
{
	struct rig *rig = second_stage(state);
	const uint8_t *proinfo = noise(0x40000, 1), *nvram = noise(0x40000, 2);
	const uint8_t *boot = noise(0x1200, 3);
	uint8_t record[XML_RECORD_BYTES];
	static uint8_t saved[2][0x40000];
	char token[160];

	put_layout(rig, first_layout);
	put(rig, 0x100000, proinfo, 0x40000);
	put(rig, 0x140000, nvram, 0x40000);
	begin_update(rig, moved_layout, "NOT-EXISTS");
	rig_xml_play(rig, "D> FILE MKDIR|%s\n H> OK\n H> OK\n", folder(rig));
	take_record(rig, record, 0);
	take_part(rig, "proinfo", saved[0], sizeof saved[0]);
	take_part(rig, "nvram", saved[1], sizeof saved[1]);
	take_record(rig, record, 1);
	rig_xml_play(rig, ERASED("PGPT")); /* the cable is pulled, and the unit comes again */
	rig_xml_agent2(rig, "NONE");
	rig_xml_say(rig, "OK");
	begin_update(rig, moved_layout, "EXISTS");
	snprintf(token, sizeof token, "%s/record_history.bin", folder(rig));
	give_file(rig, "FW-RECORD", token, record, sizeof record);
	rest_of_update(rig, saved[0], saved[1], boot);
	expect_moved(rig, proinfo, nvram, boot);
}

static void saved_data_is_checked_before_it_counts(void **state)
{
	struct rig *rig = second_stage(state);
	uint8_t record[XML_RECORD_BYTES] = {1};
	char token[160];

	put_layout(rig, moved_layout);
	strcpy((char *)record + 4, "proinfo");
	put_le32(record + 68, 1);
	put_le32(record + 72, 0x12345678);
	put_le32(record + 1156, 1);
	begin_update(rig, moved_layout, "EXISTS");
	snprintf(token, sizeof token, "%s/record_history.bin", folder(rig));
	give_file(rig, "FW-RECORD", token, record, sizeof record);
	rig_xml_play(rig, ERASED("proinfo"));
	snprintf(token, sizeof token, "%s/proinfo", folder(rig));
	give_image(rig, "proinfo", token, zeros, sizeof zeros);
	rig_xml_play(rig, "D> END ERR|[proinfo] is not what was saved.\n");
}

static void same_layout_saves_nothing(void **state)
{
	struct rig *rig = second_stage(state);
	const uint8_t *own = noise(0x40000, 1), *boot = noise(0x1200, 3);
	uint8_t record[XML_RECORD_BYTES];

	put_layout(rig, first_layout);
	put(rig, 0x100000, own, 0x40000);
	put(rig, 0x300000, own, 0x40000);
	begin_update(rig, first_layout, "NOT-EXISTS");
	rig_xml_play(rig, "D> FILE MKDIR|%s\n H> OK\n H> OK\n", folder(rig));
	take_record(rig, record, 2);
	rig_xml_play(rig, ERASED("boot_a") NO_SISTERS("C:/fw/boot", ".img"));
	give_image(rig, "boot_a", "C:/fw/boot.img", boot, 0x1200);
	rig_xml_play(rig, ERASED("misc") NO_SISTERS("C:/fw/pl", ".bin"));
	make_loader();
	give_image(rig, "preloader", "C:/fw/pl.bin", loader, sizeof loader);
	rig_xml_play(rig, "D> FILE REMOVE-ALL|%s\n H> OK\n H> OK\n D> END OK|*\n", folder(rig));
	rig_expect_stored(rig, REGION_USER, 0x100000, own, 0x40000);
	rig_expect_stored(rig, REGION_USER, 0x300000, zeros, 0x40000);
}

static void update_refuses(struct rig *rig, const struct part *parts, const char *message)
{
	begin_update(rig, parts, "NOT-EXISTS");
	rig_xml_play(rig, "D> END ERR|%s\n H> OK\n D> START\n H> OK\n", message);
}

static void empty_device_or_resized_data_is_refused(void **state)
{
	struct rig *rig = second_stage(state);

	update_refuses(rig, first_layout, "The device is empty. Format all first.");
	put_layout(rig, first_layout);
	update_refuses(rig, resized_layout, "Size of protected partition [proinfo] was changed.");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		RIG_TEST(same_layout_goes_on),
		RIG_TEST(emu_changed_layout_is_refused),
		RIG_TEST(emu_scatter_without_a_layout_is_refused),
		RIG_TEST(empty_device_gets_its_tables),
		RIG_TEST(version_1_takes_the_images_of_the_scatter),
		RIG_TEST(separator_must_be_in_the_name),
		RIG_TEST(protected_parts_move_with_the_layout),
		RIG_TEST(broken_update_goes_on_from_the_record),
		RIG_TEST(saved_data_is_checked_before_it_counts),
		RIG_TEST(same_layout_saves_nothing),
		RIG_TEST(empty_device_or_resized_data_is_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
