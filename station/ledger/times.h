/*
 * times: wall-clock time as the ledger keeps and shows it: UTC, milliseconds since 1970, and ISO
 * 8601 with milliseconds ("2026-11-20T10:00:00.123Z").
 */
#ifndef STATION_LEDGER_TIMES_H
#define STATION_LEDGER_TIMES_H

#include <stdint.h>

#define TIMES_ISO_SIZE 32 /* with the NUL; years up to 9999 need 25 */

int64_t times_now_ms(void);
/* Writes to `out` and returns it. Years outside 0000..9999 give an empty string. */
const char *times_iso(char out[TIMES_ISO_SIZE], int64_t ms);

#endif
