#include "tests/lib/memrun.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define ACTIONS_MAX 20000

static void die(const char *what)
{
	fprintf(stderr, "tests/lib/memrun: %s\n", what);
	exit(1);
}

void memrun_begin(struct memrun *r, enum flow_operation operation,
		  const struct pack_options *options)
{
	memset(&r->plan, 0, sizeof r->plan);
	pack_make(&r->pack, options);
	r->plan.package = &r->pack.package;
	r->plan.rules = &r->pack.rules;
	r->plan.operation = operation;
	r->plan.verify = FLOW_VERIFY_SAMPLE;
	r->plan.end = FLOW_END_REBOOT;
}

void memrun_go(struct memrun *r, const struct memdev_options *options)
{
	struct flow_action a;
	struct flow_event e;
	struct arrival arrival;
	uint64_t done = 0;

	memdev_init(&r->device, options, &r->pack);
	arrival = memdev_arrival(&r->device);
	flow_begin(&r->flow, &r->plan, &arrival, 0, &a);
	for (r->actions = 0; a.what != FLOW_FINISH; r->actions++) {
		const struct flow_report *report = flow_report(&r->flow);

		if (r->actions == ACTIONS_MAX)
			die("a run does not end");
		memdev_serve(&r->device, &a, &e);
		flow_step(&r->flow, &e, &a);
		if (report->bytes_done < done || report->bytes_done > report->bytes_total)
			die("progress goes back, or beyond its total");
		done = report->bytes_done;
	}
	for (size_t i = 0; i < r->device.stream_count; i++)
		if (r->device.streams[i].broken)
			die("the pieces of a stream were out of order");
}

void memrun_free(struct memrun *r)
{
	pack_free(&r->pack);
}

const char *memrun_phases(const struct memrun *r)
{
	static char text[512];
	const struct flow_report *report = flow_report(&r->flow);

	text[0] = '\0';
	for (size_t i = 0; i < report->step_count; i++)
		snprintf(text + strlen(text), sizeof text - strlen(text), "%s%s", i ? " " : "",
			 report->steps[i].name);
	return text;
}

const struct memdev_stream *memrun_stream(const struct memrun *r, const char *name)
{
	for (size_t i = 0; i < r->device.stream_count; i++)
		if (!strcmp(r->device.streams[i].to.name, name))
			return &r->device.streams[i];
	return NULL;
}
