/* Members of sorted sets by chance: ZRANDMEMBER. */
#include "proto/base/assert.h"
#include "proto/base/random.h"
#include "server/commands/handlers.h"
#include "server/commands/sample.h"
#include "server/commands/sorted_set.h"

struct sorted_set_sample {
    struct sample_source source;
    const struct entry *entry;
    bool with_scores;
    bool started;                    /* the walk */
    struct sorted_set_cursor cursor; /* of the walk */
    struct sorted_set_cursor drawn;
    struct score_element element;
};

/* Members are known by their ranks. */
static uint64_t draw_member(struct sample_source *source, struct random *random)
{
    struct sorted_set_sample *sample = (struct sorted_set_sample *)source;
    uint64_t rank = random_below(random, source->count);
    bool there;

    sorted_set_at(sample->entry, rank, &sample->drawn);
    there = sorted_set_read(&sample->drawn, &sample->element);
    ASSERT(there);
    return rank + 1;
}

static bool next_member(struct sample_source *source)
{
    struct sorted_set_sample *sample = (struct sorted_set_sample *)source;

    if (sample->started)
        sorted_set_step(&sample->cursor, false);
    sample->started = true;
    return sorted_set_read(&sample->cursor, &sample->element);
}

static void reply_member(const struct sample_source *source, struct reply *reply)
{
    const struct sorted_set_sample *sample = (const struct sorted_set_sample *)source;

    sorted_set_reply_element(reply, &sample->element, sample->with_scores);
}

static struct sorted_set_sample sample_of(const struct entry *entry)
{
    struct sorted_set_sample sample = {
        .source = {.count = sorted_set_count(entry),
                   .draws_fast = entry_encoding(entry) == ENCODING_OBJECT,
                   .draw = draw_member,
                   .next = next_member,
                   .reply = reply_member},
        .entry = entry,
    };

    return sample;
}

static void reply_one(const struct cmd *cmd)
{
    struct sorted_set_sample sample;
    const struct entry *entry;

    if (!sorted_set_entry(cmd, 1, &entry))
        return;
    if (entry == NULL) {
        reply_null(cmd->reply);
        return;
    }
    sample = sample_of(entry);
    draw_member(&sample.source, cmd->random);
    reply_member(&sample.source, cmd->reply);
}

void command_zrandmember(struct cmd *cmd)
{
    struct sample_request request;
    struct sorted_set_sample sample;
    const struct entry *entry;

    if (cmd->argc == 2) {
        reply_one(cmd);
        return;
    }
    if (!sample_arguments(cmd, SPAN("WITHSCORES"), &request) || !sorted_set_entry(cmd, 1, &entry))
        return;
    if (entry == NULL) {
        reply_array(cmd->reply, 0);
        return;
    }
    sample = sample_of(entry);
    sample.with_scores = request.with_word;
    sorted_set_at(entry, 0, &sample.cursor);
    sample_reply(cmd, &request, &sample.source);
}
