#include "storage/types/set.h"

#include "proto/base/assert.h"
#include "proto/base/number.h"
#include "storage/object.h"
#include "storage/types/integer_set.h"
#include "storage/types/listpack.h"

enum { PREFETCHED_MIN = 512 * 1024 };

/* How the members of an entry are held. */
enum form { FORM_EMPTY, FORM_INTEGERS, FORM_LISTPACK, FORM_TABLE };

static enum form form_of(const struct entry *entry)
{
    if (entry == NULL)
        return FORM_EMPTY;
    ASSERT_DEBUG(entry_type(entry) == VALUE_SET);
    if (entry_encoding(entry) == ENCODING_OBJECT)
        return FORM_TABLE;
    return entry_holds_integers(entry) ? FORM_INTEGERS : FORM_LISTPACK;
}

static struct integer_set integers_of(const struct entry *entry)
{
    return integer_set_of(entry_inline(entry));
}

static struct element_table *table_of(const struct entry *entry)
{
    return entry_object(entry);
}

/* ---- Reading ---- */

uint64_t set_count(const struct entry *entry)
{
    switch (form_of(entry)) {
    case FORM_INTEGERS:
        return integers_of(entry).count;
    case FORM_LISTPACK:
        return listpack_count(entry_inline(entry));
    case FORM_TABLE:
        return table_of(entry)->count;
    default:
        return 0;
    }
}

static const char *find_packed(const struct entry *entry, struct span member)
{
    struct listpack_value value = listpack_value(member);
    struct span body = entry_inline(entry);

    return listpack_find(body, listpack_first(body), &value, 1);
}

bool set_contains(const struct entry *entry, struct span member)
{
    struct integer_set integers;
    uint32_t position;
    int64_t value;

    switch (form_of(entry)) {
    case FORM_INTEGERS:
        integers = integers_of(entry);
        return number_parse_integer(member, &value) &&
               integer_set_find(&integers, value, &position);
    case FORM_LISTPACK:
        return find_packed(entry, member) != NULL;
    case FORM_TABLE:
        return element_table_find(table_of(entry), member, NULL);
    default:
        return false;
    }
}

/* Hashing twice pays only when the table is not in a cache anyway. */
void set_prefetch(const struct entry *entry, struct span member)
{
    if (form_of(entry) == FORM_TABLE && table_of(entry)->bytes > PREFETCHED_MIN)
        element_table_prefetch(table_of(entry), member);
}

struct set_iterator set_iterate(const struct entry *entry)
{
    struct set_iterator iterator = {.entry = entry};

    if (form_of(entry) == FORM_LISTPACK)
        iterator.element = listpack_first(entry_inline(entry));
    return iterator;
}

static bool next_integer(struct set_iterator *iterator, struct span *member)
{
    struct integer_set integers = integers_of(iterator->entry);

    if (iterator->index == integers.count)
        return false;
    *member = span_of(
        iterator->scratch,
        number_format_integer(iterator->scratch, integer_set_at(&integers, iterator->index++)));
    return true;
}

bool set_next(struct set_iterator *iterator, struct span *member)
{
    struct element element;

    switch (form_of(iterator->entry)) {
    case FORM_INTEGERS:
        return next_integer(iterator, member);
    case FORM_LISTPACK:
        if (iterator->element == NULL)
            return false;
        *member = listpack_text(iterator->element, iterator->scratch);
        iterator->element = listpack_next(entry_inline(iterator->entry), iterator->element);
        return true;
    case FORM_TABLE:
        if (!element_table_next(table_of(iterator->entry), &iterator->table, &element))
            return false;
        *member = element.name;
        return true;
    default:
        return false;
    }
}

struct scan {
    set_visitor *visit;
    void *context;
};

static void scan_element(void *context, const struct element *element)
{
    const struct scan *scan = context;

    scan->visit(scan->context, element->name);
}

uint64_t set_scan(const struct entry *entry, uint64_t cursor, uint64_t count, set_visitor *visit,
                  void *context)
{
    struct scan scan = {visit, context};
    struct set_iterator iterator;
    struct span member;

    if (form_of(entry) == FORM_TABLE)
        return element_table_scan(table_of(entry), cursor, count, scan_element, &scan);
    iterator = set_iterate(entry);
    while (set_next(&iterator, &member))
        visit(context, member);
    return 0;
}

struct span set_random(const struct entry *entry, struct random *random, char scratch[SET_SCRATCH])
{
    struct integer_set integers;
    struct element element;
    struct span body;

    ASSERT(entry != NULL);
    switch (form_of(entry)) {
    case FORM_INTEGERS:
        integers = integers_of(entry);
        return span_of(
            scratch,
            number_format_integer(scratch, integer_set_at(&integers, (uint32_t)random_below(
                                                                         random, integers.count))));
    case FORM_LISTPACK:
        body = entry_inline(entry);
        return listpack_text(
            listpack_seek(body, (int64_t)random_below(random, listpack_count(body))), scratch);
    default:
        element_table_random(table_of(entry), random, &element);
        return element.name;
    }
}

/* ---- Rows of integers ---- */

enum { ROWS_MAX = 16 };

/* The first position from `position` on whose integer is not smaller: in steps that double, since
 * it is near when the sets are alike and far when they are not. */
static uint32_t advance(const struct integer_set *row, uint32_t position, int64_t value)
{
    uint32_t low = position;
    uint32_t step = 1;
    uint32_t high;

    while (low < row->count && low + step <= row->count &&
           integer_set_at(row, low + step - 1) < value) {
        low += step;
        step *= 2;
    }
    high = low + step < row->count ? low + step : row->count;
    while (low < high) {
        uint32_t middle = low + (high - low) / 2;

        if (integer_set_at(row, middle) < value)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

bool set_intersect_rows(const struct entry *const *sets, uint32_t count, set_member_visitor *visit,
                        void *context)
{
    struct integer_set rows[ROWS_MAX];
    uint32_t positions[ROWS_MAX] = {0};
    char text[SET_SCRATCH];

    if (count > ROWS_MAX)
        return false;
    for (uint32_t i = 0; i < count; i++) {
        if (form_of(sets[i]) != FORM_INTEGERS)
            return false;
        rows[i] = integers_of(sets[i]);
    }
    for (uint32_t index = 0; index < rows[0].count; index++) {
        int64_t value = integer_set_at(&rows[0], index);
        uint32_t i = 1;

        for (; i < count; i++) {
            positions[i] = advance(&rows[i], positions[i], value);
            if (positions[i] == rows[i].count)
                return true;
            if (integer_set_at(&rows[i], positions[i]) != value)
                break;
        }
        if (i == count && !visit(context, span_of(text, number_format_integer(text, value))))
            return true;
    }
    return true;
}

/* ---- Adding ---- */

static struct element_table *create_table(struct heap *heap, uint64_t hash_seed)
{
    struct element_table *table = heap_allocate(heap, sizeof(*table));

    element_table_init(table, ELEMENT_VALUES_NONE, hash_seed);
    return table;
}

static bool table_add(struct element_table *table, struct heap *heap, struct span member)
{
    return element_table_insert(table, heap,
                                &(struct element){.name = member, .expiry = TIME_NEVER});
}

/* An inline set, or none, becomes a table. */
static void expand(struct collection *collection)
{
    struct heap *heap = collection_heap(collection);
    struct element_table *table = create_table(heap, collection_hash_seed(collection));
    struct set_iterator iterator = set_iterate(collection->entry);
    struct span member;

    while (set_next(&iterator, &member))
        table_add(table, heap, member);
    collection_set_object(collection, table);
}

static void append_packed(struct collection *collection, const struct listpack_value *value)
{
    size_t length = collection->entry != NULL ? entry_inline(collection->entry).length : 0;

    listpack_write(collection_splice(collection, length, 0, listpack_encoded_size(value)), value);
}

static bool packed_fits(const struct entry *entry, const struct listpack_value *value)
{
    size_t length = entry != NULL ? entry_inline(entry).length : 0;

    return collection_fits(length + listpack_encoded_size(value));
}

/* Adds to a listpack, or to an absent key. */
static void add_packed(struct collection *collection, struct span member)
{
    struct listpack_value value = listpack_value(member);

    if (packed_fits(collection->entry, &value)) {
        append_packed(collection, &value);
        return;
    }
    expand(collection);
    table_add(table_of(collection->entry), collection_heap(collection), member);
}

/* A row of integers becomes a listpack, or a table when that would be too long. */
static void leave_integers(struct collection *collection)
{
    struct integer_set integers = integers_of(collection->entry);
    bool expanded = entry_is_expanded(collection->entry);
    char body[ENTRY_INLINE_MAX];
    char *end = body;

    for (uint32_t i = 0; i < integers.count; i++) {
        struct listpack_value value = listpack_value_of_integer(integer_set_at(&integers, i));

        if (!collection_fits((size_t)(end - body) + listpack_encoded_size(&value))) {
            expand(collection);
            collection_mark_integers(collection, false);
            return;
        }
        end = listpack_write(end, &value);
    }
    collection_set_inline(collection, span_of(body, (size_t)(end - body)));
    collection_mark_expanded(collection, expanded);
}

static void add_integer(struct collection *collection, int64_t value)
{
    struct span body = collection->entry != NULL ? entry_inline(collection->entry) : SPAN("");
    struct integer_set integers = integer_set_of(body);
    size_t length = body.length;
    size_t size = integer_set_size_with(&integers, value);

    if (!collection_fits(size)) {
        char text[SET_SCRATCH];

        expand(collection);
        table_add(table_of(collection->entry), collection_heap(collection),
                  span_of(text, number_format_integer(text, value)));
        return;
    }
    collection_splice(collection, length, 0, size - length);
    collection_mark_integers(collection, true);
    integer_set_insert((char *)(uintptr_t)entry_inline(collection->entry).data, length, value);
}

/* What OBJECT ENCODING says from now on, after a member has been added. */
static void mark(struct collection *collection, size_t length, const struct set_limits *limits)
{
    uint64_t count = set_count(collection->entry);

    if (entry_is_expanded(collection->entry))
        return;
    if (entry_holds_integers(collection->entry)
            ? count > limits->integer_entries
            : count > limits->packed_entries || length > limits->packed_value)
        collection_mark_expanded(collection, true);
}

bool set_add(struct collection *collection, struct span member, const struct set_limits *limits)
{
    const struct entry *entry = collection->entry;
    int64_t value;
    bool is_integer = number_parse_integer(member, &value);

    if (form_of(entry) != FORM_TABLE && set_contains(entry, member))
        return false;
    switch (form_of(entry)) {
    case FORM_TABLE:
        if (!table_add(table_of(entry), collection_heap(collection), member))
            return false;
        if (!is_integer)
            collection_mark_integers(collection, false);
        break;
    case FORM_INTEGERS:
        if (is_integer) {
            add_integer(collection, value);
            break;
        }
        leave_integers(collection);
        if (form_of(collection->entry) == FORM_TABLE)
            table_add(table_of(collection->entry), collection_heap(collection), member);
        else
            add_packed(collection, member);
        break;
    case FORM_LISTPACK:
        add_packed(collection, member);
        break;
    case FORM_EMPTY:
        if (is_integer)
            add_integer(collection, value);
        else
            add_packed(collection, member);
    }
    mark(collection, member.length, limits);
    return true;
}

/* ---- Removing ---- */

static bool remove_integer(struct collection *collection, struct span member)
{
    struct span body = entry_inline(collection->entry);
    struct integer_set integers = integer_set_of(body);
    uint32_t position;
    int64_t value;
    size_t left;

    if (!number_parse_integer(member, &value) || !integer_set_find(&integers, value, &position))
        return false;
    left = integer_set_remove((char *)(uintptr_t)body.data, body.length, position);
    if (left == 0)
        collection_delete(collection);
    else
        collection_splice(collection, left, body.length - left, 0);
    return true;
}

static bool remove_packed(struct collection *collection, struct span member)
{
    struct span body = entry_inline(collection->entry);
    const char *element = find_packed(collection->entry, member);
    size_t size;

    if (element == NULL)
        return false;
    size = listpack_size(element);
    if (size == body.length)
        collection_delete(collection);
    else
        collection_splice(collection, (size_t)(element - body.data), size, 0);
    return true;
}

bool set_remove(struct collection *collection, struct span member)
{
    struct element_table *table;

    switch (form_of(collection->entry)) {
    case FORM_INTEGERS:
        return remove_integer(collection, member);
    case FORM_LISTPACK:
        return remove_packed(collection, member);
    case FORM_TABLE:
        table = table_of(collection->entry);
        if (!element_table_remove(table, collection_heap(collection), member))
            return false;
        if (table->count == 0)
            collection_delete(collection);
        return true;
    default:
        return false;
    }
}

/* ---- Building ---- */

void set_builder_init(struct set_builder *builder, const struct collection *target)
{
    *builder = (struct set_builder){.heap = collection_heap(target)};
    element_table_init(&builder->members, ELEMENT_VALUES_NONE, collection_hash_seed(target));
}

bool set_builder_add(struct set_builder *builder, struct span member)
{
    struct listpack_value value;

    if (!table_add(&builder->members, builder->heap, member))
        return false;
    value = listpack_value(member);
    if (!value.is_integer)
        builder->text_members++;
    else if (integer_set_width(value.integer) > builder->width)
        builder->width = integer_set_width(value.integer);
    if (member.length > builder->longest)
        builder->longest = member.length;
    builder->packed_size += listpack_encoded_size(&value);
    return true;
}

void set_builder_discard(struct set_builder *builder)
{
    uint32_t budget = UINT32_MAX;

    while (!element_table_release(&builder->members, builder->heap, &budget))
        budget = UINT32_MAX;
}

/* Moves the members of a small set into an entry. */
static void builder_finish_small(struct set_builder *builder, struct collection *target)
{
    struct element_iterator iterator = {0};
    struct element element;

    while (element_table_next(&builder->members, &iterator, &element)) {
        int64_t value;

        if (builder->text_members == 0 && number_parse_integer(element.name, &value))
            add_integer(target, value);
        else
            add_packed(target, element.name);
    }
    set_builder_discard(builder);
}

void set_builder_finish(struct set_builder *builder, struct collection *target,
                        const struct set_limits *limits)
{
    uint64_t count = builder->members.count;
    bool integers = builder->text_members == 0;
    size_t size =
        integers ? integer_set_body_size(builder->width, (uint32_t)count) : builder->packed_size;

    if (target->entry != NULL)
        collection_delete(target);
    if (count == 0) {
        set_builder_discard(builder);
        return;
    }
    if (count <= ENTRY_INLINE_MAX && collection_fits(size)) {
        builder_finish_small(builder, target);
    } else {
        struct element_table *table = heap_allocate(builder->heap, sizeof(*table));

        *table = builder->members;
        collection_set_object(target, table);
        collection_mark_integers(target, integers);
    }
    mark(target, builder->longest, limits);
}

/* ---- The object ---- */

static uint64_t kind_count(const void *object)
{
    return ((const struct element_table *)object)->count;
}

static bool kind_release(struct heap *heap, void *object, uint32_t *budget)
{
    if (!element_table_release(object, heap, budget))
        return false;
    heap_release(heap, object, sizeof(struct element_table));
    return true;
}

static void *kind_copy(struct heap *heap, const void *object)
{
    struct element_table *table = heap_allocate(heap, sizeof(*table));

    element_table_copy(table, heap, object);
    return table;
}

static size_t kind_memory(const void *object)
{
    return heap_block_size(sizeof(struct element_table)) + element_table_memory(object);
}

static struct object_watch **kind_watch(void *object)
{
    return &((struct element_table *)object)->watch;
}

const struct object_kind set_kind = {
    .count = kind_count,
    .release = kind_release,
    .copy = kind_copy,
    .memory = kind_memory,
    .watch = kind_watch,
};
