/* The files of the append-only log: their names, their order, and what a new base makes of them. */
#include "server/append_only/append_directory.h"

#include "proto/base/memory.h"
#include "server/config/config.h"
#include "server/config/whole_file.h"

#include <ftw.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
/* Behind the headers that it needs. */
#include <cmocka.h>

static char place[64];
static char before[4096];
static struct config *config;

static int setup(void **state)
{
    (void)state;
    snprintf(place, sizeof(place), "test-append-directory-XXXXXX");
    if (mkdtemp(place) == NULL || getcwd(before, sizeof(before)) == NULL || chdir(place) != 0)
        return 1;
    config = config_create();
    return 0;
}

static int remove_one(const char *path, const struct stat *status, int kind, struct FTW *walk)
{
    (void)status;
    (void)kind;
    (void)walk;
    return remove(path);
}

static int teardown(void **state)
{
    (void)state;
    config_free(config);
    return chdir(before) != 0 || nftw(place, remove_one, 8, FTW_DEPTH | FTW_PHYS) != 0;
}

static void make(const char *path, const char *text)
{
    assert_true(whole_file_replace(path, span_of_string(text), 0644));
}

static void assert_manifest(const struct append_directory *directory, const char *expected)
{
    struct text_buffer text = {0};

    append_directory_write(directory, &text);
    text_buffer_add(&text, span_of("", 1));
    assert_string_equal(text.bytes, expected);
    text_buffer_free(&text);
}

static void sets_and_bases(void **state)
{
    struct append_directory directory;
    char *base;

    (void)state;
    assert_true(append_directory_open(&directory, config));
    assert_false(directory.exists);
    append_directory_add_set(&directory, 1, 2);
    append_directory_add_set(&directory, 2, 2);
    assert_manifest(&directory, "file appendonly.aof.1.incr.aof seq 1 type i\n"
                                "file appendonly.aof.2.incr.aof seq 2 type i\n"
                                "file appendonly.aof.3.incr.aof seq 3 type i\n"
                                "file appendonly.aof.4.incr.aof seq 4 type i\n");
    base = append_directory_next_base(&directory, true);
    assert_string_equal(base, "appendonly.aof.1.base.rdb");
    append_directory_set_base(&directory, base, 2);
    memory_free(base);
    assert_manifest(&directory, "file appendonly.aof.1.base.rdb seq 1 type b\n"
                                "file appendonly.aof.1.incr.aof seq 1 type h\n"
                                "file appendonly.aof.2.incr.aof seq 2 type h\n"
                                "file appendonly.aof.3.incr.aof seq 3 type i\n"
                                "file appendonly.aof.4.incr.aof seq 4 type i\n");
    while (append_directory_first_history(&directory) != NULL)
        append_directory_forget(&directory, append_directory_first_history(&directory));
    append_directory_add_set(&directory, 3, 2);
    append_directory_remove_set(&directory, 3);
    append_directory_add_set(&directory, 3, 1);
    assert_manifest(&directory, "file appendonly.aof.1.base.rdb seq 1 type b\n"
                                "file appendonly.aof.3.incr.aof seq 3 type i\n"
                                "file appendonly.aof.4.incr.aof seq 4 type i\n"
                                "file appendonly.aof.7.incr.aof seq 7 type i\n");
    append_directory_close(&directory);
}

static void an_old_directory_goes_on(void **state)
{
    struct append_directory directory;
    char *base;

    (void)state;
    assert_int_equal(mkdir("appendonlydir", 0755), 0);
    make("appendonlydir/appendonly.aof.manifest", "file appendonly.aof.5.base.rdb seq 5 type b\n"
                                                  "file appendonly.aof.4.base.rdb seq 4 type h\n"
                                                  "file appendonly.aof.8.incr.aof seq 8 type i\n"
                                                  "file appendonly.aof.9.incr.aof seq 9 type i\n");
    make("appendonlydir/appendonly.aof.5.base.rdb", "12345");
    make("appendonlydir/appendonly.aof.8.incr.aof", "123");
    make("appendonlydir/appendonly.aof.9.incr.aof", "");
    assert_true(append_directory_open(&directory, config));
    assert_true(directory.exists);
    assert_int_equal(append_directory_size(&directory), 8);
    append_directory_add_set(&directory, 1, 1);
    /* What holds nothing need not be kept. */
    assert_manifest(&directory, "file appendonly.aof.5.base.rdb seq 5 type b\n"
                                "file appendonly.aof.4.base.rdb seq 4 type h\n"
                                "file appendonly.aof.9.incr.aof seq 9 type h\n"
                                "file appendonly.aof.8.incr.aof seq 8 type i\n"
                                "file appendonly.aof.10.incr.aof seq 10 type i\n");
    base = append_directory_next_base(&directory, false);
    assert_string_equal(base, "appendonly.aof.6.base.aof");
    memory_free(base);
    append_directory_close(&directory);
}

static void hostile_manifests_are_refused(void **state)
{
    static const char *const texts[] = {
        "",
        "file ../secret seq 1 type b\n",
        "file a seq 1 type b\nfile b seq 2 type b\n",
        "file a seq 2 type i\nfile b seq 1 type i\n",
        "file a seq 1 type",
    };
    struct append_directory directory;

    (void)state;
    assert_int_equal(mkdir("appendonlydir", 0755), 0);
    for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
        make("appendonlydir/appendonly.aof.manifest", texts[i]);
        assert_false(append_directory_open(&directory, config));
    }
}

static void a_single_file_moves_in(void **state)
{
    struct append_directory directory;

    (void)state;
    make("appendonly.aof", "*1\r\n$4\r\nPING\r\n");
    for (int i = 0; i < 2; i++) {
        assert_true(append_directory_open(&directory, config));
        assert_true(directory.exists);
        assert_manifest(&directory, "file appendonly.aof seq 1 type b\n");
        assert_int_equal(append_directory_size(&directory), 14);
        append_directory_close(&directory);
        assert_int_equal(access("appendonly.aof", F_OK), -1);
        assert_int_equal(access("appendonlydir/appendonly.aof", F_OK), 0);
    }
    /* It ended between its two steps. */
    assert_int_equal(rename("appendonlydir/appendonly.aof", "appendonly.aof"), 0);
    assert_true(append_directory_open(&directory, config));
    append_directory_close(&directory);
    assert_int_equal(access("appendonlydir/appendonly.aof", F_OK), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(sets_and_bases, setup, teardown),
        cmocka_unit_test_setup_teardown(an_old_directory_goes_on, setup, teardown),
        cmocka_unit_test_setup_teardown(hostile_manifests_are_refused, setup, teardown),
        cmocka_unit_test_setup_teardown(a_single_file_moves_in, setup, teardown),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
