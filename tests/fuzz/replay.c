/*
 * replay: runs a fuzz target without libFuzzer over all files of the folders given: as they are,
 * cut at many places, and with small changes that are the same in every run.
 */
#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "tests/fuzz/fuzz.h"

#define CUTS	200
#define CHANGES 1000
#define LARGE	0x8000 /* bytes; files above get fewer variants */

static uint64_t runs;

/* On a buffer of the exact size, so that sanitizers see a read behind the end. */
static void run(const uint8_t *bytes, size_t n)
{
	uint8_t *exact = malloc(n ? n : 1);

	if (!exact)
		abort();
	if (n > 0)
		memcpy(exact, bytes, n);
	LLVMFuzzerTestOneInput(exact, n);
	free(exact);
	runs++;
}

static uint32_t next_random(uint32_t *x)
{
	*x ^= *x << 13;
	*x ^= *x >> 17;
	*x ^= *x << 5;
	return *x;
}

static void run_changes(uint8_t *bytes, size_t n, size_t count)
{
	static const uint8_t values[] = {0x00, 0x01, 0x7F, 0x80, 0xFE, 0xFF, '\n', ':', '0'};
	uint32_t x = 0x2545F491;

	for (size_t i = 0; i < count && n > 0; i++) {
		/* the first bytes hold the headers: change them more often */
		size_t reach = i % 2 ? n : (n < 256 ? n : 256);
		size_t at = next_random(&x) % reach;
		uint8_t before = bytes[at];

		bytes[at] = i % 3 ? values[next_random(&x) % sizeof values]
				  : (uint8_t)(before ^ 1u << next_random(&x) % 8);
		run(bytes, n);
		bytes[at] = before;
	}
}

static void run_variants(uint8_t *bytes, size_t n)
{
	size_t cuts = n > LARGE ? CUTS / 10 : CUTS;

	run(bytes, n);
	for (size_t i = 0; i < cuts; i++)
		run(bytes, n * i / cuts);
	run_changes(bytes, n, n > LARGE ? CHANGES / 10 : CHANGES);
}

static int run_file(const char *path)
{
	FILE *f = fopen(path, "rb");
	struct stat st;
	uint8_t *bytes;

	if (!f || fstat(fileno(f), &st) != 0) {
		perror(path);
		return -1;
	}
	bytes = malloc((size_t)st.st_size + 1);
	if (!bytes || fread(bytes, 1, (size_t)st.st_size, f) != (size_t)st.st_size) {
		fprintf(stderr, "%s: can't be read\n", path);
		exit(1);
	}
	fclose(f);
	run_variants(bytes, (size_t)st.st_size);
	free(bytes);
	return 0;
}

static int run_folder(const char *folder)
{
	DIR *dir = opendir(folder);
	const struct dirent *entry;
	int files = 0;

	if (!dir)
		return 0; /* not every target keeps a corpus */
	while ((entry = readdir(dir))) {
		char path[4096];

		if (entry->d_name[0] == '.')
			continue;
		snprintf(path, sizeof path, "%s/%s", folder, entry->d_name);
		if (run_file(path) != 0)
			exit(1);
		files++;
	}
	closedir(dir);
	return files;
}

int main(int argc, char **argv)
{
	uint8_t noise[4096];
	uint32_t x = 77;
	int files = 0;

	for (size_t i = 0; i < sizeof noise; i++)
		noise[i] = (uint8_t)next_random(&x);
	run_variants(noise, sizeof noise);
	for (int i = 1; i < argc; i++)
		files += run_folder(argv[i]);
	printf("%d files, %llu runs\n", files, (unsigned long long)runs);
	return 0;
}
