/*
 * Places on the globe as scores of a sorted set, and the search around a place.
 *
 * A place becomes a number of 52 bits: longitude and latitude as fractions of their ranges, 26 bits
 * each, taken by turns (https://en.wikipedia.org/wiki/Geohash), latitude in the lowest bit. Places
 * near to each other mostly have numbers near to each other: a cell of the grid of any coarseness
 * is one range of scores. Latitudes go as far as Web Mercator (EPSG:900913) does.
 *
 * A search looks into the nine cells around its centre, of the finest grid in which they cover the
 * shape, in a fixed order: center, N, S, E, W, NE, NW, SE, SW.
 *
 * Units: degrees; meters, on a ball of GEO_EARTH_RADIUS. Pure functions.
 */
#ifndef STORAGE_TYPES_GEO_H
#define STORAGE_TYPES_GEO_H

#include <stdbool.h>
#include <stdint.h>

#define GEO_EARTH_RADIUS  6372797.560856
#define GEO_LATITUDE_MAX  85.05112878
#define GEO_LONGITUDE_MAX 180.0

enum { GEO_CELLS = 9, GEO_HASH_TEXT = 11 };

struct geo_point {
    double longitude;
    double latitude;
};

/* Within the ranges above? */
bool geo_point_valid(struct geo_point point);
/* The score of a valid point. */
double geo_encode(struct geo_point point);
/* The middle of the finest cell that a score means. Any number is taken. */
struct geo_point geo_decode(double score);
/* Great circle (haversine). */
double geo_distance(struct geo_point from, struct geo_point to);
/* The standard geohash string of a point (latitudes up to 90 degrees); the last character stands
 * for bits that there are not. */
void geo_hash_text(struct geo_point point, char text[GEO_HASH_TEXT]);

enum geo_shape_kind { GEO_CIRCLE, GEO_BOX, GEO_POLYGON };

struct geo_shape {
    enum geo_shape_kind kind;
    struct geo_point center; /* of a polygon: see geo_polygon */
    double radius;           /* meters */
    double width;
    double height;
    const struct geo_point *vertices; /* borrowed */
    uint32_t vertex_count;
};

/* The polygon with these corners, at least three; an edge from the last to the first closes it. Its
 * center is below the mean of the corners in space. Edges are straight in longitude and
 * latitude. */
struct geo_shape geo_polygon(const struct geo_point *vertices, uint32_t count);

/* Is the point inside? *distance is then how far it is from the center. */
bool geo_shape_contains(const struct geo_shape *shape, struct geo_point point, double *distance);

/* Scores from `first` up to, but without, `end`. */
struct geo_range {
    double first;
    double end;
};
/* The ranges in which everything inside the shape is, in the order of search; their number. */
uint32_t geo_shape_ranges(const struct geo_shape *shape, struct geo_range ranges[GEO_CELLS]);

#endif
