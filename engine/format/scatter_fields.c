/*
 * The keys of partition entries and headers, the same in YAML and XML (packages.md 1.3-1.7).
 * One table says for each key how its value is read and whether an entry may lack it.
 */
#include "engine/format/scatter_build.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "engine/base/text.h"

enum field {
	FIELD_INDEX,
	FIELD_NAME,
	FIELD_FILE,
	FIELD_DOWNLOAD,
	FIELD_TYPE,
	FIELD_LINEAR,
	FIELD_PHYSICAL,
	FIELD_SIZE,
	FIELD_REGION,
	FIELD_STORAGE,
	FIELD_BOUNDARY,
	FIELD_RESERVED,
	FIELD_OPERATION,
	FIELD_UPGRADABLE,
	FIELD_EMPTY_BOOT,
	FIELD_IGNORED,
};

static const struct {
	const char *key;
	enum field field;
	bool required;
} fields[] = {
	{"partition_index", FIELD_INDEX, false},
	{"partition_name", FIELD_NAME, true},
	{"file_name", FIELD_FILE, true},
	{"is_download", FIELD_DOWNLOAD, true},
	{"type", FIELD_TYPE, false},
	{"linear_start_addr", FIELD_LINEAR, true},
	{"physical_start_addr", FIELD_PHYSICAL, true},
	{"partition_size", FIELD_SIZE, true},
	{"region", FIELD_REGION, true},
	{"storage", FIELD_STORAGE, true},
	{"boundary_check", FIELD_BOUNDARY, false},
	{"is_reserved", FIELD_RESERVED, false},
	{"operation_type", FIELD_OPERATION, true},
	{"is_upgradable", FIELD_UPGRADABLE, false},
	{"empty_boot_needed", FIELD_EMPTY_BOOT, false},
	{"combo_partsize_check", FIELD_IGNORED, false},
	{"reserve", FIELD_IGNORED, false},
	{"d_type", FIELD_IGNORED, false},
	{"slc_percentage", FIELD_IGNORED, false},
};

#define FIELD_KEYS (sizeof fields / sizeof fields[0])

#define REMEDY_EXPORT "export the scatter file again from the build, or correct the line"

int scatter_bad(struct problem *problem, unsigned line, const char *remedy, const char *format, ...)
{
	char where[32] = "file";
	char why[sizeof problem->why];
	va_list ap;

	if (line > 0)
		snprintf(where, sizeof where, "line %u", line);
	va_start(ap, format);
	vsnprintf(why, sizeof why, format, ap);
	va_end(ap);
	return problem_set(problem, where, remedy, "%s", why);
}

void scatter_warn(struct scatter *s, const char *format, ...)
{
	va_list ap;

	if (s->warning_count == SCATTER_WARNINGS_MAX)
		return;
	va_start(ap, format);
	vsnprintf(s->warnings[s->warning_count++], sizeof s->warnings[0], format, ap);
	va_end(ap);
}

static int read_flag(bool *to, const char *key, struct slice value, unsigned line,
		     struct problem *problem)
{
	if (text_is_any_case(value, "true"))
		*to = true;
	else if (text_is_any_case(value, "false"))
		*to = false;
	else
		return scatter_bad(problem, line, "write true or false",
				   "%s is \"%s\", neither true nor false", key, text_show(value).s);
	return 0;
}

static int read_number(uint64_t *to, const char *key, struct slice value, unsigned line,
		       struct problem *problem)
{
	if (text_number(value, to))
		return 0;
	return scatter_bad(problem, line, "write a 64-bit number such as 0x8000",
			   "%s is \"%s\", which is not a number", key, text_show(value).s);
}

static int read_text(char *to, size_t cap, const char *key, struct slice value, unsigned line,
		     struct problem *problem)
{
	for (size_t i = 0; i < value.n; i++) {
		if (value.p[i] < 0x20 || value.p[i] == 0x7F)
			return scatter_bad(problem, line, REMEDY_EXPORT,
					   "%s \"%s\" holds a control character", key,
					   text_show(value).s);
	}
	if (text_copy(to, cap, value))
		return 0;
	return scatter_bad(problem, line, "use a shorter name",
			   "%s \"%s\" has %zu bytes; %zu are allowed", key, text_show(value).s,
			   value.n, cap - 1);
}

static int read_operation(struct scatter_draft *d, struct scatter *s, struct slice value,
			  unsigned line, struct problem *problem)
{
	for (int op = SCATTER_OP_UPDATE; op <= SCATTER_OP_NEEDRESIZE; op++) {
		if (text_is_any_case(value, scatter_operation_name((enum scatter_operation)op))) {
			d->entry.operation = (enum scatter_operation)op;
			return 0;
		}
	}
	if (text_is_any_case(value, "BOOTLOADER")) { /* one tool writes it so (packages.md 1.7) */
		d->entry.operation = SCATTER_OP_BOOTLOADERS;
		scatter_warn(s, "line %u: operation_type BOOTLOADER read as BOOTLOADERS", line);
		return 0;
	}
	return scatter_bad(problem, line,
			   "use UPDATE, BOOTLOADERS, INVISIBLE, PROTECTED, BINREGION, RESERVED or "
			   "NEEDRESIZE",
			   "operation_type \"%s\" is not known", text_show(value).s);
}

enum storage_kind scatter_storage_of(struct slice word)
{
	static const enum storage_kind kinds[] = {STORAGE_EMMC, STORAGE_UFS, STORAGE_NAND,
						  STORAGE_NOR, STORAGE_SDMMC};

	static const char prefix[] = "HW_STORAGE_";
	size_t n = sizeof prefix - 1;

	if (word.n > n && text_is_any_case((struct slice){word.p, n}, prefix))
		word = (struct slice){word.p + n, word.n - n};
	for (size_t i = 0; i < sizeof kinds / sizeof kinds[0]; i++) {
		if (text_is_any_case(word, storage_kind_name(kinds[i])))
			return kinds[i];
	}
	return STORAGE_NONE;
}

static int read_storage(enum storage_kind *to, struct slice value, unsigned line,
			struct problem *problem)
{
	*to = scatter_storage_of(value);
	if (*to != STORAGE_NONE)
		return 0;
	return scatter_bad(problem, line, "use EMMC, UFS, NAND, NOR or SDMMC",
			   "storage \"%s\" is not known", text_show(value).s);
}

/* Names as seen in scatter files; ANY fits every storage that has regions. */
#define ANY STORAGE_NONE
static const struct {
	const char *name;
	enum storage_kind kind;
	enum storage_region region;
} regions[] = {
	{"EMMC_USER", STORAGE_EMMC, REGION_USER},
	{"EMMC_BOOT_1", STORAGE_EMMC, REGION_BOOT1},
	{"EMMC_BOOT1", STORAGE_EMMC, REGION_BOOT1},
	{"EMMC_BOOT_2", STORAGE_EMMC, REGION_BOOT2},
	{"EMMC_BOOT2", STORAGE_EMMC, REGION_BOOT2},
	{"EMMC_BOOT1_BOOT2", STORAGE_EMMC, REGION_BOOT12},
	{"EMMC_RPMB", STORAGE_EMMC, REGION_RPMB},
	{"EMMC_GP1", STORAGE_EMMC, REGION_GP1},
	{"EMMC_GP2", STORAGE_EMMC, REGION_GP2},
	{"EMMC_GP3", STORAGE_EMMC, REGION_GP3},
	{"EMMC_GP4", STORAGE_EMMC, REGION_GP4},
	{"UFS_LU0", STORAGE_UFS, REGION_BOOT1},
	{"UFS_LU1", STORAGE_UFS, REGION_BOOT2},
	{"UFS_LU0_LU1", STORAGE_UFS, REGION_BOOT12},
	{"UFS_LU2", STORAGE_UFS, REGION_USER},
	{"BOOT_1", ANY, REGION_BOOT1},
	{"BOOT_2", ANY, REGION_BOOT2},
	{"USER", ANY, REGION_USER},
	{"NONE", STORAGE_NAND, REGION_NONE},
	{"NONE", STORAGE_NOR, REGION_NONE},
};

static int settle_region(struct scatter_draft *d, struct problem *problem)
{
	enum storage_kind kind =
		d->entry.storage == STORAGE_SDMMC ? STORAGE_EMMC : d->entry.storage;
	bool known = false;

	for (size_t i = 0; i < sizeof regions / sizeof regions[0]; i++) {
		if (!text_same_any_case(regions[i].name, d->entry.region_text))
			continue;
		known = true;
		if (regions[i].kind == kind || regions[i].kind == ANY) {
			snprintf(d->entry.region_text, sizeof d->entry.region_text, "%s",
				 regions[i].name);
			d->entry.region = regions[i].region;
			return 0;
		}
	}
	if (!known)
		return scatter_bad(problem, d->line, REMEDY_EXPORT,
				   "partition %s: region \"%s\" is not known", d->entry.name,
				   d->entry.region_text);
	return scatter_bad(problem, d->line, "make region and storage of the entry agree",
			   "partition %s: region %s does not exist on %s", d->entry.name,
			   d->entry.region_text, storage_kind_name(d->entry.storage));
}

void scatter_draft_start(struct scatter_draft *d, unsigned line)
{
	*d = (struct scatter_draft){.line = line};
	d->entry.boundary_check = true;
	d->entry.line = line;
}

static int read_field(struct scatter_draft *d, struct scatter *s, enum field field, const char *key,
		      struct slice value, unsigned line, struct problem *problem)
{
	struct scatter_entry *e = &d->entry;

	switch (field) {
	case FIELD_INDEX:
		return read_text(e->index, sizeof e->index, key, value, line, problem);
	case FIELD_NAME:
		return read_text(e->name, sizeof e->name, key, value, line, problem);
	case FIELD_FILE:
		if (text_is_any_case(value, "NONE"))
			return 0;
		return read_text(e->file, sizeof e->file, key, value, line, problem);
	case FIELD_DOWNLOAD:
		return read_flag(&e->is_download, key, value, line, problem);
	case FIELD_TYPE:
		return read_text(e->type, sizeof e->type, key, value, line, problem);
	case FIELD_LINEAR:
		return read_number(&e->linear, key, value, line, problem);
	case FIELD_PHYSICAL:
		return read_number(&e->physical, key, value, line, problem);
	case FIELD_SIZE:
		return read_number(&e->size, key, value, line, problem);
	case FIELD_REGION:
		return read_text(e->region_text, sizeof e->region_text, key, value, line, problem);
	case FIELD_STORAGE:
		return read_storage(&e->storage, value, line, problem);
	case FIELD_BOUNDARY:
		return read_flag(&e->boundary_check, key, value, line, problem);
	case FIELD_RESERVED:
		return read_flag(&e->is_reserved, key, value, line, problem);
	case FIELD_OPERATION:
		return read_operation(d, s, value, line, problem);
	case FIELD_UPGRADABLE:
		return read_flag(&e->is_upgradable, key, value, line, problem);
	case FIELD_EMPTY_BOOT:
		return read_flag(&e->empty_boot_needed, key, value, line, problem);
	case FIELD_IGNORED:
		break;
	}
	return 0;
}

enum scatter_verdict scatter_draft_field(struct scatter_draft *d, struct scatter *s,
					 struct slice key, struct slice value, unsigned line,
					 struct problem *problem)
{
	value = text_unquote(value);
	for (size_t i = 0; i < FIELD_KEYS; i++) {
		if (!text_is_any_case(key, fields[i].key))
			continue;
		if (d->seen & 1u << i) {
			scatter_bad(problem, line, "keep one of the two lines",
				    "%s is given twice for the entry of line %u", fields[i].key,
				    d->line);
			return SCATTER_BAD;
		}
		d->seen |= 1u << i;
		if (read_field(d, s, fields[i].field, fields[i].key, value, line, problem) != 0)
			return SCATTER_BAD;
		return SCATTER_TAKEN;
	}
	return SCATTER_UNKNOWN_KEY;
}

int scatter_draft_done(struct scatter_draft *d, struct scatter *s, struct problem *problem)
{
	struct scatter_section *sec = scatter_section_current(s, d->line, problem);

	if (!sec)
		return -1;
	for (size_t i = 0; i < FIELD_KEYS; i++) {
		if (fields[i].required && !(d->seen & 1u << i))
			return scatter_bad(
				problem, d->line,
				"the file may be cut short: copy it again from the build",
				"the entry %s has no %s",
				d->entry.name[0] ? d->entry.name : d->entry.index, fields[i].key);
	}
	if (settle_region(d, problem) != 0)
		return -1;
	if (sec->storage == STORAGE_NONE)
		sec->storage = d->entry.storage;
	if (sec->storage != d->entry.storage)
		return scatter_bad(problem, d->line, "make storage of entry and section agree",
				   "partition %s is on %s, in a section for %s", d->entry.name,
				   storage_kind_name(d->entry.storage),
				   storage_kind_name(sec->storage));
	return scatter_section_add(sec, &d->entry, problem);
}

/* Keys that headers of some builds carry and that say nothing a station needs. */
static bool is_idle_header_key(struct slice key)
{
	static const char *const idle[] = {"general",
					   "info",
					   "description",
					   "modem_check",
					   "modem",
					   "check_bootloaders_consistency",
					   "skip_pmt_operate",
					   "skip_pt_operate",
					   "resize_check"};

	for (size_t i = 0; i < sizeof idle / sizeof idle[0]; i++) {
		if (text_is_any_case(key, idle[i]))
			return true;
	}
	return false;
}

static int storage_header_field(struct scatter *s, struct slice key, struct slice value,
				unsigned line, struct problem *problem)
{
	struct scatter_section *sec = scatter_section_current(s, line, problem);
	enum storage_kind kind;

	if (!sec)
		return -1;
	if (text_is_any_case(key, "boot_channel"))
		return read_text(sec->boot_channel, sizeof sec->boot_channel, "boot_channel", value,
				 line, problem);
	if (text_is_any_case(key, "block_size")) {
		if (read_number(&sec->block_size, "block_size", value, line, problem) != 0)
			return -1;
		if (sec->block_size == 0 || sec->block_size > UINT32_MAX)
			return scatter_bad(problem, line, "use 0x20000 for eMMC, 0x80000 for UFS",
					   "block_size 0x%llx is not possible",
					   (unsigned long long)sec->block_size);
		return 0;
	}
	if (read_storage(&kind, value, line, problem) != 0)
		return -1;
	if (sec->storage != STORAGE_NONE && sec->storage != kind)
		return scatter_bad(problem, line, "make storage and storage_type agree",
				   "storage %s in a section for %s", storage_kind_name(kind),
				   storage_kind_name(sec->storage));
	sec->storage = kind;
	return 0;
}

enum scatter_verdict scatter_header_field(struct scatter *s, struct slice key, struct slice value,
					  unsigned line, struct problem *problem)
{
	int bad;

	value = text_unquote(value);
	if (text_is_any_case(key, "config_version"))
		bad = read_text(s->config_version, sizeof s->config_version, "config_version",
				value, line, problem);
	else if (text_is_any_case(key, "platform"))
		bad = read_text(s->platform, sizeof s->platform, "platform", value, line, problem);
	else if (text_is_any_case(key, "project"))
		bad = read_text(s->project, sizeof s->project, "project", value, line, problem);
	else if (text_is_any_case(key, "storage") || text_is_any_case(key, "boot_channel") ||
		 text_is_any_case(key, "block_size"))
		bad = storage_header_field(s, key, value, line, problem);
	else
		return is_idle_header_key(key) ? SCATTER_TAKEN : SCATTER_UNKNOWN_KEY;
	return bad ? SCATTER_BAD : SCATTER_TAKEN;
}
