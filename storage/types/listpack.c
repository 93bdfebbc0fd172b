#include "storage/types/listpack.h"

#include "proto/base/assert.h"
#include "proto/base/number.h"

#include <string.h>

/*
 * First bytes of an element, and what follows. Where bits are left in it, they are the upper bits
 * of the value or length.
 */
enum {
    FORM_STRING6 =
        LISTPACK_SHORT_STRING, /* 10xxxxxx: length; data. Below: 0xxxxxxx, an integer to 127 */
    FORM_INTEGER13 = 0xc0,     /* 110xxxxx, 1 byte: two's complement */
    FORM_STRING12 = 0xe0,      /* 1110xxxx, 1 byte: length; data */
    FORM_STRING32 = 0xf0,      /* 4 bytes, little-endian: length; data */
    FORM_INTEGER16 = 0xf1,     /* 2, 3, 4 or 8 bytes, little-endian, two's complement */
    FORM_INTEGER24 = 0xf2,
    FORM_INTEGER32 = 0xf3,
    FORM_INTEGER64 = 0xf4,
};

enum {
    STRING6_MAX = LISTPACK_SHORT_STRING_MAX,
    STRING12_MAX = 4095,
    UNKNOWN_COUNT = 65535, /* of the header: more elements than it can say */
    COPY_PIECE = 16,       /* bytes that are copied at once */
    BULK_FRAME_MAX = 32,   /* what a bulk has around its text */
};

static inline unsigned byte_at(const char *bytes, size_t index)
{
    return (unsigned char)bytes[index];
}

static uint64_t load(const char *bytes, unsigned width)
{
    uint64_t value = 0;

    for (unsigned i = 0; i < width; i++)
        value |= (uint64_t)byte_at(bytes, i) << (8 * i);
    return value;
}

static void store(char *bytes, uint64_t value, unsigned width)
{
    for (unsigned i = 0; i < width; i++)
        bytes[i] = (char)(value >> (8 * i));
}

static int64_t sign_extended(uint64_t value, unsigned bits)
{
    uint64_t sign = (uint64_t)1 << (bits - 1);

    return (int64_t)((value ^ sign) - sign);
}

/* Bytes behind the first one of an integer of the forms with whole bytes. */
static unsigned integer_width(unsigned form)
{
    return form == FORM_INTEGER64 ? 8 : form - FORM_INTEGER16 + 2;
}

/* ---- Values ---- */

struct listpack_value listpack_value(struct span bytes)
{
    struct listpack_value value = {.string = bytes};

    if (bytes.length > 0 && bytes.length <= NUMBER_INTEGER_TEXT_MAX &&
        (unsigned char)bytes.data[0] <= '9')
        value.is_integer = number_parse_integer(bytes, &value.integer);
    return value;
}

struct span listpack_value_bytes(const struct listpack_value *value, char scratch[LISTPACK_SCRATCH])
{
    if (value->is_integer && value->string.data == NULL)
        return span_of(scratch, number_format_integer(scratch, value->integer));
    return value->string;
}

/* ---- Writing ---- */

/* Bytes of header and data of an integer. */
static size_t integer_content(int64_t integer)
{
    if (integer >= 0 && integer <= 127)
        return 1;
    if (integer >= -4096 && integer <= 4095)
        return 2;
    if (integer >= INT16_MIN && integer <= INT16_MAX)
        return 3;
    if (integer >= -(1 << 23) && integer < 1 << 23)
        return 4;
    if (integer >= INT32_MIN && integer <= INT32_MAX)
        return 5;
    return 9;
}

size_t listpack_content_size(const struct listpack_value *value)
{
    size_t length = value->string.length;

    if (value->is_integer)
        return integer_content(value->integer);
    return length + (length <= STRING6_MAX ? 1 : length <= STRING12_MAX ? 2 : 5);
}

size_t listpack_encoded_size(const struct listpack_value *value)
{
    size_t content = listpack_content_size(value);

    return content + listpack_back_size(content);
}

static char *write_integer(char *place, int64_t integer, size_t content)
{
    uint64_t bits = (uint64_t)integer;

    if (content == 1) {
        place[0] = (char)bits;
    } else if (content == 2) {
        place[0] = (char)(FORM_INTEGER13 | ((bits >> 8) & 0x1f));
        place[1] = (char)bits;
    } else {
        place[0] = (char)(content == 9 ? FORM_INTEGER64 : FORM_INTEGER16 + (content - 3));
        store(place + 1, bits, (unsigned)content - 1);
    }
    return place + content;
}

static char *write_string(char *place, struct span string)
{
    if (string.length <= STRING6_MAX) {
        *place++ = (char)(FORM_STRING6 | string.length);
    } else if (string.length <= STRING12_MAX) {
        *place++ = (char)(FORM_STRING12 | (string.length >> 8));
        *place++ = (char)string.length;
    } else {
        *place++ = (char)FORM_STRING32;
        store(place, string.length, 4);
        place += 4;
    }
    if (string.length > 0)
        memcpy(place, string.data, string.length);
    return place + string.length;
}

/* Seven bits a byte, the lowest in the last one; all but the first byte are marked. */
static char *write_back(char *place, size_t content)
{
    size_t size = listpack_back_size(content);

    for (size_t i = size; i-- > 0; content >>= 7)
        place[i] = (char)((content & 0x7f) | (i > 0 ? 0x80 : 0));
    return place + size;
}

char *listpack_write_content(char *place, const struct listpack_value *value)
{
    if (value->is_integer)
        return write_integer(place, value->integer, integer_content(value->integer));
    ASSERT(value->string.length <= LISTPACK_STRING_MAX);
    return write_string(place, value->string);
}

char *listpack_write(char *place, const struct listpack_value *value)
{
    char *behind = listpack_write_content(place, value);

    return write_back(behind, (size_t)(behind - place));
}

/* ---- Walking ---- */

size_t listpack_wide_content(const char *element)
{
    unsigned first = byte_at(element, 0);

    if (first < FORM_STRING12)
        return 2;
    if (first < FORM_STRING32)
        return 2 + ((size_t)(first & 0x0f) << 8 | byte_at(element, 1));
    if (first == FORM_STRING32)
        return 5 + (size_t)load(element + 1, 4);
    ASSERT(first <= FORM_INTEGER64);
    return 1 + integer_width(first);
}

size_t listpack_back_content(const char *behind)
{
    size_t content = 0;

    for (unsigned shift = 0; shift < 35; shift += 7) {
        unsigned byte = byte_at(--behind, 0);

        content |= (size_t)(byte & 0x7f) << shift;
        if ((byte & 0x80) == 0)
            return content;
    }
    UNREACHABLE();
}

/* From both ends at a time: where an element begins is known only when the one before it was read,
 * and so two walks do not wait for each other. */
uint32_t listpack_count(struct span body)
{
    const char *front = body.data;
    const char *behind = body.data + body.length;
    uint32_t count = 0;

    if (body.length == 0)
        return 0;
    while (front != behind) {
        size_t content = (unsigned char)behind[-1];

        /* The usual one is a single byte. */
        if (content > 127)
            content = listpack_back_content(behind);
        behind -= content + listpack_back_size(content);
        count++;
        if (front == behind)
            break;
        front += listpack_size(front);
        count++;
    }
    return count;
}

const char *listpack_seek(struct span body, int64_t index)
{
    const char *element;

    if (index >= 0) {
        element = listpack_first(body);
        while (element != NULL && index-- > 0)
            element = listpack_next(body, element);
        return element;
    }
    element = listpack_last(body);
    while (element != NULL && ++index < 0)
        element = listpack_previous(body, element);
    return element;
}

/* ---- Reading ---- */

struct listpack_value listpack_read(const char *element)
{
    unsigned first = byte_at(element, 0);

    if (first < FORM_STRING6)
        return listpack_value_of_integer((int64_t)first);
    if (first < FORM_INTEGER13)
        return (struct listpack_value){.string = {element + 1, first & 0x3f}};
    if (first < FORM_STRING12)
        return listpack_value_of_integer(
            sign_extended((first & 0x1f) << 8 | byte_at(element, 1), 13));
    if (first < FORM_STRING32)
        return (struct listpack_value){
            .string = {element + 2, (size_t)(first & 0x0f) << 8 | byte_at(element, 1)}};
    if (first == FORM_STRING32)
        return (struct listpack_value){.string = {element + 5, (size_t)load(element + 1, 4)}};
    ASSERT(first <= FORM_INTEGER64);
    return listpack_value_of_integer(
        sign_extended(load(element + 1, integer_width(first)), 8 * integer_width(first)));
}

struct span listpack_text(const char *element, char scratch[LISTPACK_SCRATCH])
{
    struct listpack_value value = listpack_read(element);

    return listpack_value_bytes(&value, scratch);
}

bool listpack_integer(const char *element, int64_t *integer)
{
    struct listpack_value value = listpack_read(element);

    if (!value.is_integer)
        return number_parse_integer(value.string, integer);
    *integer = value.integer;
    return true;
}

size_t listpack_text_length(const char *element)
{
    char scratch[LISTPACK_SCRATCH];

    return listpack_text(element, scratch).length;
}

void listpack_reply_bulk(const char *element, struct reply *reply)
{
    struct listpack_value value = listpack_read(element);

    if (value.is_integer)
        reply_bulk_integer(reply, value.integer);
    else
        reply_bulk(reply, value.string);
}

/* The header of a bulk, at most BULK_FRAME_MAX bytes together with the line's end. */
static char *write_bulk_header(char *place, size_t length)
{
    if (length < 10) {
        memcpy(place, "$0\r\n", 4);
        place[1] = (char)('0' + length);
        return place + 4;
    }
    if (length < 100) {
        memcpy(place, "$00\r\n", 5);
        place[1] = (char)('0' + length / 10);
        place[2] = (char)('0' + length % 10);
        return place + 5;
    }
    place[0] = '$';
    place += 1 + number_format_unsigned(place + 1, length);
    memcpy(place, "\r\n", 2);
    return place + 2;
}

/* Copies whole pieces where what lies behind may be read and written, which is much faster than to
 * copy a few bytes exactly. */
static inline char *copy_text(char *place, struct span text, const char *end)
{
    if (text.length <= 2 * COPY_PIECE && (size_t)(end - text.data) >= 2 * COPY_PIECE) {
        memcpy(place, text.data, COPY_PIECE);
        if (text.length > COPY_PIECE)
            memcpy(place + COPY_PIECE, text.data + COPY_PIECE, COPY_PIECE);
    } else if (text.length > 0) {
        memcpy(place, text.data, text.length);
    }
    return place + text.length;
}

uint32_t listpack_reply_bulks(struct span body, const char *element, uint32_t count,
                              struct reply *reply)
{
    const char *end = listpack_end(body);
    uint32_t written = 0;

    for (; written < count && element != end; written++) {
        struct listpack_value value = listpack_read(element);
        char scratch[LISTPACK_SCRATCH];
        size_t content;
        char *place;

        if (value.is_integer) {
            value.string = span_of(scratch, number_format_integer(scratch, value.integer));
            content = listpack_content(element);
            place = reply_room(reply, LISTPACK_SCRATCH + BULK_FRAME_MAX);
            place = write_bulk_header(place, value.string.length);
            memcpy(place, scratch, LISTPACK_SCRATCH);
            place += value.string.length;
        } else {
            content = (size_t)(value.string.data - element) + value.string.length;
            place = reply_room(reply, value.string.length + 2 * COPY_PIECE + BULK_FRAME_MAX);
            place = write_bulk_header(place, value.string.length);
            place = copy_text(place, value.string, end);
        }
        memcpy(place, "\r\n", 2);
        reply->length = (size_t)(place + 2 - reply->bytes);
        element += content + listpack_back_size(content);
    }
    return written;
}

bool listpack_equal(const char *element, const struct listpack_value *value)
{
    struct listpack_value found = listpack_read(element);
    char scratch[LISTPACK_SCRATCH];

    if (found.is_integer)
        return value->is_integer && found.integer == value->integer;
    /* Others may have written the text of an integer as a string. */
    return span_equal(found.string, listpack_value_bytes(value, scratch));
}

/* Strings of up to 63 bytes are told apart by their first byte and data, nearly always. */
static const char *find_short(const char *element, const char *end, struct span string,
                              uint32_t step)
{
    const struct listpack_value value = {.string = string};
    unsigned form = FORM_STRING6 | (unsigned)string.length;
    uint32_t skip = 0;

    for (; element != end; element += listpack_size(element)) {
        unsigned first = byte_at(element, 0);

        if (skip > 0) {
            skip--;
            continue;
        }
        skip = step - 1;
        if (first == form ? memcmp(element + 1, string.data, string.length) == 0
                          : first >= FORM_STRING12 && listpack_equal(element, &value))
            return element;
    }
    return NULL;
}

const char *listpack_find(struct span body, const char *from, const struct listpack_value *value,
                          uint32_t step)
{
    uint32_t skip = 0;
    const char *end;

    ASSERT(step > 0);
    if (from == NULL)
        return NULL;
    end = listpack_end(body);
    ASSERT_DEBUG(from >= body.data && from <= end);
    if (!value->is_integer && value->string.length > 0 && value->string.length <= STRING6_MAX)
        return find_short(from, end, value->string, step);
    for (const char *element = from; element != end; element += listpack_size(element)) {
        if (skip > 0) {
            skip--;
            continue;
        }
        skip = step - 1;
        if (listpack_equal(element, value))
            return element;
    }
    return NULL;
}

/* ---- Whole listpacks ---- */

void listpack_write_header(char header[LISTPACK_HEADER], size_t body_length, uint64_t count)
{
    ASSERT(body_length <= UINT32_MAX - LISTPACK_FRAME);
    store(header, body_length + LISTPACK_FRAME, 4);
    store(header + 4, count < UNKNOWN_COUNT ? count : UNKNOWN_COUNT, 2);
}

char *listpack_wrap(char *place, struct span body, uint64_t count)
{
    listpack_write_header(place, body.length, count);
    if (body.length > 0)
        memcpy(place + LISTPACK_HEADER, body.data, body.length);
    place[LISTPACK_HEADER + body.length] = (char)LISTPACK_END;
    return place + LISTPACK_FRAME + body.length;
}

/* Bytes of header and data of the element at the front of `bytes`; 0 when they are not all there.
 */
static size_t checked_content(struct span bytes)
{
    unsigned first = byte_at(bytes.data, 0);
    size_t header = first < FORM_INTEGER13 ? 1 : first == FORM_STRING32 ? 5 : 2;
    size_t content;

    if (first > FORM_INTEGER64 || bytes.length < header)
        return 0;
    content = listpack_content(bytes.data);
    return content <= bytes.length && content <= LISTPACK_STRING_MAX + 5 ? content : 0;
}

bool listpack_body_validate(struct span body, uint32_t *count)
{
    size_t offset = 0;
    uint32_t found = 0;

    while (offset < body.length) {
        char back[5];
        size_t content = checked_content(span_of(body.data + offset, body.length - offset));
        size_t size = listpack_back_size(content);

        if (content == 0 || body.length - offset - content < size)
            return false;
        write_back(back, content);
        if (memcmp(back, body.data + offset + content, size) != 0)
            return false;
        offset += content + size;
        found++;
    }
    if (count != NULL)
        *count = found;
    return true;
}

bool listpack_validate(struct span bytes, bool deep, struct span *body)
{
    uint64_t announced;
    uint32_t count;

    if (bytes.length < LISTPACK_FRAME || bytes.length > UINT32_MAX)
        return false;
    if (load(bytes.data, 4) != bytes.length ||
        byte_at(bytes.data, bytes.length - 1) != LISTPACK_END)
        return false;
    *body = span_of(bytes.data + LISTPACK_HEADER, bytes.length - LISTPACK_FRAME);
    if (!deep)
        return true;
    announced = load(bytes.data + 4, 2);
    return listpack_body_validate(*body, &count) &&
           (announced == UNKNOWN_COUNT || announced == count);
}
