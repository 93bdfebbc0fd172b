/*
 * Time as values. Nothing below server/ reads a clock: the time is handed in.
 */
#ifndef PROTO_BASE_TIME_H
#define PROTO_BASE_TIME_H

#include <stdint.h>

typedef int64_t time_ms; /* milliseconds since the Unix epoch */
typedef int64_t time_us; /* microseconds since the Unix epoch */

#define TIME_NEVER ((time_ms)INT64_MAX)

#endif
