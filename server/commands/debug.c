#include "server/commands/debug.h"

#include "proto/base/assert.h"
#include "proto/base/memory.h"
#include "proto/base/number.h"
#include "server/commands/handlers.h"
#include "server/connection/address.h"
#include "server/connection/connection.h"
#include "server/observe/allocator.h"
#include "server/observe/log.h"
#include "server/reactor/file_fault.h"
#include "server/shard/gather.h"

#include <signal.h>
#include <stdio.h>
#include <time.h>

enum {
    SLEEP_SECONDS_MAX = 3600,
    NAME_MAX_SHOWN = 128,
};

static void finish_ok(struct gather *gather, struct reply *reply)
{
    (void)gather;
    reply_ok(reply);
}

/* ---- Time ---- */

/* Keeps this connection's shard busy: a command that takes so long. */
static void debug_sleep(struct cmd *cmd)
{
    struct timespec rest;
    double seconds;

    if (!number_parse_double(cmd->argv[2], &seconds) || seconds < 0)
        seconds = 0;
    if (seconds > SLEEP_SECONDS_MAX)
        seconds = SLEEP_SECONDS_MAX;
    rest.tv_sec = (time_t)seconds;
    rest.tv_nsec = (long)((seconds - (double)rest.tv_sec) * 1e9);
    while (nanosleep(&rest, &rest) != 0)
        continue;
    shard_read_clock(cmd->connection->shard);
    reply_ok(cmd->reply);
}

static void active_expire_visit(struct shard *shard, struct gather *gather, void *part)
{
    int64_t on;

    (void)part;
    shard->active_expire = number_parse_integer(gather->argv[2], &on) && on != 0;
}

static void debug_set_active_expire(struct cmd *cmd)
{
    gather_all(cmd, 0, active_expire_visit, finish_ok);
}

/* ---- Replies ---- */

static void debug_error(struct cmd *cmd)
{
    reply_error(cmd->reply, cmd->argv[2]);
}

static void protocol_map(struct reply *reply)
{
    reply_map(reply, 3);
    for (int64_t i = 0; i < 3; i++) {
        reply_integer(reply, i);
        reply_boolean(reply, i == 1);
    }
}

static void protocol_attribute(struct reply *reply)
{
    if (reply->protocol > 2) {
        reply_attribute(reply, 1);
        reply_bulk(reply, SPAN("key-popularity"));
        reply_array(reply, 2);
        reply_bulk(reply, SPAN("key:123"));
        reply_integer(reply, 90);
    }
    reply_bulk(reply, SPAN("Some real reply following the attribute"));
}

static void protocol_push(struct reply *reply)
{
    if (reply->protocol < 3) {
        reply_error_literal(reply, "ERR RESP2 is not supported by this command");
        return;
    }
    reply_push(reply, 2);
    reply_bulk(reply, SPAN("server-cpu-usage"));
    reply_integer(reply, 42);
    reply_bulk(reply, SPAN("Some real reply following the push reply"));
}

static void protocol_numbers(struct reply *reply)
{
    for (int64_t i = 0; i < 3; i++)
        reply_integer(reply, i);
}

/* One reply of each kind, with the values that other servers' DEBUG PROTOCOL has. */
static void debug_protocol(struct cmd *cmd)
{
    struct span kind = cmd->argv[2];
    struct reply *reply = cmd->reply;

    if (span_is(kind, "string")) {
        reply_bulk(reply, SPAN("Hello World"));
    } else if (span_is(kind, "integer")) {
        reply_integer(reply, 12345);
    } else if (span_is(kind, "double")) {
        reply_double(reply, 3.141);
    } else if (span_is(kind, "bignum")) {
        reply_big_number(reply, SPAN("1234567999999999999999999999999999999"));
    } else if (span_is(kind, "null")) {
        reply_null(reply);
    } else if (span_is(kind, "array")) {
        reply_array(reply, 3);
        protocol_numbers(reply);
    } else if (span_is(kind, "set")) {
        reply_set(reply, 3);
        protocol_numbers(reply);
    } else if (span_is(kind, "map")) {
        protocol_map(reply);
    } else if (span_is(kind, "attrib")) {
        protocol_attribute(reply);
    } else if (span_is(kind, "push")) {
        protocol_push(reply);
    } else if (span_is(kind, "verbatim")) {
        reply_verbatim(reply, "txt", SPAN("This is a verbatim\nstring"));
    } else if (span_is(kind, "true") || span_is(kind, "false")) {
        reply_boolean(reply, span_is(kind, "true"));
    } else {
        reply_error_literal(
            reply, "ERR Wrong protocol type name. Please use one of the following: "
                   "string|integer|double|bignum|null|array|set|map|attrib|push|verbatim|true|"
                   "false");
    }
}

/* ---- The process ---- */

static void debug_log(struct cmd *cmd)
{
    log_warning("DEBUG LOG: %.*s", (int)cmd->argv[2].length, cmd->argv[2].data);
    reply_ok(cmd->reply);
}

static void debug_segfault(struct cmd *cmd)
{
    (void)cmd;
    raise(SIGSEGV);
}

static void debug_panic(struct cmd *cmd)
{
    (void)cmd;
    UNREACHABLE();
}

static void debug_assert(struct cmd *cmd)
{
    ASSERT(cmd == NULL);
}

static void debug_mallctl(struct cmd *cmd)
{
    char *name = memory_copy(cmd->argv[2].data, cmd->argv[2].length);
    long long value;

    if (allocator_read_number(name, &value))
        reply_integer(cmd->reply, value);
    else
        reply_error_literal(cmd->reply, "ERR Invalid argument");
    memory_free(name);
}

static void debug_mallctl_str(struct cmd *cmd)
{
    char *name = memory_copy(cmd->argv[2].data, cmd->argv[2].length);
    const char *value;

    if (allocator_read_text(name, &value) && value != NULL)
        reply_bulk(cmd->reply, span_of_string(value));
    else
        reply_error_literal(cmd->reply, "ERR Invalid argument");
    memory_free(name);
}

/* ---- What has nothing to act on here ---- */

static void debug_scripts_run_all(struct cmd *cmd)
{
    atomic_store(&cmd->connection->shard->node->scripts_run_all,
                 span_equal(cmd->argv[2], SPAN("1")));
    reply_ok(cmd->reply);
}

static void debug_accepted(struct cmd *cmd)
{
    reply_ok(cmd->reply);
}

static void debug_skip_checksums(struct cmd *cmd)
{
    atomic_store(&cmd->connection->shard->node->skips_checksums,
                 span_equal(cmd->argv[2], SPAN("1")));
    reply_ok(cmd->reply);
}

/* DEBUG FILE-FAULT kind count [ERROR errno] [LENGTH bytes] [DELAY milliseconds] */
static void debug_file_fault(struct cmd *cmd)
{
    struct file_fault fault = {0};
    enum file_fault_kind kind;
    int64_t count;
    int64_t value;

    if (!file_fault_kind_of(cmd->argv[2], &kind) || !number_parse_integer(cmd->argv[3], &count) ||
        count < 0 || count > UINT32_MAX || cmd->argc % 2 != 0) {
        reply_error_literal(cmd->reply, "ERR syntax error");
        return;
    }
    for (uint32_t i = 4; i < cmd->argc; i += 2) {
        if (!number_parse_integer(cmd->argv[i + 1], &value) || value < 0 || value > INT32_MAX) {
            reply_error_literal(cmd->reply, "ERR value is out of range");
            return;
        }
        if (span_equal_ignoring_case(cmd->argv[i], SPAN("ERROR")))
            fault.error = (int32_t)value;
        else if (span_equal_ignoring_case(cmd->argv[i], SPAN("LENGTH")))
            fault.length_max = (uint32_t)value;
        else if (span_equal_ignoring_case(cmd->argv[i], SPAN("DELAY")))
            fault.delay_ms = (uint32_t)value;
    }
    file_fault_set(kind, (uint32_t)count, &fault);
    reply_ok(cmd->reply);
}

static void debug_packed_threshold(struct cmd *cmd)
{
    char first = cmd->argv[2].length > 0 ? cmd->argv[2].data[0] : ' ';

    if (first >= '0' && first <= '9')
        reply_ok(cmd->reply);
    else
        reply_error_literal(cmd->reply, "ERR argument must be a memory value bigger than 1 and "
                                        "smaller than 4gb");
}

/* ---- The subcommands ---- */

struct subcommand {
    const char *name;
    uint32_t argc_min;
    uint32_t argc_max;
    command_handler *run;
    const char *help;
};

static void debug_help(struct cmd *cmd);

static const struct subcommand subcommands[] = {
    {"ASSERT", 2, 2, debug_assert, "Fails an assertion, which ends the process."},
    {"CHANGE-REPL-ID", 2, 2, debug_accepted, "Accepted, without effect."},
    {"CLIENT-ENFORCE-REPLY-LIST", 3, 3, debug_accepted, "Accepted, without effect."},
    {"CLOSE-CLUSTER-LINK-ON-PACKET-DROP", 3, 3, debug_close_on_drop,
     "1: a message that is dropped ends its link. 0: it does not."},
    {"CLUSTERLINK", 5, 5, debug_cluster_link,
     "KILL <to|from|all> <node>: breaks the bus links to or from this node."},
    {"DICT-RESIZING", 3, 3, debug_accepted, "Accepted, without effect."},
    {"DIGEST", 2, 2, debug_digest, "Prints a digest of all data; equal data have equal digests."},
    {"DIGEST-VALUE", 3, UINT32_MAX, debug_digest_value, "Prints a digest of each key's value."},
    {"DISABLE-CLUSTER-RECONNECTION", 3, 3, debug_keep_apart,
     "1: bus links cannot be connected. 0: as usual."},
    {"DROP-CLUSTER-PACKET-FILTER", 3, 3, debug_drop_packets,
     "Messages of this type do not arrive by the bus. -1: all do. -2: none does."},
    {"ERROR", 3, 3, debug_error, "Replies this error."},
    {"FILE-FAULT", 4, 10, debug_file_fault,
     "Has the next <count> operations (write|sync|open|rename|unlink) [ERROR <errno>] [LENGTH "
     "<bytes>] [DELAY <ms>]."},
    {"HELP", 2, 2, debug_help, "Prints these lines."},
    {"HTSTATS", 3, 4, debug_htstats, "Shows how many keys of a database each shard holds."},
    {"HTSTATS-KEY", 3, 4, debug_htstats_key, "The same for a key whose value is a table."},
    {"JMAP", 2, 2, debug_accepted, "Accepted, without effect."},
    {"JOURNAL", 3, 3, debug_journal,
     "START: keeps what the journal records in memory. TAKE: replies it. STOP."},
    {"LOADAOF", 2, 2, debug_load_log, "Replaces all data by those of the append-only file."},
    {"LOG", 3, 3, debug_log, "Writes a line to the log."},
    {"MALLCTL", 3, 3, debug_mallctl, "Reads a number of the allocator's."},
    {"MALLCTL-STR", 3, 3, debug_mallctl_str, "Reads a text of the allocator's."},
    {"OBJECT", 3, 4, debug_object, "Shows how the key's value is held."},
    {"PANIC", 2, 2, debug_panic, "Ends the process as an impossible state does."},
    {"PAUSE-CRON", 3, 3, debug_accepted, "Accepted, without effect."},
    {"POPULATE", 3, 5, debug_populate,
     "Makes <count> keys [<prefix>:<n>] with values [of <size>]."},
    {"PROTOCOL", 3, 3, debug_protocol, "Replies with a value of this kind."},
    {"QUICKLIST-PACKED-THRESHOLD", 3, 3, debug_packed_threshold, "Accepted, without effect."},
    {"RELOAD", 2, 5, debug_reload,
     "[NOSAVE] [NOFLUSH] [MERGE]: saves, deletes and loads all data."},
    {"REPLYBUFFER", 3, 4, debug_accepted, "Accepted, without effect."},
    {"SEGFAULT", 2, 2, debug_segfault, "Ends the process as a bad memory access does."},
    {"SET-ACTIVE-EXPIRE", 3, 3, debug_set_active_expire,
     "0: expired keys stay until somebody asks for them. 1: as usual."},
    {"SET-DISABLE-DENY-SCRIPTS", 3, 3, debug_scripts_run_all,
     "1: scripts run commands that are not for scripts. 0: as usual."},
    {"SET-SKIP-CHECKSUM-VALIDATION", 3, 3, debug_skip_checksums,
     "1: RESTORE does not look at checksums. 0: as usual."},
    {"SLEEP", 3, 3, debug_sleep, "Keeps the connection's shard busy for so many seconds."},
};

enum { SUBCOMMANDS = sizeof(subcommands) / sizeof(subcommands[0]) };

static void debug_help(struct cmd *cmd)
{
    char line[128];

    reply_array(cmd->reply, 1 + 2 * SUBCOMMANDS);
    reply_status(cmd->reply, SPAN("DEBUG <subcommand> [<argument> ...]. The subcommands:"));
    for (uint32_t i = 0; i < SUBCOMMANDS; i++) {
        reply_status(cmd->reply, span_of_string(subcommands[i].name));
        snprintf(line, sizeof(line), "    %s", subcommands[i].help);
        reply_status(cmd->reply, span_of_string(line));
    }
}

static bool is_allowed(const struct cmd *cmd)
{
    const struct connection *connection = cmd->connection;

    switch (cmd->config->enable_debug_command) {
    case PROTECTION_YES:
        return true;
    case PROTECTION_LOCAL:
        return connection->is_unix || address_is_local(connection->address);
    case PROTECTION_NO:
        break;
    }
    return false;
}

void command_debug(struct cmd *cmd)
{
    struct span name = cmd->argv[1];

    if (!is_allowed(cmd)) {
        reply_error_literal(
            cmd->reply,
            "ERR DEBUG command not allowed. If the enable-debug-command option is set to "
            "\"local\", you can run it from a local connection, otherwise you need to set this "
            "option in the configuration file, and then restart the server.");
        return;
    }
    for (uint32_t i = 0; i < SUBCOMMANDS; i++) {
        const struct subcommand *subcommand = &subcommands[i];

        if (cmd->argc >= subcommand->argc_min && cmd->argc <= subcommand->argc_max &&
            span_equal_ignoring_case(name, span_of_string(subcommand->name))) {
            subcommand->run(cmd);
            return;
        }
    }
    reply_error_format(cmd->reply,
                       "ERR unknown subcommand or wrong number of arguments for '%.*s'. Try DEBUG "
                       "HELP.",
                       (int)(name.length < NAME_MAX_SHOWN ? name.length : NAME_MAX_SHOWN),
                       name.data);
}
