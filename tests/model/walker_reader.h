/*
 * Reads what a walker has written back into a keyspace: records of an RDB file, or commands.
 */
#ifndef TESTS_MODEL_WALKER_READER_H
#define TESTS_MODEL_WALKER_READER_H

#include "proto/base/number.h"
#include "proto/rdb/dump_payload.h"
#include "proto/rdb/rdb_format.h"
#include "storage/rdb_value.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
/* Behind the headers that it needs. */
#include <cmocka.h>

static const struct rdb_value_limits reader_limits = {
    .list = {.bytes = 1024, .count = UINT32_MAX},
    .set = {.integer_entries = 512, .packed_entries = 128, .packed_value = 64},
    .sorted_set = {.packed_entries = 128, .packed_value = 64},
    .hash = {.entries = 128, .value = 64},
};

struct walker_reader {
    struct keyspace *keyspace;
    enum rdb_family family;
    uint32_t database;
    time_ms expiry; /* of the next key */
    uint64_t keys;
};

static void reader_load_value(struct walker_reader *reader, struct rdb_reader *bytes, uint8_t type,
                              enum rdb_family family, struct span name)
{
    struct key key = keyspace_key(reader->keyspace, name);

    assert_null(keyspace_peek(reader->keyspace, reader->database, &key, 0));
    assert_int_equal(rdb_value_load(bytes, type, family, reader->keyspace, reader->database, &key,
                                    &reader_limits, INT64_MIN),
                     RDB_VALUE_LOADED);
    if (reader->expiry != TIME_NEVER)
        keyspace_set_expiry(reader->keyspace, reader->database, &key, reader->expiry);
    reader->expiry = TIME_NEVER;
    reader->keys++;
}

static void reader_rdb(struct walker_reader *reader, struct span text)
{
    struct rdb_reader bytes = rdb_reader_of(text);

    reader->expiry = TIME_NEVER;
    while (rdb_reader_left(&bytes) > 0) {
        struct rdb_string name = {0};
        uint64_t number;
        uint8_t byte;

        assert_true(rdb_reader_byte(&bytes, &byte));
        switch (byte) {
        case RDB_OPCODE_SELECTDB:
            assert_true(rdb_reader_length(&bytes, &number));
            reader->database = (uint32_t)number;
            break;
        case RDB_OPCODE_EXPIRETIME_MS:
            assert_true(rdb_reader_int64(&bytes, &reader->expiry));
            break;
        case RDB_OPCODE_IDLE:
            assert_true(rdb_reader_length(&bytes, &number));
            break;
        case RDB_OPCODE_FREQ:
            assert_true(rdb_reader_byte(&bytes, &byte));
            break;
        default:
            assert_true(rdb_reader_string(&bytes, &name));
            reader_load_value(reader, &bytes, byte, reader->family, name.bytes);
            rdb_string_free(&name);
        }
    }
}

/* ---- Commands ---- */

enum { READER_WORDS_MAX = 300 };

static int64_t reader_integer(struct span text)
{
    int64_t value;

    assert_true(number_parse_integer(text, &value));
    return value;
}

static uint64_t reader_head(const char **at, char mark)
{
    const char *end = memchr(*at, '\n', 32);
    int64_t value;

    assert_int_equal(**at, mark);
    assert_non_null(end);
    value = reader_integer(span_of(*at + 1, (size_t)(end - *at - 2)));
    assert_true(value >= 0);
    *at = end + 1;
    return (uint64_t)value;
}

static void reader_restore(struct walker_reader *reader, const struct span *words)
{
    struct rdb_reader bytes;
    struct span value;
    uint16_t version;
    uint8_t type;
    int64_t expiry = reader_integer(words[2]);

    assert_true(dump_payload_open(words[3], true, &value, &version));
    assert_true(span_equal(words[4], SPAN("ABSTTL")));
    bytes = rdb_reader_of(value);
    assert_true(rdb_reader_byte(&bytes, &type));
    reader->expiry = expiry == 0 ? TIME_NEVER : expiry;
    reader_load_value(reader, &bytes, type, rdb_format_family(version), words[1]);
    assert_int_equal(rdb_reader_left(&bytes), 0);
}

static void reader_add(struct walker_reader *reader, const struct span *words, uint32_t count)
{
    struct key key = keyspace_key(reader->keyspace, words[1]);
    const struct rdb_value_limits *limits = &reader_limits;
    struct collection target;

    if (span_equal(words[0], SPAN("RPUSH"))) {
        target = collection_open(reader->keyspace, reader->database, &key, VALUE_LIST);
        list_type_push(&target, &limits->list, LIST_TAIL, words + 2, count - 2);
    } else if (span_equal(words[0], SPAN("SADD"))) {
        target = collection_open(reader->keyspace, reader->database, &key, VALUE_SET);
        for (uint32_t i = 2; i < count; i++)
            assert_true(set_add(&target, words[i], &limits->set));
    } else if (span_equal(words[0], SPAN("HSET"))) {
        target = collection_open(reader->keyspace, reader->database, &key, VALUE_HASH);
        for (uint32_t i = 2; i < count; i += 2)
            assert_true(hash_set(&target, 0, &limits->hash, words[i], words[i + 1], TIME_NEVER));
    } else if (span_equal(words[0], SPAN("HPEXPIREAT"))) {
        target = collection_open(reader->keyspace, reader->database, &key, VALUE_HASH);
        assert_true(span_equal(words[3], SPAN("FIELDS")));
        for (uint32_t i = 5; i < count; i++)
            assert_true(hash_set_expiry(&target, 0, words[i], reader_integer(words[2])));
    } else {
        assert_true(span_equal(words[0], SPAN("ZADD")));
        target = collection_open(reader->keyspace, reader->database, &key, VALUE_SORTED_SET);
        for (uint32_t i = 2; i < count; i += 2) {
            double score;

            assert_true(number_parse_double(words[i], &score));
            assert_int_equal(sorted_set_add(&target, &(struct sorted_set_options){0},
                                            &limits->sorted_set, words[i + 1], &score),
                             SORTED_SET_ADDED);
        }
    }
}

static void reader_command(struct walker_reader *reader, const struct span *words, uint32_t count)
{
    if (span_equal(words[0], SPAN("SELECT"))) {
        reader->database = (uint32_t)reader_integer(words[1]);
    } else if (span_equal(words[0], SPAN("SET"))) {
        struct key key = keyspace_key(reader->keyspace, words[1]);

        assert_null(keyspace_peek(reader->keyspace, reader->database, &key, 0));
        keyspace_set_string(reader->keyspace, reader->database, &key, words[2],
                            count > 3 ? reader_integer(words[4]) : TIME_NEVER);
        reader->keys++;
    } else if (span_equal(words[0], SPAN("RESTORE"))) {
        reader_restore(reader, words);
    } else if (span_equal(words[0], SPAN("PEXPIREAT"))) {
        struct key key = keyspace_key(reader->keyspace, words[1]);

        keyspace_set_expiry(reader->keyspace, reader->database, &key, reader_integer(words[2]));
    } else {
        reader_add(reader, words, count);
    }
}

static void reader_commands(struct walker_reader *reader, struct span text)
{
    const char *at = text.data;

    while (at < text.data + text.length) {
        struct span words[READER_WORDS_MAX];
        uint64_t count = reader_head(&at, '*');

        assert_true(count > 0 && count <= READER_WORDS_MAX);
        for (uint64_t i = 0; i < count; i++) {
            words[i].length = reader_head(&at, '$');
            words[i].data = at;
            at += words[i].length + 2;
        }
        assert_true(at <= text.data + text.length);
        reader_command(reader, words, (uint32_t)count);
    }
}

#endif
