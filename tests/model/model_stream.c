/*
 * Streams and their groups against naive lists: appending, deleting, trimming, ranges, pending
 * entries, copies. The nodes of the reference are filled by number of entries alone.
 */
#include "proto/base/random.h"
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

enum {
    ENTRIES_MAX = 6000,
    NODE_ENTRIES = 7,
    ROUNDS = 30000,
    CHECK_EVERY = 500,
    PAIRS_MAX = 4,
    CONSUMERS = 3,
};

/* An entry of the reference; node numbers only grow. What was deleted stays until its node goes. */
struct row {
    struct stream_id id;
    uint32_t node;
    bool deleted;
    uint32_t pairs;
    uint32_t text; /* chooses the words */
    int consumer;  /* that it is pending for, or -1 */
};

static struct row rows[ENTRIES_MAX];
static uint32_t row_count;
static uint32_t next_node;
static uint64_t length;
static struct stream_id max_deleted;
static struct stream_id pending_gone[ENTRIES_MAX]; /* pending, and no longer among the rows */
static int pending_gone_consumer[ENTRIES_MAX];
static uint32_t pending_gone_count;

/* ---- Words ---- */

static struct span word(uint32_t text, uint32_t index, char *buffer)
{
    static char longer[5000];
    uint32_t mix = text * 2654435761u + index * 40503u;

    /* Fields repeat, so that they are often those of the node. */
    if (index % 2 == 0)
        return span_of_string(index == 0 ? "field" : text % 5 == 0 ? "12345" : "other");
    if (mix % 50 == 0) {
        memset(longer, 'x', sizeof(longer));
        return span_of(longer, mix % sizeof(longer));
    }
    if (mix % 3 == 0)
        return span_of(buffer, (size_t)snprintf(buffer, 32, "%d", (int)mix));
    return span_of(buffer, (size_t)snprintf(buffer, 32, "v%u", mix % 1000));
}

static struct stream_pairs words_of(const struct row *row, struct span words[2 * PAIRS_MAX],
                                    char buffers[2 * PAIRS_MAX][32])
{
    for (uint32_t i = 0; i < 2 * row->pairs; i++)
        words[i] = word(row->text, i, buffers[i]);
    return (struct stream_pairs){words, 2 * row->pairs};
}

/* ---- The reference ---- */

static void drop_rows(uint32_t count)
{
    for (uint32_t i = 0; i < count; i++) {
        if (rows[i].consumer >= 0) {
            pending_gone[pending_gone_count] = rows[i].id;
            pending_gone_consumer[pending_gone_count++] = rows[i].consumer;
        }
    }
    row_count -= count;
    memmove(rows, rows + count, row_count * sizeof(rows[0]));
}

static uint32_t rows_of_first_node(uint32_t *live)
{
    uint32_t count = 0;

    for (*live = 0; count < row_count && rows[count].node == rows[0].node; count++)
        *live += !rows[count].deleted;
    return count;
}

static uint64_t reference_trim(const struct stream_trim *trim)
{
    uint64_t deleted = 0;

    while (row_count > 0) {
        uint32_t live;
        uint32_t count = rows_of_first_node(&live);
        bool whole = trim->by == STREAM_TRIM_LENGTH ? length - live >= trim->length
                                                    : stream_id_less(rows[count - 1].id, trim->id);

        if (trim->by == STREAM_TRIM_LENGTH && length <= trim->length)
            break;
        if (trim->limit != 0 && deleted + live > trim->limit)
            break;
        if (whole) {
            deleted += live;
            length -= live;
            drop_rows(count);
            continue;
        }
        for (uint32_t i = 0; i < count && !trim->approximate; i++) {
            if (trim->by == STREAM_TRIM_LENGTH ? length <= trim->length
                                               : !stream_id_less(rows[i].id, trim->id))
                break;
            length -= !rows[i].deleted;
            deleted += !rows[i].deleted;
            rows[i].deleted = true;
        }
        break;
    }
    return deleted;
}

static bool reference_delete(struct stream_id id)
{
    for (uint32_t i = 0; i < row_count; i++) {
        uint32_t live = 0;
        uint32_t first = i;
        uint32_t behind = i;

        if (!stream_id_equal(rows[i].id, id) || rows[i].deleted)
            continue;
        rows[i].deleted = true;
        length--;
        if (stream_id_less(max_deleted, id))
            max_deleted = id;
        while (first > 0 && rows[first - 1].node == rows[i].node)
            first--;
        while (behind < row_count && rows[behind].node == rows[i].node)
            behind++;
        for (uint32_t j = first; j < behind; j++)
            live += !rows[j].deleted;
        if (live > 0)
            return true;
        for (uint32_t j = first; j < behind; j++) {
            if (rows[j].consumer >= 0) {
                pending_gone[pending_gone_count] = rows[j].id;
                pending_gone_consumer[pending_gone_count++] = rows[j].consumer;
            }
        }
        memmove(&rows[first], &rows[behind], (row_count - behind) * sizeof(rows[0]));
        row_count -= behind - first;
        return true;
    }
    return false;
}

static void reference_append(struct row row)
{
    uint32_t in_node = 0;

    for (uint32_t i = row_count; i-- > 0 && rows[i].node == rows[row_count - 1].node;)
        in_node++;
    if (row_count == 0 || in_node >= NODE_ENTRIES)
        next_node++;
    row.node = row_count == 0 || in_node >= NODE_ENTRIES ? next_node : rows[row_count - 1].node;
    rows[row_count++] = row;
    length++;
}

/* ---- Both together ---- */

static void expect_text(const char *element, struct span expected)
{
    char scratch[LISTPACK_SCRATCH];

    assert_true(span_equal(listpack_text(element, scratch), expected));
}

static void expect_entry(const struct stream_entry *entry, const struct row *row)
{
    struct stream_field field = stream_entry_first_field(entry);
    struct span words[2 * PAIRS_MAX];
    char buffers[2 * PAIRS_MAX][32];

    assert_true(stream_id_equal(entry->id, row->id));
    assert_int_equal(entry->field_count, row->pairs);
    words_of(row, words, buffers);
    for (uint32_t i = 0; i < row->pairs; i++) {
        if (i > 0)
            field = stream_entry_next_field(entry, field);
        expect_text(field.field, word(row->text, 2 * i, buffers[0]));
        expect_text(field.value, word(row->text, 2 * i + 1, buffers[0]));
    }
}

static void expect_range(const struct stream *stream, struct stream_id start, struct stream_id end,
                         bool reverse)
{
    struct stream_cursor cursor;

    stream_cursor_open(&cursor, stream, start, end, reverse);
    for (uint32_t i = 0; i < row_count; i++) {
        const struct row *row = &rows[reverse ? row_count - 1 - i : i];

        if (row->deleted || stream_id_less(row->id, start) || stream_id_less(end, row->id))
            continue;
        assert_true(stream_cursor_next(&cursor));
        expect_entry(&cursor.entry, row);
    }
    assert_false(stream_cursor_next(&cursor));
    assert_false(stream_cursor_next(&cursor));
}

static void expect_pending(const struct stream_group *group, struct stream_id id, int consumer)
{
    const struct stream_pending *pending = stream_pending_find(group, id);
    char name[2] = {(char)('a' + consumer), '\0'};

    assert_int_equal(pending != NULL, consumer >= 0);
    if (pending == NULL)
        return;
    assert_true(span_equal(pending->consumer->name, span_of_string(name)));
    assert_non_null(stream_tree_find(&pending->consumer->pending, id));
}

static void expect_all(const struct stream *stream)
{
    const struct stream_group *group = stream_group_find(stream, SPAN("group"));
    uint64_t pending = pending_gone_count;
    uint64_t owned = 0;
    struct stream_id first = STREAM_ID_MIN;

    assert_true(stream_tree_check(&stream->nodes));
    assert_int_equal(stream->length, length);
    assert_true(stream_id_equal(stream->max_deleted_id, max_deleted));
    expect_range(stream, STREAM_ID_MIN, STREAM_ID_MAX, false);
    expect_range(stream, STREAM_ID_MIN, STREAM_ID_MAX, true);
    for (uint32_t i = row_count; i-- > 0;) {
        first = rows[i].deleted ? first : rows[i].id;
        pending += rows[i].consumer >= 0;
        expect_pending(group, rows[i].id, rows[i].consumer);
    }
    assert_true(stream_id_equal(stream->first_id, first));
    for (uint32_t i = 0; i < pending_gone_count; i++)
        expect_pending(group, pending_gone[i], pending_gone_consumer[i]);
    assert_int_equal(group->pending.count, pending);
    for (uint32_t i = 0; i < group->consumers.count; i++)
        owned += stream_consumer_at(group, i)->pending.count;
    assert_int_equal(owned, pending);
    assert_true(stream_group_load_complete(group));
}

/* Node by node into another stream, as a dump would be read. */
static void expect_loads_again(struct heap *heap, const struct stream *stream)
{
    struct stream *again = stream_create(heap);
    uint32_t budget = UINT32_MAX;

    for (struct stream_tree_place place = stream_tree_first(&stream->nodes);
         !stream_tree_is_end(place); place = stream_tree_next(place)) {
        const struct stream_node *node = stream_tree_at(&stream->nodes, place);
        size_t size = node->length + LISTPACK_FRAME;
        char *bytes = malloc(size);

        listpack_wrap(bytes, span_of(node->body, node->length), node->elements);
        assert_true(stream_load_node(again, heap, node->id, span_of(bytes, size)));
        /* Of a node without entries nothing is kept. */
        assert_int_equal(stream_load_node(again, heap, node->id, span_of(bytes, size)),
                         node->count == 0);
        free(bytes);
    }
    assert_false(stream_load_counters(again, stream->length + 1, stream->last_id,
                                      stream->max_deleted_id, stream->entries_added));
    assert_true(stream_load_counters(again, stream->length, stream->last_id, stream->max_deleted_id,
                                     stream->entries_added));
    expect_range(again, STREAM_ID_MIN, STREAM_ID_MAX, false);
    assert_true(stream_id_equal(again->first_id, stream->first_id));
    assert_true(stream_kind.release(heap, again, &budget));
}

struct run {
    struct heap *heap;
    struct stream *stream;
    struct stream_group *group;
    struct stream_consumer *consumers[CONSUMERS];
    struct random random;
};

static void step_append(struct run *run)
{
    const struct stream_node_limits limits = {.bytes = 0, .entries = NODE_ENTRIES};
    struct row row = {.id = run->stream->last_id, .consumer = -1};
    struct span words[2 * PAIRS_MAX];
    char buffers[2 * PAIRS_MAX][32];

    if (row_count == ENTRIES_MAX)
        return;
    if (random_below(&run->random, 3) == 0) {
        row.id.milliseconds +=
            1 + (random_next(&run->random) >> (14 + random_below(&run->random, 50)));
        row.id.sequence = random_next(&run->random) >> random_below(&run->random, 64);
    }
    if (!stream_id_increment(&row.id))
        return;
    row.pairs = 1 + (uint32_t)random_below(&run->random, PAIRS_MAX);
    row.text = (uint32_t)random_next(&run->random);
    assert_true(
        stream_append(run->stream, run->heap, &limits, row.id, words_of(&row, words, buffers)));
    reference_append(row);
}

static struct stream_id some_id(struct run *run)
{
    struct stream_id id = STREAM_ID_MIN;

    if (row_count > 0)
        id = rows[random_below(&run->random, row_count)].id;
    if (random_below(&run->random, 5) == 0)
        id.sequence += random_below(&run->random, 3) - 1;
    return id;
}

static void step_delete(struct run *run)
{
    struct stream_id id = some_id(run);

    assert_int_equal(stream_delete(run->stream, run->heap, id), reference_delete(id));
}

static void step_trim(struct run *run)
{
    struct stream_trim trim = {
        .by = random_below(&run->random, 2) == 0 ? STREAM_TRIM_LENGTH : STREAM_TRIM_ID,
        .approximate = random_below(&run->random, 2) == 0,
    };
    uint64_t fewer = random_below(&run->random, 40);

    trim.length = length > fewer ? length - fewer : 0;
    if (row_count > 0)
        trim.id = rows[random_below(&run->random, row_count < 40 ? row_count : 40)].id;
    if (trim.approximate && random_below(&run->random, 2) == 0)
        trim.limit = 1 + random_below(&run->random, 30);
    assert_int_equal(stream_trim(run->stream, run->heap, &trim), reference_trim(&trim));
}

static struct row *row_find(struct stream_id id)
{
    for (uint32_t i = 0; i < row_count; i++) {
        if (stream_id_equal(rows[i].id, id))
            return &rows[i];
    }
    return NULL;
}

static void step_give(struct run *run)
{
    int number = (int)random_below(&run->random, CONSUMERS);
    struct stream_id id = some_id(run);
    struct row *row = row_find(id);
    struct stream_entry entry;
    struct stream_pending *pending;

    assert_int_equal(stream_find(run->stream, id, &entry), row != NULL && !row->deleted);
    if (row == NULL || row->deleted)
        return;
    expect_entry(&entry, row);
    pending = stream_pending_give(run->group, run->heap, id, run->consumers[number]);
    assert_int_equal(pending->deliveries == 0, row->consumer < 0);
    pending->deliveries++;
    row->consumer = number;
}

static void step_acknowledge(struct run *run)
{
    bool gone = pending_gone_count > 0 && random_below(&run->random, 2) == 0;
    uint32_t index = gone ? (uint32_t)random_below(&run->random, pending_gone_count) : 0;
    struct stream_id id = gone ? pending_gone[index] : some_id(run);
    struct row *row = row_find(id);
    bool pending = gone || (row != NULL && row->consumer >= 0);

    if (!gone && row == NULL)
        return;
    assert_int_equal(stream_pending_remove(run->group, run->heap, id), pending);
    assert_false(stream_pending_remove(run->group, run->heap, id));
    if (gone) {
        pending_gone[index] = pending_gone[--pending_gone_count];
        pending_gone_consumer[index] = pending_gone_consumer[pending_gone_count];
    } else {
        row->consumer = -1;
    }
}

static void step_forget_consumer(struct run *run)
{
    int number = (int)random_below(&run->random, CONSUMERS);
    char name[2] = {(char)('a' + number), '\0'};
    uint64_t pending = 0;

    for (uint32_t i = 0; i < row_count; i++) {
        pending += rows[i].consumer == number;
        rows[i].consumer = rows[i].consumer == number ? -1 : rows[i].consumer;
    }
    for (uint32_t i = 0; i < pending_gone_count;) {
        if (pending_gone_consumer[i] == number) {
            pending_gone[i] = pending_gone[--pending_gone_count];
            pending_gone_consumer[i] = pending_gone_consumer[pending_gone_count];
            pending++;
        } else {
            i++;
        }
    }
    assert_int_equal(stream_consumer_delete(run->group, run->heap, run->consumers[number]),
                     pending);
    run->consumers[number] = stream_consumer_create(run->group, run->heap, span_of_string(name), 1);
    assert_null(stream_consumer_create(run->group, run->heap, span_of_string(name), 1));
}

static void check(struct run *run)
{
    struct stream *copy = stream_kind.copy(run->heap, run->stream);
    struct stream_id start = some_id(run);
    struct stream_id end = some_id(run);
    uint32_t budget = 3;

    expect_all(run->stream);
    expect_all(copy);
    expect_range(run->stream, start, end, false);
    expect_range(run->stream, start, end, true);
    expect_loads_again(run->heap, run->stream);
    assert_true(stream_kind.memory(run->stream) > run->stream->length);
    while (!stream_kind.release(run->heap, copy, &budget))
        budget = 3;
}

static void run_model(uint64_t seed)
{
    struct run run = {.heap = heap_create()};
    uint32_t budget = UINT32_MAX;

    print_message("TESSERA_SEED=%llu\n", (unsigned long long)seed);
    random_seed(&run.random, seed);
    row_count = next_node = pending_gone_count = 0;
    length = 0;
    max_deleted = STREAM_ID_MIN;
    run.stream = stream_create(run.heap);
    run.group = stream_group_create(run.stream, run.heap, SPAN("group"), STREAM_ID_MIN, 0);
    assert_null(stream_group_create(run.stream, run.heap, SPAN("group"), STREAM_ID_MIN, 0));
    for (int i = 0; i < CONSUMERS; i++)
        run.consumers[i] = stream_consumer_create(
            run.group, run.heap, span_of_string((char[2]){(char)('a' + i), '\0'}), 1);
    for (uint32_t round = 0; round < ROUNDS; round++) {
        uint64_t choice = random_below(&run.random, 1000);

        if (choice < 500)
            step_append(&run);
        else if (choice < 700)
            step_delete(&run);
        else if (choice < 900)
            step_give(&run);
        else if (choice < 990)
            step_acknowledge(&run);
        else if (choice < 999)
            step_trim(&run);
        else
            step_forget_consumer(&run);
        if (round % CHECK_EVERY == 0)
            check(&run);
    }
    check(&run);
    while (!stream_kind.release(run.heap, run.stream, &budget))
        budget = UINT32_MAX;
    assert_int_equal(heap_used(run.heap), 0);
    heap_destroy(run.heap);
}

static void test_random_operations(void **state)
{
    const char *text = getenv("TESSERA_SEED");

    (void)state;
    run_model(text == NULL ? 20231114 : strtoull(text, NULL, 10));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_random_operations),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
