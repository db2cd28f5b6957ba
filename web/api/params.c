#include "web/api/params.h"

#include <ctype.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "station/ledger/query.h"
#include "web/http/exchange.h"

/* Largest whole number that every JSON reader keeps exactly. */
#define ID_MAX 9007199254740991ll

/* Reads exactly `digits` decimal digits; -1 when there are others. */
static int fixed_number(const char **at, int digits)
{
	int value = 0;

	for (int i = 0; i < digits; i++) {
		if (!isdigit((unsigned char)(*at)[i]))
			return -1;
		value = value * 10 + ((*at)[i] - '0');
	}
	*at += digits;
	return value;
}

static bool in_range(int value, int low, int high)
{
	return value >= low && value <= high;
}

static bool eat(const char **at, char c)
{
	if (**at != c)
		return false;
	++*at;
	return true;
}

static bool parse_date(const char **at, struct tm *tm)
{
	int year = fixed_number(at, 4), month, day;

	if (!in_range(year, 1970, 9999) || !eat(at, '-'))
		return false;
	month = fixed_number(at, 2);
	if (!in_range(month, 1, 12) || !eat(at, '-'))
		return false;
	day = fixed_number(at, 2);
	tm->tm_year = year - 1900;
	tm->tm_mon = month - 1;
	tm->tm_mday = day;
	return in_range(day, 1, 31);
}

static bool parse_clock(const char **at, struct tm *tm, int *ms)
{
	tm->tm_hour = fixed_number(at, 2);
	if (!in_range(tm->tm_hour, 0, 23) || !eat(at, ':'))
		return false;
	tm->tm_min = fixed_number(at, 2);
	if (!in_range(tm->tm_min, 0, 59) || !eat(at, ':'))
		return false;
	tm->tm_sec = fixed_number(at, 2);
	if (!in_range(tm->tm_sec, 0, 59))
		return false;
	*ms = 0;
	if (!eat(at, '.'))
		return true;
	if (!isdigit((unsigned char)**at))
		return false;
	for (int weight = 100; isdigit((unsigned char)**at); ++*at, weight /= 10)
		*ms += weight * (**at - '0'); /* what is finer than a millisecond weighs 0 */
	return true;
}

static bool parse_offset(const char **at, int *minutes)
{
	int sign = **at == '-' ? -1 : 1, hours, rest;

	*minutes = 0;
	if (eat(at, 'Z'))
		return true;
	if (!eat(at, '+') && !eat(at, '-'))
		return false;
	hours = fixed_number(at, 2);
	if (!in_range(hours, 0, 23) || !eat(at, ':'))
		return false;
	rest = fixed_number(at, 2);
	*minutes = sign * (hours * 60 + rest);
	return in_range(rest, 0, 59);
}

int64_t time_parse(const char *text)
{
	struct tm tm = {0}, check;
	const char *at = text;
	int ms = 0, minutes = 0;
	time_t seconds;

	if (!parse_date(&at, &tm))
		return -1;
	if (*at &&
	    (!eat(&at, 'T') || !parse_clock(&at, &tm, &ms) || !parse_offset(&at, &minutes) || *at))
		return -1;
	check = tm;
	seconds = timegm(&check);
	if (check.tm_mday != tm.tm_mday) /* the 31st of a month that has 30 days */
		return -1;
	return ((int64_t)seconds - (int64_t)minutes * 60) * 1000 + ms;
}

static int64_t whole_number(const char *text, int64_t low, int64_t high)
{
	char *end;
	long long value;

	if (!isdigit((unsigned char)*text) || strlen(text) > 16)
		return -1;
	value = strtoll(text, &end, 10);
	return *end || value < low || value > high ? -1 : value;
}

static bool only(const char *text, int (*fits)(int c))
{
	for (; *text; text++)
		if (!fits((unsigned char)*text))
			return false;
	return true;
}

static bool is_result(const char *text)
{
	return !strcmp(text, "passed") || !strcmp(text, "failed") || !strcmp(text, "refused") ||
	       !strcmp(text, "interrupted");
}

static bool text_fits(const char *text, enum param_form form)
{
	switch (form) {
	case PARAM_DIGITS:
		return only(text, isdigit);
	case PARAM_HEX:
		return only(text, isxdigit);
	case PARAM_RESULT:
		return is_result(text);
	case PARAM_STATE:
		return is_result(text) || !strcmp(text, "running");
	case PARAM_TEXT:
	case PARAM_ID:
	case PARAM_LIMIT:
	case PARAM_TIME:
		break;
	}
	return true;
}

static int put_text(char *field, size_t size, const char *value, enum param_form form)
{
	if (strlen(value) >= size || !text_fits(value, form))
		return -1;
	memcpy(field, value, strlen(value) + 1);
	if (form == PARAM_HEX) /* as the ledger has it */
		for (char *c = field; *c; c++)
			*c = (char)tolower((unsigned char)*c);
	return 0;
}

static int put_number(void *field, int64_t value)
{
	if (value < 0)
		return -1;
	memcpy(field, &value, sizeof value);
	return 0;
}

static int put_limit(void *field, int64_t value)
{
	int small = (int)value;

	if (value < 0)
		return -1;
	memcpy(field, &small, sizeof small);
	return 0;
}

static int put(const struct param_rule *rule, struct query *q, const char *value)
{
	char *field = (char *)q + rule->offset;

	if (!*value)
		return -1;
	switch (rule->form) {
	case PARAM_TEXT:
	case PARAM_DIGITS:
	case PARAM_HEX:
	case PARAM_RESULT:
	case PARAM_STATE:
		return put_text(field, rule->size, value, rule->form);
	case PARAM_ID:
		return put_number(field, whole_number(value, 1, ID_MAX));
	case PARAM_LIMIT:
		return put_limit(field, whole_number(value, 1, 1000));
	case PARAM_TIME:
		return put_number(field, time_parse(value));
	}
	return -1;
}

static void form_remedy(const struct param_rule *rule, char *out, size_t size)
{
	switch (rule->form) {
	case PARAM_TEXT:
		snprintf(out, size, "give 1 to %zu bytes of text", rule->size - 1);
		return;
	case PARAM_DIGITS:
		snprintf(out, size, "give 1 to %zu decimal digits", rule->size - 1);
		return;
	case PARAM_HEX:
		snprintf(out, size, "give 1 to %zu hexadecimal digits", rule->size - 1);
		return;
	case PARAM_RESULT:
		snprintf(out, size, "give passed, failed, refused or interrupted");
		return;
	case PARAM_STATE:
		snprintf(out, size, "give passed, failed, refused, interrupted or running");
		return;
	case PARAM_ID:
		snprintf(out, size, "give a whole number from 1");
		return;
	case PARAM_LIMIT:
		snprintf(out, size, "give a whole number from 1 to 1000");
		return;
	case PARAM_TIME:
		snprintf(out, size,
			 "give a time such as 2026-11-20T10:00:00Z or a date such as 2026-11-20");
		return;
	}
}

static const struct param_rule *find_rule(const struct param_rule *rules, size_t count,
					  const char *name)
{
	for (size_t i = 0; i < count; i++)
		if (!strcmp(rules[i].name, name))
			return &rules[i];
	return NULL;
}

static void answer_unknown(struct exchange *x, const char *name, const struct param_rule *rules,
			   size_t count)
{
	char remedy[200] = "leave it out: this path takes no parameters";
	size_t used = 0;

	for (size_t i = 0; i < count && used < sizeof remedy; i++)
		used += (size_t)snprintf(remedy + used, sizeof remedy - used, "%s%s",
					 i ? ", " : "use one of: ", rules[i].name);
	answer_problem(x, PROBLEM_BAD_PARAMETER, name, remedy,
		       "\"%.60s\" is not a parameter of this path", name);
}

int params_read(struct exchange *x, const struct param_rule *rules, size_t count, struct query *q)
{
	uint64_t seen = 0;

	for (size_t i = 0; i < x->uri.param_count; i++) {
		const struct uri_param *p = &x->uri.params[i];
		const struct param_rule *rule = find_rule(rules, count, p->name);
		char remedy[120];

		if (!rule) {
			answer_unknown(x, p->name, rules, count);
			return -1;
		}
		if (seen >> (rule - rules) & 1) {
			answer_problem(x, PROBLEM_BAD_PARAMETER, p->name, "give it once",
				       "\"%s\" is given more than once", p->name);
			return -1;
		}
		seen |= 1ull << (rule - rules);
		if (put(rule, q, p->value)) {
			form_remedy(rule, remedy, sizeof remedy);
			answer_problem(x, PROBLEM_BAD_PARAMETER, p->name, remedy,
				       "\"%.60s\" is not a value for \"%s\"", p->value, p->name);
			return -1;
		}
	}
	return 0;
}

int params_none(struct exchange *x)
{
	return params_read(x, NULL, 0, NULL);
}

int64_t path_id(struct exchange *x)
{
	int64_t id = whole_number(x->argument, 1, ID_MAX);

	if (id < 0)
		answer_problem(x, PROBLEM_NOT_FOUND, NULL,
			       "give the number that a list of this kind shows",
			       "\"%.60s\" is not the number of anything here", x->argument);
	return id;
}
