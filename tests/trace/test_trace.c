/* Each worked example of the protocol documents, as a transcript beside this file. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "engine/xflash/tables.h"
#include "engine/xml/tables.h"
#include "engine/xml/xml.h"
#include "tests/lib/pack.h"
#include "tests/lib/replay.h"
#include "tests/trace/transcript.h"

static struct pack pack;
static struct flow flow;
static struct flow_plan plan;
static struct flow_action action;

static void replay(const char *name, const struct replay_blob *blobs)
{
	transcript_play(name, blobs, &flow, &action);
}

static int set_up(void **state)
{
	const struct pack_options options = {.worked_agent = true};

	(void)state;
	pack_make(&pack, &options);
	assert_false(pack.package.refused);
	return 0;
}

static int tear_down(void **state)
{
	(void)state;
	pack_free(&pack);
	return 0;
}

static void fresh(void)
{
	memset(&flow, 0, sizeof flow);
	plan = (struct flow_plan){.package = &pack.package, .end = FLOW_END_REBOOT};
	flow.report.facts.storage.kind = STORAGE_EMMC;
	flow.report.facts.storage.block = 512;
	flow.report.facts.write_packet = 0x200000;
	flow.report.facts.read_packet = 0x10000;
	flow.io.region = REGION_USER;
}

static void session(uint16_t pid, const char *name)
{
	const struct arrival arrival = {0x0e8d, pid, USB_SPEED_HIGH};
	const struct replay_blob blobs[] = {{"da1", pack.da1}, {NULL, {NULL, 0}}};

	fresh();
	flow_begin(&flow, &plan, &arrival, 0, &action);
	replay(name, blobs);
	assert_string_equal(flow.report.phase, "agent");
	assert_int_equal(flow.report.facts.hw_code, 0x0766);
	assert_int_equal(flow.report.facts.me_id_len, 16);
	assert_int_equal(flow.report.facts.me_id[1], 0xB1);
}

static void preloader_session(void **state)
{
	(void)state;
	session(0x2000, "preloader_session.txt");
	assert_int_equal(flow.report.facts.arrived_as, MODE_PRELOADER);
	assert_int_equal(flow.report.facts.bl_version, 3);
	assert_int_equal(flow.report.facts.target_config, 5);
	assert_int_equal(flow.report.facts.soc_id_len, 32);
}

static void brom_session(void **state)
{
	(void)state;
	session(0x0003, "brom_session.txt");
	assert_int_equal(flow.report.facts.arrived_as, MODE_BROM);
	assert_int_equal(flow.report.facts.brom_version, 5);
	assert_int_equal(flow.report.facts.soc_id_len, 0);
}

static void agent_start(void **state)
{
	const struct replay_blob blobs[] = {
		{"da2", pack.da2}, {"emi", pack.package.preloader.emi}, {NULL, {NULL, 0}}};

	(void)state;
	fresh();
	replay_verb(&flow, &plan, xflash_start, &action);
	flow.da2 = pack.da2;
	flow.da2_addr = 0x40000000;
	replay("agent_start_brom.txt", blobs);
	assert_int_equal(action.what, FLOW_FINISH);
	assert_int_equal(flow.report.result, FLOW_PASSED);
	assert_true(flow.report.facts.agent_from_brom);
	assert_string_equal(flow.report.facts.da_version, "1.0");
	assert_int_equal(flow.report.facts.write_packet, 0x200000);
	assert_int_equal(flow.report.facts.read_packet, 0x10000);
}

static uint8_t image[0x200200];
static struct wire_sums sums;

static void begin_write(void)
{
	memset(image, 0, sizeof image);
	memcpy(image, "ANDR", 4);
	memset(image + 0x200000, 0x5A, 512);
	assert_int_equal(wire_sums_make(&sums, (struct slice){image, sizeof image}), 0);
	fresh();
	flow.io.address = 0x1000000;
	flow.io.length = sizeof image;
	flow.io.image = (struct slice){image, sizeof image};
	flow.io.sums = &sums;
	replay_verb(&flow, &plan, xflash_write, &action);
}

static const struct replay_blob packets[] = {
	{"packet1", {image, 0x200000}}, {"packet2", {image + 0x200000, 0x200}}, {NULL, {NULL, 0}}};

static void write_data(void **state)
{
	(void)state;
	begin_write();
	replay("write_data.txt", packets);
	assert_int_equal(flow.report.result, FLOW_PASSED);
	assert_int_equal(flow.report.bytes_written, sizeof image);
	wire_sums_free(&sums);
}

static void write_data_checksum_error(void **state)
{
	(void)state;
	begin_write();
	flow.phase = FLOW_LAST_PHASE - 1; /* so that the last phase is left to end the agent */
	replay("write_data_checksum_error.txt", packets);
	assert_int_equal(flow.report.fault.family, FAULT_XFLASH);
	assert_int_equal(flow.report.fault.code, 0xC0040003);
	assert_int_equal(flow.report.bytes_written, 0);
	wire_sums_free(&sums);
}

static uint64_t received;

static enum verdict count_bytes(struct flow *f, uint64_t at, struct slice bytes)
{
	(void)f;
	assert_int_equal(at, received);
	assert_memory_equal(bytes.p, image + at, bytes.n);
	received += bytes.n;
	return STEP_NEXT;
}

static void read_data(void **state)
{
	const struct replay_blob chunks[] = {{"chunk1", {image, 0x10000}},
					     {"chunk2", {image + 0x10000, 0x8000}},
					     {NULL, {NULL, 0}}};

	(void)state;
	for (size_t i = 0; i < sizeof image; i++)
		image[i] = (uint8_t)(i * 7 + (i >> 9));
	fresh();
	received = 0;
	flow.io.length = 0x18000;
	flow.io.sink = count_bytes;
	replay_verb(&flow, &plan, xflash_read, &action);
	replay("read_data.txt", chunks);
	assert_int_equal(flow.report.result, FLOW_PASSED);
	assert_int_equal(received, 0x18000);
}

static void format(void **state)
{
	(void)state;
	fresh();
	flow.io.address = 0x2000000;
	flow.io.length = 0x800000;
	replay_verb(&flow, &plan, xflash_format, &action);
	replay("format.txt", NULL);
	assert_int_equal(flow.report.result, FLOW_PASSED);
	assert_int_equal(flow.io.percent, 100);
}

static void shutdown_reboot(void **state)
{
	(void)state;
	fresh();
	flow.io.restart = true;
	replay_verb(&flow, &plan, xflash_end, &action);
	replay("shutdown_reboot.txt", NULL);
	assert_int_equal(action.what, FLOW_FINISH);
	assert_int_equal(flow.report.result, FLOW_PASSED);
}

static void download_log_noise(void **state)
{
	(void)state;
	assert_int_equal(wire_sums_make(&sums, (struct slice){(const uint8_t *)"abc", 3}), 0);
	fresh();
	flow.io.name = "lk";
	flow.io.length = 3;
	flow.io.image = (struct slice){(const uint8_t *)"abc", 3};
	flow.io.sums = &sums;
	replay_verb(&flow, &plan, xflash_download, &action);
	replay("download_log_noise.txt", NULL);
	assert_int_equal(flow.report.result, FLOW_PASSED);
	assert_int_equal(flow.report.bytes_written, 3);
	wire_sums_free(&sums);
}

static void usb_speed_switch(void **state)
{
	(void)state;
	fresh();
	replay_verb(&flow, &plan, xflash_switch, &action);
	replay("usb_speed_switch.txt", NULL);
	assert_int_equal(flow.report.result, FLOW_PASSED);
	assert_int_equal(flow.arrival.pid, 0x2001);
}

/* A verb of the XML generation, whose agent is told to end when it fails. */
static void begin_xml(const struct step *table)
{
	replay_verb(&flow, &plan, table, &action);
	flow.verbs = &xml_verbs;
}

static void xml_from_start_to_second_stage(void **state)
{
	static const char property[] =
		"<sys_prop version=\"1.0\"><item key=\"DA.SLA\">DISABLED</item></sys_prop>";
	const struct replay_blob blobs[] = {
		{"packet1", {image, 0x1000}},
		{"packet2", {image + 0x1000, 0x898}},
		{"property", {(const uint8_t *)property, sizeof property - 1}},
		{NULL, {NULL, 0}},
	};

	(void)state;
	fresh();
	begin_xml(xml_start);
	flow.da2 = (struct slice){image, 0x1898};
	flow.da2_addr = 0x40000000;
	replay("xml_start.txt", blobs);
	assert_int_equal(flow.report.result, FLOW_PASSED);
	assert_false(flow.report.facts.agent_locked);
}

static void xml_write_as(const char *name)
{
	begin_write();
	flow.io.address = 0;
	begin_xml(xml_write);
	flow.phase = FLOW_LAST_PHASE - 1; /* so that the last phase is left to end the agent */
	flow.report.wrote = true;
	replay(name, packets);
	wire_sums_free(&sums);
}

static void xml_write_flash(void **state)
{
	(void)state;
	xml_write_as("xml_write_flash.txt");
	assert_int_equal(flow.report.fault.family, FAULT_NONE);
	assert_int_equal(flow.report.bytes_written, sizeof image);
	assert_int_equal(flow.report.facts.write_packet, 0x200000);
}

static void xml_write_with_sums(void **state)
{
	(void)state;
	xml_write_as("xml_write_sums.txt");
	assert_int_equal(flow.report.fault.family, FAULT_NONE);
	assert_int_equal(flow.report.bytes_written, sizeof image);
}

static void xml_write_sum_error(void **state)
{
	(void)state;
	xml_write_as("xml_write_sum_error.txt");
	assert_int_equal(flow.report.fault.family, FAULT_XFLASH);
	assert_int_equal(flow.report.fault.code, 0xC0040003);
	assert_int_equal(flow.report.bytes_written, 0);
}

static void xml_read_flash(void **state)
{
	const struct replay_blob chunks[] = {{"chunk1", {image, 0x10000}},
					     {"chunk2", {image + 0x10000, 0x8000}},
					     {NULL, {NULL, 0}}};

	(void)state;
	fresh();
	received = 0;
	flow.io.length = 0x18000;
	flow.io.sink = count_bytes;
	begin_xml(xml_read);
	replay("xml_read_flash.txt", chunks);
	assert_int_equal(flow.report.result, FLOW_PASSED);
	assert_int_equal(received, 0x18000);
}

static void xml_erase(void **state)
{
	(void)state;
	fresh();
	flow.io.address = 0x2000000;
	flow.io.length = 0x800000;
	begin_xml(xml_format);
	replay("xml_erase.txt", NULL);
	assert_int_equal(flow.report.result, FLOW_PASSED);
	assert_int_equal(flow.io.percent, 100);
}

static void xml_restart(void **state)
{
	(void)state;
	fresh();
	flow.io.restart = true;
	begin_xml(xml_end);
	replay("xml_restart.txt", NULL);
	assert_int_equal(action.what, FLOW_FINISH);
	assert_int_equal(flow.report.result, FLOW_PASSED);
}

static void xml_fastboot(void **state)
{
	(void)state;
	fresh();
	flow.io.end = FLOW_END_FASTBOOT;
	begin_xml(xml_end);
	replay("xml_fastboot.txt", NULL);
	assert_int_equal(flow.report.result, FLOW_PASSED);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(preloader_session),
		cmocka_unit_test(brom_session),
		cmocka_unit_test(agent_start),
		cmocka_unit_test(write_data),
		cmocka_unit_test(write_data_checksum_error),
		cmocka_unit_test(read_data),
		cmocka_unit_test(format),
		cmocka_unit_test(shutdown_reboot),
		cmocka_unit_test(download_log_noise),
		cmocka_unit_test(usb_speed_switch),
		cmocka_unit_test(xml_from_start_to_second_stage),
		cmocka_unit_test(xml_write_flash),
		cmocka_unit_test(xml_write_with_sums),
		cmocka_unit_test(xml_write_sum_error),
		cmocka_unit_test(xml_read_flash),
		cmocka_unit_test(xml_erase),
		cmocka_unit_test(xml_restart),
		cmocka_unit_test(xml_fastboot),
	};

	return cmocka_run_group_tests_name("trace", tests, set_up, tear_down);
}
