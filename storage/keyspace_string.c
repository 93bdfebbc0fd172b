/* Changes to one key: setting, editing, expiry, moving. */
#include "proto/base/assert.h"
#include "storage/keyspace.h"
#include "storage/keyspace_layout.h"

/* Puts the entry in the place of the one before it, if there is one. */
static void put_entry(struct keyspace *keyspace, uint32_t database, const struct key *key,
                      struct keyspace_place *place, struct entry *before, struct entry *entry)
{
    if (before == NULL) {
        keyspace_insert(keyspace, database, key, entry);
    } else {
        keyspace_exchange(keyspace, key, place, entry);
        keyspace_release(keyspace, before);
    }
}

static struct entry *set_form(struct keyspace *keyspace, uint32_t database, const struct key *key,
                              const struct entry_string_form *form, time_ms expiry)
{
    struct keyspace_place place;
    struct entry *before = keyspace_locate(keyspace, database, key, &place);
    struct entry *entry;
    uint32_t access = keyspace_access_first(keyspace);

    if (before != NULL)
        keyspace_before_change(keyspace, place.database, key->slot, before);
    /* What has expired counts as gone; its bytes may still be the source of the new value. */
    if (before != NULL && entry_expiry(before) <= keyspace->now) {
        keyspace_tell_expired(keyspace, place.database, before);
        if (expiry == EXPIRY_KEEP)
            expiry = TIME_NEVER;
    } else if (before != NULL && keyspace->tracking == ACCESS_FREQUENCY) {
        access = before->access;
    }
    if (expiry == EXPIRY_KEEP)
        expiry = before != NULL ? entry_expiry(before) : TIME_NEVER;
    if (before != NULL && entry_overwrite(keyspace->set.heap, before, form, expiry)) {
        before->access = access;
        if (expiry != TIME_NEVER)
            keyspace_exchange(keyspace, key, &place, before);
        return before;
    }
    entry = entry_create_string(keyspace->set.heap, key->name, form, expiry);
    entry->access = access & 0xffffff;
    put_entry(keyspace, database, key, &place, before, entry);
    return entry;
}

struct entry *keyspace_set_string(struct keyspace *keyspace, uint32_t database,
                                  const struct key *key, struct span value, time_ms expiry)
{
    struct entry_string_form form = entry_form_of(value);

    ASSERT(database < keyspace->database_count);
    return set_form(keyspace, database, key, &form, expiry);
}

struct entry *keyspace_set_text(struct keyspace *keyspace, uint32_t database, const struct key *key,
                                struct span value, time_ms expiry)
{
    struct entry_string_form form = entry_form_of_text(value);

    ASSERT(database < keyspace->database_count);
    return set_form(keyspace, database, key, &form, expiry);
}

struct entry *keyspace_set_integer(struct keyspace *keyspace, uint32_t database,
                                   const struct key *key, int64_t value, time_ms expiry)
{
    struct entry_string_form form = entry_form_of_integer(value);

    ASSERT(database < keyspace->database_count);
    return set_form(keyspace, database, key, &form, expiry);
}

struct string_block *keyspace_string_block(struct keyspace *keyspace, size_t length)
{
    ASSERT(length > 0);
    return string_block_create(keyspace->set.heap, length, length, false);
}

struct entry *keyspace_set_block(struct keyspace *keyspace, uint32_t database,
                                 const struct key *key, struct string_block *block)
{
    struct keyspace_place place;
    struct entry *before = keyspace_locate(keyspace, database, key, &place);
    struct entry *entry;

    ASSERT(database < keyspace->database_count);
    if (before != NULL)
        keyspace_before_change(keyspace, place.database, key->slot, before);
    if (before != NULL && entry_expiry(before) <= keyspace->now)
        keyspace_tell_expired(keyspace, place.database, before);
    entry = entry_create_block(keyspace->set.heap, key->name, block, TIME_NEVER, true);
    entry->access = keyspace_access_first(keyspace) & 0xffffff;
    put_entry(keyspace, database, key, &place, before, entry);
    return entry;
}

struct entry *keyspace_string_edit(struct keyspace *keyspace, uint32_t database,
                                   const struct key *key, size_t length, char **bytes)
{
    return keyspace_string_edit_part(keyspace, database, key, length, 0, SIZE_MAX, bytes);
}

struct entry *keyspace_string_edit_part(struct keyspace *keyspace, uint32_t database,
                                        const struct key *key, size_t length, size_t offset,
                                        size_t count, char **bytes)
{
    struct keyspace_place place;
    struct entry *before = keyspace_locate_live(keyspace, database, key, &place);
    struct entry *entry;

    if (before == NULL) {
        struct entry_string_form form = entry_form_of(SPAN(""));

        entry = entry_create_string(keyspace->set.heap, key->name, &form, TIME_NEVER);
        entry->access = keyspace_access_first(keyspace) & 0xffffff;
        entry = entry_edit(keyspace->set.heap, entry, length, offset, count, bytes);
        keyspace_insert(keyspace, database, key, entry);
        return entry;
    }
    ASSERT(before->type == VALUE_STRING);
    keyspace_before_change(keyspace, place.database, key->slot, before);
    entry = entry_edit(keyspace->set.heap, before, length, offset, count, bytes);
    if (entry != before)
        keyspace_exchange(keyspace, key, &place, entry);
    return entry;
}

struct entry *keyspace_set_expiry(struct keyspace *keyspace, uint32_t database,
                                  const struct key *key, time_ms expiry)
{
    struct keyspace_place place;
    struct entry *entry = keyspace_locate(keyspace, database, key, &place);

    ASSERT(entry != NULL);
    ASSERT(expiry != EXPIRY_KEEP);
    keyspace_before_change(keyspace, place.database, key->slot, entry);
    entry = entry_with_expiry(keyspace->set.heap, entry, expiry);
    keyspace_exchange(keyspace, key, &place, entry);
    return entry;
}

/* Makes an entry the value of a key, whatever was there. */
static void put(struct keyspace *keyspace, uint32_t database, const struct key *key,
                struct entry *entry)
{
    struct keyspace_place place;
    struct entry *before = keyspace_locate(keyspace, database, key, &place);

    if (before == NULL) {
        keyspace_insert(keyspace, database, key, entry);
    } else {
        keyspace_before_change(keyspace, place.database, key->slot, before);
        if (entry_expiry(before) <= keyspace->now)
            keyspace_tell_expired(keyspace, place.database, before);
        keyspace_exchange(keyspace, key, &place, entry);
        keyspace_release(keyspace, before);
    }
    keyspace_elements_queue(keyspace, database, key, entry);
}

static bool is_same(const struct keyspace *from, uint32_t from_database, const struct key *from_key,
                    const struct keyspace *to, uint32_t to_database, const struct key *to_key)
{
    return from == to && from_database == to_database && span_equal(from_key->name, to_key->name);
}

void keyspace_move(struct keyspace *from, uint32_t from_database, const struct key *from_key,
                   struct keyspace *to, uint32_t to_database, const struct key *to_key)
{
    struct keyspace_place place;
    struct entry *source;
    struct entry *entry;
    bool inherits;

    if (is_same(from, from_database, from_key, to, to_database, to_key))
        return;
    source = keyspace_locate(from, from_database, from_key, &place);
    ASSERT(source != NULL);
    keyspace_before_change(from, place.database, from_key->slot, source);
    /* An object need not be copied when it stays in its heap. */
    inherits = from == to && entry_encoding(source) == ENCODING_OBJECT;
    if (inherits)
        entry = entry_create_heir(to->set.heap, to_key->name, source, entry_expiry(source));
    else
        entry =
            entry_create_like(to->set.heap, to_key->name, source, from == to, entry_expiry(source));
    keyspace_take(from, from_key, &place);
    if (inherits)
        entry_release_shell(from->set.heap, source);
    else
        keyspace_release(from, source);
    put(to, to_database, to_key, entry);
}

void keyspace_copy(struct keyspace *from, uint32_t from_database, const struct key *from_key,
                   struct keyspace *to, uint32_t to_database, const struct key *to_key)
{
    struct keyspace_place place;
    struct entry *source = keyspace_locate(from, from_database, from_key, &place);

    ASSERT(source != NULL);
    ASSERT(to_database < to->database_count);
    if (is_same(from, from_database, from_key, to, to_database, to_key))
        return;
    put(to, to_database, to_key,
        entry_create_like(to->set.heap, to_key->name, source, from == to, entry_expiry(source)));
}
