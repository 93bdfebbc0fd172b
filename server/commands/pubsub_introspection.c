/*
 * PUBSUB: who listens to what.
 */
#include "proto/base/glob.h"
#include "proto/base/memory.h"
#include "server/commands/cmd.h"
#include "server/commands/handlers.h"
#include "server/connection/connection.h"
#include "server/pubsub/pubsub.h"
#include "server/shard/gather.h"

/* ---- CHANNELS ---- */

/* The channels of one shard's clients: a length, then the bytes, for each. */
struct channel_names {
    char *bytes;
    size_t length;
    size_t capacity;
};

static void add_name(struct channel_names *names, const struct topic *topic)
{
    uint32_t length = topic->name_length;

    if (names->capacity - names->length < sizeof(length) + length) {
        names->capacity = (names->capacity + sizeof(length) + length) * 2;
        names->bytes = memory_resize(names->bytes, names->capacity);
    }
    memcpy(names->bytes + names->length, &length, sizeof(length));
    memcpy(names->bytes + names->length + sizeof(length), topic->name, length);
    names->length += sizeof(length) + length;
}

static bool next_name(const struct channel_names *names, size_t *position, struct span *name)
{
    uint32_t length;

    if (*position == names->length)
        return false;
    memcpy(&length, names->bytes + *position, sizeof(length));
    *name = span_of(names->bytes + *position + sizeof(length), length);
    *position += sizeof(length) + length;
    return true;
}

static enum topic_kind kind_of(const struct gather *gather)
{
    return span_is(gather->argv[1], "shardchannels") ? TOPIC_SHARD_CHANNEL : TOPIC_CHANNEL;
}

static void visit_channels(struct shard *shard, struct gather *gather, void *part)
{
    const struct hash_index *topics = &shard->pubsub.topics[kind_of(gather)];
    uint64_t cursor = 0;
    const struct topic *topic;

    while ((topic = hash_index_next(topics, &cursor)) != NULL)
        if (gather->argc == 2 || glob_match(gather->argv[2], topic_name(topic), false))
            add_name(part, topic);
}

static bool name_is(const void *thing, const void *wanted)
{
    return span_equal(*(const struct span *)thing, *(const struct span *)wanted);
}

static bool seen_before(struct hash_index *seen, const struct pubsub *pubsub, struct span *name)
{
    uint64_t hash = pubsub_hash(pubsub, *name);

    if (hash_index_find(seen, hash, name_is, name) != NULL)
        return true;
    hash_index_add(seen, hash, name);
    return false;
}

/* Clients of several shards may listen to the same channel. */
static uint64_t write_names(const struct gather *gather, struct reply *reply, struct span *spans)
{
    struct hash_index seen = {0};
    uint64_t count = 0;

    for (uint32_t i = 0; i < gather->asker->node->shard_count; i++) {
        size_t position = 0;

        while (next_name(gather_part(gather, i), &position, &spans[count])) {
            if (seen_before(&seen, &gather->asker->pubsub, &spans[count]))
                continue;
            reply_bulk(reply, spans[count]);
            count++;
        }
    }
    hash_index_free(&seen);
    return count;
}

static void finish_channels(struct gather *gather, struct reply *reply)
{
    struct reply_deferred deferred = reply_defer(reply);
    uint64_t names = 1;
    struct span *spans;

    for (uint32_t i = 0; i < gather->asker->node->shard_count; i++) {
        struct span name;
        size_t position = 0;

        while (next_name(gather_part(gather, i), &position, &name))
            names++;
    }
    spans = memory_new(names * sizeof(*spans));
    reply_deferred_array(reply, deferred, write_names(gather, reply, spans));
    memory_free(spans);
    for (uint32_t i = 0; i < gather->asker->node->shard_count; i++)
        memory_free(((struct channel_names *)gather_part(gather, i))->bytes);
}

static void reply_channels(struct cmd *cmd)
{
    if (cmd->argc > 3) {
        reply_error_format(
            cmd->reply,
            "ERR unknown subcommand or wrong number of arguments for '%.*s'. Try PUBSUB HELP.",
            (int)cmd->argv[1].length, cmd->argv[1].data);
        return;
    }
    gather_all(cmd, sizeof(struct channel_names), visit_channels, finish_channels);
}

void command_pubsub_channels(struct cmd *cmd)
{
    reply_channels(cmd);
}

void command_pubsub_shardchannels(struct cmd *cmd)
{
    reply_channels(cmd);
}

/* ---- Numbers, which every shard knows ---- */

static void reply_numbers(const struct cmd *cmd, enum topic_kind kind)
{
    const struct pubsub *pubsub = &cmd->shard->pubsub;

    reply_array(cmd->reply, (uint64_t)(cmd->argc - 2) * 2);
    for (uint32_t i = 2; i < cmd->argc; i++) {
        const struct interest *interest = hash_index_find(
            &pubsub->interests[kind], pubsub_hash(pubsub, cmd->argv[i]), NULL, NULL);

        reply_bulk(cmd->reply, cmd->argv[i]);
        reply_integer(cmd->reply, interest == NULL ? 0 : interest->clients);
    }
}

void command_pubsub_numsub(struct cmd *cmd)
{
    reply_numbers(cmd, TOPIC_CHANNEL);
}

void command_pubsub_shardnumsub(struct cmd *cmd)
{
    reply_numbers(cmd, TOPIC_SHARD_CHANNEL);
}

void command_pubsub_numpat(struct cmd *cmd)
{
    reply_integer(cmd->reply, (int64_t)pattern_index_count(&cmd->shard->pubsub.patterns));
}
