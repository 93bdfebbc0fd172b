#include "storage/types/hyperloglog.h"

#include "proto/base/assert.h"
#include "storage/types/hyperloglog_dense.h"
#include "storage/types/murmur_hash.h"

#include <math.h>

enum {
    ENCODING_OFFSET = 4,
    CARDINALITY_OFFSET = 8,
    DENSE = 0,
    SPARSE = 1,
    INDEX_BITS = 14,
    RANK_BITS = 64 - INDEX_BITS,
    VALUE_MAX = RANK_BITS + 1,
    SHORT_ZEROS_MAX = 64,
    ZEROS_MAX = 16384,
    SPARSE_VALUE_MAX = 32,
    SPARSE_VALUES_MAX = 4, /* registers in one run of a value */
    /* Runs looked at for neighbours to join, after a change. */
    JOINED_MAX = 5,
};

#define HASH_SEED UINT64_C(0xadc83b19)

bool hyperloglog_is(struct span string)
{
    if (string.length < HYPERLOGLOG_HEADER || memcmp(string.data, "HYLL", 4) != 0)
        return false;
    if (string.data[ENCODING_OFFSET] == DENSE)
        return string.length == HYPERLOGLOG_DENSE_LENGTH;
    return string.data[ENCODING_OFFSET] == SPARSE;
}

bool hyperloglog_is_dense(struct span string)
{
    ASSERT_DEBUG(string.length >= HYPERLOGLOG_HEADER);
    return string.data[ENCODING_OFFSET] == DENSE;
}

struct hyperloglog_mark hyperloglog_mark_of(struct span element)
{
    uint64_t hash = murmur_hash(element, HASH_SEED);
    /* A bit behind the last, so that the run of zeros ends. */
    uint64_t rest = hash >> INDEX_BITS | UINT64_C(1) << RANK_BITS;

    return (struct hyperloglog_mark){
        .index = (uint32_t)(hash & (HYPERLOGLOG_REGISTERS - 1)),
        .value = (uint8_t)(__builtin_ctzll(rest) + 1),
    };
}

/* ---- The cardinality in the header ---- */

bool hyperloglog_cached(struct span string, uint64_t *cardinality)
{
    memcpy(cardinality, string.data + CARDINALITY_OFFSET, sizeof(*cardinality));
    return *cardinality >> 63 == 0;
}

void hyperloglog_set_cached(char *string, uint64_t cardinality)
{
    memcpy(string + CARDINALITY_OFFSET, &cardinality, sizeof(cardinality));
}

void hyperloglog_forget_cached(char *string)
{
    string[HYPERLOGLOG_HEADER - 1] = (char)(string[HYPERLOGLOG_HEADER - 1] | 0x80);
}

/* ---- Dense ---- */

static uint8_t dense_register(const char *string, uint32_t index)
{
    const unsigned char *packed = (const unsigned char *)string + HYPERLOGLOG_HEADER;
    uint32_t bit = index * 6;
    uint32_t both = packed[bit / 8];

    ASSERT_DEBUG(index < HYPERLOGLOG_REGISTERS);
    if (bit % 8 > 2)
        both |= (uint32_t)packed[bit / 8 + 1] << 8;
    return both >> bit % 8 & 63;
}

bool hyperloglog_dense_raises(struct span string, struct hyperloglog_mark mark)
{
    ASSERT_DEBUG(string.length == HYPERLOGLOG_DENSE_LENGTH);
    return mark.value > dense_register(string.data, mark.index);
}

bool hyperloglog_dense_raise(char *string, struct hyperloglog_mark mark)
{
    unsigned char *packed = (unsigned char *)string + HYPERLOGLOG_HEADER;
    uint32_t bit = mark.index * 6;
    uint32_t value = (uint32_t)mark.value << bit % 8;
    uint32_t mask = 63u << bit % 8;

    ASSERT_DEBUG(mark.value < 64);
    if (mark.value <= dense_register(string, mark.index))
        return false;
    packed[bit / 8] = (unsigned char)((packed[bit / 8] & ~mask) | value);
    if (bit % 8 > 2)
        packed[bit / 8 + 1] = (unsigned char)((packed[bit / 8 + 1] & ~(mask >> 8)) | value >> 8);
    return true;
}

void hyperloglog_set_registers(char *string, const uint8_t *registers)
{
    ASSERT(string[ENCODING_OFFSET] == DENSE);
    hyperloglog_dense_pack(registers, string + HYPERLOGLOG_HEADER);
}

/* ---- Sparse ---- */

static inline struct hyperloglog_run run_at(struct span string, size_t offset)
{
    uint8_t head;

    ASSERT_DEBUG(offset < string.length);
    head = (uint8_t)string.data[offset];
    if ((head & 0x80) != 0)
        return (struct hyperloglog_run){
            .length = (head & 3) + 1, .value = (head >> 2 & 31) + 1, .bytes = 1};
    if ((head & 0x40) == 0)
        return (struct hyperloglog_run){.length = head + 1, .bytes = 1};
    if (offset + 1 == string.length)
        return (struct hyperloglog_run){.bytes = 1};
    return (struct hyperloglog_run){
        .length = (uint16_t)(((head & 63) << 8 | (uint8_t)string.data[offset + 1]) + 1),
        .bytes = 2};
}

struct hyperloglog_run hyperloglog_run_at(struct span string, size_t offset)
{
    return run_at(string, offset);
}

/* Writes a run and returns how many bytes it takes. */
static size_t write_zeros(char *bytes, uint32_t length)
{
    ASSERT_DEBUG(length > 0);
    ASSERT_DEBUG(length <= ZEROS_MAX);
    if (length <= SHORT_ZEROS_MAX) {
        bytes[0] = (char)(length - 1);
        return 1;
    }
    bytes[0] = (char)((length - 1) >> 8 | 0x40);
    bytes[1] = (char)(length - 1);
    return 2;
}

static size_t write_values(char *bytes, uint32_t value, uint32_t length)
{
    ASSERT_DEBUG(value > 0 && value <= SPARSE_VALUE_MAX);
    ASSERT_DEBUG(length > 0 && length <= SPARSE_VALUES_MAX);
    bytes[0] = (char)(0x80 | (value - 1) << 2 | (length - 1));
    return 1;
}

static size_t write_run(char *bytes, uint32_t value, uint32_t length)
{
    if (length == 0)
        return 0;
    return value == 0 ? write_zeros(bytes, length) : write_values(bytes, value, length);
}

/* The next search begins in front. */
static void rewind_runs(struct hyperloglog *hyperloglog)
{
    hyperloglog->run = (struct hyperloglog_place){HYPERLOGLOG_HEADER, 0};
    hyperloglog->before = (struct hyperloglog_place){0};
    hyperloglog->two_before = (struct hyperloglog_place){0};
}

void hyperloglog_create(struct hyperloglog *hyperloglog)
{
    memset(hyperloglog->bytes, 0, HYPERLOGLOG_HEADER);
    memcpy(hyperloglog->bytes, "HYLL", 4);
    hyperloglog->bytes[ENCODING_OFFSET] = SPARSE;
    hyperloglog->length = HYPERLOGLOG_HEADER + write_zeros(hyperloglog->bytes + HYPERLOGLOG_HEADER,
                                                           HYPERLOGLOG_REGISTERS);
    rewind_runs(hyperloglog);
}

bool hyperloglog_load(struct hyperloglog *hyperloglog, struct span string)
{
    ASSERT(hyperloglog_is(string));
    if (string.length > HYPERLOGLOG_LENGTH_MAX)
        return false;
    memcpy(hyperloglog->bytes, string.data, string.length);
    hyperloglog->length = string.length;
    rewind_runs(hyperloglog);
    return true;
}

/* Joins neighbours of equal value, from `offset` on, as far as Redis does. */
static void join_runs(struct hyperloglog *hyperloglog, size_t offset)
{
    for (int runs = 0; runs < JOINED_MAX && offset + 1 < hyperloglog->length; runs++) {
        char *bytes = hyperloglog->bytes + offset;
        struct span string = hyperloglog_string(hyperloglog);
        struct hyperloglog_run run = run_at(string, offset);
        struct hyperloglog_run next = run_at(string, offset + 1);

        if (run.value > 0 && next.value == run.value &&
            run.length + next.length <= SPARSE_VALUES_MAX) {
            write_values(bytes + 1, run.value, (uint32_t)run.length + next.length);
            memmove(bytes, bytes + 1, hyperloglog->length - offset - 1);
            hyperloglog->length--;
        } else {
            offset += run.bytes;
        }
    }
}

/* Moves on to the run that holds this register; false when the string ends before it. */
static bool seek_register(struct hyperloglog *hyperloglog, uint32_t index,
                          struct hyperloglog_run *run)
{
    struct span string = hyperloglog_string(hyperloglog);
    struct hyperloglog_place place;

    if (index < hyperloglog->run.first)
        rewind_runs(hyperloglog);
    place = hyperloglog->run;
    while (place.offset < string.length) {
        *run = run_at(string, place.offset);
        if (run->length == 0)
            break;
        if (index < place.first + run->length) {
            hyperloglog->run = place;
            return true;
        }
        hyperloglog->two_before = hyperloglog->before;
        hyperloglog->before = place;
        place.offset += run->bytes;
        place.first += run->length;
    }
    rewind_runs(hyperloglog);
    return false;
}

/* Joins what a change of the current run has left. The next search begins one run earlier: that
 * one may have grown. */
static void join_runs_around(struct hyperloglog *hyperloglog)
{
    if (hyperloglog->run.offset == HYPERLOGLOG_HEADER) {
        join_runs(hyperloglog, HYPERLOGLOG_HEADER);
        return;
    }
    ASSERT(hyperloglog->before.offset != 0);
    join_runs(hyperloglog, hyperloglog->before.offset);
    if (hyperloglog->before.offset != HYPERLOGLOG_HEADER && hyperloglog->two_before.offset == 0) {
        rewind_runs(hyperloglog);
        return;
    }
    hyperloglog->run = hyperloglog->before;
    hyperloglog->before = hyperloglog->two_before;
    hyperloglog->two_before = (struct hyperloglog_place){0};
}

/* The runs that take the place of `run` when one of its registers is raised. */
static size_t split_run(const struct hyperloglog *hyperloglog, struct hyperloglog_run run,
                        struct hyperloglog_mark mark, char *bytes)
{
    uint32_t first = hyperloglog->run.first;
    size_t length = write_run(bytes, run.value, mark.index - first);

    length += write_run(bytes + length, mark.value, 1);
    return length + write_run(bytes + length, run.value, first + run.length - mark.index - 1);
}

static enum hyperloglog_result raise_dense(struct hyperloglog *hyperloglog,
                                           struct hyperloglog_mark mark)
{
    if (!hyperloglog_make_dense(hyperloglog))
        return HYPERLOGLOG_CORRUPT;
    if (!hyperloglog_dense_raise(hyperloglog->bytes, mark))
        return HYPERLOGLOG_SAME;
    hyperloglog_forget_cached(hyperloglog->bytes);
    return HYPERLOGLOG_CHANGED;
}

enum hyperloglog_result hyperloglog_raise(struct hyperloglog *hyperloglog,
                                          struct hyperloglog_mark mark, size_t sparse_max)
{
    char bytes[5];
    struct hyperloglog_run run;
    char *place;
    size_t length;
    size_t tail;

    ASSERT(mark.index < HYPERLOGLOG_REGISTERS);
    if (mark.value > SPARSE_VALUE_MAX || hyperloglog_is_dense(hyperloglog_string(hyperloglog)))
        return raise_dense(hyperloglog, mark);
    if (!seek_register(hyperloglog, mark.index, &run))
        return HYPERLOGLOG_CORRUPT;
    if (run.value >= mark.value)
        return HYPERLOGLOG_SAME;
    length = split_run(hyperloglog, run, mark, bytes);
    if (length > run.bytes && hyperloglog->length + length - run.bytes > sparse_max)
        return raise_dense(hyperloglog, mark);
    /* Only a string that goes on behind its registers can become that long. */
    if (hyperloglog->length + length - run.bytes > HYPERLOGLOG_LENGTH_MAX)
        return HYPERLOGLOG_CORRUPT;
    place = hyperloglog->bytes + hyperloglog->run.offset;
    tail = hyperloglog->length - hyperloglog->run.offset - run.bytes;
    memmove(place + length, place + run.bytes, tail);
    memcpy(place, bytes, length);
    hyperloglog->length += length - run.bytes;
    join_runs_around(hyperloglog);
    hyperloglog_forget_cached(hyperloglog->bytes);
    return HYPERLOGLOG_CHANGED;
}

/* ---- All registers ---- */

/* Goes through the runs; false when they are not 16384 registers. `registers` and `counts` may each
 * be NULL. */
static bool read_runs(struct span string, uint8_t *registers, uint32_t *counts)
{
    uint32_t index = 0;

    for (size_t offset = HYPERLOGLOG_HEADER; offset < string.length;) {
        struct hyperloglog_run run = run_at(string, offset);

        if (run.length == 0 || run.length > HYPERLOGLOG_REGISTERS - index)
            return false;
        if (registers != NULL && run.value > 0)
            for (uint32_t i = index; i < index + run.length; i++)
                registers[i] = registers[i] > run.value ? registers[i] : run.value;
        if (counts != NULL)
            counts[run.value] += run.length;
        index += run.length;
        offset += run.bytes;
    }
    return index == HYPERLOGLOG_REGISTERS;
}

bool hyperloglog_merge(struct span string, uint8_t *registers)
{
    ASSERT(hyperloglog_is(string));
    if (!hyperloglog_is_dense(string))
        return read_runs(string, registers, NULL);
    hyperloglog_dense_raise_to(registers, string.data + HYPERLOGLOG_HEADER);
    return true;
}

static bool convert_to_dense(struct hyperloglog *hyperloglog)
{
    uint8_t registers[HYPERLOGLOG_REGISTERS] = {0};

    if (!read_runs(hyperloglog_string(hyperloglog), registers, NULL))
        return false;
    hyperloglog->bytes[ENCODING_OFFSET] = DENSE;
    hyperloglog->length = HYPERLOGLOG_DENSE_LENGTH;
    hyperloglog_set_registers(hyperloglog->bytes, registers);
    return true;
}

bool hyperloglog_make_dense(struct hyperloglog *hyperloglog)
{
    if (hyperloglog_is_dense(hyperloglog_string(hyperloglog)))
        return true;
    return convert_to_dense(hyperloglog);
}

/* ---- Counting: the functions are named as in the paper ---- */

static double sigma(double x)
{
    double power = 1;
    double sum = x;
    double before;

    if (x == 1)
        return INFINITY;
    do {
        before = sum;
        x *= x;
        sum += x * power;
        power += power;
    } while (sum != before);
    return sum;
}

static double tau(double x)
{
    double power = 1;
    double sum = 1 - x;
    double before;

    if (x == 0 || x == 1)
        return 0;
    do {
        before = sum;
        x = sqrt(x);
        power *= 0.5;
        sum -= (1 - x) * (1 - x) * power;
    } while (sum != before);
    return sum / 3;
}

static uint64_t estimate(const uint32_t *counts)
{
    const double alpha = 0.721347520444481703680; /* 1 / (2 ln 2) */
    const double registers = HYPERLOGLOG_REGISTERS;
    double sum = registers * tau((registers - counts[VALUE_MAX]) / registers);
    double cardinality;

    for (uint32_t value = RANK_BITS; value >= 1; value--)
        sum = (sum + counts[value]) * 0.5;
    sum += registers * sigma(counts[0] / registers);
    cardinality = round(alpha * registers * registers / sum);
    return cardinality < 0x1p63 ? (uint64_t)cardinality : UINT64_C(1) << 63;
}

uint64_t hyperloglog_count_registers(const uint8_t *registers)
{
    uint32_t counts[64];

    hyperloglog_dense_histogram(registers, counts);
    return estimate(counts);
}

bool hyperloglog_count(struct span string, uint64_t *cardinality)
{
    uint8_t registers[HYPERLOGLOG_REGISTERS];
    uint32_t counts[64] = {0};

    ASSERT(hyperloglog_is(string));
    if (hyperloglog_is_dense(string)) {
        hyperloglog_dense_unpack(string.data + HYPERLOGLOG_HEADER, registers);
        *cardinality = hyperloglog_count_registers(registers);
        return true;
    }
    if (!read_runs(string, NULL, counts))
        return false;
    *cardinality = estimate(counts);
    return true;
}
