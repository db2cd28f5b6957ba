#include "tests/rack/sink.h"

#include "tests/rack/agent.h"

enum { PIECE = 0x200000 };

static void got_piece(void *ctx)
{
	struct device *d = ctx;
	struct agent *a = d->agent;

	a->packet_checksum = agent_byte_sum(a->big, PIECE);
	if (a->write_offset + PIECE > d->flash.regions[REGION_USER].bytes)
		a->write_offset = 0;
	if (flash_write(&d->flash, REGION_USER, a->write_offset, a->big, PIECE)) {
		agent_halt(d, "the sink's storage cannot be written");
		return;
	}
	a->write_offset += PIECE;
	rx_read(&d->usb.rx, a->big, PIECE, got_piece);
}

void sink_start(struct device *d)
{
	rx_reset(&d->usb.rx, RX_AGENT);
	if (!agent_reserve(d, PIECE)) {
		agent_halt(d, "no memory on this machine");
		return;
	}
	d->agent->write_offset = 0;
	rx_read(&d->usb.rx, d->agent->big, PIECE, got_piece);
}
