#include "server/pubsub/parcel.h"

#include "proto/base/assert.h"
#include "proto/base/memory.h"
#include "server/bus/bus_pubsub.h"
#include "server/pubsub/pubsub.h"
#include "server/shard/shard.h"

enum {
    PARCEL_MAX = 64,
    /* Bytes that other shards have not read yet, beyond which publishers wait until it is half of
     * that. */
    UNDER_WAY_MAX = 64 << 20,
};

struct parcel {
    struct message message; /* first */
    struct parcel *next;    /* of all open ones */
    uint32_t count;
    struct published *published[PARCEL_MAX];
};

struct published *published_new(enum topic_kind kind, struct span channel, struct span payload)
{
    struct published *published = memory_new(sizeof(*published) + channel.length + payload.length);

    *published = (struct published){
        .kind = kind, .channel_length = (uint32_t)channel.length, .payload_length = payload.length};
    if (channel.length > 0)
        memcpy(published->bytes, channel.data, channel.length);
    if (payload.length > 0)
        memcpy(published->bytes + channel.length, payload.data, payload.length);
    return published;
}

static size_t size_of(const struct published *published)
{
    return sizeof(*published) + published->channel_length + published->payload_length;
}

static void deliver(struct message *message, void *receiver)
{
    const struct parcel *parcel = (const struct parcel *)message;
    struct shard *shard = receiver;

    for (uint32_t i = 0; i < parcel->count; i++)
        pubsub_deliver(shard, message->sender, parcel->published[i]->kind,
                       published_channel(parcel->published[i]),
                       published_payload(parcel->published[i]));
    message_return(shard->mailbox, message);
}

static void returned(struct message *message, void *sender)
{
    struct parcel *parcel = (struct parcel *)message;
    struct shard *shard = sender;

    shard_assert_owner(shard);
    for (uint32_t i = 0; i < parcel->count; i++) {
        struct published *published = parcel->published[i];

        ASSERT(published->awaited > 0);
        if (--published->awaited > 0)
            continue;
        shard->pubsub.under_way -= size_of(published);
        memory_free(published);
    }
    memory_free(parcel);
    if (__builtin_expect(shard->crowded, 0) && shard->pubsub.under_way < UNDER_WAY_MAX / 2) {
        shard->crowded = false;
        shard_resume_stalled(shard);
    }
}

void parcel_send(struct shard *shard, uint16_t target)
{
    struct parcel *parcel = shard->pubsub.open_parcels[target];

    if (parcel == NULL)
        return;
    shard->pubsub.open_parcels[target] = NULL;
    mailbox_post(shard->mailbox, &parcel->message, target);
}

void parcel_send_all(struct shard *shard)
{
    for (uint16_t i = 0; i <= node_control_index(shard->node); i++)
        parcel_send(shard, i);
}

static void put_one(struct shard *shard, struct published *published, uint16_t target)
{
    struct parcel *parcel = shard->pubsub.open_parcels[target];

    if (parcel == NULL) {
        bool abroad = target == node_control_index(shard->node);

        parcel = memory_new(sizeof(*parcel));
        parcel->message = (struct message){.deliver = abroad ? bus_pubsub_deliver : deliver,
                                           .returned = returned};
        parcel->count = 0;
        shard->pubsub.open_parcels[target] = parcel;
    }
    parcel->published[parcel->count++] = published;
    published->awaited++;
    if (parcel->count == PARCEL_MAX)
        parcel_send(shard, target);
}

void parcel_put(struct shard *shard, struct published *published, uint64_t shards)
{
    shard_assert_owner(shard);
    ASSERT(shards != 0 || published->abroad);
    ASSERT(!(shards >> shard->index & 1));
    shard->pubsub.under_way += size_of(published);
    if (__builtin_expect(shard->pubsub.under_way > UNDER_WAY_MAX, 0))
        shard->crowded = true;
    for (; shards != 0; shards &= shards - 1)
        put_one(shard, published, (uint16_t)__builtin_ctzll(shards));
    if (published->abroad)
        put_one(shard, published, node_control_index(shard->node));
}

void parcel_visit(const struct message *message,
                  void (*visit)(void *context, const struct published *published), void *context)
{
    const struct parcel *parcel = (const struct parcel *)message;

    for (uint32_t i = 0; i < parcel->count; i++)
        visit(context, parcel->published[i]);
}
