/*
 * A shard: one thread with its ring, its connections and its part of the slots.
 *
 * Zones: nearly everything is "owner only": touched by the shard's thread, or by the thread that
 * runs an exclusive section while the shard is parked. shard_assert_owner stands at the doors.
 */
#ifndef SERVER_SHARD_SHARD_H
#define SERVER_SHARD_SHARD_H

#include "proto/base/list.h"
#include "proto/base/random.h"
#include "proto/base/time.h"
#include "server/connection/connection_index.h"
#include "server/dispatch/batch.h"
#include "server/dispatch/blocked.h"
#include "server/dispatch/slot_hold.h"
#include "server/journal/journal.h"
#include "server/link/link_freezer.h"
#include "server/observe/statistics.h"
#include "server/pubsub/pubsub.h"
#include "server/reactor/reactor.h"
#include "server/replication/replication_source.h"
#include "server/shard/defragmentation.h"
#include "server/shard/eviction.h"
#include "server/shard/mailbox.h"
#include "server/shard/node.h"
#include "server/tracking/tracking.h"
#include "storage/keyspace.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdint.h>

struct access_log;
struct append_log;
struct cluster_view;
struct config;
struct foreign_returns;
struct hop;
struct latency_series;
struct loading_shard;
struct migration_shard;
struct owed;
struct script_engine;
struct slot_set;
struct slowlog;
struct snapshot_part;
struct tls_context;
struct users;

/* What CLIENT PAUSE has asked for; every shard holds the node's current value. */
enum pause_kind { PAUSE_NONE, PAUSE_WRITES, PAUSE_ALL };

struct journal_tape;

struct listening {
    struct listener listener; /* first: the reactor hands back its address */
    struct list_link link;
    struct shard *shard;
    bool is_unix;
    bool is_tls;
    bool leaving; /* closed as soon as nothing is under way */
    bool refused; /* the kernel gives no connections, and the log has said so */
};

/*
 * Does an exclusive section hold the shard? AWAKE: its thread serves its clients nevertheless, with
 * nothing but -BUSY as a rule, for a script runs long: one that the section waits for, or its own.
 * From the section's beginning on the shard is HELD: nobody else's script wakes it.
 *
 *   FREE -> PARKED -> AWAKE
 *              |        |^
 *              +----> HELD -> FREE
 */
enum shard_parked { SHARD_FREE, SHARD_PARKED, SHARD_PARKED_AWAKE, SHARD_HELD };

struct shard {
    /* owner only, hot first */
    struct node *node;
    struct keyspace *keyspace;
    const struct config *config;     /* replaced by message when CONFIG SET changes it */
    const struct cluster_view *view; /* NULL when cluster mode is off; replaced by message */
    const struct users *users;       /* replaced by message */
    struct reactor *reactor;
    struct mailbox *mailbox;
    time_ms now;          /* of this turn */
    uint64_t now_ticks;   /* clock_ticks() at the end of the last command */
    uint64_t woken_ticks; /* likewise, where the turn began its work */
    /* Since when the requests of this turn may have waited: when the shard looked before, or when
     * it was woken for them. */
    uint64_t arrived_ticks;
    uint64_t asleep_ticks; /* when it had nothing to do; 0: it had */
    uint16_t index;
    uint32_t denials;              /* node->denials, of this turn */
    bool is_replica;               /* node->is_replica, of this turn */
    struct loading_shard *loading; /* NULL: all data are there */
    enum pause_kind pause_kind;
    uint32_t holds;                      /* see control/hold.h: writes wait */
    struct slot_holds slot_holds;        /* the same for those to some slots */
    const struct slot_set *paused_slots; /* see migration/slot_pause.h: NULL without */
    bool crowded; /* too much is published that other shards have not read: see parcel.c */
    time_ms pause_until;
    uint32_t monitors;  /* connections of the node that have asked for MONITOR */
    bool active_expire; /* DEBUG SET-ACTIVE-EXPIRE */
    struct batch batch;
    struct append_log *append_log; /* NULL while appendonly is off */
    bool append_news;              /* connections in append_held may have waited enough */
    struct list_link append_held;
    struct list_link append_waits; /* WAITAOF, see append_wait.h */
    struct list_link unflushed;    /* connections with replies to send */
    struct list_link ready;        /* connections that are to be processed again */
    struct statistics statistics;
    struct slot_statistics *slot_statistics; /* by slot */
    struct slowlog *slowlog;
    struct access_log *access_log;
    struct latency_series *latency; /* by enum latency_event */
    struct random random;
    struct eviction eviction;
    struct defragmentation defragmentation;
    struct blocked blocked;       /* commands that wait for keys of this shard */
    struct script_engine *script; /* NULL until the first script; see script_engine_of */
    struct busy *busy;            /* what a script that ran long has left to do, see busy.h */
    struct list_link unfreed;     /* connections that could not be freed in its middle */
    bool in_pause;                /* the shard's thread serves its clients in the middle of one */
    pthread_mutex_t pause_lock;   /* held meanwhile by a parked shard's thread */
    struct snapshot_part *snapshot_part; /* its part of the one under way; NULL without */
    struct migration_shard *migration;   /* slots on their way; NULL before the first ones */
    struct tracking tracking;
    struct journal journal;
    struct link_freezer links;     /* of those that touch its data */
    struct list_link transfers;    /* of keys to other servers, see migrate/transfer.h */
    struct list_link target_links; /* kept, the oldest first */
    uint32_t target_link_count;
    struct journal_tape *journal_tape; /* DEBUG JOURNAL, or NULL */
    struct replication_source replication_source;
    struct pubsub pubsub;

    struct list_link connections;
    struct connection_index connections_by_id;
    uint32_t connection_count;
    uint64_t output_bytes; /* replies held for clients */
    size_t client_memory;  /* of all connections, see connection_memory.h */
    size_t client_memory_published;
    struct reply_pool *reply_pool;
    struct hop *free_hops;
    struct owed *free_owed;
    uint32_t free_owed_count;
    struct hop
        *open_hops[NODE_SHARDS_MAX]; /* being filled, by target; posted at the end of the batch */
    uint32_t hops_under_way;         /* posted and not back */
    struct foreign_returns *foreign_returns[NODE_SHARDS_MAX]; /* by owner, see foreign_block.h */
    bool foreign_pending;                                     /* some are there */
    struct list_link monitor_clients; /* this shard's own MONITOR connections */
    size_t monitor_bytes;             /* lines that not all shards have shown yet */
    time_ms next_tick;
    struct list_link *sweep;    /* where the sweep over connections goes on */
    bool stopping;              /* accepts nothing and closes its connections */
    bool closed;                /* has done so */
    bool parting;               /* so have all shards: no client's command comes any more */
    bool finished;              /* leaves its loop */
    uint32_t connections_alive; /* memory of connections, closed ones with something under way
                                   included */
    char start_error[256];
    char denial_error[128]; /* see denial_of */

    struct list_link listenings;  /* those that are being closed included */
    uint16_t port;                /* the shard's own port; 0 until it listens */
    uint16_t tls_port;            /* likewise, for TLS */
    struct tls_context *tls;      /* for new TLS connections; replaced by message; NULL without */
    time_ms tls_failure_logged;   /* when a failed handshake was logged last */
    struct list_link tls_waiting; /* handshakes that were put off, see tls_connection.c */
    uint64_t tls_handshake_ticks; /* spent in this turn */

    /* atomic */
    _Alignas(64) _Atomic uint64_t heartbeat; /* counts turns */
    _Atomic uint64_t changes;                /* statistics.changes, of the last turn */
    _Atomic bool has_keys;                   /* after the last turn */
    _Atomic uint64_t tracked_keys;           /* tracking.table's count */
    _Atomic size_t used_memory;              /* under maxmemory, see eviction.h */
    _Atomic uint32_t coldness;               /* of what it has evicted last */
    _Atomic bool may_evict;                  /* it has keys that may go */
    _Atomic bool silent;                     /* stopping, and all connections have ended */
    _Atomic bool drained;                    /* stopping, and nothing is under way */
    _Atomic bool sleeping;                   /* or parked: a heart that need not beat */
    _Atomic uint32_t parked;                 /* futex: enum shard_parked */

    _Atomic uint32_t script_state; /* enum script_state, of the run under way */
    _Atomic uint32_t script_kind;  /* enum script_kind, of the same */

    /* immutable after start */
    pthread_t thread;
    _Atomic uint64_t thread_id; /* of whom may touch the shard now, for shard_assert_owner */
};

/* Made, its thread not yet running. */
struct shard *shard_create(struct node *node, uint16_t index, const struct config *config,
                           const struct users *users);
/* Starts its thread, which waits twice at node->started_barrier: when its reactor is there (or
 * shard->start_error says why not), and before it serves. */
bool shard_start(struct shard *shard);
void shard_destroy(struct shard *shard);

#ifdef TESSERA_DEBUG
void shard_assert_owner(const struct shard *shard);
#else
static inline void shard_assert_owner(const struct shard *shard)
{
    (void)shard;
}
#endif

/* CLIENT PAUSE: no client changes data, and nothing is expired or evicted either. */
static inline bool shard_is_paused(const struct shard *shard)
{
    return shard->pause_kind != PAUSE_NONE;
}

/* Takes the time for what comes next: once a turn, and behind a command that has slept. */
void shard_read_clock(struct shard *shard);

/* Clients whose commands were not let run may try again. */
void shard_resume_stalled(struct shard *shard);

/* From now on `holder`'s thread touches the shard's data: for shard_assert_owner. */
void shard_lend(struct shard *shard, const struct shard *holder);

/* A turn in the middle of a script that runs long: for busy.c alone. Waits for so long when nothing
 * is there. */
void shard_turn_in_script(struct shard *shard, int64_t timeout_us);

/* Parks the calling shard's thread until shard_release; used by sections only. */
void shard_park(struct shard *shard);
void shard_release(struct shard *shard);
/* The shard's section runs from here on: its thread touches nothing any more. */
void shard_hold(struct shard *shard);
/* A parked shard is to tell its clients that it is busy. By any thread, of PARKED shards; of those
 * that are HELD by the section's own. */
void shard_wake_parked(struct shard *shard, enum shard_parked from);

#endif
