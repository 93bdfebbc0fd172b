#include "server/pubsub/pubsub.h"

#include "proto/base/assert.h"
#include "proto/base/memory.h"
#include "server/connection/connection.h"
#include "server/connection/push.h"
#include "server/pubsub/parcel.h"
#include "server/pubsub/subscription.h"
#include "server/shard/shard.h"
#include "storage/key_hash.h"

enum {
    /* A payload so large is kept once for all the clients of a shard. */
    PAYLOAD_SHARED = 16 * 1024,
    FRAME_KEPT_MAX = 64 * 1024,
};

/* ---- Life ---- */

void pubsub_init(struct pubsub *pubsub, uint64_t seed)
{
    *pubsub = (struct pubsub){.seed = seed};
    pattern_index_init(&pubsub->patterns, seed);
    list_init(&pubsub->waiting);
    reply_init(&pubsub->frame, 3);
    pubsub->frame.copy_only = true;
}

static void free_things(struct hash_index *index)
{
    uint64_t cursor = 0;
    void *thing;

    while ((thing = hash_index_next(index, &cursor)) != NULL)
        memory_free(thing);
    hash_index_free(index);
}

void pubsub_free(struct pubsub *pubsub)
{
    for (uint32_t kind = 0; kind < TOPIC_KINDS; kind++) {
        free_things(&pubsub->interests[kind]);
        free_things(&pubsub->topics[kind]);
    }
    free_things(&pubsub->subscriptions);
    pattern_index_free(&pubsub->patterns);
    for (struct list_link *link; (link = list_pop_front(&pubsub->waiting)) != NULL;)
        memory_free(list_entry(link, struct published, link));
    memory_free(pubsub->matched.items);
    reply_free(&pubsub->frame);
}

uint64_t pubsub_hash(const struct pubsub *pubsub, struct span channel)
{
    return key_hash(channel, pubsub->seed);
}

/* ---- Who gets it ---- */

static void note_match(struct pattern *pattern, void *context)
{
    struct matched_patterns *matched = context;

    if (matched->count == matched->capacity) {
        matched->capacity = matched->capacity == 0 ? 16 : matched->capacity * 2;
        matched->items = memory_resize(matched->items, matched->capacity * sizeof(*matched->items));
    }
    matched->items[matched->count++] = pattern;
}

struct receivers {
    uint64_t clients;
    uint64_t shards;
};

static struct receivers find_receivers(struct pubsub *pubsub, enum topic_kind kind, uint64_t hash,
                                       struct span channel)
{
    const struct interest *interest = hash_index_find(&pubsub->interests[kind], hash, NULL, NULL);
    struct receivers receivers = {0};

    if (interest != NULL)
        receivers = (struct receivers){interest->clients, interest->shards};
    pubsub->matched.count = 0;
    if (kind == TOPIC_CHANNEL && pattern_index_count(&pubsub->patterns) > 0)
        pattern_index_match(&pubsub->patterns, channel, note_match, &pubsub->matched);
    for (uint32_t i = 0; i < pubsub->matched.count; i++) {
        receivers.clients += pubsub->matched.items[i]->clients;
        receivers.shards |= pubsub->matched.items[i]->shards;
    }
    return receivers;
}

/* ---- To this shard's clients ---- */

/* A message as RESP3 has it; for RESP2 only its first byte is another. */
struct frame {
    struct span bytes;
    struct payload *shared; /* its last part, when that is large; or NULL */
};

/* A large payload, shared by those that it is being sent to. */
struct payload {
    struct reply_block block; /* first */
    uint64_t shares;
    size_t length;
    char bytes[];
};

static void payload_release(struct reply_block *block)
{
    struct payload *payload = (struct payload *)block;

    ASSERT(payload->shares > 0);
    if (--payload->shares == 0)
        memory_free(payload);
}

static struct payload *payload_new(struct span bytes)
{
    struct payload *payload = memory_new(sizeof(*payload) + bytes.length);

    *payload = (struct payload){
        .block = {.release = payload_release}, .shares = 1, .length = bytes.length};
    memcpy(payload->bytes, bytes.data, bytes.length);
    return payload;
}

static void send_one(struct connection *connection, const struct frame *frame)
{
    size_t start;
    struct reply *reply = connection_push_begin(connection, &start);

    if (reply == NULL)
        return;
    reply_raw(reply, frame->bytes);
    if (reply->protocol == 2)
        reply->bytes[start] = '*';
    if (frame->shared != NULL) {
        frame->shared->shares++;
        reply_bulk_reference(reply, span_of(frame->shared->bytes, frame->shared->length),
                             &frame->shared->block);
    }
    connection_push_end(connection, start);
}

static void send_all(const struct topic *topic, uint16_t from, const struct frame *frame)
{
    list_for_each (link, &topic->subscriptions) {
        const struct subscription *subscription = list_entry(link, struct subscription, topic_link);
        const struct subscription *next = list_entry(link->next, struct subscription, topic_link);

        if (link->next != &topic->subscriptions)
            __builtin_prefetch(next->connection);
        if (subscription->known >> from & 1)
            send_one(subscription->connection, frame);
    }
}

struct delivery {
    struct pubsub *pubsub;
    struct span channel;
    struct span payload;
    struct payload *shared;
    bool abroad;
};

static struct frame frame_of(struct delivery *delivery, const char *word,
                             const struct span *pattern)
{
    struct reply *reply = &delivery->pubsub->frame;

    reply_clear(reply);
    reply_push(reply, pattern != NULL ? 4 : 3);
    reply_bulk(reply, span_of_string(word));
    if (pattern != NULL)
        reply_bulk(reply, *pattern);
    reply_bulk(reply, delivery->channel);
    if (delivery->payload.length < PAYLOAD_SHARED)
        reply_bulk(reply, delivery->payload);
    else if (delivery->shared == NULL)
        delivery->shared = payload_new(delivery->payload);
    return (struct frame){span_of(reply->bytes, reply->length), delivery->shared};
}

static bool topic_is(const void *thing, const void *wanted)
{
    return span_equal(topic_name(thing), *(const struct span *)wanted);
}

/* The matched patterns are those of the channel. */
static void deliver(struct shard *shard, uint16_t from, enum topic_kind kind, uint64_t hash,
                    struct delivery *delivery)
{
    struct pubsub *pubsub = delivery->pubsub;
    const struct topic *topic =
        hash_index_find(&pubsub->topics[kind], hash, topic_is, &delivery->channel);
    struct frame frame;

    shard_assert_owner(shard);
    if (topic != NULL) {
        frame = frame_of(delivery, kind == TOPIC_CHANNEL ? "message" : "smessage", NULL);
        send_all(topic, from, &frame);
    }
    for (uint32_t i = 0; i < pubsub->matched.count; i++) {
        struct span text = pattern_text(pubsub->matched.items[i]);

        topic = pubsub->matched.items[i]->topic;
        if (topic == NULL)
            continue;
        frame = frame_of(delivery, "pmessage", &text);
        send_all(topic, from, &frame);
    }
    if (delivery->shared != NULL)
        payload_release(&delivery->shared->block);
    if (pubsub->frame.capacity > FRAME_KEPT_MAX)
        reply_free(&pubsub->frame);
}

void pubsub_deliver(struct shard *shard, uint16_t from, enum topic_kind kind, struct span channel,
                    struct span payload)
{
    struct pubsub *pubsub = &shard->pubsub;
    struct delivery delivery = {.pubsub = pubsub, .channel = channel, .payload = payload};
    uint64_t hash = pubsub_hash(pubsub, channel);

    find_receivers(pubsub, kind, hash, channel);
    deliver(shard, from, kind, hash, &delivery);
}

/* ---- Publishing ---- */

/* Does a thread other than its own work with the shard's data? It sends nothing for it. */
static bool is_lent(const struct shard *shard)
{
    return atomic_load_explicit(&shard->thread_id, memory_order_relaxed) != (uint64_t)shard->thread;
}

/* To all receivers at once: by the shard's own thread. */
static void publish_now(struct shard *shard, enum topic_kind kind, uint64_t hash,
                        const struct receivers *receivers, struct delivery *delivery)
{
    uint64_t own = 1ull << shard->index;

    if ((receivers->shards & ~own) != 0 || delivery->abroad) {
        struct published *published = published_new(kind, delivery->channel, delivery->payload);

        published->abroad = delivery->abroad;
        parcel_put(shard, published, receivers->shards & ~own);
    }
    if (receivers->shards & own)
        deliver(shard, shard->index, kind, hash, delivery);
}

static void publish_waiting(struct shard *shard, struct list_link *list)
{
    struct pubsub *pubsub = &shard->pubsub;

    for (struct list_link *link; (link = list_pop_front(list)) != NULL;) {
        struct published *published = list_entry(link, struct published, link);
        struct delivery delivery = {.pubsub = pubsub,
                                    .channel = published_channel(published),
                                    .payload = published_payload(published),
                                    .abroad = published->abroad};
        uint64_t hash = pubsub_hash(pubsub, delivery.channel);
        struct receivers receivers =
            find_receivers(pubsub, published->kind, hash, delivery.channel);

        publish_now(shard, published->kind, hash, &receivers, &delivery);
        memory_free(published);
    }
}

/* Parked for a section, a shard may still care for its own connections, and with them its
 * subscriptions, which nobody else looks at then. */
static bool is_parked(const struct shard *shard)
{
    return is_lent(shard) &&
           atomic_load_explicit(&shard->parked, memory_order_relaxed) != SHARD_FREE;
}

/* Are there other nodes that messages go to? */
static bool has_neighbours(const struct shard *shard)
{
    return shard->view != NULL && shard->view->node_count > 1;
}

static uint64_t publish(struct shard *shard, struct list_link *outbox, enum topic_kind kind,
                        struct span channel, struct span payload, bool abroad)
{
    struct pubsub *pubsub = &shard->pubsub;
    struct delivery delivery = {
        .pubsub = pubsub, .channel = channel, .payload = payload, .abroad = abroad};
    uint64_t hash = pubsub_hash(pubsub, channel);
    struct receivers receivers = find_receivers(pubsub, kind, hash, channel);

    if (receivers.shards == 0 && !abroad)
        return 0;
    if (outbox == NULL && is_lent(shard))
        outbox = &pubsub->waiting;
    if (outbox != NULL) {
        struct published *published = published_new(kind, channel, payload);

        published->abroad = abroad;
        list_push_back(outbox, &published->link);
        return receivers.clients;
    }
    if (__builtin_expect(pubsub_is_waiting(pubsub), 0)) {
        publish_waiting(shard, &pubsub->waiting);
        find_receivers(pubsub, kind, hash, channel);
    }
    publish_now(shard, kind, hash, &receivers, &delivery);
    return receivers.clients;
}

uint64_t pubsub_publish(struct shard *shard, enum topic_kind kind, struct span channel,
                        struct span payload)
{
    return publish(shard, shard->pubsub.outbox, kind, channel, payload, has_neighbours(shard));
}

void pubsub_publish_here(struct shard *shard, enum topic_kind kind, struct span channel,
                         struct span payload)
{
    publish(shard, NULL, kind, channel, payload, false);
}

void pubsub_announce(struct shard *shard, struct span channel, struct span payload)
{
    if (__builtin_expect(is_parked(shard), 0))
        list_push_back(&shard->pubsub.waiting,
                       &published_new(TOPIC_CHANNEL, channel, payload)->link);
    else
        publish(shard, NULL, TOPIC_CHANNEL, channel, payload, false);
}

bool pubsub_has_listeners(const struct shard *shard)
{
    const struct pubsub *pubsub = &shard->pubsub;

    return is_parked(shard) || pubsub->interests[TOPIC_CHANNEL].count > 0 ||
           pattern_index_count(&pubsub->patterns) > 0;
}

void pubsub_publish_outbox(struct shard *shard, struct list_link *outbox)
{
    shard_assert_owner(shard);
    publish_waiting(shard, outbox);
}

void pubsub_flush(struct shard *shard)
{
    if (pubsub_is_waiting(&shard->pubsub))
        publish_waiting(shard, &shard->pubsub.waiting);
    parcel_send_all(shard);
}
