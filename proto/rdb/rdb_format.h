/*
 * The numbers of the RDB format: versions, the types of values, the encodings of strings.
 *
 * Redis and Valkey went different ways behind version 11, and give the types 22 and 23 and the
 * opcode 243 different meanings. Which one is meant follows from the version that a file or payload
 * names (rdb_format_family), never from the number alone.
 */
#ifndef PROTO_RDB_RDB_FORMAT_H
#define PROTO_RDB_RDB_FORMAT_H

#include <stdint.h>

enum {
    RDB_VERSION = 11,           /* what is written: Redis 7.2, Valkey 7.2 to 8.1 */
    RDB_VERSION_REDIS_7_0 = 10, /* written on request */
    RDB_VERSION_REDIS_MAX = 12, /* the newest of Redis that is read: 7.4 to 8.4 */
    RDB_VERSION_VALKEY = 80,    /* Valkey 9.0 and 9.1; smaller ones are Redis's */
    RDB_VERSION_VALKEY_MAX = 80,
};

/* Whose numbers a version uses. */
enum rdb_family { RDB_FAMILY_REDIS, RDB_FAMILY_VALKEY };

static inline enum rdb_family rdb_format_family(uint16_t version)
{
    return version >= RDB_VERSION_VALKEY ? RDB_FAMILY_VALKEY : RDB_FAMILY_REDIS;
}

/* Is this a version whose values can be read? */
static inline _Bool rdb_format_readable(uint16_t version)
{
    return version <= RDB_VERSION_REDIS_MAX ||
           (version >= RDB_VERSION_VALKEY && version <= RDB_VERSION_VALKEY_MAX);
}

enum rdb_type {
    RDB_STRING = 0,
    RDB_LIST = 1,
    RDB_SET = 2,
    RDB_ZSET = 3, /* scores as text */
    RDB_HASH = 4,
    RDB_ZSET_2 = 5, /* scores as doubles */
    RDB_MODULE_PRE_RELEASE = 6,
    RDB_MODULE_2 = 7,
    RDB_HASH_ZIPMAP = 9,
    RDB_LIST_ZIPLIST = 10,
    RDB_SET_INTSET = 11,
    RDB_ZSET_ZIPLIST = 12,
    RDB_HASH_ZIPLIST = 13,
    RDB_LIST_QUICKLIST = 14, /* of ziplists */
    RDB_STREAM_LISTPACKS = 15,
    RDB_HASH_LISTPACK = 16,
    RDB_ZSET_LISTPACK = 17,
    RDB_LIST_QUICKLIST_2 = 18, /* of listpacks and plain strings */
    RDB_STREAM_LISTPACKS_2 = 19,
    RDB_SET_LISTPACK = 20,
    RDB_STREAM_LISTPACKS_3 = 21,
    RDB_HASH_2 = 22,        /* Valkey 9: each field with its expiry. Redis: a form never released */
    RDB_HASH_METADATA = 24, /* Redis 7.4: the same, expiries relative to the earliest */
    RDB_HASH_LISTPACK_EX = 25, /* Redis 7.4: a listpack of field, value, expiry */
};

/* What stands in place of a type. */
enum rdb_opcode {
    RDB_OPCODE_SLOT_IMPORT = 243, /* Valkey 9: a migration of slots that was under way */
    RDB_OPCODE_SLOT_INFO = 244,   /* Redis 7.4: slot, keys and volatile keys in it, as hints */
    RDB_OPCODE_FUNCTION2 = 245,   /* the text of a library of functions */
    RDB_OPCODE_FUNCTION_PRE_RELEASE = 246,
    RDB_OPCODE_MODULE_AUX = 247,
    RDB_OPCODE_IDLE = 248,          /* of the next key: seconds without access */
    RDB_OPCODE_FREQ = 249,          /* of the next key: its access counter, one byte */
    RDB_OPCODE_AUX = 250,           /* a name and a text: a fact about the file */
    RDB_OPCODE_RESIZEDB = 251,      /* keys and volatile keys of the database, as hints */
    RDB_OPCODE_EXPIRETIME_MS = 252, /* of the next key: 64 bits */
    RDB_OPCODE_EXPIRETIME = 253,    /* the same in seconds: 32 bits */
    RDB_OPCODE_SELECTDB = 254,      /* the database of what follows */
    RDB_OPCODE_EOF = 255,           /* behind it, from version 5 on, the checksum */
};

/* The forms behind the two highest bits of a length that are both set. */
enum rdb_string_encoding {
    RDB_ENCODED_INT8 = 0,
    RDB_ENCODED_INT16 = 1,
    RDB_ENCODED_INT32 = 2,
    RDB_ENCODED_LZF = 3,
};

/* The nodes of RDB_LIST_QUICKLIST_2. */
enum rdb_quicklist_container { RDB_QUICKLIST_PLAIN = 1, RDB_QUICKLIST_PACKED = 2 };

/* The pieces of RDB_MODULE_2, which ends with the first. */
enum rdb_module_opcode {
    RDB_MODULE_END = 0,
    RDB_MODULE_SIGNED = 1,
    RDB_MODULE_UNSIGNED = 2,
    RDB_MODULE_FLOAT = 3,
    RDB_MODULE_DOUBLE = 4,
    RDB_MODULE_STRING = 5,
};

#endif
