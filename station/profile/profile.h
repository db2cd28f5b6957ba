/*
 * profile: what a product is and how it may be flashed, from one JSON file each.
 * Schema for people and editors: schema/json/profile.schema.json; examples: profiles/.
 *
 *     name              as orders name it (default: the file's name without .json)
 *     product           for people
 *     platforms         [chip names] this product may have; empty: what the scatter says
 *     storage           "emmc" | "ufs" | "any"
 *     da                agent file: relative to the profile's folder, or absolute;
 *                       absent: the package's own
 *     verify            "none" | "checksum" | "sample" | "full" (default "sample")
 *     end               "shutdown" | "reboot" | "stay" (default "shutdown")
 *     blank_boards      true: a board without partition table may be given one
 *     allowed_identity  [partitions] with identity data that a package may write to blank boards
 */
#ifndef STATION_PROFILE_PROFILE_H
#define STATION_PROFILE_PROFILE_H

#include <stdbool.h>
#include <stddef.h>

#include "engine/base/problem.h"
#include "engine/flow/flow.h"

struct profile {
	char name[64];
	char product[64];
	char **platforms;	   /* owned, NULL-terminated; NULL: any the scatter names */
	enum storage_kind storage; /* STORAGE_NONE: any */
	char da[512];		   /* absolute path; "" none */
	enum flow_verify verify;
	enum flow_end end;
	bool blank_boards;
	char **allowed_identity;    /* owned, NULL-terminated, or NULL */
	struct package_rules rules; /* points to allowed_identity */
	char *json;		    /* owned: the file's text, for the record */
	char sha256[65];	    /* of the text, hex */
};

struct profiles {
	size_t count;
	struct profile *list; /* owned, sorted by name */
};

/*
 * Read every *.json of `dir` ("" gives none). 0, or -1 with `problem` naming file and key. Blocks:
 * before the loop runs.
 */
int profiles_read(struct profiles *p, const char *dir, struct problem *problem);
/* One profile from text; `file` names it, relative `da` starts at `dir`. */
int profile_parse(struct profile *p, const char *text, const char *dir, const char *file,
		  struct problem *problem);
const struct profile *profiles_find(const struct profiles *p, const char *name);
void profile_free(struct profile *p);
void profiles_free(struct profiles *p);

#endif
