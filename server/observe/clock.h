/*
 * Clocks: the only place that reads them.
 *
 * Ticks are the cheapest monotonic count the machine has (the time stamp counter on x86, else
 * nanoseconds), for timing single commands. Any thread may call these after clock_init.
 */
#ifndef SERVER_OBSERVE_CLOCK_H
#define SERVER_OBSERVE_CLOCK_H

#include "proto/base/time.h"

#include <stdint.h>

/* Measures the tick's length; once, before there are threads. */
void clock_init(void);

time_ms clock_now_ms(void);
time_us clock_now_us(void);
/* Milliseconds of a clock that nobody sets. */
int64_t clock_monotonic_ms(void);

#if defined(__x86_64__)
static inline uint64_t clock_ticks(void)
{
    return __builtin_ia32_rdtsc();
}
#else
uint64_t clock_ticks(void);
#endif

uint64_t clock_ticks_to_us(uint64_t ticks);
uint64_t clock_ticks_to_ns(uint64_t ticks);
uint64_t clock_us_to_ticks(uint64_t us);

#endif
