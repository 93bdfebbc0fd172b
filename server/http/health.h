/*
 * /healthz and /readyz: should the process go on, and should it be sent clients?
 *
 * Thread: the control thread. That they are answered says that its loop turns.
 */
#ifndef SERVER_HTTP_HEALTH_H
#define SERVER_HTTP_HEALTH_H

#include "server/http/http_answer.h"

/* 200, or 503 while a shard hangs: it has been in one turn for cluster-hung-shard-timeout (0: for
 * HEALTH_HUNG_MS). One that only works on something long is well until then. */
enum { HEALTH_HUNG_MS = 60000 };
void health_answer_alive(struct control *control, const struct http_request *request,
                         struct http_answer *answer);

/* 200, or 503 with the reasons, one a line: loading, no link to the primary, a cluster that is not
 * ok, a shard that hangs, an end that has begun. */
void health_answer_ready(struct control *control, const struct http_request *request,
                         struct http_answer *answer);

#endif
