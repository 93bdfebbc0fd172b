#include "storage/types/stream.h"

#include "proto/base/assert.h"
#include "storage/types/stream_group.h"

#include <string.h>

static inline struct stream_node *node_at(const struct stream_tree *nodes,
                                          struct stream_tree_place place)
{
    return stream_tree_at(nodes, place);
}

struct stream *stream_create(struct heap *heap)
{
    struct stream *stream = heap_allocate(heap, sizeof(*stream));

    *stream = (struct stream){0};
    stream_tree_init(&stream->nodes, sizeof(struct stream_node));
    return stream;
}

/* To be called before anything in a node is changed. */
static inline void show(const struct stream *stream, struct stream_node *node)
{
    if (__builtin_expect(stream->watch != NULL, 0))
        stream->watch->before_stream_node(stream->watch, node, false);
}

static inline void show_delete(const struct stream *stream, struct stream_node *node,
                               const struct stream_entry *entry)
{
    size_t before;
    size_t after;

    if (__builtin_expect(stream->watch == NULL, 1))
        return;
    before = stream_node_counts_size(node, &after);
    stream->watch->before_stream_delete(stream->watch, node, (size_t)(entry->start - node->body),
                                        before, after);
}

/* ---- Appending ---- */

bool stream_next_id(const struct stream *stream, time_ms now, struct stream_id *id)
{
    *id = stream->last_id;
    if (now >= 0 && (uint64_t)now > id->milliseconds) {
        *id = (struct stream_id){(uint64_t)now, 0};
        return true;
    }
    return stream_id_increment(id);
}

bool stream_next_sequence(const struct stream *stream, uint64_t milliseconds, struct stream_id *id)
{
    *id = (struct stream_id){milliseconds, 0};
    if (milliseconds > stream->last_id.milliseconds)
        return true;
    if (milliseconds < stream->last_id.milliseconds || stream->last_id.sequence == UINT64_MAX)
        return false;
    id->sequence = stream->last_id.sequence + 1;
    return true;
}

/* The node that an entry with so many bytes goes into: the last one, or one behind it. */
static struct stream_node *node_for(struct stream *stream, struct heap *heap,
                                    const struct stream_node_limits *limits, struct stream_id id,
                                    struct stream_pairs pairs, uint64_t text_bytes)
{
    struct stream_tree_place last = stream_tree_last(&stream->nodes);
    struct stream_node *node = NULL;

    if (!stream_tree_is_end(last)) {
        node = node_at(&stream->nodes, last);
        show(stream, node);
        if (stream_node_takes(node, text_bytes, limits))
            return node;
        stream->node_memory -= stream_node_memory(node);
        stream_node_seal(node, heap);
        stream->node_memory += stream_node_memory(node);
    }
    node = stream_tree_insert(&stream->nodes, heap, id);
    stream_node_create(node, heap, id, pairs);
    stream->node_memory += stream_node_memory(node);
    return node;
}

bool stream_append(struct stream *stream, struct heap *heap,
                   const struct stream_node_limits *limits, struct stream_id id,
                   struct stream_pairs pairs)
{
    struct stream_node *node;
    uint64_t text_bytes = 0;

    ASSERT(stream_id_less(stream->last_id, id));
    for (uint32_t i = 0; i < pairs.count; i++)
        text_bytes += pairs.words[i].length;
    if (text_bytes > STREAM_NODE_BYTES_MAX)
        return false;
    node = node_for(stream, heap, limits, id, pairs, text_bytes);
    stream->node_memory -= stream_node_memory(node);
    stream_node_append(node, heap, id, pairs);
    stream->node_memory += stream_node_memory(node);
    if (stream->length == 0)
        stream->first_id = id;
    stream->length++;
    stream->entries_added++;
    stream->last_id = id;
    return true;
}

/* ---- Reading ---- */

void stream_cursor_open(struct stream_cursor *cursor, const struct stream *stream,
                        struct stream_id start, struct stream_id end, bool reverse)
{
    cursor->nodes = &stream->nodes;
    cursor->start = start;
    cursor->end = end;
    cursor->reverse = reverse;
    cursor->inside = false;
    cursor->place = stream_tree_seek_back(&stream->nodes, reverse ? end : start);
    if (!reverse && stream_tree_is_end(cursor->place))
        cursor->place = stream_tree_first(&stream->nodes);
}

/* The next entry of the nodes, whatever its id. */
static bool cursor_step(struct stream_cursor *cursor)
{
    while (!stream_tree_is_end(cursor->place)) {
        const struct stream_node *node = node_at(cursor->nodes, cursor->place);

        if (cursor->reverse)
            cursor->inside = cursor->inside ? stream_node_previous(node, &cursor->entry)
                                            : stream_node_last(node, &cursor->entry);
        else
            cursor->inside = cursor->inside ? stream_node_next(node, &cursor->entry)
                                            : stream_node_first(node, &cursor->entry);
        if (cursor->inside)
            return true;
        cursor->place =
            cursor->reverse ? stream_tree_previous(cursor->place) : stream_tree_next(cursor->place);
    }
    return false;
}

bool stream_cursor_next(struct stream_cursor *cursor)
{
    while (cursor_step(cursor)) {
        const struct stream_entry *entry = &cursor->entry;
        bool before = stream_id_less(entry->id, cursor->start);
        bool behind = stream_id_less(cursor->end, entry->id);

        /* Their ids say nothing: XSETID may have gone back behind them. */
        if (entry->deleted)
            continue;
        if (cursor->reverse ? before : behind)
            break;
        if (!before && !behind)
            return true;
    }
    cursor->place.leaf = NULL;
    return false;
}

/* The node that has the entry with this id, if any has. */
static struct stream_node *find_node(const struct stream *stream, struct stream_id id)
{
    struct stream_tree_place place = stream_tree_seek_back(&stream->nodes, id);

    return stream_tree_is_end(place) ? NULL : node_at(&stream->nodes, place);
}

bool stream_find(const struct stream *stream, struct stream_id id, struct stream_entry *entry)
{
    const struct stream_node *node = find_node(stream, id);

    return node != NULL && stream_node_find(node, id, entry);
}

/* The first or last entry that is there. */
static struct stream_id edge_id(const struct stream *stream, bool last)
{
    struct stream_cursor cursor;

    stream_cursor_open(&cursor, stream, STREAM_ID_MIN, STREAM_ID_MAX, last);
    return stream_cursor_next(&cursor) ? cursor.entry.id : STREAM_ID_MIN;
}

struct stream_id stream_last_entry_id(const struct stream *stream)
{
    return edge_id(stream, true);
}

/* ---- What is known of an entry's place ---- */

bool stream_has_gap(const struct stream *stream, struct stream_id id)
{
    if (stream->length == 0 || stream_id_equal(stream->max_deleted_id, STREAM_ID_MIN))
        return false;
    return !stream_id_less(stream->max_deleted_id, stream->first_id) &&
           !stream_id_less(stream->max_deleted_id, id);
}

int64_t stream_position(const struct stream *stream, struct stream_id id)
{
    int64_t added = (int64_t)stream->entries_added;
    int order = stream_id_compare(id, stream->last_id);

    if (added == 0)
        return 0;
    if (order == 0 || (order < 0 && stream->length == 0))
        return added;
    if (order > 0)
        return STREAM_POSITION_UNKNOWN;
    /* With deletions behind the first entry only the two ends are known. */
    if (!stream_id_equal(stream->max_deleted_id, STREAM_ID_MIN) &&
        !stream_id_less(stream->max_deleted_id, stream->first_id))
        return STREAM_POSITION_UNKNOWN;
    if (stream_id_less(id, stream->first_id))
        return added - (int64_t)stream->length;
    if (stream_id_equal(id, stream->first_id))
        return added - (int64_t)stream->length + 1;
    return STREAM_POSITION_UNKNOWN;
}

/* ---- Deleting ---- */

static void remove_node(struct stream *stream, struct heap *heap, struct stream_node *node)
{
    stream->node_memory -= stream_node_memory(node);
    if (stream->watch == NULL || !stream->watch->before_stream_node(stream->watch, node, true))
        stream_node_release(node, heap);
    stream_tree_remove(&stream->nodes, heap, node->id);
}

bool stream_delete(struct stream *stream, struct heap *heap, struct stream_id id)
{
    struct stream_node *node = find_node(stream, id);
    struct stream_entry entry;

    if (node == NULL || !stream_node_find(node, id, &entry))
        return false;
    if (node->count == 1) {
        remove_node(stream, heap, node);
    } else {
        show_delete(stream, node, &entry);
        stream->node_memory -= stream_node_memory(node);
        stream_node_delete(node, heap, &entry);
        stream->node_memory += stream_node_memory(node);
    }
    stream->length--;
    if (stream_id_less(stream->max_deleted_id, id))
        stream->max_deleted_id = id;
    if (stream_id_equal(stream->first_id, id))
        stream->first_id = edge_id(stream, false);
    return true;
}

/* May the whole node go? */
static bool trim_takes_node(const struct stream *stream, const struct stream_node *node,
                            const struct stream_trim *trim)
{
    struct stream_entry last;

    if (trim->by == STREAM_TRIM_LENGTH)
        return stream->length - node->count >= trim->length;
    return stream_node_last(node, &last) && stream_id_less(last.id, trim->id);
}

/* Deletes what has to go from a node of which something stays, be it only entries that were deleted
 * before. */
static uint64_t trim_node(struct stream *stream, struct heap *heap, struct stream_node *node,
                          const struct stream_trim *trim)
{
    uint64_t deleted;

    show(stream, node);
    stream->node_memory -= stream_node_memory(node);
    if (trim->by == STREAM_TRIM_LENGTH)
        deleted =
            stream_node_delete_front(node, heap, stream->length - trim->length, STREAM_ID_MAX);
    else
        deleted = stream_node_delete_front(node, heap, UINT64_MAX, trim->id);
    stream->node_memory += stream_node_memory(node);
    stream->length -= deleted;
    return deleted;
}

uint64_t stream_trim(struct stream *stream, struct heap *heap, const struct stream_trim *trim)
{
    uint64_t deleted = 0;

    while (stream->nodes.count > 0) {
        struct stream_node *node = node_at(&stream->nodes, stream_tree_first(&stream->nodes));

        if (trim->by == STREAM_TRIM_LENGTH && stream->length <= trim->length)
            break;
        if (trim->limit != 0 && deleted + node->count > trim->limit)
            break;
        if (!trim_takes_node(stream, node, trim)) {
            if (!trim->approximate)
                deleted += trim_node(stream, heap, node, trim);
            break;
        }
        deleted += node->count;
        stream->length -= node->count;
        remove_node(stream, heap, node);
    }
    if (deleted > 0)
        stream->first_id = edge_id(stream, false);
    return deleted;
}

void stream_set_last_id(struct stream *stream, struct heap *heap, struct stream_id id)
{
    /* Nothing that was deleted may be in the way of ids that are given again. */
    while (stream->length == 0 && stream->nodes.count > 0 && stream_id_less(id, stream->last_id))
        remove_node(stream, heap, node_at(&stream->nodes, stream_tree_last(&stream->nodes)));
    if (stream->watch != NULL && stream_id_less(id, stream->last_id))
        stream->watch->before_ids_return(stream->watch);
    stream->last_id = id;
}

/* ---- From elsewhere ---- */

bool stream_load_node(struct stream *stream, struct heap *heap, struct stream_id id,
                      struct span listpack)
{
    struct stream_node node;
    struct stream_id last;

    if (stream->nodes.count > 0 && !stream_id_less(stream->last_id, id))
        return false;
    if (!stream_node_load(&node, heap, id, listpack, &last))
        return false;
    if (node.count == 0) {
        stream_node_release(&node, heap);
        return true;
    }
    memcpy(stream_tree_insert(&stream->nodes, heap, id), &node, sizeof(node));
    stream->node_memory += stream_node_memory(&node);
    stream->length += node.count;
    stream->last_id = last;
    return true;
}

bool stream_load_counters(struct stream *stream, uint64_t length, struct stream_id last_id,
                          struct stream_id max_deleted_id, uint64_t entries_added)
{
    if (length != stream->length || stream_id_less(last_id, stream->last_id) ||
        entries_added > INT64_MAX)
        return false;
    stream->last_id = last_id;
    stream->max_deleted_id = max_deleted_id;
    stream->entries_added = entries_added;
    stream->first_id = edge_id(stream, false);
    return true;
}

/* ---- As an object of the keyspace ---- */

enum { GROUPS_LOOKED_AT = 64 };

static uint64_t kind_count(const void *object)
{
    const struct stream *stream = object;
    uint64_t count = stream->nodes.count;
    uint32_t looked_at =
        stream->groups.count < GROUPS_LOOKED_AT ? stream->groups.count : GROUPS_LOOKED_AT;

    for (uint32_t i = 0; i < looked_at; i++) {
        const struct stream_group *group = stream_group_at(stream, i);

        count += group->pending.count + group->consumers.count;
    }
    return count + stream->groups.count;
}

static bool kind_release(struct heap *heap, void *object, uint32_t *budget)
{
    struct stream *stream = object;

    while (*budget > 0 && stream->groups.count > 0) {
        uint32_t last = stream->groups.count - 1;

        if (stream_group_release(stream->groups.things[last], heap, budget))
            stream_names_remove(&stream->groups, heap, last);
    }
    for (; *budget > 0 && stream->nodes.count > 0; --*budget)
        remove_node(stream, heap, node_at(&stream->nodes, stream_tree_last(&stream->nodes)));
    if (stream->groups.count > 0 || stream->nodes.count > 0)
        return false;
    heap_release(heap, stream, sizeof(*stream));
    return true;
}

static void *kind_copy(struct heap *heap, const void *object)
{
    const struct stream *source = object;
    struct stream *stream = stream_create(heap);

    for (struct stream_tree_place place = stream_tree_first(&source->nodes);
         !stream_tree_is_end(place); place = stream_tree_next(place)) {
        struct stream_node node = *node_at(&source->nodes, place);
        char *body = heap_allocate(heap, node.length);

        memcpy(body, node.body, node.length);
        node.body = body;
        node.capacity = (uint32_t)heap_block_size(node.length);
        memcpy(stream_tree_insert(&stream->nodes, heap, node.id), &node, sizeof(node));
        stream->node_memory += stream_node_memory(&node);
    }
    stream->length = source->length;
    stream->entries_added = source->entries_added;
    stream->first_id = source->first_id;
    stream->last_id = source->last_id;
    stream->max_deleted_id = source->max_deleted_id;
    for (uint32_t i = 0; i < source->groups.count; i++)
        stream_group_copy(stream, heap, stream_group_at(source, i));
    return stream;
}

static size_t kind_memory(const void *object)
{
    const struct stream *stream = object;
    uint32_t looked_at =
        stream->groups.count < GROUPS_LOOKED_AT ? stream->groups.count : GROUPS_LOOKED_AT;
    size_t groups = 0;

    for (uint32_t i = 0; i < looked_at; i++)
        groups += stream_group_memory(stream_group_at(stream, i));
    if (looked_at > 0)
        groups = groups / looked_at * stream->groups.count;
    return heap_block_size(sizeof(*stream)) + stream->nodes.memory + stream->node_memory +
           stream_names_memory(&stream->groups) + groups;
}

static struct object_watch **kind_watch(void *object)
{
    return &((struct stream *)object)->watch;
}

const struct object_kind stream_kind = {
    .count = kind_count,
    .release = kind_release,
    .copy = kind_copy,
    .memory = kind_memory,
    .watch = kind_watch,
};
