/*
 * Hops: commands run on another shard than the one that holds the connection.
 *
 * All commands of one batch for the same shard travel as one message, whosever they are. Their
 * arguments are not copied: the receive buffers stay pinned here until the message is back. Replies
 * are written into the message's own buffer by the other shard and go out in request order: a
 * connection keeps a queue of the answers that it owes.
 *
 * Owner: the shard that sends, but between mailbox_post and `returned`, when it is the receiver's.
 */
#ifndef SERVER_DISPATCH_HOP_H
#define SERVER_DISPATCH_HOP_H

#include "proto/base/list.h"
#include "proto/resp/reply.h"
#include "server/access/access_log.h"
#include "server/dispatch/batch.h"
#include "server/shard/mailbox.h"

#include <stdbool.h>
#include <stdint.h>

enum {
    HOP_ITEMS_MAX = BATCH_ITEMS_MAX,
    HOP_SPANS_MAX = BATCH_SPANS_MAX,
};

/* An answer that a connection owes: in its queue from the request until the reply is in the output.
 */
struct owed {
    struct list_link link; /* in connection->owed */
    struct owed *next_free;
    struct hop *hop; /* NULL: the reply was made here and is in connection->held */
    bool ready;
    bool discarded; /* CLIENT REPLY says that nobody wants it */
    size_t start;   /* of the reply: in hop->reply, or not used */
    size_t length;
    uint32_t reference; /* its first reference in hop->reply */
    uint32_t references;
};

/* By cache lines: what the sender alone looks at lies apart from what the other shard reads, since
 * a line that both touch travels to and fro. */
struct hop_item {
    _Alignas(64) struct owed owed;
    /* for the other shard */
    const struct command *command;
    const struct span *argv;
    uint32_t argc;
    uint32_t database;
    struct key key;
    uint8_t protocol;
    bool no_touch;
    bool has_key;
    struct route_pass pass;
    uint64_t tracker;
    struct transaction *transaction; /* what EXEC is to run; NULL for any other command */
    const struct user *user;         /* held; NULL: may do everything */
    uint64_t duration_us;            /* the answer's */
    uint64_t log_position; /* likewise: where its effect ends in the log; 0: it has none */
    /* the sender's */
    struct connection *connection;
    struct span *own_argv;     /* the vector behind argv, when it is not in hop->spans */
    struct access_notes notes; /* of a restricted user */
};

struct hop {
    struct message message; /* first */
    struct shard *sender;
    struct hop *next_free;
    uint64_t view_version;  /* of the sender's view of the cluster; 0 without one */
    uint64_t arrived_ticks; /* of the sender's turn */
    uint32_t item_count;
    uint32_t span_count;
    uint32_t buffer_count;
    bool has_script;         /* may take long: not to be run on borrowed data */
    struct list_link outbox; /* messages that the commands have published */
    uint32_t unconsumed;     /* items whose reply is not in its connection's output yet */
    struct reply reply;
    struct hop_item items[HOP_ITEMS_MAX];
    struct span spans[HOP_SPANS_MAX];
    struct receive_buffer *buffers[BATCH_BUFFERS_MAX];
};

/* Adds a command of the running batch to the open hop towards `target`. */
struct hop_item *hop_add(struct shard *shard, const struct batch_item *item);

/* Sends a script, or a transaction (NULL: none) with scripts in it, in a hop of its own: nobody's
 * answer waits for the end of one that runs long. */
void hop_send_alone(struct shard *shard, const struct batch_item *item,
                    struct transaction *transaction);

/* Sends the open hops; at the end of a batch. The batch's buffers are pinned by each. */
void hop_post_all(struct shard *shard);

/*
 * Borrows what another shard owns, while that sleeps: cheaper than to wake it. NULL when it is
 * awake, or has not seen all that was sent to it. Given back soon, with nothing waited for in
 * between.
 */
struct shard *hop_borrow(struct shard *shard, uint16_t target);
void hop_give_back(struct shard *shard, struct shard *owner);

/* A reply made here that must wait behind owed ones: notes that `length` bytes of held belong to
 * it. */
void hop_owe_held(struct connection *connection, size_t length);

/* The same for one that is not to go out before it is marked ready. It comes behind all that is
 * owed, and what is held next behind it. */
struct owed *hop_owe_later(struct connection *connection, size_t length);

/* Moves answers that are ready, in order, to the connection's output. */
void hop_settle(struct connection *connection);

void hop_free_all(struct shard *shard);

#endif
