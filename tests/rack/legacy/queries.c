/* Small questions about the unit, and what it refuses (da-legacy.md 5, 5.9). */
#include "tests/rack/legacy/legacy_agent.h"

#include "engine/base/bytes.h"

enum { DSP_VERSION = 0, CUSTOMER_BYTES = 128, SEC_BYTES_MAX = 512, NO_RECORD = 4 };
enum { UNFUSED = 0x1797, SECURE_OFF = 0x1799, SECURE_ON = 0x179A, CARD_EMMC = 2 };

void la_battery(struct device *d)
{
	if (!d->config->battery_mv) {
		la_send32(d, LEGACY_NACK); /* no gauge */
	} else {
		la_send32(d, LEGACY_ACK);
		la_send32(d, d->config->battery_mv);
	}
	la_idle(d);
}

static void got_sec_bytes(struct device *d)
{
	la_ack(d);
	la_idle(d);
}

void la_sec_info(struct device *d)
{
	uint32_t n = get_be32(d->legacy->in);

	if (n > SEC_BYTES_MAX)
		la_halt(d, "CHK_SEC_INFO of an impossible length");
	else
		la_ask(d, n, got_sec_bytes);
}

void la_usb_recheck(struct device *d)
{
	unsigned security = d->config->security;

	la_send32(d, !security ? UNFUSED : security & SECURE_DAA ? SECURE_ON : SECURE_OFF);
	la_idle(d);
}

void la_dsp_version(struct device *d)
{
	la_ack(d);
	la_send16(d, DSP_VERSION);
	la_idle(d);
}

void la_card_type(struct device *d)
{
	if (la_verdict(d, la_has_emmc(d) ? 0 : LS_NO_SD))
		la_send32(d, CARD_EMMC);
	la_idle(d);
}

void la_reset_disable(struct device *d)
{
	la_ack(d);
	la_idle(d);
}

/* PROJECT_ID and FAT_INFO: units of a line have neither. */
void la_absent_info(struct device *d)
{
	la_send_status(d, LS_ABSENT);
	la_idle(d);
}

void la_unit_info(struct device *d)
{
	la_refuse(d, LS_ABSENT);
	la_idle(d);
}

void la_read_dl_info(struct device *d)
{
	uint8_t storage = d->legacy->in[0];

	if (storage == LEGACY_NAND && !la_has_nand(d)) {
		la_halt(d, "download information of a NAND that is not there");
		return;
	}
	la_refuse(d,
		  storage == LEGACY_NAND || storage == LEGACY_EMMC ? NO_RECORD : LS_STORAGE_TYPE);
	la_idle(d);
}

void la_write_cust_info(struct device *d)
{
	la_ack(d);
	la_ask(d, CUSTOMER_BYTES, la_idle); /* nothing of it is kept */
}

void la_lone_nack(struct device *d)
{
	reply8(d, LEGACY_NACK);
	la_idle(d);
}

void la_nor_write(struct device *d)
{
	la_refuse(d, LS_NO_NOR);
	la_idle(d);
}

/* The one-time area is there, and locked: nothing can be read or burnt. */
void la_otp_check(struct device *d)
{
	la_send_status(d, 0);
	la_idle(d);
}

void la_otp_size(struct device *d)
{
	la_send_status(d, 0);
	la_send32(d, 0);
	la_idle(d);
}

void la_otp_locked(struct device *d)
{
	la_send_status(d, LS_LOCKED);
	la_idle(d);
}
