/*
 * The sockets that the whole node listens on for TCP: for each shard the node's addresses (shared
 * with the other shards by SO_REUSEPORT) and the same addresses with a port of its own; each plain,
 * with TLS, or both.
 *
 * A set is opened as a whole or not at all, and does not change afterwards. `port`, `tls-port` and
 * `bind` may change while the node runs: then a new set is opened beside the current one, from
 * which it takes over the sockets that stay, and the shards leave the others when they adopt it
 * (listening_adopt).
 *
 * Thread: made by the control thread, which owns the current set; shards read the one that they are
 * handed.
 */
#ifndef SERVER_SHARD_LISTENING_SET_H
#define SERVER_SHARD_LISTENING_SET_H

#include "server/shard/listening_address.h"

#include <stdbool.h>
#include <stdint.h>

struct config;

enum {
    /* Each with the node's and the shard's port, plain and for TLS. */
    LISTENING_PLACES_MAX = 4 * LISTENING_ADDRESSES_MAX,
};

struct listening_place {
    union listening_address address;
    int fd;
    bool own;  /* with the shard's own port */
    bool tls;  /* for clients with TLS */
    bool kept; /* taken over from the set before */
};

struct listening_part {
    uint32_t count;
    uint16_t port;     /* the shard's own; 0 without one */
    uint16_t tls_port; /* likewise, for TLS */
    struct listening_place places[LISTENING_PLACES_MAX];
};

struct listening_set {
    uint32_t shard_count;
    bool adopting; /* shards have still to look at it */
    struct listening_part parts[];
};

/* Opens what the settings ask for; `current` (or NULL) is what is open now, and stays as it is.
 * NULL with a logged reason. */
struct listening_set *listening_set_open(uint32_t shard_count, const struct config *config,
                                         const struct listening_set *current);

/* Closes what was opened for a set that no shard has seen, and frees it. */
void listening_set_discard(struct listening_set *set);

#endif
