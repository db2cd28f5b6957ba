/* flashrack: every command, in tables and in JSON, and every way to get it wrong. */
#include "tests/unit/check.h"

#include <cjson/cJSON.h>
#include <sys/wait.h>

#include "tests/cli/sandbox.h"

static const char *program;

struct outcome {
	int status;
	char *out;
	char *err;
};

static char *read_text(const char *path)
{
	FILE *f = fopen(path, "rb");
	struct buffer b = {0};
	char part[4096];
	size_t n;

	if (!f)
		abort();
	while ((n = fread(part, 1, sizeof part, f)) > 0)
		buffer_add(&b, part, n);
	buffer_fill(&b, 0, 1);
	fclose(f);
	return (char *)b.p;
}

static struct outcome run(const struct sandbox *s, const char *arguments)
{
	char command[2048], out[128], err[128];
	struct outcome o;

	snprintf(out, sizeof out, "%s.out", s->path);
	snprintf(err, sizeof err, "%s.err", s->path);
	snprintf(command, sizeof command, "cd %s && %s %s >%s 2>%s", s->path, program, arguments,
		 out, err);
	o.status = WEXITSTATUS(system(command));
	o.out = read_text(out);
	o.err = read_text(err);
	unlink(out);
	unlink(err);
	return o;
}

static void forget(struct outcome *o)
{
	free(o->out);
	free(o->err);
}

/* One line "flashrack: what, where: why; what to do" and nothing on stdout. */
static void expect_error(struct outcome *o, int status, const char *part)
{
	const char *end = strchr(o->err, '\n');

	if (o->status != status)
		fail_msg("status %d: %s", o->status, o->err);
	assert_true(strncmp(o->err, "flashrack: ", 11) == 0);
	assert_non_null(strstr(o->err, ": "));
	assert_non_null(strstr(o->err, "; "));
	assert_true(end && end[1] == '\0');
	expect_in(o->err, part, "stderr");
	assert_string_equal(o->out, "");
	forget(o);
}

static const cJSON *item(const cJSON *json, const char *key)
{
	const cJSON *v = cJSON_GetObjectItemCaseSensitive(json, key);

	if (!v)
		fail_msg("there is no key %s", key);
	return v;
}

static void want_text(const cJSON *json, const char *key, const char *want)
{
	assert_string_equal(cJSON_GetStringValue(item(json, key)), want);
}

static void want_number(const cJSON *json, const char *key, double want)
{
	assert_true(cJSON_GetNumberValue(item(json, key)) == want);
}

static cJSON *json_of(const struct sandbox *s, const char *arguments, int status)
{
	struct outcome o = run(s, arguments);
	cJSON *json;

	if (o.status != status)
		fail_msg("status %d: %s", o.status, o.err);
	json = cJSON_Parse(o.out);
	if (!json)
		fail_msg("no JSON: %s", o.out);
	assert_string_equal(o.err, "");
	forget(&o);
	return json;
}

static void expect_keys_in_lower_snake(const cJSON *json)
{
	const cJSON *child;

	cJSON_ArrayForEach(child, json)
	{
		for (const char *c = child->string; c && *c; c++)
			assert_true((*c >= 'a' && *c <= 'z') || (*c >= '0' && *c <= '9') ||
				    *c == '_');
		expect_keys_in_lower_snake(child);
	}
}

static void test_package_good(void **state)
{
	struct sandbox s = sandbox_make();
	cJSON *json = json_of(&s, "package check . --json", 0);
	const cJSON *boot = cJSON_GetArrayItem(item(json, "partitions"), 3);

	(void)state;
	expect_keys_in_lower_snake(json);
	want_text(json, "verdict", "good");
	want_text(json, "platform", "MT6765");
	want_text(json, "storage", "EMMC");
	want_text(json, "scatter", SAMPLE_SCATTER);
	assert_int_equal(strlen(cJSON_GetStringValue(item(json, "id"))), 64);
	assert_int_equal(cJSON_GetArraySize(item(json, "partitions")), 6);
	want_text(boot, "name", "boot");
	want_text(boot, "file", "boot.img");
	want_text(boot, "region", "EMMC_USER");
	want_text(boot, "operation_type", "UPDATE");
	want_number(boot, "start", 0x508000);
	want_number(boot, "size", 0x800000);
	assert_true(cJSON_IsTrue(item(boot, "is_download")));
	assert_int_equal(cJSON_GetArraySize(item(json, "missing_files")), 0);
	want_text(item(json, "preloader"), "platform", "MT6765");
	want_number(item(item(json, "preloader"), "emi"), "count", 5);
	want_number(item(json, "da"), "entry_count", 2);
	assert_int_equal(cJSON_GetArraySize(item(item(json, "checksums"), "results")), 3);
	cJSON_Delete(json);
	sandbox_clean(&s);
}

static void test_package_refused(void **state)
{
	struct sandbox s = sandbox_make();
	struct outcome o;
	cJSON *json;
	const cJSON *finding;

	(void)state;
	sandbox_remove(&s, "boot.img");
	json = json_of(&s, "package check --json .", 1);
	want_text(json, "verdict", "refused");
	assert_string_equal(
		cJSON_GetStringValue(cJSON_GetArrayItem(item(json, "missing_files"), 0)),
		"boot.img");
	finding = cJSON_GetArrayItem(item(json, "findings"), 0);
	want_text(finding, "level", "refusal");
	want_text(finding, "code", "ST-031");
	want_text(finding, "item", "boot");
	cJSON_Delete(json);
	o = run(&s, "package check .");
	assert_int_equal(o.status, 1);
	expect_in(o.out, "verdict   refused", "stdout");
	expect_in(o.out, "refusal  ST-031 boot: the file boot.img is not in the folder", "stdout");
	forget(&o);
	sandbox_clean(&s);
}

static void test_package_table(void **state)
{
	struct sandbox s = sandbox_make();
	struct outcome o = run(&s, "package check .");

	(void)state;
	assert_int_equal(o.status, 0);
	assert_string_equal(o.err, "");
	expect_in(o.out, "verdict   good", "stdout");
	expect_in(o.out, "boot       EMMC_USER", "stdout");
	expect_in(o.out, "\"Q823MA\"", "stdout");
	forget(&o);
	sandbox_clean(&s);
}

static void test_several_scatters(void **state)
{
	struct sandbox s = sandbox_make();
	struct outcome o;
	struct buffer b = {0};
	char *other;
	cJSON *json;

	(void)state;
	/* the same layout in two forms is no choice */
	buffer_text(&b, sample_xml);
	sandbox_put(&s, "MT6765_Android_scatter.xml", buffer_slice(&b));
	json = json_of(&s, "package check . --json", 0);
	want_text(json, "scatter", SAMPLE_SCATTER);
	cJSON_Delete(json);
	other = text_replaced(sample_yaml, "0x800000", "0x900000");
	buffer_free(&b);
	buffer_text(&b, other);
	free(other);
	sandbox_put(&s, "MT6765_Android_scatter_large.txt", buffer_slice(&b));
	o = run(&s, "package check .");
	expect_error(&o, 1, "choose one with --scatter NAME");
	json = json_of(&s, "package check . --scatter MT6765_Android_scatter.xml --json", 0);
	want_text(json, "form", "XML");
	cJSON_Delete(json);
	o = run(&s, "package check . --scatter gone.txt");
	expect_error(&o, 1, "no scatter file gone.txt");
	buffer_free(&b);
	sandbox_clean(&s);
}

static void test_agent_elsewhere(void **state)
{
	static const uint16_t codes[] = {0x6765};
	struct sandbox s = sandbox_make();
	struct buffer b = sample_da(4, codes, NULL, 1);
	struct outcome o;
	cJSON *json;
	char path[128], arguments[256];

	(void)state;
	sandbox_put(&s, "second_agent.bin", buffer_slice(&b));
	o = run(&s, "package check .");
	expect_error(&o, 1, "choose one with --da FILE");
	sandbox_remove(&s, "second_agent.bin");
	sandbox_remove(&s, SAMPLE_DA);
	snprintf(path, sizeof path, "%s.agent", s.path);
	sandbox_put(&(struct sandbox){"/tmp"}, strrchr(path, '/') + 1, buffer_slice(&b));
	snprintf(arguments, sizeof arguments, "package check . --json --da %s", path);
	json = json_of(&s, arguments, 0);
	want_number(item(json, "da"), "entry_count", 1);
	cJSON_Delete(json);
	unlink(path);
	o = run(&s, arguments);
	expect_error(&o, 1, "No such file");
	buffer_free(&b);
	sandbox_clean(&s);
}

/* Nothing outside the folder is read, not by way of a symbolic link either. */
static void test_links_out_of_the_folder(void **state)
{
	struct sandbox s = sandbox_make();
	char link[128];
	cJSON *json;

	(void)state;
	sandbox_remove(&s, "boot.img");
	snprintf(link, sizeof link, "%s/boot.img", s.path);
	assert_int_equal(symlink("/etc/hostname", link), 0);
	json = json_of(&s, "package check . --json", 1);
	assert_int_equal(cJSON_GetArraySize(item(json, "missing_files")), 1);
	cJSON_Delete(json);
	sandbox_clean(&s);
}

static void test_scatter(void **state)
{
	struct sandbox s = sandbox_make();
	cJSON *json = json_of(&s, "scatter --json " TEST_DATA "/scatter/MT6893_k6893v1_64.xml", 0);
	struct outcome o;

	(void)state;
	expect_keys_in_lower_snake(json);
	want_text(json, "form", "XML multi-storage");
	want_text(json, "config_version", "V2.1.0");
	assert_int_equal(cJSON_GetArraySize(item(json, "storages")), 2);
	assert_int_equal(cJSON_GetArraySize(item(json, "partitions")), 120);
	cJSON_Delete(json);
	o = run(&s, "scatter " TEST_DATA "/scatter/MT6572_a101.txt");
	assert_int_equal(o.status, 0);
	expect_in(o.out, "end - 168 blocks", "stdout");
	forget(&o);
	sandbox_clean(&s);
}

static void test_da(void **state)
{
	struct sandbox s = sandbox_make();
	cJSON *json = json_of(&s, "da " SAMPLE_DA " --json", 0);
	const cJSON *entry = cJSON_GetArrayItem(item(json, "entries"), 1);
	struct outcome o;

	(void)state;
	expect_keys_in_lower_snake(json);
	want_text(entry, "hw_code", "0x6765");
	want_text(entry, "chip", "MT6765");
	want_text(item(entry, "da1"), "address", "0x00200000");
	want_number(item(entry, "da2"), "signature_length", 0x100);
	cJSON_Delete(json);
	o = run(&s, "da " SAMPLE_DA);
	expect_in(o.out, "0x6765  MT6765", "stdout");
	forget(&o);
	sandbox_clean(&s);
}

static void test_preloader(void **state)
{
	struct sandbox s = sandbox_make();
	cJSON *json = json_of(&s, "preloader preloader_k65v1_64_bsp.bin --json", 0);
	struct outcome o;

	(void)state;
	expect_keys_in_lower_snake(json);
	want_number(item(json, "header"), "sig_len", 0x66C);
	want_number(item(json, "emi"), "version", 35);
	want_text(cJSON_GetArrayItem(item(item(json, "emi"), "records"), 0), "dram", "LPDDR4X");
	cJSON_Delete(json);
	o = run(&s, "preloader preloader_k65v1_64_bsp.bin");
	expect_in(o.out, "version 35, layout C, 5 records", "stdout");
	forget(&o);
	sandbox_clean(&s);
}

static void test_help_and_version(void **state)
{
	struct sandbox s = sandbox_make();
	struct outcome o = run(&s, "--help");

	(void)state;
	assert_int_equal(o.status, 0);
	expect_in(o.out, "flashrack package check DIR", "stdout");
	forget(&o);
	o = run(&s, "--version");
	assert_int_equal(o.status, 0);
	assert_string_equal(o.out, "flashrack " FLASHRACK_VERSION "\n");
	forget(&o);
	sandbox_clean(&s);
}

struct wrong {
	const char *name;
	const char *arguments;
	int status;
	const char *part;
};

static const struct wrong cases[] = {
	{"usage_nothing", "", 2, "no command"},
	{"usage_unknown_command", "fly", 2, "usage, fly: there is no such command"},
	{"usage_package_alone", "package", 2, "no such command"},
	{"usage_package_other", "package eat .", 2, "no such command"},
	{"usage_no_folder", "package check", 2, "is missing"},
	{"usage_no_file", "scatter --json", 2, "is missing"},
	{"usage_two_files", "scatter a b", 2, "usage, b: a file or folder is enough"},
	{"usage_unknown_option", "scatter a --fast", 2, "--fast: the option is not known"},
	{"usage_option_without_value", "package check . --da", 2, "needs a value"},
	{"usage_value_for_a_flag", "scatter --json=1 a", 2, "takes no value"},
	{"usage_da_elsewhere", "scatter a --da b", 2, "--da: it belongs to package check"},
	{"usage_order_option_elsewhere", "slots --profile p", 2, "--profile: it belongs"},
	{"usage_range_elsewhere", "slots --range a", 2, "--range: it belongs to order open"},
	{"usage_order_without_profile", "order open --package k", 2, "--profile and --package"},
	{"usage_slot_alone", "slot", 2, "a slot is missing"},
	{"usage_orders_with_word", "orders 5", 2, "usage, 5: the command alone"},
	{"usage_range_words", "order open --profile p --package k --range user+x", 2,
	 "user+x: a range is"},
	{"usage_quantity_words", "order open --profile p --package k --quantity many", 2,
	 "--quantity: it takes a whole number"},
	{"no_station", "slots --url http://127.0.0.1:1", 1,
	 "start flashrackd, or name it with --url"},
	{"missing_folder", "package check nowhere", 1, "nowhere: the folder can't be opened"},
	{"folder_is_a_file", "package check boot.img", 1, "can't be opened"},
	{"folder_without_scatter", "package check /dev/pts", 1, "no scatter file"},
	{"missing_scatter", "scatter nowhere.txt", 1, "nowhere.txt: the file can't be opened"},
	{"scatter_is_a_folder", "scatter .", 1, "not a regular file"},
	{"scatter_is_an_image", "scatter boot.img", 1, "NUL byte"},
	{"da_is_an_image", "da boot.img", 1, "boot.img, header at 0x0"},
	{"preloader_is_an_image", "preloader userdata.img", 1, "start of file"},
	{"preloader_missing", "preloader nowhere.bin", 1, "can't be opened"},
};

static void test_wrong(void **state)
{
	const struct wrong *w = *state;
	struct sandbox s = sandbox_make();
	struct outcome o = run(&s, w->arguments);

	sandbox_clean(&s);
	expect_error(&o, w->status, w->part);
}

int main(int argc, char **argv)
{
	const struct CMUnitTest more[] = {
		cmocka_unit_test(test_package_good),
		cmocka_unit_test(test_package_refused),
		cmocka_unit_test(test_package_table),
		cmocka_unit_test(test_several_scatters),
		cmocka_unit_test(test_agent_elsewhere),
		cmocka_unit_test(test_links_out_of_the_folder),
		cmocka_unit_test(test_scatter),
		cmocka_unit_test(test_da),
		cmocka_unit_test(test_preloader),
		cmocka_unit_test(test_help_and_version),
	};

	if (argc != 2) {
		fprintf(stderr, "usage: %s PATH_OF_FLASHRACK\n", argv[0]);
		return 2;
	}
	program = argv[1];
	return run_cases("client", cases, test_wrong, more);
}
