#include "cluster/view_reply.h"

#include "cluster/node_line.h"
#include "cluster/text_builder.h"
#include "proto/base/assert.h"

#include <inttypes.h>

/* The bus's message types, by number. */
static const char *const message_names[VIEW_MESSAGE_TYPES] = {
    "ping",     "pong",   "meet",    "fail",   "publish",      "auth-req",
    "auth-ack", "update", "mfstart", "module", "publishshard",
};

static bool view_is_replica(const struct cluster_node *node)
{
    return (node->flags & CLUSTER_NODE_REPLICA) != 0;
}

static void view_node_line(const struct cluster_view *view, uint32_t index,
                           const struct view_asker *asker, struct text_builder *text)
{
    const struct cluster_node *node = &view->nodes[index];

    node_line_append(
        &(struct node_line){
            .node = node,
            .index = (uint16_t)index,
            .port = view_node_port(node, asker->client),
            .owner = view->owner,
            .shown_epoch = cluster_node_shown_epoch(view->nodes, view->node_count, node),
            .open_slots = view->open_slots,
            .open_slot_count = view->open_slot_count,
        },
        text);
}

void view_reply_nodes(const struct cluster_view *view, const struct view_asker *asker,
                      struct reply *reply)
{
    struct text_builder text;

    text_builder_init(&text);
    for (uint32_t i = 0; i < view->node_count; i++)
        view_node_line(view, i, asker, &text);
    reply_verbatim(reply, "txt", text_builder_span(&text));
    text_builder_free(&text);
}

void view_reply_replicas(const struct cluster_view *view, const struct cluster_node *primary,
                         const struct view_asker *asker, struct reply *reply)
{
    struct reply_deferred lines = reply_defer(reply);
    uint64_t count = 0;

    for (uint32_t i = 0; i < view->node_count; i++) {
        struct text_builder text;
        struct span line;

        if (!view_is_replica(&view->nodes[i]) ||
            !node_id_equal(&view->nodes[i].primary_id, &primary->id))
            continue;
        text_builder_init(&text);
        view_node_line(view, i, asker, &text);
        line = text_builder_span(&text);
        /* Without its newline. */
        reply_bulk(reply, span_of(line.data, line.length - 1));
        text_builder_free(&text);
        count++;
    }
    reply_deferred_array(reply, lines, count);
}

static void view_info_messages(const uint64_t *counts, const char *direction,
                               struct text_builder *text)
{
    uint64_t sum = 0;

    for (uint32_t type = 0; type < VIEW_MESSAGE_TYPES; type++) {
        if (counts[type] == 0)
            continue;
        text_builder_format(text, "cluster_stats_messages_%s_%s:%" PRIu64 "\r\n",
                            message_names[type], direction, counts[type]);
        sum += counts[type];
    }
    text_builder_format(text, "cluster_stats_messages_%s:%" PRIu64 "\r\n", direction, sum);
}

void view_reply_info(const struct cluster_view *view, struct reply *reply)
{
    const struct topology_counts *counts = &view->counts;
    struct text_builder text;

    text_builder_init(&text);
    text_builder_format(&text,
                        "cluster_state:%s\r\n"
                        "cluster_slots_assigned:%u\r\n"
                        "cluster_slots_ok:%u\r\n"
                        "cluster_slots_pfail:%u\r\n"
                        "cluster_slots_fail:%u\r\n"
                        "cluster_known_nodes:%u\r\n"
                        "cluster_size:%u\r\n"
                        "cluster_current_epoch:%" PRIu64 "\r\n"
                        "cluster_my_epoch:%" PRIu64 "\r\n",
                        view->ok ? "ok" : "fail", counts->slots_assigned, counts->slots_ok,
                        counts->slots_maybe_failed, counts->slots_failed, view->node_count,
                        counts->size, view->current_epoch,
                        cluster_node_shown_epoch(view->nodes, view->node_count, view_myself(view)));
    view_info_messages(view->statistics.messages_sent, "sent", &text);
    view_info_messages(view->statistics.messages_received, "received", &text);
    text_builder_format(&text, "total_cluster_links_buffer_limit_exceeded:%" PRIu64 "\r\n",
                        view->statistics.link_buffer_limit_exceeded);
    reply_verbatim(reply, "txt", text_builder_span(&text));
    text_builder_free(&text);
}

/* The addresses of a node that are not its endpoint already. */
static void view_slots_metadata(const struct cluster_view *view, const struct cluster_node *node,
                                struct reply *reply)
{
    bool with_ip = view->preferred_endpoint != VIEW_ENDPOINT_IP;
    bool with_hostname =
        view->preferred_endpoint != VIEW_ENDPOINT_HOSTNAME && node->hostname[0] != '\0';

    reply_map(reply, (uint64_t)with_ip + with_hostname);
    if (with_ip) {
        reply_bulk(reply, SPAN("ip"));
        reply_bulk(reply, span_of_string(node->ip));
    }
    if (with_hostname) {
        reply_bulk(reply, SPAN("hostname"));
        reply_bulk(reply, span_of_string(node->hostname));
    }
}

/* This node may not know its own address: then it is the one by which the client has come. */
static struct span view_own_address(const struct cluster_view *view,
                                    const struct cluster_node *node, struct span known,
                                    const struct view_asker *asker)
{
    return node == view_myself(view) && known.length == 0 ? asker->reached : known;
}

static void view_slots_node(const struct cluster_view *view, const struct cluster_node *node,
                            uint16_t port, const struct view_asker *asker, struct reply *reply)
{
    reply_array(reply, 4);
    if (view->preferred_endpoint == VIEW_ENDPOINT_UNKNOWN)
        reply_null(reply);
    else
        reply_bulk(reply, view_own_address(view, node, view_endpoint(view, node), asker));
    reply_integer(reply, port);
    reply_bulk(reply, node_id_span(&node->id));
    view_slots_metadata(view, node, reply);
}

/* Clients are told of replicas that have data and can be reached. */
static bool view_slots_shows_replica(const struct cluster_node *node,
                                     const struct cluster_node *primary)
{
    return view_is_replica(node) && node_id_equal(&node->primary_id, &primary->id) &&
           !(node->flags & CLUSTER_NODE_FAILED) && node->replication_offset != 0;
}

/* The one behind `last` (NULL: the first) in the order of ids: every node is to tell the same, and
 * each has its table in an order of its own. NULL: there is none. */
static const struct cluster_node *view_slots_next_replica(const struct cluster_view *view,
                                                          const struct cluster_node *primary,
                                                          const struct cluster_node *last)
{
    const struct cluster_node *next = NULL;

    for (uint32_t i = 0; i < view->node_count; i++) {
        const struct cluster_node *node = &view->nodes[i];

        if (view_slots_shows_replica(node, primary) &&
            (last == NULL || node_id_compare(&node->id, &last->id) > 0) &&
            (next == NULL || node_id_compare(&node->id, &next->id) < 0))
            next = node;
    }
    return next;
}

static void view_slots_entry(const struct cluster_view *view, struct slot_range run,
                             const struct view_asker *asker, struct reply *reply)
{
    const struct cluster_node *primary = view_owner(view, run.first);
    const struct cluster_node *replica = NULL;
    uint64_t replicas = 0;

    ASSERT(primary != NULL);
    for (uint32_t i = 0; i < view->node_count; i++)
        replicas += view_slots_shows_replica(&view->nodes[i], primary);
    reply_array(reply, 3 + replicas);
    reply_integer(reply, run.first);
    reply_integer(reply, run.last);
    view_slots_node(view, primary, view_port(view, primary, run.first, asker->client), asker,
                    reply);
    for (uint64_t i = 0; i < replicas; i++) {
        replica = view_slots_next_replica(view, primary, replica);
        view_slots_node(view, replica, view_node_port(replica, asker->client), asker, reply);
    }
}

void view_reply_slots(const struct cluster_view *view, const struct view_asker *asker,
                      struct reply *reply)
{
    struct reply_deferred entries = reply_defer(reply);
    struct slot_range run;
    uint64_t count = 0;

    for (uint32_t from = 0; view_next_run(view, from, asker->client, &run); from = run.last + 1u) {
        view_slots_entry(view, run, asker, reply);
        count++;
    }
    reply_deferred_array(reply, entries, count);
}

static const char *view_health(const struct cluster_view *view, const struct cluster_node *node)
{
    if (node->flags & CLUSTER_NODE_FAILED)
        return "fail";
    if (view_is_replica(node) && node->replication_offset == 0 && node != view_myself(view))
        return "loading";
    return "online";
}

static struct span view_shards_endpoint(const struct cluster_view *view,
                                        const struct cluster_node *node,
                                        const struct view_asker *asker)
{
    struct span endpoint = view_endpoint(view, node);

    if (view->preferred_endpoint == VIEW_ENDPOINT_UNKNOWN)
        return endpoint;
    return view_own_address(view, node, endpoint, asker);
}

static void view_shards_node(const struct cluster_view *view, const struct cluster_node *node,
                             const struct view_asker *asker, struct reply *reply)
{
    bool with_hostname = node->hostname[0] != '\0';

    reply_map(reply, 6u + (node->port != 0) + (node->tls_port != 0) + with_hostname);
    reply_bulk(reply, SPAN("id"));
    reply_bulk(reply, node_id_span(&node->id));
    if (node->port != 0) {
        reply_bulk(reply, SPAN("port"));
        reply_integer(reply, node->port);
    }
    if (node->tls_port != 0) {
        reply_bulk(reply, SPAN("tls-port"));
        reply_integer(reply, node->tls_port);
    }
    reply_bulk(reply, SPAN("ip"));
    reply_bulk(reply, view_own_address(view, node, span_of_string(node->ip), asker));
    reply_bulk(reply, SPAN("endpoint"));
    reply_bulk(reply, view_shards_endpoint(view, node, asker));
    if (with_hostname) {
        reply_bulk(reply, SPAN("hostname"));
        reply_bulk(reply, span_of_string(node->hostname));
    }
    reply_bulk(reply, SPAN("role"));
    reply_bulk(reply, view_is_replica(node) ? SPAN("replica") : SPAN("master"));
    reply_bulk(reply, SPAN("replication-offset"));
    reply_integer(reply, node->replication_offset);
    reply_bulk(reply, SPAN("health"));
    reply_bulk(reply, span_of_string(view_health(view, node)));
}

/* What keeps a shard's nodes together; a node that has not told stands for itself. */
static const struct node_id *view_shard_id(const struct cluster_node *node)
{
    if (!node_id_empty(&node->shard_id))
        return &node->shard_id;
    return node_id_empty(&node->primary_id) ? &node->id : &node->primary_id;
}

static bool view_same_shard(const struct cluster_node *a, const struct cluster_node *b)
{
    return node_id_equal(view_shard_id(a), view_shard_id(b));
}

/* The slots and nodes of the shard whose first node in the table is `first`. */
static void view_shards_entry(const struct cluster_view *view, uint32_t first,
                              const struct view_asker *asker, struct reply *reply)
{
    const struct cluster_node *head = &view->nodes[first];
    struct reply_deferred deferred;
    struct slot_range run;
    uint64_t count = 0;

    reply_map(reply, 2);
    reply_bulk(reply, SPAN("slots"));
    deferred = reply_defer(reply);
    for (uint32_t from = 0; slot_map_next_owned_run(view->owner, from, &run);
         from = run.last + 1u) {
        if (!view_same_shard(head, view_owner(view, run.first)))
            continue;
        reply_integer(reply, run.first);
        reply_integer(reply, run.last);
        count += 2;
    }
    reply_deferred_array(reply, deferred, count);

    reply_bulk(reply, SPAN("nodes"));
    deferred = reply_defer(reply);
    count = 0;
    for (uint32_t i = first; i < view->node_count; i++) {
        if (!view_same_shard(head, &view->nodes[i]))
            continue;
        view_shards_node(view, &view->nodes[i], asker, reply);
        count++;
    }
    reply_deferred_array(reply, deferred, count);
}

void view_reply_shards(const struct cluster_view *view, const struct view_asker *asker,
                       struct reply *reply)
{
    struct reply_deferred shards = reply_defer(reply);
    uint64_t count = 0;

    for (uint32_t i = 0; i < view->node_count; i++) {
        uint32_t first = 0;

        while (!view_same_shard(&view->nodes[first], &view->nodes[i]))
            first++;
        if (first != i)
            continue;
        view_shards_entry(view, i, asker, reply);
        count++;
    }
    reply_deferred_array(reply, shards, count);
}

void view_reply_my_id(const struct cluster_view *view, struct reply *reply)
{
    reply_bulk(reply, node_id_span(&view_myself(view)->id));
}

void view_reply_my_shard_id(const struct cluster_view *view, struct reply *reply)
{
    reply_bulk(reply, node_id_span(view_shard_id(view_myself(view))));
}

void view_reply_moved(const struct cluster_view *view, uint16_t slot, enum view_client client,
                      struct reply *reply)
{
    const struct cluster_node *owner = view_owner(view, slot);

    if (owner == NULL) {
        reply_error_literal(reply, "CLUSTERDOWN Hash slot not served");
        return;
    }

    struct span endpoint = view_endpoint(view, owner);

    reply_error_format(reply, "MOVED %u %.*s:%u", slot, (int)endpoint.length, endpoint.data,
                       view_port(view, owner, slot, client));
}
