/*
 * What commands for groups of consumers tell the journal: who was given which entries when, in
 * commands that do not ask for entries and depend on no clock.
 *
 *   XGROUP CREATECONSUMER key group consumer
 *   XCLAIM key group consumer 0 id ... TIME t RETRYCOUNT n FORCE JUSTID LASTID id
 *   XACK key group id
 *   XGROUP SETID key group id ENTRIESREAD n
 */
#ifndef SERVER_COMMANDS_STREAM_EFFECT_H
#define SERVER_COMMANDS_STREAM_EFFECT_H

#include "server/commands/cmd.h"
#include "storage/types/stream_group.h"

/* Entries given to one consumer; those with the same time and number of deliveries are told
 * together. Filled and ended by one command; the group stays while it is. */
struct stream_claims {
    struct cmd *cmd;
    const struct key *key;
    const struct stream_group *group;
    const struct stream_consumer *consumer;
    struct stream_id *ids; /* to be told */
    uint32_t count;
    time_ms delivered;
    uint64_t deliveries;
};

void stream_claims_begin(struct stream_claims *claims, struct cmd *cmd, const struct key *key,
                         const struct stream_group *group, const struct stream_consumer *consumer);
/* The entry is the consumer's now, as `pending` says. */
void stream_claims_add(struct stream_claims *claims, const struct stream_pending *pending);
/* An entry that was pending is no more. */
void stream_claims_drop(struct stream_claims *claims, struct stream_id id);
void stream_claims_end(struct stream_claims *claims);

/* A consumer has been made by being named. */
void stream_effect_consumer(struct cmd *cmd, const struct key *key,
                            const struct stream_group *group, struct span consumer);
/* How far the group has read. */
void stream_effect_position(struct cmd *cmd, const struct key *key,
                            const struct stream_group *group);
/* XADD with this id and these pairs; what was trimmed is told by the length that is left. */
void stream_effect_add(struct cmd *cmd, const struct key *key, struct stream_id id,
                       uint32_t first_pair, const struct stream *trimmed);
/* XTRIM, likewise. */
void stream_effect_trim(struct cmd *cmd, const struct key *key, const struct stream *stream);

#endif
