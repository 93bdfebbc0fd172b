/* Nodes from dumps and snapshots of whatever origin: every claim is checked before it is used. */
#include "proto/base/assert.h"
#include "storage/types/stream_node.h"

#include <string.h>

/* Elements of a body, one after the other. */
struct reader {
    const char *at;
    const char *end;
    uint32_t taken;
};

static bool take(struct reader *reader, const char **element)
{
    if (reader->at == reader->end)
        return false;
    *element = reader->at;
    reader->at += listpack_size(reader->at);
    reader->taken++;
    return true;
}

/* A number from 0 to `most`, in the form of an integer. */
static bool take_number(struct reader *reader, uint64_t most, uint64_t *number)
{
    struct listpack_value value;
    const char *element;

    if (!take(reader, &element))
        return false;
    value = listpack_read(element);
    *number = (uint64_t)value.integer;
    return value.is_integer && value.integer >= 0 && *number <= most;
}

static bool take_difference(struct reader *reader, uint64_t *difference)
{
    struct listpack_value value;
    const char *element;

    if (!take(reader, &element))
        return false;
    value = listpack_read(element);
    *difference = (uint64_t)value.integer;
    return value.is_integer;
}

static bool take_some(struct reader *reader, uint64_t count)
{
    const char *element;

    for (uint64_t i = 0; i < count; i++) {
        if (!take(reader, &element))
            return false;
    }
    return true;
}

static bool take_entry(struct reader *reader, const struct stream_node *node, uint64_t head_fields,
                       struct stream_entry *entry)
{
    uint64_t left = (uint64_t)(reader->end - reader->at);
    uint64_t flags;
    uint64_t milliseconds;
    uint64_t sequence;
    uint64_t fields = head_fields;
    uint64_t size;
    uint32_t before = reader->taken;

    /* Flags are changed in place: they must be a single byte. */
    if (left == 0 || (unsigned char)*reader->at > STREAM_ENTRY_FLAGS ||
        !take_number(reader, STREAM_ENTRY_FLAGS, &flags) ||
        !take_difference(reader, &milliseconds) || !take_difference(reader, &sequence))
        return false;
    if ((flags & STREAM_ENTRY_SAME_FIELDS) == 0) {
        if (!take_number(reader, left, &fields))
            return false;
        fields *= 2;
    }
    if (!take_some(reader, fields))
        return false;
    if (!take_number(reader, UINT32_MAX, &size) || size != reader->taken - before - 1)
        return false;
    entry->deleted = (flags & STREAM_ENTRY_DELETED) != 0;
    entry->id.milliseconds = node->id.milliseconds + milliseconds;
    entry->id.sequence = node->id.sequence + sequence;
    return true;
}

bool stream_node_validate(struct stream_node *node, struct stream_id id, struct span listpack,
                          struct stream_id *last)
{
    struct reader reader = {0};
    struct stream_entry entry;
    struct span body;
    uint64_t count;
    uint64_t deleted;
    uint64_t fields;
    uint64_t size;

    *node = (struct stream_node){.id = id};
    if (listpack.length > UINT32_MAX / 2 || !listpack_validate(listpack, true, &body))
        return false;
    reader.at = body.data;
    reader.end = body.data + body.length;
    if (!take_number(&reader, body.length, &count) ||
        !take_number(&reader, body.length, &deleted) ||
        !take_number(&reader, body.length, &fields) || !take_some(&reader, fields) ||
        !take_number(&reader, 0, &size))
        return false;
    if (count + deleted == 0)
        return false;
    *last = id;
    for (uint64_t i = 0; i < count + deleted; i++) {
        if (!take_entry(&reader, node, fields, &entry))
            return false;
        /* The ids of those that were deleted need not fit among the others. */
        if (entry.deleted)
            continue;
        if (stream_id_less(entry.id, *last) ||
            (node->count > 0 && stream_id_equal(entry.id, *last)))
            return false;
        *last = entry.id;
        node->count++;
    }
    node->body = (char *)body.data;
    node->length = (uint32_t)body.length;
    node->elements = reader.taken;
    return reader.at == reader.end && node->count == count;
}

bool stream_node_load(struct stream_node *node, struct heap *heap, struct stream_id id,
                      struct span listpack, struct stream_id *last)
{
    const char *body;

    if (!stream_node_validate(node, id, listpack, last))
        return false;
    ASSERT(node->length > 0);
    body = node->body;
    node->capacity = (uint32_t)heap_block_size(node->length);
    node->body = heap_allocate(heap, node->length);
    memcpy(node->body, body, node->length);
    return true;
}
