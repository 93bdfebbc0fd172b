/*
 * News of changed keys on its way to the shards that have the clients.
 *
 * A lane per shard is filled with records during a turn and sent as one message at its end; the
 * lane to the shard itself is taken without one. When the other side does not keep up, what does
 * not fit is left out, and it is told later that everything has changed.
 *
 * Thread: filling, as tracking.h; sending and taking, the shard's own.
 */
#ifndef SERVER_TRACKING_TRACKING_POST_H
#define SERVER_TRACKING_TRACKING_POST_H

#include "proto/base/span.h"

#include <stdbool.h>
#include <stdint.h>

struct shard;
struct tracking;

/* A key that has changed, and, one by one right behind it, the clients that have read it. */
void tracking_post_key(struct shard *shard, uint16_t target, struct span name);
void tracking_post_reader(struct shard *shard, uint16_t target, uint64_t client);

/* A key that has changed and begins with a prefix that clients of `target` want to hear of;
 * `unheard` (a tracker's identity, or 0) is not told. */
void tracking_post_changed(struct shard *shard, uint16_t target, struct span name,
                           uint64_t unheard);

/* News of client `source` for the client `receiver` of shard `target`. `keys` is a ready-made
 * array; without data: everything. */
void tracking_post_redirected(struct shard *shard, uint16_t target, uint64_t receiver,
                              uint64_t source, struct span keys);

/* The client `source` of shard `target` redirects to one that is not there any more. */
void tracking_post_broken(struct shard *shard, uint16_t target, uint64_t source);

/* All clients of the node that hear of prefixes are to forget everything. */
void tracking_post_forget_all(struct shard *shard);

/* Takes what has come together for the shard itself. */
void tracking_post_take_own(struct shard *shard);

/* Sends the others. */
void tracking_post_send(struct shard *shard);

void tracking_post_free(struct tracking *tracking);

#endif
