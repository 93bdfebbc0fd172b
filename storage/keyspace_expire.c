/* Expiry that does not wait for somebody to ask for the key. */
#include "proto/base/assert.h"
#include "storage/keyspace.h"
#include "storage/keyspace_layout.h"

/* A segment that still has volatile keys is left alone so long, so that keys which expire one after
 * the other go together. A key is overdue for half of it on average: of a million keys that expire
 * within a second, well under one in a hundred at a time. */
enum { SWEEP_PAUSE_MS = 15 };

struct sweep {
    struct keyspace *keyspace;
    struct database *database;
    uint16_t slot;
};

static void expired(void *context, struct entry *entry)
{
    struct sweep *sweep = context;

    keyspace_before_change(sweep->keyspace, sweep->database, sweep->slot, entry);
    keyspace_tell_expired(sweep->keyspace, sweep->database, entry);
    keyspace_release(sweep->keyspace, entry);
}

bool keyspace_segment_in_use(const struct keyspace *keyspace, const struct segment *segment)
{
    const struct database *database = keyspace->spaces[segment->space];
    uint32_t position = (uint32_t)segment->prefix << (TABLE_POSITION_BITS - segment->depth);

    ASSERT(database != NULL);
    return !database->detached && table_reference_at(&database->tables[segment->slot], position) ==
                                      segment_reference(segment);
}

static bool expire_keys(struct keyspace *keyspace, time_ms now, uint32_t budget)
{
    struct due_queue *due = &keyspace->set.due;

    while (due_queue_first_due(due) <= now) {
        struct segment *segment = segment_of_node(due_queue_first(due));
        struct database *database = keyspace->spaces[segment->space];
        uint16_t slot = segment->slot;
        struct sweep sweep = {keyspace, database, slot};
        struct table before;
        uint32_t looked;

        if (budget == 0)
            return true;
        if (!keyspace_segment_in_use(keyspace, segment)) {
            due_queue_set(due, keyspace->set.heap, &segment->node, TIME_NEVER);
            budget--;
            continue;
        }
        if (keyspace_is_hidden(keyspace, slot)) {
            segment->next_due = now + HIDDEN_PAUSE_MS;
            due_queue_set(due, keyspace->set.heap, &segment->node, segment->next_due);
            budget--;
            continue;
        }
        before = database->tables[slot];
        looked = table_sweep(&keyspace->set, &database->tables[slot], segment, now,
                             now + SWEEP_PAUSE_MS, expired, &sweep);
        keyspace_count(database, slot, &before);
        budget -= looked + 1 < budget ? looked + 1 : budget;
    }
    return false;
}

bool keyspace_expire(struct keyspace *keyspace, time_ms now, uint32_t budget)
{
    /* However small the budget is, each call gets on. */
    uint32_t share =
        due_queue_first_due(&keyspace->due_objects) <= now ? budget / 2 + budget % 2 : 0;
    bool more;

    keyspace_see(keyspace, now);
    more = expire_keys(keyspace, now, budget - share);
    return keyspace_elements_expire(keyspace, now, share) || more;
}

time_ms keyspace_next_expiry(const struct keyspace *keyspace)
{
    time_ms keys = due_queue_first_due(&keyspace->set.due);
    time_ms elements = due_queue_first_due(&keyspace->due_objects);

    return keys < elements ? keys : elements;
}
