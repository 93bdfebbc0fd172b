/*
 * What a flow carries: frames, one behind the other.
 *
 *   frame = slot (2 bytes)  database (2)  length (4)  commands (length bytes of RESP)
 *
 * All little-endian. Without commands: what has come of this slot so far is to be dropped, for it
 * comes again from the beginning. Commands are those of the journal, and those that a walker makes
 * of a value. Pure.
 */
#ifndef SERVER_MIGRATION_MIGRATION_FRAME_H
#define SERVER_MIGRATION_MIGRATION_FRAME_H

#include "proto/base/span.h"
#include "proto/key_slot/key_slot.h"
#include "proto/rdb/rdb_writer.h"

#include <stdbool.h>
#include <stdint.h>
#include <string.h>

enum { MIGRATION_FRAME_HEADER = 8 };

struct migration_frame {
    uint16_t slot;
    uint16_t database;
    struct span commands;
};

static inline void migration_frame_write(struct rdb_writer *writer,
                                         const struct migration_frame *frame)
{
    uint32_t length = (uint32_t)frame->commands.length;
    char *header = rdb_writer_room(writer, MIGRATION_FRAME_HEADER);

    memcpy(header, &frame->slot, 2);
    memcpy(header + 2, &frame->database, 2);
    memcpy(header + 4, &length, 4);
    rdb_writer_raw(writer, frame->commands);
}

/* Takes the first frame off; false when there is no whole one, or it is none. */
static inline bool migration_frame_read(struct span *bytes, struct migration_frame *frame)
{
    uint32_t length;

    if (bytes->length < MIGRATION_FRAME_HEADER)
        return false;
    memcpy(&frame->slot, bytes->data, 2);
    memcpy(&frame->database, bytes->data + 2, 2);
    memcpy(&length, bytes->data + 4, 4);
    if (frame->slot >= SLOT_COUNT || bytes->length - MIGRATION_FRAME_HEADER < length)
        return false;
    frame->commands = span_of(bytes->data + MIGRATION_FRAME_HEADER, length);
    *bytes =
        span_of(frame->commands.data + length, bytes->length - MIGRATION_FRAME_HEADER - length);
    return true;
}

#endif
