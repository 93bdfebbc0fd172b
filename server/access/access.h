/*
 * Users and connections: who a client is, and what happens to it when users change.
 *
 * Thread: the connection's shard.
 */
#ifndef SERVER_ACCESS_ACCESS_H
#define SERVER_ACCESS_ACCESS_H

#include "server/access/access_log.h"
#include "server/access/users.h"

struct batch_item;
struct cmd;
struct connection;
struct reply;
struct shard;

/* A new connection is the default user; it need not log in where that one needs no password. */
void access_begin(struct connection *connection);
/* The connection is freed. */
void access_end(struct connection *connection);
/* RESET: as if new. */
void access_reset(struct connection *connection);

/* Logs in. False when name and password do not go together: that is in the log then, `word` being
 * the command that was used. */
bool access_login(struct connection *connection, struct span name, struct span password,
                  struct span word);

/* Makes a restricted connection's command pass, or replies what it may not. */
bool access_admit(const struct batch_item *item, struct reply *reply);

/* Around a command of a restricted connection that is run: it has the user with it, whom it may
 * change itself, and what is denied inside is logged. */
void access_run_begin(struct cmd *cmd, struct access_notes *notes);
void access_run_end(struct cmd *cmd, struct connection *connection);

/* The shard has another set of users: connections move on to their users' successors; those whose
 * user is gone, or may not hear any longer what they have subscribed to, are closed. */
void access_adopt(struct shard *shard, const struct users *users);

/* The command that made a set of users is about to be answered: was the connection's own user
 * deleted? Then it is closed behind the answer. */
void access_asker_answered(struct connection *connection);

#endif
