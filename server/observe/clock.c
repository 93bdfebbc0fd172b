#include "server/observe/clock.h"

#include <time.h>

/* Nanoseconds per tick as a fixed point number with 32 bits behind the point; set once at start. */
static uint64_t tick_scale = 1ull << 32;

static uint64_t read_ns(clockid_t clock)
{
    struct timespec now;

    clock_gettime(clock, &now);
    return (uint64_t)now.tv_sec * 1000000000 + (uint64_t)now.tv_nsec;
}

void clock_init(void)
{
#if defined(__x86_64__)
    uint64_t ns_start = read_ns(CLOCK_MONOTONIC_RAW);
    uint64_t ticks_start = clock_ticks();
    uint64_t ns;
    uint64_t ticks;

    do {
        ns = read_ns(CLOCK_MONOTONIC_RAW) - ns_start;
        ticks = clock_ticks() - ticks_start;
    } while (ns < 5000000);
    tick_scale = (uint64_t)(((unsigned __int128)ns << 32) / ticks);
#endif
}

time_ms clock_now_ms(void)
{
    return (time_ms)(read_ns(CLOCK_REALTIME) / 1000000);
}

time_us clock_now_us(void)
{
    return (time_us)(read_ns(CLOCK_REALTIME) / 1000);
}

int64_t clock_monotonic_ms(void)
{
    return (int64_t)(read_ns(CLOCK_MONOTONIC) / 1000000);
}

#if !defined(__x86_64__)
uint64_t clock_ticks(void)
{
    return read_ns(CLOCK_MONOTONIC);
}
#endif

uint64_t clock_ticks_to_ns(uint64_t ticks)
{
    return (uint64_t)(((unsigned __int128)ticks * tick_scale) >> 32);
}

uint64_t clock_ticks_to_us(uint64_t ticks)
{
    return clock_ticks_to_ns(ticks) / 1000;
}

uint64_t clock_us_to_ticks(uint64_t us)
{
    return (uint64_t)(((unsigned __int128)us * 1000 << 32) / tick_scale);
}
