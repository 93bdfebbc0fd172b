/*
 * Digests of values: the same for the same contents, however they lie in memory and in whatever
 * order things without order come.
 */
#ifndef SERVER_COMMANDS_DEBUG_DIGEST_H
#define SERVER_COMMANDS_DEBUG_DIGEST_H

#include "proto/base/time.h"
#include "server/config/text_buffer.h"
#include "storage/entry.h"

#include <stdint.h>

enum { DIGEST_SIZE = 20 };

struct digest {
    unsigned char bytes[DIGEST_SIZE];
};

/* 160 bits of what was fed. Not for secrets. */
struct digest digest_of(const struct text_buffer *fed);

/* Mixes in a digest so that the order of several does not matter. */
void digest_mix(struct digest *into, const struct digest *other);

void digest_feed_number(struct text_buffer *fed, uint64_t number);

/* Type, value and expiry of the entry. */
void digest_feed_value(struct text_buffer *fed, const struct entry *entry, time_ms now);

#endif
