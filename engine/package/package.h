/*
 * package: a firmware folder after parsing: scatter, preloader, images, agent file, checksums; and
 * the findings of its check. Pure: files come in as mapped bytes through `package_files`.
 *
 * The same check serves `flashrack package check`, import into the store, and preflight.
 */
#ifndef ENGINE_PACKAGE_PACKAGE_H
#define ENGINE_PACKAGE_PACKAGE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "engine/base/problem.h"
#include "engine/base/slice.h"
#include "engine/format/checksum_file.h"
#include "engine/format/content.h"
#include "engine/format/da_file.h"
#include "engine/format/preloader.h"
#include "engine/format/scatter.h"
#include "engine/format/sparse.h"
#include "engine/package/wire_sums.h"

/* One file of the folder, mapped by the caller for as long as the package lives. */
struct package_file {
	char name[SCATTER_FILE_MAX]; /* relative to the scatter's folder */
	struct slice bytes;	     /* borrowed */
	uint8_t sha256[32];
	bool hashed; /* sha256 is set */
	bool sparse;
	bool sparse_bad; /* looks sparse, but `problem` says why it can't be used */
	struct problem problem;
	struct sparse map;	/* when sparse */
	uint64_t expanded;	/* bytes on the device */
	struct content content; /* what it is, by its first bytes */
	struct wire_sums sums;	/* prefix is NULL until computed */
};

enum finding_level { FINDING_NOTE, FINDING_WARNING, FINDING_REFUSAL };

struct finding {
	enum finding_level level;
	uint16_t station_code;	     /* nnn of "ST-nnn" for refusals; 0 else */
	char item[SCATTER_NAME_MAX]; /* partition or file it is about; "" = the package */
	char text[224];
	char remedy[160];
};

#define PACKAGE_FINDINGS_MAX 96

/* One partition of one storage section that a download writes. */
struct package_part {
	const struct scatter_entry *entry;
	const struct scatter_section *section;
	size_t file;	    /* index into files; SIZE_MAX: missing */
	size_t signed_file; /* its "-verified" or "-sign" form (packages.md 4.4); SIZE_MAX: none */
	/*
	 * What the checksum files say. SIGNED: of the two forms in the folder the sum fits the
	 * signed one, as builds with signed images state it; the plain one is not covered.
	 */
	enum { PART_SUM_NONE, PART_SUM_GOOD, PART_SUM_BAD, PART_SUM_MISSING, PART_SUM_SIGNED } sum;
};

/* A list of md5 or sha sums in the folder (packages.md section 2). */
struct package_list {
	char name[SCATTER_FILE_MAX];
	struct slice bytes; /* borrowed */
	struct checksum_file sums;
	bool bad;
	struct problem problem; /* when bad */
};

#define PACKAGE_LISTS_MAX 4

struct package {
	char id[65];			     /* SHA-256 over the manifest, hex; "" until hashed */
	char name[96];			     /* folder name */
	char wrapper_name[SCATTER_FILE_MAX]; /* flash.xml of a V6 package, or "" */
	struct slice wrapper_text;	     /* borrowed */
	char scatter_name[SCATTER_FILE_MAX];
	struct slice scatter_text; /* borrowed */
	struct scatter scatter;
	size_t file_count;
	struct package_file *files; /* owned array, each file once */
	size_t part_count;	    /* over all sections, file order */
	struct package_part *parts;
	bool has_preloader;
	bool preloader_bad; /* there is one, but `preloader_problem` says why it can't be used */
	struct problem preloader_problem;
	size_t preloader_file; /* index into files, when has_preloader or preloader_bad */
	struct preloader preloader;
	bool has_da;
	bool da_bad; /* named, but missing or unreadable: see `da_problem` */
	struct problem da_problem;
	char da_name[SCATTER_FILE_MAX];
	struct da_file da;
	bool has_checksums;
	bool checksums_bad;
	struct problem checksums_problem;
	char checksums_name[SCATTER_FILE_MAX]; /* Checksum.ini as the folder spells it, or "" */
	struct slice checksums_text;	       /* borrowed */
	struct checksum_file checksums;
	size_t list_count;
	struct package_list lists[PACKAGE_LISTS_MAX];
	size_t finding_count;
	struct finding findings[PACKAGE_FINDINGS_MAX];
	bool refused; /* at least one FINDING_REFUSAL */
};

/* How the caller lends files: `find` returns false when the folder has no such file. */
struct package_source {
	void *context;
	bool (*find)(void *context, const char *name, struct slice *bytes);
	/*
	 * May be NULL. The nth name (from 0, sorted) that fits `pattern`, in which '*' stands for
	 * any run of characters; NULL when there are no more. Needed for plain scatter files, which
	 * only imply names, and for md5 and sha lists.
	 */
	const char *(*match)(void *context, const char *pattern, size_t nth);
};

/*
 * Parse a package: `scatter_name` and `da_name` (may be NULL) are names for `source`. The flash.xml
 * of a V6 package may be given in place of the scatter; without `da_name`, download_agent/flash.xml
 * is asked for the agent. Indexes
 * sparse images and parses preloader, agent file and Checksum.ini (when the folder has one). Reads
 * headers and chunk lists only. Returns 0, or -1 when there is no usable scatter; everything else
 * becomes a finding of package_check().
 */
int package_open(struct package *p, const char *folder_name, const char *scatter_name,
		 const char *da_name, const struct package_source *source, struct problem *problem);

/*
 * Read every byte once: SHA-256 and wire sums of each file, the checksum file's sums, sparse CRCs,
 * and the package id. Slow. `progress` (may be NULL) is told bytes done; it may return false to
 * stop (then -1). Never on the loop thread.
 */
int package_hash(struct package *p, bool (*progress)(void *context, uint64_t done, uint64_t total),
		 void *context, struct problem *problem);

struct package_rules {
	/* identity partitions that this profile lets a package write (blank new boards) */
	const char *const *allowed_identity; /* NULL-terminated; NULL = none */
	bool take_signed; /* an image of which only the signed form is there goes out in that */
};

/* (Re)fill findings: missing files, sums, sizes against partitions, identity, preloader, sparse. */
void package_check(struct package *p, const struct package_rules *rules);

/*
 * Every file that belongs to the package, for copying it: scatter, agent, images, checksum files.
 * NULL behind the last one.
 */
const char *package_member(const struct package *p, size_t i);

/*
 * Index of the file that part `i` goes out as: its signed form on a secured unit (and where nothing
 * else is there), else the plain one. SIZE_MAX: none.
 */
size_t package_part_file(const struct package *p, size_t i, bool secured);

const char *finding_level_name(enum finding_level level); /* "note", "warning", "refusal" */

void package_close(struct package *p);

#endif
