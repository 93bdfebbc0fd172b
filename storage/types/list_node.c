#include "storage/types/list_node.h"

#include <string.h>

enum {
    FIRST_NODES = 2,    /* of the first group of a list */
    BLOCK_MIN = 64,     /* of a node that is expected to grow */
    BLOCK_LARGE = 1024, /* grows by smaller steps from here on */
    SPARSE_FACTOR = 4,  /* a block is cut down when only this part of it is used */
};

/* ---- The watch ---- */

static inline void show_group(const struct list_object *list, struct list_group *group)
{
    if (__builtin_expect(list->watch != NULL, 0))
        list->watch->before_group(list->watch, group);
}

void list_node_show(const struct list_object *list, struct list_slot slot)
{
    show_group(list, slot.group);
    if (__builtin_expect(list->watch != NULL, 0))
        list->watch->before_node(list->watch, list_node_at(&slot));
}

static void show_splice(const struct list_object *list, struct list_slot slot, size_t offset,
                        size_t removed, size_t gap)
{
    show_group(list, slot.group);
    if (__builtin_expect(list->watch != NULL, 0))
        list->watch->before_splice(list->watch, list_node_at(&slot), offset, removed, gap);
}

/* The node's block, or what is in it, is another one. A group that was not shown is looked at when
 * it is. */
static void show_after(const struct list_object *list, struct list_slot slot)
{
    if (__builtin_expect(list->watch != NULL, 0) && slot.group->at_cut == 0)
        list->watch->after_node(list->watch, list_node_at(&slot));
}

/* ---- Groups ---- */

static size_t group_size(uint32_t capacity)
{
    return sizeof(struct list_group) + (size_t)capacity * sizeof(struct list_node);
}

static struct list_group *group_create(struct heap *heap, struct list_object *list,
                                       uint32_t capacity)
{
    struct list_group *group = heap_allocate(heap, group_size(capacity));

    _Static_assert(sizeof(struct list_group) + LIST_GROUP_NODES * sizeof(struct list_node) <=
                       HEAP_CELL_MAX,
                   "a full group is a cell");
    *group = (struct list_group){.capacity = capacity};
    list->memory += heap_block_size(group_size(capacity));
    return group;
}

static void group_free(struct heap *heap, struct list_object *list, struct list_group *group)
{
    list->memory -= heap_block_size(group_size(group->capacity));
    heap_release(heap, group, group_size(group->capacity));
}

/* The neighbours learn where the group is (`group`), or that it is gone (its other neighbour). */
static void set_next_of(struct list_object *list, struct list_group *previous,
                        struct list_group *group)
{
    if (previous != NULL)
        previous->next = group;
    else
        list->first = group;
}

static void set_previous_of(struct list_object *list, struct list_group *next,
                            struct list_group *group)
{
    if (next != NULL)
        next->previous = group;
    else
        list->last = group;
}

static void group_link(struct list_object *list, struct list_group *previous,
                       struct list_group *group, struct list_group *next)
{
    group->previous = previous;
    group->next = next;
    set_next_of(list, previous, group);
    set_previous_of(list, next, group);
}

static void group_unlink(struct list_object *list, struct list_group *group)
{
    set_next_of(list, group->previous, group->next);
    set_previous_of(list, group->next, group->previous);
}

static struct list_group *group_grow(struct heap *heap, struct list_object *list,
                                     struct list_group *group)
{
    uint32_t capacity =
        group->capacity * 2 < LIST_GROUP_NODES ? group->capacity * 2 : LIST_GROUP_NODES;
    struct list_group *grown = group_create(heap, list, capacity);

    ASSERT(capacity > group->capacity);
    grown->count = group->count;
    grown->used = group->used;
    memcpy(grown->nodes, group->nodes, group->used * sizeof(struct list_node));
    group_link(list, group->previous, grown, group->next);
    group_free(heap, list, group);
    return grown;
}

/* Moves the nodes from `from` on into a new group behind. */
static struct list_group *group_split(struct heap *heap, struct list_object *list,
                                      struct list_group *group, uint32_t from)
{
    struct list_group *behind = group_create(heap, list, LIST_GROUP_NODES);

    behind->used = group->used - from;
    memcpy(behind->nodes, group->nodes + from, behind->used * sizeof(struct list_node));
    for (uint32_t i = 0; i < behind->used; i++)
        behind->count += behind->nodes[i].count;
    group->used = from;
    group->count -= behind->count;
    group_link(list, group, behind, group->next);
    return behind;
}

/* The group of this place gets room for one more node; the place may then be in another group. */
static struct list_slot group_reserve(struct heap *heap, struct list_object *list,
                                      struct list_slot slot)
{
    struct list_group *group = slot.group;

    if (group == NULL) {
        slot.group = group_create(heap, list, FIRST_NODES);
        group_link(list, list->last, slot.group, NULL);
    } else if (group->used < group->capacity) {
        return slot;
    } else if (group->capacity < LIST_GROUP_NODES) {
        slot.group = group_grow(heap, list, group);
    } else if (slot.node == group->used || slot.node == 0) {
        /* At an edge nothing needs to move: so groups are full where lists grow at an end. */
        slot.group = group_create(heap, list, LIST_GROUP_NODES);
        if (slot.node == 0)
            group_link(list, group->previous, slot.group, group);
        else
            group_link(list, group, slot.group, group->next);
        slot.node = 0;
    } else {
        struct list_group *behind = group_split(heap, list, group, group->used / 2);

        if (slot.node > group->used)
            slot = (struct list_slot){behind, slot.node - group->used};
    }
    return slot;
}

/* ---- Nodes ---- */

static void block_account(struct list_object *list, size_t before, size_t now)
{
    list->memory += now;
    list->memory -= before;
}

struct list_slot list_node_create(struct heap *heap, struct list_object *list,
                                  struct list_slot slot, size_t capacity)
{
    struct list_node *node;

    if (slot.group != NULL)
        show_group(list, slot.group);
    slot = group_reserve(heap, list, slot);
    node = &slot.group->nodes[slot.node];
    memmove(node + 1, node, (slot.group->used - slot.node) * sizeof(*node));
    slot.group->used++;
    capacity = heap_block_size(capacity);
    ASSERT(capacity <= UINT32_MAX);
    *node =
        (struct list_node){.block = heap_allocate(heap, capacity), .capacity = (uint32_t)capacity};
    block_account(list, 0, capacity);
    return slot;
}

void list_node_tidy_groups(struct heap *heap, struct list_object *list, struct list_group *group)
{
    struct list_group *next = group->next;

    if (group->used > 0 && next != NULL && group->used + next->used <= LIST_GROUP_NODES / 2 &&
        group->used + next->used <= group->capacity) {
        show_group(list, group);
        show_group(list, next);
        memcpy(group->nodes + group->used, next->nodes, next->used * sizeof(struct list_node));
        group->used += next->used;
        group->count += next->count;
        group_unlink(list, next);
        group_free(heap, list, next);
    }
    if (group->used == 0) {
        group_unlink(list, group);
        group_free(heap, list, group);
    }
}

/* Gives up the block of a node that goes, or leaves it to the watch. */
static void block_release(struct heap *heap, struct list_object *list, struct list_node *node)
{
    block_account(list, node->capacity, 0);
    if (list->watch != NULL && list->watch->takes_node(list->watch, node))
        return;
    /* The watch of the list that it was cut from may have taken it. */
    if (node->block != NULL)
        heap_release(heap, node->block, node->capacity);
}

bool list_node_free(struct heap *heap, struct list_object *list, struct list_slot slot)
{
    struct list_group *group = slot.group;
    struct list_node *node = list_node_at(&slot);
    bool last = group->used == 1;

    show_group(list, group);

    list->count -= node->count;
    list->bytes -= node->length;
    group->count -= node->count;
    block_release(heap, list, node);
    group->used--;
    memmove(node, node + 1, (group->used - slot.node) * sizeof(*node));
    if (last)
        list_node_tidy_groups(heap, list, group);
    return !last;
}

/* The elements into a block of another size, with `gap` bytes in the place of `removed` ones. */
static void node_reallocate(struct heap *heap, struct list_object *list, struct list_node *node,
                            size_t capacity, size_t start, size_t offset, size_t removed,
                            size_t gap)
{
    char *block = heap_allocate(heap, capacity);
    const char *elements = node->block + node->start;

    ASSERT(capacity <= UINT32_MAX);
    memcpy(block + start, elements, offset);
    memcpy(block + start + offset + gap, elements + offset + removed,
           node->length - offset - removed);
    heap_release(heap, node->block, node->capacity);
    block_account(list, node->capacity, capacity);
    node->block = block;
    node->start = (uint32_t)start;
    node->capacity = (uint32_t)capacity;
}

/* The same within the block. */
static void node_shift(struct list_node *node, size_t start, size_t offset, size_t removed,
                       size_t gap)
{
    char *from = node->block + node->start;
    char *to = node->block + start;
    size_t behind = node->length - offset - removed;

    /* What moves to the front moves from its front on, so that nothing is overwritten. */
    if (start <= node->start) {
        memmove(to, from, offset);
        memmove(to + offset + gap, from + offset + removed, behind);
    } else {
        memmove(to + offset + gap, from + offset + removed, behind);
        memmove(to, from, offset);
    }
    node->start = (uint32_t)start;
}

size_t list_node_capacity(const struct list_limits *limits, size_t length)
{
    size_t wanted = length + (length < BLOCK_LARGE ? length / 4 : length / 8);

    if (wanted < BLOCK_MIN)
        wanted = BLOCK_MIN;
    if (wanted > limits->bytes)
        wanted = length > limits->bytes ? length : limits->bytes;
    return heap_block_size(wanted);
}

static bool is_sparse(size_t capacity, size_t length)
{
    return capacity > BLOCK_MIN * SPARSE_FACTOR && length < capacity / SPARSE_FACTOR;
}

char *list_node_splice(struct heap *heap, struct list_object *list, struct list_slot slot,
                       const struct list_limits *limits, size_t offset, size_t removed, size_t gap)
{
    struct list_node *node = list_node_at(&slot);
    size_t length = node->length - removed + gap;
    size_t behind = node->length - offset - removed;
    size_t start;

    ASSERT(offset + removed <= node->length);
    show_splice(list, slot, offset, removed, gap);
    if (length > node->capacity || (gap <= removed && is_sparse(node->capacity, length))) {
        size_t capacity = list_node_capacity(limits, length);

        /* All the room is on the side that grows. */
        start = offset == 0 && behind > 0 ? capacity - length : 0;
        node_reallocate(heap, list, node, capacity, start, offset, removed, gap);
    } else {
        /* The shorter side moves, if it has room, and else everything: to the middle of the room,
         * so that what is added next at the same place finds some. */
        if (offset <= behind ? node->start + removed < gap : node->capacity - node->start < length)
            start = (node->capacity - length) / 2;
        else
            start = offset <= behind ? node->start + removed - gap : node->start;
        node_shift(node, start, offset, removed, gap);
    }
    list->bytes = list->bytes - node->length + length;
    node->length = (uint32_t)length;
    show_after(list, slot);
    return node->block + node->start + offset;
}

void list_node_trim(struct heap *heap, struct list_object *list, struct list_slot slot)
{
    struct list_node *node = list_node_at(&slot);
    size_t capacity = heap_block_size(node->length);

    if (capacity >= node->capacity)
        return;
    node_reallocate(heap, list, node, capacity, 0, node->length, 0, 0);
    show_after(list, slot);
}

void list_node_count_more(struct list_object *list, struct list_slot slot, int64_t more)
{
    list_node_at(&slot)->count = (uint32_t)((int64_t)list_node_at(&slot)->count + more);
    slot.group->count += (uint64_t)more;
    list->count += (uint64_t)more;
}

bool list_node_takes(const struct list_node *node, const struct list_limits *limits, size_t bytes,
                     uint32_t count)
{
    return (uint64_t)node->count + count <= limits->count &&
           node->length + bytes + LISTPACK_FRAME <= limits->bytes;
}

void list_node_insert(struct heap *heap, struct list_object *list, const struct list_limits *limits,
                      struct list_slot slot, size_t offset, const struct listpack_value *value)
{
    size_t size = listpack_encoded_size(value);

    listpack_write(list_node_splice(heap, list, slot, limits, offset, 0, size), value);
    list_node_count_more(list, slot, 1);
}

struct list_object *list_node_cut_groups(struct heap *heap, struct list_object *list,
                                         enum list_end end, uint64_t *count)
{
    struct list_object *cut = NULL;
    struct list_group *group;

    while ((group = end == LIST_HEAD ? list->first : list->last) != NULL &&
           group->count <= *count) {
        size_t memory = heap_block_size(group_size(group->capacity));
        size_t bytes = 0;

        show_group(list, group);
        for (uint32_t i = 0; i < group->used; i++) {
            struct list_node *node = &group->nodes[i];

            bytes += node->length;
            if (list->watch != NULL && list->watch->takes_node(list->watch, node)) {
                block_account(list, node->capacity, 0);
                *node = (struct list_node){.count = node->count, .length = node->length};
            }
            memory += node->capacity;
        }
        if (cut == NULL)
            cut = list_object_create(heap);
        group_unlink(list, group);
        /* The order within what is going to be freed does not matter. */
        group_link(cut, cut->last, group, NULL);
        list->count -= group->count;
        list->bytes -= bytes;
        list->memory -= memory;
        cut->count += group->count;
        cut->bytes += bytes;
        cut->memory += memory;
        *count -= group->count;
    }
    return cut;
}

bool list_node_previous(struct list_slot *slot)
{
    if (slot->node > 0) {
        slot->node--;
        return true;
    }
    slot->group = slot->group->previous;
    if (slot->group == NULL)
        return false;
    slot->node = slot->group->used - 1;
    return true;
}

struct list_slot list_node_before(struct list_slot slot)
{
    bool there = list_node_previous(&slot);

    ASSERT(there);
    return slot;
}

bool list_node_next(struct list_slot *slot)
{
    if (++slot->node < slot->group->used)
        return true;
    slot->group = slot->group->next;
    slot->node = 0;
    return slot->group != NULL;
}
