/*
 * What goes from the source of a slot migration to its target: frames, whole, torn at every byte,
 * and wrong; and what of the journal's records goes into them.
 */
#include "server/migration/migration_frame.h"
#include "server/migration/migration_records.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
/* Behind the headers that it needs. */
#include <cmocka.h>

enum { FRAMES = 4, TAKEN_MAX = 8 };

static const struct migration_frame frames[FRAMES] = {
    {.slot = 0, .database = 0, .commands = SPAN("*1\r\n$4\r\nPING\r\n")},
    {.slot = SLOT_COUNT - 1, .database = 15, .commands = SPAN("x")},
    {.slot = 7, .database = 0, .commands = SPAN("")},
    {.slot = 300, .database = 1, .commands = SPAN("\0\r\n\xff")},
};

static void assert_span(struct span span, struct span expected)
{
    assert_int_equal(span.length, expected.length);
    assert_memory_equal(span.data, expected.data, expected.length);
}

/* How many of the frames are read from the first bytes of them. */
static uint32_t read_frames(struct span bytes, struct span *rest)
{
    struct migration_frame frame;
    uint32_t count = 0;

    while (migration_frame_read(&bytes, &frame)) {
        assert_in_range(count, 0, FRAMES - 1);
        assert_int_equal(frame.slot, frames[count].slot);
        assert_int_equal(frame.database, frames[count].database);
        assert_span(frame.commands, frames[count].commands);
        count++;
    }
    *rest = bytes;
    return count;
}

static void test_frames_torn_everywhere(void **state)
{
    struct rdb_writer writer;
    struct span all, rest;
    size_t ends[FRAMES + 1] = {0};

    (void)state;
    rdb_writer_init(&writer, false);
    for (uint32_t i = 0; i < FRAMES; i++) {
        migration_frame_write(&writer, &frames[i]);
        ends[i + 1] = rdb_writer_span(&writer).length;
        assert_int_equal(ends[i + 1] - ends[i], MIGRATION_FRAME_HEADER + frames[i].commands.length);
    }
    all = rdb_writer_span(&writer);
    for (size_t length = 0; length <= all.length; length++) {
        /* A block of that very size, so that a read behind it is found. */
        char *copy = test_malloc(length + (length == 0));
        uint32_t whole = 0;

        memcpy(copy, all.data, length);
        while (whole < FRAMES && ends[whole + 1] <= length)
            whole++;
        assert_int_equal(read_frames(span_of(copy, length), &rest), whole);
        /* What is torn stays as it is. */
        assert_ptr_equal(rest.data, copy + ends[whole]);
        assert_int_equal(rest.length, length - ends[whole]);
        test_free(copy);
    }
    rdb_writer_free(&writer);
}

static void assert_no_frame(struct span bytes)
{
    struct migration_frame frame;
    struct span rest = bytes;

    assert_false(migration_frame_read(&rest, &frame));
    assert_ptr_equal(rest.data, bytes.data);
    assert_int_equal(rest.length, bytes.length);
}

static void test_frames_that_are_none(void **state)
{
    (void)state;
    assert_no_frame(SPAN("\x00\x40\x00\x00\x01\x00\x00\x00x")); /* slot 16384 */
    assert_no_frame(SPAN("\xff\xff\x00\x00\x00\x00\x00\x00"));
    assert_no_frame(SPAN("\x00\x00\x00\x00\x02\x00\x00\x00x"));
    assert_no_frame(SPAN("\x00\x00\x00\x00\xff\xff\xff\xffx"));
}

/* ---- Records ---- */

struct taken {
    uint32_t count;
    uint32_t slots[TAKEN_MAX];
    uint32_t databases[TAKEN_MAX];
    struct span commands[TAKEN_MAX];
};

static void take(void *context, uint32_t slot, uint32_t database, struct span commands)
{
    struct taken *taken = context;

    assert_in_range(taken->count, 0, TAKEN_MAX - 1);
    taken->slots[taken->count] = slot;
    taken->databases[taken->count] = database;
    taken->commands[taken->count++] = commands;
}

static bool split(uint16_t slot, struct span bytes, struct taken *taken)
{
    struct journal_record record = {.database = 3, .slot = slot, .bytes = bytes};

    *taken = (struct taken){0};
    return migration_records_split(&record, take, taken);
}

#define SET_FOO "*3\r\n$3\r\nSET\r\n$3\r\nfoo\r\n$1\r\n1\r\n" /* slot 12182 */
#define SET_BAR "*3\r\n$3\r\nSET\r\n$3\r\nbar\r\n$1\r\n2\r\n" /* slot 5061 */
#define MULTI   "*1\r\n$5\r\nMULTI\r\n"
#define EXEC    "*1\r\n$4\r\nEXEC\r\n"
#define SELECT  "*2\r\n$6\r\nSELECT\r\n$1\r\n5\r\n"
#define BOTH    "*5\r\n$4\r\nMSET\r\n$3\r\nfoo\r\n$1\r\n1\r\n$3\r\nbar\r\n$1\r\n2\r\n"
#define FLUSH   "*1\r\n$8\r\nFLUSHALL\r\n"

static void test_records_of_one_slot_go_as_they_are(void **state)
{
    struct taken taken;

    (void)state;
    assert_true(split(12182, SPAN(MULTI SET_FOO EXEC), &taken));
    assert_int_equal(taken.count, 1);
    assert_int_equal(taken.slots[0], 12182);
    assert_int_equal(taken.databases[0], 3);
    assert_span(taken.commands[0], SPAN(MULTI SET_FOO EXEC));
}

static void test_records_of_many_slots_go_by_command(void **state)
{
    static const char bytes[] = MULTI SET_FOO SELECT SET_BAR EXEC;
    const size_t first = sizeof(MULTI SET_FOO) - 1;
    const size_t second = sizeof(MULTI SET_FOO SELECT SET_BAR) - 1;
    struct taken taken;

    (void)state;
    /* Torn, it hands on what is whole and nothing else. */
    for (size_t length = 0; length < sizeof(bytes); length++) {
        assert_true(split(JOURNAL_MANY_SLOTS, span_of(bytes, length), &taken));
        assert_int_equal(taken.count, (length >= first) + (length >= second));
    }
    assert_int_equal(taken.slots[0], 12182);
    assert_int_equal(taken.databases[0], 3);
    assert_span(taken.commands[0], SPAN(SET_FOO));
    assert_int_equal(taken.slots[1], 5061);
    assert_int_equal(taken.databases[1], 5);
    assert_span(taken.commands[1], SPAN(SET_BAR));
}

static void test_records_that_cannot_be_split(void **state)
{
    struct taken taken;

    (void)state;
    assert_false(split(JOURNAL_MANY_SLOTS, SPAN(SET_FOO BOTH), &taken));
    assert_int_equal(taken.count, 1);
    assert_false(split(JOURNAL_NO_SLOT, SPAN(FLUSH), &taken));
    assert_int_equal(taken.count, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_frames_torn_everywhere),
        cmocka_unit_test(test_frames_that_are_none),
        cmocka_unit_test(test_records_of_one_slot_go_as_they_are),
        cmocka_unit_test(test_records_of_many_slots_go_by_command),
        cmocka_unit_test(test_records_that_cannot_be_split),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
