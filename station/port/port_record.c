/* What a run leaves in the ledger: its journal while it runs, and its record at the end. */
#include "station/port/port.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "station/ledger/times.h"
#include "station/log.h"
#include "station/station.h"
#include "station/store/loaded.h"

static const char *speed_name(enum usb_speed speed)
{
	switch (speed) {
	case USB_SPEED_FULL:
		return "full";
	case USB_SPEED_HIGH:
		return "high";
	case USB_SPEED_SUPER:
		return "super";
	case USB_SPEED_UNKNOWN:
		break;
	}
	return "unknown";
}

void port_record_begin(struct port *p)
{
	const struct order *o = p->order;
	struct ledger_run_begin begin = {
		.id = p->run_id,
		.order_id = o->id,
		.slot_path = p->path,
		.package_id = o->package_id,
		.profile = o->profile_name,
		.usb_id = p->usb_id,
		.usb_speed = speed_name(p->seen.speed),
		.started_ms = p->started_ms,
		.attempt = 1,
	};

	ledger_begin_run(p->station->ledger, &begin);
}

static void journalled(void *context, int64_t id, const struct problem *error)
{
	struct port *p = context;

	(void)id;
	run_journalled(&p->run, false, error);
}

/* A unit that failed as often as the order allows is not touched again (ST-064). */
static bool refuse_spent(struct port *p)
{
	struct fault fault = {.family = FAULT_NONE, .refused = true};
	int64_t most = p->station->config->limits.tries;
	uint32_t runs, tries;

	order_unit_past(p->order, p->unit_key, &runs, &tries);
	if (most == 0 || tries < most)
		return false;
	fault_set(&fault, FAULT_STATION, 64, "identify",
		  "%u tries of this unit failed in this order, %lld are allowed", tries,
		  (long long)most);
	run_refuse(&p->run, &fault);
	return true;
}

/* The unit is on record; is there data of it that an earlier run still owes? */
static void identified(void *context, int64_t id, const struct problem *error)
{
	struct port *p = context;

	(void)id;
	if (error)
		run_journalled(&p->run, false, error);
	else if (!refuse_spent(p))
		streams_owed(&p->streams);
}

void port_record_owed(struct port *p, bool owed)
{
	if (owed)
		station_event(p->station, "data-owed", p,
			      "run %lld ended before the unit had its own data again: this run "
			      "gives it back from the vault",
			      (long long)p->streams.owed_run);
	run_journalled(&p->run, owed, NULL);
}

static void journal_no_return(struct port *p)
{
	ledger_run_no_return(p->station->ledger, p->run_id, times_now_ms(), journalled, p);
}

/* The backup says first that it is needed: a power cut after this finds it. */
void port_record_marked(struct port *p, const struct fault *fault)
{
	if (fault)
		run_refuse(&p->run, fault);
	else
		journal_no_return(p);
}

static void stream_recorded(void *context, int64_t id, const struct problem *error)
{
	struct port *p = context;
	struct fault fault = {.family = FAULT_NONE, .refused = true};

	(void)id;
	if (!error) {
		run_taken(&p->run);
		return;
	}
	fault_set(&fault, FAULT_STATION, 71, "save", "%s: %s", error->where, error->why);
	run_refuse(&p->run, &fault);
}

static bool keep_stream(struct port *p, const struct stream_file *file)
{
	struct stream_file *more =
		realloc(p->stream_files, (p->stream_count + 1) * sizeof *p->stream_files);

	if (!more)
		return false;
	p->stream_files = more;
	p->stream_files[p->stream_count++] = *file;
	return true;
}

void port_record_stream(struct port *p, const struct stream_file *file)
{
	const struct vault_file *f = &file->file;
	struct ledger_stream row = {
		.run_id = p->run_id,
		.kind = file->identity ? "identity" : "readback",
		.name = f->name,
		.region = f->region,
		.start = f->start,
		.bytes = f->bytes,
		.sha256 = f->sha256,
		.blank = f->blank,
		.path = file->path,
		.stored_ms = times_now_ms(),
	};

	if (!keep_stream(p, file))
		log_line(LOG_ERROR, "slot %s: out of memory, %s is not in the list of its run",
			 p->label, f->name);
	station_event(p->station, file->identity ? "saved" : "read-back", p,
		      "%s: %llu bytes, sha256 %.12s%s", f->name, (unsigned long long)f->bytes,
		      f->sha256, f->blank ? ", blank" : "");
	ledger_put_stream(p->station->ledger, &row, stream_recorded, p);
}

static void to_hex(char *to, const uint8_t *bytes, size_t n)
{
	to[0] = '\0';
	for (size_t i = 0; i < n; i++)
		snprintf(to + 2 * i, 3, "%02x", bytes[i]);
}

void port_note_unit(struct port *p)
{
	const struct device_facts *facts = &flow_report(&p->run.flow)->facts;

	order_unit_key(p->unit_key, facts);
	to_hex(p->me_id, facts->me_id, facts->me_id_len);
	to_hex(p->soc_id, facts->soc_id, facts->soc_id_len);
	port_touch(p);
}

/* People move units between slots: one that shows up elsewhere says more of itself than of both. */
static void note_move(struct port *p)
{
	for (size_t i = 0; i < p->station->port_count; i++) {
		struct port *q = p->station->ports[i];

		if (q == p || port_runs(q) || !p->unit_key[0] ||
		    strcmp(q->unit_key, p->unit_key) != 0)
			continue;
		station_event(p->station, "moved", p, "the unit was in slot %s before", q->label);
		q->unit_key[0] = '\0';
	}
}

static void note_identity(struct port *p)
{
	const struct device_facts *facts = &flow_report(&p->run.flow)->facts;
	struct vault_unit unit = {.hw_code = facts->hw_code};
	uint32_t runs, tries;

	port_note_unit(p);
	snprintf(unit.key, sizeof unit.key, "%s", p->unit_key);
	snprintf(unit.me_id, sizeof unit.me_id, "%s", p->me_id);
	snprintf(unit.soc_id, sizeof unit.soc_id, "%s", p->soc_id);
	streams_unit(&p->streams, &unit);
	order_unit_past(p->order, p->unit_key, &runs, &tries);
	p->attempt = runs + 1;
	if (p->state == PORT_CONNECTING)
		port_move(p, PORT_IDENTIFIED);
	note_move(p);
	station_event(p->station, "identified", p, "hw code 0x%04x, unit %.32s, attempt %u",
		      facts->hw_code, p->unit_key[0] ? p->unit_key : "without number", p->attempt);
}

/* The same serial or IMEI on two units (symptoms.md N4): neither may pass. Reading is no harm. */
static void numbered(void *context, int64_t id, const struct problem *error)
{
	struct port *p = context;
	struct fault fault = {.family = FAULT_NONE, .refused = true};

	if (!error || id == 0) {
		run_journalled(&p->run, false, error);
		return;
	}
	station_event(p->station, "double-identity", p, "%s: %s", error->where, error->why);
	if (!flow_operation_writes(flow_report(&p->run.flow)->operation)) {
		run_journalled(&p->run, false, NULL);
		return;
	}
	fault_set(&fault, FAULT_STATION, 53, "inspect", "%s: %s", error->where, error->why);
	run_refuse(&p->run, &fault);
}

void port_record_journal(struct port *p, enum flow_journal what)
{
	switch (what) {
	case FLOW_JOURNAL_IDENTIFIED:
		note_identity(p);
		ledger_run_identified(p->station->ledger, p->run_id,
				      &flow_report(&p->run.flow)->facts, identified, p);
		break;
	case FLOW_JOURNAL_NUMBERS:
		ledger_run_numbers(p->station->ledger, p->run_id, &flow_report(&p->run.flow)->facts,
				   numbered, p);
		break;
	case FLOW_JOURNAL_POINT_OF_NO_RETURN:
		if (!streams_mark_owed(&p->streams))
			journal_no_return(p);
		break;
	}
}

static const char *verify_word(enum flow_verified verified)
{
	switch (verified) {
	case FLOW_VERIFIED_NOT:
		return "none";
	case FLOW_VERIFIED_CHECKSUM:
		return "checksum";
	case FLOW_VERIFIED_SAMPLE:
		return "sample";
	case FLOW_VERIFIED_FULL:
		return "full";
	case FLOW_VERIFIED_BAD:
		return "bad";
	}
	return "none";
}

static void fill_part(const struct port *p, struct ledger_part *to,
		      const struct flow_part_record *from)
{
	const struct loaded_package *loaded = p->order->loaded;
	const struct package *package = p->order->plan.package;

	*to = (struct ledger_part){
		.name = "partition table",
		.bytes = from->bytes,
		.sha256 = "",
		.verify = verify_word(from->verified),
		.ms = from->ms,
		.complete = from->written || from->saved,
	};
	if (from->name[0])
		to->name = from->name;
	if (from->saved)
		to->sha256 = port_stream_sha256(p, from->name);
	if (from->part == SIZE_MAX || from->part >= package->part_count)
		return;
	to->name = package->parts[from->part].entry->name;
	to->sha256 = loaded_package_sha256(loaded, package->parts[from->part].file);
}

static void run_stored(void *context, int64_t id, const struct problem *error)
{
	struct port *p = context;

	(void)id;
	free(p->parts);
	p->parts = NULL;
	if (error) {
		/* Only a station that ends without a disk comes here; the unit is not a pass. */
		p->fault = (struct fault){.family = FAULT_NONE};
		fault_set(&p->fault, FAULT_STATION, 76, "record", "%s: %s", error->where,
			  error->why);
	}
	port_result_stored(p);
}

void port_record_end(struct port *p)
{
	const struct flow_report *report = flow_report(&p->run.flow);
	const struct loaded_package *loaded = p->order->loaded;
	struct ledger_run_end end = {
		.id = p->run_id,
		.report = report,
		.finished_ms = times_now_ms(),
		.reattaches = p->run.reattaches,
		.da_identifier = loaded_package_da_name(loaded),
		.da_sha256 = loaded_package_da_sha256(loaded),
	};
	char *card = NULL;

	p->parts = calloc(report->part_count + 1, sizeof *p->parts);
	for (size_t i = 0; p->parts && i < report->part_count; i++)
		fill_part(p, &p->parts[end.part_count++], &report->parts[i]);
	end.parts = p->parts;
	/* Kept where it is what was asked for: an order of thousands would only repeat it. */
	if (report->operation == FLOW_IDENTIFY || report->layout > FLOW_LAYOUT_SAME)
		card = port_card(p);
	end.card_json = card;
	ledger_finish_run(p->station->ledger, &end, run_stored, p);
	free(card);
}
