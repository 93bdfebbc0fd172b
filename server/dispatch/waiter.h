/*
 * A command that waits for keys, or may come to wait on another shard; for blocked*.c alone.
 *
 * It is made and freed on its home, the shard of its connection. The shard that decides about its
 * wait (see blocked.h) has it from the request until the answer.
 */
#ifndef SERVER_DISPATCH_WAITER_H
#define SERVER_DISPATCH_WAITER_H

#include "proto/base/list.h"
#include "proto/resp/reply.h"
#include "server/commands/cmd.h"
#include "server/commands/cmd_wait.h"
#include "server/dispatch/blocked.h"
#include "server/dispatch/waiter_table.h"
#include "server/shard/mailbox.h"

struct spread;

enum waiter_kind { WAITER_HERE, WAITER_ELSEWHERE, WAITER_SPREAD };

enum waiter_state {
    WAITER_RUNS,     /* for the first time */
    WAITER_WAITS,    /* has places, and a deadline */
    WAITER_ANSWERED, /* has none; the answer is in `reply` */
};

struct waiter {
    /* of WAITER_ELSEWHERE */
    struct message message; /* first; there with the command, back with the answer */
    struct message leave;   /* there when its client has gone */
    /* immutable once made */
    enum waiter_kind kind;
    struct shard *home;
    struct connection *connection; /* for the home alone */
    const struct command *command;
    uint64_t view_version; /* of the home's view of the cluster; 0 without one */
    uint32_t database;
    uint8_t protocol;
    bool no_touch;
    uint64_t tracker;
    struct route_pass pass; /* of its first run */
    bool has_key;
    /* the home's */
    bool back;         /* `message` has come back */
    uint32_t visitors; /* further messages that look at it, under way to the decider */
    /* the decider's */
    enum waiter_state state;
    enum cmd_wait_reply at_timeout;
    uint32_t argc;
    struct span *argv;    /* copies */
    struct key first_key; /* when has_key */
    struct due_node deadline;
    struct list_link answer_link; /* in blocked->answers */
    struct reply reply;
    uint64_t duration_us;  /* of all its runs */
    uint64_t log_position; /* where its effect ends in the log of `log_shard`; 0: it has none */
    uint16_t log_shard;
    uint32_t place_count;
    struct waiter_place *places;
    struct spread *spread; /* of WAITER_SPREAD */
};

/* For a command of the running batch; its arguments are copied. */
struct waiter *waiter_create(struct shard *home, enum waiter_kind kind,
                             struct connection *connection, const struct cmd *cmd);
void waiter_free(struct waiter *waiter);

/* Its client waits from here on. */
void waiter_hold_client(struct waiter *waiter);
/* The answer, if the client is still there to read it, and its client goes on. On the home. */
void waiter_finish(struct waiter *waiter);

/* Runs the command, with a section or without; false: it waits (*wait says for what). `shard` is
 * the one that counts it. */
bool waiter_run(struct waiter *waiter, struct shard *shard, struct section *section,
                struct cmd_wait *wait);

/* It waits as `wait` says: takes over its replaced arguments, makes its places (in no queue yet)
 * and sets its deadline on the deciding shard. */
void waiter_begin(struct waiter *waiter, struct shard *decider, struct cmd_wait *wait);
/* Its wait is over, and `reply` filled: the deadline is off and the answer goes out in the deciding
 * shard's turn. Its places are the caller's affair. */
void waiter_answered(struct waiter *waiter, struct shard *decider);

/* Counts the error that is its reply. */
void waiter_count_error(const struct waiter *waiter, struct shard *decider);
/* The answers of waits that nobody serves. */
void waiter_reply_end(struct waiter *waiter, struct shard *decider, enum blocked_end end);

/* ---- Waits with keys on one shard: blocked.c ---- */

/* The first run of a command that came from elsewhere; false: it waits now. */
bool blocked_first_run(struct shard *shard, struct waiter *waiter);
/* Out of all its queues, and answered. */
void blocked_leave(struct shard *shard, struct waiter *waiter);
/* A shard that stands still gets to know the time of the one that has parked or borrowed it. */
void blocked_catch_up(struct shard *shard, time_ms now);
/* Serves the queue from a place on. */
void blocked_serve_from(struct shard *shard, struct waiter_queue *queue,
                        struct waiter_place *place);
/* The wait `waiter`, decided here, ends unserved. */
void blocked_end_wait(struct shard *shard, struct waiter *waiter, enum blocked_end end);
/* The same with an error: it may not run (any longer). */
void blocked_refuse(struct shard *shard, struct waiter *waiter, struct span error);
/* connection->abandoned of those who wait. */
void blocked_abandoned(struct connection *connection);

/* ---- Elsewhere: blocked_elsewhere.c ---- */

void blocked_elsewhere_send(struct shard *shard, const struct batch_item *item);
/* The client has gone. */
void blocked_elsewhere_abandon(struct waiter *waiter);
/* Sends a further message, whose deliver and returned are set, after the first one; when it is
 * back, the second is called. Until then the waiter stays. */
void blocked_elsewhere_visit(struct waiter *waiter, struct message *message);
void blocked_elsewhere_visited(struct waiter *waiter);
/* The answer is there: back home. */
void blocked_elsewhere_return(struct shard *shard, struct waiter *waiter);

/* ---- Spread: blocked_spread.c ---- */

/* The key of the place is ready: its waiter is to be told, if that is not under way. */
void blocked_spread_ready(struct shard *shard, struct waiter_place *place);
/* Posts the notices that have come together. */
void blocked_spread_post(struct shard *shard);
/* The wait is over, for another reason than an answer in a section; places are left by message. On
 * the home. */
void blocked_spread_leave(struct waiter *waiter);
/* The client has been answered, or has gone. */
void blocked_spread_drop(struct waiter *waiter);

#endif
