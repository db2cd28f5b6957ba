/*
 * work: what is to be done on this unit, settled once its table is known, and every refusal that
 * depends on that. Nothing after this may refuse for a reason that could have been seen here.
 */
#include "engine/flow/phases.h"

/* The way out depends on how different the unit is. */
static enum verdict refuse_layout(struct flow *f, const char *text, size_t count)
{
	if (f->report.layout == FLOW_LAYOUT_FOREIGN)
		return step_refuse(f, 44,
				   "%s: another model's layout? Only format all and download "
				   "would change that",
				   text);
	return step_refuse(f, 44, "%zu difference%s: %s; a firmware upgrade would change the table",
			   count, count == 1 ? "" : "s", text);
}

static enum verdict compare_layout(struct flow *f)
{
	enum flow_operation operation = f->plan->operation;
	char text[150];
	size_t count;

	f->report.layout = layout_compare(f, &f->found, text, sizeof text, &count);
	if (operation == FLOW_FORMAT_ALL) {
		f->new_table = true;
		return STEP_NEXT;
	}
	if (f->report.layout == FLOW_LAYOUT_SAME)
		return STEP_NEXT;
	if (operation != FLOW_UPGRADE || f->report.layout == FLOW_LAYOUT_FOREIGN)
		return refuse_layout(f, text, count);
	f->new_table = true;
	return STEP_NEXT;
}

static enum verdict no_table(struct flow *f)
{
	enum flow_operation operation = f->plan->operation;

	f->report.layout = FLOW_LAYOUT_NONE;
	/* An earlier run erased it, and the vault has what belongs to the unit: not a blank board.
	 */
	if ((!f->plan->blank_boards && !f->owed) || !flow_operation_writes(operation))
		return step_refuse(f, operation == FLOW_FORMAT_ALL ? 50 : 44,
				   "the unit has no partition table%s",
				   !flow_operation_writes(operation)
					   ? ": there is nothing to compare"
					   : ", and this order does not allow blank boards");
	f->blank = true;
	f->new_table = true;
	return STEP_NEXT;
}

/* A new table with old content in it is no firmware (symptoms.md S12). */
static enum verdict check_choice(struct flow *f)
{
	if (f->new_table && f->plan->only && !f->blank)
		return step_refuse(
			f, 39,
			"the partition table is to be replaced, and only some partitions "
			"are chosen");
	return STEP_NEXT;
}

static enum verdict plan_images(struct flow *f)
{
	enum verdict v = f->has_found ? compare_layout(f) : no_table(f);

	if (v == STEP_NEXT)
		v = check_choice(f);
	if (v == STEP_NEXT)
		v = jobs_plan(f, f->new_table ? NULL : &f->found);
	if (v == STEP_NEXT)
		v = erase_plan(f);
	if (v == STEP_NEXT)
		v = slots_check(f);
	return v;
}

enum verdict work_plan(struct flow *f)
{
	enum verdict v = STEP_NEXT;

	switch (f->plan->operation) {
	case FLOW_DOWNLOAD:
	case FLOW_UPGRADE:
	case FLOW_FORMAT_ALL:
	case FLOW_VERIFY_ONLY:
		v = plan_images(f);
		break;
	case FLOW_ERASE:
	case FLOW_READBACK:
		v = ranges_plan(f);
		break;
	case FLOW_MEMTEST:
	case FLOW_IDENTIFY:
	case FLOW_OPERATIONS:
		break;
	}
	return v == STEP_NEXT ? own_plan(f) : v;
}
