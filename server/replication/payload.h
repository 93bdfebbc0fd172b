/*
 * The data that a primary sends at a full synchronisation, on their way into a temporary file,
 * which may be one in memory (repl-diskless-load).
 *
 * Nothing of it is believed before it is complete and its checksum is right: until then the node's
 * own data stay as they are. The file is written without waiting for the disk; when the disk is
 * slow, the caller is to receive less (payload_is_full).
 *
 * Owner: the control thread.
 */
#ifndef SERVER_REPLICATION_PAYLOAD_H
#define SERVER_REPLICATION_PAYLOAD_H

#include "proto/base/span.h"
#include "proto/replication/sync_payload.h"

#include <stdbool.h>
#include <stdint.h>

struct payload;
struct reactor;

enum { PAYLOAD_ERROR_MAX = 200 };

struct payload_observer {
    /* All is in the file; or, with an error, it will not be. Not from within a call of this file.
     */
    void (*done)(void *context, const char *error);
    /* There is room again after payload_is_full. */
    void (*drained)(void *context);
};

/* Makes the file, whose name begins with "temp-", or that has none. NULL: errno says why not. */
struct payload *payload_create(struct reactor *reactor, bool in_memory,
                               const struct sync_payload *frame,
                               const struct payload_observer *observer, void *context);

/* Takes bytes; returns how many of them are not the payload's, but come behind it. */
size_t payload_take(struct payload *payload, struct span bytes);

bool payload_is_full(const struct payload *payload);
/* Bytes of the data so far. */
uint64_t payload_received(const struct payload *payload);
/* All that was announced has been received; `done` is still to come. */
bool payload_is_received(const struct payload *payload);

const char *payload_path(const struct payload *payload);

/* The file stays under this name; otherwise, or when it is in memory, it goes with the payload. */
bool payload_keep_as(struct payload *payload, const char *path);
bool payload_is_kept(const struct payload *payload);

/* Nothing is called any more; the memory goes when nothing is under way. */
void payload_free(struct payload *payload);

#endif
