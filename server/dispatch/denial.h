/*
 * Why the node refuses writes, if it does: the log or the snapshots cannot be written, the memory
 * is used up, the data are being loaded, or are another node's. Whoever finds out says so once;
 * shards look once per turn, so a command pays one test of a number of its shard's.
 *
 * Thread: denial_set by any; denial_refresh and denial_of by the shard's.
 */
#ifndef SERVER_DISPATCH_DENIAL_H
#define SERVER_DISPATCH_DENIAL_H

#include <stdbool.h>
#include <stdint.h>

struct command;
struct node;
struct shard;

/* Bits. */
enum denial {
    DENIAL_LOG = 1,    /* the append-only file cannot be written: node->log_error says why */
    DENIAL_SAVE = 2,   /* the last snapshot failed, and stop-writes-on-bgsave-error */
    DENIAL_MEMORY = 4, /* maxmemory is reached and nothing may be evicted; never in node->denials:
                          see eviction.h */
    DENIAL_REPLICAS = 16, /* fewer replicas are in touch than min-replicas-to-write */
    DENIAL_LOADING = 8, /* the shard's own: its data are not there yet; reads are refused as well */
    DENIAL_COPY = 32,   /* the data are a copy of a primary's */
    DENIAL_STALE = 64,  /* and it is not known how old a one, and replica-serve-stale-data no;
                            reads are refused as well */
};

/* Begins or ends to refuse. */
void denial_set(struct node *node, enum denial denial, bool on);

/* Takes over what the node refuses; once per turn. */
void denial_refresh(struct shard *shard);

/* The error for a command with these flags (enum command_flag), good for as long as it runs; NULL
 * when it may run. */
const char *denial_of(struct shard *shard, const struct command *command, uint32_t flags);

#endif
