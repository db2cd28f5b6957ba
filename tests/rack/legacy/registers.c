/*
 * Registers and the power chip (da-legacy.md 5.9). The model has no bus: I/O registers read as
 * zero, the power chip's too; anything outside 0x1xxxxxxx is refused.
 */
#include "tests/rack/legacy/legacy_agent.h"

#include "engine/base/bytes.h"

static bool allowed(uint32_t address)
{
	return address >> 28 == 1;
}

static void answer(struct device *d, bool good)
{
	reply8(d, good ? LEGACY_ACK : LEGACY_NACK);
	la_idle(d);
}

void la_read32(struct device *d)
{
	la_send32(d, 0);
	answer(d, allowed(get_be32(d->legacy->in)));
}

void la_write32(struct device *d)
{
	answer(d, allowed(get_be32(d->legacy->in)));
}

void la_read16(struct device *d)
{
	la_send16(d, 0);
	answer(d, allowed(get_be32(d->legacy->in)));
}

void la_write16(struct device *d)
{
	answer(d, allowed(get_be32(d->legacy->in)));
}

void la_pmic_read(struct device *d)
{
	la_send16(d, 0);
	answer(d, true);
}

void la_pmic_write(struct device *d)
{
	answer(d, true);
}
