#include "server/pubsub/pattern_index.h"

#include "proto/base/assert.h"
#include "proto/base/glob.h"
#include "proto/base/memory.h"
#include "storage/key_hash.h"

/* ---- Literals ---- */

enum { LENGTHS_SINGLE = 16, LENGTHS_STEP = 8 };

static size_t length_of(uint32_t place)
{
    return place <= LENGTHS_SINGLE
               ? place
               : LENGTHS_SINGLE + (size_t)(place - LENGTHS_SINGLE) * LENGTHS_STEP;
}

/* The longest length told apart that is not longer. */
static uint8_t place_of(size_t length)
{
    if (length > PATTERN_LITERAL_MAX)
        length = PATTERN_LITERAL_MAX;
    if (length <= LENGTHS_SINGLE)
        return (uint8_t)length;
    return (uint8_t)(LENGTHS_SINGLE + (length - LENGTHS_SINGLE) / LENGTHS_STEP);
}

/* Behind a class, as glob_match reads it: `i` is behind its '['. */
static size_t class_end(struct span text, size_t i)
{
    if (i < text.length && text.data[i] == '^')
        i++;
    for (; i < text.length && text.data[i] != ']'; i++) {
        if (text.data[i] == '\\' && text.length - i >= 2)
            i++;
        else if (text.length - i >= 3 && text.data[i + 1] == '-')
            i += 2;
    }
    return i < text.length ? i + 1 : text.length;
}

/* Where what begins at `i` ends: one byte, an escaped one, or a class. */
static size_t token_end(struct span text, size_t i)
{
    if (text.data[i] == '\\')
        return text.length - i >= 2 ? i + 2 : text.length;
    return text.data[i] == '[' ? class_end(text, i + 1) : i + 1;
}

static bool is_literal(char byte)
{
    return byte != '*' && byte != '?' && byte != '[' && byte != '\\';
}

static void find_literals(struct span text, uint8_t *prefix, uint8_t *suffix)
{
    size_t first = 0;
    size_t last = 0; /* behind the last token that is not literal */

    while (first < text.length && is_literal(text.data[first]))
        first++;
    for (size_t i = first; i < text.length;) {
        size_t end = token_end(text, i);

        if (!is_literal(text.data[i]))
            last = end;
        i = end;
    }
    *prefix = place_of(first);
    /* What is literal as a whole gives the suffix what the prefix leaves. */
    if (first == text.length)
        last = length_of(*prefix);
    *suffix = place_of(text.length - last);
}

static uint64_t prefix_hash(const struct pattern_index *index, struct span text, uint32_t place)
{
    return key_hash(span_of(text.data, length_of(place)), index->seed + place);
}

static uint64_t suffix_hash(const struct pattern_index *index, struct span text, uint32_t place)
{
    size_t length = length_of(place);

    return key_hash(span_of(text.data + text.length - length, length),
                    index->seed + PATTERN_LENGTHS + place);
}

static uint64_t combine(uint64_t prefix, uint64_t suffix)
{
    uint64_t mixed = (prefix ^ (suffix << 32 | suffix >> 32)) * 0x9e3779b97f4a7c15u;

    return mixed ^ (mixed >> 29);
}

/* ---- The index ---- */

void pattern_index_init(struct pattern_index *index, uint64_t seed)
{
    *index = (struct pattern_index){.seed = seed};
}

void pattern_index_free(struct pattern_index *index)
{
    uint64_t cursor = 0;
    void *pattern;

    while ((pattern = hash_index_next(&index->by_text, &cursor)) != NULL)
        memory_free(pattern);
    hash_index_free(&index->by_text);
    hash_index_free(&index->by_literals);
}

static bool has_text(const void *thing, const void *wanted)
{
    return span_equal(pattern_text(thing), *(const struct span *)wanted);
}

struct pattern *pattern_index_find(const struct pattern_index *index, struct span text)
{
    return hash_index_find(&index->by_text, key_hash(text, index->seed), has_text, &text);
}

static void shape_add(struct pattern_index *index, const struct pattern *pattern)
{
    index->shapes[pattern->prefix][pattern->suffix]++;
    index->rows |= 1ull << pattern->prefix;
    index->columns[pattern->prefix] |= 1ull << pattern->suffix;
}

static void shape_remove(struct pattern_index *index, const struct pattern *pattern)
{
    uint32_t *count = &index->shapes[pattern->prefix][pattern->suffix];

    ASSERT(*count > 0);
    if (--*count > 0)
        return;
    index->columns[pattern->prefix] &= ~(1ull << pattern->suffix);
    if (index->columns[pattern->prefix] == 0)
        index->rows &= ~(1ull << pattern->prefix);
}

struct pattern *pattern_index_add(struct pattern_index *index, struct span text)
{
    struct pattern *pattern = memory_new_zeroed(1, sizeof(*pattern) + text.length);
    struct pattern *first;

    ASSERT_DEBUG(pattern_index_find(index, text) == NULL);
    pattern->length = (uint32_t)text.length;
    if (text.length > 0)
        memcpy(pattern->text, text.data, text.length);
    find_literals(text, &pattern->prefix, &pattern->suffix);
    pattern->text_hash = key_hash(text, index->seed);
    pattern->literal_hash = combine(prefix_hash(index, text, pattern->prefix),
                                    suffix_hash(index, text, pattern->suffix));
    hash_index_add(&index->by_text, pattern->text_hash, pattern);
    first = hash_index_find(&index->by_literals, pattern->literal_hash, NULL, NULL);
    if (first == NULL) {
        hash_index_add(&index->by_literals, pattern->literal_hash, pattern);
    } else {
        pattern->next = first->next;
        first->next = pattern;
    }
    shape_add(index, pattern);
    return pattern;
}

void pattern_index_remove(struct pattern_index *index, struct pattern *pattern)
{
    struct pattern *first = hash_index_find(&index->by_literals, pattern->literal_hash, NULL, NULL);

    ASSERT(first != NULL);
    if (first == pattern) {
        hash_index_remove(&index->by_literals, pattern->literal_hash, pattern);
        if (pattern->next != NULL)
            hash_index_add(&index->by_literals, pattern->literal_hash, pattern->next);
    } else {
        while (first->next != pattern)
            first = first->next;
        first->next = pattern->next;
    }
    hash_index_remove(&index->by_text, pattern->text_hash, pattern);
    shape_remove(index, pattern);
    memory_free(pattern);
}

/* ---- Matching ---- */

void pattern_index_match(struct pattern_index *index, struct span channel,
                         void (*found)(struct pattern *pattern, void *context), void *context)
{
    uint64_t suffixes[PATTERN_LENGTHS]; /* of the channel, worked out when first needed */
    uint64_t known = 0;

    for (uint64_t rows = index->rows; rows != 0; rows &= rows - 1) {
        uint32_t prefix = (uint32_t)__builtin_ctzll(rows);
        uint64_t hash;

        if (length_of(prefix) > channel.length)
            break;
        hash = prefix_hash(index, channel, prefix);
        for (uint64_t left = index->columns[prefix]; left != 0; left &= left - 1) {
            uint32_t suffix = (uint32_t)__builtin_ctzll(left);
            struct pattern *pattern;

            if (length_of(prefix) + length_of(suffix) > channel.length)
                break;
            if (!(known >> suffix & 1))
                suffixes[suffix] = suffix_hash(index, channel, suffix);
            known |= 1ull << suffix;
            pattern =
                hash_index_find(&index->by_literals, combine(hash, suffixes[suffix]), NULL, NULL);
            for (; pattern != NULL; pattern = pattern->next) {
                index->matched++;
                if (glob_match(pattern_text(pattern), channel, false))
                    found(pattern, context);
            }
        }
    }
}
