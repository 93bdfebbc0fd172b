/* Intersections, unions and differences of sets, replied, counted or stored. */
#include "proto/base/assert.h"
#include "proto/base/memory.h"
#include "proto/base/number.h"
#include "server/commands/handlers.h"
#include "server/commands/set.h"

#include <stdlib.h>

enum {
    FEW_SETS = 16,
    AHEAD = 16, /* members whose look-ups overlap */
};

/* The sets that a command names, empty ones included. */
struct operands {
    const struct entry **sets;
    uint32_t count;
    const struct entry *few[FEW_SETS];
};

static void operands_free(struct operands *operands)
{
    if (operands->sets != operands->few)
        memory_free(operands->sets);
}

/* Replies and returns false when a key holds something else than a set. */
static bool operands_read(const struct cmd *cmd, uint32_t first, uint32_t count,
                          struct operands *operands)
{
    operands->count = count;
    operands->sets = count <= FEW_SETS ? operands->few : memory_new(count * sizeof(struct entry *));
    for (uint32_t i = 0; i < count; i++) {
        if (!set_read(cmd, first + i, &operands->sets[i])) {
            operands_free(operands);
            return false;
        }
    }
    return true;
}

/* ---- Intersection ---- */

static bool has_empty(const struct operands *operands)
{
    for (uint32_t i = 0; i < operands->count; i++)
        if (operands->sets[i] == NULL)
            return true;
    return false;
}

static int compare_counts(const void *left, const void *right)
{
    uint64_t a = set_count(*(const struct entry *const *)left);
    uint64_t b = set_count(*(const struct entry *const *)right);

    return (a > b) - (a < b);
}

/* The smallest first: it is the one that is walked, and the next is most likely to say no. */
static void sort_by_count(struct operands *operands)
{
    /* Of very many, each is not compared with each. */
    if (operands->count > FEW_SETS) {
        qsort(operands->sets, operands->count, sizeof(operands->sets[0]), compare_counts);
        return;
    }
    for (uint32_t i = 1; i < operands->count; i++) {
        const struct entry *set = operands->sets[i];
        uint64_t count = set_count(set);
        uint32_t place = i;

        for (; place > 0 && set_count(operands->sets[place - 1]) > count; place--)
            operands->sets[place] = operands->sets[place - 1];
        operands->sets[place] = set;
    }
}

static bool in_all_others(const struct operands *operands, struct span member)
{
    for (uint32_t i = 1; i < operands->count; i++)
        if (!set_contains(operands->sets[i], member))
            return false;
    return true;
}

/* Members of a large set, which lie still, a group at a time. */
static void intersect_ahead(const struct operands *operands, set_member_visitor *sink,
                            void *context)
{
    struct set_iterator iterator = set_iterate(operands->sets[0]);
    struct span members[AHEAD];
    uint32_t count;

    do {
        count = 0;
        while (count < AHEAD && set_next(&iterator, &members[count])) {
            if (operands->count > 1)
                set_prefetch(operands->sets[1], members[count]);
            count++;
        }
        for (uint32_t i = 0; i < count; i++)
            if (in_all_others(operands, members[i]) && !sink(context, members[i]))
                return;
    } while (count == AHEAD);
}

static void intersect(struct operands *operands, set_member_visitor *sink, void *context)
{
    struct set_iterator iterator;
    struct span member;

    if (has_empty(operands))
        return;
    sort_by_count(operands);
    if (set_intersect_rows(operands->sets, operands->count, sink, context))
        return;
    if (entry_encoding(operands->sets[0]) == ENCODING_OBJECT) {
        intersect_ahead(operands, sink, context);
        return;
    }
    iterator = set_iterate(operands->sets[0]);
    while (set_next(&iterator, &member))
        if (in_all_others(operands, member) && !sink(context, member))
            return;
}

/* ---- Difference and union ---- */

static void subtract(struct operands *operands, set_member_visitor *sink, void *context)
{
    struct set_iterator iterator = set_iterate(operands->sets[0]);
    struct span member;

    while (set_next(&iterator, &member)) {
        bool elsewhere = false;

        for (uint32_t i = 1; i < operands->count && !elsewhere; i++)
            elsewhere = set_contains(operands->sets[i], member);
        if (!elsewhere && !sink(context, member))
            return;
    }
}

/* The sink sees members twice that are in two of the sets. */
static void unite(struct operands *operands, set_member_visitor *sink, void *context)
{
    struct span member;

    for (uint32_t i = 0; i < operands->count; i++) {
        struct set_iterator iterator = set_iterate(operands->sets[i]);

        while (set_next(&iterator, &member))
            if (!sink(context, member))
                return;
    }
}

typedef void set_operation(struct operands *operands, set_member_visitor *sink, void *context);

/* ---- What becomes of the result ---- */

struct listing {
    struct reply *reply;
    uint64_t count;
};

static bool list_member(void *context, struct span member)
{
    struct listing *listing = context;

    reply_bulk(listing->reply, member);
    listing->count++;
    return true;
}

static bool build_member(void *context, struct span member)
{
    set_builder_add(context, member);
    return true;
}

static void reply_result(struct cmd *cmd, set_operation *operation)
{
    struct listing listing = {.reply = cmd->reply};
    struct reply_deferred header;
    struct operands operands;

    if (!operands_read(cmd, 1, cmd->argc - 1, &operands))
        return;
    header = reply_defer(cmd->reply);
    operation(&operands, list_member, &listing);
    reply_deferred_set(cmd->reply, header, listing.count);
    operands_free(&operands);
}

static void store_result(struct cmd *cmd, set_operation *operation, const char *event)
{
    struct set_limits limits = set_limits_of(cmd->config);
    struct key key = cmd_key(cmd, 1);
    struct collection target;
    struct set_builder builder;
    struct operands operands;
    uint64_t count;
    bool was_there;

    if (!operands_read(cmd, 2, cmd->argc - 2, &operands))
        return;
    target = collection_open(cmd_keyspace(cmd, &key), cmd->database, &key, VALUE_SET);
    was_there = target.entry != NULL;
    set_builder_init(&builder, &target);
    operation(&operands, build_member, &builder);
    operands_free(&operands);
    count = builder.members.count;
    set_builder_finish(&builder, &target, &limits);
    if (count > 0)
        cmd_changed(cmd, 's', event, &key);
    else if (was_there)
        cmd_changed(cmd, 'g', "del", &key);
    reply_integer(cmd->reply, (int64_t)count);
}

void command_sinter(struct cmd *cmd)
{
    reply_result(cmd, intersect);
}

void command_sinterstore(struct cmd *cmd)
{
    store_result(cmd, intersect, "sinterstore");
}

void command_sdiff(struct cmd *cmd)
{
    reply_result(cmd, subtract);
}

void command_sdiffstore(struct cmd *cmd)
{
    store_result(cmd, subtract, "sdiffstore");
}

void command_sunionstore(struct cmd *cmd)
{
    store_result(cmd, unite, "sunionstore");
}

/* Members that several sets have are told apart by putting the union together first. */
void command_sunion(struct cmd *cmd)
{
    struct key key = cmd_key(cmd, 1);
    struct listing listing = {.reply = cmd->reply};
    struct reply_deferred header;
    struct collection place;
    struct set_builder builder;
    struct operands operands;

    if (cmd->argc == 2) {
        reply_result(cmd, unite);
        return;
    }
    if (!operands_read(cmd, 1, cmd->argc - 1, &operands))
        return;
    place = collection_open(cmd_keyspace(cmd, &key), cmd->database, &key, VALUE_SET);
    set_builder_init(&builder, &place);
    header = reply_defer(cmd->reply);
    for (uint32_t i = 0; i < operands.count; i++) {
        struct set_iterator iterator = set_iterate(operands.sets[i]);
        struct span member;

        while (set_next(&iterator, &member))
            if (set_builder_add(&builder, member))
                list_member(&listing, member);
    }
    reply_deferred_set(cmd->reply, header, listing.count);
    set_builder_discard(&builder);
    operands_free(&operands);
}

/* ---- SINTERCARD ---- */

struct counting {
    uint64_t count;
    uint64_t limit; /* 0: none */
};

static bool count_member(void *context, struct span member)
{
    struct counting *counting = context;

    (void)member;
    counting->count++;
    return counting->count != counting->limit;
}

/* numkeys key [key ...] [LIMIT limit] */
static bool sintercard_parse(const struct cmd *cmd, uint32_t *key_count, struct counting *counting)
{
    int64_t number;

    if (!number_parse_integer(cmd->argv[1], &number) || number < 1 || number > INT32_MAX) {
        reply_error_literal(cmd->reply, "ERR numkeys should be greater than 0");
        return false;
    }
    if (number > (int64_t)cmd->argc - 2) {
        reply_error_literal(cmd->reply, "ERR Number of keys can't be greater than number of args");
        return false;
    }
    *key_count = (uint32_t)number;
    for (uint32_t i = 2 + *key_count; i < cmd->argc; i += 2) {
        if (!cmd_argument_is(cmd, i, "LIMIT") || i + 1 == cmd->argc) {
            cmd_reply_syntax_error(cmd);
            return false;
        }
        if (!number_parse_integer(cmd->argv[i + 1], &number) || number < 0) {
            reply_error_literal(cmd->reply, "ERR LIMIT can't be negative");
            return false;
        }
        counting->limit = (uint64_t)number;
    }
    return true;
}

void command_sintercard(struct cmd *cmd)
{
    struct counting counting = {0};
    struct operands operands;
    uint32_t key_count;

    if (!sintercard_parse(cmd, &key_count, &counting) ||
        !operands_read(cmd, 2, key_count, &operands))
        return;
    intersect(&operands, count_member, &counting);
    reply_integer(cmd->reply, (int64_t)counting.count);
    operands_free(&operands);
}
