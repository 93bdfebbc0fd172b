/*
 * What is written ahead of nodes.conf: comes back as it was, the newest of two; a torn one leaves
 * the one before; what is spent, too long or foreign does not count.
 */
#include "server/control/cluster_nodes_ahead.h"

#include "proto/base/memory.h"
#include "server/config/whole_file.h"

#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include <cmocka.h>

enum { PATH_ROOM = 128, AREA = 64 * 1024 };

struct place {
    char directory[PATH_ROOM];
    char path[PATH_ROOM + 8];
    struct cluster_nodes_ahead ahead;
};

static int set_up(void **state)
{
    static struct place place;

    snprintf(place.directory, sizeof(place.directory), "/tmp/tessera-nodes-ahead-XXXXXX");
    assert_non_null(mkdtemp(place.directory));
    snprintf(place.path, sizeof(place.path), "%s/ahead", place.directory);
    place.ahead = (struct cluster_nodes_ahead){.path = place.path, .fd = -1};
    *state = &place;
    return 0;
}

static int tear_down(void **state)
{
    struct place *place = *state;

    cluster_nodes_ahead_close(&place->ahead);
    unlink(place->path);
    assert_int_equal(rmdir(place->directory), 0);
    return 0;
}

/* NULL: there is none. */
static void assert_newest(const struct place *place, const char *expected)
{
    struct text_buffer text = {0};

    assert_int_equal(cluster_nodes_ahead_read(place->path, &text), expected != NULL);
    if (expected != NULL) {
        assert_int_equal(text.length, strlen(expected));
        assert_memory_equal(text.bytes, expected, text.length);
    }
    text_buffer_free(&text);
}

static void the_newest_comes_back(void **state)
{
    struct place *place = *state;

    assert_newest(place, NULL);
    assert_false(cluster_nodes_ahead_write(&place->ahead, SPAN("no file yet")));
    cluster_nodes_ahead_make(&place->ahead, SPAN("some text"));
    assert_newest(place, NULL);
    assert_true(cluster_nodes_ahead_write(&place->ahead, SPAN("first, and the longest")));
    assert_newest(place, "first, and the longest");
    assert_true(cluster_nodes_ahead_write(&place->ahead, SPAN("second")));
    assert_newest(place, "second");
    assert_true(cluster_nodes_ahead_write(&place->ahead, SPAN("third")));
    assert_newest(place, "third");
    cluster_nodes_ahead_spend(&place->ahead);
    assert_newest(place, NULL);
    assert_true(cluster_nodes_ahead_write(&place->ahead, SPAN("fourth")));
    assert_newest(place, "fourth");
}

static void a_torn_one_leaves_the_one_before(void **state)
{
    struct place *place = *state;
    struct text_buffer before = {0}, after = {0};
    size_t changed = 0;

    cluster_nodes_ahead_make(&place->ahead, SPAN("some text"));
    assert_true(cluster_nodes_ahead_write(&place->ahead, SPAN("zero")));
    assert_true(cluster_nodes_ahead_write(&place->ahead, SPAN("one")));
    assert_true(whole_file_read(place->path, 4 * AREA, &before));
    assert_true(cluster_nodes_ahead_write(&place->ahead, SPAN("two, which is torn")));
    assert_true(whole_file_read(place->path, 4 * AREA, &after));
    assert_int_equal(before.length, after.length);
    for (size_t i = 0; i < before.length; i++) {
        if (before.bytes[i] == after.bytes[i])
            continue;
        before.bytes[i] = after.bytes[i];
        changed++;
        assert_true(whole_file_replace_unsynced(place->path, text_buffer_span(&before), 0600));
        assert_newest(place, memcmp(before.bytes, after.bytes, before.length) == 0
                                 ? "two, which is torn"
                                 : "one");
    }
    assert_true(changed > strlen("two, which is torn"));
    text_buffer_free(&before);
    text_buffer_free(&after);
}

static void what_does_not_fit_needs_a_larger_file(void **state)
{
    struct place *place = *state;
    size_t length = AREA;
    char *text = memory_new(length + 1);

    memset(text, 'x', length);
    text[length] = '\0';
    cluster_nodes_ahead_make(&place->ahead, SPAN("some text"));
    assert_false(cluster_nodes_ahead_write(&place->ahead, span_of(text, length)));
    assert_newest(place, NULL);
    cluster_nodes_ahead_make(&place->ahead, span_of(text, length));
    assert_true(cluster_nodes_ahead_write(&place->ahead, span_of(text, length)));
    assert_newest(place, text);
    memory_free(text);
}

static void a_new_life_begins_with_nothing_ahead(void **state)
{
    struct place *place = *state;

    cluster_nodes_ahead_make(&place->ahead, SPAN("some text"));
    assert_true(cluster_nodes_ahead_write(&place->ahead, SPAN("left by a crash")));
    cluster_nodes_ahead_close(&place->ahead);
    place->ahead.number = 0;
    assert_newest(place, "left by a crash");
    cluster_nodes_ahead_make(&place->ahead, SPAN("some text"));
    assert_newest(place, NULL);
    assert_true(cluster_nodes_ahead_write(&place->ahead, SPAN("new")));
    cluster_nodes_ahead_make(&place->ahead, SPAN("some text"));
    assert_newest(place, NULL);
}

static void foreign_bytes_do_not_count(void **state)
{
    struct place *place = *state;
    char noise[2 * 40];

    for (size_t length = 0; length <= sizeof(noise); length++) {
        memset(noise, (int)length, sizeof(noise));
        memcpy(noise, "TESSNODE", 8);
        assert_true(whole_file_replace_unsynced(place->path, span_of(noise, length), 0600));
        assert_newest(place, NULL);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(the_newest_comes_back, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_torn_one_leaves_the_one_before, set_up, tear_down),
        cmocka_unit_test_setup_teardown(what_does_not_fit_needs_a_larger_file, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_new_life_begins_with_nothing_ahead, set_up, tear_down),
        cmocka_unit_test_setup_teardown(foreign_bytes_do_not_count, set_up, tear_down),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
