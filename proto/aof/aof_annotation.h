/*
 * Annotations: lines of an append-only log that begin with #, which carry no command. Who does not
 * know one skips it.
 *
 *   #TS:1700000000                  the time of what follows, in seconds
 *   #TX:17:3                        the record behind it is one of 3 parts of transaction 17
 *   #TESSERA shard=0 shards=2       the first line of a shard's file
 *
 * Each line ends with CRLF and is no longer than AOF_ANNOTATION_MAX. Pure.
 */
#ifndef PROTO_AOF_AOF_ANNOTATION_H
#define PROTO_AOF_AOF_ANNOTATION_H

#include "proto/base/span.h"

#include <stdint.h>

/* With its CRLF. Redis reads lines of up to 127 bytes. */
enum { AOF_ANNOTATION_MAX = 100 };

enum aof_annotation_kind {
    AOF_ANNOTATION_OTHER,
    AOF_ANNOTATION_TIME,
    AOF_ANNOTATION_TRANSACTION,
    AOF_ANNOTATION_SHARD,
};

struct aof_annotation {
    enum aof_annotation_kind kind;
    int64_t seconds;      /* TIME */
    uint64_t transaction; /* TRANSACTION */
    uint32_t parts;       /* TRANSACTION: 1 or more */
    uint32_t shard;       /* SHARD: below `shards` */
    uint32_t shards;      /* SHARD */
};

/* Reads a line, without its end. What is malformed is OTHER. */
struct aof_annotation aof_annotation_parse(struct span line);

/* Writes the line, CRLF included, not terminated; returns its length. */
size_t aof_annotation_format(const struct aof_annotation *annotation,
                             char line[AOF_ANNOTATION_MAX]);

#endif
