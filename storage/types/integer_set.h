/*
 * A small set of integers as a sorted row of 2, 4 or 8 bytes each.
 *
 *   a body:   | width 1 | integer | integer | ... |      ascending, little-endian, two's complement
 *   on wire:  | width 4 | count 4 | integer | ... |      (little-endian; Redis's intset)
 *
 * All integers of a set have the width that the widest one ever added needed: a set gets wider,
 * never narrower. In memory only bodies are kept; an empty set has no body.
 *
 * All but integer_set_validate take bodies that are sound (written here, or validated): bytes of
 * others are validated first. Pure functions over memory of the caller's.
 */
#ifndef STORAGE_TYPES_INTEGER_SET_H
#define STORAGE_TYPES_INTEGER_SET_H

#include "proto/base/span.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum {
    INTEGER_SET_PREFIX = 1, /* the width, before the integers of a body */
    INTEGER_SET_HEADER = 8, /* before the integers on the wire */
};

/* A view of a set: where its integers lie. */
struct integer_set {
    const char *integers;
    uint32_t count;
    uint32_t width;
};

/* The set in a body; the empty one when its length is 0. */
struct integer_set integer_set_of(struct span body);

/* index < count. */
int64_t integer_set_at(const struct integer_set *set, uint32_t index);

/* True when the value is there, at `position`; else `position` is where it belongs. */
bool integer_set_find(const struct integer_set *set, int64_t value, uint32_t *position);

/* The width that a value needs: 2, 4 or 8. */
uint32_t integer_set_width(int64_t value);

static inline size_t integer_set_body_size(uint32_t width, uint32_t count)
{
    return INTEGER_SET_PREFIX + (size_t)width * count;
}

/* The size of the body once this value, which is not in the set, is in it. */
size_t integer_set_size_with(const struct integer_set *set, int64_t value);

/* Puts a value that is not in the set (asserted) into the body in place: behind `length` bytes
 * there is room up to integer_set_size_with. With length 0 it makes the body of a set of one. */
void integer_set_insert(char *body, size_t length, int64_t value);

/* Takes the integer at a position out; returns the length of what is left, 0 for an empty set. */
size_t integer_set_remove(char *body, size_t length, uint32_t position);

/* ---- On the wire ---- */

/* The eight bytes before the integers. */
void integer_set_write_header(char header[INTEGER_SET_HEADER], const struct integer_set *set);

/* Are these bytes, of whatever origin, a set as on the wire? `deep` looks at the order too, without
 * which the set may only be used when its origin is trusted. An empty set is refused, as Redis
 * does. Reads nothing outside of `bytes`; `set` is a view of them. */
bool integer_set_validate(struct span bytes, bool deep, struct integer_set *set);

/* Writes the body of the same set, integer_set_body_size bytes. */
void integer_set_write_body(char *body, const struct integer_set *set);

#endif
