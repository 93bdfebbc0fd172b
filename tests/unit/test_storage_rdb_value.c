/* Values from RDB: real ones of many versions, torn ones, and false ones. */
#include "storage/rdb_value.h"
#include "tests/unit/bytes_fixture.h"
#include "tests/unit/command_fixture.h"

static const struct rdb_value_limits limits = {
    .list = {.bytes = 8192, .count = UINT32_MAX},
    .set = {.integer_entries = 512, .packed_entries = 128, .packed_value = 64},
    .sorted_set = {.packed_entries = 128, .packed_value = 64},
    .hash = {.entries = 512, .value = 64},
};

static enum rdb_value_outcome load_bytes(struct command_fixture *fixture, uint8_t type,
                                         enum rdb_family family, struct span bytes)
{
    struct key key = keyspace_key(fixture->keyspace, SPAN("k"));
    struct span copy = bytes_copy(bytes);
    struct rdb_reader reader = rdb_reader_of(copy);
    enum rdb_value_outcome outcome =
        rdb_value_load(&reader, type, family, fixture->keyspace, 0, &key, &limits, fixture->now);

    /* It is read to its end. */
    if (outcome == RDB_VALUE_LOADED)
        assert_int_equal(rdb_reader_left(&reader), 0);
    bytes_free(copy);
    return outcome;
}

static enum rdb_value_outcome load_as(struct command_fixture *fixture, uint8_t type,
                                      enum rdb_family family, const char *hex)
{
    struct span bytes = bytes_of_hex(hex);
    enum rdb_value_outcome outcome = load_bytes(fixture, type, family, bytes);

    bytes_free(bytes);
    return outcome;
}

static enum rdb_value_outcome load(struct command_fixture *fixture, uint8_t type, const char *hex)
{
    return load_as(fixture, type, type == RDB_HASH_2 ? RDB_FAMILY_VALKEY : RDB_FAMILY_REDIS, hex);
}

/* ---- What others have written ---- */

static const struct {
    uint8_t type;
    const char *hex;
    const char *command;
    const char *reply;
} known[] = {
    {RDB_STRING, "c3094089016161e07c00016161", "STRLEN k", ":137"},
    {RDB_STRING, "c00a", "GET k", "$2\r\n10"},
    {RDB_LIST, "03c00101610162", "LRANGE k 0 -1", "*3\r\n$1\r\n1\r\n$1\r\na\r\n$1\r\nb"},
    {RDB_LIST_ZIPLIST,
     "303000000025000000080000c0010004c0020004c0030004016103016203016303d0a086010006e000bca06501"
     "000000ff",
     "LRANGE k 0 -1",
     "*8\r\n$1\r\n1\r\n$1\r\n2\r\n$1\r\n3\r\n$1\r\na\r\n$1\r\nb\r\n$1\r\nc\r\n$6\r\n100000\r\n"
     "$10\r\n6000000000"},
    {RDB_LIST_QUICKLIST, "010d0d0000000a000000010000f8ff", "LRANGE k 0 -1", "*1\r\n$1\r\n7"},
    {RDB_LIST_QUICKLIST, "020b0b0000000a0000000000ff0d0d0000000a000000010000f8ff", "LRANGE k 0 -1",
     "*1\r\n$1\r\n7"},
    {RDB_LIST_QUICKLIST_2, "0102c3142c0c2c000000030081610201019e62e01400011fff", "LRANGE k 0 1",
     "*2\r\n$1\r\na\r\n$1\r\n1"},
    {RDB_LIST_QUICKLIST_2, "020103616263010164", "LRANGE k 0 -1", "*2\r\n$3\r\nabc\r\n$1\r\nd"},
    {RDB_SET, "020178c001", "SISMEMBER k 1", ":1"},
    {RDB_SET_INTSET, "1002000000040000000100020003000400", "SCARD k", ":4"},
    {RDB_SET_INTSET, "180400000004000000a0860100400d0300e0930400801a0600", "SISMEMBER k 200000",
     ":1"},
    {RDB_SET_INTSET,
     "38080000000600000000ca9a3b000000000094357700000000005ed0b20000000000286bee0000000000f2052a01"
     "00000000bca06501000000",
     "SISMEMBER k 6000000000", ":1"},
    {RDB_SET_LISTPACK, "0c0c00000002000101817802ff", "SISMEMBER k x", ":1"},
    {RDB_ZSET, "03016103312e350162fe0163ff", "ZRANGE k 0 -1",
     "*3\r\n$1\r\nc\r\n$1\r\na\r\n$1\r\nb"},
    {RDB_ZSET_2, "030163000000000000f07f016200000000000004400161000000000000f03f", "ZSCORE k b",
     "$3\r\n2.5"},
    {RDB_ZSET_ZIPLIST, "191900000016000000040000036f6e6505f2020374776f05f3ff",
     "ZRANGE k 0 -1 WITHSCORES", "*4\r\n$3\r\none\r\n$1\r\n1\r\n$3\r\ntwo\r\n$1\r\n2"},
    {RDB_ZSET_LISTPACK, "1c1c0000000600816102010181620283322e350481630283696e6604ff", "ZSCORE k c",
     "$3\r\ninf"},
    {RDB_HASH, "02c001c00201660176", "HGET k 1", "$1\r\n2"},
    {RDB_HASH_ZIPMAP, "10020266310200763102663202007632ff", "HGETALL k",
     "*4\r\n$2\r\nf1\r\n$2\r\nv1\r\n$2\r\nf2\r\n$2\r\nv2"},
    {RDB_HASH_ZIPLIST, "1b1b00000016000000040000026631040276310402663204027632ff", "HGETALL k",
     "*4\r\n$2\r\nf1\r\n$2\r\nv1\r\n$2\r\nf2\r\n$2\r\nv2"},
    {RDB_HASH_LISTPACK, "1111000000040081660281760201010201ff", "HGETALL k",
     "*4\r\n$1\r\nf\r\n$1\r\nv\r\n$1\r\n1\r\n$1\r\n2"},
};

enum { KNOWN = sizeof(known) / sizeof(known[0]) };

/* The value of the key, written anew. */
static struct span written(struct command_fixture *fixture, uint16_t version, bool compress,
                           enum rdb_type *type)
{
    struct key key = keyspace_key(fixture->keyspace, SPAN("k"));
    const struct entry *entry = keyspace_peek(fixture->keyspace, 0, &key, fixture->now);
    struct rdb_writer writer;
    struct span bytes;

    assert_non_null(entry);
    version = rdb_value_version(entry, version);
    *type = rdb_value_type(entry, version);
    rdb_writer_init(&writer, compress);
    rdb_value_write(&writer, entry, *type, fixture->now);
    bytes = bytes_copy(rdb_writer_span(&writer));
    rdb_writer_free(&writer);
    return bytes;
}

static void test_known_values(void **state)
{
    struct command_fixture *fixture = *state;

    for (int i = 0; i < KNOWN; i++) {
        enum rdb_type type;
        struct span again;

        if (load(fixture, known[i].type, known[i].hex) != RDB_VALUE_LOADED)
            fail_msg("%u %s", known[i].type, known[i].hex);
        EXPECT_REPLY(fixture, known[i].command, known[i].reply);
        again = written(fixture, RDB_VERSION, i % 2 == 0, &type);
        EXPECT_REPLY(fixture, "DEL k", ":1");
        assert_int_equal(load_bytes(fixture, type, RDB_FAMILY_REDIS, again), RDB_VALUE_LOADED);
        EXPECT_REPLY(fixture, known[i].command, known[i].reply);
        bytes_free(again);
    }
}

/* Compact forms are written as they were read. */
static void test_same_bytes(void **state)
{
    struct command_fixture *fixture = *state;
    static const uint8_t same[] = {RDB_SET_INTSET, RDB_SET_LISTPACK, RDB_ZSET_LISTPACK,
                                   RDB_HASH_LISTPACK};

    for (int i = 0; i < KNOWN; i++) {
        struct span bytes = bytes_of_hex(known[i].hex);

        if (memchr(same, known[i].type, sizeof(same)) != NULL) {
            enum rdb_type type;
            struct span again;

            load(fixture, known[i].type, known[i].hex);
            again = written(fixture, RDB_VERSION, false, &type);
            assert_int_equal(type, known[i].type);
            assert_true(span_equal(again, bytes));
            bytes_free(again);
        }
        bytes_free(bytes);
    }
}

/* Texts that are integers here, written as strings: they are found all the same. */
static void test_disguised_integers(void **state)
{
    struct command_fixture *fixture = *state;

    assert_int_equal(load(fixture, RDB_SET_LISTPACK, "0e0e000000020082313203817802ff"),
                     RDB_VALUE_LOADED);
    EXPECT_REPLY(fixture, "SMISMEMBER k 12 x 1", "*3\r\n:1\r\n:1\r\n:0");
    assert_int_equal(load(fixture, RDB_HASH_LISTPACK, "0e0e000000020082313203817802ff"),
                     RDB_VALUE_LOADED);
    EXPECT_REPLY(fixture, "HGET k 12", "$1\r\nx");
    assert_int_equal(load(fixture, RDB_ZSET_LISTPACK, "0f0f00000002008231320382313303ff"),
                     RDB_VALUE_LOADED);
    EXPECT_REPLY(fixture, "ZSCORE k 12", "$2\r\n13");
    assert_int_equal(load(fixture, RDB_LIST_QUICKLIST_2, "01020e0e000000020082313203817802ff"),
                     RDB_VALUE_LOADED);
    EXPECT_REPLY(fixture, "LPOS k 12", ":0");
}

static void expect_kept(struct command_fixture *fixture)
{
    EXPECT_REPLY(fixture, "GET k", "$4\r\nkept");
    EXPECT_REPLY(fixture, "PTTL k", ":1000");
}

static void keep(struct command_fixture *fixture)
{
    EXPECT_REPLY(fixture, "SET k kept PX 1000", "+OK");
}

/* Every shorter prefix is refused and leaves the key alone; of every bit that differs, what is
 * accepted can be written and read again. */
static void mistreat(struct command_fixture *fixture, uint8_t type, enum rdb_family family,
                     struct span bytes)
{
    keep(fixture);
    for (size_t length = 0; length < bytes.length; length++)
        assert_int_not_equal(load_bytes(fixture, type, family, span_of(bytes.data, length)),
                             RDB_VALUE_LOADED);
    expect_kept(fixture);
    for (size_t bit = 0; bit < 8 * bytes.length; bit++) {
        struct span bent = bytes_copy(bytes);
        struct key key = keyspace_key(fixture->keyspace, SPAN("k"));
        struct rdb_reader reader = rdb_reader_of(bent);
        enum rdb_type again;
        struct span whole;

        ((char *)bent.data)[bit / 8] ^= (char)(1 << bit % 8);
        if (rdb_value_load(&reader, type, family, fixture->keyspace, 0, &key, &limits,
                           fixture->now) == RDB_VALUE_LOADED) {
            whole = written(fixture, RDB_VERSION, true, &again);
            assert_int_equal(load_bytes(fixture, again, RDB_FAMILY_VALKEY, whole),
                             RDB_VALUE_LOADED);
            bytes_free(whole);
        }
        bytes_free(bent);
    }
}

static void test_mistreated_values(void **state)
{
    for (int i = 0; i < KNOWN; i++) {
        struct span bytes = bytes_of_hex(known[i].hex);

        mistreat(*state, known[i].type, RDB_FAMILY_REDIS, bytes);
        bytes_free(bytes);
    }
}

/* ---- What nobody writes ---- */

static const struct {
    uint8_t type;
    const char *hex;
} empty[] = {
    {RDB_LIST, "00"},
    {RDB_LIST_QUICKLIST, "00"},
    {RDB_LIST_QUICKLIST, "010b0b0000000a0000000000ff"},
    {RDB_LIST_QUICKLIST_2, "00"},
    {RDB_LIST_QUICKLIST_2, "010207070000000000ff"},
    {RDB_LIST_ZIPLIST, "0b0b0000000a0000000000ff"},
    {RDB_SET, "00"},
    {RDB_SET_LISTPACK, "07070000000000ff"},
    {RDB_ZSET, "00"},
    {RDB_ZSET_2, "00"},
    {RDB_ZSET_LISTPACK, "07070000000000ff"},
    {RDB_ZSET_ZIPLIST, "0b0b0000000a0000000000ff"},
    {RDB_HASH, "00"},
    {RDB_HASH_2, "00"},
    {RDB_HASH_ZIPMAP, "0200ff"},
    {RDB_HASH_ZIPLIST, "0b0b0000000a0000000000ff"},
    {RDB_HASH_LISTPACK, "07070000000000ff"},
};

static const struct {
    uint8_t type;
    const char *hex;
} bad[] = {
    /* Unknown types, old modules, and modules that are not there. */
    {RDB_MODULE_PRE_RELEASE, "0000"},
    {RDB_MODULE_2, "810000000000000001020100"},
    {8, "00"},
    {23, "00"},
    {26, "00"},
    {255, "00"},
    /* Counts beyond what is there. */
    {RDB_LIST, "81ffffffffffffffff"},
    {RDB_SET, "80ffffffff0161"},
    {RDB_HASH, "81000000ffffffffff01610162"},
    {RDB_HASH, "020161016201"},
    {RDB_ZSET_2, "8100ffffffffffffff0161000000000000f03f"},
    {RDB_LIST_QUICKLIST_2, "81ffffffffffffffff020d"},
    /* A length that is an encoding. */
    {RDB_SET, "c001"},
    /* Duplicates, some written in different ways. */
    {RDB_SET, "0201610161"},
    {RDB_SET, "02c0010131"},
    {RDB_SET_LISTPACK, "0d0d0000000200816102816102ff"},
    {RDB_SET_LISTPACK, "0c0c00000002000101813102ff"},
    {RDB_HASH, "020161016201610163"},
    {RDB_HASH_LISTPACK, "13130000000400816102817602816102817602ff"},
    {RDB_HASH_ZIPLIST, "1b1b00000016000000040000026631040276310402663104027632ff"},
    {RDB_HASH_ZIPMAP, "10020266310200763102663102007632ff"},
    {RDB_HASH_2, "02016101620000000000ffffff016101630000000000ffffff"},
    {RDB_ZSET_2, "020161000000000000f03f01610000000000000040"},
    {RDB_ZSET_LISTPACK, "1111000000040081610201018161020201ff"},
    {RDB_ZSET_ZIPLIST, "191900000016000000040000036f6e6505f203036f6e6505f3ff"},
    /* Scores: NaN, words. */
    {RDB_ZSET_2, "010161000000000000f87f"},
    {RDB_ZSET, "010161fd"},
    {RDB_ZSET, "010161036e616e"},
    {RDB_ZSET_LISTPACK, "0d0d0000000200816102816202ff"},
    {RDB_ZSET_LISTPACK, "0f0f0000000200816102836e616e04ff"},
    /* Compact ones out of order. */
    {RDB_ZSET_LISTPACK, "1111000000040081610202018162020101ff"},
    {RDB_ZSET_LISTPACK, "1111000000040081620201018161020101ff"},
    /* An odd number of elements. */
    {RDB_ZSET_LISTPACK, "0a0a0000000100816102ff"},
    {RDB_HASH_LISTPACK, "0a0a0000000100816102ff"},
    {RDB_HASH_ZIPLIST, "0e0e0000000a0000000100000161ff"},
    /* Listpacks: another length, no end, a wrong count, a wrong back length, an element past the
     * end. */
    {RDB_SET_LISTPACK, "0c0d00000002000101817802ff"},
    {RDB_SET_LISTPACK, "0c0c00000002000101817802fe"},
    {RDB_SET_LISTPACK, "0c0c00000003000101817802ff"},
    {RDB_SET_LISTPACK, "0c0c00000002000101817803ff"},
    {RDB_SET_LISTPACK, "0c0c00000002000101bf7802ff"},
    {RDB_SET_LISTPACK, "0c0c00000002000101f0ffffffff"},
    {RDB_SET_LISTPACK, "06060000000000"},
    {RDB_SET_LISTPACK, "00"},
    /* Nodes of lists: another container, no listpack, not the last one. */
    {RDB_LIST_QUICKLIST_2, "01030161"},
    {RDB_LIST_QUICKLIST_2, "01000161"},
    {RDB_LIST_QUICKLIST_2, "01020161"},
    {RDB_LIST_QUICKLIST_2, "02010161"},
    {RDB_LIST_QUICKLIST, "010161"},
    /* Rows of integers: no width, out of order, twice the same, another length, none. */
    {RDB_SET_INTSET, "0a03000000010000000100"},
    {RDB_SET_INTSET, "1002000000040000000100030002000400"},
    {RDB_SET_INTSET, "1002000000040000000100020002000400"},
    {RDB_SET_INTSET, "1002000000050000000100020003000400"},
    {RDB_SET_INTSET, "1002000000030000000100020003000400"},
    {RDB_SET_INTSET, "0c08000000ffffff1f01000000"},
    {RDB_SET_INTSET, "080200000000000000"},
    {RDB_SET_INTSET, "03020000"},
    /* A field's length written longer than it need be. */
    {RDB_HASH_ZIPMAP, "0b01fe0100000061010062ff"},
    /* Expiries that are no times. */
    {RDB_HASH_2, "0101610162feffffffffffffff"},
    {RDB_HASH_2, "0101610162ffffffffffffff7f"},
    {RDB_HASH_METADATA, "ffffffffffffff7f010101610162"},
    {RDB_HASH_METADATA, "00000000000000000181ffffffffffffffff01610162"},
    {RDB_HASH_LISTPACK_EX, "00000000000000000d0d0000000200816102816202ff"},
    {RDB_HASH_LISTPACK_EX, "000000000000000010100000000300816102816202816302ff"},
    /* A compressed string of another length. */
    {RDB_STRING, "c3094088016161e07c00016161"},
    {RDB_STRING, "c309408a016161e07c00016161"},
};

static void test_empty_values(void **state)
{
    struct command_fixture *fixture = *state;

    keep(fixture);
    for (size_t i = 0; i < sizeof(empty) / sizeof(empty[0]); i++)
        if (load(fixture, empty[i].type, empty[i].hex) != RDB_VALUE_EMPTY)
            fail_msg("%u %s", empty[i].type, empty[i].hex);
    expect_kept(fixture);
}

static void test_bad_values(void **state)
{
    struct command_fixture *fixture = *state;

    keep(fixture);
    for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
        if (load(fixture, bad[i].type, bad[i].hex) != RDB_VALUE_BAD)
            fail_msg("%u %s", bad[i].type, bad[i].hex);
    expect_kept(fixture);
}

/* ---- Fields that expire ---- */

/* a -> 1 until FIXTURE_NOW + 1000, b -> 2 for ever, c -> 3 until FIXTURE_NOW - 1. */
static struct span volatile_hash(enum rdb_type type)
{
    static const struct {
        const char *name;
        time_ms expiry;
    } fields[] = {{"a", FIXTURE_NOW + 1000}, {"b", 0}, {"c", FIXTURE_NOW - 1}};
    struct rdb_writer writer;
    struct span bytes;

    rdb_writer_init(&writer, false);
    if (type == RDB_HASH_METADATA)
        rdb_writer_int64(&writer, FIXTURE_NOW - 1);
    rdb_writer_length(&writer, 3);
    for (int i = 0; i < 3; i++) {
        time_ms expiry = fields[i].expiry;

        if (type == RDB_HASH_METADATA)
            rdb_writer_length(&writer,
                              expiry == 0 ? 0 : (uint64_t)(expiry - (FIXTURE_NOW - 1) + 1));
        rdb_writer_string(&writer, span_of_string(fields[i].name));
        rdb_writer_integer(&writer, i + 1);
        if (type == RDB_HASH_2)
            rdb_writer_int64(&writer, expiry == 0 ? -1 : expiry);
    }
    bytes = bytes_copy(rdb_writer_span(&writer));
    rdb_writer_free(&writer);
    return bytes;
}

static void expect_volatile_hash(struct command_fixture *fixture)
{
    EXPECT_REPLY(fixture, "HPTTL k FIELDS 3 a b c", "*3\r\n:1000\r\n:-1\r\n:-2");
    EXPECT_REPLY(fixture, "HMGET k a b c", "*3\r\n$1\r\n1\r\n$1\r\n2\r\n$-1");
}

static void test_fields_that_expire(void **state)
{
    struct command_fixture *fixture = *state;
    static const uint8_t types[] = {RDB_HASH_2, RDB_HASH_METADATA};

    for (int i = 0; i < 2; i++) {
        enum rdb_family family = types[i] == RDB_HASH_2 ? RDB_FAMILY_VALKEY : RDB_FAMILY_REDIS;
        struct span bytes = volatile_hash(types[i]);
        struct span again;
        enum rdb_type type;

        EXPECT_REPLY(fixture, "SET k x", "+OK");
        assert_int_equal(load_bytes(fixture, types[i], family, bytes), RDB_VALUE_LOADED);
        expect_volatile_hash(fixture);
        again = written(fixture, RDB_VERSION, true, &type);
        assert_int_equal(type, RDB_HASH_2);
        assert_int_equal(load_bytes(fixture, type, RDB_FAMILY_VALKEY, again), RDB_VALUE_LOADED);
        expect_volatile_hash(fixture);
        /* The other family has another type of this number. */
        assert_int_equal(
            load_bytes(fixture, types[i],
                       family == RDB_FAMILY_REDIS ? RDB_FAMILY_VALKEY : RDB_FAMILY_REDIS, bytes),
            RDB_VALUE_BAD);
        mistreat(fixture, types[i], family, bytes);
        bytes_free(again);
        bytes_free(bytes);
    }
}

/* The listpack of Redis 7.4: field, value, expiry or 0. */
static void test_packed_fields_that_expire(void **state)
{
    struct command_fixture *fixture = *state;
    char body[64];
    char pack[80];
    char *end = body;
    struct rdb_writer writer;
    static const char *const words[] = {"a", "1", "1700000001000", "c", "3", "1699999999999", "b",
                                        "2", "0"};

    for (int i = 0; i < 9; i++) {
        struct listpack_value value = listpack_value(span_of_string(words[i]));

        end = listpack_write(end, &value);
    }
    end = listpack_wrap(pack, span_of(body, (size_t)(end - body)), 9);
    rdb_writer_init(&writer, false);
    rdb_writer_int64(&writer, FIXTURE_NOW - 1);
    rdb_writer_string(&writer, span_of(pack, (size_t)(end - pack)));
    assert_int_equal(
        load_bytes(fixture, RDB_HASH_LISTPACK_EX, RDB_FAMILY_REDIS, rdb_writer_span(&writer)),
        RDB_VALUE_LOADED);
    expect_volatile_hash(fixture);
    mistreat(fixture, RDB_HASH_LISTPACK_EX, RDB_FAMILY_REDIS, rdb_writer_span(&writer));
    rdb_writer_free(&writer);
}

/* Far in the future is a time as well. */
static void test_latest_expiry(void **state)
{
    struct command_fixture *fixture = *state;

    assert_int_equal(load(fixture, RDB_HASH_2, "0101610162feffffffffffff7f"), RDB_VALUE_LOADED);
    EXPECT_REPLY(fixture, "HPEXPIRETIME k FIELDS 1 a", "*1\r\n:9223372036854775806");
    assert_int_equal(load(fixture, RDB_HASH_METADATA, "feffffffffff0000010201610162"),
                     RDB_VALUE_LOADED);
    EXPECT_REPLY(fixture, "HPEXPIRETIME k FIELDS 1 a", "*1\r\n:281474976710655");
    assert_int_equal(load(fixture, RDB_HASH_METADATA, "feffffffffff0000010301610162"),
                     RDB_VALUE_BAD);
}

/* All have expired: no key. */
static void test_expired_fields(void **state)
{
    struct command_fixture *fixture = *state;

    keep(fixture);
    assert_int_equal(load(fixture, RDB_HASH_2, "01016101620100000000000000"), RDB_VALUE_EMPTY);
    expect_kept(fixture);
}

/* ---- Large ones ---- */

static void run_many(struct command_fixture *fixture, const char *format, int from, int to)
{
    char line[200];

    for (int i = from; i < to; i++) {
        snprintf(line, sizeof(line), format, i, i);
        fixture_run(fixture, line);
    }
}

static void test_large_values(void **state)
{
    static const struct {
        const char *command;
        const char *encoding;
        uint8_t types[2]; /* of version 11 and of version 10 */
        const char *question;
        const char *answer;
    } cases[] = {
        {"RPUSH k element:%d",
         "$9\r\nquicklist",
         {RDB_LIST_QUICKLIST_2, RDB_LIST_QUICKLIST_2},
         "LINDEX k 2999",
         "$12\r\nelement:2999"},
        {"SADD k member:%d", "$9\r\nhashtable", {RDB_SET, RDB_SET}, "SCARD k", ":3000"},
        {"SADD k %d", "$9\r\nhashtable", {RDB_SET, RDB_SET}, "SISMEMBER k 2999", ":1"},
        {"ZADD k %d member:%d",
         "$8\r\nskiplist",
         {RDB_ZSET_2, RDB_ZSET_2},
         "ZRANK k member:2999",
         ":2999"},
        {"HSET k field:%d %d",
         "$9\r\nhashtable",
         {RDB_HASH, RDB_HASH},
         "HGET k field:2999",
         "$4\r\n2999"},
    };
    struct command_fixture *fixture = *state;

    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        run_many(fixture, cases[i].command, 0, 3000);
        for (int k = 0; k < 2; k++) {
            enum rdb_type type;
            struct span bytes =
                written(fixture, k == 0 ? RDB_VERSION : RDB_VERSION_REDIS_7_0, k == 0, &type);

            assert_int_equal(type, cases[i].types[k]);
            EXPECT_REPLY(fixture, "DEL k", ":1");
            assert_int_equal(load_bytes(fixture, type, RDB_FAMILY_REDIS, bytes), RDB_VALUE_LOADED);
            EXPECT_REPLY(fixture, "OBJECT ENCODING k", cases[i].encoding);
            EXPECT_REPLY(fixture, cases[i].question, cases[i].answer);
            bytes_free(bytes);
        }
        EXPECT_REPLY(fixture, "DEL k", ":1");
    }
}

/* Beyond an entry, and still compact for clients. */
static void test_middling_values(void **state)
{
    static const struct {
        const char *command;
        const char *encoding;
        uint8_t type;
    } cases[] = {
        {"SADD k %d", "$6\r\nintset", RDB_SET_INTSET},
        {"SADD k a-longer-member-of-a-set:%d", "$8\r\nlistpack", RDB_SET_LISTPACK},
        {"ZADD k %d a-longer-member-of-a-set:%d", "$8\r\nlistpack", RDB_ZSET_LISTPACK},
        {"HSET k a-longer-field:%d %d", "$8\r\nlistpack", RDB_HASH_LISTPACK},
        {"RPUSH k element:%d", "$8\r\nlistpack", RDB_LIST_QUICKLIST_2},
    };
    struct command_fixture *fixture = *state;

    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        enum rdb_type type;
        struct span bytes;

        run_many(fixture, cases[i].command, -60, 60);
        if (i == 0)
            run_many(fixture, "SADD k %d00000000000", 1, 200);
        bytes = written(fixture, RDB_VERSION, true, &type);
        assert_int_equal(type, cases[i].type);
        EXPECT_REPLY(fixture, "DEL k", ":1");
        assert_int_equal(load_bytes(fixture, type, RDB_FAMILY_REDIS, bytes), RDB_VALUE_LOADED);
        EXPECT_REPLY(fixture, "OBJECT ENCODING k", cases[i].encoding);
        EXPECT_REPLY(fixture, "DEL k", ":1");
        bytes_free(bytes);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        FIXTURE_TEST(test_known_values),       FIXTURE_TEST(test_same_bytes),
        FIXTURE_TEST(test_disguised_integers), FIXTURE_TEST(test_mistreated_values),
        FIXTURE_TEST(test_empty_values),       FIXTURE_TEST(test_bad_values),
        FIXTURE_TEST(test_fields_that_expire), FIXTURE_TEST(test_packed_fields_that_expire),
        FIXTURE_TEST(test_latest_expiry),      FIXTURE_TEST(test_expired_fields),
        FIXTURE_TEST(test_large_values),       FIXTURE_TEST(test_middling_values),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
