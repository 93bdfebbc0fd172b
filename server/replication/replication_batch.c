#include "server/replication/replication_batch.h"

#include "proto/base/assert.h"
#include "proto/base/memory.h"

enum { CAPACITY_FIRST = 16 * 1024, ALIGNMENT = 8 };

_Static_assert(sizeof(struct replication_record) % ALIGNMENT == 0, "records are aligned");

static size_t padded(size_t length)
{
    return (length + ALIGNMENT - 1) / ALIGNMENT * ALIGNMENT;
}

static struct replication_batch *with_room(struct replication_batch *batch, size_t more)
{
    size_t length = batch != NULL ? batch->length : 0;
    size_t capacity = batch != NULL ? batch->capacity : CAPACITY_FIRST;

    if (batch != NULL && length + more <= capacity)
        return batch;
    while (capacity < length + more)
        capacity *= 2;
    batch = memory_resize(batch, sizeof(*batch) + capacity);
    batch->next = NULL;
    batch->length = length;
    batch->capacity = capacity;
    return batch;
}

struct replication_batch *replication_batch_put(struct replication_batch *batch,
                                                const struct replication_record *record,
                                                struct span bytes)
{
    size_t size = sizeof(*record) + padded(bytes.length);
    char *place;

    ASSERT(record->length == bytes.length);
    batch = with_room(batch, size);
    place = batch->bytes + batch->length;
    memcpy(place, record, sizeof(*record));
    if (bytes.length > 0)
        memcpy(place + sizeof(*record), bytes.data, bytes.length);
    batch->length += size;
    return batch;
}

const struct replication_record *replication_batch_next(const struct replication_batch *batch,
                                                        size_t *position, struct span *bytes)
{
    const struct replication_record *record;

    ASSERT(*position < batch->length);
    record = (const struct replication_record *)(batch->bytes + *position);
    *bytes = span_of((const char *)(record + 1), record->length);
    *position += sizeof(*record) + padded(record->length);
    return record;
}
