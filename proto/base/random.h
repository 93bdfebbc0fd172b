/*
 * A small seeded generator (xoshiro256**, Blackman and Vigna, https://prng.di.unimi.it), so that
 * everything random below server/ repeats from its seed. Not for secrets.
 */
#ifndef PROTO_BASE_RANDOM_H
#define PROTO_BASE_RANDOM_H

#include <stdint.h>

struct random {
    uint64_t state[4];
};

void random_seed(struct random *random, uint64_t seed);

uint64_t random_next(struct random *random);

/* Uniform in [0, bound); bound must not be zero. */
uint64_t random_below(struct random *random, uint64_t bound);

/* Uniform in [0, 1). */
double random_unit(struct random *random);

#endif
