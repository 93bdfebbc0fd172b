/*
 * What the autopilot tells people: steps for the log, and the report.
 */
#include "cluster/autopilot_plan.h"
#include "cluster/cluster_state.h"

#include <stdarg.h>
#include <stdio.h>

void cluster_autopilot_say(struct cluster *cluster, const char *format, ...)
{
    struct autopilot_report *report = &cluster->autopilot.report;
    va_list arguments;

    va_start(arguments, format);
    vsnprintf(report->step, sizeof(report->step), format, arguments);
    va_end(arguments);
    report->step_time = cluster->now + cluster->wall_offset;
    cluster_autopilot_note(cluster, "takes a step: %s", report->step);
    cluster_say(cluster, "autopilot: %s", report->step);
}

void cluster_autopilot_note(struct cluster *cluster, const char *format, ...)
{
    struct autopilot_report *report = &cluster->autopilot.report;
    va_list arguments;

    va_start(arguments, format);
    vsnprintf(report->state, sizeof(report->state), format, arguments);
    va_end(arguments);
    report->calm = false;
}

void cluster_autopilot_note_look(struct cluster *cluster, const struct cluster_look_event *look)
{
    struct autopilot_report *report = &cluster->autopilot.report;

    report->on = true;
    report->resolved = look->resolved;
    report->addresses = look->address_count;
    report->primaries_wanted = cluster->settings.wanted_primaries;
    report->replicas_wanted = cluster->settings.wanted_replicas;
}

static void count_members(const struct autopilot_plan *plan, struct autopilot_report *report)
{
    report->nodes = plan->count;
    report->nodes_away = report->nodes_leaving = 0;
    for (uint32_t i = 0; i < plan->count; i++) {
        report->nodes_away += plan->members[i].away;
        report->nodes_leaving += plan->members[i].leaving;
    }
    report->primaries = plan->seats;
    report->slots_to_move = autopilot_plan_slots_to_move(plan);
}

void cluster_autopilot_note_plan(struct cluster *cluster, const struct autopilot_plan *plan)
{
    struct autopilot_report *report = &cluster->autopilot.report;

    count_members(plan, report);
    if (report->nodes_away > 0) {
        cluster_autopilot_note(cluster, "waits for nodes that cannot be worked with: %u",
                               report->nodes_away);
    } else if (report->slots_to_move > 0) {
        cluster_autopilot_note(cluster, "waits until others have given slots: %u",
                               report->slots_to_move);
    } else if (plan->seats < plan->primaries) {
        cluster_autopilot_note(cluster, "waits for more nodes: %u of %u primaries are there",
                               plan->seats, plan->primaries);
    } else {
        cluster_autopilot_note(cluster, "all is as wanted");
        report->calm = true;
    }
}

const struct autopilot_report *cluster_autopilot_report(const struct cluster *cluster)
{
    return &cluster->autopilot.report;
}
