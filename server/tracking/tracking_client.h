/*
 * A client with CLIENT TRACKING on: its mode, and how it is told.
 *
 * In RESP3 news is a push, "invalidate" with an array of keys or null for everything. With REDIRECT
 * another connection gets it: as a push, or, in RESP2 with subscriptions, as a message of the
 * channel
 * __redis__:invalidate.
 *
 * Owner: the shard of the connection. Thread: the shard's own, unless said otherwise.
 */
#ifndef SERVER_TRACKING_TRACKING_CLIENT_H
#define SERVER_TRACKING_TRACKING_CLIENT_H

#include "proto/base/list.h"
#include "proto/base/span.h"
#include "proto/resp/reply.h"

#include <stdbool.h>
#include <stdint.h>

struct command;
struct connection;
struct shard;

struct tracking_mode {
    bool broadcasts; /* BCAST: told of all changes of keys with its prefixes, read or not */
    bool opt_in;     /* OPTIN: only what the command behind CLIENT CACHING YES reads */
    bool opt_out;    /* OPTOUT: not what the command behind CLIENT CACHING NO reads */
    bool no_loop;    /* NOLOOP: not told of its own changes */
};

struct tracking_client {
    struct list_link link; /* in shard->tracking.clients */
    struct connection *connection;
    struct tracking_mode mode;
    bool caching;         /* CLIENT CACHING was given, for the next command or transaction */
    bool redirect_broken; /* whom it redirects to has gone */
    uint16_t redirect_shard;
    uint64_t redirect;              /* the id of the connection that is told; 0: itself */
    struct list_link subscriptions; /* to prefixes */
    uint32_t subscription_count;
    size_t prefix_bytes; /* of the prefixes' names */
};

/* Bytes that a client's tracking takes on its own shard; NULL: it does not track. */
size_t tracking_client_memory(const struct tracking_client *client);

/* ---- The session ---- */

/* Tracking is on from here, in this mode; what was redirected or cached before is forgotten. */
void tracking_client_begin(struct connection *connection, struct tracking_mode mode,
                           uint64_t redirect, uint16_t redirect_shard);
/* It is off: by command, RESET, or because the connection closes. `all_parked`: within a section
 * over all shards. Nothing happens when it is not on. */
void tracking_client_end(struct connection *connection, bool all_parked);

/* CLIENT CACHING. */
void tracking_client_set_caching(struct connection *connection, bool caching);

/* A command (NULL: an unknown one) has been run, refused or sent on: CLIENT CACHING was for it
 * alone, unless it is CLIENT itself or begins or continues a transaction. For a connection that
 * tracks. */
void tracking_client_command_done(struct connection *connection, const struct command *command);

/* ---- News for this shard's clients ---- */

/* `ids` are `count` ids of clients, 8 bytes each, that have read the key. */
void tracking_client_key_changed(struct shard *shard, struct span name, const char *ids,
                                 uint64_t count);

/* Ready-made keys (an array; without data: everything) for one client, or for whom it redirects
 * to. */
void tracking_client_tell(struct tracking_client *client, struct span keys);

/* The same for a connection that another shard's client redirects to; false: there is none. */
bool tracking_client_redirected(struct shard *shard, uint64_t id, struct span keys);

/* Whom this client redirects to is not there. */
void tracking_client_redirect_broke(struct shard *shard, uint64_t id);

/* Everything has changed: for all; for those with prefixes; for those that redirect to a shard. */
void tracking_client_forget_all(struct shard *shard);
void tracking_client_forget_prefixes(struct shard *shard);
void tracking_client_forget_redirected(struct shard *shard, uint16_t target);

/* Those who have read what they were sent meanwhile are told what was kept from them. */
void tracking_client_catch_up(struct shard *shard);

#endif
