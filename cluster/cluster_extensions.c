#include "cluster/cluster_state.h"

enum { FORGOTTEN_SECONDS_MAX = 24 * 60 * 60, SECOND_MS = 1000 };

static bool cluster_extensions_name(struct span said, char *field)
{
    if (said.length > CLUSTER_NODE_HOSTNAME_MAX || span_equal(said, span_of_string(field)))
        return false;
    if (said.length > 0)
        memcpy(field, said.data, said.length);
    field[said.length] = '\0';
    return true;
}

static void cluster_extensions_forget(struct cluster *cluster,
                                      const struct bus_forgotten *forgotten)
{
    struct node_id id = cluster_id_of(forgotten->id);
    uint32_t place = cluster_find(cluster, &id);
    uint64_t seconds = forgotten->seconds;

    if (place == CLUSTER_NONE || place == cluster->topology.myself || seconds == 0 ||
        node_id_equal(&id, &cluster_myself(cluster)->primary_id))
        return;
    if (seconds > FORGOTTEN_SECONDS_MAX)
        seconds = FORGOTTEN_SECONDS_MAX;
    cluster_forget_add(cluster, &id, (int64_t)seconds * 1000);
    cluster_peers_remove(cluster, place);
}

/* Its primary's shard may become known to a replica only after it has begun to follow. */
static bool cluster_extensions_join_shard(struct cluster *cluster, const struct cluster_node *node)
{
    struct cluster_node *myself = cluster_myself(cluster);

    if (!cluster_is_replica(myself) || !node_id_equal(&myself->primary_id, &node->id) ||
        node_id_empty(&node->shard_id) || node_id_equal(&myself->shard_id, &node->shard_id))
        return false;
    myself->shard_id = node->shard_id;
    return true;
}

void cluster_extensions_receive(struct cluster *cluster, uint32_t sender,
                                const struct bus_message *message)
{
    struct cluster_node *node = cluster_at(cluster, sender);
    const struct cluster_node *primary;
    struct bus_extensions extensions;
    struct node_id shard = node->shard_id;
    bool changed;

    if (!bus_extensions_read(message, &extensions))
        return;
    changed = cluster_extensions_name(extensions.hostname, node->hostname);
    changed |= cluster_extensions_name(extensions.human_name, node->human_name);
    /* One that does not tell its shard is in that of its primary. */
    primary = topology_find_node(&cluster->topology, &node->primary_id);
    if (extensions.shard_id != NULL)
        shard = cluster_id_of(extensions.shard_id);
    else if (primary != NULL && !node_id_empty(&primary->shard_id))
        shard = primary->shard_id;
    if (!node_id_equal(&shard, &node->shard_id)) {
        node->shard_id = shard;
        changed = true;
    }
    changed |= cluster_extensions_join_shard(cluster, node);
    if (changed)
        cluster_changed(cluster);
    for (uint32_t i = 0; i < extensions.forgotten_count; i++)
        cluster_extensions_forget(cluster, &extensions.forgotten[i]);
}

void cluster_extensions_fill(struct cluster *cluster, struct bus_extensions *extensions)
{
    const struct cluster_node *myself = cluster_myself(cluster);

    *extensions = (struct bus_extensions){.hostname = span_of_string(myself->hostname),
                                          .human_name = span_of_string(myself->human_name)};
    if (!node_id_empty(&myself->shard_id))
        extensions->shard_id = myself->shard_id.text;
    for (uint32_t i = 0; i < cluster->forgotten_count; i++) {
        const struct cluster_forgotten *forgotten = &cluster->forgotten[i];
        struct bus_forgotten *told = &extensions->forgotten[extensions->forgotten_count];

        if (extensions->forgotten_count == BUS_FORGOTTEN_MAX ||
            forgotten->until - cluster->now < SECOND_MS)
            continue;
        memcpy(told->id, forgotten->id.text, BUS_ID_LENGTH);
        /* Rounded up it would grow each time that it is told on, and never end. */
        told->seconds = (uint64_t)(forgotten->until - cluster->now) / SECOND_MS;
        extensions->forgotten_count++;
    }
}
