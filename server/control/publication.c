#include "proto/base/assert.h"
#include "proto/base/memory.h"
#include "server/control/control.h"
#include "server/shard/gather.h"
#include "server/shard/section.h"
#include "server/shard/shard.h"

struct publication_message {
    struct message message; /* first */
    struct publication *publication;
};

struct publication {
    const void *subject;
    void (*adopt)(struct shard *shard, const void *subject);
    void (*done)(struct control *control, void *context);
    void *context;
    uint32_t awaited;
    struct publication_message messages[];
};

static void publication_deliver(struct message *message, void *receiver)
{
    struct publication *publication = ((struct publication_message *)message)->publication;
    struct shard *shard = receiver;

    publication->adopt(shard, publication->subject);
    message_return(shard->mailbox, message);
}

static void publication_returned(struct message *message, void *sender)
{
    struct publication *publication = ((struct publication_message *)message)->publication;

    ASSERT(publication->awaited > 0);
    if (--publication->awaited > 0)
        return;
    publication->done(sender, publication->context);
    memory_free(publication);
}

/* A shard goes to the end of the line of sections: those that were asked for before are over when
 * it is its turn. Then it asks all others: what was sent before has been dealt with when they
 * answer. */
struct sweep {
    struct section section;
    struct message *message;
};

static void visit_nothing(struct shard *shard, struct gather *gather, void *part)
{
    (void)shard;
    (void)gather;
    (void)part;
}

static void swept(struct gather *gather, struct reply *reply)
{
    const struct sweep *sweep = gather->context;

    (void)reply;
    message_return(gather->asker->mailbox, sweep->message);
}

static void sweep_run(struct section *section, void *context)
{
    gather_all_unasked(section->coordinator, context, 0, visit_nothing, swept);
}

static void publication_deliver_and_sweep(struct message *message, void *receiver)
{
    struct publication *publication = ((struct publication_message *)message)->publication;
    struct shard *shard = receiver;
    struct sweep *sweep = memory_new_zeroed(1, sizeof(*sweep));

    publication->adopt(shard, publication->subject);
    sweep->message = message;
    sweep->section = (struct section){.coordinator = shard, .run = sweep_run, .context = sweep};
    section_begin(&sweep->section);
}

static void start(struct control *control, const struct publication *as,
                  void (*deliver)(struct message *message, void *receiver))
{
    uint32_t shards = control->node->shard_count;
    struct publication *publication =
        memory_new_zeroed(1, sizeof(*publication) + shards * sizeof(struct publication_message));

    *publication = *as;
    publication->awaited = shards;
    for (uint16_t i = 0; i < shards; i++) {
        publication->messages[i].publication = publication;
        publication->messages[i].message =
            (struct message){.deliver = deliver, .returned = publication_returned};
        mailbox_post(control->mailbox, &publication->messages[i].message, i);
    }
}

void publication_start(struct control *control, const void *subject,
                       void (*adopt)(struct shard *shard, const void *subject),
                       void (*done)(struct control *control, void *context), void *context)
{
    struct publication publication = {
        .subject = subject, .adopt = adopt, .done = done, .context = context};

    start(control, &publication, publication_deliver);
}

void publication_settle(struct control *control, const void *subject,
                        void (*adopt)(struct shard *shard, const void *subject),
                        void (*done)(struct control *control, void *context), void *context)
{
    struct publication publication = {
        .subject = subject, .adopt = adopt, .done = done, .context = context};

    start(control, &publication, publication_deliver_and_sweep);
}
