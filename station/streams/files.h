/*
 * files: a stream of bytes into a file that is there whole or not at all: hidden name, hash, fsync,
 * rename, fsync of the folder. Blocks: for workers.
 */
#ifndef STATION_STREAMS_FILES_H
#define STATION_STREAMS_FILES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <openssl/evp.h>

#include "engine/base/slice.h"

#define FILES_PATH_MAX 4600

struct file_out {
	int fd; /* -1: none is open */
	char folder[FILES_PATH_MAX], name[80];
	uint64_t bytes;
	EVP_MD_CTX *md;
	bool any, mixed; /* a byte was seen; two different ones were */
	uint8_t byte;
};

/* All: 0, or an errno value. */
int file_out_open(struct file_out *f, const char *folder, const char *name, int mode);
int file_out_add(struct file_out *f, struct slice bytes);
/* On disk under its name when this returns 0. */
int file_out_finish(struct file_out *f, char sha256[65]);
/* Leave nothing behind; also when nothing is open. */
void file_out_drop(struct file_out *f);
/* Nothing but 00, or nothing but FF. */
bool file_out_blank(const struct file_out *f);

/* mkdir -p with `mode` for what is new. */
int files_make_folder(const char *folder, int mode);
/* Replace a small file in one step, on disk when this returns. */
int files_replace(const char *folder, const char *name, const char *text, int mode);
/* Whole small file, NUL-terminated, to free(); NULL: none or too large. */
char *files_read(const char *path);
/* Bytes that may still be written below `folder`. False: it can not be told. */
bool files_room(const char *folder, uint64_t *bytes);
/* A name fit for a file: other characters than A-Z a-z 0-9 . _ + - become _. */
void files_safe_name(char *to, size_t size, const char *name);

#endif
