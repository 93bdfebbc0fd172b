/*
 * Large lists, whose elements have an order.
 *
 * What the walk goes through is a row of the groups that the list had at the cut. Of a group that
 * is about to change, first a row of *images* of its nodes is made, which share the nodes' blocks;
 * of a node that is about to change by a few bytes, these are remembered (walker_undo.h), and when
 * that has become much, or all of it is to change, its elements are copied; the block of a node
 * that goes becomes the image's. So the list may do with its groups and nodes what it likes.
 */
#include "proto/base/assert.h"
#include "proto/base/memory.h"
#include "storage/rdb_value_parts.h"
#include "storage/types/list_object.h"
#include "storage/walker_undo.h"
#include "storage/walker_value.h"

enum {
    BATCH_ELEMENTS = 128,
    UNDO_PART = 4, /* of a node's bytes: when more would have to be remembered, it is copied */
};

enum image_state {
    IMAGE_SHARED, /* the block is a node's */
    IMAGE_OWNED,
    IMAGE_PASSED, /* written: nobody needs it */
};

struct image {
    char *block;
    uint32_t capacity;
    uint32_t start;
    uint32_t length;
    uint32_t count; /* at the cut */
    enum image_state state;
    struct walker_undo undo; /* from what is in the block to what was at the cut */
};

/* A group as it was at the cut. */
struct cut_group {
    struct list_group *group; /* not changed since; else NULL */
    struct image *images;     /* else */
    uint32_t used;
};

struct walker_list {
    struct walker_value value;
    struct cut_group *groups;
    uint32_t group_count;
    uint32_t group; /* the next one to be written */
    uint32_t node;  /* and its node */
};

static struct walker_list *list_of(struct walker_value *value)
{
    return (struct walker_list *)value;
}

static struct heap *heap_of(const struct walker_list *list)
{
    return list->value.walker->keyspace->set.heap;
}

/* ---- Before changes ---- */

static void before_group(struct object_watch *watch, struct list_group *group)
{
    struct walker_list *list = (struct walker_list *)watch;
    struct cut_group *cut;

    if (group->at_cut == 0)
        return;
    cut = &list->groups[group->at_cut - 1];
    ASSERT(cut->group == group);
    cut->group = NULL;
    cut->used = group->used;
    cut->images = memory_new(group->used * sizeof(*cut->images));
    list->value.walker->memory += group->used * sizeof(*cut->images);
    for (uint32_t i = 0; i < group->used; i++) {
        struct list_node *node = &group->nodes[i];
        bool passed = group->at_cut - 1 == list->group && i < list->node;

        cut->images[i] = (struct image){.block = node->block,
                                        .capacity = node->capacity,
                                        .start = node->start,
                                        .length = node->length,
                                        .count = node->count,
                                        .state = IMAGE_SHARED};
        if (passed)
            cut->images[i].state = IMAGE_PASSED;
        node->image = passed ? NULL : &cut->images[i];
    }
    group->at_cut = 0;
}

static struct span body_of(const struct image *image)
{
    return span_of(image->block + image->start, image->length);
}

/* The image of a node that still shares its block. */
static struct image *shared(const struct list_node *node)
{
    struct image *image = node->image;

    return image != NULL && image->state == IMAGE_SHARED ? image : NULL;
}

static void own(struct walker_list *list, struct image *image, char *block, uint32_t capacity)
{
    image->block = block;
    image->capacity = capacity;
    image->state = IMAGE_OWNED;
    list->value.walker->memory += capacity;
}

static void forget_undo(struct walker_list *list, struct image *image)
{
    list->value.walker->memory -= image->undo.capacity;
    walker_undo_free(&image->undo, heap_of(list));
}

/* A block of the image's own, with the elements as they were at the cut. */
static void copy(struct walker_list *list, struct image *image)
{
    struct span body = body_of(image);
    size_t capacity = heap_block_size(walker_undo_room(&image->undo, body));
    char *block = heap_allocate(heap_of(list), capacity);

    ASSERT(image->state == IMAGE_SHARED);
    ASSERT(capacity <= UINT32_MAX);
    image->length = (uint32_t)walker_undo_apply(&image->undo, body, block);
    image->start = 0;
    forget_undo(list, image);
    own(list, image, block, (uint32_t)capacity);
}

static void before_node(struct object_watch *watch, struct list_node *node)
{
    struct image *image = shared(node);

    if (image != NULL)
        copy((struct walker_list *)watch, image);
    node->image = NULL;
}

static void before_splice(struct object_watch *watch, struct list_node *node, size_t offset,
                          size_t removed, size_t gap)
{
    struct walker_list *list = (struct walker_list *)watch;
    struct image *image = shared(node);

    if (image == NULL || (removed == 0 && gap == 0))
        return;
    ASSERT(image->block == node->block);
    ASSERT(image->length == node->length);
    if (image->undo.length + walker_undo_cost(removed) > node->length / UNDO_PART) {
        before_node(watch, node);
        return;
    }
    list->value.walker->memory -= image->undo.capacity;
    walker_undo_note(&image->undo, heap_of(list), list_node_body(node), offset, removed, gap);
    list->value.walker->memory += image->undo.capacity;
}

static void after_node(struct object_watch *watch, struct list_node *node)
{
    struct image *image = shared(node);

    (void)watch;
    if (image == NULL)
        return;
    image->block = node->block;
    image->capacity = node->capacity;
    image->start = node->start;
    image->length = node->length;
}

static bool takes_node(struct object_watch *watch, struct list_node *node)
{
    struct image *image = shared(node);

    node->image = NULL;
    if (image == NULL)
        return false;
    ASSERT(image->block == node->block);
    own((struct walker_list *)watch, image, node->block, node->capacity);
    return true;
}

static void disown(struct walker_list *list, struct image *image)
{
    forget_undo(list, image);
    if (image->state == IMAGE_OWNED) {
        heap_release(heap_of(list), image->block, image->capacity);
        list->value.walker->memory -= image->capacity;
    }
    image->state = IMAGE_PASSED;
}

/* ---- The value ---- */

static size_t groups_bytes(const struct walker_list *list)
{
    return list->group_count * sizeof(*list->groups);
}

static void begin(struct walker_value *value, const struct entry *entry)
{
    struct walker_list *list = list_of(value);
    struct list_object *object = value->object;
    uint64_t nodes = 0;

    for (const struct list_group *group = object->first; group != NULL; group = group->next)
        list->group_count++;
    list->groups = memory_new(groups_bytes(list));
    value->walker->memory += groups_bytes(list);
    list->group_count = 0;
    for (struct list_group *group = object->first; group != NULL; group = group->next) {
        list->groups[list->group_count++] = (struct cut_group){.group = group};
        group->at_cut = list->group_count;
        nodes += group->used;
    }
    value->watch.before_group = before_group;
    value->watch.before_node = before_node;
    value->watch.before_splice = before_splice;
    value->watch.after_node = after_node;
    value->watch.takes_node = takes_node;
    if (value->walker->options.format == WALKER_COMMANDS)
        return;
    walker_record_head(value->walker, &value->head, entry, RDB_LIST_QUICKLIST_2);
    rdb_writer_length(&value->head, nodes);
}

static void write_commands(struct walker_list *list, struct span body, uint32_t count)
{
    struct rdb_writer *writer = list->value.walker->out.writer;
    const char *element = listpack_first(body);

    while (count > 0) {
        uint32_t batch = count < BATCH_ELEMENTS ? count : BATCH_ELEMENTS;

        walker_command_begin(writer, 2 + batch);
        walker_command_word(writer, SPAN("RPUSH"));
        walker_command_word(writer, walker_value_name(&list->value));
        count -= batch;
        for (; batch > 0; batch--) {
            char scratch[LISTPACK_SCRATCH];

            ASSERT(element != NULL);
            walker_command_word(writer, listpack_text(element, scratch));
            element = listpack_next(body, element);
        }
    }
}

static void write_node(struct walker_list *list, struct span body, uint32_t count)
{
    struct walker *walker = list->value.walker;

    if (walker->options.format == WALKER_COMMANDS)
        write_commands(list, body, count);
    else
        rdb_value_write_list_node(walker->out.writer, body, count);
    walker->work += count;
}

static void write_image(struct walker_list *list, const struct image *image)
{
    struct span body = body_of(image);
    size_t room = walker_undo_room(&image->undo, body);
    char *bytes;

    if (image->undo.length == 0) {
        write_node(list, body, image->count);
        return;
    }
    bytes = heap_allocate(heap_of(list), room);
    write_node(list, span_of(bytes, walker_undo_apply(&image->undo, body, bytes)), image->count);
    heap_release(heap_of(list), bytes, room);
}

/* A group is done; if it was not changed so far, it may be changed freely. */
static void pass_group(struct walker_list *list, const struct cut_group *cut)
{
    struct list_group *group = cut->group;

    list->group++;
    list->node = 0;
    if (group == NULL)
        return;
    group->at_cut = 0;
    for (uint32_t i = 0; i < group->used; i++)
        group->nodes[i].image = NULL;
}

static bool write(struct walker_value *value)
{
    struct walker_list *list = list_of(value);

    while (list->group < list->group_count && !walker_is_enough(value->walker)) {
        struct cut_group *cut = &list->groups[list->group];
        uint32_t used = cut->group != NULL ? cut->group->used : cut->used;

        ASSERT(list->node < used);
        if (cut->group != NULL) {
            const struct list_node *node = &cut->group->nodes[list->node];

            write_node(list, list_node_body(node), node->count);
        } else {
            struct image *image = &cut->images[list->node];

            write_image(list, image);
            disown(list, image);
        }
        if (++list->node == used)
            pass_group(list, cut);
    }
    return list->group == list->group_count;
}

static void end(struct walker_value *value)
{
    struct walker_list *list = list_of(value);

    for (uint32_t i = 0; i < list->group_count; i++) {
        struct cut_group *cut = &list->groups[i];

        if (cut->images == NULL)
            continue;
        for (uint32_t j = 0; j < cut->used; j++)
            disown(list, &cut->images[j]);
        value->walker->memory -= cut->used * sizeof(*cut->images);
        memory_free(cut->images);
    }
    value->walker->memory -= groups_bytes(list);
    memory_free(list->groups);
}

const struct walker_value_kind walker_list_kind = {
    .size = sizeof(struct walker_list),
    .begin = begin,
    .write = write,
    .end = end,
};
