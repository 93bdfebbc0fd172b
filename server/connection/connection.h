/*
 * A client's connection: its session, its unread input and its unsent output.
 *
 * Owner: the shard that accepted it, for life.
 *
 *   received bytes -> parser -> batch -> reply ---> outgoing -> socket
 *                                          ^ held and owed, while hops are under way
 */
#ifndef SERVER_CONNECTION_CONNECTION_H
#define SERVER_CONNECTION_CONNECTION_H

#include "cluster/view.h"
#include "proto/base/list.h"
#include "proto/base/time.h"
#include "proto/resp/reply.h"
#include "proto/resp/request.h"
#include "server/reactor/reactor.h"

#include <stdbool.h>
#include <stdint.h>

struct append_mark;
struct command;
struct confirmation;
struct listening;
struct replica_connection;
struct shard;
struct subscriber;
struct tracking_client;
struct tls_connection;
struct transaction;
struct user;
struct watches;
struct waiter;

enum client_reply_mode {
    CLIENT_REPLY_ON,
    CLIENT_REPLY_OFF,
    CLIENT_REPLY_SKIP_NEXT,
    CLIENT_REPLY_SKIP
};

enum {
    /* Owed answers at which a connection's further commands wait; fewer while nothing is known
     * about the size of its answers, and while they are large. */
    CONNECTION_OWED_MAX = 1024,
    CONNECTION_OWED_FIRST = 128,
    CONNECTION_OWED_MIN = 8,
    /* The same for bytes of requests sent on before all before them were answered. */
    CONNECTION_OWED_BYTES_MAX = 4 * 1024 * 1024,
    CONNECTION_ADDRESS_MAX = 128,
};

struct connection {
    struct stream stream; /* first: the reactor hands back its address */
    struct shard *shard;
    struct list_link link;              /* in shard->connections */
    struct list_link unflushed_link;    /* in shard->unflushed, while it has replies to send */
    struct list_link ready_link;        /* in shard->ready, when it is to be processed again */
    struct list_link monitor_link;      /* in shard->monitor_clients */
    struct list_link behind_link;       /* in shard->tracking.behind */
    struct connection *next_by_id;      /* in shard->connections_by_id */
    struct tls_connection *tls;         /* NULL: plain */
    struct replica_connection *replica; /* NULL: it is no replica's */
    uint64_t id;

    /* the session */
    uint32_t database;
    bool unrestricted; /* logged in, as a user who may do everything: see access.h */
    bool authenticated;
    bool logged_in;    /* not just because nobody need */
    bool user_deleted; /* or changed, by its own command: it is closed behind the answer */
    bool no_evict;
    bool no_touch;
    bool readonly;
    bool asking;
    bool one_off;     /* ASKING or CLIENT CACHING was given, for the next command alone */
    bool has_written; /* or may have, since written_offset was noted */
    bool monitor;
    bool is_unix;
    enum client_reply_mode reply_mode;
    const struct user *user; /* held; of the shard's current set */
    uint64_t tracker;        /* of its commands, see tracker.h; 0 without CLIENT TRACKING */
    struct tracking_client *tracking; /* NULL without CLIENT TRACKING */
    struct transaction *transaction;  /* from MULTI on, else NULL */
    struct watches *watches;          /* NULL without watched keys */
    struct subscriber *subscriber;    /* what it has subscribed to; NULL without */
    struct confirmation *unconfirmed; /* the answer at hand waits for other shards, see
                                         announcement.h */
    char *name;                       /* "" when unset */
    char *library_name;               /* CLIENT SETINFO */
    char *library_version;
    const struct command *last_command;
    int64_t written_offset; /* of the stream, behind what it wrote before its last WAIT */
    time_ms created;
    time_ms last_interaction;
    char address[CONNECTION_ADDRESS_MAX];       /* of the peer, as CLIENT LIST shows it */
    char local_address[CONNECTION_ADDRESS_MAX]; /* of this side */

    /* input */
    struct request_parser parser;
    struct span *own_argv; /* for a request that does not fit the batch or is not complete */
    uint32_t own_argv_capacity;
    bool request_kept; /* the parser holds a complete request, read while it could not run */
    struct receive_buffer *input; /* received but not parsed, or NULL */
    size_t input_start;
    size_t input_end;

    /* output */
    struct reply reply;             /* being filled; reply.protocol is the session's */
    struct reply outgoing;          /* being sent */
    struct reply held;              /* made here, waiting behind owed answers */
    size_t held_taken;              /* bytes of held that have moved on */
    uint32_t held_references_taken; /* likewise its references */
    size_t outgoing_taken;          /* bytes of outgoing's buffer handed to sends so far */
    uint32_t outgoing_references;   /* likewise its references */
    size_t output_accounted;        /* what shard->output_bytes knows of this connection */
    size_t memory_noted;            /* likewise shard->client_memory, see connection_memory.h */
    struct reply *pushed;           /* pushes made within an answer, see push.h; or NULL */
    struct list_link owed;          /* answers in request order, see hop.h */
    bool flush_held; /* replies wait a turn for the owed ones, to leave in one send */
    uint32_t owed_count;
    uint32_t owed_limit; /* CONNECTION_OWED_MIN to _MAX: by the size of the answers so far */
    size_t owed_bytes;   /* of requests put since something has been owed: these stay in memory */
    time_ms soft_limit_since; /* client-output-buffer-limit's soft limit is passed since; 0: it is
                                 not */

    /* state */
    void *waiting; /* what its current command waits for; its further commands wait too */
    void (*abandoned)(struct connection *connection); /* called when it closes while waiting */
    /* Its command waits for replicas or for the disk (WAIT, WAITAOF): ends that soon, with this
     * error, or, when it is NULL, with the answer as it stands. NULL: it waits for neither. */
    void (*cut_short)(struct connection *connection, const char *error);
    struct append_mark *append_mark; /* where in the logs its writes are; NULL without any */
    struct waiter *blocked;          /* its command waits for keys (BLPOP ...), see blocked.h */
    bool replying;                   /* an answer is being written: nothing may come in between */
    bool processing;                 /* in connection_process */
    bool frozen;                     /* under way while a script runs long, see script/busy.h */
    bool held_for_log;               /* what is outgoing waits for the log, see append_hold.h */
    bool reading_paused;
    bool input_over; /* the peer says nothing more */
    bool closing;    /* no further command; closed when all is answered and sent */
    bool close_now;  /* closed in the next turn, answered or not */
    bool closed;     /* the socket is gone; the memory goes when nothing refers to it */
    bool finished;   /* the reactor has let go */
    bool stalled;    /* its next command waits for owed answers, or for the end of CLIENT PAUSE */
    uint32_t references; /* hops, gathers ... that will come back to it */

    /* statistics */
    uint64_t commands;
    uint64_t bytes_received;
    uint64_t bytes_sent;
};

/* Takes over an accepted socket; closes it when there are too many clients or it may not come in.
 */
void connection_accept(struct shard *shard, const struct listening *listening, int fd);

/* Goes on with commands that have been received; after a wait, a pause, or when owed answers have
 * gone out. */
void connection_process(struct connection *connection);
/* The same in the next turn: after a wait, a pause, or when owed answers have gone out. */
void connection_process_later(struct connection *connection);

/* The reply for a command that runs now: where its bytes are to go, given what is owed before it.
 */
struct reply *connection_reply_begin(struct connection *connection);
/* The command has written its reply. */
void connection_reply_end(struct connection *connection, size_t start);
/* It has written none: that comes later, or from elsewhere. */
void connection_reply_put_off(struct connection *connection);

/* Does CLIENT REPLY say that nobody wants the answer of the command at hand? */
static inline bool connection_discards_reply(const struct connection *connection)
{
    return connection->reply_mode != CLIENT_REPLY_ON;
}

/* Gives the output, which may be without one, a buffer to write to. */
void connection_output_prepare(struct connection *connection);
/* Nothing is being written: gives back a buffer that is empty. */
void connection_output_idle(struct connection *connection);
/* The held answers have all moved on: their buffer goes back. */
void connection_held_release(struct connection *connection);
/* Owed answers have moved to the output: what waited for that goes on. */
void connection_settled(struct connection *connection);

/* There are bytes to send: at the end of the turn. */
void connection_flush_later(struct connection *connection);
/* Sends what is there; the end of the turn calls it. */
void connection_flush(struct connection *connection);

/* Ends the connection at once, whatever is unsent. */
void connection_close(struct connection *connection);
/* The same in the next turn: for callers in the middle of something that needs the connection. */
void connection_close_soon(struct connection *connection);
/* Ends it when everything before is answered and sent. */
void connection_close_after_reply(struct connection *connection);

/* The current command is answered later: `what` is for the eye of the waker. Keeps the connection's
 * memory. */
void connection_wait(struct connection *connection, void *what);
/* The answer is in the output; goes on with further commands. */
void connection_wake(struct connection *connection);
/* Lets go of a connection that was kept for something under way. */
void connection_unreference(struct connection *connection);

/* Frees those that could not be freed in the middle of a script. */
void connection_free_rest(struct shard *shard);

/* One line of CLIENT LIST, without the LF; the caller frees it. */
char *connection_describe(const struct connection *connection);

/* Does its command wait for what other clients do: for a key, for the end of a pause? */
static inline bool connection_is_blocked(const struct connection *connection)
{
    return connection->blocked != NULL || connection->cut_short != NULL ||
           (connection->stalled && connection->owed_count == 0);
}

/* The ports of which kind is it told? */
static inline enum view_client connection_view_client(const struct connection *connection)
{
    return connection->tls != NULL ? VIEW_CLIENT_TLS : VIEW_CLIENT_PLAIN;
}

/* Bytes of replies that are not sent. */
size_t connection_output_size(const struct connection *connection);
/* So many that its further commands wait until the client has read some. */
bool connection_output_is_full(const struct connection *connection);

/* Housekeeping for one connection: idle timeout, soft output limits, buffers that shrink. */
void connection_sweep(struct connection *connection);

/* Resets the session to what a new connection has (RESET). */
void connection_reset(struct connection *connection);

#endif
