/*
 * Reads zipmaps, in which Redis before 2.6 kept small hashes.
 *
 *   +-------+--------+-------+--------+------+-------+------+ ... +------+
 *   | count | length | field | length | free | value | free |     | 0xff |
 *   |       |        |       |        | u8   |       |bytes |     |      |
 *   +-------+--------+-------+--------+------+-------+------+ ... +------+
 *   length: 1 byte to 253, else 0xfe and u32, little-endian. A count of 254 or more says nothing.
 *
 * The bytes may come from anybody: a zipmap is walked to its end before the first pair is handed
 * out (zipmap_open), and lengths written longer than they need be are refused. Pure; borrows.
 */
#ifndef PROTO_RDB_ZIPMAP_H
#define PROTO_RDB_ZIPMAP_H

#include "proto/base/span.h"

#include <stdint.h>

struct zipmap {
    const unsigned char *at; /* the next pair */
    const unsigned char *end;
    uint64_t count; /* of all pairs */
};

/* False when these bytes are no zipmap. */
bool zipmap_open(struct zipmap *zipmap, struct span bytes);
/* The next pair, which lies in the zipmap; false behind the last. */
bool zipmap_next(struct zipmap *zipmap, struct span *field, struct span *value);

#endif
