/*
 * What single directives refuse beyond their type and bounds. `offset` is that of the field in
 * struct config. Each returns the error's text, or NULL when there is none.
 */
#ifndef SERVER_CONFIG_CONFIG_CHECK_H
#define SERVER_CONFIG_CONFIG_CHECK_H

#include "proto/base/span.h"

#include <stdint.h>

const char *config_check_text(size_t offset, struct span text);

/* Numbers, booleans (0, 1), words and bits. */
const char *config_check_number(size_t offset, uint64_t value);

/* Brings values that are accepted but too small or large to be of use to the nearest that is. */
uint64_t config_check_adjust(size_t offset, uint64_t value);

#endif
