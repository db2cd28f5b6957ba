/* fake-station: the web over a made-up rack. Prints the port and serves until SIGTERM or SIGINT. */
#include <getopt.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tests/api/fake/fake.h"
#include "web/web.h"

struct program {
	uv_loop_t loop;
	uv_signal_t term, interrupt;
	struct station station;
	struct ledger_reader reader;
	struct web *web;
};

static void on_stopped(void *context)
{
	struct program *p = context;

	fake_stop(&p->station);
	uv_close((uv_handle_t *)&p->term, NULL);
	uv_close((uv_handle_t *)&p->interrupt, NULL);
}

static void on_signal(uv_signal_t *handle, int number)
{
	struct program *p = handle->data;

	(void)number;
	uv_signal_stop(&p->term);
	uv_signal_stop(&p->interrupt);
	web_stop(p->web, on_stopped, p);
}

static enum fake_queries queries_named(const char *name)
{
	static const char *const names[] = {"ok", "fail", "busy", "slow"};

	for (int i = 0; i < 4; i++)
		if (!strcmp(name, names[i]))
			return (enum fake_queries)i;
	fprintf(stderr, "fake-station: --queries: \"%s\" is none of ok, fail, busy, slow\n", name);
	exit(2);
}

static void parse(int argc, char **argv, struct fake_options *fake, struct web_options *web)
{
	static const struct option options[] = {
		{"slots", 1, NULL, 's'},    {"port", 1, NULL, 'p'},  {"alive", 0, NULL, 'a'},
		{"fleeting", 0, NULL, 'f'}, {"order", 0, NULL, 'o'}, {"state", 1, NULL, 't'},
		{"queries", 1, NULL, 'q'},  {"seed", 1, NULL, 'e'},  {NULL, 0, NULL, 0},
	};
	int c;

	while ((c = getopt_long(argc, argv, "", options, NULL)) != -1) {
		switch (c) {
		case 's':
			fake->slots = strtoul(optarg, NULL, 10);
			break;
		case 'p':
			web->port = (int)strtol(optarg, NULL, 10);
			break;
		case 'a':
			fake->alive = true;
			break;
		case 'f':
			fake->fleeting = true;
			break;
		case 'o':
			fake->order = true;
			break;
		case 't':
			fake->state = optarg;
			break;
		case 'q':
			fake->queries = queries_named(optarg);
			break;
		case 'e':
			fake->seed = strtoull(optarg, NULL, 10);
			break;
		default:
			exit(2);
		}
	}
	if (fake->slots > FAKE_SLOTS_MAX)
		fake->slots = FAKE_SLOTS_MAX;
}

int main(int argc, char **argv)
{
	static struct program p;
	struct fake_options fake = {.slots = 8, .state = "ready"};
	struct web_options web = {.address = "127.0.0.1"};
	struct problem problem;

	parse(argc, argv, &fake, &web);
	uv_loop_init(&p.loop);
	fake_start(&p.station, &p.loop, &fake);
	p.reader.station = &p.station;
	if (web_start(&p.web, &p.loop, &p.station, &p.reader, &web, &problem)) {
		fprintf(stderr, "fake-station: web, %s: %s; %s\n", problem.where, problem.why,
			problem.remedy);
		return 1;
	}
	uv_signal_init(&p.loop, &p.term);
	uv_signal_init(&p.loop, &p.interrupt);
	p.term.data = p.interrupt.data = &p;
	uv_signal_start(&p.term, on_signal, SIGTERM);
	uv_signal_start(&p.interrupt, on_signal, SIGINT);
	printf("%d\n", web_port(p.web));
	fflush(stdout);
	uv_run(&p.loop, UV_RUN_DEFAULT);
	return uv_loop_close(&p.loop) ? 1 : 0;
}
