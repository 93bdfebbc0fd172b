/*
 * Whole files: read up to a limit, replaced with their mode, nothing left beside them.
 */
#include "server/config/whole_file.h"

#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

enum { PATH_ROOM = 128 };

struct place {
    char directory[PATH_ROOM];
    char path[PATH_ROOM + 8];
};

static int set_up(void **state)
{
    static struct place place;

    snprintf(place.directory, sizeof(place.directory), "/tmp/tessera-whole-file-XXXXXX");
    assert_non_null(mkdtemp(place.directory));
    snprintf(place.path, sizeof(place.path), "%s/file", place.directory);
    *state = &place;
    return 0;
}

/* Also checks that the file was the only one. */
static int tear_down(void **state)
{
    struct place *place = *state;

    unlink(place->path);
    assert_int_equal(rmdir(place->directory), 0);
    return 0;
}

static void assert_content(const char *path, const char *expected)
{
    struct text_buffer text = {0};

    assert_true(whole_file_read(path, 1024, &text));
    assert_int_equal(text.length, strlen(expected));
    assert_memory_equal(text.bytes, expected, text.length);
    text_buffer_free(&text);
}

static void replaced_content_and_mode(void **state)
{
    struct place *place = *state;
    struct stat status;

    assert_true(whole_file_replace(place->path, SPAN("one"), 0600));
    assert_content(place->path, "one");
    assert_true(whole_file_replace(place->path, SPAN("second"), 0640));
    assert_content(place->path, "second");
    assert_int_equal(stat(place->path, &status), 0);
    assert_int_equal(status.st_mode & 0777, 0640);
}

static void limit_of_length(void **state)
{
    struct place *place = *state;
    struct text_buffer text = {0};

    assert_true(whole_file_replace(place->path, SPAN("12345"), 0644));
    assert_true(whole_file_read(place->path, 5, &text));
    text_buffer_clear(&text);
    assert_false(whole_file_read(place->path, 4, &text));
    assert_int_equal(errno, EFBIG);
    text_buffer_free(&text);
}

static void missing_file_and_directory(void **state)
{
    struct place *place = *state;
    struct text_buffer text = {0};
    char path[PATH_ROOM + 32];

    assert_false(whole_file_read(place->path, 10, &text));
    assert_int_equal(errno, ENOENT);
    snprintf(path, sizeof(path), "%s/none/file", place->directory);
    assert_false(whole_file_replace(path, SPAN("text"), 0644));
    assert_int_equal(errno, ENOENT);
    text_buffer_free(&text);
}

static void failed_replacement_keeps_the_old(void **state)
{
    struct place *place = *state;
    char path[PATH_ROOM + 32];

    /* A directory in the file's place: the rename fails when all is written. */
    assert_int_equal(mkdir(place->path, 0755), 0);
    assert_false(whole_file_replace(place->path, SPAN("text"), 0644));
    snprintf(path, sizeof(path), "%s/inside", place->path);
    assert_int_equal(access(path, F_OK), -1);
    assert_int_equal(rmdir(place->path), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(replaced_content_and_mode, set_up, tear_down),
        cmocka_unit_test_setup_teardown(limit_of_length, set_up, tear_down),
        cmocka_unit_test_setup_teardown(missing_file_and_directory, set_up, tear_down),
        cmocka_unit_test_setup_teardown(failed_replacement_keeps_the_old, set_up, tear_down),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
