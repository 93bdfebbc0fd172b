/*
 * Commands whose clients wait for keys: BLPOP and its kin.
 *
 * A command that may wait runs alone, when all that its connection asked before is answered. Its
 * handler says that it must wait (cmd_wait_for_keys); then the command, with a copy of its
 * arguments, becomes a waiter with a place in the queue of each of its keys, on the shard that
 * holds the key (waiter_table.h). Whoever changes such a key marks the queue; when the command (or
 * transaction) that did it is over, and before the next one of anybody runs, the marked queues are
 * served: the handlers of those who wait run again, in order of arrival, as long as the key holds a
 * value of the type that they wait for. What they change may mark other queues, which are served
 * likewise.
 *
 * Where the wait is decided (woken, timed out, ended):
 *
 * - here: the keys are on the connection's own shard, which decides.
 *
 * - elsewhere: they are on another shard, which decides. A message goes there with the command and
 *   comes back with the answer.
 *
 * - spread: they are on several shards (cluster mode off), and the connection's shard decides. A
 *   shard whose key is ready sends a notice, and the command runs again in an exclusive section. So
 *   it takes an element from exactly one key, and no notice is lost: what changes before the
 *   section is seen by it, what changes afterwards brings a new one.
 *
 * CLIENT PAUSE needs nothing here: what would wake a waiter is a write, and waits itself. One that
 * is under way when the pause begins still has all its consequences.
 *
 * Answers go out at the end of the owner's turn, so that a queue can also be served by a thread
 * that has borrowed or parked the shard.
 *
 * Thread: the shard's, or whoever has its data, unless said otherwise.
 */
#ifndef SERVER_DISPATCH_BLOCKED_H
#define SERVER_DISPATCH_BLOCKED_H

#include "proto/base/list.h"
#include "proto/base/time.h"
#include "server/dispatch/waiter_table.h"

#include <stdbool.h>
#include <stdint.h>

struct batch_item;
struct cmd;
struct cmd_wait;
struct connection;
struct node;
struct section;
struct shard;

/* A shard's waiters. */
struct blocked {
    struct waiter_table table;
    struct list_link answers; /* waiters whose answers are to go out */
    struct list_link notices; /* places whose waiters on other shards are to hear of their keys */
};

/* Why a wait ends that was not served. */
enum blocked_end { BLOCKED_TIMEOUT, BLOCKED_ERROR };

void blocked_init(struct blocked *blocked);
void blocked_free(struct blocked *blocked);

/* Is it a command that may have to wait, with these arguments? */
bool blocked_may_wait(const struct batch_item *item);

/* Runs an admitted command that may wait, all of whose keys are on one shard. */
void blocked_command(struct shard *shard, const struct batch_item *item);

/* The same for a command that has run in a section, and waits: it has said so in `wait`. */
void blocked_in_section(struct cmd *cmd, struct connection *connection, struct cmd_wait *wait,
                        uint64_t duration_us);

/* ---- Changes ---- */

/* To be called when a key or many keys of a database have changed, appeared or gone. */
void blocked_key_changed(struct shard *shard, uint32_t database, const struct key *key);
void blocked_database_changed(struct shard *shard, uint32_t database);

/* Is there somebody to be served? A command that changed keys is followed by blocked_serve then. */
static inline bool blocked_is_marked(const struct blocked *blocked)
{
    return waiter_table_is_marked(&blocked->table);
}
void blocked_serve(struct shard *shard);
/* The same for all shards of a section, at its end. */
void blocked_serve_section(struct section *section);

/* The shard has another view of the cluster: those whose slot is not served here any more are told.
 */
void blocked_view_changed(struct shard *shard);

/* The client's user may do something else than before: what it waits by is looked at again. On the
 * client's shard. */
void blocked_user_changed(struct connection *connection);

/* The node is another one's replica from now on: those of the shard's clients that wait are told.
 */
void blocked_role_changed(struct shard *shard);

/* ---- The turn ---- */

/* Somebody's time is over, or an answer is to go out. */
static inline bool blocked_is_due(const struct blocked *blocked, time_ms now)
{
    return blocked_is_marked(blocked) || !list_empty(&blocked->answers) ||
           !list_empty(&blocked->notices) || due_queue_first_due(&blocked->table.deadlines) <= now;
}
/* By the shard's own thread. */
void blocked_turn(struct shard *shard);

static inline time_ms blocked_next_deadline(const struct blocked *blocked)
{
    return due_queue_first_due(&blocked->table.deadlines);
}

/* Must the shard, which sleeps and whose data this thread has borrowed, be woken? */
static inline bool blocked_has_answers(const struct blocked *blocked)
{
    return !list_empty(&blocked->answers) || !list_empty(&blocked->notices);
}
/* Wakes another shard for it. */
void blocked_nudge(struct shard *shard, uint16_t target);

/* ---- CLIENT UNBLOCK ---- */

/* Ends the wait of client `id`, if it waits, wherever it is, and tells `done`, on the asking shard.
 * True: that has happened already; false: it will later. */
bool blocked_unblock(struct shard *asker, uint64_t id, enum blocked_end end,
                     void (*done)(void *context, bool unblocked), void *context);
/* The same with all shards parked. True when the client waited. */
bool blocked_unblock_parked(struct node *node, uint64_t id, enum blocked_end end);

#endif
