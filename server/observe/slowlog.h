/*
 * The slow log of a shard's clients; SLOWLOG gathers and merges all shards'.
 *
 * Ids count over the whole node, so that the newest have the highest, whichever shard they are on.
 *
 * Thread: the shard's.
 */
#ifndef SERVER_OBSERVE_SLOWLOG_H
#define SERVER_OBSERVE_SLOWLOG_H

#include "proto/base/list.h"
#include "proto/base/span.h"
#include "proto/base/time.h"

#include <stdint.h>

struct connection;
struct shard;

enum {
    /* What is kept of a command: so many arguments, so many bytes of each. */
    SLOWLOG_ARGUMENTS_MAX = 32,
    SLOWLOG_ARGUMENT_BYTES_MAX = 128,
};

struct slowlog_entry {
    struct list_link link;
    uint64_t id;
    int64_t second; /* Unix time */
    uint64_t duration_us;
    uint32_t argc;
    struct span *argv; /* cut; the last of many says how many more there were */
    char *address;     /* of the client */
    char *name;        /* of the client, "" when unset */
};

struct slowlog {
    struct list_link entries; /* the newest first */
    uint64_t count;
};

struct slowlog *slowlog_create(void);
void slowlog_destroy(struct slowlog *slowlog);

/* Adds a command that took `duration_us`, and drops the oldest beyond slowlog-max-len. */
void slowlog_add(struct shard *shard, const struct connection *connection, const struct span *argv,
                 uint32_t argc, uint64_t duration_us);

/* Forgets all entries. */
void slowlog_clear(struct slowlog *slowlog);

#endif
