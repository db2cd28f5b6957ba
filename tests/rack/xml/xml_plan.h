/*
 * xml_plan: commands over many partitions: WRITE-PARTITIONS, FLASH-ALL, FLASH-UPDATE. A scatter
 * file says what the layout is to be, a list says which file goes where (da-xml.md section 6).
 */
#ifndef RACK_XML_PLAN_H
#define RACK_XML_PLAN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "engine/format/gpt.h"
#include "engine/format/scatter.h"
#include "tests/rack/xml/xml_agent.h"

#define XML_RECORD_PARTS 16
#define XML_RECORD_BYTES 1168

struct xml_image {
	char partition[73];
	char token[512];
};

/* The record that FLASH-UPDATE keeps on the host, to go on after a broken run. */
struct xml_record {
	uint32_t count;
	struct {
		char name[64];
		uint32_t state; /* 0 same, 1 moved, 2 resized */
		uint32_t sum;
	} parts[XML_RECORD_PARTS];
	uint32_t stage;	      /* 0 to 3 */
	uint32_t changed;     /* 0 no, 1 yes, 2 empty device */
	uint32_t gpt_changed; /* 0, 1 */
};

struct xml_plan {
	struct scatter scatter;
	const struct scatter_section *section; /* of this storage */
	struct gpt wanted;		       /* the scatter's table on this storage */
	struct gpt found;		       /* the device's */
	bool empty;			       /* it has none */
	struct xml_image images[SCATTER_ENTRIES_MAX];
	size_t count, next;

	/* FLASH-UPDATE */
	struct xml_record record;
	char folder[256]; /* <backup_folder>/<random id>, with the host's separator */
	char separator;
	size_t part;	  /* of the record, at work */
	size_t entry;	  /* of the new table, at work */
	xml_step *stored; /* after the record was stored */
};

/* A new, empty plan in x->plan; false: END was sent, or the agent is lost. */
bool xml_plan_new(struct device *d);
void xml_plan_free(struct xml_agent *x);
/* The scatter in x->file, and both tables. False: END ERR was sent. */
bool xml_plan_read_scatter(struct device *d);
bool xml_plan_same_layout(const struct xml_plan *plan);
/* The command's flash_list, or the scatter's own images beside `scatter_token`. */
void xml_plan_list_images(struct device *d, const char *scatter_token);
const struct xml_image *xml_plan_image_for(const struct xml_plan *plan, const char *partition);
/* Erase the place of both tables, with reports, and write the scatter's. */
void xml_plan_write_tables(struct device *d, xml_step *next);
/* Checks of FLASH-ALL and FLASH-UPDATE; false: END ERR was sent. */
bool xml_plan_separator(struct device *d, const char *scatter_token, char *separator);

#endif
