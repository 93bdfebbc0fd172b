#include "storage/types/element_table.h"

#include "storage/types/element_directory.h"
#include "storage/types/element_table_layout.h"

#include <string.h>

enum {
    /* Two leaves become one when they hold no more than this together. */
    MERGED_ELEMENTS_MAX = LEAF_ELEMENTS_MAX / 2,
    MERGED_BYTES_MAX = LEAF_BYTES_MAX / 2,
    SLACK_SHARE = 8, /* a leaf becomes smaller when more than this share of it is room */
};

/* Where an element, or a leaf, is found. */
struct place {
    uint64_t position;
    struct element_leaf *leaf;
    struct element_leaf *before; /* in the chain; NULL: the leaf is its first */
    uint32_t index;
};

void element_table_init(struct element_table *table, uint8_t value_kind, uint64_t hash_seed)
{
    ASSERT(value_kind <= ELEMENT_VALUES_FIXED_MAX || value_kind == ELEMENT_VALUES_ANY);
    *table = (struct element_table){
        .value_kind = value_kind, .hash_seed = hash_seed, .hash_mask = UINT64_MAX};
}

/* ---- Bookkeeping ---- */

uint32_t element_table_weight(uint32_t depth, uint64_t count)
{
    uint32_t weight = depth + 64 - (uint32_t)__builtin_clzll(count);

    return weight < ELEMENT_TABLE_WEIGHTS ? weight : ELEMENT_TABLE_WEIGHTS - 1;
}

/* The elements of a leaf, with its chain, are another number now. */
static void weigh(struct element_table *table, uint32_t depth, uint64_t before, uint64_t now)
{
    if (table->at_weight == NULL)
        return;
    if (before > 0)
        table->at_weight[element_table_weight(depth, before)]--;
    if (now > 0)
        table->at_weight[element_table_weight(depth, now)]++;
}

/* The only leaf is about to become two. */
static void start_weights(struct element_table *table, struct heap *heap,
                          const struct element_leaf *leaf)
{
    table->at_weight = heap_allocate_zeroed(heap, ELEMENT_WEIGHTS_BYTES);
    table->bytes += heap_block_size(ELEMENT_WEIGHTS_BYTES);
    weigh(table, leaf->depth, 0, leaf->count);
}

/* There is one leaf again, or none. */
static void stop_weights(struct element_table *table, struct heap *heap)
{
    if (table->at_weight == NULL)
        return;
    heap_release(heap, table->at_weight, ELEMENT_WEIGHTS_BYTES);
    table->bytes -= heap_block_size(ELEMENT_WEIGHTS_BYTES);
    table->at_weight = NULL;
}

uint64_t element_chain_count(const struct element_leaf *leaf)
{
    uint64_t count = 0;

    for (; leaf != NULL; leaf = leaf_next(leaf))
        count += leaf->count;
    return count;
}

uint64_t element_hash_of(const struct element_table *table, const char *bytes)
{
    struct element element;

    if (element_is_far(bytes))
        return element_block(bytes)->hash;
    element_decode(table->value_kind, bytes, &element);
    return element_hash(table, element.name);
}

static void note_due(struct element_table *table, struct heap *heap, struct element_leaf *leaf,
                     time_ms expiry)
{
    if (expiry < due_queue_due(&table->due, leaf_node(leaf)))
        due_queue_set(&table->due, heap, leaf_node(leaf), expiry);
}

static void release_leaf(struct element_table *table, struct heap *heap, struct element_leaf *leaf)
{
    if (leaf->has_node)
        due_queue_set(&table->due, heap, leaf_node(leaf), TIME_NEVER);
    table->bytes -= leaf->capacity;
    leaf_release(heap, leaf);
}

static time_ms earliest(const struct element_table *table, const struct element_piece *pieces,
                        uint32_t count)
{
    time_ms due = TIME_NEVER;

    for (uint32_t i = 0; i < count; i++) {
        time_ms expiry = element_expiry(table->value_kind, pieces[i].bytes);

        due = expiry < due ? expiry : due;
    }
    return due;
}

/* A leaf of these pieces, queued when it should be; nothing refers to it yet. */
static struct element_leaf *build(struct element_table *table, struct heap *heap, uint32_t depth,
                                  const struct element_piece *pieces, uint32_t count)
{
    time_ms due = earliest(table, pieces, count);
    struct element_leaf *leaf =
        leaf_build(heap, table->value_kind, depth, due != TIME_NEVER, pieces, count);

    table->bytes += leaf->capacity;
    if (leaf->has_node)
        due_queue_set(&table->due, heap, leaf_node(leaf), due);
    return leaf;
}

/* Puts a leaf into the place of another of the same depth, which goes. */
static void supersede(struct element_table *table, struct heap *heap, struct place *place,
                      struct element_leaf *leaf)
{
    if (leaf->depth == ELEMENT_TABLE_DEPTH_MAX)
        leaf_set_next(leaf, leaf_next(place->leaf));
    if (place->before != NULL)
        leaf_set_next(place->before, leaf);
    else
        element_directory_refer(table, place->position, leaf);
    release_leaf(table, heap, place->leaf);
    place->leaf = leaf;
}

/* A leaf with the same elements, which has the memory for these many more. */
static void reshape(struct element_table *table, struct heap *heap, struct place *place,
                    bool has_node, uint32_t more, size_t more_bytes)
{
    struct element_leaf *leaf = place->leaf;
    size_t header = leaf_header(leaf->depth, has_node);
    size_t capacity = leaf_capacity_for(header, leaf->count + more, leaf->used + more_bytes);
    struct element_leaf *shaped = heap_allocate(heap, capacity);

    ASSERT(capacity <= LEAF_BYTES_MAX);
    ASSERT(has_node || !leaf->has_node);
    memset(shaped, 0, header);
    memcpy(shaped, leaf, sizeof(*leaf));
    shaped->capacity = (uint16_t)capacity;
    shaped->header = (uint8_t)header;
    shaped->has_node = has_node;
    memcpy(leaf_tags(shaped), leaf_tags(leaf), leaf_bytes(leaf) - leaf->header);
    table->bytes += capacity;
    if (leaf->has_node) {
        *leaf_node(shaped) = *leaf_node(leaf);
        *leaf_node(leaf) = (struct due_node){0};
        due_queue_readdress(&table->due, leaf_node(shaped));
    }
    supersede(table, heap, place, shaped);
}

/* ---- Look-ups ---- */

static bool has_name(const struct element_table *table, const char *bytes, struct span name)
{
    struct element element;

    element_decode(table->value_kind, bytes, &element);
    return span_equal(element.name, name);
}

static bool locate(const struct element_table *table, uint64_t hash, struct span name,
                   struct place *place)
{
    place->position = element_position(hash);
    place->before = NULL;
    place->leaf = element_leaf_at(table, place->position);
    while (place->leaf != NULL) {
        uint64_t found =
            leaf_search_tags(leaf_tags(place->leaf), place->leaf->count, element_tag(hash));

        for (; found != 0; found &= found - 1) {
            place->index = (uint32_t)__builtin_ctzll(found);
            if (has_name(table, leaf_element(place->leaf, place->index), name))
                return true;
        }
        place->before = place->leaf;
        place->leaf = leaf_next(place->leaf);
    }
    return false;
}

bool element_table_find(const struct element_table *table, struct span name, struct element *found)
{
    struct place place;

    if (!locate(table, element_hash(table, name), name, &place))
        return false;
    if (found != NULL)
        element_decode(table->value_kind, leaf_element(place.leaf, place.index), found);
    return true;
}

void element_table_prefetch(const struct element_table *table, struct span name)
{
    const struct element_leaf *leaf =
        element_leaf_at(table, element_position(element_hash(table, name)));

    __builtin_prefetch(leaf);
    __builtin_prefetch((const char *)leaf + 64);
}

/* ---- Splits and merges ---- */

static void split(struct element_table *table, struct heap *heap, uint64_t position,
                  struct element_leaf *leaf)
{
    struct element_piece pieces[LEAF_ELEMENTS_MAX];
    struct element_piece dealt[2][LEAF_ELEMENTS_MAX];
    uint32_t counts[2] = {0, 0};
    uint32_t depth = leaf->depth;
    uint64_t first = position & ~(element_span(depth) - 1);

    ASSERT(depth < ELEMENT_TABLE_DEPTH_MAX);
    if (depth == 0)
        start_weights(table, heap, leaf);
    element_directory_split(table, heap, position, leaf);
    leaf_pieces(leaf, pieces);
    for (uint32_t i = 0; i < leaf->count; i++) {
        uint32_t half = (uint32_t)(element_hash_of(table, pieces[i].bytes) >> (63 - depth)) & 1;

        dealt[half][counts[half]++] = pieces[i];
    }
    for (uint32_t half = 0; half < 2; half++) {
        struct element_leaf *part = build(table, heap, depth + 1, dealt[half], counts[half]);

        element_directory_refer(table, first + half * element_span(depth + 1), part);
        weigh(table, depth + 1, 0, part->count);
    }
    weigh(table, depth, leaf->count, 0);
    release_leaf(table, heap, leaf);
}

/* Merges the position's leaf with the one that differs in the last bit, if both are sparse. */
static bool merge(struct element_table *table, struct heap *heap, uint64_t position)
{
    struct element_piece pieces[LEAF_ELEMENTS_MAX];
    struct element_leaf *leaf = element_leaf_at(table, position);
    struct element_leaf *buddy;
    struct element_leaf *merged;
    uint32_t depth = leaf->depth;

    if (depth == 0 || leaf_next(leaf) != NULL || leaf->count > MERGED_ELEMENTS_MAX)
        return false;
    buddy = element_leaf_at(table, position ^ element_span(depth));
    if (buddy->depth != depth || leaf_next(buddy) != NULL ||
        leaf->count + buddy->count > MERGED_ELEMENTS_MAX ||
        leaf_bytes(leaf) + leaf_bytes(buddy) > MERGED_BYTES_MAX)
        return false;
    leaf_pieces(leaf, pieces);
    leaf_pieces(buddy, pieces + leaf->count);
    merged = build(table, heap, depth - 1, pieces, (uint32_t)leaf->count + buddy->count);
    element_directory_merge(table, heap, position, merged);
    weigh(table, depth, leaf->count, 0);
    weigh(table, depth, buddy->count, 0);
    weigh(table, depth - 1, 0, merged->count);
    if (depth == 1)
        stop_weights(table, heap);
    release_leaf(table, heap, leaf);
    release_leaf(table, heap, buddy);
    return true;
}

/* After a removal: fewer and smaller leaves, if it is time for that. */
static void tighten(struct element_table *table, struct heap *heap, uint64_t position)
{
    struct place place = {.position = position};
    size_t capacity;

    while (merge(table, heap, position))
        ;
    place.leaf = element_leaf_at(table, position);
    if (table->count == 0) {
        ASSERT(place.leaf->depth == 0);
        table->root = 0;
        release_leaf(table, heap, place.leaf);
        return;
    }
    capacity = leaf_capacity_for(place.leaf->header, place.leaf->count, place.leaf->used);
    if (place.leaf->capacity - capacity > place.leaf->capacity / SLACK_SHARE)
        reshape(table, heap, &place, place.leaf->has_node, 0, 0);
}

/* ---- Adding ---- */

static struct element_block *make_block(struct element_table *table, struct heap *heap,
                                        uint64_t hash, const struct element *element)
{
    size_t bytes = sizeof(struct element_block) + element->name.length + element->value.length;
    struct element_block *block = heap_allocate(heap, bytes);

    block->hash = hash;
    block->name_length = element->name.length;
    block->value_length = element->value.length;
    if (element->name.length > 0)
        memcpy(block->bytes, element->name.data, element->name.length);
    if (element->value.length > 0)
        memcpy(block->bytes + element->name.length, element->value.data, element->value.length);
    table->bytes += heap_block_size(bytes);
    return block;
}

static void release_block(struct element_table *table, struct heap *heap, const char *bytes)
{
    struct element_block *block;

    if (!element_is_far(bytes))
        return;
    block = element_block(bytes);
    table->bytes -= heap_block_size(element_block_bytes(block));
    heap_release(heap, block, element_block_bytes(block));
}

/* The most that a leaf may hold would be exceeded by this element. */
static bool is_full(const struct element_leaf *leaf, size_t length)
{
    size_t header = leaf_header(leaf->depth, true);

    return leaf->count == LEAF_ELEMENTS_MAX ||
           leaf_capacity_for(header, leaf->count + 1u, leaf->used + length) > LEAF_BYTES_MAX;
}

/* At the greatest depth: a leaf of the chain with room, or another one. */
static void extend_chain(struct element_table *table, struct heap *heap, struct place *place,
                         size_t length)
{
    struct element_leaf *first = place->leaf;
    struct element_leaf *leaf;

    while (place->leaf != NULL && is_full(place->leaf, length)) {
        place->before = place->leaf;
        place->leaf = leaf_next(place->leaf);
    }
    if (place->leaf != NULL)
        return;
    leaf = build(table, heap, ELEMENT_TABLE_DEPTH_MAX, NULL, 0);
    leaf_set_next(leaf, leaf_next(first));
    leaf_set_next(first, leaf);
    place->before = first;
    place->leaf = leaf;
}

/* The leaf that takes an element of so many bytes. */
static struct place make_room(struct element_table *table, struct heap *heap, uint64_t hash,
                              size_t length)
{
    struct place place = {.position = element_position(hash)};

    if (table->root == 0)
        table->root = (uint64_t)(uintptr_t)build(table, heap, 0, NULL, 0);
    for (;;) {
        place.leaf = element_leaf_at(table, place.position);
        if (!is_full(place.leaf, length))
            return place;
        if (place.leaf->depth == ELEMENT_TABLE_DEPTH_MAX)
            break;
        split(table, heap, place.position, place.leaf);
    }
    extend_chain(table, heap, &place, length);
    return place;
}

/* Adds an element of a name that is absent. `block` is NULL unless it needs one. */
static void add(struct element_table *table, struct heap *heap, uint64_t hash,
                const struct element *element, const struct element_block *block)
{
    size_t length = element_encoded_length(table->value_kind, element);
    struct place place = make_room(table, heap, hash, length);
    bool has_node = place.leaf->has_node || element->expiry != TIME_NEVER;
    struct element_leaf *first;
    uint64_t count;

    if (has_node != place.leaf->has_node || !leaf_has_room(place.leaf, length))
        reshape(table, heap, &place, has_node, 1, length);
    element_encode(table->value_kind, leaf_append(place.leaf, element_tag(hash), length), element,
                   block);
    if (element->expiry != TIME_NEVER) {
        table->volatile_count++;
        note_due(table, heap, place.leaf, element->expiry);
    }
    table->count++;
    first = place.before == NULL ? place.leaf : element_leaf_at(table, place.position);
    count = element_chain_count(first);
    weigh(table, first->depth, count - 1, count);
}

static void add_new(struct element_table *table, struct heap *heap, uint64_t hash,
                    const struct element *element)
{
    struct element_block *block = NULL;

    if (element_needs_block(table->value_kind, element))
        block = make_block(table, heap, hash, element);
    add(table, heap, hash, element, block);
}

/* To be called before anything is changed. */
static inline void show(const struct element_table *table, uint64_t hash)
{
    if (__builtin_expect(table->watch != NULL, 0))
        table->watch->before_element(table->watch, hash);
}

bool element_table_insert(struct element_table *table, struct heap *heap,
                          const struct element *element)
{
    uint64_t hash = element_hash(table, element->name);
    struct place place;

    if (locate(table, hash, element->name, &place))
        return false;
    show(table, hash);
    add_new(table, heap, hash, element);
    return true;
}

/* ---- Removing and replacing ---- */

/* Takes an empty leaf out of a chain. */
static void shorten_chain(struct element_table *table, struct heap *heap, struct place *place)
{
    struct element_leaf *next = leaf_next(place->leaf);

    if (place->before != NULL)
        leaf_set_next(place->before, next);
    else if (next != NULL)
        element_directory_refer(table, place->position, next);
    else
        return;
    release_leaf(table, heap, place->leaf);
}

/* A leaf of this position has `fewer` elements now. */
static void lessened(struct element_table *table, struct heap *heap, struct place *place,
                     uint64_t fewer)
{
    struct element_leaf *first = element_leaf_at(table, place->position);
    uint64_t count = element_chain_count(first);

    ASSERT(table->count >= fewer);
    table->count -= fewer;
    weigh(table, first->depth, count + fewer, count);
    if (place->leaf->count > 0)
        return;
    if (place->leaf->has_node)
        due_queue_set(&table->due, heap, leaf_node(place->leaf), TIME_NEVER);
    shorten_chain(table, heap, place);
}

/* Takes the element out of its leaf. Its block, if it has one, is the caller's. */
static void take(struct element_table *table, struct heap *heap, struct place *place)
{
    table->volatile_count -= element_is_volatile(leaf_element(place->leaf, place->index));
    leaf_remove(place->leaf, place->index);
    lessened(table, heap, place, 1);
}

bool element_table_remove(struct element_table *table, struct heap *heap, struct span name)
{
    uint64_t hash = element_hash(table, name);
    struct place place;

    if (!locate(table, hash, name, &place))
        return false;
    show(table, hash);
    release_block(table, heap, leaf_element(place.leaf, place.index));
    take(table, heap, &place);
    tighten(table, heap, place.position);
    return true;
}

/* Writes the element over one that takes as many bytes. False: it does not. */
static bool overwrite(struct element_table *table, struct heap *heap, uint64_t hash,
                      struct place *place, const struct element *element)
{
    char *bytes = leaf_element(place->leaf, place->index);
    bool is_volatile = element->expiry != TIME_NEVER;
    struct element_block *block = NULL;

    if (element_encoded_length(table->value_kind, element) !=
            element_length(table->value_kind, bytes) ||
        element_is_volatile(bytes) != is_volatile)
        return false;
    if (element_needs_block(table->value_kind, element))
        block = make_block(table, heap, hash, element);
    release_block(table, heap, bytes);
    element_encode(table->value_kind, bytes, element, block);
    if (is_volatile)
        note_due(table, heap, place->leaf, element->expiry);
    return true;
}

bool element_table_put(struct element_table *table, struct heap *heap,
                       const struct element *element)
{
    uint64_t hash = element_hash(table, element->name);
    struct place place;
    bool found = locate(table, hash, element->name, &place);

    show(table, hash);
    if (found && overwrite(table, heap, hash, &place, element))
        return false;
    if (found) {
        release_block(table, heap, leaf_element(place.leaf, place.index));
        take(table, heap, &place);
    }
    add_new(table, heap, hash, element);
    return !found;
}

bool element_table_set_expiry(struct element_table *table, struct heap *heap, struct span name,
                              time_ms expiry)
{
    uint64_t hash = element_hash(table, name);
    char copy[ELEMENT_BYTES_MAX + sizeof(time_ms)];
    struct element_block *block;
    struct element element;
    struct place place;
    char *bytes;

    if (!locate(table, hash, name, &place))
        return false;
    show(table, hash);
    bytes = leaf_element(place.leaf, place.index);
    if (element_is_volatile(bytes) == (expiry != TIME_NEVER)) {
        if (expiry != TIME_NEVER) {
            element_set_expiry(table->value_kind, bytes, expiry);
            note_due(table, heap, place.leaf, expiry);
        }
        return true;
    }
    block = element_is_far(bytes) ? element_block(bytes) : NULL;
    bytes = memcpy(copy, bytes, element_length(table->value_kind, bytes));
    element_decode(table->value_kind, bytes, &element);
    element.expiry = expiry;
    take(table, heap, &place);
    add(table, heap, hash, &element, block);
    return true;
}

/* ---- Expiry ---- */

/* The place of a queued leaf, which is not empty. */
static struct place place_of(const struct element_table *table, struct element_leaf *leaf)
{
    struct place place = {.position =
                              element_position(element_hash_of(table, leaf_element(leaf, 0)))};

    ASSERT(leaf->count > 0);
    place.leaf = element_leaf_at(table, place.position);
    while (place.leaf != leaf) {
        ASSERT(place.leaf != NULL);
        place.before = place.leaf;
        place.leaf = leaf_next(place.leaf);
    }
    return place;
}

static void sweep_leaf(struct element_table *table, struct heap *heap, struct place *place,
                       time_ms now, element_visitor *gone, void *context)
{
    struct element_piece pieces[LEAF_ELEMENTS_MAX];
    uint32_t count = leaf_pieces(place->leaf, pieces);
    uint32_t left = 0;

    /* All of them, while the leaf is whole. */
    for (uint32_t i = 0; i < count && table->watch != NULL; i++) {
        if (element_expiry(table->value_kind, pieces[i].bytes) <= now)
            show(table, element_hash_of(table, pieces[i].bytes));
    }
    for (uint32_t i = 0; i < count; i++) {
        struct element element;

        if (element_expiry(table->value_kind, pieces[i].bytes) > now) {
            pieces[left++] = pieces[i];
            continue;
        }
        element_decode(table->value_kind, pieces[i].bytes, &element);
        if (gone != NULL)
            gone(context, &element);
        release_block(table, heap, pieces[i].bytes);
    }
    if (left == count) {
        due_queue_set(&table->due, heap, leaf_node(place->leaf), earliest(table, pieces, count));
        return;
    }
    supersede(table, heap, place, build(table, heap, place->leaf->depth, pieces, left));
    table->volatile_count -= count - left;
    lessened(table, heap, place, count - left);
    tighten(table, heap, place->position);
}

bool element_table_sweep(struct element_table *table, struct heap *heap, time_ms now,
                         uint32_t *budget, element_visitor *gone, void *context)
{
    while (element_table_next_expiry(table) <= now) {
        struct element_leaf *leaf = element_leaf_of_node(due_queue_first(&table->due));
        struct place place = place_of(table, leaf);
        uint32_t count = leaf->count;

        if (*budget == 0)
            return false;
        sweep_leaf(table, heap, &place, now, gone, context);
        *budget -= count < *budget ? count : *budget;
    }
    return true;
}

struct counted {
    const struct element_table *table;
    time_ms now;
    uint64_t expired;
};

static void count_leaf(void *context, struct due_node *node)
{
    struct counted *counted = context;
    const struct element_leaf *leaf = element_leaf_of_node(node);

    for (uint32_t i = 0; i < leaf->count; i++)
        counted->expired +=
            element_expiry(counted->table->value_kind, leaf_element(leaf, i)) <= counted->now;
}

uint64_t element_table_count_expired(const struct element_table *table, time_ms now)
{
    struct counted counted = {table, now, 0};

    due_queue_visit_due(&table->due, now, count_leaf, &counted);
    return counted.expired;
}

/* ---- Release ---- */

bool element_table_release(struct element_table *table, struct heap *heap, uint32_t *budget)
{
    while (table->root != 0 && *budget > 0) {
        struct element_leaf *leaf = element_leaf_at(table, table->released);
        uint64_t end = table->released + element_span(leaf->depth);

        while (leaf != NULL) {
            struct element_leaf *next = leaf_next(leaf);
            uint32_t count = leaf->count;

            for (uint32_t i = 0; i < count; i++)
                release_block(table, heap, leaf_element(leaf, i));
            table->count -= count;
            /* An empty leaf is work as well. */
            *budget -= count + 1 < *budget ? count + 1 : *budget;
            release_leaf(table, heap, leaf);
            leaf = next;
        }
        element_directory_drop(table, heap, table->released, end);
        table->released = end;
    }
    if (table->root != 0)
        return false;
    stop_weights(table, heap);
    ASSERT(table->count == 0);
    ASSERT(element_table_memory(table) == 0);
    element_table_init(table, table->value_kind, table->hash_seed);
    return true;
}
