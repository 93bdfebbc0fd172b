/*
 * Asking shards: a piece of work done on each of several shards, gathered by the one that asked.
 *
 * For whole-node commands: a handler starts a gather and returns; its client waits. `visit` runs on
 * each member shard, at the same time as other shards' visits; `finish` runs on the asking shard
 * when all are done, writes the reply and the client goes on. When the client has gone meanwhile,
 * finish runs all the same, with a reply that nobody reads.
 *
 * Thread: gather_start and finish on the asking shard; visit on the visited one, which may touch
 * its own part and shard only; what the gather itself holds is not changed meanwhile. In an
 * exclusive section (a transaction with whole-node commands) all of it runs on the asking thread.
 */
#ifndef SERVER_SHARD_GATHER_H
#define SERVER_SHARD_GATHER_H

#include "server/commands/cmd.h"
#include "server/shard/shard.h"

struct control;

struct gather {
    /* set by gather_start */
    struct shard *asker;
    struct connection *connection;
    const struct command *command;
    struct span *argv; /* a copy of the command's arguments */
    uint32_t argc;
    uint32_t database;
    time_ms now;
    /* the caller's, set between gather_new and gather_start; void is freed with the gather */
    void *context;
    /* the gather's own */
    uint64_t members;
    uint32_t awaited;
    uint32_t part_size;
    char *parts; /* part_size bytes for each shard of the node, zeroed */
    void (*visit)(struct shard *shard, struct gather *gather, void *part);
    void (*finish)(struct gather *gather, struct reply *reply);
    /* the caller's; NULL: nothing. On the control thread, behind all visits; not in a section */
    void (*control_visit)(struct control *control, struct gather *gather);
    struct gather_message *messages;
    struct reply *reply; /* of the command, good until the handler returns */
    bool in_section;     /* all shards stand still: what is asked of them is done at once */
    uint64_t started_ticks;
};

/* A gather for the command at hand, which must be of SCOPE_NODE. */
struct gather *gather_new(struct cmd *cmd, size_t part_size,
                          void (*visit)(struct shard *shard, struct gather *gather, void *part),
                          void (*finish)(struct gather *gather, struct reply *reply));

/* Asks the shards of `members` (a bit each; section_all() for all); the client waits from here on.
 */
void gather_start(struct gather *gather, uint64_t members);

/* The part that a shard has filled, for finish. */
static inline void *gather_part(const struct gather *gather, uint32_t shard)
{
    return gather->parts + (size_t)shard * gather->part_size;
}

/* Both at once for the usual case: all shards. */
static inline struct gather *gather_all(struct cmd *cmd, size_t part_size,
                                        void (*visit)(struct shard *shard, struct gather *gather,
                                                      void *part),
                                        void (*finish)(struct gather *gather, struct reply *reply))
{
    struct gather *gather = gather_new(cmd, part_size, visit, finish);

    gather_start(gather, section_all(gather->asker->node));
    return gather;
}

/*
 * The same for something that concerns no client: `visit` on those shards, or on every one, then
 * `finish` on the asker with a NULL reply (finish may be NULL). Also for the asker being in the
 * middle of a command.
 */
void gather_unasked(struct shard *asker, uint64_t members, void *context, size_t part_size,
                    void (*visit)(struct shard *shard, struct gather *gather, void *part),
                    void (*finish)(struct gather *gather, struct reply *reply));
void gather_all_unasked(struct shard *asker, void *context, size_t part_size,
                        void (*visit)(struct shard *shard, struct gather *gather, void *part),
                        void (*finish)(struct gather *gather, struct reply *reply));

#endif
