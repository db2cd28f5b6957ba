/* Files in both directions, and reports (da-xml.md section 3). */
#include <stdlib.h>
#include <string.h>

#include "engine/base/bytes.h"
#include "tests/rack/xml/rig_xml.h"

static struct rig *second_stage(void **state, const char *checksums)
{
	rig_xml_agent2(*state, checksums);
	rig_xml_partition(*state, "boot_a", 0x100000, 0x100000);
	rig_xml_say(*state, "OK");
	return *state;
}

static const uint8_t *noise(size_t n)
{
	static uint8_t bytes[0x400000];
	struct seeded s = {.state = n};

	assert_in_range(n, 0, sizeof bytes);
	seeded_fill(&s, bytes, n);
	return bytes;
}

/* WRITE-FLASH of `n` bytes at 1 MiB, up to the OK of the total. */
static void begin_write(struct rig *rig, size_t n, const char *checksum)
{
	rig_xml_play(rig,
		     "H> CMD:WRITE-FLASH|partition=EMMC-USER|offset=0x100000|source_file=f\n"
		     "D> OK\n D> FILE FILE-SIZE|f\n H> OK\n H> OK@0x%zx\n"
		     "D> PROGRESS EMMC-USER\n H> OK\n D> OK!PROGRESS@100@\n H> OK\n"
		     "D> OK!EOT\n H> OK\n"
		     "D> DOWNLOAD %s|EMMC-USER|f|0x200000\n H> OK\n H> OK@0x%zx\n D> OK\n",
		     n, checksum, n);
}

static void one_packet(struct rig *rig, uint32_t sum, const uint8_t *bytes, size_t n)
{
	rig_xml_play(rig, "H> OK@0x%x\n D> OK\n", sum);
	rig_frame(rig, bytes, n);
}

/* ---- checksums ---- */

static void sum_vectors(void **state)
{
	static const uint8_t five[] = {1, 2, 3, 4, 5}, abc[] = {0x61, 0x62, 0x63};
	uint8_t z[512];

	(void)state;
	memset(z, 0x5A, sizeof z);
	assert_int_equal(xml_word_sum(five, 4), 0x4030201);
	assert_int_equal(xml_word_sum(five, 5), 0x4030206);
	assert_int_equal(xml_word_sum(abc, 3), 0x126);
	assert_int_equal(xml_word_sum(z, sizeof z), 0x2D2D2D00);
}

static void emu_full_sum_passes(void **state)
{
	struct rig *rig = second_stage(state, "USB");
	const uint8_t *file = noise(0x201203);

	begin_write(rig, 0x201203, "CHK_ADD");
	rig_xml_packets(rig, file, 0x201203, 0x200000, "OK@0x0");
	rig_xml_play(rig, "D> END OK\n");
	rig_expect_stored(rig, REGION_USER, 0x100000, file, 0x201203);
}

static void emu_low_half_of_the_sum_fails_without_a_word(void **state)
{
	struct rig *rig = second_stage(state, "USB");
	const uint8_t *file = noise(0x200200);

	begin_write(rig, 0x200200, "CHK_ADD");
	one_packet(rig, xml_word_sum(file, 0x200000) & 0xFFFF, file, 0x200000);
	rig_xml_play(rig, "D> END ERR|\n H> OK\n D> START\n"); /* the rest is not asked for */
}

static void emu_level_storage_reads_back_instead(void **state)
{
	struct rig *rig = second_stage(state, "STORAGE");
	const uint8_t *file = noise(0x1000);

	begin_write(rig, 0x1000, "CHK_NO");
	one_packet(rig, 0xDEAD, file, 0x1000);
	rig_xml_play(rig, "D> OK@0x0\n D> END OK\n");
	rig_expect_stored(rig, REGION_USER, 0x100000, file, 0x1000);
}

static void numbers_may_be_decimal(void **state)
{
	struct rig *rig = second_stage(state, "USB");
	const uint8_t *file = noise(0x1000);

	rig_xml_play(rig,
		     "H> CMD:WRITE-FLASH|partition=EMMC-USER|offset=1048576|source_file=f\n"
		     "D> OK\n D> FILE FILE-SIZE|f\n H> OK\n H> OK@4096\n"
		     "D> PROGRESS EMMC-USER\n H> OK\n D> OK!PROGRESS@100@\n H> OK\n"
		     "D> OK!EOT\n H> OK\n D> ANY\n H> OK\n H> OK@4096\n D> OK\n"
		     "H> OK@%u\n D> OK\n",
		     xml_word_sum(file, 0x1000));
	rig_frame(rig, file, 0x1000);
	rig_xml_play(rig, "D> OK@0x0\n D> END OK\n");
	rig_expect_stored(rig, REGION_USER, 0x100000, file, 0x1000);
}

/* ---- lengths ---- */

static void emu_bytes_are_counted_not_packets(void **state)
{
	struct rig *rig = second_stage(state, "NONE");
	const uint8_t *file = noise(0x300);

	begin_write(rig, 0x300, "CHK_NO");
	one_packet(rig, 0, file, 0x100);
	rig_xml_play(rig, "D> OK@0x0\n");
	one_packet(rig, 0, file + 0x100, 0x200);
	rig_xml_play(rig, "D> OK@0x0\n D> END OK\n");
	rig_expect_stored(rig, REGION_USER, 0x100000, file, 0x300);
}

static void emu_more_than_the_total_waits_for_ever(void **state)
{
	struct rig *rig = second_stage(state, "NONE");
	const uint8_t *file = noise(0x400);

	begin_write(rig, 0x300, "CHK_NO");
	one_packet(rig, 0, file, 0x400);
	rig_xml_play(rig, "D> OK@0x0\n");
	rig_expect_silence(rig, 3000);
	one_packet(rig, 0, file, 0x10);
	rig_xml_play(rig, "D> OK@0x0\n");
	rig_expect_silence(rig, 3000);
}

static void emu_empty_file(void **state)
{
	struct rig *rig = second_stage(state, "NONE");
	static const uint8_t zeros[0x1000];

	assert_int_equal(flash_write(&rig->d.flash, REGION_USER, 0x100000, noise(0x1000), 0x1000),
			 0);
	rig_xml_play(rig, "H> CMD:WRITE-PARTITION|partition=boot_a|source_file=f\n"
			  "D> OK\n D> PROGRESS boot_a\n H> OK\n D> OK!PROGRESS@100@\n H> OK\n"
			  "D> OK!EOT\n H> OK\n D> FILE EXISTS|f\n H> OK\n H> OK@NOT-EXISTS\n"
			  "D> DOWNLOAD CHK_NO|boot_a|f|0x200000\n H> OK\n H> OK@0x0\n D> OK\n"
			  "D> END OK\n");
	rig_expect_stored(rig, REGION_USER, 0x100000, zeros, sizeof zeros);
}

static void emu_too_large_is_refused_after_the_erase(void **state)
{
	struct rig *rig = second_stage(state, "NONE");
	static const uint8_t zeros[0x1000];

	assert_int_equal(flash_write(&rig->d.flash, REGION_USER, 0x100000, noise(0x1000), 0x1000),
			 0);
	rig_xml_play(rig, "H> CMD:WRITE-PARTITION|partition=boot_a|source_file=f\n"
			  "D> OK\n D> PROGRESS boot_a\n H> OK\n D> OK!PROGRESS@100@\n H> OK\n"
			  "D> OK!EOT\n H> OK\n D> FILE EXISTS|f\n H> OK\n H> OK@NOT-EXISTS\n"
			  "D> DOWNLOAD CHK_NO|boot_a|f|0x200000\n H> OK\n H> OK@0x100001\n D> ERR\n"
			  "D> END ERR|*\n H> OK\n D> START\n");
	rig_expect_stored(rig, REGION_USER, 0x100000, zeros, sizeof zeros);
}

/* ---- the host says no ---- */

static void host_cannot_open_the_file(void **state)
{
	struct rig *rig = second_stage(state, "NONE");

	rig_xml_play(rig, "H> CMD:SET-RSC|key=k|source_file=f\n D> OK\n"
			  "D> DOWNLOAD CHK_NO|RSC file|f|0x200000\n H> ERR\n D> END ERR|*\n");
}

static void host_cancels_among_packets(void **state)
{
	struct rig *rig = second_stage(state, "NONE");
	const uint8_t *file = noise(0x200200);

	begin_write(rig, 0x200200, "CHK_NO");
	one_packet(rig, 0, file, 0x200000);
	rig_xml_play(rig, "D> OK@0x0\n H> ERR!CANCEL\n D> ERR\n D> END ERR|*\n H> OK\n D> START\n");
}

static void host_stops_an_upload(void **state)
{
	struct rig *rig = second_stage(state, "NONE");
	static uint8_t got[0x10000];

	rig_xml_play(rig, "H> CMD:READ-FLASH|partition=EMMC-USER|offset=0|length=0x20000|"
			  "target_file=f\n"
			  "D> OK\n D> UPLOAD EMMC-USER|f|0x10000\n H> OK\n"
			  "D> OK@0x0000000000020000\n H> OK\n D> OK@0x0\n H> OK\n");
	assert_int_equal(rig_get(rig, got, sizeof got), sizeof got);
	rig_xml_play(rig, "H> ERR\n D> END ERR|*\n H> OK\n D> START\n");
}

/* ---- uploads ---- */

static void emu_image_total_has_sixteen_digits(void **state)
{
	struct rig *rig = second_stage(state, "NONE");
	static uint8_t got[0x100000];
	const uint8_t *stored = noise(0x100000);

	assert_int_equal(flash_write(&rig->d.flash, REGION_USER, 0x100000, stored, sizeof got), 0);
	rig_xml_play(rig, "H> CMD:READ-PARTITION|partition=BOOT_A|target_file=f\n"
			  "D> OK\n D> UPLOAD boot_a|f|0x10000\n");
	rig_xml_take(rig, got, sizeof got, 0x10000, true); /* OK@0x0000000000100000 */
	rig_xml_play(rig, "D> END OK\n");
	assert_memory_equal(got, stored, sizeof got);
}

static void emu_read_flash_takes_any_byte(void **state)
{
	struct rig *rig = second_stage(state, "NONE");
	const uint8_t *stored = noise(0x20000);
	static uint8_t got[0x10011];

	assert_int_equal(flash_write(&rig->d.flash, REGION_USER, 0x100000, stored, 0x20000), 0);
	rig_xml_play(rig, "H> CMD:READ-FLASH|partition=EMMC-USER|offset=0x100007|length=0x10011|"
			  "target_file=f\n"
			  "D> OK\n D> UPLOAD EMMC-USER|f|0x10000\n");
	rig_xml_take(rig, got, sizeof got, 0x10000, true);
	rig_xml_play(rig, "D> END OK\n");
	assert_memory_equal(got, stored + 7, sizeof got);
}

static void windows_hosts_read_larger_packets(void **state)
{
	struct rig *rig = second_stage(state, "NONE");

	rig->d.agent->system_os = 0;
	rig_xml_play(rig,
		     "H> CMD:READ-FLASH|partition=EMMC-USER|offset=0|length=MAX|target_file=f\n"
		     "D> OK\n D> UPLOAD EMMC-USER|f|0x200000\n H> OK\n"
		     "D> OK@0x0000000004000000\n");
}

static void small_results_end_in_a_nul_or_not(void **state)
{
	struct rig *rig = second_stage(state, "NONE");
	static const char sla[] = RIG_XML_PROLOG
		"<sys_prop version=\"1.0\"><item key=\"DA.SLA\">DISABLED</item></sys_prop>";
	uint8_t got[sizeof sla];

	rig_xml_play(rig, "H> CMD:GET-SYS-PROPERTY|key=DA.SLA|target_file=f\n"
			  "D> OK\n D> UPLOAD sys-prop|f|0x10000\n");
	rig_xml_take(rig, got, sizeof sla - 1, 0x10000, false);
	assert_memory_equal(got, sla, sizeof sla - 1);
	rig_xml_play(rig, "D> END OK\n H> OK\n D> START\n H> OK\n"
			  "H> CMD:EMMC-CONTROL|function=LIFE-CYCLE-STATUS|target_file=f\n"
			  "D> OK\n D> UPLOAD LIFE-CYCLE-STATUS|f|0x10000\n");
	rig_xml_take(rig, got, 3, 0x10000, false);
	assert_memory_equal(got, "OK", 3);
}

/* ---- storage that fails ---- */

static void storage_error_comes_a_packet_late(void **state)
{
	struct rig *rig = *state;
	const uint8_t *file = noise(0x400000);

	rig_fault(rig, "storage-dead@write:1");
	second_stage(state, "NONE");
	begin_write(rig, 0x400000, "CHK_NO");
	one_packet(rig, 0, file, 0x200000);
	rig_xml_play(rig, "D> OK@0x0\n");
	one_packet(rig, 0, file + 0x200000, 0x200000);
	rig_xml_play(rig, "D> END ERR|Storage operation failed. 0xc0040030\n H> OK\n D> START\n");
}

static void storage_error_of_the_last_packet_is_in_end(void **state)
{
	struct rig *rig = *state;
	const uint8_t *file = noise(0x200200);

	rig_fault(rig, "storage-dead@write:2");
	second_stage(state, "NONE");
	begin_write(rig, 0x200200, "CHK_NO");
	rig_xml_packets(rig, file, 0x200200, 0x200000, "OK@0x0");
	rig_xml_play(rig, "D> END ERR|Storage operation failed. 0xc0040030\n");
}

/* ---- reports ---- */

static void emu_one_line_of_progress_whatever_the_size(void **state)
{
	struct rig *rig = second_stage(state, "NONE");

	rig_xml_play(rig, "H> CMD:ERASE-FLASH|partition=EMMC-USER|offset=0x2000000|length=MAX\n"
			  "D> OK\n D> PROGRESS EMMC-USER\n H> OK\n D> OK!PROGRESS@100@\n H> OK\n"
			  "D> OK!EOT\n H> OK\n D> END OK\n");
}

static void emu_err_is_an_acknowledgement_of_a_report(void **state)
{
	struct rig *rig = second_stage(state, "NONE");

	rig_xml_play(rig, "H> CMD:ERASE-PARTITION|partition=boot_a\n"
			  "D> OK\n D> PROGRESS boot_a\n H> OK\n D> OK!PROGRESS@100@\n H> ERR\n"
			  "D> OK!EOT\n H> OK\n D> END OK\n");
}

static void failing_erase_ends_with_eot_too(void **state)
{
	struct rig *rig = second_stage(state, "NONE");

	rig->d.flash.dead = true;
	rig_xml_play(rig, "H> CMD:ERASE-PARTITION|partition=boot_a\n"
			  "D> OK\n D> PROGRESS boot_a\n H> OK\n D> OK!EOT\n H> OK\n"
			  "D> END ERR|Storage operation failed. 0xc0040030\n");
}

static void ufs_reports_in_several_lines(void **state)
{
	struct rig *rig = *state;

	rig_storage(rig, STORAGE_UFS);
	second_stage(state, "NONE");
	rig_xml_play(rig, "H> CMD:ERASE-FLASH|partition=UFS-LUA2|offset=0x2000000|length=0x1000\n"
			  "D> OK\n D> PROGRESS UFS-LUA2\n H> OK\n D> OK!PROGRESS@25@\n H> OK\n"
			  "D> OK!PROGRESS@50@\n H> OK\n D> OK!PROGRESS@75@\n H> OK\n"
			  "D> OK!PROGRESS@100@\n H> OK\n D> OK!EOT\n H> OK\n D> END OK\n");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(sum_vectors),
		RIG_TEST(emu_full_sum_passes),
		RIG_TEST(emu_low_half_of_the_sum_fails_without_a_word),
		RIG_TEST(emu_level_storage_reads_back_instead),
		RIG_TEST(numbers_may_be_decimal),
		RIG_TEST(emu_bytes_are_counted_not_packets),
		RIG_TEST(emu_more_than_the_total_waits_for_ever),
		RIG_TEST(emu_empty_file),
		RIG_TEST(emu_too_large_is_refused_after_the_erase),
		RIG_TEST(host_cannot_open_the_file),
		RIG_TEST(host_cancels_among_packets),
		RIG_TEST(host_stops_an_upload),
		RIG_TEST(emu_image_total_has_sixteen_digits),
		RIG_TEST(emu_read_flash_takes_any_byte),
		RIG_TEST(windows_hosts_read_larger_packets),
		RIG_TEST(small_results_end_in_a_nul_or_not),
		RIG_TEST(storage_error_comes_a_packet_late),
		RIG_TEST(storage_error_of_the_last_packet_is_in_end),
		RIG_TEST(emu_one_line_of_progress_whatever_the_size),
		RIG_TEST(emu_err_is_an_acknowledgement_of_a_report),
		RIG_TEST(failing_erase_ends_with_eot_too),
		RIG_TEST(ufs_reports_in_several_lines),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
