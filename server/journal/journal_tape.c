#include "server/journal/journal_tape.h"

#include "proto/base/memory.h"

struct take {
    struct list_link link;
    struct journal_record record; /* without bytes: a cut */
};

struct journal_tape {
    struct journal_reader reader;
    struct list_link takes;
    uint64_t count;
};

static void keep(struct journal_reader *reader, const struct journal_record *record)
{
    struct journal_tape *tape = list_entry(reader, struct journal_tape, reader);
    struct take *take = memory_new_zeroed(1, sizeof(*take));

    take->record = *record;
    if (record->bytes.length > 0)
        take->record.bytes.data = memory_copy(record->bytes.data, record->bytes.length);
    list_push_back(&tape->takes, &take->link);
    tape->count++;
}

static void keep_cut(struct journal_reader *reader)
{
    struct journal_record nothing = {.bytes = SPAN("")};

    keep(reader, &nothing);
}

struct journal_tape *journal_tape_create(void)
{
    struct journal_tape *tape = memory_new_zeroed(1, sizeof(*tape));

    tape->reader.append = keep;
    tape->reader.cut = keep_cut;
    list_init(&tape->takes);
    return tape;
}

static struct take *next(struct journal_tape *tape)
{
    struct list_link *link = list_pop_front(&tape->takes);

    return link == NULL ? NULL : list_entry(link, struct take, link);
}

static void release(struct take *take)
{
    if (take->record.bytes.length > 0)
        memory_free((char *)take->record.bytes.data);
    memory_free(take);
}

void journal_tape_free(struct journal_tape *tape)
{
    struct take *take;

    while (tape != NULL && (take = next(tape)) != NULL)
        release(take);
    memory_free(tape);
}

struct journal_reader *journal_tape_reader(struct journal_tape *tape)
{
    return &tape->reader;
}

void journal_tape_take(struct journal_tape *tape, struct reply *reply)
{
    struct take *take;

    reply_array(reply, tape->count);
    while ((take = next(tape)) != NULL) {
        const struct journal_record *record = &take->record;

        if (record->bytes.length == 0) {
            reply_array(reply, 0);
        } else {
            reply_array(reply, 6);
            reply_integer(reply, record->database);
            reply_integer(reply, record->slot);
            reply_integer(reply, record->parts);
            reply_integer(reply, (int64_t)record->transaction);
            reply_integer(reply, record->audience);
            reply_bulk(reply, record->bytes);
        }
        release(take);
    }
    tape->count = 0;
}
