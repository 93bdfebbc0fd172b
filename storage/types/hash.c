#include "storage/types/hash.h"

#include "proto/base/assert.h"
#include "storage/types/hash_body.h"
#include "storage/types/hash_object.h"

#include <string.h>

/* A random field is looked for among the others so often before all that are left are counted. */
enum { RANDOM_TRIES_MAX = 64 };

/* ---- Reads ---- */

static void read_element(const struct element *element, struct hash_field *field)
{
    field->name = element->name;
    field->value = element->value;
    field->expiry = element->expiry;
}

/* A field of a body; returns what lies behind it. */
static const char *read_pair(const char *name, struct hash_field *field)
{
    const char *value = hash_body_behind(name);

    field->name = listpack_text(name, field->scratch[0]);
    field->value = listpack_text(value, field->scratch[1]);
    field->expiry = TIME_NEVER;
    return hash_body_behind(value);
}

bool hash_find(const struct entry *entry, struct span name, time_ms now, struct hash_field *field)
{
    const struct element_table *table = hash_table_of(entry);
    struct element element;
    const char *found;

    if (table != NULL) {
        if (!element_table_find(table, name, &element) || element.expiry <= now)
            return false;
        if (field != NULL)
            read_element(&element, field);
        return true;
    }
    found = hash_body_find(hash_body_of(entry), name);
    if (found != NULL && field != NULL)
        read_pair(found, field);
    return found != NULL;
}

uint64_t hash_held(const struct entry *entry)
{
    const struct element_table *table = hash_table_of(entry);

    return table != NULL ? table->count : hash_body_count(hash_body_of(entry));
}

uint64_t hash_length(const struct entry *entry, time_ms now)
{
    const struct element_table *table = hash_table_of(entry);

    if (table == NULL)
        return hash_body_count(hash_body_of(entry));
    if (__builtin_expect(element_table_next_expiry(table) <= now, 0))
        return table->count - element_table_count_expired(table, now);
    return table->count;
}

struct hash_iterator hash_iterate(const struct entry *entry, time_ms now)
{
    struct hash_iterator iterator = {.table = hash_table_of(entry), .now = now};

    if (iterator.table == NULL) {
        struct span body = hash_body_of(entry);

        iterator.next = body.data;
        iterator.end = body.data + body.length;
    }
    return iterator;
}

bool hash_next(struct hash_iterator *iterator, struct hash_field *field)
{
    struct element element;

    if (iterator->table == NULL) {
        if (iterator->next == iterator->end)
            return false;
        iterator->next = read_pair(iterator->next, field);
        return true;
    }
    while (element_table_next(iterator->table, &iterator->elements, &element)) {
        if (element.expiry > iterator->now) {
            read_element(&element, field);
            return true;
        }
    }
    return false;
}

/* The field of this number in the order of iteration, which there is. */
static void field_at(const struct entry *entry, time_ms now, uint64_t number,
                     struct hash_field *field)
{
    struct hash_iterator iterator = hash_iterate(entry, now);

    do {
        bool found = hash_next(&iterator, field);

        ASSERT(found);
    } while (number-- > 0);
}

bool hash_random(const struct entry *entry, time_ms now, struct random *random,
                 struct hash_field *field)
{
    const struct element_table *table = hash_table_of(entry);
    struct element element;
    uint64_t length;

    for (uint32_t i = 0; i < RANDOM_TRIES_MAX && table != NULL; i++) {
        if (!element_table_random(table, random, &element))
            return false;
        if (element.expiry > now) {
            read_element(&element, field);
            return true;
        }
    }
    length = hash_length(entry, now);
    if (length == 0)
        return false;
    field_at(entry, now, random_below(random, length), field);
    return true;
}

struct scan {
    hash_visitor *visit;
    void *context;
    time_ms now;
};

static void visit_element(void *context, const struct element *element)
{
    const struct scan *scan = context;
    struct hash_field field;

    if (element->expiry <= scan->now)
        return;
    read_element(element, &field);
    scan->visit(scan->context, &field);
}

uint64_t hash_scan(const struct entry *entry, time_ms now, uint64_t cursor, uint64_t count,
                   hash_visitor *visit, void *context)
{
    const struct element_table *table = hash_table_of(entry);
    struct hash_iterator iterator = hash_iterate(entry, now);
    struct scan scan = {visit, context, now};
    struct hash_field field;

    if (table != NULL)
        return element_table_scan(table, cursor, count, visit_element, &scan);
    while (hash_next(&iterator, &field))
        visit(context, &field);
    return 0;
}

/* ---- Writes ---- */

/* The collection's table; a small or absent hash becomes an object. */
static struct element_table *enlarge(struct collection *collection)
{
    struct hash_object *hash;

    if (hash_table_of(collection->entry) == NULL) {
        hash = hash_object_create(collection_heap(collection), collection_hash_seed(collection),
                                  hash_body_of(collection->entry));
        collection_set_object(collection, hash);
    }
    return hash_table_of(collection->entry);
}

/* Remembers when Redis would have left the compact form. */
static void note_limits(struct collection *collection, const struct hash_limits *limits,
                        struct span name, struct span value)
{
    const struct element_table *table = hash_table_of(collection->entry);
    bool expanded = name.length > limits->value || value.length > limits->value;

    if (entry_is_expanded(collection->entry))
        return;
    if (table != NULL)
        expanded |= table->count > limits->entries;
    else if (hash_body_of(collection->entry).length / 2 > limits->entries)
        expanded |= hash_length(collection->entry, 0) > limits->entries;
    if (expanded)
        collection_mark_expanded(collection, true);
}

/* An element has this expiry now, or another one's is gone: the keyspace may have to know. */
static void elements_expire(struct collection *collection, time_ms expiry)
{
    if (expiry != TIME_NEVER || hash_table_of(collection->entry)->volatile_count == 0)
        collection_elements_expire(collection);
}

static bool set_in_table(struct collection *collection, time_ms now, struct span name,
                         struct span value, time_ms expiry)
{
    struct element_table *table = enlarge(collection);
    bool was_volatile = table->volatile_count > 0;
    struct element before;
    struct element element = {name, value, expiry};
    bool is_new = true;

    /* Without volatile fields nothing needs to be known of what is there. */
    if (!was_volatile) {
        element.expiry = expiry == HASH_EXPIRY_KEEP ? TIME_NEVER : expiry;
        is_new = element_table_put(table, collection_heap(collection), &element);
    } else {
        if (element_table_find(table, name, &before))
            is_new = before.expiry <= now;
        if (expiry == HASH_EXPIRY_KEEP)
            element.expiry = is_new ? TIME_NEVER : before.expiry;
        element_table_put(table, collection_heap(collection), &element);
    }
    if (element.expiry != TIME_NEVER || was_volatile)
        elements_expire(collection, element.expiry);
    return is_new;
}

/* The place of a pair in a body, which may be the end. False: it would become too long. */
static bool set_in_body(struct collection *collection, struct span name, struct span value,
                        bool *is_new)
{
    struct span body = hash_body_of(collection->entry);
    struct listpack_value values[2];
    size_t name_size, value_size, before;
    const char *found;
    char *place;

    /* First of all: an element may not even say how long these are. */
    if (!collection_fits(name.length) || !collection_fits(value.length))
        return false;
    values[0] = listpack_value(name);
    values[1] = listpack_value(value);
    name_size = listpack_content_size(&values[0]);
    value_size = listpack_content_size(&values[1]);
    found = hash_body_find(body, name);
    *is_new = found == NULL;
    if (found != NULL) {
        found = hash_body_behind(found);
        before = listpack_content(found);
        if (!collection_fits(body.length - before + value_size))
            return false;
        place = collection_splice(collection, (size_t)(found - body.data), before, value_size);
        listpack_write_content(place, &values[1]);
        return true;
    }
    if (!collection_fits(body.length + name_size + value_size))
        return false;
    place = collection_splice(collection, body.length, 0, name_size + value_size);
    listpack_write_content(listpack_write_content(place, &values[0]), &values[1]);
    return true;
}

bool hash_set(struct collection *collection, time_ms now, const struct hash_limits *limits,
              struct span name, struct span value, time_ms expiry)
{
    bool volatile_field = expiry != TIME_NEVER && expiry != HASH_EXPIRY_KEEP;
    bool is_new;

    ASSERT(collection->type == VALUE_HASH);
    ASSERT(!volatile_field || expiry > now);
    if (hash_table_of(collection->entry) != NULL || volatile_field ||
        !set_in_body(collection, name, value, &is_new))
        is_new = set_in_table(collection, now, name, value, expiry);
    note_limits(collection, limits, name, value);
    if (volatile_field)
        collection_mark_expanded(collection, true);
    return is_new;
}

bool hash_set_expiry(struct collection *collection, time_ms now, struct span name, time_ms expiry)
{
    ASSERT(expiry > now);
    if (!hash_find(collection->entry, name, now, NULL))
        return false;
    if (expiry == TIME_NEVER && hash_table_of(collection->entry) == NULL)
        return true;
    element_table_set_expiry(enlarge(collection), collection_heap(collection), name, expiry);
    if (expiry != TIME_NEVER)
        collection_mark_expanded(collection, true);
    elements_expire(collection, expiry);
    return true;
}

bool hash_remove(struct collection *collection, time_ms now, struct span name)
{
    struct element_table *table = hash_table_of(collection->entry);
    bool was_volatile;
    struct span body;
    const char *found;
    size_t size;

    if (table != NULL) {
        if (!hash_find(collection->entry, name, now, NULL))
            return false;
        was_volatile = table->volatile_count > 0;
        element_table_remove(table, collection_heap(collection), name);
        if (table->count == 0)
            collection_delete(collection);
        else if (was_volatile)
            elements_expire(collection, TIME_NEVER);
        return true;
    }
    body = hash_body_of(collection->entry);
    found = hash_body_find(body, name);
    if (found == NULL)
        return false;
    size = (size_t)(hash_body_behind(hash_body_behind(found)) - found);
    if (size == body.length)
        collection_delete(collection);
    else
        collection_splice(collection, (size_t)(found - body.data), size, 0);
    return true;
}
