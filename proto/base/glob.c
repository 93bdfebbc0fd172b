#include "proto/base/glob.h"

#include "proto/base/assert.h"

static unsigned char fold(char byte, bool ignore_case)
{
    unsigned char value = (unsigned char)byte;

    return ignore_case && value >= 'A' && value <= 'Z' ? (unsigned char)(value + 32) : value;
}

/*
 * A bracket expression; `at` is behind its '['. Sets *next behind its ']', or to the pattern's end
 * when there is none: an open bracket is taken as closed there.
 */
static bool match_class(struct span pattern, size_t at, char byte, bool ignore_case, size_t *next)
{
    unsigned char wanted = fold(byte, ignore_case);
    bool negated = at < pattern.length && pattern.data[at] == '^';
    bool found = false;

    at += negated;
    while (at < pattern.length && pattern.data[at] != ']') {
        unsigned char low, high;

        if (pattern.data[at] == '\\' && pattern.length - at >= 2) {
            at++;
            found |= pattern.data[at] == byte;
            at++;
            continue;
        }
        low = fold(pattern.data[at], ignore_case);
        high = low;
        if (pattern.length - at >= 3 && pattern.data[at + 1] == '-') {
            high = fold(pattern.data[at + 2], ignore_case);
            at += 2;
        }
        if (low > high) {
            unsigned char swapped = low;

            low = high;
            high = swapped;
        }
        found |= wanted >= low && wanted <= high;
        at++;
    }
    *next = at < pattern.length ? at + 1 : at;
    ASSERT_DEBUG(*next <= pattern.length);
    return found != negated;
}

/* Matches one byte against the element at `at`, which is not a star; sets *next behind the element.
 */
static bool match_one(struct span pattern, size_t at, char byte, bool ignore_case, size_t *next)
{
    char element = pattern.data[at];

    ASSERT_DEBUG(at < pattern.length);
    if (element == '[')
        return match_class(pattern, at + 1, byte, ignore_case, next);
    if (element == '\\' && pattern.length - at >= 2)
        element = pattern.data[++at];
    else if (element == '?') {
        *next = at + 1;
        return true;
    }
    *next = at + 1;
    return fold(element, ignore_case) == fold(byte, ignore_case);
}

static bool has_too_many_stars(struct span pattern)
{
    size_t runs = 0;

    for (size_t i = 0; i < pattern.length; i++)
        runs += pattern.data[i] == '*' && (i == 0 || pattern.data[i - 1] != '*');
    return runs > GLOB_STARS_MAX;
}

/*
 * Only the last star passed need ever be returned to: whatever an earlier star could still take,
 * the last one can take as well.
 */
bool glob_match(struct span pattern, struct span text, bool ignore_case)
{
    size_t at = 0, place = 0;
    size_t star_at = 0, star_place = 0;
    bool star = false;

    if (pattern.length > GLOB_STARS_MAX && has_too_many_stars(pattern))
        return false;
    while (place < text.length) {
        size_t next;

        if (at < pattern.length && pattern.data[at] == '*') {
            star = true;
            star_at = ++at;
            star_place = place;
            if (at == pattern.length)
                return true;
        } else if (at < pattern.length &&
                   match_one(pattern, at, text.data[place], ignore_case, &next)) {
            at = next;
            place++;
        } else if (star) {
            at = star_at;
            place = ++star_place;
        } else {
            return false;
        }
    }
    while (at < pattern.length && pattern.data[at] == '*')
        at++;
    return at == pattern.length;
}
