/*
 * What nodes that share a secret say to each other beside the bus's messages, to prove that they
 * know it: two kinds of frames, cut from a link's bytes by bus_frame_length as all others are.
 *
 *   HELLO  a header of nothing, with a type that no node knows, and 32 bytes nonce.
 *          Who does not know it passes over it, as over any message of an unknown type.
 *   SEAL   16 bytes, and 32 bytes that prove the frame behind it. Sent to nodes alone that have
 *          said HELLO themselves.
 *
 * The messages themselves stay what they are. Plain data; nothing is allocated, and what proves
 * what is known to server/bus/bus_proof.h.
 */
#ifndef PROTO_BUS_BUS_SEAL_H
#define PROTO_BUS_BUS_SEAL_H

#include "proto/base/span.h"
#include "proto/bus/bus_message.h"

#include <stdint.h>

enum {
    BUS_NONCE_SIZE = 32,
    BUS_SEAL_SIZE = 32,
    BUS_HELLO_FRAME = BUS_HEADER_SIZE + BUS_NONCE_SIZE,
    BUS_SEAL_FRAME = BUS_FRAME_MIN + BUS_SEAL_SIZE,
};

enum bus_frame_kind { BUS_FRAME_MESSAGE, BUS_FRAME_HELLO, BUS_FRAME_SEAL };

/* Of a whole frame. One that has another length than its kind is a message that no node knows. */
enum bus_frame_kind bus_frame_kind(struct span frame);

/* What a HELLO or a SEAL carries: BUS_NONCE_SIZE or BUS_SEAL_SIZE bytes of the frame. */
const uint8_t *bus_hello_nonce(struct span frame);
const uint8_t *bus_seal_proof(struct span frame);

void bus_hello_encode(const uint8_t nonce[BUS_NONCE_SIZE], uint8_t frame[BUS_HELLO_FRAME]);
void bus_seal_encode(const uint8_t proof[BUS_SEAL_SIZE], uint8_t frame[BUS_SEAL_FRAME]);

#endif
