#include "tests/unit/samples_package.h"

#include <fnmatch.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static bool find(void *context, const char *name, struct slice *bytes)
{
	struct buffer *b = sample_folder_file(context, name);

	if (!b)
		return false;
	*bytes = buffer_slice(b);
	return true;
}

static const char *match(void *context, const char *pattern, size_t nth)
{
	const struct sample_folder *f = context;

	for (size_t i = 0; i < f->count; i++) {
		if (fnmatch(pattern, f->files[i].name, 0) == 0 && nth-- == 0)
			return f->files[i].name;
	}
	return NULL;
}

struct buffer *sample_folder_file(struct sample_folder *f, const char *name)
{
	for (size_t i = 0; i < f->count; i++) {
		if (strcmp(f->files[i].name, name) == 0)
			return &f->files[i].bytes;
	}
	return NULL;
}

void sample_folder_put(struct sample_folder *f, const char *name, struct buffer bytes)
{
	struct buffer *old = sample_folder_file(f, name);

	if (old) {
		buffer_free(old);
		*old = bytes;
		return;
	}
	if (f->count == SAMPLE_FILES_MAX)
		abort();
	f->files[f->count].name = name;
	f->files[f->count++].bytes = bytes;
}

void sample_folder_put_text(struct sample_folder *f, const char *name, const char *text)
{
	struct buffer b = {0};

	buffer_text(&b, text);
	sample_folder_put(f, name, b);
}

void sample_folder_edit(struct sample_folder *f, const char *from, const char *to)
{
	struct buffer *b = sample_folder_file(f, SAMPLE_SCATTER);
	char *text;

	buffer_fill(b, 0, 1);
	text = text_replaced((const char *)b->p, from, to);
	sample_folder_put_text(f, SAMPLE_SCATTER, text);
	free(text);
}

void sample_folder_remove(struct sample_folder *f, const char *name)
{
	for (size_t i = 0; i < f->count; i++) {
		if (strcmp(f->files[i].name, name) != 0)
			continue;
		buffer_free(&f->files[i].bytes);
		f->files[i] = f->files[--f->count];
		return;
	}
	abort();
}

void sample_folder_make(struct sample_folder *f)
{
	static const uint16_t codes[] = {0x6739, 0x6765};
	struct buffer boot = {0};

	*f = (struct sample_folder){.source = {f, find, match}};
	buffer_text(&boot, "ANDROID!");
	buffer_noise(&boot, 21, 0x20000 - 8);
	sample_folder_put_text(f, SAMPLE_SCATTER, sample_yaml);
	sample_folder_put(f, "preloader_k65v1_64_bsp.bin",
			  sample_preloader(35, 160, 5, "preloader_k65v1_64_bsp.bin", 5));
	sample_folder_put(f, "boot.img", boot);
	sample_folder_put(f, "userdata.img", sample_sparse(true));
	sample_folder_put(f, SAMPLE_DA, sample_da(4, codes, NULL, 2));
}

void sample_folder_free(struct sample_folder *f)
{
	for (size_t i = 0; i < f->count; i++)
		buffer_free(&f->files[i].bytes);
	f->count = 0;
}

void sample_folder_sum(struct sample_folder *f)
{
	static const char *const pairs[][2] = {{"preloader", "preloader_k65v1_64_bsp.bin"},
					       {"boot", "boot.img"},
					       {"userdata", "userdata.img"}};
	char text[512] = "[IsEnableChecksum]\nCHECKSUM_SWITCH=1\n[CheckSum]\n";

	for (size_t i = 0; i < 3; i++) {
		const struct buffer *b = sample_folder_file(f, pairs[i][1]);
		size_t n = strlen(text);
		uint16_t sum = 0;

		for (size_t k = 0; k < b->n; k++)
			sum = (uint16_t)(sum + b->p[k]);
		snprintf(text + n, sizeof text - n, "%s=0x%X\n", pairs[i][0], sum);
	}
	sample_folder_put_text(f, "Checksum.ini", text);
}
