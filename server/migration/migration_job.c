#include "server/migration/migration_job.h"

#include "proto/base/assert.h"
#include "proto/base/memory.h"
#include "server/config/text_buffer.h"

struct migration_job *migration_job_create(const struct node_id *name,
                                           const struct slot_range *ranges, uint32_t count,
                                           time_ms now)
{
    struct migration_job *job = memory_new_zeroed(1, sizeof(*job));

    ASSERT(count > 0);
    job->name = *name;
    job->ranges = (struct slot_range *)memory_copy(ranges, count * sizeof(*ranges));
    job->range_count = count;
    for (uint32_t i = 0; i < count; i++)
        slot_set_add_range(&job->slots, ranges[i]);
    job->created = job->updated = job->heard = now;
    return job;
}

void migration_job_free(struct migration_job *job)
{
    memory_free(job->ranges);
    memory_free(job);
}

void migration_job_set(struct migration_job *job, enum migration_state state, time_ms now)
{
    ASSERT(!migration_job_is_over(job));
    ASSERT(state >= MIGRATION_SUCCESS || state >= job->state);
    ASSERT(state >= MIGRATION_SUCCESS || job->is_import == (state >= IMPORT_RECEIVES));
    job->state = state;
    job->updated = now;
    if (migration_job_is_over(job))
        job->remaining = 0;
}

static struct span id_span(const struct node_id *id)
{
    return span_of(id->text, NODE_ID_LENGTH);
}

static void reply_ranges(const struct migration_job *job, struct reply *reply)
{
    struct text_buffer text = {0};

    for (uint32_t i = 0; i < job->range_count; i++)
        text_buffer_add_format(&text, "%s%u-%u", i > 0 ? " " : "", job->ranges[i].first,
                               job->ranges[i].last);
    reply_bulk(reply, text_buffer_span(&text));
    text_buffer_free(&text);
}

const char *migration_job_state_name(const struct migration_job *job)
{
#define MIGRATION_STATE_TEXT(name, text) [name] = text,
    static const char *const states[] = {MIGRATION_STATES(MIGRATION_STATE_TEXT)};
#undef MIGRATION_STATE_TEXT

    ASSERT(job->state < MIGRATION_STATE_COUNT);
    return states[job->state];
}

double migration_job_progress(const struct migration_job *job)
{
    uint32_t slots = slot_set_count(&job->slots);

    ASSERT(slots > 0);
    if (job->state == MIGRATION_SUCCESS)
        return 1;
    return (double)job->slots_copied / slots;
}

void migration_job_reply(const struct migration_job *job, struct reply *reply)
{
    reply_map(reply, 12);
    reply_bulk(reply, SPAN("name"));
    reply_bulk(reply, id_span(&job->name));
    reply_bulk(reply, SPAN("operation"));
    reply_bulk(reply, job->is_import ? SPAN("IMPORT") : SPAN("EXPORT"));
    reply_bulk(reply, SPAN("slot_ranges"));
    reply_ranges(job, reply);
    reply_bulk(reply, SPAN("target_node"));
    reply_bulk(reply, id_span(&job->target));
    reply_bulk(reply, SPAN("source_node"));
    reply_bulk(reply, id_span(&job->source));
    reply_bulk(reply, SPAN("create_time"));
    reply_integer(reply, job->created / 1000);
    reply_bulk(reply, SPAN("last_update_time"));
    reply_integer(reply, job->updated / 1000);
    reply_bulk(reply, SPAN("last_ack_time"));
    reply_integer(reply, job->heard / 1000);
    reply_bulk(reply, SPAN("state"));
    reply_bulk(reply, span_of_string(migration_job_state_name(job)));
    reply_bulk(reply, SPAN("message"));
    reply_bulk(reply, span_of_string(job->message));
    reply_bulk(reply, SPAN("cow_size"));
    reply_integer(reply, 0);
    reply_bulk(reply, SPAN("remaining_repl_size"));
    reply_integer(reply, (int64_t)job->remaining);
}
