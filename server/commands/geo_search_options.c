/* The arguments of GEOSEARCH, GEORADIUS and their relatives. */
#include "proto/base/assert.h"
#include "proto/base/memory.h"
#include "server/commands/geo_search.h"

enum { POLYGON_CORNERS_MIN = 3 };

/* A member's place as the center. */
static bool take_member(const struct cmd *cmd, uint32_t index, struct geo_search *search)
{
    double score;

    /* Of a key that is not there nothing is asked but that the arguments are right. */
    if (search->entry == NULL)
        return true;
    if (!sorted_set_score(search->entry, cmd->argv[index], &score)) {
        reply_error_literal(cmd->reply, "ERR could not decode requested zset member");
        return false;
    }
    search->shape.center = geo_decode(score);
    return true;
}

static bool take_circle(const struct cmd *cmd, uint32_t index, struct geo_search *search)
{
    double radius;

    if (!sorted_set_double(cmd, index, &radius, "ERR need numeric radius"))
        return false;
    if (radius < 0) {
        reply_error_literal(cmd->reply, "ERR radius cannot be negative");
        return false;
    }
    if (!geo_unit_argument(cmd, index + 1, &search->unit))
        return false;
    search->shape.kind = GEO_CIRCLE;
    search->shape.radius = radius * search->unit;
    return true;
}

static bool take_box(const struct cmd *cmd, uint32_t index, struct geo_search *search)
{
    double width;
    double height;

    if (!sorted_set_double(cmd, index, &width, "ERR need numeric width") ||
        !sorted_set_double(cmd, index + 1, &height, "ERR need numeric height"))
        return false;
    if (width < 0 || height < 0) {
        reply_error_literal(cmd->reply, "ERR height or width cannot be negative");
        return false;
    }
    if (!geo_unit_argument(cmd, index + 2, &search->unit))
        return false;
    search->shape.kind = GEO_BOX;
    search->shape.width = width * search->unit;
    search->shape.height = height * search->unit;
    return true;
}

/* The number of corners at `index`, then the corners; *taken is how many arguments that is. */
static bool take_polygon(const struct cmd *cmd, uint32_t index, struct geo_search *search,
                         uint32_t *taken)
{
    int64_t corners;

    if (!cmd_integer(cmd, index, &corners))
        return false;
    /* Fewer than announced are too few as well. */
    if (corners < POLYGON_CORNERS_MIN || corners > (cmd->argc - index - 1) / 2) {
        reply_error_literal(cmd->reply, "ERR GEOSEARCH BYPOLYGON must have at least 3 vertices");
        return false;
    }
    search->vertices = memory_new((size_t)corners * sizeof(search->vertices[0]));
    for (uint32_t i = 0; i < (uint32_t)corners; i++) {
        if (!geo_point_argument(cmd, index + 1 + 2 * i, &search->vertices[i]))
            return false;
    }
    search->shape = geo_polygon(search->vertices, (uint32_t)corners);
    search->unit = 1;
    *taken = 1 + 2 * (uint32_t)corners;
    return true;
}

static bool take_count(const struct cmd *cmd, uint32_t index, struct geo_search *search)
{
    int64_t count;

    if (!cmd_integer(cmd, index, &count))
        return false;
    if (count <= 0) {
        reply_error_literal(cmd->reply, "ERR COUNT must be > 0");
        return false;
    }
    search->count = (uint64_t)count;
    return true;
}

/* Words that stand alone. */
static bool take_flag(struct span word, struct geo_search *search)
{
    if (span_is(word, "WITHDIST"))
        search->with_distance = true;
    else if (span_is(word, "WITHHASH"))
        search->with_hash = true;
    else if (span_is(word, "WITHCOORD"))
        search->with_point = true;
    else if (span_is(word, "ANY"))
        search->any = true;
    else if (span_is(word, "ASC"))
        search->order = GEO_ASCENDING;
    else if (span_is(word, "DESC"))
        search->order = GEO_DESCENDING;
    else if (span_is(word, "STOREDIST") && search->stores)
        search->store_distances = true;
    else
        return false;
    return true;
}

/* Options of GEOSEARCH with values; *taken is how many arguments. False: an error was replied.
 * *taken of 0: it is no such option. */
static bool take_shape(const struct cmd *cmd, uint32_t index, struct geo_search *search,
                       uint32_t *taken)
{
    uint32_t left = cmd->argc - index - 1;
    bool good = true;

    *taken = 0;
    if (search->by_polygon) {
        good = true;
    } else if (cmd_argument_is(cmd, index, "FROMMEMBER") && left >= 1 && !search->from_point) {
        good = take_member(cmd, index + 1, search);
        *taken = 1;
        search->from_member = true;
    } else if (cmd_argument_is(cmd, index, "FROMLONLAT") && left >= 2 && !search->from_member) {
        good = geo_point_argument(cmd, index + 1, &search->shape.center);
        *taken = 2;
        search->from_point = true;
    } else if (cmd_argument_is(cmd, index, "BYRADIUS") && left >= 2 && !search->by_box) {
        good = take_circle(cmd, index + 1, search);
        *taken = 2;
        search->by_circle = true;
    } else if (cmd_argument_is(cmd, index, "BYBOX") && left >= 3 && !search->by_circle) {
        good = take_box(cmd, index + 1, search);
        *taken = 3;
        search->by_box = true;
    } else if (cmd_argument_is(cmd, index, "BYPOLYGON") && left >= 1 && !search->from_member &&
               !search->from_point && !search->by_circle && !search->by_box) {
        good = take_polygon(cmd, index + 1, search, taken);
        search->by_polygon = true;
    }
    return good;
}

static bool take_option(const struct cmd *cmd, uint32_t *index, struct geo_search *search)
{
    uint32_t left = cmd->argc - *index - 1;
    bool store = cmd_argument_is(cmd, *index, "STORE");
    uint32_t taken;

    if (take_flag(cmd->argv[*index], search))
        return true;
    if (cmd_argument_is(cmd, *index, "COUNT") && left >= 1)
        return take_count(cmd, ++*index, search);
    if (search->form == GEO_BY_OPTIONS) {
        if (!take_shape(cmd, *index, search, &taken))
            return false;
        *index += taken;
        if (taken > 0)
            return true;
    } else if (!search->read_only && left >= 1 &&
               (store || cmd_argument_is(cmd, *index, "STOREDIST"))) {
        search->destination = ++*index;
        search->store_distances = !store;
        return true;
    }
    cmd_reply_syntax_error(cmd);
    return false;
}

/* What comes before the options. */
static bool take_fixed(const struct cmd *cmd, struct geo_search *search, uint32_t *options)
{
    switch (search->form) {
    case GEO_AROUND_POINT:
        *options = 6;
        return geo_point_argument(cmd, 2, &search->shape.center) && take_circle(cmd, 4, search);
    case GEO_AROUND_MEMBER:
        *options = 5;
        /* Around nobody the radius may be anything. */
        return search->entry == NULL ||
               (take_member(cmd, 2, search) && take_circle(cmd, 3, search));
    default:
        *options = search->source + 1;
        return true;
    }
}

static bool check(const struct cmd *cmd, const struct geo_search *search)
{
    struct span name = cmd->argv[0];

    if (search->destination != 0 &&
        (search->with_distance || search->with_hash || search->with_point)) {
        reply_error_format(cmd->reply,
                           "ERR %s is not compatible with WITHDIST, WITHHASH and WITHCOORD options",
                           search->stores ? "GEOSEARCHSTORE" : "STORE option in GEORADIUS");
        return false;
    }
    if (search->form == GEO_BY_OPTIONS && !search->from_member && !search->from_point &&
        !search->by_polygon) {
        reply_error_format(cmd->reply,
                           "ERR exactly one of FROMMEMBER or FROMLONLAT can be specified for %.*s",
                           (int)name.length, name.data);
        return false;
    }
    if (search->form == GEO_BY_OPTIONS && !search->by_circle && !search->by_box &&
        !search->by_polygon) {
        reply_error_format(cmd->reply,
                           "ERR exactly one of BYRADIUS and BYBOX can be specified for %.*s",
                           (int)name.length, name.data);
        return false;
    }
    if (search->any && search->count == 0) {
        reply_error_literal(cmd->reply, "ERR the ANY argument requires COUNT argument");
        return false;
    }
    return true;
}

bool geo_search_parse(const struct cmd *cmd, struct geo_search *search)
{
    uint32_t options = 0;

    ASSERT(search->source > 0);
    if (!sorted_set_entry(cmd, search->source, &search->entry) ||
        !take_fixed(cmd, search, &options))
        return false;
    for (uint32_t i = options; i < cmd->argc; i++) {
        if (!take_option(cmd, &i, search))
            return false;
    }
    if (!check(cmd, search))
        return false;
    if (search->count > 0 && search->order == GEO_UNSORTED && !search->any)
        search->order = GEO_ASCENDING;
    return true;
}
