/*
 * The journal: records, their framing, and who is told of them.
 */
#include "server/journal/journal.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdio.h>

struct listener {
    struct journal_reader reader;
    char text[4096];
    size_t length;
    struct journal_record last;
    uint32_t records;
    uint32_t cuts;
};

static void listener_append(struct journal_reader *reader, const struct journal_record *record)
{
    struct listener *listener = list_entry(reader, struct listener, reader);

    assert_true(listener->length + record->bytes.length < sizeof(listener->text));
    memcpy(listener->text + listener->length, record->bytes.data, record->bytes.length);
    listener->length += record->bytes.length;
    listener->text[listener->length] = '\0';
    listener->last = *record;
    listener->records++;
}

static void listener_cut(struct journal_reader *reader)
{
    list_entry(reader, struct listener, reader)->cuts++;
}

static void listener_init(struct listener *listener)
{
    *listener = (struct listener){.reader = {.append = listener_append, .cut = listener_cut}};
}

static void add(struct journal *journal, uint32_t database, uint16_t slot, struct span a,
                struct span b)
{
    effects_begin(&journal->effects, database, slot, 2);
    effects_word(&journal->effects, a);
    effects_word(&journal->effects, b);
}

static void test_one_command_stands_alone(void **state)
{
    struct journal journal;
    struct listener listener;

    (void)state;
    journal_init(&journal);
    listener_init(&listener);
    assert_false(journal.is_read);
    journal_attach(&journal, &listener.reader);
    assert_true(journal.is_read);
    add(&journal, 3, 77, SPAN("DEL"), SPAN("a\r\nb"));
    journal_emit(&journal, 0, 0);
    assert_string_equal(listener.text, "*2\r\n$3\r\nDEL\r\n$4\r\na\r\nb\r\n");
    assert_int_equal(listener.last.database, 3);
    assert_int_equal(listener.last.slot, 77);
    journal_emit(&journal, 0, 0);
    assert_int_equal(listener.records, 1);
    journal_detach(&journal, &listener.reader);
    assert_false(journal.is_read);
    journal_free(&journal);
}

static void test_several_are_framed(void **state)
{
    struct journal journal;
    struct listener listener;

    (void)state;
    journal_init(&journal);
    listener_init(&listener);
    journal_attach(&journal, &listener.reader);
    add(&journal, 0, 5, SPAN("DEL"), SPAN("a"));
    add(&journal, 0, 5, SPAN("INCR"), SPAN(""));
    journal_emit(&journal, 99, 2);
    assert_string_equal(listener.text, "*1\r\n$5\r\nMULTI\r\n"
                                       "*2\r\n$3\r\nDEL\r\n$1\r\na\r\n"
                                       "*2\r\n$4\r\nINCR\r\n$0\r\n\r\n"
                                       "*1\r\n$4\r\nEXEC\r\n");
    assert_int_equal(listener.last.slot, 5);
    assert_int_equal(listener.last.transaction, 99);
    assert_int_equal(listener.last.parts, 2);
    add(&journal, 0, 5, SPAN("DEL"), SPAN("a"));
    add(&journal, 0, 6, SPAN("DEL"), SPAN("b"));
    journal_emit(&journal, 0, 0);
    assert_int_equal(listener.last.slot, JOURNAL_MANY_SLOTS);
    journal_detach(&journal, &listener.reader);
    journal_free(&journal);
}

static void test_databases_in_a_frame(void **state)
{
    struct journal journal;
    struct listener listener;

    (void)state;
    journal_init(&journal);
    listener_init(&listener);
    journal_attach(&journal, &listener.reader);
    add(&journal, 2, 5, SPAN("DEL"), SPAN("a"));
    add(&journal, 10, 5, SPAN("DEL"), SPAN("b"));
    journal_emit(&journal, 0, 0);
    assert_string_equal(listener.text, "*1\r\n$5\r\nMULTI\r\n"
                                       "*2\r\n$3\r\nDEL\r\n$1\r\na\r\n"
                                       "*2\r\n$6\r\nSELECT\r\n$2\r\n10\r\n"
                                       "*2\r\n$3\r\nDEL\r\n$1\r\nb\r\n"
                                       "*2\r\n$6\r\nSELECT\r\n$1\r\n2\r\n"
                                       "*1\r\n$4\r\nEXEC\r\n");
    assert_int_equal(listener.last.database, 2);
    journal_detach(&journal, &listener.reader);
    journal_free(&journal);
}

static void test_all_readers_are_told(void **state)
{
    struct journal journal;
    struct listener first;
    struct listener second;

    (void)state;
    journal_init(&journal);
    listener_init(&first);
    listener_init(&second);
    journal_attach(&journal, &first.reader);
    add(&journal, 0, 1, SPAN("DEL"), SPAN("a"));
    journal_emit(&journal, 0, 0);
    journal_attach(&journal, &second.reader);
    journal_cut(&journal);
    add(&journal, 0, 1, SPAN("DEL"), SPAN("b"));
    journal_emit(&journal, 0, 0);
    assert_int_equal(first.records, 2);
    assert_int_equal(second.records, 1);
    assert_int_equal(first.cuts, 1);
    assert_int_equal(second.cuts, 1);
    journal_detach(&journal, &first.reader);
    assert_true(journal.is_read);
    journal_detach(&journal, &second.reader);
    assert_false(journal.is_read);
    journal_free(&journal);
}

static void test_a_large_record(void **state)
{
    struct effects effects;
    size_t length = 1000 * 1000;
    struct span bytes;
    char *room;

    (void)state;
    effects_init(&effects);
    effects_begin(&effects, 0, 0, 2);
    effects_word(&effects, SPAN("PFADD"));
    room = effects_room(&effects, length);
    memset(room, 'x', length);
    bytes = effects_finish(&effects);
    assert_int_equal(bytes.length, 4 + 11 + 10 + length + 2);
    assert_memory_equal(bytes.data, "*2\r\n$5\r\nPFADD\r\n$1000000\r\nxxx", 28);
    effects_clear(&effects);
    /* What was large is not kept. */
    assert_int_equal(effects.capacity, 0);
    effects_free(&effects);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_one_command_stands_alone),
        cmocka_unit_test(test_several_are_framed),
        cmocka_unit_test(test_databases_in_a_frame),
        cmocka_unit_test(test_all_readers_are_told),
        cmocka_unit_test(test_a_large_record),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
