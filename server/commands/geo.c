/* Places of members: GEOADD, GEODIST, GEOPOS, GEOHASH. */
#include "server/commands/geo.h"

#include "proto/base/assert.h"
#include "proto/base/memory.h"
#include "proto/base/number.h"
#include "server/commands/handlers.h"

#include <math.h>

bool geo_point_argument(const struct cmd *cmd, uint32_t index, struct geo_point *point)
{
    if (!sorted_set_double(cmd, index, &point->longitude, "ERR value is not a valid float") ||
        !sorted_set_double(cmd, index + 1, &point->latitude, "ERR value is not a valid float"))
        return false;
    if (geo_point_valid(*point))
        return true;
    reply_error_format(cmd->reply, "ERR invalid longitude,latitude pair %f,%f", point->longitude,
                       point->latitude);
    return false;
}

bool geo_unit_argument(const struct cmd *cmd, uint32_t index, double *meters)
{
    if (cmd_argument_is(cmd, index, "M")) {
        *meters = 1;
    } else if (cmd_argument_is(cmd, index, "KM")) {
        *meters = 1000;
    } else if (cmd_argument_is(cmd, index, "FT")) {
        *meters = 0.3048;
    } else if (cmd_argument_is(cmd, index, "MI")) {
        *meters = 1609.34;
    } else {
        reply_error_literal(cmd->reply, "ERR unsupported unit provided. please use M, KM, FT, MI");
        return false;
    }
    return true;
}

/* Halves of the last digit go to the even one: that is not how printf would round. No distance is
 * so long that it has no digit behind the point. */
void geo_reply_distance(struct reply *reply, double distance)
{
    long long digits = llrint(distance * 10000);

    ASSERT(distance >= 0);
    reply_bulk_format(reply, "%lld.%04lld", digits / 10000, digits % 10000);
}

static void reply_coordinate(struct reply *reply, double value)
{
    char text[NUMBER_LONG_DOUBLE_TEXT_MAX];
    size_t length = number_format_long_double(text, value);

    if (reply->protocol == 2) {
        reply_bulk(reply, span_of(text, length));
        return;
    }
    reply_literal(reply, ",");
    reply_raw(reply, span_of(text, length));
    reply_literal(reply, "\r\n");
}

void geo_reply_point(struct reply *reply, struct geo_point point)
{
    reply_array(reply, 2);
    reply_coordinate(reply, point.longitude);
    reply_coordinate(reply, point.latitude);
}

/* ---- GEOADD ---- */

struct geo_addition {
    struct sorted_set_options options;
    bool changed; /* CH */
    uint32_t first;
    uint32_t count; /* triples of longitude, latitude, member */
};

static bool parse_addition(const struct cmd *cmd, struct geo_addition *addition)
{
    uint32_t words;

    addition->first = 2;
    for (; addition->first < cmd->argc; addition->first++) {
        if (cmd_argument_is(cmd, addition->first, "NX"))
            addition->options.absent = true;
        else if (cmd_argument_is(cmd, addition->first, "XX"))
            addition->options.present = true;
        else if (cmd_argument_is(cmd, addition->first, "CH"))
            addition->changed = true;
        else
            break;
    }
    words = cmd->argc - addition->first;
    addition->count = words / 3;
    if (words == 0 || words % 3 != 0 || (addition->options.absent && addition->options.present)) {
        cmd_reply_syntax_error(cmd);
        return false;
    }
    return true;
}

static void add_points(struct cmd *cmd, const struct geo_addition *addition, const double *scores)
{
    struct sorted_set_limits limits = sorted_set_limits_of(cmd->config);
    struct key key = cmd_key(cmd, 1);
    struct collection set;
    int64_t added = 0;
    int64_t updated = 0;

    if (!cmd_collection(cmd, &key, VALUE_SORTED_SET, &set))
        return;
    for (uint32_t i = 0; i < addition->count; i++) {
        double score = scores[i];
        enum sorted_set_outcome outcome = sorted_set_add(
            &set, &addition->options, &limits, cmd->argv[addition->first + 3 * i + 2], &score);

        ASSERT(outcome != SORTED_SET_NOT_A_NUMBER);
        added += outcome == SORTED_SET_ADDED;
        updated += outcome == SORTED_SET_UPDATED;
    }
    if (added + updated > 0)
        cmd_changed(cmd, 'z', "zadd", &key);
    reply_integer(cmd->reply, addition->changed ? added + updated : added);
}

void command_geoadd(struct cmd *cmd)
{
    struct geo_addition addition = {.changed = false};
    double *scores;
    bool good = true;

    if (!parse_addition(cmd, &addition))
        return;
    /* All places before anything is done. */
    scores = memory_new(addition.count * sizeof(*scores));
    for (uint32_t i = 0; i < addition.count && good; i++) {
        struct geo_point point;

        good = geo_point_argument(cmd, addition.first + 3 * i, &point);
        if (good)
            scores[i] = geo_encode(point);
    }
    if (good)
        add_points(cmd, &addition, scores);
    memory_free(scores);
}

/* ---- Questions ---- */

void command_geodist(struct cmd *cmd)
{
    const struct entry *entry;
    double unit = 1;
    double scores[2];

    if (cmd->argc == 5) {
        if (!geo_unit_argument(cmd, 4, &unit))
            return;
    } else if (cmd->argc > 5) {
        cmd_reply_syntax_error(cmd);
        return;
    }
    if (!sorted_set_entry(cmd, 1, &entry))
        return;
    if (!sorted_set_score(entry, cmd->argv[2], &scores[0]) ||
        !sorted_set_score(entry, cmd->argv[3], &scores[1])) {
        reply_null(cmd->reply);
        return;
    }
    geo_reply_distance(cmd->reply,
                       geo_distance(geo_decode(scores[0]), geo_decode(scores[1])) / unit);
}

void command_geopos(struct cmd *cmd)
{
    const struct entry *entry;
    double score;

    if (!sorted_set_entry(cmd, 1, &entry))
        return;
    reply_array(cmd->reply, cmd->argc - 2);
    for (uint32_t i = 2; i < cmd->argc; i++) {
        if (sorted_set_score(entry, cmd->argv[i], &score))
            geo_reply_point(cmd->reply, geo_decode(score));
        else
            reply_null_array(cmd->reply);
    }
}

void command_geohash(struct cmd *cmd)
{
    const struct entry *entry;
    char text[GEO_HASH_TEXT];
    double score;

    if (!sorted_set_entry(cmd, 1, &entry))
        return;
    reply_array(cmd->reply, cmd->argc - 2);
    for (uint32_t i = 2; i < cmd->argc; i++) {
        if (!sorted_set_score(entry, cmd->argv[i], &score)) {
            reply_null(cmd->reply);
            continue;
        }
        geo_hash_text(geo_decode(score), text);
        reply_bulk(cmd->reply, span_of(text, sizeof(text)));
    }
}
