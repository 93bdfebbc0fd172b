#include "storage/types/hash_body.h"

#include "proto/base/assert.h"

#include <string.h>

/* The name behind the one at `name`. */
static inline const char *next_name(const char *name)
{
    return hash_body_behind(hash_body_behind(name));
}

/* Most strings are told apart by their first byte, which has their length. */
static const char *find_short(const char *place, const char *end, struct span name)
{
    unsigned char first = LISTPACK_SHORT_STRING | (unsigned char)name.length;

    for (; place != end; place = next_name(place))
        if ((unsigned char)*place == first && memcmp(place + 1, name.data, name.length) == 0)
            return place;
    return NULL;
}

const char *hash_body_find(struct span body, struct span name)
{
    const char *end = body.data + body.length;
    struct listpack_value wanted;

    wanted = listpack_value(name);
    /* A number is shorter here than its digits are. */
    if (!wanted.is_integer && name.length > body.length)
        return NULL;
    if (!wanted.is_integer && name.length > 0 && name.length <= LISTPACK_SHORT_STRING_MAX)
        return find_short(body.data, end, name);
    for (const char *place = body.data; place != end; place = next_name(place))
        if (listpack_equal(place, &wanted))
            return place;
    return NULL;
}

/* One by one: others may have written an element in another of its forms. */
size_t hash_body_from_listpack(char *place, struct span body)
{
    char *behind = place;

    for (const char *element = listpack_first(body); element != NULL;
         element = listpack_next(body, element)) {
        struct listpack_value value = listpack_read(element);

        behind = listpack_write_content(behind, &value);
    }
    ASSERT((size_t)(behind - place) <= body.length);
    return (size_t)(behind - place);
}

uint32_t hash_body_count(struct span body)
{
    const char *end = body.data + body.length;
    uint32_t count = 0;

    for (const char *name = body.data; name != end; name = next_name(name)) {
        ASSERT_DEBUG(name < end);
        count++;
    }
    return count;
}
