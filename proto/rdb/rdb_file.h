/*
 * Reads RDB files, record by record:
 *
 *   file    = magic { fact | function | module | database { hint | key } } end
 *   magic   = "REDIS" four digits | "VALKEY" three digits        the version
 *   key     = [ expiry ] [ idle | frequency ] type name value
 *   end     = opcode, from version 5 on with the checksum of all before it; 0: none was made
 *
 * Versions up to RDB_VERSION_REDIS_MAX and Valkey's up to RDB_VERSION_VALKEY_MAX are read. A key's
 * value is gone past, not made (rdb_skip.h): rdb_value_load makes it, from record->value.
 *
 * The bytes may come from anybody. Memory is taken for names that were compressed, and bounded as
 * rdb_reader.h says. Pure; a file belongs to one thread, many may read the same bytes.
 */
#ifndef PROTO_RDB_RDB_FILE_H
#define PROTO_RDB_RDB_FILE_H

#include "proto/base/time.h"
#include "proto/rdb/rdb_format.h"
#include "proto/rdb/rdb_reader.h"

enum {
    RDB_FILE_HEADER = 9,
    RDB_FILE_CHECKSUM_VERSION = 5, /* the first with a checksum */
};

enum rdb_fault {
    RDB_FAULT_NONE,
    RDB_FAULT_MAGIC,   /* no RDB file */
    RDB_FAULT_VERSION, /* one that is not read here */
    RDB_FAULT_TORN,    /* it ends before its end */
    RDB_FAULT_OPCODE,  /* an unknown type or opcode: file->opcode */
    RDB_FAULT_FUNCTION_PRE_RELEASE,
    RDB_FAULT_MODULE_PRE_RELEASE,
    RDB_FAULT_FORM, /* something else is not as it must be */
};

struct rdb_file {
    struct rdb_reader reader;
    const char *start;
    uint16_t version;
    enum rdb_family family;
    enum rdb_fault fault;
    uint8_t opcode; /* of the record read last */
};

enum rdb_record_kind {
    RDB_RECORD_KEY,
    RDB_RECORD_FACT,     /* name and text */
    RDB_RECORD_DATABASE, /* numbers[0]: of what follows */
    RDB_RECORD_SIZES,    /* numbers: keys and volatile keys of the database */
    RDB_RECORD_SLOT,     /* numbers: slot, keys, volatile keys */
    RDB_RECORD_FUNCTION, /* name: the text of a library */
    RDB_RECORD_MODULE,   /* what a module has kept beside its values; numbers[0]: its name */
    RDB_RECORD_IMPORT,   /* a migration of slots that was under way; name: of the job */
    RDB_RECORD_END,      /* numbers[0]: the checksum, 0 for none; the reader is behind it */
};

struct rdb_record {
    enum rdb_record_kind kind;
    size_t offset; /* where it begins in the file, what precedes a key included */
    /* KEY */
    uint8_t type;
    time_ms expiry;    /* TIME_NEVER without one */
    int64_t idle;      /* seconds; -1: not told */
    int16_t counter;   /* of accesses; -1: not told */
    struct span value; /* of the file's bytes */
    /* by kind */
    struct rdb_string name;
    struct rdb_string text;
    uint64_t numbers[3];
};

/* Reads the header. False: file->fault says why. `any_version`: also when it is not known; what is
 * in it is then taken for what it is in the versions that are. */
bool rdb_file_open(struct rdb_file *file, struct span bytes, bool any_version);

/* The next record, which must stay where it is while it is used, and then be freed. False: there is
 * none, file->fault says why, and record->offset where. */
bool rdb_file_next(struct rdb_file *file, struct rdb_record *record);

/* To be called once for every record that was read. */
static inline void rdb_record_free(struct rdb_record *record)
{
    if (__builtin_expect(record->name.owned != NULL, 0))
        rdb_string_free(&record->name);
    if (__builtin_expect(record->text.owned != NULL, 0))
        rdb_string_free(&record->text);
}

/* How many bytes have been read. */
static inline size_t rdb_file_position(const struct rdb_file *file)
{
    return (size_t)(file->reader.at - file->start);
}

/* What a fault means, in a few words. */
const char *rdb_fault_text(enum rdb_fault fault);

/* The nine letters of a module type's 64-bit name. */
enum { RDB_MODULE_NAME = 9 };
void rdb_module_name(uint64_t module, char name[RDB_MODULE_NAME + 1]);

#endif
