/* Heads of HTTP requests: what is taken, what is refused, and in any pieces. */
#include "proto/base/memory.h"
#include "proto/http/http_request.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

static enum http_reading read_text(const char *text, struct http_request *request)
{
    size_t scanned = 0;

    return http_request_read(span_of_string(text), &scanned, request);
}

static void assert_status(const char *text, uint16_t status)
{
    struct http_request request;

    assert_int_equal(read_text(text, &request), HTTP_INVALID);
    assert_int_equal(request.status, status);
}

static void assert_span(struct span span, const char *expected)
{
    assert_int_equal(span.length, strlen(expected));
    assert_memory_equal(span.data, expected, span.length);
}

static void test_complete(void **state)
{
    struct http_request request;
    const char *text = "GET /metrics?slots=1&x HTTP/1.1\r\nHost: a\r\n"
                       "Accept:\t text/plain \r\nX-Other: \xc3\xa4\r\n\r\nGET ";

    (void)state;
    assert_int_equal(read_text(text, &request), HTTP_COMPLETE);
    assert_int_equal(request.method, HTTP_GET);
    assert_int_equal(request.length, strlen(text) - 4);
    assert_span(request.path, "/metrics");
    assert_span(request.query, "slots=1&x");
    assert_span(request.accept, "text/plain");
    assert_true(request.keep_alive);
    assert_int_equal(read_text("HEAD / HTTP/1.1\r\nHost:\r\n\r\n", &request), HTTP_COMPLETE);
    assert_int_equal(request.method, HTTP_HEAD);
    assert_int_equal(read_text("POST / HTTP/1.1\r\nhost: a\r\nContent-Length: 0\r\n\r\n", &request),
                     HTTP_COMPLETE);
    assert_int_equal(request.method, HTTP_OTHER);
}

static bool keeps_alive(const char *text)
{
    struct http_request request;

    assert_int_equal(read_text(text, &request), HTTP_COMPLETE);
    return request.keep_alive;
}

static void test_keep_alive(void **state)
{
    (void)state;
    assert_false(keeps_alive("GET / HTTP/1.0\r\n\r\n"));
    assert_true(keeps_alive("GET / HTTP/1.0\r\nConnection: Keep-Alive\r\n\r\n"));
    assert_false(keeps_alive("GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n"));
    assert_false(keeps_alive("GET / HTTP/1.1\r\nHost: a\r\nConnection: x, Close ,y\r\n\r\n"));
    assert_true(keeps_alive("GET / HTTP/1.9\r\nHost: a\r\nConnection: closed\r\n\r\n"));
}

static void test_refused(void **state)
{
    (void)state;
    assert_status("GET / HTTP/1.1\r\n\r\n", 400);                       /* no host */
    assert_status("GET / HTTP/1.1\r\nHost: a\r\nHost: a\r\n\r\n", 400); /* two */
    assert_status("GET / HTTP/1.1\r\nHost : a\r\n\r\n", 400);           /* blank before ':' */
    assert_status("GET / HTTP/1.1\r\nHost: a\r\n folded\r\n\r\n", 400);
    assert_status("GET / HTTP/1.1\r\nHost: a\nX: b\r\n\r\n", 400); /* LF alone */
    assert_status("GET / HTTP/1.1\r\nHost: a\rb\r\n\r\n", 400);    /* CR alone */
    assert_status("GET / HTTP/1.1\r\nHost: a\x01\r\n\r\n", 400);
    assert_status("GET /\x7f HTTP/1.1\r\nHost: a\r\n\r\n", 400);
    assert_status("GET / a HTTP/1.1\r\nHost: a\r\n\r\n", 400);
    assert_status("GET  / HTTP/1.1\r\nHost: a\r\n\r\n", 400);
    assert_status("GET http://a/ HTTP/1.1\r\nHost: a\r\n\r\n", 400);
    assert_status("GET * HTTP/1.1\r\nHost: a\r\n\r\n", 400);
    assert_status("GET /#a HTTP/1.1\r\nHost: a\r\n\r\n", 400);
    assert_status("G\"T / HTTP/1.1\r\nHost: a\r\n\r\n", 400);
    assert_status("GET /\r\n\r\n", 400);
    assert_status("GET / HTTP/1\r\n\r\n", 400);
    assert_status("\r\n\r\n", 400);
    assert_status("PING\r\n\r\n", 400);
    assert_status("GET / HTTP/2.0\r\nHost: a\r\n\r\n", 505);
    assert_status("GET / HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\n\r\n", 413);
    assert_status("GET / HTTP/1.1\r\nHost: a\r\nContent-Length: -1\r\n\r\n", 400);
    assert_status("GET / HTTP/1.1\r\nHost: a\r\nContent-Length:\r\n\r\n", 400);
    assert_status("GET / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n", 501);
}

static void test_limits(void **state)
{
    char *text = memory_new_zeroed(HTTP_HEAD_MAX + 2, 1);
    struct http_request request;

    (void)state;
    memset(text, 'a', HTTP_HEAD_MAX);
    assert_status(text, 414);
    text[HTTP_HEAD_MAX - 1] = '\0';
    assert_int_equal(read_text(text, &request), HTTP_INCOMPLETE);
    memset(text, 'a', HTTP_HEAD_MAX);
    memcpy(text, "GET / HTTP/1.1\r\nHost: ", 22);
    assert_status(text, 431);
    memcpy(text + HTTP_HEAD_MAX - 4, "\r\n\r\n", 5);
    assert_int_equal(read_text(text, &request), HTTP_COMPLETE);
    assert_int_equal(request.length, HTTP_HEAD_MAX);
    memory_free(text);
}

/* Every prefix is incomplete, and what was scanned is not forgotten. */
static void test_torn(void **state)
{
    static const char *const texts[] = {
        "GET /a?b=c HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n",
        "GET / HTTP/1.1\r\nHost: a\nX: b\r\n\r\n",
        "\r\n\r\n",
    };

    (void)state;
    for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
        struct http_request whole;
        struct http_request torn;
        enum http_reading reading = read_text(texts[i], &whole);
        size_t scanned = 0;

        for (size_t length = 0; length < strlen(texts[i]); length++) {
            char *copy = memory_copy(texts[i], length);

            assert_int_equal(http_request_read(span_of(copy, length), &scanned, &torn),
                             HTTP_INCOMPLETE);
            memory_free(copy);
        }
        assert_int_equal(http_request_read(span_of_string(texts[i]), &scanned, &torn), reading);
        assert_int_equal(torn.status, whole.status);
        assert_int_equal(torn.length, whole.length);
    }
}

static void test_parameters(void **state)
{
    struct http_request request = {.query = SPAN("a=1&slots=&b&ab=2")};
    struct span value;

    (void)state;
    assert_true(http_request_parameter(&request, SPAN("a"), &value));
    assert_span(value, "1");
    assert_true(http_request_parameter(&request, SPAN("slots"), &value));
    assert_span(value, "");
    assert_true(http_request_parameter(&request, SPAN("b"), &value));
    assert_span(value, "");
    assert_true(http_request_parameter(&request, SPAN("ab"), &value));
    assert_span(value, "2");
    assert_false(http_request_parameter(&request, SPAN("slot"), &value));
}

static void test_accepts(void **state)
{
    (void)state;
    assert_true(http_accepts(SPAN("text/html, Text/Plain;q=0.5"), SPAN("text/plain")));
    assert_true(http_accepts(SPAN("a/b;version=1;q=0.01"), SPAN("a/b")));
    assert_false(http_accepts(SPAN("a/b;version=1; q=0.0"), SPAN("a/b")));
    assert_false(http_accepts(SPAN("*/*"), SPAN("a/b")));
    assert_false(http_accepts(SPAN(""), SPAN("a/b")));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_complete), cmocka_unit_test(test_keep_alive),
        cmocka_unit_test(test_refused),  cmocka_unit_test(test_limits),
        cmocka_unit_test(test_torn),     cmocka_unit_test(test_parameters),
        cmocka_unit_test(test_accepts),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
