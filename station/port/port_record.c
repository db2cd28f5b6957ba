/* What a run leaves in the ledger: its journal while it runs, and its record at the end. */
#include "station/port/port.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "station/ledger/times.h"
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
	run_journalled(&p->run, error);
}

static void to_hex(char *to, const uint8_t *bytes, size_t n)
{
	to[0] = '\0';
	for (size_t i = 0; i < n; i++)
		snprintf(to + 2 * i, 3, "%02x", bytes[i]);
}

static void note_identity(struct port *p)
{
	const struct device_facts *facts = &flow_report(&p->run.flow)->facts;

	order_unit_key(p->unit_key, facts);
	to_hex(p->me_id, facts->me_id, facts->me_id_len);
	to_hex(p->soc_id, facts->soc_id, facts->soc_id_len);
	if (p->state == PORT_CONNECTING)
		port_move(p, PORT_IDENTIFIED);
	station_event(p->station, "identified", p, "hw code 0x%04x, unit %.32s", facts->hw_code,
		      p->unit_key[0] ? p->unit_key : "without number");
}

void port_record_journal(struct port *p, enum flow_journal what)
{
	switch (what) {
	case FLOW_JOURNAL_IDENTIFIED:
		note_identity(p);
		ledger_run_identified(p->station->ledger, p->run_id,
				      &flow_report(&p->run.flow)->facts, journalled, p);
		break;
	case FLOW_JOURNAL_POINT_OF_NO_RETURN:
		ledger_run_no_return(p->station->ledger, p->run_id, times_now_ms(), journalled, p);
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

static void fill_part(struct ledger_part *to, const struct package *package,
		      const struct loaded_package *loaded, const struct flow_part_record *from)
{
	*to = (struct ledger_part){
		.name = "partition table",
		.bytes = from->bytes,
		.sha256 = "",
		.verify = verify_word(from->verified),
		.ms = from->ms,
		.complete = from->written,
	};
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

	p->parts = calloc(report->part_count + 1, sizeof *p->parts);
	for (size_t i = 0; p->parts && i < report->part_count; i++)
		fill_part(&p->parts[end.part_count++], p->order->plan.package, loaded,
			  &report->parts[i]);
	end.parts = p->parts;
	ledger_finish_run(p->station->ledger, &end, run_stored, p);
}
