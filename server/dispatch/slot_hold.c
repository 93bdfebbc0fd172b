#include "server/dispatch/slot_hold.h"

#include "proto/base/assert.h"
#include "proto/base/memory.h"
#include "server/commands/command.h"
#include "server/commands/handlers.h"
#include "server/connection/connection.h"
#include "server/dispatch/transaction.h"
#include "server/shard/shard.h"

struct slot_hold_message {
    struct message message; /* first */
    struct slot_hold *hold;
};

/* ---- Telling all shards ---- */

static void post_to_all(struct slot_hold *hold,
                        void (*deliver)(struct message *message, void *receiver),
                        void (*returned)(struct message *message, void *sender))
{
    uint32_t shards = hold->shard->node->shard_count;

    hold->awaited = shards;
    for (uint16_t i = 0; i < shards; i++) {
        hold->messages[i] = (struct slot_hold_message){
            .message = {.deliver = deliver, .returned = returned}, .hold = hold};
        mailbox_post(hold->shard->mailbox, &hold->messages[i].message, i);
    }
}

/* Have all answered? */
static bool is_back(struct slot_hold *hold)
{
    ASSERT(hold->awaited > 0);
    return --hold->awaited == 0;
}

static void raise_deliver(struct message *message, void *receiver)
{
    const struct slot_hold *hold = ((struct slot_hold_message *)message)->hold;
    struct shard *shard = receiver;
    struct slot_holds *holds = &shard->slot_holds;

    if (holds->by_slot == NULL)
        holds->by_slot = memory_new_zeroed(SLOT_COUNT, sizeof(*holds->by_slot));
    for (uint32_t i = 0; i < hold->slot_count; i++)
        holds->by_slot[hold->slots[i]]++;
    holds->count++;
    message_return(shard->mailbox, message);
}

static void raise_returned(struct message *message, void *sender)
{
    struct slot_hold *hold = ((struct slot_hold_message *)message)->hold;

    (void)sender;
    if (is_back(hold))
        hold->begun(hold);
}

static void drop_deliver(struct message *message, void *receiver)
{
    const struct slot_hold *hold = ((struct slot_hold_message *)message)->hold;
    struct shard *shard = receiver;
    struct slot_holds *holds = &shard->slot_holds;

    ASSERT(holds->count > 0);
    holds->count--;
    for (uint32_t i = 0; i < hold->slot_count; i++) {
        ASSERT(holds->by_slot[hold->slots[i]] > 0);
        holds->by_slot[hold->slots[i]]--;
    }
    shard_resume_stalled(shard);
    message_return(shard->mailbox, message);
}

static void drop_returned(struct message *message, void *sender)
{
    struct slot_hold *hold = ((struct slot_hold_message *)message)->hold;

    (void)sender;
    if (!is_back(hold))
        return;
    memory_free(hold->messages);
    hold->ended(hold);
}

void slot_hold_begin(struct shard *shard, struct slot_hold *hold)
{
    shard_assert_owner(shard);
    ASSERT(hold->slot_count > 0);
    hold->shard = shard;
    hold->messages = memory_new_zeroed(shard->node->shard_count, sizeof(*hold->messages));
    post_to_all(hold, raise_deliver, raise_returned);
}

void slot_hold_end(struct slot_hold *hold)
{
    shard_assert_owner(hold->shard);
    ASSERT(hold->awaited == 0);
    post_to_all(hold, drop_deliver, drop_returned);
}

/* ---- Keeping writes back ---- */

static bool writes(const struct batch_item *item)
{
    const struct command *command = item->command;

    if (item->target == TARGET_EXEC) {
        const struct transaction *transaction = item->connection->transaction;

        return transaction != NULL &&
               (transaction->unit.flags & COMMAND_WRITE || transaction->unit.has_script);
    }
    /* PFCOUNT may write down what it has counted. */
    return command->flags & COMMAND_WRITE || command->run == command_pfcount ||
           (command_is_script(command) && !(command->flags & COMMAND_READONLY));
}

/* Are all its keys in one slot, and which? */
static bool has_one_slot(const struct shard *shard, const struct batch_item *item, uint16_t *slot)
{
    const struct transaction *transaction = item->connection->transaction;
    const struct command *command = item->command;

    if (item->target == TARGET_EXEC) {
        *slot = transaction->first.slot;
        return shard->node->cluster_enabled && transaction->has_first;
    }
    *slot = item->key.slot;
    if (item->target >= TARGET_HERE)
        return item->target == TARGET_SLOT_HERE;
    return shard->node->cluster_enabled ||
           (!(command->flags & COMMAND_MOVABLE_KEYS) && command->last_key == command->first_key);
}

bool slot_hold_keeps(const struct shard *shard, const struct batch_item *item)
{
    uint16_t slot;

    ASSERT(shard->slot_holds.count > 0);
    if (item->command == NULL || item->target == TARGET_ARITY || !writes(item))
        return false;
    /* In a transaction it is EXEC that writes. */
    if (item->connection->transaction != NULL && item->target != TARGET_EXEC)
        return false;
    return !has_one_slot(shard, item, &slot) || shard->slot_holds.by_slot[slot] > 0;
}
