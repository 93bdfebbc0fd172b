/* CONFIG SET and CONFIG REWRITE: changes of the settings of the whole node. */
#include "proto/base/memory.h"
#include "server/access/users_file.h"
#include "server/bus/bus.h"
#include "server/commands/handlers.h"
#include "server/config/config_file_io.h"
#include "server/config/working_directory.h"
#include "server/connection/address.h"
#include "server/control/cluster_driver.h"
#include "server/control/control.h"
#include "server/control/errand.h"
#include "server/observe/log.h"
#include "server/shard/listening_set.h"
#include "server/shard/shard.h"
#include "server/tls/tls_context.h"
#include "server/tls/tls_files.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

struct new_tls {
    struct tls_context *context;
    struct tls_files files;
};

/* What the control thread found out; the errand's context. */
struct outcome {
    bool failed;
    bool may_protected;
    struct config_error error;
};

static void finish(struct errand *errand, struct reply *reply)
{
    const struct outcome *outcome = errand->context;

    if (outcome->failed)
        reply_error(reply, span_of_string(outcome->error.text));
    else
        reply_ok(reply);
}

static void published(struct control *control, void *context)
{
    errand_done(control, context);
}

static void fail(struct config_error *error, const char *name, const char *text)
{
    error->line = 0;
    snprintf(error->text, sizeof(error->text),
             "ERR CONFIG SET failed (possibly related to argument '%s') - %s", name, text);
}

static bool binds_equal(const struct config *a, const struct config *b)
{
    if (a->bind.count != b->bind.count)
        return false;
    for (uint32_t i = 0; i < a->bind.count; i++)
        if (strcmp(a->bind.items[i], b->bind.items[i]) != 0)
            return false;
    return true;
}

static bool addresses_equal(const struct config *a, const struct config *b)
{
    return a->port == b->port && a->tls_port == b->tls_port && binds_equal(a, b);
}

/* Of several directives that say where to listen, the first is to blame. */
static const char *blamed_for_listening(const struct errand *errand)
{
    for (uint32_t i = 2; i < errand->argc; i += 2) {
        if (span_is(errand->argv[i], "port"))
            return "port";
        if (span_is(errand->argv[i], "tls-port"))
            return "tls-port";
        if (span_is(errand->argv[i], "cluster-port"))
            return "cluster-port";
        if (span_is(errand->argv[i], "bind"))
            break;
    }
    return "bind";
}

/* What is listened on under changed settings, beside what is open now; NULL where nothing changes.
 */
struct new_addresses {
    struct listening_set *clients;
    struct bus_places *nodes;
};

static void discard_addresses(const struct new_addresses *addresses)
{
    if (addresses->clients != NULL)
        listening_set_discard(addresses->clients);
    if (addresses->nodes != NULL)
        bus_places_discard(addresses->nodes);
}

static bool listen_anew(struct control *control, const struct config *changed,
                        struct new_addresses *addresses)
{
    struct bus *bus = cluster_driver_bus(control);

    if (!addresses_equal(changed, control->config)) {
        addresses->clients =
            listening_set_open(control->node->shard_count, changed, control->node->listening);
        if (addresses->clients == NULL)
            return false;
    }
    if (bus == NULL ||
        (config_bus_port(changed) == bus_port(bus) && binds_equal(changed, control->config)))
        return true;
    addresses->nodes = bus_places_open(bus, changed);
    return addresses->nodes != NULL;
}

static bool open_addresses(struct control *control, const struct errand *errand,
                           const struct config *changed, struct new_addresses *addresses,
                           struct config_error *error)
{
    const char *blamed = blamed_for_listening(errand);

    *addresses = (struct new_addresses){0};
    if (changed->cluster_enabled && config_bus_port(changed) > UINT16_MAX) {
        fail(error, blamed, "There is no room for a bus port 10000 above");
        return false;
    }
    if (changed->bind.count > LISTENING_ADDRESSES_MAX) {
        fail(error, "bind", "Too many bind addresses specified.");
        return false;
    }
    if (listen_anew(control, changed, addresses))
        return true;
    discard_addresses(addresses);
    if (strcmp(blamed, "bind") == 0)
        fail(error, "bind", "Failed to bind to specified addresses.");
    else
        fail(error, blamed, "Unable to listen on this port. Check server logs.");
    return false;
}

/* The first argument that a TLS context depends on, in `name`; NULL without one. */
static const char *tls_argument(const struct errand *errand, char name[64])
{
    for (uint32_t i = 2; i < errand->argc; i += 2) {
        struct span argument = errand->argv[i];

        if (argument.length < 4 || strncasecmp(argument.data, "tls-", 4) != 0 ||
            span_is(argument, "tls-port") || span_is(argument, "tls-handshake-timeout-ms"))
            continue;
        snprintf(name, 64, "%.*s", (int)argument.length, argument.data);
        return name;
    }
    return NULL;
}

/* The context that the changed settings ask for; files that are named are read again even if they
 * were named before. *context: NULL when nothing changes. */
static bool make_context(const struct control *control, const struct errand *errand,
                         const struct config *changed, struct new_tls *tls,
                         struct config_error *error)
{
    char name[64];
    const char *argument = tls_argument(errand, name);
    char reason[TLS_ERROR_MAX];

    tls->context = NULL;
    if (!config_uses_tls(changed) || (argument == NULL && config_uses_tls(control->config)))
        return true;
    tls->files = tls_files_look(changed);
    tls->context = tls_context_create(changed, reason);
    if (tls->context != NULL)
        return true;
    log_warning("the TLS settings cannot be changed. %s", reason);
    fail(error, argument != NULL ? argument : "tls-port",
         "Unable to update TLS configuration. Check server logs.");
    return false;
}

/* Does what the node must do at once for the new settings to hold; or says why it cannot, and then
 * nothing is done. */
static bool apply(struct control *control, const struct errand *errand, struct config *changed,
                  struct config_error *error)
{
    const struct config *current = control->config;
    struct new_addresses addresses;
    struct new_tls tls;

    if (!make_context(control, errand, changed, &tls, error))
        return false;
    if (!open_addresses(control, errand, changed, &addresses, error)) {
        tls_context_release(tls.context);
        return false;
    }
    if (strcmp(changed->dir, current->dir) != 0 && !working_directory_enter(changed)) {
        fail(error, "dir", strerror(errno));
        discard_addresses(&addresses);
        tls_context_release(tls.context);
        return false;
    }
    /* Ahead of the port, which needs it. */
    if (tls.context != NULL)
        control_publish_tls(control, tls.context, &tls.files);
    /* Ahead of the settings: nobody is told of a port that is not open yet. */
    if (addresses.clients != NULL)
        control_publish_listening(control, addresses.clients);
    if (addresses.nodes != NULL)
        bus_places_adopt(cluster_driver_bus(control), addresses.nodes);
    return true;
}

/* requirepass is the password of the default user. */
static void publish_password(struct control *control, const struct config *changed)
{
    struct span password = config_password_span(&changed->requirepass);

    if (!span_equal(password, config_password_span(&control->config->requirepass)))
        control_publish_users(control, users_with_password(control->users, password), NULL, NULL);
}

static void run_set(struct control *control, struct errand *errand)
{
    struct outcome *outcome = errand->context;
    struct config *changed = config_change(control->config, errand->argv + 2, errand->argc - 2,
                                           outcome->may_protected, &outcome->error);

    if (changed != NULL && !apply(control, errand, changed, &outcome->error)) {
        config_free(changed);
        changed = NULL;
    }
    outcome->failed = changed == NULL;
    if (outcome->failed) {
        errand_done(control, errand);
        return;
    }
    publish_password(control, changed);
    control_publish_config(control, changed, published, errand);
}

static void run_rewrite(struct control *control, struct errand *errand)
{
    struct outcome *outcome = errand->context;
    struct config *config = config_copy(control->config);
    struct config_error error;

    users_file_to_config(control->users, config);
    if (!config_file_rewrite(config, control->node->config_path, &error)) {
        outcome->failed = true;
        snprintf(outcome->error.text, sizeof(outcome->error.text),
                 "ERR Rewriting config file: %.400s", error.text);
        log_warning("the configuration file cannot be rewritten: %s", error.text);
    }
    config_free(config);
    errand_done(control, errand);
}

/* enable-protected-configs: for everybody, for nobody, or for clients on this machine. */
static bool may_protected(const struct cmd *cmd)
{
    enum protection protection = cmd->config->enable_protected_configs;

    return protection == PROTECTION_YES ||
           (protection == PROTECTION_LOCAL &&
            (cmd->connection->is_unix || address_is_local(cmd->connection->address)));
}

static void start(struct cmd *cmd, void (*run)(struct control *control, struct errand *errand))
{
    struct errand *errand = errand_new(cmd, run, finish);
    struct outcome *outcome = memory_new_zeroed(1, sizeof(*outcome));

    outcome->may_protected = may_protected(cmd);
    errand->context = outcome;
    errand_start(errand);
}

void command_config_set(struct cmd *cmd)
{
    if (cmd->argc % 2 != 0) {
        cmd_reply_syntax_error(cmd);
        return;
    }
    start(cmd, run_set);
}

void command_config_rewrite(struct cmd *cmd)
{
    if (cmd->connection->shard->node->config_path[0] == '\0') {
        reply_error_literal(cmd->reply, "ERR The server is running without a config file");
        return;
    }
    start(cmd, run_rewrite);
}
