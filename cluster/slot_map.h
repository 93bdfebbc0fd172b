/*
 * Who owns which slot: an array with one node index per slot, and the walks over it.
 *
 * The array is a plain `uint16_t owner[SLOT_COUNT]`, so that whoever routes commands reads it
 * directly. Pure; whoever holds the array is its owner.
 */
#ifndef CLUSTER_SLOT_MAP_H
#define CLUSTER_SLOT_MAP_H

#include "proto/key_slot/key_slot.h"

#include <stdbool.h>
#include <stdint.h>

/* The owner of a slot that nobody owns. */
#define SLOT_MAP_NOBODY ((uint16_t)0xffff)

/* From first to last, both included. */
struct slot_range {
    uint16_t first;
    uint16_t last;
};

void slot_map_clear(uint16_t *owner);

void slot_map_assign(uint16_t *owner, struct slot_range range, uint16_t node);

/* The next longest run of slots at `from` or behind it that `node` owns; false when there is none.
 */
bool slot_map_next_run(const uint16_t *owner, uint16_t node, uint32_t from, struct slot_range *run);

/* The same for whoever owns slots; the owner is owner[run->first]. */
bool slot_map_next_owned_run(const uint16_t *owner, uint32_t from, struct slot_range *run);

uint32_t slot_map_count(const uint16_t *owner, uint16_t node);

/*
 * The ranges that an administrator named: none twice, and each slot free (or, to be given up,
 * taken). Checked in the order in which they were given, so that the first offence is the one
 * reported.
 */
enum slot_map_fault { SLOT_MAP_FINE, SLOT_MAP_BUSY, SLOT_MAP_UNASSIGNED, SLOT_MAP_TWICE };
enum slot_map_fault slot_map_check_free(const uint16_t *owner, const struct slot_range *ranges,
                                        uint32_t count, uint16_t *offender);
enum slot_map_fault slot_map_check_taken(const uint16_t *owner, const struct slot_range *ranges,
                                         uint32_t count, uint16_t *offender);

#endif
