/*
 * What a replica reads of its primary: answers to PSYNC, frames of data, the stream of commands;
 * whole, torn at every byte, and wrong.
 */
#include "proto/base/memory.h"
#include "proto/replication/command_stream.h"
#include "proto/replication/sync_answer.h"
#include "proto/replication/sync_payload.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
/* Behind the headers that it needs. */
#include <cmocka.h>

#define ID   "0123456789abcdef0123456789abcdef01234567"
#define MARK "abcdefghijABCDEFGHIJklmnopqrstKLMNOPQRST"

enum { PIECES_MAX = 4096, BULK_MAX = 1 << 20 };

/* ---- Answers ---- */

static void test_answers(void **state)
{
    struct sync_answer answer;

    (void)state;
    answer = sync_answer_parse(SPAN("+FULLRESYNC " ID " 1234"));
    assert_int_equal(answer.kind, SYNC_ANSWER_FULL);
    assert_string_equal(answer.id, ID);
    assert_int_equal(answer.offset, 1234);
    answer = sync_answer_parse(SPAN("+CONTINUE"));
    assert_int_equal(answer.kind, SYNC_ANSWER_CONTINUE);
    assert_false(answer.has_id);
    answer = sync_answer_parse(SPAN("+CONTINUE " ID));
    assert_int_equal(answer.kind, SYNC_ANSWER_CONTINUE);
    assert_string_equal(answer.id, ID);
    assert_int_equal(sync_answer_parse(SPAN("-NOMASTERLINK Can't SYNC")).kind, SYNC_ANSWER_LATER);
    assert_int_equal(sync_answer_parse(SPAN("-LOADING data")).kind, SYNC_ANSWER_LATER);
    assert_int_equal(sync_answer_parse(SPAN("-ERR unknown command")).kind, SYNC_ANSWER_REFUSED);
}

static void test_strange_answers(void **state)
{
    static const char *const texts[] = {
        "",
        "+",
        "OK",
        "+OK",
        "+FULLRESYNC",
        "+FULLRESYNC " ID,
        "+FULLRESYNC " ID " ",
        "+FULLRESYNC " ID " -1",
        "+FULLRESYNC " ID " 9223372036854775807",
        "+FULLRESYNC " ID "x 1",
        "+FULLRESYNC short 1",
        "+CONTINUE short",
        "+CONTINUED",
    };

    (void)state;
    for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++)
        assert_int_equal(sync_answer_parse(span_of_string(texts[i])).kind, SYNC_ANSWER_STRANGE);
}

/* ---- Frames ---- */

/* Takes the bytes in pieces of this size; returns how many were used, the data in `data`. */
static size_t take_all(struct sync_payload *payload, struct span bytes, size_t size, char *data,
                       size_t *length)
{
    size_t used = 0;

    *length = 0;
    while (used < bytes.length && !payload->complete) {
        size_t part = bytes.length - used < size ? bytes.length - used : size;
        struct span pieces[2];

        used += sync_payload_take(payload, span_of(bytes.data + used, part), pieces);
        for (uint32_t i = 0; i < 2; i++) {
            assert_true(*length + pieces[i].length <= PIECES_MAX);
            memcpy(data + *length, pieces[i].data, pieces[i].length);
            *length += pieces[i].length;
        }
    }
    return used;
}

static void test_marked_data(void **state)
{
    /* Beginnings of the mark, and what looks like one, are data. */
    static const char *const texts[] = {"",
                                        "x",
                                        "REDIS0011 data abcdefghij",
                                        "abcdefghijABCDEFGHIJ",
                                        "abcdefghijABCDEFGHIJklmnopqrstKLMNOPQRS",
                                        "aabcdefghijABCDEFGHIJklmnopqrstKLMNOPQRSX"};
    char bytes[256], data[PIECES_MAX];
    size_t length;

    (void)state;
    for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
        size_t before = strlen(texts[i]);
        size_t total = (size_t)snprintf(bytes, sizeof(bytes), "%s%s*1\r\n", texts[i], MARK);

        for (size_t size = 1; size <= total; size++) {
            struct sync_payload payload;

            assert_true(sync_payload_begin(&payload, SPAN("$EOF:" MARK)));
            assert_int_equal(take_all(&payload, span_of(bytes, total), size, data, &length),
                             before + SYNC_MARK_LENGTH);
            assert_true(payload.complete);
            assert_int_equal(length, before);
            assert_memory_equal(data, texts[i], before);
        }
    }
}

static void test_counted_data(void **state)
{
    char data[PIECES_MAX];
    size_t length;

    (void)state;
    for (size_t size = 1; size < 16; size++) {
        struct sync_payload payload;

        assert_true(sync_payload_begin(&payload, SPAN("$5")));
        assert_int_equal(take_all(&payload, SPAN("12345*1\r\n"), size, data, &length), 5);
        assert_true(payload.complete);
        assert_int_equal(length, 5);
    }
}

static void test_strange_frames(void **state)
{
    static const char *const texts[] = {
        "",           "$",
        "$0",         "$-1",
        "$x",         "$18446744073709551615",
        "5",          "$EOF:",
        "$EOF:short", "$EOF:" MARK "x",
    };
    struct sync_payload payload;

    (void)state;
    for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++)
        assert_false(sync_payload_begin(&payload, span_of_string(texts[i])));
}

/* ---- The stream ---- */

struct gathered {
    char bytes[PIECES_MAX];
    size_t length;
};

static void gather(void *context, struct span bytes)
{
    struct gathered *gathered = context;

    memcpy(gathered->bytes + gathered->length, bytes.data, bytes.length);
    gathered->length += bytes.length;
}

static const char text[] = "*1\r\n$4\r\nPING\r\n"
                           "\n"
                           "*3\r\n$3\r\nSET\r\n$1\r\na\r\n$0\r\n\r\n"
                           "*2\r\n$3\r\nGET\r\n$3\r\n\r\n\0\r\n";

/* In pieces of every size: the same commands at the same offsets, and the same bytes back. */
static void test_commands(void **state)
{
    static const uint32_t counts[] = {1, 3, 2};
    const size_t total = sizeof(text) - 1;

    (void)state;
    for (size_t size = 1; size <= total; size++) {
        struct command_stream stream;
        struct gathered gathered = {.length = 0};
        uint32_t seen = 0;

        command_stream_init(&stream, 1000, BULK_MAX);
        for (size_t at = 0; at < total; at += size) {
            size_t part = total - at < size ? total - at : size;

            command_stream_put(&stream, span_of(text + at, part));
            while (command_stream_next(&stream) == COMMAND_STREAM_COMMAND) {
                assert_true(seen < 3);
                assert_int_equal(stream.argc, counts[seen++]);
            }
            assert_false(stream.bad);
        }
        assert_int_equal(seen, 3);
        assert_int_equal(stream.offset, 1000 + (int64_t)total);
        command_stream_visit(&stream, 1000, stream.offset, gather, &gathered);
        assert_int_equal(gathered.length, total);
        assert_memory_equal(gathered.bytes, text, total);
        command_stream_release(&stream, stream.offset);
        command_stream_free(&stream);
    }
}

/* A command that is larger than a block, behind others; memory stays in proportion. */
static void test_large_command(void **state)
{
    size_t length = 900 * 1000;
    char *value = memory_new(length);
    struct command_stream stream;
    char head[64];

    (void)state;
    memset(value, 'v', length);
    command_stream_init(&stream, 0, BULK_MAX);
    command_stream_put(&stream, SPAN("*1\r\n$4\r\nPING\r\n"));
    command_stream_put(&stream,
                       span_of(head, (size_t)snprintf(head, sizeof(head),
                                                      "*2\r\n$4\r\nECHO\r\n$%zu\r\n", length)));
    assert_int_equal(command_stream_next(&stream), COMMAND_STREAM_COMMAND);
    for (size_t at = 0; at < length; at += 10000) {
        assert_int_equal(command_stream_next(&stream), COMMAND_STREAM_NONE);
        command_stream_put(&stream, span_of(value + at, 10000));
    }
    command_stream_put(&stream, SPAN("\r\n"));
    assert_int_equal(command_stream_next(&stream), COMMAND_STREAM_COMMAND);
    assert_int_equal(stream.argc, 2);
    assert_int_equal(stream.argv[1].length, length);
    assert_memory_equal(stream.argv[1].data, value, length);
    assert_true(stream.memory < 4 * length);
    command_stream_release(&stream, stream.offset);
    command_stream_free(&stream);
    memory_free(value);
}

static void test_what_is_no_stream(void **state)
{
    static const char *const texts[] = {
        "PING\r\n",        "+OK\r\n",       "$3\r\nabc\r\n",
        "*0\r\n",          "*-1\r\n",       "*x\r\n",
        "*1\r\nPING\r\n",  "*1\r\n$-1\r\n", "*1\r\n$1048577\r\n",
        "*4294967296\r\n", "\r\nGET\r\n",
    };

    (void)state;
    for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
        struct command_stream stream;

        command_stream_init(&stream, 0, BULK_MAX);
        command_stream_put(&stream, span_of_string(texts[i]));
        assert_int_equal(command_stream_next(&stream), COMMAND_STREAM_BAD);
        command_stream_put(&stream, SPAN("*1\r\n$4\r\nPING\r\n"));
        assert_int_equal(command_stream_next(&stream), COMMAND_STREAM_BAD);
        command_stream_free(&stream);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_answers),        cmocka_unit_test(test_strange_answers),
        cmocka_unit_test(test_marked_data),    cmocka_unit_test(test_counted_data),
        cmocka_unit_test(test_strange_frames), cmocka_unit_test(test_commands),
        cmocka_unit_test(test_large_command),  cmocka_unit_test(test_what_is_no_stream),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
