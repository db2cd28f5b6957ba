/*
 * proinfo: the product record of a unit as far as it is public, for status only: the barcode and
 * the IMEIs in plain digits. Nothing here makes or changes a number.
 *
 * Source: protocol/packages.md section 6. Offset 0: barcode, 64 bytes; then four records of ten
 * bytes: IMEI in BCD (8, low nibble first, 15 digits, last nibble F), software version, pad. Brands
 * put structures of their own in its place; what does not read as digits is told, never guessed.
 */
#ifndef ENGINE_FORMAT_PROINFO_H
#define ENGINE_FORMAT_PROINFO_H

#include <stdbool.h>

#include "engine/base/slice.h"

#define PROINFO_BYTES	    104 /* barcode and records */
#define PROINFO_SERIAL_SIZE 20	/* boot loaders take up to 19 characters */
#define PROINFO_IMEIS	    4
#define PROINFO_IMEI_SIZE   16

/* Worse is higher: a unit's status is that of its worst slot. */
enum imei_status {
	IMEI_NOT_READ,
	IMEI_EMPTY,	  /* all slots 00 or FF */
	IMEI_VALID,	  /* every slot that is written has digits that pass Luhn */
	IMEI_PLACEHOLDER, /* the same digit fifteen times: no number of anybody */
	IMEI_INVALID,	  /* digits whose check digit is wrong */
	IMEI_UNREADABLE,  /* not digits, or too short a record */
};

struct proinfo {
	char serial[PROINFO_SERIAL_SIZE]; /* "": none, the default of blank boards, or a brand's own
					     format */
	/* By slot; "" unless the number is a valid one. */
	char imei[PROINFO_IMEIS][PROINFO_IMEI_SIZE];
	enum imei_status status;
};

/* Never fails: what can't be read is in `status`. */
void proinfo_read(struct proinfo *to, struct slice record);

/* Is there a serial, or an IMEI that is a valid one? */
bool proinfo_has_numbers(const struct proinfo *info);

/* "not read", "empty", "valid", "placeholder", "invalid", "unreadable". */
const char *imei_status_name(enum imei_status status);

#endif
