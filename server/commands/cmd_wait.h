/*
 * What a handler that runs out of something says of its wait (cmd_wait_for_keys in cmd.h), for
 * those who run handlers.
 *
 * Owner: whoever runs the command. A command without one may not wait.
 */
#ifndef SERVER_COMMANDS_CMD_WAIT_H
#define SERVER_COMMANDS_CMD_WAIT_H

#include "server/commands/cmd.h"

#include <stdbool.h>
#include <stdint.h>

struct cmd_wait {
    bool again;      /* the command has waited already; what is said below was said then */
    bool waits;      /* the handler has returned without a reply */
    bool until_gone; /* see cmd_wait_until_gone */
    enum value_type type;
    enum cmd_wait_reply at_timeout;
    uint32_t first; /* the keys: `count` arguments from here on */
    uint32_t count;
    time_ms deadline;
    struct span *argv;  /* the arguments of later runs; NULL: those of this run */
    uint32_t *replaced; /* which of them are copies of their own */
    uint32_t replaced_count;
};

/* Gives up copies of arguments. */
void cmd_wait_free(struct cmd_wait *wait);

#endif
