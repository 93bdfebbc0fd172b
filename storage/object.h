/*
 * Values that are structures of their own: large lists, sets, hashes ... An entry holds the address
 * of one, and this is what the keyspace must be able to do with it whatever its type.
 *
 * An object lives in the heap of the keyspace that holds it. Owner: the shard of that keyspace.
 */
#ifndef STORAGE_OBJECT_H
#define STORAGE_OBJECT_H

#include "storage/due_queue.h"
#include "storage/entry.h"
#include "storage/heap.h"
#include "storage/object_watch.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Lies in an object whose elements can expire; zeroed at first. keyspace_elements.c fills it: by
 * this the keyspace finds the object when its time comes, and the key that holds it. */
struct object_due {
    struct due_node node;
    uint16_t slot;
    uint16_t space;
    uint64_t key_hash;
    void *object;
};

/* Told of an element that has expired, just before it goes. */
typedef void object_expired(void *context, struct span element);

struct object_kind {
    /* How many elements: large objects are freed in slices. */
    uint64_t (*count)(const void *object);
    /* Frees about *budget elements and counts *budget down by them. True: all is gone, the object's
     * own memory included. False: to be called again with a fresh budget; nothing else may be done
     * with the object any more. */
    bool (*release)(struct heap *heap, void *object, uint32_t *budget);
    /* A copy of the object in the given heap, which may be another one. */
    void *(*copy)(struct heap *heap, const void *object);
    /* The bytes that it takes in its heap; constant time, or a bounded look. */
    size_t (*memory)(const void *object);

    /* Where the object has the address of its watch; NULL: it has none. */
    struct object_watch **(*watch)(void *object);

    /* These three only for objects whose elements can expire. */
    struct object_due *(*due)(void *object);
    /* When the next element may expire: not later than that. */
    time_ms (*next_expiry)(const void *object);
    /* Removes elements that have expired; counts *budget down by those that were looked at, and may
     * give up when it is used up. */
    void (*expire)(struct heap *heap, void *object, time_ms now, uint32_t *budget,
                   object_expired *expired, void *context);
};

/* The kind of objects that values of this type become; asserts that there is one. */
const struct object_kind *object_kind_of(enum value_type type);

/* Releases all of it, however long that takes. */
void object_release(struct heap *heap, enum value_type type, void *object);

/* Each in storage/types/. */
extern const struct object_kind list_kind;
extern const struct object_kind set_kind;
extern const struct object_kind sorted_set_kind;
extern const struct object_kind hash_kind;
extern const struct object_kind stream_kind;
extern const struct object_kind bloom_kind;

#endif
