/* transcript: a flow driven by a transcript of this folder; a difference fails the test. */
#ifndef TESTS_TRACE_TRANSCRIPT_H
#define TESTS_TRACE_TRANSCRIPT_H

#include "tests/lib/replay.h"

void transcript_play(const char *name, const struct replay_blob *blobs, struct flow *flow,
		     struct flow_action *action);

#endif
