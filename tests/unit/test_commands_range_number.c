/* APPEND, SETRANGE, GETRANGE, and the commands that count. */
#include "tests/unit/command_fixture.h"

static void test_append(void **state)
{
    struct command_fixture *fixture = *state;

    EXPECT_CHANGES(fixture, "APPEND key 12", ":2", 1);
    EXPECT_REPLY(fixture, "OBJECT ENCODING key", "$3\r\nint");
    EXPECT_REPLY(fixture, "EXPIRE key 10", ":1");
    EXPECT_CHANGES(fixture, "APPEND key abc", ":5", 1);
    EXPECT_REPLY(fixture, "GET key", "$5\r\n12abc");
    EXPECT_REPLY(fixture, "OBJECT ENCODING key", "$3\r\nraw");
    EXPECT_REPLY(fixture, "TTL key", ":10");
    EXPECT_REPLY(fixture, "APPEND key ''", ":5");
    EXPECT_REPLY(fixture, "APPEND empty ''", ":0");
    EXPECT_REPLY(fixture, "EXISTS empty", ":1");
}

static void test_setrange(void **state)
{
    struct command_fixture *fixture = *state;
    const struct span get[] = {SPAN("GET"), SPAN("key")};

    EXPECT_CHANGES(fixture, "SETRANGE key 5 ''", ":0", 0);
    EXPECT_REPLY(fixture, "EXISTS key", ":0");
    EXPECT_CHANGES(fixture, "SETRANGE key 3 abc", ":6", 1);
    assert_true(span_equal(fixture_run_words(fixture, get, 2), SPAN("$6\r\n\0\0\0abc\r\n")));
    EXPECT_REPLY(fixture, "SETRANGE key 0 xyz", ":6");
    EXPECT_REPLY(fixture, "GET key", "$6\r\nxyzabc");
    EXPECT_REPLY(fixture, "SET key 1234", "+OK");
    EXPECT_REPLY(fixture, "SETRANGE key 1 9", ":4");
    EXPECT_REPLY(fixture, "GET key", "$4\r\n1934");
    EXPECT_REPLY(fixture, "SETRANGE key 0 ''", ":4");
    EXPECT_REPLY(fixture, "SETRANGE key -1 x", "-ERR offset is out of range");
    EXPECT_REPLY(fixture, "SETRANGE key x x", REPLY_NOT_INTEGER);
}

static void test_length_limit(void **state)
{
    struct command_fixture *fixture = *state;

    EXPECT_REPLY(fixture, "SET key abc", "+OK");
    EXPECT_REPLY(fixture, "SETRANGE key 536870912 ''", ":3");
    EXPECT_CHANGES(fixture, "SETRANGE key 536870912 x", REPLY_TOO_LONG, 0);
    EXPECT_REPLY(fixture, "SETRANGE key 9223372036854775807 xx", REPLY_TOO_LONG);
    EXPECT_REPLY(fixture, "SETRANGE absent 9223372036854775807 x", REPLY_TOO_LONG);
    EXPECT_REPLY(fixture, "EXISTS absent", ":0");
    fixture->config->proto_max_bulk_len = 6;
    EXPECT_REPLY(fixture, "APPEND key abc", ":6");
    EXPECT_CHANGES(fixture, "APPEND key a", REPLY_TOO_LONG, 0);
    EXPECT_REPLY(fixture, "APPEND key ''", ":6");
    EXPECT_REPLY(fixture, "SETRANGE key 5 x", ":6");
    EXPECT_REPLY(fixture, "SETRANGE key 6 x", REPLY_TOO_LONG);
    EXPECT_REPLY(fixture, "GET key", "$6\r\nabcabx");
}

static void test_getrange(void **state)
{
    struct command_fixture *fixture = *state;
    static const struct {
        const char *range;
        const char *expected;
    } rows[] = {
        {"0 -1", "$5\r\nhello"},
        {"1 3", "$3\r\nell"},
        {"-3 -2", "$2\r\nll"},
        {"-2 -3", "$0\r\n"},
        {"3 1", "$0\r\n"},
        {"5 9", "$0\r\n"},
        {"4 9", "$1\r\no"},
        {"-100 0", "$1\r\nh"},
        {"0 -100", "$1\r\nh"},
        {"-100 -200", "$0\r\n"},
        {"-200 -100", "$1\r\nh"},
        {"-9223372036854775808 9223372036854775807", "$5\r\nhello"},
        {"9223372036854775807 -9223372036854775808", "$0\r\n"},
        {"9223372036854775808 0", REPLY_NOT_INTEGER},
        {"0 x", REPLY_NOT_INTEGER},
    };
    char line[128];

    EXPECT_REPLY(fixture, "GETRANGE key 0 -1", "$0\r\n");
    EXPECT_REPLY(fixture, "SET key hello", "+OK");
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        snprintf(line, sizeof(line), "GETRANGE key %s", rows[i].range);
        EXPECT_REPLY(fixture, line, rows[i].expected);
        snprintf(line, sizeof(line), "SUBSTR key %s", rows[i].range);
        EXPECT_REPLY(fixture, line, rows[i].expected);
    }
    EXPECT_REPLY(fixture, "SET number -1234", "+OK");
    EXPECT_REPLY(fixture, "GETRANGE number 0 2", "$3\r\n-12");
}

static void test_increments(void **state)
{
    struct command_fixture *fixture = *state;

    EXPECT_CHANGES(fixture, "INCR key", ":1", 1);
    EXPECT_REPLY(fixture, "EXPIRE key 10", ":1");
    EXPECT_REPLY(fixture, "INCRBY key 41", ":42");
    EXPECT_REPLY(fixture, "DECR key", ":41");
    EXPECT_REPLY(fixture, "DECRBY key 50", ":-9");
    EXPECT_REPLY(fixture, "TTL key", ":10");
    EXPECT_REPLY(fixture, "GET key", "$2\r\n-9");
    EXPECT_REPLY(fixture, "SET key 9223372036854775806", "+OK");
    EXPECT_REPLY(fixture, "INCR key", ":9223372036854775807");
    EXPECT_CHANGES(fixture, "INCR key", "-ERR increment or decrement would overflow", 0);
    EXPECT_REPLY(fixture, "INCRBY key -9223372036854775808", ":-1");
    EXPECT_REPLY(fixture, "DECRBY key -9223372036854775808", "-ERR decrement would overflow");
    EXPECT_REPLY(fixture, "INCRBY key -9223372036854775807", ":-9223372036854775808");
    EXPECT_REPLY(fixture, "DECR key", "-ERR increment or decrement would overflow");
    EXPECT_REPLY(fixture, "INCRBY key x", REPLY_NOT_INTEGER);
    EXPECT_REPLY(fixture, "INCRBY key 1.0", REPLY_NOT_INTEGER);
    EXPECT_REPLY(fixture, "SET key abc", "+OK");
    EXPECT_REPLY(fixture, "INCR key", REPLY_NOT_INTEGER);
    /* Text that is an integer counts again. */
    EXPECT_REPLY(fixture, "SET key 1", "+OK");
    EXPECT_REPLY(fixture, "APPEND key 2", ":2");
    EXPECT_REPLY(fixture, "OBJECT ENCODING key", "$3\r\nraw");
    EXPECT_REPLY(fixture, "INCR key", ":13");
    EXPECT_REPLY(fixture, "OBJECT ENCODING key", "$3\r\nint");
}

static void test_float_increments(void **state)
{
    struct command_fixture *fixture = *state;

    EXPECT_CHANGES(fixture, "INCRBYFLOAT key 10.50", "$4\r\n10.5", 1);
    EXPECT_REPLY(fixture, "EXPIRE key 10", ":1");
    EXPECT_REPLY(fixture, "INCRBYFLOAT key 0.1", "$4\r\n10.6");
    EXPECT_REPLY(fixture, "TTL key", ":10");
    EXPECT_REPLY(fixture, "SET key 5.0e3", "+OK");
    EXPECT_REPLY(fixture, "INCRBYFLOAT key 2.0e2", "$4\r\n5200");
    EXPECT_REPLY(fixture, "INCRBYFLOAT key -5200", "$1\r\n0");
    EXPECT_REPLY(fixture, "INCRBYFLOAT key -0.0", "$1\r\n0");
    EXPECT_REPLY(fixture, "INCRBYFLOAT key abc", "-ERR value is not a valid float");
    EXPECT_REPLY(fixture, "INCRBYFLOAT key ''", "-ERR value is not a valid float");
    EXPECT_REPLY(fixture, "INCRBYFLOAT key nan", "-ERR value is not a valid float");
    EXPECT_REPLY(fixture, "INCRBYFLOAT key 1e5000", "-ERR value is not a valid float");
    EXPECT_CHANGES(fixture, "INCRBYFLOAT key +inf", "-ERR increment would produce NaN or Infinity",
                   0);
    EXPECT_REPLY(fixture, "GET key", "$1\r\n0");
    EXPECT_REPLY(fixture, "SET key abc", "+OK");
    EXPECT_REPLY(fixture, "INCRBYFLOAT key 1", "-ERR value is not a valid float");
    /* The longest text there is: 4933 digits. */
    fixture_run(fixture, "INCRBYFLOAT huge -1e4932");
    assert_int_equal(fixture->length, strlen("$4934\r\n") + 4934 + 2);
    EXPECT_REPLY(fixture, "STRLEN huge", ":4934");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        FIXTURE_TEST(test_append),       FIXTURE_TEST(test_setrange),
        FIXTURE_TEST(test_length_limit), FIXTURE_TEST(test_getrange),
        FIXTURE_TEST(test_increments),   FIXTURE_TEST(test_float_increments),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
