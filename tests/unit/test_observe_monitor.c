#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "proto/base/memory.h"
#include "server/observe/monitor.h"
#include "server/observe/redaction.h"

enum { ARGUMENTS_MAX = 16 };

/* Words at single spaces. */
static uint32_t split(const char *text, struct span *argv)
{
    uint32_t argc = 0;

    while (*text != '\0') {
        size_t length = strcspn(text, " ");

        assert_true(argc < ARGUMENTS_MAX);
        argv[argc++] = span_of(text, length);
        text += length + (text[length] == ' ');
    }
    return argc;
}

static void expect_line(const struct span *argv, uint32_t argc, const char *expected)
{
    size_t length;
    char *line = monitor_line(1700000000000042, 3, "127.0.0.1:1234", argv, argc, &length);

    assert_int_equal(length, strlen(expected));
    assert_memory_equal(line, expected, length);
    memory_free(line);
}

static void a_line_has_time_database_address_and_arguments(void **state)
{
    const struct span argv[] = {SPAN("set"), SPAN("k"), SPAN("")};

    (void)state;
    expect_line(argv, 3, "+1700000000.000042 [3 127.0.0.1:1234] \"set\" \"k\" \"\"\r\n");
}

static void what_is_not_printable_is_escaped(void **state)
{
    const struct span argv[] = {SPAN("a\"b\\c"), SPAN("\n\r\t\a\b"), SPAN("\0\x1f\x7f\x80\xff ~")};

    (void)state;
    expect_line(argv, 3,
                "+1700000000.000042 [3 127.0.0.1:1234] \"a\\\"b\\\\c\" \"\\n\\r\\t\\a\\b\" "
                "\"\\x00\\x1f\\x7f\\x80\\xff ~\"\r\n");
}

/* Every byte, as the longest that it can become, in the room that is made for it. */
static void all_bytes_fit(void **state)
{
    char bytes[4096];
    struct span argv[] = {span_of(bytes, sizeof(bytes))};

    (void)state;
    for (int byte = 0; byte < 256; byte++) {
        size_t length;
        char *line;

        memset(bytes, byte, sizeof(bytes));
        line = monitor_line(0, 0, "x", argv, 1, &length);
        assert_memory_equal(line + length - 3, "\"\r\n", 3);
        assert_null(memchr(line, '\n', length - 1));
        memory_free(line);
    }
}

static void expect_shown(const char *command, const char *expected)
{
    struct span argv[ARGUMENTS_MAX];
    struct span wanted[ARGUMENTS_MAX];
    uint32_t argc = split(command, argv);

    assert_int_equal(split(expected, wanted), argc);
    for (uint32_t i = 0; i < argc; i++) {
        struct span shown = redaction_argument(argv, argc, i);

        if (!span_equal(shown, wanted[i]))
            fail_msg("%s: argument %u is shown as %.*s", command, i, (int)shown.length, shown.data);
    }
}

static void passwords_are_not_shown(void **state)
{
    (void)state;
    expect_shown("SET key AUTH", "SET key AUTH");
    expect_shown("auth password", "auth (redacted)");
    expect_shown("AUTH user password", "AUTH (redacted) (redacted)");
    expect_shown("AUTH", "AUTH");
    expect_shown("HELLO 3 AUTH user password SETNAME me",
                 "HELLO 3 AUTH (redacted) (redacted) SETNAME me");
    expect_shown("HELLO 3 SETNAME me auth user password",
                 "HELLO 3 SETNAME me auth (redacted) (redacted)");
    expect_shown("HELLO 3 AUTH", "HELLO 3 AUTH");
    expect_shown("config set requirepass secret maxmemory 1 masterauth secret",
                 "config set requirepass (redacted) maxmemory 1 masterauth (redacted)");
    expect_shown("CONFIG GET requirepass maxmemory", "CONFIG GET requirepass maxmemory");
    expect_shown("ACL SETUSER user on", "ACL SETUSER (redacted) (redacted)");
    expect_shown("ACL WHOAMI", "ACL WHOAMI");
    expect_shown("MIGRATE host 1 key 9 5000 AUTH secret",
                 "MIGRATE host 1 key 9 5000 AUTH (redacted)");
    expect_shown("MIGRATE host 1 key 9 5000 AUTH2 user secret KEYS a",
                 "MIGRATE host 1 key 9 5000 AUTH2 (redacted) (redacted) KEYS a");
    expect_shown("MIGRATE host 1 AUTH 9 5000", "MIGRATE host 1 AUTH 9 5000");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_line_has_time_database_address_and_arguments),
        cmocka_unit_test(what_is_not_printable_is_escaped),
        cmocka_unit_test(all_bytes_fit),
        cmocka_unit_test(passwords_are_not_shown),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
