/*
 * Bad settings, profiles and starts: each must end with status 1 and one line that names the file,
 * the place and what to do. Good ones beside them must be taken.
 */
#include "tests/sim/sim.h"

#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <cmocka.h>

#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

static struct sim sim;

struct bad {
	const char *text;
	const char *where, *why; /* parts of the line */
};

/* Run flashrackd --check-config on `text`; gives the status, fills `out`. */
static int check(const char *text, char *out, size_t size)
{
	char path[128];
	const char *args[] = {"--check-config", "--config", path, NULL};

	sim_file(&sim, "try.json", text);
	snprintf(path, sizeof path, "%s/try.json", sim.dir);
	return sim_run(&sim, "flashrackd", args, out, size);
}

static void expect_refusal(const struct bad *b, const char *file, int status, const char *out)
{
	const char *end = strchr(out, '\n');

	if (status != 1 || !end || end[1] != '\0')
		fail_msg("%s: status %d, \"%s\"", b->text, status, out);
	if (strncmp(out, "flashrackd: ", 12) != 0 || !strstr(out, file) || !strstr(out, b->where) ||
	    !strstr(out, b->why) || !strstr(out, "; "))
		fail_msg("%s: wanted \"%s\" and \"%s\", it says: %s", b->text, b->where, b->why,
			 out);
}

#define DIR_KEY "\"profiles_dir\": \"profiles\""

static void bad_settings(void **state)
{
	static const struct bad all[] = {
		{"", "line 1", "not JSON"},
		{"{\"name\": \"a\",}", "line 1 column", "not JSON"},
		{"{\n\"name\":\n\"a\"\n\"b\"}", "line 4", "not JSON"},
		{"[]", "the whole file", "it is a list"},
		{"{\"nmae\": \"x\"}", "nmae", "no such key"},
		{"{\"name\": 5}", "name", "it is a number"},
		{"{\"name\": \"\"}", "name", "0 characters"},
		{"{\"name\": \"a\", \"name\": \"b\"}", "name", "given twice"},
		{"{\"listen\": 8470}", "listen", "it is a number"},
		{"{\"listen\": {\"port\": 0}}", "listen.port", "allowed are 1 to 65535"},
		{"{\"listen\": {\"port\": 8470.5}}", "listen.port", "8470.5"},
		{"{\"listen\": {\"port\": \"8470\"}}", "listen.port", "it is a text"},
		{"{\"listen\": {\"adress\": \"127.0.0.1\"}}", "listen.adress", "no such key"},
		{"{\"listen\": {\"address\": \"0.0.0.0\"}}", "listen.address", "other machines"},
		{"{\"listen\": {\"address\": \"my host\"}}", "listen.address", "not an IP address"},
		{"{\"allow_remote\": 1}", "allow_remote", "it is a number"},
		{"{\"usb\": {\"attach\": \"serial\"}}", "usb.attach", "not a way to attach"},
		{"{\"usb\": {\"attach\": \"unix:" /* longer than a socket's address */
		 "/aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
		 "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa\"}}",
		 "usb.attach", "107 characters"},
		{"{\"usb\": {\"transfer_bytes\": 100000}}", "usb.transfer_bytes", "power of two"},
		{"{\"usb\": {\"transfer_bytes\": 4096}}", "usb.transfer_bytes", "16384 to"},
		{"{\"usb\": {\"in_flight\": 0}}", "usb.in_flight", "1 to 8"},
		{"{\"slots\": {}}", "slots", "it is an object"},
		{"{\"slots\": [\"1-1\"]}", "slots[0]", "it is a text"},
		{"{\"slots\": [{\"path\": \"1-1\"}]}", "slots[0].label", "required"},
		{"{\"slots\": [{\"path\": \"1-1\", \"label\": \"A\"},"
		 "{\"path\": \"1-1\", \"label\": \"B\"}]}",
		 "slots[1]", "same path"},
		{"{\"slots\": [{\"path\": \"1-1\", \"label\": \"A\"},"
		 "{\"path\": \"1-2\", \"label\": \"A\"}]}",
		 "slots[1]", "same label"},
		{"{\"slots\": [{\"path\": \"1-1\", \"label\": \"A\"}, null]}", "slots[1]", "null"},
		{"{\"packages\": \"/srv/a\"}", "packages", "it is a text"},
		{"{\"packages\": [7]}", "packages[0]", "it is a number"},
		{"{\"flap\": {\"arrivals\": 1}}", "flap.arrivals", "2 to 64"},
		{"{\"restart_ms\": -1}", "restart_ms", "0 to 600000"},
		{"{\"order\": {\"name\": \"W\", \"profile\": \"p\"}}", "order.package", "needs"},
		{"{\"order\": {\"quantity\": -2}}", "order.quantity", "-2"},
		{"{\"order\": {\"operation\": \"burn\"}}", "order.operation", "burn"},
		{"{\"order\": {\"slots\": [4]}}", "order.slots[0]", "it is a number"},
		{"{\"order\": {\"ranges\": [{\"region\": \"moon\"}]}}", "order.ranges[0]", "moon"},
		{"{\"order\": {\"end\": \"off\"}}", "order.end", "\"shutdown\""},
		{"{\"profiles_dir\": \"nowhere\"}", "profiles_dir", "No such file"},
	};
	char out[4096];

	(void)state;
	for (size_t i = 0; i < sizeof all / sizeof all[0]; i++) {
		int status = check(all[i].text, out, sizeof out);

		expect_refusal(&all[i], i + 1 < sizeof all / sizeof all[0] ? "try.json" : "nowhere",
			       status, out);
	}
	printf("%zu bad settings\n", sizeof all / sizeof all[0]);
}

static void good_settings(void **state)
{
	static const char *const all[] = {
		"{" DIR_KEY "}",
		"{" DIR_KEY ", \"$schema\": \"x\", \"listen\": {\"address\": \"::1\"}}",
		"{" DIR_KEY ", \"listen\": {\"address\": \"10.0.0.5\"}, \"allow_remote\": true}",
		"{" DIR_KEY ", \"usb\": {\"attach\": \"unix:rack.sock\", \"in_flight\": 4,"
		"\"transfer_bytes\": 65536}, \"restart_ms\": 0}",
		"{" DIR_KEY ", \"slots\": [{\"path\": \"usb1 1-4.2\", \"label\": \"A7\"}]}",
	};
	char out[4096];

	(void)state;
	for (size_t i = 0; i < sizeof all / sizeof all[0]; i++)
		if (check(all[i], out, sizeof out) != 0)
			fail_msg("%s: %s", all[i], out);
}

static void bad_profiles(void **state)
{
	static const struct bad all[] = {
		{"{", "line 1", "not JSON"},
		{"{\"verfy\": \"full\"}", "verfy", "no such key"},
		{"{\"verify\": \"some\"}", "verify",
		 "\"none\", \"checksum\", \"sample\", \"full\""},
		{"{\"verify\": true}", "verify", "true or false"},
		{"{\"end\": \"off\"}", "end", "\"shutdown\""},
		{"{\"storage\": \"nor\"}", "storage", "\"emmc\""},
		{"{\"operation\": \"flash\"}", "operation", "format-all"},
		{"{\"operation\": 3}", "operation", "it is a number"},
		{"{\"operation\": \"format-all\"}", "operation", "among the operations"},
		{"{\"operations\": [\"download\", \"wipe\"]}", "operations[1]", "wipe"},
		{"{\"operations\": \"erase\"}", "operations", "it is a text"},
		{"{\"operations\": [\"erase\"]}", "operation", "download is not among"},
		{"{\"only\": [\"boot\", 7]}", "only[1]", "it is a number"},
		{"{\"ranges\": [{}]}", "ranges[0]", "neither"},
		{"{\"ranges\": [{\"partition\": \"boot\", \"region\": \"user\"}]}", "ranges[0]",
		 "both"},
		{"{\"ranges\": [{\"region\": \"attic\"}]}", "ranges[0]", "attic"},
		{"{\"ranges\": [{\"region\": \"user\", \"start\": -1}]}", "ranges[0].start", "-1"},
		{"{\"ranges\": [{\"region\": \"user\", \"size\": 1}]}", "ranges[0].size",
		 "no such key"},
		{"{\"recover\": 1}", "recover", "it is a number"},
		{"{\"battery_min_mv\": 90000}", "battery_min_mv", "0 to 20000"},
		{"{\"auth\": \"nowhere.auth\"}", "auth", "nowhere.auth: No such file"},
		{"{\"sla_key\": \"empty.pem\"}", "sla_key", "empty.pem: it is empty"},
		{"{\"cert\": \"/\"}", "cert", "/:"},
		{"{\"platforms\": [\"MT9999\"]}", "platforms[0]", "no chip named"},
		{"{\"platforms\": \"MT6765\"}", "platforms", "it is a text"},
		{"{\"allowed_identity\": [\"nvram\"]}", "allowed_identity", "blank new boards"},
		{"{\"allowed_identity\": [\"boot\"], \"blank_boards\": true}",
		 "allowed_identity[0]", "identity"},
		{"{\"name\": \"plain\"}", "name", "is the name of"},
		{"{\"blank_boards\": \"yes\"}", "blank_boards", "it is a text"},
	};
	char path[128], out[4096];

	(void)state;
	sim_file(&sim, "profiles/empty.pem", "");
	for (size_t i = 0; i < sizeof all / sizeof all[0]; i++) {
		sim_file(&sim, "profiles/tried.json", all[i].text);
		expect_refusal(&all[i], "tried.json", check("{" DIR_KEY "}", out, sizeof out), out);
	}
	snprintf(path, sizeof path, "%s/profiles/tried.json", sim.dir);
	remove(path);
	printf("%zu bad profiles\n", sizeof all / sizeof all[0]);
}

static void good_profiles(void **state)
{
	/* NOLINTBEGIN(bugprone-suspicious-missing-comma): long texts in pieces */
	static const char *const all[] = {
		"{\"operation\": \"identify\"}",
		"{\"operations\": [\"download\", \"upgrade\", \"format-all\", \"erase\"]}",
		"{\"operations\": [\"erase\"], \"operation\": \"erase\","
		"\"ranges\": [{\"partition\": \"userdata\"}, {\"region\": \"EMMC_BOOT1\","
		"\"start\": 0, \"length\": 4096}]}",
		"{\"only\": [\"boot\"], \"recover\": true, \"end\": \"fastboot\"}",
		"{\"sla_key\": \"owner.pem\", \"auth\": \"owner.pem\"}",
	};
	/* NOLINTEND(bugprone-suspicious-missing-comma) */
	char path[128], out[4096];

	(void)state;
	sim_file(&sim, "profiles/owner.pem", "not looked into at start");
	for (size_t i = 0; i < sizeof all / sizeof all[0]; i++) {
		sim_file(&sim, "profiles/tried.json", all[i]);
		if (check("{" DIR_KEY "}", out, sizeof out) != 0)
			fail_msg("%s: %s", all[i], out);
	}
	snprintf(path, sizeof path, "%s/profiles/tried.json", sim.dir);
	remove(path);
}

static void usage(void **state)
{
	static const char *const wrong[][4] = {
		{"--confg", "x", NULL}, {"--config", NULL}, {"extra", NULL}, {"-x", NULL}};
	static const char *const help[] = {"--help", NULL}, *const version[] = {"--version", NULL};
	char out[4096];

	(void)state;
	for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++) {
		assert_int_equal(sim_run(&sim, "flashrackd", wrong[i], out, sizeof out), 2);
		assert_non_null(strstr(out, "flashrackd: "));
		assert_non_null(strstr(out, "--help"));
	}
	assert_int_equal(sim_run(&sim, "flashrackd", help, out, sizeof out), 0);
	assert_non_null(strstr(out, "--check-config"));
	assert_int_equal(sim_run(&sim, "flashrackd", version, out, sizeof out), 0);
	assert_int_equal(strncmp(out, "flashrackd ", 11), 0);
}

static int start_again(char *out, size_t size)
{
	char path[128];
	const char *args[] = {"--config", path, NULL};

	snprintf(path, sizeof path, "%s/again.json", sim.dir);
	return sim_run(&sim, "flashrackd", args, out, size);
}

/* What is only found when it starts: each says so and ends, and leaves the running one alone. */
static void bad_starts(void **state)
{
	char text[512], out[8192];
	int status;

	(void)state;
	sim_rack(&sim, "rack", 1, NULL);
	sim_station(&sim, "rack", NULL);

	snprintf(text, sizeof text,
		 "{" DIR_KEY ", \"state_dir\": \"state\", \"listen\":"
		 "{\"port\": %d}, \"usb\": {\"attach\": \"unix:rack.sock\"}}",
		 sim_free_port());
	sim_file(&sim, "again.json", text);
	assert_int_equal(start_again(out, sizeof out), 1);
	assert_non_null(strstr(out, "ledger.sqlite3")); /* locked by the first */

	snprintf(text, sizeof text,
		 "{" DIR_KEY ", \"state_dir\": \"other\", \"listen\":"
		 "{\"port\": %d}, \"usb\": {\"attach\": \"unix:rack.sock\"}}",
		 sim.port);
	sim_file(&sim, "again.json", text);
	assert_int_equal(start_again(out, sizeof out), 1);
	assert_non_null(strstr(out, "in use"));

	sim_file(&sim, "file", "not a folder");
	snprintf(text, sizeof text,
		 "{" DIR_KEY ", \"state_dir\": \"file\", \"listen\":"
		 "{\"port\": %d}, \"usb\": {\"attach\": \"unix:rack.sock\"}}",
		 sim_free_port());
	sim_file(&sim, "again.json", text);
	assert_int_equal(start_again(out, sizeof out), 1);
	assert_non_null(strstr(out, "flashrackd: "));

	cJSON_Delete(sim_get(&sim, "/healthz", &status));
	assert_int_equal(status, 200);
	assert_int_equal(sim_stop_station(&sim, SIGTERM), 0);
}

static void post_is_refused(const char *json, const char *why)
{
	int status;
	cJSON *answer = sim_post(&sim, "/api/v1/orders", json, &status);
	const cJSON *detail = cJSON_GetObjectItem(answer, "detail");

	if (status < 400 || status > 499 || !cJSON_IsString(detail) ||
	    !strstr(detail->valuestring, why))
		fail_msg("%s: %d %s", json, status,
			 cJSON_IsString(detail) ? detail->valuestring : "without detail");
	cJSON_Delete(answer);
}

/* Orders that can not be: unknown parts, packages of another product, folders that are none. */
static void bad_orders(void **state)
{
	char json[512], path[128];

	(void)state;
	sim_station(&sim, "rack", NULL);
	snprintf(json, sizeof json, "{\"profile\":\"none\",\"package\":\"%s/package\"}", sim.dir);
	post_is_refused(json, "profile");
	post_is_refused("{\"profile\":\"plain\",\"package\":\"deadbeef\"}", "no package");
	post_is_refused("{\"profile\":\"plain\",\"package\":\"/nowhere/at/all\"}", "");
	snprintf(json, sizeof json, "{\"profile\":\"mt6771\",\"package\":\"%s/package\"}", sim.dir);
	post_is_refused(json, "ST-032");
	snprintf(path, sizeof path, "%s/empty", sim.dir);
	mkdir(path, 0755);
	snprintf(json, sizeof json, "{\"profile\":\"plain\",\"package\":\"%s\"}", path);
	post_is_refused(json, "scatter");
	assert_int_equal(sim_sql(&sim, "SELECT count(*) FROM orders"), 0);
	assert_int_equal(sim_stop_station(&sim, SIGTERM), 0);
}

static int begin(void **state)
{
	(void)state;
	sim_begin(&sim, 8);
	return 0;
}

static int end(void **state)
{
	(void)state;
	sim_end(&sim);
	return 0;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(bad_settings), cmocka_unit_test(good_settings),
		cmocka_unit_test(bad_profiles), cmocka_unit_test(good_profiles),
		cmocka_unit_test(usage),	cmocka_unit_test(bad_starts),
		cmocka_unit_test(bad_orders),
	};

	return cmocka_run_group_tests(tests, begin, end);
}
