/*
 * bench_engine: what the engine itself costs, without USB, kernel or loop.
 *
 *     steps      exchanges a second of a whole run against the device in memory
 *     write      MiB a second of an XFlash DOWNLOAD, packets answered at once by a stub
 *     packet     nanoseconds of engine work for one packet of 2 MiB
 *
 * The stub only answers: a device model that sums and stores each byte would be what is measured.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "engine/flow/flow_state.h"
#include "engine/xflash/tables.h"
#include "tests/lib/memdev.h"
#include "tests/lib/pack.h"
#include "tests/lib/replay.h"

#define IMAGE_BYTES  (64u << 20)
#define WRITE_ROUNDS 2000u
#define RUNS	     300u

static struct flow flow;
static struct pack pack;

static double seconds(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

static void die(const char *why)
{
	fprintf(stderr, "bench_engine: %s\n", why);
	exit(1);
}

/* One complete run; gives its number of actions and adds the time spent in flow_step(). */
static unsigned whole_run(struct memdev *device, const struct flow_plan *plan, double *engine)
{
	struct arrival arrival = memdev_arrival(device);
	struct flow_action a;
	struct flow_event e;
	unsigned n = 0;

	flow_begin(&flow, plan, &arrival, 0, &a);
	while (a.what != FLOW_FINISH) {
		double began;

		memdev_serve(device, &a, &e);
		began = seconds();
		flow_step(&flow, &e, &a);
		*engine += seconds() - began;
		n++;
	}
	if (flow.report.result != FLOW_PASSED)
		die(flow.report.fault.what);
	return n;
}

static void bench_steps(void)
{
	struct flow_plan plan = {
		.package = &pack.package, .verify = FLOW_VERIFY_CHECKSUM, .end = FLOW_END_REBOOT};
	struct memdev_options options = {.preloader = true};
	struct memdev *device = malloc(sizeof *device);
	double engine = 0;
	unsigned long steps = 0;

	if (!device)
		die("no memory");
	for (unsigned i = 0; i < RUNS; i++) {
		memdev_init(device, &options, &pack);
		steps += whole_run(device, &plan, &engine);
	}
	printf("steps   %10.0f a second (%.0f ns each, two clock readings included)\n",
	       (double)steps / engine, engine / (double)steps * 1e9);
	free(device);
}

/* Sixteen bytes that say OK: opcode, name, packet and final status are all the same frame. */
static const uint8_t ok[] = {0xEF, 0xEE, 0xEE, 0xFE, 1, 0, 0, 0, 4, 0, 0, 0, 0, 0, 0, 0};

static void bench_write(void)
{
	struct flow_plan plan = {.package = &pack.package};
	uint8_t *image = malloc(IMAGE_BYTES);
	unsigned long long packets = 0;
	struct wire_sums sums;
	double began, took;

	if (!image)
		die("no memory");
	memset(image, 0x5A, IMAGE_BYTES);
	if (wire_sums_make(&sums, (struct slice){image, IMAGE_BYTES}))
		die("no memory");
	began = seconds();
	for (unsigned i = 0; i < WRITE_ROUNDS; i++) {
		struct flow_event e = {.kind = FLOW_REPLY, .rx = {ok, sizeof ok}};
		struct flow_action a;

		memset(&flow, 0, sizeof flow);
		flow.report.facts.write_packet = 0x200000;
		flow.io.name = "system";
		flow.io.image = (struct slice){image, IMAGE_BYTES};
		flow.io.length = IMAGE_BYTES;
		flow.io.sums = &sums;
		replay_verb(&flow, &plan, xflash_download, &a);
		while (a.what != FLOW_FINISH) {
			e.seq = a.seq;
			packets += a.tx_count == 6;
			flow_step(&flow, &e, &a);
		}
		if (flow.report.result != FLOW_PASSED)
			die(flow.report.fault.what);
	}
	took = seconds() - began;
	printf("write   %10.0f MiB a second of engine work\n",
	       (double)WRITE_ROUNDS * (IMAGE_BYTES >> 20) / took);
	printf("packet  %10.0f ns each of 2 MiB, begin and end of its image included\n",
	       took / (double)packets * 1e9);
	wire_sums_free(&sums);
	free(image);
}

int main(void)
{
	pack_make(&pack, &(struct pack_options){.boot_bytes = 0});
	bench_steps();
	bench_write();
	printf("state   %10zu bytes a port\n", sizeof flow);
	pack_free(&pack);
	return 0;
}
