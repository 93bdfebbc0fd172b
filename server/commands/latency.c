/*
 * LATENCY: the shards' latency events as one, and the distribution of each command's time.
 */
#include "server/observe/latency.h"

#include "proto/base/assert.h"
#include "proto/base/memory.h"
#include "server/commands/cmd.h"
#include "server/commands/handlers.h"
#include "server/config/text_buffer.h"
#include "server/shard/gather.h"

#include <stdlib.h>

/* ---- All series of a shard, and of the node ---- */

static void copy_visit(struct shard *shard, struct gather *gather, void *part)
{
    (void)gather;
    memcpy(part, shard->latency, LATENCY_EVENTS * sizeof(struct latency_series));
}

static int oldest_first(const void *left, const void *right)
{
    const struct latency_sample *a = left;
    const struct latency_sample *b = right;

    return (a->second > b->second) - (a->second < b->second);
}

/* One series of all shards' samples of an event, the oldest first; a second has one sample, the
 * worst. At most LATENCY_HISTORY_MAX, the newest. Freed by the caller. */
struct history {
    uint32_t max_ms;
    uint32_t count;
    struct latency_sample samples[];
};

static struct history *history_of(const struct gather *gather, enum latency_event event)
{
    uint32_t shards = gather->asker->node->shard_count;
    struct latency_sample *all = memory_new(shards * LATENCY_HISTORY_MAX * sizeof(*all));
    struct latency_series *series = memory_new_zeroed(1, sizeof(*series));
    struct history *history =
        memory_new_zeroed(1, sizeof(*history) + LATENCY_HISTORY_MAX * sizeof(*all));
    uint32_t count = 0;

    for (uint32_t i = 0; i < shards; i++) {
        const struct latency_series *part = gather_part(gather, i);

        if (part[event].max_ms > history->max_ms)
            history->max_ms = part[event].max_ms;
        for (uint32_t j = 0; j < LATENCY_HISTORY_MAX; j++)
            if (part[event].samples[j].second != 0)
                all[count++] = part[event].samples[j];
    }
    qsort(all, count, sizeof(*all), oldest_first);
    for (uint32_t i = 0; i < count; i++)
        latency_series_add(series, all[i].second, all[i].latency_ms);
    for (uint32_t i = 0; i < LATENCY_HISTORY_MAX; i++) {
        const struct latency_sample *sample =
            &series->samples[(series->next + i) % LATENCY_HISTORY_MAX];

        if (sample->second != 0)
            history->samples[history->count++] = *sample;
    }
    memory_free(series);
    memory_free(all);
    return history;
}

static bool event_find(struct span name, enum latency_event *event)
{
    for (uint32_t i = 0; i < LATENCY_EVENTS; i++) {
        if (span_equal(name, span_of_string(latency_event_name(i)))) {
            *event = i;
            return true;
        }
    }
    return false;
}

static void gather_series(struct cmd *cmd,
                          void (*finish)(struct gather *gather, struct reply *reply))
{
    gather_all(cmd, LATENCY_EVENTS * sizeof(struct latency_series), copy_visit, finish);
}

/* ---- HISTORY, LATEST ---- */

static void history_finish(struct gather *gather, struct reply *reply)
{
    enum latency_event event;
    struct history *history;

    if (!event_find(gather->argv[2], &event)) {
        reply_array(reply, 0);
        return;
    }
    history = history_of(gather, event);
    reply_array(reply, history->count);
    for (uint32_t i = 0; i < history->count; i++) {
        reply_array(reply, 2);
        reply_integer(reply, history->samples[i].second);
        reply_integer(reply, history->samples[i].latency_ms);
    }
    memory_free(history);
}

void command_latency_history(struct cmd *cmd)
{
    gather_series(cmd, history_finish);
}

static void latest_finish(struct gather *gather, struct reply *reply)
{
    struct reply_deferred deferred = reply_defer(reply);
    uint64_t count = 0;

    for (uint32_t event = 0; event < LATENCY_EVENTS; event++) {
        struct history *history = history_of(gather, event);

        if (history->count > 0) {
            const struct latency_sample *last = &history->samples[history->count - 1];

            reply_array(reply, 4);
            reply_bulk(reply, span_of_string(latency_event_name(event)));
            reply_integer(reply, last->second);
            reply_integer(reply, last->latency_ms);
            reply_integer(reply, history->max_ms);
            count++;
        }
        memory_free(history);
    }
    reply_deferred_array(reply, deferred, count);
}

void command_latency_latest(struct cmd *cmd)
{
    gather_series(cmd, latest_finish);
}

/* ---- RESET ---- */

/* A bit for each event that is meant: those named, or all. */
static uint32_t events_named(const struct gather *gather)
{
    uint32_t events = 0;
    enum latency_event event;

    if (gather->argc == 2)
        return (1u << LATENCY_EVENTS) - 1;
    for (uint32_t i = 2; i < gather->argc; i++)
        if (event_find(gather->argv[i], &event))
            events |= 1u << event;
    return events;
}

static void reset_visit(struct shard *shard, struct gather *gather, void *part)
{
    uint32_t events = events_named(gather);

    for (uint32_t i = 0; i < LATENCY_EVENTS; i++) {
        struct latency_series *series = &shard->latency[i];

        if (!(events >> i & 1) || series->max_ms == 0)
            continue;
        *(uint32_t *)part |= 1u << i;
        *series = (struct latency_series){0};
    }
}

static void reset_finish(struct gather *gather, struct reply *reply)
{
    uint32_t events = 0;

    for (uint32_t i = 0; i < gather->asker->node->shard_count; i++)
        events |= *(uint32_t *)gather_part(gather, i);
    reply_integer(reply, __builtin_popcount(events));
}

void command_latency_reset(struct cmd *cmd)
{
    gather_all(cmd, sizeof(uint32_t), reset_visit, reset_finish);
}

/* ---- GRAPH ---- */

enum {
    GRAPH_COLUMNS = 80,
    GRAPH_ROWS = 4,
    GRAPH_AGE_ROWS = 4, /* "59s" downwards, a character each */
};

/* Seconds, minutes, hours or days ago, in three characters at most. */
static void age_write(char age[GRAPH_AGE_ROWS], int64_t seconds)
{
    static const struct {
        int64_t length;
        char unit;
    } units[] = {{86400, 'd'}, {3600, 'h'}, {60, 'm'}, {1, 's'}};
    int64_t number = 0;
    uint32_t i = 0;

    memset(age, ' ', GRAPH_AGE_ROWS);
    while (i < 3 && seconds < units[i].length)
        i++;
    number = seconds / units[i].length;
    if (number > 99)
        number = 99;
    if (number > 9)
        *age++ = (char)('0' + number / 10);
    *age++ = (char)('0' + number % 10);
    *age = units[i].unit;
}

static uint32_t bar_height(uint32_t value, uint32_t low, uint32_t high)
{
    if (high == low)
        return GRAPH_ROWS;
    return 1 + (uint32_t)((uint64_t)(value - low) * (GRAPH_ROWS - 1) / (high - low));
}

static void graph_write(struct text_buffer *text, const struct history *history, time_ms now)
{
    uint32_t first = history->count > GRAPH_COLUMNS ? history->count - GRAPH_COLUMNS : 0;
    uint32_t low = UINT32_MAX;
    uint32_t high = 0;
    char ages[GRAPH_COLUMNS][GRAPH_AGE_ROWS];

    for (uint32_t i = first; i < history->count; i++) {
        uint32_t value = history->samples[i].latency_ms;

        low = value < low ? value : low;
        high = value > high ? value : high;
        age_write(ages[i - first], now / 1000 - history->samples[i].second);
    }
    text_buffer_add_format(text, "high %u ms, low %u ms (all time high %u ms)\n", high, low,
                           history->max_ms);
    for (uint32_t i = 0; i < GRAPH_COLUMNS; i++)
        text_buffer_add(text, SPAN("-"));
    text_buffer_add(text, SPAN("\n"));
    for (uint32_t row = GRAPH_ROWS; row > 0; row--) {
        for (uint32_t i = first; i < history->count; i++) {
            uint32_t height = bar_height(history->samples[i].latency_ms, low, high);

            text_buffer_add(text, height > row    ? SPAN("|")
                                  : height == row ? SPAN("#")
                                  : row == 1      ? SPAN("_")
                                                  : SPAN(" "));
        }
        text_buffer_add(text, SPAN("\n"));
    }
    text_buffer_add(text, SPAN("\n"));
    for (uint32_t row = 0; row < GRAPH_AGE_ROWS - 1; row++) {
        for (uint32_t i = first; i < history->count; i++)
            text_buffer_add(text, span_of(&ages[i - first][row], 1));
        text_buffer_add(text, SPAN("\n"));
    }
}

static void reply_no_samples(struct reply *reply, struct span name)
{
    reply_error_format(reply, "ERR No samples available for event '%.*s'",
                       (int)(name.length < 128 ? name.length : 128), name.data);
}

static void graph_finish(struct gather *gather, struct reply *reply)
{
    struct text_buffer text = {0};
    enum latency_event event;
    struct history *history;

    if (!event_find(gather->argv[2], &event)) {
        reply_no_samples(reply, gather->argv[2]);
        return;
    }
    history = history_of(gather, event);
    if (history->count == 0) {
        reply_no_samples(reply, gather->argv[2]);
    } else {
        text_buffer_add_format(&text, "%s - ", latency_event_name(event));
        graph_write(&text, history, gather->asker->now);
        reply_verbatim(reply, "txt", text_buffer_span(&text));
    }
    text_buffer_free(&text);
    memory_free(history);
}

void command_latency_graph(struct cmd *cmd)
{
    gather_series(cmd, graph_finish);
}

/* ---- DOCTOR ---- */

static const char *advice_of(enum latency_event event)
{
    switch (event) {
    case LATENCY_COMMAND:
        return "Look at SLOWLOG GET for the commands, and at MEMORY USAGE of their keys: work on "
               "one large value keeps its shard from all others.";
    case LATENCY_FAST_COMMAND:
        return "These commands are cheap by nature: look for a machine that swaps, lacks processor "
               "time, or runs more shards than it has cores.";
    case LATENCY_EXPIRE_CYCLE:
        return "Many keys expire at the same time: spread their times to live.";
    case LATENCY_SECTION:
        return "Commands with keys of several shards make these wait for each other: give keys "
               "that are used together a common hash tag.";
    case LATENCY_EVICTION_CYCLE:
    case LATENCY_EVICTION_DELETE:
        return "Keys are evicted in short slices: look for a machine that lacks processor time, "
               "and at maxmemory-eviction-tenacity.";
    case LATENCY_DEFRAGMENTATION:
        return "Memory is gathered in short slices: look for a machine that lacks processor time.";
    case LATENCY_EVENTS:
        break;
    }
    UNREACHABLE();
}

static void diagnose(struct text_buffer *text, enum latency_event event,
                     const struct history *history)
{
    uint64_t sum = 0;

    for (uint32_t i = 0; i < history->count; i++)
        sum += history->samples[i].latency_ms;
    text_buffer_add_format(
        text, "%s: %u spikes in %lld seconds, %llu ms on average, the worst ever %u ms.\n  %s\n",
        latency_event_name(event), history->count,
        (long long)(history->samples[history->count - 1].second - history->samples[0].second + 1),
        (unsigned long long)(sum / history->count), history->max_ms, advice_of(event));
}

static void doctor_finish(struct gather *gather, struct reply *reply)
{
    struct text_buffer text = {0};

    for (uint32_t event = 0; event < LATENCY_EVENTS; event++) {
        struct history *history = history_of(gather, event);

        if (history->count > 0)
            diagnose(&text, event, history);
        memory_free(history);
    }
    if (text.length == 0 && gather->asker->config->latency_monitor_threshold == 0)
        text_buffer_add(&text, SPAN("Latency events are not being watched. Turn that on with "
                                    "CONFIG SET latency-monitor-threshold <milliseconds>.\n"));
    else if (text.length == 0)
        text_buffer_add(&text, SPAN("No latency spike was seen since the last reset.\n"));
    reply_verbatim(reply, "txt", text_buffer_span(&text));
    text_buffer_free(&text);
}

void command_latency_doctor(struct cmd *cmd)
{
    gather_series(cmd, doctor_finish);
}
