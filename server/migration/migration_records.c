#include "server/migration/migration_records.h"

#include "proto/aof/aof_reader.h"
#include "proto/base/number.h"
#include "proto/key_slot/key_slot.h"
#include "server/commands/command.h"

static bool is_named(const struct aof_reader *reader, struct span name)
{
    return span_equal_ignoring_case(reader->argv[0], name);
}

/* Of all keys; JOURNAL_MANY_SLOTS, or JOURNAL_NO_SLOT without keys. */
static uint32_t slot_of(const struct aof_reader *reader)
{
    const struct command *container;
    const struct command *command = command_find_arguments(reader->argv, reader->argc, &container);
    struct key_position positions[64];
    uint32_t slot = JOURNAL_NO_SLOT;
    int64_t count;

    if (command == NULL)
        return JOURNAL_NO_SLOT;
    count = command_keys(command, reader->argv, reader->argc, positions, 64);
    for (int64_t i = 0; i < count && i < 64; i++) {
        uint32_t of_key = key_slot(reader->argv[positions[i].index]);

        if (slot != JOURNAL_NO_SLOT && of_key != slot)
            return JOURNAL_MANY_SLOTS;
        slot = of_key;
    }
    return slot;
}

/* What has no keys and yet changes data: all of it. */
static bool is_harmless(const struct aof_reader *reader)
{
    return is_named(reader, SPAN("FUNCTION")) || is_named(reader, SPAN("MULTI")) ||
           is_named(reader, SPAN("EXEC")) || is_named(reader, SPAN("PUBLISH")) ||
           is_named(reader, SPAN("SPUBLISH"));
}

static bool split(struct aof_reader *reader, uint32_t database, migration_record_taker *take,
                  void *context)
{
    while (aof_reader_next(reader) == AOF_COMMAND) {
        struct span bytes =
            span_of(reader->bytes + reader->start, reader->position - reader->start);
        uint32_t slot;
        int64_t number;

        if (is_named(reader, SPAN("SELECT"))) {
            if (reader->argc == 2 && number_parse_integer(reader->argv[1], &number))
                database = (uint32_t)number;
            continue;
        }
        slot = slot_of(reader);
        if (slot == JOURNAL_MANY_SLOTS || (slot == JOURNAL_NO_SLOT && !is_harmless(reader)))
            return false;
        if (slot != JOURNAL_NO_SLOT)
            take(context, slot, database, bytes);
    }
    return true;
}

bool migration_records_split(const struct journal_record *record, migration_record_taker *take,
                             void *context)
{
    struct aof_reader reader;
    bool whole;

    if (record->slot < SLOT_COUNT) {
        take(context, record->slot, record->database, record->bytes);
        return true;
    }
    reader = aof_reader_of(record->bytes);
    whole = split(&reader, record->database, take, context);
    aof_reader_free(&reader);
    return whole;
}
