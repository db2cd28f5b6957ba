/*
 * FORMAT and FORMAT_PARTITION (da-xflash.md 6.5), as seen on MT6765 with eMMC: one progress pair of
 * 100 % after the whole erase, an ack whose value nobody looks at, then COMPLETE. A failed check
 * status does not end FORMAT.
 */
#include "tests/rack/agent.h"

#include "engine/base/bytes.h"
#include "tests/rack/storage.h"

enum { NAME_BYTES = 64, PERCENT_ALL = 100 };

static void got_ack(struct device *d, uint32_t status, size_t n)
{
	(void)n;
	agent_end(d, status ? status : d->agent->format_after);
}

/* Erase what lies inside the region, in whole sectors. */
static void erase_and_report(struct device *d, uint64_t at, uint64_t length)
{
	struct agent *a = d->agent;
	uint64_t limit = a->target.physical ? d->flash.regions[a->target.region].bytes
					    : storage_bytes(&d->flash, a->target.region);
	uint64_t block = storage_erase_unit(&d->flash);

	at -= at % block;
	length -= length % block;
	if (at > limit)
		at = limit;
	if (length > limit - at)
		length = limit - at;
	device_log(d, "--", "  erases 0x%llX bytes at 0x%llX", (unsigned long long)length,
		   (unsigned long long)at);
	if (a->target.physical ? flash_erase(&d->flash, a->target.region, at, length)
			       : storage_erase(&d->flash, a->target.region, at, length)) {
		agent_end(d, agent_storage_error(d));
		return;
	}
	a->format_after = DA_COMPLETE;
	agent_send_status(d, DA_CONTINUE);
	agent_send_u32(d, PERCENT_ALL);
	agent_expect(d, 4, got_ack);
}

static void got_block(struct device *d, uint32_t status, size_t n)
{
	struct agent *a = d->agent;
	uint64_t at = 0, length = 0;

	if (status == DA_BUFFER_OVERFLOW)
		status = DA_STORAGE_MISMATCH; /* what the unread block looks like, see agent_read.c
					       */
	if (!status)
		status = agent_target_by_block(d, a->buffer, n, &a->target, &at, &length);
	agent_send_status(d, status);
	if (status == DA_OK || status == DA_OUT_OF_RANGE)
		erase_and_report(d, at, length); /* the card is told all the same */
	else
		agent_end(d, DA_INVALID_PARAMETERS);
}

void agent_format(struct device *d)
{
	agent_expect(d, d->config->block_bytes, got_block);
}

static void got_name(struct device *d, uint32_t status, size_t n)
{
	struct agent *a = d->agent;

	if (status) {
		agent_end(d, status);
		return;
	}
	agent_copy_name(d, n);
	device_log(d, "h>", "  format of \"%s\"", a->name);
	status = agent_target_by_name(d, a->name, &a->target);
	if (status || !a->target.size) {
		agent_end(d, status);
		return;
	}
	erase_and_report(d, a->target.start, a->target.size);
}

void agent_format_partition(struct device *d)
{
	agent_expect(d, NAME_BYTES, got_name);
}
