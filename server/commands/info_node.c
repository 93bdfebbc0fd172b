/*
 * INFO's sections about the node and its surroundings.
 */
#include "server/commands/command.h"
#include "server/commands/info.h"
#include "server/observe/version.h"

#include <inttypes.h>
#include <sys/utsname.h>
#include <unistd.h>

/* Who is told; else what was asked for. */
static const char *supervision_of(const struct info *info)
{
    enum supervised supervised = info->node->supervised;

    switch (supervised != SUPERVISED_NO ? supervised : info->config->supervised) {
    case SUPERVISED_UPSTART:
        return "upstart";
    case SUPERVISED_SYSTEMD:
        return "systemd";
    case SUPERVISED_AUTO:
        return "unknown";
    case SUPERVISED_NO:
        break;
    }
    return "no";
}

static void write_listener(const struct config *config, const char *name, int64_t port,
                           uint32_t *number, struct text_buffer *text)
{
    if (port == 0)
        return;
    text_buffer_add_format(text, "listener%u:name=%s", (*number)++, name);
    for (uint32_t i = 0; i < config->bind.count; i++)
        text_buffer_add_format(text, ",bind=%s", config->bind.items[i]);
    text_buffer_add_format(text, ",port=%" PRId64 "\r\n", port);
}

static void write_listeners(const struct info *info, struct text_buffer *text)
{
    const struct config *config = info->config;
    uint32_t number = 0;

    write_listener(config, "tcp", config->port, &number, text);
    if (config->unixsocket[0] != '\0')
        text_buffer_add_format(text, "listener%u:name=unix,bind=%s\r\n", number++,
                               config->unixsocket);
    write_listener(config, "tls", config->tls_port, &number, text);
}

static void write_software(const struct info *info, struct text_buffer *text)
{
    struct utsname system = {0};

    if (uname(&system) != 0)
        system.sysname[0] = '\0';
    text_buffer_add_format(text,
                           "redis_version:" COMPATIBLE_VERSION "\r\n"
                           "redis_git_sha1:00000000\r\n"
                           "redis_git_dirty:0\r\n"
                           "redis_build_id:0\r\n"
                           "redis_mode:%s\r\n"
                           "server_name:tessera\r\n"
                           "tessera_version:" TESSERA_VERSION "\r\n",
                           info->node->cluster_enabled ? "cluster" : "standalone");
    text_buffer_add_format(text,
                           "os:%s %s %s\r\n"
                           "arch_bits:%zu\r\n"
                           "monotonic_clock:POSIX clock_gettime\r\n"
                           "multiplexing_api:%s\r\n"
                           "atomicvar_api:c11-builtin\r\n"
                           "gcc_version:%d.%d.%d\r\n",
                           system.sysname, system.release, system.machine, sizeof(void *) * 8,
                           info->node->io.kind == REACTOR_URING ? "io_uring" : "epoll", __GNUC__,
                           __GNUC_MINOR__, __GNUC_PATCHLEVEL__);
}

void info_write_server(const struct info *info, struct text_buffer *text)
{
    const struct node *node = info->node;
    const struct config *config = info->config;
    int64_t uptime = (info->now / 1000 - node->started) / 1000;

    write_software(info, text);
    text_buffer_add_format(text,
                           "process_id:%d\r\n"
                           "process_supervised:%s\r\n"
                           "run_id:%s\r\n"
                           "tcp_port:%" PRId64 "\r\n"
                           "server_time_usec:%" PRId64 "\r\n"
                           "uptime_in_seconds:%" PRId64 "\r\n"
                           "uptime_in_days:%" PRId64 "\r\n",
                           getpid(), supervision_of(info), node->run_id,
                           config->port != 0 ? config->port : config->tls_port, info->now, uptime,
                           uptime / 86400);
    text_buffer_add_format(text,
                           "hz:%" PRId64 "\r\n"
                           "configured_hz:%" PRId64 "\r\n"
                           "lru_clock:%" PRId64 "\r\n"
                           "executable:%s\r\n"
                           "config_file:%s\r\n"
                           "io_threads_active:0\r\n"
                           "io_backend:%s\r\n"
                           "io_backend_reason:%s\r\n",
                           config->hz, config->hz, info->now / 1000000 & 0xffffff, node->executable,
                           node->config_path, reactor_kind_name(node->io.kind), node->io.reason);
    write_listeners(info, text);
}

void info_write_clients(const struct info *info, struct text_buffer *text)
{
    const struct info_shard *total = info->total;

    text_buffer_add_format(text,
                           "connected_clients:%u\r\n"
                           "cluster_connections:0\r\n"
                           "maxclients:%" PRId64 "\r\n"
                           "client_recent_max_input_buffer:%" PRIu64 "\r\n"
                           "client_recent_max_output_buffer:%" PRIu64 "\r\n"
                           "blocked_clients:%u\r\n"
                           "tracking_clients:%u\r\n"
                           "pubsub_clients:%u\r\n"
                           "watching_clients:%u\r\n"
                           "clients_in_timeout_table:%u\r\n"
                           "total_watched_keys:%" PRIu64 "\r\n"
                           "total_blocking_keys:%u\r\n"
                           "total_blocking_keys_on_nokey:%u\r\n",
                           total->connections, info->config->maxclients, total->input_largest,
                           total->output_largest, total->blocked, total->tracking_clients,
                           total->subscribers, total->watching, total->deadlines,
                           total->watched_keys, total->blocking_keys,
                           total->blocking_keys_until_gone);
}

void info_write_replication(const struct info *info, struct text_buffer *text)
{
    replication_report_write(info->node, info->config, info->now / 1000, text);
}

void info_write_modules(const struct info *info, struct text_buffer *text)
{
    (void)info;
    (void)text;
}

void info_write_cluster(const struct info *info, struct text_buffer *text)
{
    const struct bus_report *bus = &info->node->bus;

    text_buffer_add_format(text, "cluster_enabled:%d\r\n", info->node->cluster_enabled);
    if (!info->node->cluster_enabled)
        return;
    text_buffer_add_format(text,
                           "cluster_bus_links_unproven:%" PRIu64 "\r\n"
                           "cluster_bus_links_displaced:%" PRIu64 "\r\n"
                           "cluster_bus_links_unknown:%" PRIu64 "\r\n",
                           atomic_load(&bus->unproven), atomic_load(&bus->displaced),
                           atomic_load(&bus->strangers));
}

void info_write_keyspace(const struct info *info, struct text_buffer *text)
{
    for (uint32_t i = 0; i < info->node->databases; i++) {
        const struct info_database *database = &info->total->databases[i];

        if (database->keys > 0)
            text_buffer_add_format(text,
                                   "db%u:keys=%" PRIu64 ",expires=%" PRIu64 ",avg_ttl=%" PRId64
                                   ",keys_with_volatile_items=%" PRIu64 "\r\n",
                                   i, database->keys, database->expires, database->average_ttl,
                                   database->expiring_items);
    }
}

void info_write_shards(const struct info *info, struct text_buffer *text)
{
    text_buffer_add_format(text, "shards:%u\r\n", info->node->shard_count);
    for (uint32_t i = 0; i < info->node->shard_count; i++) {
        const struct info_shard *shard = info_shard_of(info, i);
        const struct statistics *statistics = &shard->statistics;

        text_buffer_add_format(
            text,
            "shard%u:port=%u,tls_port=%u,connections=%u,keys=%" PRIu64 ",commands=%" PRIu64
            ",hops_sent=%" PRIu64 ",hops_borrowed=%" PRIu64 ",hops_served=%" PRIu64
            ",sections=%" PRIu64 ",turns=%" PRIu64 ",used_memory=%zu\r\n",
            i, shard->port, shard->tls_port, shard->connections, shard->keys, statistics->commands,
            statistics->hops_sent, statistics->hops_borrowed, statistics->hops_served,
            statistics->sections, statistics->turns, shard->keyspace.used_memory);
    }
    text_buffer_add_format(
        text,
        "hops_total:%" PRIu64 "\r\n"
        "hop_messages_total:%" PRIu64 "\r\n"
        "stalls_total:%" PRIu64 "\r\n",
        info->total->statistics.hops_sent, info->total->statistics.hop_messages,
        (uint64_t)atomic_load_explicit(&info->node->stalls, memory_order_relaxed));
}
