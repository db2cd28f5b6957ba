/* read_unit: units, each a chip that was seen, with its latest result. */
#include <inttypes.h>
#include <stdio.h>

#include "engine/chips/chips.h"
#include "station/ledger/read.h"

#define RUNS_OF_A_UNIT 100

static const char select_units[] =
	"SELECT u.id, u.me_id, u.soc_id, u.serial, u.imei_status, u.hw_code, u.first_seen_ms,"
	" u.last_seen_ms, u.last_run_id, u.last_result,"
	" (SELECT count(*) FROM runs WHERE unit_id = u.id) FROM units u";

static void write_chip(struct json_out *out, const struct rows *r)
{
	const struct chip *chip = NULL;
	char hw_code[16];

	if (rows_null(r, 5)) {
		json_null(out, "chip");
		json_null(out, "hw_code");
		return;
	}
	chip = chip_by_hw_code((uint16_t)rows_int(r, 5));
	snprintf(hw_code, sizeof hw_code, "0x%04" PRIx64, (uint64_t)rows_int(r, 5));
	json_text(out, "chip", chip && chip->names ? chip->names[0] : NULL);
	json_text(out, "hw_code", hw_code);
}

/* Leaves the object open. */
static int write_unit(sqlite3 *db, const struct rows *r, struct json_out *out)
{
	int code;

	json_object(out, NULL);
	json_int(out, "id", rows_int(r, 0));
	json_text(out, "me_id", rows_text(r, 1));
	json_text(out, "soc_id", rows_text(r, 2));
	json_text(out, "serial", rows_text(r, 3));
	code = read_imeis(db, rows_int(r, 0), rows_text(r, 4), out);
	write_chip(out, r);
	json_text(out, "result", rows_text(r, 9));
	if (rows_null(r, 8))
		json_null(out, "last_run");
	else
		json_int(out, "last_run", rows_int(r, 8));
	json_int(out, "run_count", rows_int(r, 10));
	json_time(out, "first_seen_at", rows_int(r, 6));
	json_time(out, "last_seen_at", rows_int(r, 7));
	return code;
}

int read_units(sqlite3 *db, const struct query *q, struct json_out *out, bool *found)
{
	int limit = filter_limit(q), count = 0;
	struct filter f = {0};
	int64_t last = 0, next = 0;
	char tail[64];
	struct rows r;

	filter_units(&f, q);
	snprintf(tail, sizeof tail, " ORDER BY u.id DESC LIMIT %d", limit + 1);
	r = filter_rows(&f, db, select_units, tail);
	page_open(out);
	while (rows_next(&r)) {
		if (count++ == limit) {
			next = last;
			break;
		}
		last = rows_int(&r, 0);
		r.code = write_unit(db, &r, out);
		json_object_end(out);
	}
	page_close(out, next);
	*found = true;
	return rows_end(&r);
}

static int write_runs_of(sqlite3 *db, int64_t unit_id, struct json_out *out)
{
	struct filter f = {0};
	size_t count;
	int64_t next;
	int code;

	filter_number(&f, "r.unit_id = ?", unit_id);
	json_array(out, "runs");
	code = read_run_items(db, &f, RUNS_OF_A_UNIT, out, &count, &next);
	json_array_end(out);
	return code;
}

int read_unit(sqlite3 *db, const struct query *q, struct json_out *out, bool *found)
{
	struct filter f = {0};
	struct rows r;

	filter_plain(&f, "u.id = ?");
	f.values[f.count++].number = q->id;
	r = filter_rows(&f, db, select_units, "");
	*found = rows_next(&r);
	if (*found) {
		r.code = write_unit(db, &r, out);
		if (r.code == SQLITE_OK)
			r.code = write_runs_of(db, q->id, out);
		json_object_end(out);
	}
	return rows_end(&r);
}
