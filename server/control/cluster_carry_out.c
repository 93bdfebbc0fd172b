/*
 * The state machine's actions, carried out.
 */
#include "proto/base/assert.h"
#include "server/bus/bus_pubsub.h"
#include "server/control/cluster_driver_state.h"
#include "server/control/cluster_faults.h"
#include "server/control/control.h"
#include "server/migration/migration.h"
#include "server/observe/log.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

/* Losing what was promised to be on disk is no state to go on from. */
static void persist(struct control *control, struct span text, bool urgent)
{
    struct cluster_driver *driver = control->cluster_driver;

    if (urgent && control->serving) {
        /* It takes its time: who has been sent something meanwhile is to know. */
        mailbox_flush(control->mailbox);
        reactor_submit(control->reactor);
    }
    if (cluster_nodes_sync_write(&driver->nodes_conf_sync, text, urgent))
        return;
    log_warning("cannot write the cluster configuration %s: %s", driver->nodes_conf_path,
                strerror(errno));
    _exit(1);
}

static void release_packet(void *owner)
{
    cluster_packet_release(owner);
}

static void send_packet(struct cluster_driver *driver, const struct cluster_action *action)
{
    struct cluster_packet *packet = action->send.packet;

    if (driver->silent)
        return;
    bus_send(driver->bus, action->send.link, span_of((const char *)packet->bytes, packet->length),
             release_packet, cluster_packet_hold(packet));
}

static void connect_link(struct control *control, const struct cluster_action *action)
{
    const char *hostname = action->connect.hostname;

    if (!cluster_faults_refuse(control, action->connect.link))
        bus_connect(control->cluster_driver->bus, action->connect.link,
                    hostname[0] != '\0' ? hostname : action->connect.ip, action->connect.bus_port);
}

/* What does not come about is decided anew at the next look. */
static void migrate(struct control *control, const struct cluster_action *action)
{
    struct migration_request request = {.ranges = action->migrate.ranges,
                                        .range_count = action->migrate.range_count,
                                        .target = action->migrate.target};
    struct reply unread;

    reply_init(&unread, 2);
    if (!migration_start(control, &request, 1, &unread))
        log_notice("autopilot: these slots cannot go now");
    reply_free(&unread);
}

static void carry_out(struct control *control, struct cluster_action *action)
{
    struct cluster_driver *driver = control->cluster_driver;

    switch (action->type) {
    case CLUSTER_ACTION_PERSIST:
        persist(control, action->persist.text, action->persist.urgent);
        break;
    case CLUSTER_ACTION_PUBLISH_VIEW:
        cluster_line_publish(control, cluster_actions_take_view(action));
        break;
    case CLUSTER_ACTION_CONNECT:
        connect_link(control, action);
        break;
    case CLUSTER_ACTION_CLOSE:
        bus_disconnect(driver->bus, action->connect.link);
        break;
    case CLUSTER_ACTION_SEND:
        send_packet(driver, action);
        break;
    case CLUSTER_ACTION_DELIVER:
        bus_pubsub_receive(control, action->deliver.shard, action->deliver.channel,
                           action->deliver.payload);
        break;
    case CLUSTER_ACTION_PAUSE:
        /* The end of the one before would end this one. */
        cluster_line_forget(control, CLUSTER_ACTION_RESUME);
        cluster_pause_begin(control);
        break;
    case CLUSTER_ACTION_MIGRATE:
        migrate(control, action);
        break;
    case CLUSTER_ACTION_SAY:
        log_notice("cluster: %.*s", (int)action->text.length, action->text.data);
        break;
    case CLUSTER_ACTION_REPLY:
    case CLUSTER_ACTION_ROLE:
    case CLUSTER_ACTION_RESUME:
    case CLUSTER_ACTION_DROP_SLOTS:
    case CLUSTER_ACTION_FLUSH:
        cluster_line_put(control, action);
        break;
    }
}

void cluster_carry_out(struct control *control)
{
    struct cluster_driver *driver = control->cluster_driver;
    struct cluster_actions *undone = &driver->undone;

    if (driver->carrying)
        return;
    driver->carrying = true;
    while (driver->undone_next < undone->count) {
        /* Actions may lead to more of them, and the list to another place. */
        uint32_t index = driver->undone_next++;
        struct cluster_action action = undone->list[index];

        if (action.type == CLUSTER_ACTION_PUBLISH_VIEW)
            undone->list[index].view = NULL;
        carry_out(control, &action);
    }
    driver->carrying = false;
    cluster_actions_clear(undone);
    driver->undone_next = 0;
}
