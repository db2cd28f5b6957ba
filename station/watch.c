#include "station/watch.h"

#include <stdio.h>
#include <string.h>

#include "station/log.h"
#include "station/station.h"

#define ASK_EVERY_MS	 5000
#define SAME_MOMENT_MS	 1000
#define SEVERAL		 3
#define ST_HUB_SUSPECTED 6

/* ---- the disk ---- */

static void take_answer(struct station *s, uv_fs_t *request)
{
	const uv_statfs_t *disk = request->ptr;
	bool was_low = station_disk_is_low(s);

	if (request->result == 0 && disk) {
		s->disk_known = true;
		s->disk_free = disk->f_bavail * disk->f_bsize;
	}
	uv_fs_req_cleanup(request);
	if (station_disk_is_low(s) == was_low)
		return;
	s->station_version = station_touch(s);
	log_line(was_low ? LOG_INFO : LOG_ERROR,
		 "%s: %llu MiB are free on the disk of state_dir, %lld are needed",
		 was_low ? "room again" : "ST-070 no new runs",
		 (unsigned long long)(s->disk_free >> 20), (long long)s->config->disk_free_mib);
}

void watch_start(struct station *s)
{
	uv_fs_t request;

	uv_fs_statfs(s->loop, &request, s->config->state_dir, NULL);
	take_answer(s, &request);
}

static void disk_asked(uv_fs_t *request)
{
	struct station *s = request->data;

	s->disk_asking = false;
	take_answer(s, request);
	if (s->phase == STATION_STOPPING)
		station_check_stopped(s);
}

void watch_tick(struct station *s)
{
	if (s->disk_asking || s->phase == STATION_STOPPING ||
	    (s->disk_asked_ms && uv_now(s->loop) - s->disk_asked_ms < ASK_EVERY_MS))
		return;
	s->disk_asked_ms = uv_now(s->loop);
	s->disk_request.data = s;
	s->disk_asking =
		uv_fs_statfs(s->loop, &s->disk_request, s->config->state_dir, disk_asked) == 0;
}

int watch_is_quiet(const struct station *s)
{
	return !s->disk_asking;
}

bool station_disk_is_low(const struct station *s)
{
	return s->disk_known && s->disk_free < (uint64_t)s->config->disk_free_mib << 20;
}

/* ---- several at once ---- */

/* "A1, A2, A3": the slots that lost a unit in the same moment. Gives how many. */
static size_t name_drops(const struct station *s, uint64_t now, char *to, size_t size)
{
	size_t count = 0, n;

	to[0] = '\0';
	for (size_t i = 0; i < s->port_count; i++) {
		const struct port *p = s->ports[i];

		if (!p->dropped_ms || now - p->dropped_ms > SAME_MOMENT_MS)
			continue;
		n = strlen(to);
		if (n + 40 < size)
			snprintf(to + n, size - n, "%s%s", count ? ", " : "", p->label);
		count++;
	}
	return count;
}

/* The slots themselves are not to blame: their supply, hub or cable harness may be. */
void station_note_drop(struct station *s, struct port *p)
{
	uint64_t now = uv_now(s->loop);
	char names[160];
	size_t count;

	p->dropped_ms = now;
	count = name_drops(s, now, names, sizeof names);
	if (count < SEVERAL)
		return;
	for (size_t i = 0; i < s->port_count; i++) {
		struct port *q = s->ports[i];

		if (!q->dropped_ms || now - q->dropped_ms > SAME_MOMENT_MS)
			continue;
		q->notice = (struct fault){.family = FAULT_NONE};
		fault_set(&q->notice, FAULT_STATION, ST_HUB_SUSPECTED, "arrival",
			  "%zu slots lost their units within %d ms: %s", count, SAME_MOMENT_MS,
			  names);
		port_touch(q);
	}
	station_event(s, "several-dropped", p, "ST-%03u %zu slots within %d ms: %s",
		      ST_HUB_SUSPECTED, count, SAME_MOMENT_MS, names);
}
