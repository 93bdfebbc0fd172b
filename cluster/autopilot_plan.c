#include "cluster/autopilot_plan.h"

#include "proto/base/assert.h"
#include "proto/base/memory.h"

#include <stdlib.h>
#include <string.h>

enum {
    ORDINAL_DIGITS_MAX = 9,
    /* Slots move for the sake of evenness alone when a seat lacks this part of its share, or has
     * so much more. */
    UNEVEN_PART = 16,
};

uint32_t autopilot_ordinal(struct span hostname)
{
    size_t end = 0, start;
    uint32_t ordinal = 0;

    while (end < hostname.length && hostname.data[end] != '.')
        end++;
    for (start = end;
         start > 0 && hostname.data[start - 1] >= '0' && hostname.data[start - 1] <= '9';)
        start--;
    if (start == end || end - start > ORDINAL_DIGITS_MAX || start == 0 ||
        hostname.data[start - 1] != '-')
        return AUTOPILOT_NONE;
    for (; start < end; start++)
        ordinal = ordinal * 10 + (uint32_t)(hostname.data[start] - '0');
    return ordinal;
}

static int autopilot_plan_order(const void *left, const void *right)
{
    const struct autopilot_member *a = left, *b = right;

    if (a->ordinal != b->ordinal)
        return a->ordinal < b->ordinal ? -1 : 1;
    return memcmp(a->id.text, b->id.text, NODE_ID_LENGTH);
}

void autopilot_plan_sort(struct autopilot_plan *plan)
{
    qsort(plan->members, plan->count, sizeof(*plan->members), autopilot_plan_order);
}

/* ---- Seats ---- */

static bool is_replica(const struct autopilot_member *member)
{
    return !node_id_empty(&member->follows);
}

static bool follows(const struct autopilot_member *member, const struct autopilot_member *primary)
{
    return node_id_equal(&member->follows, &primary->id);
}

static void give_seat(struct autopilot_plan *plan, struct autopilot_member *member)
{
    ASSERT(!member->seat);
    member->seat = true;
    plan->seats++;
}

/* Those who have slots and stay. */
static void seat_owners(struct autopilot_plan *plan)
{
    for (uint32_t i = 0; i < plan->count && plan->seats < plan->primaries; i++) {
        struct autopilot_member *member = &plan->members[i];

        if (member->slots > 0 && !member->leaving)
            give_seat(plan, member);
    }
}

/* Those who take over from one that leaves. */
static void seat_heirs(struct autopilot_plan *plan)
{
    for (uint32_t i = 0; i < plan->count && plan->seats < plan->primaries; i++) {
        struct autopilot_member *goes = &plan->members[i];

        if (goes->slots == 0 || !goes->leaving || goes->away)
            continue;
        for (uint32_t j = 0; j < plan->count && goes->heir == AUTOPILOT_NONE; j++) {
            struct autopilot_member *replica = &plan->members[j];

            if (follows(replica, goes) && !replica->leaving && !replica->away) {
                give_seat(plan, replica);
                goes->heir = j;
            }
        }
    }
}

static void seat_empty_primaries(struct autopilot_plan *plan)
{
    for (uint32_t i = 0; i < plan->count && plan->seats < plan->primaries; i++) {
        struct autopilot_member *member = &plan->members[i];

        if (member->slots == 0 && !is_replica(member) && !member->leaving && !member->away)
            give_seat(plan, member);
    }
}

static void count_replicas(struct autopilot_plan *plan)
{
    for (uint32_t i = 0; i < plan->count; i++) {
        struct autopilot_member *primary = &plan->members[i];

        for (uint32_t j = 0; j < plan->count; j++) {
            const struct autopilot_member *other = &plan->members[j];

            primary->replicas +=
                follows(other, primary) && !other->leaving && !other->away && !other->seat;
        }
    }
}

/* When nobody is free, a replica of the primary that has most: primaries come first. */
static void choose_climber(struct autopilot_plan *plan)
{
    uint32_t most = 0;

    if (plan->seats >= plan->primaries)
        return;
    for (uint32_t i = 0; i < plan->count; i++) {
        const struct autopilot_member *primary = &plan->members[i];

        if (!primary->seat || primary->away || primary->replicas <= most)
            continue;
        most = primary->replicas;
        for (uint32_t j = 0; j < plan->count; j++) {
            const struct autopilot_member *replica = &plan->members[j];

            if (follows(replica, primary) && !replica->leaving && !replica->away && !replica->seat)
                plan->climber = j;
        }
    }
}

/* ---- Shares ---- */

static bool has_heir_or_is_one(const struct autopilot_plan *plan, uint32_t index)
{
    const struct autopilot_member *member = &plan->members[index];

    return member->heir != AUTOPILOT_NONE || (member->seat && is_replica(member));
}

/* Does it take part in giving and taking? */
static bool is_mover(const struct autopilot_plan *plan, uint32_t index)
{
    return !plan->members[index].away && !has_heir_or_is_one(plan, index);
}

static void share_slots(struct autopilot_plan *plan)
{
    uint32_t slots = 0, takers = 0, given = 0;

    for (uint32_t i = 0; i < plan->count; i++) {
        if (!is_mover(plan, i)) {
            plan->members[i].quota = plan->members[i].slots;
            continue;
        }
        slots += plan->members[i].slots;
        takers += plan->members[i].seat;
    }
    for (uint32_t i = 0; i < plan->count; i++) {
        if (!is_mover(plan, i) || !plan->members[i].seat)
            continue;
        plan->members[i].quota = slots / takers + (given < slots % takers);
        given++;
    }
}

void autopilot_plan_make(struct autopilot_plan *plan)
{
    ASSERT(plan->primaries > 0);
    plan->seats = 0;
    plan->climber = AUTOPILOT_NONE;
    for (uint32_t i = 0; i < plan->count; i++) {
        plan->members[i].seat = false;
        plan->members[i].heir = AUTOPILOT_NONE;
        plan->members[i].quota = 0;
        plan->members[i].replicas = 0;
    }
    seat_owners(plan);
    seat_heirs(plan);
    seat_empty_primaries(plan);
    count_replicas(plan);
    choose_climber(plan);
    share_slots(plan);
}

/* ---- Gifts ---- */

static uint32_t surplus(const struct autopilot_member *member)
{
    return member->slots > member->quota ? member->slots - member->quota : 0;
}

static uint32_t lack(const struct autopilot_member *member)
{
    return member->quota > member->slots ? member->quota - member->slots : 0;
}

/* Must slots move at all? Some have to go, or they are very uneven. */
static bool is_uneven(const struct autopilot_plan *plan)
{
    for (uint32_t i = 0; i < plan->count; i++) {
        const struct autopilot_member *member = &plan->members[i];

        if (!member->seat && surplus(member) > 0)
            return true;
        if (lack(member) > member->quota / UNEVEN_PART ||
            surplus(member) > member->quota / UNEVEN_PART)
            return true;
    }
    return false;
}

/* All givers' slots, in their order, go to those who lack some, in theirs. */
bool autopilot_plan_gift(const struct autopilot_plan *plan, uint32_t giver, uint32_t *target,
                         uint32_t *slots)
{
    uint32_t begin = 0, end, passed = 0;

    ASSERT(giver < plan->count);
    for (uint32_t i = 0; i < giver; i++)
        begin += surplus(&plan->members[i]);
    end = begin + surplus(&plan->members[giver]);
    if (begin == end || !is_uneven(plan))
        return false;
    for (uint32_t i = 0; i < plan->count; i++) {
        uint32_t next = passed + lack(&plan->members[i]);

        if (next > begin) {
            *target = i;
            *slots = (next < end ? next : end) - begin;
            return true;
        }
        passed = next;
    }
    return false;
}

uint32_t autopilot_plan_slots_to_move(const struct autopilot_plan *plan)
{
    uint32_t slots = 0;

    for (uint32_t i = 0; is_uneven(plan) && i < plan->count; i++)
        slots += surplus(&plan->members[i]);
    return slots;
}

/* ---- Replicas ---- */

static bool can_be_followed(const struct autopilot_member *member)
{
    return member->seat && !member->away && !is_replica(member);
}

static uint32_t fewest_replicas(const struct autopilot_plan *plan, const uint32_t *more)
{
    uint32_t best = AUTOPILOT_NONE;

    for (uint32_t i = 0; i < plan->count; i++) {
        if (!can_be_followed(&plan->members[i]))
            continue;
        if (best == AUTOPILOT_NONE ||
            plan->members[i].replicas + more[i] < plan->members[best].replicas + more[best])
            best = i;
    }
    return best;
}

static bool wants_primary(const struct autopilot_member *member)
{
    return !member->seat && !member->leaving && !member->away && member->slots == 0 &&
           !is_replica(member);
}

uint32_t autopilot_plan_primary(const struct autopilot_plan *plan, uint32_t member)
{
    uint32_t *more = memory_new_zeroed(plan->count, sizeof(*more));
    uint32_t primary = AUTOPILOT_NONE;

    ASSERT(member < plan->count);
    /* Those before this one choose first. */
    for (uint32_t i = 0; wants_primary(&plan->members[member]) && i <= member; i++) {
        if (!wants_primary(&plan->members[i]))
            continue;
        primary = fewest_replicas(plan, more);
        if (primary != AUTOPILOT_NONE)
            more[primary]++;
    }
    memory_free(more);
    return primary;
}

uint32_t autopilot_plan_evener(const struct autopilot_plan *plan, uint32_t member)
{
    const struct autopilot_member *self = &plan->members[member];
    uint32_t best = AUTOPILOT_NONE, mine = AUTOPILOT_NONE;

    ASSERT(member < plan->count);
    if (!is_replica(self) || self->seat || self->leaving)
        return AUTOPILOT_NONE;
    for (uint32_t i = 0; i < plan->count; i++) {
        const struct autopilot_member *other = &plan->members[i];

        if (wants_primary(other))
            return AUTOPILOT_NONE;
        if (follows(self, other))
            mine = i;
        /* The last one goes. */
        if (i > member && node_id_equal(&other->follows, &self->follows) && !other->leaving &&
            !other->away && !other->seat)
            return AUTOPILOT_NONE;
        if (can_be_followed(other) && other->slots > 0 &&
            (best == AUTOPILOT_NONE || other->replicas < plan->members[best].replicas))
            best = i;
    }
    if (mine == AUTOPILOT_NONE || best == AUTOPILOT_NONE ||
        !can_be_followed(&plan->members[mine]) ||
        plan->members[mine].replicas < plan->members[best].replicas + 2)
        return AUTOPILOT_NONE;
    return best;
}
