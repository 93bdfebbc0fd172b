/*
 * Bytes into messages: whole ones come out whole and in order, wherever the bytes were cut, and
 * what is announced takes no memory.
 */
#include "proto/base/memory.h"
#include "server/bus/bus_assembly.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <string.h>
/* Behind the headers that it needs. */
#include <cmocka.h>

enum { MESSAGES = 3, PUBLISHED = BUS_HEADER_SIZE + 8 + 5 };

/* A message of this length that begins as one of the bus does. */
static void begin(char *bytes, uint32_t length, uint8_t type)
{
    memset(bytes, 0, length);
    memcpy(bytes, "RCmb", 4);
    bytes[4] = (char)(length >> 24);
    bytes[5] = (char)(length >> 16);
    bytes[6] = (char)(length >> 8);
    bytes[7] = (char)length;
    bytes[9] = 1;
    bytes[13] = (char)type;
}

static void test_every_cut(void **state)
{
    enum { TOTAL = MESSAGES * PUBLISHED };
    char *bytes = memory_new(TOTAL);

    (void)state;
    for (uint32_t i = 0; i < MESSAGES; i++)
        begin(bytes + i * PUBLISHED, PUBLISHED, (uint8_t)(BUS_PING + i));
    for (size_t cut = 0; cut <= TOTAL; cut += 7) {
        struct bus_assembly assembly = {0};
        struct span frame;
        uint32_t count = 0;
        uint32_t length;

        for (uint32_t part = 0; part < 2; part++) {
            bus_assembly_put(&assembly,
                             part == 0 ? span_of(bytes, cut) : span_of(bytes + cut, TOTAL - cut));
            while (bus_assembly_next(&assembly, &frame, &length) == BUS_FINE) {
                assert_int_equal(frame.length, PUBLISHED);
                assert_memory_equal(frame.data, bytes + count * PUBLISHED, PUBLISHED);
                count++;
            }
            assert_int_equal(count, part == 0 ? cut / PUBLISHED : MESSAGES);
        }
        bus_assembly_free(&assembly);
    }
    memory_free(bytes);
}

static void test_broken(void **state)
{
    struct bus_assembly assembly = {0};
    struct span frame;
    uint32_t length;

    (void)state;
    bus_assembly_put(&assembly, SPAN("GET / HTTP/1.0\r\n\r\n"));
    assert_int_equal(bus_assembly_next(&assembly, &frame, &length), BUS_BROKEN);
    bus_assembly_free(&assembly);
}

static void test_promises_take_no_memory(void **state)
{
    struct bus_assembly assembly = {0};
    char bytes[BUS_FRAME_MIN];
    struct span frame;
    uint32_t length;

    (void)state;
    begin(bytes, BUS_FRAME_MIN, BUS_PUBLISH);
    bytes[4] = 3; /* 48 MB and some */
    bus_assembly_put(&assembly, span_of(bytes, sizeof(bytes)));
    assert_int_equal(bus_assembly_next(&assembly, &frame, &length), BUS_MORE);
    assert_int_equal(length, (3u << 24) + BUS_FRAME_MIN);
    assert_true(assembly.capacity < 64 * 1024);
    bus_assembly_free(&assembly);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_every_cut),
        cmocka_unit_test(test_broken),
        cmocka_unit_test(test_promises_take_no_memory),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
