/* DOWNLOAD-FILE: the agent fetches a file of the host (da-xml.md 3.1). */
#include <stdlib.h>
#include <string.h>

#include "engine/base/bytes.h"
#include "tests/rack/xml/xml_agent.h"
#include "tests/rack/xml/xml_wire.h"

enum { ROOM_BEHIND = 0x10000 }; /* a packet may be longer than asked for, to a degree */

uint32_t xml_word_sum(const uint8_t *p, size_t n)
{
	uint32_t sum = 0;

	for (; n >= 4; p += 4, n -= 4)
		sum += get_le32(p);
	while (n--)
		sum += *p++;
	return sum;
}

static void next_packet(struct device *d);

/* ---- the end ---- */

static void image_failed(struct device *d, enum image_error error)
{
	switch (error) {
	case IMAGE_STORAGE:
		xml_fail_storage(d);
		break;
	case IMAGE_TOO_LARGE:
		xml_fail(d, "Image is larger than its partition. 0x%x", DA_TOO_LARGE);
		break;
	case IMAGE_GOOD:
	case IMAGE_DIFFERS:
	case IMAGE_BAD_CHUNK:
	case IMAGE_NO_NAME:
		xml_fail(d, "%s", ""); /* nothing is said of these */
		break;
	}
}

static void take_preloader(struct device *d)
{
	struct xml_agent *x = d->xml;

	x->transfer.late =
		image_store_preloader(&d->flash, x->target.region, x->file, x->file_n, false);
}

static void finish(struct device *d)
{
	struct xml_agent *x = d->xml;
	struct xml_transfer *t = &x->transfer;

	x->data_phase = false;
	device_log(d, "--", "  %llu bytes received, sum %08X", (unsigned long long)t->done, t->sum);
	if (t->image && t->keep && x->target.preloader)
		take_preloader(d);
	if (t->late || t->final)
		image_failed(d, t->late ? t->late : t->final);
	else
		t->next(d);
}

/* ---- packets ---- */

/* A storage error is told with the next packet, or at the end: the agent double-buffers. */
static void store(struct device *d, const uint8_t *bytes, size_t n)
{
	struct xml_transfer *t = &d->xml->transfer;
	enum image_error error = image_sink_put(&t->sink, bytes, n);

	if (error == IMAGE_STORAGE || error == IMAGE_DIFFERS)
		t->late = t->late ? t->late : error;
	else if (error)
		t->final = error;
}

static void keep(struct xml_agent *x, const uint8_t *bytes, size_t n)
{
	if (x->file_n + n > x->transfer.total)
		n = (size_t)(x->transfer.total - x->file_n); /* longer than announced: lost */
	memcpy(x->file + x->file_n, bytes, n);
	x->file_n += n;
	x->file[x->file_n] = '\0';
}

static void got_data(struct device *d, uint32_t status, size_t n)
{
	struct xml_agent *x = d->xml;
	struct xml_transfer *t = &x->transfer;
	enum image_error told = t->late;
	uint32_t sum;

	if (status) {
		xml_protocol_error(d);
		return;
	}
	sum = t->image ? xml_word_sum(d->agent->big, n) : 0;
	if (t->image) {
		device_step(d, "write", "%zu bytes, sum %08X", n, t->checksum);
		device_fault_at(d, RACK_AT_WRITE, 1);
		if (x->sum_usb && sum != t->checksum) {
			xml_fail(d, "%s", "");
			return;
		}
	}
	t->sum += sum;
	t->done += n;
	if (t->keep)
		keep(x, d->agent->big, n);
	else
		store(d, d->agent->big, n);
	if (told) {
		image_failed(d, told);
		return;
	}
	status = device_status(d, DA_OK);
	if (status) {
		xml_fail(d, "Command failed. 0x%x", status);
		return;
	}
	xml_reply(d, t->image ? "OK@0x0" : "OK");
	next_packet(d);
}

static void got_checksum(struct device *d, const char *line)
{
	struct xml_transfer *t = &d->xml->transfer;
	uint64_t sum = 0;

	if (!xml_is_ok(line)) {
		xml_reply(d, "ERR");
		xml_fail(d, "The host gave up: %s", line);
		return;
	}
	xml_line_number(line, &sum);
	t->checksum = (uint32_t)sum;
	xml_reply(d, "OK");
	agent_expect_to(d, d->agent->big, t->packet + ROOM_BEHIND, got_data);
}

/* Bytes are counted, not packets: once past the total, the agent waits for ever for more. */
static void next_packet(struct device *d)
{
	if (d->xml->transfer.done == d->xml->transfer.total)
		finish(d);
	else
		xml_expect_line(d, got_checksum);
}

/* ---- the request ---- */

static bool make_room(struct device *d)
{
	struct xml_agent *x = d->xml;

	free(x->file);
	x->file = NULL;
	x->file_n = 0;
	if (x->transfer.keep)
		x->file = calloc(1, (size_t)x->transfer.total + 1);
	return (!x->transfer.keep || x->file) &&
	       agent_reserve(d, (size_t)x->transfer.packet + ROOM_BEHIND);
}

static void got_total(struct device *d, const char *line)
{
	struct xml_agent *x = d->xml;
	struct xml_transfer *t = &x->transfer;

	if (!xml_is_ok(line) || !xml_line_number(line, &t->total)) {
		xml_fail(d, "The host gave no length: %s", line);
		return;
	}
	if (t->total > t->limit) {
		xml_reply(d, "ERR");
		xml_fail(d, "File of 0x%llx bytes is larger than 0x%llx.",
			 (unsigned long long)t->total, (unsigned long long)t->limit);
		return;
	}
	if (!make_room(d)) {
		agent_halt(d, "no memory on this machine");
		return;
	}
	if (t->image && !t->keep) {
		image_sink_init(&t->sink, &d->flash, &x->target, t->sink.named, t->total);
		t->sink.read_back = x->sum_storage;
	}
	xml_reply(d, "OK");
	x->data_phase = true;
	next_packet(d);
}

static void got_accept(struct device *d, const char *line)
{
	if (xml_is_ok(line))
		xml_expect_line(d, got_total);
	else
		xml_fail(d, "The host cannot open the file.");
}

static void ask(struct device *d, const char *info, const char *token)
{
	struct xml_agent *x = d->xml;
	bool sums = x->transfer.image && x->sum_usb;
	char buffer[XML_EMIT_BYTES];
	struct xml_text t;

	xml_ask_begin(&t, buffer, "DOWNLOAD-FILE");
	xml_text_item(&t, "checksum", sums ? "CHK_ADD" : "CHK_NO");
	xml_text_item(&t, "info", info);
	xml_text_item(&t, "source_file", token);
	xml_text_put(&t, "<packet_length>0x%x</packet_length>", x->transfer.packet);
	device_log(d, "d>", "DOWNLOAD-FILE %s: %s", info, token);
	xml_ask_send(d, &t);
	xml_expect_line(d, got_accept);
}

void xml_pull_file(struct device *d, const char *info, const char *token, size_t limit,
		   xml_step *next)
{
	free(d->xml->transfer.bytes);
	d->xml->transfer = (struct xml_transfer){
		.keep = true, .packet = xml_write_packet(d), .limit = limit, .next = next};
	ask(d, info, token);
}

void xml_pull_image(struct device *d, const char *info, const char *token, bool named,
		    xml_step *next)
{
	struct xml_agent *x = d->xml;

	free(x->transfer.bytes);
	x->transfer = (struct xml_transfer){
		.image = true,
		.keep = named && x->target.preloader,
		.packet = xml_write_packet(d),
		.limit = x->target.size,
		.next = next,
	};
	x->transfer.sink.named = named;
	ask(d, info, token);
}
