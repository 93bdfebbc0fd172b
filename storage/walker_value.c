#include "storage/walker_value.h"

#include "proto/base/assert.h"
#include "proto/base/memory.h"
#include "storage/object.h"

/* NULL: such values are always written whole. */
static const struct walker_value_kind *kind_of(const struct walker *walker, enum value_type type)
{
    switch (type) {
    case VALUE_HASH:
    case VALUE_SET:
    case VALUE_SORTED_SET:
        return &walker_elements_kind;
    case VALUE_LIST:
        return &walker_list_kind;
    case VALUE_STRING:
        return &walker_bytes_kind;
    case VALUE_STREAM:
        return walker->options.format == WALKER_RDB ? &walker_stream_kind : NULL;
    case VALUE_BLOOM:
        return walker->options.format == WALKER_RDB ? &walker_bytes_kind : NULL;
    default:
        return NULL;
    }
}

bool walker_value_is_large(const struct walker *walker, const struct entry *entry)
{
    const struct object_kind *kind;

    if (entry->encoding == ENCODING_BLOCK)
        return entry_string_length(entry) > WALKER_SMALL_BYTES;
    if (entry->encoding != ENCODING_OBJECT || kind_of(walker, entry_type(entry)) == NULL)
        return false;
    kind = object_kind_of(entry_type(entry));
    return kind->count(entry_object(entry)) > WALKER_SMALL_ELEMENTS ||
           kind->memory(entry_object(entry)) > WALKER_SMALL_BYTES;
}

static struct object_watch **watch_of(enum value_type type, void *object)
{
    if (type == VALUE_STRING)
        return &((struct string_block *)object)->watch;
    return object_kind_of(type)->watch(object);
}

void walker_value_begin(struct walker *walker, uint32_t database, const struct entry *entry)
{
    const struct walker_value_kind *kind = kind_of(walker, entry_type(entry));
    struct walker_value *value = memory_new_zeroed(1, kind->size);
    struct span name = entry_key(entry);
    struct object_watch **watch;

    value->walker = walker;
    value->kind = kind;
    value->type = entry_type(entry);
    value->object = value->type == VALUE_STRING ? entry_block(entry) : entry_object(entry);
    value->database = database;
    value->expiry = entry_expiry(entry);
    value->name = memory_copy(name.data, name.length);
    value->name_length = name.length;
    rdb_writer_init(&value->head, walker->options.compress);
    list_init(&value->blocks);
    list_init(&value->parts);
    list_push_back(&walker->values, &value->link);
    watch = watch_of(value->type, value->object);
    /* The block of a string may be that of another value as well. */
    ASSERT(*watch == NULL || value->type == VALUE_STRING);
    if (*watch == NULL)
        *watch = &value->watch;
    kind->begin(value, entry);
    walker->memory += kind->size + name.length + value->head.capacity;
}

static void release_parts(struct walker_value *value)
{
    struct walker *walker = value->walker;

    while (!list_empty(&value->parts)) {
        struct walker_part *part =
            list_entry(list_pop_front(&value->parts), struct walker_part, link);

        *watch_of(value->type, part->object) = NULL;
        keyspace_release_object(walker->keyspace, value->type, part->object);
        walker->memory -= sizeof(*part);
        memory_free(part);
    }
}

static void end(struct walker_value *value)
{
    struct walker *walker = value->walker;

    value->kind->end(value);
    if (*watch_of(value->type, value->object) == &value->watch)
        *watch_of(value->type, value->object) = NULL;
    release_parts(value);
    if (value->type == VALUE_STRING)
        string_block_release(value->object);
    if (value->is_owned)
        keyspace_release_object(walker->keyspace, value->type, value->object);
    walker_blocks_drop(walker, &value->blocks);
    walker->memory -= value->kind->size + value->name_length + value->head.capacity;
    list_remove(&value->link);
    rdb_writer_free(&value->head);
    memory_free(value->name);
    memory_free(value);
}

static void write_expiry(struct walker_value *value)
{
    struct rdb_writer *writer = value->walker->out.writer;

    if (value->walker->options.format != WALKER_COMMANDS || value->expiry == TIME_NEVER ||
        value->type == VALUE_STRING)
        return;
    walker_command_begin(writer, 3);
    walker_command_word(writer, SPAN("PEXPIREAT"));
    walker_command_word(writer, walker_value_name(value));
    walker_command_number(writer, value->expiry);
}

/* Must its next piece follow directly? */
static bool must_follow(const struct walker_value *value)
{
    return value->is_begun && (value->walker->options.format == WALKER_RDB || value->kind->is_one);
}

void walker_value_write(struct walker *walker)
{
    struct walker_value *value = list_entry(walker->values.next, struct walker_value, link);

    ASSERT(!list_empty(&walker->values));
    if (!value->is_begun || !must_follow(value))
        walker_record_choose(walker, &walker->out, value->database);
    if (!value->is_begun)
        rdb_writer_raw(walker->out.writer, rdb_writer_span(&value->head));
    value->is_begun = true;
    if (!value->kind->write(value))
        return;
    write_expiry(value);
    end(value);
}

bool walker_value_is_inside(const struct walker *walker)
{
    return !list_empty(&walker->values) &&
           must_follow(list_entry(walker->values.next, struct walker_value, link));
}

void walker_values_drop(struct walker *walker)
{
    while (!list_empty(&walker->values))
        end(list_entry(walker->values.next, struct walker_value, link));
}

bool walker_takes_object(enum value_type type, void *object)
{
    const struct object_kind *kind = object_kind_of(type);
    struct walker_value *value;

    if (kind->watch == NULL || *kind->watch(object) == NULL)
        return false;
    value = (struct walker_value *)*kind->watch(object);
    if (value->object == object) {
        value->is_owned = true;
    } else {
        struct walker_part *part = memory_new(sizeof(*part));

        part->object = object;
        list_push_back(&value->parts, &part->link);
        value->walker->memory += sizeof(*part);
    }
    return true;
}
