#include "server/dispatch/denial.h"

#include "server/commands/command.h"
#include "server/commands/handlers.h"
#include "server/shard/shard.h"

#include <stdio.h>
#include <string.h>

static const char save_failed[] =
    "MISCONF Redis is configured to save RDB snapshots, but it's currently unable to persist to "
    "disk. Commands that may modify the data set are disabled, because this instance is configured "
    "to report errors during writes if RDB snapshotting fails (stop-writes-on-bgsave-error "
    "option). Please check the Redis logs for details about the RDB error.";

void denial_set(struct node *node, enum denial denial, bool on)
{
    if (on)
        atomic_fetch_or(&node->denials, (uint32_t)denial);
    else
        atomic_fetch_and(&node->denials, ~(uint32_t)denial);
}

void denial_refresh(struct shard *shard)
{
    uint32_t denials = atomic_load_explicit(&shard->node->denials, memory_order_relaxed);

    bool is_replica = atomic_load_explicit(&shard->node->is_replica, memory_order_relaxed);

    if (__builtin_expect(shard->is_replica != is_replica, 0)) {
        shard->is_replica = is_replica;
        eviction_settings(shard);
    }
    /* Where clients write, what has expired must make room for what they write. */
    keyspace_keep_expired(shard->keyspace, denials & DENIAL_COPY);
    /* Of memory every shard finds out for itself. */
    shard->denials = denials | (shard->denials & DENIAL_MEMORY);
    if (__builtin_expect(shard->loading != NULL, 0))
        shard->denials |= DENIAL_LOADING;
}

static const char *log_failed(struct shard *shard)
{
    int error = atomic_load_explicit(&shard->node->log_error, memory_order_relaxed);

    snprintf(shard->denial_error, sizeof(shard->denial_error),
             "MISCONF Errors writing to the AOF file: %s", strerror(error));
    return shard->denial_error;
}

const char *denial_of(struct shard *shard, const struct command *command, uint32_t flags)
{
    /* A node that cannot keep what it is given is not well: who asks for its health hears of it. */
    bool hears_of_disk = flags & COMMAND_WRITE || command->run == command_ping;

    if (shard->denials & DENIAL_LOADING && !(command->flags & COMMAND_LOADING))
        return "LOADING Redis is loading the dataset in memory";
    if (shard->denials & DENIAL_MEMORY && flags & COMMAND_DENYOOM)
        return "OOM command not allowed when used memory > 'maxmemory'.";
    if (shard->denials & DENIAL_SAVE && hears_of_disk)
        return save_failed;
    if (shard->denials & DENIAL_LOG && hears_of_disk)
        return log_failed(shard);
    if (shard->denials & DENIAL_REPLICAS && flags & COMMAND_WRITE)
        return "NOREPLICAS Not enough good replicas to write.";
    if (shard->denials & DENIAL_COPY && flags & COMMAND_WRITE)
        return "READONLY You can't write against a read only replica.";
    if (shard->denials & DENIAL_STALE && !(flags & COMMAND_STALE))
        return "MASTERDOWN Link with MASTER is down and replica-serve-stale-data is set to 'no'.";
    return NULL;
}
