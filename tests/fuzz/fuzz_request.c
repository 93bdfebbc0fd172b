/*
 * Parsing a stream of requests whole and in pieces gives the same requests and the same error.
 * Every piece is a copy of exactly its size at a new address, so that reading past it is seen.
 */
#include "proto/base/assert.h"
#include "proto/base/memory.h"
#include "proto/base/random.h"
#include "proto/resp/request.h"

#include <stdlib.h>

enum { ARGUMENTS_MAX = 4096 };

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static const struct request_limits limits[2] = {
    {.count_max = INT32_MAX, .bulk_length_max = 512 << 20},
    {.count_max = 10, .bulk_length_max = 16384, .unauthenticated = true},
};

/* Everything that was read, written down so that two readings can be compared. */
struct transcript {
    char *bytes;
    size_t length;
    size_t capacity;
};

static void note(struct transcript *transcript, const void *bytes, size_t length)
{
    while (transcript->capacity - transcript->length < length) {
        transcript->capacity = transcript->capacity * 2 + 256;
        transcript->bytes = memory_resize(transcript->bytes, transcript->capacity);
    }
    if (length > 0)
        memcpy(transcript->bytes + transcript->length, bytes, length);
    transcript->length += length;
}

static void note_request(struct transcript *transcript, const struct request_parser *parser,
                         const char *bytes, size_t length)
{
    note(transcript, &parser->argc, sizeof(parser->argc));
    note(transcript, &parser->position, sizeof(parser->position));
    for (uint32_t i = 0; i < parser->argc; i++) {
        struct span argument = parser->argv[i];

        ASSERT(argument.data >= bytes);
        ASSERT(argument.data + argument.length <= bytes + length);
        note(transcript, &argument.length, sizeof(argument.length));
        note(transcript, argument.data, argument.length);
    }
}

/* The bytes that one request has been given so far, and how many follow. */
struct feed {
    char *bytes;
    size_t length;
    const uint8_t *left;
    size_t left_length;
};

/* Gives `more` further bytes, at a new address. */
static void feed_more(struct feed *feed, struct request_parser *parser, size_t more)
{
    char *moved = malloc(feed->length + more);

    ASSERT(more <= feed->left_length);
    if (feed->length > 0)
        memcpy(moved, feed->bytes, feed->length);
    if (more > 0)
        memcpy(moved + feed->length, feed->left, more);
    request_parser_rebase(parser, feed->bytes, moved);
    free(feed->bytes);
    feed->bytes = moved;
    feed->length += more;
    feed->left += more;
    feed->left_length -= more;
}

/* Drops what a complete request used. */
static void feed_drop(struct feed *feed, size_t used)
{
    char *moved = malloc(feed->length - used);

    ASSERT(used > 0 && used <= feed->length);
    if (feed->length > used)
        memcpy(moved, feed->bytes + used, feed->length - used);
    free(feed->bytes);
    feed->bytes = moved;
    feed->length -= used;
}

static size_t piece(struct random *random, size_t left, bool whole)
{
    size_t most = random_below(random, 4) > 0 ? 4 : left;

    if (whole || left == 0)
        return left;
    return 1 + random_below(random, most < left ? most : left);
}

static struct transcript read_all(const uint8_t *data, size_t size, bool whole, uint64_t seed,
                                  const struct request_limits *limit)
{
    struct span *argv = memory_new(ARGUMENTS_MAX * sizeof(*argv));
    struct request_parser parser = {.argv = argv, .argv_capacity = whole ? ARGUMENTS_MAX : 1};
    struct feed feed = {.bytes = malloc(0), .left = data, .left_length = size};
    struct transcript transcript = {0};
    struct random random;
    bool done = false;

    random_seed(&random, seed);
    request_parser_reset(&parser);
    while (!done) {
        enum request_status status = request_parse(&parser, feed.bytes, feed.length, limit);

        if (status == REQUEST_COMPLETE) {
            note_request(&transcript, &parser, feed.bytes, feed.length);
            feed_drop(&feed, parser.position);
            request_parser_reset(&parser);
        } else if (status == REQUEST_INVALID) {
            char text[128];

            request_error_text(&parser, text);
            note(&transcript, text, strlen(text));
            done = true;
        } else if (status == REQUEST_NEEDS_ROOM) {
            ASSERT(parser.argc == parser.argv_capacity);
            done = parser.argv_capacity == ARGUMENTS_MAX;
            parser.argv_capacity += parser.argv_capacity < ARGUMENTS_MAX;
        } else {
            ASSERT(request_parser_needs(&parser) > feed.length);
            done = feed.left_length == 0;
            feed_more(&feed, &parser, piece(&random, feed.left_length, whole));
        }
    }
    free(feed.bytes);
    memory_free(argv);
    return transcript;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    uint64_t seed = 0;

    if (size < 2)
        return 0;
    memcpy(&seed, data, 2);
    data += 2;
    size -= 2;
    for (int i = 0; i < 2; i++) {
        struct transcript whole = read_all(data, size, true, seed, &limits[i]);
        struct transcript pieces = read_all(data, size, false, seed, &limits[i]);

        ASSERT(whole.length == pieces.length);
        ASSERT(whole.length == 0 || memcmp(whole.bytes, pieces.bytes, whole.length) == 0);
        memory_free(whole.bytes);
        memory_free(pieces.bytes);
    }
    return 0;
}
