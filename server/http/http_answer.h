/*
 * Answers to HTTP requests, as they are put together: the head is made of these when the body is
 * complete.
 *
 * Owner: the control thread.
 */
#ifndef SERVER_HTTP_HTTP_ANSWER_H
#define SERVER_HTTP_HTTP_ANSWER_H

#include "proto/base/time.h"
#include "proto/http/http_request.h"
#include "server/config/text_buffer.h"

#include <stdbool.h>
#include <stdint.h>

struct control;

struct http_answer {
    uint16_t status;
    const char *type;        /* of the content */
    const char *policy;      /* Content-Security-Policy; NULL: nothing may be loaded */
    struct text_buffer body; /* freed by whoever sends it */
    struct span fixed;       /* instead of the body, when it is one that is always the same */
};

/* Who answers, by path. */
struct http_route {
    const char *path;
    bool needs_figures; /* the shards are asked first */
    void (*answer)(struct control *control, const struct http_request *request,
                   struct http_answer *answer);
};

/* NULL when there is no such path. */
const struct http_route *http_route_of(struct span path);

/* A short text that says what is wrong. */
void http_answer_error(struct http_answer *answer, uint16_t status);

/* The head of the answer, its empty line included. */
void http_answer_head(const struct http_answer *answer, bool keep_alive, time_ms now,
                      struct text_buffer *head);

#endif
