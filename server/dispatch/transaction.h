/*
 * MULTI, EXEC, DISCARD.
 *
 * Between MULTI and EXEC a connection's commands are checked as they arrive and kept in a unit
 * (unit.h). EXEC runs it on the shard that has all its keys, which is a hop when that is another
 * one, or in an exclusive section when there are several, and answers with one array. Keys that are
 * watched (watch.h) take part: where they are is where EXEC must look at them.
 *
 * A client that begins to pile up commands is closed at client-query-buffer-limit, as one that
 * piles up input is (transaction_memory).
 *
 * Thread: the connection's shard, but for transaction_run.
 */
#ifndef SERVER_DISPATCH_TRANSACTION_H
#define SERVER_DISPATCH_TRANSACTION_H

#include "server/connection/connection.h"
#include "server/dispatch/unit.h"
#include "server/dispatch/watch.h"

#include <stdbool.h>

struct node;
struct section;

struct transaction {
    struct unit unit;
    struct watches *watches; /* from EXEC on */
    struct route_pass pass;  /* from EXEC on, cluster mode */
    struct key first;        /* cluster mode: a key that says the slot; its name is not kept */
    bool has_first;
    bool crosses; /* cluster mode: keys of several slots */
    bool failed;  /* a command was refused: EXEC is refused too */
    bool ran;     /* nothing that was watched had changed */
    bool refused; /* with -BUSY, after EXEC: what is watched is still registered */
};

/* Begins one: the connection has none. */
void transaction_begin(struct connection *connection);

/* Drops the commands, and what is watched: DISCARD, RESET, the end of the connection. */
void transaction_discard(struct connection *connection);

/*
 * An admitted command of a connection that has a transaction, or EXEC. False: it is to run as any
 * other (DISCARD, an EXEC that runs nothing). True: it has been kept, or refused, or EXEC is under
 * way.
 */
bool transaction_take(struct shard *shard, const struct batch_item *item);

/* A command was refused with the error behind `start`: a transaction that it belongs to will not
 * run. The error of EXEC itself is worded anew. `redirected`: it is the cluster that refused. */
void transaction_refused(const struct batch_item *item, struct reply *reply, size_t start,
                         bool redirected);

/* The same for the error alone, of an EXEC. */
void transaction_word_refusal(struct reply *reply, size_t start);

/* The same for one that EXEC has sent off, with -BUSY. By the thread that has it. */
void transaction_refuse_busy(struct transaction *transaction, const struct node *node,
                             struct reply *reply);

/* Must EXEC wait until the connection's earlier commands are answered? */
bool transaction_wants_quiet(const struct connection *connection);

/* The flags of all its commands together; 0 without a transaction. */
uint32_t transaction_flags(const struct connection *connection);

/* Checks the watched keys, and runs the commands if nothing stands against it. By a thread that has
 * the data. `exec` is EXEC's row. */
void transaction_run(struct transaction *transaction, const struct unit_site *site,
                     const struct command *exec, struct reply *reply);

/* The answer is there: reports the commands unless the client has gone, and frees everything. */
void transaction_finish(struct transaction *transaction, struct connection *connection,
                        const struct command *exec, const struct span *argv, uint32_t argc);

/* In a section all shards concerned go by one clock, the one that is ahead. */
void transaction_share_time(const struct section *section);

/* Bytes held for what the connection has queued and watches. */
static inline size_t transaction_memory(const struct connection *connection)
{
    const struct transaction *transaction = connection->transaction;

    return (transaction == NULL ? 0 : sizeof(*transaction) + transaction->unit.memory) +
           watch_memory(connection->watches);
}

#endif
