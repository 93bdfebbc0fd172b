/*
 * A head read whole and byte by byte is the same request or the same error, and what is found lies
 * within it.
 */
#include "proto/base/assert.h"
#include "proto/base/memory.h"
#include "proto/http/http_request.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check_within(struct span bytes, struct span part)
{
    if (part.length == 0)
        return;
    ASSERT(part.data >= bytes.data);
    ASSERT(part.data + part.length <= bytes.data + bytes.length);
}

static void look(struct span bytes, const struct http_request *request)
{
    struct span head = span_of(bytes.data, request->length);
    struct span value = SPAN("");

    ASSERT(request->length <= bytes.length);
    check_within(head, request->path);
    check_within(head, request->query);
    check_within(head, request->accept);
    ASSERT(request->path.length > 0);
    if (http_request_parameter(request, SPAN("slots"), &value))
        check_within(request->query, value);
    http_accepts(request->accept, SPAN("text/plain"));
}

/* Each length in a copy of its own, so that reading past it is seen. */
static enum http_reading read_in_pieces(struct span bytes, struct http_request *request)
{
    enum http_reading reading = HTTP_INCOMPLETE;
    size_t scanned = 0;

    for (size_t length = 0; length <= bytes.length && reading == HTTP_INCOMPLETE; length++) {
        char *copy = memory_copy(bytes.data, length);

        reading = http_request_read(span_of(copy, length), &scanned, request);
        if (reading == HTTP_COMPLETE)
            look(span_of(copy, length), request);
        memory_free(copy);
    }
    return reading;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct span bytes = span_of((const char *)data, size);
    struct http_request whole;
    struct http_request pieces;
    size_t scanned = 0;
    enum http_reading reading;

    /* Every prefix is copied: no more of it than shows something. */
    if (size > HTTP_HEAD_MAX + 64)
        return 0;
    reading = http_request_read(bytes, &scanned, &whole);
    if (reading == HTTP_COMPLETE)
        look(bytes, &whole);
    ASSERT(read_in_pieces(bytes, &pieces) == reading);
    ASSERT(pieces.status == whole.status);
    ASSERT(pieces.length == whole.length);
    ASSERT(pieces.keep_alive == whole.keep_alive);
    return 0;
}
