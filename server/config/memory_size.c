#include "server/config/memory_size.h"

static bool unit_parse(struct span unit, uint64_t *factor)
{
    static const struct {
        const char *name;
        uint64_t factor;
    } units[] = {
        {"", 1},
        {"b", 1},
        {"k", 1000},
        {"kb", 1u << 10},
        {"m", 1000 * 1000},
        {"mb", 1u << 20},
        {"g", 1000u * 1000 * 1000},
        {"gb", 1u << 30},
    };

    for (size_t index = 0; index < sizeof(units) / sizeof(units[0]); index++) {
        if (span_equal_ignoring_case(unit, span_of_string(units[index].name))) {
            *factor = units[index].factor;
            return true;
        }
    }
    return false;
}

bool memory_size_parse(struct span text, uint64_t *bytes)
{
    uint64_t number = 0;
    uint64_t factor = 0;
    size_t index = 0;

    for (; index < text.length && text.data[index] >= '0' && text.data[index] <= '9'; index++) {
        if (__builtin_mul_overflow(number, 10, &number) ||
            __builtin_add_overflow(number, (uint64_t)(text.data[index] - '0'), &number))
            return false;
    }
    if (index == 0 || !unit_parse(span_of(text.data + index, text.length - index), &factor))
        return false;
    return !__builtin_mul_overflow(number, factor, bytes);
}
