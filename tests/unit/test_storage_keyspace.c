/*
 * Edges of the keyspace: key and value sizes around each threshold, values that come from the entry
 * they replace, shared blocks, expiry, accesses, cursors that clients make up.
 */
#include "proto/base/random.h"
#include "storage/entry_layout.h"
#include "storage/keyspace.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
/* Behind the headers that it needs. */
#include <cmocka.h>

enum { NOW = 1700000000, LARGE = 10 << 20 };

static struct keyspace *keyspace;

static int setup(void **state)
{
    (void)state;
    keyspace = keyspace_create(
        &(struct keyspace_options){.databases = 16, .hash_seed = 5, .random_seed = 6});
    return 0;
}

static int teardown(void **state)
{
    (void)state;
    keyspace_destroy(keyspace);
    return 0;
}

static struct entry *set(const char *name, const char *value, time_ms expiry)
{
    struct key key = keyspace_key(keyspace, span_of_string(name));

    return keyspace_set_string(keyspace, 0, &key, span_of_string(value), expiry);
}

static struct entry *get(const char *name, time_ms now)
{
    struct key key = keyspace_key(keyspace, span_of_string(name));

    return keyspace_read(keyspace, 0, &key, now);
}

static void assert_value(const struct entry *entry, struct span value)
{
    char scratch[ENTRY_SCRATCH];

    assert_non_null(entry);
    assert_int_equal(entry_string_length(entry), value.length);
    assert_true(span_equal(entry_string(entry, scratch), value));
}

static size_t used_memory(void)
{
    struct keyspace_statistics statistics;

    keyspace_statistics(keyspace, &statistics);
    return statistics.used_memory;
}

static void test_key_lengths(void **state)
{
    static const size_t lengths[] = {0, 1, 254, 255, 256, 257, 470, 500, 512, 70000};
    char *name = malloc(70000);

    (void)state;
    memset(name, 'k', 70000);
    for (unsigned i = 0; i < sizeof(lengths) / sizeof(lengths[0]); i++) {
        struct key key = keyspace_key(keyspace, span_of(name, lengths[i]));
        struct entry *entry = keyspace_set_string(keyspace, 0, &key, SPAN("value"), TIME_NEVER);

        assert_true(span_equal(entry_key(entry), key.name));
        assert_value(entry, SPAN("value"));
        entry = keyspace_set_expiry(keyspace, 0, &key, NOW + 5);
        assert_true(span_equal(entry_key(entry), key.name));
        assert_int_equal(entry_expiry(entry), NOW + 5);
    }
    assert_int_equal(keyspace_size(keyspace, 0), sizeof(lengths) / sizeof(lengths[0]));
    for (unsigned i = 0; i < sizeof(lengths) / sizeof(lengths[0]); i++) {
        struct key key = keyspace_key(keyspace, span_of(name, lengths[i]));

        assert_value(keyspace_find(keyspace, 0, &key, NOW), SPAN("value"));
        assert_true(keyspace_delete(keyspace, 0, &key, NOW));
        assert_false(keyspace_delete(keyspace, 0, &key, NOW));
    }
    assert_int_equal(used_memory(), 0);
    free(name);
}

static void test_value_lengths(void **state)
{
    static const size_t lengths[] = {0,    1,    44,   45,    440,   476,   477,   500, 1023, 1024,
                                     1025, 2500, 2600, 16383, 16384, LARGE, 16384, 44,  1025, 0};
    char *bytes = malloc(LARGE);
    struct key key = keyspace_key(keyspace, SPAN("key"));

    (void)state;
    for (size_t i = 0; i < LARGE; i++)
        bytes[i] = (char)('a' + i % 23);
    for (unsigned i = 0; i < sizeof(lengths) / sizeof(lengths[0]); i++) {
        struct span value = span_of(bytes, lengths[i]);
        struct entry *entry = keyspace_set_string(keyspace, 0, &key, value, TIME_NEVER);

        assert_value(entry, value);
        assert_string_equal(entry_encoding_name(entry), lengths[i] <= 44 ? "embstr" : "raw");
        assert_int_equal(entry_encoding(entry),
                         lengths[i] <= ENTRY_INLINE_MAX ? ENCODING_INLINE : ENCODING_BLOCK);
        assert_true(entry_memory(entry) >= lengths[i] + 11);
        assert_true(entry_memory(entry) <= lengths[i] + lengths[i] / 4 + 4200);
    }
    assert_int_equal(keyspace_size(keyspace, 0), 1);
    free(bytes);
}

static void test_integers(void **state)
{
    static const char *const integers[] = {"0", "-1", "9223372036854775807",
                                           "-9223372036854775808"};
    static const char *const texts[] = {"",   "-0", "01", "+1", " 1", "1 ", "9223372036854775808",
                                        "1.0"};
    int64_t value;

    (void)state;
    for (unsigned i = 0; i < 4; i++) {
        struct entry *entry = set("key", integers[i], TIME_NEVER);

        assert_string_equal(entry_encoding_name(entry), "int");
        assert_value(entry, span_of_string(integers[i]));
        assert_true(entry_string_integer(entry, &value));
    }
    for (unsigned i = 0; i < 8; i++) {
        struct entry *entry = set("key", texts[i], TIME_NEVER);

        assert_string_equal(entry_encoding_name(entry), "embstr");
        assert_value(entry, span_of_string(texts[i]));
        assert_false(entry_string_integer(entry, &value));
    }
}

/* The new value may lie in the old one. */
static void test_value_from_itself(void **state)
{
    static const size_t lengths[] = {30, 40, 100, 1000, 1100, 5000, 30000};
    struct key key = keyspace_key(keyspace, SPAN("key"));
    char bytes[30000];
    char scratch[ENTRY_SCRATCH];

    (void)state;
    for (size_t i = 0; i < sizeof(bytes); i++)
        bytes[i] = (char)(i * 31 + i / 256);
    for (unsigned i = 0; i < 7; i++) {
        for (size_t skip = 0; skip < lengths[i]; skip += 1 + lengths[i] / 9) {
            for (unsigned j = 0; j < 2; j++) {
                struct span value = span_of(bytes, lengths[i]);
                struct entry *entry = keyspace_set_string(keyspace, 0, &key, value, TIME_NEVER);
                struct span part = entry_string(entry, scratch);

                part = span_of(part.data + skip, part.length - skip);
                entry = keyspace_set_string(keyspace, 0, &key, part, j == 0 ? TIME_NEVER : NOW);
                assert_value(entry, span_of(bytes + skip, lengths[i] - skip));
            }
        }
    }
}

static void test_set_in_place(void **state)
{
    struct entry *entry = set("key", "0123456789", TIME_NEVER);
    size_t used = used_memory();

    (void)state;
    assert_ptr_equal(set("key", "abcdefghij", TIME_NEVER), entry);
    assert_value(entry, SPAN("abcdefghij"));
    assert_ptr_equal(set("key", "abcdefghijk", TIME_NEVER), entry);
    assert_value(entry, SPAN("abcdefghijk"));
    assert_int_equal(used_memory(), used);
}

static void test_expiry_kept_and_dropped(void **state)
{
    (void)state;
    set("key", "value", NOW + 10);
    assert_int_equal(entry_expiry(set("key", "other", EXPIRY_KEEP)), NOW + 10);
    assert_int_equal(entry_expiry(set("key", "a longer value, elsewhere", EXPIRY_KEEP)), NOW + 10);
    assert_int_equal(keyspace_volatile_size(keyspace, 0), 1);
    assert_int_equal(entry_expiry(set("key", "other", TIME_NEVER)), TIME_NEVER);
    assert_int_equal(keyspace_volatile_size(keyspace, 0), 0);
    assert_int_equal(entry_expiry(set("absent", "value", EXPIRY_KEEP)), TIME_NEVER);
}

static void count_expired(void *context, uint32_t database, const struct entry *entry)
{
    assert_int_equal(database, 0);
    assert_true(entry_expiry(entry) < TIME_NEVER);
    ++*(unsigned *)context;
}

static void test_expiry_by_look_up(void **state)
{
    struct keyspace_statistics statistics;
    unsigned told = 0;

    (void)state;
    keyspace_on_expired(keyspace, count_expired, &told);
    set("key", "value", NOW + 10);
    assert_non_null(get("key", NOW + 9));
    assert_int_equal(told, 0);
    assert_null(get("key", NOW + 10));
    assert_int_equal(told, 1);
    assert_int_equal(keyspace_size(keyspace, 0), 0);
    /* Overwritten after its time: expired first, and its expiry is not kept. */
    set("key", "value", NOW + 11);
    get("other", NOW + 11);
    assert_int_equal(entry_expiry(set("key", "again", EXPIRY_KEEP)), TIME_NEVER);
    assert_int_equal(told, 2);
    keyspace_statistics(keyspace, &statistics);
    assert_int_equal(statistics.hits, 1);
    assert_int_equal(statistics.misses, 2);
    assert_int_equal(statistics.expired, 2);
}

/* A hundred thousand keys over one second: all gone soon, and never many overdue. */
static void test_expiry_in_time(void **state)
{
    enum { COUNT = 100000 };
    struct random random;
    time_ms now;

    (void)state;
    random_seed(&random, 3);
    assert_int_equal(keyspace_next_expiry(keyspace), TIME_NEVER);
    for (unsigned i = 0; i < COUNT; i++) {
        char name[32];

        snprintf(name, sizeof(name), "key:%u", i);
        set(name, "value", NOW + (time_ms)random_below(&random, 1000));
    }
    assert_int_equal(keyspace_volatile_size(keyspace, 0), COUNT);
    assert_in_range(keyspace_average_ttl(keyspace, 0, NOW), 400, 600);
    for (now = NOW; now < NOW + 1000; now += 10) {
        uint64_t expected = (uint64_t)COUNT * (uint64_t)(NOW + 1000 - now) / 1000;

        while (keyspace_expire(keyspace, now, 500))
            ;
        assert_true(keyspace_next_expiry(keyspace) > now);
        /* At most what falls due within the pause between two sweeps of a segment. */
        assert_true(keyspace_size(keyspace, 0) <= expected + COUNT / 8);
    }
    for (now = NOW + 1000; now <= NOW + 1100; now++)
        keyspace_expire(keyspace, now, UINT32_MAX);
    assert_int_equal(keyspace_size(keyspace, 0), 0);
    assert_int_equal(keyspace_next_expiry(keyspace), TIME_NEVER);
    assert_int_equal(used_memory(), 0);
}

static void test_edit(void **state)
{
    struct key key = keyspace_key(keyspace, SPAN("key"));
    struct entry *entry;
    char *bytes;

    (void)state;
    entry = keyspace_string_edit(keyspace, 0, &key, 3, &bytes);
    assert_value(entry, span_of("\0\0\0", 3));
    memcpy(bytes, "abc", 3);
    assert_value(entry, SPAN("abc"));
    assert_string_equal(entry_encoding_name(entry), "raw");
    entry = keyspace_string_edit(keyspace, 0, &key, 1, &bytes);
    assert_value(entry, SPAN("abc"));
    /* An integer becomes text; the expiry stays. */
    set("key", "12345", NOW + 10);
    entry = keyspace_string_edit(keyspace, 0, &key, 7, &bytes);
    assert_value(entry, span_of("12345\0\0", 7));
    assert_int_equal(entry_expiry(entry), NOW + 10);
    assert_string_equal(entry_encoding_name(entry), "raw");
    assert_string_equal(entry_encoding_name(set("key", "text", TIME_NEVER)), "embstr");
    /* Far beyond the end. */
    entry = keyspace_string_edit(keyspace, 0, &key, LARGE, &bytes);
    assert_memory_equal(bytes, "text", 4);
    for (size_t i = 4; i < LARGE; i += 4093)
        assert_int_equal(bytes[i], 0);
    assert_int_equal(bytes[LARGE - 1], 0);
    assert_int_equal(entry_string_length(entry), LARGE);
}

/* Appending byte by byte allocates seldom. */
static void test_append(void **state)
{
    struct key key = keyspace_key(keyspace, SPAN("key"));
    const char *before = NULL;
    unsigned moves = 0;

    (void)state;
    for (size_t length = 1; length <= 200000; length++) {
        char *bytes;

        keyspace_string_edit(keyspace, 0, &key, length, &bytes);
        bytes[length - 1] = (char)(length % 251);
        moves += length > 2048 && bytes != before;
        before = bytes;
    }
    assert_true(moves < 16);
    for (size_t length = 1; length <= 200000; length++)
        assert_int_equal((unsigned char)before[length - 1], length % 251);
}

/* A reply and a copy hold the block; an edit and a replacement leave theirs alone. */
static void test_shared_blocks(void **state)
{
    struct key key = keyspace_key(keyspace, SPAN("key"));
    struct key copy = keyspace_key(keyspace, SPAN("copy"));
    char text[20000];
    char scratch[ENTRY_SCRATCH];
    struct span value = span_of(text, sizeof(text));
    struct reply reply;
    struct entry *entry;
    char *bytes;
    size_t used;

    (void)state;
    memset(text, 'v', sizeof(text));
    entry = keyspace_set_string(keyspace, 0, &key, value, NOW + 100);
    used = used_memory();
    keyspace_copy(keyspace, 0, &key, keyspace, 3, &copy);
    assert_true(used_memory() < used + 500);
    reply_init(&reply, 2);
    entry_string_reply(entry, &reply);
    assert_int_equal(reply.reference_count, 1);
    keyspace_string_edit(keyspace, 0, &key, 20001, &bytes);
    bytes[0] = 'x';
    assert_value(keyspace_peek(keyspace, 3, &copy, NOW), value);
    assert_int_equal(entry_expiry(keyspace_peek(keyspace, 3, &copy, NOW)), NOW + 100);
    assert_int_equal(entry_string(keyspace_peek(keyspace, 0, &key, NOW), scratch).data[0], 'x');
    memset(text, 'w', sizeof(text));
    keyspace_set_string(keyspace, 3, &copy, value, TIME_NEVER);
    assert_int_equal(reply.references[0].bytes.length, sizeof(text));
    for (size_t i = 0; i < sizeof(text); i++)
        assert_int_equal(reply.references[0].bytes.data[i], 'v');
    assert_true(keyspace_delete(keyspace, 0, &key, NOW));
    assert_true(keyspace_delete(keyspace, 3, &copy, NOW));
    assert_int_equal(reply.references[0].bytes.data[sizeof(text) - 1], 'v');
    reply_free(&reply);
    assert_int_equal(used_memory(), 0);
}

static void test_move_between_keyspaces(void **state)
{
    struct keyspace *other = keyspace_create(
        &(struct keyspace_options){.databases = 2, .hash_seed = 5, .random_seed = 6});
    struct key from = keyspace_key(keyspace, SPAN("from"));
    struct key to = keyspace_key(other, SPAN("to"));
    char text[5000];

    (void)state;
    memset(text, 't', sizeof(text));
    keyspace_set_string(other, 1, &to, SPAN("replaced"), NOW + 1);
    keyspace_set_string(keyspace, 0, &from, span_of(text, sizeof(text)), NOW + 7);
    keyspace_move(keyspace, 0, &from, other, 1, &to);
    assert_null(keyspace_peek(keyspace, 0, &from, NOW));
    assert_value(keyspace_peek(other, 1, &to, NOW), span_of(text, sizeof(text)));
    assert_int_equal(entry_expiry(keyspace_peek(other, 1, &to, NOW)), NOW + 7);
    assert_int_equal(used_memory(), 0);
    /* To itself: nothing happens. */
    keyspace_move(other, 1, &to, other, 1, &to);
    assert_int_equal(keyspace_size(other, 1), 1);
    keyspace_destroy(other);
}

static void test_inspect(void **state)
{
    struct key key = keyspace_key(keyspace, SPAN("key"));
    struct key absent = keyspace_key(keyspace, SPAN("absent"));
    struct keyspace_statistics statistics;
    struct entry *entry;

    (void)state;
    keyspace_set_time(keyspace, NOW);
    set("key", "value", NOW + 9000);
    entry = keyspace_inspect(keyspace, 0, &key, NOW + 4000);
    assert_int_equal(entry_idle_seconds(entry, NOW + 4000), 4);
    assert_null(keyspace_inspect(keyspace, 0, &absent, NOW + 4000));
    keyspace_statistics(keyspace, &statistics);
    assert_int_equal(statistics.hits, 1);
    assert_int_equal(statistics.misses, 1);
    assert_null(keyspace_inspect(keyspace, 0, &key, NOW + 9000));
    keyspace_statistics(keyspace, &statistics);
    assert_int_equal(statistics.misses, 2);
    assert_int_equal(statistics.expired, 1);
}

/* Changes that look nothing up go by the time that was set last, whichever way it was set. */
static void test_set_time(void **state)
{
    struct keyspace_statistics statistics;
    struct entry *entry;

    (void)state;
    keyspace_set_time(keyspace, NOW);
    entry = set("key", "value", NOW + 1000);
    assert_int_equal(entry_idle_seconds(entry, NOW), 0);
    keyspace_set_time(keyspace, NOW + 7000);
    entry = set("key", "other", EXPIRY_KEEP);
    assert_int_equal(entry_expiry(entry), TIME_NEVER);
    assert_int_equal(entry_idle_seconds(entry, NOW + 7000), 0);
    keyspace_statistics(keyspace, &statistics);
    assert_int_equal(statistics.expired, 1);

    keyspace_set_time(keyspace, NOW - 60000);
    set("key", "value", NOW - 50000);
    assert_non_null(get("key", NOW - 59000));
    assert_null(get("key", NOW - 50000));
}

static void test_access_tracking(void **state)
{
    struct key key = keyspace_key(keyspace, SPAN("key"));
    struct entry *entry;
    uint8_t before;

    (void)state;
    get("other", NOW);
    entry = set("key", "value", TIME_NEVER);
    assert_int_equal(entry_idle_seconds(entry, NOW + 5000), 5);
    entry = keyspace_peek(keyspace, 0, &key, NOW + 3000);
    assert_int_equal(entry_idle_seconds(entry, NOW + 5000), 5);
    entry = keyspace_find(keyspace, 0, &key, NOW + 3000);
    assert_int_equal(entry_idle_seconds(entry, NOW + 5000), 2);

    keyspace_set_access_tracking(keyspace, ACCESS_FREQUENCY);
    entry = set("frequent", "value", TIME_NEVER);
    assert_int_equal(keyspace_frequency(keyspace, entry, NOW + 3000), 5);
    for (unsigned i = 0; i < 2000; i++)
        entry = get("frequent", NOW + 3000);
    before = keyspace_frequency(keyspace, entry, NOW + 3000);
    assert_in_range(before, 10, 60);
    assert_int_equal(keyspace_frequency(keyspace, entry, NOW + 3000 + 3 * 60000), before - 3);
    assert_int_equal(keyspace_frequency(keyspace, entry, NOW + 3000 + 300 * 60000), 0);
    keyspace_set_frequency_options(keyspace, &(struct keyspace_frequency_options){0, 0});
    assert_int_equal(keyspace_frequency(keyspace, entry, NOW + 3000 + 300 * 60000), before);
    for (unsigned i = 0; i < 300; i++)
        entry = get("frequent", NOW + 3000);
    assert_int_equal(keyspace_frequency(keyspace, entry, NOW + 3000), 255);
}

static void visit_count(void *context, const struct entry *entry)
{
    assert_non_null(entry);
    ++*(uint64_t *)context;
}

static void test_cursors_that_clients_make_up(void **state)
{
    struct random random;

    (void)state;
    random_seed(&random, 11);
    for (unsigned i = 0; i < 20000; i++) {
        char name[32];

        snprintf(name, sizeof(name), i % 2 == 0 ? "{tag}%u" : "key:%u", i);
        set(name, "value", TIME_NEVER);
    }
    for (unsigned i = 0; i < 20000; i++) {
        uint64_t visits = 0;
        uint64_t cursor = random_next(&random) >> random_below(&random, 64);

        if (i % 2 == 0)
            cursor = (cursor & ~(uint64_t)(SLOT_COUNT - 1)) | key_slot(SPAN("{tag}"));
        cursor = keyspace_scan(keyspace, 0, cursor, 10, visit_count, &visits);
        assert_true(visits >= 10 || cursor == KEYSPACE_SCAN_END);
        assert_true(visits < 50);
    }
    assert_true(keyspace_scan(keyspace, 1, 12345, 10, visit_count, NULL) == KEYSPACE_SCAN_END);
}

static void test_slot_visit_and_flush(void **state)
{
    uint16_t slot = key_slot(SPAN("{tag}"));
    uint64_t visits = 0;

    (void)state;
    for (unsigned i = 0; i < 3000; i++) {
        char name[32];
        struct key key;

        snprintf(name, sizeof(name), "{tag}%u", i);
        key = keyspace_key(keyspace, span_of_string(name));
        keyspace_set_string(keyspace, i % 2, &key, SPAN("value"), i % 3 == 0 ? NOW : TIME_NEVER);
    }
    assert_int_equal(keyspace_slot_size(keyspace, slot), 3000);
    keyspace_slot_visit(keyspace, slot, 1700, visit_count, &visits);
    assert_int_equal(visits, 1700);
    keyspace_slot_visit(keyspace, slot, 0, visit_count, &visits);
    assert_int_equal(visits, 1700);
    keyspace_flush_slot(keyspace, slot);
    assert_int_equal(keyspace_slot_size(keyspace, slot), 0);
    assert_int_equal(keyspace_size(keyspace, 1), 0);
    assert_int_equal(keyspace_volatile_size(keyspace, 0), 0);
    /* New keys meanwhile, and the flushed ones fall due. */
    set("{tag}1", "value", NOW);
    while (keyspace_expire(keyspace, NOW, 100))
        ;
    while (keyspace_reclaim(keyspace, 100))
        ;
    assert_int_equal(used_memory(), 0);
}

static void test_random_is_even(void **state)
{
    enum { COUNT = 3000, DRAWS = 300000 };
    unsigned *drawn = calloc(COUNT, sizeof(*drawn));
    unsigned outside = 0;

    (void)state;
    assert_null(keyspace_random(keyspace, 0, NOW));
    for (unsigned i = 0; i < COUNT; i++) {
        char name[32];
        char value[32];

        snprintf(name, sizeof(name), i % 2 == 0 ? "{tag}%u" : "key:%u", i);
        snprintf(value, sizeof(value), "%u", i);
        set(name, value, TIME_NEVER);
    }
    for (unsigned i = 0; i < DRAWS; i++) {
        int64_t number;

        assert_true(entry_string_integer(keyspace_random(keyspace, 0, NOW), &number));
        drawn[number]++;
    }
    /* Each is drawn about 100 times. */
    for (unsigned i = 0; i < COUNT; i++)
        outside += drawn[i] < 50 || drawn[i] > 150;
    assert_true(outside < COUNT / 100);
    free(drawn);
}

/* Those that have expired are not drawn; without others there is none. */
static void test_random_skips_expired(void **state)
{
    (void)state;
    for (unsigned i = 0; i < 50; i++) {
        char name[32];

        snprintf(name, sizeof(name), "key:%u", i);
        set(name, "value", i == 7 ? TIME_NEVER : NOW);
    }
    assert_true(span_equal(entry_key(keyspace_random(keyspace, 0, NOW)), SPAN("key:7")));
    keyspace_delete(keyspace, 0, &(struct key){SPAN("none"), 1, 2}, NOW);
    get("key:7", NOW);
    set("key:7", "value", NOW);
    assert_null(keyspace_random(keyspace, 0, NOW));
}

static void test_type_names(void **state)
{
    (void)state;
    assert_string_equal(value_type_name(VALUE_STRING), "string");
    assert_string_equal(value_type_name(VALUE_SORTED_SET), "zset");
    assert_string_equal(value_type_name(VALUE_BLOOM), "MBbloom--");
}

static void fill_database(uint32_t number, uint32_t keys)
{
    for (uint32_t i = 0; i < keys; i++) {
        char name[32];
        struct key key =
            keyspace_key(keyspace, span_of(name, (size_t)snprintf(name, sizeof(name), "k%u", i)));

        keyspace_set_string(keyspace, number, &key, SPAN("value"), TIME_NEVER);
    }
}

/* Tables that begin with room for what is to come do not take more in the end, be the expectation
 * right, or by far too high for one slot's table; and all keys are there. */
static void test_expected_keys(void **state)
{
    enum { KEYS = 200000 };
    size_t before = used_memory();
    size_t grown;

    (void)state;
    fill_database(1, KEYS);
    grown = used_memory() - before;
    before = used_memory();
    keyspace_expect(keyspace, 2, KEYS);
    fill_database(2, KEYS);
    keyspace_expect(keyspace, 2, 0);
    assert_int_equal(keyspace_size(keyspace, 2), KEYS);
    assert_true(used_memory() - before < grown + grown / 50);
    keyspace_expect(keyspace, 3, UINT64_MAX);
    fill_database(3, 1000);
    assert_int_equal(keyspace_size(keyspace, 3), 1000);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(test_key_lengths),
        TEST(test_value_lengths),
        TEST(test_integers),
        TEST(test_value_from_itself),
        TEST(test_set_in_place),
        TEST(test_expiry_kept_and_dropped),
        TEST(test_expiry_by_look_up),
        TEST(test_expiry_in_time),
        TEST(test_edit),
        TEST(test_append),
        TEST(test_shared_blocks),
        TEST(test_move_between_keyspaces),
        TEST(test_inspect),
        TEST(test_set_time),
        TEST(test_access_tracking),
        TEST(test_cursors_that_clients_make_up),
        TEST(test_slot_visit_and_flush),
        TEST(test_random_is_even),
        TEST(test_random_skips_expired),
        TEST(test_type_names),
        TEST(test_expected_keys),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
