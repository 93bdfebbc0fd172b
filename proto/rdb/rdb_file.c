#include "proto/rdb/rdb_file.h"

#include "proto/base/assert.h"
#include "proto/base/number.h"
#include "proto/rdb/rdb_skip.h"

static bool fail(struct rdb_file *file, enum rdb_fault fault)
{
    file->fault = fault;
    return rdb_reader_fail(&file->reader);
}

const char *rdb_fault_text(enum rdb_fault fault)
{
    switch (fault) {
    case RDB_FAULT_NONE:
        return "nothing is wrong";
    case RDB_FAULT_MAGIC:
        return "Wrong signature trying to load DB from file";
    case RDB_FAULT_VERSION:
        return "Can't handle RDB format version";
    case RDB_FAULT_TORN:
        return "Unexpected EOF reading RDB file";
    case RDB_FAULT_OPCODE:
        return "unknown type or opcode";
    case RDB_FAULT_FUNCTION_PRE_RELEASE:
        return "Pre-release function format not supported";
    case RDB_FAULT_MODULE_PRE_RELEASE:
        return "Pre-release module format not supported";
    case RDB_FAULT_FORM:
        return "malformed length, count or string";
    }
    UNREACHABLE();
}

void rdb_module_name(uint64_t module, char name[RDB_MODULE_NAME + 1])
{
    static const char letters[] =
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

    /* Nine times six bits, and ten for a version. */
    module >>= 10;
    name[RDB_MODULE_NAME] = '\0';
    for (unsigned i = RDB_MODULE_NAME; i-- > 0; module >>= 6)
        name[i] = letters[module & 63];
}

bool rdb_file_open(struct rdb_file *file, struct span bytes, bool any_version)
{
    struct span digits;
    uint64_t version = 0;
    bool valkey;

    *file = (struct rdb_file){.reader = rdb_reader_of(bytes), .start = bytes.data};
    if (bytes.length < RDB_FILE_HEADER)
        return fail(file, bytes.length == 0 ? RDB_FAULT_TORN : RDB_FAULT_MAGIC);
    valkey = memcmp(bytes.data, "VALKEY", 6) == 0;
    if (!valkey && memcmp(bytes.data, "REDIS", 5) != 0)
        return fail(file, RDB_FAULT_MAGIC);
    digits = span_of(bytes.data + (valkey ? 6 : 5), valkey ? 3 : 4);
    for (size_t i = 0; i < digits.length; i++) {
        if (digits.data[i] < '0' || digits.data[i] > '9')
            return fail(file, RDB_FAULT_VERSION);
        version = version * 10 + (uint64_t)(digits.data[i] - '0');
    }
    file->version = (uint16_t)version;
    file->family = valkey ? RDB_FAMILY_VALKEY : RDB_FAMILY_REDIS;
    /* Each name has its own numbers. */
    if (version == 0 || (!any_version && (!rdb_format_readable(file->version) ||
                                          rdb_format_family(file->version) != file->family)))
        return fail(file, RDB_FAULT_VERSION);
    file->reader.at += RDB_FILE_HEADER;
    return true;
}

/* ---- Records by opcode ---- */

static bool read_lengths(struct rdb_file *file, struct rdb_record *record, unsigned count)
{
    for (unsigned i = 0; i < count; i++)
        if (!rdb_reader_length(&file->reader, &record->numbers[i]))
            return false;
    return true;
}

/* A module's name, when it wrote this (a piece like others), and pieces up to an end. */
static bool read_module_aux(struct rdb_file *file, struct rdb_record *record)
{
    record->kind = RDB_RECORD_MODULE;
    return rdb_reader_skip_module(&file->reader, &record->numbers[0]);
}

static bool read_slot_import(struct rdb_file *file, struct rdb_record *record)
{
    uint64_t ranges;
    uint64_t bound;

    record->kind = RDB_RECORD_IMPORT;
    if (file->family != RDB_FAMILY_VALKEY)
        return fail(file, RDB_FAULT_OPCODE);
    if (!rdb_reader_string(&file->reader, &record->name) ||
        !rdb_reader_count(&file->reader, 2, &ranges))
        return false;
    for (uint64_t i = 0; i < 2 * ranges; i++)
        if (!rdb_reader_length(&file->reader, &bound))
            return false;
    return true;
}

static bool read_end(struct rdb_file *file, struct rdb_record *record)
{
    record->kind = RDB_RECORD_END;
    record->numbers[0] = 0;
    return file->version < RDB_FILE_CHECKSUM_VERSION ||
           rdb_reader_uint64(&file->reader, &record->numbers[0]);
}

static bool read_other(struct rdb_file *file, struct rdb_record *record)
{
    switch (file->opcode) {
    case RDB_OPCODE_AUX:
        record->kind = RDB_RECORD_FACT;
        return rdb_reader_string(&file->reader, &record->name) &&
               rdb_reader_string(&file->reader, &record->text);
    case RDB_OPCODE_SELECTDB:
        record->kind = RDB_RECORD_DATABASE;
        return read_lengths(file, record, 1);
    case RDB_OPCODE_RESIZEDB:
        record->kind = RDB_RECORD_SIZES;
        return read_lengths(file, record, 2);
    case RDB_OPCODE_SLOT_INFO:
        record->kind = RDB_RECORD_SLOT;
        return read_lengths(file, record, 3);
    case RDB_OPCODE_FUNCTION2:
        record->kind = RDB_RECORD_FUNCTION;
        return rdb_reader_string(&file->reader, &record->name);
    case RDB_OPCODE_MODULE_AUX:
        return read_module_aux(file, record);
    case RDB_OPCODE_SLOT_IMPORT:
        return read_slot_import(file, record);
    case RDB_OPCODE_EOF:
        return read_end(file, record);
    case RDB_OPCODE_FUNCTION_PRE_RELEASE:
        return fail(file, RDB_FAULT_FUNCTION_PRE_RELEASE);
    case RDB_MODULE_PRE_RELEASE:
        return fail(file, RDB_FAULT_MODULE_PRE_RELEASE);
    default:
        return fail(file, RDB_FAULT_OPCODE);
    }
}

/* ---- Keys ---- */

/* Seconds before 1970 and times that no clock reaches are what they are: over, and never. */
static time_ms expiry_of(int64_t value)
{
    return value < 0 ? 0 : value;
}

/* One of the things that precede a key. False: there is none, or the reader has failed. */
static bool read_prefix(struct rdb_file *file, struct rdb_record *record)
{
    struct rdb_reader *reader = &file->reader;
    uint64_t number;
    uint32_t seconds;
    int64_t milliseconds;
    uint8_t counter;

    switch (file->opcode) {
    case RDB_OPCODE_EXPIRETIME_MS:
        if (rdb_reader_int64(reader, &milliseconds))
            record->expiry = expiry_of(milliseconds);
        return !reader->failed;
    case RDB_OPCODE_EXPIRETIME:
        if (rdb_reader_uint32(reader, &seconds))
            record->expiry = expiry_of((int64_t)(int32_t)seconds * 1000);
        return !reader->failed;
    case RDB_OPCODE_IDLE:
        if (rdb_reader_length(reader, &number))
            record->idle = number > INT32_MAX ? INT32_MAX : (int64_t)number;
        return !reader->failed;
    case RDB_OPCODE_FREQ:
        if (rdb_reader_byte(reader, &counter))
            record->counter = counter;
        return !reader->failed;
    default:
        return false;
    }
}

static bool read_key(struct rdb_file *file, struct rdb_record *record)
{
    struct rdb_reader *reader = &file->reader;
    const char *value;

    record->kind = RDB_RECORD_KEY;
    record->type = file->opcode;
    if (!rdb_reader_string(reader, &record->name))
        return false;
    value = reader->at;
    if (!rdb_skip_value(reader, record->type, file->family)) {
        rdb_string_free(&record->name);
        return false;
    }
    record->value = span_of(value, (size_t)(reader->at - value));
    return true;
}

static bool read_record(struct rdb_file *file, struct rdb_record *record)
{
    do {
        if (!rdb_reader_byte(&file->reader, &file->opcode))
            return false;
    } while (__builtin_expect(file->opcode >= RDB_OPCODE_IDLE, 0) && read_prefix(file, record));
    if (file->reader.failed)
        return false;
    if (__builtin_expect(rdb_skip_knows(file->opcode, file->family), 1))
        return read_key(file, record);
    return read_other(file, record);
}

bool rdb_file_next(struct rdb_file *file, struct rdb_record *record)
{
    ASSERT_DEBUG(file->fault == RDB_FAULT_NONE);
    record->offset = rdb_file_position(file);
    record->expiry = TIME_NEVER;
    record->idle = -1;
    record->counter = -1;
    record->name.owned = NULL;
    record->text.owned = NULL;
    if (__builtin_expect(read_record(file, record), 1))
        return true;
    rdb_record_free(record);
    if (file->fault == RDB_FAULT_NONE)
        file->fault = file->reader.torn ? RDB_FAULT_TORN : RDB_FAULT_FORM;
    return false;
}
