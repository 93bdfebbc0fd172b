/* Streams to RDB and back. */
#include "proto/base/assert.h"
#include "storage/rdb_value_parts.h"
#include "storage/types/stream_group.h"

/* ---- Writing ---- */

static void write_id(struct rdb_writer *writer, struct stream_id id)
{
    rdb_writer_length(writer, id.milliseconds);
    rdb_writer_length(writer, id.sequence);
}

/* The sixteen bytes of an id. */
void rdb_value_write_stream_id(struct rdb_writer *writer, struct stream_id id)
{
    char bytes[STREAM_ID_BYTES];

    stream_id_write(bytes, id);
    rdb_writer_raw(writer, span_of(bytes, sizeof(bytes)));
}

void rdb_value_write_stream_node(struct rdb_writer *writer, const struct stream_node *node)
{
    struct rdb_writer listpack;
    char header[LISTPACK_HEADER];

    rdb_writer_init(&listpack, false);
    listpack_write_header(header, node->length, node->elements);
    rdb_writer_raw(&listpack, span_of(header, sizeof(header)));
    rdb_writer_raw(&listpack, span_of(node->body, node->length));
    rdb_writer_byte(&listpack, LISTPACK_END);
    rdb_writer_length(writer, STREAM_ID_BYTES);
    rdb_value_write_stream_id(writer, node->id);
    rdb_writer_string(writer, rdb_writer_span(&listpack));
    rdb_writer_free(&listpack);
}

static void write_nodes(struct rdb_writer *writer, const struct stream *stream)
{
    struct stream_tree_place place = stream_tree_first(&stream->nodes);

    rdb_writer_length(writer, stream->nodes.count);
    for (; !stream_tree_is_end(place); place = stream_tree_next(place))
        rdb_value_write_stream_node(writer, stream_tree_at(&stream->nodes, place));
}

void rdb_value_write_stream_counters(struct rdb_writer *writer, const struct stream *stream)
{
    rdb_writer_length(writer, stream->length);
    write_id(writer, stream->last_id);
    write_id(writer, stream->first_id);
    write_id(writer, stream->max_deleted_id);
    rdb_writer_length(writer, stream->entries_added);
    rdb_writer_length(writer, stream->groups.count);
}

void rdb_value_write_stream_group(struct rdb_writer *writer, const struct stream_group *group)
{
    rdb_writer_string(writer, group->name);
    write_id(writer, group->last_id);
    rdb_writer_length(writer, (uint64_t)group->entries_read);
    rdb_writer_length(writer, group->pending.count);
}

void rdb_value_write_stream_consumer(struct rdb_writer *writer,
                                     const struct stream_consumer *consumer, enum rdb_type type)
{
    rdb_writer_string(writer, consumer->name);
    rdb_writer_int64(writer, consumer->seen);
    if (type == RDB_STREAM_LISTPACKS_3)
        rdb_writer_int64(writer, consumer->active);
    rdb_writer_length(writer, consumer->pending.count);
}

static void write_pending(struct rdb_writer *writer, const struct stream_group *group)
{
    struct stream_tree_place place = stream_tree_first(&group->pending);

    for (; !stream_tree_is_end(place); place = stream_tree_next(place)) {
        const struct stream_pending *pending = stream_pending_at(group, place);

        rdb_value_write_stream_id(writer, pending->id);
        rdb_writer_int64(writer, pending->delivered);
        rdb_writer_length(writer, pending->deliveries);
    }
}

static void write_consumer(struct rdb_writer *writer, const struct stream_consumer *consumer,
                           enum rdb_type type)
{
    struct stream_tree_place place = stream_tree_first(&consumer->pending);

    rdb_value_write_stream_consumer(writer, consumer, type);
    for (; !stream_tree_is_end(place); place = stream_tree_next(place))
        rdb_value_write_stream_id(
            writer, *(const struct stream_id *)stream_tree_at(&consumer->pending, place));
}

void rdb_value_write_stream(struct rdb_writer *writer, const struct entry *entry,
                            enum rdb_type type)
{
    const struct stream *stream = entry_object(entry);

    ASSERT(type == RDB_STREAM_LISTPACKS_2 || type == RDB_STREAM_LISTPACKS_3);
    write_nodes(writer, stream);
    rdb_value_write_stream_counters(writer, stream);
    for (uint32_t i = 0; i < stream->groups.count; i++) {
        const struct stream_group *group = stream_group_at(stream, i);

        rdb_value_write_stream_group(writer, group);
        write_pending(writer, group);
        rdb_writer_length(writer, group->consumers.count);
        for (uint32_t k = 0; k < group->consumers.count; k++)
            write_consumer(writer, stream_consumer_at(group, k), type);
    }
}

/* ---- Reading ---- */

/* A stream that is being loaded. */
struct stream_load {
    struct rdb_reader *reader;
    struct heap *heap;
    struct stream *stream;
    enum rdb_type type;
};

static bool read_id(struct rdb_reader *reader, struct stream_id *id)
{
    return rdb_reader_length(reader, &id->milliseconds) && rdb_reader_length(reader, &id->sequence);
}

static bool read_raw_id(struct rdb_reader *reader, struct stream_id *id)
{
    struct span bytes;

    if (!rdb_reader_raw(reader, STREAM_ID_BYTES, &bytes))
        return false;
    *id = stream_id_read(bytes.data);
    return true;
}

static bool read_node(struct stream_load *load)
{
    struct rdb_string name = {0}, listpack = {0};
    bool sound =
        rdb_reader_string(load->reader, &name) && rdb_reader_string(load->reader, &listpack) &&
        name.bytes.length == STREAM_ID_BYTES &&
        stream_load_node(load->stream, load->heap, stream_id_read(name.bytes.data), listpack.bytes);

    rdb_string_free(&name);
    rdb_string_free(&listpack);
    return sound || rdb_reader_fail(load->reader);
}

static bool read_counters(struct stream_load *load)
{
    struct stream_id last_id, first_id, max_deleted_id = STREAM_ID_MIN;
    uint64_t length;
    uint64_t entries_added;

    if (!rdb_reader_length(load->reader, &length) || !read_id(load->reader, &last_id))
        return false;
    entries_added = length;
    /* The first id follows from the nodes. */
    if (load->type != RDB_STREAM_LISTPACKS &&
        (!read_id(load->reader, &first_id) || !read_id(load->reader, &max_deleted_id) ||
         !rdb_reader_length(load->reader, &entries_added)))
        return false;
    return stream_load_counters(load->stream, length, last_id, max_deleted_id, entries_added) ||
           rdb_reader_fail(load->reader);
}

static bool read_pending(struct stream_load *load, struct stream_group *group)
{
    uint64_t count;

    if (!rdb_reader_count(load->reader, STREAM_ID_BYTES + 9, &count))
        return false;
    for (; count > 0; count--) {
        struct stream_id id;
        time_ms delivered;
        uint64_t deliveries;

        if (!read_raw_id(load->reader, &id) || !rdb_reader_int64(load->reader, &delivered) ||
            !rdb_reader_length(load->reader, &deliveries))
            return false;
        if (!stream_group_load_pending(group, load->heap, id, delivered, deliveries))
            return rdb_reader_fail(load->reader);
    }
    return true;
}

static bool read_consumer_pending(struct stream_load *load, struct stream_group *group,
                                  struct stream_consumer *consumer)
{
    uint64_t count;

    if (!rdb_reader_count(load->reader, STREAM_ID_BYTES, &count))
        return false;
    for (; count > 0; count--) {
        struct stream_id id;

        if (!read_raw_id(load->reader, &id))
            return false;
        if (!stream_consumer_load_pending(group, load->heap, consumer, id))
            return rdb_reader_fail(load->reader);
    }
    return true;
}

static bool read_consumer(struct stream_load *load, struct stream_group *group)
{
    struct stream_consumer *consumer;
    struct rdb_string name;
    time_ms seen;
    time_ms active;

    if (!rdb_reader_string(load->reader, &name))
        return false;
    consumer = stream_consumer_create(group, load->heap, name.bytes, 0);
    rdb_string_free(&name);
    if (consumer == NULL)
        return rdb_reader_fail(load->reader);
    if (!rdb_reader_int64(load->reader, &seen))
        return false;
    active = seen;
    if (load->type == RDB_STREAM_LISTPACKS_3 && !rdb_reader_int64(load->reader, &active))
        return false;
    consumer->seen = seen;
    consumer->active = active;
    return read_consumer_pending(load, group, consumer);
}

static bool read_consumers(struct stream_load *load, struct stream_group *group)
{
    uint64_t count;

    if (!rdb_reader_count(load->reader, 10, &count))
        return false;
    for (; count > 0; count--)
        if (!read_consumer(load, group))
            return false;
    return stream_group_load_complete(group) || rdb_reader_fail(load->reader);
}

static bool read_group(struct stream_load *load)
{
    struct stream_group *group;
    struct rdb_string name;
    struct stream_id last_id;
    uint64_t entries_read;

    if (!rdb_reader_string(load->reader, &name))
        return false;
    group = stream_group_create(load->stream, load->heap, name.bytes, STREAM_ID_MIN,
                                STREAM_POSITION_UNKNOWN);
    rdb_string_free(&name);
    if (group == NULL)
        return rdb_reader_fail(load->reader);
    if (!read_id(load->reader, &last_id))
        return false;
    entries_read = (uint64_t)stream_position(load->stream, last_id);
    if (load->type != RDB_STREAM_LISTPACKS && !rdb_reader_length(load->reader, &entries_read))
        return false;
    group->last_id = last_id;
    group->entries_read = (int64_t)entries_read;
    return read_pending(load, group) && read_consumers(load, group);
}

static bool read_stream(struct stream_load *load)
{
    uint64_t nodes;
    uint64_t groups;

    /* An id with its length, and the shortest listpack. */
    if (!rdb_reader_count(load->reader, STREAM_ID_BYTES + 2, &nodes))
        return false;
    for (; nodes > 0; nodes--)
        if (!read_node(load))
            return false;
    if (!read_counters(load) || !rdb_reader_count(load->reader, 5, &groups))
        return false;
    for (; groups > 0; groups--)
        if (!read_group(load))
            return false;
    return true;
}

enum rdb_value_outcome rdb_value_load_stream(struct rdb_value_load *load, enum rdb_type type)
{
    struct collection *target = &load->target;
    struct stream_load stream = {.reader = load->reader,
                                 .heap = collection_heap(target),
                                 .stream = stream_create(collection_heap(target)),
                                 .type = type};

    target->type = VALUE_STREAM;
    if (!read_stream(&stream)) {
        collection_discard(target, stream.stream);
        return RDB_VALUE_BAD;
    }
    if (target->entry != NULL)
        collection_delete(target);
    collection_set_object(target, stream.stream);
    return RDB_VALUE_LOADED;
}
