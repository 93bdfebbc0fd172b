/*
 * The backlog: the last part of the stream, in a row of chunks that replicas are sent from without
 * copying.
 *
 *   first                                              last
 *   [ chunk ] -> [ chunk ] -> [ chunk ] -> [ chunk .... ]
 *                   ^ a replica's place       ^ another's   ^ the end: bytes are added here
 *
 * A byte that is there does not change and does not move while anybody refers to its chunk. A place
 * refers to its chunk and thereby keeps all that follow; so does a piece that is being sent. Apart
 * from that, chunks go when the rest is large enough.
 *
 * Offsets count the bytes of the stream; the first byte of all has offset 1, as in Redis.
 *
 * Pure memory, but for chunks in files where that is asked for. Owner: the control thread. Other
 * threads may read the bytes of a piece while it is referred to.
 */
#ifndef SERVER_REPLICATION_BACKLOG_H
#define SERVER_REPLICATION_BACKLOG_H

#include "proto/base/span.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct backlog_chunk {
    struct backlog_chunk *next;
    int64_t start; /* offset of its first byte */
    uint32_t length;
    uint32_t capacity;
    uint32_t references;
    bool spilled;  /* it lies in a file, see backlog_spill.h */
    bool orphaned; /* its backlog is gone: it goes with its last reference */
    char bytes[];
};

struct backlog {
    struct backlog_chunk *first; /* there is always one */
    struct backlog_chunk *last;
    int64_t start;        /* offset of the first byte that is there */
    int64_t end;          /* of the next one that will be added */
    uint64_t size;        /* to be kept at least */
    uint64_t held;        /* memory of the chunks */
    uint64_t spill_above; /* with so much held, further chunks lie in files; 0: never */
    uint64_t spilled;     /* of what is held */
};

/* Empty; the next byte has offset `end`. */
void backlog_init(struct backlog *backlog, int64_t end, uint64_t size);
/* Nobody has a place in it; pieces may still be referred to. Zeroed is fine. */
void backlog_free(struct backlog *backlog);

void backlog_resize(struct backlog *backlog, uint64_t size);
void backlog_add(struct backlog *backlog, struct span bytes);

/* Lets go of what need not be kept. backlog_add does so as well. */
void backlog_trim(struct backlog *backlog);

/* Is the byte at this offset there, or the next one? */
static inline bool backlog_has(const struct backlog *backlog, int64_t offset)
{
    return offset >= backlog->start && offset <= backlog->end;
}

/* Somebody's place in it. */
struct backlog_place {
    struct backlog_chunk *chunk; /* referred to; NULL: it is nobody's place */
    int64_t offset;              /* of the next byte wanted */
};

/* At an offset that is there. */
void backlog_place_at(struct backlog *backlog, struct backlog_place *place, int64_t offset);
void backlog_place_leave(struct backlog *backlog, struct backlog_place *place);

/* The next bytes, at most so many, all of one chunk, which is referred to (until
 * backlog_release); the place moves behind them. NULL: there are none yet. */
struct backlog_chunk *backlog_place_take(struct backlog *backlog, struct backlog_place *place,
                                         size_t length_max, struct span *bytes);
void backlog_release(struct backlog *backlog, struct backlog_chunk *chunk);

/* Bytes behind the place. */
static inline uint64_t backlog_behind(const struct backlog *backlog,
                                      const struct backlog_place *place)
{
    return (uint64_t)(backlog->end - place->offset);
}

#endif
