#include "server/replication/replication_source.h"

#include "proto/base/assert.h"
#include "proto/base/memory.h"
#include "server/replication/replication_stream.h"
#include "server/shard/shard.h"

/* A larger batch is not kept. */
enum { SPARE_CAPACITY_MAX = 256 * 1024 };

static void put(struct replication_source *source, const struct replication_record *record,
                struct span bytes)
{
    if (source->batch == NULL) {
        source->batch = atomic_exchange_explicit(&source->spare, NULL, memory_order_acquire);
        if (source->batch != NULL)
            source->batch->length = 0;
    }
    source->batch = replication_batch_put(source->batch, record, bytes);
    atomic_store_explicit(&source->appended,
                          atomic_load_explicit(&source->appended, memory_order_relaxed) + 1,
                          memory_order_release);
}

static void append(struct journal_reader *reader, const struct journal_record *record)
{
    /* What is not for replicas leaves its place: other parts and cuts count on it. */
    bool wanted = record->audience & JOURNAL_FOR_REPLICAS;
    const struct replication_record header = {.kind = REPLICATION_WRITE,
                                              .transaction = record->transaction,
                                              .parts = record->parts,
                                              .database = record->database,
                                              .length = wanted ? record->bytes.length : 0};

    put(list_entry(reader, struct replication_source, reader), &header,
        span_of(record->bytes.data, header.length));
}

static void cut(struct journal_reader *reader)
{
    const struct replication_record header = {.kind = REPLICATION_CUT};

    put(list_entry(reader, struct replication_source, reader), &header, span_of(NULL, 0));
}

void replication_source_mark(struct replication_source *source, uint64_t number)
{
    const struct replication_record header = {.kind = REPLICATION_MARK, .transaction = number};

    ASSERT(source->attached);
    put(source, &header, span_of(NULL, 0));
}

void replication_source_attach(struct shard *shard)
{
    struct replication_source *source = &shard->replication_source;

    if (source->attached)
        return;
    source->reader = (struct journal_reader){.append = append, .cut = cut};
    journal_attach(&shard->journal, &source->reader);
    source->attached = true;
}

void replication_source_detach(struct shard *shard)
{
    struct replication_source *source = &shard->replication_source;

    if (!source->attached)
        return;
    journal_detach(&shard->journal, &source->reader);
    source->attached = false;
}

void replication_source_hand_over(struct shard *shard, struct shard *self)
{
    struct replication_source *source = &shard->replication_source;
    struct replication_batch *batch = source->batch;
    struct replication_batch *before = atomic_load_explicit(&source->handed, memory_order_relaxed);

    ASSERT(batch != NULL);
    source->batch = NULL;
    do
        batch->next = before;
    while (!atomic_compare_exchange_weak_explicit(&source->handed, &before, batch,
                                                  memory_order_release, memory_order_relaxed));
    replication_stream_ring(self);
}

struct replication_batch *replication_source_take(struct replication_source *source)
{
    struct replication_batch *newest =
        atomic_exchange_explicit(&source->handed, NULL, memory_order_acquire);
    struct replication_batch *oldest = NULL;

    while (newest != NULL) {
        struct replication_batch *older = newest->next;

        newest->next = oldest;
        oldest = newest;
        newest = older;
    }
    return oldest;
}

void replication_source_give_back(struct replication_source *source,
                                  struct replication_batch *batch)
{
    if (batch->capacity <= SPARE_CAPACITY_MAX)
        batch = atomic_exchange_explicit(&source->spare, batch, memory_order_acq_rel);
    memory_free(batch);
}

void replication_source_free(struct replication_source *source)
{
    struct replication_batch *batch = replication_source_take(source);

    while (batch != NULL) {
        struct replication_batch *next = batch->next;

        memory_free(batch);
        batch = next;
    }
    memory_free(source->batch);
    memory_free(atomic_load(&source->spare));
}
