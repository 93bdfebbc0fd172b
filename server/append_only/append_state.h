/*
 * What the control thread knows of the append-only file; for append_only.c and append_rewrite.c
 * alone.
 *
 * Whatever changes the directory takes turns: one *job* at a time (busy), each of which ends by
 * looking for the next (append_state_advance).
 */
#ifndef SERVER_APPEND_ONLY_APPEND_STATE_H
#define SERVER_APPEND_ONLY_APPEND_STATE_H

#include "server/append_only/append_directory.h"
#include "server/append_only/append_log.h"
#include "server/append_only/append_only.h"
#include "server/append_only/file_replacement.h"
#include "server/snapshot/snapshot.h"

enum append_state { APPEND_OFF, APPEND_STARTING, APPEND_ON, APPEND_STOPPING };

struct append_only {
    struct control *control;
    struct append_logs *logs;
    struct append_directory directory;
    bool directory_open;
    bool begun;     /* what was to be loaded is loaded */
    bool suspended; /* see append_only_suspend */
    enum append_state state;
    bool detaching; /* not all shards have been told that the log ends */
    bool busy;
    int64_t next_try_ms; /* monotonic: after a failure */

    /* sets of files */
    uint64_t generation_made; /* the last whose files the shards have */
    int *fds;                 /* of the set that is being made */
    uint32_t fd_count;
    char *path; /* of the file that is being opened or deleted */
    struct file_operation operation;
    struct file_replacement replacement;
    void (*saved)(struct append_only *self, int error);

    /* the rewrite */
    bool rewriting;      /* a snapshot is being written, or waits in line */
    bool base_ready;     /* it is written, and to be listed */
    bool base_is_in_use; /* the rewrite was for a log in use */
    uint64_t snapshot;
    char *base; /* its name */
    uint64_t base_bytes;
    uint64_t cut_generation;
    uint64_t cut_position;
    int64_t next_rewrite_ms; /* monotonic: by itself */
};

/* Begins the next job, if there is one. */
void append_state_advance(struct append_only *self);
/* The job is over; after a failure the next one waits a second. */
void append_state_over(struct append_only *self, bool failed);
/* Writes the manifest. */
void append_state_save(struct append_only *self,
                       void (*saved)(struct append_only *self, int error));

/* The sum of all logs' positions. */
uint64_t append_state_position(const struct append_only *self);

/* ---- append_rewrite.c ---- */

/* Is a rewrite to begin, and: let one begin, or not. */
bool append_rewrite_is_wanted(const struct append_only *self);
void append_rewrite_want(struct append_only *self, bool wanted);

/* Begins a rewrite; false when there is nothing to do for it now. */
bool append_rewrite_advance(struct append_only *self);
void append_rewrite_tick(struct append_only *self, int64_t now_ms);
void append_rewrite_cancel(struct append_only *self);
/* What it needs cannot be had. */
void append_rewrite_give_up(struct append_only *self);

#endif
