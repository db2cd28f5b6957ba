#include "station/ledger/statements.h"

#include <stdarg.h>
#include <stdio.h>

#include "station/ledger/bind.h"
#include "station/ledger/db.h"

#define CURRENT_PROFILE "(SELECT id FROM profiles WHERE name = ?5 ORDER BY turn DESC LIMIT 1)"

static const char *const texts[SQL_COUNT] = {
	[SQL_SLOT_PUT] = "INSERT INTO slots (path, label, first_seen_ms) VALUES (?1, ?2, ?3)"
			 " ON CONFLICT (path) DO UPDATE SET label = excluded.label",
	[SQL_SLOT_SEEN] = "INSERT INTO slots (path, label, first_seen_ms) VALUES (?1, ?1, ?2)"
			  " ON CONFLICT (path) DO NOTHING",
	[SQL_PROFILE_PUT] =
		"INSERT INTO profiles (name, sha256, json, turn, loaded_ms) VALUES (?1, ?2, ?3,"
		" (SELECT coalesce(max(turn), 0) + 1 FROM profiles), ?4)"
		" ON CONFLICT (name, sha256) DO UPDATE SET turn = excluded.turn,"
		" loaded_ms = excluded.loaded_ms RETURNING id",
	[SQL_PROFILE_FIND] = "SELECT id FROM profiles WHERE name = ?1 ORDER BY turn DESC LIMIT 1",
	[SQL_PACKAGE_PUT] =
		"INSERT INTO packages (sha256, name, platform, project, bytes, findings,"
		" source_path, imported_ms) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)"
		" ON CONFLICT (sha256) DO UPDATE SET name = excluded.name,"
		" findings = excluded.findings, source_path = excluded.source_path RETURNING id",
	[SQL_PACKAGE_FIND] = "SELECT id FROM packages WHERE sha256 = ?1",
	[SQL_IMAGES_PUT] =
		"INSERT INTO images (sha256, bytes)"
		" SELECT value ->> 'sha256', value ->> 'bytes' FROM json_each(?1) WHERE true"
		" ON CONFLICT (sha256) DO UPDATE SET bytes = coalesce(bytes, excluded.bytes)",
	[SQL_IMAGE_SEEN] = "INSERT INTO images (sha256) VALUES (?1) ON CONFLICT DO NOTHING",
	[SQL_FILES_PUT] = "INSERT INTO package_files (package_id, n, name, image_id)"
			  " SELECT ?1, key, value ->> 'name',"
			  " (SELECT id FROM images WHERE sha256 = value ->> 'sha256')"
			  " FROM json_each(?2) WHERE true ON CONFLICT (package_id, n) DO NOTHING",
	[SQL_ORDER_FIND] = "SELECT id FROM orders WHERE id = ?1",
	[SQL_ORDER_OPEN] =
		"INSERT INTO orders (id, name, profile_id, package_id, product, quantity,"
		" operator, opened_ms, operation, choice)"
		" VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10)",
	[SQL_ORDER_CLOSE] = "UPDATE orders SET closed_ms = ?2, close_reason = ?3"
			    " WHERE id = ?1 AND closed_ms IS NULL",
	[SQL_ORDER_STOP] = "UPDATE orders SET stopped = ?2 WHERE id = ?1",
	/* One in force is enough: its first reason stays. */
	[SQL_QUARANTINE_ADD] = "INSERT INTO quarantines (slot_id, since_ms, why, statistics)"
			       " VALUES ((SELECT id FROM slots WHERE path = ?1), ?2, ?3, ?4)"
			       " ON CONFLICT DO NOTHING",
	[SQL_QUARANTINE_END] = "UPDATE quarantines SET released_ms = ?2 WHERE released_ms IS NULL"
			       " AND slot_id = (SELECT id FROM slots WHERE path = ?1)",
	[SQL_STREAM_ADD] =
		"INSERT INTO streams (run_id, kind, name, region, start, bytes, sha256, blank,"
		" path, stored_ms) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10)",
	[SQL_UNIT_BY_ME_ID] = "SELECT id FROM units WHERE me_id = ?1",
	/* A unit with an ME-ID is only ever found by it, unless this chip now tells none. */
	[SQL_UNIT_BY_SOC_ID] =
		"SELECT id FROM units WHERE soc_id = ?1 AND (me_id IS NULL OR ?2 IS NULL)"
		" ORDER BY me_id IS NOT NULL, id LIMIT 1",
	[SQL_UNIT_ADD] = "INSERT INTO units (me_id, soc_id, hw_code, first_seen_ms, last_seen_ms)"
			 " VALUES (?1, ?2, ?3, ?4, ?4) RETURNING id",
	[SQL_UNIT_SEEN] =
		"UPDATE units SET me_id = coalesce(me_id, ?2), soc_id = coalesce(soc_id, ?3),"
		" hw_code = coalesce(?4, hw_code), last_seen_ms = max(last_seen_ms, ?5)"
		" WHERE id = ?1",
	[SQL_UNIT_RESULT] = "UPDATE units SET last_run_id = runs.id, last_result = runs.result,"
			    " last_seen_ms = max(last_seen_ms, runs.finished_ms) FROM runs"
			    " WHERE runs.id = ?1 AND units.id = runs.unit_id",
	[SQL_UNIT_NUMBERS] =
		"UPDATE units SET serial = coalesce(?2, serial), imei_status = ?3 WHERE id = ?1",
	[SQL_UNIT_IMEI] = "INSERT INTO imeis (unit_id, n, imei) VALUES (?1, ?2, ?3)"
			  " ON CONFLICT (unit_id, n) DO UPDATE SET imei = excluded.imei",
	[SQL_UNIT_DOUBLE] =
		"SELECT o.id FROM units AS me JOIN units AS o ON o.serial = me.serial OR o.id IN"
		" (SELECT unit_id FROM imeis WHERE imei IN"
		" (SELECT imei FROM imeis WHERE unit_id = ?1))"
		" WHERE me.id = ?1 AND o.id <> ?1"
		" AND (o.me_id <> me.me_id OR o.soc_id <> me.soc_id) ORDER BY o.id LIMIT 1",
	[SQL_UNIT_LATEST_RUN] = "SELECT id FROM runs WHERE unit_id = ?1 ORDER BY id DESC LIMIT 1",
	[SQL_RUN_BEGIN] =
		"INSERT INTO runs (id, order_id, slot_id, package_id, profile_id, attempt,"
		" version, usb_id, usb_speed, started_ms, operation) VALUES (?1,"
		" (SELECT id FROM orders WHERE id = ?2), (SELECT id FROM slots WHERE path = ?3),"
		" (SELECT id FROM packages WHERE sha256 = ?4),"
		/* The profile as it was when the order was opened, not as it reads today. */
		" coalesce((SELECT p.id FROM orders o JOIN profiles p ON p.id = o.profile_id"
		" WHERE o.id = ?2 AND p.name = ?5), " CURRENT_PROFILE "), ?6, ?7, ?8, ?9, ?10,"
		" coalesce((SELECT operation FROM orders WHERE id = ?2), 'download'))",
	[SQL_RUN_UNIT] =
		"UPDATE runs SET unit_id = ?2, identified_ms = coalesce(identified_ms, ?3),"
		" attempt = max(attempt, 1 + (SELECT count(*) FROM runs AS earlier"
		" WHERE earlier.unit_id = ?2 AND earlier.order_id IS runs.order_id"
		" AND earlier.id < runs.id)), facts = ?4 WHERE id = ?1 AND result IS NULL",
	[SQL_RUN_FACTS] = "UPDATE runs SET facts = ?2 WHERE id = ?1 AND result IS NULL",
	[SQL_RUN_NO_RETURN] = "UPDATE runs SET no_return_ms = coalesce(no_return_ms, ?2)"
			      " WHERE id = ?1 AND result IS NULL",
	[SQL_RUN_FINISH] =
		"UPDATE runs SET result = ?2, finished_ms = ?3, phase = ?4, step = ?5,"
		" error_family = ?6, error_code = ?7, error_step = ?8, error_what = ?9,"
		" bytes_written = ?10, reattaches = ?11, da_identifier = ?12, da_sha256 = ?13,"
		" verify_level = ?14, identity = ?15, recovered = ?16, card = ?17"
		" WHERE id = ?1 AND result IS NULL",
	[SQL_STEP_ADD] =
		"INSERT INTO steps (run_id, n, name, ms, result) VALUES (?1, ?2, ?3, ?4, ?5)",
	[SQL_PARTITION_ADD] =
		"INSERT INTO partitions (run_id, n, name, bytes, image_id, verify, ms, complete)"
		" VALUES (?1, ?2, ?3, ?4, (SELECT id FROM images WHERE sha256 = ?5), ?6, ?7, ?8)",
	[SQL_EVENT_ADD] =
		"INSERT INTO events (at_ms, kind, slot_id, run_id, text) VALUES (?1, ?2,"
		" (SELECT id FROM slots WHERE path = ?3), (SELECT id FROM runs WHERE id = ?4), ?5)",
};

int statements_prepare(struct statements *s, sqlite3 *db, struct problem *problem)
{
	*s = (struct statements){.db = db};
	for (int i = 0; i < SQL_COUNT; i++) {
		int code = sqlite3_prepare_v3(db, texts[i], -1, SQLITE_PREPARE_PERSISTENT,
					      &s->list[i], NULL);
		if (code != SQLITE_OK) {
			char where[64];

			snprintf(where, sizeof where, "ledger statement %d", i);
			db_problem(problem, db, code, where);
			statements_release(s);
			return -1;
		}
	}
	return 0;
}

void statements_release(struct statements *s)
{
	for (int i = 0; i < SQL_COUNT; i++)
		sqlite3_finalize(s->list[i]);
	*s = (struct statements){0};
}

static int run(sqlite3_stmt *statement, int64_t *out, bool *found, const char *format, va_list *ap)
{
	int code = bind_values(statement, format, ap), reset;

	if (code == SQLITE_OK)
		code = sqlite3_step(statement);
	if (code == SQLITE_ROW && out) {
		*out = sqlite3_column_int64(statement, 0);
		*found = true;
	}
	/* RETURNING gives its rows after all changes are made, so there is nothing left to step. */
	reset = sqlite3_reset(statement);
	sqlite3_clear_bindings(statement);
	if (code == SQLITE_ROW || code == SQLITE_DONE)
		return reset;
	return code;
}

int statement_run(struct statements *s, enum statement which, const char *format, ...)
{
	va_list ap;
	int code;

	va_start(ap, format);
	code = run(s->list[which], NULL, NULL, format, &ap);
	va_end(ap);
	return code;
}

int statement_number(struct statements *s, enum statement which, int64_t *out, bool *found,
		     const char *format, ...)
{
	va_list ap;
	int code;

	*found = false;
	va_start(ap, format);
	code = run(s->list[which], out, found, format, &ap);
	va_end(ap);
	return code;
}

int statement_changes(const struct statements *s)
{
	return sqlite3_changes(s->db);
}
