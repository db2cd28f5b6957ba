/* options: the command line of flashrack-rack. */
#ifndef RACK_OPTIONS_H
#define RACK_OPTIONS_H

#include "engine/base/problem.h"
#include "tests/rack/config.h"

enum options_result {
	OPTIONS_RUN,
	OPTIONS_CTL,   /* "ctl": verb and slot are set */
	OPTIONS_DONE,  /* --help or --version was answered */
	OPTIONS_WRONG, /* problem says what */
};

struct ctl_request {
	const char *state_dir;
	const char *verb; /* replug, unplug, status */
	const char *slot; /* number, busid, or "all"; NULL for status */
};

extern const char options_usage[]; /* the text of --help */

enum options_result options_parse(struct rack_config *config, struct ctl_request *ctl, int argc,
				  char **argv, struct problem *problem);

#endif
