/*
 * A migration as it is told of: under way, or over and in the log of the last ones.
 *
 * Owner: the control thread.
 */
#ifndef SERVER_MIGRATION_MIGRATION_JOB_H
#define SERVER_MIGRATION_MIGRATION_JOB_H

#include "cluster/node_id.h"
#include "cluster/slot_map.h"
#include "proto/base/list.h"
#include "proto/base/time.h"
#include "proto/resp/reply.h"
#include "server/migration/slot_set.h"

#include <stdbool.h>
#include <stdint.h>

/* X(name, text): the texts are Valkey's. */
#define MIGRATION_STATES(X)                                                                        \
    X(EXPORT_WAITS, "waiting-to-snapshot")                                                         \
    X(EXPORT_CONNECTS, "connecting")                                                               \
    X(EXPORT_ESTABLISHES, "reading-establish-response")                                            \
    X(EXPORT_COPIES, "snapshotting")                                                               \
    X(EXPORT_PREPARES, "waiting-to-pause")                                                         \
    X(EXPORT_PAUSED, "failover-paused")                                                            \
    X(EXPORT_GRANTED, "failover-granted")                                                          \
    X(IMPORT_RECEIVES, "receiving-snapshot")                                                       \
    X(IMPORT_PREPARED, "waiting-for-paused")                                                       \
    X(IMPORT_TAKES, "failover-granted")                                                            \
    X(MIGRATION_SUCCESS, "success")                                                                \
    X(MIGRATION_CANCELLED, "cancelled")                                                            \
    X(MIGRATION_FAILED, "failed")

#define MIGRATION_STATE_NAME(name, text) name,
enum migration_state { MIGRATION_STATES(MIGRATION_STATE_NAME) MIGRATION_STATE_COUNT };
#undef MIGRATION_STATE_NAME

enum { MIGRATION_MESSAGE_MAX = 200 };

struct migration_job {
    struct list_link link;
    struct node_id name;
    bool is_import;
    enum migration_state state;
    struct node_id source;
    struct node_id target;
    struct slot_range *ranges;
    uint32_t range_count;
    struct slot_set slots;
    time_ms created;
    time_ms updated;
    time_ms heard;         /* of the other node */
    int64_t prepared_ms;   /* monotonic: when an import answered PREPARE */
    int64_t epoch;         /* with this, or the higher one of TAKE */
    uint64_t remaining;    /* bytes that are known of and not answered; an export's, as the next */
    uint64_t sent;         /* bytes */
    uint32_t slots_copied; /* whose keys have all been sent once */
    char message[MIGRATION_MESSAGE_MAX];
};

struct migration_job *migration_job_create(const struct node_id *name,
                                           const struct slot_range *ranges, uint32_t count,
                                           time_ms now);
void migration_job_free(struct migration_job *job);

/* Asserts that the change is one that may be. */
void migration_job_set(struct migration_job *job, enum migration_state state, time_ms now);

static inline bool migration_job_is_over(const struct migration_job *job)
{
    return job->state >= MIGRATION_SUCCESS;
}

/* The share of an export's slots that are copied; 1 when it is over. */
double migration_job_progress(const struct migration_job *job);
/* Its state as it is told. */
const char *migration_job_state_name(const struct migration_job *job);

/* An element of GETSLOTMIGRATIONS. */
void migration_job_reply(const struct migration_job *job, struct reply *reply);

#endif
