/*
 * A large value that the walker writes in pieces: for walker*.c alone.
 *
 * It begins when the walk comes to its key, or when the key is first about to change. From then on
 * its object tells by its watch (object_watch.h) what is going to change, and the value remembers
 * what that was. The key itself is done with then: it may be renamed, and when it is deleted the
 * object is the value's until all of it is written.
 *
 *   walker->values --> value (written in part) --> value (waits) --> value (waits)
 *                        |
 *                        +-- blocks: before-images of pieces, which the next step writes first
 *
 * In an RDB file nothing else may stand between the pieces of a value; as commands they stand for
 * themselves.
 */
#ifndef STORAGE_WALKER_VALUE_H
#define STORAGE_WALKER_VALUE_H

#include "storage/object_watch.h"
#include "storage/walker_layout.h"

enum {
    /* Values with more elements, or more bytes, are large. */
    WALKER_SMALL_ELEMENTS = 256,
    WALKER_SMALL_BYTES = 32 * 1024,
};

struct walker_value;

struct walker_value_kind {
    size_t size; /* of the structure that begins with a walker_value */
    bool is_one; /* its pieces must follow each other directly, even as commands */
    /* Puts the watch on the object and completes the head. */
    void (*begin)(struct walker_value *value, const struct entry *entry);
    /* Writes more of it, within what the step may do. True: all is written. */
    bool (*write)(struct walker_value *value);
    /* Takes the watch away and gives up what it remembers. */
    void (*end)(struct walker_value *value);
};

/* An object of its own that was a part of the value's: a group of a stream. */
struct walker_part {
    struct list_link link;
    void *object;
};

struct walker_value {
    struct object_watch watch; /* first: the object has its address */
    struct list_link link;
    struct walker *walker;
    const struct walker_value_kind *kind;
    enum value_type type;
    bool is_owned; /* the key is gone: the object is to be released */
    bool is_begun; /* the head is written */
    void *object;
    uint32_t database;
    time_ms expiry;
    char *name; /* of the key: for commands */
    size_t name_length;
    struct rdb_writer head;  /* of an RDB record */
    struct list_link blocks; /* before-images of pieces */
    struct list_link parts;  /* of the object, that are gone from it: struct walker_part */
};

/* Is the entry's value large? */
bool walker_value_is_large(const struct walker *walker, const struct entry *entry);

/* Begins a large one, which is written later. */
void walker_value_begin(struct walker *walker, uint32_t database, const struct entry *entry);

/* Writes more of the first one; it goes when it is done. */
void walker_value_write(struct walker *walker);

/* Is the first one written in part? */
bool walker_value_is_inside(const struct walker *walker);

/* Gives up all. */
void walker_values_drop(struct walker *walker);

static inline struct span walker_value_name(const struct walker_value *value)
{
    return span_of(value->name, value->name_length);
}

extern const struct walker_value_kind walker_elements_kind; /* hashes, sets, sorted sets */
extern const struct walker_value_kind walker_list_kind;
extern const struct walker_value_kind walker_bytes_kind;  /* strings; Bloom filters */
extern const struct walker_value_kind walker_stream_kind; /* not as commands */

#endif
