/*
 * The proof of the cluster's secret: two ends that share one believe each other; whoever changes,
 * repeats, reorders, reflects or invents frames is refused; two secrets let nodes go from one to
 * the other.
 */
#include "proto/base/memory.h"
#include "server/bus/bus_assembly.h"
#include "server/bus/bus_proof.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <string.h>
/* Behind the headers that it needs. */
#include <cmocka.h>

#define OLD "the-secret-of-before"
#define NEW "the-secret-from-now-on"

enum { STREAM_MAX = 64 * 1024 };

/* What one end has sent. */
struct stream {
    char bytes[STREAM_MAX];
    size_t length;
};

static void put(struct stream *stream, const void *bytes, size_t length)
{
    assert_true(stream->length + length <= STREAM_MAX);
    memcpy(stream->bytes + stream->length, bytes, length);
    stream->length += length;
}

static struct bus_secrets secrets_of(const char *words)
{
    return bus_secrets_of(span_of_string(words), true);
}

static void start(struct bus_proof *proof, bool connects, uint8_t seed)
{
    uint8_t nonce[BUS_NONCE_SIZE];

    memset(nonce, seed, sizeof(nonce));
    bus_proof_init(proof, connects, nonce);
}

static void send_greeting(struct bus_proof *proof, struct stream *stream)
{
    uint8_t bytes[BUS_GREETING_MAX];

    put(stream, bytes, bus_proof_greeting(proof, bytes));
}

/* A message of a kind that tells it from the others. */
static struct span message_of(uint8_t frame[BUS_HEADER_SIZE], uint8_t kind)
{
    const uint8_t start[] = {'R', 'C', 'm', 'b', 0, 0, BUS_HEADER_SIZE >> 8, BUS_HEADER_SIZE & 255,
                             0,   1};

    memset(frame, kind, BUS_HEADER_SIZE);
    memcpy(frame, start, sizeof(start));
    frame[12] = 0;
    frame[13] = BUS_VOTE;
    return span_of((const char *)frame, BUS_HEADER_SIZE);
}

static void send_message(struct bus_proof *proof, struct stream *stream, uint8_t kind)
{
    uint8_t frame[BUS_HEADER_SIZE];
    uint8_t seal[BUS_SEAL_FRAME];
    struct span message = message_of(frame, kind);

    bus_proof_seal(proof, message, seal);
    put(stream, seal, sizeof(seal));
    put(stream, message.data, message.length);
}

/* Takes all that came, cut in two; the last verdict, and how many messages were believed. */
static enum bus_verdict receive(struct bus_proof *proof, const struct bus_secrets *secrets,
                                const struct stream *stream, size_t cut, uint32_t *believed)
{
    enum bus_verdict verdict = BUS_VERDICT_TAKEN;
    struct bus_assembly assembly = {0};
    struct span frame;
    uint32_t length;

    *believed = 0;
    for (uint32_t part = 0; part < 2; part++) {
        bus_assembly_put(&assembly, part == 0 ? span_of(stream->bytes, cut)
                                              : span_of(stream->bytes + cut, stream->length - cut));
        while (verdict != BUS_VERDICT_REFUSED &&
               bus_assembly_next(&assembly, &frame, &length) == BUS_FINE) {
            verdict = bus_proof_take(proof, secrets, frame);
            *believed += verdict == BUS_VERDICT_BELIEVED;
        }
    }
    bus_assembly_free(&assembly);
    return verdict;
}

/* Both ends, up to where who connects knows that the other one knows the secret. */
struct pair {
    struct bus_secrets secrets[2];
    struct bus_proof connects;
    struct bus_proof accepts;
    struct stream there;
    struct stream back;
};

static struct pair *pair_new(const char *connecting, const char *accepting)
{
    struct pair *pair = memory_new_zeroed(1, sizeof(*pair));

    pair->secrets[0] = secrets_of(connecting);
    pair->secrets[1] = secrets_of(accepting);
    start(&pair->connects, true, 1);
    start(&pair->accepts, false, 2);
    return pair;
}

static enum bus_verdict greet(struct pair *pair)
{
    uint32_t believed;

    send_greeting(&pair->connects, &pair->there);
    assert_int_equal(
        receive(&pair->accepts, &pair->secrets[1], &pair->there, pair->there.length, &believed),
        BUS_VERDICT_GREETED);
    pair->there.length = 0;
    send_greeting(&pair->accepts, &pair->back);
    return receive(&pair->connects, &pair->secrets[0], &pair->back, pair->back.length, &believed);
}

static void test_every_cut(void **state)
{
    struct pair *pair = pair_new(NEW, NEW);
    struct bus_proof before;
    uint32_t believed;

    (void)state;
    assert_int_equal(greet(pair), BUS_VERDICT_GREETED);
    assert_true(pair->connects.proven);
    assert_false(pair->accepts.proven);
    for (uint8_t kind = 0; kind < 3; kind++)
        send_message(&pair->connects, &pair->there, kind);
    before = pair->accepts;
    for (size_t cut = 0; cut <= pair->there.length; cut++) {
        pair->accepts = before;
        assert_int_equal(receive(&pair->accepts, &pair->secrets[1], &pair->there, cut, &believed),
                         BUS_VERDICT_BELIEVED);
        assert_int_equal(believed, 3);
    }
    /* And every prefix of it is no more than what is whole. */
    for (size_t length = 0; length < pair->there.length; length += 37) {
        size_t whole = length / (BUS_SEAL_FRAME + BUS_HEADER_SIZE);
        size_t all = pair->there.length;

        pair->accepts = before;
        pair->there.length = length;
        assert_int_not_equal(receive(&pair->accepts, &pair->secrets[1], &pair->there, 0, &believed),
                             BUS_VERDICT_REFUSED);
        assert_int_equal(believed, whole);
        pair->there.length = all;
    }
    memory_free(pair);
}

static void test_changed_bytes(void **state)
{
    struct pair *pair = pair_new(NEW, NEW);
    struct bus_proof before;
    uint32_t believed;

    (void)state;
    assert_int_equal(greet(pair), BUS_VERDICT_GREETED);
    send_message(&pair->connects, &pair->there, 7);
    before = pair->accepts;
    /* Behind what cuts the frames: with another length they would be other frames. */
    for (size_t at = 0; at < pair->there.length; at++) {
        size_t in_frame = at < BUS_SEAL_FRAME ? at : at - BUS_SEAL_FRAME;

        if (in_frame < 8)
            continue;
        pair->there.bytes[at] ^= 1;
        pair->accepts = before;
        receive(&pair->accepts, &pair->secrets[1], &pair->there, 0, &believed);
        assert_int_equal(believed, 0);
        pair->there.bytes[at] ^= 1;
    }
    memory_free(pair);
}

static void test_repeated_and_reordered(void **state)
{
    enum { SEALED = BUS_SEAL_FRAME + BUS_HEADER_SIZE };
    struct pair *pair = pair_new(NEW, NEW);
    struct bus_proof before;
    struct stream *again = memory_new_zeroed(1, sizeof(*again));
    uint32_t believed;

    (void)state;
    assert_int_equal(greet(pair), BUS_VERDICT_GREETED);
    send_message(&pair->connects, &pair->there, 7);
    send_message(&pair->connects, &pair->there, 8);
    before = pair->accepts;
    put(again, pair->there.bytes, SEALED);
    put(again, pair->there.bytes, SEALED);
    assert_int_equal(receive(&pair->accepts, &pair->secrets[1], again, 0, &believed),
                     BUS_VERDICT_REFUSED);
    assert_int_equal(believed, 1);
    again->length = 0;
    put(again, pair->there.bytes + SEALED, SEALED);
    pair->accepts = before;
    assert_int_equal(receive(&pair->accepts, &pair->secrets[1], again, 0, &believed),
                     BUS_VERDICT_REFUSED);
    /* On another link, whose nonces are others. */
    start(&pair->accepts, false, 3);
    again->length = 0;
    start(&pair->connects, true, 1);
    send_greeting(&pair->connects, again);
    put(again, pair->there.bytes, SEALED);
    assert_int_equal(receive(&pair->accepts, &pair->secrets[1], again, 0, &believed),
                     BUS_VERDICT_REFUSED);
    assert_int_equal(believed, 0);
    memory_free(again);
    memory_free(pair);
}

/* What a node has sent itself is no proof of anybody else. */
static void test_reflected(void **state)
{
    struct pair *pair = pair_new(NEW, NEW);
    uint32_t believed;

    (void)state;
    assert_int_equal(greet(pair), BUS_VERDICT_GREETED);
    send_message(&pair->connects, &pair->there, 7);
    assert_int_equal(receive(&pair->connects, &pair->secrets[0], &pair->there, 0, &believed),
                     BUS_VERDICT_REFUSED);
    memory_free(pair);
}

static void test_another_secret(void **state)
{
    struct pair *pair = pair_new(NEW, OLD);
    uint32_t believed;

    (void)state;
    assert_int_equal(greet(pair), BUS_VERDICT_REFUSED);
    assert_false(pair->connects.proven);
    /* The other way round: who connects does not care and talks. */
    pair->connects.greeted = true;
    send_message(&pair->connects, &pair->there, 7);
    assert_int_equal(receive(&pair->accepts, &pair->secrets[1], &pair->there, 0, &believed),
                     BUS_VERDICT_REFUSED);
    memory_free(pair);
}

static void test_without_proof(void **state)
{
    struct bus_secrets secrets = secrets_of(NEW);
    uint8_t frame[BUS_HEADER_SIZE];
    struct bus_proof proof;

    (void)state;
    start(&proof, false, 1);
    assert_int_equal(bus_proof_take(&proof, &secrets, message_of(frame, 1)), BUS_VERDICT_REFUSED);
    secrets.required = false;
    assert_int_equal(bus_proof_take(&proof, &secrets, message_of(frame, 1)), BUS_VERDICT_BELIEVED);
    assert_true(bus_proof_holds(&proof, &secrets));
    secrets.required = true;
    assert_false(bus_proof_holds(&proof, &secrets));
}

/* Who has given a proof once may not stop, even where none is required. */
static void test_no_way_back(void **state)
{
    struct pair *pair = pair_new(NEW, NEW);
    uint8_t frame[BUS_HEADER_SIZE];
    uint32_t believed;

    (void)state;
    pair->secrets[1].required = false;
    assert_int_equal(greet(pair), BUS_VERDICT_GREETED);
    send_message(&pair->connects, &pair->there, 7);
    put(&pair->there, message_of(frame, 8).data, BUS_HEADER_SIZE);
    assert_int_equal(receive(&pair->accepts, &pair->secrets[1], &pair->there, 0, &believed),
                     BUS_VERDICT_REFUSED);
    assert_int_equal(believed, 1);
    memory_free(pair);
}

static void test_rotation(void **state)
{
    static const char *const steps[] = {OLD, OLD " " NEW, NEW " " OLD, NEW};
    enum { STEPS = sizeof(steps) / sizeof(steps[0]) };

    (void)state;
    for (uint32_t one = 0; one < STEPS; one++) {
        for (uint32_t other = 0; other < STEPS; other++) {
            bool near = one + 1 >= other && other + 1 >= one;
            struct pair *pair = pair_new(steps[one], steps[other]);
            uint32_t believed = 0;

            if (greet(pair) == BUS_VERDICT_GREETED) {
                send_message(&pair->connects, &pair->there, 7);
                receive(&pair->accepts, &pair->secrets[1], &pair->there, 0, &believed);
            }
            /* Nodes that are one step apart understand each other. */
            if (near)
                assert_int_equal(believed, 1);
            memory_free(pair);
        }
    }
}

/* Links stay while their secrets are still good. */
static void test_links_that_stay(void **state)
{
    struct pair *pair = pair_new(OLD " " NEW, OLD " " NEW);
    struct bus_secrets next = secrets_of(NEW " " OLD), last = secrets_of(NEW);
    struct bus_secrets none = secrets_of("");

    (void)state;
    assert_int_equal(greet(pair), BUS_VERDICT_GREETED);
    assert_true(bus_proof_holds(&pair->connects, &next));
    assert_false(bus_proof_holds(&pair->connects, &last));
    assert_false(bus_proof_holds(&pair->connects, &none));
    memory_free(pair);
}

static void test_words(void **state)
{

    (void)state;
    assert_null(bus_secrets_check(SPAN("")));
    assert_null(bus_secrets_check(SPAN("0123456789abcdef")));
    assert_null(bus_secrets_check(SPAN("0123456789abcdef fedcba9876543210")));
    assert_non_null(bus_secrets_check(SPAN("0123456789abcde")));
    assert_non_null(bus_secrets_check(SPAN("0123456789abcdef short")));
    assert_non_null(bus_secrets_check(SPAN("0123456789abcdef 0123456789abcdef 0123456789abcdef")));
    assert_int_equal(secrets_of("").count, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_every_cut),
        cmocka_unit_test(test_changed_bytes),
        cmocka_unit_test(test_repeated_and_reordered),
        cmocka_unit_test(test_reflected),
        cmocka_unit_test(test_another_secret),
        cmocka_unit_test(test_without_proof),
        cmocka_unit_test(test_no_way_back),
        cmocka_unit_test(test_rotation),
        cmocka_unit_test(test_links_that_stay),
        cmocka_unit_test(test_words),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
