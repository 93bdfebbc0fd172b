/*
 * The session in which a script's commands run that want one (SELECT, PING, TIME, INFO ...): it
 * belongs to the engine and is on no list, has no socket and keeps nothing from run to run.
 */
#ifndef SERVER_SCRIPT_CALLER_H
#define SERVER_SCRIPT_CALLER_H

struct cmd;
struct connection;
struct shard;

struct connection *script_caller_create(struct shard *shard);
void script_caller_free(struct connection *caller);

/* It takes on what matters of the client's session. */
void script_caller_begin(struct connection *caller, const struct cmd *cmd);

#endif
