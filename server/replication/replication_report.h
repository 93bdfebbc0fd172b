/*
 * What INFO replication and ROLE tell: put together by the control thread, read by whoever asks,
 * behind a lock.
 *
 * Who asks outside of a transaction has the control thread bring it up to date first, with all that
 * the shards had written by then.
 */
#ifndef SERVER_REPLICATION_REPLICATION_REPORT_H
#define SERVER_REPLICATION_REPLICATION_REPORT_H

#include "proto/base/time.h"
#include "server/config/text_buffer.h"
#include "server/connection/address.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

struct config;
struct control;
struct node;
struct reply;

enum { REPLICATION_HOST_MAX = 256, REPLICATION_REPORT_ID_MAX = 41 };

/* The link to the primary, as ROLE names its states. */
enum replication_link_phase {
    LINK_NONE,
    LINK_CONNECT, /* it is to be connected */
    LINK_CONNECTING,
    LINK_HANDSHAKE,
    LINK_SYNC, /* the data are being transferred */
    LINK_CONNECTED,
};

/* The link as a client among the node's clients. */
struct replication_link_client {
    uint64_t id; /* 0: there is none */
    int fd;
    time_ms since;
    char address[CONNECTION_ADDRESS_MAX];
    char local_address[CONNECTION_ADDRESS_MAX];
};

struct replication_link {
    char host[REPLICATION_HOST_MAX];
    uint16_t port;
    enum replication_link_phase phase;
    time_ms last_heard;     /* 0: never */
    time_ms down_since;     /* while it is not connected; 0: it never was */
    int64_t sync_total;     /* bytes of the transfer under way; -1: not known */
    int64_t sync_read;      /* so far */
    time_ms sync_last_read; /* when */
    int64_t read_offset;    /* received; -1 while the data are of no moment of the primary */
    int64_t offset;         /* applied; the same */
    struct replication_link_client client;
};

/* CONFIG RESETSTAT: begins to count anew. Any thread. */
void replication_report_reset(struct node *node);

/* The replica's side tells of its link. Thread: the control thread. */
void replication_report_link(struct control *control, const struct replication_link *link);
/* What it told last. Any thread. */
struct replication_link replication_report_read_link(struct node *node);

/* FAILOVER: "no-failover", "waiting-for-sync" or "failover-in-progress". The text stays. */
void replication_report_failover(struct control *control, const char *state);

/* ---- The primary's side ---- */

struct replication_report_replica {
    char host[REPLICATION_HOST_MAX];
    uint16_t port;
    const char *state;
    int64_t offset;
    int64_t heard_ms; /* monotonic */
};

/* In the node; behind its lock. */
struct replication_report {
    pthread_mutex_t lock;
    bool is_replica;
    struct replication_link link;
    const char *failover;
    char id[REPLICATION_REPORT_ID_MAX];
    char second_id[REPLICATION_REPORT_ID_MAX];
    int64_t offset;
    int64_t second_offset;
    bool has_backlog;
    int64_t backlog_start;
    int64_t backlog_length;
    size_t backlog_memory;
    size_t replica_memory; /* of the backlog, kept for replicas that are behind */
    uint32_t good;
    uint32_t caught_up; /* replicas that have acknowledged everything */
    uint32_t count;
    struct replication_report_replica *replicas;
    /* INFO stats */
    _Atomic uint64_t bytes_sent;     /* to replicas */
    _Atomic uint64_t bytes_received; /* from primaries */
    _Atomic uint64_t full_syncs;
    _Atomic uint64_t partial_syncs;
    _Atomic uint64_t partial_refused;
};

void replication_report_init(struct replication_report *report);
void replication_report_free(struct replication_report *report);

/* Takes in what the shards have handed over, looks how link and failover stand, and writes all of
 * it anew. Control thread. */
void replication_report_update(struct control *control);
/* The same without the link, for whoever has just told of it. */
void replication_report_refresh(struct control *control);

/* The section of INFO. Any thread. */
void replication_report_write(struct node *node, const struct config *config, time_ms now,
                              struct text_buffer *text);

/* Fields of INFO memory. */
void replication_report_write_memory(struct node *node, struct text_buffer *text);

/* What ROLE says. */
void replication_report_role(struct node *node, struct reply *reply);

/* For WAIT where nobody can wait. */
uint32_t replication_report_caught_up(struct node *node);

#endif
