/*
 * flash_xml: the wrapper of a V6 package, download_agent/flash.xml, which names the agent file and
 * the scatter. Source: protocol/packages.md 1.9.
 */
#ifndef ENGINE_FORMAT_FLASH_XML_H
#define ENGINE_FORMAT_FLASH_XML_H

#include <stdbool.h>

#include "engine/base/problem.h"
#include "engine/base/slice.h"
#include "engine/format/scatter.h"

struct flash_xml {
	char project[64];
	char agent[SCATTER_FILE_MAX];	/* as written: relative to the wrapper's own folder */
	char scatter[SCATTER_FILE_MAX]; /* the same */
	char build_version[64];
};

/* Is the root element flash-mode? */
bool flash_xml_detect(struct slice text);
/* 0, or -1 with `problem` when the XML is broken or names no scatter. */
int flash_xml_parse(struct flash_xml *x, struct slice text, struct problem *problem);
/*
 * The name that `written` in the file `wrapper` has, seen from the package's folder: "../a.xml" in
 * "download_agent/flash.xml" is "a.xml". Backslashes count as slashes. False: it leads out of the
 * folder, or is absolute, or too long.
 */
bool flash_xml_resolve(const char *wrapper, const char *written, char name[SCATTER_FILE_MAX]);

#endif
