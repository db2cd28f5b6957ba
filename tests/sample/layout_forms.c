/* The three forms of scatter files, a line at a time. */
#include "tests/sample/layout_in.h"

#include <dirent.h>
#include <stdio.h>
#include <string.h>

static const char *storage_word(const struct layout *l)
{
	static const char *const words[] = {"EMMC", "UFS", "NAND"};

	return words[l->storage];
}

static int begin_part(struct layout *l, struct layout_cursor *at)
{
	at->part = layout_next(l);
	return at->part ? 0 : -1;
}

static int take(struct layout *l, struct layout_cursor *at, const char *key, const char *value)
{
	if (!strcmp(key, "storage_type")) {
		at->wanted = !strcmp(value, storage_word(l));
		at->part = NULL;
		return 0;
	}
	if (!at->wanted)
		return 0;
	if (!strcmp(key, "block_size"))
		return layout_number(l, key, value, &l->block);
	if (!strcmp(key, "partition_index"))
		return begin_part(l, at);
	return at->part ? layout_set(l, at->part, key, value) : 0;
}

static void trim_end(char *text)
{
	char *end = text + strlen(text);

	while (end > text && strchr(" \t\r\n", end[-1]))
		*--end = 0;
}

/* ---- YAML: "   key: value" ---- */

int layout_yaml_line(struct layout *l, struct layout_cursor *at, char *line)
{
	char *colon = strchr(line, ':'), *value;

	if (!colon || line[0] == '#')
		return 0;
	*colon = 0;
	value = colon + 1 + strspn(colon + 1, " \t");
	trim_end(value);
	return take(l, at, line + strspn(line, " \t-"), value);
}

/* ---- XML: one element a line, as all files have it ---- */

int layout_xml_line(struct layout *l, struct layout_cursor *at, char *line)
{
	char *key = line + strspn(line, " \t"), *end, *value;

	if (*key++ != '<' || *key == '/' || *key == '?')
		return 0;
	end = key + strcspn(key, " >\r\n");
	if (*end == ' ') { /* <storage_type name="UFS">, <partition_index name="SYS0"> */
		*end = 0;
		value = strchr(end + 1, '"');
		if (!value)
			return 0;
		value[1 + strcspn(value + 1, "\"")] = 0;
		return take(l, at, key, value + 1);
	}
	*end = 0;
	value = end + 1;
	value[strcspn(value, "<")] = 0;
	return take(l, at, key, value);
}

/* ---- plain: "NAME 0xADDRESS", files by the name (packages.md 1.2) ---- */

static void find_preloader(struct layout_part *p, const char *dir)
{
	DIR *d = opendir(dir);
	struct dirent *e;

	while (d && (e = readdir(d)))
		if (!strncmp(e->d_name, "preloader_", 10))
			snprintf(p->file, sizeof p->file, "%s", e->d_name);
	if (d)
		closedir(d);
}

static void name_file(struct layout_part *p, const char *dir)
{
	static const char *const files[][2] = {
		{"MBR", "MBR"},
		{"EBR1", "EBR1"},
		{"EBR2", "EBR2"},
		{"UBOOT", "lk.bin"},
		{"BOOTIMG", "boot.img"},
		{"RECOVERY", "recovery.img"},
		{"SEC_RO", "secro.img"},
		{"LOGO", "logo.bin"},
		{"ANDROID", "system.img"},
		{"CACHE", "cache.img"},
		{"USRDATA", "userdata.img"},
		{"CUSTOM", "custom.img"},
	};

	snprintf(p->file, sizeof p->file, "NONE");
	if (!strcmp(p->name, "PRELOADER"))
		find_preloader(p, dir);
	for (size_t i = 0; i < sizeof files / sizeof *files; i++)
		if (!strcmp(p->name, files[i][0]))
			snprintf(p->file, sizeof p->file, "%s", files[i][1]);
}

int layout_plain_line(struct layout *l, struct layout_cursor *at, char *line)
{
	static const char prefix[] = "__NODL_";
	char *blank = strchr(line, ' '), *name = line;

	trim_end(line);
	if (!blank || line[0] == '#' || line[0] == '{' || line[0] == '}')
		return 0;
	*blank = 0;
	if (begin_part(l, at))
		return -1;
	at->part->download = strncmp(name, prefix, sizeof prefix - 1) != 0;
	name += at->part->download ? 0 : sizeof prefix - 1;
	snprintf(at->part->name, sizeof at->part->name, "%s", name);
	snprintf(at->part->region, sizeof at->part->region, "%s",
		 strcmp(name, "PRELOADER") ? "EMMC_USER" : "EMMC_BOOT_1");
	name_file(at->part, at->dir);
	if (layout_number(l, "address", blank + 1, &at->part->start))
		return -1;
	at->part->reserved = !strcmp(name, "BMTPOOL");
	return 0;
}

/* An entry reaches to the next one; user offsets begin at the MBR. */
void layout_plain_end(struct layout *l)
{
	uint64_t base = 0;

	l->block = 0x20000;
	for (size_t i = 0; i < l->count; i++)
		if (!strcmp(l->parts[i].name, "MBR"))
			base = l->parts[i].start;
	for (size_t i = 0; i + 1 < l->count; i++)
		if (!l->parts[i + 1].reserved)
			l->parts[i].size = l->parts[i + 1].start - l->parts[i].start;
	for (size_t i = 0; i < l->count; i++)
		if (!l->parts[i].reserved && l->parts[i].start >= base)
			l->parts[i].start -= base;
}
