/*
 * send: data to the device, by name (DOWNLOAD) or by address (WRITE_DATA); da-xflash.md 6.2, 6.3,
 * 6.6.
 *
 * By name is the flow's choice whenever the device's own table holds the partition at the
 * scatter's place: the agent then keeps to that partition, expands sparse images, and gives a
 * preloader its device header. By address is for what has no name there. Neither is trusted with
 * sizes: an agent finds an image too long only in the last status, after it has overwritten the
 * neighbour's start or not, and never notices a sparse image cut short; inspect.c checks both.
 *
 * Packets: host status, checksum and data are three frames of one exchange, answered by one status.
 * A status means "received and queued", so a storage error may come packets later or only in the
 * final status; that final status comes in any case and is always read.
 */
#include <string.h>

#include "engine/base/bytes.h"
#include "engine/xflash/command.h"
#include "engine/xflash/status.h"
#include "engine/xflash/tables.h"

#define PACKET_MS	30000
#define ERASE_MS	120000 /* a sparse image's partition is erased before its first packet */
#define STATUS_GO_ON	0
#define CHECKSUM_MODULO 0xFFFFu

/* The table built for a blank board is made on the spot and summed here; sectors are never odd. */
static uint32_t sum_of(struct slice bytes)
{
	uint32_t sum = 0;

	for (size_t i = 0; i < bytes.n; i++)
		sum += bytes.p[i];
	return sum & CHECKSUM_MODULO;
}

static uint32_t checksum_of(const struct flow_io *io, uint64_t offset, uint64_t n)
{
	if (io->own)
		return sum_of((struct slice){io->image.p + offset, n});
	return wire_sums_packet(io->sums, offset, n);
}

static uint64_t packet_bytes(const struct flow *f)
{
	uint64_t most = f->report.facts.write_packet & ~(uint64_t)(WIRE_SUMS_BLOCK - 1);
	uint64_t left = f->io.length - f->io.done;

	return left < most ? left : most;
}

static void begin_data(struct flow *f)
{
	f->xflash.error = 0;
	f->io.done = 0;
}

static enum verdict ask_download(struct flow *f, struct flow_action *a)
{
	begin_data(f);
	return xf_command(f, a, OP_DOWNLOAD);
}

static enum verdict ask_name(struct flow *f, struct flow_action *a)
{
	uint8_t size[8];

	xf_copy(f, a, f->io.name, strlen(f->io.name));
	put_le64(size, f->io.length);
	xf_copy(f, a, size, sizeof size);
	return xf_expect(f, FRAME_STATUS);
}

static enum verdict ask_write(struct flow *f, struct flow_action *a)
{
	begin_data(f);
	return xf_command(f, a, OP_WRITE_DATA);
}

static enum verdict ask_range(struct flow *f, struct flow_action *a)
{
	uint8_t block[XF_RANGE_BYTES];

	xf_data_range(f, block);
	xf_copy(f, a, block, sizeof block);
	return xf_expect(f, FRAME_STATUS);
}

static enum verdict ask_packet(struct flow *f, struct flow_action *a)
{
	struct flow_io *io = &f->io;
	struct slice data;

	if (io->done == io->length)
		return STEP_NEXT;
	f->xflash.packet = packet_bytes(f);
	data = (struct slice){io->image.p + io->done, f->xflash.packet};
	xf_u32(f, a, STATUS_GO_ON);
	xf_u32(f, a, checksum_of(io, io->done, data.n));
	xf_lend(f, a, data);
	a->ms = io->sparse && io->done == 0 ? ERASE_MS : PACKET_MS;
	return xf_expect(f, FRAME_STATUS);
}

static enum verdict got_packet(struct flow *f, struct slice rx)
{
	enum verdict v = xf_status(f, rx);

	if (v != STEP_NEXT)
		return v;
	if (f->xflash.status == XFLASH_OVERFLOW)
		return xf_refused(f, f->xflash.status); /* the one without a final status */
	if (xflash_failed(f->xflash.status)) {
		f->xflash.error = f->xflash.status;
		return STEP_NEXT;
	}
	f->io.done += f->xflash.packet;
	f->report.bytes_done += f->xflash.packet;
	f->report.bytes_written += f->xflash.packet;
	f->report.parts[f->io.record].bytes += f->xflash.packet;
	return STEP_AGAIN;
}

static enum verdict ask_final(struct flow *f, struct flow_action *a)
{
	(void)a;
	return xf_expect(f, FRAME_STATUS);
}

static enum verdict got_final(struct flow *f, struct slice rx)
{
	enum verdict v = xf_done(f, rx);

	if (v != STEP_NEXT)
		return v;
	if (f->xflash.error)
		return xf_refused(f, f->xflash.error);
	if (xflash_failed(f->xflash.status))
		return xf_refused(f, f->xflash.status);
	return STEP_NEXT;
}

const struct step xflash_download[] = {
	{"download", 5000, ask_download, xf_ok, NULL},
	{"download name", 5000, ask_name, xf_ok, NULL},
	{"packet", PACKET_MS, ask_packet, got_packet, NULL},
	{"final status", 120000, ask_final, got_final, NULL},
	{NULL, 0, NULL, NULL, NULL},
};

const struct step xflash_write[] = {
	{"write data", 5000, ask_write, xf_ok, NULL},
	{"write range", 5000, ask_range, xf_ok, NULL},
	{"packet", PACKET_MS, ask_packet, got_packet, NULL},
	{"final status", 120000, ask_final, got_final, NULL},
	{NULL, 0, NULL, NULL, NULL},
};

/* The agent's own flash record. Old agents want it before a preloader; new ones ignore it. */
static enum verdict ask_open(struct flow *f, struct flow_action *a)
{
	(void)a;
	return control_act(f, ACT_START_DL_INFO, true);
}

static enum verdict ask_close(struct flow *f, struct flow_action *a)
{
	(void)a;
	return control_act(f, ACT_END_DL_INFO, true);
}

const struct step xflash_open_job[] = {
	{"record begin", 0, ask_open, control_ok, NULL},
	{NULL, 0, NULL, NULL, NULL},
};

const struct step xflash_close_job[] = {
	{"record end", 0, ask_close, control_ok, NULL},
	{NULL, 0, NULL, NULL, NULL},
};
