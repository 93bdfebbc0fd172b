#include "server/snapshot/snapshot_frame.h"

#include "proto/base/assert.h"
#include "proto/base/number.h"
#include "proto/rdb/rdb_format.h"
#include "server/observe/version.h"
#include "server/script/function_set.h"

#include <stdio.h>

enum { WORD_BITS = 8 * sizeof(void *) };

static void write_fact(struct rdb_writer *writer, const char *name, struct span value)
{
    rdb_writer_byte(writer, RDB_OPCODE_AUX);
    rdb_writer_string(writer, span_of_string(name));
    rdb_writer_string(writer, value);
}

static void write_number(struct rdb_writer *writer, const char *name, int64_t value)
{
    char text[NUMBER_INTEGER_TEXT_MAX];

    write_fact(writer, name, span_of(text, number_format_integer(text, value)));
}

static void write_magic(struct rdb_writer *writer, uint16_t version)
{
    char magic[16];
    const char *format =
        rdb_format_family(version) == RDB_FAMILY_VALKEY ? "VALKEY%03u" : "REDIS%04u";

    rdb_writer_raw(writer, span_of(magic, (size_t)snprintf(magic, sizeof(magic), format, version)));
}

static void write_functions(struct rdb_writer *writer, const struct function_set *set)
{
    for (uint32_t i = 0; i < set->library_count; i++) {
        rdb_writer_byte(writer, RDB_OPCODE_FUNCTION2);
        rdb_writer_string(writer, set->libraries[i]->code);
    }
}

/* Ahead of all keys, since those of several databases come mixed. */
static void write_sizes(struct rdb_writer *writer, uint32_t databases,
                        const struct snapshot_cut *cut)
{
    for (uint32_t i = 0; i < databases; i++) {
        if (cut->databases[i].keys == 0)
            continue;
        rdb_writer_byte(writer, RDB_OPCODE_SELECTDB);
        rdb_writer_length(writer, i);
        rdb_writer_byte(writer, RDB_OPCODE_RESIZEDB);
        rdb_writer_length(writer, cut->databases[i].keys);
        rdb_writer_length(writer, cut->databases[i].expires);
    }
}

void snapshot_frame_begin(struct rdb_writer *writer, const struct snapshot_frame *frame,
                          const struct snapshot_cut *cut)
{
    uint16_t version = cut->expiring > 0 ? RDB_VERSION_VALKEY : frame->version;
    bool valkey = rdb_format_family(version) == RDB_FAMILY_VALKEY;

    ASSERT(cut->at != 0);
    write_magic(writer, version);
    write_fact(writer, valkey ? "valkey-ver" : "redis-ver", span_of_string(COMPATIBLE_VERSION));
    write_number(writer, "redis-bits", WORD_BITS);
    write_number(writer, "ctime", frame->now / 1000);
    write_number(writer, "used-mem", (int64_t)cut->used_memory);
    write_number(writer, "aof-base", frame->aof_base);
    write_functions(writer, cut->functions);
    write_sizes(writer, frame->databases, cut);
}

static void write_origin(struct rdb_writer *writer, const struct snapshot_origin *origin)
{
    if (origin->database >= 0)
        write_number(writer, "repl-stream-db", origin->database);
    write_fact(writer, "repl-id", span_of_string(origin->id));
    write_number(writer, "repl-offset", origin->offset);
}

void snapshot_frame_end(struct rdb_writer *writer, const struct snapshot_origin *origin)
{
    if (origin != NULL && origin->id[0] != '\0')
        write_origin(writer, origin);
    rdb_writer_byte(writer, RDB_OPCODE_EOF);
}

/* ---- As commands ---- */

static void write_bulk(struct rdb_writer *writer, struct span bytes)
{
    char length[NUMBER_INTEGER_TEXT_MAX];

    rdb_writer_byte(writer, '$');
    rdb_writer_raw(writer, span_of(length, number_format_integer(length, (int64_t)bytes.length)));
    rdb_writer_raw(writer, SPAN("\r\n"));
    rdb_writer_raw(writer, bytes);
    rdb_writer_raw(writer, SPAN("\r\n"));
}

void snapshot_frame_commands(struct rdb_writer *writer, const struct snapshot_cut *cut)
{
    const struct function_set *set = cut->functions;

    for (uint32_t i = 0; i < set->library_count; i++) {
        rdb_writer_raw(writer, SPAN("*3\r\n"));
        write_bulk(writer, SPAN("FUNCTION"));
        write_bulk(writer, SPAN("LOAD"));
        write_bulk(writer, set->libraries[i]->code);
    }
}
