/*
 * The frame around a full synchronisation's RDB file.
 *
 *   "$" length CRLF, so many bytes                     nothing behind them
 *   "$EOF:" mark CRLF, bytes, mark                     the mark is 40 bytes by chance
 *
 * Pure. The bytes are anybody's; nothing is allocated. Of a payload with a mark the last bytes are
 * held back until it is known that they are not the mark's first.
 */
#ifndef PROTO_REPLICATION_SYNC_PAYLOAD_H
#define PROTO_REPLICATION_SYNC_PAYLOAD_H

#include "proto/base/span.h"

#include <stdint.h>

enum { SYNC_MARK_LENGTH = 40 };

struct sync_payload {
    bool has_mark;
    bool complete;
    uint64_t length; /* of the whole; UINT64_MAX: not known before its end */
    uint64_t left;   /* of a payload with a length */
    char mark[SYNC_MARK_LENGTH];
    char held[SYNC_MARK_LENGTH]; /* may be the beginning of the mark */
    size_t held_length;
    char freed[SYNC_MARK_LENGTH]; /* what was held and is none, for the caller */
};

/* From the line, without its end. False: it is none. */
bool sync_payload_begin(struct sync_payload *payload, struct span line);

/*
 * Takes bytes, and returns how many of them it has used: all but those behind the payload's end.
 * What is the payload's is in `pieces`, one behind the other, each possibly empty, good until the
 * next call and as long as `bytes`.
 */
size_t sync_payload_take(struct sync_payload *payload, struct span bytes, struct span pieces[2]);

#endif
