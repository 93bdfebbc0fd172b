/*
 * What the autopilot (cluster/cluster_autopilot.c) is to know of the world: who is behind the
 * service's name in the DNS, whether slots are on their way, whether the node is about to end. It
 * is told each second, and at once when one of the last two has changed.
 */
#include "proto/base/memory.h"
#include "server/config/config.h"
#include "server/control/cluster_driver.h"
#include "server/control/cluster_driver_state.h"
#include "server/link/name_lookup.h"
#include "server/migration/migration.h"
#include "server/observe/clock.h"
#include "server/observe/log.h"

#include <arpa/inet.h>
#include <stdlib.h>
#include <string.h>

enum {
    LOOK_MS = 1000,
    LOOKUP_MS = 1000,       /* while the answers change, or the cluster is not ok ... */
    LOOKUP_CALM_MS = 5000,  /* ... and otherwise */
    ANSWER_GOOD_MS = 15000, /* so long what was answered counts */
};

/* The name without the port, which is 0 when there is none. */
static uint16_t read_service(const char *service, char name[CLUSTER_NODE_HOSTNAME_MAX + 1])
{
    const char *colon = strchr(service, ':');
    size_t length = colon != NULL ? (size_t)(colon - service) : strlen(service);

    memcpy(name, service, length);
    name[length] = '\0';
    return colon != NULL ? (uint16_t)strtoul(colon + 1, NULL, 10) : 0;
}

static void look(struct control *control)
{
    struct cluster_lookout *self = &control->cluster_driver->lookout;
    struct cluster_event event = {.type = CLUSTER_EVENT_LOOK};
    char name[CLUSTER_NODE_HOSTNAME_MAX + 1];
    int64_t now = clock_monotonic_ms();

    self->next_look_ms = now + LOOK_MS;
    self->migrating = migration_is_active(control);
    event.look = (struct cluster_look_event){
        .addresses = (const char(*)[CLUSTER_NODE_IP_MAX + 1]) self->addresses,
        .address_count = self->address_count,
        .port = read_service(control->config->cluster_autopilot_service, name),
        .resolved = self->resolved_ms != 0 && now - self->resolved_ms < ANSWER_GOOD_MS,
        .migrating = self->migrating,
        .stopping = self->stopping};
    cluster_driver_step(control, &event);
}

/* ---- The service's name ---- */

static void found(void *context, const struct name_addresses *addresses)
{
    struct control *control = context;
    struct cluster_lookout *self = &control->cluster_driver->lookout;
    bool calm = cluster_is_ok(control->cluster_driver->cluster);

    self->lookup = NULL;
    if (addresses->error == 0) {
        calm &= self->address_count == addresses->count;
        self->addresses =
            memory_resize(self->addresses, (addresses->count + 1) * sizeof(*self->addresses));
        self->address_count = addresses->count;
        self->resolved_ms = clock_monotonic_ms();
        for (uint32_t i = 0; i < addresses->count; i++) {
            const union host_address *address = &addresses->list[i];
            bool v6 = address->any.sa_family == AF_INET6;

            inet_ntop(address->any.sa_family,
                      v6 ? (const void *)&address->v6.sin6_addr : &address->v4.sin_addr,
                      self->addresses[i], CLUSTER_NODE_IP_MAX + 1);
        }
    }
    self->next_lookup_ms = clock_monotonic_ms() + (calm ? LOOKUP_CALM_MS : LOOKUP_MS);
}

static void look_up(struct control *control)
{
    struct cluster_lookout *self = &control->cluster_driver->lookout;
    char name[CLUSTER_NODE_HOSTNAME_MAX + 1];

    if (self->lookup != NULL || clock_monotonic_ms() < self->next_lookup_ms ||
        control->config->cluster_autopilot_service[0] == '\0')
        return;
    self->next_lookup_ms = clock_monotonic_ms() + LOOKUP_MS;
    read_service(control->config->cluster_autopilot_service, name);
    self->lookup = name_lookup_start(control->reactor, name, 0, found, control);
}

/* ---- Life ---- */

void cluster_lookout_tick(struct control *control)
{
    const struct cluster_lookout *self = &control->cluster_driver->lookout;

    if (!control->config->cluster_autopilot || control->stopping)
        return;
    look_up(control);
    if (clock_monotonic_ms() >= self->next_look_ms ||
        migration_is_active(control) != self->migrating)
        look(control);
}

void cluster_driver_leave(struct control *control, bool leaves)
{
    struct cluster_driver *driver = control->cluster_driver;

    if (driver == NULL || !driver->begun || driver->lookout.stopping == leaves)
        return;
    driver->lookout.stopping = leaves;
    look(control);
}

void cluster_lookout_free(struct control *control)
{
    struct cluster_lookout *self = &control->cluster_driver->lookout;

    if (self->lookup != NULL)
        name_lookup_cancel(self->lookup);
    memory_free(self->addresses);
}
