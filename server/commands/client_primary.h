/*
 * The link to the primary as CLIENT LIST and CLIENT KILL see it: a client of the type "master". It
 * is the control thread's; what is seen of it is what that thread has told last.
 *
 * Thread: any shard's.
 */
#ifndef SERVER_COMMANDS_CLIENT_PRIMARY_H
#define SERVER_COMMANDS_CLIENT_PRIMARY_H

#include "server/commands/client_filter.h"

struct node;
struct shard;

/* Its line of CLIENT LIST, without the LF, which the caller frees; NULL: there is no link, or the
 * filter does not mean it. */
char *client_primary_describe(struct node *node, const struct client_filter *filter, time_ms now,
                              uint64_t *id);

/* Has it ended soon, if the filter means it; the node connects again. False: it does not. */
bool client_primary_kill(struct shard *shard, const struct client_filter *filter);

#endif
