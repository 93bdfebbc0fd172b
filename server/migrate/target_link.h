/*
 * Links to servers that keys are moved to. A link that has done its work is kept for some seconds:
 * whoever moves a slot comes back with the next keys.
 *
 * Owner: the shard that moves the keys; one user of a link at a time.
 */
#ifndef SERVER_MIGRATE_TARGET_LINK_H
#define SERVER_MIGRATE_TARGET_LINK_H

#include "proto/base/list.h"
#include "proto/base/span.h"
#include "proto/base/time.h"
#include "server/link/link.h"

#include <stdbool.h>
#include <stdint.h>

struct shard;

enum {
    TARGET_LINKS_MAX = 64, /* kept by a shard */
    TARGET_LINK_KEPT_MS = 10 * 1000,
    TARGET_LINK_NO_DATABASE = -1,
};

struct target_link {
    struct list_link list_link; /* in shard->target_links, while it is kept */
    struct shard *shard;
    struct link *link;
    char *host;
    uint16_t port;
    bool tls; /* as tls-cluster said when it was made */
    bool is_up;
    bool reused;      /* it has served somebody before: the peer may have closed it long ago */
    int64_t database; /* selected there; TARGET_LINK_NO_DATABASE: not known */
    time_ms kept_since;
    const struct target_link_user *user;
    void *context;
};

/* What its user is told. */
struct target_link_user {
    void (*up)(void *context);
    void (*received)(void *context, struct span bytes); /* borrowed for the call */
    void (*sent)(void *context);
    /* It is gone, or never came: target_link_close is still to be called. */
    void (*down)(void *context, int error);
};

/* A link to this server, kept or new (`fresh`: new in any case), which has so long to connect. One
 * that is up already says nothing of it. */
struct target_link *target_link_take(struct shard *shard, const char *host, uint16_t port,
                                     int64_t limit_ms, bool fresh,
                                     const struct target_link_user *user, void *context);

/* It has done its work, and everything that was asked was answered. */
void target_link_keep(struct target_link *target);
void target_link_close(struct target_link *target);

/* Closes those that nobody has asked for in time; at every tick. */
void target_links_age(struct shard *shard);
/* Closes all that are kept. */
void target_links_close(struct shard *shard);

#endif
