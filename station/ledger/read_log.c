/* read_log: the story of one run as plain text, a line for each thing that happened. */
#include <inttypes.h>
#include <stddef.h>

#include "station/ledger/read.h"
#include "station/ledger/times.h"

/* Times of the run itself and its events, in order. */
static int print_events(sqlite3 *db, int64_t run_id, struct json_out *out)
{
	struct rows r = rows_of(
		db,
		"SELECT started_ms AS at, 0 AS n, 'started' AS kind, 'attempt ' || attempt || ', "
		"slot '"
		"  || (SELECT label FROM slots WHERE id = slot_id) || ', usb ' || usb_id || ' '"
		"  || usb_speed AS text FROM runs WHERE id = ?1 UNION ALL "
		"SELECT identified_ms, 1, 'identified', (SELECT coalesce('me-id ' || me_id,"
		"  'soc-id ' || soc_id) FROM units WHERE id = unit_id) FROM runs"
		"  WHERE id = ?1 AND identified_ms IS NOT NULL UNION ALL "
		"SELECT no_return_ms, 2, 'no-return', 'writing begins' FROM runs"
		"  WHERE id = ?1 AND no_return_ms IS NOT NULL UNION ALL "
		"SELECT at_ms, 2 + id, kind, text FROM events WHERE run_id = ?1 UNION ALL "
		"SELECT finished_ms, 9223372036854775807, result, coalesce(error_what,"
		"  bytes_written || ' bytes written', '') FROM runs"
		"  WHERE id = ?1 AND result IS NOT NULL ORDER BY at, n",
		"i", run_id);

	while (rows_next(&r)) {
		char at[TIMES_ISO_SIZE];

		json_print(out, "%s %s: %s\n", times_iso(at, rows_int(&r, 0)),
			   rows_text_or_empty(&r, 2), rows_text_or_empty(&r, 3));
	}
	return rows_end(&r);
}

static int print_steps(sqlite3 *db, int64_t run_id, struct json_out *out)
{
	struct rows r = rows_of(
		db, "SELECT name, ms, result FROM steps WHERE run_id = ?1 ORDER BY n", "i", run_id);

	while (rows_next(&r))
		json_print(out, "step %s: %s, %" PRId64 " ms\n", rows_text_or_empty(&r, 0),
			   rows_text_or_empty(&r, 2), rows_int(&r, 1));
	return rows_end(&r);
}

static int print_partitions(sqlite3 *db, int64_t run_id, struct json_out *out)
{
	struct rows r = rows_of(db,
				"SELECT name, bytes, verify, ms, complete FROM partitions"
				" WHERE run_id = ?1 ORDER BY n",
				"i", run_id);

	while (rows_next(&r))
		json_print(out, "partition %s: %" PRId64 " bytes, %s, verify %s, %" PRId64 " ms\n",
			   rows_text_or_empty(&r, 0), rows_int(&r, 1),
			   rows_int(&r, 4) ? "complete" : "incomplete", rows_text_or_empty(&r, 2),
			   rows_int(&r, 3));
	return rows_end(&r);
}

int read_run_log(sqlite3 *db, const struct query *q, struct json_out *out, bool *found)
{
	int code = print_events(db, q->id, out);

	*found = out->n > 0;
	if (code == SQLITE_OK)
		code = print_steps(db, q->id, out);
	if (code == SQLITE_OK)
		code = print_partitions(db, q->id, out);
	return code;
}
