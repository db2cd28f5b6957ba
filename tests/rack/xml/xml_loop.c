/* START, command, END: the life of a command (da-xml.md section 2). */
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "tests/rack/xml/xml_agent.h"
#include "tests/rack/xml/xml_commands.h"
#include "tests/rack/xml/xml_plan.h"
#include "tests/rack/xml/xml_wire.h"

enum { CODE_ERR = 0xC0010001 };

static const char start_document[] =
	XML_PROLOG "<host><version>1.0</version><command>CMD:START</command></host>";

/* ---- END ---- */

static void got_end_ack(struct device *d, uint32_t status, size_t n)
{
	struct xml_agent *x = d->xml;
	xml_step *deferred = x->deferred;

	(void)n;
	if (status) { /* left-over bytes of what was not read */
		agent_halt(d, "no frame in place of the END acknowledgement");
		return;
	}
	x->deferred = NULL;
	if (x->result == XML_ERR && d->config->xml_build != XML_2023) {
		agent_halt(d, "the command loop was left after END ERR");
		return;
	}
	if (deferred && x->result == XML_OK)
		deferred(d);
	else
		xml_ready(d);
}

/* 2025 forgets to close what it opened; the code stands for the result. */
static void put_message(struct device *d, struct xml_text *t)
{
	struct xml_agent *x = d->xml;

	xml_text_put(t, "<message>");
	xml_text_escaped(t, x->message);
	if (x->result == XML_ERR && d->config->xml_build == XML_2025)
		xml_text_put(t, ", response_value=NAK, code=0x%x",
			     x->da2_refused ? DA_HASH_MISMATCH : CODE_ERR);
	else
		xml_text_put(t, "</message>");
}

static void send_end(struct device *d)
{
	static const char *const results[] = {"OK", "ERR", "ERR!UNSUPPORTED"};
	struct xml_agent *x = d->xml;
	char buffer[XML_EMIT_BYTES];
	struct xml_text t;

	xml_ask_begin(&t, buffer, "END");
	xml_text_item(&t, "result", results[x->result]);
	put_message(d, &t);
	device_log(d, "d>", "END %s %s", results[x->result], x->message);
	xml_ask_send(d, &t);
	x->da2_refused = false;
}

static void forget_command(struct xml_agent *x)
{
	xml_doc_free(&x->command);
	free(x->file);
	x->file = NULL;
	x->file_n = 0;
	free(x->transfer.bytes);
	x->transfer.bytes = NULL;
	xml_plan_free(x);
}

void xml_end(struct device *d, enum xml_result result)
{
	struct xml_agent *x = d->xml;

	x->result = result;
	x->data_phase = false;
	if (result == XML_OK && d->config->xml_build != XML_2023)
		x->message[0] = '\0'; /* 2023 leaves what an earlier failure said */
	send_end(d);
	forget_command(x);
	agent_release(d);
	d->agent->working = false;
	if (d->flash.dirty)
		d->dirty = true;
	agent_expect_to(d, (uint8_t *)x->line, XML_LINE_BYTES, got_end_ack);
}

void xml_ok(struct device *d)
{
	xml_end(d, XML_OK);
}

void xml_fail(struct device *d, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	vsnprintf(d->xml->message, sizeof d->xml->message, format, args);
	va_end(args);
	xml_end(d, XML_ERR);
}

void xml_fail_storage(struct device *d)
{
	xml_fail(d, "Storage operation failed. 0x%x", agent_storage_error(d));
}

/* ---- arguments ---- */

const char *xml_need(struct device *d, const char *path)
{
	const char *value = xml_doc_value(&d->xml->command, path);

	if (!value)
		xml_fail(d, "Required XML node path not found. Check command string.");
	return value;
}

const char *xml_optional(struct device *d, const char *path)
{
	const char *value = xml_doc_value(&d->xml->command, path);

	return value ? value : "";
}

bool xml_need_number(struct device *d, const char *path, uint64_t *value)
{
	const char *text = xml_need(d, path);

	if (!text)
		return false;
	*value = strcasecmp(text, "MAX") ? strtoull(text, NULL, 0) : UINT64_MAX;
	return true;
}

/* ---- command ---- */

static void unsupported(struct device *d)
{
	struct xml_agent *x = d->xml;

	xml_reply(d, "ERR!UNSUPPORTED");
	snprintf(x->message, sizeof x->message, "Unsupported command.");
	xml_end(d, XML_UNSUPPORTED);
}

static void run(struct device *d, const struct xml_command_row *row)
{
	struct xml_agent *x = d->xml;
	uint32_t status;

	x->spare_ok = row->run == xml_write_flash;
	device_step(d, row->step, "(%s, version %u.%u)", row->name, x->major, x->minor);
	status = device_status(d, DA_OK);
	xml_reply(d, "OK");
	d->agent->working = true;
	if (x->trouble)
		xml_fail(d, "%s", x->trouble);
	else if (status) /* only a fault makes a known command fail here */
		xml_fail(d, "Command failed. 0x%x", status);
	else
		row->run(d);
}

static void expect_document(struct device *d);

/*
 * mtkclient says OK once more after the data of WRITE-FLASH (da-xml.md 3.1), so that its last
 * acknowledgement comes where a command is due. Taken for a command, it would cost that host its
 * next one: that OK alone is let pass.
 */
static bool is_spare_ok(struct device *d)
{
	struct xml_agent *x = d->xml;
	bool spare = x->spare_ok && xml_is_ok((char *)x->in);

	x->spare_ok = false;
	if (spare)
		device_log(d, "h>", "OK once more, as mtkclient says it");
	return spare;
}

static void got_document(struct device *d, uint32_t status, size_t n)
{
	struct xml_agent *x = d->xml;
	const struct xml_command_row *row = NULL;
	const char *version, *name;

	if (status) { /* what was not read is taken for the answer to START */
		xml_reply(d, "ERR");
		xml_ready(d);
		return;
	}
	x->in[n] = '\0';
	if (is_spare_ok(d)) {
		expect_document(d);
		return;
	}
	xml_doc_free(&x->command);
	if (xml_doc_parse(&x->command, (char *)x->in)) {
		version = xml_doc_value(&x->command, "da/version");
		name = xml_doc_value(&x->command, "da/command");
		x->major = x->minor = 0;
		if (name && version && sscanf(version, "%u.%u", &x->major, &x->minor) >= 1)
			row = xml_command_find(d, name, x->major);
		if (!row)
			device_log(d, "h>", "%.80s, version %.16s: not offered",
				   name ? name : "no command", version ? version : "none");
	} else {
		device_log(d, "h>", "not a document: %.80s", (char *)x->in);
	}
	if (row)
		run(d, row);
	else
		unsupported(d);
}

static void expect_document(struct device *d)
{
	agent_expect_to(d, d->xml->in,
			d->stage == STAGE_AGENT1 ? XML_DA1_COMMAND_BYTES : XML_DA2_COMMAND_BYTES,
			got_document);
}

static void got_start_ack(struct device *d, uint32_t status, size_t n)
{
	struct xml_agent *x = d->xml;

	if (status) {
		agent_halt(d, "no frame in place of the START acknowledgement");
		return;
	}
	x->line[n] = '\0';
	if (!xml_is_ok(x->line)) {
		xml_ready(d);
		return;
	}
	expect_document(d);
}

void xml_ready(struct device *d)
{
	device_log(d, "d>", "START");
	xml_send_text(d, start_document);
	agent_expect_to(d, (uint8_t *)d->xml->line, XML_LINE_BYTES, got_start_ack);
}

void xml_stage_begins(struct device *d)
{
	struct xml_agent *x = d->xml;

	x->message[0] = '\0';
	x->trouble = NULL;
	if (d->config->da_rejected)
		x->trouble = "DA version is not accepted by this device. 0xc0070001";
	else if (faults_stand(&d->faults, RACK_STORAGE_DEAD, RACK_AT_BOOT, NULL))
		x->trouble = "No storage device was found. 0xc0040009";
	if (d->config->da_rejected && d->stage == STAGE_AGENT1 &&
	    d->config->xml_build == XML_2025) {
		snprintf(x->message, sizeof x->message, "%s", x->trouble);
		x->result = XML_ERR;
		send_end(d);
		agent_halt(d, "its version was rejected");
		return;
	}
	xml_ready(d);
}
