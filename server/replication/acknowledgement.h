/*
 * What a replica tells its primary: how much of the stream it has applied, and, with the
 * append-only file on, how much of that is on its disk.
 *
 * Owner: the control thread.
 */
#ifndef SERVER_REPLICATION_ACKNOWLEDGEMENT_H
#define SERVER_REPLICATION_ACKNOWLEDGEMENT_H

#include "server/shard/node.h"

#include <stdbool.h>
#include <stdint.h>

struct control;
struct text_buffer;

struct acknowledgement {
    int64_t durable; /* on the disk up to here; -1: not known yet */
    /* When the logs are on the disk up to `positions`, the stream is up to `offset`. */
    bool pending;
    int64_t offset;
    uint64_t positions[NODE_SHARDS_MAX];
};

/* The stream begins, or goes on. */
void acknowledgement_begin(struct acknowledgement *self, struct control *control);

/* Looks how far the disk is; `offset`: applied. */
void acknowledgement_tick(struct acknowledgement *self, struct control *control, int64_t offset);

/* May it become more that is on the disk of what has been applied up to this offset? */
bool acknowledgement_is_partial(const struct acknowledgement *self, int64_t offset);

/* Writes the command. */
void acknowledgement_write(struct acknowledgement *self, struct control *control, int64_t offset,
                           struct text_buffer *text);

#endif
