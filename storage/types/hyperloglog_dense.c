#include "storage/types/hyperloglog_dense.h"

#include "storage/types/hyperloglog.h"

#include <string.h>

#ifdef __x86_64__
#include <immintrin.h>
#endif

/* Eight registers are 48 bits, in one word packed and unpacked; four such words at a time. */
typedef uint64_t lanes __attribute__((vector_size(32)));
typedef int8_t byte_lanes __attribute__((vector_size(32), aligned(1), may_alias));

enum {
    PACKED = HYPERLOGLOG_REGISTERS * 6 / 8,
    GROUP = 6, /* packed bytes of eight registers */
    GROUPS = HYPERLOGLOG_REGISTERS / 8,
    LANES = sizeof(lanes) / sizeof(uint64_t),
    TABLES = 8,
};

static inline uint64_t load_word(const char *bytes)
{
    uint64_t word;

    memcpy(&word, bytes, sizeof(word));
    return word;
}

/* From 48 bits in a row to 24 in each half, 12 in each quarter, 6 in each byte. */
#define UNPACK(word)                                                                               \
    do {                                                                                           \
        (word) = ((word)&0xffffff) | ((word)&UINT64_C(0xffffff000000)) << 8;                       \
        (word) = ((word)&UINT64_C(0x00000fff00000fff)) | ((word)&UINT64_C(0x00fff00000fff000))     \
                                                             << 4;                                 \
        (word) = ((word)&UINT64_C(0x003f003f003f003f)) | ((word)&UINT64_C(0x0fc00fc00fc00fc0))     \
                                                             << 2;                                 \
    } while (0)

static inline __attribute__((always_inline)) void unpack(const char *packed, uint8_t *registers)
{
    char tail[GROUP * LANES + sizeof(uint64_t)] = {0};

    for (uint32_t group = 0; group < GROUPS; group += LANES) {
        const char *from = packed + group * GROUP;
        lanes words;

        /* A word is longer than a group: the last ones are read from a copy with room behind. */
        if (group + LANES == GROUPS) {
            memcpy(tail, from, GROUP * LANES);
            from = tail;
        }
        words = (lanes){load_word(from), load_word(from + GROUP), load_word(from + 2 * GROUP),
                        load_word(from + 3 * GROUP)};
        UNPACK(words);
        memcpy(registers + group * 8, &words, sizeof(words));
    }
}

void hyperloglog_dense_unpack_portable(const char *packed, uint8_t *registers)
{
    unpack(packed, registers);
}

static inline __attribute__((always_inline)) void raise_all(uint8_t *registers,
                                                            const uint8_t *others)
{
    for (uint32_t i = 0; i < HYPERLOGLOG_REGISTERS; i += sizeof(byte_lanes)) {
        byte_lanes *target = (byte_lanes *)(registers + i);
        byte_lanes a = *target;
        byte_lanes b = *(const byte_lanes *)(others + i);
        byte_lanes larger = a > b;

        *target = (a & larger) | (b & ~larger);
    }
}

static inline __attribute__((always_inline)) void pack(const uint8_t *registers, char *packed,
                                                       uint32_t first_group)
{
    for (uint32_t group = first_group; group < GROUPS; group++) {
        uint64_t word = load_word((const char *)registers + group * 8);

        word = (word & UINT64_C(0x003f003f003f003f)) | (word & UINT64_C(0x3f003f003f003f00)) >> 2;
        word = (word & UINT64_C(0x00000fff00000fff)) | (word & UINT64_C(0x0fff00000fff0000)) >> 4;
        word = (word & 0xffffff) | (word & UINT64_C(0x00ffffff00000000)) >> 8;
        memcpy(packed + group * GROUP, &word, GROUP);
    }
}

void hyperloglog_dense_pack_portable(const uint8_t *registers, char *packed)
{
    pack(registers, packed, 0);
}

#ifdef __x86_64__
/* 32 registers, which are 24 bytes. A shuffle puts 3 bytes into each 4; no byte outside is read. */
__attribute__((target("avx2"))) static inline __m256i unpack_32(const char *packed)
{
    const __m256i places = _mm256_setr_epi8(
        0, 1, 2, -1, 3, 4, 5, -1, 6, 7, 8, -1, 9, 10, 11, -1,      /* of bytes 0 to 15 */
        4, 5, 6, -1, 7, 8, 9, -1, 10, 11, 12, -1, 13, 14, 15, -1); /* of 8 to 23 */
    __m256i low = _mm256_castsi128_si256(_mm_loadu_si128((const __m128i *)packed));
    __m256i both = _mm256_inserti128_si256(low, _mm_loadu_si128((const __m128i *)(packed + 8)), 1);
    __m256i words = _mm256_shuffle_epi8(both, places);

    words = _mm256_or_si256(
        _mm256_and_si256(words, _mm256_set1_epi32(0x00000fff)),
        _mm256_and_si256(_mm256_slli_epi32(words, 4), _mm256_set1_epi32(0x0fff0000)));
    return _mm256_or_si256(
        _mm256_and_si256(words, _mm256_set1_epi32(0x003f003f)),
        _mm256_and_si256(_mm256_slli_epi32(words, 2), _mm256_set1_epi32(0x3f003f00)));
}

__attribute__((target("avx2"))) static void unpack_wide(const char *packed, uint8_t *registers)
{
    for (uint32_t i = 0; i < HYPERLOGLOG_REGISTERS; i += 32)
        _mm256_storeu_si256((__m256i *)(registers + i), unpack_32(packed + i / 8 * GROUP));
}

__attribute__((target("avx2"))) static void raise_to_wide(uint8_t *registers, const char *packed)
{
    for (uint32_t i = 0; i < HYPERLOGLOG_REGISTERS; i += 32) {
        __m256i *target = (__m256i *)(registers + i);
        __m256i others = unpack_32(packed + i / 8 * GROUP);

        _mm256_storeu_si256(target, _mm256_max_epu8(_mm256_loadu_si256(target), others));
    }
}

/* Neighbours are joined by multiplying and adding: 6 bits each to 12, to 24. Each half is stored
 * with 4 bytes too many, which what follows overwrites; the last ones are packed in small steps. */
__attribute__((target("avx2"))) static void pack_wide(const uint8_t *registers, char *packed)
{
    const __m256i places = _mm256_broadcastsi128_si256(
        _mm_setr_epi8(0, 1, 2, 4, 5, 6, 8, 9, 10, 12, 13, 14, -1, -1, -1, -1));
    uint32_t i;

    for (i = 0; i + 32 < HYPERLOGLOG_REGISTERS; i += 32) {
        __m256i words = _mm256_loadu_si256((const __m256i *)(registers + i));
        char *to = packed + i / 8 * GROUP;

        words = _mm256_maddubs_epi16(words, _mm256_set1_epi16(0x4001));
        words = _mm256_madd_epi16(words, _mm256_set1_epi32(0x10000001));
        words = _mm256_shuffle_epi8(words, places);
        _mm_storeu_si128((__m128i *)to, _mm256_castsi256_si128(words));
        _mm_storeu_si128((__m128i *)(to + 12), _mm256_extracti128_si256(words, 1));
    }
    pack(registers, packed, i / 8);
}
#endif

void hyperloglog_dense_unpack(const char *packed, uint8_t *registers)
{
#ifdef __x86_64__
    if (__builtin_cpu_supports("avx2")) {
        unpack_wide(packed, registers);
        return;
    }
#endif
    unpack(packed, registers);
}

void hyperloglog_dense_raise_to_portable(uint8_t *registers, const char *packed)
{
    uint8_t others[HYPERLOGLOG_REGISTERS];

    unpack(packed, others);
    raise_all(registers, others);
}

void hyperloglog_dense_raise_to(uint8_t *registers, const char *packed)
{
#ifdef __x86_64__
    if (__builtin_cpu_supports("avx2")) {
        raise_to_wide(registers, packed);
        return;
    }
#endif
    hyperloglog_dense_raise_to_portable(registers, packed);
}

void hyperloglog_dense_pack(const uint8_t *registers, char *packed)
{
#ifdef __x86_64__
    if (__builtin_cpu_supports("avx2")) {
        pack_wide(registers, packed);
        return;
    }
#endif
    pack(registers, packed, 0);
}

void hyperloglog_dense_histogram(const uint8_t *registers, uint32_t *counts)
{
    /* Neighbours are often equal: tables of their own keep them from waiting for each other. */
    uint32_t tables[TABLES][64] = {{0}};

    for (uint32_t i = 0; i < HYPERLOGLOG_REGISTERS; i += TABLES) {
        uint64_t word = load_word((const char *)registers + i);

        for (uint32_t table = 0; table < TABLES; table++)
            tables[table][word >> 8 * table & 63]++;
    }
    for (uint32_t value = 0; value < 64; value++) {
        counts[value] = 0;
        for (uint32_t table = 0; table < TABLES; table++)
            counts[value] += tables[table][value];
    }
}
