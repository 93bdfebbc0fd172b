/*
 * The numbers of math.random: after math.randomseed the same ones in every run, and the same ones
 * as on other servers. A linear congruential generator of 48 bits, with the constants of
 * POSIX's lrand48.
 *
 * Pure.
 */
#ifndef SERVER_SCRIPT_PRNG_H
#define SERVER_SCRIPT_PRNG_H

#include <stdint.h>

static inline uint64_t prng_seed(int32_t seed)
{
    return (uint64_t)(uint32_t)seed << 16 | 0x330e;
}

/* 31 bits. */
static inline uint32_t prng_next(uint64_t *state)
{
    *state = (*state * 0x5deece66du + 11) & 0xffffffffffffu;
    return (uint32_t)(*state >> 17);
}

#endif
