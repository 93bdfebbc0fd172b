/*
 * Parts of transactions over several shards: nothing behind a part is acknowledged before all
 * parts are on the disk, for whoever reads the logs again applies all of them or none.
 *
 * Thread: append_part_add by whoever runs a section over the shards concerned, for all parts of one
 * transaction in a row; the rest on the log's shard.
 */
#ifndef SERVER_APPEND_ONLY_APPEND_PART_H
#define SERVER_APPEND_ONLY_APPEND_PART_H

#include "server/append_only/append_log.h"

/* The record that has just been appended, from `start` on. */
void append_part_add(struct append_log *log, uint64_t transaction, uint64_t start);

/* Counts the parts that are on the disk by now; tells everybody when a transaction is complete.
 * Returns up to where everything is on the disk that makes this log's records mean something. */
uint64_t append_part_settle(struct append_log *log);

void append_part_forget(struct append_log *log);
/* No shard runs any more. */
void append_logs_forget_transaction(struct append_logs *logs);

#endif
