/* Arguments that are too long to be kept, which are refused by their lengths alone: nothing here
 * has gigabytes. What is not kept may be as long as it likes. */
#include "server/commands/cmd.h"
#include "server/config/config.h"
#include "storage/types/hash.h"
#include "storage/types/set.h"
#include "storage/types/sorted_set.h"
#include "tests/unit/command_fixture.h"

#include <sys/mman.h>

enum { WORDS_MAX = 8 };

static const struct span too_long = {"", CMD_KEPT_BYTES_MAX + 1};
static const struct span longest = {"", CMD_KEPT_BYTES_MAX};

/* Is the command let through when the words that say LONG are that long? */
static bool fits(const char *line, struct span long_word)
{
    struct span words[WORDS_MAX];
    struct reply reply;
    struct cmd cmd = {.argv = words, .reply = &reply};
    char text[128];
    char *rest;
    bool fit;

    snprintf(text, sizeof(text), "%s", line);
    for (char *word = strtok_r(text, " ", &rest); word != NULL; word = strtok_r(NULL, " ", &rest)) {
        assert_true(cmd.argc < WORDS_MAX);
        words[cmd.argc++] = strcmp(word, "LONG") == 0 ? long_word : span_of(word, strlen(word));
    }
    cmd.command = strncmp(line, "XGROUP", 6) == 0 ? command_find_by_name(SPAN("xgroup|create"))
                                                  : command_find(words[0]);
    assert_non_null(cmd.command);
    reply_init(&reply, 2);
    fit = cmd_arguments_fit(&cmd);
    assert_int_equal(reply.error_count, !fit);
    reply_free(&reply);
    return fit;
}

static void test_what_is_kept_is_short(void **state)
{
    static const char *const refused[] = {
        "RPUSH k LONG",
        "LPUSHX k a LONG",
        "LSET k 0 LONG",
        "LINSERT k BEFORE a LONG",
        "HSET k LONG v",
        "HSET k f LONG",
        "HSETNX k f LONG",
        "HINCRBY k LONG 1",
        "SADD k LONG",
        "ZADD k 1 LONG",
        "ZINCRBY k 1 LONG",
        "GEOADD k 1 1 LONG",
        "XADD k * LONG v",
        "XADD k * f LONG",
        "XGROUP CREATE k LONG 0",
        "SET LONG v",
        "GET LONG",
        "MSET a v LONG v",
        "DEL a LONG",
        "BLPOP a LONG 0",
        "RENAME a LONG",
        "PFADD LONG a",
        "SORT a STORE LONG",
        "RESTORE LONG 0 x",
        "XREAD STREAMS LONG 0",
        "WATCH LONG",
    };

    (void)state;
    for (size_t i = 0; i < sizeof(refused) / sizeof(refused[0]); i++) {
        if (fits(refused[i], too_long) || !fits(refused[i], longest))
            fail_msg("%s", refused[i]);
    }
}

static void test_the_rest_may_be_long(void **state)
{
    static const char *const let_through[] = {
        "SET k LONG", "APPEND k LONG", "MSET a LONG b v",  "SETRANGE k 0 LONG", "PFADD k LONG",
        "ECHO LONG",  "HGET k LONG",   "SISMEMBER k LONG", "ZSCORE k LONG",     "LPOS k LONG",
    };

    (void)state;
    for (size_t i = 0; i < sizeof(let_through) / sizeof(let_through[0]); i++)
        if (!fits(let_through[i], too_long))
            fail_msg("%s", let_through[i]);
}

/* Memory that is nowhere until it is read. */
static void test_long_words_are_looked_for_in_vain(void **state)
{
    struct command_fixture *fixture = *state;
    void *memory =
        mmap(NULL, too_long.length, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    struct span word = {memory, too_long.length};
    struct key key = keyspace_key(fixture->keyspace, SPAN("k"));
    struct entry *entry;
    double score;

    assert_ptr_not_equal(memory, MAP_FAILED);
    fixture_run(fixture, "HSET k f v 1 2");
    entry = keyspace_find(fixture->keyspace, 0, &key, fixture->now);
    assert_false(hash_find(entry, word, fixture->now, NULL));
    fixture_run(fixture, "DEL k");
    fixture_run(fixture, "SADD k a b");
    entry = keyspace_find(fixture->keyspace, 0, &key, fixture->now);
    assert_false(set_contains(entry, word));
    fixture_run(fixture, "DEL k");
    fixture_run(fixture, "ZADD k 1 a 2 b");
    entry = keyspace_find(fixture->keyspace, 0, &key, fixture->now);
    assert_false(sorted_set_score(entry, word, &score));
    munmap(memory, too_long.length);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_what_is_kept_is_short),
        cmocka_unit_test(test_the_rest_may_be_long),
        cmocka_unit_test_setup_teardown(test_long_words_are_looked_for_in_vain, fixture_setup,
                                        fixture_teardown),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
