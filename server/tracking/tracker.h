/*
 * A tracker: who is told of changed keys, and whose commands these are, in one number.
 *
 * It travels with each command of a client that has CLIENT TRACKING on; 0 for anybody else. The
 * identity part names a client by its id and the shard that has its connection.
 *
 *   | client id (56 bits) | no loop | remembers | shard (6 bits) |
 *
 * Plain values; no owner.
 */
#ifndef SERVER_TRACKING_TRACKER_H
#define SERVER_TRACKING_TRACKER_H

#include <stdbool.h>
#include <stdint.h>

#define TRACKER_SHARD     ((uint64_t)0x3f)
/* What the command reads is remembered: its client wants to hear when that changes. */
#define TRACKER_REMEMBERS ((uint64_t)1 << 6)
/* The client does not want to hear of what it changes itself (NOLOOP). */
#define TRACKER_NO_LOOP   ((uint64_t)1 << 7)
enum { TRACKER_ID_SHIFT = 8 };

static inline uint64_t tracker_make(uint64_t id, uint16_t shard)
{
    return id << TRACKER_ID_SHIFT | shard;
}

static inline uint64_t tracker_id(uint64_t tracker)
{
    return tracker >> TRACKER_ID_SHIFT;
}

static inline uint16_t tracker_shard(uint64_t tracker)
{
    return (uint16_t)(tracker & TRACKER_SHARD);
}

/* Without what may change from command to command. */
static inline uint64_t tracker_identity(uint64_t tracker)
{
    return tracker & ~(TRACKER_REMEMBERS | TRACKER_NO_LOOP);
}

/* Who is not to hear of a change by the client's command: itself, or nobody (0). */
static inline uint64_t tracker_unheard(uint64_t tracker)
{
    return tracker & TRACKER_NO_LOOP ? tracker_identity(tracker) : 0;
}

#endif
