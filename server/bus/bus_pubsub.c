#include "server/bus/bus_pubsub.h"

#include "proto/base/memory.h"
#include "server/control/cluster_driver.h"
#include "server/control/control.h"
#include "server/observe/log.h"
#include "server/pubsub/parcel.h"
#include "server/pubsub/pubsub.h"
#include "server/shard/shard.h"

enum {
    INBOUND_COUNT_MAX = 64,
    /* Beyond so many bytes messages are dropped. */
    INBOUND_UNDER_WAY_MAX = 256 << 20,
};

/* ---- To the other nodes ---- */

static void send_abroad(void *context, const struct published *published)
{
    cluster_driver_publish(context, published->kind == TOPIC_SHARD_CHANNEL,
                           published_channel(published), published_payload(published));
}

void bus_pubsub_deliver(struct message *message, void *receiver)
{
    struct control *control = receiver;

    parcel_visit(message, send_abroad, control);
    message_return(control->mailbox, message);
}

/* ---- From other nodes ---- */

struct inbound_parcel {
    struct message message; /* first */
    uint32_t count;
    size_t bytes;
    struct published *published[INBOUND_COUNT_MAX];
};

static void inbound_deliver(struct message *message, void *receiver)
{
    const struct inbound_parcel *parcel = (const struct inbound_parcel *)message;
    struct shard *shard = receiver;

    for (uint32_t i = 0; i < parcel->count; i++)
        pubsub_publish_here(shard, parcel->published[i]->kind,
                            published_channel(parcel->published[i]),
                            published_payload(parcel->published[i]));
    message_return(shard->mailbox, message);
}

static void inbound_returned(struct message *message, void *sender)
{
    struct inbound_parcel *parcel = (struct inbound_parcel *)message;
    struct control *control = sender;

    control->bus_inbound.under_way -= parcel->bytes;
    for (uint32_t i = 0; i < parcel->count; i++)
        memory_free(parcel->published[i]);
    memory_free(parcel);
}

static bool has_room(struct bus_inbound *inbound)
{
    bool room = inbound->under_way <= INBOUND_UNDER_WAY_MAX;

    if (!room && !inbound->dropping)
        log_warning("messages of other nodes are dropped: a shard does not come to read them");
    inbound->dropping = !room;
    return room;
}

void bus_pubsub_receive(struct control *control, bool shard, struct span channel,
                        struct span payload)
{
    struct bus_inbound *inbound = &control->bus_inbound;
    struct inbound_parcel *parcel = inbound->open;
    size_t bytes = sizeof(struct published) + channel.length + payload.length;

    if (!has_room(inbound))
        return;
    if (parcel == NULL) {
        parcel = memory_new_zeroed(1, sizeof(*parcel));
        parcel->message =
            (struct message){.deliver = inbound_deliver, .returned = inbound_returned};
        inbound->open = parcel;
    }
    parcel->published[parcel->count++] =
        published_new(shard ? TOPIC_SHARD_CHANNEL : TOPIC_CHANNEL, channel, payload);
    parcel->bytes += bytes;
    inbound->under_way += bytes;
    if (parcel->count == INBOUND_COUNT_MAX)
        bus_pubsub_flush(control);
}

void bus_pubsub_flush(struct control *control)
{
    struct inbound_parcel *parcel = control->bus_inbound.open;

    if (parcel == NULL)
        return;
    control->bus_inbound.open = NULL;
    mailbox_post(control->mailbox, &parcel->message, 0);
}
