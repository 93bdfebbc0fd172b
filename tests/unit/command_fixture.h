/*
 * Runs commands on a keyspace without sockets, and hands back the bytes of the reply.
 *
 * A line is split at spaces; '' is an empty argument. The clock stands still until a test moves it.
 */
#ifndef TESTS_UNIT_COMMAND_FIXTURE_H
#define TESTS_UNIT_COMMAND_FIXTURE_H

#include "proto/base/memory.h"
#include "proto/base/random.h"
#include "server/commands/cmd.h"
#include "server/commands/handlers.h"
#include "server/journal/recording.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
/* Behind the headers that it needs. */
#include <cmocka.h>

#define FIXTURE_NOW ((time_ms)1700000000000)

enum { FIXTURE_WORDS = 64 };

struct command_fixture {
    struct keyspace *keyspace;
    struct config *config;
    struct random random;
    time_ms now;
    uint32_t database;
    uint8_t protocol;
    bool no_touch;
    uint64_t changes;    /* of the last command */
    struct shard *shard; /* whose journal takes effects; NULL without */
    char *text;          /* of the last reply, with a NUL behind it */
    size_t length;
};

static inline int fixture_setup(void **state)
{
    struct command_fixture *fixture = memory_new_zeroed(1, sizeof(*fixture));
    struct keyspace_options options = {.databases = 16, .hash_seed = 1, .random_seed = 2};

    fixture->keyspace = keyspace_create(&options);
    random_seed(&fixture->random, 3);
    fixture->config = config_create();
    fixture->now = FIXTURE_NOW;
    fixture->protocol = 2;
    /* As housekeeping does: a keyspace knows the time that it was last told. */
    keyspace_expire(fixture->keyspace, fixture->now, 1);
    *state = fixture;
    return 0;
}

static inline int fixture_teardown(void **state)
{
    struct command_fixture *fixture = *state;

    keyspace_destroy(fixture->keyspace);
    config_free(fixture->config);
    memory_free(fixture->text);
    memory_free(fixture);
    return 0;
}

/* The reply in one piece: referenced blocks are put where they belong. */
static inline void fixture_take_reply(struct command_fixture *fixture, const struct reply *reply)
{
    size_t taken = 0;

    memory_free(fixture->text);
    fixture->text = memory_new(reply->length + reply->referenced_bytes + 1);
    fixture->length = 0;
    for (uint32_t i = 0; i <= reply->reference_count; i++) {
        const struct reply_reference *reference = &reply->references[i];
        bool last = i == reply->reference_count;
        size_t until = last ? reply->length : reference->position;

        if (until > taken)
            memcpy(fixture->text + fixture->length, reply->bytes + taken, until - taken);
        fixture->length += until - taken;
        taken = until;
        if (last)
            break;
        memcpy(fixture->text + fixture->length, reference->bytes.data, reference->bytes.length);
        fixture->length += reference->bytes.length;
    }
    fixture->text[fixture->length] = '\0';
}

/* Runs one command; the reply is good until the next one. */
static inline struct span fixture_run_words(struct command_fixture *fixture,
                                            const struct span *words, uint32_t count)
{
    const struct command *container;
    const struct command *command = command_find_arguments(words, count, &container);
    struct reply reply;
    struct cmd cmd = {.command = command,
                      .argv = words,
                      .argc = count,
                      .database = fixture->database,
                      .keyspace = fixture->keyspace,
                      .reply = &reply,
                      .config = fixture->config,
                      .now = fixture->now,
                      .no_touch = fixture->no_touch,
                      .random = &fixture->random,
                      .shard = fixture->shard,
                      .journalled = fixture->shard != NULL};

    assert_non_null(command);
    assert_non_null(command->run);
    keyspace_set_time(fixture->keyspace, fixture->now);
    reply_init(&reply, fixture->protocol);
    if (command_arity_ok(command, count)) {
        if (command->first_key > 0)
            cmd.first_key = keyspace_key(fixture->keyspace, words[command->first_key]);
        command->run(&cmd);
    } else {
        cmd_reply_wrong_arity(&cmd);
    }
    if (cmd.journalled)
        recording_command_over(&cmd);
    fixture->changes = cmd.changes;
    fixture_take_reply(fixture, &reply);
    reply_free(&reply);
    return span_of(fixture->text, fixture->length);
}

static inline struct span fixture_run(struct command_fixture *fixture, const char *line)
{
    struct span words[FIXTURE_WORDS];
    uint32_t count = 0;

    while (*line != '\0') {
        size_t length = strcspn(line, " ");

        assert_true(count < FIXTURE_WORDS);
        words[count++] =
            length == 2 && memcmp(line, "''", 2) == 0 ? SPAN("") : span_of(line, length);
        line += length + (line[length] == ' ');
    }
    return fixture_run_words(fixture, words, count);
}

/* Runs the line; its reply must be these bytes, without the CRLF at the end. */
static inline void fixture_expect(struct command_fixture *fixture, const char *line,
                                  const char *expected, const char *file, int source_line)
{
    size_t size = strlen(expected) + 3;
    char *with_end = memory_new(size);

    snprintf(with_end, size, "%s\r\n", expected);
    fixture_run(fixture, line);
    if (strcmp(fixture->text, with_end) != 0) {
        print_error("%s\n", line);
        _assert_string_equal(fixture->text, with_end, file, source_line);
    }
    memory_free(with_end);
}

#define EXPECT_REPLY(fixture, line, expected)                                                      \
    fixture_expect((fixture), (line), (expected), __FILE__, __LINE__)

/* The same, and the command must have reported that many changed keys. */
#define EXPECT_CHANGES(fixture, line, expected, count)                                             \
    do {                                                                                           \
        EXPECT_REPLY(fixture, line, expected);                                                     \
        assert_int_equal((fixture)->changes, (count));                                             \
    } while (0)

#define FIXTURE_TEST(function)                                                                     \
    cmocka_unit_test_setup_teardown(function, fixture_setup, fixture_teardown)

#define REPLY_NOT_INTEGER  "-ERR value is not an integer or out of range"
#define REPLY_SYNTAX_ERROR "-ERR syntax error"
#define REPLY_TOO_LONG     "-ERR string exceeds maximum allowed size (proto-max-bulk-len)"

#endif
