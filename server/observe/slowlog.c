#include "server/observe/slowlog.h"

#include "proto/base/assert.h"
#include "proto/base/memory.h"
#include "server/config/config.h"
#include "server/connection/connection.h"
#include "server/observe/redaction.h"
#include "server/shard/arguments.h"
#include "server/shard/shard.h"

#include <stdio.h>

enum { NOTE_MAX = 64 };

struct slowlog *slowlog_create(void)
{
    struct slowlog *slowlog = memory_new_zeroed(1, sizeof(*slowlog));

    list_init(&slowlog->entries);
    return slowlog;
}

static void entry_free(struct slowlog_entry *entry)
{
    memory_free(entry->argv);
    memory_free(entry->address);
    memory_free(entry->name);
    memory_free(entry);
}

static void drop_oldest(struct slowlog *slowlog)
{
    struct slowlog_entry *entry = list_entry(slowlog->entries.previous, struct slowlog_entry, link);

    ASSERT(slowlog->count > 0);
    list_remove(&entry->link);
    slowlog->count--;
    entry_free(entry);
}

void slowlog_clear(struct slowlog *slowlog)
{
    while (slowlog->count > 0)
        drop_oldest(slowlog);
}

void slowlog_destroy(struct slowlog *slowlog)
{
    slowlog_clear(slowlog);
    memory_free(slowlog);
}

/* The arguments cut to what is kept. */
static struct span *arguments_cut(const struct span *argv, uint32_t argc, uint32_t *kept)
{
    static const char more_bytes[] = "... (%zu more bytes)";
    struct span cut[SLOWLOG_ARGUMENTS_MAX];
    char text[SLOWLOG_ARGUMENTS_MAX][SLOWLOG_ARGUMENT_BYTES_MAX + NOTE_MAX];
    uint32_t count = argc < SLOWLOG_ARGUMENTS_MAX ? argc : SLOWLOG_ARGUMENTS_MAX;

    for (uint32_t i = 0; i < count; i++) {
        struct span argument = redaction_argument(argv, argc, i);
        int length;

        cut[i] = argument;
        if (i == SLOWLOG_ARGUMENTS_MAX - 1 && argc > SLOWLOG_ARGUMENTS_MAX) {
            length = snprintf(text[i], sizeof(text[i]), "... (%u more arguments)", argc - i);
            cut[i] = span_of(text[i], (size_t)length);
        } else if (argument.length > SLOWLOG_ARGUMENT_BYTES_MAX) {
            memcpy(text[i], argument.data, SLOWLOG_ARGUMENT_BYTES_MAX);
            length = snprintf(text[i] + SLOWLOG_ARGUMENT_BYTES_MAX, NOTE_MAX, more_bytes,
                              argument.length - SLOWLOG_ARGUMENT_BYTES_MAX);
            cut[i] = span_of(text[i], SLOWLOG_ARGUMENT_BYTES_MAX + (size_t)length);
        }
    }
    *kept = count;
    return arguments_copy(cut, count);
}

void slowlog_add(struct shard *shard, const struct connection *connection, const struct span *argv,
                 uint32_t argc, uint64_t duration_us)
{
    struct slowlog *slowlog = shard->slowlog;
    uint64_t count_max = (uint64_t)shard->config->slowlog_max_len;
    struct slowlog_entry *entry = memory_new_zeroed(1, sizeof(*entry));

    shard_assert_owner(shard);
    entry->id = atomic_fetch_add_explicit(&shard->node->last_slowlog_id, 1, memory_order_relaxed);
    entry->second = shard->now / 1000;
    entry->duration_us = duration_us;
    entry->argv = arguments_cut(argv, argc, &entry->argc);
    entry->address = memory_copy(connection->address, strlen(connection->address));
    entry->name = memory_copy(connection->name, strlen(connection->name));
    list_push_front(&slowlog->entries, &entry->link);
    slowlog->count++;
    while (slowlog->count > count_max)
        drop_oldest(slowlog);
}
