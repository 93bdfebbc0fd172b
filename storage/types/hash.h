/*
 * Hashes: fields with values, each of which may expire on its own.
 *
 * A small hash lies in its entry, as a row of its fields and values (hash_body.h).
 * One that is longer than an entry may be, or has a field that expires, is an object: an
 * element_table (element_table.h). It does not become small again.
 *
 * OBJECT ENCODING goes by what Redis would do: `hash_limits` say when it would have left the
 * compact form. They concern nothing else.
 *
 * A field whose time has come does not exist for any function here, though its memory is still held
 * until keyspace_expire comes by, or until it is written again. The time is handed in.
 *
 * Reads take an entry, or NULL for an absent key. Writes take a collection of type VALUE_HASH
 * (collection.h) and create the key; when the last field goes, hash_remove deletes the key. When
 * all that are left have expired, the key goes with them, in its time.
 *
 * Owner: the shard of the keyspace. Spans point into the value, or into the scratch memory that
 * was handed in, and are good until the next change. Spans that are handed in must not point into
 * the same hash.
 */
#ifndef STORAGE_TYPES_HASH_H
#define STORAGE_TYPES_HASH_H

#include "proto/base/random.h"
#include "storage/collection.h"
#include "storage/types/element_table.h"
#include "storage/types/listpack.h"

/* Directives hash-max-listpack-entries and hash-max-listpack-value. */
struct hash_limits {
    uint64_t entries;
    uint64_t value;
};

/* A field as it was found. */
struct hash_field {
    struct span name;
    struct span value;
    time_ms expiry; /* TIME_NEVER: none */
    char scratch[2][LISTPACK_SCRATCH];
};

/* ---- Reads ---- */

/* False when the field is absent. `field` may be NULL. */
bool hash_find(const struct entry *entry, struct span name, time_ms now, struct hash_field *field);

/* How many fields there are, with those that have expired and are not yet swept. O(1) for large
 * hashes. */
uint64_t hash_held(const struct entry *entry);

/* How many fields there are. Counts, while some that have expired are not yet swept. */
uint64_t hash_length(const struct entry *entry, time_ms now);

/* Any field, each with the same probability; false when there is none. */
bool hash_random(const struct entry *entry, time_ms now, struct random *random,
                 struct hash_field *field);

/* All fields, while the hash does not change. */
struct hash_iterator {
    const struct element_table *table; /* NULL: the hash is small, or absent */
    struct element_iterator elements;
    const char *next; /* the next name of a small hash, or its end */
    const char *end;
    time_ms now;
};
struct hash_iterator hash_iterate(const struct entry *entry, time_ms now);
bool hash_next(struct hash_iterator *iterator, struct hash_field *field);

/* A walk with a cursor, see element_table_scan. A small hash is visited at once. */
typedef void hash_visitor(void *context, const struct hash_field *field);
uint64_t hash_scan(const struct entry *entry, time_ms now, uint64_t cursor, uint64_t count,
                   hash_visitor *visit, void *context);

/* ---- Writes ---- */

/* As the expiry of hash_set: the field keeps the one it has. */
#define HASH_EXPIRY_KEEP ((time_ms)-1)

/* Sets a field. The expiry is a time to come, TIME_NEVER or HASH_EXPIRY_KEEP. True: it is new. */
bool hash_set(struct collection *collection, time_ms now, const struct hash_limits *limits,
              struct span name, struct span value, time_ms expiry);

/* Gives a field an expiry to come, or (TIME_NEVER) takes it away. False when it is absent. */
bool hash_set_expiry(struct collection *collection, time_ms now, struct span name, time_ms expiry);

/* Removes a field, and the key with the last one: collection->entry is NULL then. False when it is
 * absent. */
bool hash_remove(struct collection *collection, time_ms now, struct span name);

#endif
