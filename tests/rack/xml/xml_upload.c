/* UPLOAD-FILE: the agent gives the host a file or a part of its storage (da-xml.md 3.2). */
#include <stdlib.h>
#include <string.h>

#include "tests/rack/storage.h"
#include "tests/rack/xml/xml_agent.h"
#include "tests/rack/xml/xml_wire.h"

static void next_packet(struct device *d);

static bool refused(struct device *d, const char *line)
{
	if (xml_is_ok(line))
		return false;
	xml_fail(d, "The host does not take the file: %s", line);
	return true;
}

static void got_taken(struct device *d, const char *line)
{
	if (!refused(d, line))
		next_packet(d);
}

/* The packet's bytes as malloc'ed memory; NULL when the storage fails. */
static uint8_t *packet_bytes(struct device *d, size_t n)
{
	struct xml_transfer *t = &d->xml->transfer;
	uint8_t *bytes = malloc(n);

	if (!bytes)
		return NULL;
	if (!t->image) {
		memcpy(bytes, t->bytes + t->done, n);
	} else if (storage_read(&d->flash, t->region, t->at + t->done, bytes, n)) {
		free(bytes);
		return NULL;
	}
	return bytes;
}

static void got_go(struct device *d, const char *line)
{
	struct xml_transfer *t = &d->xml->transfer;
	uint64_t left = t->total - t->done;
	size_t n = left < t->packet ? (size_t)left : t->packet;
	uint8_t *bytes;

	if (refused(d, line))
		return;
	bytes = packet_bytes(d, n);
	if (!bytes) {
		xml_fail_storage(d);
		return;
	}
	if (t->image)
		t->sum += xml_word_sum(bytes, n);
	xml_send_data(d, bytes, n);
	t->done += n;
	xml_expect_line(d, got_taken);
}

static void next_packet(struct device *d)
{
	struct xml_transfer *t = &d->xml->transfer;

	if (t->done == t->total) {
		d->xml->data_phase = false;
		t->next(d);
		return;
	}
	xml_reply(d, t->image ? "OK@0x0" : "OK");
	xml_expect_line(d, got_go);
}

static void got_total_ack(struct device *d, const char *line)
{
	if (refused(d, line))
		return;
	d->xml->data_phase = true;
	next_packet(d);
}

static void got_accept(struct device *d, const char *line)
{
	struct xml_transfer *t = &d->xml->transfer;

	if (refused(d, line))
		return;
	if (t->image)
		xml_reply(d, "OK@0x%016llx", (unsigned long long)t->total);
	else
		xml_reply(d, "OK@0x%llx", (unsigned long long)t->total);
	xml_expect_line(d, got_total_ack);
}

static void ask(struct device *d, const char *info, const char *token)
{
	char buffer[XML_EMIT_BYTES];
	struct xml_text t;

	xml_ask_begin(&t, buffer, "UPLOAD-FILE");
	xml_text_item(&t, "checksum", "CHK_NO");
	xml_text_item(&t, "info", info);
	xml_text_item(&t, "target_file", token);
	xml_text_put(&t, "<packet_length>0x%x</packet_length>", d->xml->transfer.packet);
	device_log(d, "d>", "UPLOAD-FILE %s: %s", info, token);
	xml_ask_send(d, &t);
	xml_expect_line(d, got_accept);
}

void xml_push_bytes(struct device *d, const char *info, const char *token, const void *bytes,
		    size_t n, xml_step *next)
{
	struct xml_agent *x = d->xml;

	free(x->transfer.bytes);
	x->transfer = (struct xml_transfer){.packet = xml_read_packet(d), .total = n, .next = next};
	x->transfer.bytes = malloc(n ? n : 1);
	if (!x->transfer.bytes) {
		agent_halt(d, "no memory on this machine");
		return;
	}
	memcpy(x->transfer.bytes, bytes, n);
	ask(d, info, token);
}

void xml_push_text(struct device *d, const char *info, const char *token, const char *text,
		   xml_step *next)
{
	xml_push_bytes(d, info, token, text, strlen(text) + 1, next);
}

void xml_push_region(struct device *d, const char *info, const char *token,
		     enum storage_region region, uint64_t at, uint64_t n, xml_step *next)
{
	struct xml_agent *x = d->xml;

	free(x->transfer.bytes);
	x->transfer = (struct xml_transfer){
		.image = true,
		.packet = xml_read_packet(d),
		.total = n,
		.region = region,
		.at = at,
		.next = next,
	};
	ask(d, info, token);
}
