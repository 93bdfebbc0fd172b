#include "proto/base/assert.h"
#include "proto/bus/bus_layout.h"
#include "proto/bus/bus_message.h"

static bool bus_id_valid(const uint8_t *id)
{
    for (uint32_t i = 0; i < BUS_ID_LENGTH; i++) {
        if (!(id[i] >= '0' && id[i] <= '9') && !(id[i] >= 'a' && id[i] <= 'z'))
            return false;
    }
    return true;
}

/* What stands before the first NUL of a padded field; false when it is no address. */
static bool bus_address(const uint8_t *field, uint32_t size, struct span *address)
{
    *address = span_of((const char *)field, strnlen((const char *)field, size));
    if (address->length == size)
        return false;
    for (size_t i = 0; i < address->length; i++) {
        uint8_t c = field[i];
        bool alphanumeric =
            (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');

        if (!alphanumeric && c != '.' && c != '-' && c != ':' && c != '_' && c != '%')
            return false;
    }
    return true;
}

/* For names that people give: what prints, without what divides the fields of a line. */
static bool bus_human_name_valid(struct span name)
{
    for (size_t i = 0; i < name.length; i++) {
        uint8_t c = (uint8_t)name.data[i];

        if (c <= ' ' || c >= 0x7f || c == ',' || c == '"' || c == '\'' || c == '=')
            return false;
    }
    return true;
}

enum bus_result bus_frame_length(struct span bytes, uint32_t *length)
{
    const uint8_t *at = (const uint8_t *)bytes.data;
    size_t known = bytes.length < 4 ? bytes.length : 4;
    uint32_t minimum;

    if (known > 0 && memcmp(at, BUS_SIGNATURE, known) != 0)
        return BUS_BROKEN;
    if (bytes.length < BUS_FRAME_MIN)
        return BUS_MORE;
    *length = bus_get32(at + BUS_AT_LENGTH);
    minimum = bus_get16(at + BUS_AT_TYPE) & BUS_TYPE_LIGHT ? BUS_LIGHT_SIZE : BUS_HEADER_SIZE;
    if (*length < minimum || *length > BUS_MESSAGE_MAX)
        return BUS_BROKEN;
    return BUS_FINE;
}

static bool bus_decode_header(const uint8_t *at, struct bus_header *header)
{
    *header = (struct bus_header){
        .port = bus_get16(at + BUS_AT_PORT),
        .second_port = bus_get16(at + BUS_AT_SECOND_PORT),
        .bus_port = bus_get16(at + BUS_AT_BUS_PORT),
        .flags = bus_get16(at + BUS_AT_FLAGS),
        .state_ok = at[BUS_AT_STATE] == 0,
        .message_flags = at[BUS_AT_MESSAGE_FLAGS],
        .current_epoch = bus_get64(at + BUS_AT_CURRENT_EPOCH),
        .config_epoch = bus_get64(at + BUS_AT_CONFIG_EPOCH),
        .offset = bus_get64(at + BUS_AT_OFFSET),
        .sender = (const char *)at + BUS_AT_SENDER,
        .slots = at + BUS_AT_SLOTS,
        .tessera = memcmp(at + BUS_AT_TESSERA, BUS_TESSERA_MARK, 4) == 0,
    };
    if (header->tessera) {
        header->autopilot = at[BUS_AT_AUTOPILOT];
        header->hollow = at[BUS_AT_HOLLOW] != 0;
        header->primaries = bus_get16(at + BUS_AT_PRIMARIES);
    }
    /* Epochs leave room to go on counting; nobody gets near by honest means. */
    if (header->current_epoch > INT64_MAX / 2 || header->config_epoch > INT64_MAX / 2 ||
        header->offset > INT64_MAX)
        return false;
    if (!bus_id_valid(at + BUS_AT_SENDER) || !bus_address(at + BUS_AT_IP, BUS_IP_SIZE, &header->ip))
        return false;
    if (at[BUS_AT_PRIMARY] == 0)
        return true;
    header->primary = (const char *)at + BUS_AT_PRIMARY;
    return bus_id_valid(at + BUS_AT_PRIMARY);
}

/* PING, PONG, MEET: `at` is the whole message. */
static bool bus_decode_gossip(const uint8_t *at, uint32_t length, struct bus_message *message)
{
    uint32_t count = bus_get16(at + BUS_AT_COUNT);
    uint32_t end = BUS_HEADER_SIZE + count * BUS_GOSSIP_SIZE;
    struct bus_extensions ignored;
    struct span address;

    if (end > length)
        return false;
    message->gossip_bytes = at + BUS_HEADER_SIZE;
    message->gossip_count = count;
    for (uint32_t i = 0; i < count; i++) {
        const uint8_t *entry = message->gossip_bytes + i * BUS_GOSSIP_SIZE;

        /* One entry that cannot be, and none of them is believed. */
        if (!bus_id_valid(entry) || !bus_address(entry + BUS_GOSSIP_AT_IP, BUS_IP_SIZE, &address))
            message->gossip_count = 0;
    }
    message->extension_count = bus_get16(at + BUS_AT_EXTENSIONS);
    if (!(message->header.message_flags & BUS_EXTENSIONS))
        message->extension_count = 0;
    message->extension_bytes = span_of((const char *)at + end, length - end);
    if (message->extension_count == 0)
        return end == length;
    return bus_extensions_read(message, &ignored);
}

/* A channel and a message behind their lengths, which make up all of `body`. */
static bool bus_decode_publish(struct span body, struct bus_message *message)
{
    const uint8_t *at = (const uint8_t *)body.data;
    uint64_t channel, payload;

    if (body.length < 8)
        return false;
    channel = bus_get32(at);
    payload = bus_get32(at + 4);
    if (channel + payload != body.length - 8)
        return false;
    message->channel = span_of(body.data + 8, (size_t)channel);
    message->payload = span_of(body.data + 8 + channel, (size_t)payload);
    return true;
}

static bool bus_decode_module(struct span body, struct bus_message *message)
{
    if (body.length < BUS_MODULE_SIZE ||
        bus_get32((const uint8_t *)body.data + 8) != body.length - BUS_MODULE_SIZE)
        return false;
    message->payload = body;
    return true;
}

static bool bus_decode_body(struct span frame, struct bus_message *message)
{
    const uint8_t *at = (const uint8_t *)frame.data;
    uint32_t start = message->light ? BUS_LIGHT_SIZE : BUS_HEADER_SIZE;
    struct span body = span_of(frame.data + start, frame.length - start);

    switch (message->type) {
    case BUS_PING:
    case BUS_PONG:
    case BUS_MEET:
        return bus_decode_gossip(at, (uint32_t)frame.length, message);
    case BUS_FAIL:
        message->node = body.data;
        return body.length == BUS_ID_LENGTH && bus_id_valid((const uint8_t *)body.data);
    case BUS_UPDATE:
        if (body.length != 8 + BUS_ID_LENGTH + BUS_SLOTS_SIZE)
            return false;
        message->node_epoch = bus_get64(at + start);
        message->node = body.data + 8;
        message->node_slots = at + start + 8 + BUS_ID_LENGTH;
        return message->node_epoch <= INT64_MAX / 2 && bus_id_valid(at + start + 8);
    case BUS_PUBLISH:
    case BUS_PUBLISH_SHARD:
        return bus_decode_publish(body, message);
    case BUS_MODULE:
        return bus_decode_module(body, message);
    case BUS_VOTE_REQUEST:
    case BUS_VOTE:
    case BUS_MANUAL_FAILOVER:
        return body.length == 0;
    case BUS_TYPES:
        break;
    }
    UNREACHABLE();
}

enum bus_result bus_decode(struct span frame, struct bus_message *message)
{
    const uint8_t *at = (const uint8_t *)frame.data;
    uint16_t type;

    ASSERT(frame.length >= BUS_FRAME_MIN);
    ASSERT(frame.length == bus_get32(at + BUS_AT_LENGTH));
    memset(message, 0, sizeof(*message));
    type = bus_get16(at + BUS_AT_TYPE);
    message->light = (type & BUS_TYPE_LIGHT) != 0;
    type &= (uint16_t)~BUS_TYPE_LIGHT;
    if (bus_get16(at + BUS_AT_VERSION) != BUS_VERSION || type >= BUS_TYPES)
        return BUS_DROPPED;
    message->type = (enum bus_type)type;
    if (message->light) {
        if (type != BUS_PUBLISH && type != BUS_PUBLISH_SHARD && type != BUS_MODULE)
            return BUS_DROPPED;
    } else {
        ASSERT(frame.length >= BUS_HEADER_SIZE);
        if (!bus_decode_header(at, &message->header))
            return BUS_DROPPED;
    }
    return bus_decode_body(frame, message) ? BUS_FINE : BUS_DROPPED;
}

void bus_gossip_read(const struct bus_message *message, uint32_t index, struct bus_gossip *gossip)
{
    const uint8_t *at = message->gossip_bytes + index * BUS_GOSSIP_SIZE;

    ASSERT(index < message->gossip_count);
    memcpy(gossip->id, at, BUS_ID_LENGTH);
    memcpy(gossip->ip, at + BUS_GOSSIP_AT_IP, BUS_IP_SIZE);
    gossip->ping_sent = bus_get32(at + BUS_GOSSIP_AT_PING);
    gossip->pong_received = bus_get32(at + BUS_GOSSIP_AT_PONG);
    gossip->port = bus_get16(at + BUS_GOSSIP_AT_PORT);
    gossip->bus_port = bus_get16(at + BUS_GOSSIP_AT_BUS_PORT);
    gossip->flags = bus_get16(at + BUS_GOSSIP_AT_FLAGS);
    gossip->second_port = bus_get16(at + BUS_GOSSIP_AT_SECOND_PORT);
}

static bool bus_read_forgotten(struct span data, struct bus_extensions *extensions)
{
    const uint8_t *at = (const uint8_t *)data.data;
    struct bus_forgotten *forgotten;

    if (data.length < BUS_ID_LENGTH + 8 || !bus_id_valid(at))
        return false;
    /* No honest node has forgotten so many at once: the rest is passed over. */
    if (extensions->forgotten_count == BUS_FORGOTTEN_MAX)
        return true;
    forgotten = &extensions->forgotten[extensions->forgotten_count++];
    memcpy(forgotten->id, at, BUS_ID_LENGTH);
    forgotten->seconds = bus_get64(at + BUS_ID_LENGTH);
    return true;
}

static bool bus_read_shards(struct span data, struct bus_extensions *extensions)
{
    const uint8_t *at = (const uint8_t *)data.data;
    uint32_t count;

    if (data.length < 4)
        return false;
    count = bus_get16(at);
    extensions->shard_block = bus_get16(at + 2);
    if (count == 0 || count > BUS_SHARDS_MAX || data.length < 4 + 4 * count ||
        extensions->shard_block == 0)
        return false;
    extensions->shard_count = (uint16_t)count;
    extensions->shard_ports = at + 4;
    extensions->shard_tls_ports = at + 4 + 2 * count;
    return true;
}

static bool bus_read_extension(uint16_t type, struct span data, struct bus_extensions *extensions)
{
    switch (type) {
    case BUS_EXTENSION_HOSTNAME:
        return bus_address((const uint8_t *)data.data, (uint32_t)data.length,
                           &extensions->hostname);
    case BUS_EXTENSION_HUMAN_NAME:
        extensions->human_name = span_of(data.data, strnlen(data.data, data.length));
        return extensions->human_name.length < data.length &&
               bus_human_name_valid(extensions->human_name);
    case BUS_EXTENSION_FORGOTTEN:
        return bus_read_forgotten(data, extensions);
    case BUS_EXTENSION_SHARD_ID:
        extensions->shard_id = data.data;
        return data.length >= BUS_ID_LENGTH && bus_id_valid((const uint8_t *)data.data);
    case BUS_EXTENSION_SHARDS:
        return bus_read_shards(data, extensions);
    default:
        return true;
    }
}

bool bus_extensions_read(const struct bus_message *message, struct bus_extensions *extensions)
{
    struct span rest = message->extension_bytes;

    memset(extensions, 0, offsetof(struct bus_extensions, forgotten));
    extensions->shard_count = 0;
    extensions->shard_ports = extensions->shard_tls_ports = NULL;
    for (uint32_t i = 0; i < message->extension_count; i++) {
        uint32_t length;

        if (rest.length < BUS_EXTENSION_HEADER)
            return false;
        length = bus_get32((const uint8_t *)rest.data);
        if (length < BUS_EXTENSION_HEADER || length > rest.length || length % 8 != 0)
            return false;
        if (!bus_read_extension(
                bus_get16((const uint8_t *)rest.data + 4),
                span_of(rest.data + BUS_EXTENSION_HEADER, length - BUS_EXTENSION_HEADER),
                extensions))
            return false;
        rest = span_of(rest.data + length, rest.length - length);
    }
    return rest.length == 0;
}
