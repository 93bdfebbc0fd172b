#include "server/tracking/tracking_post.h"

#include "proto/base/assert.h"
#include "proto/base/memory.h"
#include "server/dispatch/blocked.h"
#include "server/shard/shard.h"
#include "server/tracking/tracking_broadcast.h"
#include "server/tracking/tracking_client.h"

#include <string.h>

enum {
    POST_CAPACITY_MIN = 512,
    /* Bytes on the way to one shard. */
    UNDER_WAY_MAX = 32 * 1024 * 1024,
    ALIGNMENT = 8,
};

enum record_kind {
    RECORD_KEY,
    RECORD_CHANGED,
    RECORD_REDIRECTED,
    RECORD_BROKEN,
    RECORD_FORGET,
    RECORD_FORGET_PREFIXES,
};

/* Followed by `length` bytes, filled up to a multiple of ALIGNMENT, and `count` ids. */
struct record {
    enum record_kind kind;
    bool everything; /* RECORD_REDIRECTED without keys */
    uint64_t client;
    uint64_t other;
    uint64_t length;
    uint64_t count;
};

struct tracking_post {
    struct message message; /* first */
    struct shard *sender;
    size_t length;
    size_t capacity;
    size_t last; /* where the last record begins */
    char *bytes;
};

static size_t padded(size_t length)
{
    return (length + ALIGNMENT - 1) / ALIGNMENT * ALIGNMENT;
}

/* ---- Filling ---- */

static struct tracking_post *post_of(struct shard *shard, uint16_t target)
{
    struct tracking_lane *lane = &shard->tracking.lanes[target];

    if (lane->open == NULL) {
        lane->open = memory_new_zeroed(1, sizeof(*lane->open));
        lane->open->sender = shard;
    }
    shard->tracking.pending |= 1ull << target;
    return lane->open;
}

static char *post_room(struct tracking_post *post, size_t more)
{
    char *room;

    if (post->capacity - post->length < more) {
        size_t capacity = post->capacity * 2;

        if (capacity < post->length + more)
            capacity = post->length + more;
        post->capacity = capacity < POST_CAPACITY_MIN ? POST_CAPACITY_MIN : capacity;
        post->bytes = memory_resize(post->bytes, post->capacity);
    }
    room = post->bytes + post->length;
    post->length += more;
    return room;
}

/* From an overrun on nothing more is put into the lane until it is empty. */
static bool has_room(struct shard *shard, uint16_t target, size_t more)
{
    struct tracking_lane *lane = &shard->tracking.lanes[target];
    size_t open = lane->open == NULL ? 0 : lane->open->length;

    ASSERT(target < shard->node->shard_count);
    if (!lane->overrun && lane->under_way + open + more <= UNDER_WAY_MAX)
        return true;
    lane->overrun = true;
    shard->tracking.pending |= 1ull << target;
    return false;
}

static void put(struct shard *shard, uint16_t target, struct record record, struct span bytes)
{
    struct tracking_post *post;
    char *room;

    record.length = bytes.length;
    post = post_of(shard, target);
    post->last = post->length;
    room = post_room(post, sizeof(record) + padded(bytes.length));
    memcpy(room, &record, sizeof(record));
    if (bytes.length > 0)
        memcpy(room + sizeof(record), bytes.data, bytes.length);
}

static void put_if_room(struct shard *shard, uint16_t target, struct record record,
                        struct span bytes)
{
    if (has_room(shard, target, sizeof(record) + padded(bytes.length)))
        put(shard, target, record, bytes);
}

void tracking_post_key(struct shard *shard, uint16_t target, struct span name)
{
    put_if_room(shard, target, (struct record){.kind = RECORD_KEY}, name);
}

void tracking_post_reader(struct shard *shard, uint16_t target, uint64_t client)
{
    struct tracking_post *post;
    struct record record;

    if (!has_room(shard, target, sizeof(client)))
        return;
    post = post_of(shard, target);
    memcpy(post_room(post, sizeof(client)), &client, sizeof(client));
    memcpy(&record, post->bytes + post->last, sizeof(record));
    ASSERT(record.kind == RECORD_KEY);
    record.count++;
    memcpy(post->bytes + post->last, &record, sizeof(record));
}

void tracking_post_changed(struct shard *shard, uint16_t target, struct span name, uint64_t unheard)
{
    put_if_room(shard, target, (struct record){.kind = RECORD_CHANGED, .other = unheard}, name);
}

void tracking_post_redirected(struct shard *shard, uint16_t target, uint64_t receiver,
                              uint64_t source, struct span keys)
{
    struct record record = {.kind = RECORD_REDIRECTED,
                            .client = receiver,
                            .other = source,
                            .everything = keys.data == NULL};

    put_if_room(shard, target, record, keys);
}

void tracking_post_broken(struct shard *shard, uint16_t target, uint64_t source)
{
    put_if_room(shard, target, (struct record){.kind = RECORD_BROKEN, .client = source}, SPAN(""));
}

void tracking_post_forget_all(struct shard *shard)
{
    for (uint16_t i = 0; i < shard->node->shard_count; i++)
        put(shard, i, (struct record){.kind = RECORD_FORGET_PREFIXES}, SPAN(""));
}

/* ---- Taking ---- */

static void take_record(struct shard *shard, const struct tracking_post *post,
                        const struct record *record, const char *bytes)
{
    struct span content = span_of(bytes, record->length);

    switch (record->kind) {
    case RECORD_KEY:
        tracking_client_key_changed(shard, content, bytes + padded(record->length), record->count);
        break;
    case RECORD_CHANGED:
        tracking_broadcast_note(shard, content, record->other);
        break;
    case RECORD_REDIRECTED:
        if (!tracking_client_redirected(shard, record->client,
                                        record->everything ? (struct span){0} : content))
            tracking_post_broken(shard, post->sender->index, record->other);
        break;
    case RECORD_BROKEN:
        tracking_client_redirect_broke(shard, record->client);
        break;
    case RECORD_FORGET:
        tracking_client_forget_all(shard);
        break;
    case RECORD_FORGET_PREFIXES:
        tracking_client_forget_prefixes(shard);
        break;
    }
}

static void take(struct shard *shard, const struct tracking_post *post)
{
    size_t position = 0;

    while (position < post->length) {
        struct record record;

        memcpy(&record, post->bytes + position, sizeof(record));
        position += sizeof(record);
        take_record(shard, post, &record, post->bytes + position);
        position += padded(record.length) + record.count * sizeof(uint64_t);
    }
    ASSERT(position == post->length);
}

static void post_free(struct tracking_post *post)
{
    memory_free(post->bytes);
    memory_free(post);
}

void tracking_post_take_own(struct shard *shard)
{
    struct tracking_lane *lane = &shard->tracking.lanes[shard->index];
    struct tracking_post *post = lane->open;
    bool overrun = lane->overrun;

    shard->tracking.pending &= ~(1ull << shard->index);
    lane->open = NULL;
    lane->overrun = false;
    if (post != NULL) {
        take(shard, post);
        post_free(post);
    }
    if (overrun)
        tracking_client_forget_all(shard);
}

/* ---- Sending ---- */

static void post_deliver(struct message *message, void *receiver)
{
    struct shard *shard = receiver;

    /* Answers to waits here that were worked out before. */
    if (blocked_has_answers(&shard->blocked))
        blocked_turn(shard);
    take(shard, (struct tracking_post *)message);
    message_return(shard->mailbox, message);
}

static void post_returned(struct message *message, void *sender)
{
    struct tracking_post *post = (struct tracking_post *)message;
    struct shard *shard = sender;
    struct tracking_lane *lane = &shard->tracking.lanes[message->receiver];

    ASSERT(lane->under_way >= post->length);
    lane->under_way -= post->length;
    if (lane->overrun)
        shard->tracking.pending |= 1ull << message->receiver;
    post_free(post);
}

/* What was left out concerned anybody there, or anybody who redirects to there. */
static void make_up(struct shard *shard, uint16_t target)
{
    struct tracking_lane *lane = &shard->tracking.lanes[target];

    if (!lane->overrun || lane->under_way > 0)
        return;
    lane->overrun = false;
    put(shard, target, (struct record){.kind = RECORD_FORGET}, SPAN(""));
    tracking_client_forget_redirected(shard, target);
}

void tracking_post_send(struct shard *shard)
{
    struct tracking *tracking = &shard->tracking;
    uint64_t pending = tracking->pending & ~(1ull << shard->index);

    tracking->pending &= 1ull << shard->index;
    for (uint16_t target = 0; pending != 0; target++, pending >>= 1) {
        struct tracking_lane *lane = &tracking->lanes[target];
        struct tracking_post *post;

        if (!(pending & 1))
            continue;
        make_up(shard, target);
        tracking->pending &= ~(1ull << target);
        post = lane->open;
        if (post == NULL)
            continue;
        lane->open = NULL;
        lane->under_way += post->length;
        post->message = (struct message){.deliver = post_deliver, .returned = post_returned};
        mailbox_post(shard->mailbox, &post->message, target);
    }
}

void tracking_post_free(struct tracking *tracking)
{
    for (uint32_t i = 0; i < NODE_SHARDS_MAX; i++)
        if (tracking->lanes[i].open != NULL)
            post_free(tracking->lanes[i].open);
}
