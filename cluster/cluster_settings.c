#include "cluster/cluster_state.h"

#include "cluster/slot_shard.h"
#include "proto/base/assert.h"
#include "proto/base/memory.h"

static struct span cluster_settings_copy(struct span text)
{
    return span_of(memory_copy(text.data, text.length), text.length);
}

static const uint16_t *cluster_settings_copy_ports(const uint16_t *ports,
                                                   const struct cluster_settings *settings)
{
    if (ports == NULL)
        return NULL;
    return (const uint16_t *)memory_copy(ports, settings->shard_port_count * sizeof(*ports));
}

static void cluster_settings_set(char *field, size_t capacity, struct span text)
{
    ASSERT(text.length < capacity);
    memcpy(field, text.data, text.length);
    field[text.length] = '\0';
}

void cluster_settings_free(struct cluster *cluster)
{
    struct cluster_settings *settings = &cluster->settings;

    memory_free((void *)settings->announce_ip.data);
    memory_free((void *)settings->announce_hostname.data);
    memory_free((void *)settings->announce_human_name.data);
    memory_free((void *)settings->shard_ports);
    memory_free((void *)settings->shard_tls_ports);
    *settings = (struct cluster_settings){0};
}

void cluster_settings_show(struct cluster *cluster)
{
    const struct cluster_settings *settings = &cluster->settings;
    struct cluster_node *myself = cluster_myself(cluster);

    /* Without an announced address, the one that has been learnt stays. */
    if (settings->announce_ip.length > 0)
        cluster_settings_set(myself->ip, sizeof(myself->ip), settings->announce_ip);
    cluster_settings_set(myself->hostname, sizeof(myself->hostname), settings->announce_hostname);
    cluster_settings_set(myself->human_name, sizeof(myself->human_name),
                         settings->announce_human_name);
    myself->port = settings->port;
    myself->tls_port = settings->tls_port;
    myself->bus_port = settings->bus_port;
    myself->flags &= ~(uint32_t)CLUSTER_NODE_NO_FAILOVER;
    if (settings->no_failover)
        myself->flags |= CLUSTER_NODE_NO_FAILOVER;
    cluster->persist = true;
    cluster->publish = true;
}

void cluster_settings_take(struct cluster *cluster, const struct cluster_settings *settings)
{
    struct cluster_settings copy = *settings;
    bool was_announced = cluster->settings.announce_ip.length > 0;

    ASSERT(cluster_node_address_valid(settings->announce_ip));
    ASSERT(cluster_node_address_valid(settings->announce_hostname));
    ASSERT(cluster_node_human_name_valid(settings->announce_human_name));
    ASSERT(settings->shard_port_count <= SLOT_SHARD_MAX);

    copy.announce_ip = cluster_settings_copy(settings->announce_ip);
    copy.announce_hostname = cluster_settings_copy(settings->announce_hostname);
    copy.announce_human_name = cluster_settings_copy(settings->announce_human_name);
    copy.shard_ports = cluster_settings_copy_ports(settings->shard_ports, settings);
    copy.shard_tls_ports = cluster_settings_copy_ports(settings->shard_tls_ports, settings);
    cluster_settings_free(cluster);
    cluster->settings = copy;
    /* Nobody looks any more, who would see that it does not leave now. */
    if (!copy.autopilot)
        cluster->autopilot = (struct cluster_autopilot){0};

    /* What was announced and is no longer is void. */
    if (was_announced)
        cluster_myself(cluster)->ip[0] = '\0';
    cluster_settings_show(cluster);
}
