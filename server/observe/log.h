/*
 * The log: one line per event, to standard output or a file, in the form that Redis's log has.
 *
 * Any thread may write: a line is one write(2). Levels below the configured one cost a comparison.
 */
#ifndef SERVER_OBSERVE_LOG_H
#define SERVER_OBSERVE_LOG_H

#include "server/config/config.h"

/* Opens the file; "" is standard output. False when it cannot be opened (errno says why). */
bool log_open(const char *path);
void log_set_level(enum loglevel level);

/* Control characters in what is formatted are replaced, so that a line stays one line. */
void log_write(enum loglevel level, const char *format, ...) __attribute__((format(printf, 2, 3)));

#define log_debug(...)   log_write(LOGLEVEL_DEBUG, __VA_ARGS__)
#define log_verbose(...) log_write(LOGLEVEL_VERBOSE, __VA_ARGS__)
#define log_notice(...)  log_write(LOGLEVEL_NOTICE, __VA_ARGS__)
#define log_warning(...) log_write(LOGLEVEL_WARNING, __VA_ARGS__)

#endif
