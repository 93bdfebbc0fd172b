/* LCS: options, and random strings against the table of lengths that defines the answer. */
#include "tests/unit/command_fixture.h"

#include "proto/base/random.h"

static void test_options(void **state)
{
    struct command_fixture *fixture = *state;

    EXPECT_REPLY(fixture, "MSET a ohmytext b mynewtext", "+OK");
    EXPECT_REPLY(fixture, "LCS a b", "$6\r\nmytext");
    EXPECT_REPLY(fixture, "LCS a b LEN", ":6");
    EXPECT_REPLY(fixture, "LCS a b IDX",
                 "*4\r\n$7\r\nmatches\r\n*2\r\n*2\r\n*2\r\n:4\r\n:7\r\n*2\r\n:5\r\n:8\r\n"
                 "*2\r\n*2\r\n:2\r\n:3\r\n*2\r\n:0\r\n:1\r\n$3\r\nlen\r\n:6");
    EXPECT_REPLY(fixture, "LCS a b IDX MINMATCHLEN 4 WITHMATCHLEN",
                 "*4\r\n$7\r\nmatches\r\n*1\r\n*3\r\n*2\r\n:4\r\n:7\r\n*2\r\n:5\r\n:8\r\n:4\r\n"
                 "$3\r\nlen\r\n:6");
    fixture->protocol = 3;
    EXPECT_REPLY(fixture, "LCS a b IDX MINMATCHLEN 5",
                 "%2\r\n$7\r\nmatches\r\n*0\r\n$3\r\nlen\r\n:6");
}

static void test_missing_and_numbers(void **state)
{
    struct command_fixture *fixture = *state;

    EXPECT_REPLY(fixture, "LCS a b", "$0\r\n");
    EXPECT_REPLY(fixture, "LCS a b LEN", ":0");
    EXPECT_REPLY(fixture, "LCS a a IDX", "*4\r\n$7\r\nmatches\r\n*0\r\n$3\r\nlen\r\n:0");
    EXPECT_REPLY(fixture, "MSET a 12345 b 2468", "+OK");
    EXPECT_REPLY(fixture, "LCS a b", "$2\r\n24");
    EXPECT_REPLY(fixture, "LCS a a", "$5\r\n12345");
    EXPECT_REPLY(fixture, "SET b 1 PX 1", "+OK");
    fixture->now++;
    EXPECT_REPLY(fixture, "LCS a b LEN", ":0");
}

static void test_refused(void **state)
{
    struct command_fixture *fixture = *state;
    char *bytes = memory_new_zeroed(20000, 1);
    const struct span words[] = {SPAN("SET"), SPAN("a"), span_of(bytes, 20000)};

    EXPECT_REPLY(fixture, "LCS a b LEN IDX",
                 "-ERR If you want both the length and indexes, please just use IDX.");
    EXPECT_REPLY(fixture, "LCS a b NOSUCH", REPLY_SYNTAX_ERROR);
    EXPECT_REPLY(fixture, "LCS a b MINMATCHLEN", REPLY_SYNTAX_ERROR);
    EXPECT_REPLY(fixture, "LCS a b MINMATCHLEN x", REPLY_NOT_INTEGER);
    EXPECT_REPLY(fixture, "LCS a b MINMATCHLEN -5", "$0\r\n");
    fixture_run_words(fixture, words, 3);
    memory_free(bytes);
    EXPECT_REPLY(fixture, "LCS a a LEN",
                 "-ERR Insufficient memory, transient memory for LCS exceeds proto-max-bulk-len");
    EXPECT_REPLY(fixture, "LCS a b LEN", ":0");
    fixture->config->proto_max_bulk_len = 4 * 20001 - 1;
    EXPECT_REPLY(fixture, "LCS a b LEN",
                 "-ERR Insufficient memory, transient memory for LCS exceeds proto-max-bulk-len");
}

enum { SIDE_MAX = 200, TEXT_MAX = SIDE_MAX * 64, EXPECTED_MAX = TEXT_MAX + 256 };

struct table {
    struct span a;
    struct span b;
    uint32_t cells[SIDE_MAX + 1][SIDE_MAX + 1];
    char subsequence[SIDE_MAX + 1];
    char matches[TEXT_MAX];
    uint32_t match_count;
};

static void table_fill(struct table *table)
{
    for (size_t i = 1; i <= table->a.length; i++) {
        for (size_t j = 1; j <= table->b.length; j++) {
            uint32_t up = table->cells[i - 1][j];
            uint32_t left = table->cells[i][j - 1];

            table->cells[i][j] = table->a.data[i - 1] == table->b.data[j - 1]
                                     ? table->cells[i - 1][j - 1] + 1
                                     : (up > left ? up : left);
        }
    }
}

static void table_add_match(struct table *table, size_t a, size_t b, size_t length)
{
    size_t used = strlen(table->matches);

    if (length == 0)
        return;
    snprintf(table->matches + used, TEXT_MAX - used,
             "*3\r\n*2\r\n:%zu\r\n:%zu\r\n*2\r\n:%zu\r\n:%zu\r\n:%zu\r\n", a, a + length - 1, b,
             b + length - 1, length);
    table->match_count++;
}

/* Back from the corner: over equal bytes, else to the longer side, left when both are as long. */
static void table_walk(struct table *table)
{
    size_t i = table->a.length;
    size_t j = table->b.length;
    size_t length = table->cells[i][j];
    size_t run = 0;

    table->subsequence[length] = '\0';
    table->matches[0] = '\0';
    table->match_count = 0;
    while (i > 0 && j > 0) {
        if (table->a.data[i - 1] == table->b.data[j - 1]) {
            table->subsequence[--length] = table->a.data[i - 1];
            run++;
            i--;
            j--;
            continue;
        }
        table_add_match(table, i, j, run);
        run = 0;
        if (table->cells[i - 1][j] > table->cells[i][j - 1])
            i--;
        else
            j--;
    }
    table_add_match(table, i, j, run);
    assert_int_equal(length, 0);
}

static struct span random_text(struct random *random, char *bytes)
{
    size_t length = 1 + random_below(random, random_below(random, 4) == 0 ? SIDE_MAX : 70);
    uint64_t letters = 1 + random_below(random, 6);

    for (size_t i = 0; i < length; i++)
        bytes[i] = (char)('a' + random_below(random, letters));
    return span_of(bytes, length);
}

static void test_against_table(void **state)
{
    struct command_fixture *fixture = *state;
    const char *seed_text = getenv("TESSERA_SEED");
    uint64_t seed = seed_text != NULL ? strtoull(seed_text, NULL, 10) : 20230719;
    struct table *table = memory_new(sizeof(*table));
    struct random random;
    char a[SIDE_MAX];
    char b[SIDE_MAX];
    char *expected = memory_new(EXPECTED_MAX);

    print_message("seed %llu\n", (unsigned long long)seed);
    random_seed(&random, seed);
    for (int round = 0; round < 2000; round++) {
        struct span words[] = {SPAN("MSET"), SPAN("a"), random_text(&random, a), SPAN("b"),
                               random_text(&random, b)};

        memset(table, 0, sizeof(*table));
        table->a = words[2];
        table->b = words[4];
        table_fill(table);
        table_walk(table);
        fixture_run_words(fixture, words, 5);
        snprintf(expected, EXPECTED_MAX, "$%zu\r\n%s", strlen(table->subsequence),
                 table->subsequence);
        EXPECT_REPLY(fixture, "LCS a b", expected);
        snprintf(expected, EXPECTED_MAX, ":%zu", strlen(table->subsequence));
        EXPECT_REPLY(fixture, "LCS a b LEN", expected);
        snprintf(expected, EXPECTED_MAX, "*4\r\n$7\r\nmatches\r\n*%u\r\n%s$3\r\nlen\r\n:%zu",
                 table->match_count, table->matches, strlen(table->subsequence));
        EXPECT_REPLY(fixture, "LCS a b IDX WITHMATCHLEN", expected);
    }
    memory_free(expected);
    memory_free(table);
}

/* The biggest product that is allowed, in its two worst shapes. */
static void test_hostile_sizes(void **state)
{
    struct command_fixture *fixture = *state;
    size_t length = (536870912 / 4) / 2 - 1;
    char *bytes = memory_new(length);
    struct span words[] = {SPAN("MSET"), SPAN("long"), span_of(bytes, length), SPAN("short"),
                           SPAN("x")};

    memset(bytes, 'y', length);
    bytes[0] = 'x';
    fixture_run_words(fixture, words, 5);
    memory_free(bytes);
    EXPECT_REPLY(fixture, "LCS long short", "$1\r\nx");
    EXPECT_REPLY(fixture, "LCS short long", "$1\r\nx");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        FIXTURE_TEST(test_options),       FIXTURE_TEST(test_missing_and_numbers),
        FIXTURE_TEST(test_refused),       FIXTURE_TEST(test_against_table),
        FIXTURE_TEST(test_hostile_sizes),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
