#include "server/commands/cluster_arguments.h"

#include "proto/base/assert.h"
#include "proto/base/memory.h"
#include "proto/base/number.h"

#include <arpa/inet.h>
#include <string.h>

enum {
    FIRST_ARGUMENT = 2,
    SHOWN_MAX = 128,           /* of an argument in an error */
    BUS_PORT_DISTANCE = 10000, /* from the port for clients, where nothing else is said */
};

static const struct span metric_names[SLOT_METRICS] = {
    [SLOT_METRIC_KEYS] = {"key-count", 9},
    [SLOT_METRIC_CPU] = {"cpu-usec", 8},
    [SLOT_METRIC_BYTES_IN] = {"network-bytes-in", 16},
    [SLOT_METRIC_BYTES_OUT] = {"network-bytes-out", 17},
};

bool cluster_arguments_slot(struct span text, uint16_t *slot)
{
    int64_t value;

    if (!number_parse_integer(text, &value) || value < 0 || value >= SLOT_COUNT)
        return false;
    *slot = (uint16_t)value;
    return true;
}

/* Reads `step` arguments a range, and gives the ranges to the caller when all are good. */
static struct cluster_result cluster_arguments_read(const struct span *argv, uint32_t argc,
                                                    uint32_t step, struct slot_range **ranges,
                                                    uint32_t *count)
{
    struct slot_range *list;
    struct cluster_result result = {.code = CLUSTER_OK};

    ASSERT(argc > FIRST_ARGUMENT);
    ASSERT((argc - FIRST_ARGUMENT) % step == 0);
    *count = (argc - FIRST_ARGUMENT) / step;
    list = memory_new(*count * sizeof(*list));
    for (uint32_t i = 0; i < *count && result.code == CLUSTER_OK; i++) {
        const struct span *words = &argv[FIRST_ARGUMENT + i * step];

        if (!cluster_arguments_slot(words[0], &list[i].first) ||
            !cluster_arguments_slot(words[step - 1], &list[i].last))
            result.code = CLUSTER_INVALID_SLOT;
        else if (list[i].first > list[i].last)
            result = (struct cluster_result){.code = CLUSTER_RANGE_REVERSED,
                                             .details = {list[i].first, list[i].last}};
    }
    if (result.code == CLUSTER_OK)
        *ranges = list;
    else
        memory_free(list);
    return result;
}

struct cluster_result cluster_arguments_slots(const struct span *argv, uint32_t argc,
                                              struct slot_range **ranges, uint32_t *count)
{
    return cluster_arguments_read(argv, argc, 1, ranges, count);
}

struct cluster_result cluster_arguments_ranges(const struct span *argv, uint32_t argc,
                                               struct slot_range **ranges, uint32_t *count)
{
    return cluster_arguments_read(argv, argc, 2, ranges, count);
}

/* Names the subcommand as it was typed, within reason. */
static void reply_unknown_form(struct reply *reply, struct span subcommand)
{
    int length = (int)(subcommand.length < SHOWN_MAX ? subcommand.length : SHOWN_MAX);

    reply_error_format(
        reply, "ERR unknown subcommand or wrong number of arguments for '%.*s'. Try CLUSTER HELP.",
        length, subcommand.data);
}

bool cluster_arguments_reset(const struct span *argv, uint32_t argc, bool *hard,
                             struct reply *reply)
{
    *hard = false;
    if (argc > FIRST_ARGUMENT + 1) {
        reply_unknown_form(reply, argv[1]);
        return false;
    }
    if (argc == FIRST_ARGUMENT)
        return true;
    *hard = span_is(argv[FIRST_ARGUMENT], "hard");
    if (!*hard && !span_is(argv[FIRST_ARGUMENT], "soft")) {
        reply_error_literal(reply, "ERR syntax error");
        return false;
    }
    return true;
}

struct node_id cluster_arguments_node(struct span text)
{
    struct node_id id;

    return node_id_parse(text, &id) ? id : (struct node_id){{0}};
}

static bool meet_port(struct span text, const char *name, int64_t *port, struct reply *reply)
{
    if (number_parse_integer(text, port))
        return true;
    reply_error_format(reply, "ERR Invalid TCP %s port specified: %.*s", name,
                       (int)(text.length < SHOWN_MAX ? text.length : SHOWN_MAX), text.data);
    return false;
}

/* The usual form of an address, whatever it was written like. */
static bool meet_ip(struct span text, char ip[CLUSTER_NODE_IP_MAX + 1])
{
    char address[sizeof(struct in6_addr)];

    if (text.length > CLUSTER_NODE_IP_MAX)
        return false;
    memcpy(ip, text.data, text.length);
    ip[text.length] = '\0';
    if (strlen(ip) != text.length)
        return false;
    if (inet_pton(AF_INET, ip, address) == 1)
        return inet_ntop(AF_INET, address, ip, CLUSTER_NODE_IP_MAX + 1) != NULL;
    return inet_pton(AF_INET6, ip, address) == 1 &&
           inet_ntop(AF_INET6, address, ip, CLUSTER_NODE_IP_MAX + 1) != NULL;
}

bool cluster_arguments_meet(const struct span *argv, uint32_t argc,
                            char ip[CLUSTER_NODE_IP_MAX + 1], struct cluster_admin *admin,
                            struct reply *reply)
{
    int64_t port, bus_port;

    if (argc > FIRST_ARGUMENT + 3) {
        reply_unknown_form(reply, argv[1]);
        return false;
    }
    if (!meet_port(argv[3], "base", &port, reply))
        return false;
    bus_port = port + BUS_PORT_DISTANCE;
    if (argc > 4 && !meet_port(argv[4], "bus", &bus_port, reply))
        return false;
    if (!meet_ip(argv[2], ip) || port <= 0 || port > UINT16_MAX || bus_port <= 0 ||
        bus_port > UINT16_MAX) {
        reply_error_format(reply, "ERR Invalid node address specified: %.*s:%.*s",
                           (int)(argv[2].length < SHOWN_MAX ? argv[2].length : SHOWN_MAX),
                           argv[2].data, (int)argv[3].length, argv[3].data);
        return false;
    }
    admin->operation = CLUSTER_ADMIN_MEET;
    admin->port = (uint16_t)port;
    admin->bus_port = (uint16_t)bus_port;
    return true;
}

bool cluster_arguments_failover(const struct span *argv, uint32_t argc, struct cluster_admin *admin,
                                struct reply *reply)
{
    admin->operation = CLUSTER_ADMIN_FAILOVER;
    admin->failover = CLUSTER_FAILOVER_AGREED;
    if (argc > FIRST_ARGUMENT + 1) {
        reply_unknown_form(reply, argv[1]);
        return false;
    }
    if (argc == FIRST_ARGUMENT)
        return true;
    admin->failover = CLUSTER_FAILOVER_FORCE;
    if (span_is(argv[FIRST_ARGUMENT], "takeover"))
        admin->failover = CLUSTER_FAILOVER_TAKEOVER;
    else if (!span_is(argv[FIRST_ARGUMENT], "force")) {
        reply_error_literal(reply, "ERR syntax error");
        return false;
    }
    return true;
}

/* The word for what is done with the slot, and how many arguments it makes. */
static bool setslot_action(struct span word, struct cluster_admin *admin, uint32_t *count)
{
    *count = 5;
    if (span_is(word, "migrating")) {
        admin->operation = CLUSTER_ADMIN_SLOT_MIGRATING;
    } else if (span_is(word, "importing")) {
        admin->operation = CLUSTER_ADMIN_SLOT_IMPORTING;
    } else if (span_is(word, "node")) {
        admin->operation = CLUSTER_ADMIN_SLOT_NODE;
    } else if (span_is(word, "stable")) {
        admin->operation = CLUSTER_ADMIN_SLOT_STABLE;
        *count = 4;
    } else {
        return false;
    }
    return true;
}

bool cluster_arguments_setslot(const struct span *argv, uint32_t argc, struct slot_range *slot,
                               struct cluster_admin *admin, struct reply *reply)
{
    uint32_t count;
    int64_t timeout;

    if (!cluster_arguments_slot(argv[2], &slot->first)) {
        reply_error_literal(reply, "ERR Invalid or out of range slot");
        return false;
    }
    slot->last = slot->first;
    if (!setslot_action(argv[3], admin, &count) ||
        (argc != count && !(argc == count + 2 && span_is(argv[count], "timeout") &&
                            number_parse_integer(argv[count + 1], &timeout) && timeout >= 0))) {
        reply_error_literal(
            reply, "ERR Invalid CLUSTER SETSLOT action or number of arguments. Try CLUSTER HELP");
        return false;
    }
    if (count == 5)
        admin->node = cluster_arguments_node(argv[4]);
    return true;
}

bool cluster_arguments_epoch(const struct span *argv, struct cluster_admin *admin,
                             struct reply *reply)
{
    admin->operation = CLUSTER_ADMIN_SET_CONFIG_EPOCH;
    if (number_parse_integer(argv[FIRST_ARGUMENT], &admin->epoch))
        return true;
    reply_error_literal(reply, "ERR value is not an integer or out of range");
    return false;
}

static bool slot_stats_range(const struct span *argv, uint32_t argc, struct slot_stats_query *query,
                             struct reply *reply)
{
    if (argc != FIRST_ARGUMENT + 3) {
        reply_unknown_form(reply, argv[1]);
        return false;
    }
    if (!cluster_arguments_slot(argv[3], &query->range.first) ||
        !cluster_arguments_slot(argv[4], &query->range.last)) {
        reply_error_literal(reply, "ERR Invalid or out of range slot");
        return false;
    }
    if (query->range.first > query->range.last) {
        reply_error_format(reply, "ERR Start slot number %u is greater than end slot number %u",
                           query->range.first, query->range.last);
        return false;
    }
    return true;
}

static bool slot_stats_metric(struct span name, bool all_metrics, enum slot_metric *metric,
                              struct reply *reply)
{
    uint32_t known = all_metrics ? SLOT_METRICS : SLOT_METRIC_KEYS + 1;

    for (uint32_t i = 0; i < known; i++) {
        if (span_equal_ignoring_case(name, metric_names[i])) {
            *metric = (enum slot_metric)i;
            return true;
        }
    }
    reply_error_literal(reply, "ERR Unrecognized sort metric for ORDERBY.");
    return false;
}

static bool slot_stats_limit(struct span text, uint32_t *limit, struct reply *reply)
{
    int64_t value;

    if (!number_parse_integer(text, &value) || value < 1 || value > SLOT_COUNT) {
        reply_error_literal(
            reply, "ERR Limit has to lie in between 1 and 16384 (maximum number of slots).");
        return false;
    }
    *limit = (uint32_t)value;
    return true;
}

static bool slot_stats_order(const struct span *argv, uint32_t argc, bool all_metrics,
                             struct slot_stats_query *query, struct reply *reply)
{
    bool limited = false, directed = false;

    if (!slot_stats_metric(argv[3], all_metrics, &query->metric, reply))
        return false;
    for (uint32_t i = FIRST_ARGUMENT + 2; i < argc; i++) {
        bool limit = span_is(argv[i], "limit") && i + 1 < argc;
        bool ascending = span_is(argv[i], "asc");

        if (!limit && !ascending && !span_is(argv[i], "desc")) {
            reply_error_literal(reply, "ERR syntax error");
            return false;
        }
        if (limit ? limited : directed) {
            reply_error_literal(reply, "ERR Multiple filters of the same type are disallowed.");
            return false;
        }
        if (!limit) {
            query->ascending = ascending;
            directed = true;
            continue;
        }
        if (!slot_stats_limit(argv[++i], &query->limit, reply))
            return false;
        limited = true;
    }
    return true;
}

bool cluster_arguments_slot_stats(const struct span *argv, uint32_t argc, bool all_metrics,
                                  struct slot_stats_query *query, struct reply *reply)
{
    ASSERT(argc >= FIRST_ARGUMENT + 2);
    *query = (struct slot_stats_query){.range = {0, SLOT_COUNT - 1}, .limit = SLOT_COUNT};
    if (span_is(argv[2], "slotsrange"))
        return slot_stats_range(argv, argc, query, reply);
    if (span_is(argv[2], "orderby")) {
        query->ordered = true;
        return slot_stats_order(argv, argc, all_metrics, query, reply);
    }
    reply_unknown_form(reply, argv[1]);
    return false;
}
