#include "server/link/link.h"

#include "proto/base/assert.h"
#include "proto/base/memory.h"
#include "server/link/link_freezer.h"
#include "server/link/link_queue.h"
#include "server/link/link_tls.h"
#include "server/link/name_lookup.h"
#include "server/reactor/connector.h"
#include "server/reactor/reactor.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stddef.h>
#include <string.h>
#include <unistd.h>

enum { LINK_ADDRESSES_MAX = 4 }; /* of a name that are tried */

enum link_stage {
    LINK_LOOKING_UP,
    LINK_CONNECTING, /* or about to be told of a failure */
    LINK_SHAKING,    /* connected, and TLS is not ready */
    LINK_UP,
    LINK_DOWN,
};

struct link {
    struct stream stream; /* first; in use when `opened` */
    struct connector connector;
    struct reactor *reactor;
    struct link_freezer *freezer; /* or NULL */
    const struct link_handler *handler;
    void *context;
    enum link_stage stage;
    bool opened;   /* the socket is the stream's ... */
    bool finished; /* ... and it has let go */
    bool paused;
    bool closed;
    int fd; /* the socket until it is the stream's; -1 without */
    struct link_queue queue;
    struct link_tls *tls;       /* NULL: plain */
    struct name_lookup *lookup; /* under way; or NULL */
    struct sockaddr_storage addresses[LINK_ADDRESSES_MAX];
    uint32_t address_count;
    uint32_t next_address;
    struct sockaddr_storage source;
    int64_t connect_limit_ms;
};

static void link_free(struct link *link)
{
    ASSERT(link->closed);
    link_queue_clear(&link->queue);
    if (link->tls != NULL)
        link_tls_free(link->tls);
    if (link->fd >= 0)
        close(link->fd);
    memory_free(link);
}

static void go_down(struct link *link, int error)
{
    if (link->stage == LINK_DOWN || link->closed)
        return;
    link->stage = LINK_DOWN;
    link->handler->down(link, error);
}

/* ---- Frozen links ---- */

/* Notes what has happened when the link stands still. One that is closed has nothing to tell. */
static bool is_noted(struct link *link, struct link_event event)
{
    if (link->freezer == NULL || !link->freezer->frozen || link->closed)
        return false;
    event.link = link;
    link_freezer_note(link->freezer, &event);
    return true;
}

/* ---- Sending ---- */

/* Handlers are not called from within a call of theirs. */
static void go_down_soon(struct link *link, int error)
{
    if (link->connector.under_way)
        connector_cancel(&link->connector);
    else
        connector_report(&link->connector, link->reactor, error);
}

/* The next records: what TLS has to say itself, and of the queue. */
static void transmit_records(struct link *link)
{
    struct iovec records;

    if (link->stage == LINK_UP && link->queue.in_flight == 0) {
        struct iovec parts[STREAM_SEND_PARTS_MAX];
        uint32_t count = link_queue_take(&link->queue, parts, STREAM_SEND_PARTS_MAX);

        link_tls_put(link->tls, parts, count);
    }
    switch (link_tls_take(link->tls, &records)) {
    case LINK_TLS_RECORDS:
        stream_send(&link->stream, &records, 1);
        return;
    case LINK_TLS_NOTHING:
        return;
    case LINK_TLS_FAILED:
        go_down_soon(link, -EPROTO);
        return;
    }
    UNREACHABLE();
}

static void transmit(struct link *link)
{
    struct iovec parts[STREAM_SEND_PARTS_MAX];
    uint32_t count;

    if (link->closed || !link->opened || link->stage == LINK_DOWN || link->stream.sending)
        return;
    if (link->tls != NULL) {
        transmit_records(link);
        return;
    }
    count = link_queue_take(&link->queue, parts, STREAM_SEND_PARTS_MAX);
    if (count > 0)
        stream_send(&link->stream, parts, count);
}

static void was_sent(struct link *link, int error)
{
    bool of_queue = link->queue.in_flight > 0;

    if (link->tls == NULL || link_tls_sent(link->tls))
        link_queue_sent(&link->queue);
    if (error != 0) {
        go_down(link, error);
        return;
    }
    transmit(link);
    if (!link->closed && of_queue && link->queue.unsent == 0 && link->handler->sent != NULL)
        link->handler->sent(link);
}

static void stream_was_sent(struct stream *stream, int error)
{
    struct link *link = (struct link *)stream;

    if (!is_noted(link, (struct link_event){.kind = LINK_EVENT_SENT, .error = error}))
        was_sent(link, error);
}

void link_send(struct link *link, struct span bytes)
{
    ASSERT(!link->closed);
    if (link->stage == LINK_DOWN)
        return;
    link_queue_put(&link->queue, bytes);
    transmit(link);
}

void link_send_shared(struct link *link, struct span bytes, void (*release)(void *), void *owner)
{
    ASSERT(!link->closed);
    if (link->stage == LINK_DOWN) {
        release(owner);
        return;
    }
    link_queue_put_shared(&link->queue, bytes, release, owner);
    transmit(link);
}

size_t link_unsent(const struct link *link)
{
    return link->queue.unsent;
}

size_t link_send_memory(const struct link *link)
{
    return link->queue.allocated;
}

/* ---- Receiving ---- */

static void tell_up(struct link *link)
{
    link->stage = LINK_UP;
    if (link->paused)
        stream_pause(&link->stream);
    transmit(link);
    if (link->handler->up != NULL)
        link->handler->up(link);
}

/* Records; what is behind the end of the link is nobody's. */
static void take_records(struct link *link, struct span bytes)
{
    char plaintext[LINK_TLS_READ_MAX];
    enum tls_state state;
    size_t length;

    link_tls_feed(link->tls, bytes);
    do {
        length = link_tls_read(link->tls, plaintext, sizeof(plaintext), &state);
        if (link->stage == LINK_SHAKING && link_tls_is_open(link->tls)) {
            if (link->connector.under_way)
                connector_cancel(&link->connector);
            tell_up(link);
        }
        if (length > 0 && link->stage == LINK_UP && !link->closed)
            link->handler->received(link, span_of(plaintext, length));
    } while (length > 0 && link->stage == LINK_UP && !link->closed);
    link_tls_feed(link->tls, SPAN(""));
    if (link->closed)
        return;
    /* Its last word, and answers of the handshake. */
    transmit(link);
    if (state == TLS_ENDED)
        go_down(link, 0);
    else if (state == TLS_FAILED)
        go_down(link, -EPROTO);
}

static void take_bytes(struct link *link, struct receive_buffer *buffer, size_t length)
{
    if (link->tls != NULL && link->stage != LINK_DOWN)
        take_records(link, span_of(buffer->bytes, length));
    else if (link->stage == LINK_UP)
        link->handler->received(link, span_of(buffer->bytes, length));
    receive_buffer_unpin(buffer);
}

/* Frozen, it receives no more for the time being: buffers are few. */
static void stream_received(struct stream *stream, struct receive_buffer *buffer, size_t length)
{
    struct link *link = (struct link *)stream;
    struct link_event event = {.kind = LINK_EVENT_RECEIVED, .length = length};

    if (link->freezer == NULL || !link->freezer->frozen || link->closed) {
        take_bytes(link, buffer, length);
        return;
    }
    event.buffer =
        reactor_buffers_are_scarce(link->reactor) ? receive_buffer_replace(buffer, length) : buffer;
    is_noted(link, event);
    stream_pause(stream);
}

static void stream_ended(struct stream *stream, int error)
{
    struct link *link = (struct link *)stream;

    if (!is_noted(link, (struct link_event){.kind = LINK_EVENT_ENDED, .error = error}))
        go_down(link, error);
}

static void stream_finished(struct stream *stream)
{
    struct link *link = (struct link *)stream;

    link->finished = true;
    if (!link->connector.under_way)
        link_free(link);
}

static const struct stream_handler stream_handler = {.received = stream_received,
                                                     .sent = stream_was_sent,
                                                     .ended = stream_ended,
                                                     .finished = stream_finished};

void link_pause(struct link *link)
{
    link->paused = true;
    if (link->opened && !link->closed && link->stage != LINK_SHAKING)
        stream_pause(&link->stream);
}

void link_resume(struct link *link)
{
    link->paused = false;
    if (link->opened && !link->closed)
        stream_resume(&link->stream);
}

/* ---- Connecting ---- */

static void go_up(struct link *link)
{
    int fd = link->fd;

    link->fd = -1;
    link->opened = true;
    stream_open(&link->stream, link->reactor, fd, &stream_handler);
    if (link->tls == NULL) {
        tell_up(link);
        return;
    }
    link->stage = LINK_SHAKING;
    connector_wait(&link->connector, link->reactor, link->connect_limit_ms);
    transmit(link);
}

/* The new socket, or a negative errno. */
static int open_socket(const struct link *link, const struct sockaddr_storage *address)
{
    int fd = socket(address->ss_family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    int yes = 1;

    if (fd < 0)
        return -errno;
    setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &yes, sizeof(yes));
    setsockopt(fd, SOL_SOCKET, SO_KEEPALIVE, &yes, sizeof(yes));
    if (link->source.ss_family == address->ss_family &&
        bind(fd, (const struct sockaddr *)&link->source,
             address->ss_family == AF_INET6 ? sizeof(struct sockaddr_in6)
                                            : sizeof(struct sockaddr_in)) != 0) {
        int error = -errno;

        close(fd);
        return error;
    }
    return fd;
}

/* Tries the next address; reports when there is none. */
static void connect_next(struct link *link, int error)
{
    while (link->next_address < link->address_count) {
        const struct sockaddr_storage *address = &link->addresses[link->next_address++];

        link->fd = open_socket(link, address);
        if (link->fd >= 0) {
            connector_start(&link->connector, link->reactor, link->fd, address,
                            link->connect_limit_ms);
            return;
        }
        error = link->fd;
    }
    connector_report(&link->connector, link->reactor, error);
}

static void connection_made(struct link *link, int error)
{
    if (link->closed) {
        if (!link->opened || link->finished)
            link_free(link);
        return;
    }
    if (link->opened) {
        /* The handshake is over, or takes too long, or TLS has failed. */
        if (link_tls_has_failed(link->tls))
            go_down(link, -EPROTO);
        else if (error != -ECANCELED)
            go_down(link, error);
        return;
    }
    if (error == 0) {
        go_up(link);
        return;
    }
    if (link->fd >= 0) {
        close(link->fd);
        link->fd = -1;
    }
    if (link->next_address < link->address_count)
        connect_next(link, error);
    else
        go_down(link, error);
}

static void connected(struct connector *connector, int error)
{
    struct link *link = (struct link *)((char *)connector - offsetof(struct link, connector));

    if (!is_noted(link, (struct link_event){.kind = LINK_EVENT_CONNECTED, .error = error}))
        connection_made(link, error);
}

void link_happened(const struct link_event *event)
{
    struct link *link = event->link;

    ASSERT(!link->closed);
    switch (event->kind) {
    case LINK_EVENT_RECEIVED:
        if (!link->paused)
            stream_resume(&link->stream);
        take_bytes(link, event->buffer, event->length);
        return;
    case LINK_EVENT_SENT:
        was_sent(link, event->error);
        return;
    case LINK_EVENT_ENDED:
        go_down(link, event->error);
        return;
    case LINK_EVENT_CONNECTED:
        connection_made(link, event->error);
        return;
    }
    UNREACHABLE();
}

static void name_found(void *context, const struct name_addresses *addresses)
{
    struct link *link = context;

    ASSERT(link->stage == LINK_LOOKING_UP);
    link->lookup = NULL;
    link->stage = LINK_CONNECTING;
    while (link->address_count < addresses->count && link->address_count < LINK_ADDRESSES_MAX) {
        memcpy(&link->addresses[link->address_count], &addresses->list[link->address_count],
               sizeof(addresses->list[0]));
        link->address_count++;
    }
    connect_next(link, addresses->error);
}

static struct link *link_create(struct reactor *reactor, const struct link_handler *handler,
                                void *context)
{
    struct link *link = memory_new_zeroed(1, sizeof(*link));

    ASSERT(handler->received != NULL);
    ASSERT(handler->down != NULL);
    link->reactor = reactor;
    link->handler = handler;
    link->context = context;
    link->fd = -1;
    link->stage = LINK_CONNECTING;
    link->connector.connected = connected;
    return link;
}

struct link *link_connect(struct reactor *reactor, const struct link_options *options,
                          const struct link_handler *handler, void *context)
{
    struct link *link = link_create(reactor, handler, context);

    if (options->tls != NULL)
        link->tls = link_tls_create(options->tls, TLS_ROLE_CONNECTS, options->host);
    link->connect_limit_ms = options->connect_limit_ms;
    link->freezer = options->freezer;
    if (options->source != NULL && *options->source != '\0' &&
        !name_lookup_numeric(options->source, 0, &link->source)) {
        connector_report(&link->connector, reactor, -EADDRNOTAVAIL);
        return link;
    }
    if (name_lookup_numeric(options->host, options->port, &link->addresses[0])) {
        link->address_count = 1;
        connect_next(link, 0);
        return link;
    }
    link->lookup = name_lookup_start(reactor, options->host, options->port, name_found, link);
    if (link->lookup != NULL)
        link->stage = LINK_LOOKING_UP;
    else
        connector_report(&link->connector, reactor, -EAGAIN);
    return link;
}

struct link *link_accept(struct reactor *reactor, int fd, struct tls_context *tls,
                         const struct link_handler *handler, void *context)
{
    struct link *link = link_create(reactor, handler, context);
    int yes = 1;

    if (tls != NULL)
        link->tls = link_tls_create(tls, TLS_ROLE_ACCEPTS, NULL);
    link->connect_limit_ms = LINK_HANDSHAKE_LIMIT_MS;
    link->fd = fd;
    setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &yes, sizeof(yes));
    setsockopt(fd, SOL_SOCKET, SO_KEEPALIVE, &yes, sizeof(yes));
    connector_report(&link->connector, reactor, 0);
    return link;
}

/* ---- The rest ---- */

void *link_context(const struct link *link)
{
    return link->context;
}

static void describe(const struct sockaddr_storage *address, char text[LINK_HOST_MAX])
{
    const struct in6_addr *v6 = &((const struct sockaddr_in6 *)address)->sin6_addr;

    *text = '\0';
    if (address->ss_family == AF_INET)
        inet_ntop(AF_INET, &((const struct sockaddr_in *)address)->sin_addr, text, LINK_HOST_MAX);
    else if (address->ss_family == AF_INET6 && IN6_IS_ADDR_V4MAPPED(v6))
        inet_ntop(AF_INET, &v6->s6_addr[12], text, LINK_HOST_MAX);
    else if (address->ss_family == AF_INET6)
        inet_ntop(AF_INET6, v6, text, LINK_HOST_MAX);
}

int link_socket(const struct link *link)
{
    return link->opened ? link->stream.fd : link->fd;
}

void link_hosts(const struct link *link, char remote[LINK_HOST_MAX], char local[LINK_HOST_MAX])
{
    int fd = link_socket(link);
    struct sockaddr_storage address = {0};
    socklen_t length = sizeof(address);

    if (getpeername(fd, (struct sockaddr *)&address, &length) != 0)
        address.ss_family = AF_UNSPEC;
    describe(&address, remote);
    length = sizeof(address);
    if (getsockname(fd, (struct sockaddr *)&address, &length) != 0)
        address.ss_family = AF_UNSPEC;
    describe(&address, local);
}

void link_close(struct link *link)
{
    ASSERT(!link->closed);
    link->closed = true;
    if (link->freezer != NULL)
        link_freezer_forget(link->freezer, link);
    if (link->lookup != NULL)
        name_lookup_cancel(link->lookup);
    if (link->opened) {
        if (link->tls != NULL && !link->stream.sending)
            link_tls_end(link->tls, &link->stream);
        stream_close(&link->stream);
    }
    if (link->connector.under_way)
        connector_cancel(&link->connector);
    else if (!link->opened)
        connector_report(&link->connector, link->reactor, 0);
}
