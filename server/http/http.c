#include "server/http/http.h"

#include "proto/base/assert.h"
#include "proto/base/memory.h"
#include "server/control/control.h"
#include "server/http/figures.h"
#include "server/http/http_state.h"
#include "server/observe/clock.h"
#include "server/observe/log.h"

#include <errno.h>
#include <string.h>

enum {
    BACKLOG = 128,
    CLOSING_TURNS = 5, /* in which closed links come to their end */
    CLOSING_TURN_US = 1000,
};

static struct http *http_of(const struct control *control)
{
    return control->http;
}

/* ---- Listening ---- */

/* The one that has been at what it does the longest goes, whatever that is: who comes is served at
 * once, and whoever fills the port with what never ends, half requests or unread answers, displaces
 * himself. */
static void make_room(struct http *http)
{
    struct http_connection *first;

    if (http->statistics.connections < HTTP_CONNECTIONS_MAX)
        return;
    first = list_entry(http->connections.next, struct http_connection, link_of_all);
    if (!http_connection_is_idle(first))
        http->statistics.refused++;
    http_connection_close(first);
}

static void accepted(struct listener *listener, int fd)
{
    struct control *control = ((struct http_listener *)listener)->control;

    if (fd < 0)
        return;
    make_room(http_of(control));
    http_connection_open(control, fd);
}

static bool listen_on(struct control *control, const char *word)
{
    struct http *http = http_of(control);
    struct http_listener *place = &http->listeners[http->listener_count];
    uint16_t port = (uint16_t)control->config->http_port;
    union listening_address address;
    bool optional;
    int fd;

    if (!listening_address_parse(word, port, &address, &optional)) {
        log_warning("http-bind: '%s' is no address", word);
        return false;
    }
    fd = listening_address_open(&address, BACKLOG, false);
    if (fd < 0 && optional && errno != EADDRINUSE)
        return true;
    if (fd < 0) {
        log_warning("the HTTP port cannot listen on %s port %u: %s", word, port, strerror(errno));
        return false;
    }
    place->listener.fd = fd;
    place->listener.accepted = accepted;
    place->control = control;
    http->listener_count++;
    return true;
}

/* After an error a listener may be deaf. */
static void listen_again(struct control *control)
{
    struct http *http = http_of(control);

    for (uint32_t i = 0; i < http->listener_count; i++)
        reactor_listen(control->reactor, &http->listeners[i].listener);
}

/* ---- Life ---- */

bool http_open(struct control *control)
{
    const struct config_texts *words = &control->config->http_bind;

    if (control->config->http_port == 0)
        return true;
    if (words->count > LISTENING_ADDRESSES_MAX) {
        log_warning("http-bind: more than %d addresses", LISTENING_ADDRESSES_MAX);
        return false;
    }
    control->http = memory_new_zeroed(1, sizeof(*control->http));
    list_init(&control->http->connections);
    control->http->figures = figures_open(control);
    for (uint32_t i = 0; i < words->count; i++)
        if (!listen_on(control, words->items[i]))
            return false;
    listen_again(control);
    return true;
}

/* What is still in the kernel must not outlive its memory. */
static bool is_listening(const struct http *http)
{
    for (uint32_t i = 0; i < http->listener_count; i++)
        if (http->listeners[i].listener.armed)
            return true;
    return false;
}

void http_close(struct control *control)
{
    struct http *http = http_of(control);

    if (http == NULL)
        return;
    while (!list_empty(&http->connections))
        http_connection_close(
            list_entry(http->connections.next, struct http_connection, link_of_all));
    for (uint32_t i = 0; i < http->listener_count; i++) {
        http->listeners[i].listener.reactor = control->reactor;
        reactor_unlisten(&http->listeners[i].listener);
    }
    for (uint32_t i = 0; i < CLOSING_TURNS || is_listening(http); i++)
        reactor_turn(control->reactor, CLOSING_TURN_US);
    figures_close(http->figures);
    memory_free(http);
    control->http = NULL;
}

void http_tick(struct control *control)
{
    struct http *http = http_of(control);
    int64_t now = clock_monotonic_ms();

    if (http == NULL)
        return;
    listen_again(control);
    figures_tick(http->figures, now);
    list_for_each_safe (link, following, &http->connections)
        http_connection_tick(list_entry(link, struct http_connection, link_of_all), now);
}

bool http_turn(struct control *control)
{
    return http_of(control) != NULL && http_answer_next(http_of(control));
}

const struct http_statistics *http_statistics(const struct control *control)
{
    return &http_of(control)->statistics;
}
