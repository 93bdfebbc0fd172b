#include "server/http/metrics_text.h"

#include "proto/base/assert.h"
#include "proto/base/number.h"

#include <string.h>

static const char *type_name(const struct metrics_text *metrics)
{
    switch (metrics->type) {
    case METRIC_COUNTER:
        return "counter";
    case METRIC_GAUGE:
        return "gauge";
    case METRIC_HISTOGRAM:
        return "histogram";
    case METRIC_UNTYPED:
        return metrics->open_metrics ? "unknown" : "untyped";
    }
    UNREACHABLE();
}

void metrics_family(struct metrics_text *metrics, const char *name, enum metric_type type,
                    const char *help)
{
    size_t length = strlen(name);

    ASSERT(type != METRIC_COUNTER || (length > 6 && strcmp(name + length - 6, "_total") == 0));
    metrics->name = name;
    metrics->help = help;
    metrics->type = type;
    metrics->shown = false;
}

/* OpenMetrics names the family of a counter without the end of its samples' name. */
static int family_length(const struct metrics_text *metrics)
{
    size_t length = strlen(metrics->name);

    if (metrics->type == METRIC_COUNTER && metrics->open_metrics)
        length -= strlen("_total");
    return (int)length;
}

static void show_family(struct metrics_text *metrics)
{
    int length = family_length(metrics);

    if (metrics->shown)
        return;
    metrics->shown = true;
    text_buffer_add_format(&metrics->text, "# HELP %.*s %s\n# TYPE %.*s %s\n", length,
                           metrics->name, metrics->help, length, metrics->name, type_name(metrics));
}

static void add_sample(struct metrics_text *metrics, const char *suffix, const char *labels,
                       struct span value)
{
    show_family(metrics);
    text_buffer_add_format(&metrics->text, "%s%s", metrics->name, suffix);
    if (labels != NULL)
        text_buffer_add_format(&metrics->text, "{%s}", labels);
    text_buffer_add_format(&metrics->text, " %.*s\n", (int)value.length, value.data);
}

void metrics_add_text(struct metrics_text *metrics, const char *labels, struct span value)
{
    add_sample(metrics, "", labels, value);
}

void metrics_add_part(struct metrics_text *metrics, const char *suffix, const char *labels,
                      double value)
{
    char number[NUMBER_DOUBLE_TEXT_MAX];

    add_sample(metrics, suffix, labels, span_of(number, number_format_double(number, value)));
}

void metrics_add(struct metrics_text *metrics, const char *labels, double value)
{
    metrics_add_part(metrics, "", labels, value);
}

void metrics_add_integer(struct metrics_text *metrics, const char *labels, uint64_t value)
{
    char number[NUMBER_INTEGER_TEXT_MAX];

    add_sample(metrics, "", labels, span_of(number, number_format_unsigned(number, value)));
}

void metrics_single(struct metrics_text *metrics, const char *name, enum metric_type type,
                    const char *help, double value)
{
    metrics_family(metrics, name, type, help);
    metrics_add(metrics, NULL, value);
}

void metrics_end(struct metrics_text *metrics)
{
    if (metrics->open_metrics)
        text_buffer_add(&metrics->text, SPAN("# EOF\n"));
}

const char *metrics_escape(char *room, size_t size, const char *value)
{
    size_t length = 0;

    ASSERT(size > 2);
    for (; *value != '\0' && length + 2 < size; value++) {
        bool escaped = *value == '"' || *value == '\\' || *value == '\n';
        bool foreign = (*value < ' ' && *value != '\n') || *value > '~';

        if (escaped)
            room[length++] = '\\';
        room[length++] = (char)(*value == '\n' ? 'n' : foreign ? '?' : *value);
    }
    room[length] = '\0';
    return room;
}
