#include "storage/types/stream_group.h"

#include "proto/base/assert.h"

#include <string.h>

enum { CONSUMERS_LOOKED_AT = 64 };

/* ---- Groups ---- */

static size_t group_size(const struct stream_group *group)
{
    return sizeof(*group) + group->name.length;
}

/* Writes the name behind the structure that begins with it. */
static struct span place_name(void *behind, struct span name)
{
    if (name.length > 0)
        memcpy(behind, name.data, name.length);
    return span_of(behind, name.length);
}

struct stream_group *stream_group_find(const struct stream *stream, struct span name)
{
    return stream_names_find(&stream->groups, name, NULL);
}

struct stream_group *stream_group_create(struct stream *stream, struct heap *heap, struct span name,
                                         struct stream_id last_id, int64_t entries_read)
{
    struct stream_group *group;
    uint32_t index;

    if (stream_names_find(&stream->groups, name, &index) != NULL)
        return NULL;
    group = heap_allocate(heap, sizeof(*group) + name.length);
    *group = (struct stream_group){
        .name = place_name(group + 1, name),
        .last_id = last_id,
        .entries_read = entries_read,
    };
    stream_tree_init(&group->pending, sizeof(struct stream_pending));
    stream_names_insert(&stream->groups, heap, index, group);
    return group;
}

static bool consumer_release(struct stream_consumer *consumer, struct heap *heap, uint32_t *budget)
{
    if (!stream_tree_release(&consumer->pending, heap, budget))
        return false;
    heap_release(heap, consumer, sizeof(*consumer) + consumer->name.length);
    return true;
}

bool stream_group_release(struct stream_group *group, struct heap *heap, uint32_t *budget)
{
    if (!stream_tree_release(&group->pending, heap, budget))
        return false;
    while (group->consumers.count > 0) {
        uint32_t last = group->consumers.count - 1;

        if (*budget == 0 || !consumer_release(stream_consumer_at(group, last), heap, budget))
            return false;
        stream_names_remove(&group->consumers, heap, last);
        *budget -= *budget > 0;
    }
    heap_release(heap, group, group_size(group));
    *budget -= *budget > 0;
    return true;
}

struct stream *stream_group_detach(struct stream *stream, struct heap *heap,
                                   struct stream_group *group)
{
    struct stream *alone = stream_create(heap);
    uint32_t index;

    stream_group_show(group);
    /* It may have still to be written. */
    alone->watch = group->watch;

    ASSERT(stream_names_find(&stream->groups, group->name, &index) == group);
    stream_names_remove(&stream->groups, heap, index);
    stream_names_insert(&alone->groups, heap, 0, group);
    return alone;
}

void stream_group_advance(const struct stream *stream, struct stream_group *group,
                          struct stream_id id)
{
    ASSERT_DEBUG(stream_id_less(group->last_id, id));
    stream_group_show(group);
    if (group->entries_read != STREAM_POSITION_UNKNOWN && !stream_has_gap(stream, id))
        /* XGROUP SETID may have set it to anything: it wraps, as it does elsewhere. */
        group->entries_read = (int64_t)((uint64_t)group->entries_read + 1);
    else if (stream->entries_added > 0)
        group->entries_read = stream_position(stream, id);
    group->last_id = id;
}

bool stream_group_lag(const struct stream *stream, const struct stream_group *group, int64_t *lag)
{
    int64_t read = group->entries_read;

    *lag = 0;
    if (stream->entries_added == 0)
        return true;
    if (read == STREAM_POSITION_UNKNOWN || stream_has_gap(stream, group->last_id))
        read = stream_position(stream, group->last_id);
    if (read == STREAM_POSITION_UNKNOWN)
        return false;
    *lag = (int64_t)(stream->entries_added - (uint64_t)read);
    return true;
}

size_t stream_group_memory(const struct stream_group *group)
{
    uint32_t count = group->consumers.count;
    uint32_t looked_at = count < CONSUMERS_LOOKED_AT ? count : CONSUMERS_LOOKED_AT;
    size_t consumers = 0;

    for (uint32_t i = 0; i < looked_at; i++) {
        const struct stream_consumer *consumer = stream_consumer_at(group, i);

        consumers +=
            heap_block_size(sizeof(*consumer) + consumer->name.length) + consumer->pending.memory;
    }
    if (looked_at > 0)
        consumers = consumers / looked_at * count;
    return heap_block_size(group_size(group)) + group->pending.memory +
           stream_names_memory(&group->consumers) + consumers;
}

/* ---- Consumers ---- */

struct stream_consumer *stream_consumer_find(const struct stream_group *group, struct span name)
{
    return stream_names_find(&group->consumers, name, NULL);
}

struct stream_consumer *stream_consumer_create(struct stream_group *group, struct heap *heap,
                                               struct span name, time_ms now)
{
    struct stream_consumer *consumer;
    uint32_t index;

    if (stream_names_find(&group->consumers, name, &index) != NULL)
        return NULL;
    stream_group_show(group);
    consumer = heap_allocate(heap, sizeof(*consumer) + name.length);
    *consumer = (struct stream_consumer){
        .name = place_name(consumer + 1, name),
        .seen = now,
        .active = STREAM_NEVER_ACTIVE,
    };
    stream_tree_init(&consumer->pending, sizeof(struct stream_id));
    stream_names_insert(&group->consumers, heap, index, consumer);
    return consumer;
}

uint64_t stream_consumer_delete(struct stream_group *group, struct heap *heap,
                                struct stream_consumer *consumer)
{
    uint64_t count = consumer->pending.count;
    uint32_t budget = UINT32_MAX;
    uint32_t index;

    ASSERT(stream_names_find(&group->consumers, consumer->name, &index) == consumer);
    for (struct stream_tree_place place = stream_tree_first(&consumer->pending);
         !stream_tree_is_end(place); place = stream_tree_next(place)) {
        struct stream_id id;

        memcpy(&id, stream_tree_at(&consumer->pending, place), sizeof(id));
        stream_pending_show(group, id);
        stream_tree_remove(&group->pending, heap, id);
    }
    if (group->watch != NULL)
        group->watch->before_consumer_goes(group->watch, group, consumer);
    stream_names_remove(&group->consumers, heap, index);
    while (!consumer_release(consumer, heap, &budget))
        budget = UINT32_MAX;
    return count;
}

/* ---- Pending entries ---- */

struct stream_pending *stream_pending_find(const struct stream_group *group, struct stream_id id)
{
    return stream_tree_find(&group->pending, id);
}

static struct stream_pending *pending_create(struct stream_group *group, struct heap *heap,
                                             struct stream_id id)
{
    struct stream_pending *pending = stream_tree_insert(&group->pending, heap, id);

    *pending = (struct stream_pending){.id = id};
    return pending;
}

struct stream_pending *stream_pending_give(struct stream_group *group, struct heap *heap,
                                           struct stream_id id, struct stream_consumer *consumer)
{
    struct stream_pending *pending = stream_pending_find(group, id);

    stream_pending_show(group, id);
    if (pending == NULL)
        pending = pending_create(group, heap, id);
    if (pending->consumer == consumer)
        return pending;
    if (pending->consumer != NULL)
        stream_tree_remove(&pending->consumer->pending, heap, id);
    pending->consumer = consumer;
    stream_tree_insert(&consumer->pending, heap, id);
    return pending;
}

bool stream_pending_remove(struct stream_group *group, struct heap *heap, struct stream_id id)
{
    struct stream_pending *pending = stream_pending_find(group, id);

    if (pending == NULL)
        return false;
    ASSERT(pending->consumer != NULL);
    stream_pending_show(group, id);
    stream_tree_remove(&pending->consumer->pending, heap, id);
    stream_tree_remove(&group->pending, heap, id);
    return true;
}

/* ---- From elsewhere ---- */

bool stream_group_load_pending(struct stream_group *group, struct heap *heap, struct stream_id id,
                               time_ms delivered, uint64_t deliveries)
{
    struct stream_pending *pending;

    if (stream_pending_find(group, id) != NULL)
        return false;
    pending = pending_create(group, heap, id);
    pending->delivered = delivered;
    pending->deliveries = deliveries;
    return true;
}

bool stream_consumer_load_pending(struct stream_group *group, struct heap *heap,
                                  struct stream_consumer *consumer, struct stream_id id)
{
    struct stream_pending *pending = stream_pending_find(group, id);

    if (pending == NULL || pending->consumer != NULL)
        return false;
    pending->consumer = consumer;
    stream_tree_insert(&consumer->pending, heap, id);
    return true;
}

bool stream_group_load_complete(const struct stream_group *group)
{
    uint64_t owned = 0;

    for (uint32_t i = 0; i < group->consumers.count; i++)
        owned += stream_consumer_at(group, i)->pending.count;
    return owned == group->pending.count;
}

/* ---- Copying ---- */

static void consumer_copy(struct stream_group *group, struct heap *heap,
                          const struct stream_consumer *source)
{
    struct stream_consumer *consumer =
        stream_consumer_create(group, heap, source->name, source->seen);

    ASSERT(consumer != NULL);
    consumer->active = source->active;
    for (struct stream_tree_place place = stream_tree_first(&source->pending);
         !stream_tree_is_end(place); place = stream_tree_next(place)) {
        struct stream_id id;

        memcpy(&id, stream_tree_at(&source->pending, place), sizeof(id));
        ASSERT(stream_consumer_load_pending(group, heap, consumer, id));
    }
}

void stream_group_copy(struct stream *stream, struct heap *heap, const struct stream_group *source)
{
    struct stream_group *group =
        stream_group_create(stream, heap, source->name, source->last_id, source->entries_read);

    ASSERT(group != NULL);
    for (struct stream_tree_place place = stream_tree_first(&source->pending);
         !stream_tree_is_end(place); place = stream_tree_next(place)) {
        const struct stream_pending *pending = stream_pending_at(source, place);

        *pending_create(group, heap, pending->id) = (struct stream_pending){
            .id = pending->id, .delivered = pending->delivered, .deliveries = pending->deliveries};
    }
    for (uint32_t i = 0; i < source->consumers.count; i++)
        consumer_copy(group, heap, stream_consumer_at(source, i));
}
