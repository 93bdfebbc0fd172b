/*
 * One client of the HTTP port: its requests one after the other.
 */
#include "proto/base/assert.h"
#include "proto/base/memory.h"
#include "server/control/control.h"
#include "server/http/figures.h"
#include "server/http/http_state.h"
#include "server/link/link.h"
#include "server/observe/clock.h"

static struct http *http_of(const struct http_connection *connection)
{
    return connection->control->http;
}

static void enter(struct http_connection *connection, enum http_phase phase, int64_t limit_ms)
{
    connection->phase = phase;
    connection->deadline_ms = clock_monotonic_ms() + limit_ms;
    /* The list is in the order in which connections have come to what they do. */
    list_remove(&connection->link_of_all);
    list_push_back(&http_of(connection)->connections, &connection->link_of_all);
}

static void hold(struct http_connection *connection, size_t bytes)
{
    ASSERT(connection->held == 0);
    connection->held = bytes;
    http_of(connection)->held += bytes;
}

static void let_go(struct http_connection *connection)
{
    ASSERT(http_of(connection)->held >= connection->held);
    http_of(connection)->held -= connection->held;
    connection->held = 0;
}

void http_connection_close(struct http_connection *connection)
{
    struct http *http = http_of(connection);

    ASSERT(http->statistics.connections > 0);
    let_go(connection);
    http->statistics.connections--;
    list_remove(&connection->link_of_all);
    link_close(connection->link);
    memory_free(connection);
}

/* ---- Answering ---- */

static void free_body(void *owner)
{
    memory_free(owner);
}

static void send_body(struct http_connection *connection, struct http_answer *answer)
{
    char *bytes = answer->body.bytes;

    if (answer->fixed.length > 0) {
        link_send(connection->link, answer->fixed);
    } else if (answer->body.length > 0) {
        hold(connection, answer->body.capacity);
        link_send_shared(connection->link, text_buffer_span(&answer->body), free_body, bytes);
    } else {
        text_buffer_free(&answer->body);
    }
}

/* Takes the answer's body over. */
static void send_answer(struct http_connection *connection, struct http_answer *answer)
{
    struct text_buffer head = {0};

    connection->ends |= !connection->request.keep_alive || connection->control->stopping;
    http_answer_head(answer, !connection->ends, connection->control->now, &head);
    enter(connection, HTTP_SENDS, HTTP_SEND_LIMIT_MS);
    link_send(connection->link, text_buffer_span(&head));
    text_buffer_free(&head);
    if (connection->request.method == HTTP_HEAD)
        text_buffer_free(&answer->body);
    else
        send_body(connection, answer);
}

/* Its last words: what comes behind the request is not understood. */
static void send_error(struct http_connection *connection, uint16_t status)
{
    struct http_answer answer;

    http_of(connection)->statistics.refused++;
    connection->ends = true;
    connection->lingers = true;
    http_answer_error(&answer, status);
    send_answer(connection, &answer);
}

static void answer_now(struct http_connection *connection)
{
    struct http_answer answer = {.status = 200, .type = "text/plain; charset=utf-8"};
    struct http *http = http_of(connection);

    if (connection->route->needs_figures && http->held >= HTTP_HELD_MAX) {
        http->statistics.refused++;
        http_answer_error(&answer, 503);
    } else {
        connection->route->answer(connection->control, &connection->request, &answer);
    }
    send_answer(connection, &answer);
}

static void begin_answer(struct http_connection *connection)
{
    struct http_request *request = &connection->request;
    struct http *http = http_of(connection);

    http->statistics.requests++;
    if (request->method == HTTP_OTHER) {
        send_error(connection, 405);
        return;
    }
    connection->route = http_route_of(request->path);
    if (connection->route == NULL) {
        struct http_answer answer;

        http_answer_error(&answer, 404);
        send_answer(connection, &answer);
    } else if (connection->route->needs_figures) {
        connection->due = !figures_ask(http->figures, connection->request.query);
        enter(connection, HTTP_AWAITS, HTTP_PATIENCE_MS);
    } else {
        answer_now(connection);
    }
}

/* ---- Reading ---- */

/* Works off what has been received, as long as nothing is under way. */
static void advance(struct http_connection *connection)
{
    struct span input = span_of(connection->input, connection->length);

    if (connection->phase != HTTP_READS || connection->length == 0)
        return;
    switch (http_request_read(input, &connection->scanned, &connection->request)) {
    case HTTP_COMPLETE:
        begin_answer(connection);
        return;
    case HTTP_INCOMPLETE:
        return;
    case HTTP_INVALID:
        connection->request.method = HTTP_GET;
        send_error(connection, connection->request.status);
        return;
    }
    UNREACHABLE();
}

/* The request is answered: what comes behind it is the next one. */
static void next_request(struct http_connection *connection)
{
    size_t used = connection->request.length;

    ASSERT(used <= connection->length);
    connection->length -= used;
    memmove(connection->input, connection->input + used, connection->length);
    connection->scanned = 0;
    enter(connection, HTTP_READS, connection->length > 0 ? HTTP_HEAD_LIMIT_MS : HTTP_IDLE_LIMIT_MS);
    advance(connection);
}

static void received(struct link *link, struct span bytes)
{
    struct http_connection *connection = link_context(link);
    size_t room = HTTP_HEAD_MAX - connection->length;

    if (connection->phase == HTTP_LINGERS || connection->ends)
        return;
    /* Requests sent ahead have to fit in here; nobody who waits for answers sends so many. */
    if (bytes.length > room && connection->phase != HTTP_READS) {
        http_connection_close(connection);
        return;
    }
    if (connection->length == 0 && connection->phase == HTTP_READS)
        enter(connection, HTTP_READS, HTTP_HEAD_LIMIT_MS);
    if (bytes.length < room)
        room = bytes.length;
    memcpy(connection->input + connection->length, bytes.data, room);
    connection->length += room;
    advance(connection);
    /* The head was not complete with all of the room, and has been refused; or it was, and what is
     * behind it does not fit. */
    if (bytes.length > room && !connection->ends)
        http_connection_close(connection);
}

static void sent(struct link *link)
{
    struct http_connection *connection = link_context(link);

    if (connection->phase != HTTP_SENDS)
        return;
    let_go(connection);
    if (!connection->ends)
        next_request(connection);
    else if (connection->lingers)
        enter(connection, HTTP_LINGERS, HTTP_LINGER_MS);
    else
        http_connection_close(connection);
}

static void down(struct link *link, int error)
{
    (void)error;
    http_connection_close(link_context(link));
}

static const struct link_handler link_handler = {.received = received, .sent = sent, .down = down};

/* ---- Life ---- */

void http_connection_open(struct control *control, int fd)
{
    struct http_connection *connection = memory_new(sizeof(*connection));

    *connection = (struct http_connection){.control = control};
    control->http->statistics.connections++;
    list_push_back(&control->http->connections, &connection->link_of_all);
    enter(connection, HTTP_READS, HTTP_HEAD_LIMIT_MS);
    connection->link = link_accept(control->reactor, fd, NULL, &link_handler, connection);
}

bool http_connection_is_idle(const struct http_connection *connection)
{
    return connection->phase == HTTP_READS && connection->length == 0;
}

void http_figures_are_here(struct control *control)
{
    list_for_each (link, &control->http->connections) {
        struct http_connection *connection = list_entry(link, struct http_connection, link_of_all);

        if (connection->phase == HTTP_AWAITS)
            connection->due = true;
    }
}

bool http_answer_next(struct http *http)
{
    struct http_connection *next = NULL;
    bool more = false;

    list_for_each (link, &http->connections) {
        struct http_connection *connection = list_entry(link, struct http_connection, link_of_all);

        if (connection->phase != HTTP_AWAITS || !connection->due)
            continue;
        more = next != NULL;
        if (more)
            break;
        next = connection;
    }
    if (next != NULL)
        answer_now(next);
    return more;
}

void http_connection_tick(struct http_connection *connection, int64_t now)
{
    if (now < connection->deadline_ms)
        return;
    switch (connection->phase) {
    case HTTP_AWAITS:
        connection->due = true;
        return;
    case HTTP_READS:
        if (connection->length == 0)
            break;
        connection->request = (struct http_request){.method = HTTP_GET};
        send_error(connection, 408);
        return;
    case HTTP_SENDS:
    case HTTP_LINGERS:
        break;
    }
    http_connection_close(connection);
}
