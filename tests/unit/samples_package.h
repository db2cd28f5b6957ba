/*
 * samples_package: a whole firmware folder in memory, lent as a package_source. Tests change single
 * files and look at what package_check() finds.
 */
#ifndef TESTS_UNIT_SAMPLES_PACKAGE_H
#define TESTS_UNIT_SAMPLES_PACKAGE_H

#include "engine/package/package.h"
#include "tests/unit/samples.h"

#define SAMPLE_FILES_MAX 16
#define SAMPLE_SCATTER	 "MT6765_Android_scatter.txt"
#define SAMPLE_DA	 "MTK_AllInOne_DA.bin"

struct sample_folder {
	size_t count;
	struct {
		const char *name;
		struct buffer bytes;
	} files[SAMPLE_FILES_MAX];
	struct package_source source;
};

/* Scatter, preloader, boot.img, sparse userdata.img and agent file of an MT6765 that all fit. */
void sample_folder_make(struct sample_folder *f);
void sample_folder_free(struct sample_folder *f);
/* Replace or add; takes over the buffer. */
void sample_folder_put(struct sample_folder *f, const char *name, struct buffer bytes);
void sample_folder_put_text(struct sample_folder *f, const char *name, const char *text);
/* Change the scatter by one replacement in its present text. */
void sample_folder_edit(struct sample_folder *f, const char *from, const char *to);
void sample_folder_remove(struct sample_folder *f, const char *name);
/* Add a Checksum.ini with the right sums of the three images as they are now. */
void sample_folder_sum(struct sample_folder *f);
struct buffer *sample_folder_file(struct sample_folder *f, const char *name);

#endif
