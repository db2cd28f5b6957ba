/* The wrapper of a V6 package: whatever it says, the names that come out stay in the folder. */
#include <string.h>

#include "engine/format/flash_xml.h"
#include "tests/fuzz/fuzz.h"

static void must_stay_inside(const char *name)
{
	must(name[0] && name[0] != '/' && strlen(name) < SCATTER_FILE_MAX);
	must(strncmp(name, "../", 3) != 0 && !strstr(name, "/../") && strcmp(name, "..") != 0);
	must(!strchr(name, '\\') && name[strlen(name) - 1] != '/');
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n)
{
	struct problem problem = {.where = ""};
	struct slice text = {bytes, n};
	char name[SCATTER_FILE_MAX];
	struct flash_xml x;

	if (flash_xml_parse(&x, text, &problem) != 0) {
		must(problem.where[0] && problem.why[0] && problem.remedy[0]);
		must(!x.scatter[0]);
		return 0;
	}
	must(x.scatter[0]);
	if (flash_xml_resolve("download_agent/flash.xml", x.scatter, name))
		must_stay_inside(name);
	if (x.agent[0] && flash_xml_resolve("a/b/c.xml", x.agent, name))
		must_stay_inside(name);
	return 0;
}
