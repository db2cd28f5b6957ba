/*
 * phases: which phases an operation goes through, and in what order.
 *
 *     connect identify preflight agent inspect        every operation
 *     recover                                         the preloader first, then anew from connect
 *     backup erase layout restore write verify identity   what writes
 *     readback | memtest                              what only looks
 *     finish
 *
 * A partition table is written before identity data goes back, and that before the images: a run
 * that breaks off in the long write has given the unit its own data back already. A phase with
 * nothing to do is left out, also of the record.
 */
#include "engine/brom/brom.h"
#include "engine/flow/phases.h"

#define OP(operation)	 (1u << (operation))
#define EVERY		 ((1u << FLOW_OPERATIONS) - 1)
#define PACKAGE_WRITTEN	 (OP(FLOW_DOWNLOAD) | OP(FLOW_UPGRADE) | OP(FLOW_FORMAT_ALL))
#define ANYTHING_WRITTEN (PACKAGE_WRITTEN | OP(FLOW_ERASE))

static bool table_due(const struct flow *f)
{
	return f->new_table;
}

static bool erase_due(const struct flow *f)
{
	return f->span_count > 0;
}

static bool care_due(const struct flow *f)
{
	return f->care != OWN_LEFT && f->own_count > 0;
}

static bool restore_due(const struct flow *f)
{
	for (size_t i = 0; i < f->own_count; i++)
		if (f->own[i].lost)
			return f->care == OWN_SAVE;
	return false;
}

const struct phase flow_phases[] = {
	{"connect", brom_connect, 3, 3, EVERY, NULL},
	{"identify", brom_identify, 15, 14, EVERY, NULL},
	{"preflight", flow_preflight, 15, 14, EVERY, NULL},
	{"agent", flow_agent, 15, 14, EVERY, NULL},
	{"inspect", flow_inspect, 15, 14, EVERY, NULL},
	{"recover", flow_recover, 15, 14, PACKAGE_WRITTEN, recover_due},
	{"backup", flow_backup, 15, 14, ANYTHING_WRITTEN, care_due},
	{"erase", flow_erase, 61, 60, ANYTHING_WRITTEN, erase_due},
	{"layout", flow_layout_write, 61, 60, PACKAGE_WRITTEN, table_due},
	{"restore", flow_restore, 61, 60, PACKAGE_WRITTEN, restore_due},
	{"write", flow_write, 61, 60, PACKAGE_WRITTEN, NULL},
	{"verify", flow_verify, 61, 60, PACKAGE_WRITTEN | OP(FLOW_VERIFY_ONLY), verify_due},
	{"identity", flow_identity, 61, 60, PACKAGE_WRITTEN, care_due},
	{"readback", flow_readback, 15, 14, OP(FLOW_READBACK), NULL},
	{"memtest", flow_memtest, 15, 14, OP(FLOW_MEMTEST), NULL},
	{"finish", flow_end, 61, 60, EVERY, NULL},
};

_Static_assert(sizeof flow_phases / sizeof flow_phases[0] == FLOW_LAST_PHASE + 1,
	       "flow_state.h names the last phase");

unsigned phase_from(const struct flow *f, unsigned phase)
{
	for (; phase < FLOW_LAST_PHASE; phase++) {
		const struct phase *p = &flow_phases[phase];

		if (p->operations & OP(f->plan->operation) && (!p->due || p->due(f)))
			break;
	}
	return phase;
}

const char *flow_operation_name(enum flow_operation operation)
{
	static const char *const names[FLOW_OPERATIONS] = {
		"download", "upgrade", "format-all", "erase",
		"readback", "memtest", "verify",     "identify",
	};

	return operation < FLOW_OPERATIONS ? names[operation] : "unknown";
}

bool flow_operation_writes(enum flow_operation operation)
{
	return operation < FLOW_OPERATIONS && ANYTHING_WRITTEN & OP(operation);
}

bool flow_operation_uses_images(enum flow_operation operation)
{
	return operation < FLOW_OPERATIONS &&
	       (PACKAGE_WRITTEN | OP(FLOW_VERIFY_ONLY)) & OP(operation);
}
