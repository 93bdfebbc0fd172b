/* How large hashes lie in memory: for hash*.c alone. */
#ifndef STORAGE_TYPES_HASH_OBJECT_H
#define STORAGE_TYPES_HASH_OBJECT_H

#include "storage/object.h"
#include "storage/types/hash.h"

struct hash_object {
    struct element_table table;
    struct object_due due;
};

/* The table of a hash; NULL when it is small or absent. */
static inline struct element_table *hash_table_of(const struct entry *entry)
{
    if (entry == NULL || entry_encoding(entry) != ENCODING_OBJECT)
        return NULL;
    return &((struct hash_object *)entry_object(entry))->table;
}

/* The body of a small hash. */
static inline struct span hash_body_of(const struct entry *entry)
{
    return entry != NULL ? entry_inline(entry) : span_of(NULL, 0);
}

/* An object with the fields of a body. */
struct hash_object *hash_object_create(struct heap *heap, uint64_t hash_seed, struct span body);

#endif
