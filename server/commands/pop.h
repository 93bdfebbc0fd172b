/*
 * What commands that pop have in common, whatever the collection: their arguments, and the first of
 * several keys that has something.
 *
 * For the thread that runs the command.
 */
#ifndef SERVER_COMMANDS_POP_H
#define SERVER_COMMANDS_POP_H

#include "server/commands/cmd.h"

/* How many are to be popped, at argument `index`; replies the error and returns false when it is no
 * number, or negative. */
bool pop_count(const struct cmd *cmd, uint32_t index, uint64_t *count);

/* What LMPOP, ZMPOP and their waiting forms are asked for. */
struct pop_request {
    uint32_t first_key; /* argument */
    uint32_t key_count;
    bool from_end;  /* the end of the collection, not its start */
    uint64_t count; /* at least 1 */
};

/* Reads `numkeys key ... start|end [COUNT count]` from argument `index` on, where `start` and `end`
 * are what the command calls the two ends. Replies the error and returns false when it is wrong. */
bool pop_arguments(const struct cmd *cmd, uint32_t index, struct span start, struct span end,
                   struct pop_request *request);

/* Opens the first of the keys (`count` arguments from `first` on) that is there. False: an error
 * was replied, as one before it holds another type. collection->entry is NULL when all are absent.
 */
bool pop_find(const struct cmd *cmd, uint32_t first, uint32_t count, enum value_type type,
              struct key *key, struct collection *collection);

#endif
