/*
 * Commands of one turn, gathered so that they can be run together.
 *
 * Parsed commands, whosever they are, are put into the shard's batch in their order of arrival.
 * While further ones are read, the tables and entries of their keys are fetched ahead, a step at a
 * time; running the batch then takes the commands in order, here or by a hop. That hides the
 * latency of memory; it is why a batch exists.
 *
 * Owner: the shard. Arguments are views into receive buffers, which the batch keeps pinned until it
 * has run.
 */
#ifndef SERVER_DISPATCH_BATCH_H
#define SERVER_DISPATCH_BATCH_H

#include "proto/base/span.h"
#include "server/dispatch/route.h"
#include "storage/keyspace.h"

#include <stdbool.h>
#include <stdint.h>

struct command;
struct connection;
struct receive_buffer;
struct shard;

enum {
    BATCH_ITEMS_MAX = 64,
    BATCH_SPANS_MAX = 1024,
    BATCH_BUFFERS_MAX = BATCH_ITEMS_MAX,
};

/* Where a command goes, found when it is put into the batch. */
enum batch_target {
    TARGET_HERE = 0xfff0,       /* any number below: the shard of that index */
    TARGET_SECTION = 0xfff1,    /* keys of several shards: an exclusive section */
    TARGET_CROSS_SLOT = 0xfff2, /* keys of several slots in cluster mode */
    TARGET_UNKNOWN = 0xfff3,    /* no such command */
    TARGET_ARITY = 0xfff4,      /* a wrong number of arguments */
    TARGET_BAD_KEYS = 0xfff5,   /* arguments that do not say where the keys are */
    TARGET_SLOT_HERE = 0xfff6,  /* WATCH and shard channels in cluster mode: here, but the slot must
                                   be this node's */
    TARGET_EXEC = 0xfff7,       /* EXEC: where its transaction belongs */
};

struct batch_item {
    struct connection *connection;
    const struct command *command;
    const struct span *argv;
    struct key key; /* the first key, when the command has any */
    uint32_t argc;
    uint16_t target; /* enum batch_target or a shard */
    bool has_key;
    struct route_pass pass; /* set by admission */
};

struct batch {
    uint32_t count;
    uint32_t at; /* the one that runs */
    uint32_t span_count;
    uint32_t buffer_count;
    uint32_t words_fetched;   /* items whose table's words are on their way into the cache */
    uint32_t entries_fetched; /* likewise their entries */
    bool running;
    struct batch_item items[BATCH_ITEMS_MAX];
    struct span spans[BATCH_SPANS_MAX];
    struct receive_buffer *buffers[BATCH_BUFFERS_MAX];
};

/* Room for the arguments of the next command: at least one span, more when the batch is empty. */
static inline struct span *batch_spans(struct batch *batch, uint32_t *capacity)
{
    *capacity = BATCH_SPANS_MAX - batch->span_count;
    return &batch->spans[batch->span_count];
}

/* Keeps the buffer of the command that is put next pinned until the batch has run. */
void batch_hold(struct shard *shard, struct receive_buffer *buffer);

/*
 * Puts a command into the batch: looks it up, finds its keys and where they live. The batch may run
 * to make room, and runs at once when the command may change how the connection's next
 * bytes are read. argv lies in batch_spans; elsewhere, the caller runs the batch before it goes.
 *
 * False: not now. The connection's earlier commands are to be answered first, or clients are
 * paused; the bytes stay unread and the connection is processed again later.
 */
bool batch_put(struct shard *shard, struct connection *connection, const struct span *argv,
               uint32_t argc);

/* Where a command goes: fills command, key and has_key from argv and argc, and returns the target.
 */
uint16_t batch_target_of(const struct shard *shard, struct batch_item *item);

/* In the middle of a script that runs long: answers those behind it in the batch, but for those of
 * this connection, and of one whose input is being read; those, and what cannot be answered now,
 * stay. */
void batch_answer_in_pause(struct shard *shard, const struct connection *but);

/* Runs all commands of the batch. */
void batch_run(struct shard *shard);

#endif
