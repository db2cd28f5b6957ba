/* flashrack-rack: a rack of virtual MediaTek devices. See options.c for its command line. */
#include <malloc.h>
#include <stdio.h>

#include "tests/rack/control.h"
#include "tests/rack/options.h"
#include "tests/rack/rack.h"

static int complain(const char *what, const struct problem *p, int code)
{
	fprintf(stderr, "flashrack-rack: %s, %s: %s; %s\n", what, p->where, p->why, p->remedy);
	return code;
}

static int run(const struct rack_config *config)
{
	struct problem problem = {0};
	struct rack rack;
	int bad;

	/* Transfers of megabytes come and go: keep their memory instead of faulting it in each
	 * time. */
	mallopt(M_MMAP_THRESHOLD, 32 << 20);
	mallopt(M_TRIM_THRESHOLD, 512 << 20);
	bad = rack_open(&rack, config, &problem) || rack_run(&rack, &problem);

	rack_close(&rack);
	return bad ? complain("rack", &problem, 1) : 0;
}

int main(int argc, char **argv)
{
	struct rack_config config;
	struct ctl_request ctl;
	struct problem problem = {0};

	switch (options_parse(&config, &ctl, argc, argv, &problem)) {
	case OPTIONS_DONE:
		return 0;
	case OPTIONS_WRONG:
		return complain("arguments", &problem, 2);
	case OPTIONS_CTL:
		return control_request(&ctl, &problem) ? complain("control", &problem, 1) : 0;
	case OPTIONS_RUN:
		break;
	}
	return run(&config);
}
