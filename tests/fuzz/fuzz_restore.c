/*
 * The input is a payload for RESTORE, whose checksum is not looked at: type byte, value, version.
 * What is refused leaves nothing behind; what is accepted can be written, in both versions, and
 * read again, and all memory comes back when it is deleted.
 */
#include "proto/base/assert.h"
#include "proto/rdb/dump_payload.h"
#include "storage/rdb_value.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { NOW = 1700000000 };

static const struct rdb_value_limits limits = {
    .list = {.bytes = 8192, .count = UINT32_MAX},
    .set = {.integer_entries = 512, .packed_entries = 128, .packed_value = 64},
    .sorted_set = {.packed_entries = 128, .packed_value = 64},
    .hash = {.entries = 512, .value = 64},
};

static size_t used_memory(struct keyspace *keyspace)
{
    struct keyspace_statistics statistics;

    while (keyspace_reclaim(keyspace, 1000)) {
    }
    keyspace_statistics(keyspace, &statistics);
    return statistics.used_memory;
}

static enum rdb_value_outcome load(struct keyspace *keyspace, struct span value, uint16_t version)
{
    struct key key = keyspace_key(keyspace, SPAN("key"));
    struct rdb_reader reader = rdb_reader_of(value);
    uint8_t type;

    if (!rdb_reader_byte(&reader, &type))
        return RDB_VALUE_BAD;
    return rdb_value_load(&reader, type, rdb_format_family(version), keyspace, 0, &key, &limits,
                          NOW);
}

static void write_and_load(struct keyspace *keyspace, uint16_t wanted)
{
    struct key key = keyspace_key(keyspace, SPAN("key"));
    const struct entry *entry = keyspace_peek(keyspace, 0, &key, NOW);
    uint16_t version = rdb_value_version(entry, wanted);
    enum rdb_type type = rdb_value_type(entry, version);
    enum value_type before = entry_type(entry);
    struct rdb_writer writer;
    enum rdb_value_outcome outcome;

    rdb_writer_init(&writer, wanted == RDB_VERSION);
    rdb_writer_byte(&writer, type);
    rdb_value_write(&writer, entry, type, NOW);
    outcome = load(keyspace, rdb_writer_span(&writer), version);
    ASSERT(outcome == RDB_VALUE_LOADED);
    entry = keyspace_peek(keyspace, 0, &key, NOW);
    ASSERT(entry_type(entry) == before);
    rdb_writer_free(&writer);
}

/* Whatever is told of is found, too. */
static void find_all(const struct entry *entry)
{
    struct set_iterator members;
    struct hash_iterator fields;
    struct sorted_set_cursor cursor;
    struct score_element element;
    struct hash_field field;
    struct span member;
    double score;

    switch (entry_type(entry)) {
    case VALUE_SET:
        members = set_iterate(entry);
        while (set_next(&members, &member))
            ASSERT(set_contains(entry, member));
        break;
    case VALUE_HASH:
        fields = hash_iterate(entry, NOW);
        while (hash_next(&fields, &field))
            ASSERT(hash_find(entry, field.name, NOW, NULL));
        break;
    case VALUE_SORTED_SET:
        sorted_set_at(entry, 0, &cursor);
        for (; sorted_set_read(&cursor, &element); sorted_set_step(&cursor, false)) {
            ASSERT(sorted_set_score(entry, element.member, &score));
            ASSERT(score == element.score);
        }
        break;
    default:
        break;
    }
}

static void restore(struct keyspace *keyspace, struct span payload)
{
    struct key key = keyspace_key(keyspace, SPAN("key"));
    size_t before = used_memory(keyspace);
    struct span value;
    uint16_t version;

    if (!dump_payload_open(payload, false, &value, &version))
        return;
    if (load(keyspace, value, version) == RDB_VALUE_LOADED) {
        bool existed;

        find_all(keyspace_peek(keyspace, 0, &key, NOW));
        write_and_load(keyspace, RDB_VERSION);
        write_and_load(keyspace, RDB_VERSION_REDIS_7_0);
        existed = keyspace_delete(keyspace, 0, &key, NOW);
        ASSERT(existed);
    }
    ASSERT(keyspace_size(keyspace, 0) == 0);
    ASSERT(used_memory(keyspace) == before);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static struct keyspace *keyspace;
    static const struct keyspace_options options = {
        .databases = 1, .hash_seed = 1, .random_seed = 2};
    char *copy = malloc(size > 0 ? size : 1);

    /* The tables that the first key makes stay. */
    if (keyspace == NULL) {
        struct key key;

        keyspace = keyspace_create(&options);
        keyspace_set_time(keyspace, NOW);
        key = keyspace_key(keyspace, SPAN("key"));
        keyspace_set_string(keyspace, 0, &key, SPAN(""), TIME_NEVER);
        keyspace_delete(keyspace, 0, &key, NOW);
    }
    if (size > 0)
        memcpy(copy, data, size);
    restore(keyspace, span_of(copy, size));
    free(copy);
    return 0;
}
