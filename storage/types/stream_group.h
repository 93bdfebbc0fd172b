/*
 * A group of consumers that share the entries of a stream, each delivered to one of them, and
 * pending until it is acknowledged.
 *
 * A pending entry is an element of its group's tree, with its consumer, and its id one of the tree
 * of the consumer. The entry itself may have been deleted from the stream meanwhile.
 *
 * Owner: the stream. A pointer to a pending entry is good until the next change of the group.
 */
#ifndef STORAGE_TYPES_STREAM_GROUP_H
#define STORAGE_TYPES_STREAM_GROUP_H

#include "storage/types/stream.h"

struct stream_consumer {
    struct span name;           /* behind the structure */
    time_ms seen;               /* when it last asked for something */
    time_ms active;             /* when it last got something; STREAM_NEVER_ACTIVE */
    uint32_t at_cut;            /* the watch's: its number, from 1 on */
    struct stream_tree pending; /* struct stream_id */
};

#define STREAM_NEVER_ACTIVE ((time_ms)-1)

struct stream_pending {
    struct stream_id id;
    time_ms delivered; /* the last time */
    uint64_t deliveries;
    struct stream_consumer *consumer;
};

struct stream_group {
    struct span name; /* behind the structure */
    struct stream_id last_id;
    int64_t entries_read; /* or STREAM_POSITION_UNKNOWN */
    struct stream_tree pending;
    struct stream_names consumers;
    struct object_watch *watch; /* told of each change; NULL: nobody */
    uint32_t at_cut;            /* the watch's: its number */
};

/* ---- Groups ---- */

struct stream_group *stream_group_find(const struct stream *stream, struct span name);
/* NULL when the name is taken. */
struct stream_group *stream_group_create(struct stream *stream, struct heap *heap, struct span name,
                                         struct stream_id last_id, int64_t entries_read);
/* Takes the group out of the stream: into a stream of its own, without entries, so that it can be
 * freed in slices like other objects. */
struct stream *stream_group_detach(struct stream *stream, struct heap *heap,
                                   struct stream_group *group);

static inline struct stream_group *stream_group_at(const struct stream *stream, uint32_t index)
{
    return stream->groups.things[index];
}

/* To be called before fields of a group or of its consumers are set, and before those of a pending
 * entry that was found. The functions here do it themselves. */
static inline void stream_group_show(struct stream_group *group)
{
    if (__builtin_expect(group->watch != NULL, 0))
        group->watch->before_stream_group(group->watch, group);
}
static inline void stream_pending_show(struct stream_group *group, struct stream_id id)
{
    if (__builtin_expect(group->watch != NULL, 0))
        group->watch->before_pending(group->watch, group, &id);
}

/* The group has read the entry with this id. */
void stream_group_advance(const struct stream *stream, struct stream_group *group,
                          struct stream_id id);
/* Entries that the group has not read yet; false when that is not known. */
bool stream_group_lag(const struct stream *stream, const struct stream_group *group, int64_t *lag);

/* ---- Consumers ---- */

struct stream_consumer *stream_consumer_find(const struct stream_group *group, struct span name);
/* NULL when the name is taken. */
struct stream_consumer *stream_consumer_create(struct stream_group *group, struct heap *heap,
                                               struct span name, time_ms now);
/* With its pending entries; returns how many those were. */
uint64_t stream_consumer_delete(struct stream_group *group, struct heap *heap,
                                struct stream_consumer *consumer);

static inline struct stream_consumer *stream_consumer_at(const struct stream_group *group,
                                                         uint32_t index)
{
    return group->consumers.things[index];
}

/* ---- Pending entries ---- */

struct stream_pending *stream_pending_find(const struct stream_group *group, struct stream_id id);
/* The entry becomes pending for this consumer, whoever had it before; `delivered` and `deliveries`
 * of a new one are 0, and for the caller to set. */
struct stream_pending *stream_pending_give(struct stream_group *group, struct heap *heap,
                                           struct stream_id id, struct stream_consumer *consumer);
/* False when it was not pending. */
bool stream_pending_remove(struct stream_group *group, struct heap *heap, struct stream_id id);

static inline struct stream_pending *stream_pending_at(const struct stream_group *group,
                                                       struct stream_tree_place place)
{
    return stream_tree_at(&group->pending, place);
}

/* ---- From elsewhere (dumps, snapshots): groups and consumers are created as above ---- */

/* A pending entry, whose consumer is to come; false when there is one with this id. */
bool stream_group_load_pending(struct stream_group *group, struct heap *heap, struct stream_id id,
                               time_ms delivered, uint64_t deliveries);
/* One of them is this consumer's; false when it is not pending, or another's. */
bool stream_consumer_load_pending(struct stream_group *group, struct heap *heap,
                                  struct stream_consumer *consumer, struct stream_id id);
/* Has every pending entry found its consumer? Otherwise the stream may be released, nothing else.
 */
bool stream_group_load_complete(const struct stream_group *group);

/* ---- For stream.c ---- */

/* Frees some of the group; true when all is gone. */
bool stream_group_release(struct stream_group *group, struct heap *heap, uint32_t *budget);
void stream_group_copy(struct stream *stream, struct heap *heap, const struct stream_group *source);
/* A bounded look: of many consumers only some, for all. */
size_t stream_group_memory(const struct stream_group *group);

#endif
