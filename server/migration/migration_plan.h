/*
 * What an export is to do, as its flows see it: does not change while they live.
 */
#ifndef SERVER_MIGRATION_MIGRATION_PLAN_H
#define SERVER_MIGRATION_MIGRATION_PLAN_H

#include "cluster/cluster_node.h"
#include "server/migration/slot_set.h"

#include <stdbool.h>
#include <stdint.h>

enum { MIGRATION_USER_MAX = 255, MIGRATION_PASSWORD_MAX = 512 };

struct migration_plan {
    struct node_id name;
    struct slot_set slots;
    char host[CLUSTER_NODE_IP_MAX + 1];
    uint16_t port;
    bool tls;
    char user[MIGRATION_USER_MAX + 1];
    char password[MIGRATION_PASSWORD_MAX];
    size_t password_length;    /* 0: none */
    uint64_t bytes_per_second; /* of a flow; 0: as fast as it goes */
    uint64_t little;           /* so many bytes on their way are few enough for the hand-over */
};

/* Lives as long as the plan. */
static inline struct span migration_plan_password(const struct migration_plan *plan)
{
    return span_of(plan->password, plan->password_length);
}

#endif
