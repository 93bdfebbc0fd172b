/*
 * The input is an RDB file. Reading it comes to an end, what it tells of lies in the file, and a
 * value that can be made is exactly as long as what is gone past. All memory comes back.
 */
#include "proto/base/assert.h"
#include "proto/rdb/rdb_file.h"
#include "storage/rdb_value.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { NOW = 1700000000, RECLAIM = 1000 };

static const struct rdb_value_limits limits = {
    .list = {.bytes = 8192, .count = UINT32_MAX},
    .set = {.integer_entries = 512, .packed_entries = 128, .packed_value = 64},
    .sorted_set = {.packed_entries = 128, .packed_value = 64},
    .hash = {.entries = 512, .value = 64},
};

static void make_value(struct keyspace *keyspace, const struct rdb_file *file,
                       const struct rdb_record *record)
{
    struct key key = keyspace_key(keyspace, record->name.bytes);
    struct rdb_reader reader = rdb_reader_of(record->value);

    if (rdb_value_load(&reader, record->type, file->family, keyspace, 0, &key, &limits, NOW) !=
        RDB_VALUE_BAD)
        ASSERT(rdb_reader_left(&reader) == 0);
    keyspace_delete(keyspace, 0, &key, NOW);
    while (keyspace_reclaim(keyspace, RECLAIM)) {
    }
    ASSERT(keyspace_size(keyspace, 0) == 0);
}

static void read_all(struct keyspace *keyspace, struct span bytes)
{
    struct rdb_file file;
    struct rdb_record record;
    bool ended = false;

    if (!rdb_file_open(&file, bytes, false)) {
        ASSERT(file.fault != RDB_FAULT_NONE);
        return;
    }
    while (!ended && rdb_file_next(&file, &record)) {
        ASSERT(record.offset < rdb_file_position(&file));
        ASSERT(rdb_file_position(&file) <= bytes.length);
        ended = record.kind == RDB_RECORD_END;
        if (record.kind == RDB_RECORD_KEY) {
            ASSERT(record.value.data > bytes.data);
            ASSERT(record.value.data + record.value.length == file.reader.at);
            make_value(keyspace, &file, &record);
        }
        rdb_record_free(&record);
    }
    ASSERT(ended == (file.fault == RDB_FAULT_NONE));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct keyspace_options options = {.databases = 1, .hash_seed = 1, .random_seed = 2};
    struct keyspace *keyspace = keyspace_create(&options);
    /* A copy of its own, so that what is read outside of it shows. */
    char *bytes = malloc(size + 1);

    memcpy(bytes, data, size);
    read_all(keyspace, span_of(bytes, size));
    free(bytes);
    keyspace_destroy(keyspace);
    return 0;
}
