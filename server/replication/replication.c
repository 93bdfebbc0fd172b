#include "server/replication/replication.h"

#include "proto/base/memory.h"
#include "server/control/control.h"
#include "server/replication/failover.h"
#include "server/replication/full_sync.h"
#include "server/replication/replicas.h"
#include "server/replication/replication_farewell.h"
#include "server/replication/replication_origin.h"
#include "server/replication/replication_parts.h"
#include "server/replication/replication_stream.h"
#include "server/replication/replication_wait.h"
#include "server/replication/role.h"

void replication_open(struct control *control)
{
    struct replication *replication = memory_new_zeroed(1, sizeof(*replication));

    control->replication = replication;
    list_init(&replication->syncs);
    list_init(&replication->waits);
    replication_stream_open(control);
    replicas_open(control);
    role_open(control);
}

void replication_stop(struct control *control)
{
    replication_wait_close(control);
}

void replication_close(struct control *control)
{
    if (control->replication == NULL)
        return;
    replication_stream_collect(control);
    replication_origin_leave(control);
    role_close(control);
    memory_free(control->replication->failover);
    full_sync_close(control);
    replicas_close(control);
    replication_stream_close(control);
    memory_free(control->replication);
    control->replication = NULL;
}

void replication_turn(struct control *control)
{
    replication_stream_turn(control);
    role_turn(control);
    replication_wait_look(control);
    replicas_turn(control);
    replication_farewell_turn(control);
}

static int64_t least(int64_t one, int64_t other)
{
    return one < other ? one : other;
}

int64_t replication_patience_us(const struct control *control)
{
    time_ms deadline = replication_wait_deadline(control);
    int64_t patience = least(replication_stream_patience_us(control), role_patience_us(control));

    return deadline == TIME_NEVER ? patience : least(patience, (deadline - control->now) * 1000);
}

void replication_tick(struct control *control)
{
    role_tick(control);
    failover_tick(control);
    full_sync_tick(control);
    replicas_tick(control);
    replication_report_update(control);
}

void replication_settings(struct control *control)
{
    replication_stream_settings(control);
    replicas_judge(control);
    role_settings(control);
}
