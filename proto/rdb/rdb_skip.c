#include "proto/rdb/rdb_skip.h"

enum {
    STREAM_ID_RAW = 16, /* an id in its raw form */
    TIME_RAW = 8,
    SCORE_TEXT_BYTES_MAX = 252, /* longer ones are no lengths but values */
};

static bool skip_bytes(struct rdb_reader *reader, uint64_t length)
{
    struct span bytes;

    return rdb_reader_raw(reader, length, &bytes);
}

static bool skip_lengths(struct rdb_reader *reader, unsigned count)
{
    uint64_t length;

    for (; count > 0; count--)
        if (!rdb_reader_length(reader, &length))
            return false;
    return true;
}

static bool skip_text_double(struct rdb_reader *reader)
{
    uint8_t length;

    if (!rdb_reader_byte(reader, &length))
        return false;
    return length > SCORE_TEXT_BYTES_MAX || skip_bytes(reader, length);
}

/* So many strings, each followed by so many bytes. */
static bool skip_strings(struct rdb_reader *reader, uint64_t count, unsigned behind)
{
    for (; count > 0; count--)
        if (!rdb_reader_skip_string(reader) || (behind > 0 && !skip_bytes(reader, behind)))
            return false;
    return true;
}

/* A count of groups of `strings` strings, each group followed by `behind` bytes. */
static bool skip_groups(struct rdb_reader *reader, unsigned strings, unsigned behind)
{
    uint64_t count;

    if (!rdb_reader_count(reader, strings + behind, &count))
        return false;
    if (behind == 0)
        return skip_strings(reader, count * strings, 0);
    for (; count > 0; count--)
        if (!skip_strings(reader, strings - 1, 0) || !skip_strings(reader, 1, behind))
            return false;
    return true;
}

static bool skip_text_scores(struct rdb_reader *reader)
{
    uint64_t count;

    if (!rdb_reader_count(reader, 2, &count))
        return false;
    for (; count > 0; count--)
        if (!rdb_reader_skip_string(reader) || !skip_text_double(reader))
            return false;
    return true;
}

static bool skip_quicklist(struct rdb_reader *reader)
{
    uint64_t count;

    if (!rdb_reader_count(reader, 2, &count))
        return false;
    for (; count > 0; count--)
        if (!skip_lengths(reader, 1) || !rdb_reader_skip_string(reader))
            return false;
    return true;
}

/* Expiries before each pair, relative to the earliest. */
static bool skip_hash_metadata(struct rdb_reader *reader)
{
    uint64_t count;

    if (!skip_bytes(reader, TIME_RAW) || !rdb_reader_count(reader, 3, &count))
        return false;
    for (; count > 0; count--)
        if (!skip_lengths(reader, 1) || !skip_strings(reader, 2, 0))
            return false;
    return true;
}

/* ---- Streams ---- */

static bool skip_consumers(struct rdb_reader *reader, uint8_t type)
{
    unsigned times = type == RDB_STREAM_LISTPACKS_3 ? 2 : 1;
    uint64_t count;
    uint64_t pending;

    if (!rdb_reader_count(reader, 1 + TIME_RAW, &count))
        return false;
    for (; count > 0; count--)
        if (!rdb_reader_skip_string(reader) || !skip_bytes(reader, times * TIME_RAW) ||
            !rdb_reader_count(reader, STREAM_ID_RAW, &pending) ||
            !skip_bytes(reader, pending * STREAM_ID_RAW))
            return false;
    return true;
}

static bool skip_groups_of_stream(struct rdb_reader *reader, uint8_t type)
{
    /* The last id in two numbers, and from the second form on the entries read. */
    unsigned numbers = type == RDB_STREAM_LISTPACKS ? 2 : 3;
    uint64_t count;
    uint64_t pending;

    if (!rdb_reader_count(reader, 1, &count))
        return false;
    for (; count > 0; count--) {
        if (!rdb_reader_skip_string(reader) || !skip_lengths(reader, numbers) ||
            !rdb_reader_count(reader, STREAM_ID_RAW + TIME_RAW + 1, &pending))
            return false;
        for (; pending > 0; pending--)
            if (!skip_bytes(reader, STREAM_ID_RAW + TIME_RAW) || !skip_lengths(reader, 1))
                return false;
        if (!skip_consumers(reader, type))
            return false;
    }
    return true;
}

static bool skip_stream(struct rdb_reader *reader, uint8_t type)
{
    /* Items and last id; first id, greatest deleted id and entries added came later. */
    unsigned numbers = type == RDB_STREAM_LISTPACKS ? 3 : 8;
    uint64_t count;

    if (!rdb_reader_count(reader, 2, &count))
        return false;
    return skip_strings(reader, count * 2, 0) && skip_lengths(reader, numbers) &&
           skip_groups_of_stream(reader, type);
}

/* ---- By type ---- */

bool rdb_skip_knows(uint8_t type, enum rdb_family family)
{
    if (type == RDB_HASH_2)
        return family == RDB_FAMILY_VALKEY;
    if (type == RDB_HASH_METADATA || type == RDB_HASH_LISTPACK_EX)
        return family == RDB_FAMILY_REDIS;
    return type <= RDB_STREAM_LISTPACKS_3 && type != RDB_MODULE_PRE_RELEASE && type != 8;
}

static bool skip_module(struct rdb_reader *reader)
{
    uint64_t module;

    return rdb_reader_skip_module(reader, &module);
}

static bool skip_known(struct rdb_reader *reader, uint8_t type)
{
    switch (type) {
    case RDB_LIST:
    case RDB_SET:
    case RDB_LIST_QUICKLIST:
        return skip_groups(reader, 1, 0);
    case RDB_HASH:
        return skip_groups(reader, 2, 0);
    case RDB_HASH_2:
        return skip_groups(reader, 2, TIME_RAW);
    case RDB_ZSET:
        return skip_text_scores(reader);
    case RDB_ZSET_2:
        return skip_groups(reader, 1, sizeof(double));
    case RDB_MODULE_2:
        return skip_module(reader);
    case RDB_LIST_QUICKLIST_2:
        return skip_quicklist(reader);
    case RDB_STREAM_LISTPACKS:
    case RDB_STREAM_LISTPACKS_2:
    case RDB_STREAM_LISTPACKS_3:
        return skip_stream(reader, type);
    case RDB_HASH_METADATA:
        return skip_hash_metadata(reader);
    case RDB_HASH_LISTPACK_EX:
        return skip_bytes(reader, TIME_RAW) && rdb_reader_skip_string(reader);
    default:
        /* One string, whatever is in it. */
        return rdb_reader_skip_string(reader);
    }
}

bool rdb_skip_value(struct rdb_reader *reader, uint8_t type, enum rdb_family family)
{
    if (__builtin_expect(type == RDB_STRING, 1))
        return rdb_reader_skip_string(reader);
    if (!rdb_skip_knows(type, family))
        return rdb_reader_fail(reader);
    return skip_known(reader, type);
}
