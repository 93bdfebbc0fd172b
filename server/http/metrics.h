/*
 * /metrics: everything the node can say of itself in numbers, for Prometheus.
 *
 * What Redis has, too, has the names that dashboards for redis_exporter know: it comes from INFO's
 * own writers by the table in metrics_info.c, so both say the same. What only Tessera has is called
 * tessera_*.
 *
 * Thread: the control thread.
 */
#ifndef SERVER_HTTP_METRICS_H
#define SERVER_HTTP_METRICS_H

#include "server/http/http_answer.h"
#include "server/http/metrics_text.h"

struct control;
struct info;

void metrics_answer(struct control *control, const struct http_request *request,
                    struct http_answer *answer);

/* ---- The parts ---- */

void metrics_write_info(struct metrics_text *metrics, const struct info *info);
void metrics_write_node(struct metrics_text *metrics, const struct control *control,
                        const struct info *info);
void metrics_write_commands(struct metrics_text *metrics, const struct info *info);
void metrics_write_shards(struct metrics_text *metrics, const struct control *control,
                          const struct info *info);
void metrics_write_slots(struct metrics_text *metrics, const struct control *control);
void metrics_write_replication(struct metrics_text *metrics, const struct control *control);
void metrics_write_cluster(struct metrics_text *metrics, const struct control *control);

#endif
