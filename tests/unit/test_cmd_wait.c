/*
 * What handlers say of their waits, and that a command without a client to wait does not wait.
 */
#include "server/commands/cmd_wait.h"
#include "tests/unit/command_fixture.h"

struct asked {
    struct command_fixture *fixture;
    struct cmd_wait wait;
    struct cmd cmd;
    struct reply reply;
};

/* Runs a command of these words that may wait. */
static void ask(struct asked *asked, struct command_fixture *fixture, const struct span *words,
                uint32_t count)
{
    const struct command *container;
    const struct command *command = command_find_arguments(words, count, &container);

    assert_non_null(command);
    asked->fixture = fixture;
    reply_init(&asked->reply, 2);
    asked->cmd = (struct cmd){.command = command,
                              .argv = words,
                              .argc = count,
                              .keyspace = fixture->keyspace,
                              .reply = &asked->reply,
                              .config = fixture->config,
                              .now = fixture->now,
                              .wait = &asked->wait};
    if (command->first_key > 0)
        asked->cmd.first_key = keyspace_key(fixture->keyspace, words[command->first_key]);
    command->run(&asked->cmd);
}

static void finish(struct asked *asked)
{
    cmd_wait_free(&asked->wait);
    reply_free(&asked->reply);
}

static void test_what_is_waited_for(void **state)
{
    const struct span words[] = {SPAN("BLPOP"), SPAN("a"), SPAN("b"), SPAN("1.5")};
    struct asked asked = {0};

    ask(&asked, *state, words, 4);
    assert_true(asked.wait.waits);
    assert_false(asked.wait.until_gone);
    assert_int_equal(asked.reply.length, 0);
    assert_int_equal(asked.wait.first, 1);
    assert_int_equal(asked.wait.count, 2);
    assert_int_equal(asked.wait.type, VALUE_LIST);
    assert_int_equal(asked.wait.deadline, FIXTURE_NOW + 1500);
    assert_int_equal(asked.wait.at_timeout, WAIT_NULL_ARRAY);
    assert_null(asked.wait.argv);
    finish(&asked);
}

static void test_no_deadline(void **state)
{
    const struct span words[] = {SPAN("BZPOPMIN"), SPAN("a"), SPAN("0")};
    struct asked asked = {0};

    ask(&asked, *state, words, 3);
    assert_true(asked.wait.waits);
    assert_int_equal(asked.wait.type, VALUE_SORTED_SET);
    assert_int_equal(asked.wait.deadline, TIME_NEVER);
    finish(&asked);
}

static void test_what_is_there_is_not_waited_for(void **state)
{
    const struct span words[] = {SPAN("BLPOP"), SPAN("a"), SPAN("b"), SPAN("0")};
    struct asked asked = {0};

    EXPECT_REPLY(*state, "RPUSH b x", ":1");
    ask(&asked, *state, words, 4);
    assert_false(asked.wait.waits);
    assert_int_equal(asked.reply.length, strlen("*2\r\n$1\r\nb\r\n$1\r\nx\r\n"));
    assert_int_equal(asked.cmd.changes, 1);
    finish(&asked);
}

/* "$" means the end as it is now, also in later runs; other arguments stay as they are. */
static void test_arguments_of_later_runs(void **state)
{
    const struct span words[] = {SPAN("XREAD"), SPAN("BLOCK"), SPAN("0"), SPAN("STREAMS"),
                                 SPAN("s"),     SPAN("t"),     SPAN("$"), SPAN("3-1")};
    struct asked asked = {0};

    EXPECT_REPLY(*state, "XADD s 7-2 field value", "$3\r\n7-2");
    ask(&asked, *state, words, 8);
    assert_true(asked.wait.waits);
    assert_non_null(asked.wait.argv);
    assert_int_equal(asked.wait.first, 4);
    assert_int_equal(asked.wait.count, 2);
    assert_true(span_equal(asked.wait.argv[6], SPAN("7-2")));
    assert_true(span_equal(asked.wait.argv[7], SPAN("3-1")));
    assert_true(span_equal(asked.wait.argv[4], SPAN("s")));
    finish(&asked);
}

static void test_until_gone(void **state)
{
    const struct span words[] = {SPAN("XREADGROUP"), SPAN("GROUP"), SPAN("g"),
                                 SPAN("c"),          SPAN("BLOCK"), SPAN("50"),
                                 SPAN("STREAMS"),    SPAN("s"),     SPAN(">")};
    struct asked asked = {0};

    EXPECT_REPLY(*state, "XGROUP CREATE s g $ MKSTREAM", "+OK");
    ask(&asked, *state, words, 9);
    assert_true(asked.wait.waits);
    assert_true(asked.wait.until_gone);
    assert_int_equal(asked.wait.deadline, FIXTURE_NOW + 50);
    assert_false(cmd_has_waited(&asked.cmd));
    asked.wait.again = true;
    assert_true(cmd_has_waited(&asked.cmd));
    finish(&asked);
}

/* As in a transaction. */
static void test_nobody_to_wait(void **state)
{
    struct command_fixture *fixture = *state;

    EXPECT_CHANGES(fixture, "BLPOP a b 0", "*-1", 0);
    EXPECT_CHANGES(fixture, "BLMOVE a b LEFT LEFT 0", "$-1", 0);
    EXPECT_CHANGES(fixture, "BLMPOP 0 1 a LEFT", "*-1", 0);
    EXPECT_CHANGES(fixture, "BZPOPMAX a 0", "*-1", 0);
    EXPECT_CHANGES(fixture, "XREAD BLOCK 0 STREAMS s $", "*-1", 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        FIXTURE_TEST(test_what_is_waited_for),
        FIXTURE_TEST(test_no_deadline),
        FIXTURE_TEST(test_what_is_there_is_not_waited_for),
        FIXTURE_TEST(test_arguments_of_later_runs),
        FIXTURE_TEST(test_until_gone),
        FIXTURE_TEST(test_nobody_to_wait),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
