/*
 * What the two sides of migrations share: for server/migration/ alone.
 *
 * Thread: the control thread.
 */
#ifndef SERVER_MIGRATION_MIGRATION_PARTS_H
#define SERVER_MIGRATION_MIGRATION_PARTS_H

#include "server/control/cluster_driver.h"
#include "server/control/control.h"
#include "server/migration/migration.h"
#include "server/migration/migration_job.h"

struct errand;
struct migration_export;

struct migrations {
    struct list_link jobs;             /* under way, in line, and over: oldest first */
    struct migration_export *exporter; /* of the job that is sent; NULL: none is */
    bool is_closing;
    bool was_primary;      /* as the view before said */
    int64_t strays_due_ms; /* monotonic: others' keys are dropped then; 0: there are none */
};

static inline struct migrations *migrations_of(const struct control *control)
{
    return control->migrations;
}

struct migration_job *migration_find(const struct control *control, const struct node_id *name);
/* The first of the slots that SETSLOT has opened, in either direction; NULL: none. */
const struct open_slot *migration_open_slot(const struct control *control,
                                            const struct slot_set *slots);
/* A job is over; it stays in the log for a while. */
void migration_over(struct control *control, struct migration_job *job, enum migration_state state,
                    const char *message);

/* ---- The source: migration_export.c ---- */

/* Begins with the next one in line, unless one is under way. */
void migration_export_next(struct control *control);
void migration_export_tick(struct control *control);
void migration_export_view_changed(struct control *control);
/* Gives up the one under way; once the target may have the slots, it is too late. */
void migration_export_stop(struct control *control, enum migration_state state, const char *reason);
/* The node ends: nothing is waited for. */
void migration_export_abandon(struct control *control);

/* ---- The target: migration_import.c ---- */

void migration_import_tick(struct control *control);
void migration_import_view_changed(struct control *control);
/* False: it is too late, the slots are this node's or are about to be. */
bool migration_import_stop(struct control *control, struct migration_job *job,
                           enum migration_state state, const char *reason);

/* How long after PREPARE a target takes slots. */
int64_t migration_lease_ms(const struct control *control);

#endif
