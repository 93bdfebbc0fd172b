#include "storage/collection.h"

#include "proto/base/assert.h"
#include "storage/keyspace_layout.h"

#include <string.h>

struct collection collection_open(struct keyspace *keyspace, uint32_t database,
                                  const struct key *key, enum value_type type)
{
    struct keyspace_place place;

    return collection_of(keyspace, database, key, type,
                         keyspace_locate_live(keyspace, database, key, &place));
}

struct collection collection_of(struct keyspace *keyspace, uint32_t database, const struct key *key,
                                enum value_type type, struct entry *entry)
{
    ASSERT(type != VALUE_STRING);
    if (entry != NULL)
        keyspace_before_change(keyspace, keyspace->databases[database], key->slot, entry);
    return (struct collection){
        .keyspace = keyspace, .database = database, .type = type, .key = key, .entry = entry};
}

struct heap *collection_heap(const struct collection *collection)
{
    return collection->keyspace->set.heap;
}

uint64_t collection_hash_seed(const struct collection *collection)
{
    return collection->keyspace->set.hash_seed;
}

bool collection_fits(size_t length)
{
    return length <= ENTRY_INLINE_MAX;
}

/* Puts an entry into the place of the collection's own, which is the caller's to release. Where
 * that is, is looked up again: other keys may have been changed since. */
static void take_place(struct collection *collection, struct entry *entry)
{
    struct keyspace *keyspace = collection->keyspace;
    struct keyspace_place place;
    struct entry *found;

    if (collection->entry == NULL) {
        entry->access = keyspace_access_first(keyspace) & 0xffffff;
        keyspace_insert(keyspace, collection->database, collection->key, entry);
    } else {
        found = keyspace_locate(keyspace, collection->database, collection->key, &place);
        ASSERT(found == collection->entry);
        keyspace_exchange(keyspace, collection->key, &place, entry);
    }
    collection->entry = entry;
}

static struct entry *create(const struct collection *collection, enum value_encoding encoding,
                            size_t length)
{
    const struct entry *before = collection->entry;
    struct entry *entry =
        entry_create(collection_heap(collection), collection->key->name, collection->type, encoding,
                     length, before != NULL ? entry_expiry(before) : TIME_NEVER);

    if (before != NULL)
        entry->access = before->access;
    return entry;
}

/* A new entry in the place of the old one, which goes with all that it holds. */
static void replace(struct collection *collection, struct entry *entry)
{
    struct entry *before = collection->entry;

    take_place(collection, entry);
    if (before != NULL)
        keyspace_release(collection->keyspace, before);
}

char *collection_splice(struct collection *collection, size_t offset, size_t removed,
                        size_t inserted)
{
    struct keyspace *keyspace = collection->keyspace;
    struct entry *before = collection->entry;
    struct keyspace_place place;
    char *gap;

    if (before == NULL) {
        ASSERT(offset == 0 && removed == 0);
        take_place(collection, create(collection, ENCODING_INLINE, inserted));
        return entry_value(collection->entry);
    }
    ASSERT(entry_type(before) == collection->type);
    if (!entry_splice_moves(before, removed, inserted)) {
        entry_splice(collection_heap(collection), before, offset, removed, inserted, &gap);
        return gap;
    }
    /* First: looking for a key reads entries, and this one is released when it moves. */
    keyspace_locate(keyspace, collection->database, collection->key, &place);
    collection->entry =
        entry_splice(collection_heap(collection), before, offset, removed, inserted, &gap);
    keyspace_exchange(keyspace, collection->key, &place, collection->entry);
    return gap;
}

void collection_set_inline(struct collection *collection, struct span body)
{
    struct entry *entry = create(collection, ENCODING_INLINE, body.length);

    ASSERT(collection_fits(body.length));
    memcpy(entry_value(entry), body.data, body.length);
    replace(collection, entry);
}

void collection_set_object(struct collection *collection, void *object)
{
    struct entry *entry = create(collection, ENCODING_OBJECT, 0);

    ASSERT(object != NULL);
    if (collection->entry != NULL)
        entry->flags |= collection->entry->flags & (ENTRY_EXPANDED | ENTRY_INTEGERS);
    memcpy(entry_value(entry), &object, sizeof(object));
    replace(collection, entry);
}

void collection_discard(struct collection *collection, void *object)
{
    ASSERT(object != NULL);
    keyspace_release_object(collection->keyspace, collection->type, object);
}

void collection_elements_expire(struct collection *collection)
{
    ASSERT(collection->entry != NULL);
    keyspace_elements_queue(collection->keyspace, collection->database, collection->key,
                            collection->entry);
}

void collection_delete(struct collection *collection)
{
    struct keyspace_place place;

    ASSERT(collection->entry != NULL);
    keyspace_locate(collection->keyspace, collection->database, collection->key, &place);
    keyspace_take(collection->keyspace, collection->key, &place);
    keyspace_note_deleted(collection->keyspace, collection->key);
    keyspace_release(collection->keyspace, collection->entry);
    collection->entry = NULL;
}

static void mark(struct collection *collection, uint8_t flag, bool on)
{
    ASSERT(collection->entry != NULL);
    if (on)
        collection->entry->flags |= flag;
    else
        collection->entry->flags &= (uint8_t)~flag;
}

void collection_mark_integers(struct collection *collection, bool integers)
{
    mark(collection, ENTRY_INTEGERS, integers);
}

void collection_mark_expanded(struct collection *collection, bool expanded)
{
    mark(collection, ENTRY_EXPANDED, expanded);
}
