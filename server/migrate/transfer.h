/*
 * Moving keys of one shard to another server: what MIGRATE asks of each shard that has some of its
 * keys.
 *
 *   hold the slots' writes -> connect -> dump and send -> hear, delete what has arrived -> let go
 *
 * From before a key is dumped until it has been deleted nobody can change it: writes to its slot
 * wait (slot_hold.h). So there is one moment in which it leaves here, and it is never that what was
 * written here is lost because the older value had been sent. A key that has changed nevertheless
 * (an exclusive section was under way, say) stays, and is reported.
 *
 * What the other server has not acknowledged is not deleted. When the link breaks, or the time is
 * over, such a key may be on both servers, as with Redis.
 *
 * Thread: transfer_start and `finished` on the client's shard, all else on that of the keys.
 */
#ifndef SERVER_MIGRATE_TRANSFER_H
#define SERVER_MIGRATE_TRANSFER_H

#include "proto/base/list.h"
#include "proto/base/span.h"
#include "proto/base/time.h"
#include "server/dispatch/slot_hold.h"
#include "server/shard/mailbox.h"

#include <stdbool.h>
#include <stdint.h>

struct shard;
struct target_link;

/* As the client has asked; it stays until all transfers are back. */
struct transfer_request {
    char *host;
    uint16_t port;
    uint32_t database;       /* here */
    int64_t target_database; /* there */
    int64_t timeout_ms;      /* without progress */
    bool copy;               /* keeps the keys */
    bool replace;
    bool asking;          /* in cluster mode: the other node may still be importing the slot */
    struct span user;     /* empty: none */
    struct span password; /* NULL data: no AUTH */
};

enum transfer_outcome {
    TRANSFER_UNDER_WAY,
    TRANSFER_DONE,
    TRANSFER_NO_KEYS, /* none of the keys is there */
    TRANSFER_FAILED,  /* `error` says why */
};

enum { TRANSFER_ERROR_MAX = 512 };

struct transfer_key {
    struct span name; /* the request's */
    uint64_t version; /* when it was dumped */
    bool watched;
};

struct transfer {
    struct message message; /* first; there and back */
    /* the caller's */
    const struct transfer_request *request;
    void (*finished)(struct transfer *transfer);
    void *context;
    struct transfer_key *keys; /* of one shard */
    uint32_t key_count;

    /* the answer */
    enum transfer_outcome outcome;
    char error[TRANSFER_ERROR_MAX];
    uint64_t log_position; /* where the deletions end in the shard's log; 0: nowhere */

    /* of the shard with the keys */
    struct shard *shard;
    struct list_link list_link; /* in shard->transfers */
    struct slot_hold hold;
    struct target_link *target;
    bool stopped;       /* the node stops: what has not begun does not begin */
    bool retried;       /* by a new link, since a kept one was broken */
    time_ms progress;   /* when something has moved last */
    bool astray;        /* AUTH or SELECT was refused: what arrives is not where it was to go */
    uint32_t greetings; /* answers to AUTH and SELECT that are still to come */
    uint32_t next;      /* the key that is dumped next */
    uint32_t *order;    /* the keys that were sent */
    uint32_t sent_count;
    uint32_t answered; /* how many of these have been answered */
    uint32_t *arrived; /* what the target has taken, and is deleted next */
    uint32_t arrived_count;
    char *unread; /* an answer that has not come whole */
    size_t unread_length;
};

/* Sends a transfer, zeroed but for the caller's fields, to the shard of its keys. `finished` is
 * called when it is back; the memory is the caller's again then. */
void transfer_start(struct transfer *transfer, struct shard *home, uint16_t owner);

/* Ends those that have waited too long; at every tick of the shard. */
void transfers_tick(struct shard *shard);
/* The shard stops: ends all. */
void transfers_stop(struct shard *shard);

#endif
