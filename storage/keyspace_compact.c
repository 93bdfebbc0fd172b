/* Moving entries out of sparse pages of the heap. */
#include "proto/base/assert.h"
#include "storage/keyspace.h"
#include "storage/keyspace_layout.h"

enum {
    REGIONS_AT_ONCE = 16, /* a region has 64 pages to look at */
    /* An object up to so many bytes is made anew; larger ones stay, as a slice has an end. */
    OBJECT_BYTES_MAX = 64 * 1024,
    /* Objects are made anew, whatever page they lie in, when a fifth of the heap is to be moved. */
    REMAKE_PART = 5,
    PAGE_BYTES = 32 * 1024,
};

/* ---- One entry ---- */

/* As many entries as could have been copied meanwhile. */
static void spend(uint32_t *budget, size_t bytes)
{
    *budget -= bytes / 256 < *budget ? (uint32_t)(bytes / 256) : *budget;
}

/* The entry's object becomes another one with the same elements. */
static void remake(struct keyspace *keyspace, uint32_t number, uint16_t slot, struct entry *entry,
                   uint32_t *budget)
{
    struct keyspace_compaction *figures = &keyspace->compacting.figures;
    const struct object_kind *kind = object_kind_of(entry_type(entry));
    void *object = entry_object(entry);
    size_t bytes = kind->memory(object);
    void *other;

    /* Nor does one that the walker is in the middle of move. */
    if (bytes > OBJECT_BYTES_MAX || (kind->watch != NULL && *kind->watch(object) != NULL)) {
        figures->blocks_kept++;
        return;
    }
    other = kind->copy(keyspace->set.heap, object);
    if (kind->due != NULL)
        keyspace_elements_forget(keyspace, kind->due(object));
    object_release(keyspace->set.heap, entry_type(entry), object);
    memcpy(entry_value(entry), &other, sizeof(other));
    if (kind->due != NULL && kind->next_expiry(other) != TIME_NEVER) {
        struct key key = keyspace_key(keyspace, entry_key(entry));

        ASSERT(key.slot == slot);
        keyspace_elements_queue(keyspace, number, &key, entry);
    }
    figures->blocks_moved++;
    spend(budget, bytes);
}

static void compact_entry(struct keyspace *keyspace, uint32_t number, uint16_t slot, uint64_t *word,
                          uint32_t *budget)
{
    struct compacting *compacting = &keyspace->compacting;
    struct keyspace_compaction *figures = &compacting->figures;
    struct entry *entry = segment_word_entry(*word);
    uint64_t before = figures->blocks_moved;
    struct entry *now =
        entry_relocate(keyspace->set.heap, entry, &figures->blocks_moved, &figures->blocks_kept);

    if (now != entry)
        *word = segment_word(segment_word_tag(*word), now, segment_word_volatile(*word));
    if (now->encoding == ENCODING_BLOCK && figures->blocks_moved != before)
        spend(budget, string_block_memory(entry_block(now)));
    if (now->encoding == ENCODING_OBJECT && compacting->remakes_objects)
        remake(keyspace, number, slot, now, budget);
    if (figures->blocks_moved != before)
        figures->keys_moved++;
    else
        figures->keys_kept++;
}

/* ---- All of them ---- */

static void compact_segment(struct keyspace *keyspace, uint32_t number, uint16_t slot,
                            struct segment *segment, uint32_t *budget)
{
    for (uint32_t i = 0; i < segment->capacity; i++)
        if (segment->words[i] != 0)
            __builtin_prefetch(segment_word_entry(segment->words[i]));
    for (uint32_t i = 0; i < segment->capacity; i++) {
        if (segment->words[i] == 0)
            continue;
        compact_entry(keyspace, number, slot, &segment->words[i], budget);
        *budget -= *budget > 0;
    }
}

/* True when the database is done. */
static bool compact_database(struct keyspace *keyspace, const struct database *database,
                             uint32_t *budget)
{
    struct compacting *compacting = &keyspace->compacting;

    for (;;) {
        uint32_t slot = keyspace_occupied_from(database, compacting->slot);
        const struct table *table;

        if (slot == SLOT_COUNT)
            return true;
        if (slot != compacting->slot)
            compacting->position = 0;
        compacting->slot = slot;
        table = &database->tables[compacting->slot];
        while (compacting->position < UINT32_C(1) << TABLE_POSITION_BITS) {
            struct segment *segment =
                segment_of_reference(table_reference_at(table, compacting->position));

            if (*budget == 0)
                return false;
            compact_segment(keyspace, compacting->number, (uint16_t)compacting->slot, segment,
                            budget);
            compacting->position = ((uint32_t)segment->prefix + 1)
                                   << (TABLE_POSITION_BITS - segment->depth);
        }
        compacting->position = 0;
        compacting->slot++;
    }
}

static void begin(struct keyspace *keyspace)
{
    struct compacting *compacting = &keyspace->compacting;

    heap_compact_begin(keyspace->set.heap);
    compacting->phase = COMPACT_CHOOSES;
    compacting->number = compacting->slot = compacting->position = 0;
}

/* True when there is something to move. */
static bool choose(struct keyspace *keyspace)
{
    struct heap *heap = keyspace->set.heap;

    if (heap_compact_choose(heap, REGIONS_AT_ONCE))
        return true;
    keyspace->compacting.phase = COMPACT_MOVES;
    keyspace->compacting.remakes_objects =
        heap_compact_chosen(heap) * PAGE_BYTES * REMAKE_PART > heap_held(heap);
    keyspace->compacting.chosen = heap_compact_chosen(heap);
    keyspace->compacting.figures.pages_chosen += keyspace->compacting.chosen;
    return keyspace->compacting.chosen > 0;
}

bool keyspace_compact(struct keyspace *keyspace, uint32_t budget)
{
    struct compacting *compacting = &keyspace->compacting;

    ASSERT(keyspace_compact_may_run(keyspace));
    if (compacting->phase == COMPACT_IDLE)
        begin(keyspace);
    if (compacting->phase == COMPACT_CHOOSES) {
        if (choose(keyspace))
            return true;
        keyspace_compact_stop(keyspace);
        return false;
    }
    for (; compacting->number < keyspace->database_count; compacting->number++) {
        const struct database *database = keyspace->databases[compacting->number];

        if (heap_compact_chosen(keyspace->set.heap) == 0)
            break;
        if (database != NULL && !compact_database(keyspace, database, &budget))
            return true;
        compacting->slot = compacting->position = 0;
    }
    keyspace_compact_stop(keyspace);
    return false;
}

bool keyspace_compact_may_run(const struct keyspace *keyspace)
{
    return keyspace->walker == NULL;
}

void keyspace_compact_stop(struct keyspace *keyspace)
{
    struct compacting *compacting = &keyspace->compacting;

    if (compacting->phase == COMPACT_MOVES)
        compacting->figures.pages_emptied +=
            compacting->chosen - heap_compact_chosen(keyspace->set.heap);
    if (compacting->phase != COMPACT_IDLE)
        heap_compact_end(keyspace->set.heap);
    compacting->phase = COMPACT_IDLE;
}

const struct keyspace_compaction *keyspace_compact_figures(const struct keyspace *keyspace)
{
    return &keyspace->compacting.figures;
}
