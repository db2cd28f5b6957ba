/* flashrackd: the station. Reads its settings, starts, and runs until it is told to stop. */
#include <getopt.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "station/log.h"
#include "station/station.h"
#ifdef FLASHRACK_WEB
#include "web/web.h"
#endif

#define EXIT_WRONG_USAGE 2

static const char help[] =
	"usage: flashrackd [--config FILE] [--check-config]\n"
	"       flashrackd --help | --version\n"
	"\n"
	"Flashes units that come up on this machine's USB slots, and serves the dashboard.\n"
	"\n"
	"  --config FILE    settings, in JSON; all keys are optional "
	"(schema/json/config.schema.json)\n"
	"  --check-config   read settings and profiles, say what is wrong with them, and end\n"
	"  --help           show this\n"
	"  --version        show the version\n"
	"\n"
	"SIGTERM or SIGINT ends it: runs under way end as interrupted, all records are stored.\n";

struct options {
	const char *config;
	bool check;
};

static int usage_error(const char *what)
{
	fprintf(stderr, "flashrackd: %s: not understood; see flashrackd --help\n", what);
	return EXIT_WRONG_USAGE;
}

/* -1: go on, else the exit status. */
static int read_options(int argc, char **argv, struct options *o)
{
	static const struct option known[] = {
		{"config", required_argument, NULL, 'c'},
		{"check-config", no_argument, NULL, 'k'},
		{"help", no_argument, NULL, 'h'},
		{"version", no_argument, NULL, 'v'},
		{NULL, 0, NULL, 0},
	};
	int c;

	opterr = 0;
	while ((c = getopt_long(argc, argv, ":", known, NULL)) != -1) {
		switch (c) {
		case 'c':
			o->config = optarg;
			break;
		case 'k':
			o->check = true;
			break;
		case 'h':
			fputs(help, stdout);
			return 0;
		case 'v':
			puts("flashrackd " FLASHRACK_VERSION);
			return 0;
		default:
			return usage_error(argv[optind - 1]);
		}
	}
	return optind < argc ? usage_error(argv[optind]) : -1;
}

static int complain(const char *what, const struct problem *p)
{
	fprintf(stderr, "flashrackd: %s, %s: %s; %s\n", what, p->where, p->why, p->remedy);
	return EXIT_FAILURE;
}

struct signals {
	uv_signal_t interrupt, terminate, pipe;
	struct station *station;
};

static void stop_signal(uv_signal_t *handle, int number)
{
	struct signals *s = handle->data;

	if (s->station->phase == STATION_STOPPING) {
		log_line(LOG_WARNING, "signal %d: already stopping, records are being stored",
			 number);
		return;
	}
	log_line(LOG_INFO, "signal %d", number);
	station_stop(s->station);
}

static void ignore_signal(uv_signal_t *handle, int number)
{
	(void)handle;
	(void)number;
}

static void watch_signals(struct signals *s, uv_loop_t *loop)
{
	const struct {
		uv_signal_t *handle;
		int number;
		uv_signal_cb call;
	} all[] = {
		{&s->interrupt, SIGINT, stop_signal},
		{&s->terminate, SIGTERM, stop_signal},
		{&s->pipe, SIGPIPE, ignore_signal},
	};

	for (size_t i = 0; i < sizeof all / sizeof all[0]; i++) {
		uv_signal_init(loop, all[i].handle);
		all[i].handle->data = s;
		uv_signal_start(all[i].handle, all[i].call, all[i].number);
		uv_unref((uv_handle_t *)all[i].handle); /* signals alone keep nothing alive */
	}
}

static void close_signals(struct signals *s)
{
	uv_close((uv_handle_t *)&s->interrupt, NULL);
	uv_close((uv_handle_t *)&s->terminate, NULL);
	uv_close((uv_handle_t *)&s->pipe, NULL);
}

#ifdef FLASHRACK_WEB
static void stop_web(void *context, void (*stopped)(void *context), void *stopped_context)
{
	web_stop(context, stopped, stopped_context);
}

static int start_web(struct station *s, uv_loop_t *loop, struct problem *problem)
{
	struct web_options options = {s->config->listen.address, (int)s->config->listen.port};
	struct web *web;

	if (web_start(&web, loop, s, s->reader, &options, problem) != 0)
		return -1;
	s->front = (struct station_front){web, stop_web};
	log_line(LOG_INFO, "dashboard at http://%s:%d", options.address, web_port(web));
	return 0;
}
#else
static int start_web(struct station *s, uv_loop_t *loop, struct problem *problem)
{
	(void)s;
	(void)loop;
	(void)problem;
	return 0;
}
#endif

static int run(const struct config *config, const struct profiles *profiles)
{
	struct signals signals = {.station = NULL};
	struct problem problem;
	uv_loop_t loop;
	int result = EXIT_SUCCESS;

	if (uv_loop_init(&loop) != 0) {
		problem_set(&problem, "loop", "raise the limit of open files", "it does not start");
		return complain("event loop", &problem);
	}
	signals.station = station_make(&loop, config, profiles, &problem);
	if (!signals.station) {
		uv_loop_close(&loop);
		return complain("station", &problem);
	}
	watch_signals(&signals, &loop);
	if (station_start(signals.station, &problem) != 0 ||
	    start_web(signals.station, &loop, &problem) != 0) {
		result = complain(config->state_dir, &problem);
		station_stop(signals.station);
	}
	uv_run(&loop, UV_RUN_DEFAULT);
	close_signals(&signals);
	uv_run(&loop, UV_RUN_DEFAULT);
	station_free(signals.station);
	if (uv_loop_close(&loop) != 0)
		log_line(LOG_ERROR, "something was left open at the end");
	return result;
}

static int read_and_run(const struct options *o)
{
	struct problem problem;
	struct profiles profiles;
	char bad_file[CONFIG_PATH_MAX + 300];
	struct config *config = config_load(o->config, &problem);
	int result = EXIT_SUCCESS;

	if (!config)
		return complain(o->config ? o->config : "settings", &problem);
	if (profiles_load(&profiles, config->profiles_dir, config->profiles_dir_given, bad_file,
			  sizeof bad_file, &problem) != 0) {
		result = complain(bad_file, &problem);
	} else {
		if (o->check)
			printf("good: %zu slots, %zu profiles\n", config->slot_count,
			       profiles.count);
		else
			result = run(config, &profiles);
		profiles_free(&profiles);
	}
	config_free(config);
	return result;
}

int main(int argc, char **argv)
{
	struct options o = {.config = NULL};
	int result = read_options(argc, argv, &o);

	if (result >= 0)
		return result;
	/* Imports and queries take workers for long; giving devices back must not wait for them. */
	setenv("UV_THREADPOOL_SIZE", "12", 0);
	return read_and_run(&o);
}
