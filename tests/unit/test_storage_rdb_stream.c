/* Streams from RDB: real ones, and each way in which their pieces may not belong together. */
#include "storage/rdb_value.h"
#include "storage/types/stream_group.h"
#include "tests/unit/bytes_fixture.h"
#include "tests/unit/command_fixture.h"

static const struct rdb_value_limits limits;

static enum rdb_value_outcome load(struct command_fixture *fixture, uint8_t type, struct span bytes)
{
    struct key key = keyspace_key(fixture->keyspace, SPAN("k"));
    struct span copy = bytes_copy(bytes);
    struct rdb_reader reader = rdb_reader_of(copy);
    enum rdb_value_outcome outcome = rdb_value_load(
        &reader, type, RDB_FAMILY_REDIS, fixture->keyspace, 0, &key, &limits, fixture->now);

    if (outcome == RDB_VALUE_LOADED)
        assert_int_equal(rdb_reader_left(&reader), 0);
    bytes_free(copy);
    return outcome;
}

static const struct entry *entry_of(struct command_fixture *fixture)
{
    struct key key = keyspace_key(fixture->keyspace, SPAN("k"));
    const struct entry *entry = keyspace_peek(fixture->keyspace, 0, &key, fixture->now);

    assert_non_null(entry);
    return entry;
}

/* ---- What Redis 7.0 and Valkey 8 have written ---- */

/* XADD 1-1 f v, 2-2 f w, 3-3 g x; XDEL 2-2; XGROUP CREATE g 0; one entry read by c; a consumer d.
 */
static const char of_redis[] =
    "011000000000000000010000000000000001c3333807380000001600020140000781660200010201002001058176"
    "02040103401402018177200a40174024088167028178020601ff0203030101020203010167010181ffffffffffff"
    "ffff0100000000000000010000000000000001568a9607a201000001020163568a9607a201000001000000000000"
    "000100000000000000010164568a9607a201000000";
static const char of_valkey[] =
    "011000000000000000010000000000000001c3333807380000001600020140000781660200010201002001058176"
    "02040103401402018177200a40174024088167028178020601ff0203030101020203010167010181ffffffffffff"
    "ffff0100000000000000010000000000000001588a9607a201000001020163588a9607a2010000588a9607a20100"
    "0001000000000000000100000000000000010164588a9607a2010000ffffffffffffffff00";

static void check_stream(const struct stream *stream)
{
    const struct stream_group *group = stream_group_find(stream, SPAN("g"));
    struct stream_consumer *reader, *idle;
    struct stream_pending *pending;
    struct stream_entry entry;

    assert_int_equal(stream->length, 2);
    assert_int_equal(stream->entries_added, 3);
    assert_true(stream_id_equal(stream->first_id, (struct stream_id){1, 1}));
    assert_true(stream_id_equal(stream->last_id, (struct stream_id){3, 3}));
    assert_true(stream_id_equal(stream->max_deleted_id, (struct stream_id){2, 2}));
    assert_true(stream_find(stream, (struct stream_id){3, 3}, &entry));
    assert_false(stream_find(stream, (struct stream_id){2, 2}, &entry));
    assert_non_null(group);
    assert_true(stream_id_equal(group->last_id, (struct stream_id){1, 1}));
    reader = stream_consumer_find(group, SPAN("c"));
    idle = stream_consumer_find(group, SPAN("d"));
    assert_non_null(reader);
    assert_non_null(idle);
    assert_int_equal(reader->pending.count, 1);
    assert_int_equal(idle->pending.count, 0);
    pending = stream_pending_find(group, (struct stream_id){1, 1});
    assert_non_null(pending);
    assert_ptr_equal(pending->consumer, reader);
    assert_int_equal(pending->deliveries, 1);
    assert_int_equal(pending->delivered, reader->seen);
}

static void test_known_streams(void **state)
{
    struct command_fixture *fixture = *state;
    static const struct {
        const char *hex;
        uint8_t type;
        uint16_t version;
    } known[] = {{of_redis, RDB_STREAM_LISTPACKS_2, RDB_VERSION_REDIS_7_0},
                 {of_valkey, RDB_STREAM_LISTPACKS_3, RDB_VERSION}};

    for (int i = 0; i < 2; i++) {
        struct span bytes = bytes_of_hex(known[i].hex);
        struct rdb_writer writer, twice;

        assert_int_equal(load(fixture, known[i].type, bytes), RDB_VALUE_LOADED);
        check_stream(entry_object(entry_of(fixture)));
        assert_int_equal(rdb_value_type(entry_of(fixture), known[i].version), known[i].type);
        rdb_writer_init(&writer, false);
        rdb_value_write(&writer, entry_of(fixture), known[i].type, fixture->now);
        assert_int_equal(load(fixture, known[i].type, rdb_writer_span(&writer)), RDB_VALUE_LOADED);
        check_stream(entry_object(entry_of(fixture)));
        rdb_writer_init(&twice, false);
        rdb_value_write(&twice, entry_of(fixture), known[i].type, fixture->now);
        assert_true(span_equal(rdb_writer_span(&writer), rdb_writer_span(&twice)));
        rdb_writer_free(&twice);
        rdb_writer_free(&writer);
        bytes_free(bytes);
    }
}

/* ---- The same, put together, with one thing wrong ---- */

enum fault {
    FAULT_NONE,
    /* of the node */
    FAULT_NODE_ID_SHORT,
    FAULT_NODE_TWICE,
    FAULT_NODE_NOT_BEHIND,
    FAULT_COUNT,
    FAULT_DELETED,
    FAULT_FIELD_COUNT,
    FAULT_HEAD_END,
    FAULT_FLAGS,
    FAULT_ENTRY_BEFORE_NODE,
    FAULT_ENTRY_FIELDS,
    FAULT_ENTRY_SIZE,
    FAULT_TEXT_FOR_NUMBER,
    FAULT_MORE_BEHIND,
    FAULT_NO_ENTRIES,
    /* of the counters */
    FAULT_LENGTH,
    FAULT_LAST_ID,
    /* of the group */
    FAULT_GROUP_TWICE,
    FAULT_PENDING_TWICE,
    FAULT_PENDING_COUNT,
    FAULT_NOBODYS_PENDING,
    FAULT_CONSUMER_TWICE,
    FAULT_UNKNOWN_PENDING,
    FAULT_SHARED_PENDING,
    FAULT_OWN_TWICE,
    FAULTS,
};

struct packing {
    char body[256];
    size_t length;
    uint32_t count;
};

static void pack(struct packing *packing, const char *text)
{
    struct listpack_value value = listpack_value(span_of_string(text));

    listpack_write(packing->body + packing->length, &value);
    packing->length += listpack_encoded_size(&value);
    packing->count++;
}

static void pack_all(struct packing *packing, const char *const *texts, int count)
{
    for (int i = 0; i < count; i++)
        pack(packing, texts[i]);
}

static void write_node(struct rdb_writer *writer, enum fault fault, uint64_t id)
{
    const char *const head[] = {fault == FAULT_COUNT        ? "3"
                                : fault == FAULT_NO_ENTRIES ? "0"
                                                            : "2",
                                fault == FAULT_DELETED      ? "2"
                                : fault == FAULT_NO_ENTRIES ? "0"
                                                            : "1",
                                fault == FAULT_FIELD_COUNT ? "9" : "1", "f",
                                fault == FAULT_HEAD_END ? "1" : "0"};
    const char *const first[] = {
        fault == FAULT_FLAGS ? "6" : "2", fault == FAULT_ENTRY_BEFORE_NODE ? "-1" : "0",
        fault == FAULT_TEXT_FOR_NUMBER ? "x" : "0", "v", fault == FAULT_ENTRY_SIZE ? "5" : "4"};
    const char *const deleted[] = {"3", "1", "1", "w", "4"};
    const char *const last[] = {"0", "2", "2", fault == FAULT_ENTRY_FIELDS ? "2" : "1",
                                "g", "x", "6"};
    struct packing packing = {.length = 0};
    char name[STREAM_ID_BYTES];
    char whole[300];
    char *end;

    pack_all(&packing, head, 5);
    if (fault != FAULT_NO_ENTRIES) {
        pack_all(&packing, first, 5);
        pack_all(&packing, deleted, 5);
        pack_all(&packing, last, 7);
    }
    if (fault == FAULT_MORE_BEHIND)
        pack(&packing, "0");
    end = listpack_wrap(whole, span_of(packing.body, packing.length), packing.count);
    stream_id_write(name, (struct stream_id){id, id});
    rdb_writer_string(
        writer, span_of(name, fault == FAULT_NODE_ID_SHORT ? sizeof(name) - 1 : sizeof(name)));
    rdb_writer_string(writer, span_of(whole, (size_t)(end - whole)));
}

static void write_raw_id(struct rdb_writer *writer, uint64_t id)
{
    char bytes[STREAM_ID_BYTES];

    stream_id_write(bytes, (struct stream_id){id, id});
    rdb_writer_raw(writer, span_of(bytes, sizeof(bytes)));
}

static void write_consumer(struct rdb_writer *writer, const char *name, const uint64_t *pending,
                           uint32_t count)
{
    rdb_writer_string(writer, span_of_string(name));
    rdb_writer_int64(writer, 1000);
    rdb_writer_int64(writer, 1000);
    rdb_writer_length(writer, count);
    for (uint32_t i = 0; i < count; i++)
        write_raw_id(writer, pending[i]);
}

/* Pending: 1-1 for c, 3-3 for d. */
static void write_group(struct rdb_writer *writer, enum fault fault)
{
    const uint64_t of_c[] = {fault == FAULT_UNKNOWN_PENDING ? 2 : 1, 1};
    const uint64_t of_d[] = {3, 1};

    rdb_writer_string(writer, SPAN("g"));
    rdb_writer_length(writer, 3);
    rdb_writer_length(writer, 3);
    rdb_writer_length(writer, 3);
    rdb_writer_length(writer, fault == FAULT_PENDING_COUNT ? UINT64_MAX / 2 : 2);
    for (uint64_t id = 1; id <= 3; id += 2) {
        write_raw_id(writer, fault == FAULT_PENDING_TWICE ? 1 : id);
        rdb_writer_int64(writer, 1000);
        rdb_writer_length(writer, 1);
    }
    rdb_writer_length(writer, 2);
    write_consumer(writer, "c", of_c, fault == FAULT_OWN_TWICE ? 2 : 1);
    write_consumer(writer, fault == FAULT_CONSUMER_TWICE ? "c" : "d", of_d,
                   fault == FAULT_SHARED_PENDING    ? 2
                   : fault == FAULT_NOBODYS_PENDING ? 0
                                                    : 1);
}

static void write_stream(struct rdb_writer *writer, enum fault fault)
{
    uint32_t nodes = fault == FAULT_NODE_TWICE || fault == FAULT_NODE_NOT_BEHIND ? 2 : 1;
    uint32_t groups = fault == FAULT_GROUP_TWICE ? 2 : 1;

    rdb_writer_length(writer, nodes);
    write_node(writer, fault, 1);
    if (nodes == 2)
        write_node(writer, FAULT_NONE, fault == FAULT_NODE_TWICE ? 1 : 2);
    rdb_writer_length(writer, fault == FAULT_LENGTH ? 3 : 2 * nodes);
    for (int i = 0; i < 2; i++)
        rdb_writer_length(writer, fault == FAULT_LAST_ID ? 2 : 3);
    rdb_writer_length(writer, 1);
    rdb_writer_length(writer, 1);
    rdb_writer_length(writer, 2);
    rdb_writer_length(writer, 2);
    rdb_writer_length(writer, 3);
    rdb_writer_length(writer, groups);
    for (uint32_t i = 0; i < groups; i++)
        write_group(writer, fault);
}

static void test_faults(void **state)
{
    struct command_fixture *fixture = *state;

    EXPECT_REPLY(fixture, "SET k kept", "+OK");
    for (int fault = FAULTS - 1; fault >= FAULT_NONE; fault--) {
        struct rdb_writer writer;
        enum rdb_value_outcome outcome;

        rdb_writer_init(&writer, false);
        write_stream(&writer, (enum fault)fault);
        outcome = load(fixture, RDB_STREAM_LISTPACKS_3, rdb_writer_span(&writer));
        if (outcome != (fault == FAULT_NONE ? RDB_VALUE_LOADED : RDB_VALUE_BAD))
            fail_msg("fault %d: outcome %d", fault, (int)outcome);
        if (fault != FAULT_NONE)
            EXPECT_REPLY(fixture, "GET k", "$4\r\nkept");
        rdb_writer_free(&writer);
    }
    EXPECT_REPLY(fixture, "TYPE k", "+stream");
}

/* Torn at each byte; bent at each bit: what is accepted can be written and read again. */
static void test_mistreated_stream(void **state)
{
    struct command_fixture *fixture = *state;
    struct rdb_writer writer;

    EXPECT_REPLY(fixture, "SET k kept", "+OK");
    rdb_writer_init(&writer, false);
    write_stream(&writer, FAULT_NONE);
    for (size_t length = 0; length < writer.length; length++)
        assert_int_equal(load(fixture, RDB_STREAM_LISTPACKS_3, span_of(writer.bytes, length)),
                         RDB_VALUE_BAD);
    EXPECT_REPLY(fixture, "GET k", "$4\r\nkept");
    for (size_t bit = 0; bit < 8 * writer.length; bit++) {
        struct span bent = bytes_copy(rdb_writer_span(&writer));
        struct key key = keyspace_key(fixture->keyspace, SPAN("k"));
        struct rdb_reader reader = rdb_reader_of(bent);

        ((char *)bent.data)[bit / 8] ^= (char)(1 << bit % 8);
        if (rdb_value_load(&reader, RDB_STREAM_LISTPACKS_3, RDB_FAMILY_REDIS, fixture->keyspace, 0,
                           &key, &limits, fixture->now) == RDB_VALUE_LOADED) {
            struct rdb_writer again;

            rdb_writer_init(&again, true);
            rdb_value_write(&again, entry_of(fixture), RDB_STREAM_LISTPACKS_3, fixture->now);
            assert_int_equal(load(fixture, RDB_STREAM_LISTPACKS_3, rdb_writer_span(&again)),
                             RDB_VALUE_LOADED);
            rdb_writer_free(&again);
        }
        bytes_free(bent);
    }
    rdb_writer_free(&writer);
}

/* The first version knows no more counters than length and last id. */
static void test_first_version(void **state)
{
    struct command_fixture *fixture = *state;
    const struct stream *stream;
    struct rdb_writer writer;

    rdb_writer_init(&writer, false);
    rdb_writer_length(&writer, 1);
    write_node(&writer, FAULT_NONE, 1);
    for (int i = 0; i < 3; i++)
        rdb_writer_length(&writer, i == 0 ? 2 : 3);
    rdb_writer_length(&writer, 1);
    rdb_writer_string(&writer, SPAN("g"));
    for (int i = 0; i < 2; i++)
        rdb_writer_length(&writer, 3);
    rdb_writer_length(&writer, 0);
    rdb_writer_length(&writer, 1);
    rdb_writer_string(&writer, SPAN("c"));
    rdb_writer_int64(&writer, 1000);
    rdb_writer_length(&writer, 0);
    assert_int_equal(load(fixture, RDB_STREAM_LISTPACKS, rdb_writer_span(&writer)),
                     RDB_VALUE_LOADED);
    stream = entry_object(entry_of(fixture));
    assert_int_equal(stream->length, 2);
    assert_int_equal(stream->entries_added, 2);
    assert_true(stream_id_equal(stream->first_id, (struct stream_id){1, 1}));
    assert_int_equal(stream_group_find(stream, SPAN("g"))->entries_read, 2);
    assert_int_equal(stream_consumer_find(stream_group_find(stream, SPAN("g")), SPAN("c"))->active,
                     1000);
    rdb_writer_free(&writer);
}

/* One without entries is a stream all the same. */
static void test_empty_stream(void **state)
{
    struct command_fixture *fixture = *state;
    /* no node, no entry, last id 5-5, first id 0-0, deleted 5-5, one added, no group */
    struct span bytes = bytes_of_hex("00000505000005050100");

    assert_int_equal(load(fixture, RDB_STREAM_LISTPACKS_3, bytes), RDB_VALUE_LOADED);
    EXPECT_REPLY(fixture, "TYPE k", "+stream");
    bytes_free(bytes);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        FIXTURE_TEST(test_known_streams),     FIXTURE_TEST(test_faults),
        FIXTURE_TEST(test_mistreated_stream), FIXTURE_TEST(test_first_version),
        FIXTURE_TEST(test_empty_stream),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
