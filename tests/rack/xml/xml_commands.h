/* xml_commands: which commands each stage of the XML agent knows (da-xml.md section 5). */
#ifndef RACK_XML_COMMANDS_H
#define RACK_XML_COMMANDS_H

#include <stdbool.h>

#include "tests/rack/device.h"

struct xml_command_row {
	const char *name; /* without "CMD:" */
	unsigned major;
	const char *stages; /* "1", "2", "12" */
	/* Which builds have it. OPEN: also while DA.SLA is ENABLED; SLA: only then. */
	enum {
		ALWAYS = 0,
		OPEN = 1,
		SLA_ONLY = 2,
		SPEED_BUILDS = 4, /* --xml-usb-switch */
		NOT_2023_DA2 = 8,
	} when;
	const char *step; /* name of the step, for log and faults */
	void (*run)(struct device *d);
};

/* By name (any case, "CMD:" in front) and major version; NULL: unsupported here and now. */
const struct xml_command_row *xml_command_find(const struct device *d, const char *name,
					       unsigned major);

#endif
