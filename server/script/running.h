/*
 * What runs long, for others to look at: the beginning of the command, and since when.
 *
 * Scripts and functions are told of here from the moment on when they have become busy (busy.h).
 *
 * Thread: any; behind a lock. running_begin and running_end by the shard that runs it.
 */
#ifndef SERVER_SCRIPT_RUNNING_H
#define SERVER_SCRIPT_RUNNING_H

#include "proto/resp/reply.h"
#include "server/script/engine.h"

struct running_table;

struct running_table *running_create(void);
void running_destroy(struct running_table *table);

/* The run of a shard's engine; its name and the first arguments of its command are copied. */
void running_begin(struct running_table *table, const struct script_engine *engine);
/* Nothing of this shard runs long any more; may be called in vain. */
void running_end(struct running_table *table, const struct script_engine *engine);

/* Is it by EVAL's scripts alone that the node is busy? */
bool running_is_script_alone(struct running_table *table);

/* What FUNCTION STATS tells of a function that runs long, null without one. */
void running_reply(struct running_table *table, struct reply *reply);

#endif
