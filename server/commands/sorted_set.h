/* What the files of the sorted set commands share. */
#ifndef SERVER_COMMANDS_SORTED_SET_H
#define SERVER_COMMANDS_SORTED_SET_H

#include "server/commands/cmd.h"
#include "storage/types/sorted_set.h"

static inline struct sorted_set_limits sorted_set_limits_of(const struct config *config)
{
    return (struct sorted_set_limits){
        .packed_entries = (uint64_t)config->zset_max_listpack_entries,
        .packed_value = (uint64_t)config->zset_max_listpack_value,
    };
}

/* The sorted set at argument `index` for a command that reads; *entry is NULL for an empty one.
 * Replies WRONGTYPE and returns false when the key holds something else. */
bool sorted_set_entry(const struct cmd *cmd, uint32_t index, const struct entry **entry);

/* Tells that a key's sorted set has changed, and that the key is gone if it has become empty. */
void sorted_set_changed(struct cmd *cmd, const char *event, const struct key *key,
                        const struct collection *set);

/* Makes the elements of a tree, which are released, the value of a key; the usual events, and the
 * reply with their number. */
void sorted_set_store_and_reply(struct cmd *cmd, const struct key *key,
                                struct collection *destination, struct score_tree *tree,
                                const char *event);

/* A key's collection, whatever it holds, for a command that replaces it. */
struct collection sorted_set_destination(const struct cmd *cmd, const struct key *key);

/* A list of members, with or without scores: the header, and an element. With RESP3 members and
 * scores come in pairs. */
void sorted_set_reply_header(struct reply *reply, uint64_t count, bool with_scores);
void sorted_set_reply_element(struct reply *reply, const struct score_element *element,
                              bool with_scores);

/* A double in an argument; replies `error` and returns false when it is none. */
bool sorted_set_double(const struct cmd *cmd, uint32_t index, double *value, const char *error);

/* The ranks [*first, *end) that a start and a stop mean, negative ones counted from the end. */
void sorted_set_clamp(int64_t start, int64_t stop, uint64_t count, uint64_t *first, uint64_t *end);

#endif
