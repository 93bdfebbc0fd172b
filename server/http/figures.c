#include "server/http/figures.h"

#include "proto/base/assert.h"
#include "proto/base/memory.h"
#include "server/control/control.h"
#include "server/http/http_state.h"
#include "server/observe/clock.h"

enum { REFRESH_MS = 5000 };

/* One shard is asked. */
struct figures_request {
    struct message message; /* first */
    struct figures *figures;
    uint64_t round;
    bool with_slots;
    struct info_shard report;
    struct slot_figures *slots;
    uint32_t slot_count;
};

struct shard_figures {
    bool asked;       /* and has not answered */
    bool ask_again;   /* when it does: somebody has come meanwhile */
    int64_t asked_ms; /* monotonic */
    int64_t taken_ms; /* likewise */
    struct slot_figures *slots;
    uint32_t slot_count;
};

struct figures {
    struct control *control;
    uint64_t round;   /* counts the times that shards were asked */
    uint32_t awaited; /* answers of this round that somebody may wait for */
    bool with_slots;  /* this round */
    int64_t refreshed_ms;
    struct info_shard *reports;                   /* by shard */
    struct shard_figures shards[NODE_SHARDS_MAX]; /* the rest of it */
};

/* ---- On the shard ---- */

static bool is_quiet(const struct slot_figures *figures)
{
    return figures->keys == 0 && figures->calls == 0;
}

static void take_slots(const struct shard *shard, struct figures_request *request)
{
    uint32_t room = 0;

    for (uint32_t slot = 0; slot < SLOT_COUNT; slot++) {
        const struct slot_statistics *of = &shard->slot_statistics[slot];
        struct slot_figures figures = {.slot = (uint16_t)slot,
                                       .keys = keyspace_slot_size(shard->keyspace, (uint16_t)slot),
                                       .calls = of->calls,
                                       .cpu_ns = of->cpu_ns,
                                       .bytes_in = of->bytes_in,
                                       .bytes_out = of->bytes_out};

        if (is_quiet(&figures))
            continue;
        if (request->slot_count == room) {
            room = room * 2 + 64;
            request->slots = memory_resize(request->slots, room * sizeof(*request->slots));
        }
        request->slots[request->slot_count++] = figures;
    }
}

static void deliver(struct message *message, void *receiver)
{
    struct figures_request *request = (struct figures_request *)message;
    struct shard *shard = receiver;

    info_shard_take(shard, &request->report, true, true);
    if (request->with_slots)
        take_slots(shard, request);
    message_return(shard->mailbox, message);
}

/* Between two of a script's commands the data are whole; but those of a shard that is parked are
 * the thread's that runs the script. */
static bool deliver_in_script(struct message *message, void *receiver)
{
    const struct shard *shard = receiver;

    if (atomic_load_explicit(&shard->parked, memory_order_acquire) != SHARD_FREE)
        return false;
    deliver(message, receiver);
    return true;
}

/* ---- On the control thread ---- */

static void returned(struct message *message, void *sender);

static void ask_shard(struct figures *figures, uint16_t shard)
{
    struct figures_request *request = memory_new_zeroed(1, sizeof(*request));

    request->message =
        (struct message){.deliver = deliver, .refuse = deliver_in_script, .returned = returned};
    request->figures = figures;
    request->round = figures->round;
    request->with_slots = figures->with_slots;
    figures->shards[shard].asked = true;
    figures->shards[shard].ask_again = false;
    figures->shards[shard].asked_ms = clock_monotonic_ms();
    mailbox_post(figures->control->mailbox, &request->message, shard);
}

static void take(struct figures_request *request)
{
    struct figures *figures = request->figures;
    uint16_t shard = request->message.receiver;
    struct shard_figures *of = &figures->shards[shard];

    info_shard_free(&figures->reports[shard]);
    figures->reports[shard] = request->report;
    of->asked = false;
    of->taken_ms = clock_monotonic_ms();
    if (!request->with_slots)
        return;
    memory_free(of->slots);
    of->slots = request->slots;
    of->slot_count = request->slot_count;
}

static void returned(struct message *message, void *sender)
{
    struct figures_request *request = (struct figures_request *)message;
    struct figures *figures = request->figures;
    uint16_t shard = message->receiver;

    take(request);
    if (figures->shards[shard].ask_again && !figures->control->stopping)
        ask_shard(figures, shard);
    else if (request->round == figures->round && figures->awaited > 0 && --figures->awaited == 0)
        http_figures_are_here(sender);
    memory_free(request);
}

static void ask(struct figures *figures, bool with_slots)
{
    int64_t now = clock_monotonic_ms();

    figures->refreshed_ms = now;
    /* Who was waited for in the round before is answered with this one. */
    figures->with_slots = with_slots || (figures->with_slots && figures->awaited > 0);
    figures->round++;
    figures->awaited = 0;
    for (uint16_t i = 0; i < figures->control->node->shard_count; i++) {
        struct shard_figures *of = &figures->shards[i];

        if (of->asked && now - of->asked_ms >= HTTP_PATIENCE_MS)
            continue;
        figures->awaited++;
        if (of->asked)
            of->ask_again = true;
        else
            ask_shard(figures, i);
    }
}

bool figures_ask(struct figures *figures, struct span query)
{
    struct http_request request = {.query = query};
    struct span value = SPAN("");

    if (!figures->control->serving || figures->control->stopping)
        return false;
    ask(figures, http_request_parameter(&request, SPAN("slots"), &value) && span_is(value, "1"));
    return figures->awaited > 0;
}

void figures_tick(struct figures *figures, int64_t now)
{
    if (!figures->control->serving || figures->control->stopping)
        return;
    /* Whoever has not answered by now is not waited for. */
    if (now - figures->refreshed_ms >= HTTP_PATIENCE_MS)
        figures->awaited = 0;
    if (now - figures->refreshed_ms >= REFRESH_MS)
        ask(figures, false);
}

struct figures *figures_open(struct control *control)
{
    struct figures *figures = memory_new_zeroed(1, sizeof(*figures));
    const struct node *node = control->node;

    figures->control = control;
    figures->reports = memory_new_zeroed(node->shard_count, sizeof(*figures->reports));
    for (uint32_t i = 0; i < node->shard_count; i++) {
        struct info_shard *report = &figures->reports[i];

        report->databases = memory_new_zeroed(node->databases, sizeof(*report->databases));
        report->statistics.errors_by_code =
            memory_new_zeroed(STATISTICS_ERRORS_MAX, sizeof(struct error_statistics));
        figures->shards[i].taken_ms = clock_monotonic_ms();
    }
    figures->refreshed_ms = clock_monotonic_ms() - REFRESH_MS;
    return figures;
}

void figures_close(struct figures *figures)
{
    for (uint32_t i = 0; i < figures->control->node->shard_count; i++) {
        info_shard_free(&figures->reports[i]);
        memory_free(figures->shards[i].slots);
    }
    memory_free(figures->reports);
    memory_free(figures);
}

void figures_collect(const struct figures *figures, struct info *info)
{
    struct control *control = figures->control;

    replication_report_update(control);
    *info = (struct info){0};
    for (uint32_t i = 0; i < control->node->shard_count; i++)
        info->shards[i] = &figures->reports[i];
    info_collect_reports(info, control->node, control->config);
}

void figures_release_info(struct info *info)
{
    info_release_total(info);
}

int64_t figures_age_ms(const struct figures *figures, uint32_t shard)
{
    return clock_monotonic_ms() - figures->shards[shard].taken_ms;
}

const struct slot_figures *figures_slots(const struct figures *figures, uint32_t shard,
                                         uint32_t *count)
{
    ASSERT(shard < figures->control->node->shard_count);
    *count = figures->shards[shard].slot_count;
    return figures->shards[shard].slots;
}
