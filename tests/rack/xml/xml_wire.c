/* Frames, reply lines and documents (da-xml.md section 1). */
#include "tests/rack/xml/xml_wire.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "engine/base/bytes.h"
#include "tests/rack/xml/xml_agent.h"

enum { TYPE_FLOW = 1, TYPE_LOG = 2, LOG_HEAD = AGENT_HEADER_BYTES + 4 };

static void put_header(uint8_t *header, uint32_t type, size_t n)
{
	put_le32(header, AGENT_MAGIC);
	put_le32(header + 4, type);
	put_le32(header + 8, (uint32_t)n);
}

/* A log frame leaves as 16 bytes, the priority included, then the text. */
static void maybe_log_frame(struct device *d)
{
	static const char text[] = "[rack] still here\n";
	uint8_t head[LOG_HEAD];

	if (!d->xml->log_usb && !d->config->log_frames)
		return;
	put_header(head, TYPE_LOG, 4 + sizeof text);
	put_le32(head + AGENT_HEADER_BYTES, 1);
	tx_put(&d->usb.tx, head, sizeof head, 0);
	tx_put(&d->usb.tx, text, sizeof text, 0);
}

static void send_header(struct device *d, size_t n)
{
	uint8_t header[AGENT_HEADER_BYTES];

	maybe_log_frame(d);
	put_header(header, TYPE_FLOW, n);
	tx_put(&d->usb.tx, header, sizeof header, 0);
}

void xml_send_text(struct device *d, const char *text)
{
	size_t n = strlen(text) + 1;

	send_header(d, n);
	tx_put(&d->usb.tx, text, n, 0);
}

void xml_reply(struct device *d, const char *format, ...)
{
	char line[XML_LINE_BYTES];
	va_list args;

	va_start(args, format);
	vsnprintf(line, sizeof line, format, args);
	va_end(args);
	if (!d->xml->data_phase || strncmp(line, "OK", 2) != 0)
		device_log(d, "d>", "  %s", line);
	xml_send_text(d, line);
}

void xml_send_data(struct device *d, uint8_t *bytes, size_t n)
{
	send_header(d, n);
	tx_give(&d->usb.tx, bytes, n);
}

/* ---- documents of the device ---- */

void xml_ask_begin(struct xml_text *t, char *buffer, const char *command)
{
	xml_text_init(t, buffer, XML_EMIT_BYTES);
	xml_text_put(t, XML_PROLOG "<host><version>1.0</version><command>CMD:%s</command><arg>",
		     command);
}

void xml_ask_send(struct device *d, struct xml_text *t)
{
	xml_text_put(t, "</arg></host>");
	xml_send_text(d, t->bytes);
}

/* ---- reply lines of the host ---- */

bool xml_is_ok(const char *line)
{
	return !strncmp(line, "OK", 2);
}

bool xml_line_number(const char *line, uint64_t *value)
{
	const char *at = strchr(line, '@');
	char *end;

	if (!at)
		return false;
	*value = strtoull(at + 1, &end, 0);
	return end != at + 1;
}

void xml_protocol_error(struct device *d)
{
	struct xml_agent *x = d->xml;
	bool data_phase = x->data_phase;

	if (data_phase)
		xml_reply(d, "ERR");
	xml_fail(d, "Protocol error. Result string length bigger than %d.%s", XML_LINE_BYTES,
		 data_phase ? "Host Notify error." : "");
}

static void got_line(struct device *d, uint32_t status, size_t n)
{
	struct xml_agent *x = d->xml;

	if (status) {
		xml_protocol_error(d);
		return;
	}
	x->line[n] = '\0';
	if (!x->data_phase || !xml_is_ok(x->line))
		device_log(d, "h>", "  %s", x->line);
	x->on_line(d, x->line);
}

void xml_expect_line(struct device *d, xml_line *next)
{
	d->xml->on_line = next;
	agent_expect_to(d, (uint8_t *)d->xml->line, XML_LINE_BYTES, got_line);
}
