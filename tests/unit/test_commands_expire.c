/* EXPIRE and its relatives, TTL and its relatives, PERSIST. */
#include "tests/unit/command_fixture.h"

static void test_units(void **state)
{
    struct command_fixture *fixture = *state;

    EXPECT_REPLY(fixture, "EXPIRE key 10", ":0");
    EXPECT_REPLY(fixture, "TTL key", ":-2");
    EXPECT_REPLY(fixture, "PEXPIRETIME key", ":-2");
    EXPECT_REPLY(fixture, "SET key 1", "+OK");
    EXPECT_REPLY(fixture, "TTL key", ":-1");
    EXPECT_REPLY(fixture, "EXPIRETIME key", ":-1");
    EXPECT_CHANGES(fixture, "EXPIRE key 10", ":1", 1);
    EXPECT_REPLY(fixture, "PTTL key", ":10000");
    EXPECT_REPLY(fixture, "PEXPIRE key 1499", ":1");
    EXPECT_REPLY(fixture, "TTL key", ":1");
    EXPECT_REPLY(fixture, "PEXPIRE key 1500", ":1");
    EXPECT_REPLY(fixture, "TTL key", ":2");
    EXPECT_REPLY(fixture, "PTTL key", ":1500");
    EXPECT_REPLY(fixture, "EXPIRETIME key", ":1700000002");
    EXPECT_REPLY(fixture, "EXPIREAT key 1700000060", ":1");
    EXPECT_REPLY(fixture, "TTL key", ":60");
    EXPECT_REPLY(fixture, "PEXPIREAT key 1700000000499", ":1");
    EXPECT_REPLY(fixture, "PEXPIRETIME key", ":1700000000499");
    EXPECT_REPLY(fixture, "EXPIRETIME key", ":1700000000");
    EXPECT_CHANGES(fixture, "PERSIST key", ":1", 1);
    EXPECT_CHANGES(fixture, "PERSIST key", ":0", 0);
    EXPECT_REPLY(fixture, "PERSIST absent", ":0");
    EXPECT_REPLY(fixture, "PTTL key", ":-1");
    EXPECT_REPLY(fixture, "GET key", "$1\r\n1");
}

static void test_passing_time(void **state)
{
    struct command_fixture *fixture = *state;

    EXPECT_REPLY(fixture, "SET key 1 PX 10", "+OK");
    fixture->now += 9;
    EXPECT_REPLY(fixture, "PTTL key", ":1");
    EXPECT_REPLY(fixture, "GET key", "$1\r\n1");
    fixture->now++;
    EXPECT_REPLY(fixture, "PTTL key", ":-2");
    EXPECT_REPLY(fixture, "GET key", "$-1");
    EXPECT_REPLY(fixture, "EXPIRE key 10", ":0");
}

static void test_past_deletes(void **state)
{
    struct command_fixture *fixture = *state;
    static const char *const lines[] = {"EXPIRE key 0",
                                        "EXPIRE key -1",
                                        "PEXPIRE key -9223372036854775808",
                                        "EXPIREAT key 1699999999",
                                        "PEXPIREAT key 1700000000000",
                                        "EXPIREAT key -5",
                                        "EXPIRE key -1 NX",
                                        "EXPIRE key -1 LT"};

    for (size_t i = 0; i < sizeof(lines) / sizeof(lines[0]); i++) {
        EXPECT_REPLY(fixture, "SET key 1", "+OK");
        EXPECT_CHANGES(fixture, lines[i], ":1", 1);
        EXPECT_REPLY(fixture, "EXISTS key", ":0");
    }
    EXPECT_REPLY(fixture, "SET key 1", "+OK");
    EXPECT_CHANGES(fixture, "EXPIRE key -1 GT", ":0", 0);
    EXPECT_CHANGES(fixture, "EXPIRE key -1 XX", ":0", 0);
    EXPECT_REPLY(fixture, "EXISTS key", ":1");
}

static void test_conditions(void **state)
{
    struct command_fixture *fixture = *state;

    EXPECT_REPLY(fixture, "SET key 1", "+OK");
    EXPECT_REPLY(fixture, "EXPIRE key 10 XX", ":0");
    EXPECT_REPLY(fixture, "EXPIRE key 10 GT", ":0");
    EXPECT_REPLY(fixture, "EXPIRE key 10 LT XX", ":0");
    EXPECT_REPLY(fixture, "EXPIRE key 10 lt", ":1");
    EXPECT_REPLY(fixture, "EXPIRE key 20 NX", ":0");
    EXPECT_REPLY(fixture, "EXPIRE key 20 LT", ":0");
    EXPECT_REPLY(fixture, "EXPIRE key 10 LT", ":0");
    EXPECT_REPLY(fixture, "EXPIRE key 10 GT", ":0");
    EXPECT_REPLY(fixture, "EXPIRE key 20 GT XX", ":1");
    EXPECT_REPLY(fixture, "TTL key", ":20");
    EXPECT_REPLY(fixture, "EXPIRE key 15 XX XX", ":1");
    EXPECT_REPLY(fixture, "TTL key", ":15");
    EXPECT_REPLY(fixture, "PERSIST key", ":1");
    EXPECT_REPLY(fixture, "EXPIRE key 15 NX NX", ":1");
}

static void test_refused(void **state)
{
    struct command_fixture *fixture = *state;
    static const char *const mixes[] = {"NX XX", "GT NX", "LT NX", "XX NX GT LT"};
    char line[128];

    EXPECT_REPLY(fixture, "SET key 1", "+OK");
    for (size_t i = 0; i < sizeof(mixes) / sizeof(mixes[0]); i++) {
        snprintf(line, sizeof(line), "EXPIRE key x %s", mixes[i]);
        EXPECT_REPLY(fixture, line,
                     "-ERR NX and XX, GT or LT options at the same time are not compatible");
    }
    EXPECT_REPLY(fixture, "EXPIRE key 1 XX GT LT",
                 "-ERR GT and LT options at the same time are not compatible");
    EXPECT_REPLY(fixture, "EXPIRE key x NoSuch", "-ERR Unsupported option NoSuch");
    EXPECT_REPLY(fixture, "EXPIRE key x", REPLY_NOT_INTEGER);
    EXPECT_REPLY(fixture, "EXPIRE key 9223372036854776",
                 "-ERR invalid expire time in 'expire' command");
    EXPECT_REPLY(fixture, "EXPIRE key -9223372036854776",
                 "-ERR invalid expire time in 'expire' command");
    EXPECT_REPLY(fixture, "PEXPIRE key 9223372036854775807",
                 "-ERR invalid expire time in 'pexpire' command");
    EXPECT_REPLY(fixture, "EXPIRE absent 9223372036854775807",
                 "-ERR invalid expire time in 'expire' command");
    EXPECT_REPLY(fixture, "PTTL key", ":-1");
    EXPECT_REPLY(fixture, "PEXPIREAT key 9223372036854775807", ":1");
    EXPECT_REPLY(fixture, "EXPIRETIME key", ":9223372036854776");
}

/* A word that is no option is named, within limits, and cannot end the reply early. */
static void test_hostile_option(void **state)
{
    struct command_fixture *fixture = *state;
    char word[5000];
    struct span words[] = {SPAN("EXPIRE"), SPAN("key"), SPAN("1"), SPAN("a\r\n+OK\r\n")};
    struct span reply;

    reply = fixture_run_words(fixture, words, 4);
    assert_int_equal(reply.data[0], '-');
    assert_ptr_equal(memchr(reply.data, '\r', reply.length), reply.data + reply.length - 2);
    memset(word, 'w', sizeof(word));
    words[3] = span_of(word, sizeof(word));
    reply = fixture_run_words(fixture, words, 4);
    assert_int_equal(reply.data[0], '-');
    assert_true(reply.length < 1100);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        FIXTURE_TEST(test_units),        FIXTURE_TEST(test_passing_time),
        FIXTURE_TEST(test_past_deletes), FIXTURE_TEST(test_conditions),
        FIXTURE_TEST(test_refused),      FIXTURE_TEST(test_hostile_option),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
