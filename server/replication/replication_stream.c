#include "server/replication/replication_stream.h"

#include "proto/base/assert.h"
#include "proto/base/memory.h"
#include "server/control/control.h"
#include "server/observe/clock.h"
#include "server/observe/log.h"
#include "server/replication/replicas.h"
#include "server/replication/replication_parts.h"
#include "server/replication/replication_source.h"
#include "server/shard/shard.h"

#include <stdio.h>
#include <string.h>

/* How late a record may be, against how often the control thread and each replica's shard turn. */
enum { LOOK_US = 200 };

static struct replication_stream *stream_of(const struct control *control)
{
    return &control->replication->stream;
}

/* ---- Identity ---- */

const struct replication_identity *replication_identity(const struct control *control)
{
    return &control->replication->identity;
}

static void new_id(struct control *control)
{
    struct replication_identity *identity = &control->replication->identity;
    struct node_id id = control_random_id(control);

    memcpy(identity->id, id.text, REPLICATION_ID_LENGTH);
    identity->id[REPLICATION_ID_LENGTH] = '\0';
}

static void set_id(struct control *control, const char *id)
{
    struct replication_identity *identity = &control->replication->identity;

    ASSERT(strlen(id) == REPLICATION_ID_LENGTH);
    memcpy(identity->id, id, sizeof(identity->id));
}

static void forget_second_id(struct control *control)
{
    struct replication_identity *identity = &control->replication->identity;

    memset(identity->second_id, '0', REPLICATION_ID_LENGTH);
    identity->second_id[REPLICATION_ID_LENGTH] = '\0';
    identity->second_offset = -1;
}

/* The id so far is valid up to here. */
static void keep_second_id(struct control *control)
{
    struct replication_identity *identity = &control->replication->identity;

    memcpy(identity->second_id, identity->id, sizeof(identity->second_id));
    identity->second_offset = identity->offset + 1;
}

bool replication_stream_may_continue(const struct control *control, const char *id, int64_t offset)
{
    const struct replication_identity *identity = &control->replication->identity;
    const struct replication_stream *stream = stream_of(control);
    bool known = strcmp(id, identity->id) == 0 ||
                 (strcmp(id, identity->second_id) == 0 && offset <= identity->second_offset);

    return known && stream->has_backlog && backlog_has(&stream->backlog, offset);
}

/* ---- Bytes ---- */

static void add(struct control *control, struct span bytes)
{
    struct replication_stream *stream = stream_of(control);

    if (stream->has_backlog)
        backlog_add(&stream->backlog, bytes);
    control->replication->identity.offset += (int64_t)bytes.length;
}

static void select_database(struct control *control, uint32_t database)
{
    char number[16];
    char command[64];
    int digits = snprintf(number, sizeof(number), "%u", database);
    int length =
        snprintf(command, sizeof(command), "*2\r\n$6\r\nSELECT\r\n$%d\r\n%s\r\n", digits, number);

    add(control, span_of(command, (size_t)length));
    stream_of(control)->selected = database;
}

static void merged(void *context, uint32_t database, struct span bytes)
{
    struct control *control = context;

    if (stream_of(control)->selected != database)
        select_database(control, database);
    add(control, bytes);
}

void replication_stream_say(struct control *control, struct span command)
{
    ASSERT(!atomic_load(&control->node->is_replica));
    add(control, command);
}

void replication_stream_deselect(struct control *control)
{
    stream_of(control)->selected = REPLICATION_NO_DATABASE;
}

static void batch_read(void *context, uint32_t shard, struct replication_batch *batch)
{
    struct control *control = context;

    replication_source_give_back(&control->node->shards[shard]->replication_source, batch);
}

bool replication_stream_collect(struct control *control)
{
    struct replication_stream *stream = stream_of(control);
    bool any = false;

    for (uint32_t i = 0; i < control->node->shard_count; i++) {
        struct replication_batch *batches =
            replication_source_take(&control->node->shards[i]->replication_source);

        any |= batches != NULL;
        replication_merge_add(stream->merge, i, batches);
    }
    if (any)
        replication_merge_run(stream->merge);
    return any;
}

bool replication_stream_has(const struct control *control, const uint64_t *positions)
{
    for (uint32_t i = 0; i < control->node->shard_count; i++)
        if (replication_merge_passed(stream_of(control)->merge, i) < positions[i])
            return false;
    return true;
}

/* ---- The bell ---- */

static void look_soon(struct replication_stream *stream)
{
    stream->look_at = clock_ticks() + clock_us_to_ticks(LOOK_US);
}

static void bell_deliver(struct message *message, void *receiver)
{
    struct control *control = receiver;

    replication_stream_collect(control);
    look_soon(stream_of(control));
    message_return(control->mailbox, message);
}

void replication_stream_want_bell(struct control *control)
{
    atomic_exchange(&control->node->replication_news, false);
    /* What came just before was not rung for. */
    replication_stream_collect(control);
}

void replication_stream_turn(struct control *control)
{
    struct replication_stream *stream = stream_of(control);

    if (stream->look_at == 0 || clock_ticks() < stream->look_at)
        return;
    if (replication_stream_collect(control)) {
        look_soon(stream);
        return;
    }
    stream->look_at = 0;
    replication_stream_want_bell(control);
}

int64_t replication_stream_patience_us(const struct control *control)
{
    uint64_t look_at = stream_of(control)->look_at;
    uint64_t now = clock_ticks();

    if (look_at == 0)
        return INT64_MAX;
    return look_at > now ? (int64_t)clock_ticks_to_us(look_at - now) : 0;
}

static void bell_returned(struct message *message, void *sender)
{
    (void)sender;
    memory_free(message);
}

void replication_stream_ring(struct shard *self)
{
    struct message *message;

    if (atomic_exchange(&self->node->replication_news, true))
        return;
    message = memory_new_zeroed(1, sizeof(*message));
    message->deliver = bell_deliver;
    message->returned = bell_returned;
    mailbox_post(self->mailbox, message, node_control_index(self->node));
}

/* ---- Marks ---- */

void replication_stream_expect(struct control *control, struct replication_mark *mark)
{
    struct replication_stream *stream = stream_of(control);

    mark->number = ++stream->last_mark;
    list_push_back(&stream->marks, &mark->link);
}

void replication_stream_forget(struct replication_mark *mark)
{
    if (list_linked(&mark->link))
        list_remove(&mark->link);
}

void replication_stream_mark(struct section *section, const struct replication_mark *mark)
{
    struct node *node = section->coordinator->node;

    for (uint32_t i = 0; i < node->shard_count; i++) {
        replication_source_attach(node->shards[i]);
        replication_source_mark(&node->shards[i]->replication_source, mark->number);
    }
}

void replication_stream_mark_if_read(struct section *section, const struct replication_mark *mark)
{
    if (section->coordinator->node->shards[0]->replication_source.attached)
        replication_stream_mark(section, mark);
}

static void marked(void *context, uint64_t number)
{
    struct control *control = context;

    list_for_each (link, &stream_of(control)->marks) {
        struct replication_mark *mark = list_entry(link, struct replication_mark, link);

        if (mark->number != number)
            continue;
        list_remove(&mark->link);
        mark->reached(control, mark, control->replication->identity.offset);
        return;
    }
}

/* ---- Beginning and ending to read the journals ---- */

struct change {
    struct message message; /* first */
    struct section section;
    struct replication_mark mark;
    bool ends;
    void (*done)(struct control *control, void *context);
    void *context;
};

static void change_run(struct section *section, void *context)
{
    struct change *change = context;
    struct shard *coordinator = section->coordinator;
    struct node *node = coordinator->node;

    replication_stream_mark(section, &change->mark);
    for (uint32_t i = 0; change->ends && i < node->shard_count; i++)
        replication_source_detach(node->shards[i]);
    message_return(coordinator->mailbox, &change->message);
}

static void change_deliver(struct message *message, void *receiver)
{
    struct change *change = (struct change *)message;
    struct shard *shard = receiver;

    change->section = (struct section){.coordinator = shard,
                                       .members = section_all(shard->node),
                                       .run = change_run,
                                       .context = change};
    section_begin(&change->section);
}

/* Nothing was written under the new id: then the one before is as good, and others know it. */
static void take_second_id(struct control *control)
{
    struct replication_identity *identity = &control->replication->identity;

    if (identity->second_offset != identity->offset + 1)
        return;
    memcpy(identity->id, identity->second_id, sizeof(identity->id));
    forget_second_id(control);
}

/* Both the message and the mark must be home. */
static void change_returned(struct message *message, void *sender)
{
    struct change *change = (struct change *)message;

    (void)sender;
    change->message.deliver = NULL;
    if (!list_linked(&change->mark.link))
        memory_free(change);
}

static void change_reached(struct control *control, struct replication_mark *mark, int64_t offset)
{
    struct change *change = list_entry(mark, struct change, mark);

    (void)offset;
    stream_of(control)->changing--;
    if (change->ends)
        take_second_id(control);
    if (change->done != NULL)
        change->done(control, change->context);
    if (change->message.deliver == NULL)
        memory_free(change);
}

static void change_start(struct control *control, bool ends,
                         void (*done)(struct control *control, void *context), void *context)
{
    struct replication_stream *stream = stream_of(control);
    struct change *change = memory_new_zeroed(1, sizeof(*change));

    stream->is_read = !ends;
    stream->changing++;
    change->message = (struct message){.deliver = change_deliver, .returned = change_returned};
    change->ends = ends;
    change->done = done;
    change->context = context;
    change->mark.reached = change_reached;
    replication_stream_expect(control, &change->mark);
    mailbox_post(control->mailbox, &change->message, 0);
}

/* ---- The backlog ---- */

static void make_backlog(struct control *control)
{
    struct replication_stream *stream = stream_of(control);

    if (stream->has_backlog)
        backlog_free(&stream->backlog);
    backlog_init(&stream->backlog, control->replication->identity.offset + 1,
                 control->config->repl_backlog_size);
    stream->has_backlog = true;
    replication_stream_settings(control);
}

void replication_stream_begin(struct control *control)
{
    struct replication_stream *stream = stream_of(control);

    if (stream->has_backlog)
        return;
    new_id(control);
    forget_second_id(control);
    make_backlog(control);
    stream->selected = REPLICATION_NO_DATABASE;
    /* The section of the cut will see to it. */
    stream->is_read = true;
}

void replication_stream_read(struct control *control,
                             void (*done)(struct control *control, void *context), void *context)
{
    change_start(control, false, done, context);
}

static void drop_backlog(struct control *control, void *context)
{
    struct replication_stream *stream = stream_of(control);

    (void)context;
    if (!stream->has_backlog || !list_empty(&control->replication->replicas.all))
        return;
    backlog_free(&stream->backlog);
    stream->has_backlog = false;
    new_id(control);
    forget_second_id(control);
    log_notice("replication: nobody has followed for %lld s, the backlog is given up",
               (long long)control->config->repl_backlog_ttl);
}

void replication_stream_end(struct control *control)
{
    ASSERT(stream_of(control)->changing == 0);
    change_start(control, true, drop_backlog, NULL);
}

void replication_stream_restore(struct control *control, const char *id, int64_t offset,
                                void (*done)(struct control *control, void *context), void *context)
{
    set_id(control, id);
    control->replication->identity.offset = offset;
    keep_second_id(control);
    new_id(control);
    make_backlog(control);
    change_start(control, false, done, context);
}

void replication_stream_settings(struct control *control)
{
    struct replication_stream *stream = stream_of(control);
    const struct config *config = control->config;
    uint64_t limit = config->client_output_buffer_limit.of[CLIENT_CLASS_REPLICA].hard;

    if (!stream->has_backlog)
        return;
    backlog_resize(&stream->backlog, config->repl_backlog_size);
    stream->backlog.spill_above =
        limit > 0 && limit < config->repl_backlog_size ? config->repl_backlog_size : limit;
}

/* ---- Roles ---- */

void replication_stream_follow(struct control *control,
                               void (*done)(struct control *control, void *context), void *context)
{
    replicas_dismiss(control);
    /* Behind a change that is under way: what that ends with must not come later. */
    if (stream_of(control)->is_read || stream_of(control)->changing > 0) {
        change_start(control, true, done, context);
        return;
    }
    take_second_id(control);
    done(control, context);
}

void replication_stream_set(struct control *control, const char *id, int64_t offset)
{
    replicas_dismiss(control);
    set_id(control, id);
    forget_second_id(control);
    control->replication->identity.offset = offset;
    make_backlog(control);
}

void replication_stream_continue(struct control *control, const char *id)
{
    if (strcmp(id, control->replication->identity.id) != 0) {
        replicas_dismiss(control);
        keep_second_id(control);
        set_id(control, id);
    }
    if (!stream_of(control)->has_backlog)
        make_backlog(control);
}

void replication_stream_feed(struct control *control, struct span bytes)
{
    add(control, bytes);
}

void replication_stream_lead(struct control *control,
                             void (*done)(struct control *control, void *context), void *context)
{
    struct replication_stream *stream = stream_of(control);

    /* Replicas of this replica learn the new id when they come again. */
    replicas_dismiss(control);
    keep_second_id(control);
    new_id(control);
    stream->selected = REPLICATION_NO_DATABASE;
    if (stream->has_backlog)
        change_start(control, false, done, context);
    else
        done(control, context);
}

/* ---- Life ---- */

void replication_stream_open(struct control *control)
{
    struct replication_stream *stream = stream_of(control);
    const struct replication_merge_handler handler = {
        .write = merged, .marked = marked, .read = batch_read, .context = control};

    list_init(&stream->marks);
    stream->merge = replication_merge_create(control->node->shard_count, &handler);
    stream->selected = REPLICATION_NO_DATABASE;
    new_id(control);
    forget_second_id(control);
}

void replication_stream_close(struct control *control)
{
    struct replication_stream *stream = stream_of(control);

    replication_merge_free(stream->merge);
    if (stream->has_backlog)
        backlog_free(&stream->backlog);
}
