/* SETBIT, GETBIT, BITCOUNT, BITPOS, BITOP, and the fields of BITFIELD. */
#include "tests/unit/command_fixture.h"

#define REPLY_OFFSET    "-ERR bit offset is not an integer or out of range"
#define REPLY_BIT       "-ERR bit is not an integer or out of range"
#define REPLY_WRONGTYPE "-WRONGTYPE Operation against a key holding the wrong kind of value"
#define REPLY_FIELD_TYPE                                                                           \
    "-ERR Invalid bitfield type. Use something like i16 u8. Note that u64 is not supported but "   \
    "i64 is."

static void test_setbit(void **state)
{
    struct command_fixture *fixture = *state;
    const struct span get[] = {SPAN("GET"), SPAN("key")};

    EXPECT_CHANGES(fixture, "SETBIT key 7 1", ":0", 1);
    EXPECT_CHANGES(fixture, "SETBIT key 7 1", ":1", 0);
    EXPECT_CHANGES(fixture, "SETBIT key 7 0", ":1", 1);
    EXPECT_CHANGES(fixture, "SETBIT key 17 0", ":0", 1);
    EXPECT_REPLY(fixture, "STRLEN key", ":3");
    EXPECT_REPLY(fixture, "SETBIT key 9 1", ":0");
    EXPECT_REPLY(fixture, "GETBIT key 9", ":1");
    EXPECT_REPLY(fixture, "GETBIT key 10", ":0");
    EXPECT_REPLY(fixture, "GETBIT key 4294967295", ":0");
    EXPECT_REPLY(fixture, "GETBIT absent 3", ":0");
    assert_true(span_equal(fixture_run_words(fixture, get, 2), SPAN("$3\r\n\0\x40\0\r\n")));
    EXPECT_REPLY(fixture, "SET number 12 EX 10", "+OK");
    EXPECT_REPLY(fixture, "GETBIT number 3", ":1");
    EXPECT_CHANGES(fixture, "SETBIT number 15 1", ":0", 1);
    EXPECT_REPLY(fixture, "GET number", "$2\r\n13");
    EXPECT_REPLY(fixture, "OBJECT ENCODING number", "$3\r\nraw");
    EXPECT_REPLY(fixture, "TTL number", ":10");
}

static void test_setbit_refuses(void **state)
{
    struct command_fixture *fixture = *state;
    static const char *const offsets[] = {"x",  "-1", "1.5", "4294967296", "9223372036854775808",
                                          "''", "#1"};
    char line[80];

    for (size_t i = 0; i < sizeof(offsets) / sizeof(offsets[0]); i++) {
        snprintf(line, sizeof(line), "SETBIT key %s 2", offsets[i]);
        EXPECT_REPLY(fixture, line, REPLY_OFFSET);
        snprintf(line, sizeof(line), "GETBIT key %s", offsets[i]);
        EXPECT_REPLY(fixture, line, REPLY_OFFSET);
    }
    EXPECT_CHANGES(fixture, "SETBIT key 1 2", REPLY_BIT, 0);
    EXPECT_REPLY(fixture, "SETBIT key 1 -1", REPLY_BIT);
    EXPECT_REPLY(fixture, "SETBIT key 1 x", REPLY_BIT);
    EXPECT_REPLY(fixture, "EXISTS key", ":0");
    fixture->config->proto_max_bulk_len = 2;
    EXPECT_REPLY(fixture, "SETBIT key 15 1", ":0");
    EXPECT_REPLY(fixture, "SETBIT key 16 1", REPLY_OFFSET);
}

struct row {
    const char *line;
    const char *expected;
};

static void expect_rows(struct command_fixture *fixture, const struct row *rows, size_t count)
{
    for (size_t i = 0; i < count; i++)
        EXPECT_REPLY(fixture, rows[i].line, rows[i].expected);
}

static void test_bitcount(void **state)
{
    static const struct row rows[] = {
        {"BITCOUNT key", ":26"},
        {"BITCOUNT key 0 -1", ":26"},
        {"BITCOUNT key 0 0", ":4"},
        {"BITCOUNT key 1 1", ":6"},
        {"BITCOUNT key -1 -1 BYTE", ":4"},
        {"BITCOUNT key 5 30 BIT", ":17"},
        {"BITCOUNT key 1 1 bit", ":1"},
        {"BITCOUNT key -1 -1 BIT", ":0"},
        {"BITCOUNT key -100 100 BIT", ":26"},
        {"BITCOUNT key 3 1", ":0"},
        {"BITCOUNT key 6 9", ":0"},
        {"BITCOUNT key -2 -3", ":0"},
        {"BITCOUNT key -9223372036854775808 9223372036854775807", ":26"},
        {"BITCOUNT key 9223372036854775807 -9223372036854775808 BIT", ":0"},
        {"BITCOUNT key 1", ":22"},
        {"BITCOUNT key -1", ":4"},
        {"BITCOUNT key 1 2 NOSUCH", REPLY_SYNTAX_ERROR},
        {"BITCOUNT key 1 2 BIT 3", REPLY_SYNTAX_ERROR},
        {"BITCOUNT key x 2 NOSUCH", REPLY_NOT_INTEGER},
        {"BITCOUNT absent x 2 BIT", REPLY_NOT_INTEGER},
        {"BITCOUNT absent 1 2 NOSUCH", REPLY_SYNTAX_ERROR},
        {"BITCOUNT absent", ":0"},
    };

    EXPECT_REPLY(*state, "SET key foobar", "+OK");
    expect_rows(*state, rows, sizeof(rows) / sizeof(rows[0]));
}

static void test_bitpos(void **state)
{
    struct command_fixture *fixture = *state;
    const struct span full[] = {SPAN("SET"), SPAN("full"), SPAN("\xff\xff\xff")};
    const struct span part[] = {SPAN("SET"), SPAN("part"), SPAN("\0\xf0\x0f")};
    static const struct row rows[] = {
        {"BITPOS full 1", ":0"},
        {"BITPOS full 0", ":24"},
        {"BITPOS full 0 1", ":24"},
        {"BITPOS full 0 3", ":-1"},
        {"BITPOS full 0 0 -1", ":-1"},
        {"BITPOS full 0 0 -1 BIT", ":-1"},
        {"BITPOS full 1 2", ":16"},
        {"BITPOS full 1 -1 -1", ":16"},
        {"BITPOS full 1 13 -1 BIT", ":13"},
        {"BITPOS part 1", ":8"},
        {"BITPOS part 0 1", ":12"},
        {"BITPOS part 1 12 19 BIT", ":-1"},
        {"BITPOS part 1 12 20 BIT", ":20"},
        {"BITPOS part 1 0 0", ":-1"},
        {"BITPOS part 0 9 11 bit", ":-1"},
        {"BITPOS absent 1", ":-1"},
        {"BITPOS absent 0", ":0"},
        {"BITPOS absent 0 x", REPLY_NOT_INTEGER},
        {"BITPOS part 2", "-ERR The bit argument must be 1 or 0."},
        {"BITPOS part x", REPLY_NOT_INTEGER},
        {"BITPOS part 1 x 1 NOSUCH", REPLY_NOT_INTEGER},
        {"BITPOS part 1 1 x NOSUCH", REPLY_SYNTAX_ERROR},
        {"BITPOS part 1 x 1 BIT 1", REPLY_SYNTAX_ERROR},
    };

    fixture_run_words(fixture, full, 3);
    fixture_run_words(fixture, part, 3);
    EXPECT_REPLY(fixture, "APPEND empty ''", ":0");
    EXPECT_REPLY(fixture, "BITPOS empty 0", ":-1");
    EXPECT_REPLY(fixture, "BITPOS empty 1", ":-1");
    expect_rows(fixture, rows, sizeof(rows) / sizeof(rows[0]));
}

static void test_bitop(void **state)
{
    struct command_fixture *fixture = *state;
    const struct span get[] = {SPAN("GET"), SPAN("to")};

    EXPECT_REPLY(fixture, "MSET a foobar b abcdef c 12", "+OK");
    EXPECT_REPLY(fixture, "SET to old EX 10", "+OK");
    EXPECT_CHANGES(fixture, "BITOP and to a b", ":6", 1);
    EXPECT_REPLY(fixture, "GET to", "$6\r\n`bc`ab");
    EXPECT_REPLY(fixture, "TTL to", ":-1");
    EXPECT_REPLY(fixture, "OBJECT ENCODING to", "$3\r\nraw");
    EXPECT_REPLY(fixture, "BITOP OR to a c", ":6");
    EXPECT_REPLY(fixture, "GET to",
                 "$6\r\nw\x7f"
                 "obar");
    EXPECT_REPLY(fixture, "BITOP XOR a a a", ":6");
    EXPECT_REPLY(fixture, "BITCOUNT a", ":0");
    EXPECT_REPLY(fixture, "BITOP OR to absent c", ":2");
    EXPECT_REPLY(fixture, "GET to", "$2\r\n12");
    EXPECT_REPLY(fixture, "OBJECT ENCODING to", "$3\r\nraw");
    EXPECT_REPLY(fixture, "BITOP NOT to c", ":2");
    assert_true(span_equal(fixture_run_words(fixture, get, 2), SPAN("$2\r\n\xce\xcd\r\n")));
    EXPECT_CHANGES(fixture, "BITOP AND to x y", ":0", 1);
    EXPECT_REPLY(fixture, "EXISTS to", ":0");
    EXPECT_CHANGES(fixture, "BITOP AND to x y", ":0", 0);
    EXPECT_REPLY(fixture, "BITOP NOSUCH to a", REPLY_SYNTAX_ERROR);
    EXPECT_REPLY(fixture, "BITOP NOT to a b",
                 "-ERR BITOP NOT must be called with a single source key.");
}

/* Results that do not fit into an entry, also in the place of a source. */
static void test_bitop_long(void **state)
{
    struct command_fixture *fixture = *state;

    EXPECT_REPLY(fixture, "SETBIT a 40000 1", ":0");
    EXPECT_REPLY(fixture, "SETBIT a 1 1", ":0");
    EXPECT_REPLY(fixture, "SETBIT b 8192 1", ":0");
    EXPECT_REPLY(fixture, "EXPIRE a 100", ":1");
    EXPECT_CHANGES(fixture, "BITOP OR a a b", ":5001", 1);
    EXPECT_REPLY(fixture, "BITCOUNT a", ":3");
    EXPECT_REPLY(fixture, "TTL a", ":-1");
    EXPECT_REPLY(fixture, "OBJECT ENCODING a", "$3\r\nraw");
    EXPECT_REPLY(fixture, "BITOP NOT b b", ":1025");
    EXPECT_REPLY(fixture, "BITCOUNT b", ":8199");
    EXPECT_REPLY(fixture, "RPUSH list x", ":1");
    EXPECT_REPLY(fixture, "BITOP AND list a b", ":5001");
    EXPECT_REPLY(fixture, "BITCOUNT list", ":1");
    EXPECT_REPLY(fixture, "PEXPIRE list 1", ":1");
    fixture->now += 2;
    EXPECT_REPLY(fixture, "BITOP AND list a list", ":5001");
    EXPECT_REPLY(fixture, "BITCOUNT list", ":0");
    EXPECT_REPLY(fixture, "TTL list", ":-1");
}

/* a and b are 0x0f and 0x55, c is 0x33. */
static void test_bitop_newer(void **state)
{
    struct command_fixture *fixture = *state;
    static const struct {
        const char *line;
        unsigned char expected;
    } rows[] = {
        {"BITOP DIFF to a b c", 0x08},  {"BITOP DIFF1 to a b c", 0x70},
        {"BITOP ANDOR to a b c", 0x07}, {"BITOP ONE to a b c", 0x68},
        {"BITOP ONE to a", 0x0f},       {"BITOP one to a b", 0x5a},
    };
    const struct span a[] = {SPAN("SET"), SPAN("a"), SPAN("\x0f")};
    const struct span get[] = {SPAN("GET"), SPAN("to")};

    fixture_run_words(fixture, a, 3);
    EXPECT_REPLY(fixture, "MSET b U c 3", "+OK");
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        EXPECT_CHANGES(fixture, rows[i].line, ":1", 1);
        fixture_run_words(fixture, get, 2);
        assert_int_equal((unsigned char)fixture->text[4], rows[i].expected);
    }
    EXPECT_REPLY(fixture, "BITOP DIFF to a",
                 "-ERR BITOP DIFF must be called with at least two source keys.");
    EXPECT_REPLY(fixture, "BITOP andor to a",
                 "-ERR BITOP ANDOR must be called with at least two source keys.");
}

static void test_bitfield(void **state)
{
    struct command_fixture *fixture = *state;
    static const struct row rows[] = {
        {"BITFIELD key SET i8 0 -1 GET u8 0 GET u4 #1", "*3\r\n:0\r\n:255\r\n:15"},
        {"BITFIELD key INCRBY u8 0 1", "*1\r\n:0"},
        {"BITFIELD key OVERFLOW SAT INCRBY u8 0 -1 INCRBY u8 0 300", "*2\r\n:0\r\n:255"},
        {"BITFIELD key OVERFLOW FAIL INCRBY u8 0 1 SET i8 0 200 GET u8 0",
         "*3\r\n$-1\r\n$-1\r\n:255"},
        {"BITFIELD key overflow sat SET i8 0 -200 GET i8 0", "*2\r\n:-1\r\n:-128"},
        {"BITFIELD key SET u8 0 -2 GET u8 0", "*2\r\n:128\r\n:254"},
        {"BITFIELD key OVERFLOW SAT SET u8 0 -2 OVERFLOW WRAP INCRBY u8 0 2", "*2\r\n:254\r\n:1"},
        {"BITFIELD key SET i64 3 -9223372036854775808 INCRBY i64 3 -1",
         "*2\r\n:576460752303423488\r\n:9223372036854775807"},
        {"BITFIELD key GET i64 0 GET u63 1", "*2\r\n:1152921504606846975\r\n:1152921504606846975"},
        {"BITFIELD key GET u8 4294967288", "*1\r\n:0"},
        {"BITFIELD key", "*0"},
        {"BITFIELD absent GET u8 3", "*1\r\n:0"},
        {"EXISTS absent", ":0"},
        {"BITFIELD_RO key GET i64 3 OVERFLOW SAT", "*1\r\n:9223372036854775807"},
        {"BITFIELD_RO key SET u8 0 1 GET u8 x", REPLY_OFFSET},
        {"BITFIELD_RO absent SET u8 0 1", "-ERR BITFIELD_RO only supports the GET subcommand"},
        {"BITFIELD key GET u64 0", REPLY_FIELD_TYPE},
        {"BITFIELD key GET i65 0", REPLY_FIELD_TYPE},
        {"BITFIELD key GET i0 0", REPLY_FIELD_TYPE},
        {"BITFIELD key GET u-8 0", REPLY_FIELD_TYPE},
        {"BITFIELD key GET i 0", REPLY_FIELD_TYPE},
        {"BITFIELD key GET '' 0", REPLY_FIELD_TYPE},
        {"BITFIELD key GET u8", REPLY_SYNTAX_ERROR},
        {"BITFIELD key SET u8 0", REPLY_SYNTAX_ERROR},
        {"BITFIELD key NOSUCH u8 0", REPLY_SYNTAX_ERROR},
        {"BITFIELD key OVERFLOW", REPLY_SYNTAX_ERROR},
        {"BITFIELD key OVERFLOW NOSUCH", "-ERR Invalid OVERFLOW type specified"},
        {"BITFIELD key SET u8 0 x", REPLY_NOT_INTEGER},
        {"BITFIELD key SET u8 #536870912 1", REPLY_OFFSET},
        {"BITFIELD key SET u8 4294967296 1", REPLY_OFFSET},
        {"BITFIELD key GET u8 #9223372036854775807", REPLY_OFFSET},
        {"BITFIELD key GET u8 #288230376151711745", REPLY_OFFSET},
        {"BITFIELD key GET u8 #", REPLY_OFFSET},
        {"BITFIELD key GET u8 -1", REPLY_OFFSET},
    };

    expect_rows(fixture, rows, sizeof(rows) / sizeof(rows[0]));
}

static void test_bitfield_changes(void **state)
{
    struct command_fixture *fixture = *state;

    EXPECT_CHANGES(fixture, "BITFIELD key SET u8 0 1 SET u8 8 2", "*2\r\n:0\r\n:0", 1);
    EXPECT_CHANGES(fixture, "BITFIELD key SET u8 0 1 INCRBY u8 8 0", "*2\r\n:1\r\n:2", 0);
    EXPECT_CHANGES(fixture, "BITFIELD key GET u8 0 GET u8 100", "*2\r\n:1\r\n:0", 0);
    EXPECT_REPLY(fixture, "STRLEN key", ":2");
    /* The step fails, and the string has grown for it all the same. */
    EXPECT_CHANGES(fixture, "BITFIELD key OVERFLOW FAIL SET u8 16 256", "*1\r\n$-1", 1);
    EXPECT_REPLY(fixture, "STRLEN key", ":3");
    fixture->protocol = 3;
    EXPECT_CHANGES(fixture, "BITFIELD key OVERFLOW FAIL SET u8 16 256", "*1\r\n_", 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        FIXTURE_TEST(test_setbit),
        FIXTURE_TEST(test_setbit_refuses),
        FIXTURE_TEST(test_bitcount),
        FIXTURE_TEST(test_bitpos),
        FIXTURE_TEST(test_bitop),
        FIXTURE_TEST(test_bitop_newer),
        FIXTURE_TEST(test_bitop_long),
        FIXTURE_TEST(test_bitfield),
        FIXTURE_TEST(test_bitfield_changes),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
