/*
 * The frame of what DUMP returns and RESTORE takes:
 *
 *   +-----------+-------------------+--------------------+----------------------------+
 *   | type byte | value             | RDB version, 16 bit | CRC64 of all before, 64 bit |
 *   +-----------+-------------------+--------------------+----------------------------+
 *
 * Both numbers are little-endian. Pure; any thread.
 */
#ifndef PROTO_RDB_DUMP_PAYLOAD_H
#define PROTO_RDB_DUMP_PAYLOAD_H

#include "proto/base/span.h"
#include "proto/rdb/rdb_writer.h"

#include <stdint.h>

enum { DUMP_PAYLOAD_FOOTER = 10 };

/* Ends a payload: what the writer holds is type byte and value, and nothing else. (All functions
 * make a payload too, which may be empty.) */
void dump_payload_close(struct rdb_writer *writer, uint16_t version);

/* The type byte and value of a payload, and its version. False when it is too short, its version
 * cannot be read or the checksum is another; `check_sum` false: whatever the checksum is. */
bool dump_payload_open(struct span payload, bool check_sum, struct span *value, uint16_t *version);

#endif
