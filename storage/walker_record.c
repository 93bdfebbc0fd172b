/* One key as a record of an RDB file, or as commands. */
#include "proto/base/assert.h"
#include "proto/base/number.h"
#include "proto/rdb/dump_payload.h"
#include "proto/rdb/rdb_format.h"
#include "storage/object.h"
#include "storage/rdb_value.h"
#include "storage/walker_value.h"

#include <string.h>

enum { COUNT_TEXT_MAX = 24 };

/* ---- Commands ---- */

static void put_count(struct rdb_writer *writer, char kind, uint64_t count)
{
    char *place = rdb_writer_room(writer, COUNT_TEXT_MAX);
    size_t length = 1;

    *place = kind;
    length += number_format_unsigned(place + 1, count);
    memcpy(place + length, "\r\n", 2);
    writer->length -= COUNT_TEXT_MAX - (length + 2);
}

void walker_command_begin(struct rdb_writer *writer, uint32_t words)
{
    put_count(writer, '*', words);
}

void walker_command_bulk(struct rdb_writer *writer, size_t length)
{
    put_count(writer, '$', length);
}

void walker_command_word(struct rdb_writer *writer, struct span word)
{
    walker_command_bulk(writer, word.length);
    rdb_writer_raw(writer, word);
    rdb_writer_raw(writer, SPAN("\r\n"));
}

void walker_command_number(struct rdb_writer *writer, int64_t number)
{
    char text[COUNT_TEXT_MAX];

    walker_command_word(writer, span_of(text, number_format_integer(text, number)));
}

/* ---- What comes before a value ---- */

void walker_record_choose(const struct walker *walker, struct walker_output *out, uint32_t database)
{
    if (out->database == (int64_t)database)
        return;
    out->database = database;
    if (walker->options.format == WALKER_COMMANDS) {
        walker_command_begin(out->writer, 2);
        walker_command_word(out->writer, SPAN("SELECT"));
        walker_command_number(out->writer, database);
    } else {
        rdb_writer_byte(out->writer, RDB_OPCODE_SELECTDB);
        rdb_writer_length(out->writer, database);
    }
}

/* The access of a key, -1 when it is not wanted. */
struct access {
    int64_t idle; /* seconds */
    int32_t frequency;
};

static struct access access_of(const struct walker *walker, const struct entry *entry)
{
    const struct keyspace *keyspace = walker->keyspace;
    struct access access = {-1, -1};

    if (!walker->options.with_access)
        return access;
    if (keyspace->tracking == ACCESS_RECENCY)
        access.idle = entry_idle_seconds(entry, keyspace->now);
    else
        access.frequency = keyspace_frequency(keyspace, entry, keyspace->now);
    return access;
}

uint16_t walker_record_version(const struct walker *walker)
{
    return walker->options.rdb_version == RDB_VERSION_REDIS_7_0 ? RDB_VERSION_REDIS_7_0
                                                                : RDB_VERSION;
}

/* ---- A whole record ---- */

void walker_record_head(const struct walker *walker, struct rdb_writer *writer,
                        const struct entry *entry, enum rdb_type type)
{
    struct access access = access_of(walker, entry);

    if (entry_expiry(entry) != TIME_NEVER) {
        rdb_writer_byte(writer, RDB_OPCODE_EXPIRETIME_MS);
        rdb_writer_int64(writer, entry_expiry(entry));
    }
    if (access.idle >= 0) {
        rdb_writer_byte(writer, RDB_OPCODE_IDLE);
        rdb_writer_length(writer, (uint64_t)access.idle);
    }
    if (access.frequency >= 0) {
        rdb_writer_byte(writer, RDB_OPCODE_FREQ);
        rdb_writer_byte(writer, (uint8_t)access.frequency);
    }
    rdb_writer_byte(writer, type);
    rdb_writer_string(writer, entry_key(entry));
}

static void write_rdb(const struct walker *walker, struct rdb_writer *writer,
                      const struct entry *entry)
{
    uint16_t version = rdb_value_version(entry, walker_record_version(walker));
    enum rdb_type type = rdb_value_type(entry, version);

    walker_record_head(walker, writer, entry, type);
    /* All fields, those too that have expired since the cut. */
    rdb_value_write(writer, entry, type, INT64_MIN);
}

static void write_set(struct rdb_writer *writer, const struct entry *entry)
{
    time_ms expiry = entry_expiry(entry);
    char scratch[ENTRY_SCRATCH];

    walker_command_begin(writer, expiry == TIME_NEVER ? 3 : 5);
    walker_command_word(writer, SPAN("SET"));
    walker_command_word(writer, entry_key(entry));
    walker_command_word(writer, entry_string(entry, scratch));
    if (expiry == TIME_NEVER)
        return;
    walker_command_word(writer, SPAN("PXAT"));
    walker_command_number(writer, expiry);
}

static void write_restore(const struct walker *walker, struct rdb_writer *writer,
                          const struct entry *entry)
{
    struct access access = access_of(walker, entry);
    uint16_t version = rdb_value_version(entry, walker_record_version(walker));
    enum rdb_type type = rdb_value_type(entry, version);
    time_ms expiry = entry_expiry(entry);
    struct rdb_writer payload;

    rdb_writer_init(&payload, writer->compress);
    rdb_writer_byte(&payload, type);
    rdb_value_write(&payload, entry, type, INT64_MIN);
    dump_payload_close(&payload, version);
    walker_command_begin(writer, 5 + (access.idle >= 0 || access.frequency >= 0 ? 2 : 0));
    walker_command_word(writer, SPAN("RESTORE"));
    walker_command_word(writer, entry_key(entry));
    walker_command_number(writer, expiry == TIME_NEVER ? 0 : expiry);
    walker_command_word(writer, rdb_writer_span(&payload));
    walker_command_word(writer, SPAN("ABSTTL"));
    if (access.idle >= 0) {
        walker_command_word(writer, SPAN("IDLETIME"));
        walker_command_number(writer, access.idle);
    } else if (access.frequency >= 0) {
        walker_command_word(writer, SPAN("FREQ"));
        walker_command_number(writer, access.frequency);
    }
    rdb_writer_free(&payload);
}

uint64_t walker_record_write(const struct walker *walker, struct walker_output *out,
                             uint32_t database, const struct entry *entry)
{
    walker_record_choose(walker, out, database);
    if (walker->options.format == WALKER_RDB)
        write_rdb(walker, out->writer, entry);
    else if (entry_type(entry) == VALUE_STRING)
        write_set(out->writer, entry);
    else
        write_restore(walker, out->writer, entry);
    if (entry_encoding(entry) != ENCODING_OBJECT)
        return 1;
    return 1 + object_kind_of(entry_type(entry))->count(entry_object(entry));
}
