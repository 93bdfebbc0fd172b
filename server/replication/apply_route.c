#include "proto/base/assert.h"
#include "proto/base/memory.h"
#include "server/commands/command.h"
#include "server/commands/handlers.h"
#include "server/control/control.h"
#include "server/replication/apply_parts.h"
#include "server/shard/exclusive.h"
#include "server/shard/shard.h"

/* ---- Lists ---- */

enum { COMMANDS_FIRST = 64, SPANS_FIRST = 256, SPANS_KEPT_MAX = 64 * 1024 };

static void make_room(struct apply_list *list, uint32_t more, uint32_t spans)
{
    if (list->count + more > list->capacity) {
        uint32_t capacity = list->capacity == 0 ? COMMANDS_FIRST : list->capacity * 2;

        if (capacity < list->count + more)
            capacity = list->count + more;
        list->commands = memory_resize(list->commands, capacity * sizeof(*list->commands));
        list->capacity = capacity;
    }
    if (list->span_count + spans > list->span_capacity) {
        uint32_t capacity = list->span_capacity == 0 ? SPANS_FIRST : list->span_capacity * 2;

        if (capacity < list->span_count + spans)
            capacity = list->span_count + spans;
        list->spans = memory_resize(list->spans, capacity * sizeof(*list->spans));
        list->span_capacity = capacity;
    }
}

void apply_list_add(struct apply_list *list, const struct apply_command *command,
                    const struct span *argv)
{
    struct apply_command *added;

    make_room(list, 1, command->argc);
    added = &list->commands[list->count++];
    *added = *command;
    added->argv = list->span_count;
    memcpy(&list->spans[list->span_count], argv, command->argc * sizeof(*argv));
    list->span_count += command->argc;
}

void apply_list_append(struct apply_list *list, const struct apply_list *from)
{
    for (uint32_t i = 0; i < from->count; i++)
        apply_list_add(list, &from->commands[i], &from->spans[from->commands[i].argv]);
}

void apply_list_clear(struct apply_list *list)
{
    if (list->span_capacity > SPANS_KEPT_MAX || list->capacity > SPANS_KEPT_MAX)
        apply_list_free(list);
    list->count = 0;
    list->span_count = 0;
}

void apply_list_free(struct apply_list *list)
{
    memory_free(list->commands);
    memory_free(list->spans);
    *list = (struct apply_list){0};
}

/* ---- Routes ---- */

/* Without keys: about the node, its functions or its subscribers. */
static enum apply_place route_keyless(const struct node *node, const struct command *row,
                                      uint64_t *members)
{
    if (row->scope == SCOPE_NODE && row->flags & COMMAND_WRITE) {
        *members = section_all(node);
        return node->shard_count == 1 ? APPLY_TO_SHARD : APPLY_TO_SECTION;
    }
    if (row->scope == SCOPE_CONTROL || row->run == NULL)
        return APPLY_UNKNOWN;
    if (row->run == command_ping)
        return APPLY_NOWHERE;
    if (row->flags & (COMMAND_WRITE | COMMAND_MAY_REPLICATE) || row->run == command_publish ||
        row->run == command_spublish)
        return APPLY_TO_SHARD;
    return APPLY_UNKNOWN;
}

enum apply_place apply_route(const struct apply *apply, const struct span *argv, uint32_t argc,
                             struct apply_command *command, uint64_t *members)
{
    const struct node *node = apply->control->node;
    struct batch_item item = {.argv = argv, .argc = argc};

    /* What it looks at of the shard is the same for all of them, and never changes. */
    item.target = batch_target_of(node->shards[0], &item);
    *command = (struct apply_command){.command = item.command,
                                      .key = item.key,
                                      .argc = argc,
                                      .database = apply->database,
                                      .has_key = item.has_key};
    *members = 1;
    if (item.target < TARGET_HERE) {
        command->shard = item.target;
        *members = 1ull << item.target;
        return APPLY_TO_SHARD;
    }
    switch (item.target) {
    case TARGET_SECTION:
    case TARGET_CROSS_SLOT:
        *members = exclusive_members(node, &item);
        if (*members == 0)
            *members = section_all(node);
        command->shard = (uint16_t)__builtin_ctzll(*members);
        /* In cluster mode they may be several slots' of one shard. */
        return __builtin_popcountll(*members) > 1 ? APPLY_TO_SECTION : APPLY_TO_SHARD;
    case TARGET_UNKNOWN:
    case TARGET_ARITY:
    case TARGET_BAD_KEYS:
        return APPLY_UNKNOWN;
    default:
        return route_keyless(node, item.command, members);
    }
}
