/* WRITE-PARTITION and WRITE-FLASH (da-xml.md section 6). */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "tests/rack/xml/xml_agent.h"

enum { EXTENSION_MAX = 8, SIGNATURE_BYTES_MAX = 0x200000, TABLE_BYTES_MAX = 0x100000 };

/* ---- names made from the host's word ---- */

/* Where the extension begins, dot included; NULL when there is none, or no short one. */
static const char *extension(const char *token)
{
	const char *dot = strrchr(token, '.');

	if (!dot || strchr(dot, '/') || strchr(dot, '\\') || strlen(dot) > EXTENSION_MAX)
		return NULL;
	return dot;
}

static void derive(char *to, size_t room, const char *token, const char *stem_end,
		   const char *ending)
{
	const char *dot = extension(token);

	snprintf(to, room, "%.*s%s%s", (int)(dot ? dot - token : (long)strlen(token)), token,
		 dot ? stem_end : "", dot ? ending : "");
}

/* ---- one partition ---- */

static void feed_back(struct device *d)
{
	struct xml_agent *x = d->xml;
	struct xml_feedback *f = &x->feedback[x->feedback_n];

	if (x->feedback_n == XML_FEEDBACK_MAX)
		return;
	snprintf(f->partition, sizeof f->partition, "%s", x->target.name);
	snprintf(f->file, sizeof f->file, "%.*s", (int)sizeof f->file - 1, x->token);
	f->sum = x->transfer.sum;
	x->feedback_n++;
}

static bool is_table(const struct agent_target *t)
{
	return !strcasecmp(t->name, "pgpt") || !strcasecmp(t->name, "sgpt");
}

static void image_written(struct device *d)
{
	feed_back(d);
	if (is_table(&d->xml->target) && !xml_table_written(d))
		xml_fail(d, "Partition table is invalid. 0x%x", DA_INVALID_GPT);
	else
		d->xml->written(d);
}

static void pull(struct device *d)
{
	struct xml_agent *x = d->xml;

	xml_pull_image(d, x->info, x->token, true, image_written);
}

static void got_verified(struct device *d, const char *line)
{
	struct xml_agent *x = d->xml;

	if (!strcmp(line, "OK@EXISTS"))
		snprintf(x->token, sizeof x->token, "%s", x->verified);
	pull(d);
}

static void ask_verified(struct device *d)
{
	struct xml_agent *x = d->xml;
	const char *dot = extension(x->token);

	derive(x->verified, sizeof x->verified, x->token, "-verified", dot ? dot : "");
	xml_ask_file(d, "EXISTS", x->verified, got_verified);
}

static void got_signature(struct device *d, const char *line)
{
	struct xml_agent *x = d->xml;
	char signature[sizeof x->token];

	if (strcmp(line, "OK@EXISTS") != 0) {
		ask_verified(d);
		return;
	}
	derive(signature, sizeof signature, x->token, "", ".sig");
	xml_pull_file(d, ".sig", signature, SIGNATURE_BYTES_MAX, ask_verified);
}

static void ask_signature(struct device *d)
{
	struct xml_agent *x = d->xml;
	char signature[sizeof x->token];

	if (!extension(x->token)) {
		ask_verified(d);
		return;
	}
	derive(signature, sizeof signature, x->token, "", ".sig");
	xml_ask_file(d, "EXISTS", signature, got_signature);
}

void xml_write_partition(struct device *d, xml_step *next)
{
	struct xml_agent *x = d->xml;

	x->written = next;
	if (x->pre_erase && !x->target.preloader)
		xml_report_erase(d, x->target.name, 0, x->target.size, ask_signature);
	else
		ask_signature(d);
}

void xml_write_partition_command(struct device *d)
{
	struct xml_agent *x = d->xml;
	const char *name = xml_need(d, "da/arg/partition"), *token;

	if (!name || !(token = xml_need(d, "da/arg/source_file")) || !xml_find_partition(d, name))
		return;
	x->pre_erase = !x->minor || strcmp(xml_optional(d, "da/arg/pre_erase"), "NO") != 0;
	snprintf(x->token, sizeof x->token, "%s", token);
	snprintf(x->info, sizeof x->info, "%s", x->target.name);
	xml_write_partition(d, xml_ok);
}

/* ---- WRITE-FLASH ---- */

static void flash_written(struct device *d)
{
	feed_back(d);
	xml_ok(d);
}

static void pull_flash(struct device *d)
{
	struct xml_agent *x = d->xml;

	xml_pull_image(d, x->target.name, x->token, false, flash_written);
}

static void got_size(struct device *d, const char *line)
{
	struct xml_agent *x = d->xml;
	uint64_t size = 0;

	if (!xml_line_number(line, &size)) {
		xml_fail(d, "The host gave no file size: %s", line);
		return;
	}
	if (size > x->target.size) {
		xml_fail(d,
			 "Host file size[0x%llx] is larger than max partition available "
			 "size[0x%llx]",
			 (unsigned long long)size, (unsigned long long)x->target.size);
		return;
	}
	x->target.size = size;
	xml_report_erase(d, x->target.name, 0, size, pull_flash);
}

void xml_write_flash(struct device *d)
{
	struct xml_agent *x = d->xml;
	const char *name = xml_need(d, "da/arg/partition"), *token;
	uint64_t at, length = 0;

	if (!name || !xml_need_number(d, "da/arg/offset", &at) ||
	    !(token = xml_need(d, "da/arg/source_file")) || !xml_find_region(d, name) ||
	    !xml_check_range(d, at, &length, "write"))
		return;
	if (x->target.region == REGION_RPMB) {
		xml_fail_storage(d);
		return;
	}
	snprintf(x->token, sizeof x->token, "%s", token);
	x->target.start = at;
	x->target.size -= at; /* what is available from there on */
	xml_ask_file(d, "FILE-SIZE", x->token, got_size);
}
