/* The XML agent's power-on and end. */
#include "tests/rack/xml/xml.h"

#include <stdlib.h>

#include "tests/rack/xml/xml_agent.h"
#include "tests/rack/xml/xml_plan.h"

/* No 0xC0 byte: the first thing after JUMP_DA is START (da-xml.md section 4). */
void xml_start(struct device *d)
{
	struct xml_agent *x;

	if (!agent_wake(d))
		return;
	xml_free(d);
	x = d->xml = calloc(1, sizeof *x);
	if (x)
		x->in = malloc(XML_DA2_COMMAND_BYTES + 1);
	if (!x || !x->in) {
		agent_halt(d, "no memory on this machine");
		return;
	}
	device_after(d, TIMER_WORK, d->config->c0_ms, xml_stage_begins);
}

void xml_free(struct device *d)
{
	struct xml_agent *x = d->xml;

	if (!x)
		return;
	xml_doc_free(&x->command);
	xml_plan_free(x);
	free(x->transfer.bytes);
	free(x->file);
	free(x->in);
	free(x);
	d->xml = NULL;
}
