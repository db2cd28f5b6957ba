/*
 * pack: a small firmware package in memory, for tests of the flow that need no files.
 *
 * One scatter, a raw preloader with DRAM settings, raw and sparse images, and an agent container
 * whose DA1 knows its DA2. Opened, hashed and checked by the real code; options make it wrong.
 */
#ifndef TESTS_LIB_PACK_H
#define TESTS_LIB_PACK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "engine/package/package.h"

struct pack_options {
	const char *platform;	/* NULL: MT6765 */
	bool ufs;		/* layout for UFS, else eMMC */
	bool with_identity;	/* nvram is marked for download */
	bool with_table;	/* pgpt is marked for download */
	bool without_preloader; /* no preloader entry */
	bool without_agent;
	bool boot_shaped;     /* the preloader file has its device header */
	bool empty;	      /* nothing is marked for download */
	bool swapped;	      /* a newer layout: nvram behind lk instead of before it */
	bool nvram_grown;     /* a newer layout: nvram has another size */
	bool slots;	      /* boot is boot_a; boot_b and misc follow userdata */
	bool emi_of_others;   /* DRAM settings for one other eMMC package only */
	bool unhashed;	      /* opened and checked, not hashed */
	size_t boot_bytes;    /* length of boot.img; 0: 150001, odd on purpose */
	unsigned emi_version; /* 0: 35, the one for MT6765 */
	bool worked_agent;    /* the agents of the worked examples: brom.md 16, da-xflash.md 8.1 */
	unsigned agent_year;  /* in the container's identifier; 0: 2019 */
};

#define PACK_FILES 8

struct pack {
	struct pack_options options;
	struct package package;
	struct package_rules rules;
	char scatter[8192];
	struct {
		const char *name;
		uint8_t *bytes; /* owned */
		size_t n;
	} files[PACK_FILES];
	size_t file_count;
	struct slice da1, da2; /* into the agent file: DA1 with, DA2 without signature */
};

/* Ends the test program when it cannot be made: that is a fault of the tests. */
void pack_make(struct pack *p, const struct pack_options *options);
void pack_free(struct pack *p);
struct slice pack_file(const struct pack *p, const char *name);

#endif
