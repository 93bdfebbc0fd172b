/*
 * The append-only file of the node: its directory, its sets of files, its rewrites.
 *
 * The control thread makes the files of a set, lists them in the manifest, and hands their
 * descriptors to the shards, whose logs write them (append_log.h). Where a cut may come at any
 * moment (FLUSHALL over several shards) the next set is made and listed ahead.
 *
 * A rewrite writes all data at one moment to a new base (server/snapshot); at that moment all logs
 * go on with the next set of files. When the base is on the disk the manifest lists it with that
 * set and what came later, and the files before are deleted.
 *
 *   OFF ---> STARTING ---> ON ---> STOPPING ---> OFF
 *    |  (a first rewrite)   ^
 *    +----------------------+  at the start of the node, when the data came from the log
 *
 * While STARTING the node's log is written, but nothing on disk refers to it: answers do not wait.
 *
 * Owner: the control thread.
 */
#ifndef SERVER_APPEND_ONLY_APPEND_ONLY_H
#define SERVER_APPEND_ONLY_APPEND_ONLY_H

#include <stdbool.h>
#include <stdint.h>

struct append_only; /* control->append_only */
struct control;
struct info;
struct node;
struct text_buffer;

/* Makes the logs of all shards, none in use. Before their threads run. */
void append_only_create(struct node *node);
void append_only_destroy(struct node *node);

void append_only_open(struct control *control);
void append_only_close(struct control *control);

/*
 * At the start, when everything is loaded and before any client's command runs: from now on every
 * write is logged, if `appendonly` says so. `loaded_elsewhere`: the data do not come from the log,
 * so it needs a base. Blocks. False: the log says why the node must not start.
 *
 * `ready` is called when every shard logs, at once or later: only then may anybody be served, since
 * what one shard is asked for may be written by another.
 */
bool append_only_begin(struct control *control, bool loaded_elsewhere,
                       void (*ready)(struct control *control, void *context), void *context);

/* Every 100 ms. */
void append_only_tick(struct control *control);
/* Is something done to the directory, which should not be left in the middle of it? */
bool append_only_is_busy(const struct control *control);
/* Is it switched on, with its first base not yet on the disk? */
bool append_only_is_starting(const struct control *control);
/* Is all that the node has in the log, on the disk or on its way there? */
bool append_only_keeps(const struct control *control);
/* The configuration has changed. */
void append_only_settings(struct control *control);

/* All data are replaced in between: the log ends with the old ones, and begins again with all of
 * the new ones. What is on the disk until then is the old data. */
void append_only_suspend(struct control *control);
void append_only_resume(struct control *control);

enum append_rewrite { APPEND_REWRITE_STARTED, APPEND_REWRITE_SCHEDULED, APPEND_REWRITE_UNDER_WAY };

/* BGREWRITEAOF. */
enum append_rewrite append_only_rewrite(struct control *control);

/* INFO persistence: the fields that begin with aof_. By any shard. */
void append_only_write_info(const struct info *info, struct text_buffer *text);

#endif
