/*
 * Registers in 6 bits each and in a byte each, and back: the fast part of HyperLogLogs.
 *
 * Pure functions, for hyperloglog.c and its tests.
 */
#ifndef STORAGE_TYPES_HYPERLOGLOG_DENSE_H
#define STORAGE_TYPES_HYPERLOGLOG_DENSE_H

#include <stdint.h>

/* `packed`: 12288 bytes; `registers`: 16384 of them, each below 64. */
void hyperloglog_dense_unpack(const char *packed, uint8_t *registers);
void hyperloglog_dense_pack(const uint8_t *registers, char *packed);

/* registers[i] = the larger of registers[i] and what is packed */
void hyperloglog_dense_raise_to(uint8_t *registers, const char *packed);

/* The same, for processors without wide vectors. */
void hyperloglog_dense_unpack_portable(const char *packed, uint8_t *registers);
void hyperloglog_dense_pack_portable(const uint8_t *registers, char *packed);
void hyperloglog_dense_raise_to_portable(uint8_t *registers, const char *packed);

/* How many registers have each value; `counts` has 64 places. */
void hyperloglog_dense_histogram(const uint8_t *registers, uint32_t *counts);

#endif
