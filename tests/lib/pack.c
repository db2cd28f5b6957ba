#include "tests/lib/pack.h"

#include <openssl/evp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "engine/base/bytes.h"

#define DA1_BODY   0x1000u
#define DA2_BODY   0x2A1Cu
#define WORKED_DA1 0x20u
#define WORKED_DA2 0x4E61Cu
#define SIGNATURE  0x100u
#define FIRST	   0x376Cu /* 64 slots, as the 2019 file */

static void die(const char *what)
{
	fprintf(stderr, "tests/lib/pack: %s\n", what);
	exit(1);
}

/* Bytes that differ from file to file and place to place. */
static void noise(uint8_t *p, size_t n, uint32_t seed)
{
	uint32_t x = seed * 2654435761u + 1;

	for (size_t i = 0; i < n; i++) {
		x ^= x << 13;
		x ^= x >> 17;
		x ^= x << 5;
		p[i] = (uint8_t)x;
	}
}

static uint8_t *add_file(struct pack *p, const char *name, size_t n)
{
	uint8_t *bytes = calloc(1, n ? n : 1);

	if (!bytes || p->file_count == PACK_FILES)
		die("no room for another file");
	noise(bytes, n, (uint32_t)p->file_count + 7);
	p->files[p->file_count].name = name;
	p->files[p->file_count].bytes = bytes;
	p->files[p->file_count++].n = n;
	return bytes;
}

static void say(struct pack *p, const char *format, ...) __attribute__((format(printf, 2, 3)));

static void say(struct pack *p, const char *format, ...)
{
	size_t used = strlen(p->scatter);
	va_list ap;
	int n;

	va_start(ap, format);
	n = vsnprintf(p->scatter + used, sizeof p->scatter - used, format, ap);
	va_end(ap);
	if (n < 0 || (size_t)n >= sizeof p->scatter - used)
		die("the scatter does not fit");
}

struct row {
	const char *name, *file, *operation;
	uint64_t start, size;
	bool boot, reserved;
};

static const struct row rows[] = {
	{"preloader", "preloader_test.bin", "BOOTLOADERS", 0, 0x40000, true, false},
	{"pgpt", NULL, "INVISIBLE", 0, 0x8000, false, false},
	{"nvram", NULL, "BINREGION", 0x8000, 0x10000, false, false},
	{"lk", "lk.img", "UPDATE", 0x18000, 0x10000, false, false},
	{"boot", "boot.img", "UPDATE", 0x28000, 0x40000, false, false},
	{"system", "system.img", "UPDATE", 0x68000, 0x80000, false, false},
	{"userdata", "userdata.img", "UPDATE", 0xE8000, 0x100000, false, false},
	{"boot_b", NULL, "INVISIBLE", 0x1E8000, 0x40000, false, false},
	{"misc", NULL, "INVISIBLE", 0x228000, 0x8000, false, false},
	{"flashinfo", NULL, "RESERVED", 0xFFFF0004, 0x80000, false, true},
	{"sgpt", NULL, "RESERVED", 0xFFFF0000, 0x8000, false, true},
};

#define ROWS (sizeof rows / sizeof rows[0])

static const char *file_of(const struct row *row, const struct pack_options *o)
{
	if (o->empty)
		return NULL;
	if (!strcmp(row->name, "nvram") && o->with_identity)
		return "lk.img";
	if (!strcmp(row->name, "pgpt") && o->with_table)
		return "lk.img";
	return row->file;
}

static struct row row_of(size_t i, const struct pack_options *o)
{
	struct row row = rows[i];

	if (o->slots && !strcmp(row.name, "boot"))
		row.name = "boot_a";
	if (o->swapped && !strcmp(row.name, "nvram"))
		row.start = 0x18000;
	if (o->swapped && !strcmp(row.name, "lk"))
		row.start = 0x8000;
	if (o->nvram_grown && !strcmp(row.name, "nvram"))
		row.size = 0x8000;
	return row;
}

/* Only with slots. */
static bool is_slot_row(size_t i)
{
	return !strcmp(rows[i].name, "boot_b") || !strcmp(rows[i].name, "misc");
}

static void put_row(struct pack *p, const struct pack_options *o, size_t i)
{
	const struct row changed = row_of(i, o), *row = &changed;
	const char *file = file_of(row, o);
	/* 0x80000 from the end in either block size. */
	uint64_t start = row->reserved && o->ufs && row->start & 0xFFFF ? 0xFFFF0001 : row->start;

	say(p, "- partition_index: SYS%zu\n  partition_name: %s\n  file_name: %s\n", i, row->name,
	    file ? file : "NONE");
	say(p, "  is_download: %s\n  type: NORMAL_ROM\n", file ? "true" : "false");
	say(p, "  linear_start_addr: 0x%llx\n  physical_start_addr: 0x%llx\n",
	    (unsigned long long)start, (unsigned long long)start);
	say(p, "  partition_size: 0x%llx\n  region: %s\n  storage: HW_STORAGE_%s\n",
	    (unsigned long long)row->size,
	    o->ufs ? (row->boot ? "UFS_LU0_LU1" : "UFS_LU2")
		   : (row->boot ? "EMMC_BOOT1_BOOT2" : "EMMC_USER"),
	    o->ufs ? "UFS" : "EMMC");
	say(p, "  boundary_check: %s\n  is_reserved: %s\n  operation_type: %s\n",
	    row->reserved ? "false" : "true", row->reserved ? "true" : "false", row->operation);
	say(p, "  is_upgradable: false\n  empty_boot_needed: false\n  reserve: 0x00\n\n");
}

static void put_scatter(struct pack *p, const struct pack_options *o)
{
	say(p,
	    "- general: MTK_PLATFORM_CFG\n  info:\n    - config_version: V1.1.2\n"
	    "      platform: %s\n      project: test\n      storage: %s\n"
	    "      boot_channel: %s\n      block_size: %s\n",
	    o->platform ? o->platform : "MT6765", o->ufs ? "UFS" : "EMMC",
	    o->ufs ? "UFSHCI_0" : "MSDC_0", o->ufs ? "0x80000" : "0x20000");
	for (size_t i = 0; i < ROWS; i++)
		if ((i || !o->without_preloader) && (o->slots || !is_slot_row(i)))
			put_row(p, o, i);
}

/* packages.md 3.3 and 3.4: GFH, body, DRAM settings and their length before the signature. */
static void put_raw_preloader(uint8_t *b, size_t n, unsigned version, bool others)
{
	const uint32_t sig_len = 0x66C, records = 2, stride = 160;
	const uint32_t emi = 0x70 + records * stride;
	uint8_t *blob = b + n - sig_len - 4 - emi;

	memset(b, 0, 0x38);
	memcpy(b, "MMM\x01", 4);
	put_le16(b + 4, 0x38);
	memcpy(b + 8, "FILE_INFO", 9);
	put_le32(b + 0x14, 1);
	put_le16(b + 0x18, 1);
	b[0x1A] = 5;
	b[0x1B] = 5;
	put_le32(b + 0x1C, 0x200F10);
	put_le32(b + 0x20, (uint32_t)n);
	put_le32(b + 0x24, 0x40000);
	put_le32(b + 0x28, 0xF0);
	put_le32(b + 0x2C, sig_len);
	put_le32(b + 0x30, 0xF0);
	put_le32(b + 0x34, 1);
	memset(blob, 0, emi);
	snprintf((char *)blob, 0x1B, "MTK_BLOADER_INFO_v%02u", version % 100);
	snprintf((char *)blob + 0x1B, 0x30, "preloader_test.bin");
	memcpy(blob + 0x58, "V116", 4);
	put_le32(blob + 0x5C, 0x33448822);
	put_le32(blob + 0x60, 0x00700090);
	memcpy(blob + 0x64, "MTK_BIN", 7);
	put_le32(blob + 0x6C, records);
	put_le32(blob + emi, emi);
	if (!others)
		return;
	for (uint32_t i = 0; i < records; i++) {
		uint8_t *record = blob + 0x70 + (size_t)i * stride;

		put_le32(record + 0x04, 0x203);
		put_le32(record + 0x08, 9);
		memcpy(record + 0x10, "\x90\x01\x4AH8G4a", 9);
	}
}

/* packages.md 3.2, for the file shape that is read back from a boot region. */
static void put_boot_header(uint8_t *b, const char *name, uint32_t unit, uint32_t start)
{
	memset(b, 0xFF, start);
	memset(b, 0, 0x14);
	memcpy(b, name, strlen(name));
	put_le32(b + 0x0C, 1);
	put_le32(b + 0x10, unit);
	memset(b + 0x200, 0, 0x40);
	memcpy(b + 0x200, "BRLYT", 5);
	put_le32(b + 0x208, 1);
	put_le32(b + 0x20C, start);
	put_le32(b + 0x214, 0x42424242);
}

static void put_preloader(struct pack *p, const struct pack_options *o)
{
	const size_t raw = 0x6000;
	size_t head = o->boot_shaped ? (o->ufs ? 0x1000 : 0x800) : 0;
	uint8_t *b = add_file(p, "preloader_test.bin", head + raw);

	if (head)
		put_boot_header(b, o->ufs ? "UFS_BOOT" : "EMMC_BOOT", o->ufs ? 0x1000 : 0x200,
				(uint32_t)head);
	put_raw_preloader(b + head, raw, o->emi_version ? o->emi_version : 35, o->emi_of_others);
}

static uint8_t *put_chunk(uint8_t *p, uint16_t kind, uint32_t blocks, uint32_t payload)
{
	put_le16(p, kind);
	put_le16(p + 2, 0);
	put_le32(p + 4, blocks);
	put_le32(p + 8, 12 + payload);
	return p + 12;
}

/* raw 3, skip 2, fill 1, skip 1, raw 9 blocks of 4096 (packages.md 4.1) */
static void put_sparse(struct pack *p, const char *name)
{
	uint8_t *b = add_file(p, name, 28 + 5 * 12 + 12 * 4096 + 4), *at = b;

	put_le32(at, 0xED26FF3A);
	put_le16(at + 4, 1);
	put_le16(at + 6, 0);
	put_le16(at + 8, 28);
	put_le16(at + 10, 12);
	put_le32(at + 12, 4096);
	put_le32(at + 16, 16);
	put_le32(at + 20, 5);
	put_le32(at + 24, 0);
	at = put_chunk(at + 28, 0xCAC1, 3, 3 * 4096) + 3 * 4096;
	at = put_chunk(at, 0xCAC3, 2, 0);
	at = put_chunk(at, 0xCAC2, 1, 4);
	put_le32(at, 0x11223344);
	at = put_chunk(at + 4, 0xCAC3, 1, 0);
	put_chunk(at, 0xCAC1, 9, 9 * 4096);
}

static void put_region(uint8_t *p, uint32_t offset, uint32_t body, uint32_t address)
{
	put_le32(p, offset);
	put_le32(p + 4, body + SIGNATURE);
	put_le32(p + 8, address);
	put_le32(p + 12, body);
	put_le32(p + 16, SIGNATURE);
}

/* DA1 carries the digest of the DA2 it belongs to (da-file.md 5). */
static void put_digest(uint8_t *da1, const uint8_t *da2, size_t n)
{
	if (!EVP_Digest(da2, n, da1 + 0xE40, NULL, EVP_sha256(), NULL))
		die("SHA-256 failed");
}

static void put_worked_agent(uint8_t *da1)
{
	for (size_t i = 0; i < WORKED_DA1; i++)
		da1[i] = (uint8_t)(7 * i + 3);
	memset(da1 + WORKED_DA1, 0xA5, SIGNATURE);
}

static void put_agent(struct pack *p, const struct pack_options *o)
{
	uint32_t body1 = o->worked_agent ? WORKED_DA1 : DA1_BODY;
	uint32_t body2 = o->worked_agent ? WORKED_DA2 : DA2_BODY;
	uint32_t da1 = FIRST + 0x270, da2 = da1 + body1 + SIGNATURE;
	uint8_t *b = add_file(p, "DA_TEST.bin", da2 + body2 + SIGNATURE), *e = b + 0x6C;

	memset(b, 0, FIRST);
	memcpy(b, "MTK_DOWNLOAD_AGENT", 18);
	snprintf((char *)b + 0x20, 64, "MTK_AllInOne_DA_v3.3001.%u-07-03.22:08_TEST",
		 o->agent_year ? o->agent_year : 2019);
	put_le32(b + 0x60, 4);
	put_le32(b + 0x64, 0x22668899);
	put_le32(b + 0x68, 1);
	put_le16(e, 0xDADA);
	put_le16(e + 2, 0x6765);
	put_le16(e + 4, 0x8A00);
	put_le16(e + 6, 0xCA00);
	put_le32(e + 0x0C, 0x1000);
	put_le16(e + 0x12, 3);
	put_le32(e + 0x14, FIRST);
	put_le32(e + 0x18, 0x270);
	put_le32(e + 0x1C, 0x50000000);
	put_region(e + 0x28, da1, body1, 0x00200000);
	put_region(e + 0x3C, da2, body2, 0x40000000);
	if (o->worked_agent)
		put_worked_agent(b + da1);
	else
		put_digest(b + da1, b + da2, body2);
	p->da1 = (struct slice){b + da1, body1 + SIGNATURE};
	p->da2 = (struct slice){b + da2, body2};
}

static bool find(void *context, const char *name, struct slice *bytes)
{
	const struct pack *p = context;

	if (!strcmp(name, "MT6765_Android_scatter.txt")) {
		*bytes = (struct slice){(const uint8_t *)p->scatter, strlen(p->scatter)};
		return true;
	}
	for (size_t i = 0; i < p->file_count; i++)
		if (!strcmp(p->files[i].name, name)) {
			*bytes = (struct slice){p->files[i].bytes, p->files[i].n};
			return true;
		}
	return false;
}

void pack_make(struct pack *p, const struct pack_options *o)
{
	struct package_source source = {.context = p, .find = find};
	struct problem problem;

	memset(p, 0, sizeof *p);
	p->options = *o;
	put_scatter(p, o);
	if (!o->without_preloader)
		put_preloader(p, o);
	add_file(p, "lk.img", 0x8000);
	add_file(p, "boot.img", o->boot_bytes ? o->boot_bytes : 150001);
	put_sparse(p, "system.img");
	add_file(p, "userdata.img", 0x30200);
	if (!o->without_agent)
		put_agent(p, o);
	if (package_open(&p->package, "test", "MT6765_Android_scatter.txt",
			 o->without_agent ? NULL : "DA_TEST.bin", &source, &problem))
		die(problem.why);
	if (!o->unhashed && package_hash(&p->package, NULL, NULL, &problem))
		die(problem.why);
	package_check(&p->package, &p->rules);
}

void pack_free(struct pack *p)
{
	package_close(&p->package);
	for (size_t i = 0; i < p->file_count; i++)
		free(p->files[i].bytes);
}

struct slice pack_file(const struct pack *p, const char *name)
{
	struct slice bytes = {NULL, 0};

	if (!find((void *)(uintptr_t)p, name, &bytes))
		die("no such file in the package");
	return bytes;
}
