/*
 * Loading: the node's data come from its files, an RDB file or the append-only log.
 *
 * All shards load at the same time. Each reads all of the files, which are mapped into memory, from
 * their beginning to their end, makes what lies in its own slots and goes past what does not; so
 * there is nothing to hand over, and files of a node with another number of shards are like others.
 * What concerns several shards at once (FLUSHALL in a log, RENAME from one shard's slot to
 * another's) is done when all shards have come to it, by one of them, while the others are parked.
 *
 * It is done in slices of the shards' turns: clients are served meanwhile, nearly all of them with
 * -LOADING.
 *
 *   control thread   loading_prepare              loading_settle: checksum, torn ends cut, done
 *                      |                             ^
 *   each shard         +--> loading_turn ... turn ---+ (a message when it is through)
 *
 * A file that is not sound is never believed: at the start the process ends and says what is wrong
 * where. What may be torn (the end of the log's last file, or of each shard's last file) is cut, if
 * `aof-load-truncated` allows it.
 *
 * Thread: loading_turn is the shard's; everything else the control thread's (loading_prepare at the
 * start: the main thread's, before there are others).
 */
#ifndef SERVER_LOADING_LOADING_H
#define SERVER_LOADING_LOADING_H

#include "proto/base/span.h"
#include "server/shard/node.h"

#include <stdbool.h>
#include <stdint.h>

struct config;
struct control;
struct loading;
struct loading_shard;
struct text_buffer;

enum loading_source {
    LOADING_SNAPSHOT, /* `dbfilename` */
    LOADING_LOG,      /* what the manifest in `appenddirname` lists, or the one file before there
                         were manifests */
};

/* Why a load could not begin, or came to nothing. */
enum { LOADING_ERROR_MAX = 512 };

struct loading_request {
    enum loading_source source;
    const char *path; /* of a snapshot that is not `dbfilename`; NULL */
    bool flush;       /* what is there goes first */
    bool merge;       /* keys that are there already are replaced; else that is an error */
    /* Called when all shards serve again. NULL: this is the start, and a failure ends the process.
     */
    void (*done)(struct control *control, const char *error, void *context);
    void *context;
};

/*
 * At the start, before the shards' threads: decides what is to be loaded, opens and maps it. From
 * here on node->loading is true, if there is something. False: the log says why the node must not
 * start.
 */
bool loading_prepare(struct node *node, const struct config *config);

/* At any time later, while writes are held. False: nothing was begun, and `error` says why. */
bool loading_start(struct control *control, const struct loading_request *request,
                   char error[LOADING_ERROR_MAX]);

/* Calls `done` when what was logged is in the log's files, while writes are held. False: somebody
 * else waits for that. */
bool loading_await_log(struct control *control,
                       void (*done)(struct control *control, void *context), void *context);

/* A slice of the shard's part of it, while shard->loading is not NULL. True: more can be done at
 * once. */
bool loading_turn(struct shard *shard);

/* Tells the log how far it is, every so often. */
void loading_tick(struct control *control);

/* Fields of INFO persistence, by any shard's thread: the first ones, and those of a load that is
 * under way. */
void loading_write_state(bool loading, struct text_buffer *text);
void loading_write_progress(const struct shard *shard, struct text_buffer *text);

/* How much of it is loaded, of 1. Any thread. */
double loading_share(const struct loading *loading);

/* The node ends. */
void loading_close(struct node *node);

#endif
