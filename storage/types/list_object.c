#include "storage/types/list_object.h"

#include "storage/types/list_node.h"

#include <string.h>

enum { NODE_COST = 8 }; /* of freeing a node, in units of a release's budget */

/* ---- The whole list ---- */

struct list_object *list_object_create(struct heap *heap)
{
    struct list_object *list = heap_allocate(heap, sizeof(*list));

    *list = (struct list_object){.count = 0};
    return list;
}

/* Frees nodes from the last group's end on; true when all is gone. */
static bool list_release(struct heap *heap, void *object, uint32_t *budget)
{
    struct list_object *list = object;

    while (list->last != NULL) {
        if (*budget == 0)
            return false;
        *budget -= *budget < NODE_COST ? *budget : NODE_COST;
        list_node_free(heap, list, (struct list_slot){list->last, list->last->used - 1});
    }
    ASSERT(list->count == 0 && list->bytes == 0 && list->memory == 0);
    heap_release(heap, list, sizeof(*list));
    return true;
}

void list_object_free(struct heap *heap, struct list_object *list)
{
    uint32_t budget = UINT32_MAX;

    while (!list_release(heap, list, &budget))
        budget = UINT32_MAX;
}

static uint64_t list_count(const void *object)
{
    return ((const struct list_object *)object)->count;
}

static size_t list_memory(const void *object)
{
    return ((const struct list_object *)object)->memory +
           heap_block_size(sizeof(struct list_object));
}

/* A node with these elements at the tail. */
static void append_node(struct heap *heap, struct list_object *list, struct span body,
                        uint32_t count)
{
    struct list_slot slot = {list->last, list->last != NULL ? list->last->used : 0};
    struct list_node *node;

    slot = list_node_create(heap, list, slot, body.length);
    node = list_node_at(&slot);
    memcpy(node->block, body.data, body.length);
    node->length = (uint32_t)body.length;
    list->bytes += body.length;
    list_node_count_more(list, slot, count);
}

static void *list_copy(struct heap *heap, const void *object)
{
    const struct list_object *source = object;
    struct list_object *list = list_object_create(heap);

    for (const struct list_group *group = source->first; group != NULL; group = group->next) {
        for (uint32_t i = 0; i < group->used; i++)
            append_node(heap, list, list_node_body(&group->nodes[i]), group->nodes[i].count);
    }
    return list;
}

static struct object_watch **list_watch(void *object)
{
    return &((struct list_object *)object)->watch;
}

const struct object_kind list_kind = {
    .count = list_count,
    .release = list_release,
    .copy = list_copy,
    .memory = list_memory,
    .watch = list_watch,
};

static struct list_slot end_slot(const struct list_object *list, enum list_end end)
{
    return end == LIST_HEAD ? (struct list_slot){list->first, 0}
                            : (struct list_slot){list->last, list->last->used - 1};
}

void list_object_push_many(struct heap *heap, struct list_object *list,
                           const struct list_limits *limits, enum list_end end,
                           const struct listpack_value *value, uint64_t following)
{
    size_t size = listpack_encoded_size(value);
    uint64_t expected = size + following < limits->bytes ? size + following : limits->bytes;
    size_t capacity = list_node_capacity(limits, size);
    struct list_slot slot = {NULL, 0};

    if (list->count > 0) {
        struct list_node *node;

        slot = end_slot(list, end);
        node = list_node_at(&slot);
        if (list_node_takes(node, limits, size, 1)) {
            list_node_insert(heap, list, limits, slot, end == LIST_HEAD ? 0 : node->length, value);
            return;
        }
        list_node_trim(heap, list, slot);
        slot.node += end == LIST_TAIL;
    }
    slot = list_node_create(heap, list, slot, expected > capacity ? expected : capacity);
    /* All the room is where the next ones go. */
    if (end == LIST_HEAD)
        list_node_at(&slot)->start = list_node_at(&slot)->capacity;
    list_node_insert(heap, list, limits, slot, 0, value);
}

void list_object_push(struct heap *heap, struct list_object *list, const struct list_limits *limits,
                      enum list_end end, const struct listpack_value *value)
{
    list_object_push_many(heap, list, limits, end, value, 0);
}

void list_object_append_body(struct heap *heap, struct list_object *list,
                             const struct list_limits *limits, struct span body)
{
    const struct list_node empty = {.count = 0};
    uint32_t count = listpack_count(body);

    if (count > 0 && list_node_takes(&empty, limits, body.length, count)) {
        append_node(heap, list, body, count);
        return;
    }
    for (const char *element = listpack_first(body); element != NULL;
         element = listpack_next(body, element)) {
        struct listpack_value value = listpack_read(element);

        list_object_push(heap, list, limits, LIST_TAIL, &value);
    }
}

void list_object_gather(const struct list_object *list, char *place)
{
    for (const struct list_group *group = list->first; group != NULL; group = group->next) {
        for (uint32_t i = 0; i < group->used; i++) {
            struct span body = list_node_body(&group->nodes[i]);

            memcpy(place, body.data, body.length);
            place += body.length;
        }
    }
}

/* The group with the element of this index, which is then counted from the group's front. */
static struct list_group *seek_group(const struct list_object *list, uint64_t *index)
{
    struct list_group *group;
    uint64_t from_end = list->count - *index; /* 1 is the last */

    if (*index < from_end) {
        for (group = list->first; *index >= group->count; group = group->next)
            *index -= group->count;
        return group;
    }
    for (group = list->last; from_end > group->count; group = group->previous)
        from_end -= group->count;
    *index = group->count - from_end;
    return group;
}

void list_object_seek(const struct list_object *list, uint64_t index, struct list_place *place)
{
    uint32_t i = 0;

    ASSERT(index < list->count);
    place->group = seek_group(list, &index);
    while (index >= place->group->nodes[i].count)
        index -= place->group->nodes[i++].count;
    place->node = i;
    place->body = list_node_body(&place->group->nodes[i]);
    /* From the nearer end of the node, too. */
    if (index > place->group->nodes[i].count / 2)
        place->element =
            listpack_seek(place->body, (int64_t)index - (int64_t)place->group->nodes[i].count);
    else
        place->element = listpack_seek(place->body, (int64_t)index);
    ASSERT(place->element != NULL);
}

/* ---- Taking away at the ends ---- */

struct list_object *list_object_drop(struct heap *heap, struct list_object *list, enum list_end end,
                                     uint64_t count)
{
    /* Never grows a block. */
    const struct list_limits limits = {.bytes = LISTPACK_FRAME, .count = 1};
    struct list_object *cut;

    ASSERT(count <= list->count);
    cut = list_node_cut_groups(heap, list, end, &count);
    while (count > 0) {
        struct list_slot slot = end_slot(list, end);
        struct list_node *node = list_node_at(&slot);
        struct span body = list_node_body(node);
        size_t removed;

        if (node->count <= count) {
            count -= node->count;
            list_node_free(heap, list, slot);
            continue;
        }
        if (end == LIST_HEAD) {
            removed = (size_t)(listpack_seek(body, (int64_t)count) - body.data);
            list_node_splice(heap, list, slot, &limits, 0, removed, 0);
        } else {
            const char *first = listpack_seek(body, -(int64_t)count);

            removed = (size_t)(listpack_end(body) - first);
            list_node_splice(heap, list, slot, &limits, body.length - removed, removed, 0);
        }
        list_node_count_more(list, slot, -(int64_t)count);
        break;
    }
    return cut;
}
