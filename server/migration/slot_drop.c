#include "server/migration/slot_drop.h"

#include "cluster/view.h"
#include "proto/base/assert.h"
#include "proto/base/memory.h"
#include "server/control/control.h"
#include "server/journal/recording.h"
#include "server/migration/migration_shard.h"
#include "server/observe/clock.h"
#include "server/observe/log.h"
#include "server/pubsub/notification.h"
#include "server/shard/shard.h"
#include "storage/keyspace.h"

#include <string.h>

enum {
    NAMES_MAX = 32, /* keys that are looked up at a time */
    SLICE_US = 500,
};

/* ---- Keys ---- */

/* Names of keys, copied: the entries go while they are used. */
struct names {
    uint32_t count;
    struct span list[NAMES_MAX];
};

static void note_name(void *context, const struct entry *entry)
{
    struct names *names = context;
    struct span name = entry_key(entry);

    ASSERT(names->count < NAMES_MAX);
    names->list[names->count++] = span_of(memory_copy(name.data, name.length), name.length);
}

static void drop_key(struct shard *shard, struct span name, bool seen)
{
    struct key key = keyspace_key(shard->keyspace, name);

    if (shard->journal.is_read)
        recording_key_gone(shard, 0, name, SPAN("DEL"));
    keyspace_delete(shard->keyspace, 0, &key, 0);
    shard->statistics.changes++;
    if (!seen)
        return;
    if (notification_is_on(shard->config))
        notification_send(shard, NOTIFY_GENERIC, "del", 0, name);
    blocked_key_changed(shard, 0, &key);
    if (shard->tracking.watching)
        tracking_key_changed(shard, &key, 0);
}

/* False: the time is over. */
static bool drop_keys(struct shard *shard, uint16_t slot, uint64_t until)
{
    bool seen = !keyspace_hides_slot(shard->keyspace, slot);
    struct names names;

    do {
        names.count = 0;
        keyspace_slot_visit(shard->keyspace, slot, NAMES_MAX, note_name, &names);
        for (uint32_t i = 0; i < names.count; i++) {
            drop_key(shard, names.list[i], seen);
            memory_free((void *)(uintptr_t)names.list[i].data);
        }
        if (names.count > 0 && clock_ticks() > until)
            return false;
    } while (names.count > 0);
    return true;
}

/* ---- Slots ---- */

static void put_in_line(struct shard *shard, uint32_t slot)
{
    struct migration_shard *self = migration_shard_of(shard);

    slot_set_add(&self->drops, slot);
    self->is_dropping = true;
}

/* It is empty, or is not to be dropped any more. */
static void take_out(struct shard *shard, uint32_t slot)
{
    struct migration_shard *self = shard->migration;

    keyspace_hide_slot(shard->keyspace, (uint16_t)slot, false);
    if (self != NULL)
        slot_set_remove(&self->drops, slot);
}

void slot_drop_now(struct shard *shard, uint16_t slot)
{
    shard_assert_owner(shard);
    if (keyspace_hides_slot(shard->keyspace, slot) && !shard->journal.is_read) {
        shard->statistics.changes += keyspace_slot_size(shard->keyspace, slot);
        keyspace_flush_slot(shard->keyspace, slot);
    }
    drop_keys(shard, slot, UINT64_MAX);
    take_out(shard, slot);
}

static bool is_primary(const struct shard *shard)
{
    return (view_myself(shard->view)->flags & CLUSTER_NODE_PRIMARY) != 0;
}

void slot_drop_hidden(struct shard *shard, uint16_t slot)
{
    shard_assert_owner(shard);
    /* By now its data are its primary's, whatever it was when this was begun. */
    keyspace_hide_slot(shard->keyspace, slot, is_primary(shard));
    if (is_primary(shard))
        put_in_line(shard, slot);
}

bool slot_drop_turn(struct shard *shard)
{
    struct migration_shard *self = shard->migration;
    uint64_t until = clock_ticks() + clock_us_to_ticks(SLICE_US);

    for (uint32_t slot = 0; self->is_dropping; slot++) {
        slot = slot_set_from(&self->drops, slot);
        self->is_dropping = slot < SLOT_COUNT;
        if (!self->is_dropping)
            break;
        if (!drop_keys(shard, (uint16_t)slot, until))
            return true;
        take_out(shard, slot);
    }
    self->drops_all = false;
    return false;
}

static bool is_anothers(const struct shard *shard, uint32_t slot)
{
    const struct cluster_view *view = shard->view;

    return view->owner[slot] != view->myself && view_open_slot(view, (uint16_t)slot, true) == NULL;
}

void slot_drop_view_changed(struct shard *shard)
{
    struct migration_shard *self = shard->migration;

    if (self == NULL || !self->is_dropping || self->drops_all)
        return;
    for (uint32_t slot = slot_set_from(&self->drops, 0); slot < SLOT_COUNT;
         slot = slot_set_from(&self->drops, slot + 1)) {
        if (!is_primary(shard))
            take_out(shard, slot);
        else if (!is_anothers(shard, slot))
            slot_drop_now(shard, (uint16_t)slot);
    }
}

/* Those of a set that are other nodes' and in which the shard has keys; their number. */
static uint32_t drop_anothers(struct shard *shard, const struct slot_set *slots, bool hidden)
{
    uint32_t count = 0;

    shard_assert_owner(shard);
    if (!is_primary(shard))
        return 0;
    for (uint32_t slot = 0; slot < SLOT_COUNT; slot++) {
        if (!slot_set_has(slots, slot) ||
            node_shard_of(shard->node, (uint16_t)slot) != shard->index ||
            keyspace_slot_size(shard->keyspace, (uint16_t)slot) == 0 || !is_anothers(shard, slot) ||
            migration_shard_imports(shard, (uint16_t)slot))
            continue;
        if (hidden)
            slot_drop_hidden(shard, (uint16_t)slot);
        else
            put_in_line(shard, slot);
        count++;
    }
    return count;
}

/* ---- Lost slots ---- */

static void drop_lost(struct shard *shard, const void *subject)
{
    drop_anothers(shard, subject, false);
}

static void over(struct control *control, void *context)
{
    (void)control;
    memory_free(context);
}

void slot_drop_lost(struct control *control, const uint8_t *slots)
{
    struct slot_set *lost = memory_new_zeroed(1, sizeof(*lost));

    for (uint32_t slot = 0; slot < SLOT_COUNT; slot++)
        if (slots[slot / 8] >> slot % 8 & 1)
            slot_set_add(lost, slot);
    publication_start(control, lost, drop_lost, over, lost);
}

/* ---- Strays ---- */

/* The owner is to be there, and known: else this may be the last copy. */
static void drop_strays(struct shard *shard, const void *subject)
{
    const struct cluster_view *view = shard->view;
    struct slot_set owned = {{0}};
    uint32_t count;

    (void)subject;
    for (uint32_t slot = 0; slot < SLOT_COUNT; slot++) {
        uint16_t owner = view->owner[slot];

        if (owner != SLOT_MAP_NOBODY && (view->nodes[owner].flags & CLUSTER_NODE_FAILED) == 0)
            slot_set_add(&owned, slot);
    }
    count = drop_anothers(shard, &owned, true);
    if (count > 0)
        log_notice("shard %u drops its keys of %u slots that are other nodes'", shard->index,
                   count);
}

void slot_drop_strays(struct control *control)
{
    ASSERT(control->cluster_driver != NULL);
    publication_start(control, NULL, drop_strays, over, NULL);
}

/* ---- Everything ---- */

/* One shard's part. */
struct slot_drop_part {
    struct message message; /* first */
    struct slot_drop *drop;
    bool begun;
    bool more;
};

struct slot_drop {
    void (*done)(struct control *control, void *context);
    void *context;
    uint32_t awaited;
    struct slot_drop_part parts[];
};

static void drop_all(struct shard *shard)
{
    shard_assert_owner(shard);
    for (uint32_t slot = 0; slot < SLOT_COUNT; slot++)
        if (keyspace_slot_size(shard->keyspace, (uint16_t)slot) > 0)
            put_in_line(shard, slot);
    if (shard->migration != NULL)
        shard->migration->drops_all = shard->migration->is_dropping;
}

/* The turns do it: asked again and again, they come. */
static void drop_deliver(struct message *message, void *receiver)
{
    struct slot_drop_part *part = (struct slot_drop_part *)message;
    struct shard *shard = receiver;

    if (!part->begun)
        drop_all(shard);
    part->begun = true;
    part->more = shard->migration != NULL && shard->migration->drops_all;
    message_return(shard->mailbox, message);
}

static void drop_returned(struct message *message, void *sender)
{
    struct slot_drop_part *part = (struct slot_drop_part *)message;
    struct slot_drop *drop = part->drop;
    struct control *control = sender;

    if (part->more && !control->stopping) {
        mailbox_post(control->mailbox, message, (uint16_t)(part - drop->parts));
        return;
    }
    ASSERT(drop->awaited > 0);
    if (--drop->awaited > 0)
        return;
    drop->done(control, drop->context);
    memory_free(drop);
}

void slot_drop_all(struct control *control, void (*done)(struct control *control, void *context),
                   void *context)
{
    uint32_t shards = control->node->shard_count;
    struct slot_drop *drop =
        memory_new_zeroed(1, sizeof(*drop) + shards * sizeof(struct slot_drop_part));

    drop->done = done;
    drop->context = context;
    drop->awaited = shards;
    for (uint16_t i = 0; i < shards; i++) {
        drop->parts[i].message =
            (struct message){.deliver = drop_deliver, .returned = drop_returned};
        drop->parts[i].drop = drop;
        mailbox_post(control->mailbox, &drop->parts[i].message, i);
    }
}
