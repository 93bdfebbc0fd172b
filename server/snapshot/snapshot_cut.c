#include "server/snapshot/snapshot_cut.h"

#include "proto/base/assert.h"
#include "proto/base/memory.h"
#include "server/control/control.h"
#include "server/script/function_set.h"
#include "server/shard/exclusive.h"
#include "server/shard/shard.h"

static void count_shard(struct snapshot_cut *cut, const struct shard *shard)
{
    struct keyspace_statistics statistics;

    for (uint32_t i = 0; i < shard->node->databases; i++) {
        cut->databases[i].keys += keyspace_size(shard->keyspace, i);
        cut->databases[i].expires += keyspace_volatile_size(shard->keyspace, i);
        cut->keys += keyspace_size(shard->keyspace, i);
        cut->expiring += keyspace_expiring_size(shard->keyspace, i);
    }
    keyspace_statistics(shard->keyspace, &statistics);
    cut->used_memory += statistics.used_memory;
    cut->changes += shard->statistics.changes;
}

static void run(struct section *section, void *context)
{
    struct snapshot_cut *cut = context;
    struct shard *coordinator = section->coordinator;
    struct node *node = coordinator->node;

    cut->databases = memory_new_zeroed(node->databases, sizeof(cut->databases[0]));
    cut->functions = function_store_get(node->functions);
    cut->at = coordinator->now;
    for (uint32_t i = 0; i < node->shard_count; i++) {
        count_shard(cut, node->shards[i]);
        snapshot_part_begin(node->shards[i], &cut->options);
    }
    if (cut->at_cut != NULL)
        cut->at_cut(section, cut->context);
    /* The last look at it: the message is the control thread's from here on. */
    message_return(coordinator->mailbox, &cut->message);
}

static void deliver(struct message *message, void *receiver)
{
    struct snapshot_cut *cut = (struct snapshot_cut *)message;
    struct shard *shard = receiver;

    cut->section = (struct section){
        .coordinator = shard, .members = section_all(shard->node), .run = run, .context = cut};
    section_begin(&cut->section);
}

static void returned(struct message *message, void *sender)
{
    struct snapshot_cut *cut = (struct snapshot_cut *)message;

    cut->done(sender, cut);
}

void snapshot_cut_start(struct control *control, struct snapshot_cut *cut)
{
    ASSERT(cut->done != NULL && cut->databases == NULL);
    cut->message = (struct message){.deliver = deliver, .returned = returned};
    mailbox_post(control->mailbox, &cut->message, 0);
}

void snapshot_cut_free(struct snapshot_cut *cut)
{
    memory_free(cut->databases);
    if (cut->functions != NULL)
        function_set_release(cut->functions);
}
