#include "server/access/access_log.h"

#include "proto/base/assert.h"
#include "proto/base/memory.h"
#include "server/config/config.h"
#include "server/connection/connection.h"
#include "server/shard/shard.h"

static struct span text_copy(struct span text)
{
    size_t length = text.length < ACCESS_LOG_TEXT_MAX ? text.length : ACCESS_LOG_TEXT_MAX;

    return span_of(memory_copy(text.data, length), length);
}

static void text_free(struct span text)
{
    memory_free((char *)(uintptr_t)text.data);
}

struct access_log *access_log_create(void)
{
    struct access_log *log = memory_new_zeroed(1, sizeof(*log));

    list_init(&log->entries);
    return log;
}

static void drop_oldest(struct access_log *log)
{
    struct access_entry *entry = list_entry(log->entries.previous, struct access_entry, link);

    ASSERT(log->count > 0);
    list_remove(&entry->link);
    log->count--;
    text_free(entry->object);
    text_free(entry->user_name);
    text_free(entry->client);
    memory_free(entry);
}

void access_log_clear(struct access_log *log)
{
    while (log->count > 0)
        drop_oldest(log);
}

void access_log_destroy(struct access_log *log)
{
    access_log_clear(log);
    memory_free(log);
}

static void count(struct statistics *statistics, enum access_reason reason)
{
    switch (reason) {
    case ACCESS_COMMAND:
        statistics->denied_commands++;
        break;
    case ACCESS_KEY:
        statistics->denied_keys++;
        break;
    case ACCESS_CHANNEL:
        statistics->denied_channels++;
        break;
    case ACCESS_LOGIN:
        statistics->authentications_failed++;
        break;
    case ACCESS_GRANTED:
        UNREACHABLE();
    }
}

static bool text_equal(struct span kept, struct span text)
{
    if (text.length > ACCESS_LOG_TEXT_MAX)
        text.length = ACCESS_LOG_TEXT_MAX;
    return span_equal(kept, text);
}

/* A recent entry that tells the same. */
static struct access_entry *find(struct access_log *log, const struct access_entry *wanted)
{
    uint32_t looked_at = 0;

    list_for_each (link, &log->entries) {
        struct access_entry *entry = list_entry(link, struct access_entry, link);

        if (looked_at++ == ACCESS_LOG_LOOKED_AT)
            break;
        if (entry->reason == wanted->reason && entry->context == wanted->context &&
            wanted->created - entry->updated <= ACCESS_LOG_MERGE_MS &&
            text_equal(entry->object, wanted->object) &&
            text_equal(entry->user_name, wanted->user_name))
            return entry;
    }
    return NULL;
}

void access_log_add(struct connection *connection, enum access_reason reason,
                    enum access_context context, struct span object, struct span user_name)
{
    struct shard *shard = connection->shard;
    struct access_log *log = shard->access_log;
    uint64_t count_max = (uint64_t)shard->config->acllog_max_len;
    struct access_entry wanted = {.reason = reason,
                                  .context = context,
                                  .object = object,
                                  .user_name = user_name,
                                  .created = shard->now};
    struct access_entry *entry;
    char *client;

    shard_assert_owner(shard);
    count(&shard->statistics, reason);
    entry = count_max > 0 ? find(log, &wanted) : NULL;
    if (entry != NULL) {
        list_remove(&entry->link);
        text_free(entry->client);
    } else if (count_max > 0) {
        entry = memory_new(sizeof(*entry));
        *entry = wanted;
        entry->object = text_copy(object);
        entry->user_name = text_copy(user_name);
        entry->id =
            atomic_fetch_add_explicit(&shard->node->last_access_log_id, 1, memory_order_relaxed);
        entry->count = 0;
        log->count++;
    }
    if (entry != NULL) {
        client = connection_describe(connection);
        entry->client = span_of(client, strlen(client));
        entry->updated = shard->now;
        entry->count++;
        list_push_front(&log->entries, &entry->link);
    }
    while (log->count > count_max)
        drop_oldest(log);
}

/* ---- Notes ---- */

struct span access_denial_object(const struct command *command, const struct span *argv,
                                 const struct access_denial *denial)
{
    ASSERT(denial->reason != ACCESS_GRANTED);
    if (denial->reason == ACCESS_COMMAND)
        return span_of_string(command->name);
    return argv[denial->argument];
}

void access_notes_add(struct access_notes *notes, enum access_context context,
                      const struct command *command, const struct span *argv,
                      const struct access_denial *denial)
{
    if (notes == NULL || notes->count == ACCESS_NOTES_MAX)
        return;
    if (notes->notes == NULL)
        notes->notes = memory_new(ACCESS_NOTES_MAX * sizeof(*notes->notes));
    notes->notes[notes->count++] = (struct access_note){
        denial->reason, context, text_copy(access_denial_object(command, argv, denial))};
}

void access_notes_settle(struct access_notes *notes, struct connection *connection,
                         const struct user *user)
{
    for (uint32_t i = 0; i < notes->count; i++) {
        if (!connection->closed)
            access_log_add(connection, notes->notes[i].reason, notes->notes[i].context,
                           notes->notes[i].object, user->name);
        text_free(notes->notes[i].object);
    }
    memory_free(notes->notes);
    *notes = (struct access_notes){0};
}
