/* What a cluster that runs itself is to look like: seats, shares, gifts, replicas. */
#include "cluster/autopilot_plan.h"
#include "proto/key_slot/key_slot.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

enum { MEMBERS_MAX = 16 };

struct scene {
    struct autopilot_plan plan;
    struct autopilot_member members[MEMBERS_MAX];
};

static struct node_id id_of(uint32_t number)
{
    struct node_id id;

    memset(id.text, '0', sizeof(id.text));
    id.text[0] = (char)('a' + number);
    return id;
}

static void set_up(struct scene *scene, uint32_t primaries, uint32_t replicas)
{
    *scene = (struct scene){
        .plan = {.members = scene->members, .primaries = primaries, .replicas = replicas}};
}

static struct autopilot_member *add(struct scene *scene, uint32_t slots)
{
    struct autopilot_member *member = &scene->members[scene->plan.count];

    *member = (struct autopilot_member){
        .id = id_of(scene->plan.count), .ordinal = scene->plan.count, .slots = slots};
    scene->plan.count++;
    return member;
}

static struct autopilot_member *add_replica(struct scene *scene, uint32_t primary)
{
    struct autopilot_member *member = add(scene, 0);

    member->follows = id_of(primary);
    return member;
}

/* Until nobody gives anything any more. */
static void move_slots(struct scene *scene)
{
    bool moved = true;

    while (moved) {
        moved = false;
        autopilot_plan_make(&scene->plan);
        for (uint32_t i = 0; i < scene->plan.count; i++) {
            uint32_t target, slots;

            if (!autopilot_plan_gift(&scene->plan, i, &target, &slots))
                continue;
            assert_true(slots > 0 && slots <= scene->members[i].slots);
            assert_true(scene->members[target].seat);
            scene->members[i].slots -= slots;
            scene->members[target].slots += slots;
            moved = true;
            break;
        }
    }
}

static void test_ordinals(void **state)
{
    (void)state;
    assert_int_equal(autopilot_ordinal(SPAN("db-0")), 0);
    assert_int_equal(autopilot_ordinal(SPAN("db-cache-12.db.default.svc")), 12);
    assert_int_equal(autopilot_ordinal(SPAN("db")), AUTOPILOT_NONE);
    assert_int_equal(autopilot_ordinal(SPAN("")), AUTOPILOT_NONE);
    assert_int_equal(autopilot_ordinal(SPAN("db7")), AUTOPILOT_NONE);
    assert_int_equal(autopilot_ordinal(SPAN("7")), AUTOPILOT_NONE);
    assert_int_equal(autopilot_ordinal(SPAN("db-7x.a-3")), AUTOPILOT_NONE);
    assert_int_equal(autopilot_ordinal(SPAN("db-12345678901")), AUTOPILOT_NONE);
}

static void test_new_cluster(void **state)
{
    struct scene scene;

    (void)state;
    set_up(&scene, 3, 1);
    add(&scene, SLOT_COUNT);
    for (uint32_t i = 1; i < 6; i++)
        add(&scene, 0);
    move_slots(&scene);
    assert_int_equal(scene.members[0].slots, 5462);
    assert_int_equal(scene.members[1].slots, 5461);
    assert_int_equal(scene.members[2].slots, 5461);
    /* Each of the others finds another primary. */
    for (uint32_t i = 3; i < 6; i++)
        assert_int_equal(autopilot_plan_primary(&scene.plan, i), i - 3);
    assert_int_equal(autopilot_plan_primary(&scene.plan, 0), AUTOPILOT_NONE);
}

static void test_one_that_leaves(void **state)
{
    struct scene scene;

    (void)state;
    set_up(&scene, 3, 0);
    add(&scene, 5462);
    add(&scene, 5461);
    add(&scene, 5461)->leaving = true;
    move_slots(&scene);
    assert_int_equal(scene.members[0].slots, 8192);
    assert_int_equal(scene.members[2].slots, 0);
    /* It gets nothing as long as it leaves, and its share when it is back. */
    scene.members[2].leaving = false;
    move_slots(&scene);
    assert_int_equal(scene.members[2].slots, 5461);
}

static void test_heir(void **state)
{
    struct scene scene;
    uint32_t target, slots;

    (void)state;
    set_up(&scene, 2, 1);
    add(&scene, 8192);
    add(&scene, 8192)->leaving = true;
    add_replica(&scene, 0);
    add_replica(&scene, 1);
    autopilot_plan_make(&scene.plan);
    assert_int_equal(scene.members[1].heir, 3);
    assert_true(scene.members[3].seat);
    assert_false(autopilot_plan_gift(&scene.plan, 1, &target, &slots));
    /* One that leaves as well is none: the slots go. */
    scene.members[3].leaving = true;
    autopilot_plan_make(&scene.plan);
    assert_int_equal(scene.members[1].heir, AUTOPILOT_NONE);
    assert_true(autopilot_plan_gift(&scene.plan, 1, &target, &slots));
    assert_int_equal(target, 0);
}

static void test_away(void **state)
{
    struct scene scene;

    (void)state;
    set_up(&scene, 3, 0);
    add(&scene, 6000);
    add(&scene, 10384)->away = true;
    add(&scene, 0);
    move_slots(&scene);
    assert_int_equal(scene.members[0].slots, 3000);
    assert_int_equal(scene.members[1].slots, 10384);
    assert_int_equal(scene.members[2].slots, 3000);
}

static void test_small_differences_stay(void **state)
{
    struct scene scene;
    uint32_t target, slots;

    (void)state;
    set_up(&scene, 2, 0);
    add(&scene, 8400);
    add(&scene, 7984);
    autopilot_plan_make(&scene.plan);
    assert_false(autopilot_plan_gift(&scene.plan, 0, &target, &slots));
}

static void test_too_few_primaries(void **state)
{
    struct scene scene;

    (void)state;
    set_up(&scene, 2, 1);
    add(&scene, SLOT_COUNT);
    add_replica(&scene, 0);
    add_replica(&scene, 0);
    autopilot_plan_make(&scene.plan);
    assert_int_equal(scene.plan.climber, 2);
    scene.members[2].follows = (struct node_id){{0}};
    autopilot_plan_make(&scene.plan);
    assert_int_equal(scene.plan.climber, AUTOPILOT_NONE);
    assert_true(scene.members[2].seat);
}

static void test_replicas_are_even(void **state)
{
    struct scene scene;

    (void)state;
    set_up(&scene, 2, 1);
    add(&scene, 8192);
    add(&scene, 8192);
    add_replica(&scene, 0);
    add_replica(&scene, 0);
    autopilot_plan_make(&scene.plan);
    assert_int_equal(autopilot_plan_evener(&scene.plan, 2), AUTOPILOT_NONE);
    assert_int_equal(autopilot_plan_evener(&scene.plan, 3), 1);
    scene.members[3].follows = id_of(1);
    autopilot_plan_make(&scene.plan);
    assert_int_equal(autopilot_plan_evener(&scene.plan, 3), AUTOPILOT_NONE);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_ordinals),
        cmocka_unit_test(test_new_cluster),
        cmocka_unit_test(test_one_that_leaves),
        cmocka_unit_test(test_heir),
        cmocka_unit_test(test_away),
        cmocka_unit_test(test_small_differences_stay),
        cmocka_unit_test(test_too_few_primaries),
        cmocka_unit_test(test_replicas_are_even),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
