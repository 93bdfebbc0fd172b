/*
 * Any bytes as a HyperLogLog: reading, marking, merging and making dense stay inside the string,
 * agree with each other on whether it is whole, and keep a whole one whole.
 *
 * The first four bytes choose marks and the limit of sparse strings; the rest is the string, as it
 * is and with a header put in front.
 */
#include "proto/base/assert.h"
#include "proto/base/memory.h"
#include "proto/base/random.h"
#include "storage/types/hyperloglog.h"

#include <stdlib.h>

enum { CHOICES = 4, MARKS = 64 };

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void look_at(struct span string, uint32_t choices)
{
    struct hyperloglog *hyperloglog = memory_new(sizeof(*hyperloglog));
    uint8_t registers[HYPERLOGLOG_REGISTERS] = {0};
    struct random random;
    uint64_t cardinality;
    bool whole = hyperloglog_count(string, &cardinality);
    size_t limit = choices % 40000;

    random_seed(&random, choices);
    ASSERT(hyperloglog_merge(string, registers) == whole);
    for (size_t offset = HYPERLOGLOG_HEADER;
         !hyperloglog_is_dense(string) && offset < string.length;) {
        struct hyperloglog_run run = hyperloglog_run_at(string, offset);

        ASSERT(run.bytes == 1 || run.bytes == 2);
        offset += run.bytes;
    }
    if (hyperloglog_load(hyperloglog, string)) {
        for (int i = 0; i < MARKS; i++) {
            struct hyperloglog_mark mark = {
                .index = (uint32_t)random_below(&random, HYPERLOGLOG_REGISTERS),
                .value = (uint8_t)(1 + random_below(&random, 51)),
            };
            enum hyperloglog_result result = hyperloglog_raise(hyperloglog, mark, limit);

            ASSERT(result != HYPERLOGLOG_CORRUPT || !whole);
            ASSERT(result != HYPERLOGLOG_CHANGED || mark.value > registers[mark.index] || !whole);
            if (registers[mark.index] < mark.value)
                registers[mark.index] = mark.value;
            ASSERT(hyperloglog->length <= HYPERLOGLOG_LENGTH_MAX);
        }
        ASSERT(hyperloglog_count(hyperloglog_string(hyperloglog), &cardinality) == whole);
        ASSERT(!whole || cardinality == hyperloglog_count_registers(registers));
        ASSERT(hyperloglog_make_dense(hyperloglog) == whole);
    } else {
        ASSERT(!whole);
    }
    memory_free(hyperloglog);
}

/* A block of exactly its size, so that reading past it is seen. */
static void look_at_copy(struct span header, const uint8_t *data, size_t size, uint32_t choices)
{
    size_t length = header.length + size;
    char *copy = memory_new(length + (length == 0));
    struct span string = span_of(copy, length);

    if (header.length > 0)
        memcpy(copy, header.data, header.length);
    if (size > 0)
        memcpy(copy + header.length, data, size);
    if (hyperloglog_is(string))
        look_at(string, choices);
    memory_free(copy);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    uint32_t choices;

    if (size < CHOICES)
        return 0;
    memcpy(&choices, data, CHOICES);
    look_at_copy(SPAN(""), data + CHOICES, size - CHOICES, choices);
    look_at_copy(SPAN("HYLL\1\0\0\0\0\0\0\0\0\0\0\x80"), data + CHOICES, size - CHOICES, choices);
    return 0;
}
