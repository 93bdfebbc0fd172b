/* Users: the parser of rules, what they come to, what is allowed by them, and their sets. */
#include "proto/base/random.h"
#include "server/access/user_describe.h"
#include "server/access/user_rule.h"
#include "server/access/users_file.h"
#include "server/config/config_words.h"

#include <inttypes.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

/* A user by the rules of a line, apart by spaces. */
static struct user *user_of(const char *rules)
{
    struct user *user = user_create(SPAN("alice"), false);
    struct user_rule_failure failure;
    struct config_words words;

    config_words_split_at_spaces(&words, span_of_string(rules));
    if (!user_rule_apply_all(user, words.items, words.count, false, &failure))
        fail_msg("%s: %s in '%s'", rules, user_rule_error_text(failure.error), failure.rule);
    config_words_free(&words);
    return user;
}

static void expect_error(const char *rules, enum user_rule_error error)
{
    struct user *user = user_create(SPAN("alice"), false);
    struct user_rule_failure failure;
    struct config_words words;

    config_words_split_at_spaces(&words, span_of_string(rules));
    assert_false(user_rule_apply_all(user, words.items, words.count, false, &failure));
    assert_int_equal(failure.error, error);
    config_words_free(&words);
    user_release(user);
}

static void expect_described(const char *rules, const char *described)
{
    struct user *user = user_of(rules);
    struct text_buffer text = {0};

    user_describe(user, &text);
    text_buffer_add(&text, SPAN("\0"));
    assert_string_equal(text.bytes, described);
    text_buffer_free(&text);
    user_release(user);
}

static bool allows(const struct user *user, const char *line, struct access_denial *denial)
{
    struct config_words words;
    const struct command *container;
    const struct command *command;
    bool allowed;

    config_words_split_at_spaces(&words, span_of_string(line));
    command = command_find_arguments(words.items, words.count, &container);
    assert_non_null(command);
    allowed = access_check(user, command, words.items, words.count, 0, denial);
    config_words_free(&words);
    return allowed;
}

static void expect(const char *rules, const char *line, enum access_reason reason)
{
    struct user *user = user_of(rules);
    struct access_denial denial;

    if (allows(user, line, &denial) != (reason == ACCESS_GRANTED) || denial.reason != reason)
        fail_msg("'%s' with '%s': %d, not %d", line, rules, denial.reason, reason);
    user_release(user);
}

static void test_descriptions(void **state)
{
    (void)state;
    expect_described("on nopass ~* &* +@all", "user alice on nopass sanitize-payload ~* &* +@all");
    expect_described("+@all -@hash -@slow +hget -@hash",
                     "user alice off sanitize-payload resetchannels +@all -@slow +hget -@hash");
    expect_described("+client|list +CLIENT|list +config|get +config +acl|list -acl",
                     "user alice off sanitize-payload resetchannels -@all +client|list +config "
                     "-acl");
    expect_described("+select|0 +select|0 +get (+set %R~a) ~a %W~b &c",
                     "user alice off sanitize-payload ~a %W~b resetchannels &c -@all +select|0 "
                     "+get (%R~a resetchannels -@all +set)");
    expect_described("~a %R~* %W~* ~b +get",
                     "user alice off sanitize-payload ~a %RW~* ~b resetchannels -@all +get");
    expect_described("%R %RW %W~a", "user alice off sanitize-payload ~ %W~a resetchannels -@all");
    expect_described("%R~foo %W~foo %RW~bar",
                     "user alice off sanitize-payload ~foo ~bar resetchannels -@all");
}

static void test_errors(void **state)
{
    (void)state;
    expect_error("+nosuchcommand", RULE_UNKNOWN_COMMAND);
    expect_error("+", RULE_UNKNOWN_COMMAND);
    expect_error("+@nosuchcategory", RULE_UNKNOWN_COMMAND);
    expect_error("-get|x", RULE_UNKNOWN_COMMAND);
    expect_error("+get|x|y", RULE_UNKNOWN_COMMAND);
    expect_error("+config|get|x", RULE_ARGUMENT_OF_SUBCOMMAND);
    expect_error("+config|nosuch", RULE_UNKNOWN_COMMAND);
    expect_error("+get|", RULE_SYNTAX);
    expect_error("~* ~a", RULE_BEHIND_ALL_KEYS);
    expect_error("&* &a", RULE_BEHIND_ALL_CHANNELS);
    expect_error("%~a", RULE_SYNTAX);
    expect_error("%RR~a", RULE_SYNTAX);
    expect_error("%", RULE_SYNTAX);
    expect_error("#abc", RULE_BAD_HASH);
    expect_error("<abc", RULE_NO_SUCH_PASSWORD);
    expect_error("(+get", RULE_UNMATCHED_PARENTHESIS);
    expect_error("(", RULE_UNMATCHED_PARENTHESIS);
    expect_error(")", RULE_SYNTAX);
    expect_error("(&))", RULE_SYNTAX);
    expect_error("(on)", RULE_SYNTAX);
    expect_error("((+get))", RULE_SYNTAX);
    expect_error("(~\"a)", RULE_SYNTAX);
}

static void test_permissions(void **state)
{
    (void)state;
    expect("+get ~a*", "get abc", ACCESS_GRANTED);
    expect("+get ~a*", "get b", ACCESS_KEY);
    expect("+get ~a*", "set abc x", ACCESS_COMMAND);
    expect("+@all ~a ~b", "mget a b", ACCESS_GRANTED);
    expect("+@all ~a ~b", "mget a b c", ACCESS_KEY);
    expect("+@all -config +config|get", "config get x", ACCESS_GRANTED);
    expect("+@all -config +config|get", "config set x y", ACCESS_COMMAND);
    expect("+select|0", "select 0", ACCESS_GRANTED);
    expect("+select|0", "select 1", ACCESS_COMMAND);
    expect("+select|0 -select", "select 0", ACCESS_COMMAND);
    expect("-@all", "auth x", ACCESS_GRANTED);
    expect("+@all %R~r %W~w", "copy r w", ACCESS_GRANTED);
    expect("+@all %R~r %W~w", "copy w r", ACCESS_KEY);
    expect("+@all (%R~r +@all) (%W~w +@all)", "copy r w", ACCESS_KEY);
    expect("+@all %W~w", "set w x", ACCESS_GRANTED);
    expect("+@all %W~w", "set w x get", ACCESS_KEY);
    expect("(+get ~a) (+set ~b)", "set b x", ACCESS_GRANTED);
    expect("(+get ~a) (+set ~b)", "set a x", ACCESS_KEY);
}

/* Keys that options name: each way in which a command says where another key is. */
static void test_keys_of_options(void **state)
{
    (void)state;
    expect("+@all ~a", "sort a store b", ACCESS_KEY);
    expect("+@all ~a", "sort a store a store b", ACCESS_KEY);
    expect("+@all ~a ~b", "sort a store b", ACCESS_GRANTED);
    expect("+@all ~a", "georadius a 0 0 1 km store b", ACCESS_KEY);
    expect("+@all ~a", "georadius a 0 0 1 km storedist b", ACCESS_KEY);
    expect("+@all ~a", "georadiusbymember a m 1 km storedist b", ACCESS_KEY);
    expect("+@all ~a", "xread streams a b 0 0", ACCESS_KEY);
    expect("+@all ~a ~b", "xread streams a b 0 0", ACCESS_GRANTED);
    expect("+@all ~a", "xreadgroup group g c streams b >", ACCESS_KEY);
    expect("+@all ~a", "zunionstore b 1 a", ACCESS_KEY);
    expect("+@all ~a", "zunionstore a 2 a b", ACCESS_KEY);
    expect("+@all ~a", "bitop and a b", ACCESS_KEY);
    expect("+@all ~a", "eval x 2 a b", ACCESS_KEY);
    expect("+@all ~a", "blpop a b 0", ACCESS_KEY);
    expect("+@all ~a", "lmpop 2 a b left", ACCESS_KEY);
}

static void test_all_keys(void **state)
{
    struct user *some = user_of("+sort ~a");
    struct user *all = user_of("+sort ~a %R~*");
    struct user *writes = user_of("+sort ~a %W~*");
    const struct span argv[] = {SPAN("sort"), SPAN("a"), SPAN("by"), SPAN("w*")};
    const struct command *sort = command_find(argv[0]);

    (void)state;
    assert_false(access_check_all_keys(some, sort, argv, 4));
    assert_true(access_check_all_keys(all, sort, argv, 4));
    assert_false(access_check_all_keys(writes, sort, argv, 4));
    assert_true(access_check_all_keys(NULL, sort, argv, 4));
    user_release(some);
    user_release(all);
    user_release(writes);
}

static void test_unrestricted(void **state)
{
    static const struct {
        const char *rules;
        bool unrestricted;
    } cases[] = {
        {"+@all ~* &*", true},
        {"+@all ~*", false},
        {"+@all &*", false},
        {"+@all -get ~* &*", false},
        {"+@all -get +get ~* &*", true},
        {"-@all (+@all ~* &*)", true},
        {"+@all ~* &* resetkeys", false},
    };

    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct user *user = user_of(cases[i].rules);

        assert_int_equal(user->unrestricted, cases[i].unrestricted);
        user_release(user);
    }
}

static void test_passwords(void **state)
{
    struct users *users = users_create(SPAN("secret"));
    struct users *open;

    (void)state;
    open = users_with(users, user_of("on >one >two"));
    assert_non_null(users_login(open, SPAN("alice"), SPAN("one")));
    assert_non_null(users_login(open, SPAN("alice"), SPAN("two")));
    assert_null(users_login(open, SPAN("alice"), SPAN("three")));
    assert_null(users_login(open, SPAN("nobody"), SPAN("one")));
    assert_non_null(users_login(open, SPAN("default"), SPAN("secret")));
    assert_null(users_login(open, SPAN("default"), SPAN("")));
    users_free(open);
    open = users_with_password(users, SPAN(""));
    assert_true(users_are_open(open));
    assert_false(users_are_open(users));
    users_free(open);
    users_free(users);
}

static void test_too_many(void **state)
{
    struct user *user = user_create(SPAN("alice"), false);
    enum user_rule_error error = RULE_IS_GOOD;
    char rule[32];
    uint32_t count = 0;

    (void)state;
    while (error == RULE_IS_GOOD && count <= SELECTOR_ITEMS_MAX) {
        snprintf(rule, sizeof(rule), "~key:%u", count++);
        error = user_rule_apply(user, span_of_string(rule), false);
    }
    assert_int_equal(error, RULE_TOO_MANY);
    user_release(user);
}

/* ---- Files ---- */

static void test_file(void **state)
{
    struct config *config = config_create();
    struct text_buffer errors = {0};
    struct users *users =
        users_file_parse(SPAN("user bob on +get ~b\r\n\n  user alice on >x ( +set ~a )\n"), "u.acl",
                         config, &errors);

    (void)state;
    assert_non_null(users);
    assert_int_equal(users->count, 3);
    assert_true(users->default_user->unrestricted);
    assert_non_null(users_find(users, SPAN("bob")));
    users_free(users);
    users = users_file_parse(SPAN("user a on\nuser a off\nuser b +nosuch\nhello\nuser c (\n"),
                             "u.acl", config, &errors);
    assert_null(users);
    text_buffer_add(&errors, SPAN("\0"));
    assert_non_null(strstr(errors.bytes, "Duplicate user 'a' found on line 2"));
    assert_non_null(strstr(errors.bytes, "u.acl:3: Error in applying operation '+nosuch'"));
    assert_non_null(strstr(errors.bytes, "u.acl:4 should start with user keyword"));
    assert_non_null(strstr(errors.bytes, "u.acl:5: Unmatched parenthesis"));
    text_buffer_free(&errors);
    config_free(config);
}

static const char *const random_words[] = {
    "on",
    "off",
    "nopass",
    "resetpass",
    "reset",
    "+@all",
    "-@all",
    "+get",
    "-get",
    "+@string",
    "-@string",
    "+client",
    "-client|kill",
    "+config|get",
    "-@slow",
    "+@read",
    "~a*",
    "%R~r*",
    "%W~r*",
    "allkeys",
    "resetkeys",
    "&c*",
    "&d",
    "allchannels",
    "resetchannels",
    "+select|0",
    "(+get ~x)",
    "(%W~w -@all)",
    "clearselectors",
    ">pass",
    "skip-sanitize-payload",
    "sanitize-payload",
    "-@dangerous",
    "+acl",
    "(&x +@pubsub ~\"quoted\")",
    "-select",
};
enum { RANDOM_WORDS = sizeof(random_words) / sizeof(random_words[0]) };

/* Whatever rules are given: what describes the user makes the same one again. */
static void test_random_round_trips(void **state)
{
    struct random random;
    uint64_t seed = 20240607;

    (void)state;
    print_message("seed %" PRIu64 "\n", seed);
    random_seed(&random, seed);
    for (uint32_t round = 0; round < 3000; round++) {
        struct user *user = user_create(SPAN("alice"), random_next(&random) % 2);
        struct user *again = user_create(SPAN("alice"), false);
        struct user_rule_failure failure;
        struct text_buffer first = {0};
        struct text_buffer second = {0};
        struct config_words split;

        for (uint64_t i = random_next(&random) % 12; i > 0; i--)
            user_rule_apply(user, span_of_string(random_words[random_next(&random) % RANDOM_WORDS]),
                            false);
        user_settle(user);
        user_describe(user, &first);
        config_words_split_at_spaces(&split, text_buffer_span(&first));
        assert_true(user_rule_apply_all(again, split.items + 2, split.count - 2, false, &failure));
        user_describe(again, &second);
        assert_true(span_equal(text_buffer_span(&first), text_buffer_span(&second)));
        assert_int_equal(user->unrestricted, again->unrestricted);
        for (uint32_t i = 0; i < user->selector_count; i++)
            assert_memory_equal(user->selectors[i].commands, again->selectors[i].commands,
                                (command_count + 63u) / 64 * 8 - 8);
        config_words_free(&split);
        text_buffer_free(&first);
        text_buffer_free(&second);
        user_release(user);
        user_release(again);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_descriptions), cmocka_unit_test(test_errors),
        cmocka_unit_test(test_permissions),  cmocka_unit_test(test_keys_of_options),
        cmocka_unit_test(test_all_keys),     cmocka_unit_test(test_unrestricted),
        cmocka_unit_test(test_passwords),    cmocka_unit_test(test_too_many),
        cmocka_unit_test(test_file),         cmocka_unit_test(test_random_round_trips),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
