/* bench_run: what the station would tell the ledger of a run. */
#include "tests/ledger/bench.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void bench_stock(struct bench *b)
{
	struct answer profile = {0}, package = {0}, order = {0};

	ledger_put_slot(b->ledger, &(struct ledger_slot){.path = "usb1 1-1", .label = "A1"});
	ledger_put_slot(b->ledger, &(struct ledger_slot){.path = "usb1 1-2", .label = "A2"});
	ledger_put_profile(b->ledger,
			   &(struct ledger_profile){.name = "phone",
						    .sha256 = IMAGE_SHA,
						    .json = "{\"name\":\"phone\"}"},
			   bench_answer, &profile);
	ledger_put_package(
		b->ledger,
		&(struct ledger_package){
			.id = PACKAGE_ID,
			.name = "fw",
			.platform = "MT6765",
			.project = "k65v1",
			.bytes = 4096,
			.findings_json = "[{\"level\":\"note\",\"text\":\"no checksum file\"}]",
			.files_json =
				"[{\"name\":\"boot.img\",\"bytes\":4096,\"sha256\":\"" IMAGE_SHA
				"\"}]",
			.source_path = "/srv/fw",
		},
		bench_answer, &package);
	ledger_open_order(b->ledger,
			  &(struct ledger_order){.id = 1,
						 .name = "WO-1",
						 .profile = "phone",
						 .package_id = PACKAGE_ID,
						 .product = "Phone One",
						 .quantity = 100,
						 .opened_ms = START_MS},
			  bench_answer, &order);
	bench_stored(b, &profile);
	bench_stored(b, &package);
	assert_int_equal(bench_stored(b, &order), 1);
}

struct device_facts bench_facts(unsigned unit)
{
	struct device_facts facts = {
		.arrived_as = MODE_PRELOADER,
		.hw_code = 0x0766,
		.target_config = 0x5,
		.me_id_len = 16,
		.soc_id_len = 32,
		.da_version = "3.3001.2020",
		.storage = {.kind = STORAGE_EMMC, .block = 512},
	};

	facts.storage.bytes[REGION_USER] = 1ull << 30;
	memset(facts.me_id, 0x11, sizeof facts.me_id);
	memset(facts.soc_id, 0x22, sizeof facts.soc_id);
	memcpy(facts.me_id, &unit, sizeof unit);
	memcpy(facts.soc_id, &unit, sizeof unit);
	return facts;
}

void bench_begin(struct bench *b, const struct bench_run *run)
{
	ledger_begin_run(b->ledger,
			 &(struct ledger_run_begin){
				 .id = run->id,
				 .order_id = run->order,
				 .slot_path = run->slot ? run->slot : "usb1 1-1",
				 .package_id = PACKAGE_ID,
				 .profile = "phone",
				 .usb_id = "0e8d:2000",
				 .usb_speed = "high",
				 .started_ms = run->started_ms ? run->started_ms : START_MS,
				 .attempt = 1,
			 });
}

void bench_identified(struct bench *b, const struct bench_run *run, struct answer *a)
{
	struct device_facts facts = bench_facts(run->unit);

	ledger_run_identified(b->ledger, run->id, &facts, a ? bench_answer : NULL, a);
}

static void fill_report(struct flow_report *report, const struct bench_run *run)
{
	static const struct flow_step_record steps[] = {
		{.name = "connect: handshake", .ms = 12, .result = FLOW_PASSED},
		{.name = "write: boot", .ms = 500, .result = FLOW_PASSED},
	};

	report->result = run->result;
	report->phase = "finish";
	report->step = "shutdown";
	report->bytes_written = run->result == FLOW_REFUSED ? 0 : 2097152;
	if (run->unit)
		report->facts = bench_facts(run->unit);
	memcpy(report->steps, steps, sizeof steps);
	report->step_count = 2;
	if (run->result != FLOW_PASSED && run->result != FLOW_RUNNING)
		report->steps[1].result = run->result;
	if (run->error)
		fault_set(&report->fault, FAULT_STATION, run->error, "write: packet",
			  "expected %d, found %d", 1, 2);
}

void bench_finish(struct bench *b, const struct bench_run *run, struct answer *a)
{
	struct ledger_part parts[] = {
		{.name = "boot",
		 .bytes = 2097152,
		 .sha256 = IMAGE_SHA,
		 .verify = "checksum",
		 .ms = 500,
		 .complete = true},
		{.name = "pgpt", .bytes = 0, .verify = "none"},
	};
	struct flow_report *report = calloc(1, sizeof *report);

	assert_non_null(report);
	fill_report(report, run);
	ledger_finish_run(
		b->ledger,
		&(struct ledger_run_end){
			.id = run->id,
			.report = report,
			.part_count = run->result == FLOW_REFUSED ? 0 : 2,
			.parts = parts,
			.finished_ms = run->finished_ms ? run->finished_ms : START_MS + 60000,
			.reattaches = 1,
			.da_identifier = "MTK_DA",
			.da_sha256 = IMAGE_SHA,
		},
		a ? bench_answer : NULL, a);
	memset(report, 0xA5, sizeof *report); /* the ledger must have copied it */
	memset(parts, 0xA5, sizeof parts);
	free(report);
}

void bench_whole_run(struct bench *b, const struct bench_run *run, struct answer *a)
{
	bench_begin(b, run);
	if (run->unit)
		bench_identified(b, run, NULL);
	if (run->result != FLOW_REFUSED && run->unit)
		ledger_run_no_return(b->ledger, run->id, START_MS + 1000, NULL, NULL);
	bench_finish(b, run, a);
}

struct queried {
	int calls;
	enum query_status status;
	char *body;
	struct problem problem;
};

static void on_query(void *context, enum query_status status, const char *body,
		     const struct problem *error)
{
	struct queried *q = context;

	q->calls++;
	q->status = status;
	q->body = body ? strdup(body) : NULL;
	if (error)
		q->problem = *error;
}

char *bench_query(struct bench *b, const struct query *q, enum query_status *status)
{
	struct queried answer = {0};
	struct problem problem;

	if (!b->reader)
		assert_int_equal(ledger_reader_open(&b->reader, &b->loop, b->path, &problem), 0);
	assert_int_equal(ledger_query(b->reader, q, on_query, &answer), 0);
	while (answer.calls == 0)
		uv_run(&b->loop, UV_RUN_ONCE);
	if (answer.status == QUERY_FAILED)
		fail_msg("query: %s: %s", answer.problem.where, answer.problem.why);
	*status = answer.status;
	return answer.body;
}

cJSON *bench_json(struct bench *b, const struct query *q)
{
	enum query_status status;
	char *body = bench_query(b, q, &status);
	cJSON *json;

	assert_int_equal(status, QUERY_OK);
	json = cJSON_ParseWithOpts(body, NULL, true);
	if (!json)
		fail_msg("not JSON: %s", body);
	free(body);
	return json;
}
