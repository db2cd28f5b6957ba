#include "station/cli/client.h"

#include <curl/curl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "station/cli/cli.h"

#define ANSWER_MAX    (64u << 20)
#define TIMEOUT_S     60L /* an order may wait for a package to be hashed */
#define TEXTS	      16
#define TEXT_BYTES    256
#define DEFAULT_URL   "http://127.0.0.1:8470"
#define FORM	      "Content-Type: application/json"
#define STATUS_GOOD   200
#define STATUS_BEYOND 300

struct answer {
	char *bytes; /* owned, NUL-terminated */
	size_t n;
};

static const char *base_url(const struct cli_options *o)
{
	const char *from_environment = getenv("FLASHRACK_URL");

	if (o->url)
		return o->url;
	return from_environment && *from_environment ? from_environment : DEFAULT_URL;
}

static size_t take(char *bytes, size_t size, size_t count, void *context)
{
	struct answer *a = context;
	size_t n = size * count;
	char *more;

	if (n > ANSWER_MAX - a->n)
		return 0;
	more = realloc(a->bytes, a->n + n + 1);
	if (!more)
		return 0;
	a->bytes = more;
	memcpy(a->bytes + a->n, bytes, n);
	a->n += n;
	a->bytes[a->n] = '\0';
	return n;
}

static void fail(const char *url, const char *why, const char *remedy)
{
	fprintf(stderr, "flashrack: station, %s: %s; %s\n", url, why, remedy);
}

/* A problem document (RFC 9457) as one line. */
static void print_problem(const char *url, const cJSON *problem, long status)
{
	const char *detail = cJSON_GetStringValue(cJSON_GetObjectItem(problem, "detail"));
	const char *remedy = cJSON_GetStringValue(cJSON_GetObjectItem(problem, "remedy"));
	const char *where = cJSON_GetStringValue(cJSON_GetObjectItem(problem, "where"));
	char why[32];

	snprintf(why, sizeof why, "HTTP status %ld", status);
	fail(where ? where : url, detail ? detail : why,
	     remedy ? remedy : "see the station's journal");
}

static cJSON *judge(const char *url, const struct answer *a, long status)
{
	cJSON *json = cJSON_Parse(a->bytes ? a->bytes : "");

	if (status >= STATUS_GOOD && status < STATUS_BEYOND && json)
		return json;
	if (status >= STATUS_GOOD && status < STATUS_BEYOND)
		fail(url, "the answer is not JSON", "check that this is a flashrack station");
	else
		print_problem(url, json, status);
	cJSON_Delete(json);
	return NULL;
}

static cJSON *perform(CURL *curl, const char *url)
{
	char why[CURL_ERROR_SIZE] = "";
	struct answer a = {0};
	cJSON *json = NULL;
	long status = 0;
	CURLcode code;

	curl_easy_setopt(curl, CURLOPT_URL, url);
	curl_easy_setopt(curl, CURLOPT_PROTOCOLS_STR, "http,https");
	curl_easy_setopt(curl, CURLOPT_NOPROXY, "*");
	curl_easy_setopt(curl, CURLOPT_TIMEOUT, TIMEOUT_S);
	curl_easy_setopt(curl, CURLOPT_ERRORBUFFER, why);
	curl_easy_setopt(curl, CURLOPT_WRITEFUNCTION, take);
	curl_easy_setopt(curl, CURLOPT_WRITEDATA, &a);
	code = curl_easy_perform(curl);
	if (code != CURLE_OK) {
		fail(url, why[0] ? why : curl_easy_strerror(code),
		     "start flashrackd, or name it with --url");
	} else {
		curl_easy_getinfo(curl, CURLINFO_RESPONSE_CODE, &status);
		json = judge(url, &a, status);
	}
	free(a.bytes);
	return json;
}

static cJSON *request(const struct cli_options *o, const char *path, const char *body)
{
	struct curl_slist *headers = NULL;
	CURL *curl = curl_easy_init();
	cJSON *json = NULL;
	char url[1024];

	if (snprintf(url, sizeof url, "%s/api/v1/%s", base_url(o), path) >= (int)sizeof url) {
		fail(base_url(o), "the address is too long", "use a shorter one");
	} else if (curl) {
		if (body) {
			headers = curl_slist_append(headers, FORM);
			curl_easy_setopt(curl, CURLOPT_HTTPHEADER, headers);
			curl_easy_setopt(curl, CURLOPT_POSTFIELDS, body);
		}
		json = perform(curl, url);
	} else {
		fail(url, "out of memory", "free memory on this machine");
	}
	curl_slist_free_all(headers);
	curl_easy_cleanup(curl);
	return json;
}

cJSON *client_get(const struct cli_options *o, const char *path)
{
	return request(o, path, NULL);
}

cJSON *client_post(const struct cli_options *o, const char *path, cJSON *body)
{
	char *text = body ? cJSON_PrintUnformatted(body) : NULL;
	cJSON *json = request(o, path, text ? text : "{}");

	free(text);
	cJSON_Delete(body);
	return json;
}

char *client_part(const char *text)
{
	char *escaped = curl_easy_escape(NULL, text, 0);
	char *copy = escaped ? strdup(escaped) : NULL;

	curl_free(escaped);
	return copy;
}

const char *client_text(const cJSON *json, const char *path)
{
	static char ring[TEXTS][TEXT_BYTES];
	static unsigned next;
	char *to = ring[next++ % TEXTS];
	char key[64];

	while (json && *path) {
		size_t n = strcspn(path, ".");

		snprintf(key, sizeof key, "%.*s", (int)n, path);
		json = cJSON_GetObjectItemCaseSensitive(json, key);
		path += n + (path[n] == '.');
	}
	if (!json || cJSON_IsNull(json))
		snprintf(to, TEXT_BYTES, "-");
	else if (cJSON_IsString(json))
		snprintf(to, TEXT_BYTES, "%s", json->valuestring);
	else if (cJSON_IsNumber(json))
		snprintf(to, TEXT_BYTES, "%.15g", json->valuedouble);
	else
		snprintf(to, TEXT_BYTES, "%s", cJSON_IsTrue(json) ? "yes" : "no");
	return to;
}
