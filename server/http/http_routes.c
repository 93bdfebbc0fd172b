/*
 * What there is at the HTTP port.
 */
#include "server/http/api.h"
#include "server/http/health.h"
#include "server/http/http_answer.h"
#include "server/http/metrics.h"
#include "server/http/page.h"

static const struct http_route routes[] = {
    {"/", false, page_answer},
    {"/metrics", true, metrics_answer},
    {"/healthz", false, health_answer_alive},
    {"/readyz", false, health_answer_ready},
    {"/api/cluster", true, api_answer_cluster},
};

const struct http_route *http_route_of(struct span path)
{
    for (size_t i = 0; i < sizeof(routes) / sizeof(routes[0]); i++)
        if (span_equal(path, span_of_string(routes[i].path)))
            return &routes[i];
    return NULL;
}
