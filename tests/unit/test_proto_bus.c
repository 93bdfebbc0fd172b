#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "proto/base/memory.h"
#include "proto/base/number.h"
#include "proto/base/random.h"
#include "proto/bus/bus_message.h"
#include "tests/unit/bus_vectors.h"

#include <stdlib.h>

struct bytes {
    uint8_t *at;
    size_t length;
};

static uint8_t hexadecimal_byte(const char *text)
{
    int high = number_hexadecimal_digit(text[0]), low = number_hexadecimal_digit(text[1]);

    assert_true(high >= 0 && low >= 0);
    return (uint8_t)(high << 4 | low);
}

/* A vector's bytes, in a block of just that size. */
static struct bytes unpack(const char *text)
{
    struct bytes bytes = {calloc(1, 65536), 0};

    while (*text != '\0') {
        unsigned long times = 1;
        uint8_t byte;

        if (*text == ' ') {
            text++;
            continue;
        }
        byte = hexadecimal_byte(text);
        text += 2;
        if (*text == '*')
            times = strtoul(text + 1, (char **)&text, 10);
        assert_true(bytes.length + times < 65536);
        memset(bytes.at + bytes.length, byte, times);
        bytes.length += times;
    }
    bytes.at = realloc(bytes.at, bytes.length);
    return bytes;
}

static struct span span_of_bytes(struct bytes bytes)
{
    return span_of((const char *)bytes.at, bytes.length);
}

static void decode(struct bytes bytes, struct bus_message *message)
{
    uint32_t length;

    assert_int_equal(bus_frame_length(span_of_bytes(bytes), &length), BUS_FINE);
    assert_int_equal(length, bytes.length);
    assert_int_equal(bus_decode(span_of_bytes(bytes), message), BUS_FINE);
}

/* What was decoded, encoded again. */
static struct bytes encode_again(const struct bus_message *decoded)
{
    struct bus_message message = *decoded;
    struct bus_gossip *gossip = calloc(message.gossip_count + 1, sizeof(*gossip));
    struct bus_extensions extensions;
    struct bytes bytes;

    for (uint32_t i = 0; i < message.gossip_count; i++)
        bus_gossip_read(decoded, i, &gossip[i]);
    assert_true(bus_extensions_read(decoded, &extensions));
    message.gossip = gossip;
    message.extended = &extensions;
    bytes.length = bus_encoded_size(&message);
    bytes.at = malloc(bytes.length);
    bus_encode(&message, bytes.at);
    free(gossip);
    return bytes;
}

static void assert_same(struct bytes a, struct bytes b)
{
    assert_int_equal(a.length, b.length);
    assert_memory_equal(a.at, b.at, a.length);
}

static const char *const vectors[] = {
    REDIS_PING_GOSSIP,    REDIS_PONG_HOSTNAME,        REDIS_MEET,    REDIS_FAIL,
    REDIS_PUBLISH,        REDIS_VOTE_REQUEST,         REDIS_VOTE,    REDIS_MANUAL_FAILOVER,
    REDIS_PUBLISH_SHARD,  VALKEY_PING_EXTENSIONS2,    VALKEY_UPDATE, VALKEY_PONG_EXTENSIONS1,
    VALKEY_LIGHT_PUBLISH, VALKEY_LIGHT_PUBLISH_SHARD,
};

enum { VECTORS = sizeof(vectors) / sizeof(vectors[0]) };

static void what_peers_sent_is_read_and_written_the_same(void **state)
{
    (void)state;
    for (size_t i = 0; i < VECTORS; i++) {
        struct bytes bytes = unpack(vectors[i]), again;
        struct bus_message message;

        decode(bytes, &message);
        again = encode_again(&message);
        assert_same(bytes, again);
        free(bytes.at);
        free(again.at);
    }
}

static void a_ping_of_redis_has_its_fields(void **state)
{
    struct bytes bytes = unpack(REDIS_PING_GOSSIP);
    struct bus_message message;
    struct bus_gossip gossip;

    (void)state;
    decode(bytes, &message);
    assert_int_equal(message.type, BUS_PING);
    assert_int_equal(message.gossip_count, 1);
    assert_int_equal(message.header.flags & 0x13, 0x12);
    assert_non_null(message.header.primary);
    assert_false(message.header.tessera);
    assert_int_equal(message.header.ip.length, 0);
    assert_true(message.header.port > 1024);
    assert_true(message.header.bus_port > 1024);
    bus_gossip_read(&message, 0, &gossip);
    assert_string_equal(gossip.ip, "127.0.0.1");
    assert_true(gossip.bus_port > 1024);
    assert_true(gossip.flags & 3);
    assert_memory_not_equal(gossip.id, message.header.sender, BUS_ID_LENGTH);
    free(bytes.at);
}

static void extensions_are_read(void **state)
{
    struct bytes bytes = unpack(REDIS_PONG_HOSTNAME);
    struct bus_message message;
    struct bus_extensions extensions;

    (void)state;
    decode(bytes, &message);
    assert_true(bus_extensions_read(&message, &extensions));
    assert_true(span_equal(extensions.hostname, SPAN("node-one.example")));
    assert_null(extensions.shard_id);
    assert_null(extensions.human_name.data);
    free(bytes.at);

    bytes = unpack(VALKEY_PING_EXTENSIONS2);
    decode(bytes, &message);
    assert_true(bus_extensions_read(&message, &extensions));
    assert_true(span_equal(extensions.hostname, SPAN("node-one.example")));
    assert_non_null(extensions.shard_id);
    assert_int_equal(extensions.forgotten_count, 0);
    free(bytes.at);
}

static void bodies_are_read(void **state)
{
    struct bytes bytes = unpack(REDIS_PUBLISH);
    struct bus_message message;

    (void)state;
    decode(bytes, &message);
    assert_true(span_equal(message.channel, SPAN("news")));
    assert_true(span_equal(message.payload, SPAN("hello")));
    free(bytes.at);

    bytes = unpack(VALKEY_LIGHT_PUBLISH);
    decode(bytes, &message);
    assert_true(message.light);
    assert_true(span_equal(message.payload, SPAN("hello")));
    free(bytes.at);

    bytes = unpack(REDIS_VOTE_REQUEST);
    decode(bytes, &message);
    assert_int_equal(message.type, BUS_VOTE_REQUEST);
    assert_non_null(message.header.primary);
    free(bytes.at);

    bytes = unpack(VALKEY_UPDATE);
    decode(bytes, &message);
    assert_true(message.node_epoch > 0);
    assert_true(bus_slot_get(message.node_slots, 5461) || bus_slot_get(message.node_slots, 0) ||
                bus_slot_get(message.node_slots, 16383));
    free(bytes.at);
}

/* A message cut off anywhere is one that more bytes would complete; one whose length says so is
 * dropped, and nothing is read behind its end (the block is no longer than that). */
static void torn_messages_are_not_believed(void **state)
{
    (void)state;
    for (size_t i = 0; i < VECTORS; i++) {
        struct bytes whole = unpack(vectors[i]);
        struct bus_message message;
        uint32_t length;

        for (size_t cut = 0; cut < whole.length; cut++) {
            uint8_t *part = malloc(cut + 1);
            enum bus_result result;

            memcpy(part, whole.at, cut);
            result = bus_frame_length(span_of((char *)part, cut), &length);
            assert_int_equal(result, cut < BUS_FRAME_MIN ? BUS_MORE : BUS_FINE);
            part = realloc(part, cut > 0 ? cut : 1);
            if (cut >= BUS_FRAME_MIN) {
                part[4] = part[5] = 0;
                part[6] = (uint8_t)(cut >> 8);
                part[7] = (uint8_t)cut;
                result = bus_frame_length(span_of((char *)part, cut), &length);
                if (result == BUS_FINE)
                    assert_int_equal(bus_decode(span_of((char *)part, cut), &message), BUS_DROPPED);
                else
                    assert_int_equal(result, BUS_BROKEN);
            }
            free(part);
        }
        free(whole.at);
    }
}

static void hostile_bytes_are_refused(void **state)
{
    struct bytes bytes = unpack(REDIS_PING_GOSSIP);
    struct bus_message message;
    uint32_t length;

    (void)state;
    bytes.at[8] = 1; /* another version */
    assert_int_equal(bus_decode(span_of_bytes(bytes), &message), BUS_DROPPED);
    bytes.at[8] = 0;
    bytes.at[14] = 0xff; /* more entries than there are bytes */
    assert_int_equal(bus_decode(span_of_bytes(bytes), &message), BUS_DROPPED);
    bytes.at[14] = 0;
    bytes.at[13] = 11; /* a type that is none */
    assert_int_equal(bus_decode(span_of_bytes(bytes), &message), BUS_DROPPED);
    bytes.at[13] = 0;
    bytes.at[40] = 'A'; /* no id */
    assert_int_equal(bus_decode(span_of_bytes(bytes), &message), BUS_DROPPED);
    bytes.at[40] = 'a';
    bytes.at[16] = 0x80; /* an epoch that leaves no room */
    assert_int_equal(bus_decode(span_of_bytes(bytes), &message), BUS_DROPPED);
    bytes.at[16] = 0;
    bytes.at[2256] = '\n'; /* gossip about no node */
    assert_int_equal(bus_decode(span_of_bytes(bytes), &message), BUS_FINE);
    assert_int_equal(message.gossip_count, 0);
    bytes.at[2256] = 'a';
    memcpy(bytes.at + 2168, "1.2.3.4\r\nx", 10); /* no address */
    assert_int_equal(bus_decode(span_of_bytes(bytes), &message), BUS_DROPPED);
    bytes.at[0] = 'X';
    assert_int_equal(bus_frame_length(span_of_bytes(bytes), &length), BUS_BROKEN);
    bytes.at[0] = 'R';
    memset(bytes.at + 4, 0xff, 4);
    assert_int_equal(bus_frame_length(span_of_bytes(bytes), &length), BUS_BROKEN);
    free(bytes.at);
}

static void hostile_extensions_are_refused(void **state)
{
    struct bytes bytes = unpack(VALKEY_PING_EXTENSIONS2);
    struct bus_message message;
    uint8_t *extension;
    static const uint32_t lengths[] = {0, 1, 7, 9, 0x10000, 0xfffffff8};

    (void)state;
    decode(bytes, &message);
    extension = (uint8_t *)(uintptr_t)message.extension_bytes.data;
    for (size_t i = 0; i < sizeof(lengths) / sizeof(lengths[0]); i++) {
        for (uint32_t b = 0; b < 4; b++)
            extension[b] = (uint8_t)(lengths[i] >> (24 - 8 * b));
        assert_int_equal(bus_decode(span_of_bytes(bytes), &message), BUS_DROPPED);
    }
    free(bytes.at);
    bytes = unpack(VALKEY_PING_EXTENSIONS2);
    bytes.at[2215] = 200; /* more extensions than there are */
    assert_int_equal(bus_decode(span_of_bytes(bytes), &message), BUS_DROPPED);
    free(bytes.at);
}

/* Everything an extension can say. */
static void own_extensions_come_back(void **state)
{
    static const char id[] = "0123456789abcdef0123456789abcdef01234567";
    static const uint8_t slots[BUS_SLOTS_SIZE] = {1, 2, 3}, ports[] = {1, 2, 3, 4};
    struct bus_extensions extensions = {.hostname = SPAN("h.example"),
                                        .human_name = SPAN("blue"),
                                        .shard_id = id,
                                        .forgotten_count = 2,
                                        .shard_count = 2,
                                        .shard_block = 512,
                                        .shard_ports = ports,
                                        .shard_tls_ports = ports};
    struct bus_extensions read;
    struct bus_message message = {.type = BUS_PONG,
                                  .header = {.message_flags = BUS_EXTENSIONS,
                                             .sender = id,
                                             .primary = id,
                                             .slots = slots,
                                             .ip = SPAN("10.0.0.1"),
                                             .tessera = true},
                                  .extended = &extensions};
    struct bus_message decoded;
    struct bytes bytes;

    (void)state;
    for (uint32_t i = 0; i < 2; i++) {
        memcpy(extensions.forgotten[i].id, id, sizeof(extensions.forgotten[i].id));
        extensions.forgotten[i].seconds = 60 + i;
    }
    bytes.length = bus_encoded_size(&message);
    bytes.at = malloc(bytes.length);
    bus_encode(&message, bytes.at);
    decode(bytes, &decoded);
    assert_true(decoded.header.tessera);
    assert_true(span_equal(decoded.header.ip, SPAN("10.0.0.1")));
    assert_true(bus_extensions_read(&decoded, &read));
    assert_true(span_equal(read.human_name, SPAN("blue")));
    assert_int_equal(read.forgotten_count, 2);
    assert_int_equal(read.forgotten[1].seconds, 61);
    assert_int_equal(read.shard_count, 2);
    assert_int_equal(read.shard_block, 512);
    assert_memory_equal(read.shard_tls_ports, ports, 4);
    free(bytes.at);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_peers_sent_is_read_and_written_the_same),
        cmocka_unit_test(a_ping_of_redis_has_its_fields),
        cmocka_unit_test(extensions_are_read),
        cmocka_unit_test(bodies_are_read),
        cmocka_unit_test(torn_messages_are_not_believed),
        cmocka_unit_test(hostile_bytes_are_refused),
        cmocka_unit_test(hostile_extensions_are_refused),
        cmocka_unit_test(own_extensions_come_back),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
