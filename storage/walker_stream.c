/*
 * Large streams. Nodes are known by their ids, which only grow: of a node that is about to change
 * or to go, first an image is made, which replaces it in the walk by ids. While nothing happens but
 * that entries are deleted, an image has no body of its own, but what makes the node's body what it
 * was. What has a higher id than the last node of the cut is not of the cut.
 */
#include "storage/walker_stream.h"

#include "proto/base/assert.h"
#include "proto/base/memory.h"
#include "storage/rdb_value_parts.h"
#include "storage/walker_undo.h"

enum { UNDO_PART = 4 }; /* of a node's bytes: when more would have to be remembered, it is copied */

/* A node as it was at the cut. */
struct image {
    struct stream_node node;
    /* From what is in the body to what was in it. While node.body is NULL, it is the body of the
     * node with this id in the stream, unless all is written. */
    struct walker_undo undo;
};
_Static_assert(sizeof(struct image) <= 64, "an element of a stream's tree");

struct walker_stream {
    struct walker_value value;
    struct stream shown; /* counters at the cut */
    enum rdb_type type;
    bool is_counted; /* all nodes, and the counters, are written */
    bool has_live;   /* there may be nodes without an image */
    struct stream_id last_live;
    struct stream_id next;     /* all nodes below are written */
    struct stream_tree images; /* struct image */
    uint64_t written;          /* nodes */
    struct walker_stream_group *groups;
    uint32_t group_count;
    uint32_t group; /* the next */
};

static struct walker_stream *stream_of(struct walker_value *value)
{
    return (struct walker_stream *)value;
}

static struct heap *heap_of(const struct walker_value *value)
{
    return value->walker->keyspace->set.heap;
}

/* ---- Before changes ---- */

/* Is the node, as it is, one of the cut that is not written? */
static bool is_wanted(const struct walker_stream *stream, const struct stream_node *node)
{
    return !stream->is_counted && stream->has_live &&
           !stream_id_less(stream->last_live, node->id) && !stream_id_less(node->id, stream->next);
}

/* The image of a node that has one already, or a new one; it is good until the next is made. */
static struct image *image_of(struct walker_stream *stream, const struct stream_node *node)
{
    struct image *image = stream_tree_find(&stream->images, node->id);
    struct walker *walker = stream->value.walker;

    if (image != NULL)
        return image;
    walker->memory -= stream->images.memory;
    image = stream_tree_insert(&stream->images, heap_of(&stream->value), node->id);
    walker->memory += stream->images.memory;
    *image = (struct image){.node = *node};
    image->node.body = NULL;
    return image;
}

static void forget_undo(struct walker_stream *stream, struct image *image)
{
    stream->value.walker->memory -= image->undo.capacity;
    walker_undo_free(&image->undo, heap_of(&stream->value));
}

/* Gives the image a body of its own, from the node that is about to change. */
static void copy(struct walker_stream *stream, struct image *image, const struct stream_node *node)
{
    struct span body = span_of(node->body, node->length);
    size_t capacity = heap_block_size(walker_undo_room(&image->undo, body));

    ASSERT(image->node.body == NULL);
    image->node.capacity = (uint32_t)capacity;
    image->node.body = heap_allocate(heap_of(&stream->value), capacity);
    image->node.length = (uint32_t)walker_undo_apply(&image->undo, body, image->node.body);
    forget_undo(stream, image);
    stream->value.walker->memory += capacity;
}

static bool before_node(struct object_watch *watch, struct stream_node *node, bool goes)
{
    struct walker_stream *stream = (struct walker_stream *)watch;
    struct image *image;

    if (!is_wanted(stream, node))
        return false;
    image = image_of(stream, node);
    if (image->node.body != NULL)
        return false;
    if (!goes) {
        copy(stream, image, node);
        return false;
    }
    image->node.body = node->body;
    image->node.length = node->length;
    image->node.capacity = node->capacity;
    stream->value.walker->memory += node->capacity;
    return true;
}

static void before_delete(struct object_watch *watch, struct stream_node *node, size_t offset,
                          size_t removed, size_t gap)
{
    struct walker_stream *stream = (struct walker_stream *)watch;
    struct heap *heap = heap_of(&stream->value);
    struct span body = span_of(node->body, node->length);
    struct image *image;
    size_t cost = walker_undo_cost(1) + walker_undo_cost(removed);

    if (!is_wanted(stream, node))
        return;
    image = image_of(stream, node);
    if (image->node.body != NULL)
        return;
    if (image->undo.length + cost > node->length / UNDO_PART) {
        copy(stream, image, node);
        return;
    }
    stream->value.walker->memory -= image->undo.capacity;
    walker_undo_note(&image->undo, heap, body, offset, 1, 1);
    /* Their first edit says what the counts were at the cut. */
    if (image->undo.length == walker_undo_cost(1) || removed != gap)
        walker_undo_note(&image->undo, heap, body, 0, removed, gap);
    stream->value.walker->memory += image->undo.capacity;
}

static void before_ids_return(struct object_watch *watch)
{
    struct walker_stream *stream = (struct walker_stream *)watch;
    const struct stream *live = stream->value.object;
    struct stream_tree_place last = stream_tree_last(&live->nodes);

    stream->has_live = stream->has_live && !stream_tree_is_end(last);
    if (stream->has_live) {
        const struct stream_node *node = stream_tree_at(&live->nodes, last);

        if (stream_id_less(node->id, stream->last_live))
            stream->last_live = node->id;
    }
}

static struct walker_stream_group *group_of(struct object_watch *watch,
                                            const struct stream_group *group)
{
    struct walker_stream *stream = (struct walker_stream *)watch;
    struct walker_stream_group *cut = &stream->groups[group->at_cut - 1];

    ASSERT(group->at_cut > 0 && group->at_cut <= stream->group_count);
    ASSERT(cut->group == group);
    return cut;
}

static void before_group(struct object_watch *watch, struct stream_group *group)
{
    walker_stream_group_freeze(group_of(watch, group), (struct walker_value *)watch);
}

static void before_pending(struct object_watch *watch, struct stream_group *group,
                           const struct stream_id *id)
{
    walker_stream_group_keep(group_of(watch, group), (struct walker_value *)watch, *id);
}

static void before_consumer_goes(struct object_watch *watch, struct stream_group *group,
                                 struct stream_consumer *consumer)
{
    before_group(watch, group);
    walker_stream_group_forget(group_of(watch, group), consumer);
}

/* ---- The value ---- */

static void begin(struct walker_value *value, const struct entry *entry)
{
    struct walker_stream *stream = stream_of(value);
    struct stream *object = value->object;
    struct stream_tree_place last = stream_tree_last(&object->nodes);

    stream->shown = *object;
    stream->type = walker_record_version(value->walker) >= RDB_VERSION ? RDB_STREAM_LISTPACKS_3
                                                                       : RDB_STREAM_LISTPACKS_2;
    stream->has_live = !stream_tree_is_end(last);
    if (stream->has_live)
        stream->last_live = ((const struct stream_node *)stream_tree_at(&object->nodes, last))->id;
    stream_tree_init(&stream->images, sizeof(struct image));
    stream->group_count = object->groups.count;
    if (stream->group_count > 0)
        stream->groups = memory_new(stream->group_count * sizeof(*stream->groups));
    value->walker->memory += stream->group_count * sizeof(*stream->groups);
    for (uint32_t i = 0; i < stream->group_count; i++)
        walker_stream_group_begin(&stream->groups[i], value, stream_group_at(object, i), i + 1);
    value->watch.before_stream_node = before_node;
    value->watch.before_stream_delete = before_delete;
    value->watch.before_ids_return = before_ids_return;
    value->watch.before_stream_group = before_group;
    value->watch.before_pending = before_pending;
    value->watch.before_consumer_goes = before_consumer_goes;
    ASSERT(value->walker->options.format == WALKER_RDB);
    walker_record_head(value->walker, &value->head, entry, stream->type);
    rdb_writer_length(&value->head, object->nodes.count);
}

static void release_image(struct walker_stream *stream, struct image *image)
{
    forget_undo(stream, image);
    if (image->node.body == NULL)
        return;
    stream->value.walker->memory -= image->node.capacity;
    stream_node_release(&image->node, heap_of(&stream->value));
}

static void write_image(struct walker_stream *stream, const struct image *image,
                        const struct stream_node *live)
{
    const struct stream_node *holder = image->node.body != NULL ? &image->node : live;
    struct span body = span_of(holder->body, holder->length);
    size_t room = walker_undo_room(&image->undo, body);
    struct stream_node node = image->node;

    node.body = heap_allocate(heap_of(&stream->value), room);
    node.length = (uint32_t)walker_undo_apply(&image->undo, body, node.body);
    rdb_value_write_stream_node(stream->value.walker->out.writer, &node);
    heap_release(heap_of(&stream->value), node.body, room);
}

/* The next node of the cut without an image. */
static const struct stream_node *live_at(const struct walker_stream *stream,
                                         const struct stream *live, struct stream_tree_place place)
{
    const struct stream_node *node;

    if (!stream->has_live || stream_tree_is_end(place))
        return NULL;
    node = stream_tree_at(&live->nodes, place);
    return stream_id_less(stream->last_live, node->id) ? NULL : node;
}

/* True when all nodes are written. */
static bool write_nodes(struct walker_stream *stream, struct walker *walker)
{
    const struct stream *object = stream->value.object;
    struct stream_tree_place place = stream_tree_seek(&object->nodes, stream->next);
    struct stream_tree_place kept = stream_tree_seek(&stream->images, stream->next);

    for (;;) {
        const struct stream_node *live = live_at(stream, object, place);
        struct image *image =
            stream_tree_is_end(kept) ? NULL : stream_tree_at(&stream->images, kept);
        const struct stream_node *node = live;

        if (live == NULL && image == NULL)
            break;
        if (walker_is_enough(walker))
            return false;
        if (image != NULL && (live == NULL || !stream_id_less(live->id, image->node.id)))
            node = &image->node;
        if (node == live)
            rdb_value_write_stream_node(walker->out.writer, live);
        else
            write_image(stream, image, live);
        walker->work += node->count + 1;
        stream->written++;
        if (live != NULL && stream_id_equal(live->id, node->id))
            place = stream_tree_next(place);
        if (node != live) {
            release_image(stream, image);
            kept = stream_tree_next(kept);
        }
        if (!walker_stream_advance(&stream->next, node->id))
            break;
    }
    ASSERT(stream->written == stream->shown.nodes.count);
    return true;
}

static bool write(struct walker_value *value)
{
    struct walker_stream *stream = stream_of(value);
    struct walker *walker = value->walker;

    if (!stream->is_counted) {
        if (!write_nodes(stream, walker))
            return false;
        rdb_value_write_stream_counters(walker->out.writer, &stream->shown);
        stream->is_counted = true;
    }
    for (; stream->group < stream->group_count; stream->group++) {
        if (walker_is_enough(walker) ||
            !walker_stream_group_write(&stream->groups[stream->group], value, stream->type))
            return false;
    }
    return true;
}

static void end(struct walker_value *value)
{
    struct walker_stream *stream = stream_of(value);
    uint32_t budget = UINT32_MAX;

    for (struct stream_tree_place place = stream_tree_first(&stream->images);
         !stream_tree_is_end(place); place = stream_tree_next(place))
        release_image(stream, stream_tree_at(&stream->images, place));
    value->walker->memory -= stream->images.memory;
    while (!stream_tree_release(&stream->images, heap_of(value), &budget))
        budget = UINT32_MAX;
    for (uint32_t i = 0; i < stream->group_count; i++)
        walker_stream_group_drop(&stream->groups[i], value);
    value->walker->memory -= stream->group_count * sizeof(*stream->groups);
    memory_free(stream->groups);
}

const struct walker_value_kind walker_stream_kind = {
    .size = sizeof(struct walker_stream),
    .begin = begin,
    .write = write,
    .end = end,
};
