#include "engine/legacy/send.h"

#include "engine/base/bytes.h"
#include "engine/legacy/wire.h"

#define ERASE_MS     120000 /* a sparse image's range is erased before its first packet */
#define TRIES	     3
#define STAGE_STATUS 1
#define STAGE_READY  2 /* the 5A of an agent that has drained what it could not take */

void lg_begin_data(struct flow *f)
{
	f->io.done = 0;
	f->legacy.error = 0;
	f->legacy.tries = 0;
	f->legacy.resend = false;
}

/* A table built on the spot has no sums of its own, and small packets are not made of blocks. */
static uint16_t sum_of(const struct flow_io *io, uint64_t n, uint64_t most)
{
	if (io->own || !io->sums || most % WIRE_SUMS_BLOCK)
		return lg_sum((struct slice){io->image.p + io->done, (size_t)n});
	return wire_sums_plain(io->sums, io->done, n);
}

enum verdict lg_ask_packet(struct flow *f, struct flow_action *a, uint64_t most)
{
	struct flow_io *io = &f->io;
	uint64_t left = io->length - io->done;
	uint8_t sum[2];

	if (io->done == io->length)
		return STEP_NEXT;
	f->legacy.packet = left < most ? left : most;
	put_be16(sum, sum_of(io, f->legacy.packet, most));
	/* An agent that drained a packet hears 69 in place of 5A. */
	lg_u8(f, a, f->legacy.resend ? LG_CONT : LG_ACK);
	f->legacy.resend = false;
	tx_lend(a, (struct slice){io->image.p + io->done, (size_t)f->legacy.packet});
	tx_copy(f, a, sum, sizeof sum);
	a->ms = io->sparse && io->done == 0 ? ERASE_MS : LG_PACKET_MS;
	return lg_want(f, 1);
}

static enum verdict took(struct flow *f)
{
	f->io.done += f->legacy.packet;
	f->report.bytes_done += f->legacy.packet;
	f->report.bytes_written += f->legacy.packet;
	f->report.parts[f->io.record].bytes += f->legacy.packet;
	f->legacy.tries = 0;
	return STEP_AGAIN;
}

static enum verdict got_status(struct flow *f, uint32_t status)
{
	uint32_t code = lg_code(f, status);

	f->legacy.error = status;
	if (++f->legacy.tries > TRIES)
		return STEP_NEXT;
	if (code == LG_DATA_CHECKSUM) {
		f->legacy.error = 0;
		return STEP_AGAIN;
	}
	if (lg_on_nand(f) && (code == LG_DATA_TIMEOUT || code == LG_BUFFER_FULL))
		return lg_more(f, STAGE_READY, 1);
	return STEP_NEXT;
}

enum verdict lg_got_packet(struct flow *f, struct slice rx)
{
	if (f->legacy.stage > STAGE_READY)
		return lg_unexpected(f, rx, "");
	if (rx.n < f->want)
		return STEP_MORE;
	if (f->legacy.stage == STAGE_STATUS)
		return got_status(f, get_be32(rx.p));
	if (f->legacy.stage == STAGE_READY) {
		f->legacy.error = 0;
		f->legacy.resend = true;
		return rx.p[0] == LG_ACK ? STEP_AGAIN : lg_unexpected(f, rx, "5A");
	}
	if (rx.p[0] == LG_CONT)
		return took(f);
	if (rx.p[0] == LG_NACK)
		return lg_more(f, STAGE_STATUS, 4);
	return lg_unexpected(f, rx, "69");
}

enum verdict lg_ask_stop(struct flow *f, struct flow_action *a)
{
	if (!f->legacy.error)
		return STEP_NEXT;
	lg_u8(f, a, LG_STOP);
	return lg_want(f, 0);
}

enum verdict lg_stopped(struct flow *f, struct slice rx)
{
	uint32_t code = lg_code(f, f->legacy.error);

	(void)rx;
	f->agent_idle = true;
	if (code == LG_WRITE_FAILED && f->io.sparse)
		return step_fail(f, FAULT_FLASHTOOL, code,
				 "the agent answered %u %s for %s at 0x%llX of a sparse image: the "
				 "storage failed, or the agent is one of those that write no fill "
				 "chunks",
				 f->legacy.error, lg_status_name(code), f->report.target,
				 (unsigned long long)f->io.done);
	return step_fail(f, FAULT_FLASHTOOL, code, "the agent answered %u %s for %s at 0x%llX",
			 f->legacy.error, lg_status_name(code), f->report.target,
			 (unsigned long long)f->io.done);
}
