#include "server/shard/section.h"

#include "proto/base/assert.h"
#include "proto/base/memory.h"
#include "server/observe/clock.h"
#include "server/observe/latency.h"
#include "server/shard/exclusive.h"
#include "server/shard/shard.h"

/* Asks one member to park. */
struct park {
    struct message message; /* first */
    struct section *section;
};

/* Tells a coordinator that its section is next. Belongs to the thread that has just ended its own.
 */
struct section_start {
    struct message message; /* first */
    struct section *section;
};

static void section_start(struct section *section);

void section_queue_init(struct section_queue *queue)
{
    *queue = (struct section_queue){0};
    pthread_mutex_init(&queue->lock, NULL);
}

uint64_t section_all(const struct node *node)
{
    return node->shard_count == 64 ? UINT64_MAX : (1ull << node->shard_count) - 1;
}

struct keyspace *section_keyspace_of(struct section *section, uint32_t index)
{
    struct node *node = section->coordinator->node;

    ASSERT(index < node->shard_count);
    ASSERT(index == section->coordinator->index || (section->members >> index & 1));
    return node->shards[index]->keyspace;
}

struct keyspace *section_keyspace(struct section *section, const struct key *key)
{
    return section_keyspace_of(section, node_shard_of(section->coordinator->node, key->slot));
}

struct shard *section_shard(struct section *section, const struct key *key)
{
    struct node *node = section->coordinator->node;
    uint16_t index = node_shard_of(node, key->slot);

    ASSERT(index == section->coordinator->index || (section->members >> index & 1));
    return node->shards[index];
}

/* ---- The line ---- */

/* True when the section may start now. */
static bool queue_enter(struct section_queue *queue, struct section *section)
{
    bool free;

    pthread_mutex_lock(&queue->lock);
    free = queue->active == NULL;
    if (free) {
        queue->active = section;
    } else if (queue->first == NULL) {
        queue->first = queue->last = section;
    } else {
        queue->last->next = section;
        queue->last = section;
    }
    pthread_mutex_unlock(&queue->lock);
    return free;
}

/* Takes those of the coordinator that can be refused out of the line; first to last by `next`. */
static struct section *queue_take_refusable(struct section_queue *queue,
                                            const struct shard *coordinator)
{
    struct section *taken = NULL;
    struct section **taken_end = &taken;
    struct section **place = &queue->first;

    pthread_mutex_lock(&queue->lock);
    queue->last = NULL;
    while (*place != NULL) {
        struct section *section = *place;

        if (section->coordinator == coordinator && section->refuse != NULL) {
            *place = section->next;
            section->next = NULL;
            *taken_end = section;
            taken_end = &section->next;
        } else {
            queue->last = section;
            place = &section->next;
        }
    }
    pthread_mutex_unlock(&queue->lock);
    return taken;
}

static struct section *queue_leave(struct section_queue *queue)
{
    struct section *next;

    pthread_mutex_lock(&queue->lock);
    next = queue->active = queue->first;
    if (next != NULL)
        queue->first = next->next;
    pthread_mutex_unlock(&queue->lock);
    return next;
}

static void start_deliver(struct message *message, void *receiver)
{
    struct shard *shard = receiver;
    struct section *section = ((struct section_start *)message)->section;

    message_return(shard->mailbox, message);
    section_start(section);
}

static void start_returned(struct message *message, void *sender)
{
    (void)sender;
    memory_free(message);
}

static void start_next(struct shard *shard, struct section *section)
{
    struct section_start *start;

    if (section == NULL)
        return;
    start = memory_new_zeroed(1, sizeof(*start));
    start->message = (struct message){.deliver = start_deliver, .returned = start_returned};
    start->section = section;
    mailbox_post(shard->mailbox, &start->message, section->coordinator->index);
}

/* ---- Parking ---- */

static void section_run(struct section *section)
{
    struct shard *shard = section->coordinator;
    struct node *node = shard->node;
    uint64_t members = section->members;
    uint64_t start;

    for (uint32_t i = 0; i < node->shard_count; i++)
        if (members >> i & 1) {
            shard_hold(node->shards[i]);
            shard_lend(node->shards[i], shard);
        }
    memory_free(section->parks);
    section->parks = NULL;
    start = clock_ticks();
    section->run(section, section->context); /* may free the section */
    latency_note(shard, LATENCY_SECTION, clock_ticks_to_us(clock_ticks() - start));
    for (uint32_t i = 0; i < node->shard_count; i++)
        if ((members >> i & 1) && i != shard->index)
            shard_release(node->shards[i]);
    start_next(shard, queue_leave(&node->sections));
}

static void park_deliver(struct message *message, void *receiver)
{
    struct shard *shard = receiver;

    /* Parked from the moment in which the coordinator may know of it. */
    atomic_store_explicit(&shard->parked, SHARD_PARKED, memory_order_relaxed);
    /* In an outbox it would wait for a flush that a parked shard does not come to. */
    message_return_at_once(shard->mailbox, message);
    mailbox_flush(shard->mailbox);
    reactor_submit(shard->reactor);
    shard_park(shard);
}

static void park_returned(struct message *message, void *sender)
{
    struct section *section = ((struct park *)message)->section;

    (void)sender;
    ASSERT(section->awaited > 0);
    if (--section->awaited == 0)
        section_run(section);
}

static void section_start(struct section *section)
{
    struct shard *shard = section->coordinator;
    struct node *node = shard->node;
    struct park *parks;

    shard->statistics.sections++;
    section->members &= ~(1ull << shard->index);
    section->awaited = (uint32_t)__builtin_popcountll(section->members);
    if (section->awaited == 0) {
        section_run(section);
        return;
    }
    parks = memory_new_zeroed(node->shard_count, sizeof(*parks));
    section->parks = parks;
    for (uint16_t i = 0; i < node->shard_count; i++) {
        if (!(section->members >> i & 1))
            continue;
        parks[i].message = (struct message){.deliver = park_deliver, .returned = park_returned};
        parks[i].section = section;
        mailbox_post(shard->mailbox, &parks[i].message, i);
    }
}

void section_begin(struct section *section)
{
    struct shard *shard = section->coordinator;

    shard_assert_owner(shard);
    section->next = NULL;
    section->parks = NULL;
    if (queue_enter(&shard->node->sections, section))
        section_start(section);
}

void section_refuse_waiting(struct shard *shard)
{
    struct section *section = queue_take_refusable(&shard->node->sections, shard);

    while (section != NULL) {
        struct section *next = section->next;

        section->refuse(section, section->context); /* may free the section */
        section = next;
    }
}
