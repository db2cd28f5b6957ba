/*
 * READ, WRITE and the power chip (brom.md sections 7 to 9).
 *
 * The model has no bus: the watchdog's registers and the version registers exist, the rest of the
 * I/O region reads as zero. Boot ROM: anything but the chip's own watchdog and version registers is
 * a forbidden address (1D02), so a wrong watchdog base is noticed. Newer preloaders refuse likewise
 * with 1000/1001; older ones allow all of 0x1xxxxxxx and assert on the rest.
 */
#include "tests/rack/boot.h"

#include "engine/base/bytes.h"
#include "tests/rack/chipfacts.h"

enum { PAGE = 0x1000, VERSION_REGISTERS = 0x08000000, COUNT_BYTES_MAX = 0x100000 };

static bool in_page(uint32_t address, uint32_t bytes, uint32_t page)
{
	return address >= page && bytes <= PAGE && address - page <= PAGE - bytes;
}

static bool is_watchdog(const struct device *d, uint32_t address, uint32_t bytes)
{
	return in_page(address, bytes, d->config->chip->watchdog_addr & ~(uint32_t)(PAGE - 1));
}

static uint32_t version_page(const struct device *d)
{
	uint32_t own = chip_boot(d->config->chip)->version_regs;

	return own ? own : (uint32_t)VERSION_REGISTERS;
}

static bool is_extra(const struct device *d, uint32_t address)
{
	const struct chip *chip = d->config->chip;

	if (chip_boot(chip)->writable && chip_boot(chip)->writable == address)
		return true;
	for (int i = 0; i < 4 && chip->extra_register_writes[i][0]; i++) {
		if (chip->extra_register_writes[i][0] == address)
			return true;
	}
	return false;
}

/* 0 allowed, 1 forbidden with a status, -1 the old preloader asserts. */
static int region(const struct device *d, uint32_t address, uint32_t bytes)
{
	if (is_watchdog(d, address, bytes) || is_extra(d, address) ||
	    in_page(address, bytes, version_page(d)))
		return 0;
	if (d->boot->brom || d->config->preloader == PRELOADER_NEW)
		return 1;
	return address >> 28 == 1 ? 0 : -1;
}

/* Status of the arguments; 0 good, -1 when the device resets instead of answering. */
static int check(struct device *d, unsigned width, bool writing)
{
	struct boot *b = d->boot;
	uint32_t address = b->parameters[0], count = b->parameters[1];

	b->address = address;
	b->units = count;
	if (address % width)
		return 0xFFFF;
	if (!count)
		return 0xFFFE;
	if (count > COUNT_BYTES_MAX / width || address + count * width < address)
		return 0xFFFD;
	switch (region(d, address, count * width)) {
	case 0:
		return 0;
	case 1:
		return b->brom ? 0x1D02 : writing ? 0x1001 : 0x1000;
	default:
		boot_assert(d, "register access outside the I/O region");
		return -1;
	}
}

/* Newer chips: code, sub code, versions. Old ones: versions, then the code. */
static uint32_t version_register(const struct device *d, uint32_t offset)
{
	const struct chip_boot *facts = chip_boot(d->config->chip);
	const uint32_t newer[] = {d->config->chip->hw_code, facts->hw_sub, facts->hw_version,
				  facts->sw_version};
	const uint32_t old[] = {facts->hw_version, facts->sw_version, d->config->chip->hw_code, 0};

	if (offset % 4 || offset >= sizeof newer)
		return 0;
	return (facts->version_regs ? old : newer)[offset / 4];
}

static uint32_t register_value(const struct device *d, uint32_t address)
{
	if (in_page(address, 2, version_page(d)))
		return version_register(d, address - version_page(d));
	if (is_watchdog(d, address, 4)) {
		uint32_t at = (address - d->config->chip->watchdog_addr) / 4;

		if (at < sizeof d->boot->watchdog / 4) /* the key byte reads as zero */
			return d->boot->watchdog[at] & 0x00FFFFFF;
	}
	return 0;
}

static void read_units(struct device *d, unsigned width, bool statuses)
{
	struct boot *b = d->boot;
	int bad = check(d, width, false);

	if (bad < 0)
		return;
	if (bad) {
		if (statuses)
			reply_status(d, (uint16_t)bad);
		boot_idle(d);
		return;
	}
	if (statuses)
		reply_status(d, 0);
	for (uint32_t i = 0; i < b->units; i++) {
		uint32_t v = register_value(d, b->address + i * width);

		if (width == 2)
			reply16(d, (uint16_t)v);
		else
			reply32(d, v);
	}
	if (statuses)
		reply_status(d, 0);
	boot_idle(d);
}

void run_read16(struct device *d)
{
	read_units(d, 2, true);
}

void run_read32(struct device *d)
{
	read_units(d, 4, true);
}

void run_read16_plain(struct device *d)
{
	read_units(d, 2, false);
}

/* ---- writing ---- */

static void next_unit(struct device *d);

static void got_unit(void *ctx)
{
	struct device *d = ctx;
	struct boot *b = d->boot;
	unsigned width = b->command->opcode == 0xD4 ? 4 : 2;
	uint32_t v = width == 4 ? get_be32(b->field) : get_be16(b->field);

	if (b->command->opcode != 0xD3)
		reply_bytes(d, b->field, width);
	if (is_watchdog(d, b->address, width)) {
		uint32_t at = (b->address - d->config->chip->watchdog_addr) / 4;

		if (at < sizeof b->watchdog / 4)
			b->watchdog[at] = v;
	}
	device_log(d, "h>", "  unit %X at %08X", v, b->address);
	b->address += width;
	b->units--;
	next_unit(d);
}

static void next_unit(struct device *d)
{
	struct boot *b = d->boot;

	if (b->units) {
		rx_read(&d->usb.rx, b->field, b->command->opcode == 0xD4 ? 4 : 2, got_unit);
		return;
	}
	reply_status(d, 0);
	boot_idle(d);
}

static void write_units(struct device *d, unsigned width)
{
	const struct boot *b = d->boot;
	int bad = check(d, width, true);

	if (bad < 0)
		return;
	reply_status(d, bad || !b->brom || width != 4 ? (uint16_t)bad
						      : chip_boot(d->config->chip)->write_status);
	if (bad)
		boot_idle(d);
	else
		next_unit(d);
}

void run_write16(struct device *d)
{
	write_units(d, 2);
}

void run_write16_silent(struct device *d)
{
	write_units(d, 2);
}

/* A1 in a preloader is D2; the boot ROM's own form is that of feature phones and not modelled
 * apart. */
void run_write16_legacy(struct device *d)
{
	write_units(d, 2);
}

void run_write32(struct device *d)
{
	write_units(d, 4);
}

void run_power_read(struct device *d)
{
	reply_status(d, 0);
	reply_status(d, 0);
	reply16(d, 0);
	boot_idle(d);
}

void run_power_write(struct device *d)
{
	reply_status(d, 0);
	reply_status(d, 0);
	boot_idle(d);
}

/* DA: mode 0/2 read, 1/3 write; only reads of the version registers are modelled. */
void run_register_access(struct device *d)
{
	struct boot *b = d->boot;
	uint32_t mode = b->parameters[0], length = b->parameters[2];

	b->address = b->parameters[1];
	if (mode > 3 || mode & 1 || length % 4 || !length || length > PAGE ||
	    region(d, b->address, length)) {
		reply_status(d, 0x1D02);
		boot_idle(d);
		return;
	}
	reply_status(d, 0);
	for (uint32_t at = 0; at < length; at += 4) {
		uint8_t word[4];

		put_le32(word, register_value(d, b->address + at));
		reply_bytes(d, word, 4);
	}
	reply_status(d, 0);
	boot_idle(d);
}
