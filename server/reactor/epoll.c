/*
 * The reactor by epoll, edge by edge: a descriptor is made known to the kernel once, and what the
 * kernel tells of it is remembered until a read or write finds that it is used up. Bytes are sent
 * when they are handed over, and received when there is something, into the buffer that was free
 * last.
 */
#include "server/reactor/epoll.h"

#include "proto/base/assert.h"
#include "proto/base/memory.h"
#include "server/observe/clock.h"

#include <errno.h>
#include <sys/eventfd.h>
#include <unistd.h>

enum {
    /* Buffers that a stream may fill in one step, before it is others' turn. */
    RECEIVES_PER_STEP = 8,
    ACCEPTS_PER_STEP = 64,
};

/* ---- Watches ---- */

int epoll_watch(struct reactor *reactor, struct reactor_watch *watch, int fd, uint32_t events)
{
    struct epoll_event event = {.events = events | EPOLLET, .data = {.ptr = watch}};

    return epoll_ctl(epoll_of(reactor)->fd, EPOLL_CTL_ADD, fd, &event) == 0 ? 0 : -errno;
}

void epoll_unwatch(struct reactor *reactor, int fd)
{
    struct epoll_event ignored = {0};

    /* Closing would not do where the socket has other descriptors. */
    epoll_ctl(epoll_of(reactor)->fd, EPOLL_CTL_DEL, fd, &ignored);
}

void epoll_step_later(struct reactor *reactor, struct reactor_watch *watch)
{
    if (!list_linked(&watch->link))
        list_push_back(&epoll_of(reactor)->pending, &watch->link);
}

void epoll_forget(struct reactor_watch *watch)
{
    if (list_linked(&watch->link))
        list_remove(&watch->link);
}

/* A socket that is broken or wholly shut lets every operation return at once. */
static void take_event(const struct epoll_event *event)
{
    struct reactor_watch *watch = event->data.ptr;
    uint32_t events = event->events;

    if (events & (EPOLLERR | EPOLLHUP))
        events |= EPOLLIN | EPOLLOUT | EPOLLRDHUP;
    watch->events |= events;
    /* Else it takes its step when it was to. */
    if (!list_linked(&watch->link))
        watch->step(watch);
}

/* ---- Timers ---- */

void epoll_timer_start(struct reactor *reactor, struct reactor_timer *timer, int64_t delay_ms)
{
    struct list_link *timers = &epoll_of(reactor)->timers;
    struct list_link *before = timers->previous;

    timer->due_ms = clock_monotonic_ms() + delay_ms;
    /* Most have the same delay, and so their place at the end. */
    while (before != timers &&
           list_entry(before, struct reactor_timer, link)->due_ms > timer->due_ms)
        before = before->previous;
    list_insert_between(&timer->link, before, before->next);
}

void epoll_timer_stop(struct reactor_timer *timer)
{
    if (list_linked(&timer->link))
        list_remove(&timer->link);
}

static void timers_turn(struct epoll *epoll)
{
    int64_t now;

    if (list_empty(&epoll->timers))
        return;
    now = clock_monotonic_ms();
    while (!list_empty(&epoll->timers)) {
        struct reactor_timer *timer = list_entry(epoll->timers.next, struct reactor_timer, link);

        if (timer->due_ms > now)
            return;
        list_remove(&timer->link);
        timer->expired(timer);
    }
}

/* ---- Receiving ---- */

static struct stream *stream_of(struct reactor_watch *watch)
{
    return list_entry(watch, struct stream, watch);
}

static void receive_end(struct stream *stream, int error)
{
    stream->receiving = false;
    stream_end(stream, error);
}

/* Bytes that fill less than the buffer were all there were; unless there is an end behind them, of
 * which the kernel does not tell again. */
static void note_receive(struct stream *stream, size_t length, size_t capacity)
{
    if (length < capacity && !(stream->watch.events & EPOLLRDHUP))
        stream->watch.events &= ~(uint32_t)EPOLLIN;
}

static void receive_once(struct stream *stream)
{
    struct reactor *reactor = stream->reactor;
    struct receive_buffer *buffer;
    ssize_t length;

    if (reactor->free_count == 0) {
        stream->receiving = false;
        stream_starve(stream);
        return;
    }
    buffer = reactor->free_buffers[reactor->free_count - 1];
    length = recv(stream->fd, buffer->bytes, buffer->capacity, MSG_DONTWAIT);
    if (length > 0) {
        reactor->free_count--;
        reactor_buffer_filled(reactor, buffer);
        note_receive(stream, (size_t)length, buffer->capacity);
        stream->handler->received(stream, buffer, (size_t)length);
    } else if (length == 0) {
        receive_end(stream, 0);
    } else if (errno == EAGAIN) {
        stream->watch.events &= ~(uint32_t)(EPOLLIN | EPOLLRDHUP);
    } else if (errno != EINTR) {
        receive_end(stream, -errno);
    }
}

static bool may_receive(const struct stream *stream)
{
    return stream->receiving && stream->watch.events & (EPOLLIN | EPOLLRDHUP);
}

static void receive_step(struct stream *stream)
{
    for (uint32_t i = 0; i < RECEIVES_PER_STEP && may_receive(stream); i++)
        receive_once(stream);
    if (may_receive(stream))
        epoll_step_later(stream->reactor, &stream->watch);
}

static void stream_receive(struct stream *stream)
{
    ASSERT(!stream->receiving && !stream->closing);
    stream->receiving = true;
    if (may_receive(stream) || stream->watch.error != 0)
        epoll_step_later(stream->reactor, &stream->watch);
}

static void stop_receiving(struct stream *stream)
{
    stream->receiving = false;
}

/* ---- Sending ---- */

static ssize_t send_parts(struct stream *stream)
{
    struct iovec *part = &stream->parts[stream->part_first];
    uint32_t count = stream->part_count - stream->part_first;

    if (count == 1)
        return send(stream->fd, part->iov_base, part->iov_len, MSG_NOSIGNAL | MSG_DONTWAIT);
    stream->message = (struct msghdr){.msg_iov = part, .msg_iovlen = count};
    return sendmsg(stream->fd, &stream->message, MSG_NOSIGNAL | MSG_DONTWAIT);
}

static void send_is_over(struct stream *stream, int error)
{
    stream->send_over = true;
    stream->send_error = error;
}

/* Sends so much as the socket takes. */
static void send_some(struct stream *stream)
{
    for (;;) {
        ssize_t length = send_parts(stream);

        if (length >= 0) {
            if (stream_send_advance(stream, (size_t)length))
                continue;
            send_is_over(stream, 0);
        } else if (errno == EINTR) {
            continue;
        } else if (errno == EAGAIN) {
            stream->watch.events &= ~(uint32_t)EPOLLOUT;
        } else {
            send_is_over(stream, -errno);
        }
        return;
    }
}

static void stream_send_now(struct stream *stream)
{
    stream->send_over = false;
    send_some(stream);
    if (stream->send_over)
        epoll_step_later(stream->reactor, &stream->watch);
}

static void send_step(struct stream *stream)
{
    if (!stream->send_over && stream->watch.events & EPOLLOUT)
        send_some(stream);
    if (stream->send_over)
        stream_send_complete(stream, stream->send_error);
}

/* ---- Streams ---- */

static void stream_step(struct reactor_watch *watch)
{
    struct stream *stream = stream_of(watch);

    if (stream->closing) {
        stream_finish(stream);
        return;
    }
    if (watch->error != 0 && stream->receiving) {
        receive_end(stream, watch->error);
        return;
    }
    if (stream->sending)
        send_step(stream);
    receive_step(stream);
}

static void open_stream(struct stream *stream)
{
    stream->watch.step = stream_step;
    stream->receiving = true;
    stream->watch.error =
        epoll_watch(stream->reactor, &stream->watch, stream->fd, EPOLLIN | EPOLLOUT | EPOLLRDHUP);
    if (stream->watch.error != 0)
        epoll_step_later(stream->reactor, &stream->watch);
}

static void close_stream(struct stream *stream)
{
    stream->receiving = stream->sending = false;
    epoll_step_later(stream->reactor, &stream->watch);
}

/* ---- Listeners ---- */

static void disarm(struct listener *listener)
{
    epoll_unwatch(listener->reactor, listener->fd);
    epoll_forget(&listener->watch);
    listener->armed = false;
}

/* False when nobody is at the door any more, or nobody is let in. */
static bool accept_once(struct listener *listener)
{
    int fd = accept4(listener->fd, NULL, NULL, SOCK_CLOEXEC | SOCK_NONBLOCK);
    int error = fd < 0 ? errno : 0;

    if (error == EAGAIN)
        return false;
    if (error == EINTR)
        return true;
    /* That one concerns one peer; EMFILE and ENFILE pass when others leave. */
    if (error != 0 && error != ECONNABORTED)
        disarm(listener);
    listener->accepted(listener, error != 0 ? -error : fd);
    return listener->armed && !listener->closing;
}

static void listener_step(struct reactor_watch *watch)
{
    struct listener *listener = list_entry(watch, struct listener, watch);

    if (listener->closing) {
        disarm(listener);
        close(listener->fd);
        return;
    }
    if (watch->error != 0) {
        disarm(listener);
        listener->accepted(listener, watch->error);
        return;
    }
    for (uint32_t i = 0; i < ACCEPTS_PER_STEP; i++)
        if (!accept_once(listener))
            return;
    epoll_step_later(listener->reactor, watch);
}

static void listen_now(struct listener *listener)
{
    listener->watch = (struct reactor_watch){.step = listener_step};
    listener->armed = true;
    listener->watch.error = epoll_watch(listener->reactor, &listener->watch, listener->fd, EPOLLIN);
    if (listener->watch.error != 0)
        epoll_step_later(listener->reactor, &listener->watch);
}

static void unlisten_later(struct listener *listener)
{
    epoll_step_later(listener->reactor, &listener->watch);
}

/* ---- Turns ---- */

/* Waiting for less than a millisecond is as new as Linux 5.11, and not every profile for
 * containers knows it. */
static int wait_us(struct epoll *epoll, int64_t timeout_us)
{
    struct timespec timeout = {.tv_sec = timeout_us / 1000000,
                               .tv_nsec = timeout_us % 1000000 * 1000};
    int64_t timeout_ms = (timeout_us + 999) / 1000;
    int count;

    if (!epoll->waits_coarsely) {
        count = epoll_pwait2(epoll->fd, epoll->events, EPOLL_EVENTS_MAX, &timeout, NULL);
        epoll->waits_coarsely = count < 0 && errno != EINTR;
        if (!epoll->waits_coarsely)
            return count;
    }
    if (timeout_ms > INT32_MAX)
        timeout_ms = INT32_MAX;
    return epoll_wait(epoll->fd, epoll->events, EPOLL_EVENTS_MAX, (int)timeout_ms);
}

static int64_t patience(const struct epoll *epoll, int64_t timeout_us)
{
    int64_t left_ms;

    if (!list_empty(&epoll->pending) || !list_empty(&epoll->due))
        return 0;
    if (timeout_us == 0 || list_empty(&epoll->timers))
        return timeout_us;
    left_ms =
        list_entry(epoll->timers.next, struct reactor_timer, link)->due_ms - clock_monotonic_ms();
    if (left_ms <= 0)
        return 0;
    return left_ms < timeout_us / 1000 ? left_ms * 1000 : timeout_us;
}

static void turn(struct reactor *reactor, int64_t timeout_us)
{
    struct epoll *epoll = epoll_of(reactor);
    struct list_link *link;

    /* A turn within a handler takes the rest of this one's. */
    if (epoll->event_next == epoll->event_count) {
        int count = wait_us(epoll, patience(epoll, timeout_us));

        epoll->event_next = 0;
        epoll->event_count = count > 0 ? (uint32_t)count : 0;
    }
    reactor->woken(reactor->context);
    /* What becomes due meanwhile is for the next turn: who keeps a stream until the end of the
     * turn must find it there. */
    while ((link = list_pop_front(&epoll->pending)) != NULL)
        list_push_back(&epoll->due, link);
    while (epoll->event_next < epoll->event_count)
        take_event(&epoll->events[epoll->event_next++]);
    timers_turn(epoll);
    while ((link = list_pop_front(&epoll->due)) != NULL) {
        struct reactor_watch *watch = list_entry(link, struct reactor_watch, link);

        watch->step(watch);
    }
}

/* What was asked for has been done. */
static void submit(struct reactor *reactor)
{
    (void)reactor;
}

static void ring_bell(struct reactor *self, struct reactor *target)
{
    uint64_t one = 1;

    (void)self;
    /* It cannot be full before 2^64 rings. */
    ASSERT(write(epoll_of(target)->bell, &one, sizeof(one)) == sizeof(one));
}

/* ---- Life ---- */

static struct reactor *allocate(void)
{
    struct epoll *epoll = memory_new_zeroed(1, sizeof(*epoll));

    epoll->fd = epoll->bell = -1;
    return &epoll->reactor;
}

static void bell_step(struct reactor_watch *watch)
{
    epoll_file_collect(list_entry(watch, struct epoll, bell_watch));
}

static int open_epoll(struct reactor *reactor, const char **failed)
{
    struct epoll *epoll = epoll_of(reactor);

    list_init(&epoll->pending);
    list_init(&epoll->due);
    list_init(&epoll->timers);
    epoll->bell_watch.step = bell_step;
    *failed = "epoll_create";
    epoll->fd = epoll_create1(EPOLL_CLOEXEC);
    if (epoll->fd < 0)
        return -errno;
    *failed = "eventfd";
    epoll->bell = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    if (epoll->bell < 0)
        return -errno;
    return epoll_watch(reactor, &epoll->bell_watch, epoll->bell, EPOLLIN);
}

static void close_epoll(struct reactor *reactor)
{
    struct epoll *epoll = epoll_of(reactor);

    epoll_file_close(epoll);
    if (epoll->bell >= 0)
        close(epoll->bell);
    if (epoll->fd >= 0)
        close(epoll->fd);
}

/* Every kernel has it. */
static int probe(uint32_t count, char reason[REACTOR_REASON_MAX])
{
    (void)count;
    reason[0] = '\0';
    return 0;
}

const struct reactor_backend epoll_backend = {
    .name = "epoll",
    .probe = probe,
    .allocate = allocate,
    .open = open_epoll,
    .close = close_epoll,
    .turn = turn,
    .submit = submit,
    .ring_bell = ring_bell,
    .stream_open = open_stream,
    .stream_receive = stream_receive,
    .stream_pause = stop_receiving,
    .stream_send = stream_send_now,
    .stream_close = close_stream,
    .listen = listen_now,
    .unlisten = unlisten_later,
    .connector_connect = epoll_connector_connect,
    .connector_wait = epoll_connector_wait,
    .connector_report = epoll_connector_report,
    .connector_cancel = epoll_connector_cancel,
    .file_start = epoll_file_start,
    .file_start_sync = epoll_file_start_sync,
    .file_wait = epoll_file_wait,
};
