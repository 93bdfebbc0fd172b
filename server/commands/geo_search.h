/*
 * A search as GEOSEARCH and GEORADIUS ask for it: what geo_search_options.c reads from the
 * arguments, and geo_search.c carries out.
 */
#ifndef SERVER_COMMANDS_GEO_SEARCH_H
#define SERVER_COMMANDS_GEO_SEARCH_H

#include "server/commands/geo.h"

/* Which command asks. */
enum geo_search_form {
    GEO_AROUND_POINT,  /* GEORADIUS */
    GEO_AROUND_MEMBER, /* GEORADIUSBYMEMBER */
    GEO_BY_OPTIONS,    /* GEOSEARCH, GEOSEARCHSTORE */
};

enum geo_search_order { GEO_UNSORTED, GEO_ASCENDING, GEO_DESCENDING };

struct geo_search {
    enum geo_search_form form;
    bool stores;    /* GEOSEARCHSTORE */
    bool read_only; /* the _RO commands */

    uint32_t source;           /* argument with the key that is searched */
    const struct entry *entry; /* what is there */
    uint32_t destination;      /* argument with the key to store at; 0: none */
    bool store_distances;
    struct geo_shape shape;
    struct geo_point *vertices; /* from memory_new, or NULL */
    double unit;                /* meters */
    bool with_distance;
    bool with_hash;
    bool with_point;
    bool any;
    uint64_t count; /* 0: all */
    enum geo_search_order order;

    /* What was said so far. */
    bool from_member;
    bool from_point;
    bool by_circle;
    bool by_box;
    bool by_polygon;
};

/* Reads the arguments; replies an error and returns false when they are wrong. Either way the
 * caller frees the vertices. */
bool geo_search_parse(const struct cmd *cmd, struct geo_search *search);

#endif
