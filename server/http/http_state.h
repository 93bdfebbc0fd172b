/*
 * What is behind `struct http`, for server/http/ alone.
 */
#ifndef SERVER_HTTP_HTTP_STATE_H
#define SERVER_HTTP_HTTP_STATE_H

#include "proto/base/list.h"
#include "server/http/http.h"
#include "server/http/http_answer.h"
#include "server/reactor/reactor.h"
#include "server/shard/listening_address.h"

struct figures;
struct link;

enum http_phase {
    HTTP_READS,   /* a head, or waits for one */
    HTTP_AWAITS,  /* the shards' figures */
    HTTP_SENDS,   /* the answer */
    HTTP_LINGERS, /* has sent its last answer, and reads what the client still sends */
};

struct http_connection {
    struct list_link link_of_all; /* the one that has been at it longest first */
    struct control *control;
    struct link *link;
    enum http_phase phase;
    bool due;            /* what it awaits is here, or will not come: it is answered in turn */
    bool ends;           /* behind the answer that is being sent */
    bool lingers;        /* because it may still be sending */
    int64_t deadline_ms; /* monotonic */
    const struct http_route *route;
    struct http_request request; /* points into the input */
    size_t held;                 /* bytes of an answer's body that is being sent */
    size_t scanned;
    size_t length;
    char input[HTTP_HEAD_MAX];
};

struct http_listener {
    struct listener listener; /* first: the reactor hands back its address */
    struct control *control;
};

struct http {
    struct list_link connections;
    struct http_statistics statistics;
    struct figures *figures;
    size_t held; /* by all connections */
    uint32_t listener_count;
    struct http_listener listeners[LISTENING_ADDRESSES_MAX];
};

/* ---- http_connection.c ---- */

/* All that wait for figures may be answered. */
void http_figures_are_here(struct control *control);
/* Answers one of them. True: there are more. */
bool http_answer_next(struct http *http);

void http_connection_open(struct control *control, int fd);
void http_connection_close(struct http_connection *connection);
/* It waits for a request of which nothing has come. */
bool http_connection_is_idle(const struct http_connection *connection);
void http_connection_tick(struct http_connection *connection, int64_t now);

#endif
