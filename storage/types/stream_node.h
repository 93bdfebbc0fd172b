/*
 * A node of a stream: entries in the body of one listpack, as Redis 5 and later write them into
 * dumps and snapshots.
 *
 *   head:         | count | deleted | fields: n | field 1 | ... | field n | 0 |
 *   same fields:  | flags | ms | seq | value 1 | ... | value n | size |
 *   other fields: | flags | ms | seq | m | field 1 | value 1 | ... | value m | size |
 *
 * `ms` and `seq` are differences to the id of the node, which is that of the first entry it ever
 * had; the head's fields are that entry's. `size` is the number of elements before it in its entry,
 * for walking towards the front. A deleted entry keeps its place, with a flag. `count` are the
 * entries that are not deleted.
 *
 * Owner: the stream that holds it. What is read from an entry lies in the node, until it changes.
 */
#ifndef STORAGE_TYPES_STREAM_NODE_H
#define STORAGE_TYPES_STREAM_NODE_H

#include "storage/heap.h"
#include "storage/types/listpack.h"
#include "storage/types/stream_id.h"

/* An element of the stream's tree of nodes. */
struct stream_node {
    struct stream_id id;
    char *body; /* of the listpack */
    uint32_t length;
    uint32_t capacity;
    uint32_t count;    /* entries that are not deleted */
    uint32_t elements; /* of the listpack */
};
_Static_assert(sizeof(struct stream_node) == 40, "one for about a hundred entries");

/* The first element of an entry. */
enum stream_entry_flag {
    STREAM_ENTRY_DELETED = 1,
    STREAM_ENTRY_SAME_FIELDS = 2,
    STREAM_ENTRY_FLAGS = STREAM_ENTRY_DELETED | STREAM_ENTRY_SAME_FIELDS,
};

/* Directives stream-node-max-bytes and stream-node-max-entries; 0 is no limit. */
struct stream_node_limits {
    uint64_t bytes;
    uint64_t entries;
};

/* No node, and no entry, is to be larger than that, whatever the limits are. */
#define STREAM_NODE_BYTES_MAX ((uint64_t)1 << 30)

/* Fields and values in turn; `count` of both together. */
struct stream_pairs {
    const struct span *words;
    uint32_t count;
};

/* ---- Writing ---- */

/* The pairs of the first entry become the head's fields; the entry itself is not in it yet. */
void stream_node_create(struct stream_node *node, struct heap *heap, struct stream_id id,
                        struct stream_pairs pairs);
void stream_node_release(struct stream_node *node, struct heap *heap);

/* May an entry with so many bytes of text be appended? Otherwise it begins a new node. */
bool stream_node_takes(const struct stream_node *node, uint64_t text_bytes,
                       const struct stream_node_limits *limits);
/* The id must be higher than all in the node. */
void stream_node_append(struct stream_node *node, struct heap *heap, struct stream_id id,
                        struct stream_pairs pairs);
/* Bytes of the counts in the head; `after`: when one more entry is deleted. */
size_t stream_node_counts_size(const struct stream_node *node, size_t *after);
/* Nothing will be appended any more: gives back room that is not needed. */
void stream_node_seal(struct stream_node *node, struct heap *heap);

/* The bytes that the node has in the heap. */
size_t stream_node_memory(const struct stream_node *node);

/* ---- Reading ---- */

struct stream_entry {
    struct stream_id id;
    const char *start;  /* its first element */
    const char *behind; /* what follows its last element */
    const char *field;  /* the first field: in the head when same_fields */
    const char *value;  /* the first value */
    uint32_t field_count;
    bool same_fields;
    bool deleted;
};

/* Walks all entries, those that are deleted too. False: there is none (further). */
bool stream_node_first(const struct stream_node *node, struct stream_entry *entry);
bool stream_node_next(const struct stream_node *node, struct stream_entry *entry);
bool stream_node_last(const struct stream_node *node, struct stream_entry *entry);
bool stream_node_previous(const struct stream_node *node, struct stream_entry *entry);

/* The entry with this id that is not deleted. */
bool stream_node_find(const struct stream_node *node, struct stream_id id,
                      struct stream_entry *entry);

/* One field with its value, from an entry on: field_count of them. Elements of a listpack. */
struct stream_field {
    const char *field;
    const char *value;
};
static inline struct stream_field stream_entry_first_field(const struct stream_entry *entry)
{
    return (struct stream_field){entry->field, entry->value};
}
/* Not to be called behind the last one. */
static inline struct stream_field stream_entry_next_field(const struct stream_entry *entry,
                                                          struct stream_field field)
{
    if (entry->same_fields) {
        field.field += listpack_size(field.field);
        field.value += listpack_size(field.value);
    } else {
        field.field = field.value + listpack_size(field.value);
        field.value = field.field + listpack_size(field.field);
    }
    return field;
}

/* ---- Deleting ---- */

/* Marks an entry as deleted, which it must not be yet. The entry is void then. */
void stream_node_delete(struct stream_node *node, struct heap *heap,
                        const struct stream_entry *entry);
/* Deletes from the front while `count` allows it, up to the first entry that is not below `id`.
 * Returns how many. */
uint32_t stream_node_delete_front(struct stream_node *node, struct heap *heap, uint64_t count,
                                  struct stream_id id);

/* ---- From elsewhere ---- */

/*
 * Makes a node of a whole listpack from a dump; false when it is none. Everything is checked: the
 * listpack, head and sizes, counts, the order of ids. A node that never had an entry is refused.
 * `last` is the id of its last entry that is not deleted, without one that of the node.
 */
bool stream_node_load(struct stream_node *node, struct heap *heap, struct stream_id id,
                      struct span listpack, struct stream_id *last);
/* The look itself: fills `node` but for its memory, body pointing into the listpack. */
bool stream_node_validate(struct stream_node *node, struct stream_id id, struct span listpack,
                          struct stream_id *last);

#endif
