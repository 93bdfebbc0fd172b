/* Hashes from RDB, in the forms that they have had, with and without expiries of fields. */
#include "proto/base/assert.h"
#include "proto/base/number.h"
#include "storage/rdb_value_parts.h"
#include "storage/types/hash_body.h"
#include "storage/types/hash_builder.h"

/* No expiry is later, in Redis. */
#define EXPIRY_MAX (((uint64_t)1 << 48) - 1)

static bool add(struct rdb_value_load *load, struct hash_builder *builder, struct span name,
                struct span value, time_ms expiry)
{
    /* What has expired is not there. */
    if (expiry <= load->now)
        return true;
    return hash_builder_add(builder, name, value, expiry) || rdb_reader_fail(load->reader);
}

/* A time as the third of three elements; 0 is none. */
static bool parse_expiry(struct span text, time_ms *expiry)
{
    int64_t value;

    if (!number_parse_integer(text, &value) || value < 0 || (uint64_t)value > EXPIRY_MAX)
        return false;
    *expiry = value == 0 ? TIME_NEVER : value;
    return true;
}

static bool add_packed(struct rdb_value_load *load, struct hash_builder *builder,
                       struct rdb_elements *elements, bool with_expiry)
{
    char scratch[2][LISTPACK_SCRATCH];
    struct span name, value, text;
    time_ms expiry = TIME_NEVER;

    while (rdb_elements_next(elements, &name)) {
        name = rdb_elements_keep(name, scratch[0]);
        if (!rdb_elements_next(elements, &value))
            rdb_reader_fail(load->reader);
        else if (with_expiry) {
            value = rdb_elements_keep(value, scratch[1]);
            if (!rdb_elements_next(elements, &text) || !parse_expiry(text, &expiry))
                rdb_reader_fail(load->reader);
        }
        if (load->reader->failed || !add(load, builder, name, value, expiry))
            break;
    }
    return !load->reader->failed;
}

/* How a plain hash tells when a field expires. */
enum expiries { EXPIRIES_NONE, EXPIRIES_BEFORE, EXPIRIES_BEHIND };

/* The number before a pair: 0, or one more than the milliseconds since the earliest of all. */
static bool read_expiry_before(struct rdb_value_load *load, uint64_t earliest, time_ms *expiry)
{
    uint64_t difference;

    if (!rdb_reader_length(load->reader, &difference))
        return false;
    if (difference == 0)
        return true;
    if (difference > EXPIRY_MAX || earliest + difference - 1 > EXPIRY_MAX)
        return rdb_reader_fail(load->reader);
    *expiry = (time_ms)(earliest + difference - 1);
    return true;
}

/* The time behind a pair; -1 is none. */
static bool read_expiry_behind(struct rdb_value_load *load, time_ms *expiry)
{
    int64_t value;

    if (!rdb_reader_int64(load->reader, &value))
        return false;
    if (value < -1 || value == TIME_NEVER)
        return rdb_reader_fail(load->reader);
    *expiry = value == -1 ? TIME_NEVER : value;
    return true;
}

static bool add_pair(struct rdb_value_load *load, struct hash_builder *builder,
                     enum expiries expiries, uint64_t earliest)
{
    struct rdb_reader *reader = load->reader;
    struct rdb_string name = {0}, value = {0};
    time_ms expiry = TIME_NEVER;

    if ((expiries != EXPIRIES_BEFORE || read_expiry_before(load, earliest, &expiry)) &&
        rdb_reader_string(reader, &name) && rdb_reader_string(reader, &value) &&
        (expiries != EXPIRIES_BEHIND || read_expiry_behind(load, &expiry))) {
        if (name.bytes.length > LISTPACK_STRING_MAX || value.bytes.length > LISTPACK_STRING_MAX)
            rdb_reader_fail(reader);
        else
            add(load, builder, name.bytes, value.bytes, expiry);
    }
    rdb_string_free(&name);
    rdb_string_free(&value);
    return !reader->failed;
}

static bool add_plain(struct rdb_value_load *load, struct hash_builder *builder,
                      enum expiries expiries)
{
    uint64_t earliest = 0;
    uint64_t count;
    size_t least = expiries == EXPIRIES_NONE ? 2 : expiries == EXPIRIES_BEFORE ? 3 : 10;

    if (expiries == EXPIRIES_BEFORE) {
        if (!rdb_reader_uint64(load->reader, &earliest))
            return false;
        if (earliest > EXPIRY_MAX)
            return rdb_reader_fail(load->reader);
    }
    if (!rdb_reader_count(load->reader, least, &count))
        return false;
    for (; count > 0; count--)
        if (!add_pair(load, builder, expiries, earliest))
            return false;
    return true;
}

/* The builder becomes the value, if what it was made from is sound. */
static enum rdb_value_outcome finish(struct rdb_value_load *load, struct hash_builder *builder,
                                     bool sound)
{
    if (sound && hash_builder_count(builder) > 0) {
        hash_builder_finish(builder, &load->target, &load->limits->hash);
        return RDB_VALUE_LOADED;
    }
    hash_builder_discard(builder, &load->target);
    return sound ? RDB_VALUE_EMPTY : RDB_VALUE_BAD;
}

static enum rdb_value_outcome load_plain(struct rdb_value_load *load, enum expiries expiries)
{
    struct hash_builder builder;

    hash_builder_init(&builder, &load->target);
    return finish(load, &builder, add_plain(load, &builder, expiries));
}

/* A small hash at once. */
static bool store_body(struct rdb_value_load *load, const struct rdb_elements *elements)
{
    const struct hash_limits *limits = &load->limits->hash;
    struct collection *target = &load->target;
    char row[ENTRY_INLINE_MAX];
    struct rdb_body body;

    if (!rdb_elements_as_body(elements, 2, &body))
        return false;
    if (target->entry != NULL)
        collection_delete(target);
    collection_set_inline(target, span_of(row, hash_body_from_listpack(row, body.bytes)));
    collection_mark_expanded(target,
                             body.count / 2 > limits->entries || body.longest > limits->value);
    return true;
}

static enum rdb_value_outcome load_packed(struct rdb_value_load *load, enum rdb_elements_form form,
                                          bool with_expiry)
{
    enum rdb_value_outcome outcome = RDB_VALUE_LOADED;
    struct hash_builder builder;
    struct rdb_elements elements;

    if (!rdb_elements_open(&elements, load->reader, form, with_expiry ? 3 : 2))
        return RDB_VALUE_BAD;
    if (form != RDB_ELEMENTS_LISTPACK || with_expiry || !store_body(load, &elements)) {
        hash_builder_init(&builder, &load->target);
        outcome = finish(load, &builder, add_packed(load, &builder, &elements, with_expiry));
    }
    rdb_elements_close(&elements);
    return outcome;
}

enum rdb_value_outcome rdb_value_load_hash(struct rdb_value_load *load, enum rdb_type type)
{
    uint64_t earliest;

    load->target.type = VALUE_HASH;
    switch (type) {
    case RDB_HASH_ZIPMAP:
        return load_packed(load, RDB_ELEMENTS_ZIPMAP, false);
    case RDB_HASH_ZIPLIST:
        return load_packed(load, RDB_ELEMENTS_ZIPLIST, false);
    case RDB_HASH_LISTPACK:
        return load_packed(load, RDB_ELEMENTS_LISTPACK, false);
    case RDB_HASH_LISTPACK_EX:
        /* The earliest expiry, which follows from the fields. */
        if (!rdb_reader_uint64(load->reader, &earliest))
            return RDB_VALUE_BAD;
        return load_packed(load, RDB_ELEMENTS_LISTPACK, true);
    case RDB_HASH_METADATA:
        return load_plain(load, EXPIRIES_BEFORE);
    case RDB_HASH_2:
        return load_plain(load, EXPIRIES_BEHIND);
    default:
        return load_plain(load, EXPIRIES_NONE);
    }
}
