/*
 * Metrics of shards, commands and slots.
 */
#include "proto/base/assert.h"
#include "server/commands/command.h"
#include "server/control/control.h"
#include "server/http/figures.h"
#include "server/http/http_state.h"
#include "server/http/metrics.h"
#include "server/observe/clock.h"

#include <stddef.h>
#include <stdio.h>

/* ---- Per command, of the whole node ---- */

static double seconds_of_ticks(uint64_t ticks)
{
    return (double)clock_ticks_to_ns(ticks) / 1e9;
}

static const char *command_label(char labels[METRIC_LABELS_MAX], uint16_t id)
{
    snprintf(labels, METRIC_LABELS_MAX, "cmd=\"%s\"", commands[id]->name);
    return labels;
}

static void write_command_counter(struct metrics_text *metrics, const struct info *info,
                                  size_t offset)
{
    char labels[METRIC_LABELS_MAX];

    for (uint16_t id = 0; id < command_count; id++) {
        const struct command_statistics *of = &info->total->statistics.commands_by_id[id];

        if (of->calls != 0 || of->rejected != 0 || of->failed != 0)
            metrics_add_integer(metrics, command_label(labels, id),
                                *(const uint64_t *)((const char *)of + offset));
    }
}

static void write_errors(struct metrics_text *metrics, const struct info *info)
{
    const struct statistics *total = &info->total->statistics;
    char labels[METRIC_LABELS_MAX];
    char code[2 * STATISTICS_ERROR_CODE_MAX + 1];

    metrics_family(metrics, "redis_errors_total", METRIC_COUNTER, "Errors replied, by their code");
    for (uint32_t i = 0; i < total->error_codes; i++) {
        metrics_escape(code, sizeof(code), total->errors_by_code[i].code);
        snprintf(labels, sizeof(labels), "err=\"%s\"", code);
        metrics_add_integer(metrics, labels, total->errors_by_code[i].count);
    }
}

void metrics_write_commands(struct metrics_text *metrics, const struct info *info)
{
    char labels[METRIC_LABELS_MAX];

    write_errors(metrics, info);
    /* No shard has been heard of yet. */
    if (info->total->statistics.commands_by_id == NULL)
        return;
    metrics_family(metrics, "redis_commands_total", METRIC_COUNTER, "Calls of a command");
    write_command_counter(metrics, info, offsetof(struct command_statistics, calls));
    metrics_family(metrics, "redis_commands_rejected_calls_total", METRIC_COUNTER,
                   "Calls that were refused before they ran");
    write_command_counter(metrics, info, offsetof(struct command_statistics, rejected));
    metrics_family(metrics, "redis_commands_failed_calls_total", METRIC_COUNTER,
                   "Calls that ran and replied an error");
    write_command_counter(metrics, info, offsetof(struct command_statistics, failed));
    metrics_family(metrics, "redis_commands_duration_seconds_total", METRIC_COUNTER,
                   "Time that the calls of a command ran, without queueing");
    for (uint16_t id = 0; id < command_count; id++) {
        const struct command_statistics *of = &info->total->statistics.commands_by_id[id];

        if (of->calls != 0)
            metrics_add(metrics, command_label(labels, id), seconds_of_ticks(of->ticks));
    }
}

/* ---- Per command and shard ---- */

enum {
    /* Borders of the buckets: powers of four nanoseconds, from one microsecond to 17 seconds. */
    FIRST_BORDER_BITS = 10,
    LAST_BORDER_BITS = 34,
    BORDER_STEP_BITS = 2,
};

static void write_buckets(struct metrics_text *metrics, const struct histogram *histogram,
                          const char *labels)
{
    char bucket_labels[METRIC_LABELS_MAX + 64];
    uint64_t seen = 0;
    uint32_t bucket = 0;

    for (uint32_t bits = FIRST_BORDER_BITS; bits <= LAST_BORDER_BITS; bits += BORDER_STEP_BITS) {
        uint64_t border = (uint64_t)1 << bits;

        while (bucket < HISTOGRAM_BUCKETS && histogram_bucket_top(bucket) < border)
            seen += histogram->buckets[bucket++];
        snprintf(bucket_labels, sizeof(bucket_labels), "%s,le=\"%.9g\"", labels,
                 (double)border / 1e9);
        metrics_add_part(metrics, "_bucket", bucket_labels, (double)seen);
    }
    snprintf(bucket_labels, sizeof(bucket_labels), "%s,le=\"+Inf\"", labels);
    metrics_add_part(metrics, "_bucket", bucket_labels, (double)histogram->count);
}

static void write_responses(struct metrics_text *metrics, const struct info *info)
{
    char labels[METRIC_LABELS_MAX];

    metrics_family(metrics, "tessera_command_response_seconds", METRIC_HISTOGRAM,
                   "From when a request can have been there at the earliest up to its reply, "
                   "queueing included, on the shard that ran it");
    for (uint32_t shard = 0; shard < info->node->shard_count; shard++) {
        const struct command_statistics *by_id =
            info_shard_of(info, shard)->statistics.commands_by_id;

        for (uint16_t id = 0; by_id != NULL && id < command_count; id++) {
            const struct histogram *response = by_id[id].response;

            if (response == NULL || response->count == 0)
                continue;
            snprintf(labels, sizeof(labels), "cmd=\"%s\",shard=\"%u\"", commands[id]->name, shard);
            write_buckets(metrics, response, labels);
            metrics_add_part(metrics, "_sum", labels, seconds_of_ticks(by_id[id].response_ticks));
            metrics_add_part(metrics, "_count", labels, (double)response->count);
        }
    }
}

/* ---- Per shard ---- */

struct shard_row {
    const char *metric;
    enum metric_type type;
    const char *help;
    size_t offset; /* in struct info_shard */
    size_t size;
    double scale; /* 0: 1 */
};

#define OF(field) offsetof(struct info_shard, field), sizeof(((struct info_shard *)0)->field)

static const struct shard_row shard_rows[] = {
    {"tessera_shard_keys", METRIC_GAUGE, "Keys of a shard", OF(keys), 0},
    {"tessera_shard_memory_used_bytes", METRIC_GAUGE, "Memory of its data",
     OF(keyspace.used_memory), 0},
    {"tessera_shard_connections", METRIC_GAUGE, "Its clients", OF(connections), 0},
    {"tessera_shard_output_bytes", METRIC_GAUGE, "Replies that they have not read",
     OF(output_bytes), 0},
    {"tessera_shard_commands_total", METRIC_COUNTER, "Commands that it ran",
     OF(statistics.commands), 0},
    {"tessera_shard_hops_sent_total", METRIC_COUNTER,
     "Commands of its clients that ran on other shards", OF(statistics.hops_sent), 0},
    {"tessera_shard_hops_served_total", METRIC_COUNTER,
     "Commands that it ran for other shards' clients", OF(statistics.hops_served), 0},
    {"tessera_shard_hops_borrowed_total", METRIC_COUNTER,
     "Commands that it ran itself on the data of shards that slept", OF(statistics.hops_borrowed),
     0},
    {"tessera_shard_hop_messages_total", METRIC_COUNTER, "Messages that hops have travelled in",
     OF(statistics.hop_messages), 0},
    {"tessera_shard_sections_total", METRIC_COUNTER, "Exclusive sections that it has begun",
     OF(statistics.sections), 0},
    {"tessera_shard_turns_total", METRIC_COUNTER, "Turns of its loop", OF(statistics.turns), 0},
    {"tessera_shard_net_input_bytes_total", METRIC_COUNTER, "Bytes from its clients",
     OF(statistics.bytes_received), 0},
    {"tessera_shard_net_output_bytes_total", METRIC_COUNTER, "Bytes to its clients",
     OF(statistics.bytes_sent), 0},
    {"tessera_shard_cpu_user_seconds_total", METRIC_COUNTER, "Time of its thread in the program",
     OF(user_us), 1e-6},
    {"tessera_shard_cpu_sys_seconds_total", METRIC_COUNTER, "Time of its thread in the kernel",
     OF(system_us), 1e-6},
};

#undef OF

static uint64_t number_at(const struct info_shard *shard, const struct shard_row *row)
{
    const char *at = (const char *)shard + row->offset;
    uint32_t narrow;
    uint64_t wide;

    if (row->size == sizeof(narrow)) {
        memcpy(&narrow, at, sizeof(narrow));
        return narrow;
    }
    ASSERT(row->size == sizeof(wide));
    memcpy(&wide, at, sizeof(wide));
    return wide;
}

static void write_shard_row(struct metrics_text *metrics, const struct info *info,
                            const struct shard_row *row)
{
    char labels[METRIC_LABELS_MAX];

    metrics_family(metrics, row->metric, row->type, row->help);
    for (uint32_t i = 0; i < info->node->shard_count; i++) {
        uint64_t number = number_at(info_shard_of(info, i), row);

        snprintf(labels, sizeof(labels), "shard=\"%u\"", i);
        if (row->scale == 0)
            metrics_add_integer(metrics, labels, number);
        else
            metrics_add(metrics, labels, (double)number * row->scale);
    }
}

static void write_pulses(struct metrics_text *metrics, const struct control *control)
{
    int64_t now = clock_monotonic_ms();
    char labels[METRIC_LABELS_MAX];

    metrics_family(metrics, "tessera_shard_figures_age_seconds", METRIC_GAUGE,
                   "How old the figures of a shard are: it is busy when it does not tell new ones");
    for (uint32_t i = 0; i < control->node->shard_count; i++) {
        snprintf(labels, sizeof(labels), "shard=\"%u\"", i);
        metrics_add(metrics, labels, (double)figures_age_ms(control->http->figures, i) / 1000);
    }
    metrics_family(metrics, "tessera_shard_stalled_seconds", METRIC_GAUGE,
                   "How long a shard has been in one turn, once the watchdog minds; else 0");
    for (uint32_t i = 0; i < control->node->shard_count; i++) {
        const struct pulse *pulse = &control->pulses[i];

        snprintf(labels, sizeof(labels), "shard=\"%u\"", i);
        metrics_add(metrics, labels, pulse->stalled ? (double)(now - pulse->changed_ms) / 1000 : 0);
    }
}

void metrics_write_shards(struct metrics_text *metrics, const struct control *control,
                          const struct info *info)
{
    for (size_t i = 0; i < sizeof(shard_rows) / sizeof(shard_rows[0]); i++)
        write_shard_row(metrics, info, &shard_rows[i]);
    write_pulses(metrics, control);
    write_responses(metrics, info);
}

/* ---- Per slot ---- */

struct slot_row {
    const char *metric;
    enum metric_type type;
    const char *help;
    size_t offset; /* in struct slot_figures */
    double scale;  /* 0: 1 */
};

static const struct slot_row slot_rows[] = {
    {"tessera_slot_keys", METRIC_GAUGE, "Keys in a slot", offsetof(struct slot_figures, keys), 0},
    {"tessera_slot_commands_total", METRIC_COUNTER, "Commands for keys of a slot",
     offsetof(struct slot_figures, calls), 0},
    {"tessera_slot_cpu_seconds_total", METRIC_COUNTER, "Time that they ran",
     offsetof(struct slot_figures, cpu_ns), 1e-9},
    {"tessera_slot_net_input_bytes_total", METRIC_COUNTER, "Bytes of their arguments",
     offsetof(struct slot_figures, bytes_in), 0},
    {"tessera_slot_net_output_bytes_total", METRIC_COUNTER, "Bytes of their replies",
     offsetof(struct slot_figures, bytes_out), 0},
};

static void write_slot_row(struct metrics_text *metrics, const struct control *control,
                           const struct slot_row *row)
{
    char labels[METRIC_LABELS_MAX];

    metrics_family(metrics, row->metric, row->type, row->help);
    for (uint32_t shard = 0; shard < control->node->shard_count; shard++) {
        uint32_t count;
        const struct slot_figures *slots = figures_slots(control->http->figures, shard, &count);

        for (uint32_t i = 0; i < count; i++) {
            uint64_t number = *(const uint64_t *)((const char *)&slots[i] + row->offset);

            snprintf(labels, sizeof(labels), "slot=\"%u\"", slots[i].slot);
            metrics_add(metrics, labels,
                        row->scale == 0 ? (double)number : (double)number * row->scale);
        }
    }
}

void metrics_write_slots(struct metrics_text *metrics, const struct control *control)
{
    for (size_t i = 0; i < sizeof(slot_rows) / sizeof(slot_rows[0]); i++)
        write_slot_row(metrics, control, &slot_rows[i]);
}
