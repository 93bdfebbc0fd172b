/*
 * What INFO tells about the append-only file. Written by the control thread, read by any.
 */
#ifndef SERVER_APPEND_ONLY_APPEND_FIGURES_H
#define SERVER_APPEND_ONLY_APPEND_FIGURES_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

struct append_figures {
    _Atomic bool enabled;
    _Atomic bool rewriting;
    _Atomic bool rewrite_wanted; /* one is to begin, at once or when it can */
    _Atomic bool rewrite_scheduled;
    _Atomic bool rewrite_failed;        /* the last one */
    _Atomic int64_t rewrite_started_ms; /* monotonic; of the one under way */
    _Atomic int64_t rewrite_seconds;    /* of the last one; -1: none yet */
    _Atomic uint64_t rewrites;
    _Atomic uint64_t rewrite_failures; /* since the last that succeeded */
    _Atomic uint64_t base_size;        /* of all files just after the last rewrite or the start */
    _Atomic uint64_t size_before;      /* of what is not counted by the logs' positions ... */
    _Atomic uint64_t position_before;  /* ... which were here then */
};

#endif
