#include "storage/types/score_leaf.h"

#include "proto/base/assert.h"

#include <math.h>

#ifdef __SSE2__
#include <emmintrin.h>
#endif

enum {
    NARROW = 4,
    WIDE = 8,
    END = 2,
    PER_ELEMENT = END + 1, /* end and fingerprint */
    ADDRESS = sizeof(void *),
    /* A page grows by this share more than it must, and shrinks when this share of it is unused. */
    GROWTH_SHARE = 16,
    SHRINK_SHARE = 4,
};

/* Doubles lie at multiples of 4. */
typedef double loose_double __attribute__((aligned(4)));

/* A member that lies apart. */
struct member_block {
    uint32_t length;
    char bytes[];
};

void *score_space_allocate(struct score_space space, size_t size)
{
    *space.used += heap_block_size(size);
    return heap_allocate(space.heap, size);
}

void score_space_release(struct score_space space, void *block, size_t size)
{
    ASSERT(*space.used >= heap_block_size(size));
    *space.used -= heap_block_size(size);
    heap_release(space.heap, block, size);
}

/* ---- Where things are ---- */

static inline size_t width_of(bool wide)
{
    return wide ? WIDE : NARROW;
}

static inline size_t used_with(uint32_t count, bool wide, size_t bytes)
{
    return sizeof(struct score_leaf) + count * (width_of(wide) + PER_ELEMENT) + bytes;
}

size_t score_leaf_used(const struct score_leaf *leaf)
{
    return used_with(leaf->count, leaf->wide, leaf->bytes);
}

static inline int32_t *narrow_scores(const struct score_leaf *leaf)
{
    return (int32_t *)(void *)leaf->data;
}

static inline loose_double *wide_scores(const struct score_leaf *leaf)
{
    return (loose_double *)(void *)leaf->data;
}

static inline uint16_t *ends_of(const struct score_leaf *leaf)
{
    return (uint16_t *)(void *)(leaf->data + leaf->count * width_of(leaf->wide));
}

static inline uint8_t *fingerprints_of(const struct score_leaf *leaf)
{
    return (uint8_t *)leaf->data + leaf->count * (width_of(leaf->wide) + END);
}

static inline char *members_of(const struct score_leaf *leaf)
{
    return (char *)leaf->data + leaf->count * (width_of(leaf->wide) + PER_ELEMENT);
}

static inline uint32_t end_of(const uint16_t *ends, uint32_t index)
{
    return ends[index] & (SCORE_LEAF_APART - 1);
}

static inline uint32_t start_of(const uint16_t *ends, uint32_t index)
{
    return index == 0 ? 0 : end_of(ends, index - 1);
}

static inline bool is_narrow(double score)
{
    return score >= INT32_MIN && score <= INT32_MAX && score == (double)(int32_t)score &&
           !(score == 0 && signbit(score));
}

static struct member_block *block_at(const char *place)
{
    struct member_block *block;

    memcpy(&block, place, sizeof(block));
    return block;
}

/* The bytes that a member takes in the page. */
static inline size_t placed_length(struct span member)
{
    return member.length > SCORE_LEAF_MEMBER_MAX ? ADDRESS : member.length;
}

/* ---- Reading ---- */

double score_leaf_score(const struct score_leaf *leaf, uint32_t index)
{
    ASSERT_DEBUG(index < leaf->count);
    return leaf->wide ? wide_scores(leaf)[index] : narrow_scores(leaf)[index];
}

struct span score_leaf_member(const struct score_leaf *leaf, uint32_t index)
{
    const uint16_t *ends = ends_of(leaf);
    uint32_t start = start_of(ends, index);
    const char *place = members_of(leaf) + start;

    ASSERT_DEBUG(index < leaf->count);
    if (__builtin_expect((ends[index] & SCORE_LEAF_APART) != 0, 0)) {
        const struct member_block *block = block_at(place);

        return span_of(block->bytes, block->length);
    }
    return span_of(place, ends[index] - start);
}

struct score_element score_leaf_element(const struct score_leaf *leaf, uint32_t index)
{
    return (struct score_element){score_leaf_score(leaf, index), score_leaf_member(leaf, index)};
}

int score_member_compare(struct span left, struct span right)
{
    size_t shorter = left.length < right.length ? left.length : right.length;
    int order = shorter == 0 ? 0 : memcmp(left.data, right.data, shorter);

    return order != 0 ? order : (left.length > right.length) - (left.length < right.length);
}

/* Halves without a branch that could be predicted wrongly. */
#define COUNT_BEFORE(scores, total, is_before)                                                     \
    do {                                                                                           \
        uint32_t first = 0;                                                                        \
        uint32_t left = (total);                                                                   \
                                                                                                   \
        while (left > 0) {                                                                         \
            uint32_t half = left / 2;                                                              \
            double candidate = (scores)[first + half];                                             \
            bool before = (is_before);                                                             \
                                                                                                   \
            first = before ? first + half + 1 : first;                                             \
            left = before ? left - half - 1 : half;                                                \
        }                                                                                          \
        return first;                                                                              \
    } while (0)

uint32_t score_leaf_before_score(const struct score_leaf *leaf, double score, bool equal)
{
    if (leaf->wide) {
        if (equal)
            COUNT_BEFORE(wide_scores(leaf), leaf->count, candidate <= score);
        COUNT_BEFORE(wide_scores(leaf), leaf->count, candidate < score);
    }
    if (equal)
        COUNT_BEFORE(narrow_scores(leaf), leaf->count, candidate <= score);
    COUNT_BEFORE(narrow_scores(leaf), leaf->count, candidate < score);
}

/* The same among the members of the elements [first, end), which have one score. */
static uint32_t before_member_in(const struct score_leaf *leaf, uint32_t first, uint32_t end,
                                 struct span member, bool equal)
{
    while (first < end) {
        uint32_t half = first + (end - first) / 2;
        int order = score_member_compare(score_leaf_member(leaf, half), member);

        if (order < 0 || (equal && order == 0))
            first = half + 1;
        else
            end = half;
    }
    return first;
}

uint32_t score_leaf_before_element(const struct score_leaf *leaf, double score, struct span member,
                                   bool equal)
{
    uint32_t first = score_leaf_before_score(leaf, score, false);
    uint32_t end = first;

    /* Scores are mostly different. */
    if (first < leaf->count && score_leaf_score(leaf, first) == score)
        end = first + 1;
    if (end > first && end < leaf->count && score_leaf_score(leaf, end) == score)
        end = score_leaf_before_score(leaf, score, true);
    return before_member_in(leaf, first, end, member, equal);
}

uint32_t score_leaf_before_member(const struct score_leaf *leaf, struct span member, bool equal)
{
    return before_member_in(leaf, 0, leaf->count, member, equal);
}

uint32_t score_leaf_find_fingerprint(const struct score_leaf *leaf, uint32_t from,
                                     uint8_t fingerprint)
{
    const uint8_t *fingerprints = fingerprints_of(leaf);
    uint32_t count = leaf->count;

#ifdef __SSE2__
    for (; from + 16 <= count; from += 16) {
        __m128i some = _mm_loadu_si128((const __m128i *)(const void *)(fingerprints + from));
        int same = _mm_movemask_epi8(_mm_cmpeq_epi8(some, _mm_set1_epi8((char)fingerprint)));

        if (same != 0)
            return from + (uint32_t)__builtin_ctz((unsigned)same);
    }
#endif
    while (from < count && fingerprints[from] != fingerprint)
        from++;
    return from;
}

uint32_t score_leaf_find(const struct score_leaf *leaf, struct span member, uint8_t fingerprint)
{
    uint32_t index = score_leaf_find_fingerprint(leaf, 0, fingerprint);

    while (index < leaf->count && !span_equal(score_leaf_member(leaf, index), member))
        index = score_leaf_find_fingerprint(leaf, index + 1, fingerprint);
    return index;
}

/* ---- Changing ---- */

/* Room for `used` bytes, with a little more for what comes next. */
static struct score_leaf *allocate(struct score_space space, size_t used, size_t more)
{
    size_t size = used + more;

    ASSERT(used <= SCORE_LEAF_SIZE_MAX);
    if (size > SCORE_LEAF_SIZE_MAX)
        size = SCORE_LEAF_SIZE_MAX;
    struct score_leaf *leaf = score_space_allocate(space, size);

    leaf->size = (uint16_t)heap_block_size(size);
    return leaf;
}

struct score_leaf *score_leaf_create(struct score_space space, uint32_t id)
{
    struct score_leaf *leaf = allocate(space, sizeof(*leaf), 0);

    leaf->count = 0;
    leaf->bytes = 0;
    leaf->wide = false;
    leaf->id = id;
    return leaf;
}

bool score_leaf_fits(const struct score_leaf *leaf, double score, struct span member)
{
    bool wide = leaf->wide || !is_narrow(score);

    return used_with(leaf->count + 1u, wide, leaf->bytes + placed_length(member)) <=
           SCORE_LEAF_SIZE_MAX;
}

/* The elements [from, to) of `source` behind the `at` ones that `leaf`, whose counts are final, has
 * already. Their members begin at `bytes`. */
static void fill(struct score_leaf *leaf, uint32_t at, uint32_t bytes,
                 const struct score_leaf *source, uint32_t from, uint32_t to)
{
    const uint16_t *source_ends = ends_of(source);
    uint32_t start = start_of(source_ends, from);
    uint32_t length = to > from ? end_of(source_ends, to - 1) - start : 0;
    uint16_t *ends = ends_of(leaf);

    ASSERT(at + (to - from) <= leaf->count);
    for (uint32_t i = from; i < to; i++) {
        uint32_t place = at + i - from;

        if (leaf->wide)
            wide_scores(leaf)[place] = score_leaf_score(source, i);
        else
            narrow_scores(leaf)[place] = (int32_t)score_leaf_score(source, i);
        ends[place] = (uint16_t)(source_ends[i] - start + bytes);
    }
    memcpy(fingerprints_of(leaf) + at, fingerprints_of(source) + from, to - from);
    memcpy(members_of(leaf) + bytes, members_of(source) + start, length);
}

static bool range_is_narrow(const struct score_leaf *leaf, uint32_t from, uint32_t to)
{
    if (!leaf->wide)
        return true;
    for (uint32_t i = from; i < to; i++) {
        if (!is_narrow(wide_scores(leaf)[i]))
            return false;
    }
    return true;
}

/* A page with the elements [from, to) of a leaf; members that lie apart are shared with it. */
static struct score_leaf *part(struct score_space space, const struct score_leaf *leaf,
                               uint32_t from, uint32_t to, bool wide, size_t more)
{
    const uint16_t *ends = ends_of(leaf);
    uint32_t bytes = to > from ? end_of(ends, to - 1) - start_of(ends, from) : 0;
    struct score_leaf *made = allocate(space, used_with(to - from, wide, bytes), more);

    made->count = (uint16_t)(to - from);
    made->bytes = (uint16_t)bytes;
    made->wide = wide;
    made->id = leaf->id;
    fill(made, 0, 0, leaf, from, to);
    return made;
}

static void release_page(struct score_space space, struct score_leaf *leaf)
{
    score_space_release(space, leaf, leaf->size);
}

/* Opens a gap for one element at `index` and for its `length` bytes, while the elements go from
 * `source` to `leaf`, which may be the same: everything moves towards the end, the last first. */
static void open_gap(struct score_leaf *leaf, const struct score_leaf *source, uint32_t index,
                     uint32_t length)
{
    uint32_t count = source->count;
    uint32_t bytes = source->bytes;
    size_t width = width_of(source->wide);
    uint32_t start = start_of(ends_of(source), index);
    const char *from = source->data + count * (width + PER_ELEMENT);
    char *to = leaf->data + (count + 1) * (width + PER_ELEMENT);

    memmove(to + start + length, from + start, bytes - start);
    memmove(to, from, start);
    from = source->data + count * (width + END);
    to = leaf->data + (count + 1) * (width + END);
    memmove(to + index + 1, from + index, count - index);
    memmove(to, from, index);
    from = source->data + count * width;
    to = leaf->data + (count + 1) * width;
    memmove(to + (index + 1) * END, from + index * END, (count - index) * END);
    memmove(to, from, index * END);
    memmove(leaf->data + (index + 1) * width, source->data + index * width,
            (count - index) * width);
    if (leaf != source)
        memcpy(leaf->data, source->data, index * width);
    leaf->count = (uint16_t)(count + 1);
    leaf->bytes = (uint16_t)(bytes + length);
    leaf->wide = source->wide;
    leaf->id = source->id;
}

static void write_score(struct score_leaf *leaf, uint32_t index, double score)
{
    if (leaf->wide)
        wide_scores(leaf)[index] = score;
    else
        narrow_scores(leaf)[index] = (int32_t)score;
}

/* Writes the member's bytes or the address of its block; its end carries the mark. */
static void write_member(struct score_space space, struct score_leaf *leaf, uint32_t index,
                         uint32_t start, struct span member)
{
    uint16_t *ends = ends_of(leaf);
    size_t length = placed_length(member);

    ends[index] = (uint16_t)(start + length);
    if (member.length > SCORE_LEAF_MEMBER_MAX) {
        struct member_block *block = score_space_allocate(space, sizeof(*block) + member.length);

        ASSERT(member.length <= UINT32_MAX);
        block->length = (uint32_t)member.length;
        memcpy(block->bytes, member.data, member.length);
        memcpy(members_of(leaf) + start, &block, sizeof(block));
        ends[index] |= SCORE_LEAF_APART;
    } else if (length > 0) {
        memcpy(members_of(leaf) + start, member.data, length);
    }
}

struct score_leaf *score_leaf_insert(struct score_space space, struct score_leaf *leaf,
                                     uint32_t index, double score, struct span member,
                                     uint8_t fingerprint)
{
    uint32_t length = (uint32_t)placed_length(member);
    uint32_t start = start_of(ends_of(leaf), index);
    struct score_leaf *target = leaf;
    size_t used;

    ASSERT(index <= leaf->count);
    ASSERT_DEBUG(score_leaf_fits(leaf, score, member));
    if (!leaf->wide && !is_narrow(score)) {
        target = part(space, leaf, 0, leaf->count, true, 0);
        release_page(space, leaf);
        leaf = target;
    }
    used = used_with(leaf->count + 1u, leaf->wide, leaf->bytes + length);
    if (used > leaf->size)
        target = allocate(space, used, used / GROWTH_SHARE);
    open_gap(target, leaf, index, length);
    if (target != leaf)
        release_page(space, leaf);
    write_score(target, index, score);
    fingerprints_of(target)[index] = fingerprint;
    write_member(space, target, index, start, member);
    for (uint32_t i = index + 1; i < target->count; i++)
        ends_of(target)[i] = (uint16_t)(ends_of(target)[i] + length);
    return target;
}

static void release_member(struct score_space space, struct score_leaf *leaf, uint32_t index)
{
    const uint16_t *ends = ends_of(leaf);

    if ((ends[index] & SCORE_LEAF_APART) != 0) {
        struct member_block *block = block_at(members_of(leaf) + start_of(ends, index));

        score_space_release(space, block, sizeof(*block) + block->length);
    }
}

/* The opposite of open_gap, the first first. */
static void close_gap(struct score_leaf *leaf, uint32_t index)
{
    uint32_t count = leaf->count;
    uint32_t after = count - index - 1;
    size_t width = width_of(leaf->wide);
    uint32_t start = start_of(ends_of(leaf), index);
    uint32_t end = end_of(ends_of(leaf), index);
    char *from = leaf->data + count * width;
    char *to = leaf->data + (count - 1) * width;

    memmove(leaf->data + index * width, leaf->data + (index + 1) * width, after * width);
    memmove(to, from, index * END);
    memmove(to + index * END, from + (index + 1) * END, after * END);
    from = leaf->data + count * (width + END);
    to = leaf->data + (count - 1) * (width + END);
    memmove(to, from, index);
    memmove(to + index, from + index + 1, after);
    from = leaf->data + count * (width + PER_ELEMENT);
    to = leaf->data + (count - 1) * (width + PER_ELEMENT);
    memmove(to, from, start);
    memmove(to + start, from + end, leaf->bytes - end);
    leaf->count--;
    leaf->bytes = (uint16_t)(leaf->bytes - (end - start));
    for (uint32_t i = index; i < leaf->count; i++)
        ends_of(leaf)[i] = (uint16_t)(ends_of(leaf)[i] - (end - start));
}

struct score_leaf *score_leaf_remove(struct score_space space, struct score_leaf *leaf,
                                     uint32_t index)
{
    struct score_leaf *smaller;
    size_t used;

    ASSERT(index < leaf->count);
    release_member(space, leaf, index);
    close_gap(leaf, index);
    used = score_leaf_used(leaf);
    if (leaf->size - used <= leaf->size / SHRINK_SHARE ||
        heap_block_size(used + used / GROWTH_SHARE) >= leaf->size)
        return leaf;
    smaller = part(space, leaf, 0, leaf->count, leaf->wide, used / GROWTH_SHARE);
    release_page(space, leaf);
    return smaller;
}

bool score_leaf_set_score(struct score_leaf *leaf, uint32_t index, double score)
{
    ASSERT(index < leaf->count);
    if (!leaf->wide && !is_narrow(score))
        return false;
    write_score(leaf, index, score);
    return true;
}

uint32_t score_leaf_middle(const struct score_leaf *leaf)
{
    const uint16_t *ends = ends_of(leaf);
    size_t fixed = width_of(leaf->wide) + PER_ELEMENT;
    size_t half = (score_leaf_used(leaf) - sizeof(*leaf)) / 2;
    uint32_t index = 1;

    ASSERT(leaf->count > 1);
    while (index < leaf->count - 1u && index * fixed + end_of(ends, index - 1) < half)
        index++;
    return index;
}

struct score_leaf *score_leaf_split(struct score_space space, struct score_leaf **leaf,
                                    uint32_t index, uint32_t id)
{
    struct score_leaf *whole = *leaf;
    struct score_leaf *right;

    ASSERT(index > 0);
    ASSERT(index < whole->count);
    right =
        part(space, whole, index, whole->count, !range_is_narrow(whole, index, whole->count), 0);
    right->id = id;
    *leaf = part(space, whole, 0, index, !range_is_narrow(whole, 0, index), 0);
    release_page(space, whole);
    return right;
}

bool score_leaf_joinable(const struct score_leaf *left, const struct score_leaf *right, size_t size)
{
    uint32_t count = (uint32_t)left->count + right->count;

    return used_with(count, left->wide || right->wide, (size_t)left->bytes + right->bytes) <= size;
}

struct score_leaf *score_leaf_join(struct score_space space, struct score_leaf *left,
                                   struct score_leaf *right)
{
    bool wide = left->wide || right->wide;
    uint32_t count = (uint32_t)left->count + right->count;
    uint32_t bytes = (uint32_t)left->bytes + right->bytes;
    size_t used = used_with(count, wide, bytes);
    struct score_leaf *joined = allocate(space, used, used / GROWTH_SHARE);

    joined->count = (uint16_t)count;
    joined->bytes = (uint16_t)bytes;
    joined->wide = wide;
    joined->id = left->id;
    fill(joined, 0, 0, left, 0, left->count);
    fill(joined, left->count, left->bytes, right, 0, right->count);
    release_page(space, left);
    release_page(space, right);
    return joined;
}

void score_leaf_release(struct score_space space, struct score_leaf *leaf)
{
    for (uint32_t i = 0; i < leaf->count; i++)
        release_member(space, leaf, i);
    release_page(space, leaf);
}

struct score_leaf *score_leaf_copy(struct score_space space, const struct score_leaf *leaf)
{
    struct score_leaf *copy = part(space, leaf, 0, leaf->count, leaf->wide, 0);

    for (uint32_t i = 0; i < copy->count; i++) {
        if ((ends_of(copy)[i] & SCORE_LEAF_APART) != 0)
            write_member(space, copy, i, start_of(ends_of(copy), i), score_leaf_member(leaf, i));
    }
    return copy;
}
