/*
 * The replicas of this node, as the control thread knows them: who they are, how far they are, and
 * what they are sent.
 *
 *   WAITS ----> RECEIVES ----> ONLINE        a full synchronisation (full_sync.h)
 *     |                          ^
 *     +--------------------------+           or the stream goes on where it was
 *
 * A replica that is online has a place in the backlog. It is sent what lies behind it, a limited
 * amount at a time; what it has not taken stays in the backlog for it, up to
 * client-output-buffer-limit.
 *
 * Owner: the control thread.
 */
#ifndef SERVER_REPLICATION_REPLICAS_H
#define SERVER_REPLICATION_REPLICAS_H

#include "proto/base/list.h"
#include "server/replication/backlog.h"
#include "server/replication/replica_connection.h"

struct control;
struct full_sync;

struct replica {
    struct list_link link; /* in replicas->all */
    struct control *control;
    uint16_t shard;
    uint64_t connection;
    struct replica_profile profile;
    bool old; /* it said SYNC */
    enum replica_phase phase;
    bool awaits_word;           /* online, but the stream begins with its first acknowledgement */
    bool arrives;               /* it had to get all data, and has not yet caught up since */
    bool leaving;               /* its connection is to be closed, or is */
    bool gone;                  /* its connection is closed */
    bool has_data;              /* it was sent all that it wanted, and gets no stream */
    struct full_sync *sync;     /* that it takes part in; NULL: none */
    struct backlog_place place; /* of the stream, from the moment of its data on */
    int64_t acknowledged;
    int64_t log_acknowledged; /* -1: it has said nothing of its log */
    int64_t heard_ms;         /* monotonic, as the next ones are */
    int64_t moved_ms;         /* when it has last taken something, or was given it after a pause */
    int64_t soft_since_ms;    /* the soft limit is passed since; 0: it is not */
    uint32_t feeds_away;
    uint64_t bytes_away;
    uint64_t data_sent; /* of a file */
};

struct replicas {
    struct list_link all;     /* in the order in which they came */
    struct list_link waiting; /* requests that cannot be decided yet */
    int64_t alone_since_ms;   /* there are none since; monotonic, as the next ones are */
    int64_t last_ping_ms;
    int64_t next_newline_ms;
    bool asks;           /* GETACK is to be sent with this turn */
    int64_t asked_from;  /* the stream's offset before the last one, */
    int64_t asked_until; /* and behind it */
    bool pings_held;
    bool is_quiet; /* the node is about to end: nothing but answers comes into the stream */
    uint32_t good; /* online, and heard of lately, as min-replicas-max-lag says */
};

void replicas_open(struct control *control);
void replicas_close(struct control *control);

/* Messages from shards: a request, a word. */
void replicas_take(struct message *message, void *receiver);
void replicas_hear(struct message *message, void *receiver);

/* Sends what there is to be sent: at the end of each turn. */
void replicas_turn(struct control *control);
void replicas_tick(struct control *control);

/* Sends all away. */
void replicas_dismiss(struct control *control);

/* Counts those that are in touch, and lets writes be refused when they are too few
 * (min-replicas-to-write). */
void replicas_judge(struct control *control);

/* A feed for a replica, to be filled and sent. */
struct replica_feed *replica_feed_new(struct replica *replica);
void replica_feed_send(struct replica_feed *feed);
/* Short bytes of its own. */
void replica_send_text(struct replica *replica, struct span text);

/* Ends its connection; nothing happens when that is under way. */
void replica_dismiss(struct replica *replica);

/* It has its data, and goes on with the stream. */
void replica_goes_online(struct replica *replica);

/* How many have acknowledged this offset; or have it in their logs. */
uint32_t replicas_count_acknowledged(const struct control *control, int64_t offset, bool in_log);

#endif
