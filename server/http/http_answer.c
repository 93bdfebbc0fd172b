#include "server/http/http_answer.h"

#include "proto/base/assert.h"

#include <time.h>

struct status_row {
    uint16_t status;
    const char *reason;
};

static const struct status_row statuses[] = {
    {200, "OK"},
    {400, "Bad Request"},
    {404, "Not Found"},
    {405, "Method Not Allowed"},
    {408, "Request Timeout"},
    {413, "Content Too Large"},
    {414, "URI Too Long"},
    {431, "Request Header Fields Too Large"},
    {501, "Not Implemented"},
    {503, "Service Unavailable"},
    {505, "HTTP Version Not Supported"},
};

static const char *reason_of(uint16_t status)
{
    for (size_t i = 0; i < sizeof(statuses) / sizeof(statuses[0]); i++)
        if (statuses[i].status == status)
            return statuses[i].reason;
    UNREACHABLE();
}

void http_answer_error(struct http_answer *answer, uint16_t status)
{
    ASSERT(status >= 400);
    *answer = (struct http_answer){.status = status, .type = "text/plain; charset=utf-8"};
    text_buffer_add_format(&answer->body, "%u %s\n", status, reason_of(status));
}

static void add_date(time_ms now, struct text_buffer *head)
{
    time_t seconds = (time_t)(now / 1000);
    struct tm date;
    char text[64];

    if (gmtime_r(&seconds, &date) != NULL &&
        strftime(text, sizeof(text), "%a, %d %b %Y %H:%M:%S GMT", &date) > 0)
        text_buffer_add_format(head, "Date: %s\r\n", text);
}

void http_answer_head(const struct http_answer *answer, bool keep_alive, time_ms now,
                      struct text_buffer *head)
{
    size_t length = answer->fixed.length > 0 ? answer->fixed.length : answer->body.length;

    text_buffer_add_format(head, "HTTP/1.1 %u %s\r\n", answer->status, reason_of(answer->status));
    add_date(now, head);
    text_buffer_add_format(head,
                           "Content-Type: %s\r\n"
                           "Content-Length: %zu\r\n"
                           "Connection: %s\r\n"
                           "Cache-Control: no-store\r\n"
                           "Content-Security-Policy: %s\r\n"
                           "X-Content-Type-Options: nosniff\r\n"
                           "Referrer-Policy: no-referrer\r\n",
                           answer->type, length, keep_alive ? "keep-alive" : "close",
                           answer->policy != NULL ? answer->policy
                                                  : "default-src 'none'; frame-ancestors 'none'");
    if (answer->status == 405)
        text_buffer_add(head, SPAN("Allow: GET, HEAD\r\n"));
    if (answer->status == 503)
        text_buffer_add(head, SPAN("Retry-After: 1\r\n"));
    text_buffer_add(head, SPAN("\r\n"));
}
