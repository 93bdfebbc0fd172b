/*
 * The node's configuration as the cluster's state machine takes it.
 */
#include "server/control/cluster_driver_state.h"
#include "server/shard/listening_set.h"
#include "server/shard/shard.h"

enum { NODE_TIMEOUT_MAX_MS = 1 << 30 };

static uint16_t announced(int64_t announced_port, int64_t own)
{
    return (uint16_t)(announced_port != 0 ? announced_port : own);
}

static int64_t node_timeout(const struct config *config)
{
    if (config->cluster_node_timeout < 1)
        return 1;
    return config->cluster_node_timeout < NODE_TIMEOUT_MAX_MS ? config->cluster_node_timeout
                                                              : NODE_TIMEOUT_MAX_MS;
}

static void take_ports(const struct node *node, struct shard_ports *ports)
{
    for (uint32_t i = 0; i < node->shard_count; i++) {
        ports->plain[i] = node->listening->parts[i].port;
        ports->tls[i] = node->listening->parts[i].tls_port;
    }
}

struct cluster_settings cluster_settings_of(const struct control *control,
                                            struct shard_ports *ports)
{
    const struct config *config = control->config;
    const struct node *node = control->node;
    bool listens = config->port != 0 || config->tls_port != 0;

    take_ports(node, ports);
    return (struct cluster_settings){
        .announce_ip = span_of_string(config->cluster_announce_ip),
        .announce_hostname = span_of_string(config->cluster_announce_hostname),
        .announce_human_name = span_of_string(config->cluster_announce_human_nodename),
        .port = announced(config->cluster_announce_port, config->port),
        .tls_port = announced(config->cluster_announce_tls_port, config->tls_port),
        .bus_port =
            announced(config->cluster_announce_bus_port, bus_port(control->cluster_driver->bus)),
        .preferred_endpoint = (enum view_endpoint)config->cluster_preferred_endpoint_type,
        .announce_shards = config->cluster_announce_shards && listens,
        .shard_port_count = listens ? node->shard_count : 0,
        .shard_ports = ports->plain,
        .shard_tls_ports = ports->tls,
        .require_full_coverage = config->cluster_require_full_coverage,
        .node_timeout_ms = node_timeout(config),
        .tls_bus = config->tls_cluster,
        .no_failover = config->cluster_replica_no_failover,
        .no_replica_migration = !config->cluster_allow_replica_migration,
        .migration_barrier = (uint32_t)config->cluster_migration_barrier,
        .validity_factor = (uint32_t)config->cluster_replica_validity_factor,
        .replica_ping_ms = config->repl_ping_replica_period * 1000,
        .manual_failover_ms = config->cluster_manual_failover_timeout,
        .forget_ms = config->cluster_blacklist_ttl * 1000,
        .autopilot = config->cluster_autopilot,
        .wanted_primaries = (uint32_t)config->cluster_autopilot_primaries,
        .wanted_replicas = (uint32_t)config->cluster_autopilot_replicas};
}
