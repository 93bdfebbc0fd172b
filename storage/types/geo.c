#include "storage/types/geo.h"

#include "proto/base/assert.h"

#include <math.h>

enum { STEPS_MAX = 26 };

/* The whole circumference at the equator, halved: coarser than this no grid has to be. */
#define MERCATOR_MAX       20037726.37
#define RADIANS            (M_PI / 180.0)

/* Towards the poles cells become narrow: the grid must be coarser. */
#define POLAR_LATITUDE     66
#define FAR_POLAR_LATITUDE 80

/* A cell of the grid with 2^steps rows and columns. */
struct cell {
    uint32_t column; /* by longitude */
    uint32_t row;    /* by latitude */
    uint32_t steps;
};

struct box {
    double west;
    double south;
    double east;
    double north;
};

static double to_radians(double degrees)
{
    return degrees * RADIANS;
}

static double to_degrees(double radians)
{
    return radians / RADIANS;
}

/* ---- Numbers ---- */

/* Puts the bits of a number into the even places. */
static uint64_t spread(uint32_t number)
{
    uint64_t bits = number;

    bits = (bits | bits << 16) & 0x0000ffff0000ffff;
    bits = (bits | bits << 8) & 0x00ff00ff00ff00ff;
    bits = (bits | bits << 4) & 0x0f0f0f0f0f0f0f0f;
    bits = (bits | bits << 2) & 0x3333333333333333;
    return (bits | bits << 1) & 0x5555555555555555;
}

static uint32_t gather(uint64_t bits)
{
    bits &= 0x5555555555555555;
    bits = (bits | bits >> 1) & 0x3333333333333333;
    bits = (bits | bits >> 2) & 0x0f0f0f0f0f0f0f0f;
    bits = (bits | bits >> 4) & 0x00ff00ff00ff00ff;
    bits = (bits | bits >> 8) & 0x0000ffff0000ffff;
    return (uint32_t)(bits | bits >> 16);
}

static uint64_t cell_bits(struct cell cell)
{
    return spread(cell.row) | spread(cell.column) << 1;
}

static struct cell cell_at(struct geo_point point, double latitude_max, uint32_t steps)
{
    double row = (point.latitude + latitude_max) / (2 * latitude_max);
    double column = (point.longitude + GEO_LONGITUDE_MAX) / (2 * GEO_LONGITUDE_MAX);
    double scale = (double)(UINT64_C(1) << steps);

    return (struct cell){
        .column = (uint32_t)(column * scale), .row = (uint32_t)(row * scale), .steps = steps};
}

static struct box cell_box(struct cell cell)
{
    double scale = (double)(UINT64_C(1) << cell.steps);

    return (struct box){
        .west = -GEO_LONGITUDE_MAX + cell.column / scale * (2 * GEO_LONGITUDE_MAX),
        .east = -GEO_LONGITUDE_MAX + (cell.column + 1.0) / scale * (2 * GEO_LONGITUDE_MAX),
        .south = -GEO_LATITUDE_MAX + cell.row / scale * (2 * GEO_LATITUDE_MAX),
        .north = -GEO_LATITUDE_MAX + (cell.row + 1.0) / scale * (2 * GEO_LATITUDE_MAX),
    };
}

static double clamp(double value, double limit)
{
    return value > limit ? limit : value < -limit ? -limit : value;
}

bool geo_point_valid(struct geo_point point)
{
    return point.longitude >= -GEO_LONGITUDE_MAX && point.longitude <= GEO_LONGITUDE_MAX &&
           point.latitude >= -GEO_LATITUDE_MAX && point.latitude <= GEO_LATITUDE_MAX;
}

double geo_encode(struct geo_point point)
{
    ASSERT(geo_point_valid(point));
    return (double)cell_bits(cell_at(point, GEO_LATITUDE_MAX, STEPS_MAX));
}

/* The bits of a score that may be no place at all, as the processor converts it. */
static uint64_t score_bits(double score)
{
    if (score >= 0x1p64 || score < -0x1p63)
        return score > 0 ? 0 : UINT64_C(1) << 63;
    return score < 0x1p63 ? (uint64_t)(int64_t)score : (uint64_t)score;
}

struct geo_point geo_decode(double score)
{
    uint64_t bits = score_bits(score);
    struct box box = cell_box((struct cell){gather(bits >> 1), gather(bits), STEPS_MAX});

    return (struct geo_point){clamp((box.west + box.east) / 2, GEO_LONGITUDE_MAX),
                              clamp((box.south + box.north) / 2, GEO_LATITUDE_MAX)};
}

static double latitude_distance(double from, double to)
{
    return GEO_EARTH_RADIUS * fabs(to_radians(to) - to_radians(from));
}

double geo_distance(struct geo_point from, struct geo_point to)
{
    double east = sin((to_radians(to.longitude) - to_radians(from.longitude)) / 2);
    double from_latitude = to_radians(from.latitude);
    double to_latitude = to_radians(to.latitude);
    double north;

    if (east == 0)
        return latitude_distance(from.latitude, to.latitude);
    north = sin((to_latitude - from_latitude) / 2);
    /* Rounding must not lead beyond the other side of the globe. */
    return 2 * GEO_EARTH_RADIUS *
           asin(fmin(1, sqrt(north * north + cos(from_latitude) * cos(to_latitude) * east * east)));
}

void geo_hash_text(struct geo_point point, char text[GEO_HASH_TEXT])
{
    static const char alphabet[] = "0123456789bcdefghjkmnpqrstuvwxyz";
    uint64_t bits = cell_bits(cell_at(point, 90, STEPS_MAX));

    for (int i = 0; i < GEO_HASH_TEXT - 1; i++)
        text[i] = alphabet[bits >> (2 * STEPS_MAX - 5 * (i + 1)) & 31];
    text[GEO_HASH_TEXT - 1] = alphabet[0];
}

/* ---- Shapes ---- */

struct geo_shape geo_polygon(const struct geo_point *vertices, uint32_t count)
{
    struct geo_shape shape = {.kind = GEO_POLYGON, .vertices = vertices, .vertex_count = count};
    double x = 0;
    double y = 0;
    double z = 0;

    ASSERT(count >= 3);
    for (uint32_t i = 0; i < count; i++) {
        double latitude = to_radians(vertices[i].latitude);
        double longitude = to_radians(vertices[i].longitude);

        x += cos(latitude) * cos(longitude) / count;
        y += cos(latitude) * sin(longitude) / count;
        z += sin(latitude) / count;
    }
    shape.center.longitude = clamp(to_degrees(atan2(y, x)), GEO_LONGITUDE_MAX);
    shape.center.latitude = clamp(to_degrees(atan2(z, hypot(x, y))), GEO_LATITUDE_MAX);
    return shape;
}

/* A ray to the east crosses an odd number of edges. */
static bool polygon_contains(const struct geo_shape *shape, struct geo_point point)
{
    bool inside = false;

    for (uint32_t i = 0; i < shape->vertex_count; i++) {
        struct geo_point a = shape->vertices[i];
        struct geo_point b = shape->vertices[i == 0 ? shape->vertex_count - 1 : i - 1];
        double crossing;

        if ((a.latitude > point.latitude) == (b.latitude > point.latitude))
            continue;
        crossing = a.longitude + (point.latitude - a.latitude) * (b.longitude - a.longitude) /
                                     (b.latitude - a.latitude);
        if (point.longitude < crossing)
            inside = !inside;
    }
    return inside;
}

bool geo_shape_contains(const struct geo_shape *shape, struct geo_point point, double *distance)
{
    struct geo_point beside = {shape->center.longitude, point.latitude};

    switch (shape->kind) {
    case GEO_CIRCLE:
        *distance = geo_distance(shape->center, point);
        return *distance <= shape->radius;
    case GEO_BOX:
        if (latitude_distance(point.latitude, shape->center.latitude) > shape->height / 2 ||
            geo_distance(point, beside) > shape->width / 2)
            return false;
        break;
    case GEO_POLYGON:
        if (!polygon_contains(shape, point))
            return false;
        break;
    }
    *distance = geo_distance(shape->center, point);
    return true;
}

static struct box polygon_box(const struct geo_shape *shape)
{
    struct box box = {GEO_LONGITUDE_MAX, GEO_LATITUDE_MAX, -GEO_LONGITUDE_MAX, -GEO_LATITUDE_MAX};

    for (uint32_t i = 0; i < shape->vertex_count; i++) {
        box.west = fmin(box.west, shape->vertices[i].longitude);
        box.east = fmax(box.east, shape->vertices[i].longitude);
        box.south = fmin(box.south, shape->vertices[i].latitude);
        box.north = fmax(box.north, shape->vertices[i].latitude);
    }
    return box;
}

static struct box shape_box(const struct geo_shape *shape)
{
    bool circle = shape->kind == GEO_CIRCLE;
    double height = circle ? shape->radius : shape->height / 2;
    double width = circle ? shape->radius : shape->width / 2;
    double latitude = shape->center.latitude;
    double up = to_degrees(height / GEO_EARTH_RADIUS);
    /* Where the shape comes nearest to a pole it spans most degrees of longitude. */
    double nearest = latitude < 0 ? latitude - up : latitude + up;
    double aside = to_degrees(width / GEO_EARTH_RADIUS / cos(to_radians(nearest)));

    if (shape->kind == GEO_POLYGON)
        return polygon_box(shape);
    return (struct box){shape->center.longitude - aside, latitude - up,
                        shape->center.longitude + aside, latitude + up};
}

/* How far the shape reaches from its center, in meters. */
static double shape_reach(const struct geo_shape *shape)
{
    double reach = 0;

    switch (shape->kind) {
    case GEO_CIRCLE:
        return shape->radius;
    case GEO_BOX:
        return sqrt(shape->width / 2 * (shape->width / 2) +
                    shape->height / 2 * (shape->height / 2));
    default:
        for (uint32_t i = 0; i < shape->vertex_count; i++)
            reach = fmax(reach, geo_distance(shape->center, shape->vertices[i]));
        return reach;
    }
}

/* ---- The cells of a search ---- */

static uint32_t choose_steps(double reach, double latitude)
{
    int steps = 1;

    if (reach == 0)
        return STEPS_MAX;
    for (; reach < MERCATOR_MAX; reach *= 2)
        steps++;
    /* So that the nine cells are sure to cover the shape. */
    steps -= 2;
    if (fabs(latitude) > POLAR_LATITUDE)
        steps--;
    if (fabs(latitude) > FAR_POLAR_LATITUDE)
        steps--;
    return (uint32_t)(steps < 1 ? 1 : steps > STEPS_MAX ? STEPS_MAX : steps);
}

/* In the order of the search. */
static const struct {
    int column;
    int row;
} directions[GEO_CELLS] = {{0, 0}, {0, 1},  {0, -1}, {1, 0},  {-1, 0},
                           {1, 1}, {-1, 1}, {1, -1}, {-1, -1}};

/* The grid goes around the globe, in both directions. */
static struct cell cell_beside(struct cell cell, int column, int row)
{
    uint32_t mask = (1u << cell.steps) - 1;

    if (column != 0)
        cell.column = (cell.column + (uint32_t)column) & mask;
    if (row != 0)
        cell.row = (cell.row + (uint32_t)row) & mask;
    return cell;
}

/* Do the neighbours of the cell reach as far as the box does? */
static bool cells_cover(struct cell cell, struct box box)
{
    return cell_box(cell_beside(cell, 0, 1)).north >= box.north &&
           cell_box(cell_beside(cell, 0, -1)).south <= box.south &&
           cell_box(cell_beside(cell, 1, 0)).east >= box.east &&
           cell_box(cell_beside(cell, -1, 0)).west <= box.west;
}

/* Is this neighbour of no use, because the cell itself ends beyond the box on that side? */
static bool is_beyond(struct box own, struct box box, int column, int row)
{
    return (row < 0 && own.south < box.south) || (row > 0 && own.north > box.north) ||
           (column < 0 && own.west < box.west) || (column > 0 && own.east > box.east);
}

static struct geo_range cell_range(struct cell cell)
{
    uint64_t bits = cell_bits(cell);
    uint32_t shift = 2 * (STEPS_MAX - cell.steps);

    return (struct geo_range){(double)(bits << shift), (double)((bits + 1) << shift)};
}

uint32_t geo_shape_ranges(const struct geo_shape *shape, struct geo_range ranges[GEO_CELLS])
{
    struct box box = shape_box(shape);
    uint32_t steps = choose_steps(shape_reach(shape), shape->center.latitude);
    struct cell cell = cell_at(shape->center, GEO_LATITUDE_MAX, steps);
    uint32_t count = 0;
    struct box own;

    if (steps > 1 && !cells_cover(cell, box))
        cell = cell_at(shape->center, GEO_LATITUDE_MAX, --steps);
    own = cell_box(cell);
    for (uint32_t i = 0; i < GEO_CELLS; i++) {
        int column = directions[i].column;
        int row = directions[i].row;
        struct geo_range range = cell_range(cell_beside(cell, column, row));

        if (steps >= 2 && is_beyond(own, box, column, row))
            continue;
        /* On the coarsest grid the neighbours on both sides are the same. */
        if (count > 1 && range.first == ranges[count - 1].first)
            continue;
        ranges[count++] = range;
    }
    ASSERT(count > 0);
    return count;
}
