#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "cluster/cluster.h"
#include "cluster/nodes_conf.h"
#include "proto/bus/bus_message.h"

#include <stdlib.h>

/* Node D, a replica of A among A, B and C (primaries), comes back and is told things. */
#define ID_A "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
#define ID_B "bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb"
#define ID_C "cccccccccccccccccccccccccccccccccccccccc"
#define ID_D "dddddddddddddddddddddddddddddddddddddddd"

#define OTHERS                                                                                     \
    ID_B " 10.0.0.2:7000@17000 master - 0 0 2 connected 5000-9999\n" ID_C                          \
         " 10.0.0.3:7000@17000 master - 0 0 3 connected 10000-16383\n"
#define REPLICA                                                                                    \
    ID_D " 10.0.0.4:7000@17000 myself,slave " ID_A " 0 0 1 connected\n" ID_A                       \
         " 10.0.0.1:7000@17000 master - 0 0 1 connected 0-4999\n" OTHERS
#define PRIMARY                                                                                    \
    ID_D " 10.0.0.4:7000@17000 slave " ID_A " 0 0 1 connected\n" ID_A                              \
         " 10.0.0.1:7000@17000 myself,master - 0 0 1 connected 0-4999\n" OTHERS
#define VARS  "vars currentEpoch 3 lastVoteEpoch 0"
#define COPY  " copyOf " ID_A "\n"
#define NOTED " copyOf " ID_A " version "

enum { NODES = 4, INBOUND = 5, TIMEOUT = 1000 };

struct fixture {
    struct cluster *cluster;
    struct cluster_actions actions;
    time_ms now;
    uint64_t links[NODES]; /* to 10.0.0.1 and so on */
    uint64_t up[NODES];    /* likewise */
    uint8_t slots[BUS_SLOTS_SIZE];
    bool asked;         /* for votes */
    bool told;          /* it has said that it has lost its data */
    bool introduced;    /* A has been told whose replica it is */
    uint32_t questions; /* to A, whether it may take over */
    uint32_t given_up;  /* such questions, in the log */
    bool urgent;
    bool persisted;
    char disk[4096];
};

static struct node_id id_of(const char *text)
{
    struct node_id id;

    assert_true(node_id_parse(span_of_string(text), &id));
    return id;
}

static void look_at(struct fixture *fixture, const struct cluster_action *action)
{
    struct bus_message message;

    if (action->type == CLUSTER_ACTION_CONNECT)
        fixture->links[action->connect.ip[7] - '1'] = action->connect.link;
    if (action->type == CLUSTER_ACTION_PERSIST) {
        assert_true(action->persist.text.length < sizeof(fixture->disk));
        memcpy(fixture->disk, action->persist.text.data, action->persist.text.length);
        fixture->disk[action->persist.text.length] = '\0';
        fixture->persisted = true;
        fixture->urgent = action->persist.urgent;
    }
    if (action->type == CLUSTER_ACTION_SAY)
        fixture->given_up += span_equal(action->text, SPAN("manual failover timed out"));
    if (action->type != CLUSTER_ACTION_SEND)
        return;
    assert_int_equal(
        bus_decode(span_of((const char *)action->send.packet->bytes, action->send.packet->length),
                   &message),
        BUS_FINE);
    fixture->asked |= message.type == BUS_VOTE_REQUEST;
    if (action->send.link == fixture->links[0] && message.header.primary != NULL)
        fixture->introduced |= message.type == BUS_PONG;
    fixture->questions += message.type == BUS_MANUAL_FAILOVER;
    /* It says so to its replica alone. */
    if (message.header.hollow && message.type == BUS_PONG)
        assert_int_equal(action->send.link, fixture->links[3]);
    fixture->told |= message.header.hollow && message.type == BUS_PONG;
}

static void step(struct fixture *fixture, struct cluster_event event)
{
    event.now = fixture->now;
    fixture->persisted = false;
    cluster_actions_clear(&fixture->actions);
    cluster_step(fixture->cluster, &event, &fixture->actions);
    topology_check(cluster_topology(fixture->cluster));
    for (uint32_t i = 0; i < fixture->actions.count; i++)
        look_at(fixture, &fixture->actions.list[i]);
}

/* What it has wanted to connect is connected. */
static void connect(struct fixture *fixture)
{
    for (uint32_t i = 0; i < NODES; i++) {
        uint64_t link = fixture->links[i];

        if (link != fixture->up[i])
            step(fixture, (struct cluster_event){.type = CLUSTER_EVENT_LINK_UP, .link = link});
        fixture->up[i] = link;
    }
}

static void begin(struct fixture *fixture, const char *disk)
{
    struct cluster_options options = {.id = id_of(ID_D), .shard_id = id_of(ID_D), .now = 10000};
    struct topology topology;
    uint32_t line;

    options.settings = (struct cluster_settings){
        .port = 7000, .bus_port = 17000, .node_timeout_ms = TIMEOUT, .validity_factor = 10};
    fixture->cluster = cluster_create(&options);
    fixture->now = 10000;
    cluster_actions_init(&fixture->actions);
    topology_init(&topology);
    assert_int_equal(nodes_conf_parse(span_of_string(disk), &topology, &line), NODES_CONF_OK);
    step(fixture, (struct cluster_event){.type = CLUSTER_EVENT_RESTORED, .restored = &topology});
    connect(fixture);
}

static int setup(void **state)
{
    *state = calloc(1, sizeof(struct fixture));
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

static void receive(struct fixture *fixture, struct bus_message message)
{
    uint8_t bytes[8192];

    message.header.slots = fixture->slots;
    message.header.port = 7000;
    message.header.bus_port = 17000;
    message.header.current_epoch = 3;
    assert_true(bus_encoded_size(&message) <= sizeof(bytes));
    bus_encode(&message, bytes);
    step(fixture, (struct cluster_event){
                      .type = CLUSTER_EVENT_PACKET,
                      .packet = {.link = CLUSTER_LINK_INBOUND | INBOUND,
                                 .frame = span_of((char *)bytes, bus_encoded_size(&message))}});
}

static void replication(struct fixture *fixture, bool connected, bool complete, bool kept)
{
    step(fixture, (struct cluster_event){.type = CLUSTER_EVENT_REPLICATION,
                                         .replication = {.connected = connected,
                                                         .complete = complete,
                                                         .kept = kept,
                                                         .offset = 1}});
}

static void pass(struct fixture *fixture, int64_t for_ms)
{
    for (int64_t passed = 0; passed < for_ms; passed += 100) {
        fixture->now += 100;
        connect(fixture);
        step(fixture, (struct cluster_event){.type = CLUSTER_EVENT_TICK});
    }
}

static void lose_the_primary(struct fixture *fixture, bool says_so)
{
    receive(fixture,
            (struct bus_message){.type = BUS_FAIL, .node = ID_A, .header = {.sender = ID_B}});
    for (uint32_t slot = 0; slot < 5000; slot++)
        bus_slot_set(fixture->slots, slot);
    if (says_so)
        receive(
            fixture,
            (struct bus_message){
                .type = BUS_PONG,
                .header = {.sender = ID_A, .config_epoch = 1, .tessera = true, .hollow = true}});
    fixture->asked = false;
    pass(fixture, 3 * TIMEOUT);
}

static void the_last_copy_stands_in(void **state)
{
    struct fixture *fixture = *state;

    begin(fixture, REPLICA VARS COPY);
    assert_non_null(strstr(fixture->disk, NOTED));
    replication(fixture, false, false, true);
    lose_the_primary(fixture, true);
    assert_true(fixture->asked);
}

static void while_the_primary_may_have_its_data_nobody_stands_in(void **state)
{
    struct fixture *fixture = *state;

    begin(fixture, REPLICA VARS COPY);
    replication(fixture, false, false, true);
    lose_the_primary(fixture, false);
    assert_false(fixture->asked);
}

static void without_the_word_nobody_stands_in(void **state)
{
    struct fixture *fixture = *state;

    begin(fixture, REPLICA VARS "\n");
    replication(fixture, false, false, true);
    lose_the_primary(fixture, true);
    assert_false(fixture->asked);
}

static void a_copy_that_was_not_loaded_is_none(void **state)
{
    struct fixture *fixture = *state;

    begin(fixture, REPLICA VARS COPY);
    replication(fixture, false, false, false);
    assert_true(fixture->persisted && fixture->urgent);
    assert_null(strstr(fixture->disk, "copyOf"));
    lose_the_primary(fixture, true);
    assert_false(fixture->asked);
}

static void a_copy_is_noted_late_and_taken_back_at_once(void **state)
{
    struct fixture *fixture = *state;

    begin(fixture, REPLICA VARS "\n");
    replication(fixture, false, false, true);
    assert_null(strstr(fixture->disk, "copyOf"));
    replication(fixture, true, true, false);
    assert_null(strstr(fixture->disk, "copyOf"));
    replication(fixture, true, true, true);
    assert_true(fixture->persisted && !fixture->urgent);
    assert_non_null(strstr(fixture->disk, VARS NOTED));
    replication(fixture, false, true, true);
    assert_non_null(strstr(fixture->disk, VARS NOTED));
    /* A full copy begins. */
    replication(fixture, false, false, false);
    assert_true(fixture->persisted && fixture->urgent);
    assert_null(strstr(fixture->disk, "copyOf"));
}

static void administer(struct fixture *fixture, struct cluster_admin admin)
{
    step(fixture, (struct cluster_event){.type = CLUSTER_EVENT_ADMIN, .admin = admin});
}

static void whose_copy_it_was_is_void_with_another_primary_or_none(void **state)
{
    struct fixture *fixture = *state;
    struct cluster_admin changes[] = {
        {.operation = CLUSTER_ADMIN_REPLICATE, .node = id_of(ID_B)},
        {.operation = CLUSTER_ADMIN_FAILOVER, .failover = CLUSTER_FAILOVER_TAKEOVER},
        {.operation = CLUSTER_ADMIN_RESET},
    };

    for (size_t i = 0; i < sizeof(changes) / sizeof(changes[0]); i++) {
        cluster_destroy(fixture->cluster);
        cluster_actions_free(&fixture->actions);
        *fixture = (struct fixture){0};
        begin(fixture, REPLICA VARS COPY);
        replication(fixture, true, true, true);
        administer(fixture, changes[i]);
        assert_true(fixture->persisted && fixture->urgent);
        assert_null(strstr(fixture->disk, "copyOf"));
    }
}

/* What it has is of another shard, until it has been with the new primary once. */
static void data_of_another_shard_do_not_stand_in(void **state)
{
    struct fixture *fixture = *state;

    begin(fixture, REPLICA VARS COPY);
    replication(fixture, true, true, true);
    administer(fixture,
               (struct cluster_admin){.operation = CLUSTER_ADMIN_REPLICATE, .node = id_of(ID_B)});
    replication(fixture, false, true, true);
    receive(fixture,
            (struct bus_message){.type = BUS_FAIL, .node = ID_B, .header = {.sender = ID_C}});
    pass(fixture, 3 * TIMEOUT);
    assert_false(fixture->asked);
    replication(fixture, true, true, true);
    pass(fixture, 5 * TIMEOUT);
    assert_true(fixture->asked);
}

static void a_hollow_primary_tells_its_replica(void **state)
{
    struct fixture *fixture = *state;

    begin(fixture, PRIMARY VARS "\n");
    replication(fixture, false, false, false);
    assert_true(cluster_is_hollow(fixture->cluster));
    pass(fixture, 2 * TIMEOUT);
    /* Others than Tessera do not understand it. */
    assert_false(fixture->told);
    receive(fixture,
            (struct bus_message){
                .type = BUS_PING,
                .header = {.sender = ID_D, .primary = ID_A, .tessera = true, .offset = 1}});
    for (uint32_t i = 0; i < 2 * TIMEOUT / 100 && !fixture->told; i++)
        pass(fixture, 100);
    assert_true(fixture->told);
}

/* The primary hears first who asks, and is asked until it answers. */
static void a_failover_is_asked_for_until_it_is_answered(void **state)
{
    struct fixture *fixture = *state;

    begin(fixture, REPLICA VARS COPY);
    replication(fixture, true, true, true);
    fixture->introduced = false;
    administer(fixture, (struct cluster_admin){.operation = CLUSTER_ADMIN_FAILOVER,
                                               .failover = CLUSTER_FAILOVER_AGREED});
    assert_true(fixture->introduced);
    assert_int_equal(fixture->questions, 1);
    pass(fixture, TIMEOUT);
    assert_in_range(fixture->questions, 2, 3);
    receive(fixture, (struct bus_message){.type = BUS_PING,
                                          .header = {.sender = ID_A,
                                                     .config_epoch = 1,
                                                     .message_flags = BUS_PAUSED,
                                                     .offset = 2}});
    fixture->questions = 0;
    pass(fixture, 3 * TIMEOUT);
    assert_int_equal(fixture->given_up, 0);
    /* The offset is never reached. */
    pass(fixture, 2 * TIMEOUT);
    assert_int_equal(fixture->given_up, 1);
    assert_int_equal(fixture->questions, 0);
    assert_false(fixture->asked);
}

#define COPY_TEST(test) cmocka_unit_test_setup_teardown(test, setup, teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        COPY_TEST(the_last_copy_stands_in),
        COPY_TEST(while_the_primary_may_have_its_data_nobody_stands_in),
        COPY_TEST(without_the_word_nobody_stands_in),
        COPY_TEST(a_copy_that_was_not_loaded_is_none),
        COPY_TEST(a_copy_is_noted_late_and_taken_back_at_once),
        COPY_TEST(whose_copy_it_was_is_void_with_another_primary_or_none),
        COPY_TEST(data_of_another_shard_do_not_stand_in),
        COPY_TEST(a_hollow_primary_tells_its_replica),
        COPY_TEST(a_failover_is_asked_for_until_it_is_answered),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
