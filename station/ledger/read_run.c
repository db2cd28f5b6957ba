/* read_run: runs in the shape of the API, one or a page of them. */
#include "station/ledger/read.h"

#include <stdio.h>
#include <string.h>

enum column {
	ID,
	RESULT,
	ATTEMPT,
	VERSION,
	USB_ID,
	USB_SPEED,
	STARTED,
	IDENTIFIED,
	NO_RETURN,
	FINISHED,
	PHASE,
	STEP,
	ERROR_FAMILY,
	ERROR_CODE,
	ERROR_STEP,
	ERROR_WHAT,
	BYTES_WRITTEN,
	REATTACHES,
	DA_IDENTIFIER,
	DA_SHA256,
	FACTS,
	UNIT_ID,
	ME_ID,
	SOC_ID,
	SERIAL,
	IMEI_STATUS,
	SLOT_PATH,
	SLOT_LABEL,
	ORDER_ID,
	ORDER_NAME,
	PACKAGE_ID,
	PACKAGE_NAME,
	PROFILE,
	OPERATION,
	VERIFY_LEVEL,
	IDENTITY,
	RECOVERED,
	CARD,
};

/*
 * CROSS JOIN keeps runs outermost, so that they come in order of id from an index, whatever SQLite
 * believes to know of the sizes of tables.
 */
static const char select_runs[] =
	"SELECT r.id, r.result, r.attempt, r.version, r.usb_id, r.usb_speed, r.started_ms,"
	" r.identified_ms, r.no_return_ms, r.finished_ms, r.phase, r.step, r.error_family,"
	" r.error_code, r.error_step, r.error_what, r.bytes_written, r.reattaches,"
	" r.da_identifier, r.da_sha256, r.facts, r.unit_id, u.me_id, u.soc_id, u.serial,"
	" u.imei_status, s.path, s.label, o.id, o.name, k.sha256, k.name, f.name,"
	" r.operation, r.verify_level, r.identity, r.recovered, r.card"
	" FROM runs r CROSS JOIN slots s ON s.id = r.slot_id LEFT JOIN units u ON u.id = r.unit_id"
	" LEFT JOIN orders o ON o.id = r.order_id LEFT JOIN packages k ON k.id = r.package_id"
	" LEFT JOIN profiles f ON f.id = r.profile_id";

static void optional_int(struct json_out *out, const char *key, const struct rows *r, int column)
{
	if (rows_null(r, column))
		json_null(out, key);
	else
		json_int(out, key, rows_int(r, column));
}

static void optional_time(struct json_out *out, const char *key, const struct rows *r, int column)
{
	if (rows_null(r, column))
		json_null(out, key);
	else
		json_time(out, key, rows_int(r, column));
}

int read_imeis(sqlite3 *db, int64_t unit_id, const char *status, struct json_out *out)
{
	struct rows r =
		rows_of(db, "SELECT imei FROM imeis WHERE unit_id = ?1 ORDER BY n", "i", unit_id);

	json_array(out, "imei");
	while (rows_next(&r))
		json_text(out, NULL, rows_text(&r, 0));
	json_array_end(out);
	json_text(out, "imei_status", status ? status : "not read");
	return rows_end(&r);
}

/* Always an object: a unit that could not be identified has all its ids null. */
static int write_unit(sqlite3 *db, const struct rows *r, struct json_out *out)
{
	int code;

	json_object(out, "unit");
	optional_int(out, "id", r, UNIT_ID);
	json_text(out, "me_id", rows_text(r, ME_ID));
	json_text(out, "soc_id", rows_text(r, SOC_ID));
	json_text(out, "serial", rows_text(r, SERIAL));
	code = read_imeis(db, rows_int(r, UNIT_ID), rows_text(r, IMEI_STATUS), out);
	json_object_end(out);
	return code;
}

static int write_steps(sqlite3 *db, int64_t run_id, struct json_out *out)
{
	struct rows r = rows_of(
		db, "SELECT name, ms, result FROM steps WHERE run_id = ?1 ORDER BY n", "i", run_id);

	json_array(out, "steps");
	while (rows_next(&r)) {
		json_object(out, NULL);
		json_text(out, "name", rows_text(&r, 0));
		json_int(out, "ms", rows_int(&r, 1));
		json_text(out, "result", rows_text(&r, 2));
		json_object_end(out);
	}
	json_array_end(out);
	return rows_end(&r);
}

/* Also the speed: bytes over the time their partitions took, without handshakes and agent. */
static int write_partitions(sqlite3 *db, int64_t run_id, struct json_out *out)
{
	double bytes = 0, ms = 0;
	struct rows r = rows_of(db,
				"SELECT p.name, p.bytes, i.sha256, p.verify, p.ms, p.complete"
				" FROM partitions p LEFT JOIN images i ON i.id = p.image_id"
				" WHERE p.run_id = ?1 ORDER BY p.n",
				"i", run_id);

	json_array(out, "partitions");
	while (rows_next(&r)) {
		json_object(out, NULL);
		json_text(out, "name", rows_text(&r, 0));
		json_int(out, "bytes", rows_int(&r, 1));
		json_text(out, "sha256", rows_text(&r, 2));
		json_text(out, "verify", rows_text(&r, 3));
		json_int(out, "ms", rows_int(&r, 4));
		json_bool(out, "complete", rows_int(&r, 5));
		json_object_end(out);
		bytes += (double)rows_int(&r, 1);
		ms += (double)rows_int(&r, 4);
	}
	json_array_end(out);
	if (bytes > 0 && ms > 0)
		json_real(out, "mib_per_s", bytes / 1048576.0 / (ms / 1000.0));
	else
		json_null(out, "mib_per_s");
	return rows_end(&r);
}

/* What was done for the unit's own data, in the three words of the API. */
static void write_identity(struct json_out *out, const struct rows *r)
{
	static const struct {
		const char *state, *backup, *verify, *restored;
	} words[] = {
		{"saved", "saved", "not done", "not done"},
		{"same", "not needed", "same", "not needed"},
		{"restored", "saved", "same", "restored"},
		{"none", "none: a blank board", "not needed", "not needed"},
		{"lost", "saved", "lost", "not done"},
		{"not touched", "not needed", "not done", "not needed"},
	};
	const char *state = rows_text_or_empty(r, IDENTITY);
	size_t i = 0;

	while (i < sizeof words / sizeof words[0] && strcmp(words[i].state, state) != 0)
		i++;
	json_object(out, "identity");
	if (i == sizeof words / sizeof words[0]) {
		json_text(out, "backup", "not done");
		json_text(out, "verify", "not done");
		json_text(out, "restored", "not done");
	} else {
		json_text(out, "backup", words[i].backup);
		json_text(out, "verify", words[i].verify);
		json_text(out, "restored", words[i].restored);
	}
	json_object_end(out);
}

/* Files that the run left on the station. */
static int write_streams(sqlite3 *db, int64_t run_id, struct json_out *out)
{
	struct rows r = rows_of(db,
				"SELECT kind, name, region, start, bytes, sha256, blank, path"
				" FROM streams WHERE run_id = ?1 ORDER BY id",
				"i", run_id);

	json_array(out, "streams");
	while (rows_next(&r)) {
		json_object(out, NULL);
		json_text(out, "kind", rows_text(&r, 0));
		json_text(out, "name", rows_text(&r, 1));
		json_text(out, "region", rows_text(&r, 2));
		json_int(out, "start", rows_int(&r, 3));
		json_int(out, "bytes", rows_int(&r, 4));
		json_text(out, "sha256", rows_text(&r, 5));
		json_bool(out, "blank", rows_int(&r, 6));
		json_text(out, "path", rows_text(&r, 7));
		json_object_end(out);
	}
	json_array_end(out);
	return rows_end(&r);
}

static void write_agent(struct json_out *out, const struct rows *r)
{
	if (rows_null(r, DA_IDENTIFIER) && rows_null(r, DA_SHA256)) {
		json_null(out, "da");
		return;
	}
	json_object(out, "da");
	json_text(out, "identifier", rows_text(r, DA_IDENTIFIER));
	json_text(out, "sha256", rows_text(r, DA_SHA256));
	json_object_end(out);
}

static void write_frame(struct json_out *out, const struct rows *r)
{
	json_text(out, "slot", rows_text(r, SLOT_LABEL));
	json_text(out, "slot_path", rows_text(r, SLOT_PATH));
	optional_int(out, "order", r, ORDER_ID);
	json_text(out, "order_name", rows_text(r, ORDER_NAME));
	json_text(out, "package", rows_text(r, PACKAGE_ID));
	json_text(out, "package_name", rows_text(r, PACKAGE_NAME));
	json_text(out, "profile", rows_text(r, PROFILE));
	json_int(out, "attempt", rows_int(r, ATTEMPT));
	json_text(out, "version", rows_text(r, VERSION));
	json_object(out, "usb");
	json_text(out, "id", rows_text(r, USB_ID));
	json_text(out, "speed", rows_text(r, USB_SPEED));
	json_object_end(out);
}

static void write_outcome(struct json_out *out, const struct rows *r)
{
	json_text(out, "operation", rows_text(r, OPERATION));
	json_text(out, "verify", rows_text(r, VERIFY_LEVEL));
	json_bool(out, "recovered", rows_int(r, RECOVERED));
	json_text(out, "result", rows_text(r, RESULT));
	read_error(out, "error", rows_text(r, ERROR_FAMILY), rows_int(r, ERROR_CODE),
		   rows_text(r, ERROR_STEP), rows_text(r, ERROR_WHAT));
	json_text(out, "phase", rows_text(r, PHASE));
	json_text(out, "step", rows_text(r, STEP));
	json_time(out, "started_at", rows_int(r, STARTED));
	optional_time(out, "identified_at", r, IDENTIFIED);
	optional_time(out, "no_return_at", r, NO_RETURN);
	optional_time(out, "finished_at", r, FINISHED);
	optional_int(out, "bytes_written", r, BYTES_WRITTEN);
	optional_int(out, "reattaches", r, REATTACHES);
}

static int write_run(sqlite3 *db, const struct rows *r, struct json_out *out)
{
	int code;

	json_object(out, NULL);
	json_int(out, "id", rows_int(r, ID));
	code = write_unit(db, r, out);
	write_frame(out, r);
	write_outcome(out, r);
	if (code == SQLITE_OK)
		code = write_steps(db, rows_int(r, ID), out);
	if (code == SQLITE_OK)
		code = write_partitions(db, rows_int(r, ID), out);
	write_identity(out, r);
	if (code == SQLITE_OK)
		code = write_streams(db, rows_int(r, ID), out);
	write_agent(out, r);
	if (rows_null(r, FACTS))
		json_null(out, "facts");
	else
		json_raw(out, "facts", rows_text(r, FACTS));
	if (rows_null(r, CARD))
		json_null(out, "partition_table");
	else
		json_raw(out, "partition_table", rows_text(r, CARD));
	json_object_end(out);
	return code;
}

int read_run_items(sqlite3 *db, const struct filter *f, int limit, struct json_out *out,
		   size_t *count, int64_t *next)
{
	char tail[64];
	int64_t last = 0;
	struct rows r;

	snprintf(tail, sizeof tail, " ORDER BY r.id DESC LIMIT %d", limit + 1);
	r = filter_rows(f, db, select_runs, tail);
	*count = 0;
	*next = 0;
	while (rows_next(&r)) {
		if (*count == (size_t)limit) {
			*next = last;
			break;
		}
		last = rows_int(&r, ID);
		r.code = write_run(db, &r, out);
		++*count;
	}
	return rows_end(&r);
}

void page_open(struct json_out *out)
{
	json_object(out, NULL);
	json_array(out, "items");
}

void page_close(struct json_out *out, int64_t next)
{
	json_array_end(out);
	if (next)
		json_int(out, "next", next);
	else
		json_null(out, "next");
	json_object_end(out);
}

int read_runs(sqlite3 *db, const struct query *q, struct json_out *out, bool *found)
{
	struct filter f = {0};
	size_t count;
	int64_t next;
	int code;

	filter_runs(&f, q);
	page_open(out);
	code = read_run_items(db, &f, filter_limit(q), out, &count, &next);
	page_close(out, next);
	*found = true;
	return code;
}

int read_run(sqlite3 *db, const struct query *q, struct json_out *out, bool *found)
{
	struct filter f = {0};
	size_t count;
	int64_t next;
	int code;

	filter_plain(&f, "r.id = ?");
	f.values[f.count++].number = q->id;
	code = read_run_items(db, &f, 1, out, &count, &next);
	*found = count == 1;
	return code;
}
