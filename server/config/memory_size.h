/*
 * Sizes as people write them: digits and a unit in any case; b or none: bytes, k 1000, kb 1024, m,
 * mb, g, gb alike. No sign, blank, point or percent sign. Refused: no digits, another unit, more
 * than 64 bits.
 */
#ifndef SERVER_CONFIG_MEMORY_SIZE_H
#define SERVER_CONFIG_MEMORY_SIZE_H

#include "proto/base/span.h"

#include <stdint.h>

bool memory_size_parse(struct span text, uint64_t *bytes);

#endif
