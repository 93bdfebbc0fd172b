/*
 * The table-driven CRC16 agrees with a bitwise one, and the tag lies within the key.
 */
#include "proto/base/assert.h"
#include "proto/key_slot/key_slot.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static uint16_t bitwise(struct span bytes)
{
    unsigned crc = 0;

    for (size_t i = 0; i < bytes.length; i++) {
        crc ^= (unsigned)(unsigned char)bytes.data[i] << 8;
        for (int bit = 0; bit < 8; bit++)
            crc = crc & 0x8000 ? (crc << 1) ^ 0x1021 : crc << 1;
    }
    return (uint16_t)crc;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    char *copy = malloc(size);
    struct span key = span_of(copy, size);
    struct span tag;

    if (size > 0)
        memcpy(copy, data, size);
    tag = key_slot_tag(key);
    ASSERT(tag.data >= key.data && tag.data + tag.length <= key.data + key.length);
    ASSERT((tag.length > 0) == (size > 0));
    ASSERT(key_slot_crc16(key) == bitwise(key));
    ASSERT(key_slot(key) == bitwise(tag) % SLOT_COUNT);
    free(copy);
    return 0;
}
