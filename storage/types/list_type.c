#include "storage/types/list_type.h"

#include "proto/base/assert.h"
#include "storage/types/list_object.h"

#include <string.h>

enum {
    INLINE_AGAIN = ENTRY_INLINE_MAX / 2, /* an object as small as this goes back into the entry */
    BYTES_MAX_BY_COUNT = 8192,           /* of a node, when the limit is a count */
};

struct list_limits list_type_limits(int64_t setting)
{
    static const size_t sizes[] = {4096, 8192, 16384, 32768, 65536};
    int64_t last = (int64_t)(sizeof(sizes) / sizeof(sizes[0])) - 1;

    if (setting >= 0) {
        int64_t count = setting == 0 ? 1 : setting < INT32_MAX ? setting : INT32_MAX;

        return (struct list_limits){
            .bytes = BYTES_MAX_BY_COUNT, .count = (uint32_t)count, .by_count = true};
    }
    return (struct list_limits){.bytes = sizes[setting < -1 - last ? last : -1 - setting],
                                .count = UINT32_MAX};
}

/* ---- Reading ---- */

static struct span inline_body(const struct entry *entry)
{
    return entry == NULL ? span_of(NULL, 0) : entry_inline(entry);
}

/* NULL when the list is not an object. */
static struct list_object *object_of(const struct entry *entry)
{
    if (entry == NULL || entry_encoding(entry) != ENCODING_OBJECT)
        return NULL;
    ASSERT(entry_type(entry) == VALUE_LIST);
    return entry_object(entry);
}

uint64_t list_type_length(const struct entry *entry)
{
    const struct list_object *list = object_of(entry);

    return list != NULL ? list->count : listpack_count(inline_body(entry));
}

bool list_type_seek(const struct entry *entry, int64_t index, struct list_place *place)
{
    const struct list_object *list = object_of(entry);

    if (list == NULL) {
        *place = (struct list_place){.body = inline_body(entry)};
        place->element = listpack_seek(place->body, index);
        return place->element != NULL;
    }
    if (index < 0)
        index += (int64_t)list->count;
    if (index < 0 || index >= (int64_t)list->count)
        return false;
    list_object_seek(list, (uint64_t)index, place);
    return true;
}

/* The neighbouring body; its first or last element. */
static bool enter_node(struct list_place *place, struct list_group *group, uint32_t node)
{
    place->group = group;
    place->node = node;
    place->body = list_node_body(&group->nodes[node]);
    return true;
}

bool list_type_next_body(struct list_place *place)
{
    struct list_group *group = place->group;

    if (group == NULL)
        return false;
    if (place->node + 1 < group->used)
        enter_node(place, group, place->node + 1);
    else if (group->next != NULL)
        enter_node(place, group->next, 0);
    else
        return false;
    place->element = place->body.data;
    return true;
}

bool list_type_next(struct list_place *place)
{
    place->element = listpack_next(place->body, place->element);
    return place->element != NULL || list_type_next_body(place);
}

bool list_type_previous(struct list_place *place)
{
    struct list_group *group = place->group;

    place->element = listpack_previous(place->body, place->element);
    if (place->element != NULL)
        return true;
    if (group == NULL)
        return false;
    if (place->node > 0)
        enter_node(place, group, place->node - 1);
    else if (group->previous != NULL)
        enter_node(place, group->previous, group->previous->used - 1);
    else
        return false;
    place->element = listpack_last(place->body);
    return true;
}

uint32_t list_type_body_count(const struct list_place *place)
{
    return place->group != NULL ? place->group->nodes[place->node].count
                                : listpack_count(place->body);
}

void list_type_reply(const struct entry *entry, uint64_t index, uint64_t count, bool towards_head,
                     struct reply *reply)
{
    struct list_place place;
    bool there;

    if (count == 0)
        return;
    there = list_type_seek(entry, (int64_t)index, &place);
    while (count > 0 && towards_head) {
        ASSERT(there);
        listpack_reply_bulk(place.element, reply);
        count--;
        there = list_type_previous(&place);
    }
    while (count > 0) {
        ASSERT(there);
        count -= listpack_reply_bulks(place.body, place.element,
                                      count < UINT32_MAX ? (uint32_t)count : UINT32_MAX, reply);
        there = list_type_next_body(&place);
    }
}

/* ---- Which form ---- */

static uint64_t bytes_of(const struct entry *entry)
{
    const struct list_object *list = object_of(entry);

    return list != NULL ? list->bytes : inline_body(entry).length;
}

/* The list as an object, whatever it was before. */
static struct list_object *make_object(struct collection *collection,
                                       const struct list_limits *limits)
{
    struct list_object *list = object_of(collection->entry);
    struct heap *heap = collection_heap(collection);

    if (list != NULL)
        return list;
    list = list_object_create(heap);
    list_object_append_body(heap, list, limits, inline_body(collection->entry));
    collection_set_object(collection, list);
    return list;
}

/* Redis leaves its compact form before a list grows beyond the limits, and measures what is added
 * by its text. */
static void mark_growth(struct collection *collection, const struct list_limits *limits,
                        uint64_t added_bytes, uint32_t added)
{
    const struct entry *entry = collection->entry;

    if (entry_is_expanded(entry))
        return;
    if (bytes_of(entry) + LISTPACK_FRAME + added_bytes > limits->bytes ||
        (limits->by_count && list_type_length(entry) + added > limits->count))
        collection_mark_expanded(collection, true);
}

/* It goes back when the list keeps to half of the limits. */
static void mark_shrinking(struct collection *collection, const struct list_limits *limits)
{
    const struct list_object *list = object_of(collection->entry);
    uint64_t bytes = bytes_of(collection->entry) + LISTPACK_FRAME;

    if (!entry_is_expanded(collection->entry))
        return;
    if (list != NULL && (list->first != list->last || list->first->used > 1))
        return;
    if (limits->by_count
            ? list_type_length(collection->entry) <= limits->count / 2 && bytes <= limits->bytes
            : bytes <= limits->bytes / 2)
        collection_mark_expanded(collection, false);
}

/* After elements were taken away: the list may go, or back into the entry. */
static void shrunk(struct collection *collection, const struct list_limits *limits)
{
    const struct list_object *list = object_of(collection->entry);
    char body[INLINE_AGAIN];

    mark_shrinking(collection, limits);
    if (list != NULL && list->bytes <= sizeof(body)) {
        bool expanded = entry_is_expanded(collection->entry);
        size_t length = list->bytes;

        list_object_gather(list, body);
        collection_set_inline(collection, span_of(body, length));
        collection_mark_expanded(collection, expanded);
    }
}

void list_type_settle(struct collection *collection, const struct list_limits *limits)
{
    const struct entry *entry = collection->entry;
    const struct list_object *list = object_of(entry);
    bool one_node = list == NULL || (list->first == list->last && list->first->used == 1);
    bool compact = one_node && bytes_of(entry) + LISTPACK_FRAME <= limits->bytes &&
                   list_type_length(entry) <= limits->count;

    collection_mark_expanded(collection, !compact);
}

/* ---- Changing ---- */

/* Writes the values so that the last one is the outermost; returns what lies behind them. */
static void write_values(char *place, size_t size, enum list_end end, const struct span *values,
                         uint32_t count)
{
    const char *behind = place + size;

    for (uint32_t i = 0; i < count; i++) {
        struct listpack_value value = listpack_value(values[end == LIST_TAIL ? i : count - 1 - i]);

        place = listpack_write(place, &value);
    }
    ASSERT(place == behind);
}

/* Pushes into the entry; false when there is no room for that. */
static bool push_inline(struct collection *collection, enum list_end end, const struct span *values,
                        uint32_t count)
{
    size_t length = inline_body(collection->entry).length;
    size_t size = 0;

    for (uint32_t i = 0; i < count; i++) {
        struct listpack_value value = listpack_value(values[i]);

        size += listpack_encoded_size(&value);
        if (!collection_fits(length + size))
            return false;
    }
    write_values(collection_splice(collection, end == LIST_HEAD ? 0 : length, 0, size), size, end,
                 values, count);
    return true;
}

void list_type_push(struct collection *collection, const struct list_limits *limits,
                    enum list_end end, const struct span *values, uint32_t count)
{
    bool absent = collection->entry == NULL;
    struct list_object *list = object_of(collection->entry);
    uint64_t added = 0;
    uint64_t following;

    ASSERT(count > 0);
    for (uint32_t i = 0; i < count; i++)
        added += values[i].length;
    if (!absent)
        mark_growth(collection, limits, added, count);
    if (list == NULL && push_inline(collection, end, values, count)) {
        /* Of a new list, what it would hold is measured like what is added to an empty one. */
        if (absent && (LISTPACK_FRAME + added > limits->bytes || count > limits->count))
            collection_mark_expanded(collection, true);
        return;
    }
    list = make_object(collection, limits);
    following = added;
    for (uint32_t i = 0; i < count; i++) {
        struct listpack_value value = listpack_value(values[i]);

        following -= values[i].length;
        list_object_push_many(collection_heap(collection), list, limits, end, &value,
                              following + (uint64_t)2 * (count - 1 - i));
    }
    if (absent && (LISTPACK_FRAME + added > limits->bytes || count > limits->count))
        collection_mark_expanded(collection, true);
}

static void drop_inline(struct collection *collection, enum list_end end, uint64_t count)
{
    struct span body = inline_body(collection->entry);
    const char *border = listpack_seek(body, end == LIST_HEAD ? (int64_t)count : -(int64_t)count);

    ASSERT(border != NULL);
    if (end == LIST_HEAD)
        collection_splice(collection, 0, (size_t)(border - body.data), 0);
    else
        collection_splice(collection, (size_t)(border - body.data),
                          (size_t)(listpack_end(body) - border), 0);
}

/* Takes elements away, not all of them. */
static void drop(struct collection *collection, enum list_end end, uint64_t count)
{
    struct list_object *list = object_of(collection->entry);
    struct list_object *cut;

    if (count == 0)
        return;
    if (list == NULL) {
        drop_inline(collection, end, count);
        return;
    }
    ASSERT(count < list->count);
    cut = list_object_drop(collection_heap(collection), list, end, count);
    if (cut != NULL)
        collection_discard(collection, cut);
}

/* Are these all? Of a list in its entry that is found without counting it whole. */
static bool is_all(const struct entry *entry, uint64_t count)
{
    const struct list_object *list = object_of(entry);
    struct span body;

    if (list != NULL) {
        ASSERT(count <= list->count);
        return count == list->count;
    }
    body = inline_body(entry);
    ASSERT(count > 0 && count <= body.length);
    return listpack_seek(body, (int64_t)count) == NULL;
}

void list_type_drop(struct collection *collection, const struct list_limits *limits,
                    enum list_end end, uint64_t count)
{
    ASSERT(collection->entry != NULL);
    if (is_all(collection->entry, count)) {
        collection_delete(collection);
        return;
    }
    drop(collection, end, count);
    shrunk(collection, limits);
}

void list_type_trim(struct collection *collection, const struct list_limits *limits, uint64_t first,
                    uint64_t count)
{
    uint64_t length = list_type_length(collection->entry);

    ASSERT(first <= length && count <= length - first);
    if (count == 0) {
        collection_delete(collection);
        return;
    }
    drop(collection, LIST_HEAD, first);
    drop(collection, LIST_TAIL, length - first - count);
    shrunk(collection, limits);
}

/* Puts a value into the entry in the place of `removed` bytes; false when there is no room. */
static bool replace_inline(struct collection *collection, size_t offset, size_t removed,
                           const struct listpack_value *value)
{
    size_t length = inline_body(collection->entry).length;
    size_t size = listpack_encoded_size(value);

    if (!collection_fits(length - removed + size))
        return false;
    listpack_write(collection_splice(collection, offset, removed, size), value);
    return true;
}

/* The same element once the list is an object. */
static void seek_again(struct collection *collection, const struct list_limits *limits,
                       struct list_place *place)
{
    size_t offset = (size_t)(place->element - place->body.data);
    uint32_t index = listpack_count(span_of(place->body.data, offset));

    list_object_seek(make_object(collection, limits), index, place);
}

/* The first element that says this. */
static bool find_first(const struct entry *entry, const struct listpack_value *value,
                       struct list_place *place)
{
    if (!list_type_seek(entry, 0, place))
        return false;
    do {
        place->element = listpack_find(place->body, place->element, value, 1);
        if (place->element != NULL)
            return true;
    } while (list_type_next_body(place));
    return false;
}

bool list_type_insert(struct collection *collection, const struct list_limits *limits,
                      struct span pivot, bool behind, struct span value)
{
    struct listpack_value wanted = listpack_value(pivot);
    struct listpack_value inserted = listpack_value(value);
    struct list_place place;

    if (collection->entry == NULL)
        return false;
    mark_growth(collection, limits, value.length, 1);
    if (!find_first(collection->entry, &wanted, &place))
        return false;
    if (place.group == NULL) {
        size_t offset = (size_t)(place.element - place.body.data);

        offset += behind ? listpack_size(place.element) : 0;
        if (replace_inline(collection, offset, 0, &inserted))
            return true;
        seek_again(collection, limits, &place);
    }
    list_object_insert(collection_heap(collection), object_of(collection->entry), limits, &place,
                       behind, &inserted);
    return true;
}

bool list_type_set(struct collection *collection, const struct list_limits *limits, int64_t index,
                   struct span value)
{
    struct listpack_value now = listpack_value(value);
    struct list_place place;

    if (collection->entry == NULL)
        return false;
    mark_growth(collection, limits, value.length, 1);
    if (!list_type_seek(collection->entry, index, &place))
        return false;
    if (place.group == NULL) {
        size_t offset = (size_t)(place.element - place.body.data);

        if (replace_inline(collection, offset, listpack_size(place.element), &now)) {
            mark_shrinking(collection, limits);
            return true;
        }
        seek_again(collection, limits, &place);
    }
    list_object_set(collection_heap(collection), object_of(collection->entry), limits, &place,
                    &now);
    shrunk(collection, limits);
    return true;
}

static uint64_t remove_inline(struct collection *collection, const struct listpack_value *value,
                              enum list_end from, uint64_t count)
{
    char edited[ENTRY_INLINE_MAX];
    struct span body = inline_body(collection->entry);
    uint64_t skipped = 0;
    uint32_t removed;
    size_t length;

    memcpy(edited, body.data, body.length);
    if (from == LIST_TAIL) {
        uint32_t matches = list_object_matches_in_body(body, value);

        skipped = matches > count ? matches - count : 0;
    }
    length = list_object_remove_from_body(edited, body.length, value, skipped, count, &removed);
    if (removed > 0 && length > 0)
        memcpy(collection_splice(collection, 0, body.length, length), edited, length);
    else if (removed > 0)
        collection_delete(collection);
    return removed;
}

uint64_t list_type_remove(struct collection *collection, const struct list_limits *limits,
                          struct span value, int64_t count)
{
    struct listpack_value wanted = listpack_value(value);
    struct list_object *list = object_of(collection->entry);
    enum list_end from = count < 0 ? LIST_TAIL : LIST_HEAD;
    uint64_t most = count == 0  ? UINT64_MAX
                    : count < 0 ? (uint64_t)0 - (uint64_t)count
                                : (uint64_t)count;
    uint64_t removed;

    if (collection->entry == NULL)
        return 0;
    if (list == NULL) {
        removed = remove_inline(collection, &wanted, from, most);
    } else {
        removed =
            list_object_remove(collection_heap(collection), list, limits, &wanted, from, most);
        if (list->count == 0)
            collection_delete(collection);
    }
    if (removed > 0 && collection->entry != NULL)
        shrunk(collection, limits);
    return removed;
}
