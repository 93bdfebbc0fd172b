/*
 * Which of the 16384 hash slots a key belongs to.
 *
 * CRC16/XMODEM (polynomial 0x1021, initial value 0, not reflected) of the hash tag, or of the whole
 * key when it has none, modulo 16384. The tag is what stands between the first `{` and the first
 * `}` behind it, when that is not empty. Redis Cluster specification, "Key distribution model" and
 * "Hash tags".
 */
#ifndef PROTO_KEY_SLOT_H
#define PROTO_KEY_SLOT_H

#include "proto/base/span.h"

#include <stdint.h>

enum { SLOT_COUNT = 16384 };

uint16_t key_slot_crc16(struct span bytes);

/* The part of the key that is hashed: its tag, or all of it. */
struct span key_slot_tag(struct span key);

uint16_t key_slot(struct span key);

#endif
