/*
 * What the files of replication share among themselves: the primary's side and the replica's each
 * have a part of their own, which the other does not look into.
 *
 * Owner: the control thread.
 */
#ifndef SERVER_REPLICATION_REPLICATION_PARTS_H
#define SERVER_REPLICATION_REPLICATION_PARTS_H

#include "server/replication/replicas.h"
#include "server/replication/replication.h"
#include "server/replication/replication_farewell.h"
#include "server/replication/replication_report.h"
#include "server/replication/replication_stream.h"

struct failover;
struct role;

struct replication {
    struct replication_identity identity;
    struct replication_stream stream;
    struct replicas replicas;
    struct replication_farewell farewell;
    struct list_link syncs;    /* full synchronisations */
    struct list_link waits;    /* of clients, see replication_wait.h */
    struct role *role;         /* the replica's side: role.c */
    struct failover *failover; /* failover.c; NULL before the first */
};

#endif
