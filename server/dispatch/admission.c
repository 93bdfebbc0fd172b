#include "server/dispatch/admission.h"

#include "cluster/view.h"
#include "proto/base/assert.h"
#include "server/access/access.h"
#include "server/commands/command.h"
#include "server/commands/handlers.h"
#include "server/config/config.h"
#include "server/connection/connection.h"
#include "server/dispatch/denial.h"
#include "server/dispatch/route.h"
#include "server/dispatch/transaction.h"
#include "server/migration/slot_set.h"
#include "server/observe/log.h"
#include "server/pubsub/notification.h"
#include "server/pubsub/subscription.h"
#include "server/replication/replica_connection.h"
#include "server/script/busy.h"
#include "server/script/cache.h"
#include "server/script/engine.h"
#include "server/script/function_set.h"
#include "server/shard/shard.h"

#include <stdio.h>

enum { ECHOED_ARGUMENTS_MAX = 128 };

/* Error texts repeat what the client sent, cut short. */
static int echo_length(struct span argument, size_t limit)
{
    return (int)(argument.length < limit ? argument.length : limit);
}

static void reply_unknown(struct reply *reply, const struct batch_item *item)
{
    const struct command *container = command_find(item->argv[0]);
    char arguments[ECHOED_ARGUMENTS_MAX + 8];
    size_t length = 0;

    if (container != NULL && container->subcommand_count > 0 && item->argc > 1) {
        char name[32];

        snprintf(name, sizeof(name), "%s", container->name);
        for (char *letter = name; *letter != '\0'; letter++)
            *letter = (char)(*letter >= 'a' && *letter <= 'z' ? *letter - 'a' + 'A' : *letter);
        reply_error_format(reply, "ERR unknown subcommand '%.*s'. Try %s HELP.",
                           echo_length(item->argv[1], 128), item->argv[1].data, name);
        return;
    }
    arguments[0] = '\0';
    for (uint32_t i = 1; i < item->argc && length < ECHOED_ARGUMENTS_MAX; i++)
        length += (size_t)snprintf(arguments + length, sizeof(arguments) - length, "'%.*s' ",
                                   echo_length(item->argv[i], ECHOED_ARGUMENTS_MAX - length),
                                   item->argv[i].data);
    reply_error_format(reply, "ERR unknown command '%.*s', with args beginning with: %s",
                       echo_length(item->argv[0], 128), item->argv[0].data, arguments);
}

/* A browser that was tricked into talking to this port must not get a word further. */
static bool speaks_http(const struct batch_item *item)
{
    return item->command == NULL &&
           (span_is(item->argv[0], "POST") || span_is(item->argv[0], "Host:"));
}

/* What a script says of itself in its first line, or as a function. */
static uint32_t script_flags(const struct shard *shard, const struct command *command,
                             const struct span *argv);

/* May it write, as the cluster sees it? Scripts that say nothing of themselves are taken at the
 * word of what they call. */
static bool writes(const struct shard *shard, const struct batch_item *item)
{
    if (!command_is_script(item->command) || item->command->flags & COMMAND_READONLY)
        return item->command->flags & COMMAND_WRITE;
    return !(script_flags(shard, item->command, item->argv) &
             (SCRIPT_NO_WRITES | SCRIPT_COMPATIBLE));
}

/* Does the command name keys, so that the cluster has a say? */
static bool has_route(const struct shard *shard, const struct batch_item *item, struct route *route)
{
    const struct transaction *transaction = item->connection->transaction;

    *route = (struct route){.slot = item->key.slot,
                            .crosses = item->target == TARGET_CROSS_SLOT,
                            .shard_channels = item->command->flags & COMMAND_PUBSUB,
                            .moves_keys = item->command->run == command_migrate,
                            .pass = route_pass_of(item->connection, item->command)};
    if (item->target != TARGET_EXEC) {
        if (item->target >= TARGET_HERE && !route->crosses && item->target != TARGET_SLOT_HERE)
            return false;
        route->writes = writes(shard, item);
        return true;
    }
    if (transaction == NULL || !transaction->has_first)
        return false;
    route->slot = transaction->first.slot;
    route->crosses = transaction->crosses;
    route->writes = transaction->unit.flags & COMMAND_WRITE;
    return true;
}

/* What the cluster says; what it leaves to be looked at goes along with the command. */
static bool cluster_admits(const struct shard *shard, struct reply *reply, struct batch_item *item,
                           bool *redirected)
{
    struct route route;

    *redirected = false;
    if (shard->view == NULL || !has_route(shard, item, &route))
        return true;
    if (!route_admits(shard, reply, &route)) {
        *redirected = true;
        return false;
    }
    item->pass = route.pass;
    /* What looks at slots from its home has no keys there. */
    if (item->target == TARGET_SLOT_HERE)
        item->pass.gate = ROUTE_GATE_NONE;
    return true;
}

/* What a RESP2 client that has subscribed to something may still do. */
static bool suits_subscriber(const struct command *command)
{
    return (command->flags & (COMMAND_PUBSUB | COMMAND_NOSCRIPT)) ==
               (COMMAND_PUBSUB | COMMAND_NOSCRIPT) ||
           command->run == command_ping || command->run == command_quit ||
           command->run == command_reset;
}

/* What a transaction keeps until EXEC takes memory, whatever it is. */
static bool is_kept(const struct batch_item *item)
{
    return item->connection->transaction != NULL && item->target != TARGET_EXEC &&
           item->command->run != command_discard && item->command->run != command_reset &&
           item->command->run != command_quit;
}

/* Does the node take no writes just now? Replies so. */
static bool denies(struct shard *shard, struct reply *reply, const struct batch_item *item)
{
    uint32_t flags = item->command->flags;
    const char *error;

    if (__builtin_expect(shard->denials == 0, 1))
        return false;
    if (item->target == TARGET_EXEC)
        flags |= transaction_flags(item->connection);
    if (item->target == TARGET_EXEC && item->connection->transaction != NULL &&
        item->connection->transaction->unit.wants_data)
        flags &= ~(uint32_t)COMMAND_STALE;
    if (is_kept(item))
        flags |= COMMAND_DENYOOM;
    /* The command before may have made room. */
    if (shard->denials & DENIAL_MEMORY && flags & COMMAND_DENYOOM)
        eviction_look(shard, true);
    error = denial_of(shard, item->command, flags);
    if (error != NULL)
        reply_error(reply, span_of_string(error));
    return error != NULL;
}

static bool admit(struct shard *shard, struct reply *reply, struct batch_item *item,
                  bool *redirected)
{
    *redirected = false;
    if (speaks_http(item)) {
        log_warning("a client speaks HTTP: connection %s is closed", item->connection->address);
        connection_close(item->connection);
    } else if (item->target == TARGET_UNKNOWN) {
        reply_unknown(reply, item);
    } else if (item->target == TARGET_ARITY) {
        reply_error_format(reply, "ERR wrong number of arguments for '%s' command",
                           item->command->name);
    } else if (!item->connection->authenticated && !(item->command->flags & COMMAND_NO_AUTH)) {
        reply_error_literal(reply, "NOAUTH Authentication required.");
    } else if (!item->connection->unrestricted && !access_admit(item, reply)) {
        return false;
    } else if (!cluster_admits(shard, reply, item, redirected)) {
        return false;
    } else if (subscription_narrows(item->connection) && !suits_subscriber(item->command)) {
        reply_error_format(reply,
                           "ERR Can't execute '%s': only (P|S)SUBSCRIBE / (P|S)UNSUBSCRIBE / PING "
                           "/ QUIT / RESET are allowed in this context",
                           item->command->name);
    } else {
        return !denies(shard, reply, item);
    }
    return false;
}

/* A replica's reads go on as ever. */
static inline bool concerns(uint32_t denials, const struct command *command)
{
    return denials != DENIAL_COPY || (command->flags & COMMAND_WRITE) != 0;
}

/* The common case, which writes nothing and must cost no more than these tests. */
static inline bool admits_plainly(const struct shard *shard, const struct batch_item *item)
{
    const struct cluster_view *view = shard->view;

    if (item->target >= TARGET_CROSS_SLOT || !item->connection->unrestricted ||
        item->connection->subscriber != NULL ||
        (shard->denials != 0 && concerns(shard->denials, item->command)))
        return false;
    if (view == NULL || item->target >= TARGET_HERE)
        return true;
    return view->plain && view->owner[item->key.slot] == view->myself;
}

bool admission_check(struct shard *shard, struct batch_item *item)
{
    struct connection *connection = item->connection;
    struct reply *reply;
    size_t start;
    bool redirected;

    if (__builtin_expect(admits_plainly(shard, item), 1))
        return true;
    reply = connection_reply_begin(connection);
    start = reply->length;
    if (admit(shard, reply, item, &redirected)) {
        connection_reply_put_off(connection);
        return true;
    }
    if (item->command != NULL)
        shard->statistics.commands_by_id[item->command->id].rejected++;
    if (connection->closed)
        return false;
    transaction_refused(item, reply, start, redirected);
    statistics_error(&shard->statistics,
                     span_of(reply->bytes + start + 1, reply->length - start - 1));
    connection_reply_end(connection, start);
    return false;
}

void admission_refuse_busy(struct shard *shard, const struct batch_item *item)
{
    struct connection *connection = item->connection;
    struct reply *reply = connection_reply_begin(connection);
    size_t start = reply->length;

    busy_reply(shard->node, reply);
    shard->statistics.commands_by_id[item->command->id].rejected++;
    transaction_refused(item, reply, start, false);
    statistics_error(&shard->statistics,
                     span_of(reply->bytes + start + 1, reply->length - start - 1));
    connection_reply_end(connection, start);
}

/* May it make messages for other shards' clients? */
static bool publishes(const struct shard *shard, const struct batch_item *item)
{
    const struct command *command = item->command;
    const struct transaction *transaction = item->connection->transaction;
    uint32_t flags = command->flags;
    bool has_script = command_is_script(command);

    if (command->run == command_publish || command->run == command_spublish)
        return true;
    if (item->target == TARGET_EXEC && transaction != NULL) {
        flags = transaction->unit.flags;
        has_script = transaction->unit.has_script;
        if (flags & COMMAND_PUBSUB)
            return true;
    }
    return has_script || (flags & COMMAND_WRITE && notification_is_on(shard->config));
}

static uint32_t function_flags(const struct shard *shard, struct span name)
{
    struct function_set *set = function_store_get(shard->node->functions);
    struct function_place place;
    uint32_t flags = 0;

    if (function_set_find(set, name, &place))
        flags = set->libraries[place.library]->functions[place.function].flags;
    function_set_release(set);
    return flags;
}

static uint32_t script_flags(const struct shard *shard, const struct command *command,
                             const struct span *argv)
{
    if (command->run == command_eval)
        return script_flags_of_text(argv[1]);
    if (command->run == command_evalsha)
        return script_flags_of_name(shard->node->scripts, argv[1]);
    return function_flags(shard, argv[1]);
}

/* Is it a script that has not promised to write nothing? */
static bool is_writing_script(const struct shard *shard, const struct command *command,
                              const struct span *argv)
{
    return command_is_script(command) && !(command->flags & COMMAND_READONLY) &&
           !(script_flags(shard, command, argv) & SCRIPT_NO_WRITES);
}

static bool has_writing_script(const struct shard *shard, const struct unit *unit)
{
    bool has = false;

    for (const struct unit_command *queued = unit->first;
         unit->has_script && queued != NULL && !has; queued = queued->next)
        has = is_writing_script(shard, queued->command, queued->argv);
    return has;
}

/* May it, or what EXEC will run, change something? */
static bool may_write(const struct shard *shard, const struct batch_item *item, uint32_t flags)
{
    const struct command *command = item->command;

    if (flags & (COMMAND_WRITE | COMMAND_MAY_REPLICATE) || command_may_change(command))
        return true;
    if (item->target == TARGET_EXEC && item->connection->transaction != NULL)
        return has_writing_script(shard, &item->connection->transaction->unit);
    return item->connection->transaction == NULL && is_writing_script(shard, command, item->argv);
}

/* Is it, or may it be, of a slot that is paused? */
static bool is_paused(const struct shard *shard, const struct batch_item *item)
{
    const struct transaction *transaction = item->connection->transaction;

    if (item->target == TARGET_EXEC && transaction != NULL && transaction->has_first)
        return slot_set_has(shard->paused_slots, transaction->first.slot);
    return !item->has_key || slot_set_has(shard->paused_slots, item->key.slot);
}

bool admission_now(struct shard *shard, const struct batch_item *item)
{
    const struct command *command = item->command;
    uint32_t flags;

    if (command == NULL || item->target == TARGET_ARITY)
        return true;
    flags =
        command->flags | (item->target == TARGET_EXEC ? transaction_flags(item->connection) : 0);
    if (__builtin_expect(shard->crowded, 0) && publishes(shard, item))
        return false;
    if (shard->eviction.behind && flags & (COMMAND_DENYOOM | COMMAND_MAY_REPLICATE))
        return false;
    if (shard->holds > 0 && may_write(shard, item, flags))
        return false;
    if (__builtin_expect(shard->slot_holds.count > 0, 0) && slot_hold_keeps(shard, item))
        return false;
    if (shard->paused_slots != NULL && is_paused(shard, item) && may_write(shard, item, flags))
        return false;
    /* The tick ends the pause: it also knows whom to let go on. */
    if (shard->pause_kind == PAUSE_NONE || shard->now >= shard->pause_until)
        return true;
    if (shard->pause_kind == PAUSE_ALL)
        /* Who would end the pause must not have to wait for its end. */
        return command->run == command_client_unpause ||
               replica_connection_follows(item->connection);
    return !may_write(shard, item, flags);
}
