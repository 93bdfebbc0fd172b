#include "proto/base/glob.h"
#include "proto/base/random.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

static uint64_t seed = 7071;

static char lower(char byte)
{
    return byte >= 'A' && byte <= 'Z' ? (char)(byte + 32) : byte;
}

/* One element behind the other, trying every length for each star. */
static bool naive(struct span pattern, struct span text, bool ignore_case);

static bool naive_class(struct span pattern, char byte, bool ignore_case, size_t *used)
{
    size_t at = 1;
    bool negated = pattern.length > 1 && pattern.data[1] == '^';
    bool found = false;

    at += negated;
    while (at < pattern.length && pattern.data[at] != ']') {
        unsigned char from, to, wanted = (unsigned char)byte;

        if (pattern.data[at] == '\\' && at + 1 < pattern.length) {
            if (pattern.data[at + 1] == byte)
                found = true;
            at += 2;
            continue;
        }
        from = to = (unsigned char)pattern.data[at];
        if (at + 2 < pattern.length && pattern.data[at + 1] == '-') {
            to = (unsigned char)pattern.data[at + 2];
            at += 2;
        }
        at++;
        if (ignore_case) {
            from = (unsigned char)lower((char)from);
            to = (unsigned char)lower((char)to);
            wanted = (unsigned char)lower(byte);
        }
        if ((from <= wanted && wanted <= to) || (to <= wanted && wanted <= from))
            found = true;
    }
    *used = at < pattern.length ? at + 1 : at;
    return found != negated;
}

static bool naive(struct span pattern, struct span text, bool ignore_case)
{
    size_t used = 1;
    bool same;
    char byte;

    if (pattern.length == 0)
        return text.length == 0;
    if (pattern.data[0] == '*') {
        struct span rest = span_of(pattern.data + 1, pattern.length - 1);

        for (size_t taken = 0; taken <= text.length; taken++) {
            if (naive(rest, span_of(text.data + taken, text.length - taken), ignore_case))
                return true;
        }
        return false;
    }
    if (text.length == 0)
        return false;
    byte = text.data[0];
    if (pattern.data[0] == '?') {
        same = true;
    } else if (pattern.data[0] == '[') {
        same = naive_class(pattern, byte, ignore_case, &used);
    } else {
        char wanted = pattern.data[0];

        if (wanted == '\\' && pattern.length > 1) {
            wanted = pattern.data[1];
            used = 2;
        }
        same = wanted == byte || (ignore_case && lower(wanted) == lower(byte));
    }
    return same && naive(span_of(pattern.data + used, pattern.length - used),
                         span_of(text.data + 1, text.length - 1), ignore_case);
}

static size_t any_text(struct random *random, const char *alphabet, char *text, size_t maximum)
{
    size_t length = random_below(random, maximum + 1);

    for (size_t i = 0; i < length; i++)
        text[i] = alphabet[random_below(random, strlen(alphabet))];
    return length;
}

static void test_against_naive(void **state)
{
    struct random random;
    unsigned matched = 0;

    (void)state;
    random_seed(&random, seed);
    for (int i = 0; i < 300000; i++) {
        char pattern_text[12], text_bytes[10];
        struct span pattern =
            span_of(pattern_text, any_text(&random, "abAB**??[]^-\\c", pattern_text, 12));
        struct span text = span_of(text_bytes, any_text(&random, "abcAB-]\\", text_bytes, 10));
        bool ignore_case = random_below(&random, 2);
        bool expected = naive(pattern, text, ignore_case);

        matched += expected;
        if (glob_match(pattern, text, ignore_case) != expected) {
            print_error("'%.*s' on '%.*s'\n", (int)pattern.length, pattern_text, (int)text.length,
                        text_bytes);
            fail();
        }
    }
    assert_in_range(matched, 1000, 299000);
}

static void test_known(void **state)
{
    (void)state;
    assert_true(glob_match(SPAN("*"), SPAN(""), false));
    assert_true(glob_match(SPAN(""), SPAN(""), false));
    assert_false(glob_match(SPAN(""), SPAN("a"), false));
    assert_true(glob_match(SPAN("h?llo"), SPAN("hello"), false));
    assert_true(glob_match(SPAN("h[ae]llo"), SPAN("hallo"), false));
    assert_false(glob_match(SPAN("h[^e]llo"), SPAN("hello"), false));
    assert_true(glob_match(SPAN("h[a-b]llo"), SPAN("hbllo"), false));
    assert_true(glob_match(SPAN("h[b-a]llo"), SPAN("hbllo"), false));
    assert_true(glob_match(SPAN("user:*:name"), SPAN("user:1:2:name"), false));
    assert_true(glob_match(SPAN("a\\*"), SPAN("a*"), false));
    assert_false(glob_match(SPAN("a\\*"), SPAN("ab"), false));
    assert_true(glob_match(SPAN("HeLLo"), SPAN("hEllO"), true));
    assert_false(glob_match(SPAN("HeLLo"), SPAN("hEllO"), false));
    assert_true(glob_match(SPAN("a\\"), SPAN("a\\"), false));
    assert_true(glob_match(SPAN("[ab"), SPAN("b"), false));
    assert_true(glob_match(SPAN("*\0*"), SPAN("x\0y"), false));
    assert_true(glob_match(SPAN("[\200-\377]"), SPAN("\300"), false));
}

/* With a return to every star this would take longer than the universe has. */
static void test_many_stars(void **state)
{
    enum { STARS = 1000, LENGTH = 20000 };
    char *pattern = malloc(STARS * 2 + 1);
    char *text = malloc(LENGTH);

    (void)state;
    for (int i = 0; i < STARS; i++)
        memcpy(pattern + i * 2, "a*", 2);
    pattern[STARS * 2] = 'b';
    memset(text, 'a', LENGTH);
    assert_false(glob_match(span_of(pattern, STARS * 2 + 1), span_of(text, LENGTH), false));
    text[LENGTH - 1] = 'b';
    assert_true(glob_match(span_of(pattern, STARS * 2 + 1), span_of(text, LENGTH), false));
    free(pattern);
    free(text);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_known),
        cmocka_unit_test(test_against_naive),
        cmocka_unit_test(test_many_stars),
    };

    if (getenv("SEED") != NULL)
        seed = strtoull(getenv("SEED"), NULL, 10);
    printf("seed %llu\n", (unsigned long long)seed);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
