/*
 * Connecting by epoll: a socket that can be written is connected, or knows why not.
 */
#include "server/reactor/epoll.h"

#include "proto/base/assert.h"

#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>

static void stop(struct connector *connector)
{
    epoll_timer_stop(&connector->timer);
    if (connector->fd >= 0)
        epoll_unwatch(connector->reactor, connector->fd);
    connector->fd = -1;
    connector->settled = true;
}

/* Its result is known, and told in the next turn. */
static void settle(struct connector *connector, int result)
{
    stop(connector);
    connector->result = result;
    epoll_step_later(connector->reactor, &connector->watch);
}

static int connect_result(int fd)
{
    int error = 0;
    socklen_t length = sizeof(error);

    return getsockopt(fd, SOL_SOCKET, SO_ERROR, &error, &length) == 0 ? -error : -errno;
}

static void connector_step(struct reactor_watch *watch)
{
    struct connector *connector = list_entry(watch, struct connector, watch);

    if (!connector->settled) {
        connector->result = connect_result(connector->fd);
        stop(connector);
    }
    connector_complete(connector, connector->result);
}

static void connector_expired(struct reactor_timer *timer)
{
    struct connector *connector = list_entry(timer, struct connector, timer);

    if (!connector->settled)
        settle(connector, -ETIME);
}

static void begin(struct connector *connector, int fd)
{
    connector->watch = (struct reactor_watch){.step = connector_step};
    connector->timer = (struct reactor_timer){.expired = connector_expired};
    connector->fd = fd;
    connector->settled = false;
}

static int connect_now(struct connector *connector, int fd)
{
    const struct sockaddr *address = (const struct sockaddr *)&connector->address;
    socklen_t length = connector->address.ss_family == AF_INET6 ? sizeof(struct sockaddr_in6)
                                                                : sizeof(struct sockaddr_in);

    if (fcntl(fd, F_SETFL, fcntl(fd, F_GETFL) | O_NONBLOCK) != 0)
        return -errno;
    return connect(fd, address, length) == 0 ? 0 : -errno;
}

void epoll_connector_connect(struct connector *connector, int fd, int64_t limit_ms)
{
    struct reactor *reactor = connector->reactor;
    int result;

    begin(connector, -1);
    result = connect_now(connector, fd);
    if (result == -EINPROGRESS) {
        result = epoll_watch(reactor, &connector->watch, fd, EPOLLOUT);
        if (result == 0) {
            connector->fd = fd;
            epoll_timer_start(reactor, &connector->timer, limit_ms);
            return;
        }
    }
    settle(connector, result);
}

void epoll_connector_wait(struct connector *connector, int64_t limit_ms)
{
    begin(connector, -1);
    epoll_timer_start(connector->reactor, &connector->timer, limit_ms);
}

void epoll_connector_report(struct connector *connector)
{
    begin(connector, -1);
    settle(connector, 0);
}

void epoll_connector_cancel(struct connector *connector)
{
    if (!connector->settled)
        settle(connector, -ECANCELED);
}
