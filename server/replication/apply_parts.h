/*
 * A step of the stream, as the control thread makes it and the shards run it: for apply.c,
 * apply_route.c and apply_run.c alone.
 */
#ifndef SERVER_REPLICATION_APPLY_PARTS_H
#define SERVER_REPLICATION_APPLY_PARTS_H

#include "proto/base/list.h"
#include "proto/replication/command_stream.h"
#include "proto/resp/reply.h"
#include "server/dispatch/batch.h"
#include "server/replication/apply.h"
#include "server/shard/mailbox.h"
#include "server/shard/section.h"

#include <stdatomic.h>

struct apply_step;
struct connection;

struct apply_command {
    const struct command *command;
    struct key key;
    uint32_t argv; /* index of the first one among the part's spans */
    uint32_t argc;
    uint32_t database;
    uint16_t shard;   /* of its keys; in a section: that it runs on */
    bool has_key;     /* `key` is one that can be fetched ahead */
    bool is_spread;   /* over several shards, or about the whole node */
    bool opens_unit;  /* it is the first of a transaction, */
    bool closes_unit; /* or the last */
};

/* Commands and their arguments, which lie in the stream's blocks. */
struct apply_list {
    struct apply_command *commands;
    struct span *spans;
    uint32_t count;
    uint32_t capacity;
    uint32_t span_count;
    uint32_t span_capacity;
};

struct apply_part {
    struct message message; /* first */
    struct apply_step *step;
    struct apply_list list;
};

enum apply_step_state { STEP_WAITS, STEP_POSTED, STEP_APPLIED };

struct apply_step {
    struct list_link link;
    struct apply *apply;
    int64_t start; /* offsets of the stream */
    int64_t end;
    uint32_t database; /* that is selected at the end */
    enum apply_step_state state;
    bool asked;       /* there is a REPLCONF GETACK in it */
    uint64_t members; /* of a section: the shards; 0: it is none, and the parts go their own ways */
    uint32_t awaited; /* parts that are not back */
    uint32_t command_count; /* of all parts */
    struct section section;
    struct apply_part parts[]; /* by shard; of a section: the first one */
};

/* What a shard needs to run commands; the shard's own. */
struct apply_seat {
    struct reply reply;
    struct connection *caller; /* NULL until it is needed */
};

struct apply {
    struct control *control;
    struct apply_observer observer;
    struct command_stream stream;
    bool open;      /* there is a stream */
    int64_t offset; /* applied */
    int64_t taken;  /* what is in steps ends here */
    uint32_t applied_database;
    uint32_t pauses;

    /* reading */
    uint32_t database;      /* selected */
    bool in_transaction;    /* behind a MULTI */
    int64_t unit_start;     /* where that is */
    uint32_t unit_database; /* that was selected there */
    uint64_t unit_members;
    struct apply_list unit;
    struct apply_step *current; /* being filled; NULL */
    uint64_t strange;           /* commands that were not run, or were answered with an error */

    struct list_link steps; /* not applied, in order */
    uint32_t posted;
    struct list_link spare; /* steps to be used again */
    uint32_t spare_count;
    struct apply_seat *seats; /* by shard */

    /* atomic */
    _Atomic uint32_t errors; /* that commands were answered with */
};

/* ---- Lists, apply_route.c ---- */

void apply_list_add(struct apply_list *list, const struct apply_command *command,
                    const struct span *argv);
void apply_list_append(struct apply_list *list, const struct apply_list *from);
void apply_list_clear(struct apply_list *list);
void apply_list_free(struct apply_list *list);

/* Where a command goes. */
enum apply_place {
    APPLY_TO_SHARD,
    APPLY_TO_SECTION, /* of `members` */
    APPLY_NOWHERE,    /* it does nothing here */
    APPLY_UNKNOWN,    /* it is no command */
};

/* Fills everything of the command but where its arguments are. */
enum apply_place apply_route(const struct apply *apply, const struct span *argv, uint32_t argc,
                             struct apply_command *command, uint64_t *members);

/* ---- On the shards, apply_run.c ---- */

void apply_part_deliver(struct message *message, void *receiver);
void apply_section_deliver(struct message *message, void *receiver);
void apply_seat_free(struct apply_seat *seat);

#endif
