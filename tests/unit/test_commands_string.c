/* GET, the SET family with all options, GETEX, GETDEL, MGET, MSET, MSETNX. */
#include "tests/unit/command_fixture.h"

static void test_set_and_get(void **state)
{
    struct command_fixture *fixture = *state;

    EXPECT_REPLY(fixture, "GET key", "$-1");
    EXPECT_CHANGES(fixture, "SET key value", "+OK", 1);
    EXPECT_CHANGES(fixture, "GET key", "$5\r\nvalue", 0);
    EXPECT_REPLY(fixture, "set key ''", "+OK");
    EXPECT_REPLY(fixture, "GET key", "$0\r\n");
    EXPECT_REPLY(fixture, "SET key -9223372036854775808", "+OK");
    EXPECT_REPLY(fixture, "GET key", "$20\r\n-9223372036854775808");
    EXPECT_REPLY(fixture, "STRLEN key", ":20");
    EXPECT_REPLY(fixture, "STRLEN absent", ":0");
    fixture->protocol = 3;
    EXPECT_REPLY(fixture, "GET absent", "_");
    EXPECT_REPLY(fixture, "GET", "-ERR wrong number of arguments for 'get' command");
}

static void test_binary(void **state)
{
    struct command_fixture *fixture = *state;
    const struct span set[] = {SPAN("SET"), SPAN("k\0\r\n"), SPAN("\0\xff\r\n\0")};
    const struct span get[] = {SPAN("GET"), SPAN("k\0\r\n")};
    struct span reply;

    fixture_run_words(fixture, set, 3);
    reply = fixture_run_words(fixture, get, 2);
    assert_true(span_equal(reply, SPAN("$5\r\n\0\xff\r\n\0\r\n")));
    EXPECT_REPLY(fixture, "GET k", "$-1");
}

static void test_large(void **state)
{
    struct command_fixture *fixture = *state;
    size_t length = 3000000;
    char *bytes = memory_new(length);
    struct span words[] = {SPAN("SET"), SPAN("key"), span_of(bytes, length)};
    const struct span get[] = {SPAN("GETDEL"), SPAN("key")};
    struct span reply;

    memset(bytes, 'x', length);
    bytes[length - 1] = 'y';
    fixture_run_words(fixture, words, 3);
    reply = fixture_run_words(fixture, get, 2);
    assert_int_equal(reply.length, strlen("$3000000\r\n") + length + 2);
    assert_memory_equal(reply.data + strlen("$3000000\r\n"), bytes, length);
    EXPECT_REPLY(fixture, "GET key", "$-1");
    memory_free(bytes);
}

static void test_set_conditions(void **state)
{
    struct command_fixture *fixture = *state;

    EXPECT_CHANGES(fixture, "SET key 1 XX", "$-1", 0);
    EXPECT_REPLY(fixture, "EXISTS key", ":0");
    EXPECT_CHANGES(fixture, "SET key 1 nx", "+OK", 1);
    EXPECT_CHANGES(fixture, "SET key 2 NX", "$-1", 0);
    EXPECT_REPLY(fixture, "GET key", "$1\r\n1");
    EXPECT_REPLY(fixture, "SET key 3 XX", "+OK");
    EXPECT_CHANGES(fixture, "SET key 4 GET", "$1\r\n3", 1);
    EXPECT_CHANGES(fixture, "SET key 5 NX GET", "$1\r\n4", 0);
    EXPECT_CHANGES(fixture, "SET key 6 XX GET", "$1\r\n4", 1);
    EXPECT_CHANGES(fixture, "SET other 7 XX GET", "$-1", 0);
    EXPECT_CHANGES(fixture, "SET other 7 NX GET", "$-1", 1);
    EXPECT_REPLY(fixture, "MGET key other", "*2\r\n$1\r\n6\r\n$1\r\n7");
    EXPECT_REPLY(fixture, "SET key 1 NX XX", REPLY_SYNTAX_ERROR);
    EXPECT_REPLY(fixture, "SET key 1 XX NX", REPLY_SYNTAX_ERROR);
    EXPECT_REPLY(fixture, "SET key 1 XX XX", "+OK");
    EXPECT_REPLY(fixture, "SET key 1 NOSUCH", REPLY_SYNTAX_ERROR);
    EXPECT_REPLY(fixture, "SET key 1 ''", REPLY_SYNTAX_ERROR);
    EXPECT_REPLY(fixture, "SET key 1 PERSIST", REPLY_SYNTAX_ERROR);
}

static void test_set_expiry(void **state)
{
    struct command_fixture *fixture = *state;

    EXPECT_REPLY(fixture, "SET key 1 EX 100", "+OK");
    EXPECT_REPLY(fixture, "PTTL key", ":100000");
    EXPECT_REPLY(fixture, "SET key 1 PX 77", "+OK");
    EXPECT_REPLY(fixture, "PTTL key", ":77");
    EXPECT_REPLY(fixture, "SET key 1 EXAT 1700000005", "+OK");
    EXPECT_REPLY(fixture, "PTTL key", ":5000");
    EXPECT_REPLY(fixture, "SET key 1 PXAT 1700000000006", "+OK");
    EXPECT_REPLY(fixture, "PTTL key", ":6");
    EXPECT_REPLY(fixture, "SET key 2 KEEPTTL", "+OK");
    EXPECT_REPLY(fixture, "PTTL key", ":6");
    EXPECT_REPLY(fixture, "SET key 3", "+OK");
    EXPECT_REPLY(fixture, "PTTL key", ":-1");
    EXPECT_REPLY(fixture, "SET key 4 EX 10 EX 20", "+OK");
    EXPECT_REPLY(fixture, "TTL key", ":20");
    EXPECT_CHANGES(fixture, "SET key 4 EX 10 XX GET", "$1\r\n4", 1);
    EXPECT_REPLY(fixture, "TTL key", ":10");
    /* A time to live that has passed is not one to keep. */
    EXPECT_REPLY(fixture, "SET key 1 PX 5", "+OK");
    fixture->now += 5;
    EXPECT_REPLY(fixture, "SET key 2 KEEPTTL", "+OK");
    EXPECT_REPLY(fixture, "PTTL key", ":-1");
    EXPECT_REPLY(fixture, "SET key 1 PXAT 1", "+OK");
    EXPECT_REPLY(fixture, "GET key", "$-1");
}

static void test_set_expiry_refused(void **state)
{
    struct command_fixture *fixture = *state;
    static const char *const pairs[] = {"EX 1 PX 1",   "EX 1 KEEPTTL",   "KEEPTTL EX 1",
                                        "EXAT 1 EX 1", "PXAT 1 EXAT 1",  "EX",
                                        "PX 1 EXAT",   "KEEPTTL PXAT 1", "PX 1 PXAT 2"};
    static const char *const times[] = {"EX 0",
                                        "EX -1",
                                        "PX -9223372036854775808",
                                        "EX 9223372036854775807",
                                        "EX 9223372036854775",
                                        "PX 9223372036854775807",
                                        "EXAT 9223372036854776"};
    char line[128];

    for (size_t i = 0; i < sizeof(pairs) / sizeof(pairs[0]); i++) {
        snprintf(line, sizeof(line), "SET key 1 %s", pairs[i]);
        EXPECT_CHANGES(fixture, line, REPLY_SYNTAX_ERROR, 0);
    }
    for (size_t i = 0; i < sizeof(times) / sizeof(times[0]); i++) {
        snprintf(line, sizeof(line), "SET key 1 %s", times[i]);
        EXPECT_CHANGES(fixture, line, "-ERR invalid expire time in 'set' command", 0);
    }
    EXPECT_REPLY(fixture, "SET key 1 EX 1.0", REPLY_NOT_INTEGER);
    EXPECT_REPLY(fixture, "SET key 1 EX 9223372036854775808", REPLY_NOT_INTEGER);
    EXPECT_REPLY(fixture, "EXISTS key", ":0");
    /* The latest times there are. */
    EXPECT_REPLY(fixture, "SET key 1 PXAT 9223372036854775807", "+OK");
    EXPECT_REPLY(fixture, "EXPIRETIME key", ":9223372036854776");
    EXPECT_REPLY(fixture, "SET key 1 EXAT 9223372036854775", "+OK");
    EXPECT_REPLY(fixture, "PEXPIRETIME key", ":9223372036854775000");
}

static void test_old_forms_of_set(void **state)
{
    struct command_fixture *fixture = *state;

    EXPECT_CHANGES(fixture, "SETNX key 1", ":1", 1);
    EXPECT_CHANGES(fixture, "SETNX key 2", ":0", 0);
    EXPECT_CHANGES(fixture, "SETEX key 9 3", "+OK", 1);
    EXPECT_REPLY(fixture, "TTL key", ":9");
    EXPECT_CHANGES(fixture, "PSETEX key 9 4", "+OK", 1);
    EXPECT_REPLY(fixture, "PTTL key", ":9");
    EXPECT_CHANGES(fixture, "GETSET key 5", "$1\r\n4", 1);
    EXPECT_REPLY(fixture, "PTTL key", ":-1");
    EXPECT_CHANGES(fixture, "GETSET other 6", "$-1", 1);
    EXPECT_REPLY(fixture, "SETEX key 0 1", "-ERR invalid expire time in 'setex' command");
    EXPECT_REPLY(fixture, "PSETEX key -1 1", "-ERR invalid expire time in 'psetex' command");
    EXPECT_REPLY(fixture, "SETEX key x 1", REPLY_NOT_INTEGER);
    EXPECT_REPLY(fixture, "GET key", "$1\r\n5");
    EXPECT_CHANGES(fixture, "GETDEL key", "$1\r\n5", 1);
    EXPECT_CHANGES(fixture, "GETDEL key", "$-1", 0);
}

static void test_getex(void **state)
{
    struct command_fixture *fixture = *state;

    EXPECT_REPLY(fixture, "GETEX key EX 0", "$-1");
    EXPECT_REPLY(fixture, "GETEX key EX", REPLY_SYNTAX_ERROR);
    EXPECT_REPLY(fixture, "SET key value", "+OK");
    EXPECT_CHANGES(fixture, "GETEX key", "$5\r\nvalue", 0);
    EXPECT_CHANGES(fixture, "GETEX key PERSIST", "$5\r\nvalue", 0);
    EXPECT_CHANGES(fixture, "GETEX key EX 7", "$5\r\nvalue", 1);
    EXPECT_REPLY(fixture, "TTL key", ":7");
    EXPECT_CHANGES(fixture, "GETEX key", "$5\r\nvalue", 0);
    EXPECT_REPLY(fixture, "TTL key", ":7");
    EXPECT_REPLY(fixture, "GETEX key PXAT 1700000000100", "$5\r\nvalue");
    EXPECT_REPLY(fixture, "PTTL key", ":100");
    EXPECT_CHANGES(fixture, "GETEX key PERSIST", "$5\r\nvalue", 1);
    EXPECT_REPLY(fixture, "PTTL key", ":-1");
    EXPECT_REPLY(fixture, "GETEX key EX 0", "-ERR invalid expire time in 'getex' command");
    EXPECT_REPLY(fixture, "GETEX key PERSIST EX 1", REPLY_SYNTAX_ERROR);
    EXPECT_REPLY(fixture, "GETEX key KEEPTTL", REPLY_SYNTAX_ERROR);
    EXPECT_REPLY(fixture, "GETEX key NX", REPLY_SYNTAX_ERROR);
    EXPECT_REPLY(fixture, "GETEX key GET", REPLY_SYNTAX_ERROR);
    EXPECT_CHANGES(fixture, "GETEX key EXAT 1", "$5\r\nvalue", 1);
    EXPECT_REPLY(fixture, "EXISTS key", ":0");
}

static void test_many_keys(void **state)
{
    struct command_fixture *fixture = *state;

    EXPECT_CHANGES(fixture, "MSET a 1 b 2 a 3", "+OK", 3);
    EXPECT_REPLY(fixture, "MGET a b c a", "*4\r\n$1\r\n3\r\n$1\r\n2\r\n$-1\r\n$1\r\n3");
    EXPECT_REPLY(fixture, "MSET a", "-ERR wrong number of arguments for 'mset' command");
    EXPECT_REPLY(fixture, "MSET a 1 b", "-ERR wrong number of arguments for 'mset' command");
    EXPECT_REPLY(fixture, "MSETNX a 1 b", "-ERR wrong number of arguments for 'msetnx' command");
    EXPECT_CHANGES(fixture, "MSETNX c 1 a 2", ":0", 0);
    EXPECT_REPLY(fixture, "EXISTS c", ":0");
    EXPECT_CHANGES(fixture, "MSETNX c 1 d 2 c 3", ":1", 3);
    EXPECT_REPLY(fixture, "GET c", "$1\r\n3");
    fixture->protocol = 3;
    EXPECT_REPLY(fixture, "MGET a zz", "*2\r\n$1\r\n3\r\n_");
}

/* More keys than are looked up together. */
static void test_batches(void **state)
{
    enum { KEYS = 200 };
    struct command_fixture *fixture = *state;
    struct span words[2 * KEYS + 1] = {SPAN("MSET")};
    char names[KEYS][8];
    char expected[KEYS * 16];
    size_t length;

    for (uint32_t i = 0; i < KEYS; i++) {
        words[2 * i + 1] =
            span_of(names[i], (size_t)snprintf(names[i], sizeof(names[i]), "%u", 1000 + i));
        words[2 * i + 2] = words[2 * i + 1];
    }
    fixture_run_words(fixture, words, 2 * KEYS + 1);
    assert_string_equal(fixture->text, "+OK\r\n");
    assert_int_equal(fixture->changes, KEYS);
    words[0] = SPAN("MGET");
    length = (size_t)snprintf(expected, sizeof(expected), "*%u\r\n", KEYS);
    for (uint32_t i = 0; i < KEYS; i++) {
        words[i + 1] = span_of(names[i], 4);
        length += (size_t)snprintf(expected + length, sizeof(expected) - length, "$4\r\n%u\r\n",
                                   1000 + i);
    }
    fixture_run_words(fixture, words, KEYS + 1);
    assert_string_equal(fixture->text, expected);
    words[0] = SPAN("DEL");
    fixture_run_words(fixture, words, KEYS + 1);
    assert_string_equal(fixture->text, ":200\r\n");
    assert_int_equal(keyspace_size(fixture->keyspace, 0), 0);
}

static void test_set_if_equal(void **state)
{
    struct command_fixture *fixture = *state;

    EXPECT_CHANGES(fixture, "SET key 1 IFEQ 1", "$-1", 0);
    EXPECT_CHANGES(fixture, "SET key 1 IFEQ 1 GET", "$-1", 0);
    EXPECT_REPLY(fixture, "EXISTS key", ":0");
    EXPECT_REPLY(fixture, "SET key 7", "+OK");
    EXPECT_CHANGES(fixture, "SET key 8 IFEQ 07", "$-1", 0);
    EXPECT_CHANGES(fixture, "SET key 8 ifeq 7 EX 10", "+OK", 1);
    EXPECT_CHANGES(fixture, "SET key 9 IFEQ 7 GET", "$1\r\n8", 0);
    EXPECT_CHANGES(fixture, "SET key abc GET IFEQ 8 KEEPTTL", "$1\r\n8", 1);
    EXPECT_REPLY(fixture, "TTL key", ":10");
    EXPECT_REPLY(fixture, "SET key x IFEQ ABC", "$-1");
    EXPECT_REPLY(fixture, "SET key x IFEQ", REPLY_SYNTAX_ERROR);
    EXPECT_REPLY(fixture, "SET key x IFEQ abc NX", REPLY_SYNTAX_ERROR);
    EXPECT_REPLY(fixture, "SET key x XX IFEQ abc", REPLY_SYNTAX_ERROR);
    EXPECT_REPLY(fixture, "GETEX key IFEQ abc", REPLY_SYNTAX_ERROR);
    EXPECT_CHANGES(fixture, "DELIFEQ key ab", ":0", 0);
    EXPECT_CHANGES(fixture, "DELIFEQ key abc", ":1", 1);
    EXPECT_CHANGES(fixture, "DELIFEQ key abc", ":0", 0);
    EXPECT_REPLY(fixture, "SET key 12", "+OK");
    EXPECT_REPLY(fixture, "DELIFEQ key 12", ":1");
    EXPECT_REPLY(fixture, "EXISTS key", ":0");
}

static void test_msetex(void **state)
{
    struct command_fixture *fixture = *state;

    EXPECT_CHANGES(fixture, "MSETEX 2 a 1 b 2 EX 10", ":1", 2);
    EXPECT_REPLY(fixture, "MGET a b", "*2\r\n$1\r\n1\r\n$1\r\n2");
    EXPECT_REPLY(fixture, "TTL b", ":10");
    EXPECT_CHANGES(fixture, "MSETEX 2 a 3 c 4 NX", ":0", 0);
    EXPECT_CHANGES(fixture, "MSETEX 2 a 3 c 4 XX", ":0", 0);
    EXPECT_CHANGES(fixture, "MSETEX 2 a 3 b 4 KEEPTTL xx", ":1", 2);
    EXPECT_REPLY(fixture, "TTL a", ":10");
    EXPECT_REPLY(fixture, "GET b", "$1\r\n4");
    EXPECT_CHANGES(fixture, "MSETEX 3 c 1 d 2 c 3 nx pxat 1700000005000", ":1", 3);
    EXPECT_REPLY(fixture, "GET c", "$1\r\n3");
    EXPECT_REPLY(fixture, "PTTL c", ":5000");
    EXPECT_REPLY(fixture, "MSETEX 1 a 1", ":1");
    EXPECT_REPLY(fixture, "TTL a", ":-1");
    EXPECT_REPLY(fixture, "MSETEX 1 a", "-ERR wrong number of arguments for 'msetex' command");
    EXPECT_REPLY(fixture, "MSETEX 0 a 1", "-ERR invalid numkeys value or out of range");
    EXPECT_REPLY(fixture, "MSETEX -1 a 1", "-ERR invalid numkeys value or out of range");
    EXPECT_REPLY(fixture, "MSETEX x a 1", "-ERR invalid numkeys value or out of range");
    EXPECT_REPLY(fixture, "MSETEX 2147483648 a 1", "-ERR invalid numkeys value or out of range");
    EXPECT_REPLY(fixture, "MSETEX 2147483647 a 1", "-ERR wrong number of key-value pairs");
    EXPECT_REPLY(fixture, "MSETEX 2 a 1 b", "-ERR wrong number of key-value pairs");
    EXPECT_REPLY(fixture, "MSETEX 1 a 1 b", REPLY_SYNTAX_ERROR);
    EXPECT_REPLY(fixture, "MSETEX 1 a 1 NX XX", REPLY_SYNTAX_ERROR);
    EXPECT_REPLY(fixture, "MSETEX 1 a 1 EX 10 KEEPTTL", REPLY_SYNTAX_ERROR);
    EXPECT_REPLY(fixture, "MSETEX 1 a 1 EX", REPLY_SYNTAX_ERROR);
    EXPECT_REPLY(fixture, "MSETEX 1 a 1 GET", REPLY_SYNTAX_ERROR);
    EXPECT_REPLY(fixture, "MSETEX 1 a 1 EX x", REPLY_NOT_INTEGER);
    EXPECT_REPLY(fixture, "MSETEX 1 a 1 EX 0", "-ERR invalid expire time in 'msetex' command");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        FIXTURE_TEST(test_set_and_get),
        FIXTURE_TEST(test_binary),
        FIXTURE_TEST(test_large),
        FIXTURE_TEST(test_set_conditions),
        FIXTURE_TEST(test_set_if_equal),
        FIXTURE_TEST(test_msetex),
        FIXTURE_TEST(test_set_expiry),
        FIXTURE_TEST(test_set_expiry_refused),
        FIXTURE_TEST(test_old_forms_of_set),
        FIXTURE_TEST(test_getex),
        FIXTURE_TEST(test_many_keys),
        FIXTURE_TEST(test_batches),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
