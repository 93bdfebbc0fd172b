/* Entries whose values are collections: in the entry, or objects. */
#include "proto/base/assert.h"
#include "storage/entry_layout.h"
#include "storage/object.h"

#include <string.h>

static void inherit(struct entry *entry, const struct entry *source)
{
    entry->access = source->access;
    entry->flags |= source->flags & (ENTRY_EXPANDED | ENTRY_INTEGERS);
}

struct entry *entry_create_heir(struct heap *heap, struct span name, const struct entry *source,
                                time_ms expiry)
{
    struct entry *entry =
        entry_create(heap, name, (enum value_type)source->type, ENCODING_OBJECT, 0, expiry);

    ASSERT(source->encoding == ENCODING_OBJECT);
    memcpy(entry_value(entry), entry_value(source), sizeof(void *));
    inherit(entry, source);
    return entry;
}

struct entry *entry_create_collection_like(struct heap *heap, struct span name,
                                           const struct entry *source, time_ms expiry)
{
    enum value_type type = (enum value_type)source->type;
    struct entry *entry;

    ASSERT(type != VALUE_STRING);
    if (source->encoding == ENCODING_OBJECT) {
        void *object = object_kind_of(type)->copy(heap, entry_object(source));

        entry = entry_create(heap, name, type, ENCODING_OBJECT, 0, expiry);
        memcpy(entry_value(entry), &object, sizeof(object));
    } else {
        struct span body = entry_inline(source);

        entry = entry_create(heap, name, type, ENCODING_INLINE, body.length, expiry);
        memcpy(entry_value(entry), body.data, body.length);
    }
    inherit(entry, source);
    return entry;
}

struct entry *entry_splice(struct heap *heap, struct entry *entry, size_t offset, size_t removed,
                           size_t inserted, char **gap)
{
    size_t before = entry->value_length;
    size_t length = before - removed + inserted;
    size_t behind = before - offset - removed;
    struct entry *spliced = entry;

    ASSERT(entry->encoding == ENCODING_INLINE && entry->type != VALUE_STRING);
    ASSERT(offset <= before && removed <= before - offset);
    ASSERT(length <= ENTRY_INLINE_MAX);
    if (entry_splice_moves(entry, removed, inserted)) {
        spliced = entry_create(heap, entry_key(entry), (enum value_type)entry->type,
                               ENCODING_INLINE, length, entry_expiry(entry));
        inherit(spliced, entry);
        memcpy(entry_value(spliced), entry_value(entry), offset);
    }
    spliced->value_length = (uint16_t)length;
    *gap = entry_value(spliced) + offset;
    memmove(*gap + inserted, entry_value(entry) + offset + removed, behind);
    if (spliced != entry)
        entry_release_shell(heap, entry);
    return spliced;
}
