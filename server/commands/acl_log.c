/*
 * ACL LOG: what the shards have logged, as one.
 */
#include "proto/base/assert.h"
#include "proto/base/memory.h"
#include "server/access/access_log.h"
#include "server/commands/cmd.h"
#include "server/commands/handlers.h"
#include "server/shard/gather.h"

#include <stdlib.h>

enum { LOG_USUAL = 10, ECHOED_MAX = 128 };

struct log_part {
    struct access_entry *entries; /* copies, the newest first */
    uint64_t count;
    uint64_t held; /* in the shard's log */
};

static struct span text_copy(struct span text)
{
    return span_of(memory_copy(text.data, text.length), text.length);
}

static void text_free(struct span text)
{
    memory_free((char *)(uintptr_t)text.data);
}

static void log_visit(struct shard *shard, struct gather *gather, void *part)
{
    const uint64_t *count_max = gather->context;
    const struct access_log *log = shard->access_log;
    struct log_part *found = part;
    /* Those that are one entry with another shard's count once. */
    uint64_t wanted = *count_max < log->count ? *count_max : log->count;

    found->held = log->count;
    found->entries = memory_new((wanted + 1) * sizeof(*found->entries));
    list_for_each (link, &log->entries) {
        const struct access_entry *entry = list_entry(link, struct access_entry, link);

        if (found->count == wanted)
            break;
        found->entries[found->count] = *entry;
        found->entries[found->count].object = text_copy(entry->object);
        found->entries[found->count].user_name = text_copy(entry->user_name);
        found->entries[found->count].client = text_copy(entry->client);
        found->count++;
    }
}

static int newest_first(const void *left, const void *right)
{
    const struct access_entry *const *a = left;
    const struct access_entry *const *b = right;

    if ((*a)->updated != (*b)->updated)
        return (*a)->updated < (*b)->updated ? 1 : -1;
    return ((*a)->id < (*b)->id) - ((*a)->id > (*b)->id);
}

static bool is_same(const struct access_entry *a, const struct access_entry *b)
{
    return a->reason == b->reason && a->context == b->context &&
           a->updated - b->updated <= ACCESS_LOG_MERGE_MS && span_equal(a->object, b->object) &&
           span_equal(a->user_name, b->user_name);
}

/* Entries of different shards that tell the same become one, which has come first and was seen
 * last. */
static uint64_t merge(struct access_entry **all, uint64_t count)
{
    uint64_t kept = 0;

    for (uint64_t i = 0; i < count; i++) {
        uint64_t at = kept > ACCESS_LOG_LOOKED_AT ? kept - ACCESS_LOG_LOOKED_AT : 0;

        while (at < kept && !is_same(all[at], all[i]))
            at++;
        if (at == kept) {
            all[kept++] = all[i];
            continue;
        }
        all[at]->count += all[i]->count;
        if (all[i]->id < all[at]->id)
            all[at]->id = all[i]->id;
        if (all[i]->created < all[at]->created)
            all[at]->created = all[i]->created;
    }
    return kept;
}

static struct span reason_text(enum access_reason reason)
{
    switch (reason) {
    case ACCESS_COMMAND:
        return SPAN("command");
    case ACCESS_KEY:
        return SPAN("key");
    case ACCESS_CHANNEL:
        return SPAN("channel");
    case ACCESS_LOGIN:
        return SPAN("auth");
    case ACCESS_GRANTED:
        break;
    }
    UNREACHABLE();
}

static struct span context_text(enum access_context context)
{
    switch (context) {
    case ACCESS_TOP_LEVEL:
        return SPAN("toplevel");
    case ACCESS_MULTI:
        return SPAN("multi");
    case ACCESS_LUA:
        return SPAN("lua");
    }
    UNREACHABLE();
}

static void reply_entry(struct reply *reply, const struct access_entry *entry, time_ms now)
{
    reply_map(reply, 10);
    reply_bulk(reply, SPAN("count"));
    reply_integer(reply, (int64_t)entry->count);
    reply_bulk(reply, SPAN("reason"));
    reply_bulk(reply, reason_text(entry->reason));
    reply_bulk(reply, SPAN("context"));
    reply_bulk(reply, context_text(entry->context));
    reply_bulk(reply, SPAN("object"));
    reply_bulk(reply, entry->object);
    reply_bulk(reply, SPAN("username"));
    reply_bulk(reply, entry->user_name);
    reply_bulk(reply, SPAN("age-seconds"));
    reply_double(reply, (double)(now - entry->updated) / 1000);
    reply_bulk(reply, SPAN("client-info"));
    reply_bulk(reply, entry->client);
    reply_bulk(reply, SPAN("entry-id"));
    reply_integer(reply, (int64_t)entry->id);
    reply_bulk(reply, SPAN("timestamp-created"));
    reply_integer(reply, entry->created);
    reply_bulk(reply, SPAN("timestamp-last-updated"));
    reply_integer(reply, entry->updated);
}

static void free_part(struct log_part *part)
{
    for (uint64_t i = 0; i < part->count; i++) {
        text_free(part->entries[i].object);
        text_free(part->entries[i].user_name);
        text_free(part->entries[i].client);
    }
    memory_free(part->entries);
}

static void log_finish(struct gather *gather, struct reply *reply)
{
    uint32_t shards = gather->asker->node->shard_count;
    uint64_t length_max = (uint64_t)gather->asker->config->acllog_max_len;
    uint64_t count_max = *(const uint64_t *)gather->context;
    struct access_entry **all = NULL;
    uint64_t count = 0;

    for (uint32_t i = 0; i < shards; i++) {
        const struct log_part *part = gather_part(gather, i);

        all = memory_resize(all, (count + part->count + 1) * sizeof(struct access_entry *));
        for (uint64_t j = 0; j < part->count; j++)
            all[count++] = &part->entries[j];
        /* A log that has become shorter keeps what it has until something new comes. */
        if (part->held > length_max)
            length_max = part->held;
    }
    qsort(all, count, sizeof(struct access_entry *), newest_first);
    count = merge(all, count);
    if (count > length_max)
        count = length_max;
    if (count > count_max)
        count = count_max;
    reply_array(reply, count);
    for (uint64_t i = 0; i < count; i++)
        reply_entry(reply, all[i], gather->now);
    memory_free(all);
    for (uint32_t i = 0; i < shards; i++)
        free_part(gather_part(gather, i));
}

static void reset_visit(struct shard *shard, struct gather *gather, void *part)
{
    (void)gather;
    (void)part;
    access_log_clear(shard->access_log);
}

static void reset_finish(struct gather *gather, struct reply *reply)
{
    (void)gather;
    reply_ok(reply);
}

void command_acl_log(struct cmd *cmd)
{
    int64_t count = LOG_USUAL;
    struct gather *gather;
    uint64_t count_max;

    if (cmd->argc > 3) {
        reply_error_format(
            cmd->reply,
            "ERR unknown subcommand or wrong number of arguments for '%.*s'. Try "
            "ACL HELP.",
            (int)(cmd->argv[1].length < ECHOED_MAX ? cmd->argv[1].length : ECHOED_MAX),
            cmd->argv[1].data);
        return;
    }
    if (cmd->argc == 3 && cmd_argument_is(cmd, 2, "RESET")) {
        gather_all(cmd, 0, reset_visit, reset_finish);
        return;
    }
    if (cmd->argc == 3 && !cmd_integer(cmd, 2, &count))
        return;
    count_max = count < 0 ? 0 : (uint64_t)count;
    gather = gather_new(cmd, sizeof(struct log_part), log_visit, log_finish);
    gather->context = memory_copy(&count_max, sizeof(count_max));
    gather_start(gather, section_all(gather->asker->node));
}
