/* The published JSON Schemas: all are usable, and refuse what does not fit them. */
#include "tests/ledger/bench.h"
#include "tests/ledger/schema_check.h"

#include <stdlib.h>
#include <string.h>

#include "schema/schema.h"
#include "station/ledger/json_out.h"
#include "station/ledger/times.h"

static const char *const api[] = {"run",     "unit",	"order", "slot", "station",
				  "package", "problem", "error", "stats"};

static void every_document_of_the_api_is_there(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof api / sizeof *api; i++) {
		const char *text = schema_document(api[i]);
		cJSON *json = text ? cJSON_Parse(text) : NULL;

		assert_non_null(json);
		assert_non_null(cJSON_GetObjectItem(json, "title"));
		assert_non_null(cJSON_GetObjectItem(json, "required"));
		cJSON_Delete(json);
	}
	assert_null(schema_document("no such"));
}

static void refuse(const char *document, const char *text, const char *expected)
{
	cJSON *json = cJSON_Parse(text);
	char why[512] = "";

	assert_non_null(json);
	assert_false(schema_valid(document, json, why, sizeof why));
	if (!strstr(why, expected))
		fail_msg("\"%s\" instead of \"%s\"", why, expected);
	cJSON_Delete(json);
}

static void what_does_not_fit_is_refused(void **state)
{
	(void)state;
	refuse("run", "[]", "should be object");
	refuse("run", "{}", "lacks id");
	refuse("run", "{\"id\":1.5}", "/id: should be integer");
	refuse("run", "{\"id\":-1}", "/id: is too small");
	refuse("problem", "{\"type\":\"x\",\"title\":\"x\",\"status\":200,\"detail\":\"x\"}",
	       "/status: is too small");
	refuse("error",
	       "{\"code\":\"1\",\"name\":\"N\",\"family\":\"martian\",\"step\":null,\"meaning\":"
	       "\"m\","
	       "\"action\":[],\"what\":null}",
	       "/family: is not in the list: martian");
	refuse("error",
	       "{\"code\":\"1\",\"name\":\"N\",\"family\":\"brom\",\"step\":null,\"meaning\":\"m\","
	       "\"action\":[1],\"what\":null}",
	       "/action[0]: should be string");
	refuse("error",
	       "{\"code\":\"1\",\"name\":\"N\",\"family\":\"brom\",\"step\":null,\"meaning\":\"m\","
	       "\"action\":[],\"what\":null,\"surplus\":1}",
	       "unknown key surplus");
}

static void times_in_iso_8601(void **state)
{
	char out[TIMES_ISO_SIZE];

	(void)state;
	assert_string_equal(times_iso(out, 1795168800123), "2026-11-20T10:00:00.123Z");
	assert_string_equal(times_iso(out, 0), "1970-01-01T00:00:00.000Z");
	assert_string_equal(times_iso(out, -1), "1969-12-31T23:59:59.999Z");
	assert_string_equal(times_iso(out, 951782400000), "2000-02-29T00:00:00.000Z");
	assert_string_equal(times_iso(out, INT64_MAX), "");
	assert_true(times_now_ms() > 1700000000000);
}

static void json_is_written_as_it_should_be(void **state)
{
	struct json_out j = {0};
	char *text;

	(void)state;
	json_object(&j, NULL);
	json_text(&j, "quote\"", "tab\t nul-free \x7F \xED\xA0\x80 \xF0\x9F\x93\xB1");
	json_array(&j, "empty");
	json_array_end(&j);
	json_array(&j, "list");
	json_int(&j, NULL, INT64_MIN);
	json_real(&j, NULL, 0.25);
	json_real(&j, NULL, 0.0 / 0.0);
	json_bool(&j, NULL, true);
	json_null(&j, NULL);
	json_object(&j, NULL);
	json_object_end(&j);
	json_hex(&j, NULL, (const uint8_t *)"\x00\xAB", 2);
	json_array_end(&j);
	json_raw(&j, "raw", "{\"a\":[1]}");
	json_object_end(&j);
	text = json_take(&j);
	assert_string_equal(text,
			    "{\"quote\\\"\":\"tab\\u0009 nul-free \\u007f "
			    "\xEF\xBF\xBD\xEF\xBF\xBD\xEF\xBF\xBD \xF0\x9F\x93\xB1\","
			    "\"empty\":[],\"list\":[-9223372036854775808,0.25,null,true,null,{},"
			    "\"00ab\"],\"raw\":{\"a\":[1]}}");
	free(text);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_document_of_the_api_is_there),
		cmocka_unit_test(what_does_not_fit_is_refused),
		cmocka_unit_test(times_in_iso_8601),
		cmocka_unit_test(json_is_written_as_it_should_be),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
