/*
 * Runs a program's tests once with each kind of reactor that this system has, which is at least
 * one.
 */
#ifndef TESTS_UNIT_REACTOR_KINDS_H
#define TESTS_UNIT_REACTOR_KINDS_H

#include "server/reactor/reactor.h"

static enum reactor_kind kind; /* of this run of the tests */

#define RUN_WITH_EACH_KIND(tests)                                                                  \
    ({                                                                                             \
        int failed = 0;                                                                            \
        char reason[REACTOR_REASON_MAX];                                                           \
                                                                                                   \
        for (kind = 0; kind < REACTOR_KINDS; kind++) {                                             \
            if (reactor_is_possible(kind, 1, reason))                                              \
                failed += cmocka_run_group_tests_name(reactor_kind_name(kind), tests, NULL, NULL); \
            else                                                                                   \
                print_message("no %s here: %s\n", reactor_kind_name(kind), reason);                \
        }                                                                                          \
        failed;                                                                                    \
    })

#endif
