/*
 * Strings as arrays of bits: counting, searching, combining, and fields of a few bits.
 *
 * Bit 0 is the most significant bit of the first byte, as in Redis. Positions count bits; a string
 * has 8 times as many as bytes, which must fit 63 bits (asserted).
 *
 * Pure functions on borrowed bytes, at any address; any thread may call them.
 */
#ifndef STORAGE_TYPES_BITMAP_H
#define STORAGE_TYPES_BITMAP_H

#include "proto/base/span.h"

#include <stdint.h>

/* The bit at a position; bits behind the end are zero. */
bool bitmap_bit(struct span bytes, uint64_t position);

/* How many bits are set from `first` on and before `end`, which lies inside (asserted). */
uint64_t bitmap_count(struct span bytes, uint64_t first, uint64_t end);

/* The first bit that is `bit`, from `first` on and before `end`, which lies inside (asserted).
 * False when there is none. */
bool bitmap_find(struct span bytes, uint64_t first, uint64_t end, bool bit, uint64_t *position);

/* How several strings become one. What a string lacks in length is zero. */
enum bitmap_operation {
    BITMAP_AND,
    BITMAP_OR,
    BITMAP_XOR,
    BITMAP_NOT,            /* of one string alone */
    BITMAP_DIFFERENCE,     /* in the first and in none of the others */
    BITMAP_DIFFERENCE_ONE, /* in one of the others and not in the first */
    BITMAP_AND_OR,         /* in the first and in one of the others */
    BITMAP_ONE,            /* in exactly one of all */
};

/* Writes `length` bytes, the length of the longest source; `into` overlaps none of them. */
void bitmap_combine(enum bitmap_operation operation, const struct span *sources, uint32_t count,
                    char *into, size_t length);

/* `width` (1 to 64) bits from `first` on as a number; bits behind the end are zero. */
uint64_t bitmap_field(struct span bytes, uint64_t first, uint32_t width);

/* Puts the low bits of `value` there. The field lies inside the `length` bytes (asserted). */
void bitmap_set_field(char *bytes, size_t length, uint64_t first, uint32_t width, uint64_t value);

/* The ways to count, from the one that every processor has to the widest. bitmap_count takes the
 * best; all of them give the same. */
enum bitmap_way { BITMAP_PORTABLE, BITMAP_POPCNT, BITMAP_AVX2, BITMAP_AVX512 };

bool bitmap_has_way(enum bitmap_way way);

/* The bits set in all of the bytes, in a way that the processor has. */
uint64_t bitmap_count_by(enum bitmap_way way, struct span bytes);

#endif
