/* Objects whose elements expire: which key holds each, and what is done when its time comes. */
#include "proto/base/assert.h"
#include "storage/keyspace.h"
#include "storage/keyspace_layout.h"

/* An object that still has volatile elements is left alone so long, so that elements that expire
 * one after the other go together. */
enum { SWEEP_PAUSE_MS = 15 };

/* Queues an object for a time, or (TIME_NEVER) not any more. */
static void set_due(struct keyspace *keyspace, struct object_due *due, time_ms next)
{
    bool was_queued = due->node.position != 0;

    due_queue_set(&keyspace->due_objects, keyspace->set.heap, &due->node, next);
    if (was_queued != (due->node.position != 0))
        keyspace->spaces[due->space]->expiring_objects += was_queued ? -UINT64_C(1) : 1;
}

void keyspace_elements_queue(struct keyspace *keyspace, uint32_t number, const struct key *key,
                             const struct entry *entry)
{
    const struct object_kind *kind;
    struct object_due *due;
    time_ms next;

    if (entry_encoding(entry) != ENCODING_OBJECT ||
        (kind = object_kind_of(entry_type(entry)))->due == NULL)
        return;
    due = kind->due(entry_object(entry));
    next = kind->next_expiry(entry_object(entry));
    if (next == TIME_NEVER) {
        set_due(keyspace, due, TIME_NEVER);
        return;
    }
    /* It may have come from another database. */
    if (due->node.position != 0)
        keyspace->spaces[due->space]->expiring_objects--;
    due->slot = key->slot;
    due->space = keyspace->databases[number]->space;
    due->key_hash = key->hash;
    due->object = entry_object(entry);
    if (due->node.position != 0)
        keyspace->spaces[due->space]->expiring_objects++;
    if (next < due_queue_due(&keyspace->due_objects, &due->node))
        set_due(keyspace, due, next);
}

void keyspace_elements_forget(struct keyspace *keyspace, struct object_due *due)
{
    set_due(keyspace, due, TIME_NEVER);
}

void keyspace_on_elements_expired(struct keyspace *keyspace, keyspace_elements_observer *observer,
                                  void *context)
{
    keyspace->elements_observer = observer;
    keyspace->elements_observer_context = context;
}

void keyspace_count_expired_elements(struct keyspace *keyspace, uint64_t count)
{
    keyspace->expired_elements += count;
}

/* The entry that holds the object; NULL when its table was flushed. */
static struct entry *holder_of(const struct keyspace *keyspace, const struct object_due *due)
{
    const struct database *database = keyspace->spaces[due->space];
    const struct segment *segment;
    uint64_t reference;

    ASSERT(database != NULL);
    if (database->detached)
        return NULL;
    reference = table_reference_at(&database->tables[due->slot], table_position(due->key_hash));
    segment = segment_of_reference(reference);
    for (uint32_t i = 0; reference != 0 && i < segment->capacity; i++) {
        struct entry *entry = segment_word_entry(segment->words[i]);

        if (segment->words[i] != 0 &&
            segment_word_tag(segment->words[i]) == segment_tag(due->key_hash) &&
            entry_encoding(entry) == ENCODING_OBJECT && entry_object(entry) == due->object)
            return entry;
    }
    return NULL;
}

struct sweep {
    struct keyspace *keyspace;
    const struct database *database;
    const struct entry *entry;
    uint64_t expired;
};

static void tell(const struct sweep *sweep, const struct span *element, bool last)
{
    struct keyspace *keyspace = sweep->keyspace;

    if (keyspace->elements_observer != NULL)
        keyspace->elements_observer(keyspace->elements_observer_context, sweep->database->number,
                                    sweep->entry, element, last);
}

static void expired(void *context, struct span element)
{
    struct sweep *sweep = context;

    tell(sweep, &element, false);
    sweep->expired++;
}

/* The key goes with its last element. */
static void delete_key(struct keyspace *keyspace, uint32_t number, const struct key *key)
{
    struct keyspace_place place;
    struct entry *entry = keyspace_locate(keyspace, number, key, &place);

    ASSERT(entry != NULL);
    keyspace_take(keyspace, key, &place);
    keyspace_release(keyspace, entry);
}

static void sweep_object(struct keyspace *keyspace, struct object_due *due, struct entry *entry,
                         time_ms now, uint32_t *budget)
{
    const struct object_kind *kind = object_kind_of(entry_type(entry));
    struct sweep sweep = {keyspace, keyspace->spaces[due->space], entry, 0};
    struct key key = {entry_key(entry), due->key_hash, due->slot};
    time_ms next;
    bool last;

    keyspace_before_change(keyspace, keyspace->spaces[due->space], due->slot, entry);
    kind->expire(keyspace->set.heap, due->object, now, budget, expired, &sweep);
    last = kind->count(due->object) == 0;
    if (sweep.expired > 0) {
        keyspace->expired_elements += sweep.expired;
        keyspace_touched(keyspace, sweep.database->number, &key);
        tell(&sweep, NULL, last);
    }
    if (last) {
        delete_key(keyspace, sweep.database->number, &key);
        return;
    }
    next = kind->next_expiry(due->object);
    if (next > now && next < now + SWEEP_PAUSE_MS)
        next = now + SWEEP_PAUSE_MS;
    set_due(keyspace, due, next);
}

bool keyspace_elements_expire(struct keyspace *keyspace, time_ms now, uint32_t budget)
{
    while (due_queue_first_due(&keyspace->due_objects) <= now) {
        struct due_node *node = due_queue_first(&keyspace->due_objects);
        struct object_due *due =
            (struct object_due *)((char *)node - offsetof(struct object_due, node));
        uint32_t before = budget;
        struct entry *entry;

        if (budget == 0)
            return true;
        entry = holder_of(keyspace, due);
        if (entry == NULL)
            set_due(keyspace, due, TIME_NEVER);
        else if (keyspace_is_hidden(keyspace, due->slot))
            set_due(keyspace, due, now + HIDDEN_PAUSE_MS);
        else
            sweep_object(keyspace, due, entry, now, &budget);
        /* A look without a find is work as well. */
        budget -= budget == before;
    }
    return false;
}
