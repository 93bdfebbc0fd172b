/*
 * Which role the node has: a primary, or a replica of another node; and the way from one to the
 * other.
 *
 *   PRIMARY -> (writes held, none under way) -> (all of the own is in the stream) -> REPLICA
 *   REPLICA -> (all of the primary's is applied) -> (the stream has a new id) -> PRIMARY
 *
 * What is wanted may change on the way: the way is gone to its end, and then back.
 *
 * As a replica the node refuses clients' writes (DENIAL_COPY), hides what has expired without
 * deleting it, and evicts nothing: shards look at node->is_replica once per turn.
 *
 * Thread: the control thread.
 */
#ifndef SERVER_REPLICATION_ROLE_H
#define SERVER_REPLICATION_ROLE_H

#include <stdbool.h>
#include <stdint.h>

struct config;
struct control;
struct node;

/* For replication.c, which calls them with its own. */
void role_open(struct control *control);
void role_close(struct control *control);
void role_tick(struct control *control);
void role_turn(struct control *control);
/* How many microseconds the next turn may wait; INT64_MAX: any. */
int64_t role_patience_us(const struct control *control);
void role_settings(struct control *control);

/* At the start, before anything is loaded: the role that the settings say. */
void role_prepare(struct node *node, const struct config *config);

enum role_answer { ROLE_CHANGES, ROLE_IS_SO_ALREADY, ROLE_FAILS_OVER };

/* REPLICAOF: follows this primary, or, with NULL, leads; the settings say so from then on. `done`
 * is called, later, when the node has that role, unless it is so already; it may be NULL. */
enum role_answer role_replicaof(struct control *control, const char *host, uint16_t port,
                                void (*done)(struct control *control, void *context),
                                void *context);

/* The primary that hears of it in its next PSYNC is to become a primary no more, and this node its
 * replica: FAILOVER. */
void role_hand_over(struct control *control, const char *host, uint16_t port);
/* Has the other refused that? */
bool role_is_refused(const struct control *control);

/* Brings up to date what is told of the link to the primary, and what clients may do because of it.
 */
void role_look(struct control *control);

/* Is it on the way from one role to the other? */
bool role_is_changing(const struct control *control);

/* Breaks the link to the primary, if it is still the one with this id among the clients; it is made
 * again. */
void role_drop_link(struct control *control, uint64_t client);

/* At the start: the data that were loaded are the primary's at this offset, with this database
 * selected (-1: none). */
void role_restore(struct control *control, int64_t offset, int32_t database);

/* Before the node ends: nothing of the primary's stream is applied any more, so that offset and
 * data belong together; `done` is called, perhaps from within, when that is so. */
void role_stop(struct control *control, void (*done)(struct control *control, void *context),
               void *context);
/* It ends now: the same, without anybody who waits. */
void role_end(struct control *control);
/* The node does not end after all. */
void role_go_on(struct control *control);

#endif
