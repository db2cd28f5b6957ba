/* Asking the station: HTTP, and SQL on its ledger. */
#include "tests/sim/sim.h"

#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <cmocka.h>

#include <arpa/inet.h>
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#define ANSWER_MAX (1u << 20)

static cJSON *ask(struct sim *s, const char *request, int *status)
{
	static char answer[ANSWER_MAX];
	struct sockaddr_in a = {
		.sin_family = AF_INET,
		.sin_port = htons((uint16_t)s->port),
		.sin_addr.s_addr = htonl(INADDR_LOOPBACK),
	};
	int fd = socket(AF_INET, SOCK_STREAM, 0);
	size_t have = 0;
	ssize_t n;
	char *body;

	*status = 0;
	if (connect(fd, (struct sockaddr *)&a, sizeof a) != 0) {
		close(fd);
		return NULL;
	}
	if (write(fd, request, strlen(request)) != (ssize_t)strlen(request)) {
		close(fd);
		return NULL;
	}
	while (have < ANSWER_MAX - 1 && (n = read(fd, answer + have, ANSWER_MAX - 1 - have)) > 0)
		have += (size_t)n;
	close(fd);
	answer[have] = '\0';
	if (strncmp(answer, "HTTP/1.1 ", 9) != 0)
		return NULL;
	*status = (int)strtol(answer + 9, NULL, 10);
	body = strstr(answer, "\r\n\r\n");
	return body ? cJSON_Parse(body + 4) : NULL;
}

cJSON *sim_get(struct sim *s, const char *path, int *status)
{
	char request[512];

	snprintf(request, sizeof request,
		 "GET %s HTTP/1.1\r\nHost: 127.0.0.1:%d\r\nConnection: close\r\n\r\n", path,
		 s->port);
	return ask(s, request, status);
}

cJSON *sim_post(struct sim *s, const char *path, const char *json, int *status)
{
	char request[2048];

	snprintf(request, sizeof request,
		 "POST %s HTTP/1.1\r\nHost: 127.0.0.1:%d\r\nConnection: close\r\n"
		 "Content-Type: application/json\r\nContent-Length: %zu\r\n\r\n%s",
		 path, s->port, strlen(json), json);
	return ask(s, request, status);
}

static int64_t query(struct sim *s, const char *sql)
{
	char path[128];
	sqlite3 *db;
	sqlite3_stmt *statement = NULL;
	int64_t value = -1;

	snprintf(path, sizeof path, "%s/state/ledger.sqlite3", s->dir);
	if (sqlite3_open_v2(path, &db, SQLITE_OPEN_READWRITE, NULL) != SQLITE_OK)
		fail_msg("ledger %s: %s", path, sqlite3_errmsg(db));
	sqlite3_busy_timeout(db, 5000);
	if (sqlite3_prepare_v2(db, sql, -1, &statement, NULL) != SQLITE_OK)
		fail_msg("%s: %s", sql, sqlite3_errmsg(db));
	if (sqlite3_step(statement) == SQLITE_ROW)
		value = sqlite3_column_int64(statement, 0);
	sqlite3_finalize(statement);
	sqlite3_close(db);
	return value;
}

int64_t sim_sql(struct sim *s, const char *format, ...)
{
	char sql[1024];
	va_list ap;

	va_start(ap, format);
	vsnprintf(sql, sizeof sql, format, ap);
	va_end(ap);
	return query(s, sql);
}

void sim_wait_sql(struct sim *s, int seconds, int64_t value, const char *format, ...)
{
	char sql[1024];
	va_list ap;
	int64_t seen = -1;

	va_start(ap, format);
	vsnprintf(sql, sizeof sql, format, ap);
	va_end(ap);
	for (int tries = seconds * 20; tries > 0; tries--) {
		seen = query(s, sql);
		if (seen == value)
			return;
		sim_sleep_ms(50);
	}
	fail_msg("%s: is %lld, not %lld, after %d s; see %s", sql, (long long)seen,
		 (long long)value, seconds, s->dir);
}

const char *sim_slot_text(struct sim *s, const char *label, const char *key)
{
	static char text[256];
	char path[128], outer[32] = "";
	const char *dot = strchr(key, '.');
	cJSON *slot, *value;
	int status;

	snprintf(path, sizeof path, "/api/v1/slots/%s", label);
	slot = sim_get(s, path, &status);
	value = slot;
	if (dot) {
		snprintf(outer, sizeof outer, "%.*s", (int)(dot - key), key);
		value = cJSON_GetObjectItem(value, outer);
		key = dot + 1;
	}
	value = cJSON_GetObjectItem(value, key);
	snprintf(text, sizeof text, "%s", cJSON_IsString(value) ? value->valuestring : "");
	cJSON_Delete(slot);
	return text;
}

void sim_wait_slot(struct sim *s, const char *label, const char *states, int seconds)
{
	char wanted[200], state[64] = "";

	snprintf(wanted, sizeof wanted, " %s ", states);
	for (int tries = seconds * 50; tries > 0; tries--) {
		snprintf(state, sizeof state, " %.40s ", sim_slot_text(s, label, "state"));
		if (strlen(state) > 2 && strstr(wanted, state))
			return;
		sim_sleep_ms(20);
	}
	fail_msg("slot %s is%snot %s after %d s; see %s", label, state, states, seconds, s->dir);
}
