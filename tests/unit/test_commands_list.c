/* List commands: replies, errors and their order, what counts as a change, and the encodings. */
#include "tests/unit/command_fixture.h"

#define OUT_OF_RANGE_POSITIVE "-ERR value is out of range, must be positive"
#define REPLY_WRONG_TYPE      "-WRONGTYPE Operation against a key holding the wrong kind of value"

/* RPUSH or LPUSH of one value that is `length` bytes long. */
static void push_long(struct command_fixture *fixture, const char *command, const char *key,
                      size_t length)
{
    char *value = memory_new(length);
    const struct span words[] = {span_of_string(command), span_of_string(key),
                                 span_of(value, length)};

    memset(value, 'x', length);
    fixture_run_words(fixture, words, 3);
    memory_free(value);
}

static void limit_nodes(struct command_fixture *fixture, int64_t setting)
{
    fixture->config->list_max_listpack_size = setting;
}

static void test_push_and_pop(void **state)
{
    struct command_fixture *fixture = *state;

    EXPECT_CHANGES(fixture, "RPUSH l a b c", ":3", 1);
    EXPECT_CHANGES(fixture, "LPUSH l x y", ":5", 1);
    EXPECT_REPLY(fixture, "LRANGE l 0 -1",
                 "*5\r\n$1\r\ny\r\n$1\r\nx\r\n$1\r\na\r\n$1\r\nb\r\n$1\r\nc");
    EXPECT_CHANGES(fixture, "LPUSHX nokey a", ":0", 0);
    EXPECT_CHANGES(fixture, "RPUSHX nokey a", ":0", 0);
    EXPECT_CHANGES(fixture, "LPUSHX l 1", ":6", 1);
    EXPECT_CHANGES(fixture, "RPUSHX l 9", ":7", 1);
    EXPECT_REPLY(fixture, "LLEN l", ":7");
    EXPECT_CHANGES(fixture, "LPOP l", "$1\r\n1", 1);
    EXPECT_CHANGES(fixture, "RPOP l 2", "*2\r\n$1\r\n9\r\n$1\r\nc", 1);
    EXPECT_CHANGES(fixture, "LPOP l 0", "*0", 0);
    EXPECT_CHANGES(fixture, "LPOP l 100", "*4\r\n$1\r\ny\r\n$1\r\nx\r\n$1\r\na\r\n$1\r\nb", 1);
    EXPECT_REPLY(fixture, "EXISTS l", ":0");
    EXPECT_REPLY(fixture, "LLEN l", ":0");
    EXPECT_CHANGES(fixture, "LPOP l", "$-1", 0);
    EXPECT_REPLY(fixture, "LPOP l 1", "*-1");
    fixture->protocol = 3;
    EXPECT_REPLY(fixture, "LPOP l", "_");
    EXPECT_REPLY(fixture, "RPOP l 1", "_");
}

static void test_pop_errors(void **state)
{
    struct command_fixture *fixture = *state;

    EXPECT_REPLY(fixture, "SET s x", "+OK");
    EXPECT_REPLY(fixture, "RPUSH l a", ":1");
    EXPECT_REPLY(fixture, "LPOP l 1 2", "-ERR wrong number of arguments for 'lpop' command");
    EXPECT_REPLY(fixture, "LPOP l x", OUT_OF_RANGE_POSITIVE);
    EXPECT_REPLY(fixture, "RPOP l -1", OUT_OF_RANGE_POSITIVE);
    EXPECT_REPLY(fixture, "LPOP nokey -9223372036854775808", OUT_OF_RANGE_POSITIVE);
    EXPECT_REPLY(fixture, "LPOP s -1", OUT_OF_RANGE_POSITIVE);
    EXPECT_REPLY(fixture, "LPOP s 0", REPLY_WRONG_TYPE);
    EXPECT_REPLY(fixture, "LPUSH s a", REPLY_WRONG_TYPE);
    EXPECT_REPLY(fixture, "LPUSHX s a", REPLY_WRONG_TYPE);
    EXPECT_REPLY(fixture, "LLEN s", REPLY_WRONG_TYPE);
    EXPECT_REPLY(fixture, "LPOP l 9223372036854775807", "*1\r\n$1\r\na");
}

static void test_index_and_set(void **state)
{
    struct command_fixture *fixture = *state;

    EXPECT_REPLY(fixture, "SET s x", "+OK");
    EXPECT_REPLY(fixture, "LINDEX nokey x", "$-1");
    EXPECT_REPLY(fixture, "LINDEX s x", REPLY_WRONG_TYPE);
    EXPECT_REPLY(fixture, "LSET nokey x y", "-ERR no such key");
    EXPECT_REPLY(fixture, "LSET s x y", REPLY_WRONG_TYPE);
    EXPECT_REPLY(fixture, "RPUSH l a 12 c", ":3");
    EXPECT_REPLY(fixture, "LINDEX l x", REPLY_NOT_INTEGER);
    EXPECT_REPLY(fixture, "LSET l x y", REPLY_NOT_INTEGER);
    EXPECT_REPLY(fixture, "LINDEX l 1", "$2\r\n12");
    EXPECT_REPLY(fixture, "LINDEX l -1", "$1\r\nc");
    EXPECT_REPLY(fixture, "LINDEX l 3", "$-1");
    EXPECT_REPLY(fixture, "LINDEX l -4", "$-1");
    EXPECT_REPLY(fixture, "LINDEX l 9223372036854775807", "$-1");
    EXPECT_REPLY(fixture, "LINDEX l -9223372036854775808", "$-1");
    EXPECT_CHANGES(fixture, "LSET l 3 z", "-ERR index out of range", 0);
    EXPECT_CHANGES(fixture, "LSET l -4 z", "-ERR index out of range", 0);
    EXPECT_CHANGES(fixture, "LSET l -2 -70000", "+OK", 1);
    EXPECT_REPLY(fixture, "LRANGE l 0 -1", "*3\r\n$1\r\na\r\n$6\r\n-70000\r\n$1\r\nc");
}

static void test_range_and_trim(void **state)
{
    struct command_fixture *fixture = *state;

    EXPECT_REPLY(fixture, "SET s x", "+OK");
    EXPECT_REPLY(fixture, "LRANGE s x 1", REPLY_NOT_INTEGER);
    EXPECT_REPLY(fixture, "LRANGE s 0 1", REPLY_WRONG_TYPE);
    EXPECT_REPLY(fixture, "LRANGE nokey 0 1", "*0");
    EXPECT_REPLY(fixture, "LTRIM nokey 0 x", REPLY_NOT_INTEGER);
    EXPECT_REPLY(fixture, "LTRIM s 0 1", REPLY_WRONG_TYPE);
    EXPECT_CHANGES(fixture, "LTRIM nokey 0 1", "+OK", 0);
    EXPECT_REPLY(fixture, "RPUSH l a b c d e", ":5");
    EXPECT_REPLY(fixture, "LRANGE l -2 100", "*2\r\n$1\r\nd\r\n$1\r\ne");
    EXPECT_REPLY(fixture, "LRANGE l -100 0", "*1\r\n$1\r\na");
    EXPECT_REPLY(fixture, "LRANGE l 3 2", "*0");
    EXPECT_REPLY(fixture, "LRANGE l 5 6", "*0");
    EXPECT_REPLY(fixture, "LRANGE l -9223372036854775808 -9223372036854775808", "*0");
    EXPECT_REPLY(fixture, "LRANGE l 9223372036854775807 9223372036854775807", "*0");
    EXPECT_REPLY(fixture, "LRANGE l -9223372036854775808 9223372036854775807",
                 "*5\r\n$1\r\na\r\n$1\r\nb\r\n$1\r\nc\r\n$1\r\nd\r\n$1\r\ne");
    EXPECT_CHANGES(fixture, "LTRIM l 0 -1", "+OK", 1);
    EXPECT_CHANGES(fixture, "LTRIM l 1 -2", "+OK", 1);
    EXPECT_REPLY(fixture, "LRANGE l 0 -1", "*3\r\n$1\r\nb\r\n$1\r\nc\r\n$1\r\nd");
    EXPECT_CHANGES(fixture, "LTRIM l 2 1", "+OK", 1);
    EXPECT_REPLY(fixture, "EXISTS l", ":0");
}

static void test_insert_and_remove(void **state)
{
    struct command_fixture *fixture = *state;

    EXPECT_REPLY(fixture, "SET s x", "+OK");
    EXPECT_REPLY(fixture, "LINSERT s beside a b", REPLY_SYNTAX_ERROR);
    EXPECT_REPLY(fixture, "LINSERT s before a b", REPLY_WRONG_TYPE);
    EXPECT_CHANGES(fixture, "LINSERT nokey before a b", ":0", 0);
    EXPECT_REPLY(fixture, "RPUSH l a b 5 b a", ":5");
    EXPECT_CHANGES(fixture, "LINSERT l before z b", ":-1", 0);
    EXPECT_CHANGES(fixture, "LINSERT l BEFORE b 1", ":6", 1);
    EXPECT_CHANGES(fixture, "LINSERT l After 5 2", ":7", 1);
    EXPECT_REPLY(fixture, "LRANGE l 0 -1",
                 "*7\r\n$1\r\na\r\n$1\r\n1\r\n$1\r\nb\r\n$1\r\n5\r\n$1\r\n2\r\n$1\r\nb\r\n$1\r\na");
    EXPECT_REPLY(fixture, "LREM s x a", REPLY_NOT_INTEGER);
    EXPECT_REPLY(fixture, "LREM s 0 a", REPLY_WRONG_TYPE);
    EXPECT_CHANGES(fixture, "LREM nokey 0 a", ":0", 0);
    EXPECT_CHANGES(fixture, "LREM l 0 z", ":0", 0);
    EXPECT_CHANGES(fixture, "LREM l -1 a", ":1", 1);
    EXPECT_CHANGES(fixture, "LREM l 1 b", ":1", 1);
    EXPECT_REPLY(fixture, "LRANGE l 0 -1",
                 "*5\r\n$1\r\na\r\n$1\r\n1\r\n$1\r\n5\r\n$1\r\n2\r\n$1\r\nb");
    EXPECT_REPLY(fixture, "LREM l -9223372036854775808 5", ":1");
    EXPECT_REPLY(fixture, "LTRIM l 0 0", "+OK");
    EXPECT_CHANGES(fixture, "LREM l 0 a", ":1", 1);
    EXPECT_REPLY(fixture, "EXISTS l", ":0");
}

static void test_positions(void **state)
{
    struct command_fixture *fixture = *state;

    EXPECT_REPLY(fixture, "RPUSH l a b c 1 2 3 c c", ":8");
    EXPECT_REPLY(fixture, "SET s x", "+OK");
    EXPECT_REPLY(fixture, "LPOS s a", REPLY_WRONG_TYPE);
    EXPECT_REPLY(fixture, "LPOS s a COUNT 0", REPLY_WRONG_TYPE);
    EXPECT_REPLY(fixture, "LPOS nokey a", "$-1");
    EXPECT_REPLY(fixture, "LPOS nokey a COUNT 1", "*0");
    EXPECT_REPLY(fixture, "LPOS l c", ":2");
    EXPECT_REPLY(fixture, "LPOS l 2", ":4");
    EXPECT_REPLY(fixture, "LPOS l z", "$-1");
    EXPECT_REPLY(fixture, "LPOS l z COUNT 5", "*0");
    EXPECT_REPLY(fixture, "LPOS l c RANK 2", ":6");
    EXPECT_REPLY(fixture, "LPOS l c RANK -1", ":7");
    EXPECT_REPLY(fixture, "LPOS l c RANK 4", "$-1");
    EXPECT_REPLY(fixture, "LPOS l c COUNT 2", "*2\r\n:2\r\n:6");
    EXPECT_REPLY(fixture, "LPOS l c COUNT 0 RANK -2", "*2\r\n:6\r\n:2");
    EXPECT_REPLY(fixture, "LPOS l c COUNT 0 MAXLEN 7", "*2\r\n:2\r\n:6");
    EXPECT_REPLY(fixture, "LPOS l c COUNT 0 MAXLEN 2 RANK -1", "*2\r\n:7\r\n:6");
    EXPECT_REPLY(fixture, "LPOS l a MAXLEN 7 RANK -1", "$-1");
    EXPECT_REPLY(fixture, "LPOS l c RANK", REPLY_SYNTAX_ERROR);
    EXPECT_REPLY(fixture, "LPOS l c FIRST 1", REPLY_SYNTAX_ERROR);
    EXPECT_REPLY(fixture, "LPOS l c COUNT -1", "-ERR COUNT can't be negative");
    EXPECT_REPLY(fixture, "LPOS l c MAXLEN x", "-ERR MAXLEN can't be negative");
    EXPECT_REPLY(fixture, "LPOS l c RANK x", REPLY_NOT_INTEGER);
    EXPECT_REPLY(fixture, "LPOS l c RANK -9223372036854775808",
                 "-ERR value is out of range, value must between -9223372036854775807 and "
                 "9223372036854775807");
    EXPECT_REPLY(fixture, "LPOS l c RANK 9223372036854775807 COUNT 9223372036854775807", "*0");
    EXPECT_REPLY(fixture, "LPOS l c RANK -9223372036854775807", "$-1");
}

static void test_moves(void **state)
{
    struct command_fixture *fixture = *state;

    EXPECT_REPLY(fixture, "SET s x", "+OK");
    EXPECT_REPLY(fixture, "RPUSH l a b 33", ":3");
    EXPECT_CHANGES(fixture, "LMOVE l m RIGHT LEFT", "$2\r\n33", 1);
    EXPECT_CHANGES(fixture, "RPOPLPUSH l m", "$1\r\nb", 1);
    EXPECT_REPLY(fixture, "LMOVE m m left right", "$1\r\nb");
    EXPECT_REPLY(fixture, "LRANGE m 0 -1", "*2\r\n$2\r\n33\r\n$1\r\nb");
    EXPECT_REPLY(fixture, "LMOVE l l right right", "$1\r\na");
    EXPECT_REPLY(fixture, "LRANGE l 0 -1", "*1\r\n$1\r\na");
    EXPECT_REPLY(fixture, "LMOVE l m left left", "$1\r\na");
    EXPECT_REPLY(fixture, "EXISTS l", ":0");
    EXPECT_CHANGES(fixture, "LMOVE l s left left", "$-1", 0);
    EXPECT_REPLY(fixture, "LMOVE l s left up", REPLY_SYNTAX_ERROR);
    EXPECT_CHANGES(fixture, "LMOVE m s left left", REPLY_WRONG_TYPE, 0);
    EXPECT_CHANGES(fixture, "RPOPLPUSH s m", REPLY_WRONG_TYPE, 0);
    EXPECT_REPLY(fixture, "LLEN m", ":3");
}

static void test_first_of_several(void **state)
{
    struct command_fixture *fixture = *state;

    EXPECT_REPLY(fixture, "SET s x", "+OK");
    EXPECT_REPLY(fixture, "RPUSH l a b c d", ":4");
    EXPECT_REPLY(fixture, "LMPOP 0 l LEFT", "-ERR numkeys should be greater than 0");
    EXPECT_REPLY(fixture, "LMPOP x l LEFT", "-ERR numkeys should be greater than 0");
    EXPECT_REPLY(fixture, "LMPOP 2 l LEFT", REPLY_SYNTAX_ERROR);
    EXPECT_REPLY(fixture, "LMPOP 9223372036854775807 l LEFT", REPLY_SYNTAX_ERROR);
    EXPECT_REPLY(fixture, "LMPOP 1 l UP", REPLY_SYNTAX_ERROR);
    EXPECT_REPLY(fixture, "LMPOP 1 l LEFT COUNT", REPLY_SYNTAX_ERROR);
    EXPECT_REPLY(fixture, "LMPOP 1 l LEFT COUNT 1 COUNT 1", REPLY_SYNTAX_ERROR);
    EXPECT_REPLY(fixture, "LMPOP 1 l LEFT COUNT 0 x", "-ERR count should be greater than 0");
    EXPECT_REPLY(fixture, "LMPOP 1 nokey LEFT", "*-1");
    EXPECT_REPLY(fixture, "LMPOP 3 nokey s l LEFT", REPLY_WRONG_TYPE);
    EXPECT_CHANGES(fixture, "LMPOP 3 nokey l s RIGHT COUNT 2",
                   "*2\r\n$1\r\nl\r\n*2\r\n$1\r\nd\r\n$1\r\nc", 1);
    EXPECT_REPLY(fixture, "LMPOP 1 l LEFT", "*2\r\n$1\r\nl\r\n*1\r\n$1\r\na");
    EXPECT_REPLY(fixture, "LMPOP 1 l LEFT COUNT 9223372036854775807",
                 "*2\r\n$1\r\nl\r\n*1\r\n$1\r\nb");
    EXPECT_REPLY(fixture, "EXISTS l", ":0");
}

/* Where a client cannot be kept waiting, the time is over at once. */
static void test_blocking_without_waiting(void **state)
{
    struct command_fixture *fixture = *state;

    EXPECT_REPLY(fixture, "SET s x", "+OK");
    EXPECT_REPLY(fixture, "BLPOP nokey x", "-ERR timeout is not a float or out of range");
    EXPECT_REPLY(fixture, "BRPOP s -1", "-ERR timeout is negative");
    EXPECT_REPLY(fixture, "BLPOP nokey s 0", REPLY_WRONG_TYPE);
    EXPECT_REPLY(fixture, "BLPOP nokey 0", "*-1");
    EXPECT_REPLY(fixture, "BLMPOP x 0 l LEFT", "-ERR numkeys should be greater than 0");
    EXPECT_REPLY(fixture, "BLMPOP x 1 l LEFT", "-ERR timeout is not a float or out of range");
    EXPECT_REPLY(fixture, "BLMPOP 0 1 nokey LEFT", "*-1");
    EXPECT_REPLY(fixture, "BLMOVE nokey l UP LEFT x", REPLY_SYNTAX_ERROR);
    EXPECT_REPLY(fixture, "BLMOVE nokey l LEFT LEFT 0", "$-1");
    EXPECT_REPLY(fixture, "BRPOPLPUSH nokey l 0", "$-1");
    EXPECT_REPLY(fixture, "RPUSH l a b c d e", ":5");
    EXPECT_CHANGES(fixture, "BLPOP nokey l s 0.5", "*2\r\n$1\r\nl\r\n$1\r\na", 1);
    EXPECT_CHANGES(fixture, "BRPOP l 0", "*2\r\n$1\r\nl\r\n$1\r\ne", 1);
    EXPECT_CHANGES(fixture, "BLMOVE l m LEFT RIGHT 0", "$1\r\nb", 1);
    EXPECT_CHANGES(fixture, "BRPOPLPUSH l m 0", "$1\r\nd", 1);
    EXPECT_CHANGES(fixture, "BLMPOP 0 2 l m LEFT COUNT 9", "*2\r\n$1\r\nl\r\n*1\r\n$1\r\nc", 1);
    EXPECT_REPLY(fixture, "EXISTS l", ":0");
}

/* OBJECT ENCODING as Redis 7.2 has it: by the limits, and back at half of them. */
static void test_encoding_by_size(void **state)
{
    struct command_fixture *fixture = *state;

    push_long(fixture, "RPUSH", "l", 8185);
    EXPECT_REPLY(fixture, "OBJECT ENCODING l", "$8\r\nlistpack");
    EXPECT_REPLY(fixture, "DEL l", ":1");
    push_long(fixture, "RPUSH", "l", 8186);
    EXPECT_REPLY(fixture, "OBJECT ENCODING l", "$9\r\nquicklist");
}

static void test_encoding_shrinks(void **state)
{
    struct command_fixture *fixture = *state;

    push_long(fixture, "RPUSH", "l", 9000);
    EXPECT_REPLY(fixture, "RPUSH l a b", ":3");
    EXPECT_REPLY(fixture, "OBJECT ENCODING l", "$9\r\nquicklist");
    EXPECT_REPLY(fixture, "RPOP l 2", "*2\r\n$1\r\nb\r\n$1\r\na");
    EXPECT_REPLY(fixture, "OBJECT ENCODING l", "$9\r\nquicklist");
    EXPECT_REPLY(fixture, "LSET l 0 c", "+OK");
    EXPECT_REPLY(fixture, "OBJECT ENCODING l", "$8\r\nlistpack");
}

static void test_encoding_by_count(void **state)
{
    struct command_fixture *fixture = *state;

    limit_nodes(fixture, 3);
    EXPECT_REPLY(fixture, "RPUSH l a b c", ":3");
    EXPECT_REPLY(fixture, "OBJECT ENCODING l", "$8\r\nlistpack");
    EXPECT_REPLY(fixture, "LINSERT l before z d", ":-1");
    /* Redis converts before it looks for the pivot. */
    EXPECT_REPLY(fixture, "OBJECT ENCODING l", "$9\r\nquicklist");
    EXPECT_REPLY(fixture, "RPOP l", "$1\r\nc");
    EXPECT_REPLY(fixture, "OBJECT ENCODING l", "$9\r\nquicklist");
    EXPECT_REPLY(fixture, "RPOP l", "$1\r\nb");
    EXPECT_REPLY(fixture, "OBJECT ENCODING l", "$8\r\nlistpack");
    limit_nodes(fixture, 0);
    EXPECT_REPLY(fixture, "RPUSH m a", ":1");
    EXPECT_REPLY(fixture, "OBJECT ENCODING m", "$8\r\nlistpack");
    EXPECT_REPLY(fixture, "RPUSH m b", ":2");
    EXPECT_REPLY(fixture, "OBJECT ENCODING m", "$9\r\nquicklist");
    EXPECT_REPLY(fixture, "RPUSH n a b", ":2");
    EXPECT_REPLY(fixture, "OBJECT ENCODING n", "$9\r\nquicklist");
}

/* What is known of every key works with lists, in the entry and as objects. */
static void test_generic_commands(void **state)
{
    struct command_fixture *fixture = *state;

    for (int round = 0; round < 2; round++) {
        EXPECT_REPLY(fixture, "RPUSH l a b c", ":3");
        if (round == 1)
            push_long(fixture, "RPUSH", "l", 3000);
        EXPECT_REPLY(fixture, "TYPE l", "+list");
        EXPECT_REPLY(fixture, "COPY l copy", ":1");
        EXPECT_REPLY(fixture, "LPOP l 2", "*2\r\n$1\r\na\r\n$1\r\nb");
        EXPECT_REPLY(fixture, "RENAME copy renamed", "+OK");
        EXPECT_REPLY(fixture, "LLEN renamed", round == 0 ? ":3" : ":4");
        EXPECT_REPLY(fixture, "EXPIRE renamed 100", ":1");
        EXPECT_REPLY(fixture, "LPUSH renamed x", round == 0 ? ":4" : ":5");
        push_long(fixture, "RPUSH", "renamed", 3000);
        EXPECT_REPLY(fixture, "TTL renamed", ":100");
        EXPECT_REPLY(fixture, "LTRIM renamed 0 1", "+OK");
        EXPECT_REPLY(fixture, "TTL renamed", ":100");
        EXPECT_REPLY(fixture, "MOVE renamed 3", ":1");
        EXPECT_REPLY(fixture, "SET l x", "+OK");
        EXPECT_REPLY(fixture, "DEL l", ":1");
        fixture->database = 3;
        EXPECT_REPLY(fixture, "LRANGE renamed 0 -1", "*2\r\n$1\r\nx\r\n$1\r\na");
        EXPECT_REPLY(fixture, "DEL renamed", ":1");
        fixture->database = 0;
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        FIXTURE_TEST(test_push_and_pop),
        FIXTURE_TEST(test_pop_errors),
        FIXTURE_TEST(test_index_and_set),
        FIXTURE_TEST(test_range_and_trim),
        FIXTURE_TEST(test_insert_and_remove),
        FIXTURE_TEST(test_positions),
        FIXTURE_TEST(test_moves),
        FIXTURE_TEST(test_first_of_several),
        FIXTURE_TEST(test_blocking_without_waiting),
        FIXTURE_TEST(test_encoding_by_size),
        FIXTURE_TEST(test_encoding_shrinks),
        FIXTURE_TEST(test_encoding_by_count),
        FIXTURE_TEST(test_generic_commands),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
