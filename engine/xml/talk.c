#include "engine/xml/talk.h"

#include <stdio.h>
#include <string.h>

#include "engine/base/text.h"
#include "engine/xml/hear.h"
#include "engine/xml/words.h"

/* Longest silences (protocol/da-xml.md 8), ms. */
#define START_MS   10000
#define LINE_MS	   5000
#define WORK_MS	   60000	 /* between progress lines; sparse fills; storage behind a packet */
#define END_MS	   120000	 /* after the last packet */
#define LOOP_MS	   2000		 /* START after an END ERR */
#define REPORT_MAX FRAME_LOG_MAX /* longest message of text that is drained */

void xml_command(struct flow *f, const char *version, const char *name)
{
	struct xml_state *x = &f->xml;

	doc_begin(&x->command, version, name);
	doc_open(&x->command, "arg");
	snprintf(x->name, sizeof x->name, "%s", name);
	x->token[0] = '\0';
	x->has_send = false;
	x->send_answer = false;
	x->counts = false;
	x->send = (struct slice){NULL, 0};
	x->sums = NULL;
	x->take = XML_TAKE_NOTHING;
	x->work_ms = WORK_MS;
	x->leaves = false;
}

void xml_file(struct flow *f, const char *tag, const char *token)
{
	snprintf(f->xml.token, sizeof f->xml.token, "%s", token);
	doc_put(&f->xml.command, tag, f->xml.token);
}

void xml_send(struct flow *f, struct slice bytes, const struct wire_sums *sums)
{
	f->xml.has_send = true;
	f->xml.send = bytes;
	f->xml.sums = sums;
}

void xml_send_answer(struct flow *f)
{
	/* By flag, not by address: a run can be copied at any step. */
	xml_send(f, (struct slice){NULL, f->xml.answer_n}, NULL);
	f->xml.send_answer = true;
}

void xml_take(struct flow *f, enum xml_take take)
{
	f->xml.take = take;
}

struct slice xml_text(const struct flow *f)
{
	const uint8_t *end = memchr(f->table, '\0', f->table_bytes);

	return (struct slice){f->table, end ? (size_t)(end - f->table) : f->table_bytes};
}

/* What goes out. Each line is a frame, each frame two transfers; each text ends in a counted NUL.
 */

static void send_frame(struct flow *f, struct flow_action *a, struct slice payload)
{
	uint8_t head[FRAME_HEAD];

	frame_head(head, (uint32_t)payload.n);
	tx_copy(f, a, head, sizeof head);
	tx_lend(a, payload);
}

static void send_line(struct flow *f, struct flow_action *a, const char *line)
{
	uint8_t head[FRAME_HEAD];
	size_t n = strlen(line) + 1;

	frame_head(head, (uint32_t)n);
	tx_copy(f, a, head, sizeof head);
	tx_copy(f, a, line, n);
}

static void send_number(struct flow *f, struct flow_action *a, uint64_t value)
{
	char line[32];

	snprintf(line, sizeof line, "OK@0x%llx", (unsigned long long)value);
	send_line(f, a, line);
}

static void send_command(struct flow *f, struct flow_action *a)
{
	const struct doc *d = &f->xml.command;

	f->xml.started = false;
	f->agent_idle = false;
	f->leaving = f->xml.leaves;
	send_line(f, a, "OK");
	send_frame(f, a, (struct slice){(const uint8_t *)d->text, d->n + 1});
}

static void speak(struct flow *f, struct flow_action *a)
{
	struct xml_state *x = &f->xml;

	switch ((enum xml_say)x->say) {
	case SAY_NOTHING:
		break;
	case SAY_OK:
		send_line(f, a, "OK");
		break;
	case SAY_ERR:
		send_line(f, a, "ERR");
		break;
	case SAY_CANCEL:
		send_line(f, a, "ERR!CANCEL");
		break;
	case SAY_COMMAND:
		send_command(f, a);
		break;
	case SAY_LENGTH:
		send_line(f, a, "OK");
		send_number(f, a, x->send.n);
		break;
	case SAY_SUM:
		send_number(f, a, files_sum(f, files_packet(f)));
		break;
	case SAY_PACKET:
		send_frame(f, a, files_packet(f));
		break;
	case SAY_ANSWER:
		send_line(f, a, "OK");
		send_line(f, a, x->answer);
		break;
	}
	x->say = SAY_NOTHING;
}

static uint32_t patience(const struct xml_state *x)
{
	switch ((enum xml_at)x->at) {
	case AT_START:
		if (x->verdict == XML_FAILED)
			return LOOP_MS; /* an END came in its place */
		return x->command.n ? START_MS : x->work_ms;
	case AT_LOOP:
		return LOOP_MS;
	case AT_ACCEPT:
	case AT_LENGTH:
	case AT_SUM:
	case AT_TOTAL:
	case AT_OVER:
		return LINE_MS;
	case AT_REQUEST:
		return x->has_send && x->sent == x->send.n ? END_MS : x->work_ms;
	case AT_TAKEN:
	case AT_CHUNK:
	case AT_DATA:
	case AT_PROGRESS:
		break;
	}
	return x->work_ms;
}

/* What comes in. */

/* The stream is out of step, and these agents have no way back. */
static enum verdict bad_frame(struct flow *f, const char *why)
{
	const uint8_t *head = f->xml.in.head;

	return step_fail(f, FAULT_XML, XML_FAULT_FRAME,
			 "%s in %s: %s (%02X %02X %02X %02X, length %u)", "bad frame", f->xml.name,
			 why, head[0], head[1], head[2], head[3], f->xml.in.length);
}

/* A header is in: is its length one that may come here? */
static enum verdict begin_payload(struct flow *f)
{
	struct xml_state *x = &f->xml;

	x->in_payload = true;
	x->heard_n = 0;
	if (x->at == AT_DATA && (x->in.length == 0 || x->in.length > x->total - x->taken))
		return bad_frame(f, "more or less data than announced");
	if (x->at != AT_DATA && x->in.length > REPORT_MAX)
		return bad_frame(f, "no message is that long");
	return STEP_NEXT;
}

static void keep_text(struct flow *f, struct slice piece)
{
	size_t room = sizeof f->table - f->table_bytes;
	size_t n = piece.n < room ? piece.n : room;

	memcpy(f->table + f->table_bytes, piece.p, n);
	f->table_bytes += (uint32_t)n;
}

static void take_data(struct flow *f, struct slice piece)
{
	struct xml_state *x = &f->xml;

	if (x->take == XML_TAKE_TEXT) {
		keep_text(f, piece);
	} else {
		if (!f->io.stop && f->io.sink(f, f->io.done, piece) != STEP_NEXT)
			f->io.stop = true;
		f->io.done += piece.n;
	}
	x->taken += piece.n;
}

static void take_message(struct xml_state *x, struct slice piece)
{
	size_t room = sizeof x->heard - x->heard_n;
	size_t n = piece.n < room ? piece.n : room;

	memcpy(x->heard + x->heard_n, piece.p, n);
	x->heard_n += (uint16_t)n;
}

static enum verdict take_payload(struct flow *f, struct slice rx)
{
	struct xml_state *x = &f->xml;
	struct slice piece;

	while ((piece = frame_data(&x->in, &rx)).n) {
		if (x->at == AT_DATA)
			take_data(f, piece);
		else
			take_message(x, piece);
	}
	if (x->in.left) {
		f->want = x->in.left < FLOW_RX_MAX ? x->in.left : FLOW_RX_MAX;
		return STEP_MORE;
	}
	x->in_payload = false;
	return x->at == AT_DATA ? hear_chunk(f) : hear_message(f);
}

/* No START after an END ERR: the agent is through, and the END says why. */
static enum verdict loop_left(struct flow *f)
{
	f->xml.dead = true;
	f->xml.result = f->xml.verdict;
	return STEP_LEAVE;
}

static enum verdict no_start(struct flow *f)
{
	struct xml_state *x = &f->xml;

	if (x->verdict == XML_FAILED)
		return xml_refused(f, XML_FAULT_OTHER);
	return step_fail(f, FAULT_STATION, f->report.wrote ? 61 : 15,
			 "the agent does not ask for a command (CMD:START) within %u ms",
			 f->more_ms);
}

static enum verdict quiet(struct flow *f, struct slice rx)
{
	struct xml_state *x = &f->xml;

	(void)rx;
	if (x->at == AT_LOOP)
		return loop_left(f);
	if (f->leaving) {
		x->result = XML_UNHEARD;
		return STEP_LEAVE;
	}
	if (x->at == AT_START)
		return no_start(f);
	if (f->report.wrote)
		return step_fail(f, FAULT_STATION, 61, "%s%s%s: no answer within %u ms at 0x%llX",
				 x->name, f->report.target[0] ? " of " : "", f->report.target,
				 f->more_ms, (unsigned long long)f->io.done);
	return step_fail(f, FAULT_XML, XML_FAULT_NO_END, "%s: no answer within %u ms", x->name,
			 f->more_ms);
}

static enum verdict got_turn(struct flow *f, struct slice rx)
{
	static const struct slice nothing;
	struct xml_state *x = &f->xml;
	enum verdict v;

	if (x->at == AT_OVER) {
		x->result = x->verdict;
		f->agent_idle = !(x->leaves && x->verdict == XML_OK);
		return STEP_LEAVE;
	}
	/* Silence, and more bytes than were wanted: ours were not taken. */
	if (rx.n > f->want)
		return quiet(f, rx);
	if (x->in_payload)
		return take_payload(f, rx);
	switch (frame_open(&x->in, rx)) {
	case FRAME_MORE:
		f->want = frame_need(&x->in);
		return STEP_MORE;
	case FRAME_DATA:
		break;
	case FRAME_WHOLE:
	case FRAME_BAD:
		return bad_frame(f, "not the mark of a frame");
	}
	v = begin_payload(f);
	return v == STEP_NEXT ? take_payload(f, nothing) : v;
}

/* The table: one step that goes round until the command is over. */

static enum verdict ask_turn(struct flow *f, struct flow_action *a)
{
	struct xml_state *x = &f->xml;

	if (x->dead)
		return step_fail(f, FAULT_XML, XML_FAULT_NO_END,
				 "the agent left its command loop after an earlier failure");
	if (x->command.full)
		return step_fail(f, FAULT_STATION, 90, "the document of %s is too long", x->name);
	if (x->at == AT_START && x->started && !x->command.n) {
		x->result = XML_OK;
		return STEP_LEAVE;
	}
	if (x->at == AT_START && x->started) {
		x->at = AT_ACCEPT;
		x->say = SAY_COMMAND;
	}
	speak(f, a);
	a->ms = patience(x);
	return rx_want(f, x->at == AT_OVER ? 0 : FRAME_HEAD);
}

static const struct step conversation[] = {
	{"", LINE_MS, ask_turn, got_turn, quiet},
	{NULL, 0, NULL, NULL, NULL},
};

static enum verdict call(struct flow *f)
{
	struct xml_state *x = &f->xml;

	x->at = AT_START;
	x->say = SAY_NOTHING;
	x->strays = 0;
	x->sent = 0;
	x->result = XML_LEFT;
	x->verdict = XML_OK;
	x->message[0] = '\0';
	x->sum_refused = false;
	f->call = conversation;
	return STEP_CALL;
}

enum verdict xml_run_open(struct flow *f, const char *tag)
{
	doc_close(&f->xml.command, tag);
	doc_end(&f->xml.command);
	return call(f);
}

enum verdict xml_run(struct flow *f)
{
	return xml_run_open(f, "arg");
}

enum verdict xml_await_start(struct flow *f, uint32_t ms)
{
	xml_command(f, "1.0", "START");
	f->xml.command.n = 0;
	f->xml.work_ms = ms;
	return call(f);
}
