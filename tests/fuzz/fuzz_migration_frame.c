/*
 * The input is what the target of a slot migration is sent, behind a byte that says how much of it
 * is torn off. Frames that are read make the same bytes when they are written; torn, all but the
 * last ones are the same. Their commands are split by slot, as records of the journal are: what is
 * handed on is of a slot, lies in the record, and comes in its order.
 */
#include "proto/base/assert.h"
#include "proto/base/memory.h"
#include "server/migration/migration_frame.h"
#include "server/migration/migration_records.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

struct place {
    struct span record;
    const char *at; /* behind what was handed on */
};

static void take(void *context, uint32_t slot, uint32_t database, struct span commands)
{
    struct place *place = context;

    (void)database;
    ASSERT(slot < SLOT_COUNT);
    ASSERT(commands.length > 0);
    ASSERT(commands.data >= place->at);
    place->at = commands.data + commands.length;
    ASSERT(place->at <= place->record.data + place->record.length);
}

static void split(const struct migration_frame *frame)
{
    struct journal_record record = {
        .database = frame->database, .slot = JOURNAL_MANY_SLOTS, .bytes = frame->commands};
    struct place place = {frame->commands, frame->commands.data};

    (void)migration_records_split(&record, take, &place);
}

/* Reads all there are and writes them again; how many there are. */
static uint32_t read_frames(struct span bytes, struct rdb_writer *again)
{
    struct migration_frame frame;
    struct span rest = bytes;
    uint32_t count = 0;

    while (migration_frame_read(&rest, &frame)) {
        ASSERT(frame.slot < SLOT_COUNT);
        ASSERT(frame.commands.data + frame.commands.length == rest.data);
        split(&frame);
        migration_frame_write(again, &frame);
        count++;
    }
    ASSERT(rest.data + rest.length == bytes.data + bytes.length);
    ASSERT(span_equal(rdb_writer_span(again), span_of(bytes.data, bytes.length - rest.length)));
    return count;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct rdb_writer whole, torn;
    size_t length;
    char *copy;

    if (size < 2)
        return 0;
    /* In a block of its very size, so that a read behind it is found. */
    length = size - 1 - data[0] % size;
    copy = memory_copy(data + 1, length + (length == 0));
    rdb_writer_init(&whole, false);
    rdb_writer_init(&torn, false);
    ASSERT(read_frames(span_of(copy, length), &torn) <=
           read_frames(span_of((const char *)data + 1, size - 1), &whole));
    ASSERT(rdb_writer_span(&torn).length <= rdb_writer_span(&whole).length);
    ASSERT(span_equal(rdb_writer_span(&torn),
                      span_of(rdb_writer_span(&whole).data, rdb_writer_span(&torn).length)));
    rdb_writer_free(&torn);
    rdb_writer_free(&whole);
    memory_free(copy);
    return 0;
}
