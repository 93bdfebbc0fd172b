#include "proto/http/http_request.h"

#include "proto/base/assert.h"

/* Characters of tokens (RFC 9110, 5.6.2). */
static bool is_token_byte(char byte)
{
    return (byte >= '0' && byte <= '9') || (byte >= 'a' && byte <= 'z') ||
           (byte >= 'A' && byte <= 'Z') ||
           (byte != '\0' && strchr("!#$%&'*+-.^_`|~", byte) != NULL);
}

static bool is_token(struct span text)
{
    for (size_t i = 0; i < text.length; i++)
        if (!is_token_byte(text.data[i]))
            return false;
    return text.length > 0;
}

static struct span trim(struct span text)
{
    while (text.length > 0 && (text.data[0] == ' ' || text.data[0] == '\t'))
        text = span_of(text.data + 1, text.length - 1);
    while (text.length > 0 &&
           (text.data[text.length - 1] == ' ' || text.data[text.length - 1] == '\t'))
        text.length--;
    return text;
}

/* Cuts what is in front of `separator` off; all of it when there is none. */
static struct span cut(struct span *text, char separator)
{
    const char *at = text->length == 0 ? NULL : memchr(text->data, separator, text->length);
    struct span front = *text;

    if (at == NULL) {
        *text = span_of(text->data + text->length, 0);
        return front;
    }
    front.length = (size_t)(at - text->data);
    *text = span_of(at + 1, text->length - front.length - 1);
    return front;
}

/* The next line of a head, which ends in an empty one. False: a line feed or carriage return stands
 * alone. */
static bool cut_line(struct span *text, struct span *line)
{
    *line = cut(text, '\n');
    if (line->length == 0 || line->data[line->length - 1] != '\r')
        return false;
    line->length--;
    return line->length == 0 || memchr(line->data, '\r', line->length) == NULL;
}

/* ---- The first line ---- */

static bool read_target(struct span target, struct http_request *request)
{
    if (target.length == 0 || target.data[0] != '/')
        return false;
    for (size_t i = 0; i < target.length; i++)
        if (target.data[i] <= ' ' || target.data[i] > '~' || target.data[i] == '#')
            return false;
    request->path = cut(&target, '?');
    request->query = target;
    return true;
}

/* The status of the error, or 0. */
static uint16_t read_first_line(struct span line, struct http_request *request)
{
    struct span method = cut(&line, ' ');
    struct span target = cut(&line, ' ');

    if (!is_token(method) || !read_target(target, request))
        return 400;
    if (line.length != 8 || memcmp(line.data, "HTTP/", 5) != 0 || line.data[6] != '.' ||
        line.data[5] < '0' || line.data[5] > '9' || line.data[7] < '0' || line.data[7] > '9')
        return 400;
    if (line.data[5] != '1')
        return 505;
    request->keep_alive = line.data[7] != '0';
    request->method = HTTP_OTHER;
    if (span_equal(method, SPAN("GET")))
        request->method = HTTP_GET;
    else if (span_equal(method, SPAN("HEAD")))
        request->method = HTTP_HEAD;
    return 0;
}

/* ---- The other lines ---- */

struct fields {
    uint32_t hosts;
    bool close;
    bool keep_alive;
};

static uint16_t read_length(struct span value)
{
    for (size_t i = 0; i < value.length; i++)
        if (value.data[i] < '0' || value.data[i] > '9')
            return 400;
    for (size_t i = 0; i < value.length; i++)
        if (value.data[i] != '0')
            return 413;
    return value.length == 0 ? 400 : 0;
}

static void read_connection(struct span value, struct fields *fields)
{
    while (value.length > 0) {
        struct span option = trim(cut(&value, ','));

        fields->close |= span_is(option, "close");
        fields->keep_alive |= span_is(option, "keep-alive");
    }
}

static uint16_t read_field(struct span line, struct http_request *request, struct fields *fields)
{
    struct span value = line;
    struct span name = cut(&value, ':');

    if (name.length == line.length || !is_token(name))
        return 400;
    value = trim(value);
    for (size_t i = 0; i < value.length; i++)
        if (((unsigned char)value.data[i] < ' ' && value.data[i] != '\t') || value.data[i] == 127)
            return 400;
    if (span_is(name, "host"))
        fields->hosts++;
    else if (span_is(name, "accept") && request->accept.length == 0)
        request->accept = value;
    else if (span_is(name, "connection"))
        read_connection(value, fields);
    else if (span_is(name, "content-length"))
        return read_length(value);
    else if (span_is(name, "transfer-encoding"))
        return 501;
    return 0;
}

static uint16_t read_head(struct span head, struct http_request *request)
{
    struct fields fields = {0};
    struct span line;
    uint16_t status;

    if (!cut_line(&head, &line))
        return 400;
    status = read_first_line(line, request);
    while (status == 0) {
        if (!cut_line(&head, &line))
            return 400;
        if (line.length == 0)
            break;
        status = read_field(line, request, &fields);
    }
    if (status != 0)
        return status;
    if (fields.hosts > 1 || (fields.hosts == 0 && request->keep_alive))
        return 400;
    request->keep_alive = (request->keep_alive || fields.keep_alive) && !fields.close;
    return 0;
}

/* ---- The whole ---- */

/* The length of the head with its empty line; 0: it is not complete. */
static size_t find_end(struct span bytes, size_t *scanned)
{
    size_t from = *scanned > 3 ? *scanned - 3 : 0;
    const char *end = NULL;

    if (bytes.length > from)
        end = memmem(bytes.data + from, bytes.length - from, "\r\n\r\n", 4);
    *scanned = bytes.length;
    return end == NULL ? 0 : (size_t)(end - bytes.data) + 4;
}

enum http_reading http_request_read(struct span bytes, size_t *scanned,
                                    struct http_request *request)
{
    size_t length;

    ASSERT(*scanned <= bytes.length);
    /* What is beyond the limit is not even looked at. */
    if (bytes.length > HTTP_HEAD_MAX)
        bytes.length = HTTP_HEAD_MAX;
    if (*scanned > bytes.length)
        *scanned = bytes.length;
    length = find_end(bytes, scanned);
    *request = (struct http_request){.length = length};
    if (length == 0 && bytes.length < HTTP_HEAD_MAX)
        return HTTP_INCOMPLETE;
    if (length == 0)
        request->status = memchr(bytes.data, '\n', bytes.length) == NULL ? 414 : 431;
    else
        request->status = read_head(span_of(bytes.data, length), request);
    return request->status == 0 ? HTTP_COMPLETE : HTTP_INVALID;
}

bool http_request_parameter(const struct http_request *request, struct span name,
                            struct span *value)
{
    struct span query = request->query;

    while (query.length > 0) {
        struct span pair = cut(&query, '&');
        struct span found = cut(&pair, '=');

        if (!span_equal(found, name))
            continue;
        *value = pair;
        return true;
    }
    return false;
}

/* ";q=0", ";q=0.0" and the like. */
static bool is_refused(struct span parameters)
{
    while (parameters.length > 0) {
        struct span value = trim(cut(&parameters, ';'));
        struct span name = trim(cut(&value, '='));
        bool zero = true;

        value = trim(value);
        if (!span_is(name, "q") || value.length == 0)
            continue;
        for (size_t i = 0; i < value.length; i++)
            zero &= value.data[i] == '0' || value.data[i] == '.';
        return zero;
    }
    return false;
}

bool http_accepts(struct span accept, struct span type)
{
    while (accept.length > 0) {
        struct span parameters = cut(&accept, ',');
        struct span name = trim(cut(&parameters, ';'));

        if (span_equal_ignoring_case(name, type))
            return !is_refused(parameters);
    }
    return false;
}
