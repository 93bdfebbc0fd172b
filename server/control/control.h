/*
 * The control thread: everything about the node that is no data command. It keeps the settings,
 * runs the cluster's state machine and carries out what that decides, watches the shards' hearts,
 * and stops the node. A shard may be busy for a minute; the control thread is not.
 *
 * Owner: the control thread alone, which is the process's main thread. Shards reach it by errands.
 */
#ifndef SERVER_CONTROL_CONTROL_H
#define SERVER_CONTROL_CONTROL_H

#include "cluster/cluster.h"
#include "proto/base/random.h"
#include "proto/base/time.h"
#include "server/bus/bus_pubsub.h"
#include "server/config/config.h"
#include "server/control/shutdown.h"
#include "server/control/supervision.h"
#include "server/reactor/reactor.h"
#include "server/shard/mailbox.h"
#include "server/shard/node.h"

#include <stdbool.h>
#include <stdint.h>

struct append_only;
struct cluster_driver;
struct errand;
struct http;
struct listening_set;
struct migrations;
struct replication;
struct saving;
struct shutdown;
struct snapshots;
struct users;
struct shard;
struct tls_context;
struct tls_files;

/* What the watchdog knows of a shard. */
struct pulse {
    uint64_t heartbeat;
    int64_t changed_ms; /* monotonic */
    bool stalled;
};

struct control {
    struct node *node;
    struct reactor *reactor;
    struct mailbox *mailbox;
    const struct config *config; /* the current one */
    const struct users *users;   /* likewise */
    time_ms now;
    struct random random;  /* for ids; seeded from the kernel */
    int64_t next_tick_ms;  /* monotonic */
    int64_t next_decay_ms; /* likewise: when free memory is given back next */

    struct cluster_driver *cluster_driver; /* NULL when cluster mode is off */
    struct bus_inbound bus_inbound;

    struct append_only *append_only;
    int64_t next_tls_look_ms;    /* monotonic */
    struct snapshots *snapshots; /* under way and in line */
    struct saving *saving;
    struct migrations *migrations;
    struct replication *replication;
    struct http *http;             /* NULL: http-port is 0 */
    int signal_put_off;            /* until the log has its first base; 0: none */
    int64_t hand_over_until_ms;    /* monotonic: a replica is to take over first; 0: no */
    int64_t hand_over_again_ms;    /* when the replica is asked again */
    uint32_t hand_over_mode;       /* how the node ends then, */
    shutdown_done *hand_over_done; /* and who is told; NULL: nobody */
    void *hand_over_context;
    bool draining;             /* it waits for its slots to go to others instead */
    struct shutdown *shutdown; /* under way, before the node stops; or NULL */
    struct pulse pulses[NODE_SHARDS_MAX];
    struct supervision supervision;
    /* who waits for the log, see loading_await_log; NULL: nobody */
    void (*log_written)(struct control *control, void *context);
    void *log_written_context;
    bool serving; /* the shards' loops run */
    bool stopping;
    bool parting; /* no shard has a connection any more */
    bool finished;
    int64_t stop_by_ms; /* monotonic: what has not ended by then is left as it is */
};

/* Runs the node until it is told to stop; returns the process's exit code. Takes settings and users
 * over. */
int control_run(struct node *node, const struct config *config, struct users *users);

/* Makes `config` the settings of the whole node, then calls done. Takes the config over. */
void control_publish_config(struct control *control, const struct config *config,
                            void (*done)(struct control *control, void *context), void *context);

/* Makes `users` the users of the whole node, then calls done (may be NULL). Takes the set over. */
void control_publish_users(struct control *control, const struct users *users,
                           void (*done)(struct control *control, void *context), void *context);

/* Makes `set` what the node listens on. Takes the set over. */
void control_publish_listening(struct control *control, struct listening_set *set);

/* Makes `context`, read from `files` as they were just before, that of the whole node; connections
 * keep theirs. Takes the context over. tls_reload.c. */
void control_publish_tls(struct control *control, struct tls_context *context,
                         const struct tls_files *files);
/* Looks now and then whether the files have changed. */
void tls_reload_tick(struct control *control, int64_t now);

/* Begins to stop the node: no client is served any more. */
void control_stop(struct control *control);

/* Asks for the stop as a signal does. Async-signal-safe. */
void control_signal_stop(int signal_number);

/* 40 random hexadecimal characters. */
struct node_id control_random_id(struct control *control);

/* ---- Publication of immutable things to all shards, publication.c ---- */

/* Calls `adopt` on every shard, then `done` on the control thread. */
void publication_start(struct control *control, const void *subject,
                       void (*adopt)(struct shard *shard, const void *subject),
                       void (*done)(struct control *control, void *context), void *context);

/* The same, but `done` is not called before all that shards had asked of each other until then has
 * been dealt with: what was under way when they adopted is over. */
void publication_settle(struct control *control, const void *subject,
                        void (*adopt)(struct shard *shard, const void *subject),
                        void (*done)(struct control *control, void *context), void *context);

#endif
