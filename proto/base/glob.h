/*
 * Glob patterns as KEYS, SCAN MATCH, CONFIG GET and ACL use them: `*`, `?`, `[a-z]`, `[^a]`, `\x`.
 *
 * Matching is iterative with one point of return, so that its time is at most the product of both
 * lengths and its stack constant, whatever the pattern ("a*a*a*...b" included).
 */
#ifndef PROTO_BASE_GLOB_H
#define PROTO_BASE_GLOB_H

#include "proto/base/span.h"

/* A pattern with more stars (a run of them is one) matches nothing, as in Redis. */
enum { GLOB_STARS_MAX = 1000 };

bool glob_match(struct span pattern, struct span text, bool ignore_case);

#endif
