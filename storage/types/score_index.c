#include "storage/types/score_index.h"

#include "proto/base/assert.h"

#ifdef __SSE2__
#include <emmintrin.h>
#endif

enum {
    HASH_BITS = 32,
    NODE_BITS = 8,
    LEVELS = HASH_BITS / NODE_BITS,
    PAGE_SIZE_MAX = 960, /* fills a page of the heap almost without a rest */
    ENTRY_SIZE = 8,
    PAGE_ENTRIES_MAX = (PAGE_SIZE_MAX - (int)sizeof(struct score_index_page)) / ENTRY_SIZE,
    JOIN_ENTRIES_MAX = PAGE_ENTRIES_MAX / 2,
    GROWTH_SHARE = 16,
    IS_NODE = 1,
};

struct node {
    uint32_t bits; /* 1 to NODE_BITS */
    uint32_t unused;
    uintptr_t slots[];
};

/* The way to a page. */
struct way {
    struct node *nodes[LEVELS];
    uint32_t slots[LEVELS];
    uint32_t levels; /* nodes on the way */
    struct score_index_page *page;
};

static inline bool is_node(uintptr_t slot)
{
    return (slot & IS_NODE) != 0;
}

static inline struct node *node_of(uintptr_t slot)
{
    ASSERT_DEBUG(is_node(slot));
    return (struct node *)(slot - IS_NODE);
}

static inline struct score_index_page *page_of(uintptr_t slot)
{
    ASSERT_DEBUG(!is_node(slot));
    return (struct score_index_page *)slot;
}

static inline uint32_t slot_in(const struct node *node, uint32_t level, uint32_t hash)
{
    uint32_t byte = hash >> (HASH_BITS - NODE_BITS * (level + 1)) & ((1u << NODE_BITS) - 1);

    return byte >> (NODE_BITS - node->bits);
}

static struct way find_way(const struct score_index *index, uint32_t hash)
{
    struct way way = {.levels = 0};
    uintptr_t slot = index->root;

    ASSERT_DEBUG(slot != 0);
    while (is_node(slot)) {
        struct node *node = node_of(slot);

        ASSERT(way.levels < LEVELS);
        way.nodes[way.levels] = node;
        way.slots[way.levels] = slot_in(node, way.levels, hash);
        slot = node->slots[way.slots[way.levels]];
        way.levels++;
    }
    way.page = page_of(slot);
    return way;
}

/* ---- Pages ---- */

static inline uint32_t *ids_of(struct score_index_page *page)
{
    return page->words + page->capacity;
}

static inline size_t page_size(const struct score_index_page *page)
{
    return sizeof(*page) + (size_t)page->capacity * ENTRY_SIZE;
}

static struct score_index_page *page_create(struct score_space space, uint32_t entries,
                                            uint32_t depth)
{
    size_t size = sizeof(struct score_index_page) + (size_t)entries * ENTRY_SIZE;
    struct score_index_page *page = score_space_allocate(space, size);

    size = heap_block_size(size);
    page->count = 0;
    page->capacity = (uint16_t)((size - sizeof(*page)) / ENTRY_SIZE);
    page->depth = depth;
    ASSERT(heap_block_size(page_size(page)) == size);
    return page;
}

static void page_release(struct score_space space, struct score_index_page *page)
{
    score_space_release(space, page, page_size(page));
}

static inline void page_push(struct score_index_page *page, uint32_t hash, uint32_t id)
{
    ASSERT_DEBUG(page->count < page->capacity);
    page->words[page->count] = hash;
    ids_of(page)[page->count] = id;
    page->count++;
}

static struct score_index_page *page_resize(struct score_space space, struct score_index_page *page,
                                            uint32_t entries)
{
    struct score_index_page *other = page_create(space, entries, page->depth);

    ASSERT(other->capacity >= page->count);
    memcpy(other->words, page->words, page->count * sizeof(page->words[0]));
    memcpy(ids_of(other), ids_of(page), page->count * sizeof(page->words[0]));
    other->count = page->count;
    page_release(space, page);
    return other;
}

/* The first entry from `from` on with this hash; page->count when there is none. */
static uint32_t page_find(const struct score_index_page *page, uint32_t from, uint32_t hash)
{
    uint32_t count = page->count;

#ifdef __SSE2__
    __m128i wanted = _mm_set1_epi32((int)hash);

    for (; from + 8 <= count; from += 8) {
        const __m128i *place = (const __m128i *)(const void *)(page->words + from);
        __m128i low = _mm_cmpeq_epi32(_mm_loadu_si128(place), wanted);
        __m128i high = _mm_cmpeq_epi32(_mm_loadu_si128(place + 1), wanted);
        int same = _mm_movemask_epi8(_mm_packs_epi32(low, high));

        if (same != 0)
            return from + (uint32_t)__builtin_ctz((unsigned)same) / 2;
    }
#endif
    while (from < count && page->words[from] != hash)
        from++;
    return from;
}

static uint32_t page_find_entry(const struct score_index_page *page, uint32_t hash, uint32_t id)
{
    uint32_t place = page_find(page, 0, hash);

    while (place < page->count && score_index_page_id(page, place) != id)
        place = page_find(page, place + 1, hash);
    return place;
}

uint32_t score_index_page_first(const struct score_index_page *page, uint32_t place)
{
    ASSERT_DEBUG(place < page->count);
    return page_find_entry(page, score_index_page_hash(page, place),
                           score_index_page_id(page, place));
}

/* ---- Nodes ---- */

static inline size_t node_size(uint32_t bits)
{
    return sizeof(struct node) + (sizeof(uintptr_t) << bits);
}

static struct node *node_create(struct score_space space, uint32_t bits)
{
    struct node *node = score_space_allocate(space, node_size(bits));

    node->bits = bits;
    node->unused = 0;
    return node;
}

static void node_release(struct score_space space, struct node *node)
{
    score_space_release(space, node, node_size(node->bits));
}

/* Puts `slot` where the way's part down to `level` leads to: at all slots that a page of this depth
 * has. */
static void put_at(struct score_index *index, const struct way *way, uint32_t levels,
                   uint32_t depth, uintptr_t slot)
{
    struct node *node;
    uint32_t repeats;
    uint32_t first;

    if (levels == 0) {
        index->root = slot;
        return;
    }
    node = way->nodes[levels - 1];
    ASSERT(depth <= node->bits);
    repeats = 1u << (node->bits - depth);
    first = way->slots[levels - 1] & ~(repeats - 1);
    for (uint32_t i = 0; i < repeats; i++)
        node->slots[first + i] = slot;
}

static void put_page(struct score_index *index, const struct way *way,
                     struct score_index_page *page)
{
    put_at(index, way, way->levels, page->depth, (uintptr_t)page);
}

/* Doubles the last node of the way. */
static void double_node(struct score_index *index, struct score_space space, struct way *way)
{
    struct node *small = way->nodes[way->levels - 1];
    struct node *node = node_create(space, small->bits + 1);

    for (uint32_t i = 0; i < 1u << small->bits; i++)
        node->slots[2 * i] = node->slots[2 * i + 1] = small->slots[i];
    node_release(space, small);
    way->nodes[way->levels - 1] = node;
    /* A node stands in a single slot. */
    put_at(index, way, way->levels - 1, way->levels > 1 ? way->nodes[way->levels - 2]->bits : 0,
           (uintptr_t)node + IS_NODE);
}

/* Gives the way's page a node of its own. */
static void add_node(struct score_index *index, struct score_space space, struct way *way)
{
    struct node *node = node_create(space, 1);

    ASSERT(way->levels < LEVELS);
    put_at(index, way, way->levels, way->levels > 0 ? NODE_BITS : 0, (uintptr_t)node + IS_NODE);
    way->nodes[way->levels] = node;
    way->slots[way->levels] = 0;
    way->levels++;
    way->page->depth = 0;
    put_page(index, way, way->page);
}

/* Splits the page at the end of the way by the next bit of the hash. */
static void split_page(struct score_index *index, struct score_space space, struct way *way)
{
    struct score_index_page *page = way->page;
    struct score_index_page *halves[2];
    struct node *node;
    uint32_t shift;

    if (way->levels == 0 || page->depth == NODE_BITS)
        add_node(index, space, way);
    else if (page->depth == way->nodes[way->levels - 1]->bits)
        double_node(index, space, way);
    node = way->nodes[way->levels - 1];
    shift = HASH_BITS - 1 - (NODE_BITS * (way->levels - 1) + page->depth);
    way->slots[way->levels - 1] = slot_in(node, way->levels - 1, page->words[0]);
    for (uint32_t half = 0; half < 2; half++) {
        uint32_t entries = 0;

        for (uint32_t i = 0; i < page->count; i++)
            entries += (page->words[i] >> shift & 1) == half;
        halves[half] = page_create(space, entries + 1 + entries / GROWTH_SHARE, page->depth + 1);
    }
    for (uint32_t i = 0; i < page->count; i++)
        page_push(halves[page->words[i] >> shift & 1], page->words[i],
                  score_index_page_id(page, i));
    for (uint32_t half = 0; half < 2; half++) {
        uint32_t bit = 1u << (node->bits - halves[half]->depth);

        way->slots[way->levels - 1] =
            half == 0 ? way->slots[way->levels - 1] & ~bit : way->slots[way->levels - 1] | bit;
        put_page(index, way, halves[half]);
    }
    page_release(space, page);
}

void score_index_add(struct score_index *index, struct score_space space, uint32_t hash,
                     uint32_t id)
{
    struct way way;

    if (index->root == 0)
        index->root = (uintptr_t)page_create(space, 1, 0);
    way = find_way(index, hash);
    while (way.page->count >= PAGE_ENTRIES_MAX && way.page->count == way.page->capacity &&
           !(way.levels == LEVELS && way.page->depth == NODE_BITS)) {
        split_page(index, space, &way);
        way = find_way(index, hash);
    }
    if (way.page->count == way.page->capacity) {
        uint32_t entries = way.page->count + 1u + way.page->count / GROWTH_SHARE;

        if (way.page->count < PAGE_ENTRIES_MAX && entries > PAGE_ENTRIES_MAX)
            entries = PAGE_ENTRIES_MAX;
        way.page = page_resize(space, way.page, entries);
        put_page(index, &way, way.page);
    }
    page_push(way.page, hash, id);
}

/* Joins the way's page, which has become small, with the other half, if that is a page as well. */
static void join_page(struct score_index *index, struct score_space space, struct way *way)
{
    struct score_index_page *page = way->page;

    while (way->levels > 0) {
        struct node *node = way->nodes[way->levels - 1];
        uint32_t bit = 1u << (node->bits - page->depth);
        uintptr_t slot = node->slots[way->slots[way->levels - 1] ^ bit];
        struct score_index_page *other;

        ASSERT(page->depth > 0);
        if (is_node(slot))
            return;
        other = page_of(slot);
        if (other->depth != page->depth || other->count + page->count > JOIN_ENTRIES_MAX)
            return;
        page = page_resize(space, page, (uint32_t)page->count + other->count + 1);
        for (uint32_t i = 0; i < other->count; i++)
            page_push(page, other->words[i], score_index_page_id(other, i));
        page_release(space, other);
        page->depth--;
        way->page = page;
        if (page->depth == 0) {
            node_release(space, node);
            way->levels--;
            page->depth = way->levels > 0 ? NODE_BITS : 0;
        }
        put_page(index, way, page);
    }
}

void score_index_remove(struct score_index *index, struct score_space space, uint32_t hash,
                        uint32_t id)
{
    struct way way;
    struct score_index_page *page;
    uint32_t place;
    uint32_t last;

    ASSERT(index->root != 0);
    way = find_way(index, hash);
    page = way.page;
    place = page_find_entry(page, hash, id);
    ASSERT(place < page->count);
    last = --page->count;
    page->words[place] = page->words[last];
    ids_of(page)[place] = ids_of(page)[last];
    if (page->count == 0 && way.levels == 0) {
        page_release(space, page);
        index->root = 0;
        return;
    }
    if (page->count < page->capacity * 3u / 4) {
        way.page = page_resize(space, page, page->count + 1u + page->count / GROWTH_SHARE);
        put_page(index, &way, way.page);
    }
    if (way.page->count <= JOIN_ENTRIES_MAX / 2)
        join_page(index, space, &way);
}

void score_index_replace(struct score_index *index, uint32_t hash, uint32_t from, uint32_t to)
{
    struct way way = find_way(index, hash);
    uint32_t place = page_find_entry(way.page, hash, from);

    ASSERT(place < way.page->count);
    ids_of(way.page)[place] = to;
}

void score_index_prefetch(const struct score_index *index, uint32_t hash)
{
    const char *page;

    if (index->root == 0)
        return;
    page = (const char *)find_way(index, hash).page;
    for (uint32_t offset = 0; offset < PAGE_SIZE_MAX / 2; offset += 64)
        __builtin_prefetch(page + offset);
}

struct score_index_probe score_index_probe(const struct score_index *index, uint32_t hash)
{
    struct score_index_probe probe = {.hash = hash};

    if (index->root != 0)
        probe.page = find_way(index, hash).page;
    return probe;
}

bool score_index_probe_next(struct score_index_probe *probe, uint32_t *id)
{
    uint32_t place;

    if (probe->page == NULL)
        return false;
    place = page_find(probe->page, probe->place, probe->hash);
    if (place == probe->page->count)
        return false;
    *id = score_index_page_id(probe->page, place);
    probe->place = place + 1;
    return true;
}

const struct score_index_page *score_index_page_of(const struct score_index *index, uint32_t hash,
                                                   uint64_t *end)
{
    struct way way;
    uint64_t span;
    uint32_t known;

    *end = UINT64_C(1) << HASH_BITS;
    if (index->root == 0)
        return NULL;
    way = find_way(index, hash);
    known = way.levels == 0 ? 0 : NODE_BITS * (way.levels - 1) + way.page->depth;
    span = UINT64_C(1) << (HASH_BITS - known);
    *end = (hash & ~(span - 1)) + span;
    return way.page;
}

/* ---- As a whole ---- */

bool score_index_release(struct score_index *index, struct score_space space, uint32_t *budget)
{
    while (index->root != 0 && *budget > 0) {
        struct way way = find_way(index, 0);
        struct score_index_page *page = way.page;
        uint32_t work = page->count + 1u;
        uint32_t level;

        /* The first page of the first node; a slot that is done leads to the one behind it. */
        *budget -= work < *budget ? work : *budget;
        page_release(space, page);
        for (level = way.levels; level > 0; level--) {
            struct node *node = way.nodes[level - 1];
            uint32_t total = 1u << node->bits;
            uint32_t next = 1;
            uintptr_t gone = node->slots[0];

            while (next < total && node->slots[next] == gone)
                next++;
            if (next < total) {
                /* The first slots stand for what is left from now on. */
                for (uint32_t i = 0; i < next; i++)
                    node->slots[i] = node->slots[next];
                break;
            }
            node_release(space, node);
        }
        if (level == 0)
            index->root = 0;
    }
    return index->root == 0;
}

static struct score_index_page *page_copy(struct score_space space,
                                          const struct score_index_page *page)
{
    struct score_index_page *copy = score_space_allocate(space, page_size(page));

    memcpy(copy, page, page_size(page));
    return copy;
}

static uintptr_t copy_slot(uintptr_t slot, struct score_space space, uint32_t level)
{
    const struct node *node;
    struct node *copy;

    if (!is_node(slot))
        return (uintptr_t)page_copy(space, page_of(slot));
    node = node_of(slot);
    copy = node_create(space, node->bits);
    ASSERT(level < LEVELS);
    for (uint32_t i = 0; i < 1u << node->bits; i++) {
        bool again = i > 0 && node->slots[i] == node->slots[i - 1];

        copy->slots[i] = again ? copy->slots[i - 1] : copy_slot(node->slots[i], space, level + 1);
    }
    return (uintptr_t)copy + IS_NODE;
}

struct score_index score_index_copy(const struct score_index *index, struct score_space space)
{
    struct score_index copy = {0};

    if (index->root != 0)
        copy.root = copy_slot(index->root, space, 0);
    return copy;
}
