/*
 * Which arguments must not be shown: passwords, in MONITOR and in the slow log.
 *
 * Pure; any thread.
 */
#ifndef SERVER_OBSERVE_REDACTION_H
#define SERVER_OBSERVE_REDACTION_H

#include "proto/base/span.h"

#include <stdint.h>

/* Argument `index` as it may be shown: itself or "(redacted)". */
struct span redaction_argument(const struct span *argv, uint32_t argc, uint32_t index);

#endif
