/*
 * Faults of the cluster bus that tests ask for (DEBUG): as if the network did it.
 *
 * Thread: set on shards, read by the control thread. All 0: none.
 */
#ifndef SERVER_BUS_BUS_FAULTS_H
#define SERVER_BUS_BUS_FAULTS_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

struct bus_faults {
    _Atomic uint32_t dropped; /* messages whose type's bit is set are not received, ... */
    _Atomic bool closes;      /* ... and end the link by which they come */
    _Atomic bool keeps_apart; /* no link to another node can be connected */
};

#endif
