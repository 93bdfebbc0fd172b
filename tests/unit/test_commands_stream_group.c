/* Groups of consumers without sockets: delivery, pending entries, claims, what XINFO tells. */
#include "tests/unit/command_fixture.h"

#define REPLY_NO_GROUP   "-NOGROUP No such key 's' or consumer group 'g'"
#define ENTRY(id, value) "*2\r\n$3\r\n" id "\r\n*2\r\n$1\r\nf\r\n$1\r\n" value

static void make_group(struct command_fixture *fixture, unsigned entries)
{
    char line[64];

    for (unsigned i = 1; i <= entries; i++) {
        snprintf(line, sizeof(line), "XADD s %u-1 f %u", i, i);
        fixture_run(fixture, line);
    }
    EXPECT_CHANGES(fixture, "XGROUP CREATE s g 0", "+OK", 1);
}

static void test_groups(void **state)
{
    struct command_fixture *fixture = *state;

    EXPECT_REPLY(fixture, "XGROUP CREATE s g $",
                 "-ERR The XGROUP subcommand requires the key to exist. Note that for CREATE you "
                 "may want to use the MKSTREAM option to create an empty stream automatically.");
    EXPECT_REPLY(fixture, "XGROUP CREATE s g x MKSTREAM",
                 "-ERR Invalid stream ID specified as stream command argument");
    EXPECT_REPLY(fixture, "EXISTS s", ":0");
    EXPECT_CHANGES(fixture, "XGROUP CREATE s g $ MKSTREAM", "+OK", 1);
    EXPECT_CHANGES(fixture, "XGROUP CREATE s g $", "-BUSYGROUP Consumer Group name already exists",
                   0);
    EXPECT_REPLY(fixture, "XGROUP CREATE s h 0 ENTRIESREAD -2",
                 "-ERR value for ENTRIESREAD must be positive or -1");
    EXPECT_REPLY(fixture, "XGROUP CREATE s h 0 ENTRIESREAD",
                 "-ERR unknown subcommand or wrong number of arguments for 'CREATE'. Try XGROUP "
                 "HELP.");
    EXPECT_CHANGES(fixture, "XGROUP SETID s g +", "+OK", 1);
    EXPECT_REPLY(fixture, "XGROUP SETID s h 0",
                 "-NOGROUP No such consumer group 'h' for key name "
                 "'s'");
    EXPECT_CHANGES(fixture, "XGROUP CREATECONSUMER s g c", ":1", 1);
    EXPECT_CHANGES(fixture, "XGROUP CREATECONSUMER s g c", ":0", 0);
    EXPECT_CHANGES(fixture, "XGROUP DELCONSUMER s g d", ":0", 0);
    EXPECT_CHANGES(fixture, "XGROUP DELCONSUMER s g c", ":0", 1);
    EXPECT_CHANGES(fixture, "XGROUP DESTROY s h", ":0", 0);
    EXPECT_CHANGES(fixture, "XGROUP DESTROY s g", ":1", 1);
    EXPECT_REPLY(fixture, "TYPE s", "+stream");
}

static void test_delivery(void **state)
{
    struct command_fixture *fixture = *state;

    make_group(fixture, 3);
    EXPECT_REPLY(fixture, "XREADGROUP GROUP h c STREAMS s >",
                 "-NOGROUP No such key 's' or consumer group 'h' in XREADGROUP with GROUP option");
    EXPECT_CHANGES(fixture, "XREADGROUP GROUP g c COUNT 1 STREAMS s >",
                   "*1\r\n*2\r\n$1\r\ns\r\n*1\r\n" ENTRY("1-1", "1"), 2);
    EXPECT_CHANGES(fixture, "XREADGROUP GROUP g c COUNT 1 NOACK STREAMS s >",
                   "*1\r\n*2\r\n$1\r\ns\r\n*1\r\n" ENTRY("2-1", "2"), 1);
    EXPECT_REPLY(fixture, "XREADGROUP GROUP g d STREAMS s >",
                 "*1\r\n*2\r\n$1\r\ns\r\n*1\r\n" ENTRY("3-1", "3"));
    EXPECT_CHANGES(fixture, "XREADGROUP GROUP g d STREAMS s >", "*-1", 0);
    EXPECT_REPLY(fixture, "XPENDING s g",
                 "*4\r\n:2\r\n$3\r\n1-1\r\n$3\r\n3-1\r\n*2\r\n*2\r\n$1\r\nc\r\n$1\r\n1\r\n"
                 "*2\r\n$1\r\nd\r\n$1\r\n1");
    /* What was deleted meanwhile is still pending, and has no fields. */
    EXPECT_REPLY(fixture, "XDEL s 1-1", ":1");
    EXPECT_REPLY(fixture, "XREADGROUP GROUP g c STREAMS s 0",
                 "*1\r\n*2\r\n$1\r\ns\r\n*1\r\n*2\r\n$3\r\n1-1\r\n*-1");
    EXPECT_CHANGES(fixture, "XACK s g 1-1 2-1 3-1 9-9", ":2", 1);
    EXPECT_CHANGES(fixture, "XACK s g 1-1", ":0", 0);
    EXPECT_REPLY(fixture, "XACK s g 1-1 x",
                 "-ERR Invalid stream ID specified as stream command argument");
    EXPECT_REPLY(fixture, "XPENDING s g", "*4\r\n:0\r\n$-1\r\n$-1\r\n*-1");
    EXPECT_REPLY(fixture, "XREADGROUP GROUP g c STREAMS s $",
                 "-ERR The $ ID is meaningless in the context of XREADGROUP: you want to read the "
                 "history of this consumer by specifying a proper ID, or use the > ID to get new "
                 "messages. The $ ID would just return an empty result set.");
    fixture->protocol = 3;
    EXPECT_REPLY(fixture, "XREADGROUP GROUP g d STREAMS s 0", "%1\r\n$1\r\ns\r\n*0");
}

/* XGROUP SETID believes any count of entries read; the next one is counted all the same. */
static void test_count_of_read_wraps(void **state)
{
    struct command_fixture *fixture = *state;

    make_group(fixture, 2);
    EXPECT_CHANGES(fixture, "XGROUP SETID s g 1-1 ENTRIESREAD 9223372036854775807", "+OK", 1);
    EXPECT_REPLY(fixture, "XREADGROUP GROUP g c STREAMS s >",
                 "*1\r\n*2\r\n$1\r\ns\r\n*1\r\n" ENTRY("2-1", "2"));
}

static void test_pending(void **state)
{
    struct command_fixture *fixture = *state;

    make_group(fixture, 3);
    fixture_run(fixture, "XREADGROUP GROUP g c STREAMS s >");
    fixture->now += 50;
    EXPECT_REPLY(fixture, "XPENDING s g - + 1", "*1\r\n*4\r\n$3\r\n1-1\r\n$1\r\nc\r\n:50\r\n:1");
    EXPECT_REPLY(fixture, "XPENDING s g IDLE 51 - + 10", "*0");
    EXPECT_REPLY(fixture, "XPENDING s g IDLE 50 (2-1 + 10 c",
                 "*1\r\n*4\r\n$3\r\n3-1\r\n$1\r\nc\r\n:50\r\n:1");
    EXPECT_REPLY(fixture, "XPENDING s g - + 10 nobody", "*0");
    EXPECT_REPLY(fixture, "XPENDING s g - + -9223372036854775808", "*0");
    EXPECT_REPLY(fixture, "XPENDING s g - +", REPLY_SYNTAX_ERROR);
    EXPECT_REPLY(fixture, "XPENDING s g IDLE 1 - +", REPLY_SYNTAX_ERROR);
    EXPECT_REPLY(fixture, "XPENDING s h", "-NOGROUP No such key 's' or consumer group 'h'");
    EXPECT_REPLY(fixture, "XGROUP DELCONSUMER s g c", ":3");
    EXPECT_REPLY(fixture, "XPENDING s g - + 10", "*0");
}

static void test_claim(void **state)
{
    struct command_fixture *fixture = *state;

    EXPECT_REPLY(fixture, "XCLAIM s g c 0 1-1", REPLY_NO_GROUP);
    make_group(fixture, 3);
    fixture_run(fixture, "XREADGROUP GROUP g c COUNT 2 STREAMS s >");
    fixture->now += 100;
    EXPECT_REPLY(fixture, "XCLAIM s g d 101 1-1 2-1", "*0");
    EXPECT_REPLY(fixture, "XCLAIM s g d 100 1-1 3-1", "*1\r\n" ENTRY("1-1", "1"));
    EXPECT_REPLY(fixture, "XPENDING s g - + 1", "*1\r\n*4\r\n$3\r\n1-1\r\n$1\r\nd\r\n:0\r\n:2");
    EXPECT_REPLY(fixture, "XCLAIM s g d 0 3-1 FORCE JUSTID", "*1\r\n$3\r\n3-1");
    EXPECT_REPLY(fixture, "XCLAIM s g d 0 3-1 IDLE 70 RETRYCOUNT 9 JUSTID LASTID 8-8",
                 "*1\r\n$3\r\n3-1");
    EXPECT_REPLY(fixture, "XPENDING s g 3 + 1", "*1\r\n*4\r\n$3\r\n3-1\r\n$1\r\nd\r\n:70\r\n:9");
    EXPECT_REPLY(fixture, "XREADGROUP GROUP g d STREAMS s >", "*-1");
    /* Times that cannot be. */
    EXPECT_REPLY(fixture, "XCLAIM s g d 0 3-1 IDLE -9223372036854775808 JUSTID", "*1\r\n$3\r\n3-1");
    EXPECT_REPLY(fixture, "XCLAIM s g d -5 3-1 TIME 9223372036854775807 JUSTID", "*1\r\n$3\r\n3-1");
    EXPECT_REPLY(fixture, "XPENDING s g 3 + 1", "*1\r\n*4\r\n$3\r\n3-1\r\n$1\r\nd\r\n:0\r\n:9");
    /* What is no longer there is no longer pending. */
    EXPECT_REPLY(fixture, "XDEL s 1-1", ":1");
    EXPECT_CHANGES(fixture, "XCLAIM s g c 0 1-1 FORCE", "*0", 1);
    EXPECT_CHANGES(fixture, "XCLAIM s g c 0 1-1 FORCE", "*0", 0);
    EXPECT_REPLY(fixture, "XACK s g 1-1", ":0");
    EXPECT_REPLY(fixture, "XCLAIM s g c x 1-1", "-ERR Invalid min-idle-time argument for XCLAIM");
    EXPECT_REPLY(fixture, "XCLAIM s g c 0 1-1 nosuch", "-ERR Unrecognized XCLAIM option 'nosuch'");
}

static void test_auto_claim(void **state)
{
    struct command_fixture *fixture = *state;

    EXPECT_REPLY(fixture, "XAUTOCLAIM s g c 0 0", REPLY_NO_GROUP);
    make_group(fixture, 4);
    fixture_run(fixture, "XREADGROUP GROUP g c STREAMS s >");
    EXPECT_REPLY(fixture, "XDEL s 2-1 4-1", ":2");
    EXPECT_REPLY(fixture, "XAUTOCLAIM s g d 0 0 COUNT 2",
                 "*3\r\n$3\r\n3-1\r\n*1\r\n" ENTRY("1-1", "1") "\r\n*1\r\n$3\r\n2-1");
    EXPECT_REPLY(fixture, "XAUTOCLAIM s g d 0 (1-1 JUSTID",
                 "*3\r\n$3\r\n0-0\r\n*1\r\n$3\r\n3-1\r\n*1\r\n$3\r\n4-1");
    EXPECT_CHANGES(fixture, "XAUTOCLAIM s g d 1 0", "*3\r\n$3\r\n0-0\r\n*0\r\n*0", 0);
    /* The count is a bound, nothing is allocated for it. */
    EXPECT_REPLY(fixture, "XAUTOCLAIM s g d 1 0 COUNT 576460752303423487",
                 "*3\r\n$3\r\n0-0\r\n*0\r\n*0");
    EXPECT_REPLY(fixture, "XAUTOCLAIM s g d 1 0 COUNT 576460752303423488",
                 "-ERR COUNT must be > 0");
    EXPECT_REPLY(fixture, "XAUTOCLAIM s g d 1 0 COUNT 9223372036854775807",
                 "-ERR COUNT must be > 0");
    EXPECT_REPLY(fixture, "XAUTOCLAIM s g d 1 0 COUNT 0", "-ERR COUNT must be > 0");
    EXPECT_REPLY(fixture, "XAUTOCLAIM s g d 1 0 COUNT", REPLY_SYNTAX_ERROR);
    EXPECT_REPLY(fixture, "XAUTOCLAIM s g d x 0",
                 "-ERR Invalid min-idle-time argument for XAUTOCLAIM");
}

/* Thousands of ids in one command. */
static void test_many_ids(void **state)
{
    enum { IDS = 20000 };
    struct command_fixture *fixture = *state;
    struct span *words = memory_new_zeroed(IDS + 5, sizeof(*words));
    char *texts = memory_new((size_t)IDS * 16);

    make_group(fixture, 300);
    fixture_run(fixture, "XREADGROUP GROUP g c STREAMS s >");
    for (int i = 0; i < IDS; i++) {
        char *text = texts + (size_t)i * 16;

        words[5 + i] = span_of(text, (size_t)snprintf(text, 16, "%d-1", i + 1));
    }
    words[0] = SPAN("XCLAIM");
    words[1] = SPAN("s");
    words[2] = SPAN("g");
    words[3] = SPAN("d");
    words[4] = SPAN("0");
    fixture_run_words(fixture, words, IDS + 5);
    assert_memory_equal(fixture->text, "*300\r\n", 6);
    words[4] = words[2];
    words[3] = words[1];
    words[2] = SPAN("XACK");
    fixture_run_words(fixture, words + 2, IDS + 3);
    assert_string_equal(fixture->text, ":300\r\n");
    words[4] = words[3];
    words[3] = SPAN("XDEL");
    fixture_run_words(fixture, words + 3, IDS + 2);
    assert_string_equal(fixture->text, ":300\r\n");
    memory_free(texts);
    memory_free(words);
}

static void test_lag(void **state)
{
    struct command_fixture *fixture = *state;

    make_group(fixture, 3);
    fixture->protocol = 3;
    EXPECT_REPLY(fixture, "XINFO GROUPS s",
                 "*1\r\n%6\r\n$4\r\nname\r\n$1\r\ng\r\n$9\r\nconsumers\r\n:0\r\n$7\r\npending\r\n"
                 ":0\r\n$17\r\nlast-delivered-id\r\n$3\r\n0-0\r\n$12\r\nentries-read\r\n_\r\n"
                 "$3\r\nlag\r\n:3");
    fixture_run(fixture, "XREADGROUP GROUP g c COUNT 1 STREAMS s >");
    assert_non_null(strstr(fixture_run(fixture, "XINFO GROUPS s").data,
                           "entries-read\r\n:1\r\n$3\r\nlag\r\n:2\r\n"));
    /* Deleted from the middle: how far the group is cannot be told, until it is at the end. */
    EXPECT_REPLY(fixture, "XDEL s 2-1", ":1");
    assert_non_null(strstr(fixture_run(fixture, "XINFO GROUPS s").data,
                           "entries-read\r\n:1\r\n$3\r\nlag\r\n_\r\n"));
    EXPECT_REPLY(fixture, "XGROUP SETID s g $", "+OK");
    assert_non_null(strstr(fixture_run(fixture, "XINFO GROUPS s").data,
                           "entries-read\r\n_\r\n$3\r\nlag\r\n:0\r\n"));
}

static void test_info(void **state)
{
    struct command_fixture *fixture = *state;

    make_group(fixture, 2);
    EXPECT_REPLY(fixture, "XGROUP CREATECONSUMER s g c", ":1");
    fixture->now += 7;
    EXPECT_REPLY(fixture, "XINFO CONSUMERS s g",
                 "*1\r\n*8\r\n$4\r\nname\r\n$1\r\nc\r\n$7\r\npending\r\n:0\r\n$4\r\nidle\r\n:7\r\n"
                 "$8\r\ninactive\r\n:-1");
    fixture_run(fixture, "XREADGROUP GROUP g c COUNT 1 STREAMS s >");
    fixture->now += 2;
    EXPECT_REPLY(fixture, "XINFO CONSUMERS s g",
                 "*1\r\n*8\r\n$4\r\nname\r\n$1\r\nc\r\n$7\r\npending\r\n:1\r\n$4\r\nidle\r\n:2\r\n"
                 "$8\r\ninactive\r\n:2");
    EXPECT_REPLY(fixture, "XINFO CONSUMERS s h",
                 "-NOGROUP No such consumer group 'h' for key name 's'");
    EXPECT_REPLY(fixture, "XINFO STREAM s FULL COUNT 1",
                 "*18\r\n$6\r\nlength\r\n:2\r\n$15\r\nradix-tree-keys\r\n:1\r\n"
                 "$16\r\nradix-tree-nodes\r\n:2\r\n$17\r\nlast-generated-id\r\n$3\r\n2-1\r\n"
                 "$20\r\nmax-deleted-entry-id\r\n$3\r\n0-0\r\n$13\r\nentries-added\r\n:2\r\n"
                 "$23\r\nrecorded-first-entry-id\r\n$3\r\n1-1\r\n$7\r\nentries\r\n*1\r\n" ENTRY(
                     "1-1", "1") "\r\n$6\r\ngroups\r\n*1\r\n*14\r\n$4\r\nname\r\n$1\r\ng\r\n"
                                 "$17\r\nlast-delivered-id\r\n$3\r\n1-1\r\n"
                                 "$12\r\nentries-read\r\n:1\r\n$3\r\nlag\r\n:1\r\n"
                                 "$9\r\npel-count\r\n:1\r\n$7\r\npending\r\n*1\r\n*4\r\n"
                                 "$3\r\n1-1\r\n$1\r\nc\r\n:1700000000007\r\n:1\r\n"
                                 "$9\r\nconsumers\r\n*1\r\n*10\r\n$4\r\nname\r\n$1\r\nc\r\n"
                                 "$9\r\nseen-time\r\n:1700000000007\r\n"
                                 "$11\r\nactive-time\r\n:1700000000007\r\n"
                                 "$9\r\npel-count\r\n:1\r\n$7\r\npending\r\n*1\r\n*3\r\n"
                                 "$3\r\n1-1\r\n:1700000000007\r\n:1");
    EXPECT_REPLY(fixture, "XINFO STREAM s NOSUCH",
                 "-ERR unknown subcommand or wrong number of arguments for 'STREAM'. Try XINFO "
                 "HELP.");
    EXPECT_REPLY(fixture, "XINFO STREAM s FULL COUNT x", REPLY_NOT_INTEGER);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        FIXTURE_TEST(test_groups),
        FIXTURE_TEST(test_delivery),
        FIXTURE_TEST(test_count_of_read_wraps),
        FIXTURE_TEST(test_pending),
        FIXTURE_TEST(test_claim),
        FIXTURE_TEST(test_auto_claim),
        FIXTURE_TEST(test_many_ids),
        FIXTURE_TEST(test_lag),
        FIXTURE_TEST(test_info),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
