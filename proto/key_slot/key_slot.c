#include "proto/key_slot/key_slot.h"

#include "proto/base/assert.h"
#include "proto/key_slot/crc16_table.h"

static inline unsigned contribution(unsigned following, unsigned char byte)
{
    return crc16_table[following][byte];
}

/* Sixteen bytes at once: each byte's share is independent of the others, so the loads overlap. */
static unsigned sixteen(unsigned crc, const unsigned char *byte)
{
    unsigned a = contribution(15, byte[0] ^ (unsigned char)(crc >> 8)) ^
                 contribution(14, byte[1] ^ (unsigned char)crc) ^ contribution(13, byte[2]) ^
                 contribution(12, byte[3]);
    unsigned b = contribution(11, byte[4]) ^ contribution(10, byte[5]) ^ contribution(9, byte[6]) ^
                 contribution(8, byte[7]);
    unsigned c = contribution(7, byte[8]) ^ contribution(6, byte[9]) ^ contribution(5, byte[10]) ^
                 contribution(4, byte[11]);
    unsigned d = contribution(3, byte[12]) ^ contribution(2, byte[13]) ^ contribution(1, byte[14]) ^
                 contribution(0, byte[15]);

    return a ^ b ^ c ^ d;
}

static unsigned four(unsigned crc, const unsigned char *byte)
{
    return contribution(3, byte[0] ^ (unsigned char)(crc >> 8)) ^
           contribution(2, byte[1] ^ (unsigned char)crc) ^ contribution(1, byte[2]) ^
           contribution(0, byte[3]);
}

uint16_t key_slot_crc16(struct span bytes)
{
    const unsigned char *byte = (const unsigned char *)bytes.data;
    size_t left = bytes.length;
    unsigned crc = 0;

    for (; left >= 16; left -= 16, byte += 16)
        crc = sixteen(crc, byte);
    for (; left >= 4; left -= 4, byte += 4)
        crc = four(crc, byte);
    for (; left > 0; left--, byte++)
        crc = (crc << 8 & 0xff00) ^ contribution(0, *byte ^ (unsigned char)(crc >> 8));
    ASSERT_DEBUG(crc <= UINT16_MAX);
    return (uint16_t)crc;
}

struct span key_slot_tag(struct span key)
{
    const char *open, *close;
    size_t behind;

    if (key.length == 0)
        return key;
    open = memchr(key.data, '{', key.length);
    if (open == NULL)
        return key;
    behind = key.length - (size_t)(open + 1 - key.data);
    close = memchr(open + 1, '}', behind);
    if (close == NULL || close == open + 1)
        return key;
    return span_of(open + 1, (size_t)(close - open - 1));
}

uint16_t key_slot(struct span key)
{
    return key_slot_crc16(key_slot_tag(key)) % SLOT_COUNT;
}
