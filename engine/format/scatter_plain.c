/*
 * The plain form of the first chips (packages.md 1.2): blocks of
 *
 *     NAME 0xHEX
 *     {
 *     }
 *
 * Everything else is implied: an MBR means eMMC with linear addresses, none means NAND; sizes
 * follow from the next start; operation and file from the name.
 */
#include "engine/format/scatter_build.h"

#include <stdio.h>
#include <string.h>

#include "engine/base/text.h"

#define REMEDY "write blocks of NAME 0xADDRESS, { and }, or give another scatter file"

static const struct {
	const char *name; /* a trailing '*' stands for anything */
	const char *file; /* a '*' is looked up in the folder */
	enum scatter_operation operation;
} implied[] = {
	{"PRELOADER", "preloader_*.bin", SCATTER_OP_BOOTLOADERS},
	{"DSP_BL", "DSP_BL", SCATTER_OP_BOOTLOADERS},
	{"MBR", "MBR", SCATTER_OP_UPDATE},
	{"EBR1", "EBR1", SCATTER_OP_UPDATE},
	{"EBR2", "EBR2", SCATTER_OP_UPDATE},
	{"UBOOT", "lk.bin", SCATTER_OP_UPDATE},
	{"BOOTIMG", "boot.img", SCATTER_OP_UPDATE},
	{"RECOVERY", "recovery.img", SCATTER_OP_UPDATE},
	{"SEC_RO", "secro.img", SCATTER_OP_UPDATE},
	{"LOGO", "logo.bin", SCATTER_OP_UPDATE},
	{"ANDROID", "system.img", SCATTER_OP_UPDATE},
	{"CACHE", "cache.img", SCATTER_OP_UPDATE},
	{"USRDATA", "userdata.img", SCATTER_OP_UPDATE},
	{"CUSTOM", "custom.img", SCATTER_OP_UPDATE},
	{"FAT", "fat*", SCATTER_OP_UPDATE},
	{"TEE1", "tz*", SCATTER_OP_UPDATE},
	{"TEE2", "tz*", SCATTER_OP_UPDATE},
	{"NVRAM", "", SCATTER_OP_BINREGION},
	{"PRO_INFO", "", SCATTER_OP_PROTECTED},
	{"PROTECT_F", "", SCATTER_OP_PROTECTED},
	{"PROTECT_S", "", SCATTER_OP_PROTECTED},
	{"PMT", "", SCATTER_OP_RESERVED},
	{"OTP", "", SCATTER_OP_RESERVED},
	{"BMTPOOL", "", SCATTER_OP_RESERVED},
};

static void imply_custpack(struct scatter_entry *e)
{
	snprintf(e->file, sizeof e->file, "custpack%.*s*", 8, e->name + strlen("CUSTPACK"));
}

/* What the name says; `hidden` is true for __NODL_ names. */
static void imply(struct scatter_entry *e, bool hidden)
{
	e->operation = hidden ? SCATTER_OP_INVISIBLE : SCATTER_OP_UPDATE;
	for (size_t i = 0; i < sizeof implied / sizeof implied[0]; i++) {
		if (strcmp(implied[i].name, e->name) != 0)
			continue;
		/* hiding does not change what is protected, only what was to be updated */
		if (!hidden || implied[i].operation != SCATTER_OP_UPDATE)
			e->operation = implied[i].operation;
		if (!hidden)
			snprintf(e->file, sizeof e->file, "%s", implied[i].file);
		return;
	}
	if (!hidden && strncmp(e->name, "CUSTPACK", strlen("CUSTPACK")) == 0)
		imply_custpack(e);
}

static int read_name(struct scatter_entry *e, struct slice word, unsigned line,
		     struct problem *problem)
{
	bool hidden = text_starts(word, "__NODL_");
	size_t skip = 0;

	if (hidden)
		skip = strlen("__NODL_");
	if (text_starts(word, "__NODL_RSV_")) {
		skip = strlen("__NODL_RSV_");
		e->is_reserved = true;
	}
	word = (struct slice){word.p + skip, word.n - skip};
	if (word.n == 0)
		return scatter_bad(problem, line, REMEDY, "a partition has no name");
	for (size_t i = 0; i < word.n; i++) {
		if (word.p[i] <= 0x20 || word.p[i] >= 0x7F)
			return scatter_bad(problem, line, REMEDY,
					   "the name \"%s\" holds a blank or control character",
					   text_show(word).s);
	}
	if (!text_copy(e->name, sizeof e->name, word))
		return scatter_bad(problem, line, "use a shorter name",
				   "the name \"%s\" has %zu bytes; %d are allowed",
				   text_show(word).s, word.n, SCATTER_NAME_MAX - 1);
	if (strcmp(e->name, "BMTPOOL") == 0 || strcmp(e->name, "OTP") == 0)
		e->is_reserved = true;
	e->is_download = !hidden;
	imply(e, hidden);
	return 0;
}

static int read_head(struct scatter_entry *e, struct slice line, unsigned number,
		     struct problem *problem)
{
	size_t n = 0;

	while (n < line.n && line.p[n] != ' ' && line.p[n] != '\t')
		n++;
	*e = (struct scatter_entry){.boundary_check = true, .line = number};
	if (read_name(e, (struct slice){line.p, n}, number, problem) != 0)
		return -1;
	line = text_trim((struct slice){line.p + n, line.n - n});
	if (!text_number(line, &e->linear))
		return scatter_bad(problem, number, REMEDY,
				   "the address \"%s\" of %s is not a number", text_show(line).s,
				   e->name);
	e->physical = e->linear;
	if (e->is_reserved && (e->linear < 0xFFFF0000u || e->linear > 0xFFFFFFFFu))
		return scatter_bad(
			problem, number, REMEDY,
			"%s lies at 0x%llx; reserved parts count from the end (0xFFFFnnnn)",
			e->name, (unsigned long long)e->linear);
	e->boundary_check = !e->is_reserved;
	return 0;
}

static bool is_comment(struct slice line)
{
	return line.n == 0 || line.p[0] == '#' || line.p[0] == ';' || text_starts(line, "//");
}

struct blocks {
	struct scatter_section *sec;
	struct scatter_entry e; /* the block in work */
	enum { HEAD, OPEN, CLOSE } expect;
};

/* Take the next head or brace off the front of `line`: all may stand on one. */
static int read_part(struct blocks *b, struct slice *line, unsigned number, struct problem *problem)
{
	size_t n = 1;

	if (b->expect == HEAD) {
		const uint8_t *open = memchr(line->p, '{', line->n);

		n = open ? (size_t)(open - line->p) : line->n;
		if (read_head(&b->e, text_trim((struct slice){line->p, n}), number, problem) != 0)
			return -1;
	} else if (line->p[0] != (b->expect == OPEN ? '{' : '}')) {
		return scatter_bad(problem, number, REMEDY,
				   "\"%s\" stands where the %s of %s belongs", text_show(*line).s,
				   b->expect == OPEN ? "{" : "}", b->e.name);
	} else if (b->expect == CLOSE && scatter_section_add(b->sec, &b->e, problem) != 0) {
		return -1;
	}
	b->expect = b->expect == CLOSE ? HEAD : b->expect + 1;
	*line = text_trim((struct slice){line->p + n, line->n - n});
	return 0;
}

static int read_blocks(struct scatter_section *sec, struct slice text, struct problem *problem)
{
	struct text_lines lines = text_lines_of(text);
	struct blocks b = {.sec = sec};
	struct slice line;

	while (text_next_line(&lines, &line)) {
		line = text_trim(line);
		if (is_comment(line))
			continue;
		while (line.n > 0) {
			if (read_part(&b, &line, lines.number, problem) != 0)
				return -1;
		}
	}
	if (b.expect != HEAD)
		return scatter_bad(problem, lines.number, "copy the file again: it is cut short",
				   "the file ends inside the block of %s", b.e.name);
	return 0;
}

/* Storage and regions: with an MBR, what lies before it is the boot region. */
static void settle_storage(struct scatter_section *sec)
{
	const struct scatter_entry *mbr = scatter_find(sec, "MBR");

	sec->storage = mbr ? STORAGE_EMMC : STORAGE_NAND;
	for (size_t i = 0; i < sec->count; i++) {
		struct scatter_entry *e = &sec->entries[i];

		e->storage = sec->storage;
		e->region = mbr ? REGION_USER : REGION_NONE;
		if (mbr && !e->is_reserved && e->linear < mbr->linear)
			e->region = REGION_BOOT1;
	}
}

/* A fixed entry ends where the next fixed one starts; the last runs to the reserved ones. */
static int settle_sizes(struct scatter_section *sec, struct problem *problem)
{
	struct scatter_entry *before = NULL;

	for (size_t i = 0; i < sec->count; i++) {
		struct scatter_entry *e = &sec->entries[i];

		if (e->is_reserved)
			continue;
		if (before && e->linear <= before->linear)
			return scatter_bad(problem, e->line, "sort the blocks by address",
					   "%s at 0x%llx does not lie behind %s at 0x%llx", e->name,
					   (unsigned long long)e->linear, before->name,
					   (unsigned long long)before->linear);
		if (before)
			before->size = e->linear - before->linear;
		before = e;
	}
	return 0;
}

/* "MT6573_Android_scatter.txt", with or without folders before it. */
static void platform_from_name(struct scatter *s, const char *file_name)
{
	const char *base = file_name ? strrchr(file_name, '/') : NULL;
	size_t n = 2;

	base = base ? base + 1 : file_name;
	if (!base || strncmp(base, "MT", 2) != 0)
		return;
	while (n < 8 &&
	       ((base[n] >= '0' && base[n] <= '9') || (n == 6 && base[n] >= 'A' && base[n] <= 'Z')))
		n++;
	if (n >= 6)
		snprintf(s->platform, sizeof s->platform, "%.*s", (int)n, base);
}

int scatter_read_plain(struct scatter *s, struct slice text, const char *file_name,
		       struct problem *problem)
{
	struct scatter_section *sec = scatter_section_current(s, 1, problem);

	s->form = SCATTER_PLAIN;
	if (!sec || read_blocks(sec, text, problem) != 0)
		return -1;
	settle_storage(sec);
	platform_from_name(s, file_name);
	return settle_sizes(sec, problem);
}
