#include "server/tracking/tracker_set.h"

#include "proto/base/assert.h"
#include "proto/base/memory.h"
#include "server/tracking/tracker.h"

#include <string.h>

enum {
    ARRAY_CAPACITY = 8,
    TABLE_CAPACITY_MIN = 32,
};

static const uint64_t *members(const struct tracker_set *set)
{
    return set->capacity == 0 ? set->inside : set->outside;
}

/* Where the tracker is in the table, or the free place for it. */
static uint64_t *place_of(uint64_t *table, uint32_t capacity, uint64_t tracker)
{
    uint32_t index = (uint32_t)((tracker * UINT64_C(0x9e3779b97f4a7c15)) >> 32) & (capacity - 1);

    while (table[index] != 0 && table[index] != tracker)
        index = (index + 1) & (capacity - 1);
    return &table[index];
}

static bool table_add(struct tracker_set *set, uint64_t tracker)
{
    uint64_t *place = place_of(set->outside, set->capacity, tracker);

    if (*place == tracker)
        return false;
    *place = tracker;
    set->count++;
    return true;
}

/* At most three quarters of a table are in use. */
static bool is_full(const struct tracker_set *set)
{
    if (set->capacity == 0)
        return set->count == TRACKER_SET_INSIDE;
    if (set->capacity == ARRAY_CAPACITY)
        return set->count == ARRAY_CAPACITY;
    return set->count >= set->capacity / 4 * 3;
}

static void grow(struct tracker_set *set)
{
    struct tracker_set before = *set;
    uint32_t position = 0;
    uint64_t tracker;

    if (set->capacity == 0)
        set->capacity = ARRAY_CAPACITY;
    else
        set->capacity = set->capacity == ARRAY_CAPACITY ? TABLE_CAPACITY_MIN : set->capacity * 2;
    set->outside = memory_new_zeroed(set->capacity, sizeof(*set->outside));
    set->count = 0;
    while ((tracker = tracker_set_next(&before, &position)) != 0) {
        if (set->capacity == ARRAY_CAPACITY)
            set->outside[set->count++] = tracker;
        else
            table_add(set, tracker);
    }
    ASSERT(set->count == before.count);
    tracker_set_free(&before);
}

bool tracker_set_add(struct tracker_set *set, uint64_t tracker)
{
    tracker = tracker_identity(tracker);
    ASSERT(tracker != 0);
    if (set->capacity > ARRAY_CAPACITY) {
        if (is_full(set))
            grow(set);
        return table_add(set, tracker);
    }
    for (uint32_t i = 0; i < set->count; i++)
        if (members(set)[i] == tracker)
            return false;
    if (is_full(set)) {
        grow(set);
        return tracker_set_add(set, tracker);
    }
    if (set->capacity == 0)
        set->inside[set->count++] = tracker;
    else
        set->outside[set->count++] = tracker;
    return true;
}

void tracker_set_free(struct tracker_set *set)
{
    if (set->capacity > 0)
        memory_free(set->outside);
    *set = (struct tracker_set){0};
}

uint64_t tracker_set_next(const struct tracker_set *set, uint32_t *position)
{
    uint32_t end = set->capacity > ARRAY_CAPACITY ? set->capacity : set->count;

    while (*position < end) {
        uint64_t tracker = members(set)[(*position)++];

        if (tracker != 0)
            return tracker;
    }
    return 0;
}
