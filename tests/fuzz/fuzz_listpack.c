/*
 * Any bytes are judged without reading outside of them; what is taken as a listpack reads the same
 * from both ends, and written anew it says the same.
 */
#include "proto/base/assert.h"
#include "storage/types/listpack.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* Every element written anew by its text, in a block of its own size. */
static void rewrite(const char *element)
{
    char scratch[LISTPACK_SCRATCH];
    char again[LISTPACK_SCRATCH];
    struct listpack_value value = listpack_value(listpack_text(element, scratch));
    size_t encoded = listpack_encoded_size(&value);
    char *copy = malloc(encoded);
    int64_t number;

    ASSERT(encoded <= listpack_size(element));
    ASSERT(listpack_write(copy, &value) == copy + encoded);
    ASSERT(listpack_equal(element, &value) && listpack_equal(copy, &value));
    ASSERT(span_equal(listpack_text(copy, again), value.string));
    ASSERT(listpack_integer(element, &number) == value.is_integer);
    ASSERT(listpack_body_validate(span_of(copy, encoded), NULL));
    free(copy);
}

/* Many at once, or one after the other: the same bytes. */
static void reply_both_ways(struct span body, uint32_t count)
{
    struct reply many;
    struct reply single;

    reply_init(&many, 2);
    reply_init(&single, 2);
    ASSERT(listpack_reply_bulks(body, body.data, UINT32_MAX, &many) == count);
    for (const char *element = listpack_first(body); element != NULL;
         element = listpack_next(body, element))
        listpack_reply_bulk(element, &single);
    ASSERT(span_equal(span_of(many.bytes, many.length), span_of(single.bytes, single.length)));
    reply_free(&many);
    reply_free(&single);
}

static void walk(struct span body)
{
    uint32_t count = 0;
    const char *last = NULL;

    for (const char *element = listpack_first(body); element != NULL;
         element = listpack_next(body, element)) {
        struct listpack_value value = listpack_read(element);
        const char *found = listpack_find(body, body.data, &value, 1);

        ASSERT(listpack_previous(body, element) == last);
        ASSERT(found != NULL && found <= element);
        if (count < 100) {
            ASSERT(listpack_seek(body, count) == element);
            rewrite(element);
        }
        last = element;
        count++;
    }
    ASSERT(listpack_last(body) == last);
    ASSERT(listpack_count(body) == count);
    reply_both_ways(body, count);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    char *copy = malloc(size + LISTPACK_FRAME);
    struct span body;
    uint32_t count;

    if (size > 0)
        memcpy(copy, data, size);
    copy = realloc(copy, size == 0 ? 1 : size);
    if (listpack_validate(span_of(copy, size), true, &body))
        walk(body);
    /* A bare body gets further: nothing has to be guessed but the elements. */
    body = span_of(copy, size);
    if (listpack_body_validate(body, &count)) {
        char *whole = malloc(size + LISTPACK_FRAME);

        walk(body);
        ASSERT(listpack_wrap(whole, body, count) == whole + size + LISTPACK_FRAME);
        ASSERT(listpack_validate(span_of(whole, size + LISTPACK_FRAME), true, &body));
        ASSERT(body.length == size);
        free(whole);
    }
    free(copy);
    return 0;
}
