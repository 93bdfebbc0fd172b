/* Stream commands without sockets: ids, trimming, ranges, reading, and what counts as a change. */
#include "tests/unit/command_fixture.h"

#define REPLY_WRONG_TYPE "-WRONGTYPE Operation against a key holding the wrong kind of value"
#define REPLY_INVALID_ID "-ERR Invalid stream ID specified as stream command argument"
#define REPLY_TOP_ITEM                                                                             \
    "-ERR The ID specified in XADD is equal or smaller than the target stream top item"
#define REPLY_EXHAUSTED                                                                            \
    "-ERR The stream has exhausted the last possible ID, unable to add more items"
#define LAST_ID "18446744073709551615-18446744073709551615"

static void add_many(struct command_fixture *fixture, const char *key, unsigned from, unsigned to)
{
    char line[64];

    for (unsigned i = from; i <= to; i++) {
        snprintf(line, sizeof(line), "XADD %s %u-1 f %u", key, i, i);
        fixture_run(fixture, line);
        assert_int_equal(fixture->changes, 1);
    }
}

static void test_ids(void **state)
{
    struct command_fixture *fixture = *state;

    EXPECT_REPLY(fixture, "XADD s 0-0 f v",
                 "-ERR The ID specified in XADD must be greater than 0-0");
    EXPECT_REPLY(fixture, "EXISTS s", ":0");
    EXPECT_CHANGES(fixture, "XADD s 0-* f v", "$3\r\n0-1", 1);
    EXPECT_REPLY(fixture, "XADD s 0-* f v", "$3\r\n0-2");
    EXPECT_CHANGES(fixture, "XADD s 0-2 f v", REPLY_TOP_ITEM, 0);
    EXPECT_REPLY(fixture, "XADD s 5 f v", "$3\r\n5-0");
    EXPECT_REPLY(fixture, "XADD s 5 f v", REPLY_TOP_ITEM);
    EXPECT_REPLY(fixture, "XADD s 4-* f v", REPLY_TOP_ITEM);
    EXPECT_REPLY(fixture, "XADD s 5-* f v", "$3\r\n5-1");
    EXPECT_REPLY(fixture, "XADD s 05-+2 f v", "$3\r\n5-2");
    EXPECT_REPLY(fixture, "XADD s 6-18446744073709551615 f v", "$22\r\n6-18446744073709551615");
    EXPECT_REPLY(fixture, "XADD s 6-* f v", REPLY_TOP_ITEM);
    EXPECT_REPLY(fixture, "XADD s * f v", "$15\r\n1700000000000-0");
    EXPECT_REPLY(fixture, "XADD s * f v", "$15\r\n1700000000000-1");
    /* The clock goes back, ids do not. */
    fixture->now -= 1000;
    EXPECT_REPLY(fixture, "XADD s * f v", "$15\r\n1700000000000-2");
    EXPECT_REPLY(fixture, "XADD s - f v", REPLY_INVALID_ID);
    EXPECT_REPLY(fixture, "XADD s 1-2-3 f v", REPLY_INVALID_ID);
    EXPECT_REPLY(fixture, "XADD s 18446744073709551616-1 f v", REPLY_INVALID_ID);
    EXPECT_REPLY(fixture, "XADD s * f", "-ERR wrong number of arguments for 'xadd' command");
    EXPECT_REPLY(fixture, "XADD s " LAST_ID " f v", "$41\r\n" LAST_ID);
    EXPECT_REPLY(fixture, "XADD s * f v", REPLY_EXHAUSTED);
    EXPECT_REPLY(fixture, "XADD s " LAST_ID " f v", REPLY_EXHAUSTED);
    EXPECT_REPLY(fixture, "XRANGE s (" LAST_ID " +", "-ERR invalid start ID for the interval");
    EXPECT_REPLY(fixture, "XREAD STREAMS s " LAST_ID, "*-1");
}

static void test_absent_and_other_types(void **state)
{
    struct command_fixture *fixture = *state;
    static const char *const lines[] = {"XADD text * f v",
                                        "XLEN text",
                                        "XDEL text 1",
                                        "XTRIM text MAXLEN 0",
                                        "XSETID text 1-1",
                                        "XRANGE text - +",
                                        "XREVRANGE text + -",
                                        "XREAD STREAMS text 0",
                                        "XREADGROUP GROUP g c STREAMS text >",
                                        "XACK text g 1",
                                        "XCLAIM text g c 0 1",
                                        "XAUTOCLAIM text g c 0 0",
                                        "XPENDING text g",
                                        "XGROUP CREATE text g 0 MKSTREAM",
                                        "XGROUP SETID text g 0",
                                        "XGROUP DESTROY text g",
                                        "XGROUP CREATECONSUMER text g c",
                                        "XGROUP DELCONSUMER text g c",
                                        "XINFO STREAM text",
                                        "XINFO GROUPS text",
                                        "XINFO CONSUMERS text g"};

    EXPECT_REPLY(fixture, "SET text 1", "+OK");
    for (size_t i = 0; i < sizeof(lines) / sizeof(lines[0]); i++)
        EXPECT_CHANGES(fixture, lines[i], REPLY_WRONG_TYPE, 0);
    EXPECT_CHANGES(fixture, "XADD absent NOMKSTREAM * f v", "$-1", 0);
    EXPECT_REPLY(fixture, "XLEN absent", ":0");
    EXPECT_REPLY(fixture, "XDEL absent x", ":0");
    EXPECT_REPLY(fixture, "XTRIM absent MAXLEN 0", ":0");
    EXPECT_REPLY(fixture, "XSETID absent 1-1", "-ERR no such key");
    EXPECT_REPLY(fixture, "XRANGE absent - +", "*0");
    EXPECT_REPLY(fixture, "XREAD STREAMS absent $", "*-1");
    EXPECT_REPLY(fixture, "XINFO STREAM absent", "-ERR no such key");
    EXPECT_REPLY(fixture, "EXISTS absent", ":0");
    EXPECT_REPLY(fixture, "XADD s 1-1 f v", "$3\r\n1-1");
    EXPECT_REPLY(fixture, "TYPE s", "+stream");
    EXPECT_REPLY(fixture, "OBJECT ENCODING s", "$6\r\nstream");
    EXPECT_REPLY(fixture, "GET s", REPLY_WRONG_TYPE);
    /* An empty stream is one. */
    EXPECT_CHANGES(fixture, "XDEL s 1-1 1-1 2-2", ":1", 1);
    EXPECT_CHANGES(fixture, "XDEL s 1-1", ":0", 0);
    EXPECT_REPLY(fixture, "TYPE s", "+stream");
}

static void test_ranges(void **state)
{
    struct command_fixture *fixture = *state;

    add_many(fixture, "s", 1, 3);
    EXPECT_REPLY(fixture, "XADD s 3-2 f 012 other -7", "$3\r\n3-2");
    EXPECT_REPLY(fixture, "XRANGE s 2 2", "*1\r\n*2\r\n$3\r\n2-1\r\n*2\r\n$1\r\nf\r\n$1\r\n2");
    EXPECT_REPLY(fixture, "XRANGE s (3-1 +",
                 "*1\r\n*2\r\n$3\r\n3-2\r\n*4\r\n$1\r\nf\r\n$3\r\n012\r\n$5\r\nother\r\n$2\r\n-7");
    EXPECT_REPLY(fixture, "XREVRANGE s + - COUNT 1",
                 "*1\r\n*2\r\n$3\r\n3-2\r\n*4\r\n$1\r\nf\r\n$3\r\n012\r\n$5\r\nother\r\n$2\r\n-7");
    EXPECT_REPLY(fixture, "XREVRANGE s (2-1 - COUNT 9223372036854775807",
                 "*1\r\n*2\r\n$3\r\n1-1\r\n*2\r\n$1\r\nf\r\n$1\r\n1");
    EXPECT_REPLY(fixture, "XRANGE s 3 2", "*0");
    EXPECT_REPLY(fixture, "XRANGE s - + COUNT 0", "*-1");
    EXPECT_REPLY(fixture, "XRANGE s - + COUNT -9223372036854775808", "*-1");
    EXPECT_REPLY(fixture, "XRANGE s - + COUNT x", REPLY_NOT_INTEGER);
    EXPECT_REPLY(fixture, "XRANGE s - + COUNT", REPLY_SYNTAX_ERROR);
    EXPECT_REPLY(fixture, "XRANGE s (- +", REPLY_INVALID_ID);
    EXPECT_REPLY(fixture, "XRANGE s - (0-0", "-ERR invalid end ID for the interval");
    EXPECT_REPLY(fixture, "XRANGE absent ( +", REPLY_INVALID_ID);
}

static void test_trimming(void **state)
{
    struct command_fixture *fixture = *state;

    add_many(fixture, "s", 1, 350);
    /* Whole nodes of a hundred entries. */
    EXPECT_CHANGES(fixture, "XTRIM s MAXLEN ~ 300", ":0", 0);
    EXPECT_CHANGES(fixture, "XTRIM s MAXLEN ~ 249", ":100", 1);
    EXPECT_REPLY(fixture, "XTRIM s MAXLEN ~ 0 LIMIT 99", ":0");
    EXPECT_REPLY(fixture, "XTRIM s MAXLEN ~ 120 LIMIT 100", ":100");
    EXPECT_REPLY(fixture, "XLEN s", ":150");
    EXPECT_REPLY(fixture, "XTRIM s MINID ~ 301", ":100");
    EXPECT_CHANGES(fixture, "XTRIM s MINID = 310-0", ":9", 1);
    EXPECT_CHANGES(fixture, "XTRIM s MINID 310-0", ":0", 0);
    EXPECT_REPLY(fixture, "XRANGE s - + COUNT 1",
                 "*1\r\n*2\r\n$5\r\n310-1\r\n*2\r\n$1\r\nf\r\n$3\r\n310");
    EXPECT_CHANGES(fixture, "XADD s MAXLEN 2 351-1 f v", "$5\r\n351-1", 1);
    EXPECT_REPLY(fixture, "XLEN s", ":2");
    EXPECT_REPLY(fixture, "XTRIM s MAXLEN 0", ":2");
    EXPECT_REPLY(fixture, "XTRIM s", "-ERR wrong number of arguments for 'xtrim' command");
    EXPECT_REPLY(fixture, "XTRIM s MAXLEN -1", "-ERR The MAXLEN argument must be >= 0.");
    EXPECT_REPLY(fixture, "XTRIM s MAXLEN x", REPLY_NOT_INTEGER);
    EXPECT_REPLY(fixture, "XTRIM s MAXLEN ~ 1 LIMIT -1", "-ERR The LIMIT argument must be >= 0.");
    EXPECT_REPLY(fixture, "XTRIM s MAXLEN 1 LIMIT 5",
                 "-ERR syntax error, LIMIT cannot be used without the special ~ option");
    EXPECT_REPLY(fixture, "XADD s LIMIT 5 * f v",
                 "-ERR syntax error, LIMIT cannot be used without specifying a trimming strategy");
    EXPECT_REPLY(fixture, "XTRIM s MAXLEN 1 MINID 1",
                 "-ERR syntax error, MAXLEN and MINID options at the same time are not compatible");
}

static void test_set_id(void **state)
{
    struct command_fixture *fixture = *state;

    add_many(fixture, "s", 1, 5);
    EXPECT_CHANGES(fixture, "XSETID s 9-9", "+OK", 1);
    EXPECT_REPLY(fixture, "XADD s 9-* f v", "$4\r\n9-10");
    EXPECT_CHANGES(fixture, "XSETID s 9-9",
                   "-ERR The ID specified in XSETID is smaller than the target stream top item", 0);
    EXPECT_REPLY(fixture, "XSETID s 10-1 ENTRIESADDED 5",
                 "-ERR The entries_added specified in XSETID is smaller than the target stream "
                 "length");
    EXPECT_REPLY(fixture, "XSETID s 10-1 ENTRIESADDED -1", "-ERR entries_added must be positive");
    EXPECT_REPLY(fixture, "XSETID s 10-1 MAXDELETEDID 10-2",
                 "-ERR The ID specified in XSETID is smaller than the provided "
                 "max_deleted_entry_id");
    EXPECT_REPLY(fixture, "XSETID s 10-1 ENTRIESADDED 50 MAXDELETEDID 10-1", "+OK");
    EXPECT_REPLY(fixture, "XTRIM s MAXLEN 0", ":6");
    EXPECT_REPLY(fixture, "XSETID s 10-0",
                 "-ERR The ID specified in XSETID is smaller than current max_deleted_entry_id");
    EXPECT_REPLY(fixture, "XSETID s 10-1 ENTRIESADDED", REPLY_SYNTAX_ERROR);
}

/* Ids that are given again behind ones that were deleted and have not left their node yet. */
static void test_ids_given_again(void **state)
{
    struct command_fixture *fixture = *state;

    add_many(fixture, "s", 1, 5);
    EXPECT_REPLY(fixture, "XDEL s 4-1 5-1", ":2");
    EXPECT_REPLY(fixture, "XSETID s 5-1 MAXDELETEDID 1-0", "+OK");
    EXPECT_REPLY(fixture, "XSETID s 3-1", "+OK");
    EXPECT_REPLY(fixture, "XADD s 4-1 f again", "$3\r\n4-1");
    EXPECT_REPLY(fixture, "XRANGE s 4 4", "*1\r\n*2\r\n$3\r\n4-1\r\n*2\r\n$1\r\nf\r\n$5\r\nagain");
    EXPECT_REPLY(fixture, "XDEL s 4-1", ":1");
    EXPECT_REPLY(fixture, "XTRIM s MINID 3-1", ":2");
    EXPECT_REPLY(fixture, "XDEL s 3-1", ":1");
    EXPECT_REPLY(fixture, "XSETID s 4-1 MAXDELETEDID 0-1", "+OK");
    EXPECT_REPLY(fixture, "XSETID s 0-1", "+OK");
    EXPECT_REPLY(fixture, "XADD s 1-1 f v", "$3\r\n1-1");
    EXPECT_REPLY(fixture, "XLEN s", ":1");
    EXPECT_REPLY(fixture, "XREVRANGE s + -", "*1\r\n*2\r\n$3\r\n1-1\r\n*2\r\n$1\r\nf\r\n$1\r\nv");
}

static void test_read(void **state)
{
    struct command_fixture *fixture = *state;

    add_many(fixture, "a", 1, 3);
    add_many(fixture, "b", 7, 7);
    EXPECT_CHANGES(fixture, "XREAD COUNT 1 STREAMS a absent b 1-1 0 0",
                   "*2\r\n*2\r\n$1\r\na\r\n*1\r\n*2\r\n$3\r\n2-1\r\n*2\r\n$1\r\nf\r\n$1\r\n2\r\n"
                   "*2\r\n$1\r\nb\r\n*1\r\n*2\r\n$3\r\n7-1\r\n*2\r\n$1\r\nf\r\n$1\r\n7",
                   0);
    EXPECT_REPLY(fixture, "XREAD STREAMS a b $ $", "*-1");
    EXPECT_REPLY(fixture, "XREAD STREAMS b +",
                 "*1\r\n*2\r\n$1\r\nb\r\n*1\r\n*2\r\n$3\r\n7-1\r\n*2\r\n$1\r\nf\r\n$1\r\n7");
    EXPECT_REPLY(fixture, "XREAD STREAMS absent +", "*-1");
    fixture->protocol = 3;
    EXPECT_REPLY(fixture, "XREAD STREAMS b 0",
                 "%1\r\n$1\r\nb\r\n*1\r\n*2\r\n$3\r\n7-1\r\n*2\r\n$1\r\nf\r\n$1\r\n7");
    EXPECT_REPLY(fixture, "XREAD STREAMS b $", "_");
    EXPECT_REPLY(fixture, "XREAD STREAMS a b 0",
                 "-ERR Unbalanced 'xread' list of streams: for each stream key an ID or '$' must "
                 "be specified.");
    EXPECT_REPLY(fixture, "XREAD COUNT 1 STREAMS", REPLY_SYNTAX_ERROR);
    EXPECT_REPLY(fixture, "XREAD BLOCK x STREAMS a 0",
                 "-ERR timeout is not an integer or out of range");
    EXPECT_REPLY(fixture, "XREAD BLOCK -1 STREAMS a 0", "-ERR timeout is negative");
    EXPECT_REPLY(fixture, "XREAD BLOCK 9223372036854775807 STREAMS a 0",
                 "-ERR timeout is out of range");
    EXPECT_REPLY(fixture, "XREAD NOACK STREAMS a 0",
                 "-ERR The NOACK option is only supported by XREADGROUP. You called XREAD "
                 "instead.");
    EXPECT_REPLY(fixture, "XREAD GROUP g c STREAMS a 0",
                 "-ERR The GROUP option is only supported by XREADGROUP. You called XREAD "
                 "instead.");
    EXPECT_REPLY(fixture, "XREAD STREAMS a >",
                 "-ERR The > ID can be specified only when calling XREADGROUP using the GROUP "
                 "<group> <consumer> option.");
}

/* Moving a stream about, and freeing it, leaves nothing behind (the heap asserts it). */
static void test_as_a_value(void **state)
{
    struct command_fixture *fixture = *state;

    add_many(fixture, "s", 1, 1000);
    EXPECT_REPLY(fixture, "XGROUP CREATE s g 0", "+OK");
    fixture_run(fixture, "XREADGROUP GROUP g c COUNT 500 STREAMS s >");
    EXPECT_REPLY(fixture, "COPY s t", ":1");
    EXPECT_REPLY(fixture, "XADD t 5000-1 f v", "$6\r\n5000-1");
    EXPECT_REPLY(fixture, "XLEN s", ":1000");
    EXPECT_REPLY(fixture, "XACK t g 1-1 2-1", ":2");
    EXPECT_REPLY(fixture, "XACK s g 1-1", ":1");
    EXPECT_REPLY(fixture, "RENAME t u", "+OK");
    EXPECT_REPLY(fixture, "MOVE u 1", ":1");
    EXPECT_REPLY(fixture, "EXPIRE s 100", ":1");
    EXPECT_REPLY(fixture, "XLEN s", ":1000");
    EXPECT_REPLY(fixture, "SET s text", "+OK");
    EXPECT_REPLY(fixture, "XLEN s", REPLY_WRONG_TYPE);
    fixture->database = 1;
    EXPECT_REPLY(fixture, "XLEN u", ":1001");
    EXPECT_REPLY(fixture, "XGROUP DESTROY u g", ":1");
    EXPECT_REPLY(fixture, "UNLINK u", ":1");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        FIXTURE_TEST(test_ids),    FIXTURE_TEST(test_absent_and_other_types),
        FIXTURE_TEST(test_ranges), FIXTURE_TEST(test_trimming),
        FIXTURE_TEST(test_set_id), FIXTURE_TEST(test_ids_given_again),
        FIXTURE_TEST(test_read),   FIXTURE_TEST(test_as_a_value),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
