/*
 * journal: the rack's readable log, one line an event:
 *   "  12.345 3 h> send-da addr 0x00200000 len 0x41000 sig 0x100"
 * seconds since start, device, direction (h> host to device, d> device to host, -- neither), event.
 */
#ifndef RACK_JOURNAL_H
#define RACK_JOURNAL_H

#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

struct journal {
	FILE *file; /* NULL: nothing is written */
	uint64_t start_us;
};

__attribute__((format(printf, 5, 6))) void journal_line(struct journal *j, uint64_t now_us,
							int device, const char *way,
							const char *format, ...);
/* Hex text of at most 32 bytes of `bytes`, "..." behind when there are more. Static buffer. */
const char *journal_hex(const void *bytes, size_t n);

#endif
