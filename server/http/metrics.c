#include "server/http/metrics.h"

#include "server/control/control.h"
#include "server/http/figures.h"
#include "server/http/http_state.h"
#include "server/observe/version.h"

#include <stdio.h>

/* ---- The node ---- */

static void write_identity(struct metrics_text *metrics, const struct control *control)
{
    const struct node *node = control->node;
    const char *role = atomic_load(&node->is_replica) ? "slave" : "master";
    char labels[METRIC_LABELS_MAX];
    char reason[METRIC_LABELS_MAX / 2];

    snprintf(labels, sizeof(labels),
             "redis_version=\"%s\",redis_mode=\"%s\",role=\"%s\",run_id=\"%s\",tcp_port=\"%d\"",
             COMPATIBLE_VERSION, node->cluster_enabled ? "cluster" : "standalone", role,
             node->run_id, (int)control->config->port);
    metrics_family(metrics, "redis_instance_info", METRIC_GAUGE,
                   "What the node says it is: always 1, the labels tell");
    metrics_add_integer(metrics, labels, 1);
    snprintf(labels, sizeof(labels), "version=\"%s\",shards=\"%u\"", TESSERA_VERSION,
             node->shard_count);
    metrics_family(metrics, "tessera_build_info", METRIC_GAUGE,
                   "Version and number of shards: always 1");
    metrics_add_integer(metrics, labels, 1);
    metrics_escape(reason, sizeof(reason), node->io.reason);
    snprintf(labels, sizeof(labels), "backend=\"%s\",reason=\"%s\"",
             reactor_kind_name(node->io.kind), reason);
    metrics_family(metrics, "tessera_io_backend_info", METRIC_GAUGE,
                   "How the kernel is asked for input and output, and why so: always 1");
    metrics_add_integer(metrics, labels, 1);
}

void metrics_write_node(struct metrics_text *metrics, const struct control *control,
                        const struct info *info)
{
    const struct node *node = control->node;
    const struct http_statistics *http = http_statistics(control);

    write_identity(metrics, control);
    metrics_single(metrics, "redis_up", METRIC_GAUGE, "The node answers", 1);
    metrics_single(metrics, "redis_start_time_seconds", METRIC_GAUGE,
                   "When the process was started, in Unix time", (double)node->started / 1000);
    metrics_single(metrics, "tessera_watchdog_stalls_total", METRIC_COUNTER,
                   "Turns of shards that took longer than watchdog-stall-ms",
                   (double)atomic_load(&node->stalls));
    metrics_single(metrics, "tessera_watchdog_stalled_shards", METRIC_GAUGE,
                   "Shards that are in such a turn now", atomic_load(&node->stalled_shards));
    metrics_single(metrics, "tessera_writes_denied", METRIC_GAUGE,
                   "Bits of the reasons for which writes are refused; 0 while they are taken",
                   atomic_load(&node->denials));
    metrics_single(metrics, "tessera_http_requests_total", METRIC_COUNTER,
                   "Requests to the HTTP port", (double)http->requests);
    metrics_single(metrics, "tessera_http_refused_total", METRIC_COUNTER,
                   "Requests that the HTTP port has refused or cut short", (double)http->refused);
    metrics_single(metrics, "tessera_http_connections", METRIC_GAUGE,
                   "Connections to the HTTP port", http->connections);
    metrics_single(metrics, "tessera_memory_data_bytes", METRIC_GAUGE,
                   "Memory of keys and values, without tables", (double)info->data_memory);
}

/* ---- The whole ---- */

static bool wants_slots(const struct http_request *request)
{
    struct span value = SPAN("");

    return http_request_parameter(request, SPAN("slots"), &value) && span_is(value, "1");
}

void metrics_answer(struct control *control, const struct http_request *request,
                    struct http_answer *answer)
{
    struct metrics_text metrics = {
        .open_metrics = http_accepts(request->accept, SPAN("application/openmetrics-text"))};
    struct info info;

    figures_collect(control->http->figures, &info);
    metrics_write_node(&metrics, control, &info);
    metrics_write_info(&metrics, &info);
    metrics_write_commands(&metrics, &info);
    metrics_write_shards(&metrics, control, &info);
    metrics_write_replication(&metrics, control);
    if (control->cluster_driver != NULL)
        metrics_write_cluster(&metrics, control);
    if (wants_slots(request))
        metrics_write_slots(&metrics, control);
    metrics_end(&metrics);
    figures_release_info(&info);
    answer->body = metrics.text;
    answer->type = metrics.open_metrics
                       ? "application/openmetrics-text; version=1.0.0; charset=utf-8"
                       : "text/plain; version=0.0.4; charset=utf-8";
}
