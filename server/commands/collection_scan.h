/*
 * What SSCAN, HSCAN and ZSCAN have in common: their options, and a reply whose elements are
 * filtered while they are visited.
 */
#ifndef SERVER_COMMANDS_COLLECTION_SCAN_H
#define SERVER_COMMANDS_COLLECTION_SCAN_H

#include "server/commands/cmd.h"

struct collection_scan {
    struct reply *reply;
    uint64_t cursor;
    uint64_t count;
    struct span pattern;
    bool matches_all;
    bool no_values;    /* HSCAN NOVALUES */
    bool no_scores;    /* ZSCAN NOSCORES */
    uint64_t elements; /* written so far */
    struct reply_deferred header;
};

/*
 * Reads `command key cursor [MATCH pattern] [COUNT count] ...` and finds the key. False when that
 * is all there is to do: an error has been replied, or the empty answer of an absent key, whose
 * options nobody looks at.
 */
bool collection_scan_open(const struct cmd *cmd, enum value_type type, struct collection_scan *scan,
                          const struct entry **entry);

/* May an element with this name be shown? */
bool collection_scan_shows(const struct collection_scan *scan, struct span name);

/* Around the elements, which are written as bulks and counted in `elements`. */
void collection_scan_begin(const struct cmd *cmd, struct collection_scan *scan);
/* `cursor` is where the scan goes on. */
void collection_scan_end(struct collection_scan *scan, uint64_t cursor);

#endif
