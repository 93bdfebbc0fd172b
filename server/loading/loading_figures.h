/*
 * How the last load was, for INFO. Written by the control thread; any thread may read.
 */
#ifndef SERVER_LOADING_LOADING_FIGURES_H
#define SERVER_LOADING_LOADING_FIGURES_H

#include <stdatomic.h>
#include <stdint.h>

struct loading_figures {
    _Atomic uint64_t keys_loaded; /* from RDB */
    _Atomic uint64_t keys_expired;
    _Atomic uint64_t empty_keys_skipped;
    _Atomic uint64_t commands; /* run from a log */
};

#endif
