#include "station/ledger/migrate.h"

#include <inttypes.h>
#include <stdint.h>
#include <stdio.h>

#include "station/ledger/db.h"

/* "FLRK": marks the file as a ledger of this program, also for file(1). */
#define APPLICATION_ID 0x464C524B

int migrate_check(sqlite3 *db, size_t count, struct problem *problem)
{
	int64_t version, application, objects;
	int code = db_number(db, "PRAGMA user_version", &version);

	if (code == SQLITE_OK)
		code = db_number(db, "PRAGMA application_id", &application);
	if (code == SQLITE_OK)
		code = db_number(db, "SELECT count(*) FROM sqlite_schema", &objects);
	if (code != SQLITE_OK)
		return db_problem(problem, db, code, "ledger file");
	if (objects > 0 && application != APPLICATION_ID)
		return problem_set(problem, "ledger file",
				   "move the file away, or set another state_dir",
				   "this is the database of another program");
	if (version > (int64_t)count)
		return problem_set(problem, "ledger file",
				   "start the newer program again, or use another state_dir",
				   "its schema version %" PRId64 " is newer than version %zu, the "
				   "last one this program knows",
				   version, count);
	return 0;
}

static int apply(sqlite3 *db, const struct schema_text *migration, int number)
{
	char mark[96];
	int64_t broken = 0;
	int code = db_exec(db, "BEGIN IMMEDIATE");

	if (code == SQLITE_OK)
		code = db_exec(db, migration->text);
	snprintf(mark, sizeof mark, "PRAGMA user_version = %d; PRAGMA application_id = %d", number,
		 APPLICATION_ID);
	if (code == SQLITE_OK)
		code = db_exec(db, mark);
	/* Foreign keys are off while tables are rebuilt; look before it is final. */
	if (code == SQLITE_OK)
		code = db_number(db, "SELECT count(*) FROM pragma_foreign_key_check", &broken);
	if (code == SQLITE_OK && broken > 0)
		code = SQLITE_CONSTRAINT_FOREIGNKEY;
	if (code == SQLITE_OK)
		code = db_exec(db, "COMMIT");
	return code;
}

int migrate(sqlite3 *db, const struct schema_text *migrations, size_t count, int *version,
	    struct problem *problem)
{
	int64_t at;
	int code;

	if (migrate_check(db, count, problem))
		return -1;
	code = db_number(db, "PRAGMA user_version", &at);
	if (code == SQLITE_OK)
		code = db_exec(db, "PRAGMA foreign_keys = OFF");
	for (; code == SQLITE_OK && at < (int64_t)count; at++) {
		code = apply(db, &migrations[at], (int)at + 1);
		if (code != SQLITE_OK) {
			char where[80];

			snprintf(where, sizeof where, "migration %.60s", migrations[at].name);
			db_problem(problem, db, code, where);
			if (!sqlite3_get_autocommit(db))
				db_exec(db, "ROLLBACK");
			db_exec(db, "PRAGMA foreign_keys = ON");
			return -1;
		}
	}
	if (code == SQLITE_OK)
		code = db_exec(db, "PRAGMA foreign_keys = ON");
	*version = (int)at;
	return code == SQLITE_OK ? 0 : db_problem(problem, db, code, "ledger file");
}
