#include "server/pubsub/announcement.h"

#include "proto/base/assert.h"
#include "proto/base/memory.h"
#include "server/connection/connection.h"
#include "server/dispatch/hop.h"
#include "server/pubsub/parcel.h"
#include "server/pubsub/pubsub.h"
#include "server/pubsub/subscription.h"
#include "server/shard/shard.h"

/* An answer that is held back: until the announcements of its command have been heard. */
struct confirmation {
    struct connection *connection;
    struct owed *owed; /* NULL while the answer is being written */
    uint32_t awaited;  /* announcements */
};

struct item {
    struct subscription *subscription; /* that is new, while it lasts; or NULL */
    uint64_t hash;
    char *text; /* of a pattern */
    uint32_t length;
    enum topic_kind kind;
    int8_t change;
    bool listens; /* clients of the announcing shard are subscribed from here on */
};

struct announcement_message {
    struct message message; /* first */
    struct announcement *announcement;
};

struct announcement {
    struct confirmation *confirmation; /* or NULL */
    uint32_t awaited;                  /* messages that are not back */
    uint32_t count;
    uint32_t capacity;
    uint16_t announcer;
    struct item *items;
    struct announcement_message *messages; /* by shard */
};

/* ---- What a shard knows ---- */

static void note_pattern(struct pubsub *pubsub, uint16_t announcer, const struct item *item)
{
    struct span text = span_of(item->text, item->length);
    struct pattern *pattern = pattern_index_find(&pubsub->patterns, text);

    if (pattern == NULL)
        pattern = pattern_index_add(&pubsub->patterns, text);
    pattern->clients += (uint32_t)(int32_t)item->change;
    if (item->listens)
        pattern->shards |= 1ull << announcer;
    else
        pattern->shards &= ~(1ull << announcer);
    if (pattern->clients == 0) {
        ASSERT(pattern->topic == NULL);
        pattern_index_remove(&pubsub->patterns, pattern);
    }
}

static void note_channel(struct pubsub *pubsub, uint16_t announcer, const struct item *item)
{
    struct hash_index *index = &pubsub->interests[item->kind];
    struct interest *interest = hash_index_find(index, item->hash, NULL, NULL);

    if (interest == NULL) {
        interest = memory_new_zeroed(1, sizeof(*interest));
        hash_index_add(index, item->hash, interest);
    }
    interest->clients += (uint32_t)(int32_t)item->change;
    if (item->listens)
        interest->shards |= 1ull << announcer;
    else
        interest->shards &= ~(1ull << announcer);
    if (interest->clients == 0) {
        hash_index_remove(index, item->hash, interest);
        memory_free(interest);
    }
}

static void note(struct pubsub *pubsub, uint16_t announcer, const struct item *item)
{
    if (item->kind == TOPIC_PATTERN)
        note_pattern(pubsub, announcer, item);
    else
        note_channel(pubsub, announcer, item);
}

/* ---- On its way ---- */

static struct item *next_item(struct shard *shard, struct announcement **announcement)
{
    struct announcement *into = *announcement;

    if (into == NULL) {
        into = *announcement = memory_new_zeroed(1, sizeof(*into));
        into->announcer = shard->index;
    }
    if (into->count == into->capacity) {
        into->capacity = into->capacity == 0 ? 4 : into->capacity * 2;
        into->items = memory_resize(into->items, into->capacity * sizeof(*into->items));
    }
    return &into->items[into->count++];
}

void announcement_note(struct shard *shard, struct announcement **announcement,
                       const struct topic *topic, int change, struct subscription *subscription)
{
    struct item item = {.hash = topic->hash,
                        .length = topic->name_length,
                        .kind = topic->kind,
                        .change = (int8_t)change,
                        .listens = topic->count > 0};

    shard_assert_owner(shard);
    if (topic->kind == TOPIC_PATTERN)
        item.text = memory_copy(topic->name, topic->name_length);
    note(&shard->pubsub, shard->index, &item);
    if (shard->node->shard_count == 1) {
        memory_free(item.text);
        return;
    }
    item.subscription = subscription;
    *next_item(shard, announcement) = item;
    if (subscription != NULL) {
        subscription->announcement = *announcement;
        subscription->item = (*announcement)->count - 1;
    }
}

void announcement_forget(struct subscription *subscription)
{
    if (subscription->announcement != NULL)
        subscription->announcement->items[subscription->item].subscription = NULL;
}

static void deliver(struct message *message, void *receiver)
{
    const struct announcement *announcement =
        ((struct announcement_message *)message)->announcement;
    struct shard *shard = receiver;

    for (uint32_t i = 0; i < announcement->count; i++)
        note(&shard->pubsub, announcement->announcer, &announcement->items[i]);
    /* What was published here before must arrive before the news that this shard knows. */
    parcel_send(shard, announcement->announcer);
    message_return(shard->mailbox, message);
}

/* In the middle of a script, too: nobody is to wait for its end. */
static bool deliver_at_once(struct message *message, void *receiver)
{
    deliver(message, receiver);
    return true;
}

static void confirmation_heard(struct confirmation *confirmation)
{
    struct connection *connection = confirmation->connection;

    ASSERT(confirmation->awaited > 0);
    if (--confirmation->awaited > 0)
        return;
    if (connection->unconfirmed == confirmation)
        connection->unconfirmed = NULL;
    if (confirmation->owed != NULL) {
        confirmation->owed->ready = true;
        hop_settle(connection);
    }
    memory_free(confirmation);
    connection_unreference(connection);
}

static void announcement_free(struct announcement *announcement)
{
    for (uint32_t i = 0; i < announcement->count; i++) {
        if (announcement->items[i].subscription != NULL)
            announcement->items[i].subscription->announcement = NULL;
        memory_free(announcement->items[i].text);
    }
    memory_free(announcement->items);
    memory_free(announcement->messages);
    memory_free(announcement);
}

static void returned(struct message *message, void *sender)
{
    struct announcement *announcement = ((struct announcement_message *)message)->announcement;

    shard_assert_owner(sender);
    for (uint32_t i = 0; i < announcement->count; i++)
        if (announcement->items[i].subscription != NULL)
            announcement->items[i].subscription->known |= 1ull << message->receiver;
    if (--announcement->awaited > 0)
        return;
    if (announcement->confirmation != NULL)
        confirmation_heard(announcement->confirmation);
    announcement_free(announcement);
}

static struct confirmation *confirmation_of(struct connection *connection)
{
    struct confirmation *confirmation = connection->unconfirmed;

    if (confirmation == NULL) {
        confirmation = memory_new_zeroed(1, sizeof(*confirmation));
        confirmation->connection = connection;
        connection->unconfirmed = confirmation;
        connection->references++;
    }
    return confirmation;
}

void announcement_send(struct shard *shard, struct announcement *announcement,
                       struct connection *connection)
{
    uint32_t shards = shard->node->shard_count;

    if (announcement == NULL)
        return;
    if (connection != NULL) {
        announcement->confirmation = confirmation_of(connection);
        announcement->confirmation->awaited++;
    }
    announcement->awaited = shards - 1;
    announcement->messages = memory_new_zeroed(shards, sizeof(*announcement->messages));
    for (uint16_t i = 0; i < shards; i++) {
        struct announcement_message *message = &announcement->messages[i];

        if (i == shard->index)
            continue;
        message->announcement = announcement;
        message->message =
            (struct message){.deliver = deliver, .refuse = deliver_at_once, .returned = returned};
        mailbox_post(shard->mailbox, &message->message, i);
    }
}

void announcement_hold(struct connection *connection, size_t start)
{
    struct confirmation *confirmation = connection->unconfirmed;
    struct reply *held = &connection->held;
    size_t length;

    ASSERT(confirmation->owed == NULL);
    if (connection->owed_count == 0) {
        length = connection->reply.length - start;
        held->protocol = connection->reply.protocol;
        reply_move_tail(held, &connection->reply, start);
    } else {
        length = held->length - start;
    }
    confirmation->owed = hop_owe_later(connection, length);
    connection->unconfirmed = NULL;
}
