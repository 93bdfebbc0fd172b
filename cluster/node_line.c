#include "cluster/node_line.h"

#include "proto/base/assert.h"

#include <inttypes.h>

static void node_line_append_address(const struct node_line *line, struct text_builder *text)
{
    const struct cluster_node *node = line->node;
    bool tls_only = node->port == 0 && node->tls_port != 0;

    uint16_t port = line->port;

    if (line->auxiliary)
        port = tls_only ? node->tls_port : node->port;
    text_builder_format(text, " %s:%u@%u", node->ip, port, node->bus_port);
    if (!line->auxiliary) {
        if (node->hostname[0] != '\0')
            text_builder_format(text, ",%s", node->hostname);
        return;
    }
    text_builder_format(text, ",%s,%s=%u", node->hostname, tls_only ? "tcp-port" : "tls-port",
                        tls_only ? 0 : node->tls_port);
    if (node->human_name[0] != '\0')
        text_builder_format(text, ",nodename=%s", node->human_name);
    if (!node_id_empty(&node->shard_id)) {
        text_builder_append(text, SPAN(",shard-id="));
        text_builder_append(text, node_id_span(&node->shard_id));
    }
}

static void node_line_append_slots(const struct node_line *line, struct text_builder *text)
{
    struct slot_range run;

    for (uint32_t from = 0; slot_map_next_run(line->owner, line->index, from, &run);
         from = run.last + 1u) {
        if (run.first == run.last)
            text_builder_format(text, " %u", run.first);
        else
            text_builder_format(text, " %u-%u", run.first, run.last);
    }
    if (!(line->node->flags & CLUSTER_NODE_MYSELF))
        return;
    for (uint32_t i = 0; i < line->open_slot_count; i++) {
        const struct open_slot *open = &line->open_slots[i];

        text_builder_format(text, " [%u-%c-%.*s]", open->slot, open->importing ? '<' : '>',
                            NODE_ID_LENGTH, open->peer.text);
    }
}

void node_line_append(const struct node_line *line, struct text_builder *text)
{
    const struct cluster_node *node = line->node;
    char flags[CLUSTER_NODE_FLAGS_TEXT_MAX];
    size_t flags_length = cluster_node_format_flags(node, flags);

    ASSERT(!node_id_empty(&node->id));
    text_builder_append(text, node_id_span(&node->id));
    node_line_append_address(line, text);
    text_builder_append(text, SPAN(" "));
    text_builder_append(text, span_of(flags, flags_length));
    text_builder_append(text, SPAN(" "));
    if (node_id_empty(&node->primary_id))
        text_builder_append(text, SPAN("-"));
    else
        text_builder_append(text, node_id_span(&node->primary_id));
    text_builder_format(text, " %" PRId64 " %" PRId64 " %" PRIu64 " %s", node->ping_sent,
                        node->pong_received, line->shown_epoch,
                        node->connected ? "connected" : "disconnected");
    node_line_append_slots(line, text);
    text_builder_append(text, SPAN("\n"));
}
