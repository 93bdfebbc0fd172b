#include "proto/bus/bus_seal.h"

#include "proto/base/assert.h"
#include "proto/bus/bus_layout.h"

enum bus_seal_type {
    BUS_TYPE_HELLO = 0x7348,
    BUS_TYPE_SEAL = BUS_TYPE_LIGHT | 0x7353,
};

enum bus_frame_kind bus_frame_kind(struct span frame)
{
    const uint8_t *at = (const uint8_t *)frame.data;
    uint16_t type;

    ASSERT(frame.length >= BUS_FRAME_MIN);
    type = bus_get16(at + BUS_AT_TYPE);
    if (bus_get16(at + BUS_AT_VERSION) != BUS_VERSION)
        return BUS_FRAME_MESSAGE;
    if (type == BUS_TYPE_HELLO && frame.length == BUS_HELLO_FRAME)
        return BUS_FRAME_HELLO;
    /* The only bytes that no proof covers say nothing. */
    if (type == BUS_TYPE_SEAL && frame.length == BUS_SEAL_FRAME &&
        bus_get16(at + BUS_AT_PORT) == 0 && bus_get16(at + BUS_AT_COUNT) == 0)
        return BUS_FRAME_SEAL;
    return BUS_FRAME_MESSAGE;
}

const uint8_t *bus_hello_nonce(struct span frame)
{
    ASSERT(bus_frame_kind(frame) == BUS_FRAME_HELLO);
    return (const uint8_t *)frame.data + BUS_HEADER_SIZE;
}

const uint8_t *bus_seal_proof(struct span frame)
{
    ASSERT(bus_frame_kind(frame) == BUS_FRAME_SEAL);
    return (const uint8_t *)frame.data + BUS_FRAME_MIN;
}

static void bus_begin_frame(uint8_t *frame, uint32_t length, uint16_t type)
{
    memset(frame, 0, length);
    memcpy(frame, BUS_SIGNATURE, 4);
    bus_put32(frame + BUS_AT_LENGTH, length);
    bus_put16(frame + BUS_AT_VERSION, BUS_VERSION);
    bus_put16(frame + BUS_AT_TYPE, type);
}

void bus_hello_encode(const uint8_t nonce[BUS_NONCE_SIZE], uint8_t frame[BUS_HELLO_FRAME])
{
    bus_begin_frame(frame, BUS_HELLO_FRAME, BUS_TYPE_HELLO);
    memcpy(frame + BUS_HEADER_SIZE, nonce, BUS_NONCE_SIZE);
}

void bus_seal_encode(const uint8_t proof[BUS_SEAL_SIZE], uint8_t frame[BUS_SEAL_FRAME])
{
    bus_begin_frame(frame, BUS_SEAL_FRAME, BUS_TYPE_SEAL);
    memcpy(frame + BUS_FRAME_MIN, proof, BUS_SEAL_SIZE);
}
