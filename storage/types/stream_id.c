#include "storage/types/stream_id.h"

#include "proto/base/number.h"

#include <endian.h>
#include <errno.h>
#include <stdlib.h>

enum { PARSED_TEXT_MAX = 127 }; /* a longer text is no id */

bool stream_id_increment(struct stream_id *id)
{
    if (id->sequence != UINT64_MAX) {
        id->sequence++;
        return true;
    }
    if (id->milliseconds == UINT64_MAX)
        return false;
    *id = (struct stream_id){id->milliseconds + 1, 0};
    return true;
}

bool stream_id_decrement(struct stream_id *id)
{
    if (id->sequence != 0) {
        id->sequence--;
        return true;
    }
    if (id->milliseconds == 0)
        return false;
    *id = (struct stream_id){id->milliseconds - 1, UINT64_MAX};
    return true;
}

size_t stream_id_format(char text[STREAM_ID_TEXT_MAX], struct stream_id id)
{
    size_t length = number_format_unsigned(text, id.milliseconds);

    text[length++] = '-';
    return length + number_format_unsigned(text + length, id.sequence);
}

void stream_id_write(char bytes[STREAM_ID_BYTES], struct stream_id id)
{
    uint64_t words[2] = {htobe64(id.milliseconds), htobe64(id.sequence)};

    memcpy(bytes, words, sizeof(words));
}

struct stream_id stream_id_read(const char bytes[STREAM_ID_BYTES])
{
    uint64_t words[2];

    memcpy(words, bytes, sizeof(words));
    return (struct stream_id){be64toh(words[0]), be64toh(words[1])};
}

/* A number that ends where the text does. */
static bool parse_number(const char *text, uint64_t *value)
{
    int64_t integer;
    char *end;

    if (number_parse_integer(span_of_string(text), &integer)) {
        *value = (uint64_t)integer;
        return integer >= 0;
    }
    if (*text == '\0')
        return false;
    errno = 0;
    *value = strtoull(text, &end, 10);
    return errno == 0 && *end == '\0' && end != text;
}

enum stream_id_form stream_id_parse(struct span text, uint64_t missing_sequence,
                                    struct stream_id *id)
{
    char copy[PARSED_TEXT_MAX + 1];
    char *dash;

    if (text.length == 0 || text.length > PARSED_TEXT_MAX)
        return STREAM_ID_INVALID;
    memcpy(copy, text.data, text.length);
    copy[text.length] = '\0';
    dash = strchr(copy, '-');
    if (dash != NULL)
        *dash = '\0';
    if (!parse_number(copy, &id->milliseconds))
        return STREAM_ID_INVALID;
    if (dash == NULL) {
        id->sequence = missing_sequence;
        return STREAM_ID_PARTIAL;
    }
    if (strcmp(dash + 1, "*") == 0) {
        id->sequence = 0;
        return STREAM_ID_SEQUENCE;
    }
    return parse_number(dash + 1, &id->sequence) ? STREAM_ID_WHOLE : STREAM_ID_INVALID;
}
