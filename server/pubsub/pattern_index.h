/*
 * The node's patterns, found by the channels that they match.
 *
 * A pattern begins and ends with literal bytes, perhaps none: "user:*:42" has the prefix "user:"
 * and the suffix ":42". The lengths of both are its shape. Patterns are indexed by the bytes of
 * prefix and suffix; a channel is looked up once for every shape that there is, and only patterns
 * that agree with it at both ends are matched in full. Few shapes are in use, as a rule, and there
 * cannot be many: lengths count up to PATTERN_LITERAL_MAX, long ones in steps.
 *
 *   "user:*:42"   shape (5, 3)     "news.*"   shape (5, 0)     "*"   shape (0, 0)
 *
 * So the work of a publication depends on the number of shapes, and on how many patterns agree with
 * the channel at both ends, not on the number of patterns.
 *
 * Owner: whoever holds it. Every shard has one of all the node's patterns.
 */
#ifndef SERVER_PUBSUB_PATTERN_INDEX_H
#define SERVER_PUBSUB_PATTERN_INDEX_H

#include "proto/base/span.h"
#include "server/pubsub/hash_index.h"

#include <stdint.h>

struct topic;

enum {
    PATTERN_LITERAL_MAX = 64,
    /* Lengths that are told apart: all up to 16, then steps of 8. */
    PATTERN_LENGTHS = 17 + (PATTERN_LITERAL_MAX - 16) / 8,
};

struct pattern {
    uint64_t shards;      /* that have clients subscribed to it, a bit each */
    uint32_t clients;     /* all of them together */
    struct topic *topic;  /* this shard's subscriptions, or NULL */
    struct pattern *next; /* with the same literals */
    uint64_t text_hash;
    uint64_t literal_hash;
    uint32_t length;
    uint8_t prefix; /* a place in the table of lengths */
    uint8_t suffix;
    char text[];
};

struct pattern_index {
    struct hash_index by_text;
    struct hash_index by_literals; /* the first of those with the same literals */
    uint32_t shapes[PATTERN_LENGTHS][PATTERN_LENGTHS]; /* patterns of each shape */
    uint64_t rows;                                     /* prefix lengths in use, a bit each */
    uint64_t columns[PATTERN_LENGTHS];                 /* for each, the suffix lengths in use */
    uint64_t seed;
    uint64_t matched; /* patterns that were matched in full so far: what publications cost */
};

void pattern_index_init(struct pattern_index *index, uint64_t seed);
void pattern_index_free(struct pattern_index *index);

struct pattern *pattern_index_find(const struct pattern_index *index, struct span text);
/* One that is not in. */
struct pattern *pattern_index_add(struct pattern_index *index, struct span text);
void pattern_index_remove(struct pattern_index *index, struct pattern *pattern);

/* Calls `found` for each pattern that matches the channel. */
void pattern_index_match(struct pattern_index *index, struct span channel,
                         void (*found)(struct pattern *pattern, void *context), void *context);

static inline struct span pattern_text(const struct pattern *pattern)
{
    return span_of(pattern->text, pattern->length);
}

static inline uint64_t pattern_index_count(const struct pattern_index *index)
{
    return index->by_text.count;
}

#endif
