/* Any bytes as a stream of the bus: frames are refused, or read without leaving their bounds, and
 * what was read is written and read the same again. */
#include "proto/base/assert.h"
#include "proto/base/memory.h"
#include "proto/bus/bus_message.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check_again(const struct bus_message *decoded)
{
    struct bus_gossip *gossip =
        memory_new_zeroed((size_t)decoded->gossip_count + 1, sizeof(*gossip));
    struct bus_message message = *decoded, again;
    struct bus_extensions extensions;
    uint32_t size;
    uint8_t *bytes;

    for (uint32_t i = 0; i < decoded->gossip_count; i++)
        bus_gossip_read(decoded, i, &gossip[i]);
    ASSERT(bus_extensions_read(decoded, &extensions));
    message.gossip = gossip;
    message.extended = &extensions;
    size = bus_encoded_size(&message);
    bytes = memory_new(size);
    bus_encode(&message, bytes);
    ASSERT(bus_decode(span_of((char *)bytes, size), &again) == BUS_FINE);
    ASSERT(again.type == decoded->type);
    ASSERT(again.gossip_count == decoded->gossip_count);
    ASSERT(span_equal(again.payload, decoded->payload));
    memory_free(bytes);
    memory_free(gossip);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct span rest = span_of((const char *)data, size);
    struct bus_message message;
    uint32_t length;

    while (bus_frame_length(rest, &length) == BUS_FINE && length <= rest.length) {
        /* A block of its own, so that a read behind its end is seen. */
        char *frame = memory_new(length);

        memcpy(frame, rest.data, length);
        if (bus_decode(span_of(frame, length), &message) == BUS_FINE)
            check_again(&message);
        memory_free(frame);
        rest = span_of(rest.data + length, rest.length - length);
    }
    return 0;
}
