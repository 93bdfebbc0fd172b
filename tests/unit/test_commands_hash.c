/* Hash commands without sockets: replies, errors, what counts as a change. */
#include "tests/unit/command_fixture.h"

#define REPLY_WRONG_TYPE "-WRONGTYPE Operation against a key holding the wrong kind of value"
#define REPLY_WRONG_COUNT                                                                          \
    "-ERR numfields should be greater than 0 and match the provided number of fields"

static void test_set_and_get(void **state)
{
    struct command_fixture *fixture = *state;

    EXPECT_CHANGES(fixture, "HSET h a 1 b two a 3", ":2", 1);
    EXPECT_CHANGES(fixture, "HSET h a 4", ":0", 1);
    EXPECT_REPLY(fixture, "HGET h a", "$1\r\n4");
    EXPECT_REPLY(fixture, "HGET h c", "$-1");
    EXPECT_REPLY(fixture, "HGET absent a", "$-1");
    /* A number takes less room than its digits. */
    EXPECT_REPLY(fixture, "HSET short 284278913 1", ":1");
    EXPECT_REPLY(fixture, "HGET short 284278913", "$1\r\n1");
    EXPECT_REPLY(fixture, "HMGET h b c a", "*3\r\n$3\r\ntwo\r\n$-1\r\n$1\r\n4");
    EXPECT_REPLY(fixture, "HMGET absent a b", "*2\r\n$-1\r\n$-1");
    EXPECT_REPLY(fixture, "HGETALL h", "*4\r\n$1\r\na\r\n$1\r\n4\r\n$1\r\nb\r\n$3\r\ntwo");
    EXPECT_REPLY(fixture, "HKEYS h", "*2\r\n$1\r\na\r\n$1\r\nb");
    EXPECT_REPLY(fixture, "HVALS h", "*2\r\n$1\r\n4\r\n$3\r\ntwo");
    EXPECT_REPLY(fixture, "HLEN h", ":2");
    EXPECT_REPLY(fixture, "HSTRLEN h b", ":3");
    EXPECT_REPLY(fixture, "HSTRLEN h c", ":0");
    EXPECT_REPLY(fixture, "HEXISTS h b", ":1");
    EXPECT_REPLY(fixture, "HEXISTS h c", ":0");
    EXPECT_CHANGES(fixture, "HSETNX h a 5", ":0", 0);
    EXPECT_CHANGES(fixture, "HSETNX h c 5", ":1", 1);
    EXPECT_REPLY(fixture, "HMSET h d 1 e 2", "+OK");
    EXPECT_REPLY(fixture, "HSET h a 1 b", "-ERR wrong number of arguments for 'hset' command");
    EXPECT_REPLY(fixture, "HSET h '' ''", ":1");
    EXPECT_REPLY(fixture, "HGET h ''", "$0\r\n");
    fixture->protocol = 3;
    EXPECT_REPLY(fixture, "HGETALL absent", "%0");
    EXPECT_REPLY(fixture, "HGET absent a", "_");
}

static void test_delete(void **state)
{
    struct command_fixture *fixture = *state;

    fixture_run(fixture, "HSET h a 1 b 2 c 3");
    EXPECT_CHANGES(fixture, "HDEL h x y", ":0", 0);
    EXPECT_CHANGES(fixture, "HDEL h a a b", ":2", 1);
    EXPECT_REPLY(fixture, "HGETALL h", "*2\r\n$1\r\nc\r\n$1\r\n3");
    EXPECT_CHANGES(fixture, "HDEL h c d", ":1", 1);
    EXPECT_REPLY(fixture, "EXISTS h", ":0");
    EXPECT_CHANGES(fixture, "HDEL h c", ":0", 0);
}

static void test_numbers(void **state)
{
    struct command_fixture *fixture = *state;

    EXPECT_CHANGES(fixture, "HINCRBY h n 5", ":5", 1);
    EXPECT_REPLY(fixture, "HINCRBY h n -7", ":-2");
    fixture_run(fixture, "HSET h big 9223372036854775807 text x float 1.5");
    EXPECT_CHANGES(fixture, "HINCRBY h big 1", "-ERR increment or decrement would overflow", 0);
    EXPECT_REPLY(fixture, "HINCRBY h text 1", "-ERR hash value is not an integer");
    EXPECT_REPLY(fixture, "HINCRBY h float 1", "-ERR hash value is not an integer");
    EXPECT_REPLY(fixture, "HINCRBY h n x", REPLY_NOT_INTEGER);
    EXPECT_CHANGES(fixture, "HINCRBYFLOAT h float 0.1", "$3\r\n1.6", 1);
    EXPECT_REPLY(fixture, "HINCRBYFLOAT h new 3.0e3", "$4\r\n3000");
    EXPECT_REPLY(fixture, "HINCRBYFLOAT h text 1", "-ERR hash value is not a float");
    EXPECT_REPLY(fixture, "HINCRBYFLOAT h n x", "-ERR value is not a valid float");
    EXPECT_REPLY(fixture, "HINCRBYFLOAT h n inf", "-ERR value is NaN or Infinity");
}

static void test_wrong_type(void **state)
{
    static const char *const lines[] = {
        "HSET s a 1",
        "HSETNX s a 1",
        "HMSET s a 1",
        "HGET s a",
        "HMGET s a",
        "HGETALL s",
        "HKEYS s",
        "HVALS s",
        "HLEN s",
        "HSTRLEN s a",
        "HEXISTS s a",
        "HDEL s a",
        "HINCRBY s a 1",
        "HRANDFIELD s",
        "HRANDFIELD s 2",
        "HINCRBYFLOAT s a 1",
        "HSCAN s 0",
        "HTTL s FIELDS 1 a",
        "HPERSIST s FIELDS 1 a",
        "HEXPIRE s 1 FIELDS 1 a",
        "HGETEX s FIELDS 1 a",
        "HSETEX s FIELDS 1 a b",
        "HGETDEL s FIELDS 1 a",
    };
    struct command_fixture *fixture = *state;

    fixture_run(fixture, "SET s text");
    for (size_t i = 0; i < sizeof(lines) / sizeof(lines[0]); i++)
        EXPECT_CHANGES(fixture, lines[i], REPLY_WRONG_TYPE, 0);
}

static void expect_encoding(struct command_fixture *fixture, const char *encoding)
{
    char expected[64];

    snprintf(expected, sizeof(expected), "$%zu\r\n%s", strlen(encoding), encoding);
    EXPECT_REPLY(fixture, "OBJECT ENCODING h", expected);
}

/* The name goes by Redis's limits; when the form here changes shows in nothing. */
static void test_encoding(void **state)
{
    struct command_fixture *fixture = *state;
    char line[200];

    for (int i = 0; i < 512; i++) {
        snprintf(line, sizeof(line), "HSET h field:%d value:%d", i, i);
        EXPECT_REPLY(fixture, line, ":1");
    }
    expect_encoding(fixture, "listpack");
    fixture_run(fixture, "HSET h one more");
    expect_encoding(fixture, "hashtable");
    EXPECT_REPLY(fixture, "HLEN h", ":513");
    EXPECT_REPLY(fixture, "HGET h field:300", "$9\r\nvalue:300");
    fixture_run(fixture, "DEL h");
    snprintf(line, sizeof(line), "HSET h f %064d", 7);
    fixture_run(fixture, line);
    expect_encoding(fixture, "listpack");
    snprintf(line, sizeof(line), "HSET h %065d x", 7);
    fixture_run(fixture, line);
    expect_encoding(fixture, "hashtable");
    fixture_run(fixture, "DEL h");
    fixture_run(fixture, "HSET h f v");
    fixture_run(fixture, "HEXPIRE h 100 FIELDS 1 f");
    expect_encoding(fixture, "hashtable");
}

static void test_random(void **state)
{
    struct command_fixture *fixture = *state;

    EXPECT_REPLY(fixture, "HRANDFIELD h", "$-1");
    EXPECT_REPLY(fixture, "HRANDFIELD h 3", "*0");
    fixture_run(fixture, "HSET h a 1");
    EXPECT_REPLY(fixture, "HRANDFIELD h", "$1\r\na");
    EXPECT_REPLY(fixture, "HRANDFIELD h 3 WITHVALUES", "*2\r\n$1\r\na\r\n$1\r\n1");
    EXPECT_REPLY(fixture, "HRANDFIELD h -2", "*2\r\n$1\r\na\r\n$1\r\na");
    EXPECT_REPLY(fixture, "HRANDFIELD h 0", "*0");
    EXPECT_REPLY(fixture, "HRANDFIELD h 1 x", REPLY_SYNTAX_ERROR);
    EXPECT_REPLY(fixture, "HRANDFIELD h -9223372036854775808 WITHVALUES",
                 "-ERR value is out of range, value must between -9223372036854775807 and "
                 "9223372036854775807");
    EXPECT_REPLY(fixture, "HRANDFIELD h -9223372036854775807 WITHVALUES",
                 "-ERR value is out of range");
    fixture->protocol = 3;
    EXPECT_REPLY(fixture, "HRANDFIELD h 1 WITHVALUES", "*1\r\n*2\r\n$1\r\na\r\n$1\r\n1");
    EXPECT_REPLY(fixture, "HRANDFIELD h 1", "*1\r\n$1\r\na");
}

/* Distinct ones of many, drawn one by one, by a walk, or all of them. */
static void test_random_distinct(void **state)
{
    static const int counts[] = {1, 10, 300, 900, 1000, 5000};
    struct command_fixture *fixture = *state;
    char line[100];

    for (int i = 0; i < 1000; i++) {
        snprintf(line, sizeof(line), "HSET h f%04d v", i);
        fixture_run(fixture, line);
    }
    for (size_t round = 0; round < sizeof(counts) / sizeof(counts[0]); round++) {
        bool seen[1000] = {false};
        int count = counts[round] < 1000 ? counts[round] : 1000;
        const char *next;

        snprintf(line, sizeof(line), "HRANDFIELD h %d", counts[round]);
        fixture_run(fixture, line);
        assert_int_equal(strtol(fixture->text + 1, NULL, 10), count);
        next = strchr(fixture->text, '\n') + 1;
        for (int i = 0; i < count; i++, next += 11) {
            long number = strtol(next + 5, NULL, 10);

            assert_memory_equal(next, "$5\r\nf", 5);
            assert_false(seen[number]);
            seen[number] = true;
        }
        assert_int_equal(*next, '\0');
    }
}

static void test_scan(void **state)
{
    struct command_fixture *fixture = *state;

    EXPECT_REPLY(fixture, "HSCAN h 0", "*2\r\n$1\r\n0\r\n*0");
    fixture_run(fixture, "HSET h a 1 b 2");
    EXPECT_REPLY(fixture, "HSCAN h 0",
                 "*2\r\n$1\r\n0\r\n*4\r\n$1\r\na\r\n$1\r\n1\r\n$1\r\nb\r\n$1\r\n2");
    EXPECT_REPLY(fixture, "HSCAN h 0 NOVALUES", "*2\r\n$1\r\n0\r\n*2\r\n$1\r\na\r\n$1\r\nb");
    EXPECT_REPLY(fixture, "HSCAN h 0 MATCH b* COUNT 1",
                 "*2\r\n$1\r\n0\r\n*2\r\n$1\r\nb\r\n$1\r\n2");
    EXPECT_REPLY(fixture, "HSCAN h x", "-ERR invalid cursor");
}

/* ---- Fields that expire ---- */

static void test_expire(void **state)
{
    struct command_fixture *fixture = *state;

    EXPECT_CHANGES(fixture, "HEXPIRE h 10 FIELDS 2 a b", "*2\r\n:-2\r\n:-2", 0);
    fixture_run(fixture, "HSET h a 1 b 2 c 3");
    EXPECT_CHANGES(fixture, "HEXPIRE h 10 FIELDS 2 a x", "*2\r\n:1\r\n:-2", 1);
    EXPECT_REPLY(fixture, "HTTL h FIELDS 3 a b x", "*3\r\n:10\r\n:-1\r\n:-2");
    EXPECT_REPLY(fixture, "HPTTL h FIELDS 1 a", "*1\r\n:10000");
    EXPECT_REPLY(fixture, "HEXPIRETIME h FIELDS 1 a", "*1\r\n:1700000010");
    EXPECT_REPLY(fixture, "HPEXPIRETIME h FIELDS 1 a", "*1\r\n:1700000010000");
    EXPECT_CHANGES(fixture, "HEXPIRE h 20 NX FIELDS 2 a b", "*2\r\n:0\r\n:1", 1);
    EXPECT_CHANGES(fixture, "HEXPIRE h 5 GT FIELDS 2 a c", "*2\r\n:0\r\n:0", 0);
    EXPECT_REPLY(fixture, "HEXPIRE h 5 LT FIELDS 2 a c", "*2\r\n:1\r\n:1");
    EXPECT_REPLY(fixture, "HPEXPIRE h 7000 XX FIELDS 1 c", "*1\r\n:1");
    EXPECT_REPLY(fixture, "HPEXPIREAT h 1700000030000 FIELDS 1 a", "*1\r\n:1");
    EXPECT_REPLY(fixture, "HEXPIREAT h 1700000031 FIELDS 1 b", "*1\r\n:1");
    EXPECT_REPLY(fixture, "HPTTL h FIELDS 3 a b c", "*3\r\n:30000\r\n:31000\r\n:7000");
    EXPECT_CHANGES(fixture, "HPERSIST h FIELDS 3 a x a", "*3\r\n:1\r\n:-2\r\n:-1", 1);
    EXPECT_CHANGES(fixture, "HPERSIST h FIELDS 1 a", "*1\r\n:-1", 0);
    EXPECT_CHANGES(fixture, "HEXPIRE h 0 FIELDS 2 a x", "*2\r\n:2\r\n:-2", 1);
    EXPECT_REPLY(fixture, "HPEXPIREAT h 1 GT FIELDS 2 b c", "*2\r\n:0\r\n:0");
    EXPECT_REPLY(fixture, "HPEXPIREAT h 1 LT FIELDS 2 b c", "*2\r\n:2\r\n:2");
    EXPECT_REPLY(fixture, "EXISTS h", ":0");
}

static void test_expire_errors(void **state)
{
    struct command_fixture *fixture = *state;

    fixture_run(fixture, "HSET h a 1");
    EXPECT_REPLY(fixture, "HEXPIRE h 1 FIELDS 0 a", REPLY_WRONG_COUNT);
    EXPECT_REPLY(fixture, "HEXPIRE h 1 FIELDS -1 a", REPLY_WRONG_COUNT);
    EXPECT_REPLY(fixture, "HEXPIRE h 1 FIELDS 2 a", REPLY_WRONG_COUNT);
    EXPECT_REPLY(fixture, "HEXPIRE h 1 FIELDS 1 a b", REPLY_WRONG_COUNT);
    EXPECT_REPLY(fixture, "HEXPIRE h 1 1 a b c", REPLY_WRONG_COUNT);
    EXPECT_REPLY(fixture, "HEXPIRE h 1 FIELDS x a", REPLY_NOT_INTEGER);
    EXPECT_REPLY(fixture, "HEXPIRE h 1 FIELDS 9223372036854775807 a", REPLY_WRONG_COUNT);
    EXPECT_REPLY(fixture, "HEXPIRE h x FIELDS 1 a", REPLY_NOT_INTEGER);
    EXPECT_REPLY(fixture, "HEXPIRE h -1 FIELDS 1 a",
                 "-ERR invalid expire time in 'hexpire' command");
    EXPECT_REPLY(fixture, "HPEXPIRE h 9223372036854775807 FIELDS 1 a",
                 "-ERR invalid expire time in 'hpexpire' command");
    EXPECT_REPLY(fixture, "HEXPIRE h 1 ZZ FIELDS 1 a", "-ERR Unsupported option ZZ");
    EXPECT_REPLY(fixture, "HEXPIRE h 1 NX XX FIELDS 1 a",
                 "-ERR NX and XX, GT or LT options at the same time are not compatible");
    EXPECT_REPLY(fixture, "HTTL h WORDS 1 a", REPLY_SYNTAX_ERROR);
    EXPECT_REPLY(fixture, "HTTL h FIELDS 2 a", REPLY_SYNTAX_ERROR);
    EXPECT_REPLY(fixture, "HGETDEL h FIELDS 2 a", REPLY_WRONG_COUNT);
    EXPECT_REPLY(fixture, "HGETDEL h WORDS 1 a", REPLY_SYNTAX_ERROR);
    EXPECT_REPLY(fixture, "HPERSIST h FIELDS x a", REPLY_NOT_INTEGER);
    EXPECT_REPLY(fixture, "HTTL h FIELDS 1 a", "*1\r\n:-1");
}

/* A field whose time has come is seen by nobody, though nobody has removed it yet; only HLEN says
 * what is held. */
static void test_expired_fields_are_gone(void **state)
{
    struct command_fixture *fixture = *state;

    fixture_run(fixture, "HSET h a 1 b 2 c 3");
    fixture_run(fixture, "HEXPIRE h 10 FIELDS 2 a b");
    fixture->now += 10000;
    EXPECT_REPLY(fixture, "HGET h a", "$-1");
    EXPECT_REPLY(fixture, "HMGET h a c", "*2\r\n$-1\r\n$1\r\n3");
    EXPECT_REPLY(fixture, "HGETALL h", "*2\r\n$1\r\nc\r\n$1\r\n3");
    EXPECT_REPLY(fixture, "HKEYS h", "*1\r\n$1\r\nc");
    EXPECT_REPLY(fixture, "HLEN h", ":3");
    EXPECT_REPLY(fixture, "HEXISTS h a", ":0");
    EXPECT_REPLY(fixture, "HSTRLEN h a", ":0");
    EXPECT_REPLY(fixture, "HSCAN h 0", "*2\r\n$1\r\n0\r\n*2\r\n$1\r\nc\r\n$1\r\n3");
    EXPECT_REPLY(fixture, "HRANDFIELD h 5", "*1\r\n$1\r\nc");
    EXPECT_REPLY(fixture, "HRANDFIELD h -2", "*2\r\n$1\r\nc\r\n$1\r\nc");
    EXPECT_REPLY(fixture, "HTTL h FIELDS 1 a", "*1\r\n:-2");
    EXPECT_CHANGES(fixture, "HPERSIST h FIELDS 1 a", "*1\r\n:-2", 0);
    EXPECT_CHANGES(fixture, "HDEL h a", ":0", 0);
    EXPECT_REPLY(fixture, "HSETNX h a 4", ":1");
    EXPECT_REPLY(fixture, "HINCRBY h b 7", ":7");
    EXPECT_REPLY(fixture, "HTTL h FIELDS 2 a b", "*2\r\n:-1\r\n:-1");
    EXPECT_REPLY(fixture, "HLEN h", ":3");
}

static void test_expired_actively(void **state)
{
    struct command_fixture *fixture = *state;

    fixture_run(fixture, "HSET h a 1 b 2");
    fixture_run(fixture, "HPEXPIRE h 10 FIELDS 1 a");
    fixture_run(fixture, "HSETEX only PX 10 FIELDS 2 x 1 y 2");
    assert_true(keyspace_next_expiry(fixture->keyspace) == fixture->now + 10);
    fixture->now += 10;
    assert_false(keyspace_expire(fixture->keyspace, fixture->now, 1000));
    EXPECT_REPLY(fixture, "EXISTS only", ":0");
    EXPECT_REPLY(fixture, "HGETALL h", "*2\r\n$1\r\nb\r\n$1\r\n2");
    assert_true(keyspace_next_expiry(fixture->keyspace) == TIME_NEVER);
}

/* What sets a value takes the time away, what changes one keeps it. */
static void test_writes_and_times(void **state)
{
    struct command_fixture *fixture = *state;

    fixture_run(fixture, "HSETEX h EX 10 FIELDS 4 a 1 b 2 c 3 d 4");
    fixture_run(fixture, "HINCRBY h a 1");
    fixture_run(fixture, "HINCRBYFLOAT h b 0.5");
    fixture_run(fixture, "HSET h c 1");
    fixture_run(fixture, "HSETNX h d 1");
    EXPECT_REPLY(fixture, "HTTL h FIELDS 4 a b c d", "*4\r\n:10\r\n:10\r\n:-1\r\n:10");
    fixture_run(fixture, "COPY h copy");
    fixture_run(fixture, "RENAME h renamed");
    EXPECT_REPLY(fixture, "HTTL copy FIELDS 1 a", "*1\r\n:10");
    EXPECT_REPLY(fixture, "HTTL renamed FIELDS 1 a", "*1\r\n:10");
    fixture->now += 10000;
    while (keyspace_expire(fixture->keyspace, fixture->now, 100))
        ;
    EXPECT_REPLY(fixture, "HGETALL renamed", "*2\r\n$1\r\nc\r\n$1\r\n1");
    EXPECT_REPLY(fixture, "HGETALL copy", "*2\r\n$1\r\nc\r\n$1\r\n1");
}

static void test_getex(void **state)
{
    struct command_fixture *fixture = *state;

    EXPECT_REPLY(fixture, "HGETEX h EX 10 FIELDS 1 a", "*1\r\n$-1");
    fixture_run(fixture, "HSET h a 1 b 2 c 3");
    EXPECT_CHANGES(fixture, "HGETEX h FIELDS 2 a x", "*2\r\n$1\r\n1\r\n$-1", 0);
    EXPECT_CHANGES(fixture, "HGETEX h EX 10 FIELDS 2 a x", "*2\r\n$1\r\n1\r\n$-1", 1);
    EXPECT_REPLY(fixture, "HTTL h FIELDS 2 a b", "*2\r\n:10\r\n:-1");
    EXPECT_CHANGES(fixture, "HGETEX h PERSIST FIELDS 2 a b", "*2\r\n$1\r\n1\r\n$1\r\n2", 1);
    EXPECT_CHANGES(fixture, "HGETEX h PERSIST FIELDS 1 a", "*1\r\n$1\r\n1", 0);
    EXPECT_REPLY(fixture, "HGETEX h PXAT 1700000005000 FIELDS 1 b", "*1\r\n$1\r\n2");
    EXPECT_REPLY(fixture, "HGETEX h FIELDS 1 c PX 2500", "*1\r\n$1\r\n3");
    EXPECT_REPLY(fixture, "HPTTL h FIELDS 3 a b c", "*3\r\n:-1\r\n:5000\r\n:2500");
    EXPECT_CHANGES(fixture, "HGETEX h EXAT 1 FIELDS 3 a b c", "*3\r\n$1\r\n1\r\n$1\r\n2\r\n$1\r\n3",
                   1);
    EXPECT_REPLY(fixture, "EXISTS h", ":0");
    EXPECT_REPLY(fixture, "HGETEX h EX 1 PERSIST FIELDS 1 a", REPLY_SYNTAX_ERROR);
    EXPECT_REPLY(fixture, "HGETEX h KEEPTTL FIELDS 1 a", REPLY_SYNTAX_ERROR);
    EXPECT_REPLY(fixture, "HGETEX h EX FIELDS 1 a", REPLY_SYNTAX_ERROR);
    EXPECT_REPLY(fixture, "HGETEX h FIELDS 1 a EX", REPLY_SYNTAX_ERROR);
    EXPECT_REPLY(fixture, "HGETEX h FIELDS 1 a b", REPLY_WRONG_COUNT);
    EXPECT_REPLY(fixture, "HGETEX h EX -1 FIELDS 1 a",
                 "-ERR invalid expire time in 'hgetex' command");
}

static void test_setex(void **state)
{
    struct command_fixture *fixture = *state;

    EXPECT_CHANGES(fixture, "HSETEX h XX FIELDS 1 a 1", ":0", 0);
    EXPECT_CHANGES(fixture, "HSETEX h FXX FIELDS 1 a 1", ":0", 0);
    EXPECT_REPLY(fixture, "EXISTS h", ":0");
    EXPECT_CHANGES(fixture, "HSETEX h NX EX 10 FIELDS 2 a 1 b 2", ":1", 1);
    EXPECT_CHANGES(fixture, "HSETEX h NX FIELDS 1 c 1", ":0", 0);
    EXPECT_CHANGES(fixture, "HSETEX h FNX FIELDS 2 a 9 c 1", ":0", 0);
    EXPECT_CHANGES(fixture, "HSETEX h FXX FIELDS 2 a 9 c 1", ":0", 0);
    EXPECT_REPLY(fixture, "HSETEX h FXX KEEPTTL FIELDS 2 a 3 b 4", ":1");
    EXPECT_REPLY(fixture, "HGETEX h FIELDS 2 a b", "*2\r\n$1\r\n3\r\n$1\r\n4");
    EXPECT_REPLY(fixture, "HTTL h FIELDS 2 a b", "*2\r\n:10\r\n:10");
    EXPECT_REPLY(fixture, "HSETEX h FIELDS 1 a 5", ":1");
    EXPECT_REPLY(fixture, "HTTL h FIELDS 2 a b", "*2\r\n:-1\r\n:10");
    EXPECT_REPLY(fixture, "HSETEX h FIELDS 1 c 6 PX 500", ":1");
    EXPECT_REPLY(fixture, "HPTTL h FIELDS 1 c", "*1\r\n:500");
    EXPECT_CHANGES(fixture, "HSETEX h PX 0 FIELDS 3 a 1 b 1 c 1", ":1", 1);
    EXPECT_REPLY(fixture, "EXISTS h", ":0");
    EXPECT_CHANGES(fixture, "HSETEX h EXAT 1 FIELDS 1 a 1", ":1", 0);
    EXPECT_REPLY(fixture, "HSETEX h EX 1 PX 1 FIELDS 1 a 1", REPLY_SYNTAX_ERROR);
    EXPECT_REPLY(fixture, "HSETEX h FNX FXX FIELDS 1 a 1", REPLY_SYNTAX_ERROR);
    EXPECT_REPLY(fixture, "HSETEX h EX 1 FIELDS 1 a 1 extra", REPLY_WRONG_COUNT);
    EXPECT_REPLY(fixture, "HSETEX h EX 1 FIELDS 2 a 1 b", REPLY_WRONG_COUNT);
    EXPECT_REPLY(fixture, "HSETEX h EX x FIELDS 1 a 1", REPLY_NOT_INTEGER);
}

static void test_getdel(void **state)
{
    struct command_fixture *fixture = *state;

    EXPECT_CHANGES(fixture, "HGETDEL h FIELDS 1 a", "*1\r\n$-1", 0);
    fixture_run(fixture, "HSET h a 1 b 2");
    EXPECT_CHANGES(fixture, "HGETDEL h FIELDS 3 a a x", "*3\r\n$1\r\n1\r\n$-1\r\n$-1", 1);
    EXPECT_CHANGES(fixture, "HGETDEL h FIELDS 2 b b", "*2\r\n$1\r\n2\r\n$-1", 1);
    EXPECT_REPLY(fixture, "EXISTS h", ":0");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        FIXTURE_TEST(test_set_and_get),
        FIXTURE_TEST(test_delete),
        FIXTURE_TEST(test_numbers),
        FIXTURE_TEST(test_wrong_type),
        FIXTURE_TEST(test_encoding),
        FIXTURE_TEST(test_random),
        FIXTURE_TEST(test_random_distinct),
        FIXTURE_TEST(test_scan),
        FIXTURE_TEST(test_expire),
        FIXTURE_TEST(test_expire_errors),
        FIXTURE_TEST(test_expired_fields_are_gone),
        FIXTURE_TEST(test_expired_actively),
        FIXTURE_TEST(test_writes_and_times),
        FIXTURE_TEST(test_getex),
        FIXTURE_TEST(test_setex),
        FIXTURE_TEST(test_getdel),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
