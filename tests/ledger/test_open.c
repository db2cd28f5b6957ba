/* Opening: new files, migrations, and every kind of file that is not ours to open. */
#include "tests/ledger/bench.h"

#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "schema/schema.h"
#include "station/ledger/db.h"
#include "station/ledger/migrate.h"

static void a_new_file_gets_the_whole_schema(void **state)
{
	static const char *const tables[] = {
		"station", "slots",	 "units",  "packages",	    "profiles", "orders", "runs",
		"steps",   "partitions", "events", "package_files", "images",	"imeis"};
	struct bench *b = *state;
	char sql[160];

	bench_open(b);
	assert_int_equal(b->opened.schema_version, (int)schema_migrations_count);
	assert_int_equal(b->opened.next_run_id, 1);
	assert_int_equal(b->opened.next_order_id, 1);
	assert_int_equal(bench_number(b, "PRAGMA user_version"), (int)schema_migrations_count);
	assert_string_equal(bench_text(b, "PRAGMA journal_mode"), "wal");
	for (size_t i = 0; i < sizeof tables / sizeof *tables; i++) {
		snprintf(sql, sizeof sql,
			 "SELECT count(*) FROM pragma_table_list WHERE name = '%s' AND strict",
			 tables[i]);
		assert_int_equal(bench_number(b, sql), 1);
	}
	assert_string_equal(bench_text(b, "SELECT name FROM station"), "test");
}

static void opening_again_changes_nothing(void **state)
{
	struct bench *b = *state;

	bench_open(b);
	bench_stock(b);
	bench_close(b);
	bench_open(b);
	assert_int_equal(b->opened.schema_version, (int)schema_migrations_count);
	assert_int_equal(b->opened.next_order_id, 2);
	assert_int_equal(b->opened.interrupted, 0);
	assert_int_equal(bench_number(b, "SELECT count(*) FROM orders"), 1);
}

static const struct schema_text grown[] = {
	{"0001_a", "CREATE TABLE a (x INTEGER) STRICT; PRAGMA application_id = 0x464C524B;"},
	{"0002_b", "ALTER TABLE a ADD COLUMN y TEXT; INSERT INTO a VALUES (1, 'kept');"},
	{"0003_c", "CREATE TABLE c (x INTEGER) STRICT; INSERT INTO c VALUES (1);"
		   "INSERT INTO no_such_table VALUES (1);"},
};

/* A migration that fails leaves the version before it, with its data, and can be tried again. */
static void a_failing_migration_is_undone(void **state)
{
	struct bench *b = *state;
	struct problem problem = {0};
	sqlite3 *db;
	int version = 0;

	assert_int_equal(db_open_writer(&db, b->path, &problem), 0);
	assert_int_equal(migrate(db, grown, 1, &version, &problem), 0);
	assert_int_equal(version, 1);
	assert_int_equal(migrate(db, grown, 3, &version, &problem), -1);
	assert_string_equal(problem.where, "migration 0003_c");
	assert_non_null(strstr(problem.why, "no_such_table"));
	assert_true(sqlite3_get_autocommit(db));
	sqlite3_close(db);
	assert_int_equal(bench_number(b, "PRAGMA user_version"), 2);
	assert_string_equal(bench_text(b, "SELECT y FROM a"), "kept");
	assert_int_equal(bench_number(b, "SELECT count(*) FROM sqlite_schema WHERE name = 'c'"), 0);
}

static void a_migration_may_not_break_references(void **state)
{
	static const struct schema_text orphan[] = {
		{"0001_orphan", "CREATE TABLE p (id INTEGER PRIMARY KEY) STRICT;"
				"CREATE TABLE c (p INTEGER REFERENCES p (id)) STRICT;"
				"INSERT INTO c VALUES (7);"},
	};
	struct bench *b = *state;
	struct problem problem = {0};
	int version = 0;
	sqlite3 *db;

	assert_int_equal(db_open_writer(&db, b->path, &problem), 0);
	assert_int_equal(migrate(db, orphan, 1, &version, &problem), -1);
	sqlite3_close(db);
	assert_non_null(strstr(problem.why, "constraint"));
	assert_int_equal(bench_number(b, "PRAGMA user_version"), 0);
	assert_int_equal(bench_number(b, "SELECT count(*) FROM sqlite_schema"), 0);
}

static void a_newer_file_is_left_alone(void **state)
{
	struct bench *b = *state;
	struct problem problem;

	bench_open(b);
	bench_close(b);
	bench_exec(b, "PRAGMA user_version = 4711");
	problem = bench_open_refused(b);
	assert_non_null(strstr(problem.why, "version 4711 is newer"));
	assert_non_null(strstr(problem.remedy, "newer program"));
	assert_int_equal(bench_number(b, "SELECT starts FROM station"), 1);
}

static void another_programs_database_is_left_alone(void **state)
{
	struct bench *b = *state;
	struct problem problem;
	sqlite3 *db;

	assert_int_equal(sqlite3_open(b->path, &db), SQLITE_OK);
	assert_int_equal(sqlite3_exec(db, "CREATE TABLE bookmarks (url)", NULL, NULL, NULL),
			 SQLITE_OK);
	sqlite3_close(db);
	problem = bench_open_refused(b);
	assert_non_null(strstr(problem.why, "another program"));
	assert_string_equal(bench_text(b, "PRAGMA journal_mode"), "delete");
}

static void write_file(const char *path, const char *text, size_t n)
{
	int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC, 0644);

	assert_true(fd >= 0);
	assert_int_equal(write(fd, text, n), (ssize_t)n);
	close(fd);
}

static void a_file_that_is_no_database(void **state)
{
	struct bench *b = *state;
	char text[8192];
	struct problem problem;

	memset(text, 'x', sizeof text);
	write_file(b->path, text, sizeof text);
	problem = bench_open_refused(b);
	assert_non_null(strstr(problem.why, "not a database"));
	assert_non_null(strstr(problem.remedy, "backup"));
}

/* Pages in the middle of the file overwritten, as a dying disk does. */
static void a_damaged_file(void **state)
{
	struct bench *b = *state;
	struct problem problem;
	char rubbish[4096];
	int fd;

	bench_open(b);
	bench_stock(b);
	bench_close(b);
	memset(rubbish, 0x5A, sizeof rubbish);
	fd = open(b->path, O_WRONLY);
	assert_true(fd >= 0);
	for (int page = 2; page < 20; page++)
		assert_int_equal(pwrite(fd, rubbish, sizeof rubbish, page * 4096L),
				 (ssize_t)sizeof rubbish);
	close(fd);
	problem = bench_open_refused(b);
	assert_non_null(strstr(problem.remedy, "backup"));
}

static void a_second_station_is_kept_out(void **state)
{
	struct bench *b = *state;
	struct bench second = *b;
	struct bench_run run = {.id = 1, .order = 1, .unit = 1};
	struct problem problem;

	bench_open(b);
	bench_stock(b);
	bench_begin(b, &run);
	problem = bench_open_refused(&second);
	assert_non_null(strstr(problem.why, "another station"));
	bench_close(b);
	assert_int_equal(bench_number(b, "SELECT count(*) FROM runs WHERE result IS NULL"), 1);
}

static void a_folder_that_does_not_exist(void **state)
{
	struct bench *b = *state;
	struct bench lost = *b;
	struct problem problem;

	snprintf(lost.path, sizeof lost.path, "%s/no/ledger.sqlite3", b->dir);
	problem = bench_open_refused(&lost);
	assert_string_equal(problem.where, lost.path);
	assert_non_null(strstr(problem.remedy, "state_dir"));
}

/* In a child without rights: root may write anywhere. Exit status 0: refused as it should be. */
static int try_without_rights(struct bench *b, const char *expected)
{
	struct ledger_options options = {.path = b->path, .station = "s", .version = "1"};
	struct problem problem = {0};
	struct ledger *ledger;

	if (getuid() == 0 && setuid(65534))
		return 2;
	if (ledger_open(&ledger, &b->loop, &options, &b->opened, &problem) == 0)
		return 3;
	return strstr(problem.why, expected) && strstr(problem.remedy, "writable") ? 0 : 4;
}

static void expect_refused_without_rights(struct bench *b, const char *expected)
{
	int status = 0;
	pid_t child = fork();

	assert_true(child >= 0);
	if (child == 0)
		_exit(try_without_rights(b, expected));
	assert_int_equal(waitpid(child, &status, 0), child);
	assert_true(WIFEXITED(status));
	assert_int_equal(WEXITSTATUS(status), 0);
}

static void a_read_only_folder(void **state)
{
	struct bench *b = *state;

	assert_int_equal(chmod(b->dir, 0555), 0);
	expect_refused_without_rights(b, "Permission denied");
	assert_int_equal(chmod(b->dir, 0755), 0);
}

static void a_read_only_file(void **state)
{
	struct bench *b = *state;
	char lock[112];

	bench_open(b);
	bench_close(b);
	snprintf(lock, sizeof lock, "%s.lock", b->path);
	assert_int_equal(chmod(b->dir, 0777), 0);
	assert_int_equal(chmod(lock, 0666), 0);
	assert_int_equal(chmod(b->path, 0444), 0);
	expect_refused_without_rights(b, "readonly");
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, bench_setup, bench_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(a_new_file_gets_the_whole_schema),
		TEST(opening_again_changes_nothing),
		TEST(a_failing_migration_is_undone),
		TEST(a_migration_may_not_break_references),
		TEST(a_newer_file_is_left_alone),
		TEST(another_programs_database_is_left_alone),
		TEST(a_file_that_is_no_database),
		TEST(a_damaged_file),
		TEST(a_second_station_is_kept_out),
		TEST(a_folder_that_does_not_exist),
		TEST(a_read_only_folder),
		TEST(a_read_only_file),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
