/* What is wrong with single partitions of a package. Rules: packages.md 1.7, 1.8, 1.10, 4.4. */
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "engine/base/text.h"
#include "engine/package/package_parts.h"

static uint32_t sector_of(enum storage_kind kind)
{
	return kind == STORAGE_UFS ? 4096 : 512;
}

static bool is_allowed(const struct package_rules *rules, const char *name)
{
	if (!rules || !rules->allowed_identity)
		return false;
	for (size_t i = 0; rules->allowed_identity[i]; i++) {
		if (text_same_any_case(rules->allowed_identity[i], name))
			return true;
	}
	return false;
}

/*
 * A partition the file itself calls protected is treated as identity too: a firmware upgrade never
 * touches it, so an image for it can only be one unit's dump.
 */
static void check_identity(struct package *p, const struct scatter_entry *e,
			   const struct package_rules *rules)
{
	bool by_name = scatter_is_identity(e->name);
	bool by_operation =
		e->operation == SCATTER_OP_PROTECTED || e->operation == SCATTER_OP_BINREGION;

	if (!by_name && !by_operation)
		return;
	if (is_allowed(rules, e->name))
		package_find(p, FINDING_WARNING, 0, e->name, "use it on blank boards only",
			     "the profile lets this package write the identity partition %s",
			     e->name);
	else
		package_find(p, FINDING_REFUSAL, ST_CARRIES_IDENTITY, e->name,
			     "set is_download to false, or let the profile allow it for blank "
			     "boards",
			     "%s would overwrite %s of every unit in %s", e->file,
			     by_name ? "the identity data" : "protected data", e->name);
}

static void check_missing(struct package *p, const struct package_part *part,
			  const struct package_rules *rules)
{
	const struct scatter_entry *e = part->entry;

	if (!package_name_is_safe(e->file))
		package_find(p, FINDING_REFUSAL, ST_INCOMPLETE, e->name,
			     "name a file inside the folder",
			     "file_name \"%s\" leads out of the package's folder", e->file);
	else if (part->signed_file != SIZE_MAX && rules && rules->take_signed)
		package_find(p, FINDING_NOTE, 0, e->name, "none needed",
			     "%s is not in the folder; its signed form %s is written", e->file,
			     p->files[part->signed_file].name);
	else if (part->signed_file != SIZE_MAX)
		package_find(p, FINDING_REFUSAL, ST_INCOMPLETE, e->name,
			     "decide which form the product takes and name it in the scatter",
			     "the file %s is not in the folder, only its -verified form", e->file);
	else
		package_find(p, FINDING_REFUSAL, ST_INCOMPLETE, e->name,
			     "copy the complete firmware folder again",
			     "the file %s is not in the folder", e->file);
}

/* Agents find a too large image only in the last status: it must be seen here. */
static void check_size(struct package *p, const struct scatter_entry *e,
		       const struct package_file *f)
{
	if (e->size == 0 && e->to_end)
		return; /* takes the rest of the flash: known on the device only */
	if (f->expanded > e->size)
		package_find(p, FINDING_REFUSAL, ST_IMAGE_TOO_BIG, e->name,
			     "use image and scatter of the same build",
			     "%s needs 0x%llx bytes%s, the partition has 0x%llx", f->name,
			     (unsigned long long)f->expanded, f->sparse ? " when expanded" : "",
			     (unsigned long long)e->size);
}

static const struct scatter_entry *entry_of_name(const struct package *p, const char *name)
{
	for (size_t i = 0; i < p->scatter.section_count; i++) {
		const struct scatter_section *sec = &p->scatter.sections[i];

		for (size_t k = 0; k < sec->count; k++)
			if (text_same_any_case(sec->entries[k].name, name))
				return &sec->entries[k];
	}
	return NULL;
}

/* "lk", "lk2", "lk_a" and "lk_b" take the same image. */
static bool is_name_of(const char *image, const char *partition)
{
	size_t n = strlen(image);

	if (strncasecmp(image, partition, n) != 0)
		return false;
	partition += n;
	partition += strspn(partition, "0123456789");
	return !*partition || !strcasecmp(partition, "_a") || !strcasecmp(partition, "_b");
}

/*
 * The name in MediaTek's own header says which loader part it is. Many differ from the partition's
 * name by design (atf in tee, md1rom in md1img); one that is another partition's is a mix-up.
 */
static void check_image_header(struct package *p, const struct scatter_entry *e,
			       const struct package_file *f)
{
	const struct content *c = &f->content;

	if (c->mtk_bytes > f->expanded)
		package_find(p, FINDING_REFUSAL, ST_INCOMPLETE, e->name,
			     "copy the image again from the build",
			     "%s is cut short: its header tells of 0x%llx bytes, 0x%llx are there",
			     f->name, (unsigned long long)c->mtk_bytes,
			     (unsigned long long)f->expanded);
	if (!c->mtk_name[0] || is_name_of(c->mtk_name, e->name) || !entry_of_name(p, c->mtk_name))
		return;
	package_find(p, FINDING_WARNING, 0, e->name, "compare the file names with the build",
		     "the image in %s calls itself %s, which is another partition", f->name,
		     c->mtk_name);
}

/* A file system larger than its image is a dump cut short; sparse images may leave a tail out. */
static void check_content(struct package *p, const struct scatter_entry *e,
			  const struct package_file *f)
{
	const struct content *c = &f->content;

	if (c->file_system > f->expanded)
		package_find(p, f->sparse ? FINDING_WARNING : FINDING_REFUSAL,
			     f->sparse ? 0 : ST_INCOMPLETE, e->name,
			     "copy the image again from the build",
			     "%s holds an %s file system of 0x%llx bytes but only 0x%llx of them",
			     f->name, c->kind, (unsigned long long)c->file_system,
			     (unsigned long long)f->expanded);
	check_image_header(p, e, f);
	if (c->avb_flags != 0)
		package_find(p, FINDING_WARNING, 0, e->name, "use the vbmeta of a release build",
			     "%s switches verified boot off (flags 0x%x)", f->name, c->avb_flags);
}

static void check_file(struct package *p, const struct scatter_entry *e,
		       const struct package_file *f, uint32_t sector)
{
	if (f->bytes.n == 0)
		package_find(p, FINDING_REFUSAL, ST_INCOMPLETE, e->name,
			     "copy the file again from the build", "the file %s is empty", f->name);
	if (f->sparse_bad) {
		package_find(p, FINDING_REFUSAL, ST_INCOMPLETE, e->name, f->problem.remedy,
			     "sparse image %s, %s: %s", f->name, f->problem.where, f->problem.why);
		return;
	}
	check_size(p, e, f);
	check_content(p, e, f);
	if (!f->sparse)
		return;
	if (f->map.block % sector != 0)
		package_find(p, FINDING_REFUSAL, ST_LAYOUT_INVALID, e->name,
			     "make the sparse image with blocks of 4096",
			     "%s has blocks of %u bytes, the storage has sectors of %u", f->name,
			     f->map.block, sector);
	if (f->map.file_bytes < f->bytes.n)
		package_find(p, FINDING_WARNING, 0, e->name, "compare the file with the build",
			     "%zu bytes follow the sparse image in %s",
			     f->bytes.n - f->map.file_bytes, f->name);
}

static void check_sum(struct package *p, const struct package_part *part)
{
	size_t file = part->file != SIZE_MAX ? part->file : part->signed_file;
	const char *name = p->files[file].name;

	switch (part->sum) {
	case PART_SUM_BAD:
		package_find(p, FINDING_REFUSAL, ST_CHECKSUM_MISMATCH, part->entry->name,
			     "copy the file again from the build",
			     "%s does not have the checksum of the package's checksum file", name);
		break;
	case PART_SUM_MISSING:
		package_find(p, FINDING_REFUSAL, ST_CHECKSUM_MISMATCH, part->entry->name,
			     "make the checksum file again for the whole package",
			     "%s lists no checksum for %s", p->checksums_name, part->entry->name);
		break;
	case PART_SUM_SIGNED:
		package_find(p, FINDING_NOTE, 0, part->entry->name, "none needed",
			     "the checksum is that of %s: of %s nothing is known",
			     p->files[part->signed_file].name, name);
		break;
	case PART_SUM_NONE:
	case PART_SUM_GOOD:
		break;
	}
}

static void check_place(struct package *p, const struct scatter_entry *e, uint32_t sector)
{
	if (e->from_end || (e->start % sector == 0 && e->size % sector == 0))
		return;
	package_find(p, FINDING_REFUSAL, ST_LAYOUT_INVALID, e->name,
		     "use the original scatter of the build",
		     "start 0x%llx or size 0x%llx is not a multiple of the sector of %u bytes",
		     (unsigned long long)e->start, (unsigned long long)e->size, sector);
}

static void check_operation(struct package *p, const struct scatter_entry *e)
{
	if (e->operation == SCATTER_OP_INVISIBLE || e->operation == SCATTER_OP_RESERVED)
		package_find(p, FINDING_WARNING, 0, e->name, "compare with the build",
			     "marked for download although its operation is %s",
			     scatter_operation_name(e->operation));
}

static void check_part(struct package *p, const struct package_part *part,
		       const struct package_rules *rules)
{
	uint32_t sector = sector_of(part->section->storage);

	check_identity(p, part->entry, rules);
	check_operation(p, part->entry);
	check_place(p, part->entry, sector);
	if (part->signed_file != SIZE_MAX)
		check_file(p, part->entry, &p->files[part->signed_file], sector);
	if (part->file == SIZE_MAX) {
		check_missing(p, part, rules);
		if (part->signed_file != SIZE_MAX)
			check_sum(p, part);
		return;
	}
	check_file(p, part->entry, &p->files[part->file], sector);
	check_sum(p, part);
}

/* is_download true without a file writes nothing; false with a file: false wins. */
static void check_entry_without_part(struct package *p, const struct scatter_entry *e,
				     size_t *unused_files)
{
	if (e->is_download && e->file[0] == '\0')
		package_find(p, FINDING_WARNING, 0, e->name,
			     "name a file or set is_download to false",
			     "marked for download but names no file: nothing is written");
	if (!e->is_download && e->file[0] != '\0')
		(*unused_files)++;
}

/* 1.8: `_a` with a file and `_b` without; a unit that starts from b keeps its old software. */
static void check_slots(struct package *p)
{
	size_t a = 0, b = 0;

	for (size_t i = 0; i < p->part_count; i++) {
		const char *name = p->parts[i].entry->name;
		size_t n = strlen(name);

		a += n > 2 && !strcasecmp(name + n - 2, "_a");
		b += n > 2 && !strcasecmp(name + n - 2, "_b");
	}
	if (a > 0 && b == 0)
		package_find(p, FINDING_NOTE, 0, "", "none needed",
			     "%zu partitions of slot a are written and none of slot b: a plain "
			     "download is refused on units that start from b",
			     a);
}

void package_check_parts(struct package *p, const struct package_rules *rules)
{
	size_t unused_files = 0;

	for (size_t i = 0; i < p->part_count; i++)
		check_part(p, &p->parts[i], rules);
	for (size_t i = 0; i < p->scatter.section_count; i++) {
		const struct scatter_section *sec = &p->scatter.sections[i];

		for (size_t k = 0; k < sec->count; k++)
			check_entry_without_part(p, &sec->entries[k], &unused_files);
	}
	check_slots(p);
	if (unused_files > 0)
		package_find(p, FINDING_NOTE, 0, "", "none needed",
			     "%zu entries name a file but are not marked for download: not written",
			     unused_files);
	if (p->part_count == 0)
		package_find(p, FINDING_REFUSAL, ST_INCOMPLETE, "", "give the scatter of a build",
			     "no partition is marked for download: there is nothing to flash");
}
