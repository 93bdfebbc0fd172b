/*
 * The generated perfect hash over the names of the top-level commands: for command.c alone.
 *
 * A name is folded into two words that, with its length, hold the whole of it up to 16 bytes:
 *
 *   length >= 8   first: bytes 0..7                  last: the last 8 bytes (they may overlap)
 *   length 4..7   first: bytes 0..3 | last 4 << 32   last: 0
 *   length 1..3   first: byte 0 | byte length/2 << 8 | last byte << 16
 *
 * all little-endian. Hashed with the case bit set in every byte, no two names share a place;
 * tools/generate-commands finds the multiplier for which that holds.
 */
#ifndef SERVER_COMMANDS_COMMAND_LOOKUP_H
#define SERVER_COMMANDS_COMMAND_LOOKUP_H

#include "server/commands/command.h"

struct command_name {
    uint64_t first; /* lower case */
    uint64_t last;
    uint64_t first_case; /* the case bit of each byte that is a letter */
    uint64_t last_case;
    uint64_t length;
    const struct command *command;
};

/* Place 0 of the names is empty: what the places without a name lead to. */
extern const struct command_name command_names[];
extern const uint16_t command_name_places[];
extern const uint64_t command_name_multiplier;
extern const uint32_t command_name_shift; /* 64 - log2 of the number of places */

#define COMMAND_NAME_CASE_BITS UINT64_C(0x2020202020202020)
/* Between the words, so that equal ones do not cancel out; any odd number does. */
#define COMMAND_NAME_MIX       UINT64_C(0x9e3779b97f4a7c15)

#endif
