#include "server/migrate/target_link.h"

#include "proto/base/assert.h"
#include "proto/base/memory.h"
#include "server/config/config.h"
#include "server/shard/shard.h"

#include <string.h>

/* ---- What the link says ---- */

static struct target_link *target_of(struct link *link)
{
    return link_context(link);
}

static void target_up(struct link *link)
{
    struct target_link *target = target_of(link);

    target->is_up = true;
    target->user->up(target->context);
}

static void target_received(struct link *link, struct span bytes)
{
    struct target_link *target = target_of(link);

    /* Nobody has asked for anything. */
    if (target->user == NULL)
        target_link_close(target);
    else
        target->user->received(target->context, bytes);
}

static void target_sent(struct link *link)
{
    struct target_link *target = target_of(link);

    if (target->user != NULL)
        target->user->sent(target->context);
}

static void target_down(struct link *link, int error)
{
    struct target_link *target = target_of(link);

    if (target->user == NULL)
        target_link_close(target);
    else
        target->user->down(target->context, error);
}

static const struct link_handler target_handler = {
    .up = target_up, .received = target_received, .sent = target_sent, .down = target_down};

/* ---- Taking ---- */

static struct target_link *find_kept(struct shard *shard, const char *host, uint16_t port)
{
    list_for_each (link, &shard->target_links) {
        struct target_link *target = list_entry(link, struct target_link, list_link);

        if (target->port == port && target->tls == shard->config->tls_cluster &&
            strcmp(target->host, host) == 0)
            return target;
    }
    return NULL;
}

static struct target_link *connect_new(struct shard *shard, const char *host, uint16_t port,
                                       int64_t limit_ms)
{
    struct target_link *target = memory_new_zeroed(1, sizeof(*target));
    bool tls = shard->config->tls_cluster;
    struct link_options options = {.host = host,
                                   .port = port,
                                   .tls = tls ? shard->tls : NULL,
                                   .connect_limit_ms = limit_ms,
                                   .freezer = &shard->links};

    ASSERT(!tls || shard->tls != NULL);
    *target = (struct target_link){.shard = shard, .port = port, .tls = tls};
    target->host = memory_copy(host, strlen(host));
    target->database = TARGET_LINK_NO_DATABASE;
    target->link = link_connect(shard->reactor, &options, &target_handler, target);
    return target;
}

struct target_link *target_link_take(struct shard *shard, const char *host, uint16_t port,
                                     int64_t limit_ms, bool fresh,
                                     const struct target_link_user *user, void *context)
{
    struct target_link *target = fresh ? NULL : find_kept(shard, host, port);

    shard_assert_owner(shard);
    if (target != NULL) {
        list_remove(&target->list_link);
        shard->target_link_count--;
        target->reused = true;
    } else {
        target = connect_new(shard, host, port, limit_ms);
    }
    target->user = user;
    target->context = context;
    return target;
}

/* ---- Keeping ---- */

void target_link_keep(struct target_link *target)
{
    struct shard *shard = target->shard;

    ASSERT(target->user != NULL);
    ASSERT(target->is_up);
    if (shard->target_link_count == TARGET_LINKS_MAX)
        target_link_close(list_entry(shard->target_links.next, struct target_link, list_link));
    target->user = NULL;
    target->context = NULL;
    target->kept_since = shard->now;
    list_push_back(&shard->target_links, &target->list_link);
    shard->target_link_count++;
}

void target_link_close(struct target_link *target)
{
    if (list_linked(&target->list_link)) {
        list_remove(&target->list_link);
        target->shard->target_link_count--;
    }
    link_close(target->link);
    memory_free(target->host);
    memory_free(target);
}

static struct target_link *oldest(struct shard *shard)
{
    return list_empty(&shard->target_links)
               ? NULL
               : list_entry(shard->target_links.next, struct target_link, list_link);
}

void target_links_age(struct shard *shard)
{
    struct target_link *target;

    while ((target = oldest(shard)) != NULL &&
           shard->now - target->kept_since >= TARGET_LINK_KEPT_MS)
        target_link_close(target);
}

void target_links_close(struct shard *shard)
{
    struct target_link *target;

    while ((target = oldest(shard)) != NULL)
        target_link_close(target);
}
