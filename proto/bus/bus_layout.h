/*
 * Where things lie in a message of the bus, for its encoder and its decoder. See bus_message.h.
 */
#ifndef PROTO_BUS_BUS_LAYOUT_H
#define PROTO_BUS_BUS_LAYOUT_H

#include <stdint.h>
#include <string.h>

#define BUS_SIGNATURE    "RCmb"
/* In bytes of the header that others leave zero and ignore. */
#define BUS_TESSERA_MARK "TSRA"

enum {
    BUS_VERSION = 1,
    BUS_TYPE_LIGHT = 0x8000,
    BUS_LIGHT_SIZE = 16,
    BUS_MODULE_SIZE = 13, /* id, length and type before a module's payload */

    BUS_AT_LENGTH = 4,
    BUS_AT_VERSION = 8,
    BUS_AT_PORT = 10,
    BUS_AT_TYPE = 12,
    BUS_AT_COUNT = 14,
    BUS_AT_CURRENT_EPOCH = 16,
    BUS_AT_CONFIG_EPOCH = 24,
    BUS_AT_OFFSET = 32,
    BUS_AT_SENDER = 40,
    BUS_AT_SLOTS = 80,
    BUS_AT_PRIMARY = 2128,
    BUS_AT_IP = 2168,
    BUS_AT_EXTENSIONS = 2214,
    BUS_AT_TESSERA = 2216,
    BUS_AT_AUTOPILOT = 2220,
    BUS_AT_HOLLOW = 2221,
    BUS_AT_PRIMARIES = 2222,
    BUS_AT_SECOND_PORT = 2246,
    BUS_AT_BUS_PORT = 2248,
    BUS_AT_FLAGS = 2250,
    BUS_AT_STATE = 2252,
    BUS_AT_MESSAGE_FLAGS = 2253,

    BUS_GOSSIP_AT_PING = 40,
    BUS_GOSSIP_AT_PONG = 44,
    BUS_GOSSIP_AT_IP = 48,
    BUS_GOSSIP_AT_PORT = 94,
    BUS_GOSSIP_AT_BUS_PORT = 96,
    BUS_GOSSIP_AT_FLAGS = 98,
    BUS_GOSSIP_AT_SECOND_PORT = 100,

    BUS_EXTENSION_HEADER = 8, /* length, type, two bytes of nothing */
};

enum bus_extension_type {
    BUS_EXTENSION_HOSTNAME = 0,
    BUS_EXTENSION_HUMAN_NAME = 1,
    BUS_EXTENSION_FORGOTTEN = 2,
    BUS_EXTENSION_SHARD_ID = 3,
    /* Tessera's own: shard count and block size (16 bits each), ports, TLS ports. */
    BUS_EXTENSION_SHARDS = 0x7354,
};

static inline uint16_t bus_get16(const uint8_t *at)
{
    return (uint16_t)((uint32_t)at[0] << 8 | at[1]);
}

static inline uint32_t bus_get32(const uint8_t *at)
{
    return (uint32_t)bus_get16(at) << 16 | bus_get16(at + 2);
}

static inline uint64_t bus_get64(const uint8_t *at)
{
    return (uint64_t)bus_get32(at) << 32 | bus_get32(at + 4);
}

static inline void bus_put16(uint8_t *at, uint16_t value)
{
    at[0] = (uint8_t)(value >> 8);
    at[1] = (uint8_t)value;
}

static inline void bus_put32(uint8_t *at, uint32_t value)
{
    bus_put16(at, (uint16_t)(value >> 16));
    bus_put16(at + 2, (uint16_t)value);
}

static inline void bus_put64(uint8_t *at, uint64_t value)
{
    bus_put32(at, (uint32_t)(value >> 32));
    bus_put32(at + 4, (uint32_t)value);
}

#endif
