#include "server/pubsub/hash_index.h"

#include "proto/base/assert.h"
#include "proto/base/memory.h"

#include <string.h>

enum { CAPACITY_MIN = 4 };

/* The group comes from the hash's leading bits, the place in it from the last ones. */
static struct hash_index_group *group_of(const struct hash_index *index, uint64_t hash)
{
    return &index->groups[hash >> 56];
}

void *hash_index_find(const struct hash_index *index, uint64_t hash, hash_index_match *match,
                      const void *wanted)
{
    const struct hash_index_group *group;
    uint32_t mask;

    if (index->count == 0)
        return NULL;
    group = group_of(index, hash);
    if (group->count == 0)
        return NULL;
    mask = group->capacity - 1;
    for (uint32_t i = (uint32_t)hash & mask; group->places[i].thing != NULL; i = (i + 1) & mask) {
        const struct hash_index_place *place = &group->places[i];

        if (place->hash == hash && (match == NULL || match(place->thing, wanted)))
            return place->thing;
    }
    return NULL;
}

static void put(struct hash_index_group *group, uint64_t hash, void *thing)
{
    uint32_t mask = group->capacity - 1;
    uint32_t i = (uint32_t)hash & mask;

    while (group->places[i].thing != NULL)
        i = (i + 1) & mask;
    group->places[i] = (struct hash_index_place){hash, thing};
}

static void resize(struct hash_index_group *group, uint32_t capacity)
{
    struct hash_index_group before = *group;

    ASSERT(capacity > group->count);
    group->places = memory_new_zeroed(capacity, sizeof(*group->places));
    group->capacity = capacity;
    for (uint32_t i = 0; i < before.capacity; i++)
        if (before.places[i].thing != NULL)
            put(group, before.places[i].hash, before.places[i].thing);
    memory_free(before.places);
}

void hash_index_add(struct hash_index *index, uint64_t hash, void *thing)
{
    struct hash_index_group *group;

    ASSERT(thing != NULL);
    if (index->groups == NULL)
        index->groups = memory_new_zeroed(HASH_INDEX_GROUPS, sizeof(*index->groups));
    group = group_of(index, hash);
    /* At most three quarters full. */
    if ((group->count + 1) * 4 > group->capacity * 3)
        resize(group, group->capacity == 0 ? CAPACITY_MIN : group->capacity * 2);
    put(group, hash, thing);
    group->count++;
    index->count++;
}

/* What had to step aside for the place that is free now moves up. */
static void close_gap(struct hash_index_group *group, uint32_t gap)
{
    uint32_t mask = group->capacity - 1;

    for (uint32_t i = (gap + 1) & mask; group->places[i].thing != NULL; i = (i + 1) & mask) {
        uint32_t wanted = (uint32_t)group->places[i].hash & mask;

        if (((i - wanted) & mask) < ((i - gap) & mask))
            continue;
        group->places[gap] = group->places[i];
        gap = i;
    }
    group->places[gap] = (struct hash_index_place){0, NULL};
}

static void shrink(struct hash_index_group *group)
{
    if (group->count == 0) {
        memory_free(group->places);
        *group = (struct hash_index_group){0};
    } else if (group->capacity > CAPACITY_MIN && group->count < group->capacity / 8) {
        resize(group, group->capacity / 2);
    }
}

void hash_index_remove(struct hash_index *index, uint64_t hash, const void *thing)
{
    struct hash_index_group *group;
    uint32_t mask;
    uint32_t i;

    ASSERT(index->count > 0);
    group = group_of(index, hash);
    ASSERT(group->count > 0);
    mask = group->capacity - 1;
    for (i = (uint32_t)hash & mask; group->places[i].thing != thing; i = (i + 1) & mask)
        ASSERT(group->places[i].thing != NULL);
    close_gap(group, i);
    group->count--;
    shrink(group);
    if (--index->count == 0)
        hash_index_free(index);
}

void *hash_index_next(const struct hash_index *index, uint64_t *cursor)
{
    uint32_t group = (uint32_t)(*cursor >> 32);
    uint32_t place = (uint32_t)*cursor;

    if (index->count == 0)
        return NULL;
    for (; group < HASH_INDEX_GROUPS; group++, place = 0) {
        for (; place < index->groups[group].capacity; place++) {
            void *thing = index->groups[group].places[place].thing;

            if (thing == NULL)
                continue;
            *cursor = (uint64_t)group << 32 | (place + 1);
            return thing;
        }
    }
    *cursor = (uint64_t)group << 32;
    return NULL;
}

void hash_index_free(struct hash_index *index)
{
    for (uint32_t i = 0; index->groups != NULL && i < HASH_INDEX_GROUPS; i++)
        memory_free(index->groups[i].places);
    memory_free(index->groups);
    *index = (struct hash_index){0};
}
