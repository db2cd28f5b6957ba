/* Reading, writing and erasing by name and by region (da-xml.md sections 5 and 6). */
#include <stdlib.h>
#include <string.h>

#include "engine/base/bytes.h"
#include "tests/rack/layout.h"
#include "tests/rack/xml/rig_xml.h"

static struct rig *second_stage(void **state)
{
	rig_xml_agent2(*state, "NONE");
	rig_xml_partition(*state, "boot_a", 0x100000, 0x100000);
	rig_xml_say(*state, "OK");
	return *state;
}

static const uint8_t *noise(size_t n)
{
	static uint8_t bytes[0x200000];
	struct seeded s = {.state = n};

	assert_in_range(n, 0, sizeof bytes);
	seeded_fill(&s, bytes, n);
	return bytes;
}

static void put(struct rig *rig, enum storage_region region, uint64_t at, const uint8_t *bytes,
		size_t n)
{
	assert_int_equal(flash_write(&rig->d.flash, region, at, bytes, n), 0);
}

static const uint8_t zeros[0x10000];

/* ---- names and ranges ---- */

static void fails(struct rig *rig, const char *command, const char *message)
{
	rig_xml_play(rig, "H> %s\n D> OK\n D> END ERR|%s\n H> OK\n D> START\n H> OK\n", command,
		     message);
}

static void emu_unknown_names_and_ranges(void **state)
{
	struct rig *rig = second_stage(state);

	fails(rig, "CMD:READ-PARTITION|partition=tea|target_file=f",
	      "Cannot find [tea] in partition table.");
	fails(rig, "CMD:WRITE-PARTITION|partition=tea|source_file=f",
	      "Cannot find [tea] in partition table.");
	fails(rig, "CMD:ERASE-PARTITION|partition=tea", "Cannot find [tea] in partition table.");
	fails(rig, "CMD:READ-FLASH|partition=UFS-LUA2|offset=0|length=1|target_file=f",
	      "Cannot find [UFS-LUA2] on current device storage.");
	fails(rig, "CMD:WRITE-FLASH|partition=EMMC-GP1|offset=0|source_file=f",
	      "Cannot find [EMMC-GP1] on current device storage.");
	fails(rig, "CMD:ERASE-FLASH|partition=NAND-BMT|offset=0|length=MAX",
	      "Cannot find [NAND-BMT] on current device storage.");
	fails(rig, "CMD:ERASE-FLASH|partition=EMMC-USER|offset=0x4000001|length=0",
	      "base address is larger than partition max size.");
	fails(rig, "CMD:ERASE-FLASH|partition=EMMC-USER|offset=0x3FFFFFF|length=2",
	      "erase length is larger than partition max size.");
	fails(rig, "CMD:WRITE-FLASH|partition=EMMC-USER|offset=0x4000001|source_file=f",
	      "base address is larger than partition max size.");
	fails(rig, "CMD:READ-FLASH|partition=EMMC-BOOT1|offset=0x400001|length=1|target_file=f",
	      "base address is larger than partition max size.");
}

static void emu_write_flash_beyond_the_region(void **state)
{
	struct rig *rig = second_stage(state);

	rig_xml_play(rig, "H> CMD:WRITE-FLASH|partition=EMMC-BOOT1|offset=0x3FFE00|source_file=f\n"
			  "D> OK\n D> FILE FILE-SIZE|f\n H> OK\n H> OK@0x201\n"
			  "D> END ERR|Host file size[0x201] is larger than max partition available "
			  "size[0x200]\n");
}

/* ---- WRITE-PARTITION ---- */

#define ERASED(name)                                                                               \
	"D> PROGRESS " name "\n H> OK\n D> OK!PROGRESS@100@\n H> OK\n D> OK!EOT\n H> OK\n"

static void emu_order_of_a_partition_write(void **state)
{
	struct rig *rig = second_stage(state);
	const uint8_t *file = noise(0x1200);

	rig_xml_play(rig,
		     "H> CMD:WRITE-PARTITION|partition=LK|source_file=C:\\fw\\lk.bin\n"
		     "D> OK\n" ERASED("lk") "D> FILE EXISTS|C:\\fw\\lk.sig\n H> OK\n H> OK@EXISTS\n"
					    "D> DOWNLOAD CHK_NO|.sig|C:\\fw\\lk.sig|0x200000\n H> "
					    "OK\n H> OK@0x10\n"
					    "D> OK\n");
	rig_xml_packets(rig, file, 0x10, 0x200000, "OK"); /* replies of a small file */
	rig_xml_play(rig, "D> FILE EXISTS|C:\\fw\\lk-verified.bin\n H> OK\n H> OK@EXISTS\n"
			  "D> DOWNLOAD CHK_NO|lk|C:\\fw\\lk-verified.bin|0x200000\n H> OK\n"
			  "H> OK@0x1200\n D> OK\n");
	rig_xml_packets(rig, file, 0x1200, 0x200000, "OK@0x0");
	rig_xml_play(rig, "D> END OK\n H> OK\n D> START\n");
	rig_expect_stored(rig, REGION_USER, 32 << 20, file, 0x1200);
}

static void emu_no_pre_erase_no_report(void **state)
{
	struct rig *rig = second_stage(state);
	const uint8_t *file = noise(0x1000);

	put(rig, REGION_USER, 0x100000 + 0x1000, file, 0x1000);
	rig_xml_play(rig, "H> CMD:WRITE-PARTITION/1.1|partition=boot_a|source_file=boot.img|"
			  "pre_erase=NO\n"
			  "D> OK\n D> FILE EXISTS|boot.sig\n H> OK\n H> OK@NOT-EXISTS\n"
			  "D> FILE EXISTS|boot-verified.img\n H> OK\n H> OK@NOT-EXISTS\n"
			  "D> DOWNLOAD CHK_NO|boot_a|boot.img|0x200000\n H> OK\n H> OK@0x1000\n"
			  "D> OK\n");
	rig_xml_packets(rig, file, 0x1000, 0x200000, "OK@0x0");
	rig_xml_play(rig, "D> END OK\n");
	rig_expect_stored(rig, REGION_USER, 0x100000, file, 0x1000);
	rig_expect_stored(rig, REGION_USER, 0x101000, file, 0x1000);
}

static void name_without_extension(void **state)
{
	struct rig *rig = second_stage(state);

	rig_xml_play(rig,
		     "H> CMD:WRITE-PARTITION|partition=lk|source_file=MEM://0x7f:0x10\n"
		     "D> OK\n" ERASED("lk") "D> FILE EXISTS|MEM://0x7f:0x10\n H> OK\n"
					    "H> OK@NOT-EXISTS\n"
					    "D> DOWNLOAD CHK_NO|lk|MEM://0x7f:0x10|0x200000\n");
}

static void extension_is_short_and_of_the_file(void **state)
{
	struct rig *rig = second_stage(state);

	rig_xml_play(rig,
		     "H> CMD:WRITE-PARTITION|partition=lk|source_file=/v1.2/lk\n"
		     "D> OK\n" ERASED(
			     "lk") "D> FILE EXISTS|/v1.2/lk\n H> ERR\n D> END ERR|*\n"
				   "H> OK\n D> START\n H> OK\n"
				   "H> CMD:WRITE-PARTITION|partition=lk|source_file=lk.verylong\n"
				   "D> OK\n" ERASED("lk") "D> FILE EXISTS|lk.verylong\n");
}

/* A sparse image of blocks of 4096: raw, don't care, fill, and what follows. */
static size_t sparse_image(uint8_t *to, uint16_t third_type)
{
	uint8_t *p = to;

	memset(to, 0, 28);
	put_le32(p, 0xED26FF3A);
	put_le16(p + 4, 1);
	put_le16(p + 8, 28);
	put_le16(p + 10, 12);
	put_le32(p + 12, 4096);
	put_le32(p + 16, 4);
	put_le32(p + 20, 3);
	p += 28;
	put_le32(p, 0xCAC1);
	put_le32(p + 4, 1);
	put_le32(p + 8, 12 + 4096);
	memcpy(p + 12, noise(4096), 4096);
	p += 12 + 4096;
	put_le32(p, 0xCAC3);
	put_le32(p + 4, 2);
	put_le32(p + 8, 12);
	p += 12;
	put_le32(p, third_type);
	put_le32(p + 4, 1);
	put_le32(p + 8, 16);
	put_le32(p + 12, 0xDEADBEEF);
	return (size_t)(p + 16 - to);
}

static void write_sparse(struct rig *rig, uint16_t third_type, const char *end)
{
	static uint8_t file[0x4000];
	size_t n = sparse_image(file, third_type);

	rig_xml_play(rig,
		     "H> CMD:WRITE-PARTITION|partition=boot_a|source_file=f\n"
		     "D> OK\n" ERASED("boot_a") "D> FILE EXISTS|f\n H> OK\n H> OK@NOT-EXISTS\n"
						"D> DOWNLOAD CHK_NO|boot_a|f|0x200000\n H> OK\n H> "
						"OK@0x%zx\n D> OK\n",
		     n);
	rig_xml_packets(rig, file, n, 0x200000, "OK@0x0");
	rig_xml_play(rig, "D> END %s\n H> OK\n D> START\n H> OK\n", end);
}

static void emu_sparse_images_are_expanded(void **state)
{
	struct rig *rig = second_stage(state);
	uint8_t filled[4096];

	for (size_t i = 0; i < sizeof filled; i += 4)
		put_le32(filled + i, 0xDEADBEEF);
	write_sparse(rig, 0xCAC2, "OK");
	rig_expect_stored(rig, REGION_USER, 0x100000, noise(4096), 4096);
	rig_expect_stored(rig, REGION_USER, 0x101000, zeros, 0x2000);
	rig_expect_stored(rig, REGION_USER, 0x103000, filled, sizeof filled);
}

static void emu_bad_chunk_is_acknowledged(void **state)
{
	write_sparse(second_stage(state), 0xCAC9, "ERR|");
}

/* ---- boot regions ---- */

static size_t preloader(uint8_t *to)
{
	size_t n = 0x3000;

	memset(to, 0x11, n);
	memcpy(to,
	       "MMM\x01\x38\x00\x00\x00"
	       "FILE_INFO",
	       17);
	put_le32(to + 0x20, (uint32_t)n);
	put_le32(to + 0x24, 0x40000);
	return n;
}

static void preloader_gets_its_device_header(void **state)
{
	struct rig *rig = second_stage(state);
	static uint8_t file[0x3000];
	size_t n = preloader(file);

	rig_xml_play(rig,
		     "H> CMD:WRITE-PARTITION|partition=Preloader|source_file=f\n"
		     "D> OK\n D> FILE EXISTS|f\n H> OK\n H> OK@NOT-EXISTS\n" /* no erase */
		     "D> DOWNLOAD CHK_NO|preloader|f|0x200000\n H> OK\n H> OK@0x%zx\n D> OK\n",
		     n);
	rig_xml_packets(rig, file, n, 0x200000, "OK@0x0");
	rig_xml_play(rig, "D> END OK\n");
	rig_expect_stored(rig, REGION_BOOT1, 0, (const uint8_t *)"EMMC_BOOT", 9);
	rig_expect_stored(rig, REGION_BOOT1, 0x200, (const uint8_t *)"BRLYT", 5);
	rig_expect_stored(rig, REGION_BOOT1, 0x800, file, n);
}

static void both_boot_regions_at_once(void **state)
{
	struct rig *rig = second_stage(state);
	const uint8_t *file = noise(0x400);

	rig_xml_play(rig,
		     "H> CMD:WRITE-FLASH|partition=EMMC-BOOT1BOOT2|offset=0x200|source_file=f\n"
		     "D> OK\n D> FILE FILE-SIZE|f\n H> OK\n H> OK@0x400\n" ERASED(
			     "EMMC-BOOT1BOOT2") "D> DOWNLOAD CHK_NO|EMMC-BOOT1BOOT2|f|0x200000\n "
						"H> OK\n H> OK@0x400\n"
						"D> OK\n");
	rig_xml_packets(rig, file, 0x400, 0x200000, "OK@0x0");
	rig_xml_play(rig, "D> END OK\n");
	rig_expect_stored(rig, REGION_BOOT1, 0x200, file, 0x400);
	rig_expect_stored(rig, REGION_BOOT2, 0x200, file, 0x400);
}

static void rpmb_is_not_written(void **state)
{
	struct rig *rig = second_stage(state);

	rig_xml_play(rig, "H> CMD:WRITE-FLASH|partition=EMMC-RPMB|offset=0|source_file=f\n"
			  "D> OK\n D> END ERR|*\n H> OK\n D> START\n H> OK\n"
			  "H> CMD:ERASE-FLASH|partition=EMMC-RPMB|offset=0|length=MAX\n"
			  "D> OK\n D> PROGRESS EMMC-RPMB\n H> OK\n D> OK!EOT\n H> OK\n"
			  "D> END ERR|*\n");
	assert_int_equal(rig->d.flash.regions[REGION_RPMB].erased, 0);
}

/* ---- erasing ---- */

static void emu_erase_rounds_outwards(void **state)
{
	struct rig *rig = second_stage(state);
	const uint8_t *file = noise(0x1000);

	put(rig, REGION_USER, 0x100000, file, 0x1000);
	rig_xml_play(rig, "H> CMD:ERASE-FLASH|partition=EMMC-USER|offset=0x1002ff|length=0x102\n"
			  "D> OK\n" ERASED("EMMC-USER") "D> END OK\n");
	rig_expect_stored(rig, REGION_USER, 0x100000, file, 0x200);
	rig_expect_stored(rig, REGION_USER, 0x100200, zeros, 0x400);
	rig_expect_stored(rig, REGION_USER, 0x100600, file + 0x600, 0xA00);
}

static void emu_erase_of_all(void **state)
{
	struct rig *rig = second_stage(state);

	put(rig, REGION_BOOT1, 0, noise(0x1000), 0x1000);
	put(rig, REGION_BOOT2, 0, noise(0x1000), 0x1000);
	rig_xml_play(rig, "H> CMD:ERASE-FLASH|partition=ALL|offset=0x0|length=MAX\n"
			  "D> OK\n" ERASED("EMMC-BOOT1") ERASED("EMMC-BOOT2")
				  ERASED("EMMC-USER") "D> END OK\n");
	rig_expect_stored(rig, REGION_BOOT1, 0, zeros, 0x1000);
	rig_expect_stored(rig, REGION_BOOT2, 0, zeros, 0x1000);
	rig_expect_stored(rig, REGION_USER, 0, zeros, sizeof zeros);
	assert_int_equal(rig->d.flash.regions[REGION_RPMB].erased, 0);
}

/* ---- tables that arrive as images ---- */

static void write_table(struct rig *rig, const char *name, uint8_t *file, size_t n, const char *end)
{
	rig_xml_play(rig,
		     "H> CMD:WRITE-PARTITION|partition=%s|source_file=f\n D> OK\n"
		     "D> PROGRESS %s\n H> OK\n D> ANY\n H> OK\n D> OK!EOT\n H> OK\n"
		     "D> FILE EXISTS|f\n H> OK\n H> OK@NOT-EXISTS\n"
		     "D> DOWNLOAD CHK_NO|%s|f|0x200000\n H> OK\n H> OK@0x%zx\n D> OK\n",
		     name, name, name, n);
	rig_xml_packets(rig, file, n, 0x200000, "OK@0x0");
	rig_xml_play(rig, "D> END %s\n H> OK\n D> START\n H> OK\n", end);
}

static void good_table_stays_as_it_is(void **state)
{
	struct rig *rig = second_stage(state);
	static uint8_t file[0x8000];

	assert_int_equal(flash_read(&rig->d.flash, REGION_USER, 0, file, 34 * 512), 0);
	file[0x1FE] = 0x55; /* a protective MBR's mark, which the agent's own tables have not */
	file[0x1FF] = 0xAA;
	write_table(rig, "PGPT", file, 0x8000, "OK");
	rig_expect_stored(rig, REGION_USER, 0, file, 34 * 512);
}

static void template_is_fixed_and_read_anew(void **state)
{
	struct rig *rig = second_stage(state);
	static uint8_t file[34 * 512];

	assert_int_equal(flash_read(&rig->d.flash, REGION_USER, 512, file, 33 * 512), 0);
	memset(file + 16, 0, 4); /* header CRC */
	memset(file + 32, 0, 8); /* alternate LBA */
	memset(file + 48, 0, 8); /* last usable */
	memset(file + 88, 0, 4); /* entries CRC */
	memcpy(file + 512 + 56, "n\0e\0w\0\0\0", 8);
	memset(file + 512 + 128 + 40, 0, 8); /* "lk" ends where the storage ends */
	write_table(rig, "PGPT", file, 33 * 512, "OK");
	rig_xml_play(rig, "H> CMD:ERASE-PARTITION|partition=new\n D> OK\n" ERASED(
				  "new") "D> END OK\n H> OK\n D> START\n");
	assert_string_equal(rig_xml_result(rig, "CMD:READ-PARTITION-TABLE|target_file=f.xml",
					   "partition-table"),
			    RIG_XML_PROLOG
			    "<partition_table version=\"1.0\"><pt><name>new</name>"
			    "<start>0x100000</start><size>0x100000</size></pt><pt><name>lk"
			    "</name><start>0x2000000</start><size>0x1ffbe00</size></pt>"
			    "</partition_table>");
}

static void garbage_is_no_table(void **state)
{
	struct rig *rig = second_stage(state);
	static uint8_t file[0x4400];

	write_table(rig, "PGPT", file, sizeof file, "ERR|*");
}

/* ---- feedback ---- */

static void feedback_tells_files_and_sums(void **state)
{
	struct rig *rig = second_stage(state);
	const uint8_t *file = noise(0x1203);
	char wanted[256];

	rig_xml_play(rig, "H> CMD:WRITE-PARTITION|partition=boot_a|source_file=f&amp;\n"
			  "D> OK\n" ERASED("boot_a") "D> ANY\n H> OK\n H> OK@NOT-EXISTS\n"
						     "D> ANY\n H> OK\n H> OK@0x1203\n D> OK\n");
	rig_xml_packets(rig, file, 0x1203, 0x200000, "OK@0x0");
	rig_xml_play(rig, "D> END OK\n H> OK\n D> START\n");
	snprintf(wanted, sizeof wanted,
		 RIG_XML_PROLOG "<feedback version=\"1.0\"><item pt=\"boot_a\" "
				"image_chksum=\"0x%x\" file=\"f&amp;\"/></feedback>",
		 xml_word_sum(file, 0x1203));
	assert_string_equal(rig_xml_result(rig,
					   "CMD:GET-DOWNLOADED-IMAGE-FEEDBACK|target_file=f.xml",
					   "feedback"),
			    wanted);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		RIG_TEST(emu_unknown_names_and_ranges),
		RIG_TEST(emu_write_flash_beyond_the_region),
		RIG_TEST(emu_order_of_a_partition_write),
		RIG_TEST(emu_no_pre_erase_no_report),
		RIG_TEST(name_without_extension),
		RIG_TEST(extension_is_short_and_of_the_file),
		RIG_TEST(emu_sparse_images_are_expanded),
		RIG_TEST(emu_bad_chunk_is_acknowledged),
		RIG_TEST(preloader_gets_its_device_header),
		RIG_TEST(both_boot_regions_at_once),
		RIG_TEST(rpmb_is_not_written),
		RIG_TEST(emu_erase_rounds_outwards),
		RIG_TEST(emu_erase_of_all),
		RIG_TEST(good_table_stays_as_it_is),
		RIG_TEST(template_is_fixed_and_read_anew),
		RIG_TEST(garbage_is_no_table),
		RIG_TEST(feedback_tells_files_and_sums),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
