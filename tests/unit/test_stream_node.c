/* Nodes of streams from elsewhere: Redis's bytes, torn ones, and each way of being unsound; ids. */
#include "storage/types/stream.h"
#include "storage/types/stream_group.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
/* Behind the headers that it needs. */
#include <cmocka.h>

/* What Redis 7 makes of: XADD s 5-1 f v, XADD s 5-2 f 7, XADD s 6-0 g w, XDEL s 5-2. */
static const char redis_node[] = "\x38\0\0\0\x16\0" /* total bytes, elements */
                                 "\2\1\1\1\1\1\x81"
                                 "f\2\0\1" /* 2 entries, 1 deleted, field f */
                                 "\2\1\0\1\0\1\x81"
                                 "v\2\4\1"                /* 5-1, same fields */
                                 "\3\1\0\1\1\1\7\1\4\1"   /* 5-2, deleted */
                                 "\0\1\1\1\xdf\xff\2"     /* 6-0: the sequence is one lower */
                                 "\1\1\x81g\2\x81w\2\6\1" /* another field */
                                 "\xff";

enum { REDIS_NODE_LENGTH = sizeof(redis_node) - 1 };

struct bytes {
    unsigned char data[128];
    size_t length;
};

static struct bytes genuine(void)
{
    struct bytes bytes = {.length = REDIS_NODE_LENGTH};

    memcpy(bytes.data, redis_node, REDIS_NODE_LENGTH);
    return bytes;
}

/* In memory of exactly that size, so that sanitizers see what is read behind it. */
static bool is_sound(struct bytes bytes)
{
    char *exact = malloc(bytes.length + (bytes.length == 0));
    struct stream_node node;
    struct stream_id last;
    bool sound;

    memcpy(exact, bytes.data, bytes.length);
    sound =
        stream_node_validate(&node, (struct stream_id){5, 1}, span_of(exact, bytes.length), &last);
    free(exact);
    return sound;
}

static bool is_sound_with(size_t index, unsigned char value)
{
    struct bytes bytes = genuine();

    assert_true(index < bytes.length);
    bytes.data[index] = value;
    return is_sound(bytes);
}

/* The same steps here make the same bytes. */
static void test_same_bytes_as_redis(void **state)
{
    struct heap *heap = heap_create();
    struct stream *stream = stream_create(heap);
    const struct stream_node_limits limits = {4096, 100};
    const struct span words[][2] = {
        {SPAN("f"), SPAN("v")}, {SPAN("f"), SPAN("7")}, {SPAN("g"), SPAN("w")}};
    const struct stream_id ids[] = {{5, 1}, {5, 2}, {6, 0}};
    const struct stream_node *node;
    struct bytes bytes = genuine();
    uint32_t budget = UINT32_MAX;
    char made[128];

    (void)state;
    for (int i = 0; i < 3; i++)
        assert_true(
            stream_append(stream, heap, &limits, ids[i], (struct stream_pairs){words[i], 2}));
    assert_true(stream_delete(stream, heap, ids[1]));
    node = stream_tree_at(&stream->nodes, stream_tree_first(&stream->nodes));
    assert_int_equal(listpack_wrap(made, span_of(node->body, node->length), node->elements) - made,
                     bytes.length);
    assert_memory_equal(made, bytes.data, bytes.length);
    assert_true(stream_kind.release(heap, stream, &budget));
    heap_destroy(heap);
}

static void test_genuine(void **state)
{
    struct bytes bytes = genuine();
    struct stream_node node;
    struct stream_entry entry;
    struct stream_id last;

    (void)state;
    assert_true(is_sound(bytes));
    assert_true(stream_node_validate(&node, (struct stream_id){5, 1},
                                     span_of((char *)bytes.data, bytes.length), &last));
    assert_int_equal(node.count, 2);
    assert_true(stream_id_equal(last, (struct stream_id){6, 0}));
    assert_true(stream_node_first(&node, &entry));
    assert_true(stream_id_equal(entry.id, (struct stream_id){5, 1}));
    assert_true(stream_node_next(&node, &entry) && entry.deleted);
    assert_true(stream_node_next(&node, &entry) && !entry.same_fields);
    assert_false(stream_node_next(&node, &entry));
    assert_false(stream_node_find(&node, (struct stream_id){5, 2}, &entry));
    assert_true(stream_node_find(&node, (struct stream_id){6, 0}, &entry));
}

/* Every prefix, with the old total and with a matching one. */
static void test_torn(void **state)
{
    (void)state;
    for (size_t length = 0; length < REDIS_NODE_LENGTH; length++) {
        struct bytes bytes = genuine();

        bytes.length = length;
        assert_false(is_sound(bytes));
        if (length < LISTPACK_FRAME)
            continue;
        bytes.data[0] = (unsigned char)length;
        bytes.data[length - 1] = LISTPACK_END;
        assert_false(is_sound(bytes));
    }
}

static void test_each_byte_changed(void **state)
{
    (void)state;
    /* Whatever it says then, looking at it reads nothing outside. */
    for (size_t i = 0; i < REDIS_NODE_LENGTH; i++) {
        for (unsigned value = 0; value < 256; value++)
            is_sound_with(i, (unsigned char)value);
    }
}

static void test_unsound(void **state)
{
    (void)state;
    assert_false(is_sound_with(4, 24));   /* number of elements */
    assert_false(is_sound_with(6, 3));    /* more entries than there are */
    assert_false(is_sound_with(6, 1));    /* fewer */
    assert_false(is_sound_with(8, 2));    /* more deleted than there are */
    assert_false(is_sound_with(8, 0));    /* fewer */
    assert_false(is_sound_with(10, 2));   /* another number of fields */
    assert_false(is_sound_with(10, 127)); /* more than elements */
    assert_false(is_sound_with(15, 1));   /* the head ends with a zero */
    assert_false(is_sound_with(17, 3));   /* deleted, but not counted so */
    assert_false(is_sound_with(17, 4));   /* a flag that is none */
    assert_false(is_sound_with(17, 0));   /* other fields, but without their number */
    assert_false(is_sound_with(26, 5));   /* size of an entry */
    assert_false(is_sound_with(28, 2));   /* deleted ones too few */
    assert_false(is_sound_with(40, 0));   /* 5-0, behind 5-1 */
    assert_false(is_sound_with(45, 2));   /* number of an entry's fields */
    assert_false(is_sound_with(53, 4));   /* size of the last entry */
    assert_true(is_sound_with(40, 2));    /* 7-0 */
    assert_true(is_sound_with(32, 9));    /* the id of a deleted entry means nothing */
    assert_true(is_sound_with(24, 'x'));
}

/* Counts near the ends of their types are no reason to walk or to allocate. */
static void test_huge_counts(void **state)
{
    struct listpack_value values[] = {listpack_value_of_integer(INT64_MAX),
                                      listpack_value_of_integer(0), listpack_value_of_integer(0),
                                      listpack_value_of_integer(0)};
    struct stream_node node;
    struct stream_id last;

    (void)state;
    for (uint32_t huge = 0; huge < 4; huge++) {
        char body[64];
        char listpack[64 + LISTPACK_FRAME];
        char *end = body;

        for (uint32_t i = 0; i < 4; i++) {
            values[i].integer = i == huge ? INT64_MAX : i == 0 ? 1 : 0;
            end = listpack_write(end, &values[i]);
        }
        end = listpack_wrap(listpack, span_of(body, (size_t)(end - body)), 4);
        assert_false(stream_node_validate(&node, STREAM_ID_MIN,
                                          span_of(listpack, (size_t)(end - listpack)), &last));
    }
}

static void test_loading(void **state)
{
    struct heap *heap = heap_create();
    struct stream *stream = stream_create(heap);
    struct bytes bytes = genuine();
    struct span listpack = span_of((char *)bytes.data, bytes.length);
    struct stream_group *group;
    struct stream_consumer *consumer;
    uint32_t budget = UINT32_MAX;

    (void)state;
    assert_true(stream_load_node(stream, heap, (struct stream_id){5, 1}, listpack));
    /* Twice the same, and one that reaches into the one before it. */
    assert_false(stream_load_node(stream, heap, (struct stream_id){5, 1}, listpack));
    assert_false(stream_load_node(stream, heap, (struct stream_id){6, 0}, listpack));
    assert_true(stream_load_node(stream, heap, (struct stream_id){6, 1}, listpack));
    assert_false(stream_load_counters(stream, 5, (struct stream_id){9, 9}, STREAM_ID_MIN, 4));
    assert_false(stream_load_counters(stream, 4, (struct stream_id){6, 9}, STREAM_ID_MIN, 4));
    assert_true(stream_load_counters(stream, 4, (struct stream_id){9, 9}, STREAM_ID_MIN, 4));
    assert_true(stream_id_equal(stream->first_id, (struct stream_id){5, 1}));
    group = stream_group_create(stream, heap, SPAN("g"), STREAM_ID_MIN, 0);
    assert_true(stream_group_load_pending(group, heap, (struct stream_id){5, 1}, 1, 1));
    assert_false(stream_group_load_pending(group, heap, (struct stream_id){5, 1}, 2, 2));
    consumer = stream_consumer_create(group, heap, SPAN("c"), 0);
    assert_null(stream_consumer_create(group, heap, SPAN("c"), 0));
    assert_false(stream_group_load_complete(group));
    assert_false(stream_consumer_load_pending(group, heap, consumer, (struct stream_id){5, 2}));
    assert_true(stream_consumer_load_pending(group, heap, consumer, (struct stream_id){5, 1}));
    assert_false(stream_consumer_load_pending(group, heap, consumer, (struct stream_id){5, 1}));
    assert_true(stream_group_load_complete(group));
    assert_true(stream_kind.release(heap, stream, &budget));
    assert_int_equal(heap_used(heap), 0);
    heap_destroy(heap);
}

static void test_id_texts(void **state)
{
    static const struct {
        const char *text;
        enum stream_id_form form;
        struct stream_id id;
    } rows[] = {
        {"1-2", STREAM_ID_WHOLE, {1, 2}},
        {"7", STREAM_ID_PARTIAL, {7, 77}},
        {"7-*", STREAM_ID_SEQUENCE, {7, 0}},
        {"18446744073709551615-18446744073709551615", STREAM_ID_WHOLE, {UINT64_MAX, UINT64_MAX}},
        {"007-+8", STREAM_ID_WHOLE, {7, 8}},
        {"18446744073709551616-0", STREAM_ID_INVALID, {0, 0}},
        {"", STREAM_ID_INVALID, {0, 0}},
        {"-", STREAM_ID_INVALID, {0, 0}},
        {"-1", STREAM_ID_INVALID, {0, 0}},
        {"1-", STREAM_ID_INVALID, {0, 0}},
        {"1-2-3", STREAM_ID_INVALID, {0, 0}},
        {"1-2*", STREAM_ID_INVALID, {0, 0}},
        {"1.0", STREAM_ID_INVALID, {0, 0}},
    };
    char longer[200];
    struct stream_id id;

    (void)state;
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        assert_int_equal(stream_id_parse(span_of_string(rows[i].text), 77, &id), rows[i].form);
        if (rows[i].form != STREAM_ID_INVALID)
            assert_true(stream_id_equal(id, rows[i].id));
    }
    memset(longer, '0', sizeof(longer));
    assert_int_equal(stream_id_parse(span_of(longer, 128), 0, &id), STREAM_ID_INVALID);
    assert_int_equal(stream_id_parse(span_of(longer, 127), 0, &id), STREAM_ID_PARTIAL);
    assert_int_equal(stream_id_parse(span_of(NULL, 0), 0, &id), STREAM_ID_INVALID);
}

static void test_id_steps(void **state)
{
    struct stream_id id = {1, UINT64_MAX};
    char bytes[STREAM_ID_BYTES];
    char text[STREAM_ID_TEXT_MAX + 1];

    (void)state;
    assert_true(stream_id_increment(&id) && stream_id_equal(id, (struct stream_id){2, 0}));
    assert_true(stream_id_decrement(&id) && stream_id_equal(id, (struct stream_id){1, UINT64_MAX}));
    id = STREAM_ID_MAX;
    assert_false(stream_id_increment(&id));
    assert_int_equal(stream_id_format(text, id), STREAM_ID_TEXT_MAX);
    stream_id_write(bytes, (struct stream_id){1, 0x0203});
    assert_memory_equal(bytes, "\0\0\0\0\0\0\0\1\0\0\0\0\0\0\2\3", STREAM_ID_BYTES);
    assert_true(stream_id_equal(stream_id_read(bytes), (struct stream_id){1, 0x0203}));
    id = STREAM_ID_MIN;
    assert_false(stream_id_decrement(&id));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_same_bytes_as_redis),
        cmocka_unit_test(test_genuine),
        cmocka_unit_test(test_torn),
        cmocka_unit_test(test_each_byte_changed),
        cmocka_unit_test(test_unsound),
        cmocka_unit_test(test_huge_counts),
        cmocka_unit_test(test_loading),
        cmocka_unit_test(test_id_texts),
        cmocka_unit_test(test_id_steps),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
