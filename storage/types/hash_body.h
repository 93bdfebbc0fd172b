/*
 * The fields of a small hash in a row of bytes: name, value, name, value ... in the order in which
 * the fields came, each the content of a listpack's element (listpack.h):
 *
 *   | header | name | header | value | header | name | ...
 *
 * There are no back lengths: nobody walks a hash towards the front, and they would be a third of
 * what the fields of a small hash cost beside their bytes. A row never leaves the process; dumps
 * have listpacks.
 *
 * Every element is written here, and so in the one form that its bytes have: equal names are equal
 * bytes. A row is sound by construction and at most ENTRY_INLINE_MAX long.
 *
 * Pure functions over memory of the caller's. All walk the row: O(its length).
 */
#ifndef STORAGE_TYPES_HASH_BODY_H
#define STORAGE_TYPES_HASH_BODY_H

#include "storage/types/listpack.h"

/* What lies behind an element: the next one, or the end of the row. */
static inline const char *hash_body_behind(const char *element)
{
    return element + listpack_content(element);
}

/* The name of this field; NULL when there is none. */
const char *hash_body_find(struct span body, struct span name);

/* The same elements as those of a listpack's body, whose length suffices at `place`. Returns the
 * length of the row. */
size_t hash_body_from_listpack(char *place, struct span body);

/* How many fields there are. */
uint32_t hash_body_count(struct span body);

#endif
