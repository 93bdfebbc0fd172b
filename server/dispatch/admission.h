/*
 * May a command run, for this client, now? Authentication, the cluster's rules, CLIENT PAUSE.
 *
 * Thread: the connection's shard.
 */
#ifndef SERVER_DISPATCH_ADMISSION_H
#define SERVER_DISPATCH_ADMISSION_H

#include "server/dispatch/batch.h"

/* False when it may not: the error is replied and counted. True: item->pass is set. */
bool admission_check(struct shard *shard, struct batch_item *item);

/* The shard is in the middle of a script, and the command is none that may run meanwhile. */
void admission_refuse_busy(struct shard *shard, const struct batch_item *item);

/* False when clients are paused (CLIENT PAUSE), or eviction is far behind, and the command is one
 * that must wait. */
bool admission_now(struct shard *shard, const struct batch_item *item);

#endif
