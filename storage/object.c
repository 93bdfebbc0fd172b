#include "storage/object.h"

#include "proto/base/assert.h"

const struct object_kind *object_kind_of(enum value_type type)
{
    static const struct object_kind *const kinds[VALUE_TYPES] = {
        [VALUE_STRING] = NULL,       [VALUE_LIST] = &list_kind,
        [VALUE_SET] = &set_kind,     [VALUE_SORTED_SET] = &sorted_set_kind,
        [VALUE_HASH] = &hash_kind,   [VALUE_STREAM] = &stream_kind,
        [VALUE_BLOOM] = &bloom_kind,
    };

    ASSERT((unsigned)type < VALUE_TYPES);
    ASSERT(kinds[type] != NULL);
    return kinds[type];
}

void object_release(struct heap *heap, enum value_type type, void *object)
{
    const struct object_kind *kind = object_kind_of(type);
    uint32_t budget = UINT32_MAX;

    while (!kind->release(heap, object, &budget))
        budget = UINT32_MAX;
}
