/* Sorted set commands: replies in both protocols, what counts as a change, and errors. */
#include "tests/unit/command_fixture.h"

#define NOT_FLOAT "-ERR value is not a valid float"

static void test_add(void **state)
{
    struct command_fixture *fixture = *state;

    EXPECT_CHANGES(fixture, "ZADD z 1 a 2.5 b -inf c", ":3", 1);
    EXPECT_CHANGES(fixture, "ZADD z 1 a", ":0", 0);
    EXPECT_CHANGES(fixture, "ZADD z CH 2 a 9 d", ":2", 1);
    EXPECT_CHANGES(fixture, "ZADD z XX 5 new", ":0", 0);
    EXPECT_CHANGES(fixture, "ZADD z NX 5 a", ":0", 0);
    EXPECT_CHANGES(fixture, "ZADD z GT CH 1 a", ":0", 0);
    EXPECT_CHANGES(fixture, "ZADD z LT CH 1 a", ":1", 1);
    EXPECT_CHANGES(fixture, "ZADD none XX 5 a", ":0", 0);
    EXPECT_REPLY(fixture, "EXISTS none", ":0");
    EXPECT_REPLY(fixture, "ZADD z NX XX 1 a",
                 "-ERR XX and NX options at the same time are not compatible");
    EXPECT_REPLY(fixture, "ZADD z GT LT 1 a",
                 "-ERR GT, LT, and/or NX options at the same time are not compatible");
    EXPECT_REPLY(fixture, "ZADD z INCR 1 a 2 b",
                 "-ERR INCR option supports a single increment-element pair");
    EXPECT_REPLY(fixture, "ZADD z 1 a 2", REPLY_SYNTAX_ERROR);
    EXPECT_CHANGES(fixture, "ZADD z 7 e nan f", NOT_FLOAT, 0);
    EXPECT_REPLY(fixture, "ZSCORE z e", "$-1");
    EXPECT_REPLY(fixture, "ZCARD z", ":4");
}

static void test_increment(void **state)
{
    struct command_fixture *fixture = *state;

    EXPECT_CHANGES(fixture, "ZINCRBY z 1.5 a", "$3\r\n1.5", 1);
    EXPECT_CHANGES(fixture, "ZADD z INCR 1 a", "$3\r\n2.5", 1);
    EXPECT_CHANGES(fixture, "ZADD z XX INCR 1 b", "$-1", 0);
    EXPECT_CHANGES(fixture, "ZINCRBY z 0 a", "$3\r\n2.5", 0);
    EXPECT_CHANGES(fixture, "ZINCRBY z inf a", "$3\r\ninf", 1);
    EXPECT_CHANGES(fixture, "ZINCRBY z -inf a", "-ERR resulting score is not a number (NaN)", 0);
    EXPECT_REPLY(fixture, "ZINCRBY z x a", NOT_FLOAT);
    fixture->protocol = 3;
    EXPECT_REPLY(fixture, "ZINCRBY z 1 b", ",1");
    EXPECT_REPLY(fixture, "ZADD z NX INCR 1 b", "_");
}

static void test_members(void **state)
{
    struct command_fixture *fixture = *state;

    fixture_run(fixture, "ZADD z 1 a 2 b 2 c 3 d");
    EXPECT_REPLY(fixture, "ZMSCORE z a none d", "*3\r\n$1\r\n1\r\n$-1\r\n$1\r\n3");
    EXPECT_REPLY(fixture, "ZRANK z c", ":2");
    EXPECT_REPLY(fixture, "ZREVRANK z c", ":1");
    EXPECT_REPLY(fixture, "ZRANK z c WITHSCORE", "*2\r\n:2\r\n$1\r\n2");
    EXPECT_REPLY(fixture, "ZRANK z none WITHSCORE", "*-1");
    EXPECT_REPLY(fixture, "ZRANK z none", "$-1");
    EXPECT_REPLY(fixture, "ZRANK z c junk", REPLY_SYNTAX_ERROR);
    EXPECT_CHANGES(fixture, "ZREM z a none", ":1", 1);
    EXPECT_CHANGES(fixture, "ZREM z none", ":0", 0);
    EXPECT_CHANGES(fixture, "ZREM z b c d", ":3", 1);
    EXPECT_REPLY(fixture, "EXISTS z", ":0");
    EXPECT_REPLY(fixture, "ZSCORE z a", "$-1");
    fixture->protocol = 3;
    fixture_run(fixture, "ZADD z 0.5 a");
    EXPECT_REPLY(fixture, "ZSCORE z a", ",0.5");
    EXPECT_REPLY(fixture, "ZREVRANK z a WITHSCORE", "*2\r\n:0\r\n,0.5");
}

static void test_ranges(void **state)
{
    struct command_fixture *fixture = *state;

    fixture_run(fixture, "ZADD z 1 a 2 b 2 c 3 d");
    EXPECT_REPLY(fixture, "ZRANGE z 1 -2", "*2\r\n$1\r\nb\r\n$1\r\nc");
    EXPECT_REPLY(fixture, "ZRANGE z 0 0 REV WITHSCORES", "*2\r\n$1\r\nd\r\n$1\r\n3");
    EXPECT_REPLY(fixture, "ZREVRANGE z -1 100", "*1\r\n$1\r\na");
    EXPECT_REPLY(fixture, "ZRANGEBYSCORE z (1 2 LIMIT 1 5", "*1\r\n$1\r\nc");
    EXPECT_REPLY(fixture, "ZREVRANGEBYSCORE z +inf (2", "*1\r\n$1\r\nd");
    EXPECT_REPLY(fixture, "ZRANGE z 2 1 BYSCORE REV LIMIT 0 1", "*1\r\n$1\r\nc");
    EXPECT_REPLY(fixture, "ZRANGEBYSCORE z -inf inf LIMIT -1 5", "*0");
    EXPECT_REPLY(fixture, "ZRANGEBYSCORE z x 1", "-ERR min or max is not a float");
    EXPECT_REPLY(fixture, "ZRANGE z 0 -1 LIMIT 0 1",
                 "-ERR syntax error, LIMIT is only supported in combination with either BYSCORE "
                 "or BYLEX");
    EXPECT_REPLY(fixture, "ZRANGE z - + BYLEX WITHSCORES",
                 "-ERR syntax error, WITHSCORES not supported in combination with BYLEX");
    EXPECT_REPLY(fixture, "ZRANGE z a -1", REPLY_NOT_INTEGER);
    EXPECT_REPLY(fixture, "ZRANGE z -9223372036854775808 9223372036854775807 REV",
                 "*4\r\n$1\r\nd\r\n$1\r\nc\r\n$1\r\nb\r\n$1\r\na");
    EXPECT_REPLY(fixture, "ZCOUNT z (1 +inf", ":3");
    EXPECT_REPLY(fixture, "ZCOUNT z 3 1", ":0");
    fixture->protocol = 3;
    EXPECT_REPLY(fixture, "ZRANGE z 0 0 WITHSCORES", "*1\r\n*2\r\n$1\r\na\r\n,1");
}

static void test_lexical_ranges(void **state)
{
    struct command_fixture *fixture = *state;

    fixture_run(fixture, "ZADD z 0 a 0 ab 0 b 0 c");
    EXPECT_REPLY(fixture, "ZRANGEBYLEX z [a (b", "*2\r\n$1\r\na\r\n$2\r\nab");
    EXPECT_REPLY(fixture, "ZREVRANGEBYLEX z + (ab LIMIT 1 1", "*1\r\n$1\r\nb");
    EXPECT_REPLY(fixture, "ZLEXCOUNT z - +", ":4");
    EXPECT_REPLY(fixture, "ZLEXCOUNT z + -", ":0");
    EXPECT_REPLY(fixture, "ZLEXCOUNT z a +", "-ERR min or max not valid string range item");
    EXPECT_CHANGES(fixture, "ZREMRANGEBYLEX z [a (b", ":2", 1);
    EXPECT_CHANGES(fixture, "ZREMRANGEBYLEX z [a (b", ":0", 0);
}

static void test_range_store_and_remove(void **state)
{
    struct command_fixture *fixture = *state;

    fixture_run(fixture, "ZADD z 1 a 2 b 2 c 3 d");
    fixture_run(fixture, "SET to x EX 100");
    EXPECT_CHANGES(fixture, "ZRANGESTORE to z 0 1", ":2", 1);
    EXPECT_REPLY(fixture, "TTL to", ":-1");
    EXPECT_CHANGES(fixture, "ZRANGESTORE z z 2 3 BYSCORE", ":3", 1);
    EXPECT_CHANGES(fixture, "ZRANGESTORE to none 0 -1", ":0", 1);
    EXPECT_CHANGES(fixture, "ZRANGESTORE to none 0 -1", ":0", 0);
    EXPECT_REPLY(fixture, "EXISTS to", ":0");
    EXPECT_CHANGES(fixture, "ZREMRANGEBYRANK z 0 0", ":1", 1);
    EXPECT_CHANGES(fixture, "ZREMRANGEBYRANK z 5 9", ":0", 0);
    EXPECT_CHANGES(fixture, "ZREMRANGEBYSCORE z (2 3", ":1", 1);
    EXPECT_CHANGES(fixture, "ZREMRANGEBYSCORE z 2 2", ":1", 1);
    EXPECT_REPLY(fixture, "EXISTS z", ":0");
    EXPECT_REPLY(fixture, "ZREMRANGEBYRANK none x 1", REPLY_NOT_INTEGER);
}

static void test_pops(void **state)
{
    struct command_fixture *fixture = *state;

    fixture_run(fixture, "ZADD z 1 a 2 b 3 c 4 d 5 e 6 f");
    EXPECT_CHANGES(fixture, "ZPOPMIN z", "*2\r\n$1\r\na\r\n$1\r\n1", 1);
    EXPECT_CHANGES(fixture, "ZPOPMAX z 0", "*0", 0);
    EXPECT_CHANGES(fixture, "ZPOPMAX none", "*0", 0);
    EXPECT_REPLY(fixture, "ZPOPMAX z -1", "-ERR value is out of range, must be positive");
    fixture->protocol = 3;
    EXPECT_REPLY(fixture, "ZPOPMAX z", "*2\r\n$1\r\nf\r\n,6");
    EXPECT_REPLY(fixture, "ZPOPMAX z 1", "*1\r\n*2\r\n$1\r\ne\r\n,5");
    fixture->protocol = 2;
    EXPECT_CHANGES(fixture, "ZMPOP 2 none z MIN COUNT 2",
                   "*2\r\n$1\r\nz\r\n*2\r\n*2\r\n$1\r\nb\r\n$1\r\n2\r\n*2\r\n$1\r\nc\r\n$1\r\n3",
                   1);
    EXPECT_REPLY(fixture, "ZMPOP 1 none MAX", "*-1");
    EXPECT_REPLY(fixture, "ZMPOP 0 z MAX", "-ERR numkeys should be greater than 0");
    EXPECT_REPLY(fixture, "ZMPOP 1 z MAX COUNT 0", "-ERR count should be greater than 0");
    EXPECT_REPLY(fixture, "ZMPOP 9223372036854775807 z MAX", REPLY_SYNTAX_ERROR);
    EXPECT_REPLY(fixture, "BZPOPMAX none z 0", "*3\r\n$1\r\nz\r\n$1\r\nd\r\n$1\r\n4");
    EXPECT_REPLY(fixture, "EXISTS z", ":0");
    /* Where nobody may wait, the time is over at once. */
    EXPECT_REPLY(fixture, "BZPOPMIN z 0", "*-1");
    EXPECT_REPLY(fixture, "BZMPOP 0 1 z MIN", "*-1");
    EXPECT_REPLY(fixture, "BZPOPMIN z x", "-ERR timeout is not a float or out of range");
    EXPECT_REPLY(fixture, "BZMPOP -1 1 z MIN", "-ERR timeout is negative");
}

static void test_algebra(void **state)
{
    struct command_fixture *fixture = *state;

    fixture_run(fixture, "ZADD a 1 x 2 y 3 z");
    fixture_run(fixture, "ZADD b 10 y 20 z 30 w");
    fixture_run(fixture, "SADD s y q");
    EXPECT_REPLY(fixture, "ZINTER 2 a b WITHSCORES",
                 "*4\r\n$1\r\ny\r\n$2\r\n12\r\n$1\r\nz\r\n$2\r\n23");
    EXPECT_REPLY(fixture, "ZINTER 3 a b s WEIGHTS 1 2 3 AGGREGATE MAX WITHSCORES",
                 "*2\r\n$1\r\ny\r\n$2\r\n20");
    EXPECT_REPLY(fixture, "ZUNION 2 a s", "*4\r\n$1\r\nq\r\n$1\r\nx\r\n$1\r\ny\r\n$1\r\nz");
    EXPECT_REPLY(fixture, "ZDIFF 2 a b WITHSCORES", "*2\r\n$1\r\nx\r\n$1\r\n1");
    EXPECT_REPLY(fixture, "ZINTERCARD 2 a b LIMIT 1", ":1");
    EXPECT_REPLY(fixture, "ZINTERCARD 2 a b LIMIT -1", "-ERR LIMIT can't be negative");
    EXPECT_CHANGES(fixture, "ZUNIONSTORE a 2 a b AGGREGATE MIN", ":4", 1);
    EXPECT_REPLY(fixture, "ZSCORE a z", "$1\r\n3");
    EXPECT_CHANGES(fixture, "ZDIFFSTORE a 2 a a", ":0", 1);
    EXPECT_REPLY(fixture, "EXISTS a", ":0");
    EXPECT_REPLY(fixture, "ZUNION 0 a", "-ERR at least 1 input key is needed for 'zunion' command");
    EXPECT_REPLY(fixture, "ZUNION 3 a b", REPLY_SYNTAX_ERROR);
    EXPECT_REPLY(fixture, "ZUNION 1 b WEIGHTS x", "-ERR weight value is not a float");
    EXPECT_REPLY(fixture, "ZUNION 1 b AGGREGATE AVG", REPLY_SYNTAX_ERROR);
    /* Infinities that cancel each other out are zero. */
    fixture_run(fixture, "ZADD i inf m");
    fixture_run(fixture, "ZADD j -inf m");
    EXPECT_REPLY(fixture, "ZUNION 2 i j WITHSCORES", "*2\r\n$1\r\nm\r\n$1\r\n0");
    EXPECT_REPLY(fixture, "ZUNION 1 i WEIGHTS 0 WITHSCORES", "*2\r\n$1\r\nm\r\n$1\r\n0");
    fixture->protocol = 3;
    EXPECT_REPLY(fixture, "ZUNION 1 b WITHSCORES",
                 "*3\r\n*2\r\n$1\r\ny\r\n,10\r\n*2\r\n$1\r\nz\r\n,20\r\n*2\r\n$1\r\nw\r\n,30");
}

/* The names of the forms follow Redis's thresholds, whatever the form is here. */
static void test_encoding(void **state)
{
    struct command_fixture *fixture = *state;
    char line[64];

    for (int i = 0; i < 128; i++) {
        snprintf(line, sizeof(line), "ZADD z %d member:%d", i, i);
        fixture_run(fixture, line);
    }
    EXPECT_REPLY(fixture, "OBJECT ENCODING z", "$8\r\nlistpack");
    EXPECT_REPLY(fixture, "ZADD z 500 one-more", ":1");
    EXPECT_REPLY(fixture, "OBJECT ENCODING z", "$8\r\nskiplist");
    EXPECT_REPLY(fixture, "ZREM z one-more", ":1");
    EXPECT_REPLY(fixture, "OBJECT ENCODING z", "$8\r\nskiplist");
    EXPECT_REPLY(fixture, "COPY z y", ":1");
    EXPECT_REPLY(fixture, "OBJECT ENCODING y", "$8\r\nskiplist");
    EXPECT_REPLY(fixture, "ZRANGESTORE x z 0 -1", ":128");
    EXPECT_REPLY(fixture, "OBJECT ENCODING x", "$8\r\nlistpack");
    EXPECT_REPLY(fixture, "ZRANK y member:100", ":100");
    EXPECT_REPLY(fixture, "DEL z y x", ":3");
}

static void test_scan(void **state)
{
    struct command_fixture *fixture = *state;

    fixture_run(fixture, "ZADD z 1 a 2.5 ab 3 c");
    EXPECT_REPLY(fixture, "ZSCAN z 0 MATCH a*",
                 "*2\r\n$1\r\n0\r\n*4\r\n$1\r\na\r\n$1\r\n1\r\n$2\r\nab\r\n$3\r\n2.5");
    EXPECT_REPLY(fixture, "ZSCAN z 0 NOSCORES",
                 "*2\r\n$1\r\n0\r\n*3\r\n$1\r\na\r\n$2\r\nab\r\n$1\r\nc");
    EXPECT_REPLY(fixture, "ZSCAN none 7", "*2\r\n$1\r\n0\r\n*0");
    EXPECT_REPLY(fixture, "ZSCAN z x", "-ERR invalid cursor");
}

static void test_wrong_types(void **state)
{
    static const char *const lines[] = {
        "ZADD s 1 a",
        "ZINCRBY s 1 a",
        "ZREM s a",
        "ZCARD s",
        "ZSCORE s a",
        "ZMSCORE s a",
        "ZRANK s a",
        "ZRANGE s 0 1",
        "ZRANGESTORE t s 0 1",
        "ZCOUNT s 0 1",
        "ZLEXCOUNT s - +",
        "ZREMRANGEBYRANK s 0 1",
        "ZPOPMIN s",
        "BZPOPMIN s 0",
        "ZMPOP 1 s MIN",
        "BZMPOP 0 1 s MIN",
        "ZRANDMEMBER s",
        "ZRANDMEMBER s 3",
        "ZSCAN s 0",
        "ZUNION 1 s",
        "ZINTERSTORE t 1 s",
        "ZDIFF 1 s",
        "ZINTERCARD 1 s",
        "GEOADD s 1 1 a",
        "GEOPOS s a",
        "GEODIST s a b",
        "GEOHASH s a",
        "GEOSEARCH s FROMLONLAT 0 0 BYRADIUS 1 m",
        "GEORADIUS s 0 0 1 m",
    };
    struct command_fixture *fixture = *state;

    fixture_run(fixture, "SET s x");
    for (size_t i = 0; i < sizeof(lines) / sizeof(lines[0]); i++)
        EXPECT_CHANGES(fixture, lines[i],
                       "-WRONGTYPE Operation against a key holding the wrong kind of value", 0);
}

static void test_random_errors(void **state)
{
    struct command_fixture *fixture = *state;

    fixture_run(fixture, "ZADD z 1 a");
    EXPECT_REPLY(fixture, "ZRANDMEMBER none", "$-1");
    EXPECT_REPLY(fixture, "ZRANDMEMBER none 5", "*0");
    EXPECT_REPLY(fixture, "ZRANDMEMBER z 5 WITHSCORES", "*2\r\n$1\r\na\r\n$1\r\n1");
    EXPECT_REPLY(fixture, "ZRANDMEMBER z 0", "*0");
    EXPECT_REPLY(fixture, "ZRANDMEMBER z 1 junk", REPLY_SYNTAX_ERROR);
    EXPECT_REPLY(fixture, "ZRANDMEMBER z x", REPLY_NOT_INTEGER);
    EXPECT_REPLY(fixture, "ZRANDMEMBER z -9223372036854775807 WITHSCORES",
                 "-ERR value is out of range");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        FIXTURE_TEST(test_add),
        FIXTURE_TEST(test_increment),
        FIXTURE_TEST(test_members),
        FIXTURE_TEST(test_ranges),
        FIXTURE_TEST(test_lexical_ranges),
        FIXTURE_TEST(test_range_store_and_remove),
        FIXTURE_TEST(test_pops),
        FIXTURE_TEST(test_algebra),
        FIXTURE_TEST(test_encoding),
        FIXTURE_TEST(test_scan),
        FIXTURE_TEST(test_wrong_types),
        FIXTURE_TEST(test_random_errors),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
