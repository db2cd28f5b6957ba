/*
 * checksum_file: Checksum.ini of the vendor's CheckSum_Gen, and md5/sha lists.
 * Source: protocol/packages.md section 2.
 */
#ifndef ENGINE_FORMAT_CHECKSUM_FILE_H
#define ENGINE_FORMAT_CHECKSUM_FILE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "engine/base/problem.h"
#include "engine/base/slice.h"

enum checksum_kind { CHECKSUM_SUM16, CHECKSUM_SUM32, CHECKSUM_MD5, CHECKSUM_SHA1, CHECKSUM_SHA256 };

struct checksum_item {
	char key[256]; /* partition name (ini) or file name (lists) */
	enum checksum_kind kind;
	uint32_t sum;	  /* SUM16, SUM32 */
	uint8_t hash[32]; /* MD5 16, SHA1 20, SHA256 32 bytes */
};

struct checksum_file {
	bool by_partition; /* keys are partition names (ini), else file names */
	bool enabled;	   /* CHECKSUM_SWITCH; lists are always enabled */
	char tool[32];
	size_t count;
	struct checksum_item *items; /* owned */
};

int checksum_parse_ini(struct checksum_file *c, struct slice text, struct problem *problem);
int checksum_parse_list(struct checksum_file *c, struct slice text, struct problem *problem);
const struct checksum_item *checksum_find(const struct checksum_file *c, const char *key);
void checksum_free(struct checksum_file *c);

#endif
