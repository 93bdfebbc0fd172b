/*
 * Who waits for which keys: per key a queue in order of arrival, and what is due when.
 *
 *   table --> queue of (database, key) --> place <-> place <-> place
 *                                            |         |         |
 *                                          waiter    waiter    waiter   (a waiter has a place for
 *                                                                        each of its keys)
 *
 * A change of a key that has a queue marks the queue; marked queues are taken in the order in which
 * they were marked. Nothing here looks at more than one queue at a time, however many wait.
 *
 * The buckets grow by splitting one at a time, so that no waiter's arrival pays for all.
 *
 * Owner: one shard. Pure: no clock, no thread.
 */
#ifndef SERVER_DISPATCH_WAITER_TABLE_H
#define SERVER_DISPATCH_WAITER_TABLE_H

#include "proto/base/list.h"
#include "proto/base/time.h"
#include "storage/due_queue.h"
#include "storage/keyspace.h"

#include <stdbool.h>
#include <stdint.h>

struct waiter;

/* Those who wait for one key. There is one as long as there are places in it. */
struct waiter_queue {
    struct waiter_queue *next;     /* in the bucket */
    struct list_link places;       /* in order of arrival */
    struct list_link marked_link;  /* in table->marked */
    uint32_t waiting[VALUE_TYPES]; /* places by the type that they wait for */
    uint32_t until_gone;           /* of them, those that do not outlive the value */
    uint32_t database;
    bool held;      /* stays although it is empty, see waiter_table_hold */
    struct key key; /* the name is the queue's own */
};

/* Lies in the waiter. Zeroed: in no queue. */
struct waiter_place {
    struct list_link link;
    struct waiter_queue *queue;
    struct waiter *waiter;
    enum value_type type; /* that it waits for */
    bool until_gone;      /* its wait also ends when the key holds no value of the type any more */
};

struct waiter_table {
    struct list_link marked;
    struct waiter_queue **buckets;
    uint32_t bucket_capacity; /* a power of two; only the first bucket_count are in use */
    uint32_t bucket_count;
    uint32_t queue_count;
    uint32_t until_gone_count; /* queues with somebody who does not outlive the value */
    struct due_queue deadlines;
    struct heap *heap; /* of `deadlines`; NULL as long as nobody has waited */
};

void waiter_table_init(struct waiter_table *table);
/* Nobody may be waiting (asserted). */
void waiter_table_free(struct waiter_table *table);

/* Puts the place, whose waiter, type and until_gone are set, behind those that wait for the key
 * already. A waiter that names the key several times in a row has one place: false for the others.
 */
bool waiter_table_join(struct waiter_table *table, struct waiter_place *place, uint32_t database,
                       const struct key *key);
/* Takes it out, if it is in a queue. */
void waiter_table_leave(struct waiter_table *table, struct waiter_place *place);

/* NULL when nobody waits for the key. */
struct waiter_queue *waiter_table_find(const struct waiter_table *table, uint32_t database,
                                       const struct key *key);

/* The key has changed: the queue is taken once more. */
void waiter_table_mark(struct waiter_table *table, struct waiter_queue *queue);
/* The same for all keys of a database. Looks at all queues. */
void waiter_table_mark_database(struct waiter_table *table, uint32_t database);
/* The first marked queue, now held and no longer marked; NULL when none is. */
struct waiter_queue *waiter_table_take_marked(struct waiter_table *table);

static inline bool waiter_table_is_marked(const struct waiter_table *table)
{
    return !list_empty(&table->marked);
}

/* While a queue is held it stays in memory even when all leave it. */
void waiter_table_hold(struct waiter_queue *queue);
void waiter_table_let_go(struct waiter_table *table, struct waiter_queue *queue);

/* The place behind this one; NULL at the end. */
static inline struct waiter_place *waiter_table_next(const struct waiter_place *place)
{
    struct list_link *next = place->link.next;

    return next == &place->queue->places ? NULL : list_entry(next, struct waiter_place, link);
}

static inline struct waiter_place *waiter_table_first(const struct waiter_queue *queue)
{
    return list_empty(&queue->places) ? NULL
                                      : list_entry(queue->places.next, struct waiter_place, link);
}

/* Calls for every queue. `visit` may free the queue that it is given, but no other. */
void waiter_table_visit(struct waiter_table *table,
                        void (*visit)(void *context, struct waiter_queue *queue), void *context);

/* Sets, moves or (TIME_NEVER) removes a deadline. */
void waiter_table_set_deadline(struct waiter_table *table, struct due_node *node, time_ms due);

#endif
