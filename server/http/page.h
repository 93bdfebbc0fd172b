/*
 * The live view: one page that asks /api/cluster every second and shows what it is told.
 *
 * Its parts are server/http/page/; tools/embed-page puts them together when the node is built.
 * The policy that the page is sent with lets it run nothing but its own script, known by its hash,
 * and talk to nobody but the node it came from.
 */
#ifndef SERVER_HTTP_PAGE_H
#define SERVER_HTTP_PAGE_H

#include "server/http/http_answer.h"

void page_answer(struct control *control, const struct http_request *request,
                 struct http_answer *answer);

/* Made by tools/embed-page. */
extern const unsigned char page_bytes[];
extern const size_t page_length;
extern const char page_policy[];

#endif
