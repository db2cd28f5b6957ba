/*
 * Catching a preloader that has to wait. It listens for a second or two and then starts its own
 * system, but once greeted it waits in its command loop without a limit (protocol/brom.md section
 * 4). So a unit for which no order is open is greeted and asked who it is, and nothing more; the
 * run that follows finds the command loop (section 5, step 5). What is learned shows on the slot.
 *
 * Boot ROMs are left alone: they wait longer by themselves, and their watchdog runs on.
 */
#include "station/port/port.h"

#include <stdio.h>
#include <string.h>

#include "engine/chips/chips.h"
#include "station/order/order.h"
#include "station/station.h"

/* Only the handshake and the questions before the package is needed are ever taken of it. */
static const struct flow_plan who_are_you = {
	.operation = FLOW_IDENTIFY,
	.end = FLOW_END_STAY,
};

void port_catch(struct port *p)
{
	if (p->mode != MODE_PRELOADER || p->caught || p->station->phase != STATION_READY)
		return;
	p->catching = true;
	p->unit_key[0] = p->me_id[0] = p->soc_id[0] = '\0';
	p->attempt = 0;
	run_begin(&p->run, &who_are_you, p->device);
}

/* The flow is told to end as soon as this turn of the loop is over. */
static void let_go(uv_timer_t *timer)
{
	struct port *p = timer->data;

	if (!p->catching || p->run.wait != RUN_JOURNAL)
		return;
	run_abort(&p->run);
	run_journalled(&p->run, false, NULL);
}

void port_caught(struct port *p)
{
	p->caught = true;
	port_note_unit(p);
	p->catch_timer.data = p;
	uv_timer_start(&p->catch_timer, let_go, 0, 0);
}

static void tell_caught(struct port *p)
{
	const struct device_facts *facts = &flow_report(&p->run.flow)->facts;
	const struct chip *chip = chip_by_hw_code(facts->hw_code);

	station_event(p->station, "caught", p, "%s, unit %.32s, waits in its preloader",
		      chip ? chip->names[0] : "unknown chip",
		      p->unit_key[0] ? p->unit_key : "without number");
}

/* The preloader did not answer, or left: what the slot shows already is still true. */
static void tell_missed(struct port *p)
{
	const struct fault *f = &flow_report(&p->run.flow)->fault;

	station_event(p->station, "not-caught", p, "the preloader could not be kept: %s", f->what);
}

void port_catch_over(struct port *p)
{
	p->catching = false;
	if (p->caught)
		tell_caught(p);
	else
		tell_missed(p);
	if (!p->device) {
		port_held_left(p);
	} else if (p->fresh) { /* it left and came back meanwhile */
		p->caught = false;
		port_start_again(p);
	} else {
		port_wake(p); /* starts it, or says that it waits */
	}
	if (p->station->phase == STATION_STOPPING)
		station_check_stopped(p->station);
}
