#include "engine/xml/hear.h"

#include <stdio.h>
#include <string.h>

#include "engine/base/text.h"
#include "engine/xml/words.h"

#define STRAYS_MAX 16
#define REFUSED	   "ERR!UNSUPPORTED"

static enum verdict say(struct flow *f, enum xml_say what, enum xml_at at)
{
	f->xml.say = (uint8_t)what;
	f->xml.at = (uint8_t)at;
	return STEP_AGAIN;
}

enum verdict hear_stray(struct flow *f)
{
	struct xml_state *x = &f->xml;
	struct text_shown shown = text_show((struct slice){x->heard, x->heard_n});

	if (x->strays++ < STRAYS_MAX)
		return say(f, SAY_NOTHING, (enum xml_at)x->at);
	return step_fail(f, FAULT_XML, XML_FAULT_OUT_OF_STEP,
			 "agent and station are out of step in %s: it says \"%s\"", x->name,
			 shown.s);
}

/* The agent waits for the next command. */
static enum verdict idle(struct flow *f)
{
	f->xml.started = true;
	f->xml.result = f->xml.verdict;
	f->agent_idle = true;
	return STEP_LEAVE;
}

/* START where it was not due: our answer was not understood, or the agent began anew. */
static enum verdict hear_start(struct flow *f)
{
	struct xml_state *x = &f->xml;

	switch ((enum xml_at)x->at) {
	case AT_START:
		x->verdict = XML_OK; /* an END before it was left over */
		if (x->command.n)
			return say(f, SAY_COMMAND, AT_ACCEPT);
		return idle(f);
	case AT_LOOP:
		return idle(f);
	case AT_ACCEPT:
		if (x->strays++ < STRAYS_MAX)
			return say(f, SAY_COMMAND, AT_ACCEPT);
		break;
	case AT_REQUEST:
	case AT_LENGTH:
	case AT_SUM:
	case AT_TAKEN:
	case AT_TOTAL:
	case AT_CHUNK:
	case AT_DATA:
	case AT_PROGRESS:
	case AT_OVER:
		break;
	}
	return step_fail(f, FAULT_XML, XML_FAULT_NO_END,
			 "the agent waits for a command, but %s had no end", x->name);
}

/* The message of an END OK is left over from an earlier failure: it means nothing. */
static void keep_end(struct xml_state *x, struct slice doc)
{
	struct slice value;

	x->verdict = XML_FAILED;
	if (doc_value(doc, "result", &value)) {
		value = text_trim(value);
		if (text_starts(value, REFUSED))
			x->verdict = XML_UNSUPPORTED;
		else if (text_starts(value, "OK"))
			x->verdict = XML_OK;
	}
	x->message[0] = '\0';
	if (x->verdict != XML_OK && doc_value(doc, "message", &value))
		doc_text(value, x->message, sizeof x->message);
	for (char *p = x->message; *p; p++)
		if (*p == '\r' || *p == '\n')
			*p = ' ';
}

/*
 * An END before any START is either left over from before, or all that an agent has to say whose
 * version the chip refuses: it is acknowledged, and kept in case silence follows.
 */
static enum verdict hear_end(struct flow *f, struct slice doc)
{
	struct xml_state *x = &f->xml;

	if (x->at == AT_START || x->at == AT_LOOP) {
		if (x->strays++ >= STRAYS_MAX)
			return hear_stray(f);
		if (x->at == AT_START)
			keep_end(x, doc);
		return say(f, SAY_OK, (enum xml_at)x->at);
	}
	keep_end(x, doc);
	x->sum_refused = x->at == AT_TAKEN && x->summed && !x->message[0];
	if (x->verdict != XML_OK)
		f->leaving = false;
	return say(f, SAY_OK, x->verdict == XML_FAILED ? AT_LOOP : AT_OVER);
}

static bool is_request(const struct xml_state *x)
{
	return x->at >= AT_ACCEPT && x->at <= AT_PROGRESS;
}

static enum verdict hear_document(struct flow *f, struct slice doc)
{
	struct slice command, version;

	if (doc_value(doc, "version", &version) && !text_is(text_trim(version), "1.0"))
		return step_fail(f, FAULT_XML, XML_FAULT_OUT_OF_STEP,
				 "the agent speaks version %s, this station 1.0",
				 text_show(version).s);
	if (!doc_value(doc, "command", &command))
		return hear_stray(f);
	command = text_trim(command);
	if (text_is_any_case(command, "CMD:START"))
		return hear_start(f);
	if (text_is_any_case(command, "CMD:END"))
		return hear_end(f, doc);
	if (!is_request(&f->xml))
		return hear_stray(f);
	if (text_is_any_case(command, "CMD:DOWNLOAD-FILE"))
		return files_download(f, doc);
	if (text_is_any_case(command, "CMD:UPLOAD-FILE"))
		return files_upload(f, doc);
	if (text_is_any_case(command, "CMD:PROGRESS-REPORT"))
		return say(f, SAY_OK, AT_PROGRESS);
	if (text_is_any_case(command, "CMD:FILE-SYS-OPERATION"))
		return files_system(f, doc);
	return step_fail(f, FAULT_XML, XML_FAULT_OUT_OF_STEP,
			 "in %s the agent asks for %s, which no host knows", f->xml.name,
			 text_show(command).s);
}

/* "OK!PROGRESS@37@text" or "OK!EOT"; the percentage never goes back. */
static enum verdict hear_progress(struct flow *f, struct slice line)
{
	struct slice head, rest, percent;
	uint64_t value;

	if (text_starts(line, "OK!EOT"))
		return say(f, SAY_OK, AT_REQUEST);
	if (text_cut(line, '@', &head, &rest)) {
		if (!text_cut(rest, '@', &percent, &head))
			percent = rest;
		if (text_number(percent, &value) && value <= 100)
			f->io.percent = (uint32_t)value;
	}
	return say(f, SAY_OK, AT_PROGRESS);
}

static enum verdict hear_line(struct flow *f, struct slice line)
{
	struct xml_state *x = &f->xml;
	bool ok = text_starts(line, "OK");

	switch ((enum xml_at)x->at) {
	case AT_ACCEPT:
		/* An ERR is explained by the END that follows. */
		if (ok || text_starts(line, "ERR"))
			return say(f, SAY_NOTHING, AT_REQUEST);
		return hear_stray(f);
	case AT_PROGRESS:
		return hear_progress(f, line);
	case AT_LENGTH:
	case AT_SUM:
	case AT_TAKEN:
	case AT_TOTAL:
	case AT_CHUNK:
		return files_line(f, line, ok);
	case AT_START:
	case AT_REQUEST:
	case AT_DATA:
	case AT_LOOP:
	case AT_OVER:
		break;
	}
	return hear_stray(f);
}

enum verdict hear_message(struct flow *f)
{
	struct xml_state *x = &f->xml;
	struct slice text = {x->heard, x->heard_n};
	const uint8_t *end = memchr(x->heard, '\0', x->heard_n);

	if (end)
		text.n = (size_t)(end - x->heard);
	text = text_trim(text);
	return text_starts(text, "<") ? hear_document(f, text) : hear_line(f, text);
}
