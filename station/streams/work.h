/* work: the parts of streams that block, for its workers. They touch what is theirs in `s`. */
#ifndef STATION_STREAMS_WORK_H
#define STATION_STREAMS_WORK_H

#include "station/streams/streams.h"

struct stream_piece {
	struct stream_piece *next;
	struct flow_save to;
	enum storage_kind storage;
	size_t n;
	uint8_t bytes[];
};

/* Write all of s->pieces; fills s->done and s->finished with the last, or s->trouble. */
void work_write(struct streams *s);
/* Map, check and sum what s->asked names; fills the next load, or s->trouble. */
void work_load(struct streams *s);
void work_mark(struct streams *s);
/* Nothing stays open, mapped or half-written. */
void work_end(struct streams *s);

#endif
