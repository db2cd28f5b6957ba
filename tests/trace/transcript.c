#include "tests/trace/transcript.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

static char *load(const char *name)
{
	char path[512];
	char *text;
	long n;
	FILE *file;

	snprintf(path, sizeof path, "%s/%s", TRACE_DIR, name);
	file = fopen(path, "rb");
	assert_non_null(file);
	assert_int_equal(fseek(file, 0, SEEK_END), 0);
	n = ftell(file);
	assert_true(n > 0);
	rewind(file);
	text = calloc(1, (size_t)n + 1);
	assert_non_null(text);
	assert_int_equal(fread(text, 1, (size_t)n, file), (size_t)n);
	fclose(file);
	return text;
}

void transcript_play(const char *name, const struct replay_blob *blobs, struct flow *flow,
		     struct flow_action *action)
{
	char *text = load(name);
	struct replay r = {.name = name, .text = text, .blobs = blobs};

	if (!replay_run(&r, flow, action))
		fail_msg("%s", r.error);
	free(text);
}
