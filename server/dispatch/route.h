/*
 * What the cluster says about a command: MOVED, ASK, TRYAGAIN, CLUSTERDOWN.
 *
 * It is asked twice. Before a command is kept or sent on, the view says whose slot it is
 * (route_admits). While a slot is handed over, that is not all: each key is here or at the other
 * node already. So the command takes a pass along, and in the moment in which it runs, on the shard
 * that has the keys, these are looked at (route_keys_admit). The same happens when that shard knows
 * a later view than the one that let the command through: once a view is published, nothing runs
 * that it would not have admitted.
 *
 * Keys of a transaction are looked at when EXEC runs, not as its commands are kept.
 *
 * Thread: the shard's; of the second half, whoever runs the command.
 */
#ifndef SERVER_DISPATCH_ROUTE_H
#define SERVER_DISPATCH_ROUTE_H

#include "proto/resp/reply.h"

#include <stdbool.h>
#include <stdint.h>

struct cmd;
struct command;
struct connection;
struct shard;
struct transaction;
struct unit_site;

/* What is to be looked at where the keys are. */
enum route_gate {
    ROUTE_GATE_NONE,
    ROUTE_GATE_MIGRATING, /* what is not here is where the slot goes */
    ROUTE_GATE_IMPORTING, /* the client asks for what has come */
    ROUTE_GATE_AGAIN,     /* the view has changed on the way: everything */
};

/* Goes along with a command. */
struct route_pass {
    uint8_t gate;   /* enum route_gate */
    uint8_t client; /* enum view_client */
    bool asking;    /* ASKING, by the client or by the command itself */
    bool readonly;  /* READONLY: the client reads from replicas */
};

/* What the cluster is asked. */
struct route {
    uint16_t slot;
    bool crosses; /* there are keys of other slots */
    bool writes;
    bool shard_channels; /* not keys */
    bool moves_keys;     /* MIGRATE: at home on both sides of an open slot */
    struct route_pass pass;
};

/* The pass of a connection's command, its gate not yet known. */
struct route_pass route_pass_of(const struct connection *connection, const struct command *command);
/* The same for one that was admitted with this pass, which is empty when nothing stood in its way.
 */
struct route_pass route_pass_whole(struct route_pass admitted, const struct connection *connection,
                                   const struct command *command);

/* May this node run it, as far as the slot's owner decides? False: the error is replied. True:
 * route->pass.gate is set. */
bool route_admits(const struct shard *shard, struct reply *reply, struct route *route);

/* May the command, which has a pass with a gate, run on these keys? False: the error is replied. */
bool route_keys_admit(struct cmd *cmd);
/* The same for a transaction. */
bool route_transaction_admits(struct transaction *transaction, const struct unit_site *site,
                              struct reply *reply);

/* May a client go on waiting for keys of the slot? False: the error is replied. */
bool route_keeps_waiting(const struct shard *shard, struct reply *reply,
                         const struct command *command, uint16_t slot, struct route_pass pass);

/* May a script that runs, with its own pass, use the keys of a command: are they here, or may they
 * be made here? */
bool route_keys_are_local(const struct cmd *script, const struct command *command,
                          const struct span *argv, uint32_t argc);

#endif
