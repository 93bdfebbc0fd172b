/*
 * A replica's connection: an ordinary connection, which has said REPLCONF and PSYNC. What it asks
 * and acknowledges goes to the control thread; what it is to be sent comes from there in *feeds*,
 * pieces of memory that are not copied and come back when they are sent.
 *
 *   shard                                     control thread
 *   PSYNC, SYNC      --- replica_request -->  replicas.c
 *   REPLCONF ACK     --- replica_word ----->
 *   closed           --- replica_word ----->
 *   output  <------- replica_feed ----------
 *
 * Thread: the connection's shard, unless said otherwise.
 */
#ifndef SERVER_REPLICATION_REPLICA_CONNECTION_H
#define SERVER_REPLICATION_REPLICA_CONNECTION_H

#include "proto/base/list.h"
#include "proto/base/span.h"
#include "proto/resp/reply.h"
#include "server/replication/replication.h"
#include "server/shard/mailbox.h"

#include <stdbool.h>
#include <stdint.h>

struct backlog_chunk;
struct connection;
struct full_sync;
struct replica;

enum { REPLICA_HOST_MAX = 128 };

/* What it has told of itself. */
struct replica_profile {
    char host[REPLICA_HOST_MAX]; /* as announced, or that of the connection */
    uint16_t port;
    uint32_t version; /* of its software, as 0xMMmmpp; 0: it has not said */
    bool takes_mark;  /* capa eof: the end of the data may be told by a mark */
    bool takes_id;    /* capa psync2: +CONTINUE may name an id */
    bool data_only;   /* rdb-only: it wants no stream */
    bool no_keys;     /* rdb-filter-only: parts of the data are not wanted */
    bool no_functions;
};

/* connection->replica, from the first REPLCONF on. */
struct replica_connection {
    struct replica_profile profile;
    bool follows; /* PSYNC or SYNC was said */
};

/* What PSYNC or SYNC asks for. */
struct replica_request {
    struct message message; /* first */
    struct list_link link;  /* in replicas->waiting; the control thread's */
    uint16_t shard;
    uint64_t connection;
    struct replica_profile profile;
    bool old;      /* SYNC: no +FULLRESYNC, no acknowledgements */
    bool failover; /* PSYNC ... FAILOVER: this node is to take over */
    char id[REPLICATION_ID_LENGTH + 1];
    int64_t offset; /* of the first byte wanted; -1: whatever */
};

enum replica_word_kind { REPLICA_ACKNOWLEDGES, REPLICA_LEAVES };

struct replica_word {
    struct message message; /* first */
    enum replica_word_kind kind;
    uint16_t shard;
    uint64_t connection;
    int64_t offset;
    int64_t log_offset; /* FACK: on the disk there; -1: it has not said */
};

enum { REPLICA_FEED_PIECES = 16, REPLICA_FEED_TEXT_MAX = 128 };

enum replica_feed_kind {
    REPLICA_FEED_BYTES,
    REPLICA_FEED_REFUSES, /* nothing comes; the connection may ask again */
    REPLICA_FEED_ENDS,    /* it is to be closed */
};

/* Made and freed by the control thread. */
struct replica_feed {
    struct message message; /* first */
    struct reply_block block;
    struct replica *replica;
    uint64_t connection;
    uint64_t length;
    uint32_t count;
    uint32_t shares; /* pieces that the output still holds; the shard's */
    enum replica_feed_kind kind;
    struct mailbox *mailbox; /* of the receiver, while it holds the feed */
    struct full_sync *sync;  /* whose payload it carries; or NULL */
    struct span pieces[REPLICA_FEED_PIECES];
    struct backlog_chunk *chunks[REPLICA_FEED_PIECES]; /* of the pieces; or NULL */
    char text[REPLICA_FEED_TEXT_MAX];                  /* bytes of its own */
};

/* Delivers a feed; replica_feed_home is what the control thread does when it is back. */
void replica_feed_deliver(struct message *message, void *receiver);

/* Is it one that follows? */
bool replica_connection_follows(const struct connection *connection);

/* The connection closes. */
void replica_connection_end(struct connection *connection);

#endif
