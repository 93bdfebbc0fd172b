/* What the Bloom filter commands are asked for. */
#ifndef SERVER_COMMANDS_BLOOM_H
#define SERVER_COMMANDS_BLOOM_H

#include "server/commands/cmd.h"

/* A filter that may have to be made. */
struct bloom_wish {
    double error_rate;
    int64_t capacity;
    int64_t expansion; /* 0: it does not grow */
    bool scaling;
    bool create; /* when the key is absent */
};

/* Without arguments: as configured. */
struct bloom_wish bloom_wish_initial(const struct cmd *cmd);

/* The arguments of BF.RESERVE and of BF.INSERT, whose items begin at *first. Reply an error and
 * return false when they make no sense. */
bool bloom_reserve_arguments(const struct cmd *cmd, struct bloom_wish *wish);
bool bloom_insert_arguments(const struct cmd *cmd, struct bloom_wish *wish, uint32_t *first);

#endif
