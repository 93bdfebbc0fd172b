/*
 * What INFO tells of the bus's port. The control thread writes, all others read.
 */
#ifndef SERVER_BUS_BUS_REPORT_H
#define SERVER_BUS_BUS_REPORT_H

#include <stdatomic.h>
#include <stdint.h>

struct bus_report {
    _Atomic uint64_t unproven;  /* links that were ended because they did not prove the secret */
    _Atomic uint64_t displaced; /* strangers' links that were ended for want of room */
    _Atomic uint64_t strangers; /* links of nobody that is known, now */
};

#endif
