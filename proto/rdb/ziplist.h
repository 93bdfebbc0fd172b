/*
 * Reads ziplists, in which Redis before 7.0 kept small collections. Nothing writes them any more.
 *
 *   +-------------+-------------+----------+---------+ ... +---------+------+
 *   | bytes, u32  | tail, u32   | count,   | element |     | element | 0xff |
 *   |             | offset      | u16      |         |     |         |      |
 *   +-------------+-------------+----------+---------+ ... +---------+------+
 *   element: length of the element before (1 byte, or 0xfe and u32), encoding and length, bytes
 *
 * The header is little-endian. A count of 65535 says nothing.
 *
 * The bytes may come from anybody: a ziplist is walked to its end and every length compared before
 * the first element is handed out (ziplist_open). Pure; borrows the bytes.
 */
#ifndef PROTO_RDB_ZIPLIST_H
#define PROTO_RDB_ZIPLIST_H

#include "proto/base/span.h"

#include <stdint.h>

struct ziplist {
    const unsigned char *at; /* the next element */
    const unsigned char *end;
    uint64_t count; /* of all elements */
};

/* False when these bytes are no ziplist. */
bool ziplist_open(struct ziplist *ziplist, struct span bytes);

struct ziplist_element {
    struct span bytes; /* in the ziplist, or in `scratch` */
    char scratch[24];
};

/* The next element; false behind the last. An integer becomes text. */
bool ziplist_next(struct ziplist *ziplist, struct ziplist_element *element);

#endif
