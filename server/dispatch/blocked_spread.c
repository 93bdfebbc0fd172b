/*
 * Waits for keys of several shards, with cluster mode off.
 *
 * The places are in the tables of the shards that hold the keys, and are touched by these, or in a
 * section; all else is the home's. So is the decision: a shard whose key is ready sends a notice,
 * and the command runs again in a section with all of these shards.
 *
 * Three parties may refer to the waiter: its client, its places, and notices under way. The last
 * one frees it.
 */
#include "proto/base/assert.h"
#include "proto/base/memory.h"
#include "server/connection/connection.h"
#include "server/dispatch/waiter.h"
#include "server/observe/clock.h"
#include "server/shard/section.h"
#include "server/shard/shard.h"

#include <stdatomic.h>

/* What the shard of a place knows of it. */
struct spread_place {
    struct list_link notice_link; /* in blocked->notices, until the notice is posted */
    struct waiter_place *place;
    uint16_t shard;
    bool notified; /* since its command ran last */
};

/* Takes the places of one shard out. */
struct spread_leave {
    struct message message; /* first */
    struct waiter *waiter;
};

struct spread {
    struct section section;
    uint64_t members;            /* the shards of all keys of the command */
    bool running;                /* a section has been asked for */
    uint32_t leaving;            /* messages under way */
    struct spread_leave *leaves; /* by shard */
    struct spread_place *places; /* beside waiter->places */
    _Atomic uint32_t references;
};

struct notice {
    struct message message; /* first */
    struct waiter *waiter;
};

static void spread_run(struct section *section, void *context);

/* ---- Life ---- */

static void unreference(struct waiter *waiter)
{
    struct spread *spread = waiter->spread;

    if (atomic_fetch_sub_explicit(&spread->references, 1, memory_order_acq_rel) > 1)
        return;
    memory_free(spread->leaves);
    memory_free(spread->places);
    memory_free(spread);
    waiter_free(waiter);
}

void blocked_spread_drop(struct waiter *waiter)
{
    unreference(waiter);
}

static struct shard *shard_of(const struct waiter *waiter, uint32_t place)
{
    return waiter->home->node->shards[waiter->spread->places[place].shard];
}

void blocked_in_section(struct cmd *cmd, struct connection *connection, struct cmd_wait *wait,
                        uint64_t duration_us)
{
    struct shard *home = connection->shard;
    struct waiter *waiter = waiter_create(home, WAITER_SPREAD, connection, cmd);
    struct spread *spread = memory_new_zeroed(1, sizeof(*spread));

    ASSERT(cmd->section->coordinator == home);
    waiter->spread = spread;
    waiter->duration_us = duration_us;
    waiter_begin(waiter, home, wait);
    spread->members = cmd->section->members;
    spread->places = memory_new_zeroed(waiter->place_count, sizeof(*spread->places));
    atomic_init(&spread->references, 2); /* the client's, the places' */
    for (uint32_t i = 0; i < waiter->place_count; i++) {
        struct key key = keyspace_key(home->keyspace, waiter->argv[wait->first + i]);
        struct shard *shard = section_shard(cmd->section, &key);

        spread->places[i].place = &waiter->places[i];
        spread->places[i].shard = shard->index;
        waiter_table_join(&shard->blocked.table, &waiter->places[i], waiter->database, &key);
    }
    waiter_hold_client(waiter);
}

/* ---- Notices, on the shards of the keys ---- */

void blocked_spread_ready(struct shard *shard, struct waiter_place *place)
{
    struct waiter *waiter = place->waiter;
    struct spread_place *spread_place = &waiter->spread->places[place - waiter->places];

    ASSERT(spread_place->shard == shard->index);
    if (spread_place->notified)
        return;
    spread_place->notified = true;
    list_push_back(&shard->blocked.notices, &spread_place->notice_link);
}

static void notice_deliver(struct message *message, void *receiver)
{
    struct waiter *waiter = ((struct notice *)message)->waiter;
    struct spread *spread = waiter->spread;
    struct shard *shard = receiver;

    ASSERT(waiter->home == shard);
    if (waiter->state == WAITER_WAITS && !spread->running) {
        spread->running = true;
        spread->section = (struct section){
            .coordinator = shard, .members = spread->members, .run = spread_run, .context = waiter};
        section_begin(&spread->section);
    }
    unreference(waiter);
    message_return(shard->mailbox, message);
}

static void notice_returned(struct message *message, void *sender)
{
    (void)sender;
    memory_free(message);
}

void blocked_spread_post(struct shard *shard)
{
    struct list_link *link;

    while ((link = list_pop_front(&shard->blocked.notices)) != NULL) {
        struct waiter *waiter = list_entry(link, struct spread_place, notice_link)->place->waiter;
        struct notice *notice = memory_new_zeroed(1, sizeof(*notice));

        notice->message = (struct message){.deliver = notice_deliver, .returned = notice_returned};
        notice->waiter = waiter;
        atomic_fetch_add_explicit(&waiter->spread->references, 1, memory_order_relaxed);
        mailbox_post(shard->mailbox, &notice->message, waiter->home->index);
    }
}

/* ---- Leaving ---- */

/* On the place's shard, or in a section. Those behind a place that was ready have their turn now.
 */
static void leave_place(struct shard *shard, struct waiter *waiter, uint32_t index)
{
    struct spread_place *spread_place = &waiter->spread->places[index];
    struct waiter_place *place = &waiter->places[index];

    if (list_linked(&spread_place->notice_link))
        list_remove(&spread_place->notice_link);
    if (place->queue != NULL && spread_place->notified)
        waiter_table_mark(&shard->blocked.table, place->queue);
    waiter_table_leave(&shard->blocked.table, place);
}

static void leave_shard(struct shard *shard, struct waiter *waiter)
{
    for (uint32_t i = 0; i < waiter->place_count; i++)
        if (waiter->spread->places[i].shard == shard->index)
            leave_place(shard, waiter, i);
}

static void leave_deliver(struct message *message, void *receiver)
{
    struct shard *shard = receiver;

    leave_shard(shard, ((struct spread_leave *)message)->waiter);
    if (blocked_is_marked(&shard->blocked))
        blocked_serve(shard);
    message_return(shard->mailbox, message);
}

static void leave_returned(struct message *message, void *sender)
{
    struct waiter *waiter = ((struct spread_leave *)message)->waiter;

    (void)sender;
    ASSERT(waiter->spread->leaving > 0);
    if (--waiter->spread->leaving == 0)
        unreference(waiter);
}

void blocked_spread_leave(struct waiter *waiter)
{
    struct spread *spread = waiter->spread;
    struct shard *home = waiter->home;
    uint32_t shards = home->node->shard_count;

    shard_assert_owner(home);
    ASSERT(waiter->state == WAITER_ANSWERED);
    if (spread->running)
        return; /* the section does it */
    leave_shard(home, waiter);
    spread->leaves = memory_new_zeroed(shards, sizeof(*spread->leaves));
    spread->leaving = 1; /* of this function */
    for (uint16_t i = 0; i < shards; i++) {
        if (!(spread->members >> i & 1) || i == home->index)
            continue;
        spread->leaves[i].waiter = waiter;
        spread->leaves[i].message =
            (struct message){.deliver = leave_deliver, .returned = leave_returned};
        spread->leaving++;
        mailbox_post(home->mailbox, &spread->leaves[i].message, i);
    }
    if (--spread->leaving == 0)
        unreference(waiter);
}

/* ---- Running again, in a section ---- */

static bool run(struct waiter *waiter, struct section *section)
{
    struct cmd_wait wait = {0};
    bool answered;

    waiter->home->now_ticks = clock_ticks();
    answered = waiter_run(waiter, waiter->home, section, &wait);
    cmd_wait_free(&wait);
    return answered;
}

/* It waits on: those who stood behind it have their turn. */
static void pass_on(struct waiter *waiter)
{
    for (uint32_t i = 0; i < waiter->place_count; i++) {
        struct waiter_place *place = &waiter->places[i];
        struct waiter_queue *queue = place->queue;
        struct shard *shard = shard_of(waiter, i);

        if (queue == NULL || !waiter->spread->places[i].notified)
            continue;
        waiter->spread->places[i].notified = false;
        if (list_linked(&waiter->spread->places[i].notice_link))
            list_remove(&waiter->spread->places[i].notice_link);
        waiter_table_hold(queue);
        blocked_catch_up(shard, waiter->home->now);
        blocked_serve_from(shard, queue, waiter_table_next(place));
        waiter_table_let_go(&shard->blocked.table, queue);
    }
}

static void spread_run(struct section *section, void *context)
{
    struct waiter *waiter = context;
    struct shard *home = waiter->home;

    ASSERT(waiter->spread->running);
    waiter->spread->running = false;
    if (waiter->state == WAITER_WAITS && !waiter->connection->closing && run(waiter, section))
        waiter_answered(waiter, home);
    if (waiter->state == WAITER_WAITS) {
        pass_on(waiter);
        blocked_serve_section(section);
        return;
    }
    for (uint32_t i = 0; i < waiter->place_count; i++)
        leave_place(shard_of(waiter, i), waiter, i);
    blocked_serve_section(section);
    unreference(waiter);
}
