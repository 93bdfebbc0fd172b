#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "cluster/cluster.h"
#include "cluster/nodes_conf.h"
#include "proto/bus/bus_message.h"

#include <stdlib.h>

/* Node B, a primary among A, C (primaries) and D (a replica of A), is told things. */
#define ID_A  "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
#define ID_B  "bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb"
#define ID_C  "cccccccccccccccccccccccccccccccccccccccc"
#define ID_D  "dddddddddddddddddddddddddddddddddddddddd"
#define ID_E  "eeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeee"
#define SHARD "ffffffffffffffffffffffffffffffffffffffff"

static const char disk[] =
    ID_B " 10.0.0.2:7000@17000 myself,master - 0 0 2 connected 5000-9999\n" ID_A
         " 10.0.0.1:7000@17000 master - 0 0 1 connected 0-4999\n" ID_C
         " 10.0.0.3:7000@17000 master - 0 0 3 connected 10000-16383\n" ID_D
         " 10.0.0.4:7000@17000 slave " ID_A " 0 0 1 connected\n"
         "vars currentEpoch 3 lastVoteEpoch 0\n";

enum { NODES = 4, INBOUND = 5 };

struct fixture {
    struct cluster *cluster;
    struct cluster_actions actions;
    time_ms now;
    uint64_t links[NODES]; /* to 10.0.0.1 and so on */
    uint8_t slots[BUS_SLOTS_SIZE];
};

static struct node_id id_of(const char *text)
{
    struct node_id id;

    assert_true(node_id_parse(span_of_string(text), &id));
    return id;
}

static void step(struct fixture *fixture, struct cluster_event event)
{
    event.now = fixture->now;
    cluster_actions_clear(&fixture->actions);
    cluster_step(fixture->cluster, &event, &fixture->actions);
    topology_check(cluster_topology(fixture->cluster));
    for (uint32_t i = 0; i < fixture->actions.count; i++) {
        const struct cluster_action *action = &fixture->actions.list[i];

        if (action->type == CLUSTER_ACTION_CONNECT)
            fixture->links[action->connect.ip[7] - '1'] = action->connect.link;
    }
}

static int setup(void **state)
{
    struct fixture *fixture = calloc(1, sizeof(*fixture));
    struct cluster_options options = {.id = id_of(ID_E), .shard_id = id_of(ID_E), .now = 10000};
    struct topology topology;
    uint32_t line;

    options.settings = (struct cluster_settings){
        .port = 7000, .bus_port = 17000, .require_full_coverage = true, .node_timeout_ms = 1000};
    fixture->cluster = cluster_create(&options);
    fixture->now = 10000;
    cluster_actions_init(&fixture->actions);
    topology_init(&topology);
    assert_int_equal(nodes_conf_parse(span_of_string(disk), &topology, &line), NODES_CONF_OK);
    step(fixture, (struct cluster_event){.type = CLUSTER_EVENT_RESTORED, .restored = &topology});
    for (uint32_t i = 0; i < NODES; i++) {
        if (fixture->links[i] != 0)
            step(fixture,
                 (struct cluster_event){.type = CLUSTER_EVENT_LINK_UP, .link = fixture->links[i]});
    }
    *state = fixture;
    return 0;
}

static int teardown(void **state)
{
    struct fixture *fixture = *state;

    cluster_actions_free(&fixture->actions);
    cluster_destroy(fixture->cluster);
    free(fixture);
    return 0;
}

static void claim(struct fixture *fixture, uint32_t first, uint32_t last)
{
    for (uint32_t slot = first; slot <= last; slot++)
        bus_slot_set(fixture->slots, slot);
}

/* `message` as its sender would send it, by a link. */
static void receive(struct fixture *fixture, uint64_t link, struct bus_message message)
{
    uint8_t bytes[8192];

    message.header.slots = fixture->slots;
    message.header.port = 7000;
    message.header.bus_port = 17000;
    assert_true(bus_encoded_size(&message) <= sizeof(bytes));
    bus_encode(&message, bytes);
    step(fixture, (struct cluster_event){
                      .type = CLUSTER_EVENT_PACKET,
                      .packet = {.link = link,
                                 .frame = span_of((char *)bytes, bus_encoded_size(&message)),
                                 .local_ip = SPAN("10.0.0.2")}});
}

/* The first message of this type that is sent, and where among the actions it stands. */
static bool sent(const struct fixture *fixture, enum bus_type type, struct bus_message *message,
                 uint32_t *at)
{
    for (uint32_t i = 0; i < fixture->actions.count; i++) {
        const struct cluster_action *action = &fixture->actions.list[i];

        if (action->type != CLUSTER_ACTION_SEND)
            continue;
        assert_int_equal(bus_decode(span_of((const char *)action->send.packet->bytes,
                                            action->send.packet->length),
                                    message),
                         BUS_FINE);
        *at = i;
        if (message->type == type)
            return true;
    }
    return false;
}

static const struct cluster_node *node_of(const struct fixture *fixture, const char *id)
{
    struct node_id parsed = id_of(id);

    return topology_find_node(cluster_topology(fixture->cluster), &parsed);
}

static void a_vote_is_on_disk_before_it_is_sent_and_given_once(void **state)
{
    struct fixture *fixture = *state;
    struct bus_message request = {
        .type = BUS_VOTE_REQUEST,
        .header = {.sender = ID_D, .primary = ID_A, .current_epoch = 4, .config_epoch = 1}};
    struct bus_message fail = {.type = BUS_FAIL,
                               .node = ID_A,
                               .header = {.sender = ID_C, .current_epoch = 3, .config_epoch = 3}};
    struct bus_message vote;
    uint32_t at;

    claim(fixture, 0, 4999);
    receive(fixture, CLUSTER_LINK_INBOUND | INBOUND, request);
    /* Its primary works. */
    assert_false(sent(fixture, BUS_VOTE, &vote, &at));
    receive(fixture, CLUSTER_LINK_INBOUND | INBOUND, fail);
    assert_true(node_of(fixture, ID_A)->flags & CLUSTER_NODE_FAILED);
    /* It has not heard that C has some of the slots by now. */
    claim(fixture, 10000, 10001);
    receive(fixture, CLUSTER_LINK_INBOUND | INBOUND, request);
    assert_false(sent(fixture, BUS_VOTE, &vote, &at));
    memset(fixture->slots, 0, sizeof(fixture->slots));
    claim(fixture, 0, 4999);
    receive(fixture, CLUSTER_LINK_INBOUND | INBOUND, request);
    assert_true(sent(fixture, BUS_VOTE, &vote, &at));
    assert_int_equal(vote.header.current_epoch, 4);
    assert_int_equal(fixture->actions.list[0].type, CLUSTER_ACTION_PERSIST);
    assert_non_null(memmem(fixture->actions.list[0].persist.text.data,
                           fixture->actions.list[0].persist.text.length,
                           "currentEpoch 4 lastVoteEpoch 4 ", 31));
    assert_true(at > 0);
    receive(fixture, CLUSTER_LINK_INBOUND | INBOUND, request);
    assert_false(sent(fixture, BUS_VOTE, &vote, &at));
}

/* It has led for a moment only, and does not know of its replica. */
static void nobody_copies_a_primary_that_came_back_empty(void **state)
{
    struct fixture *fixture = *state;
    struct bus_message ping = {.type = BUS_PING,
                               .header = {.sender = ID_D, .primary = ID_B, .current_epoch = 3}};

    assert_true(cluster_is_bare(fixture->cluster));
    step(fixture, (struct cluster_event){.type = CLUSTER_EVENT_REPLICATION,
                                         .replication = {.complete = false}});
    assert_true(cluster_is_bare(fixture->cluster));
    assert_false(cluster_is_hollow(fixture->cluster));
    claim(fixture, 5000, 9999);
    receive(fixture, CLUSTER_LINK_INBOUND | INBOUND, ping);
    assert_true(cluster_is_hollow(fixture->cluster));
    assert_true(cluster_is_bare(fixture->cluster));
    step(fixture, (struct cluster_event){.type = CLUSTER_EVENT_REPLICATION,
                                         .replication = {.complete = true}});
    assert_false(cluster_is_bare(fixture->cluster));
}

/* `replica` of mine tells where its data are; `tessera`: it is of this kind. */
static void hear_of_replica(struct fixture *fixture, uint64_t offset, bool tessera)
{
    struct bus_message ping = {.type = BUS_PING,
                               .header = {.sender = ID_D,
                                          .flags = CLUSTER_NODE_REPLICA,
                                          .primary = ID_B,
                                          .current_epoch = 3,
                                          .config_epoch = 2,
                                          .offset = offset,
                                          .tessera = tessera}};

    memset(fixture->slots, 0, sizeof(fixture->slots));
    claim(fixture, 5000, 9999);
    receive(fixture, CLUSTER_LINK_INBOUND | INBOUND, ping);
}

static void it_waits_only_for_replicas_that_may_have_data(void **state)
{
    struct fixture *fixture = *state;

    step(fixture, (struct cluster_event){.type = CLUSTER_EVENT_REPLICATION,
                                         .replication = {.complete = false}});
    hear_of_replica(fixture, 0, false);
    assert_true(cluster_is_hollow(fixture->cluster));
    hear_of_replica(fixture, 1, true);
    assert_true(cluster_is_hollow(fixture->cluster));
    hear_of_replica(fixture, 0, true);
    assert_false(cluster_is_hollow(fixture->cluster));
    /* Nobody copies it before it serves. */
    assert_true(cluster_is_bare(fixture->cluster));
}

static void a_new_epoch_is_told_at_once(void **state)
{
    struct fixture *fixture = *state;
    struct cluster_event event = {.type = CLUSTER_EVENT_ADMIN,
                                  .admin = {.operation = CLUSTER_ADMIN_BUMP_EPOCH, .token = 1}};
    struct bus_message pong;
    uint32_t at;

    step(fixture, event);
    assert_true(sent(fixture, BUS_PONG, &pong, &at));
    assert_int_equal(pong.header.config_epoch, 4);
    step(fixture, event);
    assert_false(sent(fixture, BUS_PONG, &pong, &at));
}

static void strangers_are_answered_but_not_believed(void **state)
{
    struct fixture *fixture = *state;
    struct bus_message ping = {.type = BUS_PING,
                               .header = {.sender = ID_E, .current_epoch = 99, .config_epoch = 99}};
    struct bus_message pong;
    uint32_t at;

    claim(fixture, 0, 16383);
    receive(fixture, CLUSTER_LINK_INBOUND | INBOUND, ping);
    assert_true(sent(fixture, BUS_PONG, &pong, &at));
    assert_int_equal(fixture->actions.list[at].send.link, CLUSTER_LINK_INBOUND | INBOUND);
    assert_null(node_of(fixture, ID_E));
    assert_int_equal(cluster_topology(fixture->cluster)->current_epoch, 3);
}

static void another_name_at_an_address_loses_it(void **state)
{
    struct fixture *fixture = *state;
    struct bus_message pong = {.type = BUS_PONG, .header = {.sender = ID_E, .current_epoch = 3}};

    assert_true(node_of(fixture, ID_C)->connected);
    receive(fixture, fixture->links[2], pong);
    assert_true(node_of(fixture, ID_C)->flags & CLUSTER_NODE_NO_ADDRESS);
    assert_string_equal(node_of(fixture, ID_C)->ip, "");
    assert_false(node_of(fixture, ID_C)->connected);
}

static void who_claims_old_slots_is_told_of_their_owner(void **state)
{
    struct fixture *fixture = *state;
    struct bus_message ping = {.type = BUS_PING,
                               .header = {.sender = ID_A, .current_epoch = 3, .config_epoch = 1}};
    struct bus_message update;
    uint32_t at;

    claim(fixture, 0, 4999);
    claim(fixture, 12000, 12000);
    receive(fixture, CLUSTER_LINK_INBOUND | INBOUND, ping);
    assert_true(sent(fixture, BUS_UPDATE, &update, &at));
    assert_memory_equal(update.node, ID_C, NODE_ID_LENGTH);
    assert_int_equal(update.node_epoch, 3);
    assert_true(bus_slot_get(update.node_slots, 12000));
    assert_false(bus_slot_get(update.node_slots, 0));
}

/* C has given slots away to somebody with a lower epoch than it has by now: that it had them is no
 * news of it, neither at once nor after a restart. */
static void nothing_is_told_of_slots_that_their_owner_does_not_claim(void **state)
{
    struct fixture *fixture = *state;
    struct bus_message update = {.type = BUS_UPDATE,
                                 .node = ID_C,
                                 .node_epoch = 9,
                                 .node_slots = fixture->slots,
                                 .header = {.sender = ID_A, .current_epoch = 9, .config_epoch = 1}};
    struct bus_message ping = {.type = BUS_PING,
                               .header = {.sender = ID_A, .current_epoch = 9, .config_epoch = 5}};
    const struct topology *topology = cluster_topology(fixture->cluster);
    uint32_t at;

    claim(fixture, 10000, 15999);
    receive(fixture, CLUSTER_LINK_INBOUND | INBOUND, update);
    assert_int_equal(node_of(fixture, ID_C)->config_epoch, 9);
    assert_ptr_equal(&topology->nodes[topology->owner[16000]], node_of(fixture, ID_C));
    assert_int_equal(fixture->actions.list[0].type, CLUSTER_ACTION_PERSIST);
    assert_non_null(memmem(fixture->actions.list[0].persist.text.data,
                           fixture->actions.list[0].persist.text.length, " 10000-15999\n", 13));
    memset(fixture->slots, 0, sizeof(fixture->slots));
    claim(fixture, 0, 4999);
    claim(fixture, 16000, 16383);
    receive(fixture, CLUSTER_LINK_INBOUND | INBOUND, ping);
    assert_false(sent(fixture, BUS_UPDATE, &update, &at));
    assert_ptr_equal(&topology->nodes[topology->owner[16000]], node_of(fixture, ID_A));
}

/* Its owner's messages come by two links, and one that is late says nothing for long. */
static void an_owner_that_claims_again_is_believed(void **state)
{
    struct fixture *fixture = *state;
    struct bus_message by_owner = {
        .type = BUS_PING, .header = {.sender = ID_C, .current_epoch = 3, .config_epoch = 3}};
    struct bus_message old_owner = {
        .type = BUS_PING, .header = {.sender = ID_A, .current_epoch = 3, .config_epoch = 1}};
    const struct topology *topology = cluster_topology(fixture->cluster);
    struct bus_message update;
    uint32_t at;

    claim(fixture, 10000, 15999);
    receive(fixture, CLUSTER_LINK_INBOUND | INBOUND, by_owner);
    claim(fixture, 16000, 16383);
    receive(fixture, CLUSTER_LINK_INBOUND | INBOUND, by_owner);
    assert_int_equal(fixture->actions.list[0].type, CLUSTER_ACTION_PERSIST);
    assert_non_null(memmem(fixture->actions.list[0].persist.text.data,
                           fixture->actions.list[0].persist.text.length, " 10000-16383\n", 13));
    memset(fixture->slots, 0, sizeof(fixture->slots));
    claim(fixture, 0, 4999);
    claim(fixture, 16000, 16000);
    receive(fixture, CLUSTER_LINK_INBOUND | INBOUND, old_owner);
    assert_ptr_equal(&topology->nodes[topology->owner[16000]], node_of(fixture, ID_C));
    assert_true(sent(fixture, BUS_UPDATE, &update, &at));
    assert_memory_equal(update.node, ID_C, NODE_ID_LENGTH);
    assert_true(bus_slot_get(update.node_slots, 16000));
}

/* It was sent before the owner gave slots away, and a partition has held it up. */
static void a_message_that_later_ones_have_overtaken_claims_nothing(void **state)
{
    struct fixture *fixture = *state;
    struct bus_message now = {.type = BUS_PING,
                              .header = {.sender = ID_C, .current_epoch = 9, .config_epoch = 9}};
    struct bus_message before = {.type = BUS_PING,
                                 .header = {.sender = ID_C, .current_epoch = 3, .config_epoch = 3}};
    struct bus_message new_owner = {
        .type = BUS_PING, .header = {.sender = ID_A, .current_epoch = 9, .config_epoch = 5}};
    const struct topology *topology = cluster_topology(fixture->cluster);
    struct bus_message update;
    uint32_t at;

    claim(fixture, 10000, 15999);
    receive(fixture, CLUSTER_LINK_INBOUND | INBOUND, now);
    claim(fixture, 16000, 16383);
    receive(fixture, fixture->links[2], before);
    memset(fixture->slots, 0, sizeof(fixture->slots));
    claim(fixture, 0, 4999);
    claim(fixture, 16000, 16000);
    receive(fixture, CLUSTER_LINK_INBOUND | INBOUND, new_owner);
    assert_ptr_equal(&topology->nodes[topology->owner[16000]], node_of(fixture, ID_A));
    assert_false(sent(fixture, BUS_UPDATE, &update, &at));
}

/* What is told to others is what it was before there was an autopilot. */
static void an_autopilot_that_is_off_tells_nothing(void **state)
{
    struct fixture *fixture = *state;
    struct bus_message ping = {.type = BUS_PING,
                               .header = {.sender = ID_A, .current_epoch = 3, .config_epoch = 1}};
    struct cluster_settings settings = {.port = 7000,
                                        .bus_port = 17000,
                                        .node_timeout_ms = 1000,
                                        .autopilot = true,
                                        .wanted_primaries = 3};
    struct cluster_event event = {.type = CLUSTER_EVENT_SETTINGS, .settings = &settings};
    struct bus_message pong;
    uint32_t at;

    claim(fixture, 0, 4999);
    step(fixture, event);
    receive(fixture, CLUSTER_LINK_INBOUND | INBOUND, ping);
    assert_true(sent(fixture, BUS_PONG, &pong, &at));
    assert_int_equal(pong.header.primaries, 3);
    assert_true(pong.header.autopilot & BUS_AUTOPILOT_ON);
    settings.autopilot = false;
    step(fixture, event);
    receive(fixture, CLUSTER_LINK_INBOUND | INBOUND, ping);
    assert_true(sent(fixture, BUS_PONG, &pong, &at));
    assert_int_equal(pong.header.primaries, 0);
    assert_int_equal(pong.header.autopilot, 0);
}

static void a_newer_epoch_takes_slots(void **state)
{
    struct fixture *fixture = *state;
    struct bus_message ping = {.type = BUS_PING,
                               .header = {.sender = ID_A, .current_epoch = 5, .config_epoch = 5}};
    const struct topology *topology = cluster_topology(fixture->cluster);
    bool dropped = false;

    claim(fixture, 0, 5000);
    receive(fixture, CLUSTER_LINK_INBOUND | INBOUND, ping);
    assert_ptr_equal(&topology->nodes[topology->owner[5000]], node_of(fixture, ID_A));
    for (uint32_t i = 0; i < fixture->actions.count; i++) {
        if (fixture->actions.list[i].type == CLUSTER_ACTION_DROP_SLOTS)
            dropped = bus_slot_get(fixture->actions.list[i].slots, 5000);
    }
    assert_true(dropped);
    /* With my last slot gone I follow the one who has it. */
    ping.header.current_epoch = ping.header.config_epoch = 6;
    claim(fixture, 5001, 9999);
    receive(fixture, CLUSTER_LINK_INBOUND | INBOUND, ping);
    assert_true(topology_myself(topology)->flags & CLUSTER_NODE_REPLICA);
    assert_memory_equal(topology_myself(topology)->primary_id.text, ID_A, NODE_ID_LENGTH);
}

/* It may have begun to follow before it was told the shard: by a command, or by slots it lost. */
static void a_replica_is_in_the_shard_of_its_primary_whenever_it_learns_it(void **state)
{
    struct fixture *fixture = *state;
    const struct bus_extensions shard = {.shard_id = SHARD};
    struct bus_message ping = {.type = BUS_PING,
                               .header = {.sender = ID_A, .current_epoch = 6, .config_epoch = 6}};
    const struct cluster_node *myself = topology_myself(cluster_topology(fixture->cluster));

    claim(fixture, 0, 9999);
    receive(fixture, CLUSTER_LINK_INBOUND | INBOUND, ping);
    assert_memory_equal(myself->primary_id.text, ID_A, NODE_ID_LENGTH);
    assert_memory_not_equal(myself->shard_id.text, SHARD, NODE_ID_LENGTH);
    ping.header.message_flags = BUS_EXTENSIONS;
    ping.extended = &shard;
    receive(fixture, CLUSTER_LINK_INBOUND | INBOUND, ping);
    assert_memory_equal(myself->shard_id.text, SHARD, NODE_ID_LENGTH);
}

static struct cluster_result decide(struct fixture *fixture, enum cluster_admin_operation operation,
                                    struct slot_range range, const char *node, int64_t epoch)
{
    step(fixture, (struct cluster_event){.type = CLUSTER_EVENT_ADMIN,
                                         .admin = {.operation = operation,
                                                   .ranges = &range,
                                                   .range_count = 1,
                                                   .node = id_of(node),
                                                   .epoch = epoch}});
    return fixture->actions.list[fixture->actions.count - 1].reply.result;
}

/* redis-cli deletes and adds a slot to repair it: nobody's message may come in between. */
static void a_slot_on_its_way_is_not_given_back_when_it_is_deleted(void **state)
{
    struct fixture *fixture = *state;
    const struct topology *topology = cluster_topology(fixture->cluster);
    const struct slot_range one = {100, 100};
    struct bus_message ping = {.type = BUS_PING,
                               .header = {.sender = ID_A, .current_epoch = 3, .config_epoch = 1}};

    assert_int_equal(decide(fixture, CLUSTER_ADMIN_SLOT_IMPORTING, one, ID_A, 0).code, CLUSTER_OK);
    assert_int_equal(decide(fixture, CLUSTER_ADMIN_DELETE_SLOTS, one, ID_A, 0).code, CLUSTER_OK);
    claim(fixture, 0, 4999);
    receive(fixture, CLUSTER_LINK_INBOUND | INBOUND, ping);
    assert_int_equal(topology->owner[100], SLOT_MAP_NOBODY);
    assert_int_equal(decide(fixture, CLUSTER_ADMIN_ADD_SLOTS, one, ID_A, 0).code, CLUSTER_OK);
    assert_int_equal(topology->owner[100], topology->myself);
    assert_null(topology_find_open_slot(topology, 100, true));
}

/* The same where it is not on its way to anybody; later it is its owner's again, who claims it
 * still. */
static void a_slot_that_is_deleted_is_not_given_back_at_once(void **state)
{
    struct fixture *fixture = *state;
    const struct topology *topology = cluster_topology(fixture->cluster);
    const struct slot_range two = {100, 101};
    const struct slot_range one = {100, 100};
    struct bus_message ping = {.type = BUS_PING,
                               .header = {.sender = ID_A, .current_epoch = 3, .config_epoch = 1}};

    assert_int_equal(decide(fixture, CLUSTER_ADMIN_DELETE_SLOTS, two, ID_A, 0).code, CLUSTER_OK);
    claim(fixture, 0, 4999);
    receive(fixture, CLUSTER_LINK_INBOUND | INBOUND, ping);
    assert_int_equal(topology->owner[100], SLOT_MAP_NOBODY);
    assert_int_equal(decide(fixture, CLUSTER_ADMIN_ADD_SLOTS, one, ID_A, 0).code, CLUSTER_OK);
    fixture->now += 2000;
    receive(fixture, CLUSTER_LINK_INBOUND | INBOUND, ping);
    assert_int_equal(topology->owner[100], topology->myself);
    assert_int_not_equal(topology->owner[101], topology->myself);
    assert_int_not_equal(topology->owner[101], SLOT_MAP_NOBODY);
}

static void slots_are_taken_from_their_owner_alone_and_with_a_new_epoch(void **state)
{
    struct fixture *fixture = *state;
    const struct topology *topology = cluster_topology(fixture->cluster);
    const struct slot_range some = {100, 200}, mixed = {4990, 5010};
    struct bus_message news;
    uint32_t at;

    assert_int_equal(decide(fixture, CLUSTER_ADMIN_TAKE_SLOTS, some, ID_A, 3).code,
                     CLUSTER_EPOCH_PASSED);
    assert_int_equal(decide(fixture, CLUSTER_ADMIN_TAKE_SLOTS, some, ID_C, 4).code,
                     CLUSTER_SLOT_ELSEWHERE);
    assert_int_equal(decide(fixture, CLUSTER_ADMIN_TAKE_SLOTS, mixed, ID_A, 4).code,
                     CLUSTER_SLOT_ELSEWHERE);
    assert_int_equal(decide(fixture, CLUSTER_ADMIN_TAKE_SLOTS, some, ID_E, 4).code,
                     CLUSTER_UNKNOWN_NODE);
    assert_int_equal(topology->current_epoch, 3);
    assert_int_equal(decide(fixture, CLUSTER_ADMIN_TAKE_SLOTS, some, ID_A, 4).code, CLUSTER_OK);
    assert_int_equal(topology_myself(topology)->config_epoch, 4);
    assert_int_equal(topology->owner[100], topology->myself);
    assert_int_equal(topology->owner[200], topology->myself);
    assert_ptr_equal(&topology->nodes[topology->owner[201]], node_of(fixture, ID_A));
    /* On disk before anybody hears of it. */
    assert_int_equal(fixture->actions.list[0].type, CLUSTER_ACTION_PERSIST);
    assert_true(sent(fixture, BUS_PONG, &news, &at));
    assert_true(at > 0);
    assert_true(bus_slot_get(news.header.slots, 150));
    assert_int_equal(news.header.config_epoch, 4);
}

static void a_source_gives_slots_up_or_outbids_a_claim_that_nobody_saw(void **state)
{
    struct fixture *fixture = *state;
    const struct topology *topology = cluster_topology(fixture->cluster);
    const struct slot_range some = {5000, 5100};
    struct bus_message ping = {.type = BUS_PING,
                               .header = {.sender = ID_A, .current_epoch = 9, .config_epoch = 9}};

    assert_int_equal(decide(fixture, CLUSTER_ADMIN_OUTBID, some, ID_A, 9).code, CLUSTER_OK);
    assert_int_equal(topology_myself(topology)->config_epoch, 10);
    /* The claim comes after all: it loses. */
    claim(fixture, 0, 5100);
    receive(fixture, CLUSTER_LINK_INBOUND | INBOUND, ping);
    assert_int_equal(topology->owner[5000], topology->myself);
    assert_int_equal(decide(fixture, CLUSTER_ADMIN_SLOTS_GIVEN, some, ID_A, 11).code, CLUSTER_OK);
    assert_ptr_equal(&topology->nodes[topology->owner[5000]], node_of(fixture, ID_A));
    assert_int_equal(topology->owner[5101], topology->myself);
    assert_int_equal(topology->current_epoch, 11);
}

static bool pauses(const struct fixture *fixture)
{
    for (uint32_t i = 0; i < fixture->actions.count; i++) {
        if (fixture->actions.list[i].type == CLUSTER_ACTION_PAUSE)
            return true;
    }
    return false;
}

static void who_asks_again_for_a_failover_is_told_again_where_clients_have_stopped(void **state)
{
    struct fixture *fixture = *state;
    struct cluster_event paused = {.type = CLUSTER_EVENT_PAUSED, .paused_offset = 77};
    struct bus_message message = {.type = BUS_PING,
                                  .header = {.sender = ID_D,
                                             .primary = ID_B,
                                             .flags = CLUSTER_NODE_REPLICA,
                                             .current_epoch = 3,
                                             .config_epoch = 2}};
    struct bus_message told;
    uint32_t at;

    receive(fixture, CLUSTER_LINK_INBOUND | INBOUND, message);
    message.type = BUS_MANUAL_FAILOVER;
    for (uint32_t i = 0; i < 2; i++) {
        receive(fixture, CLUSTER_LINK_INBOUND | INBOUND, message);
        assert_true(pauses(fixture));
        step(fixture, paused);
        assert_true(sent(fixture, BUS_PING, &told, &at));
        assert_true(told.header.message_flags & BUS_PAUSED);
    }
}

/* A primary that was killed begins a new stream: the offset of the old one says nothing of its
 * data. */
static void a_replica_that_is_not_connected_does_not_take_over_by_agreement(void **state)
{
    struct fixture *fixture = *state;
    struct cluster_event event = {.type = CLUSTER_EVENT_REPLICATION,
                                  .replication = {.offset = 100, .complete = true}};
    struct bus_message message = {
        .type = BUS_PING, .header = {.sender = ID_A, .current_epoch = 6, .config_epoch = 6}};
    struct bus_message told;
    uint32_t at;

    claim(fixture, 0, 9999);
    receive(fixture, CLUSTER_LINK_INBOUND | INBOUND, message);
    step(fixture, event);
    message.type = BUS_MANUAL_FAILOVER;
    receive(fixture, CLUSTER_LINK_INBOUND | INBOUND, message);
    message.type = BUS_PING;
    message.header.message_flags = BUS_PAUSED;
    message.header.offset = 50;
    receive(fixture, CLUSTER_LINK_INBOUND | INBOUND, message);
    assert_false(sent(fixture, BUS_VOTE_REQUEST, &told, &at));
    event.replication.connected = true;
    step(fixture, event);
    assert_true(sent(fixture, BUS_VOTE_REQUEST, &told, &at));
}

#define BUS_TEST(test) cmocka_unit_test_setup_teardown(test, setup, teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        BUS_TEST(a_vote_is_on_disk_before_it_is_sent_and_given_once),
        BUS_TEST(nobody_copies_a_primary_that_came_back_empty),
        BUS_TEST(it_waits_only_for_replicas_that_may_have_data),
        BUS_TEST(a_new_epoch_is_told_at_once),
        BUS_TEST(strangers_are_answered_but_not_believed),
        BUS_TEST(another_name_at_an_address_loses_it),
        BUS_TEST(who_claims_old_slots_is_told_of_their_owner),
        BUS_TEST(nothing_is_told_of_slots_that_their_owner_does_not_claim),
        BUS_TEST(an_owner_that_claims_again_is_believed),
        BUS_TEST(a_message_that_later_ones_have_overtaken_claims_nothing),
        BUS_TEST(an_autopilot_that_is_off_tells_nothing),
        BUS_TEST(a_newer_epoch_takes_slots),
        BUS_TEST(a_replica_is_in_the_shard_of_its_primary_whenever_it_learns_it),
        BUS_TEST(a_slot_on_its_way_is_not_given_back_when_it_is_deleted),
        BUS_TEST(a_slot_that_is_deleted_is_not_given_back_at_once),
        BUS_TEST(slots_are_taken_from_their_owner_alone_and_with_a_new_epoch),
        BUS_TEST(a_source_gives_slots_up_or_outbids_a_claim_that_nobody_saw),
        BUS_TEST(who_asks_again_for_a_failover_is_told_again_where_clients_have_stopped),
        BUS_TEST(a_replica_that_is_not_connected_does_not_take_over_by_agreement),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
