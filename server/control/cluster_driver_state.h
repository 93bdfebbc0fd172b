/*
 * What is behind `struct cluster_driver`, for its own files alone: cluster_driver.c (life and
 * events), cluster_carry_out.c (actions), cluster_line.c (views, and what waits for them),
 * cluster_settings_of.c, cluster_pause.c, cluster_lookout.c.
 */
#ifndef SERVER_CONTROL_CLUSTER_DRIVER_STATE_H
#define SERVER_CONTROL_CLUSTER_DRIVER_STATE_H

#include "cluster/cluster.h"
#include "server/bus/bus.h"
#include "server/control/cluster_nodes_sync.h"
#include "server/control/control.h"

/* An action that waits for views. */
struct cluster_waiting {
    struct cluster_waiting *next;
    uint64_t view; /* version */
    struct cluster_action action;
    uint8_t slots[SLOT_COUNT / 8]; /* DROP_SLOTS */
};

/* The views on their way to the shards, and the actions behind them. */
struct cluster_line {
    const struct cluster_view *view; /* the current one */
    struct cluster_view *next; /* to be published when the one under way is adopted; or NULL */
    bool publishing;
    bool flushing;    /* an action takes its time: what is behind it waits */
    uint64_t adopted; /* version that all shards have */
    struct cluster_waiting *first;
    struct cluster_waiting *last;
};

/* Writes that are held for a manual failover. */
struct cluster_pause {
    bool wanted;
    bool held;      /* all are held */
    bool under_way; /* being held, or about to be told of */
};

/* What the autopilot is told: see cluster_lookout.c. */
struct cluster_lookout {
    struct name_lookup *lookup; /* under way; or NULL */
    char (*addresses)[CLUSTER_NODE_IP_MAX + 1];
    uint32_t address_count;
    int64_t resolved_ms; /* monotonic: when the addresses were the answer; 0: never */
    int64_t next_lookup_ms;
    int64_t next_look_ms;
    bool migrating; /* at the last look */
    bool stopping;
};

struct cluster_driver {
    struct cluster *cluster;
    struct bus *bus;
    struct cluster_line line;
    struct cluster_pause pause;
    struct cluster_lookout lookout;
    struct cluster_actions undone; /* decided, not yet carried out */
    uint32_t undone_next;
    bool carrying;        /* the actions are being carried out, further out */
    bool begun;           /* on the bus */
    bool loaded;          /* data, at the start */
    bool complete;        /* the data were all there at the start */
    bool silent;          /* a shard hangs */
    int64_t next_look_ms; /* monotonic */
    time_ms clock_base;   /* to be added to the monotonic clock */
    bool told;
    struct cluster_replication_event replication; /* as last told */
    int nodes_conf_lock;                          /* descriptor that holds the file's lock */
    char *nodes_conf_path;
    char *nodes_ahead_path;
    struct cluster_nodes_sync nodes_conf_sync;
};

/* Has the state machine take a step, and carries out what it decides. */
void cluster_driver_step(struct control *control, struct cluster_event *event);

/* ---- cluster_carry_out.c ---- */

void cluster_carry_out(struct control *control);

/* ---- cluster_line.c ---- */

void cluster_line_publish(struct control *control, struct cluster_view *view);
/* Publishes the view that waits, if it may be by now. */
void cluster_line_look(struct control *control);
/* Carries the action out behind all views before it. */
void cluster_line_put(struct control *control, const struct cluster_action *action);
/* Does such an action wait? */
bool cluster_line_has(const struct control *control, enum cluster_action_type type);
/* Takes out what waits and is out of date. */
void cluster_line_forget(struct control *control, enum cluster_action_type type);
void cluster_line_free(struct control *control);

/* ---- cluster_pause.c ---- */

void cluster_pause_begin(struct control *control);
void cluster_pause_end(struct control *control);

/* ---- cluster_lookout.c ---- */

void cluster_lookout_tick(struct control *control);
void cluster_lookout_free(struct control *control);

/* ---- cluster_settings_of.c ---- */

/* The shards' own ports. */
struct shard_ports {
    uint16_t plain[NODE_SHARDS_MAX];
    uint16_t tls[NODE_SHARDS_MAX];
};

/* `ports` lives as long as the settings. */
struct cluster_settings cluster_settings_of(const struct control *control,
                                            struct shard_ports *ports);

#endif
