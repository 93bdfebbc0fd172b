/*
 * Counting and walking.
 *
 * A cursor:  | 5 bits zero | prefix: 24 | depth: 5 | tag: 16 | slot: 14 |
 */
#include "proto/base/assert.h"
#include "storage/keyspace.h"
#include "storage/keyspace_layout.h"

enum {
    TAG_SHIFT = 14,
    DEPTH_SHIFT = 30,
    PREFIX_SHIFT = 35,
    RANDOM_SEGMENT_TRIES = 32,
    RANDOM_WORD_TRIES = 64,
    RANDOM_TRIES = 128, /* expired keys deleted on the way */
    TTL_SEGMENTS = 16,
};

void keyspace_hide_slot(struct keyspace *keyspace, uint16_t slot, bool hidden)
{
    uint64_t bit = UINT64_C(1) << slot % 64;

    ASSERT(slot < SLOT_COUNT);
    if (hidden == keyspace_is_hidden(keyspace, slot))
        return;
    keyspace->hidden[slot / 64] ^= bit;
    keyspace->hidden_count += hidden ? 1 : UINT32_MAX;
}

bool keyspace_hides_slot(const struct keyspace *keyspace, uint16_t slot)
{
    ASSERT(slot < SLOT_COUNT);
    return keyspace_is_hidden(keyspace, slot);
}

/* The next slot from this one on that is hidden and has keys, or SLOT_COUNT. */
static uint32_t hidden_from(const struct keyspace *keyspace, const struct database *database,
                            uint32_t slot)
{
    if (keyspace->hidden_count == 0)
        return SLOT_COUNT;
    slot = keyspace_occupied_from(database, slot);
    while (slot < SLOT_COUNT && !keyspace_is_hidden(keyspace, slot))
        slot = keyspace_occupied_from(database, slot + 1);
    return slot;
}

/* The next one that is not. */
static uint32_t shown_from(const struct keyspace *keyspace, const struct database *database,
                           uint32_t slot)
{
    slot = keyspace_occupied_from(database, slot);
    while (slot < SLOT_COUNT && keyspace_is_hidden(keyspace, slot))
        slot = keyspace_occupied_from(database, slot + 1);
    return slot;
}

uint64_t keyspace_size(const struct keyspace *keyspace, uint32_t number)
{
    const struct database *database = keyspace->databases[number];
    uint64_t size;

    ASSERT(number < keyspace->database_count);
    if (database == NULL)
        return 0;
    size = database->size;
    for (uint32_t slot = hidden_from(keyspace, database, 0); slot < SLOT_COUNT;
         slot = hidden_from(keyspace, database, slot + 1))
        size -= database->tables[slot].count;
    return size;
}

uint64_t keyspace_volatile_size(const struct keyspace *keyspace, uint32_t number)
{
    const struct database *database = keyspace->databases[number];
    uint64_t size;

    ASSERT(number < keyspace->database_count);
    if (database == NULL)
        return 0;
    size = database->volatile_size;
    for (uint32_t slot = hidden_from(keyspace, database, 0); slot < SLOT_COUNT;
         slot = hidden_from(keyspace, database, slot + 1))
        size -= database->tables[slot].volatile_count;
    return size;
}

uint64_t keyspace_expiring_size(const struct keyspace *keyspace, uint32_t number)
{
    const struct database *database = keyspace->databases[number];

    ASSERT(number < keyspace->database_count);
    return database != NULL ? database->expiring_objects : 0;
}

uint64_t keyspace_slot_size(const struct keyspace *keyspace, uint16_t slot)
{
    uint64_t size = 0;

    ASSERT(slot < SLOT_COUNT);
    for (uint32_t number = 0; number < keyspace->database_count; number++) {
        if (keyspace->databases[number] != NULL)
            size += keyspace->databases[number]->tables[slot].count;
    }
    return size;
}

/* ---- Walks ---- */

/* Whatever a client sends becomes a cursor that points somewhere. */
static struct table_cursor cursor_read(uint64_t cursor)
{
    uint32_t depth = (uint32_t)(cursor >> DEPTH_SHIFT) & 31;

    if (depth > TABLE_POSITION_BITS)
        depth = TABLE_POSITION_BITS;
    return (struct table_cursor){
        .prefix = (uint32_t)(cursor >> PREFIX_SHIFT) & ((UINT32_C(1) << depth) - 1),
        .depth = depth,
        .tag = (uint32_t)(cursor >> TAG_SHIFT) & 0xffff,
    };
}

static uint64_t cursor_write(uint32_t slot, const struct table_cursor *cursor)
{
    return (uint64_t)cursor->prefix << PREFIX_SHIFT | (uint64_t)cursor->depth << DEPTH_SHIFT |
           (uint64_t)cursor->tag << TAG_SHIFT | slot;
}

uint64_t keyspace_scan(const struct keyspace *keyspace, uint32_t number, uint64_t cursor,
                       uint64_t count, keyspace_visitor *visit, void *context)
{
    const struct database *database = keyspace->databases[number];
    struct table_cursor within = cursor_read(cursor);
    uint32_t slot = keyspace_scan_slot(cursor);
    uint64_t remaining = count > 0 ? count : 1;

    ASSERT(number < keyspace->database_count);
    if (database == NULL)
        return KEYSPACE_SCAN_END;
    for (;;) {
        if (!keyspace_is_hidden(keyspace, slot) &&
            !table_scan(&database->tables[slot], &within, &remaining, visit, context))
            return cursor_write(slot, &within);
        slot = shown_from(keyspace, database, slot + 1);
        if (slot == SLOT_COUNT)
            return KEYSPACE_SCAN_END;
        within = (struct table_cursor){0};
        if (remaining == 0)
            return cursor_write(slot, &within);
    }
}

struct limited_visit {
    keyspace_visitor *visit;
    void *context;
    uint64_t left;
};

/* A walk goes on to the end of a tag; the limit is exact. */
static void visit_limited(void *context, const struct entry *entry)
{
    struct limited_visit *limited = context;

    if (limited->left == 0)
        return;
    limited->left--;
    limited->visit(limited->context, entry);
}

void keyspace_slot_visit(const struct keyspace *keyspace, uint16_t slot, uint64_t limit,
                         keyspace_visitor *visit, void *context)
{
    struct limited_visit limited = {visit, context, limit};

    ASSERT(slot < SLOT_COUNT);
    for (uint32_t number = 0; number < keyspace->database_count && limited.left > 0; number++) {
        struct table_cursor cursor = {0};
        uint64_t remaining = limited.left;

        if (keyspace->databases[number] != NULL)
            table_scan(&keyspace->databases[number]->tables[slot], &cursor, &remaining,
                       visit_limited, &limited);
    }
}

/* ---- Samples ---- */

uint16_t keyspace_random_slot(struct keyspace *keyspace, const struct database *database)
{
    uint64_t choice = random_below(&keyspace->random, database->size);
    uint32_t group = 0;
    uint32_t slot;

    while (choice >= database->group_sizes[group]) {
        choice -= database->group_sizes[group++];
        ASSERT(group < GROUPS);
    }
    slot = group * GROUP_SLOTS;
    while (choice >= database->tables[slot].count) {
        choice -= database->tables[slot++].count;
        ASSERT(slot < (group + 1) * GROUP_SLOTS);
    }
    return (uint16_t)slot;
}

/*
 * A segment, with the weight of its keys. A random position falls into a segment with the share
 * that it has of the hashes, and its keys are about the same share of all; what is more or less is
 * evened out by accepting it with a chance in proportion to its density.
 */
struct segment *keyspace_random_segment(struct keyspace *keyspace, const struct table *table)
{
    struct segment *segment = NULL;

    for (uint32_t try = 0; try < RANDOM_SEGMENT_TRIES; try++) {
        uint32_t position = table_position(random_next(&keyspace->random));
        struct segment *found = segment_of_reference(table_reference_at(table, position));
        double density;

        if (found->count == 0)
            continue;
        segment = found;
        density = (double)found->count * (double)(UINT32_C(1) << found->depth) / table->count;
        if (found->depth == 0 || random_unit(&keyspace->random) * 2 < density)
            break;
    }
    return segment;
}

static uint64_t *random_word(struct keyspace *keyspace, struct segment *segment)
{
    uint32_t index = 0;

    ASSERT(segment->count > 0);
    for (uint32_t try = 0; try < RANDOM_WORD_TRIES; try++) {
        index = (uint32_t)random_below(&keyspace->random, segment->capacity);
        if (segment->words[index] != 0)
            return &segment->words[index];
    }
    while (segment->words[index] == 0)
        index = (index + 1) % segment->capacity;
    return &segment->words[index];
}

/* A slot that clients may see: by chance, unless nearly all that there is is hidden. */
static uint16_t random_shown_slot(struct keyspace *keyspace, const struct database *database)
{
    uint16_t slot = keyspace_random_slot(keyspace, database);

    for (uint32_t try = 0; try < RANDOM_TRIES && keyspace_is_hidden(keyspace, slot); try++)
        slot = keyspace_random_slot(keyspace, database);
    return keyspace_is_hidden(keyspace, slot) ? (uint16_t)shown_from(keyspace, database, 0) : slot;
}

struct entry *keyspace_random(struct keyspace *keyspace, uint32_t number, time_ms now)
{
    ASSERT(number < keyspace->database_count);
    keyspace_see(keyspace, now);
    for (uint32_t try = 0; try < RANDOM_TRIES && keyspace_size(keyspace, number) > 0; try++) {
        struct database *database = keyspace->databases[number];
        struct keyspace_place place = {.database = database};
        struct key key = {.slot = random_shown_slot(keyspace, database)};

        place.table = &database->tables[key.slot];
        place.found.segment = keyspace_random_segment(keyspace, place.table);
        if (place.found.segment == NULL)
            continue;
        place.found.word = random_word(keyspace, place.found.segment);
        place.found.entry = segment_word_entry(*place.found.word);
        if (entry_expiry(place.found.entry) > keyspace->now)
            return place.found.entry;
        if (keyspace->keeps_expired)
            continue;
        keyspace_before_change(keyspace, database, key.slot, place.found.entry);
        keyspace_tell_expired(keyspace, database, place.found.entry);
        keyspace_take(keyspace, &key, &place);
        keyspace_release(keyspace, place.found.entry);
    }
    return NULL;
}

int64_t keyspace_average_ttl(struct keyspace *keyspace, uint32_t number, time_ms now)
{
    const struct due_queue *due = &keyspace->set.due;
    const struct database *database = keyspace->databases[number];
    double sum = 0;
    uint64_t count = 0;

    ASSERT(number < keyspace->database_count);
    if (database == NULL || database->volatile_size == 0)
        return 0;
    for (uint32_t try = 0; try < TTL_SEGMENTS && due->count > 0; try++) {
        uint32_t index = (uint32_t)random_below(&keyspace->random, due->count);
        const struct segment *segment = segment_of_node(due_queue_at(due, index));

        if (segment->space != database->space)
            continue;
        for (uint32_t i = 0; i < segment->capacity; i++) {
            if (!segment_word_volatile(segment->words[i]))
                continue;
            sum += (double)(entry_expiry(segment_word_entry(segment->words[i])) - now);
            count++;
        }
    }
    return count == 0 || sum < 0 ? 0 : (int64_t)(sum / (double)count);
}
