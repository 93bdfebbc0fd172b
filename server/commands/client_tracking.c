/*
 * CLIENT TRACKING, CACHING, TRACKINGINFO and GETREDIR.
 *
 * With REDIRECT all shards are asked for that client, and with BCAST all of them get to know the
 * prefixes, before the client is answered. Errors come in the order in which Redis finds them:
 * those of options behind REDIRECT only when that client exists.
 */
#include "proto/base/assert.h"
#include "proto/base/memory.h"
#include "proto/base/number.h"
#include "server/commands/cmd.h"
#include "server/commands/handlers.h"
#include "server/connection/connection.h"
#include "server/shard/gather.h"
#include "server/tracking/tracking_broadcast.h"
#include "server/tracking/tracking_client.h"

#include <stdio.h>
#include <stdlib.h>

enum {
    ERROR_MAX = 512,
    ECHOED_MAX = 128,
    /* So many prefixes are compared one by one to name the first two that overlap. */
    NAMED_PREFIXES_MAX = 512,
};

/* ---- What is asked for ---- */

struct request {
    bool on;
    struct tracking_mode mode;
    bool redirects;
    int64_t redirect;
    char error[ERROR_MAX]; /* "" when there is none */
    bool held;             /* the prefixes are kept for this client until it is told */
    uint32_t prefix_count;
    struct span prefixes[]; /* as many as there are arguments, and the empty one */
};

static bool fail(struct request *request, const char *text)
{
    snprintf(request->error, sizeof(request->error), "%s", text);
    return false;
}

static bool take_redirect(struct request *request, struct span value)
{
    int64_t id;

    if (request->redirects)
        return fail(request, "ERR A client can only redirect to a single other client");
    if (!number_parse_integer(value, &id))
        return fail(request, "ERR value is not an integer or out of range");
    request->redirects = true;
    request->redirect = id;
    return true;
}

static bool take_option(struct request *request, struct span word)
{
    if (span_is(word, "BCAST"))
        request->mode.broadcasts = true;
    else if (span_is(word, "OPTIN"))
        request->mode.opt_in = true;
    else if (span_is(word, "OPTOUT"))
        request->mode.opt_out = true;
    else if (span_is(word, "NOLOOP"))
        request->mode.no_loop = true;
    else
        return fail(request, "ERR syntax error");
    return true;
}

static bool parse(struct request *request, const struct span *argv, uint32_t argc)
{
    for (uint32_t i = 3; i < argc; i++) {
        bool more = i + 1 < argc;

        if (more && span_is(argv[i], "REDIRECT")) {
            if (!take_redirect(request, argv[++i]))
                return false;
        } else if (more && span_is(argv[i], "PREFIX")) {
            request->prefixes[request->prefix_count++] = argv[++i];
        } else if (!take_option(request, argv[i])) {
            return false;
        }
    }
    request->on = span_is(argv[2], "ON");
    if (!request->on && !span_is(argv[2], "OFF"))
        return fail(request, "ERR syntax error");
    return true;
}

/* ---- Prefixes must not overlap ---- */

static bool overlap(struct span one, struct span other)
{
    size_t length = one.length < other.length ? one.length : other.length;

    return length == 0 || memcmp(one.data, other.data, length) == 0;
}

static int compare_spans(const void *left, const void *right)
{
    const struct span *a = left;
    const struct span *b = right;
    size_t shorter = a->length < b->length ? a->length : b->length;
    int order = shorter == 0 ? 0 : memcmp(a->data, b->data, shorter);

    return order != 0 ? order : (a->length > b->length) - (a->length < b->length);
}

/* The prefixes that the client has, in order; the caller frees the vector. */
static struct span *existing_prefixes(const struct connection *connection, uint32_t *count)
{
    const struct tracking_client *client = connection->tracking;
    struct span *prefixes;

    *count = 0;
    if (client == NULL)
        return NULL;
    prefixes = memory_new((client->subscription_count + 1) * sizeof(*prefixes));
    list_for_each (link, &client->subscriptions) {
        const struct tracking_prefix *prefix =
            list_entry(link, struct tracking_subscription, client_link)->prefix;

        prefixes[(*count)++] = span_of(prefix->name, prefix->length);
    }
    if (*count > 0)
        qsort(prefixes, *count, sizeof(*prefixes), compare_spans);
    return prefixes;
}

static bool fail_overlap(struct request *request, struct span prefix, const char *which,
                         struct span other)
{
    snprintf(request->error, sizeof(request->error),
             "ERR Prefix '%.*s' overlaps with %s prefix '%.*s'. Prefixes for a single client must "
             "not overlap.",
             (int)(prefix.length < ECHOED_MAX ? prefix.length : ECHOED_MAX), prefix.data, which,
             (int)(other.length < ECHOED_MAX ? other.length : ECHOED_MAX), other.data);
    return false;
}

/* In order, whatever overlaps at all overlaps with its neighbour: of all that begin with the same
 * bytes the shortest comes first. */
static bool any_overlap(const struct request *request, const struct span *existing, uint32_t count,
                        struct span pair[2])
{
    uint32_t total = request->prefix_count + count;
    struct span *all = memory_new((total + 1) * sizeof(*all));
    bool found = false;

    memcpy(all, request->prefixes, request->prefix_count * sizeof(*all));
    if (count > 0)
        memcpy(all + request->prefix_count, existing, count * sizeof(*all));
    if (total > 0)
        qsort(all, total, sizeof(*all), compare_spans);
    for (uint32_t i = 1; i < total && !found; i++) {
        /* Those that the client has already may overlap: the empty one comes without a check. */
        found = overlap(all[i - 1], all[i]) && all[i - 1].data != all[i].data;
        pair[0] = all[i - 1];
        pair[1] = all[i];
    }
    memory_free(all);
    return found;
}

static bool name_overlap(struct request *request, const struct span *existing, uint32_t count)
{
    for (uint32_t i = 0; i < request->prefix_count; i++) {
        for (uint32_t k = 0; k < count; k++)
            if (overlap(request->prefixes[i], existing[k]))
                return fail_overlap(request, request->prefixes[i], "an existing", existing[k]);
        for (uint32_t k = i + 1; k < request->prefix_count; k++)
            if (overlap(request->prefixes[i], request->prefixes[k]))
                return fail_overlap(request, request->prefixes[i], "another provided",
                                    request->prefixes[k]);
    }
    return true;
}

static bool check_prefixes(struct request *request, const struct connection *connection)
{
    uint32_t count;
    struct span *existing;
    struct span pair[2];
    bool good = true;

    for (uint32_t i = 0; i < request->prefix_count; i++)
        if (request->prefixes[i].length > TRACKING_PREFIX_MAX)
            return fail(request, "ERR Prefix is too long");
    existing = existing_prefixes(connection, &count);
    if (request->prefix_count + count <= NAMED_PREFIXES_MAX)
        good = name_overlap(request, existing, count);
    else if (request->prefix_count > 0 && any_overlap(request, existing, count, pair))
        good = fail_overlap(request, pair[0], "another", pair[1]);
    memory_free(existing);
    return good;
}

/* ---- Modes that go together ---- */

static bool check_mode(struct request *request, const struct tracking_client *client)
{
    const struct tracking_mode *mode = &request->mode;

    if (!mode->broadcasts && request->prefix_count > 0)
        return fail(request, "ERR PREFIX option requires BCAST mode to be enabled");
    if (client != NULL && client->mode.broadcasts != mode->broadcasts)
        return fail(request, "ERR You can't switch BCAST mode on/off before disabling tracking for "
                             "this client, and then re-enabling it with a different mode.");
    if (mode->broadcasts && (mode->opt_in || mode->opt_out))
        return fail(request, "ERR OPTIN and OPTOUT are not compatible with BCAST");
    if (mode->opt_in && mode->opt_out)
        return fail(request, "ERR You can't specify both OPTIN mode and OPTOUT mode");
    if (client != NULL &&
        ((mode->opt_in && client->mode.opt_out) || (mode->opt_out && client->mode.opt_in)))
        return fail(request,
                    "ERR You can't switch OPTIN/OPTOUT mode before disabling tracking for this "
                    "client, and then re-enabling it with a different mode.");
    return true;
}

static struct request *request_new(const struct connection *connection, const struct span *argv,
                                   uint32_t argc)
{
    struct request *request =
        memory_new_zeroed(1, sizeof(*request) + argc * sizeof(request->prefixes[0]));

    if (!parse(request, argv, argc) || !request->on)
        return request;
    if (!check_mode(request, connection->tracking) ||
        (request->mode.broadcasts && !check_prefixes(request, connection)))
        return request;
    /* Without prefixes: all keys. */
    if (request->mode.broadcasts && request->prefix_count == 0)
        request->prefixes[request->prefix_count++] = SPAN("");
    return request;
}

/* ---- Doing it ---- */

struct visited {
    bool found;
};

static void track_visit(struct shard *shard, struct gather *gather, void *part)
{
    const struct request *request = gather->context;
    struct visited *visited = part;

    if (request->redirects)
        visited->found =
            request->redirect > 0 &&
            connection_index_find(&shard->connections_by_id, (uint64_t)request->redirect) != NULL;
    for (uint32_t i = 0; request->held && i < request->prefix_count; i++)
        tracking_broadcast_visit(shard, gather->asker->index, request->prefixes[i]);
}

/* The shard of the client that is redirected to; false when no shard has it. */
static bool find_redirect(const struct gather *gather, uint16_t *shard)
{
    for (uint16_t i = 0; i < gather->asker->node->shard_count; i++) {
        const struct visited *visited = gather_part(gather, i);

        if (!visited->found)
            continue;
        *shard = i;
        return true;
    }
    return false;
}

static void apply(const struct request *request, struct connection *connection,
                  uint16_t redirect_shard, bool all_parked)
{
    if (!request->on) {
        tracking_client_end(connection, all_parked);
        return;
    }
    tracking_client_begin(connection, request->mode, (uint64_t)request->redirect, redirect_shard);
    for (uint32_t i = 0; i < request->prefix_count; i++)
        tracking_broadcast_subscribe(connection->tracking, request->prefixes[i]);
}

static void track_finish(struct gather *gather, struct reply *reply)
{
    struct request *request = gather->context;
    struct connection *connection = gather->connection;
    uint16_t redirect_shard = 0;
    bool found = !request->redirects || find_redirect(gather, &redirect_shard);

    if (found && request->error[0] == '\0' && !connection->closed) {
        apply(request, connection, redirect_shard, gather->in_section);
        reply_ok(reply);
        return;
    }
    for (uint32_t i = 0; request->held && i < request->prefix_count; i++)
        tracking_broadcast_release(gather->asker, request->prefixes[i]);
    if (!found)
        reply_error_literal(reply, "ERR The client ID you want redirect to does not exist");
    else if (request->error[0] != '\0')
        reply_error(reply, span_of_string(request->error));
    /* Else the client has gone meanwhile, and nobody is answered. */
}

static void ask_all(struct cmd *cmd)
{
    struct connection *connection = cmd->connection;
    struct gather *gather = gather_new(cmd, sizeof(struct visited), track_visit, track_finish);
    /* Once more, from the arguments that stay. */
    struct request *request = request_new(connection, gather->argv, gather->argc);

    gather->context = request;
    request->held = request->on && request->mode.broadcasts && request->error[0] == '\0';
    for (uint32_t i = 0; request->held && i < request->prefix_count; i++)
        tracking_broadcast_hold(connection->shard, request->prefixes[i]);
    gather_start(gather, section_all(connection->shard->node));
}

void command_client_tracking(struct cmd *cmd)
{
    struct request *request = request_new(cmd->connection, cmd->argv, cmd->argc);

    if (request->redirects || (request->mode.broadcasts && request->on && !request->error[0])) {
        ask_all(cmd);
    } else if (request->error[0] != '\0') {
        reply_error(cmd->reply, span_of_string(request->error));
    } else {
        apply(request, cmd->connection, 0, cmd->section != NULL);
        reply_ok(cmd->reply);
    }
    memory_free(request);
}

/* ---- CLIENT CACHING ---- */

void command_client_caching(struct cmd *cmd)
{
    struct connection *connection = cmd->connection;

    if (connection->tracking == NULL) {
        reply_error_literal(cmd->reply,
                            "ERR CLIENT CACHING can be called only when the client is in tracking "
                            "mode with OPTIN or OPTOUT mode enabled");
        return;
    }
    if (cmd_argument_is(cmd, 2, "YES")) {
        if (!connection->tracking->mode.opt_in) {
            reply_error_literal(cmd->reply, "ERR CLIENT CACHING YES is only valid when tracking is "
                                            "enabled in OPTIN mode.");
            return;
        }
    } else if (cmd_argument_is(cmd, 2, "NO")) {
        if (!connection->tracking->mode.opt_out) {
            reply_error_literal(cmd->reply, "ERR CLIENT CACHING NO is only valid when tracking is "
                                            "enabled in OPTOUT mode.");
            return;
        }
    } else {
        cmd_reply_syntax_error(cmd);
        return;
    }
    tracking_client_set_caching(connection, true);
    reply_ok(cmd->reply);
}

/* ---- What is on ---- */

static void reply_flags(const struct cmd *cmd, const struct tracking_client *client)
{
    struct reply_deferred flags = reply_defer(cmd->reply);
    const struct {
        bool on;
        struct span name;
    } words[] = {
        {client == NULL, SPAN("off")},
        {client != NULL, SPAN("on")},
        {client != NULL && client->mode.broadcasts, SPAN("bcast")},
        {client != NULL && client->mode.opt_in, SPAN("optin")},
        {client != NULL && client->mode.opt_in && client->caching, SPAN("caching-yes")},
        {client != NULL && client->mode.opt_out, SPAN("optout")},
        {client != NULL && client->mode.opt_out && client->caching, SPAN("caching-no")},
        {client != NULL && client->mode.no_loop, SPAN("noloop")},
        {client != NULL && client->redirect_broken, SPAN("broken_redirect")},
    };
    uint32_t count = 0;

    for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++) {
        if (!words[i].on)
            continue;
        reply_bulk(cmd->reply, words[i].name);
        count++;
    }
    reply_deferred_set(cmd->reply, flags, count);
}

void command_client_trackinginfo(struct cmd *cmd)
{
    const struct connection *connection = cmd->connection;
    uint32_t count;
    struct span *prefixes = existing_prefixes(connection, &count);

    reply_map(cmd->reply, 3);
    reply_bulk(cmd->reply, SPAN("flags"));
    reply_flags(cmd, connection->tracking);
    reply_bulk(cmd->reply, SPAN("redirect"));
    command_client_getredir(cmd);
    reply_bulk(cmd->reply, SPAN("prefixes"));
    reply_array(cmd->reply, count);
    for (uint32_t i = 0; i < count; i++)
        reply_bulk(cmd->reply, prefixes[i]);
    memory_free(prefixes);
}

void command_client_getredir(struct cmd *cmd)
{
    const struct tracking_client *client = cmd->connection->tracking;

    reply_integer(cmd->reply, client == NULL ? -1 : (int64_t)client->redirect);
}
