#include "storage/table.h"

#include "proto/base/assert.h"
#include "storage/key_hash.h"

#include <string.h>

enum {
    /* Two segments become one when they hold no more than this together. */
    MERGED_ENTRIES_MAX = 96,
    WORDS_MAX = SEGMENT_CAPACITY_MAX,
};

/* ---- Directories ---- */

static size_t directory_bytes(uint32_t depth)
{
    return sizeof(struct table_directory) + (sizeof(uint64_t) << depth);
}

static uint64_t directory_reference(const struct table_directory *directory)
{
    return TABLE_DIRECTORY_FLAG | (uint64_t)directory->depth << 48 | (uint64_t)(uintptr_t)directory;
}

static struct table_directory *directory_create(struct table_set *set, uint32_t base,
                                                uint32_t depth)
{
    struct table_directory *directory = heap_allocate(set->heap, directory_bytes(depth));

    ASSERT(depth <= TABLE_DIRECTORY_BITS);
    ASSERT(base + depth <= TABLE_POSITION_BITS);
    memset(directory, 0, sizeof(*directory));
    directory->base = (uint8_t)base;
    directory->depth = (uint8_t)depth;
    set->bytes += heap_block_size(directory_bytes(depth));
    return directory;
}

static void directory_destroy(struct table_set *set, struct table_directory *directory)
{
    set->bytes -= heap_block_size(directory_bytes(directory->depth));
    heap_release(set->heap, directory, directory_bytes(directory->depth));
}

static uint32_t directory_index(const struct table_directory *directory, uint32_t position)
{
    uint32_t below = TABLE_POSITION_BITS - directory->base - directory->depth;

    return (position >> below) & ((UINT32_C(1) << directory->depth) - 1);
}

static uint32_t position_of(uint32_t prefix, uint32_t depth)
{
    return prefix << (TABLE_POSITION_BITS - depth);
}

/* Where the reference to the directory lies that refers to the segment; the root when the table has
 * no directory. */
static uint64_t *holder_of(struct table *table, const struct segment *segment)
{
    uint32_t position = position_of(segment->prefix, segment->depth);
    uint64_t *holder = &table->root;

    while (table_reference_is_directory(*holder)) {
        struct table_directory *directory = table_directory_of(*holder);
        uint64_t *next = &directory->references[directory_index(directory, position)];

        if (!table_reference_is_directory(*next))
            break;
        holder = next;
    }
    return holder;
}

/* All references for the segment's prefix are to it now. */
static void refer(uint64_t *holder, const struct segment *segment)
{
    struct table_directory *directory;
    uint32_t first;
    uint32_t places;

    if (!table_reference_is_directory(*holder)) {
        *holder = segment_reference(segment);
        return;
    }
    directory = table_directory_of(*holder);
    ASSERT(segment->depth >= directory->base);
    ASSERT(segment->depth <= (uint32_t)directory->base + directory->depth);
    first = directory_index(directory, position_of(segment->prefix, segment->depth));
    places = UINT32_C(1) << (directory->base + directory->depth - segment->depth);
    for (uint32_t i = 0; i < places; i++)
        directory->references[first + i] = segment_reference(segment);
}

static void directory_double(struct table_set *set, uint64_t *holder)
{
    struct table_directory *directory = table_directory_of(*holder);
    struct table_directory *doubled = directory_create(set, directory->base, directory->depth + 1u);

    memcpy(doubled->at_depth, directory->at_depth, sizeof(doubled->at_depth));
    for (uint32_t i = 0; i < UINT32_C(1) << doubled->depth; i++)
        doubled->references[i] = directory->references[i / 2];
    directory_destroy(set, directory);
    *holder = directory_reference(doubled);
}

static void directory_halve(struct table_set *set, uint64_t *holder)
{
    struct table_directory *directory = table_directory_of(*holder);
    struct table_directory *halved;

    ASSERT(directory->at_depth[directory->depth] == 0);
    if (directory->depth == 1) {
        /* One segment is left, which is referred to directly. */
        *holder = directory->references[0];
        directory_destroy(set, directory);
        return;
    }
    halved = directory_create(set, directory->base, directory->depth - 1u);
    memcpy(halved->at_depth, directory->at_depth, sizeof(halved->at_depth));
    for (uint32_t i = 0; i < UINT32_C(1) << halved->depth; i++)
        halved->references[i] = directory->references[i * 2];
    directory_destroy(set, directory);
    *holder = directory_reference(halved);
}

/* Makes sure that the segment stands in more than one place of the directory that is returned. */
static struct table_directory *directory_for_split(struct table_set *set, struct table *table,
                                                   const struct segment *segment)
{
    uint64_t *holder = holder_of(table, segment);
    struct table_directory *directory;

    if (table_reference_is_directory(*holder)) {
        directory = table_directory_of(*holder);
        if (segment->depth < (uint32_t)directory->base + directory->depth)
            return directory;
        if (directory->depth < TABLE_DIRECTORY_BITS) {
            directory_double(set, holder);
            return table_directory_of(*holder);
        }
        holder = &directory->references[directory_index(
            directory, position_of(segment->prefix, segment->depth))];
    }
    directory = directory_create(set, segment->depth, 1);
    directory->at_depth[0] = 1;
    directory->references[0] = directory->references[1] = segment_reference(segment);
    *holder = directory_reference(directory);
    return directory;
}

/* ---- Segments of a table ---- */

static bool any_volatile(const uint64_t *words, uint32_t count)
{
    for (uint32_t i = 0; i < count; i++) {
        if (segment_word_volatile(words[i]))
            return true;
    }
    return false;
}

/* A segment with these words and with the identity and due time of another. */
static struct segment *build_like(struct table_set *set, const struct segment *model,
                                  const uint64_t *words, uint32_t count, uint32_t capacity)
{
    struct segment *segment = segment_build(set->heap, words, count, capacity);

    segment->slot = model->slot;
    segment->space = model->space;
    segment->prefix = model->prefix;
    segment->depth = model->depth;
    segment->next_due = any_volatile(words, count) ? model->next_due : TIME_NEVER;
    set->bytes += segment_bytes(segment);
    return segment;
}

static void queue_by(struct table_set *set, struct segment *segment, time_ms due)
{
    due_queue_set(&set->due, set->heap, &segment->node, due);
}

static void discard(struct table_set *set, struct segment *segment)
{
    queue_by(set, segment, TIME_NEVER);
    set->bytes -= segment_bytes(segment);
    segment_destroy(set->heap, segment);
}

/* The segment that is at this position now, wherever it was moved. */
static struct segment *segment_at(const struct table *table, uint32_t position)
{
    return segment_of_reference(table_reference_at(table, position));
}

/* Puts `segment` into the place of `before`, which has the same prefix. Returns where it is then.
 */
static struct segment *supersede(struct table_set *set, struct table *table, struct segment *before,
                                 struct segment *segment)
{
    uint32_t position = position_of(segment->prefix, segment->depth);

    refer(holder_of(table, before), segment);
    if (segment->next_due == before->next_due) {
        segment->node = before->node;
        before->node = (struct due_node){0};
        due_queue_readdress(&set->due, &segment->node);
    } else {
        queue_by(set, segment, segment->next_due);
    }
    discard(set, before);
    return segment_at(table, position);
}

static struct segment *resize(struct table_set *set, struct table *table, struct segment *segment,
                              uint32_t capacity)
{
    uint64_t words[WORDS_MAX + 1];

    segment_gather(segment, words);
    return supersede(set, table, segment,
                     build_like(set, segment, words, segment->count, capacity));
}

/* Deals the words out by the next bit of their keys' hashes. */
static void split(struct table_set *set, struct table *table, struct segment *segment)
{
    uint64_t words[WORDS_MAX + 1];
    uint64_t dealt[2][WORDS_MAX];
    uint32_t counts[2] = {0, 0};
    struct table_directory *directory = directory_for_split(set, table, segment);
    uint64_t *holder;

    ASSERT(segment->depth < TABLE_POSITION_BITS);
    segment_gather(segment, words);
    for (uint32_t i = 0; i < segment->count; i++)
        __builtin_prefetch(segment_word_entry(words[i]));
    for (uint32_t i = 0; i < segment->count; i++) {
        uint64_t hash = key_hash(entry_key(segment_word_entry(words[i])), set->hash_seed);
        uint32_t half = (uint32_t)(hash >> (63 - segment->depth)) & 1;

        dealt[half][counts[half]++] = words[i];
    }
    directory->at_depth[segment->depth - directory->base]--;
    directory->at_depth[segment->depth - directory->base + 1] += 2;
    holder = holder_of(table, segment);
    ASSERT(table_directory_of(*holder) == directory);
    for (uint32_t half = 0; half < 2; half++) {
        struct segment *part = build_like(set, segment, dealt[half], counts[half],
                                          segment_capacity_for(counts[half] + 1));

        part->prefix = (uint32_t)segment->prefix << 1 | half;
        part->depth = segment->depth + 1;
        refer(holder, part);
        queue_by(set, part, part->next_due);
    }
    discard(set, segment);
}

/* The segment that differs in the last bit of its prefix, when it is not split further. */
static struct segment *buddy_of(struct table *table, const struct segment *segment)
{
    uint32_t position = position_of(segment->prefix ^ 1, segment->depth);
    struct segment *buddy = segment_of_reference(table_reference_at(table, position));

    return buddy->depth == segment->depth ? buddy : NULL;
}

/* `first` comes first in the order of hashes. Returns the segment that has the words of both. */
static struct segment *merge(struct table_set *set, struct table *table, struct segment *first,
                             struct segment *second)
{
    uint64_t words[2][MERGED_ENTRIES_MAX + 1];
    uint64_t merged[MERGED_ENTRIES_MAX];
    const uint32_t counts[2] = {first->count, second->count};
    uint32_t count = counts[0] + counts[1];
    uint32_t taken[2] = {0, 0};
    uint32_t position = position_of(first->prefix, first->depth);
    time_ms next_due = first->next_due < second->next_due ? first->next_due : second->next_due;
    uint64_t *holder = holder_of(table, first);
    struct table_directory *directory = table_directory_of(*holder);
    struct segment *result;

    segment_gather(first, words[0]);
    segment_gather(second, words[1]);
    for (uint32_t i = 0; i < count; i++) {
        uint32_t from = taken[0] == counts[0] ||
                        (taken[1] < counts[1] && segment_word_tag(words[1][taken[1]]) <
                                                     segment_word_tag(words[0][taken[0]]));

        merged[i] = words[from][taken[from]++];
    }
    /* This may move the first one, which the table still refers to. */
    discard(set, second);
    first = segment_at(table, position);
    result = build_like(set, first, merged, count, segment_capacity_for(count + count / 8));
    result->next_due = next_due;
    result->prefix = first->prefix >> 1;
    result->depth = first->depth - 1;
    directory->at_depth[first->depth - directory->base] -= 2;
    directory->at_depth[result->depth - directory->base]++;
    refer(holder, result);
    queue_by(set, result, result->next_due);
    if (directory->at_depth[directory->depth] == 0)
        directory_halve(set, holder);
    /* And this may move the result. */
    discard(set, first);
    return segment_at(table, position);
}

/* After removals: fewer and smaller segments, if it is time for that. */
static void tighten(struct table_set *set, struct table *table, struct segment *segment)
{
    while (segment->depth > 0 && segment->count <= MERGED_ENTRIES_MAX / 2) {
        struct segment *buddy = buddy_of(table, segment);

        if (buddy == NULL || buddy->count + segment->count > MERGED_ENTRIES_MAX)
            break;
        segment = segment->prefix % 2 == 0 ? merge(set, table, segment, buddy)
                                           : merge(set, table, buddy, segment);
    }
    if (table->count == 0 && segment->depth == 0) {
        table->root = 0;
        discard(set, segment);
    } else if (segment_is_sparse(segment)) {
        resize(set, table, segment,
               segment_capacity_for(segment->count + (uint32_t)segment->count / 8));
    }
}

bool table_refers_to(const struct table *table, const struct segment *before,
                     const struct segment *now)
{
    return table->root != 0 && segment_at(table, position_of(now->prefix, now->depth)) == before;
}

void table_segment_moved(struct table_set *set, struct table *table, struct segment *now)
{
    refer(holder_of(table, now), now);
    due_queue_readdress(&set->due, &now->node);
}

/* ---- Look-ups ---- */

void table_prefetch_words(const struct table *table, uint64_t hash)
{
    uint64_t reference = table_reference_at(table, table_position(hash));
    const struct segment *segment = segment_of_reference(reference);

    if (reference != 0) {
        uint32_t home = segment_home(segment_tag(hash), (uint32_t)(reference >> 48));

        __builtin_prefetch(&segment->words[home]);
        __builtin_prefetch(&segment->words[home] + 8);
    }
}

void table_prefetch_entry(const struct table *table, uint64_t hash)
{
    uint64_t reference = table_reference_at(table, table_position(hash));
    uint32_t capacity = (uint32_t)(reference >> 48);
    uint32_t tag = segment_tag(hash);
    const struct segment *segment = segment_of_reference(reference);

    if (reference == 0)
        return;
    for (uint32_t i = segment_home(tag, capacity); i < capacity; i++) {
        uint64_t word = segment->words[i];

        if (word == 0 || segment_word_tag(word) > tag)
            return;
        if (segment_word_tag(word) == tag) {
            const char *entry = (const char *)segment_word_entry(word);

            __builtin_prefetch(entry);
            /* Key and value often reach into the next line. */
            __builtin_prefetch(entry + 64);
            return;
        }
    }
}

/* ---- Changes ---- */

static void note_expiry(struct table_set *set, struct segment *segment, time_ms expiry)
{
    if (expiry < segment->next_due) {
        segment->next_due = expiry;
        queue_by(set, segment, segment->next_due);
    }
}

static void create_first(struct table_set *set, struct table *table, uint16_t slot, uint16_t space,
                         uint32_t capacity)
{
    struct segment *segment = segment_create(set->heap, capacity);

    segment->slot = slot;
    segment->space = space;
    set->bytes += segment_bytes(segment);
    table->root = segment_reference(segment);
}

void table_reserve(struct table_set *set, struct table *table, uint16_t slot, uint16_t space,
                   uint32_t entries)
{
    ASSERT(table->root == 0);
    if (entries > SEGMENT_ENTRIES_MAX)
        entries = SEGMENT_ENTRIES_MAX;
    create_first(set, table, slot, space, segment_capacity_for(entries));
}

void table_insert(struct table_set *set, struct table *table, uint16_t slot, uint16_t space,
                  uint64_t hash, struct entry *entry)
{
    uint64_t word = segment_word(segment_tag(hash), entry, entry_is_volatile(entry));
    struct segment *segment;

    ASSERT(((uintptr_t)entry & ~SEGMENT_ADDRESS_MASK) == 0);
    ASSERT(table->count < UINT32_MAX);
    if (table->root == 0)
        create_first(set, table, slot, space, SEGMENT_CAPACITY_MIN);
    for (;;) {
        segment = segment_of_reference(table_reference_at(table, table_position(hash)));
        if ((segment->count >= SEGMENT_ENTRIES_MAX || segment->capacity == SEGMENT_CAPACITY_MAX) &&
            segment->depth < TABLE_POSITION_BITS)
            split(set, table, segment);
        else if (segment_insert(segment, word))
            break;
        else
            resize(set, table, segment, segment_capacity_above(segment->capacity));
    }
    ASSERT_DEBUG(segment->slot == slot);
    ASSERT_DEBUG(segment->space == space);
    table->count++;
    table->volatile_count += entry_is_volatile(entry);
    note_expiry(set, segment, entry_expiry(entry));
}

void table_replace(struct table_set *set, struct table *table, const struct table_place *place,
                   struct entry *entry)
{
    table->volatile_count -= segment_word_volatile(*place->word);
    table->volatile_count += entry_is_volatile(entry);
    *place->word = segment_word(segment_word_tag(*place->word), entry, entry_is_volatile(entry));
    note_expiry(set, place->segment, entry_expiry(entry));
}

void table_remove(struct table_set *set, struct table *table, const struct table_place *place)
{
    struct segment *segment = place->segment;

    ASSERT(table->count > 0);
    table->volatile_count -= segment_word_volatile(*place->word);
    segment_remove(segment, place->word);
    table->count--;
    /* Looking at the buddy costs a cache miss: not each time. */
    if (table->count == 0 || segment_is_sparse(segment) ||
        (segment->depth > 0 && segment->count <= MERGED_ENTRIES_MAX / 2 && segment->count % 8 == 0))
        tighten(set, table, segment);
}

uint32_t table_sweep(struct table_set *set, struct table *table, struct segment *segment,
                     time_ms now, time_ms not_before,
                     void (*gone)(void *context, struct entry *entry), void *context)
{
    uint64_t words[WORDS_MAX + 1];
    uint32_t looked = segment->count;
    uint32_t left = 0;
    time_ms next_due = TIME_NEVER;

    segment_gather(segment, words);
    for (uint32_t i = 0; i < looked; i++) {
        if (segment_word_volatile(words[i]))
            __builtin_prefetch(segment_word_entry(words[i]));
    }
    for (uint32_t i = 0; i < looked; i++) {
        struct entry *entry = segment_word_entry(words[i]);
        time_ms expiry = segment_word_volatile(words[i]) ? entry_expiry(entry) : TIME_NEVER;

        if (expiry <= now) {
            gone(context, entry);
            continue;
        }
        words[left++] = words[i];
        next_due = expiry < next_due ? expiry : next_due;
    }
    if (next_due != TIME_NEVER && next_due < not_before)
        next_due = not_before;
    if (left < looked) {
        uint32_t capacity = segment_capacity_for(left + left / 8);

        segment = supersede(set, table, segment, build_like(set, segment, words, left, capacity));
        table->count -= looked - left;
        table->volatile_count -= looked - left;
    }
    segment->next_due = next_due;
    queue_by(set, segment, segment->next_due);
    if (left < looked)
        tighten(set, table, segment);
    return looked;
}

/* Gives up the directories that end at this position, and with the last position the table. */
static void drop_directories(struct table_set *set, struct table *table, uint32_t position,
                             uint32_t end)
{
    struct table_directory *path[TABLE_POSITION_BITS];
    uint64_t reference = table->root;
    uint32_t count = 0;

    while (table_reference_is_directory(reference)) {
        path[count] = table_directory_of(reference);
        reference = path[count]->references[directory_index(path[count], position)];
        count++;
        ASSERT(count < TABLE_POSITION_BITS);
    }
    while (count > 0) {
        uint32_t size = UINT32_C(1) << (TABLE_POSITION_BITS - path[--count]->base);

        if ((position & ~(size - 1)) + size != end)
            break;
        directory_destroy(set, path[count]);
    }
    if (end == UINT32_C(1) << TABLE_POSITION_BITS)
        *table = (struct table){0};
}

bool table_dismantle(struct table_set *set, struct table *table, uint32_t *position,
                     uint32_t *budget, void (*gone)(void *context, struct entry *entry),
                     void *context)
{
    while (table->root != 0 && *budget > 0) {
        uint64_t words[WORDS_MAX + 1];
        struct segment *segment = segment_at(table, *position);
        uint32_t count = segment->count;
        uint32_t end = *position + (UINT32_C(1) << (TABLE_POSITION_BITS - segment->depth));

        ASSERT(*position == position_of(segment->prefix, segment->depth));
        segment_gather(segment, words);
        for (uint32_t i = 0; i < count; i++)
            __builtin_prefetch(segment_word_entry(words[i]));
        for (uint32_t i = 0; i < count; i++)
            gone(context, segment_word_entry(words[i]));
        /* An empty segment is work as well. */
        *budget -= count + 1 < *budget ? count + 1 : *budget;
        ASSERT(table->count >= count);
        table->count -= count;
        drop_directories(set, table, *position, end);
        *position = end;
        discard(set, segment);
    }
    return table->root == 0;
}
