/* RDB files: every record is read, every value is made and thrown away again. */
#include "tools/check/check.h"

#include "proto/rdb/crc64.h"
#include "proto/rdb/rdb_file.h"
#include "storage/keyspace.h"
#include "storage/rdb_value.h"

#include <inttypes.h>
#include <stdio.h>
#include <sys/time.h>

enum {
    TYPES = 64,
    TEXT_MAX = 128, /* of what is shown of a key */
    RECLAIM = 100000,
};

struct counts {
    uint64_t by_type[TYPES];
    uint64_t keys;
    uint64_t with_expiry;
    uint64_t expired;
    uint64_t databases;
    uint64_t functions;
    uint64_t modules;
    size_t longest_value;
    char longest_key[TEXT_MAX * 4 + 1];
};

struct check {
    const struct check_file *file;
    struct rdb_file rdb;
    struct keyspace *keyspace; /* values are made in it */
    struct counts counts;
    time_ms now;
    bool damaged;
};

static const char *type_name(unsigned type)
{
    static const char *const names[TYPES] = {
        [RDB_STRING] = "string",
        [RDB_LIST] = "list",
        [RDB_SET] = "set",
        [RDB_ZSET] = "sorted set, text scores",
        [RDB_HASH] = "hash",
        [RDB_ZSET_2] = "sorted set",
        [RDB_MODULE_2] = "module",
        [RDB_HASH_ZIPMAP] = "hash, zipmap",
        [RDB_LIST_ZIPLIST] = "list, ziplist",
        [RDB_SET_INTSET] = "set, integers",
        [RDB_ZSET_ZIPLIST] = "sorted set, ziplist",
        [RDB_HASH_ZIPLIST] = "hash, ziplist",
        [RDB_LIST_QUICKLIST] = "list, ziplists",
        [RDB_STREAM_LISTPACKS] = "stream of Redis 5",
        [RDB_HASH_LISTPACK] = "hash, listpack",
        [RDB_ZSET_LISTPACK] = "sorted set, listpack",
        [RDB_LIST_QUICKLIST_2] = "list, listpacks",
        [RDB_STREAM_LISTPACKS_2] = "stream of Redis 7.0",
        [RDB_SET_LISTPACK] = "set, listpack",
        [RDB_STREAM_LISTPACKS_3] = "stream",
        [RDB_HASH_2] = "hash with fields that expire",
        [RDB_HASH_METADATA] = "hash with fields that expire",
        [RDB_HASH_LISTPACK_EX] = "hash with fields that expire, listpack",
    };

    return type < TYPES && names[type] != NULL ? names[type] : "unknown";
}

/* What can be printed of a key. */
static const char *printable(struct span name, char text[TEXT_MAX * 4 + 1])
{
    size_t used = 0;

    for (size_t i = 0; i < name.length && i < TEXT_MAX; i++) {
        unsigned char byte = (unsigned char)name.data[i];

        if (byte >= ' ' && byte < 0x7f && byte != '"' && byte != '\\')
            text[used++] = (char)byte;
        else
            used += (size_t)snprintf(text + used, 5, "\\x%02x", byte);
    }
    text[used] = '\0';
    return text;
}

/* ---- Values ---- */

static const struct rdb_value_limits limits = {
    .list = {.bytes = 8192},
    .set = {.integer_entries = 512, .packed_entries = 128, .packed_value = 64},
    .sorted_set = {.packed_entries = 128, .packed_value = 64},
    .hash = {.entries = 512, .value = 64},
};

static void say_key(struct check *check, const struct rdb_record *record, const char *what)
{
    char text[TEXT_MAX * 4 + 1];

    check_say(check->file->path, "offset %zu: the value of the key \"%s\" (%s) is %s",
              record->offset, printable(record->name.bytes, text), type_name(record->type), what);
    check->damaged = true;
}

static void check_value(struct check *check, const struct rdb_record *record)
{
    struct key key = keyspace_key(check->keyspace, record->name.bytes);
    struct rdb_reader reader = rdb_reader_of(record->value);
    enum rdb_value_outcome outcome = rdb_value_load(&reader, record->type, check->rdb.family,
                                                    check->keyspace, 0, &key, &limits, check->now);

    if (outcome == RDB_VALUE_BAD && record->type == RDB_MODULE_2) {
        check->counts.modules++;
        return;
    }
    if (outcome == RDB_VALUE_BAD)
        say_key(check, record, "not sound");
    else if (rdb_reader_left(&reader) > 0)
        say_key(check, record, "followed by bytes that belong to nothing");
    keyspace_delete(check->keyspace, 0, &key, check->now);
    while (keyspace_reclaim(check->keyspace, RECLAIM))
        ;
}

static void count_key(struct check *check, const struct rdb_record *record)
{
    struct counts *counts = &check->counts;

    counts->keys++;
    counts->by_type[record->type % TYPES]++;
    counts->with_expiry += record->expiry != TIME_NEVER;
    counts->expired += record->expiry <= check->now;
    if (record->value.length > counts->longest_value) {
        counts->longest_value = record->value.length;
        printable(record->name.bytes, counts->longest_key);
    }
    check_value(check, record);
}

/* ---- Records ---- */

static void check_sum(struct check *check, const struct rdb_record *record)
{
    size_t summed = rdb_file_position(&check->rdb) - sizeof(uint64_t);
    uint64_t sum;

    if (check->rdb.version < RDB_FILE_CHECKSUM_VERSION)
        return;
    if (record->numbers[0] == 0) {
        check_say(check->file->path, "it was written without a checksum");
        return;
    }
    sum = crc64_update(0, span_of(check->file->bytes.data, summed));
    if (sum == record->numbers[0])
        return;
    check_say(check->file->path, "the checksum is %016" PRIx64 ", and the file says %016" PRIx64,
              sum, record->numbers[0]);
    check->damaged = true;
}

static void show_fact(struct check *check, const struct rdb_record *record)
{
    char name[TEXT_MAX * 4 + 1];
    char text[TEXT_MAX * 4 + 1];

    check_say(check->file->path, "%s: %s", printable(record->name.bytes, name),
              printable(record->text.bytes, text));
}

/* False: it was the last. */
static bool take_record(struct check *check, const struct rdb_record *record)
{
    char name[RDB_MODULE_NAME + 1];

    switch (record->kind) {
    case RDB_RECORD_KEY:
        count_key(check, record);
        break;
    case RDB_RECORD_FACT:
        show_fact(check, record);
        break;
    case RDB_RECORD_DATABASE:
        check->counts.databases++;
        break;
    case RDB_RECORD_FUNCTION:
        check->counts.functions++;
        break;
    case RDB_RECORD_MODULE:
        rdb_module_name(record->numbers[0], name);
        check_say(check->file->path, "offset %zu: data of the module '%s', which cannot be loaded",
                  record->offset, name);
        check->counts.modules++;
        break;
    case RDB_RECORD_SIZES:
    case RDB_RECORD_SLOT:
    case RDB_RECORD_IMPORT:
        break;
    case RDB_RECORD_END:
        check_sum(check, record);
        return false;
    }
    return true;
}

static void show_counts(const struct check *check)
{
    const struct counts *counts = &check->counts;
    const char *path = check->file->path;

    check_say(path,
              "%" PRIu64 " keys, %" PRIu64 " of them with an expiry, %" PRIu64
              " expired by now; %" PRIu64 " libraries of functions",
              counts->keys, counts->with_expiry, counts->expired, counts->functions);
    for (unsigned type = 0; type < TYPES; type++)
        if (counts->by_type[type] > 0)
            check_say(path, "  %s: %" PRIu64, type_name(type), counts->by_type[type]);
    if (counts->keys > 0)
        check_say(path, "the longest value has %zu bytes: \"%s\"", counts->longest_value,
                  counts->longest_key);
    if (counts->modules > 0)
        check_say(path, "%" PRIu64 " things of modules, which cannot be loaded here",
                  counts->modules);
}

static void say_fault(struct check *check, size_t offset)
{
    const struct rdb_file *rdb = &check->rdb;

    check->damaged = true;
    if (rdb->fault == RDB_FAULT_OPCODE)
        check_say(check->file->path, "offset %zu: unknown type or opcode %u", offset, rdb->opcode);
    else if (rdb->fault == RDB_FAULT_VERSION)
        check_say(check->file->path, "%s %u", rdb_fault_text(rdb->fault), rdb->version);
    else
        check_say(check->file->path, "offset %zu: %s", offset, rdb_fault_text(rdb->fault));
}

static void read_all(struct check *check)
{
    struct rdb_record record;
    bool more = true;

    while (more) {
        if (!rdb_file_next(&check->rdb, &record)) {
            say_fault(check, record.offset);
            return;
        }
        more = take_record(check, &record);
        rdb_record_free(&record);
    }
}

enum check_status check_rdb(const struct check_file *file, size_t *length)
{
    struct keyspace_options options = {.databases = 1, .hash_seed = 1, .random_seed = 1};
    struct check check = {.file = file};
    struct timeval now;

    *length = file->bytes.length;
    gettimeofday(&now, NULL);
    check.now = (time_ms)now.tv_sec * 1000;
    if (!rdb_file_open(&check.rdb, file->bytes, false)) {
        say_fault(&check, 0);
        return CHECK_DAMAGED;
    }
    check_say(file->path, "an RDB of version %u", check.rdb.version);
    check.keyspace = keyspace_create(&options);
    read_all(&check);
    keyspace_destroy(check.keyspace);
    show_counts(&check);
    if (check.damaged)
        return CHECK_DAMAGED;
    *length = rdb_file_position(&check.rdb);
    return CHECK_FINE;
}
