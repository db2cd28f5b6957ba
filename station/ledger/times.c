#include "station/ledger/times.h"

#include <stdio.h>
#include <time.h>

int64_t times_now_ms(void)
{
	struct timespec now;

	clock_gettime(CLOCK_REALTIME, &now);
	return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

const char *times_iso(char out[TIMES_ISO_SIZE], int64_t ms)
{
	int64_t rest = ms % 1000;
	time_t seconds;
	struct tm tm;

	if (rest < 0)
		rest += 1000;
	seconds = (time_t)((ms - rest) / 1000);
	out[0] = '\0';
	if (!gmtime_r(&seconds, &tm) || tm.tm_year < -1900 || tm.tm_year > 9999 - 1900)
		return out;
	snprintf(out, TIMES_ISO_SIZE, "%04u-%02u-%02uT%02u:%02u:%02u.%03uZ",
		 (unsigned)(tm.tm_year + 1900) % 10000, (unsigned)(tm.tm_mon + 1) % 100,
		 (unsigned)tm.tm_mday % 100, (unsigned)tm.tm_hour % 100, (unsigned)tm.tm_min % 100,
		 (unsigned)tm.tm_sec % 100, (unsigned)rest % 1000);
	return out;
}
