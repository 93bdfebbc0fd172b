/*
 * What a primary answers to PSYNC, one line of it.
 *
 *   +FULLRESYNC <id> <offset>     everything follows, then what comes behind the offset
 *   +CONTINUE [<id>]              what comes behind the offset that was asked for; from now on by
 *                                 this id
 *   -NOMASTERLINK ..., -LOADING ...   not now
 *   -ERR ...                      it does not know the command, or refuses it
 *
 * Pure. The line is anybody's bytes, without its end.
 */
#ifndef PROTO_REPLICATION_SYNC_ANSWER_H
#define PROTO_REPLICATION_SYNC_ANSWER_H

#include "proto/base/span.h"

#include <stdint.h>

enum { SYNC_ID_LENGTH = 40 };

/* No stream gets here; sums of offsets and lengths stay in an int64. */
#define SYNC_OFFSET_MAX (INT64_MAX / 2)

enum sync_answer_kind {
    SYNC_ANSWER_FULL,
    SYNC_ANSWER_CONTINUE,
    SYNC_ANSWER_LATER,
    SYNC_ANSWER_REFUSED,
    SYNC_ANSWER_STRANGE, /* none of these */
};

struct sync_answer {
    enum sync_answer_kind kind;
    bool has_id;
    char id[SYNC_ID_LENGTH + 1];
    int64_t offset; /* of FULL: where the stream stands at the payload's moment */
};

struct sync_answer sync_answer_parse(struct span line);

/* 40 letters and digits. */
bool sync_id_is_valid(struct span id);

#endif
