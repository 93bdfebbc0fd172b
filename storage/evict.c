#include "storage/evict.h"

#include "proto/base/assert.h"
#include "storage/keyspace_layout.h"

enum {
    LOOKED_AT_PER_SAMPLE = 4,
    LOOKED_AT_MAX = 64,
    /* With fewer keys in a hundred that expire, their segments are found by the queue. */
    VOLATILE_FEW_PERCENT = 20,
    SOONEST_TRIES = 64,
    FREQUENCY_MAX = 255,
    MINUTES_MASK = 0xffff,
    SECONDS_MAX = 0xffffff,
    /* An access that seems to be so long ago was in the future of a clock that was set back. */
    SECONDS_AHEAD = 1 << 20,
};

/* An entry that a sample has found, and where. */
struct found {
    uint64_t word;
    struct segment *segment;
    uint16_t slot;
};

struct sample {
    struct database *database; /* of all of them */
    uint32_t limit;
    uint32_t count;
    struct found found[LOOKED_AT_MAX];
};

bool evict_possible(const struct keyspace *keyspace, const struct evict_policy *policy)
{
    for (uint32_t number = 0; number < keyspace->database_count; number++) {
        const struct database *database = keyspace->databases[number];

        if (database != NULL &&
            (policy->volatile_only ? database->volatile_size : database->size) > 0)
            return true;
    }
    return false;
}

/* ---- Coldness ---- */

static uint64_t idle_seconds(const struct entry *entry, time_ms now)
{
    uint64_t seconds = (uint64_t)entry_idle_seconds(entry, now);

    return seconds > SECONDS_MAX - SECONDS_AHEAD ? 0 : seconds;
}

/* Of those with the same counter, the one that was accessed longer ago goes first. */
static uint64_t rarity(const struct keyspace *keyspace, const struct entry *entry, time_ms now)
{
    uint64_t minutes = ((uint64_t)(now / 60000) - (entry->access >> 8)) & MINUTES_MASK;

    return (uint64_t)(FREQUENCY_MAX - keyspace_frequency(keyspace, entry, now)) << 16 | minutes;
}

static uint64_t coldness_of(const struct keyspace *keyspace, const struct evict_policy *policy,
                            const struct entry *entry)
{
    if (entry_expiry(entry) <= keyspace->now)
        return UINT64_MAX;
    return policy->order == EVICT_LEAST_RECENT ? idle_seconds(entry, keyspace->now)
                                               : rarity(keyspace, entry, keyspace->now);
}

/* As evict_one tells it. */
static uint32_t coldness_told(const struct evict_policy *policy, uint64_t coldness)
{
    return (uint32_t)(policy->order == EVICT_LEAST_FREQUENT ? coldness >> 16 : coldness);
}

/* ---- Samples ---- */

/* A database, with the weight of its keys that may go; there is one. */
static struct database *choose_database(struct keyspace *keyspace, bool volatile_only)
{
    uint64_t total = 0;
    uint64_t choice;
    uint32_t number = 0;

    for (uint32_t i = 0; i < keyspace->database_count; i++)
        if (keyspace->databases[i] != NULL)
            total += volatile_only ? keyspace->databases[i]->volatile_size
                                   : keyspace->databases[i]->size;
    ASSERT(total > 0);
    choice = random_below(&keyspace->random, total);
    for (;; number++) {
        struct database *database = keyspace->databases[number];
        uint64_t size;

        ASSERT(number < keyspace->database_count);
        if (database == NULL)
            continue;
        size = volatile_only ? database->volatile_size : database->size;
        if (choice < size)
            return database;
        choice -= size;
    }
}

/* Neighbours from some place on, all of which are on their way into the cache then. */
static void take_words(struct keyspace *keyspace, bool volatile_only, uint16_t slot,
                       struct segment *segment, struct sample *sample)
{
    uint32_t capacity = segment->capacity;
    uint32_t start = (uint32_t)random_below(&keyspace->random, capacity);

    if (keyspace_is_hidden(keyspace, slot))
        return;
    for (uint32_t i = 0; i < capacity && sample->count < sample->limit; i++) {
        uint32_t index = start + i < capacity ? start + i : start + i - capacity;
        uint64_t word = segment->words[index];

        if (word == 0 || (volatile_only && !segment_word_volatile(word)))
            continue;
        __builtin_prefetch(segment_word_entry(word));
        sample->found[sample->count++] = (struct found){word, segment, slot};
    }
}

/* Keys that expire are few: their segments are known by the queue. */
static void take_volatile(struct keyspace *keyspace, struct sample *sample)
{
    const struct due_queue *due = &keyspace->set.due;

    for (uint32_t try = 0; try < LOOKED_AT_MAX && sample->count < sample->limit; try++) {
        uint32_t index = (uint32_t)random_below(&keyspace->random, due->count);
        struct segment *segment = segment_of_node(due_queue_at(due, index));

        if (keyspace_segment_in_use(keyspace, segment) &&
            keyspace->spaces[segment->space] == sample->database)
            take_words(keyspace, true, segment->slot, segment, sample);
    }
}

/* From a slot on: the next ones when it has few keys. */
static void take_neighbours(struct keyspace *keyspace, bool volatile_only, struct sample *sample)
{
    const struct database *database = sample->database;
    uint32_t slot = keyspace_random_slot(keyspace, database);
    struct segment *segment = keyspace_random_segment(keyspace, &database->tables[slot]);

    if (segment != NULL)
        take_words(keyspace, volatile_only, (uint16_t)slot, segment, sample);
    for (uint32_t try = 0; try < LOOKED_AT_MAX && sample->count < sample->limit; try++) {
        uint32_t position = table_position(random_next(&keyspace->random));

        slot = keyspace_occupied_from(database, slot + 1);
        if (slot == SLOT_COUNT)
            slot = keyspace_occupied_from(database, 0);
        segment = segment_of_reference(table_reference_at(&database->tables[slot], position));
        take_words(keyspace, volatile_only, (uint16_t)slot, segment, sample);
    }
}

static bool take_sample(struct keyspace *keyspace, bool volatile_only, uint32_t limit,
                        struct sample *sample)
{
    const struct database *database = choose_database(keyspace, volatile_only);

    sample->database = keyspace->spaces[database->space];
    sample->limit = limit;
    sample->count = 0;
    if (volatile_only && database->volatile_size * 100 < database->size * VOLATILE_FEW_PERCENT)
        take_volatile(keyspace, sample);
    else
        take_neighbours(keyspace, volatile_only, sample);
    return sample->count > 0;
}

/* ---- Candidates ---- */

/* Keeps the pool in order; the warmest falls out when it is full. */
static void remember(struct evict_pool *pool, const struct evict_candidate *candidate)
{
    struct evict_candidate *candidates = pool->candidates;
    uint32_t place = pool->count;

    while (place > 0 && candidates[place - 1].coldness > candidate->coldness)
        place--;
    for (uint32_t i = pool->count; i > 0; i--)
        if (candidates[i - 1].entry == candidate->entry)
            return;
    if (pool->count < EVICT_CANDIDATES) {
        memmove(candidates + place + 1, candidates + place,
                (pool->count - place) * sizeof(*candidates));
        pool->count++;
    } else if (place > 0) {
        memmove(candidates, candidates + 1, (--place) * sizeof(*candidates));
    } else {
        return;
    }
    candidates[place] = *candidate;
}

static void remember_sample(struct keyspace *keyspace, const struct evict_policy *policy,
                            const struct sample *sample)
{
    for (uint32_t i = 0; i < sample->count; i++) {
        const struct found *found = &sample->found[i];
        uint32_t shift = TABLE_POSITION_BITS - found->segment->depth;
        struct evict_candidate candidate = {
            .entry = segment_word_entry(found->word),
            .position = (uint32_t)found->segment->prefix << shift,
            .tag = (uint16_t)segment_word_tag(found->word),
            .slot = found->slot,
            .space = sample->database->space,
        };

        candidate.coldness = coldness_of(keyspace, policy, candidate.entry);
        remember(&keyspace->evict_pool, &candidate);
    }
}

/* Where the candidate is now; false when it is gone, or has moved. */
static bool find_again(struct keyspace *keyspace, const struct evict_candidate *candidate,
                       struct keyspace_place *place)
{
    struct database *database = keyspace->spaces[candidate->space];
    uint64_t reference;
    struct segment *segment;

    if (database == NULL || database->detached)
        return false;
    place->database = database;
    place->table = &database->tables[candidate->slot];
    reference = table_reference_at(place->table, candidate->position);
    if (reference == 0)
        return false;
    segment = segment_of_reference(reference);
    for (uint32_t i = segment_home(candidate->tag, segment->capacity); i < segment->capacity; i++) {
        uint64_t word = segment->words[i];

        if (word == 0 || segment_word_tag(word) > candidate->tag)
            return false;
        if (segment_word_entry(word) != candidate->entry)
            continue;
        place->found = (struct table_place){segment, &segment->words[i], segment_word_entry(word)};
        return true;
    }
    return false;
}

/* The coldest candidate that is still there and as cold as it was. */
static bool choose_candidate(struct keyspace *keyspace, const struct evict_policy *policy,
                             struct keyspace_place *place, struct evict_candidate *chosen)
{
    struct evict_pool *pool = &keyspace->evict_pool;

    while (pool->count > 0) {
        uint64_t coldness;

        *chosen = pool->candidates[--pool->count];
        if (!find_again(keyspace, chosen, place) ||
            (policy->volatile_only && !entry_is_volatile(place->found.entry)))
            continue;
        coldness = coldness_of(keyspace, policy, place->found.entry);
        if (coldness >= chosen->coldness || pool->count == 0 ||
            coldness >= pool->candidates[pool->count - 1].coldness)
            return true;
        chosen->coldness = coldness;
        remember(pool, chosen);
    }
    return false;
}

/* ---- The soonest to expire ---- */

/* The soonest of a segment, and when the next one is due. */
struct soonest {
    uint64_t *word;
    time_ms expiry;
    time_ms next;
};

static struct soonest soonest_of(struct segment *segment)
{
    struct soonest soonest = {NULL, TIME_NEVER, TIME_NEVER};

    for (uint32_t i = 0; i < segment->capacity; i++)
        if (segment_word_volatile(segment->words[i]))
            __builtin_prefetch(segment_word_entry(segment->words[i]));
    for (uint32_t i = 0; i < segment->capacity; i++) {
        uint64_t word = segment->words[i];
        time_ms expiry;

        if (!segment_word_volatile(word))
            continue;
        expiry = entry_expiry(segment_word_entry(word));
        if (expiry < soonest.expiry) {
            soonest.next = soonest.expiry;
            soonest.expiry = expiry;
            soonest.word = &segment->words[i];
        } else if (expiry < soonest.next) {
            soonest.next = expiry;
        }
    }
    return soonest;
}

/* The earliest time behind the first one in the queue: one of the next two. */
static time_ms second_due(const struct due_queue *due)
{
    time_ms second = TIME_NEVER;

    for (uint32_t i = 1; i < 3 && i < due->count; i++) {
        time_ms time = due_queue_due(due, due_queue_at(due, i));

        second = time < second ? time : second;
    }
    return second;
}

/* A segment may be queued too early, for a key that is gone; then it goes to its right place. */
static bool choose_soonest(struct keyspace *keyspace, struct keyspace_place *place, uint16_t *slot)
{
    struct due_queue *due = &keyspace->set.due;

    for (uint32_t try = 0; due->count > 0; try++) {
        struct segment *segment = segment_of_node(due_queue_first(due));
        struct soonest soonest;

        if (!keyspace_segment_in_use(keyspace, segment)) {
            due_queue_set(due, keyspace->set.heap, &segment->node, TIME_NEVER);
            continue;
        }
        soonest = soonest_of(segment);
        segment->next_due = soonest.expiry;
        if (soonest.word == NULL || (soonest.expiry > second_due(due) && try < SOONEST_TRIES)) {
            due_queue_set(due, keyspace->set.heap, &segment->node, soonest.expiry);
            continue;
        }
        segment->next_due = soonest.next;
        due_queue_set(due, keyspace->set.heap, &segment->node, soonest.next);
        *slot = segment->slot;
        place->database = keyspace->spaces[segment->space];
        place->table = &place->database->tables[*slot];
        place->found =
            (struct table_place){segment, soonest.word, segment_word_entry(*soonest.word)};
        return true;
    }
    return false;
}

/* ---- Eviction ---- */

/* The place of the first that the sample has found. */
static void place_of_first(const struct sample *sample, struct keyspace_place *place,
                           uint16_t *slot)
{
    const struct found *found = &sample->found[0];
    uint32_t index = 0;

    ASSERT(sample->count > 0);
    while (found->segment->words[index] != found->word)
        index++;
    ASSERT(index < found->segment->capacity);
    *slot = found->slot;
    place->database = sample->database;
    place->table = &sample->database->tables[found->slot];
    place->found = (struct table_place){found->segment, &found->segment->words[index],
                                        segment_word_entry(found->word)};
}

/* When samples have found nothing, though there is something: any key will do. */
static bool choose_any(struct keyspace *keyspace, const struct evict_policy *policy,
                       struct keyspace_place *place, uint16_t *slot)
{
    struct sample sample = {.database = choose_database(keyspace, policy->volatile_only),
                            .limit = 1};

    for (uint32_t at = keyspace_occupied_from(sample.database, 0); at < SLOT_COUNT;
         at = keyspace_occupied_from(sample.database, at + 1)) {
        const struct table *table = &sample.database->tables[at];
        uint32_t position = 0;

        while (position < UINT32_C(1) << TABLE_POSITION_BITS &&
               (!policy->volatile_only || table->volatile_count > 0)) {
            struct segment *segment = segment_of_reference(table_reference_at(table, position));

            take_words(keyspace, policy->volatile_only, (uint16_t)at, segment, &sample);
            if (sample.count > 0) {
                place_of_first(&sample, place, slot);
                return true;
            }
            position = ((uint32_t)segment->prefix + 1) << (TABLE_POSITION_BITS - segment->depth);
        }
    }
    return false;
}

static uint32_t looked_at(const struct evict_policy *policy)
{
    return policy->samples < LOOKED_AT_MAX / LOOKED_AT_PER_SAMPLE
               ? policy->samples * LOOKED_AT_PER_SAMPLE
               : LOOKED_AT_MAX;
}

static bool choose(struct keyspace *keyspace, const struct evict_policy *policy,
                   struct keyspace_place *place, uint16_t *slot, uint64_t *coldness)
{
    struct evict_candidate chosen;
    struct sample sample;

    *coldness = 0;
    if (policy->order == EVICT_SOONEST)
        return choose_soonest(keyspace, place, slot);
    if (policy->order == EVICT_AT_RANDOM) {
        if (!take_sample(keyspace, policy->volatile_only, 1, &sample))
            return choose_any(keyspace, policy, place, slot);
        place_of_first(&sample, place, slot);
        return true;
    }
    if (take_sample(keyspace, policy->volatile_only, looked_at(policy), &sample))
        remember_sample(keyspace, policy, &sample);
    if (!choose_candidate(keyspace, policy, place, &chosen))
        return choose_any(keyspace, policy, place, slot);
    *slot = chosen.slot;
    *coldness = chosen.coldness == UINT64_MAX ? 0 : chosen.coldness;
    return true;
}

static void tell(struct keyspace *keyspace, const struct database *database,
                 const struct entry *entry)
{
    if (entry_expiry(entry) <= keyspace->now) {
        keyspace_tell_expired(keyspace, database, entry);
        return;
    }
    keyspace->evicted++;
    if (__builtin_expect(keyspace->watched.count > 0, 0)) {
        struct key key = keyspace_key(keyspace, entry_key(entry));

        keyspace_touch_watched(keyspace, database->number, &key);
    }
    if (keyspace->evicted_observer != NULL)
        keyspace->evicted_observer(keyspace->evicted_observer_context, database->number, entry);
}

bool evict_one(struct keyspace *keyspace, const struct evict_policy *policy, time_ms now,
               uint32_t *coldness)
{
    struct evict_pool *pool = &keyspace->evict_pool;
    struct keyspace_place place;
    struct key key = {0};
    uint64_t found;

    ASSERT(policy->samples > 0);
    ASSERT(policy->order != EVICT_SOONEST || policy->volatile_only);
    keyspace_see(keyspace, now);
    if (!evict_possible(keyspace, policy))
        return false;
    if (pool->order != policy->order || pool->volatile_only != policy->volatile_only)
        *pool = (struct evict_pool){.order = policy->order, .volatile_only = policy->volatile_only};
    if (!choose(keyspace, policy, &place, &key.slot, &found))
        return false;
    *coldness = coldness_told(policy, found);
    keyspace_before_change(keyspace, place.database, key.slot, place.found.entry);
    tell(keyspace, place.database, place.found.entry);
    keyspace_take(keyspace, &key, &place);
    keyspace_release(keyspace, place.found.entry);
    return true;
}
