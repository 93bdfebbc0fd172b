/*
 * Connecting by io_uring: a request with a limit of time linked to it.
 */
#include "server/reactor/uring.h"

#include <netinet/in.h>

_Static_assert(sizeof(struct __kernel_timespec) == sizeof(((struct connector *)0)->limit),
               "a limit is a time of the kernel's");

static socklen_t address_length(const struct sockaddr_storage *address)
{
    return address->ss_family == AF_INET6 ? sizeof(struct sockaddr_in6)
                                          : sizeof(struct sockaddr_in);
}

static void set_limit(struct connector *connector, int64_t limit_ms)
{
    connector->limit[0] = limit_ms / 1000;
    connector->limit[1] = limit_ms % 1000 * 1000000;
}

void uring_connector_connect(struct connector *connector, int fd, int64_t limit_ms)
{
    struct io_uring_sqe *entry;

    set_limit(connector, limit_ms);
    uring_make_room(connector->reactor, 2);
    entry = uring_take_entry(connector->reactor);
    io_uring_prep_connect(entry, fd, (struct sockaddr *)&connector->address,
                          address_length(&connector->address));
    entry->user_data = uring_tag(connector, OPERATION_CONNECT);
    entry->flags |= IOSQE_IO_LINK;
    entry = uring_take_entry(connector->reactor);
    io_uring_prep_link_timeout(entry, (struct __kernel_timespec *)connector->limit, 0);
    entry->user_data = OPERATION_IGNORED;
}

void uring_connector_wait(struct connector *connector, int64_t limit_ms)
{
    struct io_uring_sqe *entry = uring_take_entry(connector->reactor);

    set_limit(connector, limit_ms);
    io_uring_prep_timeout(entry, (struct __kernel_timespec *)connector->limit, 0, 0);
    entry->user_data = uring_tag(connector, OPERATION_CONNECT);
}

void uring_connector_report(struct connector *connector)
{
    struct io_uring_sqe *entry = uring_take_entry(connector->reactor);

    io_uring_prep_nop(entry);
    entry->user_data = uring_tag(connector, OPERATION_CONNECT);
}

void uring_connector_cancel(struct connector *connector)
{
    struct io_uring_sqe *entry = uring_take_entry(connector->reactor);

    io_uring_prep_cancel64(entry, uring_tag(connector, OPERATION_CONNECT), 0);
    entry->user_data = OPERATION_IGNORED;
}
