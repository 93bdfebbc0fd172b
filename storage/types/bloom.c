#include "storage/types/bloom.h"

#include "proto/base/assert.h"
#include "storage/object.h"
#include "storage/types/bloom_layout.h"
#include "storage/types/murmur_hash.h"

#include <math.h>

/* The constants have as many digits as RedisBloom's: sizes must be the same to the bit. */
#define LN_2         0.693147180559945
#define LN_2_SQUARED 0.480453013918201

static const double tightening = 0.5;

/* ---- One filter ---- */

static double bits_per_item(double error_rate)
{
    return fabs(log(error_rate) / LN_2_SQUARED);
}

static uint32_t hashes_for(double bits)
{
    ASSERT_DEBUG(bits > 0);
    ASSERT_DEBUG(bits <= BLOOM_BITS_PER_ITEM_MAX);
    return (uint32_t)ceil(LN_2 * bits);
}

static bool is_sound(const struct bloom_shape *shape)
{
    return shape->error_rate > 0 && shape->error_rate < 1 && shape->bits_per_item > 0 &&
           shape->bits_per_item <= BLOOM_BITS_PER_ITEM_MAX &&
           shape->hashes == hashes_for(shape->bits_per_item) && shape->capacity > 0 &&
           shape->bits > 0 && shape->bits % 64 == 0 && shape->bits / 8 <= BLOOM_BYTES_MAX &&
           shape->exponent < 63 &&
           (shape->exponent == 0 || shape->bits >= UINT64_C(1) << shape->exponent);
}

/* The shape of a filter for so many items; false when it would be too large. */
static bool shape_for(uint64_t capacity, double error_rate, struct bloom_shape *shape)
{
    double bits;

    *shape = (struct bloom_shape){
        .capacity = capacity,
        .error_rate = error_rate,
        .bits_per_item = bits_per_item(error_rate),
    };
    bits = (double)capacity * shape->bits_per_item;
    if (!(error_rate > 0) || !(error_rate < 1) || capacity == 0 ||
        !(bits <= 8.0 * (double)BLOOM_BYTES_MAX))
        return false;
    shape->bits = bits < 1 ? 64 : ((uint64_t)bits + 63) / 64 * 64;
    shape->hashes = hashes_for(shape->bits_per_item);
    return is_sound(shape);
}

/* The two hashes of an item, from which all of its positions follow. */
struct item_hash {
    uint64_t start;
    uint64_t step;
};

static struct item_hash hash_of(struct span item)
{
    uint64_t start = murmur_hash(item, MURMUR_HASH_MULTIPLIER);

    return (struct item_hash){.start = start, .step = murmur_hash(item, start)};
}

static uint64_t modulus_of(const struct bloom_filter *filter)
{
    return filter->shape.exponent > 0 ? UINT64_C(1) << filter->shape.exponent : filter->shape.bits;
}

static bool filter_has(const struct bloom_filter *filter, struct item_hash hash)
{
    uint64_t modulus = modulus_of(filter);
    uint64_t sum = hash.start;

    for (uint32_t i = 0; i < filter->shape.hashes; i++, sum += hash.step) {
        uint64_t position = sum % modulus;

        if ((filter->bytes[position / 8] & 1u << position % 8) == 0)
            return false;
    }
    return true;
}

/* To the last filter. */
static void chain_add(struct bloom *bloom, struct item_hash hash)
{
    uint32_t number = bloom->filter_count - 1;
    struct bloom_filter *filter = &bloom->filters[number];
    uint64_t modulus = modulus_of(filter);
    uint64_t sum = hash.start;

    for (uint32_t i = 0; i < filter->shape.hashes; i++, sum += hash.step) {
        uint64_t position = sum % modulus;

        if (__builtin_expect(bloom->watch != NULL, 0))
            bloom->watch->before_bytes(bloom->watch, number, position / 8, 1);
        filter->bytes[position / 8] |= (unsigned char)(1u << position % 8);
    }
    filter->shape.items++;
}

/* ---- Chains ---- */

static size_t filters_size(uint32_t capacity)
{
    return capacity * sizeof(struct bloom_filter);
}

/* Adds a filter of this shape, its bits zero; false when there is no room for it. */
static bool append_filter(struct heap *heap, struct bloom *bloom, const struct bloom_shape *shape)
{
    unsigned char *bytes;

    if (bloom->filter_count == BLOOM_FILTERS_MAX ||
        shape->bits / 8 > BLOOM_BYTES_MAX - bloom->bytes)
        return false;
    bytes = heap_try_allocate_zeroed(heap, shape->bits / 8);
    if (bytes == NULL)
        return false;
    if (bloom->filter_count == bloom->filter_capacity) {
        uint32_t capacity = bloom->filter_capacity == 0 ? 1 : 2 * bloom->filter_capacity;
        struct bloom_filter *filters = heap_allocate(heap, filters_size(capacity));

        if (bloom->filter_count > 0) {
            memcpy(filters, bloom->filters, filters_size(bloom->filter_count));
            heap_release(heap, bloom->filters, filters_size(bloom->filter_capacity));
        }
        bloom->filters = filters;
        bloom->filter_capacity = capacity;
    }
    bloom->filters[bloom->filter_count++] = (struct bloom_filter){.shape = *shape, .bytes = bytes};
    bloom->bytes += shape->bits / 8;
    return true;
}

struct bloom *bloom_create_empty(struct heap *heap, uint32_t options, uint32_t expansion)
{
    const uint32_t known = BLOOM_EXACT_SIZE | BLOOM_HASH_64 | BLOOM_NO_SCALING;
    struct bloom *bloom;

    if ((options & ~known) != 0 || (options & BLOOM_HASH_64) == 0 ||
        expansion > BLOOM_EXPANSION_MAX)
        return NULL;
    bloom = heap_allocate_zeroed(heap, sizeof(*bloom));
    bloom->options = options;
    bloom->expansion = expansion;
    return bloom;
}

char *bloom_append(struct heap *heap, struct bloom *bloom, const struct bloom_shape *shape)
{
    /* Counts of items are answered as int64. */
    if (!is_sound(shape) || shape->items > INT64_MAX - bloom->items ||
        !append_filter(heap, bloom, shape))
        return NULL;
    bloom->items += shape->items;
    return (char *)bloom->filters[bloom->filter_count - 1].bytes;
}

struct bloom *bloom_create(struct heap *heap, double error_rate, uint64_t capacity,
                           uint32_t expansion, bool scaling)
{
    uint32_t options = BLOOM_EXACT_SIZE | BLOOM_HASH_64 | (scaling ? 0 : BLOOM_NO_SCALING);
    struct bloom_shape shape;
    struct bloom *bloom;

    ASSERT(error_rate > 0 && error_rate < 1);
    ASSERT(capacity > 0);
    if (!shape_for(capacity, scaling ? error_rate * tightening : error_rate, &shape))
        return NULL;
    bloom = bloom_create_empty(heap, options, expansion);
    ASSERT(bloom != NULL);
    if (append_filter(heap, bloom, &shape))
        return bloom;
    bloom_discard(heap, bloom);
    return NULL;
}

/* A larger filter behind the last one. */
static bool grow(struct heap *heap, struct bloom *bloom)
{
    const struct bloom_shape *last = &bloom->filters[bloom->filter_count - 1].shape;
    struct bloom_shape shape;
    uint64_t capacity;

    return !__builtin_mul_overflow(last->capacity, (uint64_t)bloom->expansion, &capacity) &&
           shape_for(capacity, last->error_rate * tightening, &shape) &&
           append_filter(heap, bloom, &shape);
}

static bool chain_has(const struct bloom *bloom, struct item_hash hash)
{
    /* The last one is the largest and has most of the items. */
    for (uint32_t i = bloom->filter_count; i > 0; i--)
        if (filter_has(&bloom->filters[i - 1], hash))
            return true;
    return false;
}

enum bloom_result bloom_add(struct heap *heap, struct bloom *bloom, struct span item)
{
    struct item_hash hash = hash_of(item);
    const struct bloom_shape *last;

    ASSERT(bloom->filter_count > 0);
    if (chain_has(bloom, hash))
        return BLOOM_PRESENT;
    last = &bloom->filters[bloom->filter_count - 1].shape;
    if (last->items >= last->capacity) {
        if ((bloom->options & BLOOM_NO_SCALING) != 0)
            return BLOOM_FULL;
        if (!grow(heap, bloom))
            return BLOOM_FAILED;
    }
    chain_add(bloom, hash);
    bloom->items++;
    return BLOOM_ADDED;
}

bool bloom_has(const struct bloom *bloom, struct span item)
{
    return chain_has(bloom, hash_of(item));
}

uint64_t bloom_items(const struct bloom *bloom)
{
    return bloom->items;
}

uint64_t bloom_capacity(const struct bloom *bloom)
{
    uint64_t capacity = 0;

    for (uint32_t i = 0; i < bloom->filter_count; i++)
        capacity += bloom->filters[i].shape.capacity;
    return capacity;
}

uint32_t bloom_filter_count(const struct bloom *bloom)
{
    return bloom->filter_count;
}

uint32_t bloom_options(const struct bloom *bloom)
{
    return bloom->options;
}

uint32_t bloom_expansion(const struct bloom *bloom)
{
    return bloom->expansion;
}

uint64_t bloom_bytes(const struct bloom *bloom)
{
    return bloom->bytes;
}

struct bloom_shape bloom_shape_of(const struct bloom *bloom, uint32_t filter)
{
    ASSERT(filter < bloom->filter_count);
    return bloom->filters[filter].shape;
}

struct span bloom_filter_span(const struct bloom *bloom, uint32_t filter)
{
    ASSERT(filter < bloom->filter_count);
    return span_of((const char *)bloom->filters[filter].bytes,
                   bloom->filters[filter].shape.bits / 8);
}

/* ---- As an object ---- */

static uint64_t kind_count(const void *object)
{
    const struct bloom *bloom = object;

    return bloom->filter_count;
}

static bool kind_release(struct heap *heap, void *object, uint32_t *budget)
{
    struct bloom *bloom = object;

    while (bloom->filter_count > 0) {
        struct bloom_filter *filter = &bloom->filters[bloom->filter_count - 1];

        if (*budget == 0)
            return false;
        --*budget;
        heap_release(heap, filter->bytes, filter->shape.bits / 8);
        bloom->filter_count--;
    }
    if (bloom->filter_capacity > 0)
        heap_release(heap, bloom->filters, filters_size(bloom->filter_capacity));
    heap_release(heap, bloom, sizeof(*bloom));
    return true;
}

void bloom_discard(struct heap *heap, struct bloom *bloom)
{
    uint32_t budget = UINT32_MAX;

    if (!kind_release(heap, bloom, &budget))
        UNREACHABLE();
}

static void *kind_copy(struct heap *heap, const void *object)
{
    const struct bloom *bloom = object;
    struct bloom *copy = heap_allocate(heap, sizeof(*copy));

    *copy = *bloom;
    copy->watch = NULL;
    copy->filter_capacity = copy->filter_count;
    copy->filters = heap_allocate(heap, filters_size(copy->filter_count));
    for (uint32_t i = 0; i < copy->filter_count; i++) {
        size_t size = bloom->filters[i].shape.bits / 8;

        copy->filters[i] = bloom->filters[i];
        copy->filters[i].bytes = heap_allocate(heap, size);
        memcpy(copy->filters[i].bytes, bloom->filters[i].bytes, size);
    }
    return copy;
}

static size_t kind_memory(const void *object)
{
    const struct bloom *bloom = object;
    size_t total =
        heap_block_size(sizeof(*bloom)) + heap_block_size(filters_size(bloom->filter_capacity));

    for (uint32_t i = 0; i < bloom->filter_count; i++)
        total += heap_block_size(bloom->filters[i].shape.bits / 8);
    return total;
}

static struct object_watch **kind_watch(void *object)
{
    return &((struct bloom *)object)->watch;
}

const struct object_kind bloom_kind = {
    .count = kind_count,
    .release = kind_release,
    .copy = kind_copy,
    .memory = kind_memory,
    .watch = kind_watch,
};
