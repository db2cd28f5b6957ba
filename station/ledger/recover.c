#include "station/ledger/recover.h"

#include <stdint.h>

#include "station/ledger/db.h"
#include "station/ledger/times.h"

static int note_start(sqlite3 *db, const char *station, const char *version)
{
	sqlite3_stmt *statement;
	int code = sqlite3_prepare_v2(
		db,
		"INSERT INTO station (id, name, version, created_ms, started_ms, starts)"
		" VALUES (1, ?1, ?2, ?3, ?3, 1) ON CONFLICT (id) DO UPDATE SET name = "
		"excluded.name,"
		" version = excluded.version, started_ms = excluded.started_ms, starts = starts + "
		"1",
		-1, &statement, NULL);

	if (code != SQLITE_OK)
		return code;
	sqlite3_bind_text(statement, 1, station ? station : "", -1, SQLITE_STATIC);
	sqlite3_bind_text(statement, 2, version ? version : "", -1, SQLITE_STATIC);
	sqlite3_bind_int64(statement, 3, times_now_ms());
	code = sqlite3_step(statement);
	sqlite3_finalize(statement);
	return code == SQLITE_DONE ? SQLITE_OK : code;
}

static int interrupt_runs(sqlite3 *db, size_t *count)
{
	int code = db_exec(
		db, "CREATE TEMP TABLE unfinished AS SELECT id FROM runs WHERE result IS NULL;"
		    "UPDATE runs SET result = 'interrupted', bytes_written = NULL,"
		    " finished_ms = max(started_ms, coalesce(identified_ms, 0),"
		    "  coalesce(no_return_ms, 0),"
		    "  (SELECT coalesce(max(at_ms), 0) FROM events WHERE run_id = runs.id)),"
		    " error_family = iif(no_return_ms IS NULL, NULL, 'station'),"
		    " error_code = iif(no_return_ms IS NULL, NULL, 66),"
		    " error_step = iif(no_return_ms IS NULL, NULL, 'write'),"
		    " error_what = iif(no_return_ms IS NULL, NULL,"
		    "  'the station ended while the unit was being written'"
		    "  || iif(EXISTS (SELECT 1 FROM streams s WHERE s.run_id = runs.id"
		    "   AND s.kind = 'identity'), '; its own data is kept in the vault', ''))"
		    " WHERE id IN temp.unfinished;");

	if (code == SQLITE_OK) {
		*count = (size_t)sqlite3_changes64(db);
		code = db_exec(
			db, "UPDATE units SET last_run_id = ended.id, last_result = 'interrupted'"
			    " FROM (SELECT unit_id, max(id) AS id FROM runs"
			    "  WHERE id IN temp.unfinished GROUP BY unit_id) AS ended"
			    " WHERE units.id = ended.unit_id;"
			    "INSERT INTO events (at_ms, kind, slot_id, run_id, text)"
			    " SELECT CAST((julianday('now') - 2440587.5) * 86400000 AS INTEGER), "
			    "'run-interrupted',"
			    "  slot_id, id, 'found unfinished at the start of the station'"
			    " FROM runs WHERE id IN temp.unfinished;"
			    "DROP TABLE temp.unfinished");
	}
	return code;
}

int recover(sqlite3 *db, const char *station, const char *version, size_t *interrupted,
	    struct problem *problem)
{
	int code = db_exec(db, "BEGIN IMMEDIATE");

	if (code == SQLITE_OK)
		code = note_start(db, station, version);
	if (code == SQLITE_OK)
		code = interrupt_runs(db, interrupted);
	if (code == SQLITE_OK)
		code = db_exec(db, "COMMIT");
	if (code == SQLITE_OK)
		return 0;
	db_problem(problem, db, code, "ledger file");
	if (!sqlite3_get_autocommit(db))
		db_exec(db, "ROLLBACK");
	return -1;
}
