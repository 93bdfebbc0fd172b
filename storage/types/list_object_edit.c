/* Large lists: changes in the middle, and by value. */
#include "storage/types/list_node.h"

#include <string.h>

/* ---- In the middle ---- */

/* What is in the node from `offset` on goes into a new node behind it, whose place this is. */
static struct list_slot node_split(struct heap *heap, struct list_object *list,
                                   const struct list_limits *limits, struct list_slot slot,
                                   size_t offset)
{
    size_t moved = list_node_at(&slot)->length - offset;
    struct list_slot behind =
        list_node_create(heap, list, (struct list_slot){slot.group, slot.node + 1}, moved);
    struct list_node *node;
    uint32_t count;

    slot = list_node_before(behind);
    node = list_node_at(&slot);
    memcpy(list_node_at(&behind)->block, node->block + node->start + offset, moved);
    list_node_at(&behind)->length = (uint32_t)moved;
    list->bytes += moved;
    count = listpack_count(list_node_body(list_node_at(&behind)));
    list_node_count_more(list, behind, count);
    list_node_splice(heap, list, slot, limits, offset, moved, 0);
    list_node_count_more(list, slot, -(int64_t)count);
    ASSERT(node->count > 0 && count > 0);
    return behind;
}

/* At an edge of a node that takes no more: into the neighbour, or into a new node between. */
static void insert_between(struct heap *heap, struct list_object *list,
                           const struct list_limits *limits, struct list_slot slot, bool behind,
                           const struct listpack_value *value)
{
    size_t size = listpack_encoded_size(value);
    struct list_slot neighbour = slot;

    if ((behind ? list_node_next(&neighbour) : list_node_previous(&neighbour)) &&
        list_node_takes(list_node_at(&neighbour), limits, size, 1)) {
        list_node_insert(heap, list, limits, neighbour,
                         behind ? 0 : list_node_at(&neighbour)->length, value);
        return;
    }
    slot.node += behind;
    slot = list_node_create(heap, list, slot, list_node_capacity(limits, size));
    list_node_insert(heap, list, limits, slot, 0, value);
}

static void insert_at(struct heap *heap, struct list_object *list, const struct list_limits *limits,
                      struct list_slot slot, size_t offset, const struct listpack_value *value)
{
    const struct list_node *node = list_node_at(&slot);

    if (list_node_takes(node, limits, listpack_encoded_size(value), 1)) {
        list_node_insert(heap, list, limits, slot, offset, value);
        return;
    }
    if (offset > 0 && offset < node->length) {
        /* Then it goes to the end of the first half, or wherever else there is room. */
        slot = list_node_before(node_split(heap, list, limits, slot, offset));
        node = list_node_at(&slot);
        if (list_node_takes(node, limits, listpack_encoded_size(value), 1)) {
            list_node_insert(heap, list, limits, slot, offset, value);
            return;
        }
    }
    insert_between(heap, list, limits, slot, offset > 0, value);
}

void list_object_insert(struct heap *heap, struct list_object *list,
                        const struct list_limits *limits, const struct list_place *place,
                        bool behind, const struct listpack_value *value)
{
    size_t offset = (size_t)(place->element - place->body.data);

    if (behind)
        offset += listpack_size(place->element);
    insert_at(heap, list, limits, (struct list_slot){place->group, place->node}, offset, value);
}

void list_object_set(struct heap *heap, struct list_object *list, const struct list_limits *limits,
                     const struct list_place *place, const struct listpack_value *value)
{
    struct list_slot slot = {place->group, place->node};
    struct list_node *node = list_node_at(&slot);
    size_t offset = (size_t)(place->element - place->body.data);
    size_t before = listpack_size(place->element);
    size_t size = listpack_encoded_size(value);

    if (node->count == 1 || node->length - before + size + LISTPACK_FRAME <= limits->bytes) {
        listpack_write(list_node_splice(heap, list, slot, limits, offset, before, size), value);
        return;
    }
    list_node_splice(heap, list, slot, limits, offset, before, 0);
    list_node_count_more(list, slot, -1);
    insert_at(heap, list, limits, slot, offset, value);
}

/* ---- Removing by value ---- */

uint32_t list_object_matches_in_body(struct span body, const struct listpack_value *value)
{
    const char *found = listpack_first(body);
    uint32_t count = 0;

    while ((found = listpack_find(body, found, value, 1)) != NULL) {
        count++;
        found = listpack_next(body, found);
    }
    return count;
}

size_t list_object_remove_from_body(char *body, size_t length, const struct listpack_value *value,
                                    uint64_t skipped, uint64_t count, uint32_t *removed)
{
    struct span whole = span_of(body, length);
    const char *kept = body; /* from here on nothing was written yet */
    const char *found = listpack_first(whole);
    char *place = body;

    *removed = 0;
    while (count > 0 && (found = listpack_find(whole, found, value, 1)) != NULL) {
        if (skipped > 0) {
            skipped--;
        } else {
            memmove(place, kept, (size_t)(found - kept));
            place += found - kept;
            kept = found + listpack_size(found);
            (*removed)++;
            count--;
        }
        found = listpack_next(whole, found);
    }
    memmove(place, kept, (size_t)(body + length - kept));
    return (size_t)(place - body) + (size_t)(body + length - kept);
}

/* Takes up to `count` matching elements out of a node, the last ones when `from` is the tail. */
static uint32_t node_remove(struct heap *heap, struct list_object *list,
                            const struct list_limits *limits, struct list_slot slot,
                            const struct listpack_value *value, enum list_end from, uint64_t count)
{
    struct list_node *node = list_node_at(&slot);
    struct span body = list_node_body(node);
    uint64_t skipped = 0;
    uint32_t removed;
    size_t length;

    if (from == LIST_TAIL) {
        uint32_t matches = list_object_matches_in_body(body, value);

        skipped = matches > count ? matches - count : 0;
    }
    if (list->watch != NULL) {
        if (list_object_matches_in_body(body, value) == 0)
            return 0;
        list_node_show(list, slot);
    }
    length = list_object_remove_from_body(node->block + node->start, body.length, value, skipped,
                                          count, &removed);
    if (removed == 0)
        return 0;
    list_node_count_more(list, slot, -(int64_t)removed);
    list->bytes -= body.length - length;
    node->length = (uint32_t)length;
    if (node->count > 0)
        list_node_splice(heap, list, slot, limits, length, 0, 0);
    return removed;
}

/* Makes one node of this one and the next of the same group, if the limits allow it. */
static bool node_merge(struct heap *heap, struct list_object *list,
                       const struct list_limits *limits, struct list_slot slot)
{
    struct list_node *node = list_node_at(&slot);
    const struct list_node *next = node + 1;
    uint32_t count = next->count;

    ASSERT(slot.node + 1 < slot.group->used);
    if (!list_node_takes(node, limits, next->length, count))
        return false;
    memcpy(list_node_splice(heap, list, slot, limits, node->length, 0, next->length),
           next->block + next->start, next->length);
    list_node_count_more(list, slot, count);
    list_node_free(heap, list, (struct list_slot){slot.group, slot.node + 1});
    return true;
}

/* All of one group. What was looked at and is small now is put together with its neighbour. The
 * group may be gone afterwards. */
static uint64_t group_remove(struct heap *heap, struct list_object *list,
                             const struct list_limits *limits, struct list_group *group,
                             const struct listpack_value *value, enum list_end from, uint64_t count)
{
    bool forward = from == LIST_HEAD;
    uint32_t node = forward ? 0 : group->used - 1;
    uint64_t total = 0;

    while (total < count && node < group->used) {
        struct list_slot slot = {group, node};
        uint32_t removed = node_remove(heap, list, limits, slot, value, from, count - total);

        total += removed;
        if (removed > 0 && list_node_at(&slot)->count == 0) {
            if (!list_node_free(heap, list, slot))
                break;
            node -= !forward;
        } else if (removed > 0 && forward && node > 0) {
            slot.node--;
            node += !node_merge(heap, list, limits, slot);
        } else {
            if (removed > 0 && !forward && node + 1 < group->used)
                node_merge(heap, list, limits, slot);
            node += forward ? 1 : UINT32_MAX;
        }
    }
    return total;
}

uint64_t list_object_remove(struct heap *heap, struct list_object *list,
                            const struct list_limits *limits, const struct listpack_value *value,
                            enum list_end from, uint64_t count)
{
    struct list_group *group = from == LIST_HEAD ? list->first : list->last;
    uint64_t total = 0;

    while (group != NULL && total < count) {
        struct list_group *following = from == LIST_HEAD ? group->next : group->previous;
        uint64_t removed = group_remove(heap, list, limits, group, value, from, count - total);

        total += removed;
        group = following;
        /* The group before the following one may have become small. */
        if (removed > 0 && following != NULL && from == LIST_HEAD && following->previous != NULL &&
            following->previous->previous != NULL)
            list_node_tidy_groups(heap, list, following->previous->previous);
    }
    return total;
}
