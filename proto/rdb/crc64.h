/*
 * The checksum of RDB files and DUMP payloads: CRC64/Jones, polynomial 0xad93d23594c935a9,
 * reflected in and out, starting at 0, nothing added at the end. "123456789" gives
 * 0xe9c6d914c4b8d9ca.
 *
 * Pure; any thread.
 */
#ifndef PROTO_RDB_CRC64_H
#define PROTO_RDB_CRC64_H

#include "proto/base/span.h"

#include <stdint.h>

/* The checksum of what `crc` stands for (0: nothing) with these bytes behind it. */
uint64_t crc64_update(uint64_t crc, struct span bytes);

/* The ways to compute it, of which crc64_update takes the fastest one that the machine has; they
 * give the same. The machine must have it (asserted). */
enum crc64_way { CRC64_TABLES, CRC64_CARRYLESS, CRC64_WAYS };
bool crc64_way_exists(enum crc64_way way);
uint64_t crc64_update_by(enum crc64_way way, uint64_t crc, struct span bytes);

/* The same with so many zero bytes behind it, in a time that grows with the logarithm of their
 * number. So pieces may be summed apart: crc(a b) = crc64_shift(crc(a), length of b) ^ crc(b). */
uint64_t crc64_shift(uint64_t crc, uint64_t bytes);

#endif
