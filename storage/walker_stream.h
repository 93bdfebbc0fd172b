/*
 * Groups of large streams: for walker_stream*.c alone.
 *
 * Of a group that is about to change, first what it says of itself and of its consumers is copied.
 * Of a pending entry that is about to change, to go or to come, first an image is made: what it was
 * at the cut, be it nothing. So a pending entry without an image is as it was. Both trees, the
 * group's own and that of the images, are walked at once.
 */
#ifndef STORAGE_WALKER_STREAM_H
#define STORAGE_WALKER_STREAM_H

#include "storage/types/stream_group.h"
#include "storage/walker_value.h"

enum stream_group_phase { STREAM_GROUP_HEAD, STREAM_GROUP_PENDING, STREAM_GROUP_CONSUMERS };

struct walker_consumer {
    struct stream_consumer shown; /* name, times and count at the cut */
    char *name;
    const struct stream_consumer *live; /* NULL: gone */
    struct stream_tree ids;             /* of images that are its own, and not written otherwise */
};

struct walker_stream_group {
    struct stream_group *group;
    bool is_frozen; /* `shown` and the consumers are there */
    bool is_done;   /* written: nothing of it matters any more */
    enum stream_group_phase phase;
    struct stream_group shown; /* name, ids and counts at the cut */
    char *name;
    struct stream_tree images;
    struct walker_consumer *consumers;
    uint32_t consumer_count;
    uint32_t consumers_left; /* while they are given up */

    /* While it is written. */
    uint32_t consumer;      /* the next */
    bool is_consumer_begun; /* its head is written */
    bool is_live_done;      /* its ids without images are */
    struct stream_id next;  /* everything below is written */
    uint64_t written;       /* entries of this phase, or consumer */
};

void walker_stream_group_begin(struct walker_stream_group *cut, struct walker_value *value,
                               struct stream_group *group, uint32_t number);
void walker_stream_group_freeze(struct walker_stream_group *cut, struct walker_value *value);
/* A pending entry is about to change. */
void walker_stream_group_keep(struct walker_stream_group *cut, struct walker_value *value,
                              struct stream_id id);
void walker_stream_group_forget(struct walker_stream_group *cut,
                                const struct stream_consumer *consumer);
/* Writes more; true when all of it is written, and what was remembered is given up. */
bool walker_stream_group_write(struct walker_stream_group *cut, struct walker_value *value,
                               enum rdb_type type);
void walker_stream_group_drop(struct walker_stream_group *cut, struct walker_value *value);

/* The id behind this one; false when there is none. */
static inline bool walker_stream_advance(struct stream_id *next, struct stream_id id)
{
    *next = id;
    return stream_id_increment(next);
}

#endif
