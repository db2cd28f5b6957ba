/*
 * sink: a device that takes whatever comes, for measuring what a host can push at all.
 *
 * It does with the bytes what an agent does with a packet (collects 2 MiB, sums them, writes them
 * to storage) and nothing else: no frame, no answer. So a plain host's rate over it is the ceiling
 * of a flashing one's, on the same machine and with the same work behind the cable.
 */
#ifndef RACK_SINK_H
#define RACK_SINK_H

#include "tests/rack/device.h"

#define SINK_PID 0x2001

/* From now on the device swallows. Its storage is written round and round. */
void sink_start(struct device *d);

#endif
