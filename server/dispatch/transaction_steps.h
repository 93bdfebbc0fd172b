/*
 * EXEC of a transaction that has commands of the control thread in it: CONFIG SET, ACL SETUSER,
 * BGSAVE.
 *
 * Such a command is done when all shards have heard of it, and shards that are parked hear nothing:
 * it cannot run with the others in one go. So the transaction runs in steps, in the order of its
 * commands, while the client waits. What lies between its first and its last command about data is
 * one step, with nothing of anybody in between; commands of the control thread from among them come
 * behind it. With watched keys this step is the first of all, for it says whether there are others.
 *
 * Thread: the connection's shard.
 */
#ifndef SERVER_DISPATCH_TRANSACTION_STEPS_H
#define SERVER_DISPATCH_TRANSACTION_STEPS_H

#include "server/dispatch/transaction.h"

/* Takes over the transaction, whose unit has `has_errand`. */
void transaction_steps_begin(struct shard *shard, const struct batch_item *item,
                             struct transaction *transaction);

#endif
