#include "engine/format/proinfo.h"

#include <string.h>
#include <strings.h>

#define BARCODE_BYTES 64
#define RECORD_BYTES  10
#define BCD_BYTES     8
#define DIGITS	      15

static bool letter_or_digit(uint8_t c)
{
	return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z');
}

/* Up to 19 letters and digits, ended by NUL or blank. Anything else there: not a serial number. */
static void read_serial(struct proinfo *to, const uint8_t *barcode)
{
	size_t n = 0;

	while (n < PROINFO_SERIAL_SIZE - 1 && letter_or_digit(barcode[n]))
		n++;
	if (n < PROINFO_SERIAL_SIZE - 1 && barcode[n] != '\0' && barcode[n] != ' ')
		return;
	memcpy(to->serial, barcode, n);
}

/* What boards say before anybody has numbered them: the same on all of them, so no number at all.
 */
static void forget_default_serial(struct proinfo *to)
{
	if (!strcasecmp(to->serial, "0123456789ABCDEF"))
		to->serial[0] = '\0';
}

static bool all_are(const uint8_t *p, size_t n, uint8_t byte)
{
	for (size_t i = 0; i < n; i++)
		if (p[i] != byte)
			return false;
	return true;
}

static bool digits_of(char imei[PROINFO_IMEI_SIZE], const uint8_t *bcd)
{
	if (bcd[BCD_BYTES - 1] >> 4 != 0xF)
		return false;
	for (int i = 0; i < DIGITS; i++) {
		uint8_t digit = i % 2 ? bcd[i / 2] >> 4 : bcd[i / 2] & 0xF;

		if (digit > 9)
			return false;
		imei[i] = (char)('0' + digit);
	}
	imei[DIGITS] = '\0';
	return true;
}

/* Every second digit from the right, the check digit not counted, is doubled (packages.md 6). */
static bool luhn_holds(const char *imei)
{
	int sum = 0;

	for (int i = 0; i < DIGITS; i++) {
		int d = imei[i] - '0';

		if (i % 2)
			d = d > 4 ? 2 * d - 9 : 2 * d;
		sum += d;
	}
	return sum % 10 == 0;
}

static enum imei_status read_slot(char imei[PROINFO_IMEI_SIZE], const uint8_t *bcd)
{
	char digits[PROINFO_IMEI_SIZE];

	if (all_are(bcd, BCD_BYTES, 0x00) || all_are(bcd, BCD_BYTES, 0xFF))
		return IMEI_EMPTY;
	if (!digits_of(digits, bcd))
		return IMEI_UNREADABLE;
	if (all_are((const uint8_t *)digits, DIGITS, (uint8_t)digits[0]))
		return IMEI_PLACEHOLDER;
	if (!luhn_holds(digits))
		return IMEI_INVALID;
	memcpy(imei, digits, sizeof digits);
	return IMEI_VALID;
}

void proinfo_read(struct proinfo *to, struct slice record)
{
	memset(to, 0, sizeof *to);
	to->status = IMEI_UNREADABLE;
	if (record.n < PROINFO_BYTES)
		return;
	to->status = IMEI_EMPTY;
	read_serial(to, record.p);
	forget_default_serial(to);
	for (size_t i = 0; i < PROINFO_IMEIS; i++) {
		enum imei_status status =
			read_slot(to->imei[i], record.p + BARCODE_BYTES + RECORD_BYTES * i);

		if (status > to->status)
			to->status = status;
	}
}

bool proinfo_has_numbers(const struct proinfo *info)
{
	for (size_t i = 0; i < PROINFO_IMEIS; i++)
		if (info->imei[i][0])
			return true;
	return info->serial[0] != '\0';
}

const char *imei_status_name(enum imei_status status)
{
	switch (status) {
	case IMEI_NOT_READ:
		break;
	case IMEI_EMPTY:
		return "empty";
	case IMEI_VALID:
		return "valid";
	case IMEI_PLACEHOLDER:
		return "placeholder";
	case IMEI_INVALID:
		return "invalid";
	case IMEI_UNREADABLE:
		return "unreadable";
	}
	return "not read";
}
