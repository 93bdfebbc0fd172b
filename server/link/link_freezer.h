/*
 * Links that stand still: what happens to them is noted, and told later in its order.
 *
 * A shard serves its clients in the pauses of a script that runs long (server/script/busy.h). What
 * its links would do then, such as deleting keys that have arrived elsewhere, must not happen in
 * the middle of the script. So they are frozen from the first pause to the end of that turn.
 *
 * Thread: the links'. For link.c, and for whoever freezes.
 */
#ifndef SERVER_LINK_LINK_FREEZER_H
#define SERVER_LINK_LINK_FREEZER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct link;
struct receive_buffer;

enum link_event_kind {
    LINK_EVENT_RECEIVED,
    LINK_EVENT_SENT,
    LINK_EVENT_ENDED,
    LINK_EVENT_CONNECTED
};

struct link_event {
    struct link *link; /* NULL: closed meanwhile */
    enum link_event_kind kind;
    int error;
    struct receive_buffer *buffer; /* RECEIVED: pinned */
    size_t length;
};

/* Zeroed: nothing is frozen. */
struct link_freezer {
    bool frozen;
    struct link_event *events;
    uint32_t count;
    uint32_t capacity;
};

void link_freezer_freeze(struct link_freezer *freezer);
/* Tells what was noted. */
void link_freezer_thaw(struct link_freezer *freezer);

/* ---- For link.c ---- */

void link_freezer_note(struct link_freezer *freezer, const struct link_event *event);
/* The link is closed: nothing is told of it any more. */
void link_freezer_forget(struct link_freezer *freezer, const struct link *link);
/* What thawing does with each event: in link.c. */
void link_happened(const struct link_event *event);

#endif
