#include "tests/rack/xml/rig_xml.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tests/rack/layout.h"

enum { TEXT_BYTES = 0x8000 };

void rig_xml_say(struct rig *rig, const char *text)
{
	rig_frame(rig, text, strlen(text) + 1);
}

const char *rig_xml_hear(struct rig *rig)
{
	static char text[TEXT_BYTES];
	size_t n = rig_get(rig, text, sizeof text);

	assert_true(n > 0);
	assert_int_equal(strlen(text) + 1, n);
	return text;
}

/* ---- documents, written short ---- */

/* Cuts `text` at each '|': the fields, at most `max`. */
static size_t fields(char *text, char **out, size_t max)
{
	size_t n = 0;

	for (char *at = text; at && n < max; n++) {
		char *bar = n + 1 < max ? strchr(at, '|') : NULL;

		out[n] = at;
		if (bar)
			*bar++ = '\0';
		at = bar;
	}
	return n;
}

static void say_command(struct rig *rig, char *text)
{
	static char doc[TEXT_BYTES];
	char *f[16], *version;
	size_t count = fields(text, f, 16), n;

	version = strchr(f[0], '/');
	if (version)
		*version++ = '\0';
	n = (size_t)snprintf(doc, sizeof doc,
			     RIG_XML_PROLOG "<da><version>%s</version><command>%s</command>",
			     version ? version : "1.0", f[0]);
	n += (size_t)snprintf(doc + n, sizeof doc - n, "<arg>");
	for (size_t i = 1; i < count; i++) {
		char *value = strchr(f[i], '=');

		assert_non_null(value);
		*value++ = '\0';
		n += (size_t)snprintf(doc + n, sizeof doc - n, "<%s>%s</%s>", f[i], value, f[i]);
	}
	snprintf(doc + n, sizeof doc - n, "</arg></da>");
	rig_xml_say(rig, doc);
}

static bool begins(const char *text, const char *word)
{
	return !strncmp(text, word, strlen(word));
}

static const char *document(const char *command, const char *arguments)
{
	static char doc[TEXT_BYTES];

	snprintf(doc, sizeof doc,
		 RIG_XML_PROLOG "<host><version>1.0</version><command>CMD:%s</command>%s</host>",
		 command, arguments);
	return doc;
}

static void hear_end(struct rig *rig, char *text)
{
	char arguments[1024], *f[2];
	size_t n = fields(text, f, 2);
	const char *heard = rig_xml_hear(rig);

	snprintf(arguments, sizeof arguments, "<arg><result>%s</result><message>%s</message></arg>",
		 f[0], n > 1 ? f[1] : "");
	if (n > 1 && !strcmp(f[1], "*")) {
		char part[64];

		snprintf(part, sizeof part, "CMD:END</command><arg><result>%s</result>", f[0]);
		if (!strstr(heard, part))
			fail_msg("expected END %s, got %s", f[0], heard);
		return;
	}
	assert_string_equal(heard, document("END", arguments));
}

static const char *expand(char *text)
{
	char arguments[2048], *f[4] = {NULL};

	if (!strcmp(text, "START"))
		return document("START", "");
	if (begins(text, "DOWNLOAD ")) {
		assert_int_equal(fields(text + 9, f, 4), 4);
		snprintf(arguments, sizeof arguments,
			 "<arg><checksum>%s</checksum><info>%s</info><source_file>%s</source_file>"
			 "<packet_length>%s</packet_length></arg>",
			 f[0], f[1], f[2], f[3]);
		return document("DOWNLOAD-FILE", arguments);
	}
	if (begins(text, "UPLOAD ")) {
		assert_int_equal(fields(text + 7, f, 3), 3);
		snprintf(arguments, sizeof arguments,
			 "<arg><checksum>CHK_NO</checksum><info>%s</info><target_file>%s"
			 "</target_file><packet_length>%s</packet_length></arg>",
			 f[0], f[1], f[2]);
		return document("UPLOAD-FILE", arguments);
	}
	if (begins(text, "PROGRESS ")) {
		snprintf(arguments, sizeof arguments, "<arg><message>%s</message></arg>", text + 9);
		return document("PROGRESS-REPORT", arguments);
	}
	if (begins(text, "FILE ")) {
		assert_int_equal(fields(text + 5, f, 2), 2);
		snprintf(arguments, sizeof arguments,
			 "<arg><key>%s</key><file_path>%s</file_path></arg>", f[0], f[1]);
		return document("FILE-SYS-OPERATION", arguments);
	}
	return text;
}

static void hear_line(struct rig *rig, char *text)
{
	if (begins(text, "END "))
		hear_end(rig, text + 4);
	else if (!strcmp(text, "ANY"))
		rig_xml_hear(rig);
	else
		assert_string_equal(rig_xml_hear(rig), expand(text));
}

static char *trim(char *line)
{
	char *comment = strstr(line, " #");
	size_t n;

	if (comment)
		*comment = '\0';
	line += strspn(line, " \t");
	n = strlen(line);
	while (n && (line[n - 1] == ' ' || line[n - 1] == '\t'))
		line[--n] = '\0';
	return line;
}

void rig_xml_play(struct rig *rig, const char *format, ...)
{
	char *script = NULL, *save = NULL;
	va_list args;

	va_start(args, format);
	assert_true(vasprintf(&script, format, args) > 0);
	va_end(args);
	for (char *line = strtok_r(script, "\n", &save); line; line = strtok_r(NULL, "\n", &save)) {
		line = trim(line);
		if (begins(line, "H> CMD:"))
			say_command(rig, line + 3);
		else if (begins(line, "H> "))
			rig_xml_say(rig, line + 3);
		else if (begins(line, "D> "))
			hear_line(rig, line + 3);
		else if (*line)
			fail_msg("no line of a dialogue: %s", line);
	}
	free(script);
}

/* ---- opening ---- */

void rig_xml_agent1(struct rig *rig)
{
	if (rig->config.chip->da_protocol != DA_PROTOCOL_XML)
		rig->config.chip = chip_by_name("MT6789");
	rig_plug(rig);
	rig_wake(rig);
	rig_send_da(rig, rig->da1, sizeof rig->da1, RIG_DA1_SIG);
	rig_play(rig, "H> D5\n D> D5\n H> 00 20 00 00\n D> 00 20 00 00\n D> 00 00\n");
	rig_xml_play(rig, "D> START\n");
}

void rig_xml_boot_to(struct rig *rig, const uint8_t *da2, size_t n, const char *end)
{
	rig_xml_play(rig,
		     "H> CMD:BOOT-TO|at_address=0x40000000|jmp_address=0x40000000|"
		     "source_file=MEM://0x7f00:0x%zx\n"
		     "D> OK\n"
		     "D> DOWNLOAD CHK_NO|2nd-DA|MEM://0x7f00:0x%zx|0x1000\n"
		     "H> OK\n"
		     "H> OK@0x%zx\n"
		     "D> OK\n",
		     n, n, n);
	rig_xml_packets(rig, da2, n, 0x1000, "OK");
	rig_xml_play(rig, "D> END %s\n", end);
}

void rig_xml_agent2(struct rig *rig, const char *checksums)
{
	rig_xml_agent1(rig);
	rig_xml_say(rig, "OK");
	rig_xml_play(rig,
		     "H> CMD:SET-RUNTIME-PARAMETER|checksum_level=%s|battery_exist=NO|"
		     "da_log_level=INFO|log_channel=UART|system_os=LINUX\n"
		     "D> OK\n D> END OK\n H> OK\n D> START\n H> OK\n"
		     "H> CMD:NOTIFY-INIT-HW\n"
		     "D> OK\n D> PROGRESS init-hw\n H> OK\n D> OK!EOT\n H> OK\n"
		     "D> END OK\n H> OK\n D> START\n H> OK\n",
		     checksums);
	rig_xml_boot_to(rig, rig->da2, sizeof rig->da2, "OK");
	rig_xml_play(rig, "H> OK\n D> START\n");
}

/* ---- transfers ---- */

void rig_xml_packets(struct rig *rig, const uint8_t *bytes, size_t n, size_t packet,
		     const char *answer)
{
	char line[32];

	for (size_t at = 0; at < n; at += packet) {
		size_t run = n - at < packet ? n - at : packet;

		snprintf(line, sizeof line, "OK@0x%x", xml_word_sum(bytes + at, run));
		rig_xml_say(rig, line);
		assert_string_equal(rig_xml_hear(rig), "OK");
		rig_frame(rig, bytes + at, run);
		assert_string_equal(rig_xml_hear(rig), answer);
	}
}

void rig_xml_take(struct rig *rig, uint8_t *to, size_t n, size_t packet, bool image)
{
	char total[32];

	snprintf(total, sizeof total, image ? "OK@0x%016zx" : "OK@0x%zx", n);
	rig_xml_play(rig, "H> OK\n D> %s\n H> OK\n", total);
	for (size_t at = 0; at < n; at += packet) {
		size_t run = n - at < packet ? n - at : packet;

		rig_xml_play(rig, "D> %s\n H> OK\n", image ? "OK@0x0" : "OK");
		assert_int_equal(rig_get(rig, to + at, run), run);
		rig_xml_say(rig, "OK");
	}
}

const char *rig_xml_result(struct rig *rig, const char *command, const char *info)
{
	static uint8_t text[TEXT_BYTES];
	char *end;
	size_t n;

	rig_xml_play(rig, "H> OK\n H> %s\n D> OK\n D> UPLOAD %s|f.xml|%s\n H> OK\n", command, info,
		     rig->d.stage == STAGE_AGENT1 ? "0x1000" : "0x10000");
	n = strtoul(rig_xml_hear(rig) + 5, &end, 16);
	assert_in_range(n, 1, sizeof text - 1);
	rig_xml_play(rig, "H> OK\n D> OK\n H> OK\n");
	assert_int_equal(rig_get(rig, text, n), n);
	text[n] = '\0';
	rig_xml_play(rig, "H> OK\n D> END OK|*\n H> OK\n D> START\n");
	return (char *)text;
}

void rig_xml_partition(struct rig *rig, const char *name, uint64_t start, uint64_t size)
{
	struct problem problem = {0};
	struct gpt *gpt = calloc(1, sizeof *gpt);

	assert_non_null(gpt);
	gpt->sector = rig->d.flash.block;
	gpt->count = 2;
	gpt->entries[0] = (struct gpt_entry){.start = start, .size = size};
	snprintf(gpt->entries[0].name, sizeof gpt->entries[0].name, "%s", name);
	gpt->entries[1] = (struct gpt_entry){.start = 32 << 20, .size = 1 << 20};
	snprintf(gpt->entries[1].name, sizeof gpt->entries[1].name, "lk");
	if (layout_write_table(&rig->d.flash, gpt, &problem))
		fail_msg("table: %s", problem.why);
	free(gpt);
}
