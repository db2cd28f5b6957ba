/* READ_DATA and UPLOAD (da-xflash.md 6.4, 6.6): status, data, host's ack, and again. */
#include "tests/rack/agent.h"

#include <stdlib.h>
#include <string.h>

#include "engine/base/bytes.h"
#include "tests/rack/storage.h"

enum { NAME_BYTES = 64 };

static void next_chunk(struct device *d);

static void got_ack(struct device *d, uint32_t status, size_t n)
{
	uint32_t ack = n >= 4 ? get_le32(d->agent->buffer) : n ? d->agent->buffer[0] : 0;

	if (status || ack) { /* the final status repeats the host's word, whatever it is */
		agent_end(d, status ? status : ack);
		return;
	}
	next_chunk(d);
}

static int read_target(struct device *d, uint8_t *bytes, size_t n)
{
	const struct agent *a = d->agent;

	return a->target.physical ? flash_read(&d->flash, a->target.region, a->read_at, bytes, n)
				  : storage_read(&d->flash, a->target.region, a->read_at, bytes, n);
}

static void next_chunk(struct device *d)
{
	struct agent *a = d->agent;
	uint64_t n = agent_read_packet_bytes(d);
	uint8_t *bytes;

	if (!a->read_left) {
		agent_end(d, DA_OK);
		return;
	}
	if (n > a->read_left)
		n = a->read_left;
	bytes = malloc((size_t)n);
	if (!bytes || read_target(d, bytes, (size_t)n)) {
		free(bytes);
		agent_send_status(d, agent_storage_error(d));
		agent_end(d, agent_storage_error(d));
		return;
	}
	agent_send_status(d, DA_OK);
	agent_send_big(d, bytes, (size_t)n);
	a->read_at += n;
	a->read_left -= n;
	agent_expect(d, 4, got_ack);
}

static void got_block(struct device *d, uint32_t status, size_t n)
{
	struct agent *a = d->agent;

	/*
	 * An overlong block stays in the pipe; the handler goes on with what its buffer happened to
	 * hold, which names no storage of this device (seen: 0xC0030006), and the next header read
	 * meets the left-over payload.
	 */
	if (status == DA_BUFFER_OVERFLOW)
		status = DA_STORAGE_MISMATCH;
	if (!status)
		status = agent_target_by_block(d, a->buffer, n, &a->target, &a->read_at,
					       &a->read_left);
	if (status) {
		agent_end(d, status);
		return;
	}
	agent_send_status(d, DA_OK);
	next_chunk(d);
}

void agent_read_data(struct device *d)
{
	agent_expect(d, d->config->block_bytes, got_block);
}

static void got_name(struct device *d, uint32_t status, size_t n)
{
	struct agent *a = d->agent;
	uint8_t size[8];

	if (status) {
		agent_end(d, status);
		return;
	}
	agent_copy_name(d, n);
	device_log(d, "h>", "  upload of \"%s\"", a->name);
	status = agent_target_by_name(d, a->name, &a->target);
	if (status == DA_PARTITION_NOT_FOUND) { /* nothing at all is sent */
		agent_idle(d);
		return;
	}
	agent_send_status(d, status);
	if (status) {
		agent_idle(d);
		return;
	}
	put_le64(size, a->target.size);
	agent_send(d, size, sizeof size);
	a->read_at = a->target.start;
	a->read_left = a->target.size;
	next_chunk(d);
}

void agent_upload(struct device *d)
{
	agent_expect(d, NAME_BYTES, got_name);
}
