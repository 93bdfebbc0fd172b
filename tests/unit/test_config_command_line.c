/* The command line, and files on disk: loading, including, rewriting. */
#include "server/config/command_line.h"
#include "server/config/config_file_io.h"

#include "proto/base/memory.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>
/* Behind the headers that it needs. */
#include <cmocka.h>

enum { ARGUMENTS_MAX = 16 };

/* The words end with NULL. */
static struct config *config_of(const char *const *words, struct config_error *error)
{
    char *argv[ARGUMENTS_MAX] = {memory_copy("tessera-server", 14)};
    struct command_line line;
    struct config *config = NULL;
    int argc = 1;

    for (; words[argc - 1] != NULL; argc++)
        argv[argc] = memory_copy(words[argc - 1], strlen(words[argc - 1]));
    *error = (struct config_error){0};
    if (command_line_read(&line, argc, argv, error)) {
        config = command_line_config(&line, error);
        command_line_free(&line);
    }
    for (int index = 0; index < argc; index++)
        memory_free(argv[index]);
    return config;
}

#define CONFIG_OF(error, ...) config_of((const char *const[]){__VA_ARGS__, NULL}, error)

static void test_options(void **state)
{
    struct config_error error;
    struct config *config =
        CONFIG_OF(&error, "--port", "7000", "--save", "60", "1", "30", "2", "--requirepass",
                  "--a b\nc", "--bind", "127.0.0.1 ::1", "--appendonly", "yes");

    (void)state;
    assert_string_equal(error.text, "");
    assert_non_null(config);
    assert_int_equal(config->port, 7000);
    assert_int_equal(config->save.count, 2);
    assert_string_equal(config->requirepass.bytes, "--a b\nc");
    assert_int_equal(config->bind.count, 2);
    assert_true(config->appendonly);
    config_free(config);
    config = CONFIG_OF(&error, "--save", "", "--latency-tracking-info-percentiles", "");
    assert_non_null(config);
    assert_int_equal(config->save.count, 0);
    assert_int_equal(config->latency_tracking_info_percentiles.count, 0);
    config_free(config);
}

static void test_bad_options(void **state)
{
    struct config_error error;

    (void)state;
    assert_null(CONFIG_OF(&error, "--port", "x"));
    assert_string_equal(error.text,
                        "Bad option 'port x': argument couldn't be parsed into an integer");
    assert_null(CONFIG_OF(&error, "--port"));
    assert_string_equal(error.text, "Bad option 'port': wrong number of arguments");
    assert_null(CONFIG_OF(&error, "--no-such", "1"));
    assert_null(CONFIG_OF(&error, "-x"));
    assert_string_equal(error.text, "Unknown argument '-x'; see --help");
    assert_null(CONFIG_OF(&error, "--"));
    assert_null(CONFIG_OF(&error, "/nonexistent/tessera.conf"));
    assert_non_null(strstr(error.text, "/nonexistent/tessera.conf"));
}

static void test_help_and_version(void **state)
{
    char program[] = "tessera-server";
    char help[] = "--help";
    char version[] = "-v";
    struct command_line line;
    struct config_error error;

    (void)state;
    assert_true(command_line_read(&line, 2, (char *const[]){program, help}, &error));
    assert_true(line.help);
    command_line_free(&line);
    assert_true(command_line_read(&line, 2, (char *const[]){program, version}, &error));
    assert_true(line.version);
    command_line_free(&line);
    assert_true(command_line_read(&line, 1, (char *const[]){program}, &error));
    assert_null(line.path);
    command_line_free(&line);
}

static void write_file(const char *path, const char *text)
{
    FILE *file = fopen(path, "w");

    assert_non_null(file);
    assert_true(fputs(text, file) >= 0);
    assert_int_equal(fclose(file), 0);
}

static void test_files(void **state)
{
    char directory[] = "/tmp/test_config_XXXXXX";
    char path[64];
    char part[64];
    char text[256];
    struct config_error error;

    (void)state;
    assert_non_null(mkdtemp(directory));
    snprintf(path, sizeof(path), "%s/a.conf", directory);
    snprintf(part, sizeof(part), "%s/part.conf", directory);
    snprintf(text, sizeof(text), "port 7000\ninclude %s/p*.conf\ntimeout 3\n", directory);
    write_file(path, text);
    write_file(part, "port 7001\nmaxclients 77\n");
    struct config *config = CONFIG_OF(&error, path, "--timeout", "4");

    assert_non_null(config);
    assert_int_equal(config->port, 7001);
    assert_int_equal(config->maxclients, 77);
    assert_int_equal(config->timeout, 4);

    assert_int_equal(chmod(path, 0600), 0);
    assert_true(config_file_rewrite(config, path, &error));
    struct stat status;

    assert_int_equal(stat(path, &status), 0);
    assert_int_equal(status.st_mode & 0777, 0600);
    struct config *again = CONFIG_OF(&error, path);

    assert_non_null(again);
    assert_true(config_equal(config, again));
    config_free(again);

    write_file(part, "port 1\nnonsense\n");
    assert_null(CONFIG_OF(&error, path));
    assert_int_equal(error.line, 2);
    assert_non_null(strstr(error.text, "part.conf: 'nonsense'"));
    snprintf(text, sizeof(text), "include %s\n", part);
    write_file(part, text); /* includes itself */
    assert_null(CONFIG_OF(&error, part));
    assert_non_null(strstr(error.text, "nest too deeply"));
    config_free(config);
    unlink(path);
    unlink(part);
    assert_int_equal(rmdir(directory), 0); /* no temporary file is left */
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_options),
        cmocka_unit_test(test_bad_options),
        cmocka_unit_test(test_help_and_version),
        cmocka_unit_test(test_files),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
