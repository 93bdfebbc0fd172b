/* The input is a ziplist or a zipmap: what is accepted has the elements that it announces. */
#include "proto/base/assert.h"
#include "proto/rdb/ziplist.h"
#include "proto/rdb/zipmap.h"

#include <stdint.h>
#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check_inside(struct span whole, struct span part)
{
    ASSERT(part.data >= whole.data);
    ASSERT(part.data + part.length <= whole.data + whole.length);
}

static void read_ziplist(struct span bytes)
{
    struct ziplist_element element;
    struct ziplist ziplist;
    uint64_t count = 0;

    if (!ziplist_open(&ziplist, bytes))
        return;
    for (; ziplist_next(&ziplist, &element); count++)
        if (element.bytes.data != element.scratch)
            check_inside(bytes, element.bytes);
    ASSERT(count == ziplist.count);
}

static void read_zipmap(struct span bytes)
{
    struct span field, value;
    struct zipmap zipmap;
    uint64_t count = 0;

    if (!zipmap_open(&zipmap, bytes))
        return;
    for (; zipmap_next(&zipmap, &field, &value); count++) {
        check_inside(bytes, field);
        check_inside(bytes, value);
    }
    ASSERT(count == zipmap.count);
}

/* A header that fits, so that the elements are reached. */
static void mend_ziplist(char *bytes, size_t size)
{
    if (size < 11)
        return;
    for (unsigned i = 0; i < 4; i++)
        bytes[i] = (char)(size >> (8 * i));
    bytes[8] = bytes[9] = bytes[size - 1] = (char)0xff;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    char *copy = malloc(size > 0 ? size : 1);

    if (size > 0)
        memcpy(copy, data, size);
    read_zipmap(span_of(copy, size));
    read_ziplist(span_of(copy, size));
    mend_ziplist(copy, size);
    read_ziplist(span_of(copy, size));
    free(copy);
    return 0;
}
