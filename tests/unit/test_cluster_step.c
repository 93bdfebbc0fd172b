#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "cluster/cluster.h"
#include "cluster/nodes_conf.h"

#include <stdlib.h>

#define ID_A  "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
#define ID_B  "bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb"
#define ID_C  "cccccccccccccccccccccccccccccccccccccccc"
#define SHARD "0123456789abcdef0123456789abcdef01234567"

struct fixture {
    struct cluster *cluster;
    struct cluster_actions actions;
    struct cluster_settings settings;
    time_ms now;
};

static struct node_id id_of(const char *text)
{
    struct node_id id;

    assert_true(node_id_parse(span_of_string(text), &id));
    return id;
}

static int setup(void **state)
{
    struct fixture *fixture = calloc(1, sizeof(*fixture));
    struct cluster_options options = {.id = id_of(ID_A), .shard_id = id_of(SHARD), .now = 1000};

    fixture->settings = (struct cluster_settings){
        .port = 7000, .bus_port = 17000, .require_full_coverage = true, .node_timeout_ms = 15000};
    options.settings = fixture->settings;
    fixture->cluster = cluster_create(&options);
    fixture->now = 1000;
    cluster_actions_init(&fixture->actions);
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

static void step(struct fixture *fixture, struct cluster_event event)
{
    event.now = fixture->now;
    cluster_actions_clear(&fixture->actions);
    cluster_step(fixture->cluster, &event, &fixture->actions);
    topology_check(cluster_topology(fixture->cluster));
}

static void tick(struct fixture *fixture)
{
    step(fixture, (struct cluster_event){.type = CLUSTER_EVENT_TICK});
}

static enum cluster_code admin(struct fixture *fixture, struct cluster_admin command)
{
    struct cluster_event event = {.type = CLUSTER_EVENT_ADMIN};
    const struct cluster_action *last;

    command.token = 77;
    event.admin = command;
    step(fixture, event);
    assert_true(fixture->actions.count > 0);
    last = &fixture->actions.list[fixture->actions.count - 1];
    assert_int_equal(last->type, CLUSTER_ACTION_REPLY);
    assert_int_equal(last->reply.token, 77);
    return last->reply.result.code;
}

static enum cluster_code add(struct fixture *fixture, uint16_t first, uint16_t last)
{
    return admin(fixture, (struct cluster_admin){.operation = CLUSTER_ADMIN_ADD_SLOTS,
                                                 .ranges = &(struct slot_range){first, last},
                                                 .range_count = 1});
}

static enum cluster_code drop(struct fixture *fixture, uint16_t first, uint16_t last)
{
    return admin(fixture, (struct cluster_admin){.operation = CLUSTER_ADMIN_DELETE_SLOTS,
                                                 .ranges = &(struct slot_range){first, last},
                                                 .range_count = 1});
}

static const struct cluster_view *published(const struct fixture *fixture)
{
    for (uint32_t i = 0; i < fixture->actions.count; i++) {
        if (fixture->actions.list[i].type == CLUSTER_ACTION_PUBLISH_VIEW)
            return fixture->actions.list[i].view;
    }
    return NULL;
}

static bool persists(const struct fixture *fixture, const char *part)
{
    for (uint32_t i = 0; i < fixture->actions.count; i++) {
        const struct cluster_action *action = &fixture->actions.list[i];

        if (action->type == CLUSTER_ACTION_PERSIST)
            return memmem(action->persist.text.data, action->persist.text.length, part,
                          strlen(part)) != NULL;
    }
    return false;
}

static void the_first_step_persists_and_publishes(void **state)
{
    struct fixture *fixture = *state;

    tick(fixture);
    assert_int_equal(fixture->actions.count, 2);
    assert_int_equal(fixture->actions.list[0].type, CLUSTER_ACTION_PERSIST);
    assert_true(persists(fixture, ID_A " :7000@17000,,tls-port=0,shard-id=" SHARD
                                       " myself,master - 0 0 0 connected\n"
                                       "vars currentEpoch 0 lastVoteEpoch 0 version 1\n"));
    assert_false(published(fixture)->ok);
    assert_int_equal(cluster_next_deadline(fixture->cluster), TIME_NEVER);
    tick(fixture);
    assert_int_equal(fixture->actions.count, 0);
}

static void a_change_is_persisted_then_published_then_answered(void **state)
{
    struct fixture *fixture = *state;

    tick(fixture);
    assert_int_equal(add(fixture, 0, 100), CLUSTER_OK);
    assert_int_equal(fixture->actions.count, 3);
    assert_int_equal(fixture->actions.list[0].type, CLUSTER_ACTION_PERSIST);
    assert_int_equal(fixture->actions.list[1].type, CLUSTER_ACTION_PUBLISH_VIEW);
    assert_int_equal(fixture->actions.list[2].type, CLUSTER_ACTION_REPLY);
    assert_true(persists(fixture, "connected 0-100\n"));
    assert_int_equal(published(fixture)->owner[100], published(fixture)->myself);
    assert_int_equal(published(fixture)->owner[101], SLOT_MAP_NOBODY);
}

static void a_refusal_changes_nothing(void **state)
{
    struct fixture *fixture = *state;
    const struct slot_range ranges[] = {{200, 210}, {50, 60}};
    struct cluster_admin command = {
        .operation = CLUSTER_ADMIN_ADD_SLOTS, .ranges = ranges, .range_count = 2};

    assert_int_equal(add(fixture, 0, 100), CLUSTER_OK);
    assert_int_equal(admin(fixture, command), CLUSTER_SLOT_BUSY);
    assert_int_equal(fixture->actions.count, 1);
    assert_int_equal(fixture->actions.list[0].reply.result.details[0], 50);
    assert_int_equal(cluster_topology(fixture->cluster)->owner[200], SLOT_MAP_NOBODY);
    command.operation = CLUSTER_ADMIN_DELETE_SLOTS;
    assert_int_equal(admin(fixture, command), CLUSTER_SLOT_UNASSIGNED);
    assert_int_equal(cluster_topology(fixture->cluster)->owner[50], 0);
}

static void full_coverage_decides_the_state(void **state)
{
    struct fixture *fixture = *state;
    struct cluster_settings settings = fixture->settings;

    assert_int_equal(add(fixture, 0, 16382), CLUSTER_OK);
    assert_false(published(fixture)->ok);
    assert_int_equal(add(fixture, 16383, 16383), CLUSTER_OK);
    assert_true(published(fixture)->ok);
    assert_int_equal(drop(fixture, 7, 7), CLUSTER_OK);
    assert_false(published(fixture)->ok);

    settings.require_full_coverage = false;
    step(fixture, (struct cluster_event){.type = CLUSTER_EVENT_SETTINGS, .settings = &settings});
    assert_true(published(fixture)->ok);
    assert_int_equal(drop(fixture, 0, 6), CLUSTER_OK);
    assert_true(published(fixture)->ok);
    assert_int_equal(admin(fixture, (struct cluster_admin){.operation = CLUSTER_ADMIN_FLUSH_SLOTS}),
                     CLUSTER_OK);
    assert_false(published(fixture)->ok);
    assert_int_equal(published(fixture)->counts.slots_assigned, 0);
}

static void keys_forbid_flushing_and_resetting(void **state)
{
    struct fixture *fixture = *state;
    struct cluster_admin command = {.operation = CLUSTER_ADMIN_FLUSH_SLOTS, .holds_keys = true};

    assert_int_equal(add(fixture, 0, 100), CLUSTER_OK);
    assert_int_equal(admin(fixture, command), CLUSTER_FLUSH_WITH_KEYS);
    command.operation = CLUSTER_ADMIN_RESET;
    assert_int_equal(admin(fixture, command), CLUSTER_RESET_WITH_KEYS);
    assert_int_equal(slot_map_count(cluster_topology(fixture->cluster)->owner, 0), 101);
}

static void epochs_go_up_only(void **state)
{
    struct fixture *fixture = *state;
    struct cluster_admin bump = {.operation = CLUSTER_ADMIN_BUMP_EPOCH};
    struct cluster_admin set = {.operation = CLUSTER_ADMIN_SET_CONFIG_EPOCH, .epoch = -1};

    assert_int_equal(admin(fixture, set), CLUSTER_INVALID_EPOCH);
    set.epoch = 5;
    assert_int_equal(admin(fixture, set), CLUSTER_OK);
    assert_true(persists(fixture, " 0 0 5 connected\nvars currentEpoch 5 "));
    assert_int_equal(admin(fixture, set), CLUSTER_EPOCH_ALREADY_SET);
    assert_int_equal(admin(fixture, bump), CLUSTER_EPOCH_STILL);
    assert_int_equal(fixture->actions.list[0].reply.result.details[0], 5);

    assert_int_equal(admin(fixture, (struct cluster_admin){.operation = CLUSTER_ADMIN_RESET,
                                                           .hard = true,
                                                           .new_id = id_of(ID_B),
                                                           .new_shard_id = id_of(ID_C)}),
                     CLUSTER_OK);
    assert_true(persists(fixture, ID_B " :7000@17000,,tls-port=0,shard-id=" ID_C
                                       " myself,master - 0 0 0 connected\nvars currentEpoch 0 "));
    assert_int_equal(admin(fixture, bump), CLUSTER_EPOCH_BUMPED);
    assert_int_equal(fixture->actions.list[2].reply.result.details[0], 1);
    set.epoch = INT64_MAX;
    assert_int_equal(admin(fixture, set), CLUSTER_EPOCH_ALREADY_SET);
}

static void the_highest_epoch_is_not_passed(void **state)
{
    struct fixture *fixture = *state;
    struct cluster_admin command = {.operation = CLUSTER_ADMIN_SET_CONFIG_EPOCH,
                                    .epoch = INT64_MAX};

    assert_int_equal(admin(fixture, command), CLUSTER_OK);
    command.operation = CLUSTER_ADMIN_BUMP_EPOCH;
    assert_int_equal(admin(fixture, command), CLUSTER_EPOCH_STILL);
}

static void saving_writes_without_a_change(void **state)
{
    struct fixture *fixture = *state;

    tick(fixture);
    assert_int_equal(admin(fixture, (struct cluster_admin){.operation = CLUSTER_ADMIN_SAVE_CONFIG}),
                     CLUSTER_OK);
    assert_int_equal(fixture->actions.count, 2);
    assert_int_equal(fixture->actions.list[0].type, CLUSTER_ACTION_PERSIST);
}

static void announced_names_are_shown(void **state)
{
    struct fixture *fixture = *state;
    struct cluster_settings settings = fixture->settings;

    settings.announce_ip = SPAN("1.2.3.4");
    settings.announce_hostname = SPAN("h.example");
    settings.announce_human_name = SPAN("first");
    settings.port = 999;
    step(fixture, (struct cluster_event){.type = CLUSTER_EVENT_SETTINGS, .settings = &settings});
    assert_true(persists(fixture, ID_A " 1.2.3.4:999@17000,h.example,tls-port=0,nodename=first,"
                                       "shard-id=" SHARD " myself"));
    assert_string_equal(view_myself(published(fixture))->hostname, "h.example");
    step(fixture,
         (struct cluster_event){.type = CLUSTER_EVENT_SETTINGS, .settings = &fixture->settings});
    assert_true(persists(fixture, ID_A " :7000@17000,,tls-port=0,shard-id="));
}

static void restore(struct fixture *fixture, const char *conf)
{
    struct topology topology;
    uint32_t line;

    topology_init(&topology);
    assert_int_equal(nodes_conf_parse(span_of_string(conf), &topology, &line), NODES_CONF_OK);
    step(fixture, (struct cluster_event){.type = CLUSTER_EVENT_RESTORED, .restored = &topology});
    assert_int_equal(topology.node_count, 0);
    topology_free(&topology);
}

static void a_node_alone_is_back_at_once(void **state)
{
    struct fixture *fixture = *state;

    /* The address was learnt, the ports are today's; the file (an older one) has no shard id. */
    restore(fixture, ID_B " 10.0.0.9:6000@16000 myself,master - 0 0 4 connected 0-16383\n"
                          "vars currentEpoch 2 lastVoteEpoch 1\n");
    assert_true(published(fixture)->ok);
    assert_true(persists(fixture, ID_B " 10.0.0.9:7000@17000,,tls-port=0,shard-id=" SHARD
                                       " myself,master - 0 0 4 connected 0-16383\n"
                                       "vars currentEpoch 4 lastVoteEpoch 1 version 1\n"));
    assert_int_equal(cluster_next_deadline(fixture->cluster), TIME_NEVER);
}

static void a_primary_among_others_waits_before_it_writes(void **state)
{
    struct fixture *fixture = *state;

    restore(fixture, ID_B " 10.0.0.9:6000@16000 myself,master - 0 0 4 connected 0-16383\n" ID_C
                          " 10.0.0.8:6000@16000 slave " ID_B " 5 6 4 connected\n"
                          "vars currentEpoch 4 lastVoteEpoch 1\n");
    assert_false(published(fixture)->ok);
    assert_false(published(fixture)->nodes[1].connected);
    assert_true(cluster_next_deadline(fixture->cluster) <= 3000);
    fixture->now = 2999;
    tick(fixture);
    assert_false(cluster_is_ok(fixture->cluster));
    assert_true(cluster_next_deadline(fixture->cluster) <= 3000);
    fixture->now = 3000;
    tick(fixture);
    assert_true(published(fixture)->ok);
    /* Time that steps back is not followed. */
    fixture->now = 5;
    assert_int_equal(drop(fixture, 5, 5), CLUSTER_OK);
    assert_false(published(fixture)->ok);
    assert_int_equal(add(fixture, 5, 5), CLUSTER_OK);
    assert_true(published(fixture)->ok);
}

static void a_minority_is_down(void **state)
{
    struct fixture *fixture = *state;

    restore(fixture, ID_B " :6000@16000 myself,master - 0 0 4 connected 0-9999\n" ID_C
                          " 10.0.0.8:6000@16000 master,fail? - 5 6 3 connected 10000-16383\n"
                          "vars currentEpoch 4 lastVoteEpoch 1\n");
    fixture->now = 100000;
    tick(fixture);
    assert_false(cluster_is_ok(fixture->cluster));
    assert_int_equal(admin(fixture, (struct cluster_admin){.operation = CLUSTER_ADMIN_RESET}),
                     CLUSTER_OK);
    assert_int_equal(published(fixture)->node_count, 1);
    assert_int_equal(published(fixture)->counts.slots_assigned, 0);
    assert_int_equal(add(fixture, 0, 16383), CLUSTER_OK);
    assert_true(published(fixture)->ok);
}

static void a_replica_is_reset_to_a_primary(void **state)
{
    struct fixture *fixture = *state;
    struct cluster_admin reset = {.operation = CLUSTER_ADMIN_RESET, .holds_keys = true};

    restore(fixture, ID_C " 10.0.0.8:6000@16000 master - 5 6 4 connected 0-16383\n" ID_B
                          " 10.0.0.9:6000@16000 myself,slave " ID_C " 0 0 4 connected\n"
                          "vars currentEpoch 4 lastVoteEpoch 1\n");
    assert_true(published(fixture)->ok);
    assert_int_equal(published(fixture)->myself, 1);
    assert_int_equal(drop(fixture, 5, 5), CLUSTER_OK);
    assert_int_equal(add(fixture, 5, 5), CLUSTER_NOT_PRIMARY);
    assert_int_equal(admin(fixture, reset), CLUSTER_OK);
    assert_true(persists(fixture, ID_B " 10.0.0.9:7000@17000,,tls-port=0,shard-id=" SHARD
                                       " myself,master - 0 0 0 connected\nvars currentEpoch 4 "));
    assert_int_equal(published(fixture)->node_count, 1);
}

static void slots_that_settle_are_not_open_any_more(void **state)
{
    struct fixture *fixture = *state;
    const char *conf =
        ID_B " :6000@16000 myself,master - 0 0 4 connected 5 [5->-" ID_C "] [9-<-" ID_C "]\n" ID_C
             " 10.0.0.8:6000@16000 master - 5 6 3 connected\n"
             "vars currentEpoch 4 lastVoteEpoch 1\n";

    restore(fixture, conf);
    assert_int_equal(published(fixture)->open_slot_count, 2);
    assert_int_equal(add(fixture, 9, 9), CLUSTER_OK);
    assert_int_equal(published(fixture)->open_slot_count, 1);
    assert_int_equal(published(fixture)->open_slots[0].slot, 5);
    assert_int_equal(drop(fixture, 5, 5), CLUSTER_OK);
    assert_int_equal(published(fixture)->open_slot_count, 0);
}

#define STEP_TEST(test) cmocka_unit_test_setup_teardown(test, setup, teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        STEP_TEST(the_first_step_persists_and_publishes),
        STEP_TEST(a_change_is_persisted_then_published_then_answered),
        STEP_TEST(a_refusal_changes_nothing),
        STEP_TEST(full_coverage_decides_the_state),
        STEP_TEST(keys_forbid_flushing_and_resetting),
        STEP_TEST(epochs_go_up_only),
        STEP_TEST(the_highest_epoch_is_not_passed),
        STEP_TEST(saving_writes_without_a_change),
        STEP_TEST(announced_names_are_shown),
        STEP_TEST(a_node_alone_is_back_at_once),
        STEP_TEST(a_primary_among_others_waits_before_it_writes),
        STEP_TEST(a_minority_is_down),
        STEP_TEST(a_replica_is_reset_to_a_primary),
        STEP_TEST(slots_that_settle_are_not_open_any_more),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
