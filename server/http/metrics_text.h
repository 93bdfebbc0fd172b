/*
 * Metrics as text: Prometheus's format 0.0.4, or OpenMetrics 1.0.
 *
 * https://prometheus.io/docs/instrumenting/exposition_formats/
 * https://prometheus.io/docs/specs/om/open_metrics_spec/
 *
 * A family is begun, then come its samples; families without samples are not shown. Pure.
 */
#ifndef SERVER_HTTP_METRICS_TEXT_H
#define SERVER_HTTP_METRICS_TEXT_H

#include "server/config/text_buffer.h"

#include <stdbool.h>
#include <stdint.h>

enum metric_type { METRIC_COUNTER, METRIC_GAUGE, METRIC_HISTOGRAM, METRIC_UNTYPED };

enum { METRIC_LABELS_MAX = 1024 };

struct metrics_text {
    struct text_buffer text;
    bool open_metrics;
    /* the family that is being written */
    const char *name;
    const char *help;
    enum metric_type type;
    bool shown;
};

/* The texts stay in place until the next family. Counters are named with their "_total". */
void metrics_family(struct metrics_text *metrics, const char *name, enum metric_type type,
                    const char *help);

/* `labels` as 'shard="0",cmd="get"', escaped already; NULL: none. */
void metrics_add(struct metrics_text *metrics, const char *labels, double value);
void metrics_add_integer(struct metrics_text *metrics, const char *labels, uint64_t value);
/* A number that is text already. */
void metrics_add_text(struct metrics_text *metrics, const char *labels, struct span value);
/* A sample of a histogram: `suffix` is "_bucket", "_sum" or "_count". */
void metrics_add_part(struct metrics_text *metrics, const char *suffix, const char *labels,
                      double value);

/* A family of one sample. */
void metrics_single(struct metrics_text *metrics, const char *name, enum metric_type type,
                    const char *help, double value);

/* Behind the last family. */
void metrics_end(struct metrics_text *metrics);

/* A label's value with what has to be escaped, and what is no ASCII replaced: one byte that is no
 * UTF-8 would spoil the whole text. Cut to the room. */
const char *metrics_escape(char *room, size_t size, const char *value);

#endif
