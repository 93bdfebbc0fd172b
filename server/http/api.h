/*
 * /api/cluster: the cluster as this node sees it, as JSON; with "?slots=1" also what each of this
 * node's slots holds and does. What the live view shows is made of it.
 *
 * Names only get added. Numbers that count only grow while "run_id" stays.
 *
 * Thread: the control thread.
 */
#ifndef SERVER_HTTP_API_H
#define SERVER_HTTP_API_H

#include "server/http/http_answer.h"

void api_answer_cluster(struct control *control, const struct http_request *request,
                        struct http_answer *answer);

#endif
