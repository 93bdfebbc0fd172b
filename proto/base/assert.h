/*
 * Assertions, always on, in three tiers.
 *
 *   ASSERT        a broken invariant: report and abort. One condition each.
 *   ASSERT_DEBUG  the same on paths too hot for it; compiled in debug and sanitizer builds only.
 *   EXPECT        a survivable surprise: counted, evaluates to the condition, goes on.
 *
 * Nothing that a client, peer or file sends may make an ASSERT fail; those are errors and values.
 */
#ifndef PROTO_BASE_ASSERT_H
#define PROTO_BASE_ASSERT_H

#include <stdint.h>

/* Prints the failed condition and a backtrace to standard error, then aborts. */
_Noreturn void assert_fail(const char *condition, const char *file, int line, const char *function);

/* Counts a survivable surprise; always returns false. Any thread may call it. */
_Bool assert_surprise(const char *condition, const char *file, int line);

/* How many surprises this process has counted. Any thread may call it. */
uint64_t assert_surprises(void);

#define ASSERT(condition)                                                                          \
    (__builtin_expect(!!(condition), 1) ? (void)0                                                  \
                                        : assert_fail(#condition, __FILE__, __LINE__, __func__))

#ifdef TESSERA_DEBUG
#define ASSERT_DEBUG(condition) ASSERT(condition)
#else
#define ASSERT_DEBUG(condition) ((void)sizeof(!!(condition)))
#endif

#define EXPECT(condition)                                                                          \
    (__builtin_expect(!!(condition), 1) ? 1 : assert_surprise(#condition, __FILE__, __LINE__))

#define UNREACHABLE() assert_fail("unreachable", __FILE__, __LINE__, __func__)

#endif
