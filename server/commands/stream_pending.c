/*
 * Entries that were delivered and not acknowledged yet: XPENDING, XCLAIM, XAUTOCLAIM.
 */
#include "proto/base/assert.h"
#include "proto/base/number.h"
#include "server/commands/handlers.h"
#include "server/commands/stream_arguments.h"
#include "server/commands/stream_effect.h"

/* ---- XPENDING ---- */

struct pending_filter {
    int64_t idle;
    uint64_t count;
    struct stream_id start;
    struct stream_id end;
    uint32_t consumer_index; /* 0: all */
};

static bool pending_filter_parse(const struct cmd *cmd, struct pending_filter *filter)
{
    uint32_t first = 3;
    int64_t count;

    *filter = (struct pending_filter){0};
    if (cmd->argc < 6 || cmd->argc > 9) {
        cmd_reply_syntax_error(cmd);
        return false;
    }
    if (cmd_argument_is(cmd, 3, "IDLE")) {
        if (!cmd_integer(cmd, 4, &filter->idle))
            return false;
        if (cmd->argc < 8) {
            cmd_reply_syntax_error(cmd);
            return false;
        }
        first = 5;
    }
    if (!cmd_integer(cmd, first + 2, &count))
        return false;
    filter->count = count < 0 ? 0 : (uint64_t)count;
    filter->consumer_index = first + 3 < cmd->argc ? first + 3 : 0;
    return stream_argument_start(cmd, first, &filter->start) &&
           stream_argument_end(cmd, first + 1, &filter->end);
}

static void reply_pending_summary(struct reply *reply, const struct stream_group *group)
{
    struct reply_deferred deferred;
    uint64_t consumers = 0;

    reply_array(reply, 4);
    reply_integer(reply, (int64_t)group->pending.count);
    if (group->pending.count == 0) {
        reply_null(reply);
        reply_null(reply);
        reply_null_array(reply);
        return;
    }
    stream_reply_id(reply, stream_pending_at(group, stream_tree_first(&group->pending))->id);
    stream_reply_id(reply, stream_pending_at(group, stream_tree_last(&group->pending))->id);
    deferred = reply_defer(reply);
    for (uint32_t i = 0; i < group->consumers.count; i++) {
        const struct stream_consumer *consumer = stream_consumer_at(group, i);

        if (consumer->pending.count == 0)
            continue;
        reply_array(reply, 2);
        reply_bulk(reply, consumer->name);
        reply_bulk_integer(reply, (int64_t)consumer->pending.count);
        consumers++;
    }
    reply_deferred_array(reply, deferred, consumers);
}

/* Milliseconds since the delivery; less than nothing when the clock went back. */
static int64_t pending_idle(const struct cmd *cmd, const struct stream_pending *pending)
{
    return cmd->now - pending->delivered;
}

static void reply_pending(const struct cmd *cmd, const struct stream_pending *pending)
{
    int64_t idle = pending_idle(cmd, pending);

    reply_array(cmd->reply, 4);
    stream_reply_id(cmd->reply, pending->id);
    reply_bulk(cmd->reply, pending->consumer->name);
    reply_integer(cmd->reply, idle < 0 ? 0 : idle);
    reply_integer(cmd->reply, (int64_t)pending->deliveries);
}

/* Of the group or of one consumer: `ids` is the tree of either. */
static void reply_pending_range(const struct cmd *cmd, const struct stream_group *group,
                                const struct stream_tree *ids, const struct pending_filter *filter)
{
    struct reply_deferred deferred = reply_defer(cmd->reply);
    uint64_t replied = 0;

    for (struct stream_tree_place place = stream_tree_seek(ids, filter->start);
         !stream_tree_is_end(place) && replied < filter->count; place = stream_tree_next(place)) {
        const struct stream_id *id = stream_tree_at(ids, place);
        const struct stream_pending *pending;

        if (stream_id_less(filter->end, *id))
            break;
        pending = ids == &group->pending ? stream_pending_at(group, place)
                                         : stream_pending_find(group, *id);
        if (filter->idle != 0 && pending_idle(cmd, pending) < filter->idle)
            continue;
        reply_pending(cmd, pending);
        replied++;
    }
    reply_deferred_array(cmd->reply, deferred, replied);
}

void command_xpending(struct cmd *cmd)
{
    struct key key = cmd_key(cmd, 1);
    struct pending_filter filter = {0};
    const struct stream_group *group = NULL;
    const struct stream_consumer *consumer = NULL;
    struct stream *stream;

    if ((cmd->argc > 3 && !pending_filter_parse(cmd, &filter)) ||
        !stream_key_read(cmd, &key, &stream))
        return;
    if (stream != NULL)
        group = stream_group_find(stream, cmd->argv[2]);
    if (group == NULL) {
        stream_reply_no_group(cmd, key.name, cmd->argv[2], "");
        return;
    }
    if (cmd->argc == 3) {
        reply_pending_summary(cmd->reply, group);
        return;
    }
    if (filter.consumer_index == 0) {
        reply_pending_range(cmd, group, &group->pending, &filter);
        return;
    }
    consumer = stream_consumer_find(group, cmd->argv[filter.consumer_index]);
    if (consumer == NULL)
        reply_array(cmd->reply, 0);
    else
        reply_pending_range(cmd, group, &consumer->pending, &filter);
}

/* ---- What XCLAIM and XAUTOCLAIM share ---- */

struct claim {
    struct stream_target target;
    struct stream_group *group;
    struct stream_consumer *consumer;
    struct stream_claims claims;
    int64_t min_idle;
    time_ms delivered;
    int64_t deliveries; /* -1: one more, unless only ids are wanted */
    bool force;
    bool only_ids;
    bool changed;
};

/* "Invalid ... argument for ...", for what is no number. */
static bool claim_number(const struct cmd *cmd, uint32_t index, const char *complaint,
                         int64_t *number)
{
    if (number_parse_integer(cmd->argv[index], number))
        return true;
    reply_error_format(cmd->reply, "ERR %s", complaint);
    return false;
}

static bool is_idle_enough(const struct cmd *cmd, const struct claim *claim,
                           const struct stream_pending *pending)
{
    return claim->min_idle == 0 || pending_idle(cmd, pending) >= claim->min_idle;
}

/* The entry is the consumer's now; writes it, or its id. */
static void claim_take(const struct cmd *cmd, struct claim *claim, struct stream_id id,
                       const struct stream_entry *entry, struct reply *reply)
{
    struct stream_pending *pending =
        stream_pending_give(claim->group, claim->target.heap, id, claim->consumer);

    pending->delivered = claim->delivered;
    if (claim->deliveries >= 0)
        pending->deliveries = (uint64_t)claim->deliveries;
    else if (!claim->only_ids)
        pending->deliveries++;
    stream_claims_add(&claim->claims, pending);
    claim->consumer->active = cmd->now > claim->delivered ? cmd->now : claim->delivered;
    if (claim->consumer->seen < claim->consumer->active)
        claim->consumer->seen = claim->consumer->active;
    claim->changed = true;
    if (claim->only_ids)
        stream_reply_id(reply, id);
    else
        stream_reply_entry(reply, entry);
}

/* ---- XCLAIM ---- */

enum { OPTION_SHOWN = 4096 };

struct claim_options {
    uint32_t ids_end; /* the ids are arguments 5 to this one, which is none */
    bool time_given;
    struct stream_id last_id;
};

/* The option at *index, moved to its last argument. */
static bool claim_option(const struct cmd *cmd, uint32_t *index, struct claim *claim,
                         struct claim_options *options)
{
    uint32_t i = *index;
    bool more = i + 1 < cmd->argc;
    int64_t idle;

    *index = i + 1;
    if (more && cmd_argument_is(cmd, i, "IDLE")) {
        if (!claim_number(cmd, i + 1, "Invalid IDLE option argument for XCLAIM", &idle))
            return false;
        if (__builtin_sub_overflow(cmd->now, idle, &claim->delivered))
            claim->delivered = cmd->now;
        return true;
    }
    if (more && cmd_argument_is(cmd, i, "TIME"))
        return claim_number(cmd, i + 1, "Invalid TIME option argument for XCLAIM",
                            &claim->delivered);
    if (more && cmd_argument_is(cmd, i, "RETRYCOUNT"))
        return claim_number(cmd, i + 1, "Invalid RETRYCOUNT option argument for XCLAIM",
                            &claim->deliveries);
    if (more && cmd_argument_is(cmd, i, "LASTID"))
        return stream_argument_id(cmd, i + 1, 0, &options->last_id);
    *index = i;
    if (cmd_argument_is(cmd, i, "FORCE")) {
        claim->force = true;
    } else if (cmd_argument_is(cmd, i, "JUSTID")) {
        claim->only_ids = true;
    } else {
        size_t length = cmd->argv[i].length < OPTION_SHOWN ? cmd->argv[i].length : OPTION_SHOWN;

        reply_error_format(cmd->reply, "ERR Unrecognized XCLAIM option '%.*s'", (int)length,
                           cmd->argv[i].data);
        return false;
    }
    return true;
}

static bool claim_parse(const struct cmd *cmd, struct claim *claim, struct claim_options *options)
{
    struct stream_id id;
    uint32_t i = 5;

    if (!claim_number(cmd, 4, "Invalid min-idle-time argument for XCLAIM", &claim->min_idle))
        return false;
    if (claim->min_idle < 0)
        claim->min_idle = 0;
    claim->delivered = cmd->now;
    claim->deliveries = -1;
    while (i < cmd->argc && stream_argument_is_id(cmd, i, &id))
        i++;
    options->ids_end = i;
    for (; i < cmd->argc; i++) {
        if (!claim_option(cmd, &i, claim, options))
            return false;
    }
    /* In a log all times are past. */
    if (claim->delivered < 0 || (claim->delivered > cmd->now && cmd->now != KEYSPACE_REPLAY_TIME))
        claim->delivered = cmd->now;
    return true;
}

/* True: something was written. */
static bool claim_one(const struct cmd *cmd, struct claim *claim, struct stream_id id)
{
    const struct stream_pending *pending;
    struct stream_entry entry;

    if (!stream_find(claim->target.stream, id, &entry)) {
        /* What is no longer there cannot be pending. */
        if (stream_pending_remove(claim->group, claim->target.heap, id)) {
            stream_claims_drop(&claim->claims, id);
            claim->changed = true;
        }
        return false;
    }
    pending = stream_pending_find(claim->group, id);
    if (pending == NULL ? !claim->force : !is_idle_enough(cmd, claim, pending))
        return false;
    /* What was never delivered counts as delivered once before. */
    if (pending == NULL)
        stream_pending_give(claim->group, claim->target.heap, id, claim->consumer)->deliveries = 1;
    claim_take(cmd, claim, id, &entry, cmd->reply);
    return true;
}

static bool claim_open_group(struct cmd *cmd, const struct key *key, struct claim *claim)
{
    if (stream_key_open_group(cmd, key, 2, &claim->target, &claim->group))
        return true;
    if (cmd_peek(cmd, key) == NULL)
        cmd_missed(cmd, key);
    return false;
}

void command_xclaim(struct cmd *cmd)
{
    struct key key = cmd_key(cmd, 1);
    struct claim claim = {0};
    struct claim_options options = {0};
    struct reply_deferred deferred;
    size_t start = cmd->reply->length;
    bool advanced = false;
    uint64_t claimed = 0;

    if (!claim_open_group(cmd, &key, &claim) || !claim_parse(cmd, &claim, &options))
        return;
    if (stream_id_less(claim.group->last_id, options.last_id)) {
        stream_group_show(claim.group);
        claim.group->last_id = options.last_id;
        claim.changed = advanced = true;
    }
    claim.consumer = stream_seen_consumer(cmd, &key, claim.group, claim.target.heap, cmd->argv[3]);
    stream_claims_begin(&claim.claims, cmd, &key, claim.group, claim.consumer);
    deferred = reply_defer(cmd->reply);
    /* One entry may be named many times: what does not fit is not claimed. */
    for (uint32_t i = 5; i < options.ids_end && cmd->reply->length - start <= CMD_REPLY_BYTES_MAX;
         i++) {
        struct stream_id id;

        stream_argument_is_id(cmd, i, &id);
        claimed += claim_one(cmd, &claim, id);
    }
    reply_deferred_array(cmd->reply, deferred, claimed);
    stream_claims_end(&claim.claims);
    if (advanced)
        stream_effect_position(cmd, &key, claim.group);
    if (claim.changed)
        cmd_changed_inside(cmd, &key);
}

/* ---- XAUTOCLAIM ---- */

enum { COUNT_DEFAULT = 100, ENTRIES_PER_COUNT = 10 };

/* So that Redis could hold the ids. */
#define COUNT_MAX (INT64_MAX / STREAM_ID_BYTES)

/* What is replied in the end; the next id comes before what is found on the way to it. */
struct autoclaim {
    struct stream_id start;
    uint64_t count;
    struct reply entries;
    struct reply deleted;
    uint64_t entry_count;
    uint64_t deleted_count;
};

static bool autoclaim_parse(const struct cmd *cmd, struct claim *claim, struct autoclaim *autoclaim)
{
    if (!claim_number(cmd, 4, "Invalid min-idle-time argument for XAUTOCLAIM", &claim->min_idle) ||
        !stream_argument_start(cmd, 5, &autoclaim->start))
        return false;
    if (claim->min_idle < 0)
        claim->min_idle = 0;
    claim->delivered = cmd->now;
    claim->deliveries = -1;
    autoclaim->count = COUNT_DEFAULT;
    for (uint32_t i = 6; i < cmd->argc; i++) {
        if (i + 1 < cmd->argc && cmd_argument_is(cmd, i, "COUNT")) {
            int64_t count;

            if (!number_parse_integer(cmd->argv[++i], &count) || count < 1 || count > COUNT_MAX) {
                reply_error_literal(cmd->reply, "ERR COUNT must be > 0");
                return false;
            }
            autoclaim->count = (uint64_t)count;
        } else if (cmd_argument_is(cmd, i, "JUSTID")) {
            claim->only_ids = true;
        } else {
            cmd_reply_syntax_error(cmd);
            return false;
        }
    }
    return true;
}

/* Goes through what is pending; returns where the next call is to go on. */
static struct stream_id autoclaim_walk(const struct cmd *cmd, struct claim *claim,
                                       struct autoclaim *autoclaim)
{
    const struct stream_tree *ids = &claim->group->pending;
    struct stream_tree_place place = stream_tree_seek(ids, autoclaim->start);
    uint64_t looks = autoclaim->count * ENTRIES_PER_COUNT;

    for (; looks > 0 && autoclaim->count > 0 && !stream_tree_is_end(place); looks--) {
        struct stream_id id = stream_pending_at(claim->group, place)->id;
        struct stream_entry entry;

        if (!stream_find(claim->target.stream, id, &entry)) {
            stream_pending_remove(claim->group, claim->target.heap, id);
            stream_claims_drop(&claim->claims, id);
            claim->changed = true;
            stream_reply_id(&autoclaim->deleted, id);
            autoclaim->deleted_count++;
            autoclaim->count--;
            place = stream_tree_seek(ids, id);
            continue;
        }
        if (is_idle_enough(cmd, claim, stream_pending_at(claim->group, place))) {
            claim_take(cmd, claim, id, &entry, &autoclaim->entries);
            autoclaim->entry_count++;
            autoclaim->count--;
        }
        place = stream_tree_next(place);
    }
    if (stream_tree_is_end(place))
        return STREAM_ID_MIN;
    return stream_pending_at(claim->group, place)->id;
}

void command_xautoclaim(struct cmd *cmd)
{
    struct key key = cmd_key(cmd, 1);
    struct claim claim = {0};
    struct autoclaim autoclaim = {0};
    struct stream_id next;

    if (!autoclaim_parse(cmd, &claim, &autoclaim) || !claim_open_group(cmd, &key, &claim))
        return;
    claim.consumer = stream_seen_consumer(cmd, &key, claim.group, claim.target.heap, cmd->argv[3]);
    stream_claims_begin(&claim.claims, cmd, &key, claim.group, claim.consumer);
    reply_init(&autoclaim.entries, cmd->reply->protocol);
    reply_init(&autoclaim.deleted, cmd->reply->protocol);
    next = autoclaim_walk(cmd, &claim, &autoclaim);
    stream_claims_end(&claim.claims);
    reply_array(cmd->reply, 3);
    stream_reply_id(cmd->reply, next);
    reply_array(cmd->reply, autoclaim.entry_count);
    reply_raw(cmd->reply, span_of(autoclaim.entries.bytes, autoclaim.entries.length));
    reply_array(cmd->reply, autoclaim.deleted_count);
    reply_raw(cmd->reply, span_of(autoclaim.deleted.bytes, autoclaim.deleted.length));
    reply_free(&autoclaim.entries);
    reply_free(&autoclaim.deleted);
    if (claim.changed)
        cmd_changed_inside(cmd, &key);
}
