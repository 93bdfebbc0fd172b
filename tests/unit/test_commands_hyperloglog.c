/* PFADD, PFCOUNT, PFMERGE, PFDEBUG, and strings that only look like HyperLogLogs. */
#include "storage/types/hyperloglog.h"
#include "tests/unit/command_fixture.h"

#define REPLY_WRONGTYPE "-WRONGTYPE Key is not a valid HyperLogLog string value."
#define REPLY_CORRUPT   "-INVALIDOBJ Corrupted HLL object detected"

static void set(struct command_fixture *fixture, const char *key, struct span value)
{
    const struct span words[] = {SPAN("SET"), span_of_string(key), value};

    assert_true(span_equal(fixture_run_words(fixture, words, 3), SPAN("+OK\r\n")));
}

/* The bytes of a key, behind the header of the bulk. */
static struct span get(struct command_fixture *fixture, const char *key)
{
    const struct span words[] = {SPAN("GET"), span_of_string(key)};
    struct span reply = fixture_run_words(fixture, words, 2);
    const char *bytes = strstr(reply.data, "\r\n") + 2;

    return span_of(bytes, reply.length - (size_t)(bytes - reply.data) - 2);
}

/* Made with redis-server 7.0.15. */
static void test_bytes(void **state)
{
    struct command_fixture *fixture = *state;

    EXPECT_CHANGES(fixture, "PFADD empty", ":1", 1);
    assert_true(span_equal(get(fixture, "empty"), SPAN("HYLL\1\0\0\0\0\0\0\0\0\0\0\x80\x7f\xff")));
    EXPECT_CHANGES(fixture, "PFADD empty", ":0", 0);
    EXPECT_REPLY(fixture, "PFCOUNT empty", ":0");
    assert_true(span_equal(get(fixture, "empty"), SPAN("HYLL\1\0\0\0\0\0\0\0\0\0\0\0\x7f\xff")));
    EXPECT_CHANGES(fixture, "PFADD key a b c d e", ":1", 1);
    assert_true(span_equal(get(fixture, "key"), SPAN("HYLL\1\0\0\0\0\0\0\0\0\0\0\x80\\{\x80"
                                                     "Dv\x80P\xb1\x84I\x8c\x80"
                                                     "Bm\x80"
                                                     "BZ")));
    EXPECT_REPLY(fixture, "OBJECT ENCODING key", "$3\r\nraw");
    EXPECT_CHANGES(fixture, "PFADD key a b e", ":0", 0);
    EXPECT_CHANGES(fixture, "PFCOUNT key", ":5", 0);
    EXPECT_REPLY(fixture, "PFDEBUG DECODE key",
                 "$69\r\nZ:7292 v:1,1 Z:1143 v:1,1 Z:4274 v:2,1 Z:2445 v:1,1 Z:622 v:1,1 Z:603");
}

static void test_dense(void **state)
{
    struct command_fixture *fixture = *state;

    EXPECT_REPLY(fixture, "PFADD key a b c", ":1");
    EXPECT_REPLY(fixture, "EXPIRE key 100", ":1");
    EXPECT_REPLY(fixture, "PFDEBUG ENCODING key", "+sparse");
    EXPECT_CHANGES(fixture, "PFDEBUG TODENSE key", ":1", 1);
    EXPECT_CHANGES(fixture, "PFDEBUG todense key", ":0", 0);
    EXPECT_REPLY(fixture, "PFDEBUG ENCODING key", "+dense");
    EXPECT_REPLY(fixture, "STRLEN key", ":12304");
    EXPECT_REPLY(fixture, "PFDEBUG DECODE key", "-ERR HLL encoding is not sparse");
    EXPECT_CHANGES(fixture, "PFADD key a b c", ":0", 0);
    EXPECT_REPLY(fixture, "PFCOUNT key", ":3");
    EXPECT_CHANGES(fixture, "PFADD key a b d", ":1", 1);
    EXPECT_REPLY(fixture, "PFCOUNT key", ":4");
    EXPECT_REPLY(fixture, "TTL key", ":100");
    fixture->config->hll_sparse_max_bytes = 0;
    EXPECT_REPLY(fixture, "PFADD other a", ":1");
    EXPECT_REPLY(fixture, "PFDEBUG ENCODING other", "+dense");
    EXPECT_REPLY(fixture, "PFDEBUG ENCODING absent", "-ERR The specified key does not exist");
    EXPECT_REPLY(fixture, "PFDEBUG NOSUCH key", "-ERR Unknown PFDEBUG subcommand 'NOSUCH'");
    EXPECT_REPLY(fixture, "PFSELFTEST", "+OK");
}

static void test_many_keys(void **state)
{
    struct command_fixture *fixture = *state;

    EXPECT_REPLY(fixture, "PFADD a 1 2 3", ":1");
    EXPECT_REPLY(fixture, "PFADD b 3 4", ":1");
    EXPECT_REPLY(fixture, "PFCOUNT a b absent", ":4");
    EXPECT_REPLY(fixture, "PFCOUNT absent", ":0");
    EXPECT_REPLY(fixture, "PFCOUNT absent other", ":0");
    EXPECT_CHANGES(fixture, "PFMERGE to a b absent", "+OK", 1);
    EXPECT_REPLY(fixture, "PFCOUNT to", ":4");
    EXPECT_REPLY(fixture, "PFDEBUG ENCODING to", "+sparse");
    EXPECT_REPLY(fixture, "PFDEBUG TODENSE b", ":1");
    EXPECT_REPLY(fixture, "PFADD b 5", ":1");
    EXPECT_REPLY(fixture, "PFCOUNT a b", ":5");
    EXPECT_REPLY(fixture, "PFMERGE to b", "+OK");
    EXPECT_REPLY(fixture, "PFCOUNT to", ":5");
    EXPECT_REPLY(fixture, "PFDEBUG ENCODING to", "+dense");
    EXPECT_CHANGES(fixture, "PFMERGE fresh", "+OK", 1);
    EXPECT_REPLY(fixture, "PFCOUNT fresh", ":0");
}

/* Every command on a value that is no HyperLogLog, or a damaged one; the dense ones are whole
 * whatever their registers are. */
static void expect_all(struct command_fixture *fixture, struct span value, const char *count,
                       const char *add, const char *dense)
{
    set(fixture, "key", value);
    EXPECT_REPLY(fixture, "PFCOUNT key", count);
    EXPECT_REPLY(fixture, "PFCOUNT key absent", count);
    EXPECT_REPLY(fixture, "PFMERGE to key", count);
    EXPECT_REPLY(fixture, "PFMERGE key absent", count);
    EXPECT_REPLY(fixture, "PFDEBUG GETREG key", dense);
    EXPECT_REPLY(fixture, "PFDEBUG TODENSE key", dense);
    assert_true(span_equal(get(fixture, "key"), value));
    EXPECT_REPLY(fixture, "PFADD key a", add);
    EXPECT_REPLY(fixture, "EXISTS to", ":0");
}

#define SPARSE "HYLL\1\0\0\0\0\0\0\0\0\0\0\x80"

static void test_hostile(void **state)
{
    struct command_fixture *fixture = *state;
    static const struct span other[] = {
        SPAN(""),
        SPAN("123"),
        SPAN("HYLL"),
        SPAN("HYLL\1\0\0\0\0\0\0\0\0\0\0"),
        SPAN("HYLL\2\0\0\0\0\0\0\0\0\0\0\x80\x7f\xff"),
        SPAN("HYLL\0\0\0\0\0\0\0\0\0\0\0\x80\x7f\xff"),
        SPAN("HYLK\1\0\0\0\0\0\0\0\0\0\0\x80\x7f\xff"),
        SPAN("HYLL\xff\0\0\0\0\0\0\0\0\0\0\x80\x7f\xff"),
    };
    /* Too short, too long, ending in the middle of a run. The element's register is 12711. */
    static const struct {
        struct span value;
        const char *add;
    } damaged[] = {
        {SPAN(SPARSE), REPLY_CORRUPT},
        {SPAN(SPARSE "\x7f"), REPLY_CORRUPT},
        {SPAN(SPARSE "\0"), REPLY_CORRUPT},
        {SPAN(SPARSE "\x7f\xfe"), ":1"},
        {SPAN(SPARSE "\x7f\xff\0"), ":1"},
        {SPAN(SPARSE "\x7f\xff\x80"), ":1"},
        {SPAN(SPARSE "\x7f\xff\x7f\xff"), ":1"},
        {SPAN(SPARSE "\x80\x7f\xff"), ":1"},
        {SPAN(SPARSE "\xff\xff\xff\xff\x7f\xfc"), ":1"},
    };

    for (size_t i = 0; i < sizeof(other) / sizeof(other[0]); i++)
        expect_all(fixture, other[i], REPLY_WRONGTYPE, REPLY_WRONGTYPE, REPLY_WRONGTYPE);
    for (size_t i = 0; i < sizeof(damaged) / sizeof(damaged[0]); i++)
        expect_all(fixture, damaged[i].value, REPLY_CORRUPT, damaged[i].add, REPLY_CORRUPT);
}

static void test_hostile_lengths(void **state)
{
    struct command_fixture *fixture = *state;
    size_t length = 1 << 20;
    char *bytes = memory_new(length);

    /* Runs without end: of one register, and of all. */
    memset(bytes, 0x80, length);
    memcpy(bytes, SPARSE, HYPERLOGLOG_HEADER);
    expect_all(fixture, span_of(bytes, length), REPLY_CORRUPT, REPLY_CORRUPT, REPLY_CORRUPT);
    for (size_t i = HYPERLOGLOG_HEADER; i < length; i += 2)
        memcpy(bytes + i, "\x7f\xff", 2);
    expect_all(fixture, span_of(bytes, length), REPLY_CORRUPT, REPLY_CORRUPT, REPLY_CORRUPT);
    expect_all(fixture, span_of(bytes, HYPERLOGLOG_LENGTH_MAX), REPLY_CORRUPT, REPLY_CORRUPT,
               REPLY_CORRUPT);
    /* The shortest runs that hold all registers, two bytes each: as long as one may be. */
    for (size_t i = HYPERLOGLOG_HEADER; i < HYPERLOGLOG_LENGTH_MAX; i += 2)
        memcpy(bytes + i, "\x40\0", 2);
    set(fixture, "key", span_of(bytes, HYPERLOGLOG_LENGTH_MAX));
    EXPECT_REPLY(fixture, "PFCOUNT key", ":0");
    fixture->config->hll_sparse_max_bytes = INT64_MAX;
    EXPECT_REPLY(fixture, "PFADD key a b c", ":1");
    EXPECT_REPLY(fixture, "PFCOUNT key", ":3");
    memory_free(bytes);
}

static void test_hostile_dense(void **state)
{
    struct command_fixture *fixture = *state;
    char bytes[HYPERLOGLOG_DENSE_LENGTH];

    memset(bytes, 0xff, sizeof(bytes));
    memcpy(bytes, "HYLL\0\0\0\0\0\0\0\0\0\0\0\x80", HYPERLOGLOG_HEADER);
    set(fixture, "key", span_of(bytes, sizeof(bytes)));
    EXPECT_REPLY(fixture, "PFCOUNT key", ":-9223372036854775808");
    EXPECT_REPLY(fixture, "PFCOUNT key absent", ":-9223372036854775808");
    EXPECT_CHANGES(fixture, "PFADD key a", ":0", 0);
    EXPECT_REPLY(fixture, "PFMERGE to key", "+OK");
    set(fixture, "short", span_of(bytes, sizeof(bytes) - 1));
    EXPECT_REPLY(fixture, "PFCOUNT short", REPLY_WRONGTYPE);
    EXPECT_REPLY(fixture, "APPEND short xy", ":12305");
    EXPECT_REPLY(fixture, "PFADD short a", REPLY_WRONGTYPE);
    /* A cardinality that is good is believed. */
    memcpy(bytes, "HYLL\0\0\0\0\xff\xff\xff\xff\xff\xff\xff\x7f", HYPERLOGLOG_HEADER);
    set(fixture, "key", span_of(bytes, sizeof(bytes)));
    EXPECT_REPLY(fixture, "PFCOUNT key", ":9223372036854775807");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        FIXTURE_TEST(test_bytes),           FIXTURE_TEST(test_dense),
        FIXTURE_TEST(test_many_keys),       FIXTURE_TEST(test_hostile),
        FIXTURE_TEST(test_hostile_lengths), FIXTURE_TEST(test_hostile_dense),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
