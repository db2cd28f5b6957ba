/*
 * watch: what concerns the whole station and no single slot: room on its disk, and units that leave
 * several slots in the same moment.
 */
#ifndef STATION_WATCH_H
#define STATION_WATCH_H

struct station;

/* Ask for the disk's room, and wait for the answer: before the loop runs. */
void watch_start(struct station *s);
/* Ask for the disk's room now and then; call from a tick. A worker asks, nothing waits. */
void watch_tick(struct station *s);
/* No question is under way. */
int watch_is_quiet(const struct station *s);

#endif
