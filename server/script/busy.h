/*
 * Scripts that run long.
 *
 * A hook looks at the clock every so many instructions. Once a script has run for
 * busy-reply-threshold milliseconds, its shard takes care of its connections in the pauses that the
 * hook makes (shard_turn_in_script): commands that are marked for it run (SCRIPT KILL, SHUTDOWN
 * ...), all others are told -BUSY, and so are commands that come from other shards. Everything else
 * that is asked of the shard meanwhile waits for the script's end (mailbox_drain_in_script).
 *
 * The turn in the pause happens somewhere within the shard's ordinary turn. Connections that are
 * at work further out - the script's own, those whose input is being read, those with commands in
 * the batch that have not run - are frozen: what happens to them is noted, and made up for at the
 * end of the ordinary turn (busy_thaw). So are all links that touch the shard's data
 * (server/link/link_freezer.h).
 *
 * When the script runs in an exclusive section, the parked shards are woken to do the same, without
 * touching their data. So they are when they are parked for a section that cannot begin before a
 * script elsewhere has ended.
 *
 * Any thread may end the script of any shard, as long as it has written nothing: it asks by the
 * shard's script_state, and the script's own thread obeys at its next instruction.
 *
 *   IDLE -> RUNS -> BUSY -> KILLED -> IDLE
 *             |       |
 *             +-> BUSY_WROTE -> IDLE
 */
#ifndef SERVER_SCRIPT_BUSY_H
#define SERVER_SCRIPT_BUSY_H

#include "proto/resp/reply.h"
#include "server/script/engine.h"

struct command;
struct node;
struct section;
struct watches;

/* The hook of every state. */
void busy_hook(lua_State *lua, lua_Debug *at);

/* What the hook does, for functions that take as long as many instructions. May raise an error. */
void busy_look(lua_State *lua);

/* SCRIPT KILL, FUNCTION KILL: ends what has become busy, and replies. On any shard. */
void busy_kill(struct node *node, enum script_kind kind, struct reply *reply);

/* Does a script of the node run long? A section would have to wait for its end. */
bool busy_is(const struct node *node);

/* -BUSY, in the words for what is running. */
void busy_reply(const struct node *node, struct reply *reply);

/* ---- In the pauses ---- */

/* May the command run now? */
bool busy_allows(const struct shard *shard, const struct command *command);

/* The connection's next command is not run now, but when the pauses are over. */
void busy_postpone(struct shard *shard, struct connection *connection);

/* Ends the registrations of watches that were taken over (NULL: none): now, or when the data are
 * the shard's again. */
void busy_release_watches(struct shard *shard, struct watches *watches);

/* Room for the arguments of a command that is read in a pause. */
struct span *busy_spans(struct shard *shard, uint32_t *capacity);

/* A pause of a shard that is parked, and SHARD_PARKED_AWAKE. */
void busy_serve_parked(struct shard *shard);

/* The threads of the section's parked shards serve no clients from here on, to the script's next
 * pause: for a command that looks at these, and when the script is over. */
void busy_calm_parked(struct section *section);

/* At the end of a turn in which there were pauses: what frozen connections have missed. */
void busy_thaw(struct shard *shard);

#endif
