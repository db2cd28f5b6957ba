/*
 * What was approved is what is written, and what passed is what starts: S2 (a package that was
 * changed after its import) and S3 (all was sent, and nothing came of it) of protocol/symptoms.md.
 */
#include "tests/sim/sim.h"

#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <cmocka.h>

#include <glob.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#define EMMC "--storage", "emmc:96M"

static struct sim sim;

static int begin(void **state)
{
	static const char *const small[] = {"--size", "4", "--compact", "--raw", NULL};

	(void)state;
	sim_begin_with(&sim, small);
	sim_file(&sim, "profiles/all.json", "{\"verify\":\"checksum\",\"end\":\"reboot\"}");
	return 0;
}

static int end(void **state)
{
	(void)state;
	sim_end(&sim);
	return 0;
}

/* ---- S2: packages ---- */

/* The id of a package that is ready, for free(); NULL while any is being imported. */
static char *ready_package(void)
{
	int status;
	cJSON *list = sim_get(&sim, "/api/v1/packages", &status);
	const cJSON *item;
	char *id = NULL;

	cJSON_ArrayForEach(item, cJSON_GetObjectItem(list, "items"))
	{
		const char *word = cJSON_GetObjectItem(item, "state")->valuestring;

		if (!id && !strcmp(word, "ready"))
			id = strdup(cJSON_GetObjectItem(item, "id")->valuestring);
		if (strcmp(word, "importing") != 0)
			continue;
		free(id);
		id = NULL;
		break;
	}
	cJSON_Delete(list);
	return id;
}

/* Import DIR/package and give its id, for free(). */
static char *import_package(void)
{
	char json[160], *id = NULL;
	int status;

	snprintf(json, sizeof json, "{\"path\":\"%s/package\"}", sim.dir);
	cJSON_Delete(sim_post(&sim, "/api/v1/packages", json, &status));
	assert_in_range(status, 200, 299);
	for (int tries = 0; tries < 200 && !id; tries++) {
		id = ready_package();
		if (!id)
			sim_sleep_ms(50);
	}
	assert_non_null(id);
	return id;
}

/* Invert a bit of the first file below DIR that the pattern names, in place; its name in `name`. */
static void change_byte(const char *pattern, long at, char name[64])
{
	char path[256];
	glob_t found;
	FILE *f;
	int byte;

	snprintf(path, sizeof path, "%s/%s", sim.dir, pattern);
	assert_int_equal(glob(path, 0, NULL, &found), 0);
	assert_int_equal(chmod(found.gl_pathv[0], 0644), 0); /* the store makes them read-only */
	snprintf(name, 64, "%.60s", strrchr(found.gl_pathv[0], '/') + 1);
	f = fopen(found.gl_pathv[0], "r+");
	assert_non_null(f);
	assert_int_equal(fseek(f, at, SEEK_SET), 0);
	byte = fgetc(f);
	assert_int_equal(fseek(f, at, SEEK_SET), 0);
	assert_int_not_equal(fputc(byte ^ 0x04, f), EOF);
	assert_int_equal(fclose(f), 0);
	globfree(&found);
}

/* POST an order; its status, the answer as text in `said`. */
static int ask_for_order(const char *package, char *said, size_t size)
{
	char json[300], *text;
	cJSON *answer;
	int status;

	snprintf(json, sizeof json, "{\"name\":\"A\",\"profile\":\"all\",\"package\":\"%s\"}",
		 package);
	answer = sim_post(&sim, "/api/v1/orders", json, &status);
	text = cJSON_PrintUnformatted(answer);
	snprintf(said, size, "%s", text);
	free(text);
	cJSON_Delete(answer);
	return status;
}

/*
 * The store's copy of a file is changed: no order, with the name of the file, on the API and in the
 * ledger; nothing is written. The released package imported again heals the store.
 */
static void changed_in_the_store(const char *pattern, long at)
{
	static const char *const args[] = {"--boot", "brom", EMMC, NULL};
	char file[64], where[160], said[1500], *id, *again;
	int64_t written;

	sim_rack(&sim, "rack", 1, args);
	sim_ctl(&sim, "rack", "unplug", "all");
	written = sim_written(&sim, "rack", 0);
	sim_station(&sim, "rack", "{\"restart_ms\":0}");
	id = import_package();
	snprintf(where, sizeof where, "state/packages/%s/%s", id, pattern);
	change_byte(where, at, file);
	if (ask_for_order(id, said, sizeof said) != 409 || !strstr(said, "ST-034") ||
	    !strstr(said, file))
		fail_msg("%s changed: %s", file, said);
	sim_wait_sql(&sim, 10, 1,
		     "SELECT count(*) FROM events WHERE kind = 'order-refused' AND text LIKE "
		     "'%%%s%%ST-034%%'",
		     file);
	sim_ctl(&sim, "rack", "replug", "all");
	sim_wait_slot(&sim, "S1", "held", 20);
	assert_int_equal(sim_written(&sim, "rack", 0), written);

	again = import_package();
	assert_string_equal(again, id);
	if (ask_for_order(id, said, sizeof said) > 299)
		fail_msg("imported again: %s", said);
	sim_wait_sql(&sim, 60, 1, "SELECT count(*) FROM runs WHERE result = 'passed'");
	assert_true(sim_verify(&sim, "rack", 0));
	assert_int_equal(sim_stop_station(&sim, SIGTERM), 0);
	free(again);
	free(id);
}

static void changed_image_is_refused(void **state)
{
	(void)state;
	changed_in_the_store("boot.img", 4001);
}

/* Its first bytes: such a scatter can not even be read, and still it is the change that is told. */
static void changed_scatter_is_refused(void **state)
{
	(void)state;
	changed_in_the_store("*_Android_scatter.*", 2);
}

static void changed_agent_is_refused(void **state)
{
	(void)state;
	changed_in_the_store("DA_SAMPLE.bin", 5000);
}

static bool order_is_open(void)
{
	int status;
	cJSON *list = sim_get(&sim, "/api/v1/orders", &status);
	bool open = cJSON_GetArraySize(cJSON_GetObjectItem(list, "items")) > 0;

	cJSON_Delete(list);
	return open;
}

/* The folder was edited between two orders: it is another package, checked as a new one. */
static void edited_folder_is_another_package(void **state)
{
	char path[160], said[1500], file[64], *id;

	(void)state;
	sim_station(&sim, NULL, NULL);
	id = import_package();
	snprintf(path, sizeof path, "%s/package", sim.dir);
	/* Nothing in the build vouches for the agent file. */
	change_byte("package/DA_SAMPLE.bin", 5000, file);
	if (ask_for_order(path, said, sizeof said) > 299)
		fail_msg("edited: %s", said);
	assert_int_equal(sim_sql(&sim, "SELECT count(*) FROM packages"), 2);
	assert_int_equal(sim_sql(&sim,
				 "SELECT count(*) FROM orders AS o JOIN packages AS p"
				 " ON p.id = o.package_id WHERE p.sha256 = '%s'",
				 id),
			 0);
	assert_int_equal(sim_sql(&sim, "SELECT count(*) FROM orders"), 1);
	cJSON_Delete(sim_post(&sim, "/api/v1/orders/1/close", "", &(int){0}));
	for (int tries = 0; tries < 100 && order_is_open(); tries++)
		sim_sleep_ms(50);
	/* Its checksum file vouches for the images. */
	change_byte("package/boot.img", 4001, file);
	if (ask_for_order(path, said, sizeof said) != 409 || !strstr(said, "ST-030") ||
	    !strstr(said, file))
		fail_msg("edited: %s", said);
	assert_int_equal(sim_sql(&sim, "SELECT count(*) FROM orders"), 1);
	assert_int_equal(sim_stop_station(&sim, SIGTERM), 0);
	free(id);
}

/* An open order finds its package changed when the station starts again: no more runs of it. */
static void open_order_does_not_go_on(void **state)
{
	char pattern[160], said[1500], file[64], *id;

	(void)state;
	sim_station(&sim, NULL, NULL);
	id = import_package();
	assert_in_range(ask_for_order(id, said, sizeof said), 200, 299);
	assert_int_equal(sim_stop_station(&sim, SIGTERM), 0);
	snprintf(pattern, sizeof pattern, "state/packages/%s/boot.img", id);
	change_byte(pattern, 4001, file);
	sim_station(&sim, NULL, NULL);
	sim_wait_sql(&sim, 10, 1,
		     "SELECT count(*) FROM events WHERE kind = 'order-stuck' AND text LIKE "
		     "'%%boot.img%%ST-034%%'");
	assert_int_equal(sim_stop_station(&sim, SIGTERM), 0);
	free(id);
}

/* ---- S3: units ---- */

static void expect_notice(const char *words)
{
	bool told = false;

	sim_wait_sql(&sim, 20, 1, "SELECT count(*) FROM events WHERE kind = 'no-boot'");
	for (int tries = 0; tries < 60 && !told; tries++) {
		told = strcmp(sim_slot_text(&sim, "S1", "notice.code"), "ST-063") == 0;
		sim_sleep_ms(50);
	}
	assert_true(told);
	assert_non_null(strstr(sim_slot_text(&sim, "S1", "notice.what"), words));
}

static void order_of_one(const char *more)
{
	char json[400];

	snprintf(json, sizeof json,
		 "{\"name\":\"A\",\"profile\":\"all\",\"package\":\"%s/package\"%s}", sim.dir,
		 more);
	sim_order_json(&sim, json);
	sim_wait_sql(&sim, 60, 1, "SELECT count(*) FROM runs WHERE result = 'passed'");
}

/* The preloader is dead, and the order was not for it: after the restart there is no boot. */
static void unit_without_a_preloader_is_told(void **state)
{
	static const char *const args[] = {"--boot", "dead", EMMC, "--system", "charging", NULL};

	(void)state;
	sim_rack(&sim, "rack", 1, args);
	sim_station(&sim, "rack", "{\"restart_ms\":20000}");
	order_of_one(",\"only\":[\"boot\"]");
	expect_notice("boot ROM");
	assert_int_equal(sim_sql(&sim, "SELECT count(*) FROM events WHERE kind = 'booted'"), 0);
	assert_int_equal(sim_stop_station(&sim, SIGTERM), 0);
}

static void unit_that_starts_is_not(void **state)
{
	static const char *const args[] = {"--boot", "dead", EMMC, "--system", "charging", NULL};

	(void)state;
	sim_file(&sim, "profiles/all.json", "{\"recover\":true,\"end\":\"reboot\"}");
	sim_rack(&sim, "rack", 1, args);
	sim_station(&sim, "rack", "{\"restart_ms\":20000}");
	order_of_one("");
	sim_wait_sql(&sim, 20, 1, "SELECT count(*) FROM events WHERE kind = 'booted'");
	assert_string_equal(sim_slot_text(&sim, "S1", "state"), "passed");
	assert_string_equal(sim_slot_text(&sim, "S1", "notice.code"), "");
	assert_int_equal(sim_sql(&sim, "SELECT count(*) FROM events WHERE kind = 'no-boot'"), 0);
	assert_int_equal(sim_stop_station(&sim, SIGTERM), 0);
}

/* The chip says good to every write and keeps what it had: never a pass. */
static void expect_kept_content_fails(const char *chip, const char *code)
{
	const char *args[] = {"--chip",	  chip,	     "--boot",	      "brom", "--storage",
			      "emmc:96M", "--fault", "storage-keeps", NULL};

	sim_file(&sim, "profiles/all.json", "{\"verify\":\"full\"}");
	sim_rack(&sim, "rack", 1, args);
	sim_station(&sim, "rack", "{\"restart_ms\":0}");
	sim_order(&sim, "A", "all", 0);
	sim_wait_slot(&sim, "S1", "failed", 30);
	assert_string_equal(sim_slot_text(&sim, "S1", "error.code"), code);
	assert_int_equal(sim_sql(&sim, "SELECT count(*) FROM runs WHERE result = 'passed'"), 0);
	assert_int_equal(sim_stop_station(&sim, SIGTERM), 0);
}

/* These agents compare what they have stored themselves. */
static void kept_content_is_told_by_the_agent(void **state)
{
	(void)state;
	expect_kept_content_fails("MT6765", "0xC0040003");
}

/* Legacy agents sum up what they are sent: only reading back tells. */
static void kept_content_is_read_back(void **state)
{
	static const char *const legacy[] = {"--chip", "MT6580", "--compact", NULL};

	(void)state;
	sim_end(&sim);
	sim_begin_with(&sim, legacy);
	expect_kept_content_fails("MT6580", "ST-062");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(changed_image_is_refused, begin, end),
		cmocka_unit_test_setup_teardown(changed_scatter_is_refused, begin, end),
		cmocka_unit_test_setup_teardown(changed_agent_is_refused, begin, end),
		cmocka_unit_test_setup_teardown(edited_folder_is_another_package, begin, end),
		cmocka_unit_test_setup_teardown(open_order_does_not_go_on, begin, end),
		cmocka_unit_test_setup_teardown(unit_without_a_preloader_is_told, begin, end),
		cmocka_unit_test_setup_teardown(unit_that_starts_is_not, begin, end),
		cmocka_unit_test_setup_teardown(kept_content_is_told_by_the_agent, begin, end),
		cmocka_unit_test_setup_teardown(kept_content_is_read_back, begin, end),
	};

	return cmocka_run_group_tests_name("approved", tests, NULL, NULL);
}
