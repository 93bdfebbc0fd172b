/*
 * The cut of a snapshot: a section over all shards, in which each begins its walk.
 *
 * Thread: snapshot_cut_start on the control thread, which `done` is called on; what the struct says
 * then is as it was at the cut.
 */
#ifndef SERVER_SNAPSHOT_SNAPSHOT_CUT_H
#define SERVER_SNAPSHOT_SNAPSHOT_CUT_H

#include "server/shard/mailbox.h"
#include "server/shard/section.h"
#include "server/snapshot/snapshot_part.h"

struct control;
struct function_set;

struct snapshot_database {
    uint64_t keys;
    uint64_t expires;
};

struct snapshot_cut {
    struct message message; /* first */
    /* the caller's */
    struct snapshot_part_options options;
    void (*at_cut)(struct section *section, void *context);
    void *context;
    void (*done)(struct control *control, struct snapshot_cut *cut);
    /* at the cut */
    struct snapshot_database *databases; /* of the node, each over all shards */
    struct function_set *functions;      /* a reference */
    uint64_t keys;
    uint64_t expiring; /* keys with elements that expire */
    uint64_t changes;
    size_t used_memory;
    time_ms at; /* 0: there was none yet */
    struct section section;
};

void snapshot_cut_start(struct control *control, struct snapshot_cut *cut);
/* Frees what it holds. */
void snapshot_cut_free(struct snapshot_cut *cut);

#endif
