/*
 * CLUSTER SYNCSLOTS but for APPLY: what the source of a migration says to this node, as an errand.
 *
 * Thread: migration_sync on the control thread, migration_sync_reply on the errand's shard.
 */
#ifndef SERVER_MIGRATION_MIGRATION_SYNC_H
#define SERVER_MIGRATION_MIGRATION_SYNC_H

#include "cluster/cluster_code.h"
#include "proto/resp/reply.h"

#include <stdint.h>

struct control;
struct errand;

enum { MIGRATION_ANSWER_MAX = 160 };

/* The first word of the answer to CANCEL that says: the target owns the slots. */
#define MIGRATION_TAKEN "TAKEN"

/* The errand's context. */
struct migration_answer {
    struct cluster_result result; /* first: TAKE's, see cluster_driver_admin */
    bool is_result;
    int64_t number;                   /* not 0: the answer */
    char error[MIGRATION_ANSWER_MAX]; /* "": none */
};

/* The errand has a zeroed migration_answer as its context, and the command's arguments. */
void migration_sync(struct control *control, struct errand *errand);
void migration_sync_reply(struct errand *errand, struct reply *reply);

#endif
