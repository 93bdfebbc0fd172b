/*
 * The node's HTTP port: what probes, Prometheus and people with a browser look at. It changes
 * nothing, and asks for no password: whoever reaches it may read.
 *
 *   accepted -> reads a head -> (awaits the shards' figures) -> sends the answer -> reads ...
 *
 * Everything is bounded: connections (beyond HTTP_CONNECTIONS_MAX the one goes that has been at its
 * step the longest), the head of a request, the time for each of the steps, and one answer at a
 * time per connection. Shards are asked for figures, but never waited for longer than
 * HTTP_PATIENCE_MS: a busy one is shown as it was before. What is made of figures is long: it is
 * one answer per turn of the control thread, which has a cluster to care for, and none while
 * clients are slow to take HTTP_HELD_MAX bytes of others.
 *
 * Owner: the control thread; NULL in control->http when http-port is 0.
 */
#ifndef SERVER_HTTP_HTTP_H
#define SERVER_HTTP_HTTP_H

#include <stdbool.h>
#include <stdint.h>

struct control;

enum {
    HTTP_CONNECTIONS_MAX = 128,
    HTTP_HEAD_LIMIT_MS = 10000,
    HTTP_IDLE_LIMIT_MS = 75000,
    HTTP_SEND_LIMIT_MS = 30000,
    HTTP_LINGER_MS = 1000,
    HTTP_PATIENCE_MS = 200,
    HTTP_HELD_MAX = 32 * 1024 * 1024,
};

/* False with a logged reason when it cannot listen. */
bool http_open(struct control *control);
void http_close(struct control *control);
/* Every 100 ms or so. */
void http_tick(struct control *control);
/* In every turn. True: there is more to do. */
bool http_turn(struct control *control);

/* What the port has seen, for its own metrics. */
struct http_statistics {
    uint64_t requests;
    uint64_t refused; /* answered with an error of the protocol, or cut short to make room */
    uint32_t connections;
};
const struct http_statistics *http_statistics(const struct control *control);

#endif
