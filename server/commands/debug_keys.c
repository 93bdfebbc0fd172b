/*
 * DEBUG's subcommands that look at keys, or make them.
 */
#include "proto/base/assert.h"
#include "proto/base/memory.h"
#include "proto/base/number.h"
#include "server/commands/debug.h"
#include "server/config/text_buffer.h"
#include "server/shard/gather.h"
#include "storage/rdb_value.h"

#include <inttypes.h>

/* ---- OBJECT ---- */

/* The length that the value has in an RDB file. */
static size_t serialized_length(const struct shard *shard, const struct entry *entry)
{
    uint16_t version = rdb_value_version(entry, (uint16_t)shard->config->rdb_version);
    struct rdb_writer writer;
    size_t length;

    rdb_writer_init(&writer, shard->config->rdbcompression);
    rdb_value_write(&writer, entry, rdb_value_type(entry, version), shard->now);
    length = writer.length;
    rdb_writer_free(&writer);
    return length;
}

/* What tests know the nodes of a long list by. */
static void describe_list(const struct shard *shard, const struct entry *entry,
                          struct text_buffer *text)
{
    struct list_place place;
    uint64_t nodes = 0;

    if (entry_type(entry) != VALUE_LIST || !entry_is_expanded(entry))
        return;
    for (bool is_there = list_type_seek(entry, 0, &place); is_there;
         is_there = list_type_next_body(&place))
        nodes++;
    text_buffer_add_format(
        text, " ql_nodes:%" PRIu64 " ql_avg_node:%.2f ql_listpack_max:%" PRId64 " ql_compressed:%d",
        nodes, (double)list_type_length(entry) / (double)nodes,
        shard->config->list_max_listpack_size, shard->config->list_compress_depth != 0);
}

/* The line, or NULL when there is no such key. */
static void object_visit(struct shard *shard, struct gather *gather, void *part)
{
    struct key key = keyspace_key(shard->keyspace, gather->argv[2]);
    const struct entry *entry = keyspace_peek(shard->keyspace, gather->database, &key, shard->now);
    struct text_buffer text = {0};
    int64_t idle;

    if (entry == NULL)
        return;
    idle = entry_idle_seconds(entry, shard->now);
    text_buffer_add_format(&text,
                           "Value at:%p refcount:1 encoding:%s serializedlength:%zu lru:%" PRId64
                           " lru_seconds_idle:%" PRId64,
                           (const void *)entry, entry_encoding_name(entry),
                           serialized_length(shard, entry), (shard->now / 1000 - idle) & 0xffffff,
                           idle);
    describe_list(shard, entry, &text);
    *(char **)part = text_buffer_take(&text);
}

static void object_finish(struct gather *gather, struct reply *reply)
{
    char **line = gather_part(gather, (uint32_t)__builtin_ctzll(gather->members));

    if (*line == NULL)
        reply_error_literal(reply, "ERR no such key");
    else
        reply_status(reply, span_of_string(*line));
    memory_free(*line);
}

void debug_object(struct cmd *cmd)
{
    struct gather *gather = gather_new(cmd, sizeof(char *), object_visit, object_finish);

    gather_start(gather, 1ull << node_shard_of(gather->asker->node, key_slot(cmd->argv[2])));
}

/* ---- POPULATE ---- */

struct populate {
    uint64_t count;
    uint64_t size; /* of the values; 0: as long as they come */
};

static struct span populate_value(struct text_buffer *value, uint64_t number, uint64_t size)
{
    static const char zeros[256];

    text_buffer_clear(value);
    text_buffer_add_format(value, "value:%" PRIu64, number);
    while (value->length < size)
        text_buffer_add(value,
                        span_of(zeros, size - value->length < sizeof(zeros) ? size - value->length
                                                                            : sizeof(zeros)));
    return span_of(value->bytes, size > 0 ? size : value->length);
}

/* Every shard makes the keys that are its own. */
static void populate_visit(struct shard *shard, struct gather *gather, void *part)
{
    const struct populate *populate = gather->context;
    struct span prefix = gather->argc > 3 ? gather->argv[3] : SPAN("key");
    struct text_buffer name = {0};
    struct text_buffer value = {0};

    (void)part;
    for (uint64_t i = 0; i < populate->count; i++) {
        struct key key;

        text_buffer_clear(&name);
        text_buffer_add(&name, prefix);
        text_buffer_add_format(&name, ":%" PRIu64, i);
        key = keyspace_key(shard->keyspace, text_buffer_span(&name));
        if (node_shard_of(shard->node, key.slot) != shard->index ||
            keyspace_peek(shard->keyspace, gather->database, &key, shard->now) != NULL)
            continue;
        keyspace_set_string(shard->keyspace, gather->database, &key,
                            populate_value(&value, i, populate->size), TIME_NEVER);
    }
    text_buffer_free(&name);
    text_buffer_free(&value);
}

static void populate_finish(struct gather *gather, struct reply *reply)
{
    (void)gather;
    reply_ok(reply);
}

void debug_populate(struct cmd *cmd)
{
    struct populate populate = {0};
    int64_t count;
    int64_t size = 0;
    struct gather *gather;

    if (!number_parse_integer(cmd->argv[2], &count) || count < 0 ||
        (cmd->argc > 4 && (!number_parse_integer(cmd->argv[4], &size) || size < 0 ||
                           (uint64_t)size > cmd->config->proto_max_bulk_len))) {
        reply_error_literal(cmd->reply, "ERR value is out of range, must be positive");
        return;
    }
    populate.count = (uint64_t)count;
    populate.size = (uint64_t)size;
    gather = gather_new(cmd, 0, populate_visit, populate_finish);
    gather->context = memory_copy(&populate, sizeof(populate));
    gather_start(gather, section_all(gather->asker->node));
}

/* ---- HTSTATS ---- */

struct table_part {
    uint64_t keys;
    uint64_t expires;
    struct keyspace_statistics statistics;
};

static uint32_t table_database(const struct gather *gather)
{
    int64_t database;

    if (!number_parse_integer(gather->argv[2], &database) || database < 0 ||
        database >= gather->asker->node->databases)
        return UINT32_MAX;
    return (uint32_t)database;
}

static void table_visit(struct shard *shard, struct gather *gather, void *part)
{
    struct table_part *table = part;
    uint32_t database = table_database(gather);

    if (database == UINT32_MAX)
        return;
    table->keys = keyspace_size(shard->keyspace, database);
    table->expires = keyspace_volatile_size(shard->keyspace, database);
    keyspace_statistics(shard->keyspace, &table->statistics);
}

static void table_finish(struct gather *gather, struct reply *reply)
{
    struct text_buffer text = {0};

    if (table_database(gather) == UINT32_MAX) {
        reply_error_literal(reply, "ERR Out of range database");
        return;
    }
    for (uint32_t i = 0; i < gather->asker->node->shard_count; i++) {
        const struct table_part *table = gather_part(gather, i);

        text_buffer_add_format(&text,
                               "[Shard %u]\n number of elements: %" PRIu64
                               "\n elements that expire: %" PRIu64
                               "\n bytes of all databases' tables: %zu\n",
                               i, table->keys, table->expires, table->statistics.table_memory);
    }
    reply_verbatim(reply, "txt", text_buffer_span(&text));
    text_buffer_free(&text);
}

void debug_htstats(struct cmd *cmd)
{
    gather_all(cmd, sizeof(struct table_part), table_visit, table_finish);
}

static void table_key_visit(struct shard *shard, struct gather *gather, void *part)
{
    struct key key = keyspace_key(shard->keyspace, gather->argv[2]);

    *(bool *)part = keyspace_peek(shard->keyspace, gather->database, &key, shard->now) != NULL;
}

/* No value is a table yet. */
static void table_key_finish(struct gather *gather, struct reply *reply)
{
    if (*(bool *)gather_part(gather, (uint32_t)__builtin_ctzll(gather->members)))
        reply_error_literal(reply, "ERR The value stored at the specified key is not represented "
                                   "using an hash table");
    else
        reply_error_literal(reply, "ERR no such key");
}

void debug_htstats_key(struct cmd *cmd)
{
    struct gather *gather = gather_new(cmd, sizeof(bool), table_key_visit, table_key_finish);

    gather_start(gather, 1ull << node_shard_of(gather->asker->node, key_slot(cmd->argv[2])));
}
