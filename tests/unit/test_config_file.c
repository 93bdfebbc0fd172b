/* The configuration file: lines, quotes, errors; rewriting; deploy/tessera.conf. */
#include "server/config/config_file.h"
#include "server/config/config_template.h"
#include "server/config/config_words.h"
#include "server/config/directive.h"

#include "proto/base/memory.h"
#include "proto/base/random.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
/* Behind the headers that it needs. */
#include <cmocka.h>

static struct config *load_ok(const char *text)
{
    struct config *config = config_create();
    struct config_error error = {0};

    if (!config_load_text(config, span_of_string(text), &error))
        fail_msg("line %u: %s", error.line, error.text);
    return config;
}

static void load_fails(const char *text, uint32_t line, const char *expected)
{
    struct config *config = config_create();
    struct config_error error = {0};

    assert_false(config_load_text(config, span_of_string(text), &error));
    assert_string_equal(error.text, expected);
    assert_int_equal(error.line, line);
    config_free(config);
}

static char *rewrite(const struct config *config, const char *old)
{
    size_t length = 0;
    char *text = config_rewrite_text(config, span_of_string(old), &length);

    assert_int_equal(strlen(text), length);
    return text;
}

static void assert_rewrites(const struct config *config, const char *old, const char *expected)
{
    char *text = rewrite(config, old);

    assert_string_equal(text, expected);
    memory_free(text);
}

static void test_words(void **state)
{
    struct config_words words;

    (void)state;
    assert_true(
        config_words_split(&words, SPAN(" a \"b c\"\t'd\\'e' \"\\x41\\n\\\"\" \"\" x\"y z\"")));
    assert_int_equal(words.count, 6);
    assert_true(span_equal(words.items[1], SPAN("b c")));
    assert_true(span_equal(words.items[2], SPAN("d'e")));
    assert_true(span_equal(words.items[3], SPAN("A\n\"")));
    assert_int_equal(words.items[4].length, 0);
    assert_true(span_equal(words.items[5], SPAN("xy z")));
    config_words_free(&words);
    assert_false(config_words_split(&words, SPAN("a \"b")));
    assert_false(config_words_split(&words, SPAN("a 'b")));
    assert_false(config_words_split(&words, SPAN("a \"b\"c")));
    assert_false(config_words_split(&words, SPAN("a \"b\\")));
}

/* Every byte survives quoting, and no quoted word has a newline. */
static void test_quote_round_trip(void **state)
{
    char bytes[256];
    struct text_buffer quoted = {0};
    struct config_words words;

    (void)state;
    for (int byte = 0; byte < 256; byte++)
        bytes[byte] = (char)byte;
    config_words_quote(&quoted, span_of(bytes, sizeof(bytes)));
    assert_null(memchr(quoted.bytes, '\n', quoted.length));
    assert_null(memchr(quoted.bytes, '\r', quoted.length));
    assert_true(config_words_split(&words, text_buffer_span(&quoted)));
    assert_int_equal(words.count, 1);
    assert_true(span_equal(words.items[0], span_of(bytes, sizeof(bytes))));
    config_words_free(&words);
    text_buffer_free(&quoted);
}

static void test_load(void **state)
{
    struct config *config = load_ok("# a comment\n\n  port 7000\r\nMAXMEMORY 1gb\n"
                                    "requirepass \"a b\\\"c\"\nslave-priority 7\n"
                                    "masterauth \"a\\x00b\"\n"
                                    "bind 127.0.0.1 ::1\nsave 60 1\nsave 10 2 5 3\n"
                                    "user alice on ~* \"+@all\"\nuser bob off\ntimeout 9");

    (void)state;
    assert_int_equal(config->port, 7000);
    assert_int_equal(config->maxmemory, 1 << 30);
    assert_string_equal(config->requirepass.bytes, "a b\"c");
    assert_true(span_equal(config_password_span(&config->masterauth), SPAN("a\0b")));
    assert_int_equal(config->replica_priority, 7);
    assert_int_equal(config->bind.count, 2);
    assert_int_equal(config->save.count, 3);
    assert_int_equal(config->save.items[2].seconds, 5);
    assert_int_equal(config->user.count, 2);
    assert_string_equal(config->user.items[0], "alice on ~* +@all");
    assert_int_equal(config->timeout, 9);
    config_free(config);
    config = load_ok("save \"\"\nbind \"127.0.0.1 ::1\"\nnotify-keyspace-events \"\"\n"
                     "client-output-buffer-limit normal 1 2 3\n"
                     "client-output-buffer-limit pubsub 4 5 6\n");
    assert_int_equal(config->save.count, 0);
    assert_int_equal(config->bind.count, 2);
    assert_int_equal(config->client_output_buffer_limit.of[CLIENT_CLASS_NORMAL].hard, 1);
    assert_int_equal(config->client_output_buffer_limit.of[CLIENT_CLASS_PUBSUB].soft_seconds, 6);
    config_free(config);
}

static void test_load_errors(void **state)
{
    (void)state;
    load_fails("port 1\nfoo bar\n", 2, "'foo bar': Bad directive or wrong number of arguments");
    load_fails("port\n", 1, "'port': wrong number of arguments");
    load_fails("\n\n port 1 2", 3, "'port 1 2': wrong number of arguments");
    load_fails("port 65536", 1, "'port 65536': argument must be between 0 and 65535 inclusive");
    load_fails("bind\n", 1, "'bind': wrong number of arguments");
    load_fails("timeout \"1\n", 1, "'timeout': Unbalanced quotes in configuration line");
    load_fails("include /etc/passwd\n", 1,
               "'include /etc/passwd': Bad directive or wrong number of arguments");
    load_fails("daemonize yes", 1,
               "'daemonize yes': argument can only be 'no': leave the background to the service "
               "manager");
    /* A password does not get into the log. */
    load_fails("requirepass \"secret\n", 1,
               "'requirepass': Unbalanced quotes in configuration line");
    load_fails("requirepass secret words", 1, "'requirepass': wrong number of arguments");
}

static void test_rewrite_in_place(void **state)
{
    struct config *config = load_ok("port 7000\nmaxmemory 1gb\nsave 60 1\nsave 10 2\ntimeout 1\n");
    struct config_error error;

    (void)state;
    assert_rewrites(config, "# hello\nport  7000\n\nmaxmemory 1gb\nsave 60 1\nsave 10 2\ntimeout 1",
                    "# hello\nport  7000\n\nmaxmemory 1gb\nsave 60 1\nsave 10 2\ntimeout 1\n");
    assert_true(config_set(config, SPAN("save"), SPAN("5 5"), &error));
    assert_true(config_set(config, SPAN("maxmemory"), SPAN("2gb"), &error));
    assert_true(config_set(config, SPAN("requirepass"), SPAN("x\nport 1"), &error));
    assert_true(config_set(config, SPAN("timeout"), SPAN("0"), &error));
    assert_rewrites(config,
                    "port 7000\nmaxmemory 1gb # no\nsave 60 1\n# between\nsave 10 2\ntimeout 1\n"
                    "timeout 2\n",
                    "port 7000\nmaxmemory 2147483648\nsave 5 5\n# between\ntimeout 0\n"
                    "# Generated by CONFIG REWRITE\nrequirepass \"x\\nport 1\"\n");
    char *once = rewrite(config, "port 7000\n");
    char *twice = rewrite(config, once);

    assert_string_equal(once, twice);
    memory_free(once);
    memory_free(twice);
    config_free(config);
    config = config_create();
    assert_rewrites(config, "", "");
    assert_rewrites(config, "unknown thing\nport 1", "unknown thing\nport 6379\n");
    config_free(config);
}

/* A value that the directive takes, or one that it may not take. */
static void random_value(struct random *random, const struct directive *directive,
                         struct text_buffer *out)
{
    static const char *const words[] = {"yes", "no",        "local", "60 1 30 2", "normal 1 2 3",
                                        "",    "AKE",       "K$m",   "50 99.5",   "1 2 3",
                                        "7",   "a\"b\n c'", "h 80",  "\\x41\t\r", "none"};

    if (directive->choices != NULL) {
        const struct config_choice *choice = directive->choices;

        while (choice[1].word != NULL && random_below(random, 3) > 0)
            choice++;
        text_buffer_add(out, span_of_string(choice->word));
    } else if (random_below(random, 2) == 0) {
        text_buffer_add_format(out, "%llu", (unsigned long long)random_below(random, 1000));
    } else {
        text_buffer_add(
            out, span_of_string(words[random_below(random, sizeof(words) / sizeof(words[0]))]));
    }
}

static void random_settings(struct random *random, struct config *config, uint32_t changes)
{
    for (uint32_t change = 0; change < changes; change++) {
        const struct directive *directive = &directives[random_below(random, directive_count)];
        struct text_buffer value = {0};
        struct config_error error;

        random_value(random, directive, &value);
        if (directive->kind != DIRECTIVE_KIND_SECTION)
            config_set(config, span_of_string(directive->name), text_buffer_span(&value), &error);
        text_buffer_free(&value);
    }
}

/* Rewriting any good file gives a file that loads as the same settings and is rewritten as itself.
 */
static void test_rewrite_round_trip(void **state)
{
    const char *given = getenv("SEED");
    uint64_t seed = given != NULL ? strtoull(given, NULL, 10) : 20240607;
    struct random random;

    (void)state;
    print_message("SEED=%llu\n", (unsigned long long)seed);
    random_seed(&random, seed);
    for (int round = 0; round < 300; round++) {
        struct config *before = config_create();
        struct config *after = config_create();

        random_settings(&random, before, (uint32_t)random_below(&random, 60));
        char *old = rewrite(before, "# first\n");

        random_settings(&random, after, (uint32_t)random_below(&random, 60));
        char *text = rewrite(after, old);
        struct config *loaded = load_ok(text);
        char *again = rewrite(loaded, text);

        assert_true(config_equal(loaded, after));
        assert_string_equal(text, again);
        memory_free(old);
        memory_free(text);
        memory_free(again);
        config_free(before);
        config_free(after);
        config_free(loaded);
    }
}

static void template_path(char *path, size_t size)
{
    const char *tail = strstr(__FILE__, "tests/unit/");

    assert_non_null(tail);
    snprintf(path, size, "%.*sdeploy/tessera.conf", (int)(tail - __FILE__), __FILE__);
}

/* deploy/tessera.conf is what the table says; run this program with --write to bring it up to date.
 */
static void test_template(void **state)
{
    size_t length = 0;
    char *expected = config_template_text(&length);
    char *found = memory_new_zeroed(length + 2, 1);
    char path[4096];
    struct config *defaults = config_create();
    struct config *config = load_ok(expected);

    (void)state;
    assert_true(config_equal(config, defaults));
    for (uint32_t index = 0; index < directive_count; index++) {
        if ((directives[index].flags & CONFIG_HIDDEN) == 0)
            assert_non_null(strstr(expected, directives[index].name));
    }
    template_path(path, sizeof(path));
    FILE *file = fopen(path, "r");

    assert_non_null(file);
    assert_int_equal(fread(found, 1, length + 1, file), length);
    fclose(file);
    assert_string_equal(found, expected);
    memory_free(found);
    memory_free(expected);
    config_free(config);
    config_free(defaults);
}

static int write_template(void)
{
    size_t length = 0;
    char *text = config_template_text(&length);
    char path[4096];

    template_path(path, sizeof(path));
    FILE *file = fopen(path, "w");
    bool written = file != NULL && fwrite(text, 1, length, file) == length;

    if (file != NULL)
        written = fclose(file) == 0 && written;
    memory_free(text);
    return written ? 0 : 1;
}

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_words),
        cmocka_unit_test(test_quote_round_trip),
        cmocka_unit_test(test_load),
        cmocka_unit_test(test_load_errors),
        cmocka_unit_test(test_rewrite_in_place),
        cmocka_unit_test(test_rewrite_round_trip),
        cmocka_unit_test(test_template),
    };

    if (argc == 2 && strcmp(argv[1], "--write") == 0)
        return write_template();
    return cmocka_run_group_tests(tests, NULL, NULL);
}
