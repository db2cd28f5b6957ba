#include "station/ledger/apply.h"

#include "station/ledger/times.h"

int apply_record(struct applier *a, struct record *r)
{
	switch (r->kind) {
	case RECORD_SLOT:
		return apply_slot(a, r);
	case RECORD_PROFILE:
		return apply_profile(a, r);
	case RECORD_PACKAGE:
		return apply_package(a, r);
	case RECORD_ORDER_OPEN:
		return apply_order_open(a, r);
	case RECORD_ORDER_CLOSE:
		return apply_order_close(a, r);
	case RECORD_ORDER_STOP:
		return apply_order_stop(a, r);
	case RECORD_QUARANTINE:
		return apply_quarantine(a, r);
	case RECORD_RELEASE:
		return apply_release(a, r);
	case RECORD_STREAM:
		return apply_stream(a, r);
	case RECORD_RUN_BEGIN:
		return apply_run_begin(a, r);
	case RECORD_RUN_IDENTIFIED:
		return apply_run_identified(a, r);
	case RECORD_RUN_NUMBERS:
		return apply_run_numbers(a, r);
	case RECORD_RUN_NO_RETURN:
		return apply_run_no_return(a, r);
	case RECORD_RUN_FINISH:
		return apply_run_finish(a, r);
	case RECORD_EVENT:
		return apply_event(a, r);
	case RECORD_ANSWER:
		break;
	}
	return APPLY_REFUSED;
}

int apply_slot(struct applier *a, struct record *r)
{
	const struct ledger_slot *slot = &r->u.slot;
	const char *label = slot->label && *slot->label ? slot->label : slot->path;

	return statement_run(&a->sql, SQL_SLOT_PUT, "tti", slot->path, label, times_now_ms());
}

int apply_quarantine(struct applier *a, struct record *r)
{
	const struct record_quarantine *q = &r->u.quarantine;
	int code = statement_run(&a->sql, SQL_SLOT_SEEN, "ti", q->slot_path, q->at_ms);

	if (code == SQLITE_OK)
		code = statement_run(&a->sql, SQL_QUARANTINE_ADD, "tiss", q->slot_path, q->at_ms,
				     q->why, q->statistics);
	return code;
}

int apply_release(struct applier *a, struct record *r)
{
	const struct record_quarantine *q = &r->u.quarantine;

	return statement_run(&a->sql, SQL_QUARANTINE_END, "ti", q->slot_path, q->at_ms);
}

int apply_event(struct applier *a, struct record *r)
{
	const struct record_event *e = &r->u.event;

	return statement_run(&a->sql, SQL_EVENT_ADD, "ittis", e->at_ms, e->kind, e->slot_path,
			     e->run_id, e->text);
}
