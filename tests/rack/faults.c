#include "tests/rack/faults.h"

#include <ctype.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char remedy[] = "write [DEVICE/]WHAT[=VALUE][@WHERE[:N]], see --help";

static const struct {
	const char *name;
	enum fault_what what;
	unsigned places; /* bit set of enum fault_where */
} whats[] = {
	{"unplug", RACK_UNPLUG,
	 1 << RACK_AT_EXCHANGE | 1 << RACK_AT_OUT | 1 << RACK_AT_IN | 1 << RACK_AT_BYTE |
		 1 << RACK_AT_STEP | 1 << RACK_AT_WRITE},
	{"stall", RACK_STALL,
	 1 << RACK_AT_EXCHANGE | 1 << RACK_AT_OUT | 1 << RACK_AT_IN | 1 << RACK_AT_BYTE |
		 1 << RACK_AT_STEP | 1 << RACK_AT_WRITE},
	{"nak", RACK_NAK,
	 1 << RACK_AT_EXCHANGE | 1 << RACK_AT_OUT | 1 << RACK_AT_IN | 1 << RACK_AT_BYTE |
		 1 << RACK_AT_STEP | 1 << RACK_AT_WRITE},
	{"corrupt", RACK_CORRUPT, 1 << RACK_AT_EXCHANGE | 1 << RACK_AT_OUT | 1 << RACK_AT_IN},
	{"slow", RACK_SLOW,
	 1 << RACK_AT_EXCHANGE | 1 << RACK_AT_OUT | 1 << RACK_AT_IN | 1 << RACK_AT_STEP |
		 1 << RACK_AT_WRITE},
	{"status", RACK_STATUS, 1 << RACK_AT_STEP},
	{"checksum", RACK_CHECKSUM, 1 << RACK_AT_STEP},
	{"flap", RACK_FLAP, 1 << RACK_AT_ARRIVAL},
	{"fullspeed", RACK_FULLSPEED, 1 << RACK_AT_ARRIVAL},
	{"dram-fail", RACK_DRAM_FAIL, 1 << RACK_AT_BOOT},
	{"storage-dead", RACK_STORAGE_DEAD,
	 1 << RACK_AT_BOOT | 1 << RACK_AT_INFO | 1 << RACK_AT_WRITE},
	{"storage-keeps", RACK_STORAGE_KEEPS, 1 << RACK_AT_BOOT},
	{"lost", RACK_LOST, 1 << RACK_AT_WRITE},
};

static const struct {
	const char *name;
	enum fault_where where;
} wheres[] = {
	{"exchange", RACK_AT_EXCHANGE}, {"out", RACK_AT_OUT},	  {"in", RACK_AT_IN},
	{"byte", RACK_AT_BYTE},		{"step", RACK_AT_STEP},	  {"arrival", RACK_AT_ARRIVAL},
	{"info", RACK_AT_INFO},		{"write", RACK_AT_WRITE},
};

static int parse_count(const char *text, const char *spec, uint64_t *n, struct problem *problem)
{
	char *end;

	errno = 0;
	*n = strtoull(text, &end, 10);
	if (!isdigit((unsigned char)*text) || *end || errno || *n == 0)
		return problem_set(problem, "--fault", remedy, "\"%s\" in \"%s\" is no count", text,
				   spec);
	return 0;
}

static int parse_where(struct rack_fault *f, char *at, const char *spec, struct problem *problem)
{
	char *colon = strchr(at, ':');
	char *rest = NULL;

	if (colon) {
		*colon = '\0';
		rest = colon + 1;
	}
	for (size_t i = 0; i < sizeof wheres / sizeof *wheres; i++) {
		if (strcmp(at, wheres[i].name) != 0)
			continue;
		f->where = wheres[i].where;
		if (f->where == RACK_AT_STEP) {
			char *name_end;

			if (!rest || !*rest)
				return problem_set(problem, "--fault", remedy,
						   "\"%s\" names no step", spec);
			name_end = strchr(rest, ':');
			if (name_end)
				*name_end = '\0';
			snprintf(f->step, sizeof f->step, "%s", rest);
			rest = name_end ? name_end + 1 : NULL;
		}
		return rest ? parse_count(rest, spec, &f->n, problem) : 0;
	}
	return problem_set(problem, "--fault", remedy, "\"%s\" in \"%s\" is no place", at, spec);
}

static int parse_what(struct rack_fault *f, char *what, const char *spec, struct problem *problem)
{
	char *equals = strchr(what, '=');

	if (equals) {
		char *end;

		*equals = '\0';
		errno = 0;
		f->value = (uint32_t)strtoul(equals + 1, &end, !strcmp(what, "slow") ? 10 : 16);
		if (!equals[1] || *end || errno)
			return problem_set(problem, "--fault", remedy,
					   "\"%s\" in \"%s\" is no value", equals + 1, spec);
		f->has_value = true;
	}
	for (size_t i = 0; i < sizeof whats / sizeof *whats; i++) {
		if (strcmp(what, whats[i].name) != 0)
			continue;
		f->what = whats[i].what;
		if (!(whats[i].places & 1u << f->where))
			return problem_set(problem, "--fault", remedy,
					   "\"%s\" cannot happen there: \"%s\"", what, spec);
		if (f->what == RACK_STATUS && !f->has_value)
			return problem_set(problem, "--fault", "write status=1D0D@step:send-da",
					   "\"%s\" names no status", spec);
		if (f->what == RACK_SLOW && !f->has_value)
			f->value = 50;
		return 0;
	}
	return problem_set(problem, "--fault", remedy, "\"%s\" in \"%s\" is no fault", what, spec);
}

int faults_add(struct fault_plan *plan, const char *spec, struct problem *problem)
{
	struct rack_fault f = {.device = -1, .where = RACK_AT_BOOT, .n = 1};
	char text[96], *at, *what = text, *slash;

	if (plan->count == FAULTS_MAX)
		return problem_set(problem, "--fault", "give fewer", "more than %d faults",
				   FAULTS_MAX);
	if ((size_t)snprintf(text, sizeof text, "%s", spec) >= sizeof text)
		return problem_set(problem, "--fault", remedy, "the text is too long");
	slash = strchr(text, '/');
	if (slash) {
		char *end;

		f.device = (int)strtol(text, &end, 10);
		if (end != slash || !isdigit((unsigned char)*text))
			return problem_set(problem, "--fault", remedy,
					   "\"%s\" begins with no device number", spec);
		what = slash + 1;
	}
	at = strchr(what, '@');
	if (at) {
		*at = '\0';
		if (parse_where(&f, at + 1, spec, problem))
			return -1;
	}
	if (parse_what(&f, what, spec, problem))
		return -1;
	plan->items[plan->count++] = f;
	return 0;
}

void faults_reset(struct fault_state *state)
{
	memset(state->seen, 0, sizeof state->seen);
}

static bool concerns(const struct fault_state *state, const struct rack_fault *f)
{
	return !state->off && (f->device < 0 || f->device == state->device);
}

unsigned faults_pass(struct fault_state *state, enum fault_where where, const char *step,
		     uint64_t amount, uint32_t *value)
{
	unsigned fired = 0;

	for (size_t i = 0; state->plan && i < state->plan->count; i++) {
		const struct rack_fault *f = &state->plan->items[i];
		uint64_t before = state->seen[i];

		if (!concerns(state, f) || f->where != where ||
		    (where == RACK_AT_STEP && strcmp(step, f->step) != 0))
			continue;
		state->seen[i] += amount;
		if (before < f->n && state->seen[i] >= f->n) {
			fired |= 1u << f->what;
			if (value)
				*value = f->value;
		}
	}
	return fired;
}

bool faults_stand(const struct fault_state *state, enum fault_what what, enum fault_where where,
		  uint64_t *n)
{
	for (size_t i = 0; state->plan && i < state->plan->count; i++) {
		const struct rack_fault *f = &state->plan->items[i];

		if (!concerns(state, f) || f->what != what || f->where != where)
			continue;
		if (n)
			*n = f->n;
		return true;
	}
	return false;
}
