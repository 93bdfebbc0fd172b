/*
 * Goes past values in RDB without making them: what lies where is read from counts and lengths
 * alone, and nothing is looked into.
 *
 * The bytes may come from anybody; memory is never taken. Pure.
 */
#ifndef PROTO_RDB_RDB_SKIP_H
#define PROTO_RDB_RDB_SKIP_H

#include "proto/rdb/rdb_format.h"
#include "proto/rdb/rdb_reader.h"

/* Is this a type of value that the family has, and that has a known form? */
bool rdb_skip_knows(uint8_t type, enum rdb_family family);

/* From behind the key to behind the value. False: the reader has failed, or the type is not
 * known. */
bool rdb_skip_value(struct rdb_reader *reader, uint8_t type, enum rdb_family family);

#endif
