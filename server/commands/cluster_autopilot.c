/* CLUSTER AUTOPILOT: the control thread knows. */
#include "cluster/autopilot_report.h"

#include "proto/base/memory.h"
#include "server/commands/cluster_enabled.h"
#include "server/commands/handlers.h"
#include "server/control/cluster_driver.h"
#include "server/control/errand.h"

static void run(struct control *control, struct errand *errand)
{
    struct autopilot_report *report = memory_new(sizeof(*report));

    *report = *cluster_driver_autopilot(control);
    errand->context = report;
    errand_done(control, errand);
}

static void finish(struct errand *errand, struct reply *reply)
{
    autopilot_report_reply(errand->context, reply);
}

void command_cluster_autopilot(struct cmd *cmd)
{
    if (cluster_enabled(cmd) != NULL)
        errand_start(errand_new(cmd, run, finish));
}
