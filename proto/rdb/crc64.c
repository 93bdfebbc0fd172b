#include "proto/rdb/crc64.h"

#include "proto/base/assert.h"
#include "proto/rdb/crc64_table.h"

#ifdef __x86_64__
#include <immintrin.h>
#endif

/* ---- By tables ---- */

static inline uint64_t contribution(unsigned following, uint64_t crc, unsigned byte)
{
    return crc64_table[following][(unsigned char)(crc >> (8 * byte))];
}

/* Eight bytes at once: each byte's share is independent of the others, so the loads overlap. */
static uint64_t eight(uint64_t crc, const unsigned char *byte)
{
    uint64_t word = 0;

    for (unsigned i = 0; i < 8; i++)
        word |= (uint64_t)byte[i] << (8 * i);
    word ^= crc;
    return contribution(7, word, 0) ^ contribution(6, word, 1) ^ contribution(5, word, 2) ^
           contribution(4, word, 3) ^ contribution(3, word, 4) ^ contribution(2, word, 5) ^
           contribution(1, word, 6) ^ contribution(0, word, 7);
}

static uint64_t by_tables(uint64_t crc, struct span bytes)
{
    const unsigned char *byte = (const unsigned char *)bytes.data;
    size_t left = bytes.length;

    _Static_assert(CRC64_SLICES == 8, "a row for each byte of a word");
    for (; left >= 8; left -= 8, byte += 8)
        crc = eight(crc, byte);
    for (; left > 0; left--, byte++)
        crc = crc >> 8 ^ contribution(0, crc ^ *byte, 0);
    return crc;
}

/* ---- By carry-less multiplication ---- */

enum { CARRYLESS_BYTES_MIN = 128 };

#ifdef __x86_64__

/*
 * Sixteen bytes stand for a polynomial whose remainder counts. That of a polynomial which is
 * followed by n more bits is its first half times x^(n + 64) plus its second half times x^n: both
 * powers are taken as their remainders, which have 64 bits, and the sum has 128 again. The product
 * of two numbers that have their lowest power in the highest bit comes out one power too high,
 * which is why the constants are those of n - 1.
 *
 * Four such polynomials go side by side over 64 bytes at a time; then they become one, whose
 * remainder is taken by the tables.
 */
#define POWER_127 UINT64_C(0x381d0015c96f4444)
#define POWER_191 UINT64_C(0xd9d7be7d505da32c)
#define POWER_511 UINT64_C(0xf49784a634f014e4)
#define POWER_575 UINT64_C(0xaf86efb16d9ab4fb)

__attribute__((target("pclmul"))) static inline __m128i fold(__m128i sum, __m128i powers,
                                                             __m128i next)
{
    __m128i first = _mm_clmulepi64_si128(sum, powers, 0x00);
    __m128i second = _mm_clmulepi64_si128(sum, powers, 0x11);

    return _mm_xor_si128(_mm_xor_si128(first, second), next);
}

static inline __m128i load(const char *data)
{
    return _mm_loadu_si128((const __m128i *)data);
}

__attribute__((target("pclmul"))) static uint64_t by_carryless(uint64_t crc, struct span bytes)
{
    const __m128i far = _mm_set_epi64x((int64_t)POWER_511, (int64_t)POWER_575);
    const __m128i near = _mm_set_epi64x((int64_t)POWER_127, (int64_t)POWER_191);
    const char *data = bytes.data;
    size_t left = bytes.length;
    __m128i sums[4];
    char rest[16];

    if (left < CARRYLESS_BYTES_MIN)
        return by_tables(crc, bytes);
    for (int i = 0; i < 4; i++)
        sums[i] = load(data + 16 * i);
    sums[0] = _mm_xor_si128(sums[0], _mm_set_epi64x(0, (int64_t)crc));
    for (data += 64, left -= 64; left >= 64; data += 64, left -= 64)
        for (int i = 0; i < 4; i++)
            sums[i] = fold(sums[i], far, load(data + 16 * i));
    for (int i = 1; i < 4; i++)
        sums[i] = fold(sums[i - 1], near, sums[i]);
    for (; left >= 16; data += 16, left -= 16)
        sums[3] = fold(sums[3], near, load(data));
    _mm_storeu_si128((__m128i *)rest, sums[3]);
    return by_tables(by_tables(0, span_of(rest, sizeof(rest))), span_of(data, left));
}

static bool has_carryless(void)
{
    return __builtin_cpu_supports("pclmul");
}

#else

static uint64_t by_carryless(uint64_t crc, struct span bytes)
{
    return by_tables(crc, bytes);
}

static bool has_carryless(void)
{
    return false;
}

#endif

/* ---- Which one ---- */

bool crc64_way_exists(enum crc64_way way)
{
    return way == CRC64_TABLES || has_carryless();
}

uint64_t crc64_update_by(enum crc64_way way, uint64_t crc, struct span bytes)
{
    ASSERT(crc64_way_exists(way));
    return way == CRC64_TABLES ? by_tables(crc, bytes) : by_carryless(crc, bytes);
}

uint64_t crc64_update(uint64_t crc, struct span bytes)
{
    if (bytes.length < CARRYLESS_BYTES_MIN || !has_carryless())
        return by_tables(crc, bytes);
    return by_carryless(crc, bytes);
}

/* ---- Shifting: products of polynomials, whose lowest power is in the highest bit ---- */

#define POLYNOMIAL UINT64_C(0x95ac9329ac4bc9b5)
#define ONE        (UINT64_C(1) << 63)

static uint64_t multiply(uint64_t a, uint64_t b)
{
    uint64_t product = 0;

    for (; a != 0; a <<= 1) {
        if (a & ONE)
            product ^= b;
        b = b & 1 ? b >> 1 ^ POLYNOMIAL : b >> 1;
    }
    return product;
}

uint64_t crc64_shift(uint64_t crc, uint64_t bytes)
{
    uint64_t power = ONE >> 8; /* a byte is eight powers */

    if (crc == 0)
        return 0;
    for (; bytes > 0; bytes >>= 1) {
        if (bytes & 1)
            crc = multiply(power, crc);
        power = multiply(power, power);
    }
    return crc;
}
