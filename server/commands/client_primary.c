#include "server/commands/client_primary.h"

#include "proto/base/memory.h"
#include "server/control/control.h"
#include "server/replication/replication_report.h"
#include "server/replication/role.h"
#include "server/shard/shard.h"

/* The link, if there is one that the filter means. */
static bool find(struct node *node, const struct client_filter *filter, time_ms now,
                 struct replication_link *link)
{
    struct client_traits client = {.type = CLIENT_PRIMARY};

    *link = replication_report_read_link(node);
    client.id = link->client.id;
    client.address = link->client.address;
    client.local_address = link->client.local_address;
    client.created = link->client.since;
    return client.id != 0 && client_filter_accepts(filter, &client, now);
}

char *client_primary_describe(struct node *node, const struct client_filter *filter, time_ms now,
                              uint64_t *id)
{
    struct text_buffer text = {0};
    struct replication_link link;

    if (!find(node, filter, now, &link))
        return NULL;
    *id = link.client.id;
    text_buffer_add_format(
        &text,
        "id=%llu addr=%s laddr=%s fd=%d name= age=%lld idle=%lld flags=M db=0 sub=0 psub=0 ssub=0 "
        "multi=-1 watch=0 qbuf=0 qbuf-free=0 argv-mem=0 multi-mem=0 rbs=0 rbp=0 obl=0 oll=0 omem=0 "
        "tot-mem=0 events=r cmd=NULL user=(superuser) redir=-1 resp=2 lib-name= lib-ver= "
        "tot-net-in=%llu tot-net-out=0 tot-cmds=0",
        (unsigned long long)link.client.id, link.client.address, link.client.local_address,
        link.client.fd, (long long)((now - link.client.since) / 1000),
        (long long)((now - link.last_heard) / 1000),
        (unsigned long long)atomic_load(&node->replication.bytes_received));
    return text_buffer_take(&text);
}

/* ---- Ending it ---- */

struct order {
    struct message message; /* first */
    uint64_t client;
};

static void order_deliver(struct message *message, void *receiver)
{
    struct control *control = receiver;

    role_drop_link(control, ((struct order *)message)->client);
    message_return(control->mailbox, message);
}

static void order_returned(struct message *message, void *sender)
{
    (void)sender;
    memory_free(message);
}

bool client_primary_kill(struct shard *shard, const struct client_filter *filter)
{
    struct replication_link link;
    struct order *order;

    if (!find(shard->node, filter, shard->now, &link))
        return false;
    order = memory_new_zeroed(1, sizeof(*order));
    order->message = (struct message){.deliver = order_deliver, .returned = order_returned};
    order->client = link.client.id;
    mailbox_post(shard->mailbox, &order->message, node_control_index(shard->node));
    return true;
}
