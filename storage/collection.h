/*
 * The value of one key, while a command changes it that is not about strings.
 *
 * A small collection lies in the entry, as the body of a listpack (elements alone: neither header
 * nor terminator) or, for a set of integers, as a sorted array of them. A larger one is an object
 * (object.h). What the bytes mean, and when one form becomes the other, is for the types
 * (storage/types) to know; here is how the entry is changed, and where it then is.
 *
 * Owner: the shard of the keyspace. A collection is good until the same key is changed by other
 * means; changes of other keys do no harm. Functions may move the entry: look at `entry` again.
 */
#ifndef STORAGE_COLLECTION_H
#define STORAGE_COLLECTION_H

#include "storage/keyspace.h"

struct collection {
    struct keyspace *keyspace;
    uint32_t database;
    enum value_type type;
    const struct key *key; /* borrowed */
    struct entry *entry;   /* NULL while the key is absent */
};

/* Finds the key; expired ones go first. The entry may be of another type: the caller looks before
 * it changes anything. Notes no access. */
struct collection collection_open(struct keyspace *keyspace, uint32_t database,
                                  const struct key *key, enum value_type type);

/* The same for an entry that was just found, or NULL. What may change a collection begins with this
 * or with collection_open: a walk that is under way gets to know of it. */
struct collection collection_of(struct keyspace *keyspace, uint32_t database, const struct key *key,
                                enum value_type type, struct entry *entry);

/* The heap that objects of this key come from. */
struct heap *collection_heap(const struct collection *collection);

/* The seed by which its elements are hashed: the same for all keyspaces of a process. */
uint64_t collection_hash_seed(const struct collection *collection);

/*
 * Inline form: puts room for `inserted` bytes in the place of `removed` ones at `offset`, and
 * returns where the caller writes them. An absent key is created. The value may not become longer
 * than ENTRY_INLINE_MAX (asserted; see collection_fits).
 */
char *collection_splice(struct collection *collection, size_t offset, size_t removed,
                        size_t inserted);

/* Would an inline value of so many bytes be short enough? */
bool collection_fits(size_t length);

/* The whole value anew, inline; an object that was there is released. The bytes may not lie in the
 * entry. The marks (below) are cleared. Keeps the expiry of a key that was there. */
void collection_set_inline(struct collection *collection, struct span body);

/* The same with an object, whose owner the key becomes. The marks stay when the key was there. */
void collection_set_object(struct collection *collection, void *object);

/* Gives up an object of this type that no key holds (a part of one): in slices when it is large. */
void collection_discard(struct collection *collection, void *object);

/* An element of the object has an expiry now, or an earlier one, or none has one any more. */
void collection_elements_expire(struct collection *collection);

/* The key goes, with everything that it holds. */
void collection_delete(struct collection *collection);

/*
 * Marks of the entry, for OBJECT ENCODING and for the types: is the body an array of integers (or,
 * in an object: would Redis still hold it as one); would Redis have left the compact form by now?
 * entry_holds_integers and entry_is_expanded tell them. The key must be there.
 */
void collection_mark_integers(struct collection *collection, bool integers);
void collection_mark_expanded(struct collection *collection, bool expanded);

#endif
