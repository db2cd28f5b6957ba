/*
 * log: what the station says on stderr, one line each: time, level, text. systemd keeps it; what
 * must never be lost goes into the ledger's events.
 */
#ifndef STATION_LOG_H
#define STATION_LOG_H

enum log_level { LOG_INFO, LOG_WARNING, LOG_ERROR };

__attribute__((format(printf, 2, 3))) void log_line(enum log_level level, const char *format, ...);

#endif
