/*
 * The RDB part of a file: keys of this shard are made, others gone past.
 *
 * Keys are read some dozens ahead of their making, and the places where they will stand in the
 * tables are fetched meanwhile.
 */
#include "proto/base/assert.h"
#include "proto/base/memory.h"
#include "proto/rdb/crc64.h"
#include "server/commands/cmd.h"
#include "server/commands/dump.h"
#include "server/config/config.h"
#include "server/loading/loading_parts.h"
#include "server/observe/log.h"
#include "server/replication/replication_origin.h"
#include "server/script/engine.h"
#include "server/script/function_load.h"
#include "server/script/function_set.h"
#include "server/shard/shard.h"

enum {
    /* Compressed strings up to so many bytes need no memory of their own. */
    STRING_ROOM = 4096,
    KEY_BYTES_MIN = 3, /* type, and the lengths of name and value */
};

static bool open_file(struct loading *loading, const struct loading_part *part,
                      struct rdb_file *file)
{
    if (rdb_file_open(file, part->bytes, loading->any_version))
        return true;
    return loading_fail(loading, "%s: %s (version %u)", part->path, rdb_fault_text(file->fault),
                        file->version);
}

bool loading_rdb_check(struct loading *loading, const struct loading_part *part)
{
    struct rdb_file file;

    return open_file(loading, part, &file);
}

bool loading_rdb_begin(struct loading_shard *self)
{
    struct loading_part *part = loading_part_of(self);
    struct cmd cmd = {.config = self->shard->config};

    if (!open_file(self->loading, part, &self->file))
        return false;
    self->limits = dump_limits_of(&cmd);
    self->database = 0;
    self->sum = 0;
    self->summed = self->looked = 0;
    if (self->records == NULL) {
        self->records = memory_new(LOADING_KEYS_AHEAD * sizeof(*self->records));
        self->keys = memory_new(LOADING_KEYS_AHEAD * sizeof(*self->keys));
        self->databases = memory_new(LOADING_KEYS_AHEAD * sizeof(*self->databases));
    }
    self->phase = LOADING_IN_RDB;
    return true;
}

/* ---- The checksum ---- */

static void sum_bytes(struct loading_shard *self, size_t from, size_t to)
{
    struct span bytes = span_of(self->file.start + from, to - from);

    if (self->summed == from) {
        self->sum = crc64_update(self->sum, bytes);
    } else {
        self->sum = crc64_shift(self->sum, to - self->summed) ^ crc64_update(0, bytes);
    }
    self->summed = to;
}

/* The own ones of the stripes that lie before here: their bytes have just been read. */
static void sum_up_to(struct loading_shard *self, size_t end, bool last)
{
    uint32_t shards = self->loading->node->shard_count;

    while (self->looked < end) {
        size_t stripe = self->looked / LOADING_STRIPE;
        size_t stop = (stripe + 1) * LOADING_STRIPE;

        if (stop > end && !last)
            return;
        if (stop > end)
            stop = end;
        if (stripe % shards == self->shard->index)
            sum_bytes(self, self->looked, stop);
        self->looked = stop;
    }
}

/* ---- Keys ---- */

static bool fail_at(struct loading_shard *self, const struct rdb_record *record, const char *what)
{
    return loading_fail(self->loading, "%s: %s, in what begins at offset %zu",
                        loading_part_of(self)->path, what, record->offset);
}

static void finish_key(struct loading_shard *self, const struct rdb_record *record,
                       const struct key *key, uint32_t database)
{
    struct keyspace *keyspace = self->shard->keyspace;
    struct entry *entry;

    if (record->type != RDB_STRING && record->expiry != TIME_NEVER)
        keyspace_set_expiry(keyspace, database, key, record->expiry);
    if (record->idle < 0 && record->counter < 0)
        return;
    entry = keyspace_peek(keyspace, database, key, KEYSPACE_REPLAY_TIME);
    if (entry == NULL)
        return;
    if (record->idle >= 0)
        keyspace_set_idle(keyspace, entry, record->idle);
    else
        keyspace_set_frequency(keyspace, entry, (uint8_t)record->counter);
}

static enum rdb_value_outcome make_value(struct loading_shard *self,
                                         const struct rdb_record *record, const struct key *key,
                                         uint32_t database)
{
    struct rdb_reader reader = rdb_reader_of(record->value);
    struct shard *shard = self->shard;
    struct rdb_string string;
    char room[STRING_ROOM];
    enum rdb_value_outcome outcome = RDB_VALUE_LOADED;

    if (__builtin_expect(record->type == RDB_STRING, 1)) {
        if (!rdb_reader_string_in(&reader, &string, room, sizeof(room)))
            return RDB_VALUE_BAD;
        keyspace_set_string(shard->keyspace, database, key, string.bytes, record->expiry);
        rdb_string_free(&string);
    } else {
        outcome = rdb_value_load(&reader, record->type, self->file.family, shard->keyspace,
                                 database, key, &self->limits, shard->now);
    }
    /* Where it is gone past, and where it is made, it must be the same. */
    if (outcome != RDB_VALUE_BAD && rdb_reader_left(&reader) > 0)
        return RDB_VALUE_BAD;
    return outcome;
}

static bool load_key(struct loading_shard *self, const struct rdb_record *record,
                     const struct key *key, uint32_t database)
{
    struct loading *loading = self->loading;
    struct keyspace *keyspace = self->shard->keyspace;
    uint64_t before = keyspace_size(keyspace, database);

    switch (make_value(self, record, key, database)) {
    case RDB_VALUE_LOADED:
        break;
    case RDB_VALUE_EMPTY:
        if (atomic_fetch_add(&loading->empty_keys, 1) < LOADING_WORDS_OF_FILE_MAX)
            log_notice("rdbLoadObject skipping empty key: %.*s",
                       key->name.length > 128 ? 128 : (int)key->name.length, key->name.data);
        return true;
    case RDB_VALUE_BAD:
        return fail_at(self, record, "the value is not sound");
    }
    if (keyspace_size(keyspace, database) == before && !loading->request.merge)
        return fail_at(self, record, "a key is in it twice");
    finish_key(self, record, key, database);
    self->keys_loaded++;
    return true;
}

/* Makes the keys that wait. */
static bool load_keys(struct loading_shard *self)
{
    bool ok = true;

    for (uint32_t i = 0; i < self->record_count; i++)
        keyspace_prefetch_words(self->shard->keyspace, self->databases[i], &self->keys[i]);
    for (uint32_t i = 0; i < self->record_count; i++) {
        ok = ok && load_key(self, &self->records[i], &self->keys[i], self->databases[i]);
        rdb_record_free(&self->records[i]);
    }
    self->record_count = 0;
    return ok;
}

void loading_rdb_abandon(struct loading_shard *self)
{
    for (uint32_t i = 0; i < self->record_count; i++)
        rdb_record_free(&self->records[i]);
    self->record_count = 0;
    memory_free(self->records);
    memory_free(self->keys);
    memory_free(self->databases);
    self->records = NULL;
    self->keys = NULL;
    self->databases = NULL;
}

/* What has expired is not loaded, but in a log, whose commands may give it another time; and of a
 * copy the primary says what goes. */
static bool has_expired(const struct loading_shard *self, const struct rdb_record *record)
{
    return record->expiry <= self->loading->started &&
           self->loading->request.source == LOADING_SNAPSHOT &&
           !atomic_load_explicit(&self->loading->node->is_replica, memory_order_relaxed);
}

/* True: it waits. False: it is another shard's, or has expired. */
static bool take_key(struct loading_shard *self, struct rdb_record *record)
{
    struct shard *shard = self->shard;
    struct key *key = &self->keys[self->record_count];
    uint16_t slot = key_slot(record->name.bytes);

    if (node_shard_of(shard->node, slot) != shard->index)
        return false;
    if (__builtin_expect(has_expired(self, record), 0)) {
        self->keys_expired++;
        return false;
    }
    *key = keyspace_key(shard->keyspace, record->name.bytes);
    keyspace_prefetch_table(shard->keyspace, self->database, key);
    self->databases[self->record_count++] = self->database;
    return true;
}

/* ---- What is no key ---- */

static void tell_fact(const struct rdb_record *record)
{
    struct span name = record->name.bytes;
    struct span text = record->text.bytes;

    if (span_equal(name, SPAN("redis-ver")) || span_equal(name, SPAN("valkey-ver")))
        log_notice("Loading RDB produced by version %.*s", text.length > 64 ? 64 : (int)text.length,
                   text.data);
    else if (span_equal(name, SPAN("aof-base")) && span_equal(text, SPAN("1")))
        log_notice("RDB is base AOF");
    else if (name.length > 0 && name.data[0] == '%')
        log_notice("RDB '%.*s': %.*s", name.length > 64 ? 64 : (int)name.length, name.data,
                   text.length > 256 ? 256 : (int)text.length, text.data);
}

static void take_fact(const struct loading *loading, const struct rdb_record *record)
{
    tell_fact(record);
    /* A base of the log is older than the log. */
    if (loading->request.done == NULL && loading->request.source == LOADING_SNAPSHOT)
        replication_origin_fact(&loading->node->origin, record->name.bytes, record->text.bytes);
    if (loading->request.path != NULL)
        replication_origin_fact(&loading->node->payload_origin, record->name.bytes,
                                record->text.bytes);
}

static bool load_function(struct loading_shard *self, const struct rdb_record *record)
{
    struct shard *shard = self->shard;
    enum function_policy policy = self->loading->request.merge ? FUNCTION_REPLACE : FUNCTION_APPEND;
    struct function_library *library = NULL;
    struct function_header header;
    struct span name = {0};
    struct reply reply;
    bool ok;

    reply_init(&reply, 2);
    if (function_header_parse(&header, record->name.bytes, &reply)) {
        library = function_load(script_engine_of(shard), &header, record->name.bytes, NULL, &reply);
        function_header_free(&header);
    }
    ok = library != NULL && function_store_add(shard->node->functions, &library, 1, policy,
                                               &name) == FUNCTION_CONFLICT_NONE;
    if (!ok && reply.length == 0)
        reply_error_format(&reply, "'%.*s' exists already", (int)name.length, name.data);
    if (!ok)
        loading_fail(self->loading, "%s: Failed creating the library at offset %zu: %.*s",
                     loading_part_of(self)->path, record->offset,
                     reply.length > 3 ? (int)(reply.length - 3) : 0,
                     reply.length > 3 ? reply.bytes + 1 : "");
    if (library != NULL)
        function_library_release(library);
    reply_free(&reply);
    return ok;
}

static void expect_no_more(struct loading_shard *self)
{
    for (uint32_t i = 0; i < self->loading->node->databases; i++)
        keyspace_expect(self->shard->keyspace, i, 0);
}

static bool end_rdb(struct loading_shard *self, const struct rdb_record *record)
{
    struct loading_part *part = loading_part_of(self);
    size_t end = rdb_file_position(&self->file);
    size_t summed = self->file.version >= RDB_FILE_CHECKSUM_VERSION ? end - sizeof(uint64_t) : 0;

    if (!load_keys(self))
        return false;
    expect_no_more(self);
    if (record->numbers[0] != 0 && self->loading->check_sum) {
        sum_up_to(self, summed, true);
        self->file_sums[self->part_index] = crc64_shift(self->sum, summed - self->summed);
        self->file_ends[self->part_index] = summed;
        self->file_told[self->part_index] = record->numbers[0];
    }
    if (part->is_log) {
        loading_log_begin(self, end);
    } else {
        self->phase = LOADING_PART_BEGINS;
        self->part_index++;
    }
    return false;
}

static bool select_database(struct loading_shard *self, const struct rdb_record *record)
{
    if (record->numbers[0] >= self->loading->node->databases)
        return loading_fail(self->loading,
                            "%s: there are keys of database %llu in it, at offset %zu, and the "
                            "node has %u databases",
                            loading_part_of(self)->path, (unsigned long long)record->numbers[0],
                            record->offset, self->loading->node->databases);
    self->database = (uint32_t)record->numbers[0];
    return true;
}

/* The file says how many there are: no more than it can hold. */
static void expect_keys(struct loading_shard *self, uint64_t keys)
{
    uint64_t most = loading_part_of(self)->bytes.length / KEY_BYTES_MIN;

    keyspace_expect(self->shard->keyspace, self->database, keys < most ? keys : most);
}

/* True: go on. */
static bool take_other(struct loading_shard *self, const struct rdb_record *record)
{
    bool is_first = self->shard->index == 0;
    char name[RDB_MODULE_NAME + 1];

    switch (record->kind) {
    case RDB_RECORD_FACT:
        if (is_first)
            take_fact(self->loading, record);
        return true;
    case RDB_RECORD_DATABASE:
        return select_database(self, record);
    case RDB_RECORD_FUNCTION:
        return !is_first || load_function(self, record);
    case RDB_RECORD_MODULE:
        rdb_module_name(record->numbers[0], name);
        return loading_fail(self->loading,
                            "%s: The RDB file contains AUX module data I can't load: no matching "
                            "module '%s', at offset %zu",
                            loading_part_of(self)->path, name, record->offset);
    case RDB_RECORD_SIZES:
        expect_keys(self, record->numbers[0]);
        return true;
    case RDB_RECORD_SLOT:
    case RDB_RECORD_IMPORT:
        /* A migration that ended with its node is over. */
        return true;
    case RDB_RECORD_END:
        return end_rdb(self, record);
    case RDB_RECORD_KEY:
        break;
    }
    UNREACHABLE();
}

static bool tell_fault(struct loading_shard *self, const struct rdb_record *record)
{
    if (self->file.fault == RDB_FAULT_OPCODE)
        return loading_fail(self->loading, "%s: unknown type or opcode %u at offset %zu",
                            loading_part_of(self)->path, self->file.opcode, record->offset);
    return fail_at(self, record, rdb_fault_text(self->file.fault));
}

bool loading_rdb_step(struct loading_shard *self)
{
    bool goes_on = true;

    ASSERT(self->record_count == 0);
    /* Keys of others cost little, but not nothing: the step is bounded by what is read as well. */
    for (uint32_t read = 0;
         goes_on && self->record_count < LOADING_KEYS_AHEAD && read < 8 * LOADING_KEYS_AHEAD;
         read++) {
        struct rdb_record *record = &self->records[self->record_count];

        if (!rdb_file_next(&self->file, record))
            return tell_fault(self, record);
        if (__builtin_expect(record->kind == RDB_RECORD_KEY, 1)) {
            if (!take_key(self, record))
                rdb_record_free(record);
            continue;
        }
        goes_on = take_other(self, record);
        /* Keys that wait are before it in the vector. */
        rdb_record_free(record);
    }
    if (!goes_on || !load_keys(self))
        return false;
    if (self->loading->check_sum)
        sum_up_to(self, rdb_file_position(&self->file), false);
    atomic_store_explicit(&self->position,
                          loading_part_of(self)->before + rdb_file_position(&self->file),
                          memory_order_relaxed);
    return true;
}
