#include "storage/types/bitmap.h"

#include "proto/base/assert.h"

#ifdef __x86_64__
#include <immintrin.h>
#endif

/* Words at any address; loads and stores of them are one instruction each. */
typedef uint64_t word __attribute__((aligned(1), may_alias));
/* Several words; the compiler makes one or two vector instructions of each operation. */
typedef uint64_t lanes __attribute__((vector_size(32), aligned(1), may_alias));

enum {
    WORD = sizeof(uint64_t),
    LANES = sizeof(lanes),
    VECTOR = 64,
    WIDE_FROM = 256, /* shorter strings are counted before wide registers are set up */
};

static uint64_t bit_length(struct span bytes)
{
    ASSERT_DEBUG(bytes.length <= INT64_MAX / 8);
    return 8 * (uint64_t)bytes.length;
}

bool bitmap_bit(struct span bytes, uint64_t position)
{
    uint64_t byte = position / 8;

    if (byte >= bytes.length)
        return false;
    return ((unsigned char)bytes.data[byte] >> (7 - position % 8) & 1) != 0;
}

/* ---- Counting ---- */

/* The bits set in each byte, as bytes. */
static inline uint64_t count_in_bytes(uint64_t bits)
{
    bits -= bits >> 1 & UINT64_C(0x5555555555555555);
    bits = (bits & UINT64_C(0x3333333333333333)) + (bits >> 2 & UINT64_C(0x3333333333333333));
    return (bits + (bits >> 4)) & UINT64_C(0x0f0f0f0f0f0f0f0f);
}

static inline uint64_t sum_of_bytes(uint64_t bytes)
{
    bytes = (bytes & UINT64_C(0x00ff00ff00ff00ff)) + (bytes >> 8 & UINT64_C(0x00ff00ff00ff00ff));
    return bytes * UINT64_C(0x0001000100010001) >> 48;
}

static uint64_t count_portably(struct span bytes)
{
    const char *data = bytes.data;
    size_t left = bytes.length;
    uint64_t total = 0;

    while (left >= LANES) {
        /* Bytes hold sums of up to 31 counts of up to 8. */
        size_t blocks = left / LANES < 31 ? left / LANES : 31;
        lanes sums = {0};

        for (size_t i = 0; i < blocks; i++) {
            lanes bits = *(const lanes *)data;

            bits -= bits >> 1 & UINT64_C(0x5555555555555555);
            bits =
                (bits & UINT64_C(0x3333333333333333)) + (bits >> 2 & UINT64_C(0x3333333333333333));
            sums += (bits + (bits >> 4)) & UINT64_C(0x0f0f0f0f0f0f0f0f);
            data += LANES;
        }
        for (size_t i = 0; i < LANES / WORD; i++)
            total += sum_of_bytes(sums[i]);
        left -= blocks * LANES;
    }
    for (; left >= WORD; left -= WORD, data += WORD)
        total += sum_of_bytes(count_in_bytes(*(const word *)data));
    for (; left > 0; left--, data++)
        total += sum_of_bytes(count_in_bytes((unsigned char)*data));
    return total;
}

#ifdef __x86_64__
/* Four sums, so that the additions do not wait for each other. */
__attribute__((target("popcnt"))) static uint64_t count_with_instruction(struct span bytes)
{
    const char *data = bytes.data;
    size_t left = bytes.length;
    uint64_t totals[4] = {0};

    for (; left >= 4 * WORD; left -= 4 * WORD, data += 4 * WORD) {
        const word *words = (const word *)data;

        for (size_t i = 0; i < 4; i++)
            totals[i] += (uint64_t)__builtin_popcountll(words[i]);
    }
    for (; left >= WORD; left -= WORD, data += WORD)
        totals[0] += (uint64_t)__builtin_popcountll(*(const word *)data);
    for (; left > 0; left--, data++)
        totals[1] += (uint64_t)__builtin_popcountll((unsigned char)*data);
    return totals[0] + totals[1] + totals[2] + totals[3];
}

/* Half a byte is looked up in a register of 16 counts, 32 bytes at a time. */
__attribute__((target("avx2"))) static uint64_t count_by_look_up(const char *data, size_t blocks)
{
    const __m256i counts =
        _mm256_broadcastsi128_si256(_mm_setr_epi8(0, 1, 1, 2, 1, 2, 2, 3, 1, 2, 2, 3, 2, 3, 3, 4));
    const __m256i low = _mm256_set1_epi8(0x0f);
    const __m256i zero = _mm256_setzero_si256();
    __m256i totals = zero;
    uint64_t parts[4];

    while (blocks > 0) {
        /* Bytes hold sums of up to 31 counts of up to 8. */
        size_t round = blocks < 31 ? blocks : 31;
        __m256i sums = zero;

        for (size_t i = 0; i < round; i++, data += LANES) {
            __m256i bits = _mm256_loadu_si256((const __m256i *)data);
            __m256i high = _mm256_and_si256(_mm256_srli_epi16(bits, 4), low);

            sums = _mm256_add_epi8(sums, _mm256_shuffle_epi8(counts, _mm256_and_si256(bits, low)));
            sums = _mm256_add_epi8(sums, _mm256_shuffle_epi8(counts, high));
        }
        totals = _mm256_add_epi64(totals, _mm256_sad_epu8(sums, zero));
        blocks -= round;
    }
    _mm256_storeu_si256((__m256i *)parts, totals);
    return parts[0] + parts[1] + parts[2] + parts[3];
}

/* 64 bytes by one instruction; two sums, for the same reason as above. */
__attribute__((target("avx512f,avx512vpopcntdq"))) static uint64_t count_by_vector(const char *data,
                                                                                   size_t blocks)
{
    __m512i totals[2] = {_mm512_setzero_si512(), _mm512_setzero_si512()};

    for (size_t i = 0; i + 1 < blocks; i += 2, data += 2 * VECTOR) {
        totals[0] = _mm512_add_epi64(totals[0], _mm512_popcnt_epi64(_mm512_loadu_si512(data)));
        totals[1] =
            _mm512_add_epi64(totals[1], _mm512_popcnt_epi64(_mm512_loadu_si512(data + VECTOR)));
    }
    if (blocks % 2 != 0)
        totals[0] = _mm512_add_epi64(totals[0], _mm512_popcnt_epi64(_mm512_loadu_si512(data)));
    return (uint64_t)_mm512_reduce_add_epi64(_mm512_add_epi64(totals[0], totals[1]));
}

bool bitmap_has_way(enum bitmap_way way)
{
    switch (way) {
    case BITMAP_AVX512:
        return __builtin_cpu_supports("avx512vpopcntdq");
    case BITMAP_AVX2:
        return __builtin_cpu_supports("avx2") && __builtin_cpu_supports("popcnt");
    case BITMAP_POPCNT:
        return __builtin_cpu_supports("popcnt");
    case BITMAP_PORTABLE:
        break;
    }
    return true;
}

uint64_t bitmap_count_by(enum bitmap_way way, struct span bytes)
{
    uint64_t total = 0;
    size_t done = 0;

    if (way == BITMAP_PORTABLE)
        return count_portably(bytes);
    if (way == BITMAP_AVX512) {
        done = bytes.length / VECTOR * VECTOR;
        total = count_by_vector(bytes.data, done / VECTOR);
    } else if (way == BITMAP_AVX2) {
        done = bytes.length / LANES * LANES;
        total = count_by_look_up(bytes.data, done / LANES);
    }
    return total + count_with_instruction(span_of(bytes.data + done, bytes.length - done));
}
#else
bool bitmap_has_way(enum bitmap_way way)
{
    return way == BITMAP_PORTABLE;
}

uint64_t bitmap_count_by(enum bitmap_way way, struct span bytes)
{
    ASSERT(way == BITMAP_PORTABLE);
    return count_portably(bytes);
}
#endif

static uint64_t count_all(struct span bytes)
{
    enum bitmap_way way = bytes.length < WIDE_FROM ? BITMAP_POPCNT : BITMAP_AVX512;

    while (!bitmap_has_way(way))
        way--;
    return bitmap_count_by(way, bytes);
}

uint64_t bitmap_count(struct span bytes, uint64_t first, uint64_t end)
{
    uint64_t from = first / 8;
    uint64_t until = (end + 7) / 8;
    uint64_t outside = 0;

    ASSERT(first <= end);
    ASSERT(end <= bit_length(bytes));
    if (first == end)
        return 0;
    if (first % 8 != 0)
        outside += (uint64_t)__builtin_popcount((unsigned char)bytes.data[from] >> (8 - first % 8));
    if (end % 8 != 0)
        outside +=
            (uint64_t)__builtin_popcount((unsigned char)bytes.data[until - 1] & (0xffu >> end % 8));
    return count_all(span_of(bytes.data + from, until - from)) - outside;
}

/* ---- Searching ---- */

/* The first byte that is not `skipped` (all bits zero or all set), from `from` on; `until` without
 * any. */
static uint64_t find_byte(const char *data, uint64_t from, uint64_t until, unsigned char skipped)
{
    uint64_t pattern = skipped * UINT64_C(0x0101010101010101);

    while (until - from >= 4 * WORD) {
        const word *words = (const word *)(data + from);

        if (((words[0] ^ pattern) | (words[1] ^ pattern) | (words[2] ^ pattern) |
             (words[3] ^ pattern)) != 0)
            break;
        from += 4 * WORD;
    }
    while (until - from >= WORD && *(const word *)(data + from) == pattern)
        from += WORD;
    while (from < until && (unsigned char)data[from] == skipped)
        from++;
    return from;
}

bool bitmap_find(struct span bytes, uint64_t first, uint64_t end, bool bit, uint64_t *position)
{
    unsigned char skipped = bit ? 0 : 0xff;
    uint64_t until = (end + 7) / 8;
    uint64_t byte = first / 8;
    uint32_t wanted;

    ASSERT(first <= end);
    ASSERT(end <= bit_length(bytes));
    if (first == end)
        return false;
    wanted = ((unsigned char)bytes.data[byte] ^ skipped) & (0xffu >> first % 8);
    if (wanted == 0) {
        byte = find_byte(bytes.data, byte + 1, until, skipped);
        if (byte >= until)
            return false;
        wanted = (unsigned char)bytes.data[byte] ^ skipped;
    }
    *position = 8 * byte + (uint64_t)__builtin_clz(wanted) - 24;
    return *position < end;
}

/* ---- Combining ---- */

/* A piece of the result is worked out before the next, so that it stays in the cache whatever the
 * number of sources. A multiple of LANES. */
enum { PIECE = 4096 };

struct piece {
    _Alignas(LANES) char bytes[PIECE];
};

/* The part of a source from `offset` on, or a copy of it with zero bytes behind its end. */
static const char *piece_of(struct span source, size_t offset, size_t length, struct piece *copy)
{
    size_t have = source.length > offset ? source.length - offset : 0;

    if (have >= PIECE)
        return source.data + offset;
    if (have > length)
        have = length;
    if (have > 0)
        memcpy(copy->bytes, source.data + offset, have);
    memset(copy->bytes + have, 0, PIECE - have);
    return copy->bytes;
}

/* into = into <operation> bytes, the whole piece: lengths that are constant become fast loops. */
#define COMBINE(into, bytes, expression)                                                           \
    for (size_t at = 0; at < PIECE; at += LANES) {                                                 \
        lanes *target = (lanes *)((into)->bytes + at);                                             \
        lanes a = *target;                                                                         \
        lanes b = *(const lanes *)((bytes) + at);                                                  \
                                                                                                   \
        *target = (expression);                                                                    \
    }

static void combine_piece(enum bitmap_operation operation, const char *bytes, struct piece *into)
{
    switch (operation) {
    case BITMAP_AND:
        COMBINE(into, bytes, a & b);
        break;
    case BITMAP_OR:
        COMBINE(into, bytes, a | b);
        break;
    case BITMAP_XOR:
        COMBINE(into, bytes, a ^ b);
        break;
    case BITMAP_DIFFERENCE:
        COMBINE(into, bytes, a & ~b);
        break;
    case BITMAP_DIFFERENCE_ONE:
        COMBINE(into, bytes, ~a & b);
        break;
    case BITMAP_NOT:
    case BITMAP_AND_OR:
    case BITMAP_ONE:
        UNREACHABLE();
    }
}

/* Adds one more source to what was seen once at least and more than once. */
static void combine_ones(const char *bytes, struct piece *once, struct piece *again)
{
    for (size_t at = 0; at < PIECE; at += LANES) {
        lanes *first = (lanes *)(once->bytes + at);
        lanes *second = (lanes *)(again->bytes + at);
        lanes bits = *(const lanes *)(bytes + at);

        *second |= *first & bits;
        *first |= bits;
    }
}

/* One piece of the result from all sources. */
static void combine_at(enum bitmap_operation operation, const struct span *sources, uint32_t count,
                       size_t offset, size_t length, struct piece *result)
{
    struct piece copy;
    struct piece others = {{0}};

    if (operation == BITMAP_NOT) {
        memset(result->bytes, 0xff, PIECE);
        combine_piece(BITMAP_DIFFERENCE, piece_of(sources[0], offset, length, &copy), result);
        return;
    }
    memcpy(result->bytes, piece_of(sources[0], offset, length, &copy), PIECE);
    for (uint32_t i = 1; i < count; i++) {
        const char *bytes = piece_of(sources[i], offset, length, &copy);

        if (operation == BITMAP_ONE)
            combine_ones(bytes, result, &others);
        else if (operation <= BITMAP_XOR)
            combine_piece(operation, bytes, result);
        else
            combine_piece(BITMAP_OR, bytes, &others);
    }
    if (operation == BITMAP_AND_OR)
        combine_piece(BITMAP_AND, others.bytes, result);
    else if (operation == BITMAP_ONE || operation == BITMAP_DIFFERENCE)
        combine_piece(BITMAP_DIFFERENCE, others.bytes, result);
    else if (operation == BITMAP_DIFFERENCE_ONE)
        combine_piece(BITMAP_DIFFERENCE_ONE, others.bytes, result);
}

void bitmap_combine(enum bitmap_operation operation, const struct span *sources, uint32_t count,
                    char *into, size_t length)
{
    struct piece result;

    ASSERT(count > 0);
    ASSERT(count == 1 || operation != BITMAP_NOT);
    for (size_t offset = 0; offset < length; offset += PIECE) {
        size_t part = length - offset < PIECE ? length - offset : PIECE;

        combine_at(operation, sources, count, offset, part, &result);
        memcpy(into + offset, result.bytes, part);
    }
}

/* ---- Fields ---- */

uint64_t bitmap_field(struct span bytes, uint64_t first, uint32_t width)
{
    uint64_t byte = first / 8;
    uint32_t shift = (uint32_t)(first % 8);
    unsigned __int128 bits = 0;

    ASSERT_DEBUG(width > 0);
    ASSERT_DEBUG(width <= 64);
    /* Nine bytes hold 64 bits wherever they begin. */
    for (uint32_t i = 0; i < 9; i++)
        bits = bits << 8 | (byte + i < bytes.length ? (unsigned char)bytes.data[byte + i] : 0u);
    bits >>= 72 - shift - width;
    return (uint64_t)bits & (width == 64 ? UINT64_MAX : (UINT64_C(1) << width) - 1);
}

void bitmap_set_field(char *bytes, size_t length, uint64_t first, uint32_t width, uint64_t value)
{
    uint64_t last = first + width - 1;

    ASSERT(width > 0 && width <= 64);
    ASSERT(last / 8 < length);
    /* From the last byte to the first, the bits of each that belong to the field. */
    while (width > 0) {
        uint32_t below = 7 - (uint32_t)(last % 8);
        uint32_t here = 8 - below < width ? 8 - below : width;
        uint32_t mask = ((1u << here) - 1) << below;
        uint32_t byte = (unsigned char)bytes[last / 8];

        bytes[last / 8] = (char)((byte & ~mask) | ((uint32_t)value << below & mask));
        value >>= here;
        width -= here;
        last -= here;
    }
}
