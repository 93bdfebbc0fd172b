/* DEL, EXISTS, TOUCH, TYPE, RENAME, COPY, MOVE, OBJECT, MEMORY USAGE. */
#include "tests/unit/command_fixture.h"

#define SAME_OBJECT  "-ERR source and destination objects are the same"
#define BAD_DATABASE "-ERR DB index is out of range"

static void test_counting(void **state)
{
    struct command_fixture *fixture = *state;

    EXPECT_REPLY(fixture, "MSET a 1 b 2 c 3 d 4", "+OK");
    EXPECT_CHANGES(fixture, "EXISTS a a b zz", ":3", 0);
    EXPECT_CHANGES(fixture, "TOUCH a a b zz", ":3", 0);
    EXPECT_CHANGES(fixture, "DEL a a zz b", ":2", 2);
    EXPECT_CHANGES(fixture, "UNLINK c zz", ":1", 1);
    EXPECT_REPLY(fixture, "EXISTS a b c d", ":1");
    EXPECT_REPLY(fixture, "TYPE a", "+none");
    EXPECT_REPLY(fixture, "TYPE d", "+string");
    EXPECT_REPLY(fixture, "PEXPIRE d 1", ":1");
    fixture->now++;
    EXPECT_CHANGES(fixture, "DEL d", ":0", 0);
    EXPECT_REPLY(fixture, "DEL", "-ERR wrong number of arguments for 'del' command");
}

static void test_rename(void **state)
{
    struct command_fixture *fixture = *state;

    EXPECT_REPLY(fixture, "RENAME a b", "-ERR no such key");
    EXPECT_REPLY(fixture, "RENAME a a", "-ERR no such key");
    EXPECT_REPLY(fixture, "RENAMENX a a", "-ERR no such key");
    EXPECT_REPLY(fixture, "SET a 1 PX 100", "+OK");
    EXPECT_CHANGES(fixture, "RENAME a a", "+OK", 0);
    EXPECT_CHANGES(fixture, "RENAMENX a a", ":0", 0);
    EXPECT_CHANGES(fixture, "RENAME a b", "+OK", 1);
    EXPECT_REPLY(fixture, "EXISTS a", ":0");
    EXPECT_REPLY(fixture, "PTTL b", ":100");
    EXPECT_REPLY(fixture, "SET a 2", "+OK");
    EXPECT_CHANGES(fixture, "RENAMENX b a", ":0", 0);
    EXPECT_REPLY(fixture, "RENAME a b", "+OK");
    EXPECT_REPLY(fixture, "GET b", "$1\r\n2");
    EXPECT_REPLY(fixture, "PTTL b", ":-1");
    EXPECT_CHANGES(fixture, "RENAMENX b c", ":1", 1);
    EXPECT_REPLY(fixture, "GET c", "$1\r\n2");
    /* A name whose time has passed is free. */
    EXPECT_REPLY(fixture, "SET d 1 PX 1", "+OK");
    fixture->now++;
    EXPECT_REPLY(fixture, "RENAMENX c d", ":1");
    EXPECT_REPLY(fixture, "PTTL d", ":-1");
    EXPECT_REPLY(fixture, "MGET c d", "*2\r\n$-1\r\n$1\r\n2");
}

static void test_copy(void **state)
{
    struct command_fixture *fixture = *state;

    EXPECT_REPLY(fixture, "COPY a a", SAME_OBJECT);
    EXPECT_REPLY(fixture, "COPY a b", ":0");
    EXPECT_REPLY(fixture, "SET a 1 PX 100", "+OK");
    EXPECT_CHANGES(fixture, "COPY a b", ":1", 1);
    EXPECT_REPLY(fixture, "MGET a b", "*2\r\n$1\r\n1\r\n$1\r\n1");
    EXPECT_REPLY(fixture, "PTTL b", ":100");
    EXPECT_REPLY(fixture, "SET a 2", "+OK");
    EXPECT_CHANGES(fixture, "COPY a b", ":0", 0);
    EXPECT_CHANGES(fixture, "COPY a b replace", ":1", 1);
    EXPECT_REPLY(fixture, "GET b", "$1\r\n2");
    EXPECT_REPLY(fixture, "PTTL b", ":-1");
    EXPECT_REPLY(fixture, "COPY a a DB 0", SAME_OBJECT);
    EXPECT_CHANGES(fixture, "COPY a a DB 3", ":1", 1);
    EXPECT_REPLY(fixture, "COPY a a DB 3", ":0");
    EXPECT_REPLY(fixture, "COPY a a DB 3 REPLACE", ":1");
    EXPECT_REPLY(fixture, "COPY a a DB 3 DB 0", SAME_OBJECT);
    fixture->database = 3;
    EXPECT_REPLY(fixture, "GET a", "$1\r\n2");
    EXPECT_REPLY(fixture, "COPY a b NOSUCH", REPLY_SYNTAX_ERROR);
    EXPECT_REPLY(fixture, "COPY a b DB", REPLY_SYNTAX_ERROR);
    EXPECT_REPLY(fixture, "COPY a b DB x", REPLY_NOT_INTEGER);
    EXPECT_REPLY(fixture, "COPY a b DB 16", BAD_DATABASE);
    EXPECT_REPLY(fixture, "COPY a b DB -1", BAD_DATABASE);
    EXPECT_REPLY(fixture, "COPY a b DB 2147483648",
                 "-ERR value is out of range, value must between -2147483648 and 2147483647");
}

static void test_move(void **state)
{
    struct command_fixture *fixture = *state;

    EXPECT_REPLY(fixture, "MOVE a 0", SAME_OBJECT);
    EXPECT_REPLY(fixture, "MOVE a 16", BAD_DATABASE);
    EXPECT_REPLY(fixture, "MOVE a x", REPLY_NOT_INTEGER);
    EXPECT_REPLY(fixture, "MOVE a 1", ":0");
    EXPECT_REPLY(fixture, "SET a 1 PX 100", "+OK");
    EXPECT_CHANGES(fixture, "MOVE a 1", ":1", 1);
    EXPECT_REPLY(fixture, "EXISTS a", ":0");
    EXPECT_REPLY(fixture, "SET a 2", "+OK");
    EXPECT_CHANGES(fixture, "MOVE a 1", ":0", 0);
    fixture->database = 1;
    EXPECT_REPLY(fixture, "GET a", "$1\r\n1");
    EXPECT_REPLY(fixture, "PTTL a", ":100");
}

static void test_databases_in_cluster_mode(void **state)
{
    struct command_fixture *fixture = *state;

    fixture->config->cluster_enabled = true;
    EXPECT_REPLY(fixture, "SET a 1", "+OK");
    EXPECT_REPLY(fixture, "MOVE a 1", "-ERR MOVE is not allowed in cluster mode");
    EXPECT_REPLY(fixture, "COPY a b DB 1",
                 "-ERR Copying to another database is not allowed in cluster mode");
    EXPECT_REPLY(fixture, "COPY a b DB 0", ":1");
}

static void test_object(void **state)
{
    struct command_fixture *fixture = *state;

    EXPECT_REPLY(fixture, "OBJECT ENCODING key", "$-1");
    EXPECT_REPLY(fixture, "OBJECT REFCOUNT key", "$-1");
    EXPECT_REPLY(fixture, "OBJECT FREQ key", "$-1");
    EXPECT_REPLY(fixture, "SET key 123", "+OK");
    EXPECT_REPLY(fixture, "OBJECT ENCODING key", "$3\r\nint");
    EXPECT_REPLY(fixture, "OBJECT REFCOUNT key", ":2147483647");
    EXPECT_REPLY(fixture, "SET key 10000", "+OK");
    EXPECT_REPLY(fixture, "OBJECT REFCOUNT key", ":1");
    EXPECT_REPLY(fixture, "SET key 0123", "+OK");
    EXPECT_REPLY(fixture, "OBJECT ENCODING key", "$6\r\nembstr");
    EXPECT_REPLY(fixture, "SET key aaaaaaaaaabbbbbbbbbbccccccccccddddddddddeeee", "+OK");
    EXPECT_REPLY(fixture, "OBJECT ENCODING key", "$6\r\nembstr");
    EXPECT_REPLY(fixture, "SET key aaaaaaaaaabbbbbbbbbbccccccccccddddddddddeeeee", "+OK");
    EXPECT_REPLY(fixture, "OBJECT ENCODING key", "$3\r\nraw");
    EXPECT_REPLY(fixture, "OBJECT ENCODING",
                 "-ERR wrong number of arguments for 'object|encoding' command");
    fixture_run(fixture, "OBJECT HELP");
    assert_memory_equal(fixture->text, "*12\r\n+OBJECT ", 12);
}

/* Runs one command and checks how many hits and misses it counts. */
static void expect_counts(struct command_fixture *fixture, const char *line, uint64_t hits,
                          uint64_t misses)
{
    struct keyspace_statistics before;
    struct keyspace_statistics after;

    keyspace_statistics(fixture->keyspace, &before);
    fixture_run(fixture, line);
    keyspace_statistics(fixture->keyspace, &after);
    if (after.hits - before.hits != hits || after.misses - before.misses != misses)
        fail_msg("%s: %lu hits, %lu misses", line, (unsigned long)(after.hits - before.hits),
                 (unsigned long)(after.misses - before.misses));
}

static void test_hits_and_misses(void **state)
{
    struct command_fixture *fixture = *state;

    for (unsigned i = 0; i < 2; i++) {
        fixture->no_touch = i == 1;
        EXPECT_REPLY(fixture, "SET key 1", "+OK");
        expect_counts(fixture, "GET key", 1, 0);
        expect_counts(fixture, "MGET key absent key", 2, 1);
        expect_counts(fixture, "EXISTS key key absent", 2, 1);
        expect_counts(fixture, "TYPE key", 1, 0);
        expect_counts(fixture, "TYPE absent", 0, 1);
        expect_counts(fixture, "TTL key", 1, 0);
        expect_counts(fixture, "PEXPIRETIME absent", 0, 1);
        expect_counts(fixture, "OBJECT ENCODING key", 1, 0);
        expect_counts(fixture, "OBJECT FREQ key", 1, 0);
        expect_counts(fixture, "OBJECT IDLETIME absent", 0, 1);
        expect_counts(fixture, "TOUCH key absent", 1, 1);
        expect_counts(fixture, "COPY key other", 1, 0);
        expect_counts(fixture, "LCS key absent", 1, 1);
        expect_counts(fixture, "SET key 1 GET", 1, 0);
        expect_counts(fixture, "SET absent 1 XX", 0, 0);
        expect_counts(fixture, "MEMORY USAGE key", 0, 0);
        expect_counts(fixture, "INCR key", 0, 0);
        expect_counts(fixture, "EXPIRE key 100", 0, 0);
        expect_counts(fixture, "RENAME key key", 0, 0);
        expect_counts(fixture, "DEL other absent", 0, 0);
    }
}

static void test_object_access(void **state)
{
    struct command_fixture *fixture = *state;

    EXPECT_REPLY(fixture, "SET key 1", "+OK");
    fixture->now += 60000;
    EXPECT_REPLY(fixture, "OBJECT IDLETIME key", ":60");
    EXPECT_REPLY(fixture, "TYPE key", "+string");
    EXPECT_REPLY(fixture, "EXISTS key", ":1");
    EXPECT_REPLY(fixture, "PTTL key", ":-1");
    EXPECT_REPLY(fixture, "EXPIRETIME key", ":-1");
    EXPECT_REPLY(fixture, "OBJECT ENCODING key", "$3\r\nint");
    fixture->no_touch = true;
    EXPECT_REPLY(fixture, "GET key", "$1\r\n1");
    EXPECT_REPLY(fixture, "OBJECT IDLETIME key", ":60");
    EXPECT_REPLY(fixture, "TOUCH key", ":1");
    EXPECT_REPLY(fixture, "OBJECT IDLETIME key", ":0");
    fixture_run(fixture, "OBJECT FREQ key");
    assert_memory_equal(fixture->text, "-ERR An LFU maxmemory policy is not selected", 44);
    fixture->config->maxmemory_policy = MAXMEMORY_VOLATILE_LFU;
    keyspace_set_access_tracking(fixture->keyspace, ACCESS_FREQUENCY);
    fixture_run(fixture, "OBJECT IDLETIME key");
    assert_memory_equal(fixture->text, "-ERR An LFU maxmemory policy is selected", 40);
    EXPECT_REPLY(fixture, "SET fresh 1", "+OK");
    fixture_run(fixture, "OBJECT FREQ fresh");
    assert_int_equal(fixture->text[0], ':');
}

static void test_memory_usage(void **state)
{
    struct command_fixture *fixture = *state;
    long small;

    EXPECT_REPLY(fixture, "MEMORY USAGE key", "$-1");
    EXPECT_REPLY(fixture, "MEMORY USAGE key SAMPLES", REPLY_SYNTAX_ERROR);
    EXPECT_REPLY(fixture, "MEMORY USAGE key SAMPLES -1", REPLY_SYNTAX_ERROR);
    EXPECT_REPLY(fixture, "MEMORY USAGE key SAMPLES x", REPLY_NOT_INTEGER);
    EXPECT_REPLY(fixture, "MEMORY USAGE key NOSUCH 1", REPLY_SYNTAX_ERROR);
    EXPECT_REPLY(fixture, "SET key 1", "+OK");
    fixture_run(fixture, "MEMORY USAGE key SAMPLES 0 SAMPLES 5");
    assert_int_equal(fixture->text[0], ':');
    small = strtol(fixture->text + 1, NULL, 10);
    assert_true(small > 0 && small < 200);
    EXPECT_REPLY(fixture, "SETRANGE key 99999 x", ":100000");
    fixture_run(fixture, "MEMORY USAGE key");
    assert_true(strtol(fixture->text + 1, NULL, 10) >= 100000);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        FIXTURE_TEST(test_counting),
        FIXTURE_TEST(test_rename),
        FIXTURE_TEST(test_copy),
        FIXTURE_TEST(test_move),
        FIXTURE_TEST(test_databases_in_cluster_mode),
        FIXTURE_TEST(test_object),
        FIXTURE_TEST(test_hits_and_misses),
        FIXTURE_TEST(test_object_access),
        FIXTURE_TEST(test_memory_usage),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
