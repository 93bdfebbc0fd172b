#include "server/link/link_freezer.h"

#include "proto/base/assert.h"
#include "proto/base/memory.h"
#include "server/reactor/reactor.h"

void link_freezer_freeze(struct link_freezer *freezer)
{
    ASSERT(!freezer->frozen);
    ASSERT(freezer->count == 0);
    freezer->frozen = true;
}

void link_freezer_note(struct link_freezer *freezer, const struct link_event *event)
{
    ASSERT(freezer->frozen);
    if (freezer->count == freezer->capacity) {
        freezer->capacity = freezer->capacity == 0 ? 8 : freezer->capacity * 2;
        freezer->events =
            memory_resize(freezer->events, freezer->capacity * sizeof(*freezer->events));
    }
    freezer->events[freezer->count++] = *event;
}

void link_freezer_forget(struct link_freezer *freezer, const struct link *link)
{
    for (uint32_t i = 0; i < freezer->count; i++) {
        struct link_event *event = &freezer->events[i];

        if (event->link != link)
            continue;
        if (event->buffer != NULL)
            receive_buffer_unpin(event->buffer);
        event->link = NULL;
    }
}

void link_freezer_thaw(struct link_freezer *freezer)
{
    freezer->frozen = false;
    for (uint32_t i = 0; i < freezer->count; i++) {
        struct link_event event = freezer->events[i];

        if (event.link == NULL)
            continue;
        /* It is taken out first: what it leads to may close the link. */
        freezer->events[i].link = NULL;
        link_happened(&event);
        ASSERT(!freezer->frozen);
    }
    memory_free(freezer->events);
    *freezer = (struct link_freezer){0};
}
