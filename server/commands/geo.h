/* What the files of the geo commands share. */
#ifndef SERVER_COMMANDS_GEO_H
#define SERVER_COMMANDS_GEO_H

#include "server/commands/sorted_set.h"
#include "storage/types/geo.h"

/* Longitude and latitude at two arguments; replies the usual errors and returns false when they are
 * no place. */
bool geo_point_argument(const struct cmd *cmd, uint32_t index, struct geo_point *point);

/* A unit's meters; replies an error and returns false when it is none. */
bool geo_unit_argument(const struct cmd *cmd, uint32_t index, double *meters);

/* A distance, with four digits behind the point. */
void geo_reply_distance(struct reply *reply, double distance);
/* Longitude and latitude, with all their digits. */
void geo_reply_point(struct reply *reply, struct geo_point point);

#endif
