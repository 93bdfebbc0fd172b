/*
 * One key with its value: a single allocation for key, metadata and a small value.
 *
 *   +--------+-------+------------+--------------+----------+------------+-----+----------------+
 *   | access | type, | flags      | key length   | value    | [expiry 8] | key | value bytes, or|
 *   | 24 bit | enc.  | 8 bit      | 8 bit [+ 4]  | len. 16  |            |     | int64, pointer |
 *   +--------+-------+------------+--------------+----------+------------+-----+----------------+
 *
 * Owner: the shard of the keyspace that holds it. An entry may move whenever it is changed: only
 * keyspace.h changes entries, and hands back where the entry now is. A pointer to an entry
 * is good until the next change of the same keyspace.
 */
#ifndef STORAGE_ENTRY_H
#define STORAGE_ENTRY_H

#include "proto/base/span.h"
#include "proto/base/time.h"
#include "proto/resp/reply.h"

#include <stdbool.h>
#include <stdint.h>

enum value_type {
    VALUE_STRING,
    VALUE_LIST,
    VALUE_SET,
    VALUE_SORTED_SET,
    VALUE_HASH,
    VALUE_STREAM,
    VALUE_BLOOM,
    VALUE_TYPES,
};

/* How a value is held. OBJECT ENCODING's names come from value_encoding_name. */
enum value_encoding {
    ENCODING_INTEGER, /* int64 in the entry: "int" */
    ENCODING_INLINE,  /* bytes in the entry: "embstr" to 44 bytes, else "raw" */
    ENCODING_BLOCK,   /* bytes in a block of their own (string_block): "raw" */
    ENCODING_OBJECT,  /* a structure of the type's own, see object.h */
};

enum { ENTRY_INLINE_MAX = 1024 }; /* longer values have a block, or an object, of their own */

struct entry;

struct span entry_key(const struct entry *entry);
enum value_type entry_type(const struct entry *entry);
enum value_encoding entry_encoding(const struct entry *entry);

/* The time at which the key stops to exist, or TIME_NEVER. */
time_ms entry_expiry(const struct entry *entry);

/* "string", "list", "set", "zset", "hash", "stream", "MBbloom--": the words of TYPE. */
const char *value_type_name(enum value_type type);

/* The bytes of a small collection, which lie in the entry; ENCODING_INLINE alone (asserted). */
struct span entry_inline(const struct entry *entry);
/* The structure of a large one; ENCODING_OBJECT alone (asserted). */
void *entry_object(const struct entry *entry);
/* The marks of collection.h. */
bool entry_holds_integers(const struct entry *entry);
bool entry_is_expanded(const struct entry *entry);

/* The word of OBJECT ENCODING for this entry: what clients know from Redis, whatever the form here.
 */
const char *entry_encoding_name(const struct entry *entry);

/* Bytes that the entry and everything it owns take in the heap (MEMORY USAGE). */
size_t entry_memory(const struct entry *entry);

/* Seconds since the last access (OBJECT IDLETIME), when the keyspace tracks recency. */
int64_t entry_idle_seconds(const struct entry *entry, time_ms now);

/* The string value as bytes. An integer is written into `scratch`; otherwise the span points into
 * the entry or its block. Only for VALUE_STRING (asserted). */
enum { ENTRY_SCRATCH = 24 };
struct span entry_string(const struct entry *entry, char scratch[ENTRY_SCRATCH]);
size_t entry_string_length(const struct entry *entry);

/* The value as an integer; false when the string does not read as one. */
bool entry_string_integer(const struct entry *entry, int64_t *value);

/* Writes the string as a bulk: copied when small, as a reference to its block when large. */
void entry_string_reply(const struct entry *entry, struct reply *reply);

#endif
