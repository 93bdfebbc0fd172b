#include "server/journal/journal.h"

#include "proto/base/assert.h"
#include "proto/base/memory.h"

/* Commands that change a key in several steps tell of it several times. */
enum { KEYS_LOOKED_AT = 4 };

void journal_init(struct journal *journal)
{
    *journal = (struct journal){0};
    effects_init(&journal->effects);
    list_init(&journal->readers);
}

void journal_free(struct journal *journal)
{
    ASSERT(journal->depth == 0);
    effects_free(&journal->effects);
    journal_forget_keys(journal);
    memory_free(journal->keys);
}

void journal_attach(struct journal *journal, struct journal_reader *reader)
{
    ASSERT(reader->append != NULL);
    ASSERT(reader->cut != NULL);
    list_push_back(&journal->readers, &reader->link);
    journal->is_read = true;
}

void journal_detach(struct journal *journal, struct journal_reader *reader)
{
    ASSERT(list_linked(&reader->link));
    list_remove(&reader->link);
    journal->is_read = !list_empty(&journal->readers);
    if (!journal->is_read)
        effects_clear(&journal->effects);
}

void journal_append(struct journal *journal, const struct journal_record *record)
{
    ASSERT(record->bytes.length > 0);
    ASSERT((record->parts > 1) == (record->transaction != 0));
    list_for_each (link, &journal->readers) {
        struct journal_reader *reader = list_entry(link, struct journal_reader, link);

        reader->append(reader, record);
    }
}

void journal_cut(struct journal *journal)
{
    ASSERT(effects_empty(&journal->effects));
    list_for_each (link, &journal->readers) {
        struct journal_reader *reader = list_entry(link, struct journal_reader, link);

        reader->cut(reader);
    }
}

void journal_note_key(struct journal *journal, uint32_t database, struct span name)
{
    uint32_t count = journal->key_count;

    for (uint32_t i = count; i > 0 && i + KEYS_LOOKED_AT > count; i--)
        if (journal->keys[i - 1].database == database &&
            span_equal(journal->keys[i - 1].name, name))
            return;
    if (count == journal->key_capacity) {
        journal->key_capacity = count == 0 ? 16 : 2 * count;
        journal->keys =
            memory_resize(journal->keys, journal->key_capacity * sizeof(*journal->keys));
    }
    journal->keys[journal->key_count++] = (struct journal_key){
        .name = span_of(memory_copy(name.data, name.length), name.length), .database = database};
}

void journal_forget_keys(struct journal *journal)
{
    while (journal->key_count > 0)
        memory_free((char *)journal->keys[--journal->key_count].name.data);
}

void journal_emit(struct journal *journal, uint64_t transaction, uint16_t parts)
{
    struct effects *effects = &journal->effects;
    struct journal_record record = {.transaction = transaction, .parts = parts};

    if (effects_empty(effects))
        return;
    record.database = effects->database;
    record.slot = effects->slot;
    record.audience = effects->audience;
    record.bytes = effects_finish(effects);
    journal_append(journal, &record);
    effects_clear(effects);
}
