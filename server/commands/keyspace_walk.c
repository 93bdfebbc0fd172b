/*
 * Walking over the keys of the node: SCAN, KEYS, RANDOMKEY.
 */
#include "proto/base/assert.h"
#include "proto/base/glob.h"
#include "proto/base/memory.h"
#include "proto/base/number.h"
#include "server/commands/cmd.h"
#include "server/commands/handlers.h"
#include "server/config/text_buffer.h"
#include "server/shard/gather.h"

/* Keys found on one shard, as protocol bytes that are the same for all clients. */
struct found {
    struct reply keys;
    uint64_t count;
    uint64_t cursor; /* SCAN: where the shard goes on */
};

struct walk {
    time_ms now;
    struct span pattern;
    bool matches_all;
    const char *type; /* NULL: any */
    struct found *found;
    struct text_buffer expired; /* names of expired keys, each behind its length */
};

static void walk_visit(void *context, const struct entry *entry)
{
    struct walk *walk = context;
    struct span key = entry_key(entry);

    if (!walk->matches_all && !glob_match(walk->pattern, key, false))
        return;
    if (walk->type != NULL && strcasecmp(value_type_name(entry_type(entry)), walk->type) != 0)
        return;
    if (entry_expiry(entry) <= walk->now) {
        text_buffer_add(&walk->expired, span_of((const char *)&key.length, sizeof(key.length)));
        text_buffer_add(&walk->expired, key);
        return;
    }
    reply_bulk(&walk->found->keys, key);
    walk->found->count++;
}

/* A walk changes nothing: what it has found expired goes behind it, as any look-up sees to. */
static void walk_end(struct walk *walk, struct shard *shard, uint32_t database)
{
    const char *name = walk->expired.bytes;
    const char *end = name + walk->expired.length;
    size_t length;

    while (name < end) {
        struct key key;

        memcpy(&length, name, sizeof(length));
        name += sizeof(length);
        key = keyspace_key(shard->keyspace, span_of(name, length));
        (void)keyspace_peek(shard->keyspace, database, &key, shard->now);
        name += length;
    }
    text_buffer_free(&walk->expired);
}

static void walk_pattern(struct walk *walk, struct span pattern)
{
    walk->pattern = pattern;
    walk->matches_all = span_equal(pattern, SPAN("*"));
}

static void reply_found(struct reply *reply, struct found *found)
{
    reply_raw(reply, span_of(found->keys.bytes, found->keys.length));
    reply_free(&found->keys);
}

/* ---- SCAN ---- */

struct scan {
    uint64_t cursor;
    uint64_t count;
    uint32_t pattern; /* the argument's index; 0: without */
    uint32_t type;
};

static void scan_visit(struct shard *shard, struct gather *gather, void *part)
{
    const struct scan *scan = gather->context;
    struct walk walk = {.now = shard->now, .matches_all = true, .found = part};
    char *type = NULL;

    reply_init(&walk.found->keys, 2);
    if (scan->pattern > 0)
        walk_pattern(&walk, gather->argv[scan->pattern]);
    if (scan->type > 0)
        walk.type = type =
            memory_copy(gather->argv[scan->type].data, gather->argv[scan->type].length);
    walk.found->cursor = keyspace_scan(shard->keyspace, gather->database, scan->cursor, scan->count,
                                       walk_visit, &walk);
    memory_free(type);
    walk_end(&walk, shard, gather->database);
}

/* Where the scan of the node goes on, once this shard's is done: 0 behind the last. */
static uint64_t scan_next_shard(const struct node *node, uint32_t index)
{
    if (index + 1 >= node->shard_count)
        return 0;
    return keyspace_scan_start((uint16_t)((index + 1) * node->slot_block));
}

static void scan_finish(struct gather *gather, struct reply *reply)
{
    const struct node *node = gather->asker->node;
    uint32_t index = (uint32_t)__builtin_ctzll(gather->members);
    struct found *found = gather_part(gather, index);
    uint64_t cursor = found->cursor;
    char text[NUMBER_INTEGER_TEXT_MAX];

    if (cursor == KEYSPACE_SCAN_END)
        cursor = scan_next_shard(node, index);
    reply_array(reply, 2);
    reply_bulk(reply, span_of(text, number_format_unsigned(text, cursor)));
    reply_array(reply, found->count);
    reply_found(reply, found);
}

static bool scan_options(const struct cmd *cmd, struct scan *scan)
{
    int64_t count;

    for (uint32_t i = 2; i < cmd->argc; i += 2) {
        if (i + 1 == cmd->argc) {
            cmd_reply_syntax_error(cmd);
            return false;
        }
        if (cmd_argument_is(cmd, i, "MATCH")) {
            scan->pattern = i + 1;
        } else if (cmd_argument_is(cmd, i, "TYPE")) {
            scan->type = i + 1;
        } else if (cmd_argument_is(cmd, i, "COUNT")) {
            if (!cmd_integer(cmd, i + 1, &count))
                return false;
            if (count < 1) {
                cmd_reply_syntax_error(cmd);
                return false;
            }
            scan->count = (uint64_t)count;
        } else {
            cmd_reply_syntax_error(cmd);
            return false;
        }
    }
    return true;
}

void command_scan(struct cmd *cmd)
{
    struct scan scan = {.count = 10};
    struct gather *gather;

    if (!number_parse_unsigned(cmd->argv[1], &scan.cursor)) {
        reply_error_literal(cmd->reply, "ERR invalid cursor");
        return;
    }
    if (!scan_options(cmd, &scan))
        return;
    gather = gather_new(cmd, sizeof(struct found), scan_visit, scan_finish);
    gather->context = memory_copy(&scan, sizeof(scan));
    gather_start(gather,
                 1ull << node_shard_of(gather->asker->node, keyspace_scan_slot(scan.cursor)));
}

/* ---- KEYS ---- */

struct keys_walk {
    bool exact; /* the pattern is the name of one key */
    bool in_slot;
    uint16_t slot;
};

static bool has_wildcard(struct span pattern)
{
    for (size_t i = 0; i < pattern.length; i++)
        if (pattern.data[i] == '*' || pattern.data[i] == '?' || pattern.data[i] == '[' ||
            pattern.data[i] == '\\')
            return true;
    return false;
}

/* Do all keys that match live in one slot? Their hash tag says so, when nothing up to its end is
 * open. */
static bool pattern_has_slot(struct span pattern, uint16_t *slot)
{
    const char *open = memchr(pattern.data, '{', pattern.length);
    const char *close;
    size_t rest;

    if (open == NULL)
        return false;
    rest = pattern.length - (size_t)(open - pattern.data);
    close = memchr(open, '}', rest);
    if (close == NULL || close == open + 1 ||
        has_wildcard(span_of(pattern.data, (size_t)(close - pattern.data))))
        return false;
    *slot = key_slot(pattern);
    return true;
}

static void keys_visit(struct shard *shard, struct gather *gather, void *part)
{
    const struct keys_walk *keys = gather->context;
    struct walk walk = {.now = shard->now, .found = part};
    uint64_t cursor = keyspace_scan_start(0);

    reply_init(&walk.found->keys, 2);
    walk_pattern(&walk, gather->argv[1]);
    if (keys->exact) {
        struct key key = keyspace_key(shard->keyspace, gather->argv[1]);
        const struct entry *entry =
            keyspace_peek(shard->keyspace, gather->database, &key, shard->now);

        if (entry != NULL)
            walk_visit(&walk, entry);
        return;
    }
    /* A node of a cluster has one database. */
    if (keys->in_slot && shard->node->cluster_enabled) {
        keyspace_slot_visit(shard->keyspace, keys->slot, UINT64_MAX, walk_visit, &walk);
        cursor = KEYSPACE_SCAN_END;
    }
    while (cursor != KEYSPACE_SCAN_END)
        cursor =
            keyspace_scan(shard->keyspace, gather->database, cursor, UINT64_MAX, walk_visit, &walk);
    walk_end(&walk, shard, gather->database);
}

static void keys_finish(struct gather *gather, struct reply *reply)
{
    uint64_t count = 0;

    for (uint32_t i = 0; i < gather->asker->node->shard_count; i++)
        count += ((struct found *)gather_part(gather, i))->count;
    reply_array(reply, count);
    for (uint32_t i = 0; i < gather->asker->node->shard_count; i++)
        reply_found(reply, gather_part(gather, i));
}

void command_keys_matching(struct cmd *cmd)
{
    struct keys_walk keys = {.exact = !has_wildcard(cmd->argv[1])};
    struct gather *gather = gather_new(cmd, sizeof(struct found), keys_visit, keys_finish);
    const struct node *node = gather->asker->node;
    uint64_t members = section_all(node);

    if (keys.exact)
        keys.slot = key_slot(cmd->argv[1]);
    else
        keys.in_slot = pattern_has_slot(cmd->argv[1], &keys.slot);
    if (keys.exact || keys.in_slot)
        members = 1ull << node_shard_of(node, keys.slot);
    gather->context = memory_copy(&keys, sizeof(keys));
    gather_start(gather, members);
}

/* ---- RANDOMKEY ---- */

struct random_part {
    uint64_t size;
    char *key; /* NULL: none */
    size_t length;
};

static void random_visit(struct shard *shard, struct gather *gather, void *part)
{
    const struct entry *entry = keyspace_random(shard->keyspace, gather->database, shard->now);
    struct random_part *candidate = part;

    if (entry == NULL)
        return;
    candidate->length = entry_key(entry).length;
    candidate->key = memory_copy(entry_key(entry).data, candidate->length);
    candidate->size = keyspace_size(shard->keyspace, gather->database);
}

/* Each shard's candidate with the weight of its keys. */
static void random_finish(struct gather *gather, struct reply *reply)
{
    uint32_t shards = gather->asker->node->shard_count;
    struct random_part *chosen = NULL;
    uint64_t total = 0;

    for (uint32_t i = 0; i < shards; i++) {
        struct random_part *part = gather_part(gather, i);

        if (part->key == NULL)
            continue;
        total += part->size;
        if (random_below(&gather->asker->random, total) < part->size)
            chosen = part;
    }
    if (chosen == NULL)
        reply_null(reply);
    else
        reply_bulk(reply, span_of(chosen->key, chosen->length));
    for (uint32_t i = 0; i < shards; i++)
        memory_free(((struct random_part *)gather_part(gather, i))->key);
}

void command_randomkey(struct cmd *cmd)
{
    gather_all(cmd, sizeof(struct random_part), random_visit, random_finish);
}
