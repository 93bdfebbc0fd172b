/*
 * Nanoseconds per operation of the protocol layer's hot paths.
 */
#include "proto/base/number.h"
#include "proto/key_slot/key_slot.h"
#include "proto/resp/reply.h"
#include "proto/resp/request.h"

#include <stdio.h>
#include <stdlib.h>
#include <time.h>

enum { REQUESTS = 256, ARGUMENTS = 16, ROUNDS = 20000, PASSES = 5 };

static const struct request_limits limits = {.count_max = INT32_MAX, .bulk_length_max = 1 << 29};

static double now_ns(void)
{
    struct timespec time;

    clock_gettime(CLOCK_MONOTONIC, &time);
    return (double)time.tv_sec * 1e9 + (double)time.tv_nsec;
}

static void keep(uint64_t value)
{
    __asm__ volatile("" : : "r"(value) : "memory");
}

/* The best of a few passes; `run` does REQUESTS operations. */
static void report(const char *name, void (*run)(void *state), void *state)
{
    double best = 1e18;

    for (int pass = 0; pass < PASSES; pass++) {
        double start = now_ns();

        for (int round = 0; round < ROUNDS; round++)
            run(state);
        start = now_ns() - start;
        if (start < best)
            best = start;
    }
    printf("%-28s %7.2f ns\n", name, best / ROUNDS / REQUESTS);
}

struct stream {
    char *bytes;
    size_t length;
};

static void parse_stream(void *state)
{
    struct stream *stream = state;
    struct span argv[ARGUMENTS];
    struct request_parser parser = {.argv = argv, .argv_capacity = ARGUMENTS};
    size_t at = 0;

    while (at < stream->length) {
        request_parser_reset(&parser);
        if (request_parse(&parser, stream->bytes + at, stream->length - at, &limits) !=
            REQUEST_COMPLETE)
            abort();
        keep(parser.argc);
        at += parser.position;
    }
}

static void bench_requests(const char *name, const char *format, size_t value_length)
{
    struct stream stream = {.bytes = malloc((size_t)1 << 20)};
    char value[1024];

    memset(value, 'x', value_length);
    value[value_length] = '\0';
    for (int i = 0; i < REQUESTS; i++)
        stream.length += (size_t)snprintf(stream.bytes + stream.length,
                                          ((size_t)1 << 20) - stream.length, format, i, value);
    report(name, parse_stream, &stream);
    free(stream.bytes);
}

static void write_bulks(void *state)
{
    static const char value[64] = "value";
    struct reply *reply = state;

    reply_clear(reply);
    for (int i = 0; i < REQUESTS; i++)
        reply_bulk(reply, span_of(value, sizeof(value)));
    keep(reply->length);
}

static void write_integers(void *state)
{
    struct reply *reply = state;

    reply_clear(reply);
    for (int i = 0; i < REQUESTS; i++)
        reply_integer(reply, i);
    keep(reply->length);
}

static void write_large_integers(void *state)
{
    struct reply *reply = state;

    reply_clear(reply);
    for (int i = 0; i < REQUESTS; i++)
        reply_integer(reply, 1700000000000 + i);
    keep(reply->length);
}

static void write_ok(void *state)
{
    struct reply *reply = state;

    reply_clear(reply);
    for (int i = 0; i < REQUESTS; i++)
        reply_ok(reply);
    keep(reply->length);
}

static void hash_keys(void *state)
{
    char *key = state;

    for (int i = 0; i < REQUESTS; i++) {
        key[15] = (char)i;
        keep(key_slot(span_of(key, 16)));
    }
}

static void format_doubles(void *state)
{
    char text[NUMBER_DOUBLE_TEXT_MAX];

    (void)state;
    for (int i = 0; i < REQUESTS; i++)
        keep(number_format_double(text, i + 0.25));
}

static void parse_integers(void *state)
{
    char *text = state;
    int64_t value;

    for (int i = 0; i < REQUESTS; i++) {
        text[9] = (char)('0' + i % 10);
        keep(number_parse_integer(span_of(text, 10), &value));
        keep((uint64_t)value);
    }
}

int main(void)
{
    struct reply reply;
    char key[] = "memtier-00000001";
    char digits[] = "1234567890";

    bench_requests("parse GET, 16-byte key", "*2\r\n$3\r\nGET\r\n$16\r\nmemtier-%08d\r\n%.0s", 0);
    bench_requests("parse SET, 16 + 64 bytes",
                   "*3\r\n$3\r\nSET\r\n$16\r\nmemtier-%08d\r\n$64\r\n%s\r\n", 64);
    bench_requests("parse SET, 16 + 512 bytes",
                   "*3\r\n$3\r\nSET\r\n$16\r\nmemtier-%08d\r\n$512\r\n%s\r\n", 512);
    bench_requests("parse inline GET", "GET memtier-%08d\r\n%.0s", 0);
    reply_init(&reply, 2);
    report("write bulk, 64 bytes", write_bulks, &reply);
    report("write integer, 1-3 digits", write_integers, &reply);
    report("write integer, 13 digits", write_large_integers, &reply);
    report("write +OK", write_ok, &reply);
    reply_free(&reply);
    report("slot of a 16-byte key", hash_keys, key);
    report("parse integer, 10 digits", parse_integers, digits);
    report("format double, 2 decimals", format_doubles, NULL);
    return 0;
}
