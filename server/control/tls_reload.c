/* The node's TLS context: handed to the shards, and made anew when its files have changed. */
#include "proto/base/assert.h"
#include "server/control/control.h"
#include "server/observe/log.h"
#include "server/shard/shard.h"
#include "server/tls/tls_context.h"

enum { LOOK_INTERVAL_MS = 1000 };

static void adopt(struct shard *shard, const void *subject)
{
    struct tls_context *before = shard->tls;

    shard_assert_owner(shard);
    shard->tls = tls_context_share((struct tls_context *)(uintptr_t)subject);
    tls_context_release(before);
}

static void adopted(struct control *control, void *context)
{
    (void)control;
    tls_context_release(context);
}

void control_publish_tls(struct control *control, struct tls_context *context,
                         const struct tls_files *files)
{
    struct node *node = control->node;

    ASSERT(context != NULL);
    tls_context_release(node->tls);
    node->tls = context;
    node->tls_files = *files;
    /* Another one may be published before all shards have this one. */
    publication_start(control, tls_context_share(context), adopt, adopted, context);
}

void tls_reload_tick(struct control *control, int64_t now)
{
    struct node *node = control->node;
    struct tls_files files;
    struct tls_context *context;
    char error[TLS_ERROR_MAX];

    if (!config_uses_tls(control->config) || now < control->next_tls_look_ms || control->stopping)
        return;
    control->next_tls_look_ms = now + LOOK_INTERVAL_MS;
    files = tls_files_look(control->config);
    if (tls_files_equal(&files, &node->tls_files))
        return;
    context = tls_context_create(control->config, error);
    if (context == NULL) {
        /* Certificate and key are replaced one after the other, as a rule: the next change counts.
         */
        log_warning("the TLS files have changed and cannot be used; those read before stay in use. "
                    "%s",
                    error);
        node->tls_files = files;
        return;
    }
    log_notice("the TLS files have changed: new connections use the new ones");
    control_publish_tls(control, context, &files);
}
