/*
 * Saving: snapshots of the node into the file `dbfilename`. When (SAVE, BGSAVE, the points of the
 * directive `save`, FLUSHALL, SHUTDOWN), one at a time, and what is known of how it went: LASTSAVE,
 * INFO persistence, and that writes are refused while the last one failed.
 *
 * A save in the *background* is what clients see as such (rdb_bgsave_in_progress); one in the
 * *foreground* has somebody waiting for it, and nobody else notices.
 *
 * Thread: the control thread, but for what is atomic.
 */
#ifndef SERVER_SNAPSHOT_SAVE_H
#define SERVER_SNAPSHOT_SAVE_H

#include "proto/base/time.h"

#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct control;
struct saving; /* control->saving */

/* In the node, for everybody to read. Written by the control thread. */
struct save_status {
    _Atomic time_ms last_save;    /* when the last was complete; the start, before any */
    _Atomic uint64_t changes;     /* of the node, at its cut */
    _Atomic bool last_failed;     /* the last one in the background */
    _Atomic int64_t last_seconds; /* that it took; -1: there was none */
    _Atomic time_ms began;        /* the one under way in the background; 0: there is none */
    _Atomic bool scheduled;       /* one will begin when nothing else is written */
    _Atomic uint64_t saves;       /* that succeeded */
    _Atomic size_t last_memory;   /* that the last in the background took at most */
    /* of whatever snapshot is under way, zeroes without one */
    _Atomic uint64_t keys_total;
    _Atomic uint64_t keys_done;
    _Atomic size_t memory;
    _Atomic size_t memory_peak;
    _Atomic time_ms memory_at; /* when `memory` was looked at */
};

void save_status_init(struct save_status *status, time_ms now);

/* How a save went: NULL, or why it failed. The text lives for the call. */
typedef void save_done(struct control *control, const char *error, void *context);

/* Saves; one that waits for another snapshot begins after it. Returns the snapshot's number. */
uint64_t save_in_foreground(struct control *control, save_done *done, void *context);

enum save_answer {
    SAVE_STARTED,
    SAVE_SCHEDULED,
    SAVE_IN_PROGRESS, /* one is under way in the background */
    SAVE_BUSY,        /* something else is written, and nobody wanted to wait for that */
};

/* When one was STARTED, `begun` is called as soon as it has its moment: what is written from then
 * on is not in it. Or when there will be none, for it is over. Never from within. */
enum save_answer save_in_background(struct control *control, bool schedule,
                                    void (*begun)(struct control *control, void *context),
                                    void *context);

enum save_cancelled { SAVE_NONE_CANCELLED, SAVE_CANCELLED, SAVE_UNSCHEDULED };

/* Gives up the one in the background, or forgets that one is scheduled. */
enum save_cancelled save_cancel(struct control *control);

bool save_is_in_background(const struct control *control);

/* The changes so far are no changes: they came out of files. */
void save_forget_changes(struct control *control);

/* ---- For control.c ---- */

void save_open(struct control *control);
void save_tick(struct control *control);
void save_settings(struct control *control);
/* Nothing is begun any more. */
void save_close(struct control *control);
void save_free(struct control *control);

#endif
