/*
 * Which connections CLIENT LIST and CLIENT KILL mean: pairs of a word and a value.
 *
 * A filter is made from a command's arguments and refers to them. Immutable once made, so that all
 * shards may look at it while a gather is under way.
 */
#ifndef SERVER_COMMANDS_CLIENT_FILTER_H
#define SERVER_COMMANDS_CLIENT_FILTER_H

#include "proto/base/span.h"
#include "proto/base/time.h"
#include "proto/resp/reply.h"

#include <stdbool.h>
#include <stdint.h>

struct connection;
struct users;

struct client_filter {
    bool has_type;
    bool type_normal;
    bool type_replica;
    bool type_pubsub;
    bool type_primary;
    bool skip_me;
    uint64_t me;
    int64_t age_min; /* seconds; 0: any */
    struct span address;
    struct span local_address;
    struct span user;
    uint32_t id_count;
    uint64_t ids[]; /* ascending; with id_count 0: any */
};

enum client_type { CLIENT_NORMAL, CLIENT_REPLICA, CLIENT_PUBSUB, CLIENT_PRIMARY };

/* What a filter looks at. */
struct client_traits {
    uint64_t id;
    enum client_type type;
    const char *address;
    const char *local_address;
    struct span user;
    time_ms created;
};

enum client_filter_use { CLIENT_FILTER_LIST, CLIENT_FILTER_KILL };

/* The filter of the arguments from `first` on; freed with memory_free. NULL when they are none: the
 * error is replied (`reply` and `users` may be NULL when they are known to be good). */
struct client_filter *client_filter_parse(const struct span *argv, uint32_t argc, uint32_t first,
                                          enum client_filter_use use, const struct users *users,
                                          struct reply *reply);

bool client_filter_accepts(const struct client_filter *filter, const struct client_traits *client,
                           time_ms now);
/* Thread: the connection's shard. */
bool client_filter_matches(const struct client_filter *filter, const struct connection *connection,
                           time_ms now);

#endif
