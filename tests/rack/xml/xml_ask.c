/* PROGRESS-REPORT and FILE-SYS-OPERATION (da-xml.md 3.3, 3.4). */
#include "tests/rack/xml/xml_agent.h"
#include "tests/rack/xml/xml_wire.h"

enum { ALL = 100 };

/* ---- PROGRESS-REPORT ---- */

static void next_line(struct device *d);

static void got_eot_ack(struct device *d, const char *line)
{
	struct xml_progress *p = &d->xml->progress;

	(void)line;
	if (p->failed)
		xml_fail_storage(d);
	else
		p->next(d);
}

/* Whatever the host says to a report is an acknowledgement (seen in 2023). */
static void got_line_ack(struct device *d, const char *line)
{
	(void)line;
	next_line(d);
}

static void next_line(struct device *d)
{
	struct xml_progress *p = &d->xml->progress;

	if (p->failed || !p->stride || p->percent == ALL) {
		xml_reply(d, "OK!EOT");
		xml_expect_line(d, got_eot_ack);
		return;
	}
	p->percent = ALL - p->percent > p->stride ? p->percent + p->stride : ALL;
	xml_reply(d, "OK!PROGRESS@%u@", p->percent);
	xml_expect_line(d, got_line_ack);
}

static void got_report_ack(struct device *d, const char *line)
{
	struct xml_progress *p = &d->xml->progress;

	(void)line;
	p->failed = p->work && !p->work(d);
	next_line(d);
}

void xml_report(struct device *d, const char *message, unsigned updates,
		bool (*work)(struct device *d), xml_step *next)
{
	char buffer[XML_EMIT_BYTES];
	struct xml_text t;

	d->xml->progress = (struct xml_progress){
		.work = work,
		.stride = updates ? (ALL + updates - 1) / updates : 0,
		.next = next,
	};
	xml_ask_begin(&t, buffer, "PROGRESS-REPORT");
	xml_text_item(&t, "message", message);
	device_log(d, "d>", "PROGRESS-REPORT %s", message);
	xml_ask_send(d, &t);
	xml_expect_line(d, got_report_ack);
}

/* ---- FILE-SYS-OPERATION ---- */

static void got_answer(struct device *d, const char *line)
{
	if (xml_is_ok(line))
		d->xml->on_answer(d, line);
	else
		xml_fail(d, "The host's file operation failed.");
}

static void got_understood(struct device *d, const char *line)
{
	if (xml_is_ok(line))
		xml_expect_line(d, got_answer);
	else
		xml_fail(d, "The host does not know the file operation.");
}

void xml_ask_file(struct device *d, const char *key, const char *path, xml_line *answer)
{
	char buffer[XML_EMIT_BYTES];
	struct xml_text t;

	d->xml->on_answer = answer;
	xml_ask_begin(&t, buffer, "FILE-SYS-OPERATION");
	xml_text_item(&t, "key", key);
	xml_text_item(&t, "file_path", path);
	device_log(d, "d>", "FILE-SYS-OPERATION %s: %s", key, path);
	xml_ask_send(d, &t);
	xml_expect_line(d, got_understood);
}
