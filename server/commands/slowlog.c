/*
 * SLOWLOG: the shards' slow logs as one.
 */
#include "server/observe/slowlog.h"

#include "proto/base/assert.h"
#include "proto/base/memory.h"
#include "proto/base/number.h"
#include "server/commands/cmd.h"
#include "server/commands/handlers.h"
#include "server/shard/gather.h"

#include <stdlib.h>

enum { SLOWLOG_GET_USUAL = 10 };

/* ---- SLOWLOG GET ---- */

/* An entry as protocol bytes, in its part's reply. */
struct written_entry {
    uint64_t id;
    size_t start;
    size_t length;
    const struct reply *reply;
};

struct get_part {
    struct reply reply;
    struct written_entry *entries;
    uint64_t count;
};

static void write_entry(struct reply *reply, const struct slowlog_entry *entry)
{
    reply_array(reply, 6);
    reply_integer(reply, (int64_t)entry->id);
    reply_integer(reply, entry->second);
    reply_integer(reply, (int64_t)entry->duration_us);
    reply_array(reply, entry->argc);
    for (uint32_t i = 0; i < entry->argc; i++)
        reply_bulk(reply, entry->argv[i]);
    reply_bulk(reply, span_of_string(entry->address));
    reply_bulk(reply, span_of_string(entry->name));
}

static void get_visit(struct shard *shard, struct gather *gather, void *part)
{
    const uint64_t *count_max = gather->context;
    const struct slowlog *slowlog = shard->slowlog;
    struct get_part *get = part;

    reply_init(&get->reply, 2);
    get->entries = memory_new((slowlog->count + 1) * sizeof(*get->entries));
    list_for_each (link, &slowlog->entries) {
        const struct slowlog_entry *entry = list_entry(link, struct slowlog_entry, link);
        size_t start = get->reply.length;

        if (get->count == *count_max)
            break;
        ASSERT(get->count < slowlog->count);
        write_entry(&get->reply, entry);
        get->entries[get->count++] =
            (struct written_entry){entry->id, start, get->reply.length - start, &get->reply};
    }
}

static int newest_first(const void *left, const void *right)
{
    const struct written_entry *a = left;
    const struct written_entry *b = right;

    return (a->id < b->id) - (a->id > b->id);
}

static void get_finish(struct gather *gather, struct reply *reply)
{
    uint32_t shards = gather->asker->node->shard_count;
    const uint64_t *count_max = gather->context;
    struct written_entry *all = NULL;
    uint64_t count = 0;

    for (uint32_t i = 0; i < shards; i++) {
        const struct get_part *part = gather_part(gather, i);

        all = memory_resize(all, (count + part->count + 1) * sizeof(*all));
        memcpy(all + count, part->entries, part->count * sizeof(*all));
        count += part->count;
    }
    qsort(all, count, sizeof(*all), newest_first);
    if (count > *count_max)
        count = *count_max;
    reply_array(reply, count);
    for (uint64_t i = 0; i < count; i++)
        reply_raw(reply, span_of(all[i].reply->bytes + all[i].start, all[i].length));
    memory_free(all);
    for (uint32_t i = 0; i < shards; i++) {
        struct get_part *part = gather_part(gather, i);

        memory_free(part->entries);
        reply_free(&part->reply);
    }
}

void command_slowlog_get(struct cmd *cmd)
{
    uint64_t count_max = (uint64_t)cmd->config->slowlog_max_len;
    int64_t count = SLOWLOG_GET_USUAL;
    struct gather *gather;

    if (cmd->argc == 3 && (!number_parse_integer(cmd->argv[2], &count) || count < -1)) {
        reply_error_literal(cmd->reply, "ERR count should be greater than or equal to -1");
        return;
    }
    /* The directive is for the node; each shard may hold so many. */
    if (count != -1 && (uint64_t)count < count_max)
        count_max = (uint64_t)count;
    gather = gather_new(cmd, sizeof(struct get_part), get_visit, get_finish);
    gather->context = memory_copy(&count_max, sizeof(count_max));
    gather_start(gather, section_all(gather->asker->node));
}

/* ---- SLOWLOG LEN, SLOWLOG RESET ---- */

static void length_visit(struct shard *shard, struct gather *gather, void *part)
{
    (void)gather;
    *(uint64_t *)part = shard->slowlog->count;
}

static void length_finish(struct gather *gather, struct reply *reply)
{
    uint64_t count_max = (uint64_t)gather->asker->config->slowlog_max_len;
    uint64_t count = 0;

    for (uint32_t i = 0; i < gather->asker->node->shard_count; i++)
        count += *(uint64_t *)gather_part(gather, i);
    reply_integer(reply, (int64_t)(count < count_max ? count : count_max));
}

void command_slowlog_len(struct cmd *cmd)
{
    gather_all(cmd, sizeof(uint64_t), length_visit, length_finish);
}

static void reset_visit(struct shard *shard, struct gather *gather, void *part)
{
    (void)gather;
    (void)part;
    slowlog_clear(shard->slowlog);
}

static void reset_finish(struct gather *gather, struct reply *reply)
{
    (void)gather;
    reply_ok(reply);
}

void command_slowlog_reset(struct cmd *cmd)
{
    gather_all(cmd, 0, reset_visit, reset_finish);
}
