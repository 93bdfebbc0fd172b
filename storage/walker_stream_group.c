#include "storage/walker_stream.h"

#include "proto/base/assert.h"
#include "proto/base/memory.h"
#include "storage/rdb_value_parts.h"

enum { RELEASE_BUDGET = 512 };

struct pending_image {
    struct stream_id id;
    time_ms delivered;
    uint64_t deliveries;
    uint64_t consumer; /* its number from 1 on; 0: it was not pending */
};

static struct heap *heap_of(const struct walker_value *value)
{
    return value->walker->keyspace->set.heap;
}

/* ---- Keeping what was ---- */

void walker_stream_group_begin(struct walker_stream_group *cut, struct walker_value *value,
                               struct stream_group *group, uint32_t number)
{
    *cut = (struct walker_stream_group){.group = group};
    group->watch = &value->watch;
    group->at_cut = number;
    stream_tree_init(&cut->images, sizeof(struct pending_image));
}

static size_t consumers_bytes(const struct walker_stream_group *cut)
{
    return cut->consumer_count * sizeof(*cut->consumers);
}

static char *copy_name(struct walker_value *value, struct span *name)
{
    char *copy = memory_copy(name->data, name->length);

    *name = span_of(copy, name->length);
    value->walker->memory += name->length;
    return copy;
}

void walker_stream_group_freeze(struct walker_stream_group *cut, struct walker_value *value)
{
    struct stream_group *group = cut->group;

    if (cut->is_frozen || cut->is_done)
        return;
    cut->is_frozen = true;
    cut->shown = *group;
    cut->name = copy_name(value, &cut->shown.name);
    cut->consumer_count = cut->consumers_left = group->consumers.count;
    if (cut->consumer_count > 0)
        cut->consumers = memory_new(consumers_bytes(cut));
    value->walker->memory += consumers_bytes(cut);
    for (uint32_t i = 0; i < cut->consumer_count; i++) {
        struct walker_consumer *consumer = &cut->consumers[i];
        struct stream_consumer *live = stream_consumer_at(group, i);

        live->at_cut = i + 1;
        *consumer = (struct walker_consumer){.shown = *live, .live = live};
        consumer->name = copy_name(value, &consumer->shown.name);
        stream_tree_init(&consumer->ids, sizeof(struct stream_id));
    }
}

/* Has the entry been written among those of its consumer? */
static bool is_written(const struct walker_stream_group *cut, uint32_t consumer,
                       struct stream_id id)
{
    if (cut->phase != STREAM_GROUP_CONSUMERS || consumer > cut->consumer)
        return false;
    if (consumer < cut->consumer)
        return true;
    return cut->is_live_done || (cut->is_consumer_begun && stream_id_less(id, cut->next));
}

static void *add(struct walker_value *value, struct stream_tree *tree, struct stream_id id)
{
    void *added;

    value->walker->memory -= tree->memory;
    added = stream_tree_insert(tree, heap_of(value), id);
    value->walker->memory += tree->memory;
    return added;
}

void walker_stream_group_keep(struct walker_stream_group *cut, struct walker_value *value,
                              struct stream_id id)
{
    const struct stream_pending *live;
    struct pending_image *image;

    if (cut->is_done || stream_tree_find(&cut->images, id) != NULL)
        return;
    walker_stream_group_freeze(cut, value);
    live = stream_pending_find(cut->group, id);
    image = add(value, &cut->images, id);
    *image = (struct pending_image){.id = id};
    if (live == NULL)
        return;
    ASSERT(live->consumer->at_cut > 0 && live->consumer->at_cut <= cut->consumer_count);
    image->delivered = live->delivered;
    image->deliveries = live->deliveries;
    image->consumer = live->consumer->at_cut;
    if (!is_written(cut, live->consumer->at_cut - 1, id))
        add(value, &cut->consumers[live->consumer->at_cut - 1].ids, id);
}

void walker_stream_group_forget(struct walker_stream_group *cut,
                                const struct stream_consumer *consumer)
{
    if (!cut->is_done && consumer->at_cut > 0 && consumer->at_cut <= cut->consumer_count &&
        cut->consumers[consumer->at_cut - 1].live == consumer)
        cut->consumers[consumer->at_cut - 1].live = NULL;
}

static bool release_tree(struct walker_value *value, struct stream_tree *tree, uint32_t *budget)
{
    bool done;

    value->walker->memory -= tree->memory;
    done = stream_tree_release(tree, heap_of(value), budget);
    value->walker->memory += tree->memory;
    return done;
}

/* The group may do what it likes from now on. */
static void finish(struct walker_stream_group *cut)
{
    cut->is_done = true;
    cut->group->watch = NULL;
}

/* Gives up what is remembered, about *budget entries of it. True: all. */
static bool release(struct walker_stream_group *cut, struct walker_value *value, uint32_t *budget)
{
    struct walker *walker = value->walker;

    ASSERT(cut->is_done);
    if (!cut->is_frozen)
        return true;
    if (!release_tree(value, &cut->images, budget))
        return false;
    for (; cut->consumers_left > 0; cut->consumers_left--) {
        struct walker_consumer *consumer = &cut->consumers[cut->consumers_left - 1];

        if (*budget == 0 || !release_tree(value, &consumer->ids, budget))
            return false;
        walker->memory -= consumer->shown.name.length;
        memory_free(consumer->name);
        --*budget;
    }
    walker->memory -= consumers_bytes(cut) + cut->shown.name.length;
    memory_free(cut->consumers);
    memory_free(cut->name);
    cut->is_frozen = false;
    return true;
}

void walker_stream_group_drop(struct walker_stream_group *cut, struct walker_value *value)
{
    uint32_t budget;

    if (!cut->is_done)
        finish(cut);
    do
        budget = UINT32_MAX;
    while (!release(cut, value, &budget));
}

/* ---- Writing ---- */

static void write_pending_entry(struct walker_stream_group *cut, struct walker *walker,
                                struct stream_id id, time_ms delivered, uint64_t deliveries)
{
    struct rdb_writer *writer = walker->out.writer;

    rdb_value_write_stream_id(writer, id);
    rdb_writer_int64(writer, delivered);
    rdb_writer_length(writer, deliveries);
    cut->written++;
}

/* True when all entries are written. */
static bool write_pending(struct walker_stream_group *cut, struct walker *walker)
{
    const struct stream_group *group = cut->group;
    struct stream_tree_place place = stream_tree_seek(&group->pending, cut->next);
    struct stream_tree_place kept = stream_tree_seek(&cut->images, cut->next);

    while (!stream_tree_is_end(place) || !stream_tree_is_end(kept)) {
        const struct stream_pending *live =
            stream_tree_is_end(place) ? NULL : stream_pending_at(group, place);
        const struct pending_image *image =
            stream_tree_is_end(kept) ? NULL : stream_tree_at(&cut->images, kept);
        struct stream_id id;

        if (walker_is_enough(walker))
            return false;
        walker->work++;
        if (image == NULL || (live != NULL && stream_id_less(live->id, image->id))) {
            id = live->id;
            write_pending_entry(cut, walker, id, live->delivered, live->deliveries);
            place = stream_tree_next(place);
        } else {
            id = image->id;
            if (image->consumer != 0)
                write_pending_entry(cut, walker, id, image->delivered, image->deliveries);
            kept = stream_tree_next(kept);
            if (live != NULL && stream_id_equal(live->id, id))
                place = stream_tree_next(place);
        }
        if (!walker_stream_advance(&cut->next, id))
            break;
    }
    ASSERT(cut->written == cut->shown.pending.count);
    return true;
}

static void write_id(struct walker_stream_group *cut, struct walker *walker, struct stream_id id)
{
    rdb_value_write_stream_id(walker->out.writer, id);
    cut->written++;
}

/* Ids without an image. True when all are written. */
static bool write_live_ids(struct walker_stream_group *cut, struct walker *walker,
                           const struct stream_consumer *live)
{
    struct stream_tree_place place = stream_tree_seek(&live->pending, cut->next);

    for (; !stream_tree_is_end(place); place = stream_tree_next(place)) {
        struct stream_id id = *(const struct stream_id *)stream_tree_at(&live->pending, place);

        if (walker_is_enough(walker))
            return false;
        walker->work++;
        if (cut->images.count == 0 || stream_tree_find(&cut->images, id) == NULL)
            write_id(cut, walker, id);
        if (!walker_stream_advance(&cut->next, id))
            break;
    }
    return true;
}

static bool write_kept_ids(struct walker_stream_group *cut, struct walker *walker,
                           const struct stream_tree *ids)
{
    struct stream_tree_place place = stream_tree_seek(ids, cut->next);

    for (; !stream_tree_is_end(place); place = stream_tree_next(place)) {
        struct stream_id id = *(const struct stream_id *)stream_tree_at(ids, place);

        if (walker_is_enough(walker))
            return false;
        walker->work++;
        write_id(cut, walker, id);
        if (!walker_stream_advance(&cut->next, id))
            break;
    }
    return true;
}

/* True when the consumer is written. */
static bool write_consumer(struct walker_stream_group *cut, struct walker *walker,
                           const struct walker_consumer *consumer, enum rdb_type type)
{
    if (!cut->is_consumer_begun) {
        rdb_value_write_stream_consumer(walker->out.writer, &consumer->shown, type);
        cut->is_consumer_begun = true;
        cut->is_live_done = false;
        cut->next = STREAM_ID_MIN;
        cut->written = 0;
        walker->work++;
    }
    if (!cut->is_live_done) {
        if (consumer->live != NULL && !write_live_ids(cut, walker, consumer->live))
            return false;
        cut->is_live_done = true;
        cut->next = STREAM_ID_MIN;
    }
    if (!write_kept_ids(cut, walker, &consumer->ids))
        return false;
    ASSERT(cut->written == consumer->shown.pending.count);
    return true;
}

bool walker_stream_group_write(struct walker_stream_group *cut, struct walker_value *value,
                               enum rdb_type type)
{
    struct walker *walker = value->walker;

    if (cut->phase == STREAM_GROUP_HEAD) {
        walker_stream_group_freeze(cut, value);
        rdb_value_write_stream_group(walker->out.writer, &cut->shown);
        cut->phase = STREAM_GROUP_PENDING;
    }
    if (cut->phase == STREAM_GROUP_PENDING) {
        if (!write_pending(cut, walker))
            return false;
        rdb_writer_length(walker->out.writer, cut->consumer_count);
        cut->phase = STREAM_GROUP_CONSUMERS;
    }
    while (cut->consumer < cut->consumer_count) {
        if (walker_is_enough(walker) ||
            !write_consumer(cut, walker, &cut->consumers[cut->consumer], type))
            return false;
        cut->consumer++;
        cut->is_consumer_begun = false;
        cut->is_live_done = false;
    }
    if (!cut->is_done)
        finish(cut);
    while (!walker_is_enough(walker)) {
        uint32_t budget = RELEASE_BUDGET;

        walker->work += RELEASE_BUDGET / 8;
        if (release(cut, value, &budget))
            return true;
    }
    return false;
}
