#include "server/migrate/transfer_keys.h"

#include "proto/base/assert.h"
#include "proto/base/memory.h"
#include "proto/base/number.h"
#include "proto/rdb/dump_payload.h"
#include "proto/resp/reply.h"
#include "server/append_only/append_hold.h"
#include "server/commands/cmd.h"
#include "server/commands/dump.h"
#include "server/dispatch/execute.h"
#include "server/link/link.h"
#include "server/migrate/target_link.h"
#include "server/shard/shard.h"

#include <stdio.h>
#include <stdlib.h>

/* Longer values are not copied into the link. */
enum { COPIED_MAX = 16 * 1024 };

static struct key key_of(const struct transfer *transfer, uint32_t index)
{
    return keyspace_key(transfer->shard->keyspace, transfer->keys[index].name);
}

static const struct entry *find(const struct transfer *transfer, const struct key *key)
{
    const struct shard *shard = transfer->shard;

    return keyspace_peek(shard->keyspace, transfer->request->database, key, shard->now);
}

bool transfer_keys_exist(const struct transfer *transfer)
{
    for (uint32_t i = 0; i < transfer->key_count; i++) {
        struct key key = key_of(transfer, i);

        if (find(transfer, &key) != NULL)
            return true;
    }
    return false;
}

static int compare_slots(const void *a, const void *b)
{
    return *(const uint16_t *)a - *(const uint16_t *)b;
}

void transfer_keys_slots(const struct transfer *transfer, struct slot_hold *hold)
{
    uint16_t *slots = memory_new(transfer->key_count * sizeof(*slots));
    uint32_t count = 0;

    for (uint32_t i = 0; i < transfer->key_count; i++)
        slots[i] = key_slot(transfer->keys[i].name);
    qsort(slots, transfer->key_count, sizeof(*slots), compare_slots);
    for (uint32_t i = 0; i < transfer->key_count; i++)
        if (count == 0 || slots[count - 1] != slots[i])
            slots[count++] = slots[i];
    hold->slots = slots;
    hold->slot_count = count;
}

/* ---- Sending ---- */

static void release_payload(void *owner)
{
    memory_free(owner);
}

/* All of RESTORE but the payload's bytes goes before, or behind. */
static void write_head(const struct transfer *transfer, struct reply *out, const struct key *key,
                       const struct entry *entry, size_t payload)
{
    const struct transfer_request *request = transfer->request;
    time_ms expiry = entry_expiry(entry);
    char digits[NUMBER_INTEGER_TEXT_MAX];
    int64_t left = expiry == TIME_NEVER ? 0 : expiry - transfer->shard->now;

    reply_array(out, 4 + request->replace);
    reply_bulk(out, request->asking ? SPAN("RESTORE-ASKING") : SPAN("RESTORE"));
    reply_bulk(out, key->name);
    /* 0 would be: never. */
    reply_bulk_integer(out, expiry != TIME_NEVER && left < 1 ? 1 : left);
    reply_literal(out, "$");
    reply_raw(out, span_of(digits, number_format_unsigned(digits, payload)));
    reply_literal(out, "\r\n");
}

bool transfer_keys_send(struct transfer *transfer, uint32_t index)
{
    struct shard *shard = transfer->shard;
    struct key key = key_of(transfer, index);
    const struct entry *entry = find(transfer, &key);
    struct link *link = transfer->target->link;
    struct rdb_writer payload;
    struct reply out;

    if (entry == NULL)
        return false;
    rdb_writer_init(&payload, shard->config->rdbcompression);
    /* What Redis 7.0 understands, newer ones do as well. */
    dump_write(&payload, entry, RDB_VERSION_REDIS_7_0, shard->now);
    reply_init(&out, 2);
    write_head(transfer, &out, &key, entry, payload.length);
    if (payload.length <= COPIED_MAX) {
        reply_raw(&out, rdb_writer_span(&payload));
        rdb_writer_free(&payload);
    } else {
        link_send(link, span_of(out.bytes, out.length));
        link_send_shared(link, rdb_writer_span(&payload), release_payload, payload.bytes);
        reply_clear(&out);
    }
    reply_literal(&out, "\r\n");
    if (transfer->request->replace)
        reply_bulk(&out, SPAN("REPLACE"));
    link_send(link, span_of(out.bytes, out.length));
    reply_free(&out);

    transfer->keys[index].version =
        keyspace_watch(shard->keyspace, transfer->request->database, &key, shard->now);
    transfer->keys[index].watched = true;
    transfer->order[transfer->sent_count++] = index;
    return true;
}

/* ---- The end ---- */

/* Is it what was sent, or gone? */
static bool is_as_sent(struct transfer *transfer, uint32_t index)
{
    struct shard *shard = transfer->shard;
    struct key key = key_of(transfer, index);

    return find(transfer, &key) == NULL ||
           keyspace_is_unchanged(shard->keyspace, transfer->request->database, &key,
                                 transfer->keys[index].version, shard->now);
}

static void delete_all(struct transfer *transfer, const struct span *argv, uint32_t argc)
{
    struct shard *shard = transfer->shard;
    uint64_t log_position = append_hold_position(shard);
    struct reply unread;
    struct cmd cmd = {.command = command_find(SPAN("DEL")),
                      .argv = argv,
                      .argc = argc,
                      .database = transfer->request->database,
                      .reply = &unread};

    reply_init(&unread, 2);
    cmd.first_key = keyspace_key(shard->keyspace, argv[1]);
    execute_by_node(shard, &cmd);
    reply_free(&unread);
    if (append_hold_position(shard) != log_position)
        transfer->log_position = append_hold_position(shard);
}

void transfer_keys_delete(struct transfer *transfer)
{
    uint32_t count = transfer->arrived_count;
    struct span *argv;
    uint32_t argc = 1;

    transfer->arrived_count = 0;
    if (count == 0 || transfer->request->copy)
        return;
    argv = memory_new((count + 1) * sizeof(*argv));
    argv[0] = SPAN("DEL");
    for (uint32_t i = 0; i < count; i++) {
        /* A node that has become a replica meanwhile leaves that to its primary. */
        if (!transfer->shard->is_replica && is_as_sent(transfer, transfer->arrived[i]))
            argv[argc++] = transfer->keys[transfer->arrived[i]].name;
        else if (transfer->error[0] == '\0')
            snprintf(transfer->error, sizeof(transfer->error),
                     "IOERR a key has changed while it was migrated, and stays here as well");
    }
    if (argc > 1)
        delete_all(transfer, argv, argc);
    memory_free(argv);
}

void transfer_keys_forget(struct transfer *transfer)
{
    for (uint32_t i = 0; i < transfer->key_count; i++) {
        struct key key;

        if (!transfer->keys[i].watched)
            continue;
        key = key_of(transfer, i);
        keyspace_unwatch(transfer->shard->keyspace, transfer->request->database, &key);
        transfer->keys[i].watched = false;
    }
}
