/*
 * Values as RDB writes them: what is between the key and the next opcode of a file, and between the
 * type byte and the footer of a DUMP payload.
 *
 * Written are the types of Redis 7.2 (RDB_VERSION), on request those of Redis 7.0. A hash whose
 * fields expire cannot be told in either and is written as Valkey 9 does (RDB_VERSION_VALKEY).
 *
 * Read are those of Redis 2.6 to 7.4 and Valkey to 9.1. The bytes may come from anybody: everything
 * is checked before it becomes a value, sizes, order, duplicates, and whether the pieces of a
 * stream belong together. What is not sound changes nothing. Memory is taken for what is there, not
 * for what is announced.
 *
 * Owner: the shard of the keyspace.
 */
#ifndef STORAGE_RDB_VALUE_H
#define STORAGE_RDB_VALUE_H

#include "proto/rdb/rdb_format.h"
#include "proto/rdb/rdb_reader.h"
#include "proto/rdb/rdb_writer.h"
#include "storage/collection.h"
#include "storage/types/hash.h"
#include "storage/types/list_type.h"
#include "storage/types/set.h"
#include "storage/types/sorted_set.h"

/* ---- Writing ---- */

/* The version in which this value can be told: `wanted` (RDB_VERSION or RDB_VERSION_REDIS_7_0), or
 * a higher one. */
uint16_t rdb_value_version(const struct entry *entry, uint16_t wanted);

/* The type that the value has in this version, one that rdb_value_version gave. */
enum rdb_type rdb_value_type(const struct entry *entry, uint16_t version);

/* Writes the value as this type, which is rdb_value_type's. Fields of hashes that have expired are
 * not written, unless all have: then they all are. */
void rdb_value_write(struct rdb_writer *writer, const struct entry *entry, enum rdb_type type,
                     time_ms now);

/* ---- Reading ---- */

/* What decides how values are held, and how clients see them. */
struct rdb_value_limits {
    struct list_limits list;
    struct set_limits set;
    struct sorted_set_limits sorted_set;
    struct hash_limits hash;
};

enum rdb_value_outcome {
    RDB_VALUE_LOADED,
    RDB_VALUE_EMPTY, /* a collection without elements, or all of them expired: no key is made */
    RDB_VALUE_BAD,   /* not sound, of an unknown type, or more than fits */
};

/*
 * Reads a value of this type and makes it the key's, without an expiry, whatever the key held. The
 * reader is behind the value then. Other outcomes than LOADED leave the key as it was. The numbers
 * of types are those of `family`.
 */
enum rdb_value_outcome rdb_value_load(struct rdb_reader *reader, uint8_t type,
                                      enum rdb_family family, struct keyspace *keyspace,
                                      uint32_t database, const struct key *key,
                                      const struct rdb_value_limits *limits, time_ms now);

#endif
