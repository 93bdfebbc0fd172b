/* CLUSTER LINKS: the control thread knows them. */
#include "proto/base/assert.h"
#include "proto/base/memory.h"
#include "server/commands/cluster_enabled.h"
#include "server/commands/handlers.h"
#include "server/control/cluster_driver.h"
#include "server/control/errand.h"

#include <string.h>

/* The context of the errand, made anew as it grows. */
struct links {
    uint32_t count;
    uint32_t capacity;
    struct cluster_driver_link list[];
};

static void note_link(void *context, const struct cluster_driver_link *link)
{
    struct links **links = context;

    if ((*links)->count == (*links)->capacity) {
        uint32_t capacity = (*links)->capacity * 2;

        *links = memory_resize(*links, sizeof(**links) + capacity * sizeof(*link));
        (*links)->capacity = capacity;
    }
    (*links)->list[(*links)->count++] = *link;
}

static void run(struct control *control, struct errand *errand)
{
    enum { CAPACITY_FIRST = 16 };
    struct links *links =
        memory_new(sizeof(*links) + CAPACITY_FIRST * sizeof(struct cluster_driver_link));

    *links = (struct links){.capacity = CAPACITY_FIRST};
    cluster_driver_links(control, note_link, &links);
    errand->context = links;
    errand_done(control, errand);
}

static void reply_link(struct reply *reply, const struct cluster_driver_link *link)
{
    reply_map(reply, 6);
    reply_bulk(reply, SPAN("direction"));
    reply_bulk(reply, link->outbound ? SPAN("to") : SPAN("from"));
    reply_bulk(reply, SPAN("node"));
    reply_bulk(reply, node_id_span(&link->node));
    reply_bulk(reply, SPAN("create-time"));
    reply_integer(reply, link->created);
    reply_bulk(reply, SPAN("events"));
    reply_bulk(reply, link->sending ? SPAN("rw") : SPAN("r"));
    reply_bulk(reply, SPAN("send-buffer-allocated"));
    reply_integer(reply, (int64_t)link->send_memory);
    reply_bulk(reply, SPAN("send-buffer-used"));
    reply_integer(reply, (int64_t)link->send_used);
}

static void finish(struct errand *errand, struct reply *reply)
{
    const struct links *links = errand->context;

    ASSERT(links != NULL);
    reply_array(reply, links->count);
    for (uint32_t i = 0; i < links->count; i++)
        reply_link(reply, &links->list[i]);
}

void command_cluster_links(struct cmd *cmd)
{
    if (cluster_enabled(cmd) != NULL)
        errand_start(errand_new(cmd, run, finish));
}
