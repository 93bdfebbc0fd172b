/*
 * A node of a stream from a dump: any bytes are judged without reading outside of them, and what is
 * taken as a node can be read from both ends, changed and trimmed.
 *
 * The first byte chooses what is done; the rest is the listpack, or (bit 7) a body that is given a
 * header and an end, so that the listpack itself need not be found by chance.
 */
#include "proto/base/assert.h"
#include "storage/types/stream.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static const struct stream_id node_id = {1000, 5};

/* Every byte of every field and value is looked at. */
static void read_entry(const struct stream_entry *entry)
{
    struct stream_field field = stream_entry_first_field(entry);
    char scratch[LISTPACK_SCRATCH];
    volatile char sum = 0;

    for (uint32_t i = 0; i < entry->field_count; i++) {
        struct span text;

        if (i > 0)
            field = stream_entry_next_field(entry, field);
        text = listpack_text(field.field, scratch);
        for (size_t k = 0; k < text.length; k++)
            sum = (char)(sum + text.data[k]);
        text = listpack_text(field.value, scratch);
        for (size_t k = 0; k < text.length; k++)
            sum = (char)(sum + text.data[k]);
    }
}

/* Forwards and back there are the same entries. */
static void walk(const struct stream *stream)
{
    struct stream_cursor cursor;
    struct stream_entry entry;
    uint64_t forward = 0;
    uint64_t back = 0;
    struct stream_id last = STREAM_ID_MIN;

    stream_cursor_open(&cursor, stream, STREAM_ID_MIN, STREAM_ID_MAX, false);
    while (stream_cursor_next(&cursor)) {
        ASSERT(forward == 0 || stream_id_less(last, cursor.entry.id));
        last = cursor.entry.id;
        read_entry(&cursor.entry);
        ASSERT(stream_find(stream, last, &entry));
        forward++;
    }
    stream_cursor_open(&cursor, stream, STREAM_ID_MIN, STREAM_ID_MAX, true);
    while (stream_cursor_next(&cursor)) {
        ASSERT(back > 0 || stream_id_equal(cursor.entry.id, last));
        read_entry(&cursor.entry);
        back++;
    }
    ASSERT(forward == stream->length && back == forward);
}

static void change(struct stream *stream, struct heap *heap, uint8_t choice)
{
    const struct stream_node_limits limits = {.bytes = 0, .entries = 0};
    const struct span words[] = {SPAN("field"), SPAN("value"), SPAN("1"), SPAN("-5")};
    struct stream_trim trim = {
        .by = (choice & 1) != 0 ? STREAM_TRIM_ID : STREAM_TRIM_LENGTH,
        .length = stream->length / 2,
        .id = stream->first_id,
        .approximate = (choice & 2) != 0,
    };
    struct stream_id id = stream->last_id;

    if ((choice & 4) != 0)
        stream_delete(stream, heap, stream->first_id);
    if ((choice & 8) != 0)
        stream_delete(stream, heap, stream->last_id);
    walk(stream);
    if (stream_id_increment(&id))
        ASSERT(stream_append(stream, heap, &limits, id, (struct stream_pairs){words, 4}));
    walk(stream);
    stream_trim(stream, heap, &trim);
    walk(stream);
}

static void load(uint8_t choice, struct span listpack)
{
    struct heap *heap = heap_create();
    struct stream *stream = stream_create(heap);
    uint32_t budget = 1;

    if (stream_load_node(stream, heap, node_id, listpack) &&
        stream_load_counters(stream, stream->length, stream->last_id, STREAM_ID_MIN,
                             stream->length)) {
        void *copy;

        walk(stream);
        copy = stream_kind.copy(heap, stream);
        change(stream, heap, choice);
        walk(copy);
        while (!stream_kind.release(heap, copy, &budget))
            budget = 1;
    }
    budget = 1;
    while (!stream_kind.release(heap, stream, &budget))
        budget = 1;
    ASSERT(heap_used(heap) == 0);
    heap_destroy(heap);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    char *copy;
    size_t length = 0;

    if (size < 2)
        return 0;
    copy = malloc(size + LISTPACK_FRAME);
    if ((data[0] & 0x80) != 0) {
        struct span body = span_of((const char *)data + 1, size - 1);
        uint32_t count;

        if (listpack_body_validate(body, &count))
            length = (size_t)(listpack_wrap(copy, body, count) - copy);
    } else {
        length = size - 1;
        memcpy(copy, data + 1, length);
    }
    if (length > 0) {
        /* Of exactly that size, so that reading behind it is seen. */
        char *exact = malloc(length);

        memcpy(exact, copy, length);
        load(data[0], span_of(exact, length));
        free(exact);
    }
    free(copy);
    return 0;
}
