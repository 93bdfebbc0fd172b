/* DEBUG DIGEST and DIGEST-VALUE: do two nodes, or keys, hold the same? */
#include "server/commands/debug_digest.h"
#include "proto/base/assert.h"
#include "proto/base/memory.h"
#include "server/commands/debug.h"
#include "server/shard/gather.h"

static void digest_reply(struct reply *reply, const struct digest *digest, bool bulk)
{
    char text[2 * DIGEST_SIZE];

    for (uint32_t i = 0; i < DIGEST_SIZE; i++) {
        text[2 * i] = "0123456789abcdef"[digest->bytes[i] >> 4];
        text[2 * i + 1] = "0123456789abcdef"[digest->bytes[i] & 15];
    }
    if (bulk)
        reply_bulk(reply, span_of(text, sizeof(text)));
    else
        reply_status(reply, span_of(text, sizeof(text)));
}

struct digest_walk {
    struct text_buffer fed;
    struct digest digest;
    uint32_t database;
    time_ms now;
};

/* Each key by itself, mixed in a way that no order matters. */
static void digest_entry(void *context, const struct entry *entry)
{
    struct digest_walk *walk = context;
    struct digest digest;

    if (entry_expiry(entry) <= walk->now)
        return;
    text_buffer_clear(&walk->fed);
    digest_feed_number(&walk->fed, walk->database);
    digest_feed_number(&walk->fed, entry_key(entry).length);
    text_buffer_add(&walk->fed, entry_key(entry));
    digest_feed_value(&walk->fed, entry, walk->now);
    digest = digest_of(&walk->fed);
    digest_mix(&walk->digest, &digest);
}

static void digest_visit(struct shard *shard, struct gather *gather, void *part)
{
    struct digest_walk walk = {.now = shard->now};

    (void)gather;
    for (; walk.database < shard->node->databases; walk.database++) {
        uint64_t cursor = keyspace_scan_start(0);

        while (cursor != KEYSPACE_SCAN_END)
            cursor = keyspace_scan(shard->keyspace, walk.database, cursor, UINT64_MAX, digest_entry,
                                   &walk);
    }
    text_buffer_free(&walk.fed);
    *(struct digest *)part = walk.digest;
}

static void digest_finish(struct gather *gather, struct reply *reply)
{
    struct digest digest = {{0}};

    for (uint32_t i = 0; i < gather->asker->node->shard_count; i++)
        digest_mix(&digest, gather_part(gather, i));
    digest_reply(reply, &digest, false);
}

void debug_digest(struct cmd *cmd)
{
    gather_all(cmd, sizeof(struct digest), digest_visit, digest_finish);
}

/* A digest for each key of the command; those of other shards' keys stay zero. */
static void digest_value_visit(struct shard *shard, struct gather *gather, void *part)
{
    struct digest *digests = memory_new_zeroed(gather->argc, sizeof(*digests));
    struct text_buffer fed = {0};

    for (uint32_t i = 2; i < gather->argc; i++) {
        struct key key = keyspace_key(shard->keyspace, gather->argv[i]);
        const struct entry *entry =
            keyspace_peek(shard->keyspace, gather->database, &key, shard->now);

        if (entry == NULL)
            continue;
        text_buffer_clear(&fed);
        digest_feed_value(&fed, entry, shard->now);
        digests[i] = digest_of(&fed);
    }
    text_buffer_free(&fed);
    *(struct digest **)part = digests;
}

static void digest_value_finish(struct gather *gather, struct reply *reply)
{
    uint32_t shards = gather->asker->node->shard_count;

    reply_array(reply, gather->argc - 2);
    for (uint32_t i = 2; i < gather->argc; i++) {
        struct digest digest = {{0}};

        for (uint32_t shard = 0; shard < shards; shard++)
            digest_mix(&digest, &(*(struct digest **)gather_part(gather, shard))[i]);
        digest_reply(reply, &digest, true);
    }
    for (uint32_t shard = 0; shard < shards; shard++)
        memory_free(*(struct digest **)gather_part(gather, shard));
}

void debug_digest_value(struct cmd *cmd)
{
    gather_all(cmd, sizeof(struct digest *), digest_value_visit, digest_value_finish);
}
