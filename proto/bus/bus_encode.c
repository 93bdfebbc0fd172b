#include "proto/base/assert.h"
#include "proto/bus/bus_layout.h"
#include "proto/bus/bus_message.h"

static uint32_t bus_extension_size(uint32_t data)
{
    return BUS_EXTENSION_HEADER + (data + 7) / 8 * 8;
}

/* A name is written with its NUL. */
static uint32_t bus_name_size(struct span name)
{
    return name.length > 0 ? bus_extension_size((uint32_t)name.length + 1) : 0;
}

static uint32_t bus_extensions_size(const struct bus_extensions *extensions)
{
    uint32_t size;

    if (extensions == NULL)
        return 0;
    size = bus_name_size(extensions->hostname) + bus_name_size(extensions->human_name);
    size += extensions->forgotten_count * bus_extension_size(BUS_ID_LENGTH + 8);
    if (extensions->shard_id != NULL)
        size += bus_extension_size(BUS_ID_LENGTH);
    if (extensions->shard_count > 0)
        size += bus_extension_size(4 + 4 * (uint32_t)extensions->shard_count);
    return size;
}

static uint32_t bus_body_size(const struct bus_message *message)
{
    switch (message->type) {
    case BUS_PING:
    case BUS_PONG:
    case BUS_MEET:
        return message->gossip_count * BUS_GOSSIP_SIZE + bus_extensions_size(message->extended);
    case BUS_FAIL:
        return BUS_ID_LENGTH;
    case BUS_UPDATE:
        return 8 + BUS_ID_LENGTH + BUS_SLOTS_SIZE;
    case BUS_PUBLISH:
    case BUS_PUBLISH_SHARD:
        return 8 + (uint32_t)(message->channel.length + message->payload.length);
    case BUS_MODULE:
        return (uint32_t)message->payload.length;
    case BUS_VOTE_REQUEST:
    case BUS_VOTE:
    case BUS_MANUAL_FAILOVER:
        return 0;
    case BUS_TYPES:
        break;
    }
    UNREACHABLE();
}

uint32_t bus_encoded_size(const struct bus_message *message)
{
    uint32_t start = message->light ? BUS_LIGHT_SIZE : BUS_HEADER_SIZE;

    ASSERT(message->channel.length + message->payload.length <
           BUS_MESSAGE_MAX - BUS_HEADER_SIZE - 8);
    ASSERT(message->gossip_count <= UINT16_MAX);
    return start + bus_body_size(message);
}

static void bus_encode_header(const struct bus_header *header, uint8_t *at)
{
    bus_put16(at + BUS_AT_PORT, header->port);
    bus_put16(at + BUS_AT_SECOND_PORT, header->second_port);
    bus_put16(at + BUS_AT_BUS_PORT, header->bus_port);
    bus_put16(at + BUS_AT_FLAGS, header->flags);
    at[BUS_AT_STATE] = header->state_ok ? 0 : 1;
    at[BUS_AT_MESSAGE_FLAGS] = header->message_flags;
    bus_put64(at + BUS_AT_CURRENT_EPOCH, header->current_epoch);
    bus_put64(at + BUS_AT_CONFIG_EPOCH, header->config_epoch);
    bus_put64(at + BUS_AT_OFFSET, header->offset);
    memcpy(at + BUS_AT_SENDER, header->sender, BUS_ID_LENGTH);
    memcpy(at + BUS_AT_SLOTS, header->slots, BUS_SLOTS_SIZE);
    if (header->primary != NULL)
        memcpy(at + BUS_AT_PRIMARY, header->primary, BUS_ID_LENGTH);
    ASSERT(header->ip.length < BUS_IP_SIZE);
    if (header->ip.length > 0)
        memcpy(at + BUS_AT_IP, header->ip.data, header->ip.length);
    if (!header->tessera)
        return;
    memcpy(at + BUS_AT_TESSERA, BUS_TESSERA_MARK, 4);
    at[BUS_AT_AUTOPILOT] = header->autopilot;
    at[BUS_AT_HOLLOW] = header->hollow;
    bus_put16(at + BUS_AT_PRIMARIES, header->primaries);
}

static void bus_encode_gossip(const struct bus_gossip *gossip, uint8_t *at)
{
    memcpy(at, gossip->id, BUS_ID_LENGTH);
    bus_put32(at + BUS_GOSSIP_AT_PING, gossip->ping_sent);
    bus_put32(at + BUS_GOSSIP_AT_PONG, gossip->pong_received);
    memcpy(at + BUS_GOSSIP_AT_IP, gossip->ip, BUS_IP_SIZE);
    bus_put16(at + BUS_GOSSIP_AT_PORT, gossip->port);
    bus_put16(at + BUS_GOSSIP_AT_BUS_PORT, gossip->bus_port);
    bus_put16(at + BUS_GOSSIP_AT_FLAGS, gossip->flags);
    bus_put16(at + BUS_GOSSIP_AT_SECOND_PORT, gossip->second_port);
}

/* Room for `data` bytes behind the extension's own header; *at moves behind it. */
static uint8_t *bus_put_extension(uint8_t **at, uint16_t type, uint32_t data, uint16_t *count)
{
    uint8_t *start = *at;

    bus_put32(start, bus_extension_size(data));
    bus_put16(start + 4, type);
    *at += bus_extension_size(data);
    ++*count;
    return start + BUS_EXTENSION_HEADER;
}

static void bus_put_name(uint8_t **at, uint16_t type, struct span name, uint16_t *count)
{
    if (name.length > 0)
        memcpy(bus_put_extension(at, type, (uint32_t)name.length + 1, count), name.data,
               name.length);
}

static uint16_t bus_encode_extensions(const struct bus_extensions *extensions, uint8_t *at)
{
    uint16_t count = 0;
    uint8_t *data;

    bus_put_name(&at, BUS_EXTENSION_HOSTNAME, extensions->hostname, &count);
    bus_put_name(&at, BUS_EXTENSION_HUMAN_NAME, extensions->human_name, &count);
    for (uint32_t i = 0; i < extensions->forgotten_count; i++) {
        data = bus_put_extension(&at, BUS_EXTENSION_FORGOTTEN, BUS_ID_LENGTH + 8, &count);
        memcpy(data, extensions->forgotten[i].id, BUS_ID_LENGTH);
        bus_put64(data + BUS_ID_LENGTH, extensions->forgotten[i].seconds);
    }
    if (extensions->shard_id != NULL)
        memcpy(bus_put_extension(&at, BUS_EXTENSION_SHARD_ID, BUS_ID_LENGTH, &count),
               extensions->shard_id, BUS_ID_LENGTH);
    if (extensions->shard_count > 0) {
        uint32_t ports = 2 * (uint32_t)extensions->shard_count;

        data = bus_put_extension(&at, BUS_EXTENSION_SHARDS, 4 + 2 * ports, &count);
        bus_put16(data, extensions->shard_count);
        bus_put16(data + 2, extensions->shard_block);
        memcpy(data + 4, extensions->shard_ports, ports);
        memcpy(data + 4 + ports, extensions->shard_tls_ports, ports);
    }
    return count;
}

static void bus_encode_publish(const struct bus_message *message, uint8_t *at)
{
    bus_put32(at, (uint32_t)message->channel.length);
    bus_put32(at + 4, (uint32_t)message->payload.length);
    if (message->channel.length > 0)
        memcpy(at + 8, message->channel.data, message->channel.length);
    if (message->payload.length > 0)
        memcpy(at + 8 + message->channel.length, message->payload.data, message->payload.length);
}

static void bus_encode_talk(const struct bus_message *message, uint8_t *bytes)
{
    uint8_t *at = bytes + BUS_HEADER_SIZE;

    bus_put16(bytes + BUS_AT_COUNT, (uint16_t)message->gossip_count);
    for (uint32_t i = 0; i < message->gossip_count; i++)
        bus_encode_gossip(&message->gossip[i], at + i * BUS_GOSSIP_SIZE);
    if (message->extended != NULL)
        bus_put16(
            bytes + BUS_AT_EXTENSIONS,
            bus_encode_extensions(message->extended, at + message->gossip_count * BUS_GOSSIP_SIZE));
}

static void bus_encode_body(const struct bus_message *message, uint8_t *bytes)
{
    uint8_t *at = bytes + (message->light ? BUS_LIGHT_SIZE : BUS_HEADER_SIZE);

    switch (message->type) {
    case BUS_PING:
    case BUS_PONG:
    case BUS_MEET:
        bus_encode_talk(message, bytes);
        break;
    case BUS_FAIL:
        memcpy(at, message->node, BUS_ID_LENGTH);
        break;
    case BUS_UPDATE:
        bus_put64(at, message->node_epoch);
        memcpy(at + 8, message->node, BUS_ID_LENGTH);
        memcpy(at + 8 + BUS_ID_LENGTH, message->node_slots, BUS_SLOTS_SIZE);
        break;
    case BUS_PUBLISH:
    case BUS_PUBLISH_SHARD:
        bus_encode_publish(message, at);
        break;
    case BUS_MODULE:
        memcpy(at, message->payload.data, message->payload.length);
        break;
    case BUS_VOTE_REQUEST:
    case BUS_VOTE:
    case BUS_MANUAL_FAILOVER:
    case BUS_TYPES:
        break;
    }
}

void bus_encode(const struct bus_message *message, uint8_t *bytes)
{
    uint32_t size = bus_encoded_size(message);

    memset(bytes, 0, size);
    memcpy(bytes, BUS_SIGNATURE, 4);
    bus_put32(bytes + BUS_AT_LENGTH, size);
    bus_put16(bytes + BUS_AT_VERSION, BUS_VERSION);
    bus_put16(bytes + BUS_AT_TYPE,
              (uint16_t)(message->type | (message->light ? (unsigned)BUS_TYPE_LIGHT : 0)));
    if (!message->light)
        bus_encode_header(&message->header, bytes);
    bus_encode_body(message, bytes);
}
