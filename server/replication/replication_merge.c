#include "server/replication/replication_merge.h"

#include "proto/base/assert.h"
#include "proto/base/memory.h"

static const struct span frame_begin = {"*1\r\n$5\r\nMULTI\r\n", 15};
static const struct span frame_end = {"*1\r\n$4\r\nEXEC\r\n", 14};

/* What is there of one shard. */
struct line {
    struct replication_batch *first;
    struct replication_batch *last;
    size_t position;                       /* in the first, of what comes behind the head */
    const struct replication_record *head; /* the next to pass; NULL: nothing is there */
    struct span bytes;                     /* of the head */
    uint64_t passed;
};

struct replication_merge {
    struct replication_merge_handler handler;
    uint32_t shards;
    bool shard_0_leads; /* a cut has passed, and the command behind it has not */
    struct line lines[];
};

struct replication_merge *replication_merge_create(uint32_t shards,
                                                   const struct replication_merge_handler *handler)
{
    struct replication_merge *merge =
        memory_new_zeroed(1, sizeof(*merge) + shards * sizeof(merge->lines[0]));

    ASSERT(shards > 0);
    merge->handler = *handler;
    merge->shards = shards;
    return merge;
}

void replication_merge_free(struct replication_merge *merge)
{
    if (merge == NULL)
        return;
    for (uint32_t i = 0; i < merge->shards; i++) {
        struct replication_batch *batch = merge->lines[i].first;

        while (batch != NULL) {
            struct replication_batch *next = batch->next;

            memory_free(batch);
            batch = next;
        }
    }
    memory_free(merge);
}

/* ---- Lines ---- */

static void find_head(struct line *line)
{
    line->head = line->first != NULL
                     ? replication_batch_next(line->first, &line->position, &line->bytes)
                     : NULL;
}

static void pop(struct replication_merge *merge, uint32_t shard)
{
    struct line *line = &merge->lines[shard];
    struct replication_batch *batch = line->first;

    ASSERT(line->head != NULL);
    line->passed++;
    if (line->position == batch->length) {
        line->first = batch->next;
        line->position = 0;
        merge->handler.read(merge->handler.context, shard, batch);
    }
    find_head(line);
}

void replication_merge_add(struct replication_merge *merge, uint32_t shard,
                           struct replication_batch *batches)
{
    struct line *line = &merge->lines[shard];

    if (batches == NULL)
        return;
    if (line->first != NULL) {
        line->last->next = batches;
    } else {
        line->first = batches;
        find_head(line);
    }
    while (batches->next != NULL)
        batches = batches->next;
    line->last = batches;
}

/* ---- Passing ---- */

static void write_bytes(struct replication_merge *merge, uint32_t database, struct span bytes)
{
    if (bytes.length > 0)
        merge->handler.write(merge->handler.context, database, bytes);
}

static bool all_are_at(const struct replication_merge *merge, enum replication_record_kind kind)
{
    for (uint32_t i = 0; i < merge->shards; i++)
        if (merge->lines[i].head == NULL || merge->lines[i].head->kind != kind)
            return false;
    return true;
}

/* A barrier: all shards pass it together. */
static bool pass_barrier(struct replication_merge *merge, const struct replication_record *head)
{
    enum replication_record_kind kind = head->kind;
    uint64_t number = head->transaction;

    if (!all_are_at(merge, kind))
        return false;
    for (uint32_t i = 0; i < merge->shards; i++)
        pop(merge, i);
    if (kind == REPLICATION_CUT)
        merge->shard_0_leads = true;
    else
        merge->handler.marked(merge->handler.context, number);
    return true;
}

static bool is_part_of(const struct line *line, uint64_t transaction)
{
    return line->head != NULL && line->head->kind == REPLICATION_WRITE &&
           line->head->transaction == transaction;
}

/* Without the frame that a part of several commands has of its own. */
static struct span unframed(struct span bytes)
{
    size_t frame = frame_begin.length + frame_end.length;

    if (bytes.length <= frame || memcmp(bytes.data, frame_begin.data, frame_begin.length) != 0)
        return bytes;
    return span_of(bytes.data + frame_begin.length, bytes.length - frame);
}

/* All parts of a transaction at once, when they are there. */
static bool pass_transaction(struct replication_merge *merge, const struct replication_record *head)
{
    uint64_t transaction = head->transaction;
    uint32_t missing = head->parts;
    uint32_t database = head->database;
    size_t length = 0;

    for (uint32_t i = 0; i < merge->shards; i++) {
        if (!is_part_of(&merge->lines[i], transaction))
            continue;
        missing--;
        length += merge->lines[i].head->length;
    }
    if (missing > 0)
        return false;
    if (length > 0)
        write_bytes(merge, database, frame_begin);
    for (uint32_t i = 0; i < merge->shards; i++) {
        if (!is_part_of(&merge->lines[i], transaction))
            continue;
        database = merge->lines[i].head->database;
        write_bytes(merge, database, unframed(merge->lines[i].bytes));
        pop(merge, i);
    }
    if (length > 0)
        write_bytes(merge, database, frame_end);
    return true;
}

/* The head of a shard passes, if it may. */
static bool pass(struct replication_merge *merge, uint32_t shard)
{
    const struct line *line = &merge->lines[shard];
    const struct replication_record *head = line->head;

    if (head == NULL || (merge->shard_0_leads && shard != 0))
        return false;
    if (head->kind != REPLICATION_WRITE)
        return pass_barrier(merge, head);
    merge->shard_0_leads = false;
    if (head->parts > 1)
        return pass_transaction(merge, head);
    write_bytes(merge, head->database, line->bytes);
    pop(merge, shard);
    return true;
}

void replication_merge_run(struct replication_merge *merge)
{
    bool moved = true;

    while (moved) {
        moved = false;
        for (uint32_t i = 0; i < merge->shards; i++)
            while (pass(merge, i))
                moved = true;
    }
}

uint64_t replication_merge_passed(const struct replication_merge *merge, uint32_t shard)
{
    ASSERT(shard < merge->shards);
    return merge->lines[shard].passed;
}
