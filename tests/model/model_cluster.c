/*
 * Random administrative commands on a node alone, against a plain array of slots. The seed is
 * printed, and may be given as the first argument.
 */
#include "cluster/cluster.h"
#include "cluster/nodes_conf.h"
#include "proto/base/assert.h"
#include "proto/base/random.h"

#include <stdio.h>
#include <stdlib.h>

enum { STEPS = 4000, RANGES_MAX = 6 };

struct model {
    struct random random;
    struct cluster *cluster;
    struct cluster_actions actions;
    struct cluster_settings settings;
    time_ms now;
    uint64_t view_version;
    struct text_builder persisted; /* what is on disk */
    bool owned[SLOT_COUNT];
    bool full_coverage;
    uint64_t epoch;
    struct node_id id;
};

static struct node_id model_random_id(struct model *model)
{
    struct node_id id;

    for (size_t i = 0; i < NODE_ID_LENGTH; i++)
        id.text[i] = "0123456789abcdef"[random_below(&model->random, 16)];
    return id;
}

/* Mostly near the ends of the map and near each other, so that ranges collide. */
static uint16_t model_random_slot(struct model *model)
{
    switch (random_below(&model->random, 3)) {
    case 0:
        return (uint16_t)random_below(&model->random, 40);
    case 1:
        return (uint16_t)(SLOT_COUNT - 1 - random_below(&model->random, 40));
    default:
        return (uint16_t)random_below(&model->random, SLOT_COUNT);
    }
}

static uint32_t model_random_ranges(struct model *model, struct slot_range *ranges)
{
    uint32_t count = 1 + (uint32_t)random_below(&model->random, RANGES_MAX);

    for (uint32_t i = 0; i < count; i++) {
        uint16_t a = model_random_slot(model), b = model_random_slot(model);

        if (random_below(&model->random, 3) > 0)
            b = a;
        ranges[i] = (struct slot_range){a < b ? a : b, a < b ? b : a};
    }
    if (random_below(&model->random, 30) == 0) {
        ranges[0] = (struct slot_range){0, SLOT_COUNT - 1};
        count = 1;
    }
    return count;
}

/* What the slots' bookkeeping must answer, worked out slot by slot; `owned` changes when it is
 * fine. */
static struct cluster_result model_slots(struct model *model, const struct cluster_admin *admin)
{
    bool adding = admin->operation == CLUSTER_ADMIN_ADD_SLOTS;
    static bool named[SLOT_COUNT];

    memset(named, 0, sizeof(named));
    for (uint32_t i = 0; i < admin->range_count; i++) {
        for (uint32_t slot = admin->ranges[i].first; slot <= admin->ranges[i].last; slot++) {
            if (model->owned[slot] == adding)
                return (struct cluster_result){.code = adding ? CLUSTER_SLOT_BUSY
                                                              : CLUSTER_SLOT_UNASSIGNED,
                                               .details = {slot}};
            if (named[slot])
                return (struct cluster_result){.code = CLUSTER_SLOT_TWICE, .details = {slot}};
            named[slot] = true;
        }
    }
    for (uint32_t slot = 0; slot < SLOT_COUNT; slot++) {
        if (named[slot])
            model->owned[slot] = adding;
    }
    return (struct cluster_result){.code = CLUSTER_OK, .details = {0}};
}

static struct cluster_result model_epoch(struct model *model, const struct cluster_admin *admin)
{
    if (admin->operation == CLUSTER_ADMIN_BUMP_EPOCH) {
        if (model->epoch > 0)
            return (struct cluster_result){.code = CLUSTER_EPOCH_STILL,
                                           .details = {(int64_t)model->epoch}};
        model->epoch = cluster_topology(model->cluster)->current_epoch;
        return (struct cluster_result){.code = CLUSTER_EPOCH_BUMPED,
                                       .details = {(int64_t)model->epoch}};
    }
    if (admin->epoch < 0)
        return (struct cluster_result){.code = CLUSTER_INVALID_EPOCH, .details = {admin->epoch}};
    if (model->epoch > 0)
        return (struct cluster_result){.code = CLUSTER_EPOCH_ALREADY_SET, .details = {0}};
    model->epoch = (uint64_t)admin->epoch;
    return (struct cluster_result){.code = CLUSTER_OK, .details = {0}};
}

static struct cluster_result model_expect(struct model *model, const struct cluster_admin *admin)
{
    switch (admin->operation) {
    case CLUSTER_ADMIN_ADD_SLOTS:
    case CLUSTER_ADMIN_DELETE_SLOTS:
        return model_slots(model, admin);
    case CLUSTER_ADMIN_FLUSH_SLOTS:
        if (admin->holds_keys)
            return (struct cluster_result){.code = CLUSTER_FLUSH_WITH_KEYS, .details = {0}};
        memset(model->owned, 0, sizeof(model->owned));
        break;
    case CLUSTER_ADMIN_RESET:
        if (admin->holds_keys)
            return (struct cluster_result){.code = CLUSTER_RESET_WITH_KEYS, .details = {0}};
        memset(model->owned, 0, sizeof(model->owned));
        if (admin->hard) {
            model->id = admin->new_id;
            model->epoch = 0;
        }
        break;
    case CLUSTER_ADMIN_SAVE_CONFIG:
        break;
    case CLUSTER_ADMIN_SET_CONFIG_EPOCH:
    case CLUSTER_ADMIN_BUMP_EPOCH:
        return model_epoch(model, admin);
    default:
        break; /* what takes more than one node */
    }
    return (struct cluster_result){.code = CLUSTER_OK, .details = {0}};
}

/* The node as the array says it must be. */
static void model_check_slots(const struct model *model, const uint16_t *owner, uint32_t myself)
{
    for (uint32_t slot = 0; slot < SLOT_COUNT; slot++)
        ASSERT(owner[slot] == (model->owned[slot] ? myself : SLOT_MAP_NOBODY));
}

/* What is on disk reads as what is in memory, and would be written the same again. */
static void model_check_disk(const struct model *model)
{
    const struct topology *live = cluster_topology(model->cluster);
    struct text_builder again;
    struct topology read;
    uint32_t line;

    topology_init(&read);
    text_builder_init(&again);
    ASSERT(nodes_conf_parse(text_builder_span(&model->persisted), &read, &line) == NODES_CONF_OK);
    ASSERT(read.node_count == live->node_count);
    ASSERT(read.current_epoch == live->current_epoch);
    ASSERT(node_id_equal(&topology_myself(&read)->id, &model->id));
    ASSERT(topology_myself(&read)->config_epoch == model->epoch);
    model_check_slots(model, read.owner, read.myself);
    nodes_conf_write(&read, &again);
    ASSERT(span_equal(text_builder_span(&again), text_builder_span(&model->persisted)));
    text_builder_free(&again);
    topology_free(&read);
}

static void model_check_view(struct model *model, const struct cluster_view *view)
{
    uint32_t owned = 0;

    for (uint32_t slot = 0; slot < SLOT_COUNT; slot++)
        owned += model->owned[slot];
    ASSERT(view->version == model->view_version + 1);
    model->view_version = view->version;
    model_check_slots(model, view->owner, view->myself);
    ASSERT(view->counts.slots_assigned == owned);
    ASSERT(view->ok == (owned == SLOT_COUNT || (!model->full_coverage && owned > 0)));
    ASSERT(node_id_equal(&view_myself(view)->id, &model->id));
}

/* Carries the actions out in their order, which must be disk, view, answer. */
static void model_carry_out(struct model *model, const struct cluster_result *expected)
{
    int last = -1;
    bool answered = false;

    for (uint32_t i = 0; i < model->actions.count; i++) {
        struct cluster_action *action = &model->actions.list[i];

        ASSERT((int)action->type > last);
        last = (int)action->type;
        if (action->type == CLUSTER_ACTION_PERSIST) {
            model->persisted.length = 0;
            text_builder_append(&model->persisted, action->persist.text);
        } else if (action->type == CLUSTER_ACTION_PUBLISH_VIEW) {
            model_check_disk(model);
            model_check_view(model, action->view);
        } else {
            ASSERT(expected != NULL);
            ASSERT(action->reply.result.code == expected->code);
            ASSERT(action->reply.result.details[0] == expected->details[0]);
            answered = true;
        }
    }
    ASSERT(answered == (expected != NULL));
    cluster_actions_clear(&model->actions);
}

static void model_admin(struct model *model)
{
    struct slot_range ranges[RANGES_MAX];
    struct cluster_event event = {.type = CLUSTER_EVENT_ADMIN, .now = model->now};
    struct cluster_admin *admin = &event.admin;
    struct cluster_result expected;
    uint64_t epoch = cluster_topology(model->cluster)->current_epoch;
    bool reset;

    admin->operation =
        (enum cluster_admin_operation)random_below(&model->random, CLUSTER_ADMIN_BUMP_EPOCH + 1);
    /* Slots are what this is about; the others would mostly undo them. */
    if (random_below(&model->random, 4) > 0)
        admin->operation = (enum cluster_admin_operation)random_below(&model->random, 2);
    admin->ranges = ranges;
    admin->range_count = model_random_ranges(model, ranges);
    admin->holds_keys = random_below(&model->random, 2) == 0;
    admin->hard = random_below(&model->random, 4) == 0;
    admin->new_id = model_random_id(model);
    admin->new_shard_id = model_random_id(model);
    admin->epoch = (int64_t)random_below(&model->random, 20) - 3;

    cluster_step(model->cluster, &event, &model->actions);
    expected = model_expect(model, admin);
    reset = admin->operation == CLUSTER_ADMIN_RESET && admin->hard;
    ASSERT(reset || cluster_topology(model->cluster)->current_epoch >= epoch);
    model_carry_out(model, &expected);
}

static void model_start(struct model *model, struct topology *restored)
{
    struct cluster_options options = {.id = restored == NULL ? model->id : model_random_id(model),
                                      .shard_id = model_random_id(model),
                                      .now = model->now,
                                      .settings = model->settings};
    struct cluster_event event = {.type = CLUSTER_EVENT_TICK, .now = model->now};

    model->cluster = cluster_create(&options);
    model->view_version = 0;
    if (restored != NULL) {
        event.type = CLUSTER_EVENT_RESTORED;
        event.restored = restored;
    }
    cluster_step(model->cluster, &event, &model->actions);
    model_carry_out(model, NULL);
    ASSERT(model->view_version == 1);
}

/* The process dies and comes back with what is on disk. */
static void model_restart(struct model *model)
{
    struct topology topology;
    uint32_t line;

    cluster_destroy(model->cluster);
    topology_init(&topology);
    ASSERT(nodes_conf_parse(text_builder_span(&model->persisted), &topology, &line) ==
           NODES_CONF_OK);
    model_start(model, &topology);
    topology_free(&topology);
}

static void model_step(struct model *model)
{
    struct cluster_event event = {.now = model->now};

    model->now += (time_ms)random_below(&model->random, 300);
    switch (random_below(&model->random, 20)) {
    case 0:
        model_restart(model);
        break;
    case 1:
        model->full_coverage = random_below(&model->random, 4) > 0;
        model->settings.require_full_coverage = model->full_coverage;
        event.type = CLUSTER_EVENT_SETTINGS;
        event.settings = &model->settings;
        cluster_step(model->cluster, &event, &model->actions);
        model_carry_out(model, NULL);
        break;
    case 2:
        event.type = CLUSTER_EVENT_TICK;
        cluster_step(model->cluster, &event, &model->actions);
        ASSERT(model->actions.count == 0);
        break;
    default:
        model_admin(model);
    }
    topology_check(cluster_topology(model->cluster));
    model_check_slots(model, cluster_topology(model->cluster)->owner, 0);
    ASSERT(cluster_next_deadline(model->cluster) == TIME_NEVER);
}

int main(int argc, char **argv)
{
    uint64_t seed = argc > 1 ? strtoull(argv[1], NULL, 10) : 20264;
    static struct model model;

    printf("seed %llu\n", (unsigned long long)seed);
    random_seed(&model.random, seed);
    model.now = 1000;
    model.full_coverage = true;
    model.settings = (struct cluster_settings){
        .port = 7000, .bus_port = 17000, .require_full_coverage = true, .node_timeout_ms = 1000};
    model.id = model_random_id(&model);
    cluster_actions_init(&model.actions);
    text_builder_init(&model.persisted);
    model_start(&model, NULL);
    for (uint32_t i = 0; i < STEPS; i++)
        model_step(&model);
    cluster_destroy(model.cluster);
    cluster_actions_free(&model.actions);
    text_builder_free(&model.persisted);
    return 0;
}
