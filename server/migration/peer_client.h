/*
 * A client of another node: commands sent by a link, answers taken in their order.
 *
 * It authenticates as replicas do. Answers are single lines (status, error, integer); anything else
 * ends it. Thread: that of the reactor. Handlers are called from reactor_turn; peer_client_close
 * may be called in them, and then nothing else of that client.
 */
#ifndef SERVER_MIGRATION_PEER_CLIENT_H
#define SERVER_MIGRATION_PEER_CLIENT_H

#include "proto/base/span.h"
#include "server/reactor/reactor.h"

#include <stdbool.h>
#include <stdint.h>

struct link_freezer;
struct peer_client;
struct tls_context;

struct peer_client_options {
    const char *host;
    uint16_t port;
    const char *user;             /* "": none */
    struct span password;         /* empty: no authentication */
    struct tls_context *tls;      /* NULL: plain */
    struct link_freezer *freezer; /* see link.h */
};

struct peer_client_handler {
    /* Commands may be sent. */
    void (*ready)(struct peer_client *client, void *context);
    /* `kind` is '+', '-' or ':'; the text is borrowed. */
    void (*answered)(struct peer_client *client, char kind, struct span text, void *context);
    /* It cannot go on: to be closed. */
    void (*failed)(struct peer_client *client, const char *reason, void *context);
};

struct peer_client *peer_client_open(struct reactor *reactor,
                                     const struct peer_client_options *options,
                                     const struct peer_client_handler *handler, void *context);
void peer_client_send(struct peer_client *client, const struct span *words, uint32_t count);
/* Sent commands that are not answered yet. */
uint32_t peer_client_unanswered(const struct peer_client *client);
void peer_client_close(struct peer_client *client);

#endif
