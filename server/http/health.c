#include "server/http/health.h"

#include "server/control/cluster_driver.h"
#include "server/control/control.h"
#include "server/observe/clock.h"

#include <inttypes.h>

static void refuse(struct http_answer *answer, const char *reason)
{
    answer->status = 503;
    text_buffer_add_format(&answer->body, "%s\n", reason);
}

static void look_at_shards(const struct control *control, struct http_answer *answer)
{
    int64_t limit_ms = control->config->cluster_hung_shard_timeout;
    int64_t now = clock_monotonic_ms();

    if (limit_ms == 0)
        limit_ms = HEALTH_HUNG_MS;
    for (uint32_t i = 0; i < control->node->shard_count; i++) {
        const struct pulse *pulse = &control->pulses[i];

        if (!pulse->stalled || now - pulse->changed_ms <= limit_ms)
            continue;
        answer->status = 503;
        text_buffer_add_format(&answer->body,
                               "shard %u hangs: it has been in one turn for %" PRId64 " ms\n", i,
                               now - pulse->changed_ms);
    }
}

static void say_well(struct http_answer *answer)
{
    if (answer->status == 200)
        text_buffer_add(&answer->body, SPAN("ok\n"));
}

void health_answer_alive(struct control *control, const struct http_request *request,
                         struct http_answer *answer)
{
    (void)request;
    look_at_shards(control, answer);
    say_well(answer);
}

static bool is_linked(struct node *node)
{
    bool linked;

    pthread_mutex_lock(&node->replication.lock);
    linked = node->replication.link.phase == LINK_CONNECTED;
    pthread_mutex_unlock(&node->replication.lock);
    return linked;
}

void health_answer_ready(struct control *control, const struct http_request *request,
                         struct http_answer *answer)
{
    (void)request;
    look_at_shards(control, answer);
    if (!control->serving || atomic_load(&control->node->loading))
        refuse(answer, "loading: the data are not all there yet");
    if (control->stopping || control->shutdown != NULL || control->hand_over_until_ms != 0)
        refuse(answer, "stopping: the node is about to end");
    if (atomic_load(&control->node->is_replica) && !is_linked(control->node))
        refuse(answer, "replica: there is no link to the primary");
    if (control->cluster_driver != NULL && !cluster_driver_view(control)->ok)
        refuse(answer, "cluster: its state is not ok");
    if (control->cluster_driver != NULL && cluster_driver_is_hollow(control))
        refuse(answer, "cluster: this node has lost its data and waits for a replica to take over");
    say_well(answer);
}
