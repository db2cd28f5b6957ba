/*
 * WRITE_DATA and DOWNLOAD (da-xflash.md 6.2, 6.3, 6.6): three frames a packet, one status a packet,
 * one more at the end.
 *
 * The agent double-buffers: a packet's status says "received", so an error of the chip appears one
 * packet late, or in the final status. A negative packet status is followed by the final status
 * with the same code and the command is over. The one exception is a data frame that is too long: a
 * single 0xC0010006, no final status, and the payload is still in the pipe.
 */
#include "tests/rack/agent.h"

#include <string.h>

#include "engine/base/bytes.h"

enum { NAME_BYTES = 64, PRELOADER_BYTES_MAX = 0x400000 };
enum { LEVEL_USB = 1, LEVEL_STORAGE = 2 };

static void next_packet(struct device *d);

uint32_t agent_byte_sum(const uint8_t *p, size_t n)
{
	uint64_t sum = n % 2 ? 0xFF : 0;

	while (n >= 8) {
		uint64_t lanes = 0;
		size_t run = n / 8 < 128 ? n / 8 : 128; /* a lane of 16 bits holds 128 * 2 * 255 */

		for (size_t i = 0; i < run; i++, p += 8) {
			uint64_t v;

			memcpy(&v, p, 8);
			lanes += (v & UINT64_C(0x00FF00FF00FF00FF)) +
				 (v >> 8 & UINT64_C(0x00FF00FF00FF00FF));
		}
		n -= run * 8;
		sum += (lanes & 0xFFFF) + (lanes >> 16 & 0xFFFF) + (lanes >> 32 & 0xFFFF) +
		       (lanes >> 48);
	}
	while (n--)
		sum += *p++;
	return sum & 0xFFFF;
}

/* ---- the storage side ---- */

/* What is told at the end is noted; what is told with the next packet is returned. */
static uint32_t judge(struct device *d, enum image_error error)
{
	struct agent *a = d->agent;

	switch (error) {
	case IMAGE_GOOD:
		break;
	case IMAGE_STORAGE:
		return agent_storage_error(d);
	case IMAGE_DIFFERS:
		return DA_CHECKSUM_ERR;
	case IMAGE_TOO_LARGE:
		a->final_status = DA_TOO_LARGE;
		break;
	case IMAGE_BAD_CHUNK:
		a->final_status = DA_UNKNOWN_CHUNK;
		break;
	case IMAGE_NO_NAME:
		return DA_CUST_NAME_NOT_FOUND;
	}
	return DA_OK;
}

/* ---- packets ---- */

static void over(struct device *d, uint32_t status)
{
	struct agent *a = d->agent;

	device_log(d, "--", "  %llu bytes received", (unsigned long long)a->write_offset);
	a->write_left = 0;
	agent_end(d, status);
}

/* A negative packet status ends the data; the final status repeats it. */
static void packet_failed(struct device *d, uint32_t status)
{
	d->agent->write_left = 0;
	agent_send_status(d, status);
	over(d, status);
}

static void finish(struct device *d)
{
	struct agent *a = d->agent;

	over(d, a->late_status ? a->late_status : a->final_status);
}

static uint32_t take_preloader(struct device *d)
{
	struct agent *a = d->agent;

	if (a->write_left)
		return DA_OK;
	return judge(d, image_store_preloader(&d->flash, a->target.region, a->big,
					      (size_t)a->write_offset, true));
}

static void got_data(struct device *d, uint32_t status, size_t n)
{
	struct agent *a = d->agent;
	const uint8_t *bytes =
		a->target.preloader && a->by_name ? a->big + a->write_offset : a->big;
	uint32_t told, stored;

	if (status == DA_BUFFER_OVERFLOW) {
		a->write_left = 0;
		agent_end(d, status); /* a single status: the loop now meets the payload */
		return;
	}
	if (status) {
		packet_failed(d, status);
		return;
	}
	device_step(d, "write", "%zu bytes, sum %04X", n, a->packet_checksum);
	device_fault_at(d, RACK_AT_WRITE, 1);
	if (a->checksum_level & LEVEL_USB && agent_byte_sum(bytes, n) != a->packet_checksum) {
		packet_failed(d, DA_CHECKSUM_ERR);
		return;
	}
	a->write_left -= n;
	told = a->late_status;
	if (a->by_name && a->target.preloader) {
		a->write_offset += n;
		stored = take_preloader(d);
		told = stored == DA_CUST_NAME_NOT_FOUND ? stored : told;
	} else {
		stored = judge(d, image_sink_put(&a->image, bytes, n));
		a->write_offset += n;
	}
	if (!a->late_status)
		a->late_status = stored;
	told = device_status(d, told);
	if (told) {
		packet_failed(d, told);
		return;
	}
	agent_send_status(d, DA_OK);
	next_packet(d);
}

static void got_checksum(struct device *d, uint32_t status, size_t n)
{
	struct agent *a = d->agent;
	uint64_t most = agent_write_packet_bytes(d);
	uint8_t *to = a->big;

	if (status || n < 4) {
		packet_failed(d, status ? status : (uint32_t)DA_PROTOCOL_ERR);
		return;
	}
	a->packet_checksum = get_le32(a->buffer);
	if (most > a->write_left)
		most = a->write_left;
	if (a->by_name && a->target.preloader)
		to += a->write_offset;
	agent_expect_to(d, to, (size_t)most, got_data);
}

static void got_host_status(struct device *d, uint32_t status, size_t n)
{
	uint32_t host = n >= 4 ? get_le32(d->agent->buffer) : 0;

	if (status) {
		over(d, status);
		return;
	}
	if (host) { /* the host gives up: straight to the final status, which echoes its code */
		over(d, host);
		return;
	}
	agent_expect(d, 4, got_checksum);
}

static void next_packet(struct device *d)
{
	if (d->agent->write_left)
		agent_expect(d, 4, got_host_status);
	else
		finish(d);
}

static void begin(struct device *d, uint64_t length)
{
	struct agent *a = d->agent;
	bool preloader = a->by_name && a->target.preloader;
	size_t room = preloader ? PRELOADER_BYTES_MAX : agent_write_packet_bytes(d);

	a->write_offset = 0;
	a->late_status = a->final_status = 0;
	if (preloader && length > PRELOADER_BYTES_MAX) {
		/* Larger than any boot region: as every image that is too large. */
		a->target.preloader = false;
		a->final_status = DA_TOO_LARGE;
		room = agent_write_packet_bytes(d);
	}
	if (!agent_reserve(d, room)) {
		agent_halt(d, "no memory on this machine");
		return;
	}
	image_sink_init(&a->image, &d->flash, &a->target, a->by_name, length);
	a->image.keep_gaps = a->keep_sparse_gaps;
	a->image.read_back = a->checksum_level & LEVEL_STORAGE;
	agent_send_status(d, DA_OK);
	a->write_left = length;
	next_packet(d);
}

/* ---- the two commands ---- */

static void got_block(struct device *d, uint32_t status, size_t n)
{
	struct agent *a = d->agent;
	uint64_t at = 0, length = 0;

	if (status == DA_BUFFER_OVERFLOW)
		status = DA_STORAGE_MISMATCH; /* what the unread block looks like, see agent_read.c
					       */
	if (!status)
		status = agent_target_by_block(d, a->buffer, n, &a->target, &at, &length);
	if (status) {
		agent_end(d, status);
		return;
	}
	a->by_name = false;
	a->target.start = at;
	a->target.size = length;
	begin(d, length);
}

void agent_write_data(struct device *d)
{
	agent_expect(d, d->config->block_bytes, got_block);
}

static void got_size(struct device *d, uint32_t status, size_t n)
{
	struct agent *a = d->agent;
	uint64_t size = n >= 8 ? get_le64(a->buffer) : 0;

	if (status || n < 8) {
		agent_end(d, status ? status : (uint32_t)DA_PROTOCOL_ERR);
		return;
	}
	device_log(d, "h>", "  download of \"%s\", %llu bytes", a->name, (unsigned long long)size);
	status = agent_target_by_name(d, a->name, &a->target);
	if (status) {
		agent_end(d, status);
		return;
	}
	a->by_name = true;
	begin(d, size);
}

static void got_name(struct device *d, uint32_t status, size_t n)
{
	if (status) {
		agent_end(d, status);
		return;
	}
	agent_copy_name(d, n);
	agent_expect(d, 8, got_size);
}

void agent_download(struct device *d)
{
	agent_expect(d, NAME_BYTES, got_name);
}
