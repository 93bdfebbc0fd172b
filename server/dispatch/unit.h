/*
 * A unit: commands that run one after the other with nothing of anybody in between.
 *
 * What EXEC runs; and whatever else has a vector of commands to run as one. A unit keeps copies of
 * the arguments, in a few blocks of memory.
 *
 * Owner: whoever fills it; while it runs on another shard, that shard.
 */
#ifndef SERVER_DISPATCH_UNIT_H
#define SERVER_DISPATCH_UNIT_H

#include "server/dispatch/batch.h"

#include <stdbool.h>
#include <stdint.h>

struct access_notes;
struct errand_asker;
struct node;
struct reply;
struct section;
struct unit_block;
struct user;

struct unit_command {
    struct unit_command *next;
    const struct command *command;
    const struct span *argv;
    struct key key; /* the first key, if there is one */
    uint64_t duration_us;
    uint32_t argc;
    uint32_t database; /* that was selected behind it */
    uint16_t target;   /* see enum batch_target */
};

/* Where a unit can run. */
enum unit_place {
    UNIT_HERE,    /* on the connection's shard */
    UNIT_AWAY,    /* all of it on one other shard */
    UNIT_SECTION, /* in an exclusive section over `shards` */
};

struct unit {
    struct unit_command *first;
    struct unit_command *last;
    struct unit_block *blocks;
    uint64_t count;
    size_t memory;
    uint64_t shards; /* whose data it needs, a bit each */
    uint32_t flags;  /* of all its commands together */
    bool at_home;    /* some command needs the connection's shard */
    bool whole_node; /* some command is about the whole node */
    bool has_script; /* some command may take long */
    bool wants_data; /* some command needs data that are not out of date */
    bool has_errand; /* some command is the control thread's */
};

/* Adds a command whose target has been found. */
void unit_add(struct unit *unit, const struct node *node, const struct batch_item *item);

/* Where it is to run, for a connection of shard `home`, when `more` shards are needed besides. With
 * UNIT_SECTION *members are the shards concerned, with UNIT_AWAY the one shard. */
enum unit_place unit_place_of(const struct unit *unit, const struct shard *home, uint64_t more,
                              uint64_t *members);

struct unit_site {
    struct shard *shard;           /* whose thread, or borrowed by whom, runs it */
    struct section *section;       /* other shards' data, or NULL */
    struct connection *connection; /* NULL on another shard than the connection's */
    const struct user *user;       /* without a connection: who runs it; NULL: may everything */
    struct access_notes *notes;    /* takes what is denied; may be NULL */
    struct route_pass pass;        /* of the whole; its gate is passed */
    uint32_t database;             /* without a connection */
    bool no_touch;
    uint64_t tracker;           /* likewise */
    struct errand_asker *asker; /* takes the control thread's answers; else NULL */
};

/* Runs the commands and writes an array of their replies. Errors end nothing. */
void unit_run(struct unit *unit, const struct unit_site *site, struct reply *reply);

/* Runs one of them and writes its reply. `start` is where the answer of the whole unit begins: a
 * command that makes it too long has an error for its part of it. */
void unit_run_one(struct unit_command *queued, const struct unit_site *site, struct reply *reply,
                  size_t start);

/* Reports the commands that have been run for a client: MONITOR, slow log, latency. On the
 * connection's shard. */
void unit_report(const struct unit *unit, struct connection *connection);

void unit_free(struct unit *unit);

#endif
