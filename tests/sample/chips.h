/*
 * chips: what the sample knows of each chip it makes packages for: its agent's generation, scatter
 * form, layout, preloader shape and DRAM settings. A chip of the same kinds is one more row.
 */
#ifndef TESTS_SAMPLE_CHIPS_H
#define TESTS_SAMPLE_CHIPS_H

#include <stdbool.h>
#include <stdint.h>

#include "tests/sample/sample.h"

enum sample_agent { AGENT_LEGACY, AGENT_XFLASH, AGENT_XML };

/* Forms of packages.md 1; a UFS package of an XFlash chip has FORM_MULTI whatever is said here. */
enum sample_form { FORM_PLAIN, FORM_V111, FORM_V112, FORM_MULTI, FORM_XML };

/* Where the fields of a DRAM record lie (packages.md 3.4); 0 none, but for type. */
struct sample_emi {
	char letter;
	uint16_t stride; /* bytes */
	uint8_t sub;	 /* record begins with a sub version word */
	uint8_t type, id_length, id;
	uint8_t rank, rank_width, vendor;
};

/* The preloader's chain of headers (packages.md 3.3). */
struct sample_gfh {
	uint32_t load_addr, max_size;
	uint16_t config_bytes; /* of BROM_CFG */
	uint8_t config_version;
	uint8_t sig_type; /* 3: single signature and SHA-256; 5: certificate chain */
};

/* One row of a layout, see layouts.c. */
struct sample_row;

struct sample_layout {
	const struct sample_row *rows;
	size_t count;
	const struct sample_tail *tails; /* ends with a NULL name */
	bool upper_case;		 /* PRELOADER, MBR: no GPT but a PMT */
	enum sample_boot preloader;	 /* BOOT_SECOND: two entries, one for each boot region */
	uint64_t preloader_size;	 /* of its partition */
	uint64_t align;			 /* of partitions, bytes */
};

struct sample_chip {
	const char *name, *project;
	enum sample_agent agent;
	unsigned storages; /* bit 1 << enum sample_storage */
	enum sample_form form;
	const struct sample_layout *layout;
	unsigned emi_version;
	const struct sample_emi *emi;
	const struct sample_gfh *gfh;
	bool no_fill; /* the agent knows no fill chunks (da-legacy.md 5.3) */
};

/* NULL when the chip is not in the table; sample_chip_names() is for the message then. */
const struct sample_chip *sample_chip_find(const char *name);
const char *sample_chip_names(void);
const struct sample_chip *sample_chip_at(size_t i); /* NULL behind the last */

extern const struct sample_layout sample_layout_2019, sample_layout_2015, sample_layout_2013,
	sample_layout_2012, sample_layout_2022, sample_layout_nand;

#endif
