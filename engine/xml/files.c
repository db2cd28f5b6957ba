/*
 * files: DOWNLOAD-FILE, UPLOAD-FILE and FILE-SYS-OPERATION (protocol/da-xml.md 3.1, 3.2, 3.4).
 *
 * Names are data: the one token of the command is compared, nothing is opened by name. A download
 * may be asked for again in the same command; what had been counted of it is taken back then.
 */
#include <stdio.h>
#include <string.h>

#include "engine/base/text.h"
#include "engine/package/wire_sums.h"
#include "engine/xml/hear.h"
#include "engine/xml/words.h"

#define PACKET_MAX (16u << 20) /* largest seen is 2 MiB */

static enum verdict say(struct flow *f, enum xml_say what, enum xml_at at)
{
	f->xml.say = (uint8_t)what;
	f->xml.at = (uint8_t)at;
	return STEP_AGAIN;
}

static bool is_token(const struct xml_state *x, struct slice doc, const char *tag)
{
	char name[XML_TOKEN_MAX];
	struct slice value;

	return x->token[0] && doc_value(doc, tag, &value) && doc_text(value, name, sizeof name) &&
	       !strcmp(name, x->token);
}

/* Progress of an image: acknowledged, or (before a repetition) taken back. */
static void count(struct flow *f, uint64_t bytes, bool back)
{
	struct flow_report *r = &f->report;

	if (!f->xml.counts)
		return;
	if (back)
		bytes = 0 - bytes; /* modulo 2^64: a subtraction */
	f->io.done += bytes;
	r->bytes_done += bytes;
	r->bytes_written += bytes;
	r->parts[f->io.record].bytes += bytes;
}

static enum verdict bad_checksum_kind(struct flow *f, struct slice kind)
{
	return step_fail(f, FAULT_XML, XML_FAULT_OUT_OF_STEP,
			 "in %s the agent wants packet checksums of kind %s; known are CHK_NO and "
			 "CHK_ADD",
			 f->xml.name, text_show(kind).s);
}

enum verdict files_download(struct flow *f, struct slice doc)
{
	struct xml_state *x = &f->xml;
	struct slice kind = {NULL, 0};
	uint64_t most;

	if (!x->has_send || !is_token(x, doc, "source_file"))
		return say(f, SAY_ERR, AT_REQUEST);
	if (doc_value(doc, "checksum", &kind))
		kind = text_trim(kind);
	x->summed = kind.n && text_is_any_case(kind, "CHK_ADD");
	if (kind.n && !x->summed && !text_is_any_case(kind, "CHK_NO"))
		return bad_checksum_kind(f, kind);
	if (!doc_number(doc, "packet_length", &most) || most == 0)
		return step_fail(f, FAULT_XML, XML_FAULT_OUT_OF_STEP,
				 "in %s the agent asks for a file without a packet length",
				 x->name);
	if (most > PACKET_MAX)
		most = PACKET_MAX;
	/* Packet sums are kept for each 4 KiB; shorter packets than asked for are welcome (3.1). */
	if (most >= WIRE_SUMS_BLOCK)
		most &= ~(uint64_t)(WIRE_SUMS_BLOCK - 1);
	x->packet_most = most;
	count(f, x->sent, true);
	x->sent = 0;
	if (x->counts)
		f->report.facts.write_packet = (uint32_t)most;
	return say(f, SAY_LENGTH, AT_LENGTH);
}

struct slice files_packet(struct flow *f)
{
	struct xml_state *x = &f->xml;
	const uint8_t *file = x->send_answer ? x->signed_answer : x->send.p;
	uint64_t left = x->send.n - x->sent;

	x->packet = left < x->packet_most ? left : x->packet_most;
	return (struct slice){file + x->sent, (size_t)x->packet};
}

uint32_t files_sum(const struct flow *f, struct slice packet)
{
	const struct xml_state *x = &f->xml;

	if (!x->summed)
		return 0;
	if (x->sums && x->packet_most % WIRE_SUMS_BLOCK == 0)
		return wire_sums_words(x->sums, x->sent, packet.n);
	return wire_sums_words_of(packet);
}

static enum verdict next_packet(struct flow *f)
{
	return f->xml.sent < f->xml.send.n ? say(f, SAY_SUM, AT_SUM)
					   : say(f, SAY_NOTHING, AT_REQUEST);
}

static bool upload_wanted(const struct flow *f, struct slice doc)
{
	return f->xml.take != XML_TAKE_NOTHING && is_token(&f->xml, doc, "target_file");
}

enum verdict files_upload(struct flow *f, struct slice doc)
{
	uint64_t most;

	if (!upload_wanted(f, doc))
		return say(f, SAY_ERR, AT_REQUEST);
	/* What a sink has had can not be taken back. */
	if (f->xml.take != XML_TAKE_TEXT && f->io.done)
		return step_fail(f, FAULT_XML, XML_FAULT_OUT_OF_STEP,
				 "in %s the agent brings its file a second time", f->xml.name);
	if (f->xml.take != XML_TAKE_TEXT && doc_number(doc, "packet_length", &most) &&
	    most <= UINT32_MAX)
		f->report.facts.read_packet = (uint32_t)most;
	f->xml.total = 0;
	f->xml.taken = 0;
	f->table_bytes = f->xml.take == XML_TAKE_TEXT ? 0 : f->table_bytes;
	return say(f, SAY_OK, AT_TOTAL);
}

/* "OK@0x1000": the length of what the agent brings. */
static enum verdict got_total(struct flow *f, struct slice line)
{
	struct xml_state *x = &f->xml;
	struct slice head, number;

	if (!text_cut(line, '@', &head, &number) || !text_number(number, &x->total))
		return step_fail(f, FAULT_XML, XML_FAULT_OUT_OF_STEP,
				 "in %s the agent gives no length for its file: \"%s\"", x->name,
				 text_show(line).s);
	if (x->take == XML_TAKE_WHOLE)
		f->io.length = x->total;
	if (x->take != XML_TAKE_TEXT && x->total != f->io.length)
		return step_fail(f, FAULT_XML, XML_FAULT_OUT_OF_STEP,
				 "%llu bytes were asked for, the agent brings %llu",
				 (unsigned long long)f->io.length, (unsigned long long)x->total);
	return say(f, SAY_OK, x->total ? AT_CHUNK : AT_REQUEST);
}

enum verdict hear_chunk(struct flow *f)
{
	struct xml_state *x = &f->xml;

	if (x->taken == x->total)
		return say(f, SAY_OK, AT_REQUEST);
	if (x->take != XML_TAKE_TEXT && f->io.stop)
		return say(f, SAY_CANCEL, AT_REQUEST);
	return say(f, SAY_OK, AT_CHUNK);
}

enum verdict files_line(struct flow *f, struct slice line, bool ok)
{
	struct xml_state *x = &f->xml;

	/* A failure is explained by the END that follows. */
	if (!ok)
		return text_starts(line, "ERR") ? say(f, SAY_NOTHING, AT_REQUEST) : hear_stray(f);
	if (x->at == AT_SUM)
		return say(f, SAY_PACKET, AT_TAKEN);
	if (x->at == AT_TOTAL)
		return got_total(f, line);
	if (x->at == AT_CHUNK)
		return say(f, SAY_OK, AT_DATA);
	if (x->at == AT_TAKEN) {
		x->sent += x->packet;
		count(f, x->packet, false);
	}
	return next_packet(f);
}

enum verdict files_system(struct flow *f, struct slice doc)
{
	struct xml_state *x = &f->xml;
	bool ours = x->has_send && is_token(x, doc, "file_path");
	struct slice key = {NULL, 0};

	if (doc_value(doc, "key", &key))
		key = text_trim(key);
	if (key.n && text_is_any_case(key, "EXISTS"))
		snprintf(x->answer, sizeof x->answer, "%s", ours ? "OK@EXISTS" : "OK@NOT-EXISTS");
	else if (key.n && ours && text_is_any_case(key, "FILE-SIZE"))
		snprintf(x->answer, sizeof x->answer, "OK@0x%llx", (unsigned long long)x->send.n);
	else
		snprintf(x->answer, sizeof x->answer, "ERR"); /* no folders, no removals here */
	return say(f, SAY_ANSWER, AT_REQUEST);
}
