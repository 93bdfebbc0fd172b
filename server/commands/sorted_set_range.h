/* Ranges of sorted sets as commands name them. */
#ifndef SERVER_COMMANDS_SORTED_SET_RANGE_H
#define SERVER_COMMANDS_SORTED_SET_RANGE_H

#include "server/commands/sorted_set.h"

enum sorted_set_range_kind {
    RANGE_BY_RANK,
    RANGE_BY_SCORE,
    RANGE_BY_MEMBER,
    RANGE_BY_OPTION, /* ZRANGE: whichever its options say */
};

/* One end of a range. */
struct sorted_set_range_end {
    int64_t rank;
    double score;
    struct span member;
    bool exclusive;
    bool lowest;  /* "-": before all members */
    bool highest; /* "+": behind all members */
};

struct sorted_set_range {
    enum sorted_set_range_kind kind;
    struct sorted_set_range_end from;
    struct sorted_set_range_end to;
};

/* Reads the arguments `from` and `to`; replies the usual error and returns false when they are no
 * such ends. */
bool sorted_set_range_parse(const struct cmd *cmd, enum sorted_set_range_kind kind, uint32_t from,
                            uint32_t to, struct sorted_set_range *range);

/* The ranks [*first, *end) that are in the range; ranks themselves count from the highest when
 * `reverse`, and so do *first and *end then. */
void sorted_set_range_resolve(const struct entry *entry, const struct sorted_set_range *range,
                              bool reverse, uint64_t *first, uint64_t *end);

#endif
