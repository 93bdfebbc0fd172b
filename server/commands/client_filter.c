#include "server/commands/client_filter.h"

#include "proto/base/assert.h"
#include "proto/base/memory.h"
#include "proto/base/number.h"
#include "server/access/users.h"
#include "server/connection/connection.h"
#include "server/replication/replica_connection.h"

#include <stdlib.h>

enum { ECHOED_MAX = 128 };

struct parse {
    const struct span *argv;
    uint32_t argc;
    uint32_t index;
    enum client_filter_use use;
    struct client_filter *filter;
    const struct users *users;
    struct reply *reply;
};

static bool parse_fail(const struct parse *parse, const char *text)
{
    ASSERT(parse->reply != NULL);
    reply_error(parse->reply, span_of_string(text));
    return false;
}

static bool parse_fail_echoing(const struct parse *parse, const char *text, struct span value)
{
    ASSERT(parse->reply != NULL);
    reply_error_format(parse->reply, "%s '%.*s'", text,
                       (int)(value.length < ECHOED_MAX ? value.length : ECHOED_MAX), value.data);
    return false;
}

/* One id, or several: all numbers that follow. */
static bool parse_ids(struct parse *parse)
{
    struct client_filter *filter = parse->filter;
    const char *error = parse->use == CLIENT_FILTER_LIST ? "ERR Invalid client ID"
                                                         : "ERR client-id should be greater than 0";
    int64_t id;

    for (bool one = false; parse->index < parse->argc; parse->index++, one = true) {
        if (!number_parse_integer(parse->argv[parse->index], &id)) {
            if (one)
                break;
            return parse_fail(parse, error);
        }
        if (id < 1)
            return parse_fail(parse, error);
        filter->ids[filter->id_count++] = (uint64_t)id;
    }
    return true;
}

static bool parse_type(struct parse *parse)
{
    struct span type = parse->argv[parse->index++];

    parse->filter->has_type = true;
    parse->filter->type_normal = span_is(type, "normal");
    parse->filter->type_pubsub = span_is(type, "pubsub");
    parse->filter->type_replica = span_is(type, "slave") || span_is(type, "replica");
    parse->filter->type_primary = span_is(type, "master") || span_is(type, "primary");
    if (parse->filter->type_normal || parse->filter->type_pubsub || parse->filter->type_replica ||
        parse->filter->type_primary)
        return true;
    return parse_fail_echoing(parse, "ERR Unknown client type", type);
}

static bool parse_user(struct parse *parse)
{
    struct span user = parse->argv[parse->index++];

    parse->filter->user = user;
    if (parse->users == NULL || users_find(parse->users, user) != NULL)
        return true;
    return parse_fail_echoing(parse, "ERR No such user", user);
}

static bool parse_skip_me(struct parse *parse)
{
    struct span answer = parse->argv[parse->index++];

    if (!span_is(answer, "yes") && !span_is(answer, "no"))
        return parse_fail(parse, "ERR syntax error");
    parse->filter->skip_me = span_is(answer, "yes");
    return true;
}

static bool parse_age(struct parse *parse)
{
    if (!number_parse_integer(parse->argv[parse->index++], &parse->filter->age_min))
        return parse_fail(parse, "ERR maxage is not an integer or out of range");
    if (parse->filter->age_min < 1)
        return parse_fail(parse, "ERR maxage should be greater than 0");
    return true;
}

static bool parse_one(struct parse *parse)
{
    struct span word = parse->argv[parse->index++];

    if (parse->index == parse->argc)
        return parse_fail(parse, "ERR syntax error");
    if (span_is(word, "ID"))
        return parse_ids(parse);
    if (span_is(word, "TYPE"))
        return parse_type(parse);
    if (span_is(word, "USER"))
        return parse_user(parse);
    if (span_is(word, "SKIPME"))
        return parse_skip_me(parse);
    if (span_is(word, "MAXAGE"))
        return parse_age(parse);
    if (span_is(word, "ADDR"))
        parse->filter->address = parse->argv[parse->index++];
    else if (span_is(word, "LADDR"))
        parse->filter->local_address = parse->argv[parse->index++];
    else
        return parse_fail(parse, "ERR syntax error");
    return true;
}

static int compare_ids(const void *left, const void *right)
{
    uint64_t a = *(const uint64_t *)left;
    uint64_t b = *(const uint64_t *)right;

    return (a > b) - (a < b);
}

struct client_filter *client_filter_parse(const struct span *argv, uint32_t argc, uint32_t first,
                                          enum client_filter_use use, const struct users *users,
                                          struct reply *reply)
{
    struct client_filter *filter =
        memory_new_zeroed(1, sizeof(*filter) + argc * sizeof(filter->ids[0]));
    struct parse parse = {.argv = argv,
                          .argc = argc,
                          .index = first,
                          .use = use,
                          .filter = filter,
                          .users = users,
                          .reply = reply};

    filter->skip_me = use == CLIENT_FILTER_KILL;
    while (parse.index < argc) {
        if (!parse_one(&parse)) {
            memory_free(filter);
            return NULL;
        }
    }
    qsort(filter->ids, filter->id_count, sizeof(filter->ids[0]), compare_ids);
    return filter;
}

static bool is_of_type(const struct client_filter *filter, enum client_type type)
{
    switch (type) {
    case CLIENT_NORMAL:
        return filter->type_normal;
    case CLIENT_REPLICA:
        return filter->type_replica;
    case CLIENT_PUBSUB:
        return filter->type_pubsub;
    case CLIENT_PRIMARY:
        return filter->type_primary;
    }
    UNREACHABLE();
}

bool client_filter_accepts(const struct client_filter *filter, const struct client_traits *client,
                           time_ms now)
{
    if (filter->skip_me && client->id == filter->me)
        return false;
    if (filter->has_type && !is_of_type(filter, client->type))
        return false;
    if (filter->address.data != NULL &&
        !span_equal(filter->address, span_of_string(client->address)))
        return false;
    if (filter->local_address.data != NULL &&
        !span_equal(filter->local_address, span_of_string(client->local_address)))
        return false;
    if (filter->user.data != NULL && !span_equal(filter->user, client->user))
        return false;
    if (filter->age_min > 0 && now / 1000 - client->created / 1000 < filter->age_min)
        return false;
    return filter->id_count == 0 || bsearch(&client->id, filter->ids, filter->id_count,
                                            sizeof(filter->ids[0]), compare_ids) != NULL;
}

bool client_filter_matches(const struct client_filter *filter, const struct connection *connection,
                           time_ms now)
{
    struct client_traits client = {.id = connection->id,
                                   .type = CLIENT_NORMAL,
                                   .address = connection->address,
                                   .local_address = connection->local_address,
                                   .user = connection->user->name,
                                   .created = connection->created};

    if (replica_connection_follows(connection))
        client.type = CLIENT_REPLICA;
    else if (connection->subscriber != NULL)
        client.type = CLIENT_PUBSUB;
    return client_filter_accepts(filter, &client, now);
}
