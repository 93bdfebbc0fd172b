/*
 * The append-only file of one shard: its journal's records on their way to the disk.
 *
 * Records gather in memory; once per turn all that has gathered goes to the disk in one write.
 * So what comes while a write is under way leaves together with the next (group
 * commit). `appendfsync` says what else:
 *
 *   always    a write is over when it is on the disk; answers to what it holds wait for that
 *             (append_hold.h). A few are under way: as soon as one is in the file, the next
 *             begins, and the disk takes them together
 *   everysec  a second operation forces what is written to the disk once a second
 *   no        nothing does
 *
 * No thread ever waits for the disk. When it is slower than the writes for long, answers to writes
 * wait until less than APPEND_BACKLOG_MAX bytes of the node have gathered; nothing is refused.
 *
 * Positions count the bytes appended since the start, over all files:
 *
 *   synced <= written <= appended
 *
 * *Generations*: a *cut* (FLUSHALL over several shards, a rewrite) ends a file of every shard at
 * one moment, and what follows goes to the next *set* of files, of the next generation. Nothing of
 * a generation is written before everything of all shards' earlier ones is on the disk, so files
 * of an earlier set are complete wherever those of a later one hold anything.
 *
 * Transactions over several shards have a part in each one's log, and mean nothing before all
 * parts are on the disk: until then nothing behind a part is acknowledged.
 *
 * Errors: what could not be written stays in memory, what was written of it is cut off again, and
 * it is tried again each second. Meanwhile the node refuses writes (DENIAL_LOG), and whoever waits
 * for an acknowledgement is told.
 *
 * Owner: the shard. Records are appended by whoever may touch the shard's data. The atomics may be
 * read by any thread.
 */
#ifndef SERVER_APPEND_ONLY_APPEND_LOG_H
#define SERVER_APPEND_ONLY_APPEND_LOG_H

#include "proto/base/list.h"
#include "proto/base/time.h"
#include "server/append_only/append_buffer.h"
#include "server/append_only/append_figures.h"
#include "server/journal/journal.h"
#include "server/reactor/file.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

struct append_file;
struct append_transaction;
struct shard;

enum {
    /* Of the node: answers wait while more has gathered in memory. */
    APPEND_BACKLOG_MAX = 256 * 1024 * 1024,
    APPEND_WRITE_PARTS = 256,
    APPEND_WRITES_MAX = 4,
};

/* One write on its way. */
struct append_write {
    struct file_operation operation; /* first */
    struct append_log *log;
    uint64_t length;
    bool durable;
    bool in_file; /* the next may begin */
    bool over;
    int result;
    struct iovec parts[APPEND_WRITE_PARTS];
};

/* What the logs of a node share. */
struct append_logs {
    uint32_t count;
    struct append_log **of;      /* by shard; they live as long as the node */
    _Atomic bool skips_sync;     /* a snapshot is being written, and no-appendfsync-on-rewrite */
    _Atomic bool promises;       /* the log is in use: it has a base, and answers wait for it */
    _Atomic bool ends;           /* shards are told to detach: a cut on its way attaches none */
    _Atomic uint64_t generation; /* that is appended to */
    struct append_figures figures;
    pthread_mutex_t denial_lock;
    /* whoever runs a section */
    struct append_transaction *transaction; /* whose parts are being appended */
    uint32_t cut_calls;                     /* so many shards have been told of a cut */
    bool cuts;                              /* and it is one */
    uint64_t elsewhere_at_cut;              /* bytes of all logs but the first at the last one */
};

struct append_log {
    struct journal_reader reader;
    struct append_logs *logs;
    struct shard *shard;

    /* owner only */
    struct append_buffer buffer;
    uint64_t generation;       /* of what is appended now */
    uint32_t database;         /* that is selected there; UINT32_MAX: none */
    int64_t annotated_seconds; /* the last #TS */
    bool begun;                /* its first line is there */
    struct list_link files;    /* of the generation that is being written, and later ones */
    struct list_link parts;    /* of transactions, not yet known to be complete */
    uint64_t written;
    uint64_t synced;
    bool syncing;
    bool due;             /* something has changed: see append_log_turn */
    bool stopping;        /* detached; what is left goes to the disk */
    uint64_t sync_wanted; /* up to here at once, whatever the policy */
    uint64_t sync_until;
    time_ms written_at;
    time_ms sync_at;  /* everysec: the next one */
    time_ms retry_at; /* after an error */
    int write_error;
    int sync_error;
    struct file_operation sync;
    struct append_write writes[APPEND_WRITES_MAX]; /* under way: a ring */
    uint32_t write_first;
    uint32_t write_count;
    uint64_t write_bytes; /* of all of them */
    bool write_failed;    /* one of them: no other begins before all are over */

    /* atomic */
    _Alignas(64) _Atomic uint64_t appended;
    _Atomic uint64_t acknowledged; /* answers to what was appended so far may go */
    _Atomic uint64_t durable;      /* on the disk, for WAITAOF */
    _Atomic uint64_t finished;     /* all of earlier generations is on the disk */
    _Atomic uint64_t watchers;     /* shards that wait for a change of these, a bit each */
    _Atomic uint64_t backlog;      /* bytes not written */
    _Atomic int failing;           /* errno; 0: well */
    _Atomic bool crowded;          /* too much has gathered */
    _Atomic bool sync_pending;
    _Atomic bool stopped; /* detached, with nothing left to do */
    _Atomic uint64_t syncs_delayed;
};

struct append_log *append_log_create(struct append_logs *logs, struct shard *shard);
void append_log_destroy(struct append_log *log);

/* ---- On the shard ---- */

/* From now on records go to files of this generation. */
void append_log_attach(struct append_log *log, uint64_t generation);
/* No more records; what there is goes to the disk, and then the files are closed. */
void append_log_detach(struct append_log *log);
/* Is everything on the disk? */
bool append_log_is_idle(const struct append_log *log);

/* The file of a generation, open for writing, empty, in ascending order. Takes the descriptor
 * over. */
void append_log_add_file(struct append_log *log, uint64_t generation, int fd);

/* Asks for all that was appended so far to be on the disk soon, whatever the policy. */
void append_log_want_sync(struct append_log *log);

/* Writes, syncs, tries again: once per turn, before answers are sent. */
void append_log_turn(struct append_log *log);
/* When the next turn is needed at the latest. */
time_ms append_log_deadline(const struct append_log *log);
/* Is there anything to be done by the shard's thread, should it sleep? After its data were
 * borrowed. */
bool append_log_is_due(const struct append_log *log);

/* ---- In a section over all shards ---- */

/* What is appended from now on belongs to the next generation. */
void append_logs_cut(struct append_logs *logs);

/* ---- For append_part.c ---- */

void append_log_tell_all(struct append_log *log);

/* ---- By any thread ---- */

/* The position of the end. */
static inline uint64_t append_log_appended(const struct append_log *log)
{
    return atomic_load_explicit(&log->appended, memory_order_relaxed);
}

#endif
