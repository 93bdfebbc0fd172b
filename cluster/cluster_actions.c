#include "cluster/cluster_actions.h"

#include "proto/base/assert.h"
#include "proto/base/memory.h"

void cluster_actions_init(struct cluster_actions *actions)
{
    *actions = (struct cluster_actions){0};
}

static void cluster_actions_release(struct cluster_action *action)
{
    switch (action->type) {
    case CLUSTER_ACTION_PERSIST:
        memory_free((void *)action->persist.text.data);
        break;
    case CLUSTER_ACTION_SAY:
        memory_free((void *)action->text.data);
        break;
    case CLUSTER_ACTION_PUBLISH_VIEW:
        view_destroy(action->view);
        break;
    case CLUSTER_ACTION_SEND:
        cluster_packet_release(action->send.packet);
        break;
    case CLUSTER_ACTION_DELIVER:
        memory_free((void *)action->deliver.channel.data);
        memory_free((void *)action->deliver.payload.data);
        break;
    case CLUSTER_ACTION_DROP_SLOTS:
        memory_free(action->slots);
        break;
    case CLUSTER_ACTION_MIGRATE:
        memory_free(action->migrate.ranges);
        break;
    default:
        break;
    }
}

void cluster_actions_clear(struct cluster_actions *actions)
{
    for (uint32_t i = 0; i < actions->count; i++)
        cluster_actions_release(&actions->list[i]);
    actions->count = 0;
}

struct cluster_packet *cluster_packet_hold(struct cluster_packet *packet)
{
    ASSERT(packet->references > 0);
    packet->references++;
    return packet;
}

void cluster_packet_release(struct cluster_packet *packet)
{
    ASSERT(packet->references > 0);
    if (--packet->references == 0)
        memory_free(packet);
}

void cluster_actions_move(struct cluster_actions *to, struct cluster_actions *from)
{
    for (uint32_t i = 0; i < from->count; i++)
        *cluster_actions_add(to, from->list[i].type) = from->list[i];
    from->count = 0;
}

void cluster_actions_free(struct cluster_actions *actions)
{
    cluster_actions_clear(actions);
    memory_free(actions->list);
    cluster_actions_init(actions);
}

struct cluster_view *cluster_actions_take_view(struct cluster_action *action)
{
    struct cluster_view *view = action->view;

    ASSERT(action->type == CLUSTER_ACTION_PUBLISH_VIEW);
    ASSERT(view != NULL);
    action->view = NULL;
    return view;
}

struct cluster_action *cluster_actions_add(struct cluster_actions *actions,
                                           enum cluster_action_type type)
{
    if (actions->count == actions->capacity) {
        actions->capacity = actions->capacity > 0 ? actions->capacity * 2 : 8;
        actions->list = memory_resize(actions->list, actions->capacity * sizeof(*actions->list));
    }

    struct cluster_action *action = &actions->list[actions->count++];

    *action = (struct cluster_action){.type = type};
    return action;
}
