/*
 * A copy of a command's arguments, for work that outlives the receive buffers they lie in.
 */
#ifndef SERVER_SHARD_ARGUMENTS_H
#define SERVER_SHARD_ARGUMENTS_H

#include "proto/base/span.h"

#include <stdint.h>

/* One allocation, spans and bytes; memory_free ends it. */
struct span *arguments_copy(const struct span *argv, uint32_t argc);

/* The place of `argument`, one of argv, among copies of them; itself when it is none of them. */
struct span arguments_in_copy(struct span argument, const struct span *argv,
                              const struct span *copies, uint32_t argc);

#endif
