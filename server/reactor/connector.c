#include "server/reactor/connector.h"

#include "proto/base/assert.h"
#include "server/reactor/backend.h"

#include <errno.h>

static void begin(struct connector *connector, struct reactor *reactor)
{
    ASSERT(!connector->under_way);
    ASSERT(connector->connected != NULL);
    connector->reactor = reactor;
    connector->under_way = true;
    connector->cancelled = false;
    connector->reports = false;
}

void connector_start(struct connector *connector, struct reactor *reactor, int fd,
                     const struct sockaddr_storage *address, int64_t limit_ms)
{
    ASSERT(limit_ms > 0);
    begin(connector, reactor);
    connector->address = *address;
    reactor->backend->connector_connect(connector, fd, limit_ms);
}

void connector_wait(struct connector *connector, struct reactor *reactor, int64_t limit_ms)
{
    begin(connector, reactor);
    reactor->backend->connector_wait(connector, limit_ms);
}

void connector_report(struct connector *connector, struct reactor *reactor, int error)
{
    ASSERT(error <= 0);
    begin(connector, reactor);
    connector->reports = true;
    connector->error = error;
    reactor->backend->connector_report(connector);
}

void connector_cancel(struct connector *connector)
{
    if (!connector->under_way || connector->cancelled)
        return;
    connector->cancelled = true;
    if (!connector->reports)
        connector->reactor->backend->connector_cancel(connector);
}

void connector_complete(struct connector *connector, int result)
{
    ASSERT(connector->under_way);
    connector->under_way = false;
    if (connector->reports)
        result = connector->error;
    else if (result == -ECANCELED || result == -ETIME)
        result = -ETIMEDOUT;
    connector->connected(connector, connector->cancelled ? -ECANCELED : result);
}
