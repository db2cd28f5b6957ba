/*
 * memtest: as far as XFlash agents offer one.
 *
 * They list a RAM and a storage test (da-xflash.md 5.3), but no source knows the parameters, and
 * the second stage has neither. DRAM is tested by the first stage when it sets DRAM up, in every
 * run by boot ROM (INIT_EXT_RAM fails with 0xC004000A there); a unit that came by its preloader
 * runs on DRAM that the preloader has set up. Storage is read.
 */
#include "engine/flow/flow_state.h"
#include "engine/flow/surface.h"
#include "engine/xflash/tables.h"

static enum verdict ask_test(struct flow *f, struct flow_action *a)
{
	(void)a;
	if (f->io.test == IO_TEST_STORAGE) {
		f->call = flow_surface;
		return STEP_CALL;
	}
	f->io.percent = 100; /* it held, or the run would not be here */
	return STEP_NEXT;
}

const struct step xflash_memtest[] = {
	{"", 0, ask_test, NULL, NULL},
	{NULL, 0, NULL, NULL, NULL},
};
