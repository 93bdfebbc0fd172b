/*
 * The node: what its threads share.
 *
 * Nearly all of it is immutable after the start. What changes is atomic and off every command's
 * path.
 */
#ifndef SERVER_SHARD_NODE_H
#define SERVER_SHARD_NODE_H

#include "cluster/slot_shard.h"
#include "proto/base/time.h"
#include "server/bus/bus_faults.h"
#include "server/bus/bus_report.h"
#include "server/loading/loading_figures.h"
#include "server/reactor/reactor_choice.h"
#include "server/replication/replication_report.h"
#include "server/shard/mailbox.h"
#include "server/shard/section.h"
#include "server/snapshot/save.h"
#include "server/snapshot/snapshot_origin.h"
#include "server/tls/tls_files.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

struct append_logs;
struct config;
struct control;
struct function_store;
struct running_table;
struct listening_set;
struct loading;
struct script_store;
struct shard;
struct tls_context;

enum { NODE_SHARDS_MAX = 64 };

struct node {
    /* immutable after start */
    uint32_t shard_count;
    uint32_t slot_block; /* slot_shard_block(shard_count) */
    struct shard **shards;
    struct control *control;
    struct post_office *office;
    struct script_store *scripts;     /* behind its own lock */
    struct function_store *functions; /* the same */
    struct running_table *running;    /* the same */
    struct append_logs *append_logs;  /* one per shard, in use or not */
    struct reactor_choice io;         /* the backend of all reactors */
    enum supervised supervised;       /* who is told how it is doing */
    time_ms started;
    uint64_t hash_seed;
    char run_id[41];
    const char *config_path; /* "" when started without a file */
    const char *executable;
    int unix_socket; /* listening, shared by all shards; -1 without */
    bool cluster_enabled;
    uint32_t databases;

    /* control thread only */
    struct listening_set *listening; /* the current one */
    struct tls_context *tls;         /* likewise; NULL without */
    struct tls_files tls_files;      /* as they were when they were read last */
    struct loading *load;            /* under way; NULL without */
    struct snapshot_origin origin;   /* of what is loaded at the start */
    bool abandoned;                  /* stopped with something under way, which is never freed */

    /* atomic */
    _Atomic uint64_t last_client_id;
    _Atomic uint32_t client_count; /* open connections, against maxclients */
    _Atomic uint64_t last_slowlog_id;
    _Atomic uint64_t last_access_log_id;
    _Atomic uint64_t last_transaction; /* over several shards; never lower after a restart */
    _Atomic bool stopping;
    _Atomic bool loading;    /* the data are not all there yet */
    _Atomic bool is_replica; /* of another node: its data are that one's */
    struct loading_figures load_figures;
    struct snapshot_origin payload_origin; /* of what a primary has sent, while it is loaded */
    _Atomic bool skips_checksums;  /* DEBUG SET-SKIP-CHECKSUM-VALIDATION: RESTORE believes them */
    _Atomic bool scripts_run_all;  /* DEBUG SET-DISABLE-DENY-SCRIPTS */
    _Atomic size_t resident_bytes; /* measured by the control thread */
    _Atomic size_t resident_peak;
    _Atomic size_t used_memory;      /* of all shards, under maxmemory */
    _Atomic size_t client_memory;    /* likewise, under maxmemory-clients */
    _Atomic bool evicts_client;      /* somebody is about to disconnect one for that */
    _Atomic size_t used_memory_peak; /* of those that were looked at */
    _Atomic uint32_t stalled_shards; /* as the watchdog sees it now */
    _Atomic uint64_t stalls;         /* that it has seen */
    _Atomic uint32_t denials;        /* why writes are refused: bits of enum denial */
    _Atomic int log_error;           /* errno for DENIAL_LOG */

    _Atomic bool replication_news; /* the control thread has been rung for records */

    struct save_status save;               /* atomics */
    struct replication_report replication; /* behind its own lock */
    struct bus_report bus;                 /* atomics */
    struct bus_faults bus_faults;          /* atomics: DEBUG */

    struct section_queue sections;
    pthread_barrier_t started_barrier; /* shards and the main thread */
};

/* The mailbox index of the control thread; shards have their own index. */
static inline uint16_t node_control_index(const struct node *node)
{
    return (uint16_t)node->shard_count;
}

/* The index of the shard that holds a slot. */
static inline uint16_t node_shard_of(const struct node *node, uint16_t slot)
{
    if (node->shard_count == 1)
        return 0;
    return (uint16_t)slot_shard_of_block(slot, node->slot_block, node->shard_count);
}

#endif
