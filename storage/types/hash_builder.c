#include "storage/types/hash_builder.h"

#include "proto/base/assert.h"
#include "storage/types/hash_object.h"

void hash_builder_init(struct hash_builder *builder, const struct collection *target)
{
    ASSERT(target->type == VALUE_HASH);
    builder->heap = collection_heap(target);
    builder->object = hash_object_create(builder->heap, collection_hash_seed(target), SPAN(""));
    builder->longest = 0;
    builder->body_length = 0;
}

/* Appends to the body while it may still be a small hash's. */
static void add_to_body(struct hash_builder *builder, struct span bytes)
{
    struct listpack_value value;
    size_t size = bytes.length;

    if (builder->body_length > sizeof(builder->body))
        return;
    if (bytes.length <= sizeof(builder->body)) {
        value = listpack_value(bytes);
        size = listpack_content_size(&value);
        if (size <= sizeof(builder->body) - builder->body_length)
            listpack_write_content(builder->body + builder->body_length, &value);
    }
    builder->body_length += size;
}

bool hash_builder_add(struct hash_builder *builder, struct span name, struct span value,
                      time_ms expiry)
{
    struct element element = {name, value, expiry};

    if (!element_table_insert(&builder->object->table, builder->heap, &element))
        return false;
    if (name.length > builder->longest)
        builder->longest = name.length;
    if (value.length > builder->longest)
        builder->longest = value.length;
    add_to_body(builder, name);
    add_to_body(builder, value);
    return true;
}

uint64_t hash_builder_count(const struct hash_builder *builder)
{
    return builder->object->table.count;
}

void hash_builder_discard(struct hash_builder *builder, struct collection *target)
{
    collection_discard(target, builder->object);
    builder->object = NULL;
}

void hash_builder_finish(struct hash_builder *builder, struct collection *target,
                         const struct hash_limits *limits)
{
    const struct element_table *table = &builder->object->table;
    bool has_volatile = table->volatile_count > 0;
    bool expanded =
        has_volatile || builder->longest > limits->value || table->count > limits->entries;

    ASSERT(table->count > 0);
    if (target->entry != NULL)
        collection_delete(target);
    if (!has_volatile && builder->body_length <= sizeof(builder->body)) {
        collection_set_inline(target, span_of(builder->body, builder->body_length));
        hash_builder_discard(builder, target);
    } else {
        collection_set_object(target, builder->object);
        if (has_volatile)
            collection_elements_expire(target);
    }
    collection_mark_expanded(target, expanded);
}
